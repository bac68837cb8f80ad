"""The same mistakes where observations are single numbers: (x, weights, means, variances)."""

import numpy as np

from course.author import Variant
from course.inputs import mixture

from . import density, expectation

ONLY_IN_MORE_DIMENSIONS = {"off-diagonals ignored"}


def flat(function):
    """Make a function of (X, weights, means, covariances) one of (x, weights, means, variances)."""
    return lambda x, weights, means, variances: function(
        x[:, None], weights, means[:, None], variances[:, None, None]
    )


def inputs_of(make):
    """Make inputs of a mixture inputs with one feature."""

    def inputs(rng):
        X, weights, means, covariances = make(rng, n=7, d=1, k=3)
        return X[:, 0], weights, means[:, 0], covariances[:, 0, 0]

    return inputs


def inputs_of_density(rng):
    """Observations and the means and variances of their clusters: x, means, variances."""
    x, _, means, variances = inputs_of(mixture)(rng)
    return x, means, variances


def flat_density(x, means, variances):
    """Densities, shape (n, K)."""
    return np.exp(density.log_density(x[:, None], means[:, None], variances[:, None, None]))


def _flat_density(function):
    return lambda x, means, variances: function(
        x[:, None], means[:, None], variances[:, None, None]
    )


def _wrong_density(change):
    return _flat_density(lambda *p: np.exp(density.log_density(*p, **change)))


DENSITY = (
    *(
        Variant(name, hint, _wrong_density(change))
        for name, (change, hint) in density.WRONG.items()
        if name not in ONLY_IN_MORE_DIMENSIONS
    ),
    Variant(
        "2 pi missing",
        density.CONSTANT[1],
        _wrong_density(density.CONSTANT[0]),
    ),
    Variant(
        "logarithm returned",
        "These are logarithms; the density itself was asked for.",
        _flat_density(density.log_density),
    ),
    Variant(
        "transposed",
        "Clusters stand in rows here. Observations belong in rows, clusters in columns.",
        lambda *p: flat_density(*p).T,
    ),
)

RESPONSIBILITIES = tuple(
    Variant(variant.name, variant.hint, flat(variant.function))
    for variant in expectation.RESPONSIBILITIES
    if variant.name not in ONLY_IN_MORE_DIMENSIONS
)
