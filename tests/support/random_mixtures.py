"""Mixtures and observations for property tests: drawn by hypothesis, the same on every run."""

from typing import NamedTuple

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

import emlib

COVARIANCE_TYPES = ("full", "tied", "diag", "spherical")

for_all = settings(derandomize=True, max_examples=25, deadline=None, database=None)
"""How every property is examined."""


class Problem(NamedTuple):
    """Observations, a mixture to look at them with, and responsibilities that are not its own."""

    X: np.ndarray
    parameters: emlib.Parameters
    resp: np.ndarray


@st.composite
def problems(draw, covariance_types=COVARIANCE_TYPES, max_components=4):
    """Problems of 1 to 4 features with units from a thousandth to a thousand."""
    covariance_type = draw(st.sampled_from(covariance_types))
    n_components = draw(st.integers(1, max_components))
    n_features = draw(st.integers(1, 4))
    n_samples = draw(st.integers(6 * n_components + 2 * n_features, 60))
    unit = 10.0 ** draw(st.integers(-3, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    means = unit * 3 * rng.standard_normal((n_components, n_features))
    labels = rng.integers(n_components, size=n_samples)
    X = means[labels] + unit * rng.standard_normal((n_samples, n_features))
    resp = rng.dirichlet(np.full(n_components, 0.5), size=n_samples) + 1e-3
    parameters = emlib.Parameters(
        rng.dirichlet(np.full(n_components, 3.0)),
        means + unit * rng.standard_normal(means.shape),
        unit**2 * random_covariances(rng, n_components, n_features, covariance_type),
        covariance_type,
    )
    return Problem(X, parameters, resp / resp.sum(axis=1, keepdims=True))


def random_covariances(rng, n_components, n_features, covariance_type):
    """Covariances of the asked shape, correlated where the shape allows, none near singular."""
    roots = rng.standard_normal((n_components, n_features, n_features))
    full = roots @ np.swapaxes(roots, 1, 2) + 0.3 * np.eye(n_features)
    return {
        "full": full,
        "tied": full[0],
        "diag": np.diagonal(full, axis1=1, axis2=2),
        "spherical": full[:, 0, 0],
    }[covariance_type]


def unpacked(parameters):
    """The four arguments that `responsibilities` and `log_joint` take after X."""
    p = parameters
    return p.weights, p.means, p.covariances, p.covariance_type
