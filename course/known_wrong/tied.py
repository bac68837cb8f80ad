"""Shared covariance, log-sum-exp, known labels, the even weight: right and wrong."""

import numpy as np

from course.author import Variant
from course.inputs import mixture as full_mixture

from . import density, expectation
from .expectation import hard, log_sum

CANCELS = {
    "determinant missing",
    "determinant not halved",
    "determinant turned",
    "first covariance for all",
}
"""Mistakes that make no difference to shares where all clusters have the same covariance."""


def mixture(make):
    """Make inputs of a mixture with one covariance: X, weights, means, covariance."""

    def inputs(rng):
        X, weights, means, covariances = make(rng)
        return X, weights, means, covariances[0]

    return inputs


def without_weights(make):
    """Make inputs for densities: X, means, covariance."""

    def inputs(rng):
        X, _, means, covariance = mixture(make)(rng)
        return X, means, covariance

    return inputs


def _spread_out(covariance, n_components):
    return np.repeat(covariance[None], n_components, axis=0)


def tied(function):
    """Make a function of (X, weights, means, covariances) one of a single covariance."""
    return lambda X, weights, means, covariance: function(
        X, weights, means, _spread_out(covariance, len(means))
    )


def _tied_density(function):
    return lambda X, means, covariance: function(X, means, _spread_out(covariance, len(means)))


LOG_DENSITY = tuple(
    Variant(variant.name, variant.hint, _tied_density(variant.function))
    for variant in density.LOG_GAUSSIAN
    if variant.name != "first covariance for all"
)

RESPONSIBILITIES = tuple(
    Variant(variant.name, variant.hint, tied(variant.function))
    for variant in expectation.RESPONSIBILITIES
    if variant.name not in CANCELS
)


# --- The logarithm of a sum


def ordinary_rows(rng):
    """Rows of small numbers."""
    return (rng.normal(size=(7, 4)).round(3),)


def extreme_rows(rng):
    """Rows near a thousand and rows near minus a thousand."""
    rows = ordinary_rows(rng)[0]
    return (rows + np.where(np.arange(len(rows)) % 2, 1000, -1000)[:, None],)


def impossible_rows(rng):
    """Rows in each of which one entry is minus infinity."""
    rows = ordinary_rows(rng)[0]
    rows[np.arange(len(rows)), rng.integers(0, 4, len(rows))] = -np.inf
    return (rows,)


def _log_sum(rows):
    return log_sum(rows)[:, 0]


LOG_SUM_EXP = (
    Variant(
        "overflow and underflow",
        "For very large or very small entries this is infinite: the exponential leaves the range "
        "of the machine. Only what is left after the row's largest entry was taken off is safe to "
        "exponentiate.",
        lambda rows: np.log(np.exp(rows).sum(axis=1)),
    ),
    Variant(
        "something small added",
        "Rows of very small entries stand still near -690: something like 1e-300 was added before "
        "the logarithm. It hides the underflow; take off the row's largest entry first.",
        lambda rows: np.log(np.exp(rows).sum(axis=1) + 1e-300),
    ),
    Variant(
        "largest not added back",
        "The largest entry was taken off and never added back: multiply by it again, outside the "
        "logarithm that is one addition.",
        lambda rows: _log_sum(rows) - rows.max(axis=1),
    ),
    Variant(
        "largest of all",
        "The largest entry of the whole table was taken off. A row far below it is zero then: each "
        "row has a largest of its own.",
        lambda rows: rows.max() + np.log(np.exp(rows - rows.max()).sum(axis=1)),
    ),
    Variant(
        "along the observations",
        "This adds up each column. One row is one observation, and its entries are what is added.",
        lambda rows: log_sum(rows, axis=0)[0],
    ),
    Variant(
        "sum of the entries",
        "These are sums of the logarithms, which belong to products. The sum of the values "
        "themselves was asked for.",
        lambda rows: rows.sum(axis=1),
    ),
    Variant(
        "largest only",
        "This is the largest entry of each row. It is near, since the largest value counts most, "
        "but the others count too.",
        lambda rows: rows.max(axis=1),
    ),
    Variant(
        "logarithm missing",
        "These are the sums themselves; their logarithm was asked for.",
        lambda rows: np.exp(rows).sum(axis=1),
    ),
    Variant(
        "mean instead of sum",
        "This is the logarithm of the mean. It is too small by log K: the values are added, not "
        "averaged.",
        lambda rows: _log_sum(rows) - np.log(rows.shape[1]),
    ),
    Variant(
        "a column",
        "One number for each row was asked for, and this is a column: drop the last axis.",
        log_sum,
    ),
    Variant(
        "normalised rows",
        "These are the logarithms of shares: the log-sum was taken off the entries. The log-sum "
        "itself was asked for.",
        lambda rows: rows - log_sum(rows),
    ),
)


# --- Known labels


