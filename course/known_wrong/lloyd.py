"""An iteration of Lloyd's algorithm, right and wrong: (X, means) -> (labels, means)."""

import numpy as np

from course.author import Variant
from course.inputs import mixture

SIZE = 40


def inputs_of_means(rng):
    """Observations and means, each of which is the nearest to some of them."""
    while True:
        X, _, means, _ = mixture(rng, n=SIZE)
        if len(set(labels_of(X, means))) == len(means):
            return X, means


def inputs_of_a_lonely_mean(rng):
    """Observations and means, one of which is the nearest to none."""
    X, means = inputs_of_means(rng)
    means[rng.integers(len(means))] += 30
    return X, means


def squares(X, means):
    """Squared distances, shape (n, K)."""
    return ((X[:, None] - means) ** 2).sum(axis=2)


def labels_of(X, means):
    """Return the nearest mean of each observation, (n,)."""
    return squares(X, means).argmin(axis=1)


def averages(X, labels, means, average=np.mean, empty=None):
    """Average what each mean was given, (K, d); one without observations stays, or is `empty`."""
    kept = means if empty is None else empty(means)
    return np.array(
        [
            average(X[labels == k], axis=0) if (labels == k).any() else kept[k]
            for k in range(len(means))
        ]
    )


def lloyd(X, means, labels_of=labels_of, **change):
    """One iteration: labels (n,), and the means of what they were given, (K, d)."""
    labels = labels_of(X, means)
    return labels, averages(X, labels, means, **change)


def _soft(X, means):
    resp = np.exp(-squares(X, means) / 2)
    resp /= resp.sum(axis=1, keepdims=True)
    return labels_of(X, means), resp.T @ X / resp.sum(axis=0)[:, None]


def _divided_by_n(X, means):
    labels = labels_of(X, means)
    return labels, np.eye(len(means))[labels].T @ X / len(X)


def _labels_after(X, means):
    _, moved = lloyd(X, means)
    return labels_of(X, moved), moved


LLOYD = (
    Variant(
        "farthest",
        "Each observation went to the mean that is farthest away. Which end of the distances?",
        lambda X, means: lloyd(X, means, lambda X, m: squares(X, m).argmax(axis=1)),
    ),
    Variant(
        "absolute distances",
        "These distances add up absolute differences, not squares: another idea of near, for which "
        "the best place is not the average.",
        lambda X, means: lloyd(
            X, means, lambda X, m: np.abs(X[:, None] - m).sum(axis=2).argmin(axis=1)
        ),
    ),
    Variant(
        "one feature only",
        "Only the first feature was looked at. Over which axis do the squares have to be added up?",
        lambda X, means: lloyd(X, means, lambda X, m: squares(X[:, :1], m[:, :1]).argmin(axis=1)),
    ),
    Variant(
        "means not moved",
        "The means are the old ones: after the labels comes the average.",
        lambda X, means: (labels_of(X, means), means),
    ),
    Variant(
        "labels of the new means",
        "The labels belong to the means after their move. One iteration asks first who, then "
        "where.",
        _labels_after,
    ),
    Variant(
        "divided by n",
        "The sums were divided by n. An average divides by what was counted.",
        _divided_by_n,
    ),
    Variant(
        "soft",
        "These are averages with soft responsibilities. In the cold an observation counts one or "
        "zero.",
        _soft,
    ),
    Variant(
        "median",
        "These are medians. What makes a sum of squared distances smallest is the average.",
        lambda X, means: lloyd(X, means, average=np.median),
    ),
    Variant(
        "mean of nothing",
        "A mean that is nobody's nearest became NaN: nothing was added up, and divided by how "
        "many? Decide what such a mean does; here it stays where it is.",
        lambda X, means: lloyd(X, means, empty=lambda m: np.full_like(m, np.nan)),
    ),
    Variant(
        "lonely mean at the origin",
        "A mean that is nobody's nearest jumped to the origin, where it never was. Here it stays "
        "where it is.",
        lambda X, means: lloyd(X, means, empty=np.zeros_like),
    ),
)
