"""Inputs in which rows count more than once."""

import numpy as np

from course.inputs import loop_start, soft_rows
from course.known_wrong import tied


def counts_of_rows(rng, n):
    """Return how often each of n rows counts."""
    return rng.integers(1, 6, n).astype(float)


def mixture(make):
    """Make inputs of an E-step: X, row_weights, weights, means, covariance."""

    def inputs(rng):
        X, weights, means, covariance = tied.mixture(make)(rng)
        return X, counts_of_rows(rng, len(X)), weights, means, covariance

    return inputs


def rows(rng):
    """Return inputs of an M-step: X, row_weights, resp."""
    X, resp = soft_rows(rng)
    return X, counts_of_rows(rng, len(X)), resp


def equal_rows(rng):
    """Return inputs of an M-step in which every row counts once."""
    X, resp = soft_rows(rng, n=13, d=2, k=3)
    return X, np.ones(len(X)), resp


def start(rng):
    """Return inputs of the loop: X, row_weights, the start, the number of rounds."""
    X, weights, means, covariances, _, rounds = loop_start(rng)
    return X, counts_of_rows(rng, len(X)), weights, means, covariances.mean(axis=0), rounds
