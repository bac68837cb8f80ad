"""The slope of the log-likelihood along each mean: slope(x, weights, means, variances)."""

import numpy as np

from course.author import Variant

from .expectation import hard
from .one_dimensional import flat_density


def shares(x, weights, means, variances):
    """Responsibilities, shape (n, K)."""
    products = weights * flat_density(x, means, variances)
    return products / products.sum(axis=1, keepdims=True)


def pulls(x, means, variances):
    """How far each observation is from each mean, in variances, shape (n, K)."""
    return (x[:, None] - means) / variances


def slope(x, weights, means, variances):
    """Sum of responsibility times distance over variance, shape (K,)."""
    return (shares(x, weights, means, variances) * pulls(x, means, variances)).sum(axis=0)


SLOPE = (
    Variant(
        "sign",
        "The sign is the other way round: an observation above the mean pulls it up.",
        lambda *p: -slope(*p),
    ),
    Variant(
        "variance missing",
        "The variances are missing. How strongly does a wide cluster feel a distance of 1, how "
        "strongly a narrow one?",
        lambda x, weights, means, variances: slope(x, weights, means, variances) * variances,
    ),
    Variant(
        "standard deviation for variance",
        "This divides by the standard deviation. The exponent of the normal density holds the "
        "square over the variance; what does its derivative hold?",
        lambda x, weights, means, variances: (
            slope(x, weights, means, variances) * np.sqrt(variances)
        ),
    ),
    Variant(
        "shares missing",
        "Every observation pulls at every mean in full. What stands in front of the distance once "
        "the chain rule has divided by the mixture density?",
        lambda x, weights, means, variances: pulls(x, means, variances).sum(axis=0),
    ),
    Variant(
        "weights missing",
        "The shares are those of equal weights: the prior is missing. In the derivative the weight "
        "stands both above and below.",
        lambda x, weights, means, variances: slope(
            x, np.full_like(weights, 1 / len(weights)), means, variances
        ),
    ),
    Variant(
        "shares rounded",
        "Each observation pulls at one mean only. Keep the fractions: the derivative of the "
        "logarithm of a sum has them.",
        lambda x, weights, means, variances: (
            hard(shares(x, weights, means, variances)) * pulls(x, means, variances)
        ).sum(axis=0),
    ),
    Variant(
        "joint density for share",
        "The prior times likelihood has not been divided by the mixture density: the derivative of "
        "a logarithm is one over what stands inside.",
        lambda x, weights, means, variances: (
            weights * flat_density(x, means, variances) * pulls(x, means, variances)
        ).sum(axis=0),
    ),
    Variant(
        "average for sum",
        "This is the slope for one observation, on average. The log-likelihood is a total.",
        lambda *p: slope(*p) / len(p[0]),
    ),
)
