"""What the M-step maximises, right and wrong: (X, resp, weights, means, covariances)."""

import numpy as np

from course.author import Variant
from course.inputs import K, N, mixture

from .density import log_density
from .expectation import hard


def inputs_of_expected(rng):
    """Observations, responsibilities that did not come from them, and a mixture."""
    X, *parameters = mixture(rng)
    return X, rng.dirichlet(np.linspace(0.6, 1.4, K), size=N), *parameters


def log_products(X, weights, means, covariances):
    """Log of prior times likelihood, shape (n, K)."""
    return np.log(weights) + log_density(X, means, covariances)


def expected_log_likelihood(X, resp, *parameters):
    """Sum of responsibility times log of prior times likelihood."""
    return (resp * log_products(X, *parameters)).sum()


EXPECTED_LOG_LIKELIHOOD = (
    Variant(
        "weights missing",
        "The weights are missing: a label says which cluster it was, and that has a probability, "
        "too.",
        lambda X, resp, weights, *shapes: (resp * log_density(X, *shapes)).sum(),
    ),
    Variant(
        "responsibilities inside the logarithm",
        "The responsibilities stand inside the logarithm. They count how often a term occurs, so "
        "they stand in front of it.",
        lambda X, resp, *p: (np.log(resp) + log_products(X, *p)).sum(),
    ),
    Variant(
        "log-likelihood of the mixture",
        "This is the log-likelihood of the mixture: the responsibilities have no part in it. Here "
        "they are given, and held.",
        lambda X, resp, *p: np.logaddexp.reduce(log_products(X, *p), axis=1).sum(),
    ),
    Variant(
        "with the entropy",
        "The entropy of the responsibilities has come in. With it this is the lower bound of a "
        "later chapter; leave it out here.",
        lambda X, resp, *p: (resp * (log_products(X, *p) - np.log(resp))).sum(),
    ),
    Variant(
        "responsibilities rounded",
        "The responsibilities were rounded to 0 and 1. Keep the fractions.",
        lambda X, resp, *p: expected_log_likelihood(X, hard(resp), *p),
    ),
    Variant(
        "responsibilities missing",
        "Every observation counts in full for every cluster. Let each term count as much as the "
        "cluster is responsible.",
        lambda X, resp, *p: log_products(X, *p).sum(),
    ),
    Variant(
        "average for sum",
        "This is the value for one observation, on average. A log-likelihood is a total.",
        lambda *p: expected_log_likelihood(*p) / len(p[0]),
    ),
)
