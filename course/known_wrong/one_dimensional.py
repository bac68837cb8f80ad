"""The same mistakes where observations are single numbers: (x, weights, means, variances)."""

import numpy as np

from course.author import Variant
from course.inputs import mixture

from . import density, expectation

ONLY_IN_MORE_DIMENSIONS = {
    "Cholesky factor not inverted",
    "Cholesky factor transposed",
    "off-diagonals ignored",
}


HINTS = {
    "determinant missing": "The factor 1/sqrt(variance) is missing. A wide cluster must pay for "
    "its width with height; the factor cancels only where all variances are equal.",
    "determinant not halved": "You divide by the variance. The density divides by its square root, "
    "the standard deviation.",
    "determinant turned": "You multiply by the standard deviation, where the density divides by "
    "it: here a wider cluster is the higher one at its centre.",
    "exponent turned": "These numbers grow with the distance from the mean. Which sign has the "
    "exponent?",
    "half missing": "The squared distance enters whole. Which factor stands in front of it in the "
    "exponent?",
    "not inverted": "The squared distance is multiplied by the variance. A wide cluster should "
    "find the same observation nearer, not farther: divide.",
    "covariance as standard deviation": "The variance is squared, as if it were a standard "
    "deviation. Its name is sigma squared already.",
    "first covariance for all": "All clusters use the variance of the first. Each has its own: "
    "which index is missing?",
}
"""What the mistakes of `density.WRONG` are called where there is no matrix."""

CONSTANT_MISSING = (
    "The constant is missing: every density here is too large by the same factor. By what does the "
    "area under a normal curve have to be divided to be one?"
)


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
        Variant(name, HINTS[name], _wrong_density(change))
        for name, (change, _) in density.WRONG.items()
        if name not in ONLY_IN_MORE_DIMENSIONS
    ),
    Variant("2 pi missing", CONSTANT_MISSING, _wrong_density(density.CONSTANT[0])),
    Variant(
        "peak missing",
        "This is one at every mean: it is the exponential alone. The factor in front of it, "
        "1/sqrt(2 pi variance), makes the area under each curve one.",
        _wrong_density({"det": 0, "constant": 0}),
    ),
    Variant(
        "pi rounded",
        "Every density is off by the same small factor: pi is more than 3.14. Use np.pi.",
        lambda *p: flat_density(*p) * np.sqrt(np.pi / 3.14),
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
    Variant(variant.name, HINTS.get(variant.name, variant.hint), flat(variant.function))
    for variant in expectation.RESPONSIBILITIES
    if variant.name not in ONLY_IN_MORE_DIMENSIONS
)


NEAR_RESPONSIBILITIES = tuple(
    variant
    for variant in RESPONSIBILITIES
    if variant.name not in ("underflow", "far rows zero", "far rows equal")
)


def flat_products(x, weights, means, variances):
    """Prior times likelihood, shape (n, K)."""
    return weights * flat_density(x, means, variances)


def flat_log_odds(x, weights, means, variances):
    """Log odds of the second cluster against the first, shape (n,)."""
    log_products = np.log(flat_products(x, weights, means, variances))
    return log_products[:, 1] - log_products[:, 0]


def _wrong_products(change):
    return flat(lambda *p: np.exp(expectation.log_joint(*p, **change)))


PRODUCTS = (
    *(
        Variant(name, HINTS.get(name, hint), _wrong_products(change))
        for name, (change, hint) in (expectation.PRIOR | density.WRONG).items()
        if name not in ONLY_IN_MORE_DIMENSIONS
    ),
    Variant("2 pi missing", CONSTANT_MISSING, _wrong_products(density.CONSTANT[0])),
    Variant(
        "already normalised",
        "These are shares already: every row adds up to 1. The products come before that step.",
        flat(expectation.responsibilities),
    ),
    Variant(
        "sum instead of product",
        "Prior and density are added here. First the cluster is picked, then it makes the value: "
        "how do the probabilities of two steps in a row combine?",
        lambda x, weights, means, variances: weights + flat_density(x, means, variances),
    ),
    Variant(
        "logarithms",
        "These are logarithms of the products; the products themselves were asked for.",
        flat(expectation.log_joint),
    ),
    Variant("transposed", expectation.TRANSPOSED, lambda *p: flat_products(*p).T),
)

LOG_ODDS = (
    Variant(
        "prior missing",
        "This is the likelihood's part alone. Which number would remain where both densities are "
        "equal?",
        lambda x, weights, *p: flat_log_odds(x, np.ones_like(weights), *p),
    ),
    Variant(
        "likelihood missing",
        "All observations get the same number: this is the prior's part alone. What does the "
        "observation itself say?",
        lambda x, weights, *p: np.full(len(x), np.log(weights[1] / weights[0])),
    ),
    Variant(
        "prior turned",
        "The two parts pull in the wrong directions against each other: is the prior's ratio the "
        "same way up as the likelihood's?",
        lambda x, weights, *p: flat_log_odds(x, 1 / weights, *p),
    ),
    Variant(
        "the other way round",
        "The sign is turned: these are the odds of the first cluster against the second.",
        lambda *p: -flat_log_odds(*p),
    ),
    Variant(
        "odds",
        "No entry is negative: these are odds. Their logarithm was asked for.",
        lambda *p: np.exp(flat_log_odds(*p)),
    ),
    Variant(
        "another base",
        "Right but for the base of the logarithm. The book's is the natural one, `np.log`.",
        lambda *p: flat_log_odds(*p) / np.log(10),
    ),
    Variant(
        "determinant missing",
        HINTS["determinant missing"],
        lambda x, weights, means, variances: flat_log_odds(
            x, weights * np.sqrt(variances), means, variances
        ),
    ),
)