def some_labels(rng):
    """Return a mixture and labels, a third of which are known."""
    X, weights, means, covariance = mixture(full_mixture)(rng)
    labels = np.full(len(X), -1)
    known = rng.permutation(len(X))[: len(X) // 3]
    resp = tied(expectation.responsibilities)(X, weights, means, covariance)
    labels[known] = resp[known].argmin(axis=1)  # unlikely ones, so that ignoring them shows
    labels[known[0]] = 0
    return X, weights, means, covariance, labels


def no_labels(rng):
    """Return a mixture and labels none of which is known."""
    X, weights, means, covariance, labels = some_labels(rng)
    return X, weights, means, covariance, np.full_like(labels, -1)


def with_labels(X, weights, means, covariance, labels, *, resp=None, known=None, shift=0):
    """Responsibilities with known labels; right as it stands."""
    resp = tied(expectation.responsibilities) if resp is None else resp
    labels = np.asarray(labels).astype(int)
    known = labels >= 0 if known is None else known(labels)
    shares = np.array(resp(X, weights, means, covariance))
    shares[known] = np.eye(len(weights))[(labels[known] + shift) % len(weights)]
    return shares


def _some(**change):
    return lambda *arguments: with_labels(*arguments, **change)


def _label_as_weight(X, weights, means, covariance, labels):
    labels = np.asarray(labels).astype(int)
    known = np.eye(len(weights))[labels] * (labels >= 0)[:, None]
    shares = tied(expectation.responsibilities)(X, weights, means, covariance) + known
    return shares / shares.sum(axis=1, keepdims=True)


WITH_LABELS = (
    Variant(
        "labels ignored",
        "The labels make no difference here. Somebody saw where these observations came from: what "
        "is left to divide?",
        lambda *arguments: tied(expectation.responsibilities)(*arguments[:4]),
    ),
    Variant(
        "cluster 0 taken for unknown",
        "Observations known to come from cluster 0 are treated as unknown. Unknown is -1, and 0 is "
        "a label like any other.",
        _some(known=lambda labels: labels > 0),
    ),
    Variant(
        "unknown taken for a label",
        "The label -1 was used as an index and picked the last cluster. It means that nobody "
        "knows: there the shares stay soft.",
        _some(known=lambda labels: labels >= -1),
    ),
    Variant(
        "labels off by one",
        "The known observations go to the cluster next to theirs: clusters are counted from 0.",
        _some(shift=-1),
    ),
    Variant(
        "unknown made hard",
        "The unknown observations were made hard too. Nobody saw them, so they stay shared.",
        _some(resp=lambda *p: hard(tied(expectation.responsibilities)(*p))),
    ),
    Variant(
        "unknown left at zero",
        "The rows without a label are zero. They are shared out as before.",
        _some(resp=lambda X, weights, *rest: np.zeros((len(X), len(weights)))),
    ),
    Variant(
        "label as one more vote",
        "The label was added to the shares and the row normalised again. A label that is known "
        "leaves nothing for the others.",
        _label_as_weight,
    ),
)


# --- The even weight


def two_clusters(rng):
    """One observation between two clusters, both of which can have it: x, means, covariance.

    The even weight is neither a half nor so near 0 or 1 that a right way to compute it, such as one
    minus the other weight, would lose its digits.
    """
    draw = without_weights(lambda rng: full_mixture(rng, n=5, d=3, k=2))
    while True:
        X, means, covariance = draw(rng)
        for x in X:
            if 0.1 < abs(np.subtract(*_logs(x, means, covariance))) < 6:
                return x, means, covariance


def two_far_clusters(rng):
    """One observation far from two clusters, along the line that parts them."""
    x, means, covariance = two_clusters(rng)
    along = means[1] - means[0]
    across = np.cross(np.linalg.solve(covariance, along), [1.0, 2.0, 3.0])
    return x + 300 * across / np.linalg.norm(across), means, covariance


def _logs(x, means, covariance):
    return density.log_density(x[None], means, _spread_out(covariance, 2))[0]


def even_weight(*arguments):
    """Weight of the first cluster for an even share."""
    first, second = _logs(*arguments)
    return 1 / (1 + np.exp(first - second))


EVEN_WEIGHT = (
    Variant(
        "weight of the other",
        "This is the weight that the second cluster needs. The first is farther away here or "
        "nearer: which of the two must be heavier?",
        lambda *p: 1 - even_weight(*p),
    ),
    Variant(
        "odds",
        "This is the ratio of the two weights. They also add up to one: solve for one of them.",
        lambda *p: np.exp(np.subtract(*_logs(*p)[::-1])),
    ),
    Variant(
        "ratio of logarithms",
        "The logarithms of the densities were used as if they were the densities. Set the two "
        "products equal, and only then take logarithms.",
        lambda *p: _logs(*p)[1] / _logs(*p).sum(),
    ),
    Variant(
        "half",
        "One half makes the two share evenly only where they are equally near.",
        lambda *p: 0.5,
    ),
    Variant(
        "underflow",
        "Far away both densities are zero on the machine and their ratio is lost. The difference "
        "of the logarithms keeps it.",
        lambda *p: float(np.exp(_logs(*p))[1] / np.exp(_logs(*p)).sum()),
    ),
)
