"""Weights, means and covariances where the labels are known: fit_labelled(X, labels)."""

import numpy as np

from course.author import Variant
from course.inputs import D, K, N, mixture

from .maximization import M_STEP, m_step

ONLY_WHERE_SHARES_ARE_FRACTIONS = {"scatter weighted twice", "responsibilities rounded"}


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
