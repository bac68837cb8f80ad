"""What known labels give: fit_labelled(X, labels), and shares_by_kind(X, labels)."""

import numpy as np

from course.author import Variant
from course.inputs import D, K, N, mixture

from .expectation import OVER_OBSERVATIONS, hard, responsibilities
from .maximization import M_STEP, m_step

ONLY_WHERE_SHARES_ARE_FRACTIONS = {
    "divisor of np.cov",
    "scatter weighted twice",
    "responsibilities rounded",
}


def inputs_of_labelled(rng):
    """Observations with labels, every cluster at least three times: X, labels."""
    n = N + 2
    labels = np.concatenate([np.arange(K).repeat(3), rng.choice(K, n - 3 * K)])
    return mixture(rng, n, D, K)[0], rng.permutation(labels)


def of_labels(function):
    """Make a function of (X, resp) one of (X, labels)."""
    return lambda X, labels: function(X, np.eye(labels.max() + 1)[labels])


fit_labelled = of_labels(m_step)

FIT_LABELLED = tuple(
    Variant(variant.name, variant.hint.replace("soft count", "count"), of_labels(variant.function))
    for variant in M_STEP
    if variant.name not in ONLY_WHERE_SHARES_ARE_FRACTIONS
)


def inputs_of_kinds(rng):
    """Observations with labels, some of which are -1, nobody's: X, labels."""
    n = 5 * K + 4
    labels = np.concatenate([np.arange(K).repeat(4), rng.choice(K, K), np.full(4, -1)])
    return mixture(rng, n, D, K)[0], rng.permutation(labels)


def shares_by_kind(X, labels, change=lambda *parameters: parameters, divide=responsibilities):
    """Responsibilities of all observations under the clusters of the labelled; -1 is no label."""
    named = labels >= 0
    return divide(X, *change(*fit_labelled(X[named], labels[named])))


def _without_priors(weights, means, covariances):
    return np.full_like(weights, 1 / len(weights)), means, covariances


def _by_count_less_one(X, labels):
    counts = np.bincount(labels[labels >= 0])[:, None, None]
    return shares_by_kind(X, labels, lambda w, m, S: (w, m, S * counts / (counts - 1)))


def _over_observations(*parameters):
    odds = responsibilities(*parameters)
    return odds / odds.sum(axis=0)


SHARES_BY_KIND = (
    Variant(
        "the nameless are a kind",
        "There is a cluster too many: the observations without a label were made one of their own. "
        "They are to be divided, and no cluster is made of them.",
        lambda X, labels: responsibilities(X, *fit_labelled(X, labels + 1)),
    ),
    Variant(
        "only the labelled",
        "Rows are missing: only the labelled observations were divided. The clusters come from "
        "them, the question is asked of everybody.",
        lambda X, labels: shares_by_kind(X, labels)[labels >= 0],
    ),
    Variant(
        "priors equal",
        "Every kind has the same prior here. How often does each come up among the labelled?",
        lambda X, labels: shares_by_kind(X, labels, _without_priors),
    ),
    Variant(
        "covariances over count - 1",
        "The covariances are divided by the count less one. That is the unbiased estimate; asked "
        "for is the average over the kind's observations (`bias=True` in `np.cov`).",
        _by_count_less_one,
    ),
    Variant(
        "normalised over observations",
        OVER_OBSERVATIONS,
        lambda X, labels: shares_by_kind(X, labels, divide=_over_observations),
    ),
    Variant(
        "hard",
        "Every row is one 1 and zeros: a hard assignment. Leave the shares as they are; who is "
        "ahead can be read from them later.",
        lambda X, labels: hard(shares_by_kind(X, labels)),
    ),
)
