"""The lower bound and its gap, right and wrong: (X, q, weights, means, covariances)."""

import numpy as np

from course.author import Variant
from course.inputs import K, N, mixture

from .expected import log_products


def inputs_of_shares(rng):
    """Observations, shares of which none is zero and that did not come from them, a mixture."""
    X, *parameters = mixture(rng)
    return X, rng.dirichlet(np.linspace(1.2, 2.0, K), size=N), *parameters


def inputs_of_hard_shares(rng):
    """Return the same, but the first half of the observations belongs to one cluster, whole."""
    X, q, *parameters = inputs_of_shares(rng)
    q[: N // 2] = np.eye(K)[rng.integers(K, size=N // 2)]
    return X, q, *parameters


def log_of(q):
    """Logarithm of the shares; 0 where a share is 0, for there it counts nothing."""
    return np.log(np.where(q > 0, q, 1.0))


def bound_and_gap(X, q, *parameters, products=log_products):
    """Bound, a float, and each observation's divergence of shares from responsibilities, (n,)."""
    log_joint = products(X, *parameters)
    log_resp = log_joint - np.logaddexp.reduce(log_joint, axis=1, keepdims=True)
    gap = (q * (log_of(q) - log_resp)).sum(axis=1)
    return (q * (log_joint - log_of(q))).sum(), gap


def _without_weights(X, weights, means, covariances):
    return log_products(X, np.ones_like(weights), means, covariances)


def _zero_times_infinity(X, q, *parameters):
    log_joint = log_products(X, *parameters)
    log_resp = log_joint - np.logaddexp.reduce(log_joint, axis=1, keepdims=True)
    bound = (q * (log_joint - np.log(q))).sum()
    return bound, (q * (np.log(q) - log_resp)).sum(axis=1)


def _reversed(X, q, *parameters):
    bound, _ = bound_and_gap(X, q, *parameters)
    log_joint = log_products(X, *parameters)
    log_resp = log_joint - np.logaddexp.reduce(log_joint, axis=1, keepdims=True)
    return bound, (np.exp(log_resp) * (log_resp - np.log(q))).sum(axis=1)


def _bound_reversed(X, q, *parameters):
    log_likelihood = np.logaddexp.reduce(log_products(X, *parameters), axis=1).sum()
    _, gap = _reversed(X, q, *parameters)
    return log_likelihood - gap.sum(), gap


def _with_entropy(times):
    """Add the entropy of the shares to the bound so many times more than is right."""

    def variant(X, q, *parameters):
        bound, gap = bound_and_gap(X, q, *parameters)
        return bound - times * (q * log_of(q)).sum(), gap

    return variant


def _bound(change):
    """Change the bound and leave the gap."""

    def variant(X, q, *parameters):
        bound, gap = bound_and_gap(X, q, *parameters)
        return change(bound, X, *parameters), gap

    return variant


def _gap(change):
    """Change the gap and leave the bound."""

    def variant(*arguments):
        bound, gap = bound_and_gap(*arguments)
        return bound, change(gap)

    return variant


LOWER_BOUND = (
    Variant(
        "entropy missing",
        "This is the expected log-likelihood: the shares stand in front of the logarithm, but not "
        "below the fraction inside. What does the bound have that this has not?",
        _with_entropy(-1),
    ),
    Variant(
        "entropy subtracted",
        "The logarithm of the shares has the other sign: in the fraction they stand below.",
        _with_entropy(-2),
    ),
    Variant(
        "log-likelihood",
        "This is the log-likelihood, and your shares have no part in it. Were responsibilities "
        "computed, or was the sum over the clusters taken inside the logarithm?",
        _bound(lambda _, X, *p: np.logaddexp.reduce(log_products(X, *p), axis=1).sum()),
    ),
    Variant(
        "average for sum",
        "This is the bound for one observation, on average. It lies below a total, so it is one.",
        _bound(lambda bound, X, *_: bound / len(X)),
    ),
    Variant(
        "weights missing",
        "The weights are missing: the numerator is prior times likelihood.",
        lambda *arguments: bound_and_gap(*arguments, products=_without_weights),
    ),
    Variant(
        "zero times infinity",
        "A share of zero met a logarithm of minus infinity, and the product came out as NaN. As a "
        "share goes to zero, where does share times logarithm go?",
        _zero_times_infinity,
    ),
    Variant(
        "divergence reversed",
        "The divergence is the other way round: that of the responsibilities from the shares. "
        "Which of the two is the average taken with?",
        _reversed,
    ),
    Variant(
        "bound by the reversed divergence",
        "The log-likelihood less a divergence is a good way to the bound, but the divergence is "
        "the other way round: that of the responsibilities from the shares. Which of the two is "
        "the average taken with?",
        _bound_reversed,
    ),
    Variant(
        "gap negative",
        "The divergences have the wrong sign: none of them can be below zero. What stands above in "
        "the fraction, what below?",
        _gap(lambda gap: -gap),
    ),
    Variant(
        "gap in bits",
        "The divergences are in bits. The log-likelihood is made with natural logarithms, so its "
        "gap is, too.",
        _gap(lambda gap: gap / np.log(2)),
    ),
)
