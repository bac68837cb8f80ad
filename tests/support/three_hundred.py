"""Three hundred kinds of problems for a loop that may take short cuts: every shape, K 1 to 4."""

from typing import NamedTuple

import numpy as np
from random_mixtures import COVARIANCE_TYPES

import emlib

N_PROBLEMS = 300


class Problem(NamedTuple):
    """Observations and a start, and how `emlib.fit_em` is asked."""

    X: np.ndarray
    start: emlib.Parameters
    options: dict


def problem(seed):
    """Clusters that overlap or do not, units from 1e-3 to 1e3; half have weights, half a floor."""
    rng = np.random.default_rng([seed, 2026])
    shape, K = COVARIANCE_TYPES[seed % 4], 1 + seed // 4 % 4
    n, d = int(rng.integers(20 * K, 211)), int(rng.integers(1, 6))
    centres = rng.normal(size=(K, d)) * rng.choice([0.5, 1.0, 2.0, 4.0])
    units = 10.0 ** rng.integers(-3, 4, size=d)
    roots = rng.normal(size=(K, d, d)) / np.sqrt(d) + np.eye(d)
    labels = rng.integers(0, K, n)
    noise = np.einsum("nij,nj->ni", roots[labels], rng.normal(size=(n, d)))
    X = (centres[labels] + noise) * units
    weight = rng.choice([None, 1]) and rng.uniform(0, 3, n)
    floor = float(X.var(axis=0).min() * rng.choice([1e-6, 1e-3, 1e-1])) if seed // 16 % 2 else 0.0
    make = rng.choice(
        [
            emlib.start_from_kmeans_plusplus,
            emlib.start_from_random_rows,
            emlib.start_from_random_responsibilities,
        ]
    )
    start = make(X, K, covariance_type=shape, sample_weight=weight, rng=seed)
    tol = float(rng.choice([0.0, 1e-10, 1e-8, 1e-6, 1e-4]))
    options = {"sample_weight": weight, "reg_covar": floor, "tol": tol, "max_iter": 20_000}
    return Problem(X, start, options)
