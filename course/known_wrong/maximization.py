"""The M-step, right and wrong in every way that was met."""

import numpy as np

from course.author import Variant

from .density import only_diagonal
from .expectation import hard


def m_step(X, resp):
    """Weights, means and covariances from responsibilities."""
    counts = resp.sum(axis=0)
    means = resp.T @ X / counts[:, None]
    return counts / len(X), means, scatter(X, resp, means) / counts[:, None, None]


def scatter(X, resp, centres):
    """Weighted sums of squares and products about the centres, shape (K, d, d)."""
    differences = X[:, None, :] - centres
    return np.einsum("ik,ikj,ikl->kjl", resp, differences, differences)


def _with(*, weights=None, means=None, covariances=None):
    """Replace some of the three results by functions of (X, resp)."""
    changes = (weights, means, covariances)

    def wrong(X, resp):
        right = m_step(X, resp)
        return tuple(
            part if change is None else change(X, resp)
            for part, change in zip(right, changes, strict=True)
        )

    return wrong


def _means(X, resp):
    return m_step(X, resp)[1]


def _covariances(X, resp):
    return m_step(X, resp)[2]


def _over(divisor):
    """Covariances with another divisor than the soft counts."""
    return lambda X, resp: scatter(X, resp, _means(X, resp)) / divisor(X, resp)


def _counts(X, resp):
    return resp.sum(axis=0)[:, None, None]


def _about(centre):
    return lambda X, resp: scatter(X, resp, centre(X, resp)) / _counts(X, resp)


def _pooled(X, resp):
    weights, _, covariances = m_step(X, resp)
    pooled = np.einsum("k,kij->ij", weights, covariances)
    return np.repeat(pooled[None], len(weights), axis=0)


WEIGHTS = (
    Variant(
        "weights are counts",
        "The weights add up to the number of observations: these are the soft counts. As shares "
        "they add up to 1.",
        _with(weights=lambda X, resp: resp.sum(axis=0)),
    ),
    Variant(
        "weights equal",
        "All weights are 1/K, whatever the responsibilities. What share of the observations does "
        "each cluster answer for?",
        _with(weights=lambda X, resp: np.full(resp.shape[1], 1 / resp.shape[1])),
    ),
    Variant(
        "weights in reverse order",
        "These are the right weights in reverse order: each cluster has the weight of another.",
        _with(weights=lambda X, resp: m_step(X, resp)[0][::-1]),
    ),
    Variant(
        "weights over K",
        "The soft counts are divided by the number of clusters. They count observations, so the "
        "share is of n.",
        _with(weights=lambda X, resp: resp.sum(axis=0) / resp.shape[1]),
    ),
)

MEANS = (
    Variant(
        "means over n",
        "The means are divided by the number of all observations, and so they lie too near to "
        "zero. An average divides by what was counted: here the soft count of the cluster.",
        _with(means=lambda X, resp: resp.T @ X / len(X)),
    ),
    Variant(
        "means sorted alone",
        "The means were sorted, and nothing else was: now each cluster has another's mean. Sort "
        "all parameters together, or none.",
        _with(means=lambda X, resp: (lambda m: m[np.argsort(m[:, 0])])(_means(X, resp))),
    ),
    Variant(
        "means not divided",
        "These are weighted sums of observations, in far too large units. By what must a weighted "
        "sum be divided to be an average?",
        _with(means=lambda X, resp: resp.T @ X),
    ),
)

COVARIANCES = (
    Variant(
        "covariances over n",
        "The covariances are divided by the number of all observations. A cluster's spread is an "
        "average over what the cluster answers for: the soft count.",
        _with(covariances=_over(lambda X, resp: len(X))),
    ),
    Variant(
        "covariances over count - 1",
        "The covariances are divided by the soft count less one. That is the unbiased estimate of "
        "one sample; EM maximises the likelihood, which divides by the soft count.",
        _with(covariances=_over(lambda X, resp: _counts(X, resp) - 1)),
    ),
    Variant(
        "divisor of np.cov",
        "This is what `np.cov(..., aweights=...)` gives by default: a divisor less than the soft "
        "count, for an unbiased estimate. Maximum likelihood wants `ddof=0`.",
        _with(
            covariances=_over(
                lambda X, resp: (
                    _counts(X, resp) - (resp**2).sum(axis=0)[:, None, None] / _counts(X, resp)
                )
            )
        ),
    ),
    Variant(
        "about the overall mean",
        "Deviations are taken from the mean of all observations. Each cluster scatters about its "
        "own new mean.",
        _with(covariances=_about(lambda X, resp: np.tile(X.mean(axis=0), (resp.shape[1], 1)))),
    ),
    Variant(
        "not centred",
        "No mean was taken off: these are averages of products, and they grow with the distance "
        "from zero. Spread is measured about the cluster's new mean.",
        _with(covariances=_about(lambda X, resp: np.zeros((resp.shape[1], X.shape[1])))),
    ),
    Variant(
        "scatter not weighted",
        "Every observation counts in full for every cluster. Let each count as much as the "
        "cluster is responsible for it.",
        _with(
            covariances=lambda X, resp: (
                scatter(X, np.ones_like(resp), _means(X, resp)) / _counts(X, resp)
            )
        ),
    ),
    Variant(
        "scatter not weighted, over n",
        "Every observation counts the same for every cluster. Let each count as much as the "
        "cluster is responsible for it.",
        _with(covariances=lambda X, resp: scatter(X, np.ones_like(resp), _means(X, resp)) / len(X)),
    ),
    Variant(
        "scatter weighted twice",
        "The responsibilities enter squared: both factors of the product were weighted. Weight "
        "one of them.",
        _with(covariances=lambda X, resp: scatter(X, resp**2, _means(X, resp)) / _counts(X, resp)),
    ),
    Variant(
        "only variances",
        "The entries off the diagonal are zero, so every ellipse lies along the axes. How do two "
        "features vary together?",
        _with(
            covariances=lambda X, resp: np.stack(
                [only_diagonal(covariance) for covariance in _covariances(X, resp)]
            )
        ),
    ),
    Variant(
        "one covariance for all",
        "All clusters have the same covariance, the pooled one. That is another model; here each "
        "has its own.",
        _with(covariances=_pooled),
    ),
    Variant(
        "ridge",
        "The covariances are right but for something small added to the diagonal. That can be wise "
        "against collapse; here leave it out, or the likelihood is not the maximum.",
        _with(covariances=lambda X, resp: _covariances(X, resp) + 1e-6 * np.eye(X.shape[1])),
    ),
    Variant(
        "standard deviations",
        "A root was taken: these are in the units of the data. A covariance is in squared units.",
        _with(covariances=lambda X, resp: np.sqrt(np.abs(_covariances(X, resp)))),
    ),
)

M_STEP = (
    *WEIGHTS,
    *MEANS,
    *COVARIANCES,
    Variant(
        "responsibilities rounded",
        "The responsibilities were rounded to 0 and 1 before averaging, as k-means does. Keep the "
        "fractions: a half-explained observation counts half.",
        lambda X, resp: m_step(X, hard(resp)),
    ),
)
