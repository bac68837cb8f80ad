"""Clusters of yes-or-no answers: each feature is 1 with a probability; right and wrong."""

import numpy as np

from course.author import Variant

from .expectation import hard

SMALL = 1e-10


def answers(rng):
    """Make inputs of the products: X of zeros and ones, weights, probabilities (K, d)."""
    X = rng.integers(0, 2, (9, 5)).astype(float)
    shares = rng.permutation([1.0, 2.0, 4.0]) + rng.uniform(0, 0.5, 3)
    return X, shares / shares.sum(), rng.uniform(0.1, 0.9, (3, 5)).round(3)


def certain_answers(rng):
    """Make the same with some probabilities of exactly 0 and 1, and no impossible row."""
    X, weights, probabilities = answers(rng)
    probabilities[0, 1], probabilities[1, 3] = 0.0, 1.0
    return X, weights, probabilities


def soft_answers(rng):
    """Make inputs of the M-step: X, resp."""
    return answers(rng)[0], rng.dirichlet([0.7, 1.0, 1.3], size=9)


def log_products(X, weights, probabilities, *, ones=1, zeros=1, prior=1, clip=0.0):
    """Logarithm of prior times likelihood, (n, K); some terms are left out where a factor is 0."""
    p = np.clip(probabilities, clip, 1 - clip)
    with np.errstate(divide="ignore", invalid="ignore"):
        yes = np.where(X[:, None] == 1, np.log(p), 0.0)
        no = np.where(X[:, None] == 0, np.log1p(-p), 0.0)
        return prior * np.log(weights) + (ones * yes + zeros * no).sum(axis=2)


def _l(**change):
    return lambda *arguments: log_products(*arguments, **change)


def _by_matrices(X, weights, probabilities):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(weights) + X @ np.log(probabilities).T + (1 - X) @ np.log1p(-probabilities).T


LOG_PRODUCTS = (
    Variant(
        "zeros ignored",
        "Only the ones count here. That somebody answered no says something too: with what "
        "probability does a cluster say no?",
        _l(zeros=0),
    ),
    Variant(
        "ones ignored",
        "Only the zeros count here. Which probability belongs to a one?",
        _l(ones=0),
    ),
    Variant(
        "weights missing",
        "The prior is missing: this is what equal weights would give, but for a constant.",
        _l(prior=0),
    ),
    Variant(
        "clipped",
        "Probabilities of 0 and 1 were moved inwards. Then an impossible answer is only unlikely; "
        "0 log 0 counts as 0, and the logarithm of 0 is minus infinity where it is needed.",
        _l(clip=SMALL),
    ),
    Variant(
        "something small added",
        "What is impossible counts about -690 here: something like 1e-300 was added before the "
        "logarithm. Minus infinity is right there, and NumPy can compute with it.",
        lambda X, weights, p: (
            np.log(weights)
            + np.where(X[:, None] == 1, np.log(p + 1e-300), np.log(1 - p + 1e-300)).sum(axis=2)
        ),
    ),
    Variant(
        "infinity with the wrong sign",
        "What is impossible counts plus infinity here, as if it were certain.",
        lambda *arguments: (lambda v: np.where(np.isinf(v), np.inf, v))(log_products(*arguments)),
    ),
    Variant(
        "infinity made NaN",
        "What is impossible is NaN here. Minus infinity is a number to compute with, and NaN "
        "spoils every sum that it comes into.",
        lambda *arguments: (lambda v: np.where(np.isinf(v), np.nan, v))(log_products(*arguments)),
    ),
    Variant(
        "zero times infinity",
        "Where a probability is exactly 0 or 1 this gives NaN: zero times minus infinity. A term "
        "that does not apply must be left out, not multiplied by zero.",
        _by_matrices,
    ),
    Variant(
        "products returned",
        "These are the products themselves. With many questions they are too small for the "
        "machine; return their logarithms.",
        lambda *arguments: np.exp(log_products(*arguments)),
    ),
    Variant(
        "normalised",
        "The rows were normalised already: these are logarithms of responsibilities. The products "
        "themselves are needed for the log-likelihood.",
        lambda *arguments: (lambda v: v - np.logaddexp.reduce(v, axis=1, keepdims=True))(
            log_products(*arguments)
        ),
    ),
    Variant(
        "transposed",
        "Clusters stand in rows here. One row for each observation was asked for.",
        lambda *arguments: log_products(*arguments).T,
    ),
)


def m_step(X, resp):
    """Weights and probabilities."""
    counts = resp.sum(axis=0)
    return counts / len(X), resp.T @ X / counts[:, None]


def _m(weights=None, probabilities=None):
    def wrong(X, resp):
        right = m_step(X, resp)
        return (
            right[0] if weights is None else weights(X, resp),
            right[1] if probabilities is None else probabilities(X, resp),
        )

    return wrong


M_STEP = (
    Variant(
        "weights are counts",
        "The weights add up to the number of observations: these are the soft counts. As shares "
        "they add up to 1.",
        _m(weights=lambda X, resp: resp.sum(axis=0)),
    ),
    Variant(
        "weights equal",
        "All weights are 1/K, whatever the responsibilities.",
        _m(weights=lambda X, resp: np.full(resp.shape[1], 1 / resp.shape[1])),
    ),
    Variant(
        "probabilities over n",
        "The probabilities are divided by the number of all observations. What share of the "
        "observations that a cluster answers for says yes?",
        _m(probabilities=lambda X, resp: resp.T @ X / len(X)),
    ),
    Variant(
        "not divided",
        "These are soft counts of yes, larger than one where a cluster is large. A probability is "
        "a share of them.",
        _m(probabilities=lambda X, resp: resp.T @ X),
    ),
    Variant(
        "smoothed",
        "One yes and one no were added to every count. That can be wise with little data, and it "
        "is another estimate: leave it out here.",
        _m(probabilities=lambda X, resp: (resp.T @ X + 1) / (resp.sum(axis=0)[:, None] + 2)),
    ),
    Variant(
        "the same for all",
        "Every cluster has the same probabilities: those of all observations together. Weight each "
        "observation by the cluster's responsibility.",
        _m(probabilities=lambda X, resp: np.tile(X.mean(axis=0), (resp.shape[1], 1))),
    ),
    Variant(
        "responsibilities rounded",
        "The responsibilities were rounded to 0 and 1 before counting. Keep the fractions.",
        lambda X, resp: m_step(X, hard(resp) + 1e-300),
    ),
)
