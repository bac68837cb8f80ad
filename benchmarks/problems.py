"""The problems of the benchmark: clusters that overlap, and a start near the truth."""

import numpy as np

import emlib


def problem(covariance_type, n_samples, n_features, n_components):
    """Draw clusters that overlap whatever the dimension, and a start near the truth."""
    rng = np.random.default_rng(7)
    centres = rng.standard_normal((n_components, n_features)) * 2 / np.sqrt(n_features)
    labels = rng.integers(n_components, size=n_samples)
    X = rng.standard_normal((n_samples, n_features))
    X += centres[labels]
    means = centres + rng.standard_normal(centres.shape) / np.sqrt(n_features)
    covariances = {
        "full": np.tile(np.eye(n_features), (n_components, 1, 1)),
        "tied": np.eye(n_features),
        "diag": np.ones((n_components, n_features)),
        "spherical": np.ones(n_components),
    }[covariance_type]
    weights = np.full(n_components, 1 / n_components)
    return X, emlib.Parameters(weights, means, covariances, covariance_type)
