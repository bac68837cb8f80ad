"""The M-step with row weights and one covariance, right and wrong."""

import numpy as np

from course.author import Variant
from course.known_wrong.density import only_diagonal
from course.known_wrong.expectation import hard
from course.known_wrong.maximization import scatter


def m_step(X, row_weights, resp):
    """Weights, means and the one covariance."""
    shares = row_weights[:, None] * resp
    counts = shares.sum(axis=0)
    means = shares.T @ X / counts[:, None]
    return (
        counts / row_weights.sum(),
        means,
        scatter(X, shares, means).sum(axis=0) / row_weights.sum(),
    )


def _m(*, weights=None, means=None, covariance=None):
    """Replace some of the results by functions of (X, w, resp, right means)."""

    def wrong(X, row_weights, resp):
        right = m_step(X, row_weights, resp)
        changes = (weights, means, covariance)
        return tuple(
            part if change is None else change(X, row_weights, resp, right[1])
            for part, change in zip(right, changes, strict=True)
        )

    return wrong


def shares_of(w, r):
    """Return what each cluster gets of each row, as often as the row counts."""
    return w[:, None] * r


def _about(centre):
    return _m(
        covariance=lambda X, w, r, m: (
            scatter(X, shares_of(w, r), centre(X, w, r, m)).sum(axis=0) / w.sum()
        )
    )


def _average(X, w, r, m):
    counts = shares_of(w, r).sum(axis=0)
    return (scatter(X, shares_of(w, r), m) / counts[:, None, None]).mean(axis=0)


def _by_np_cov(X, w, r, m):
    shares = shares_of(w, r)
    counts = shares.sum(axis=0)
    divisors = counts - (shares**2).sum(axis=0) / counts
    return np.einsum("k,kij->ij", counts / divisors, scatter(X, shares, m)) / w.sum()


M_STEP = (
    Variant(
        "row weights ignored",
        "Every row counts once here. A row of weight 3 stands for three equal observations, in "
        "every sum.",
        lambda X, w, r: m_step(X, np.ones_like(w), r),
    ),
    Variant(
        "weights over rows",
        "The weights are divided by the number of rows, so they add up to more than one. How many "
        "observations do the rows stand for?",
        _m(weights=lambda X, w, r, m: shares_of(w, r).sum(axis=0) / len(X)),
    ),
    Variant(
        "weights are counts",
        "The weights add up to the number of observations: these are the soft counts. As shares "
        "they add up to 1.",
        _m(weights=lambda X, w, r, m: shares_of(w, r).sum(axis=0)),
    ),
    Variant(
        "weights without row weights",
        "The weights are the mean responsibilities of the rows, each counted once. Rows that stand "
        "for more observations pull harder.",
        _m(weights=lambda X, w, r, m: r.mean(axis=0)),
    ),
    Variant(
        "weights equal",
        "All weights are 1/K, whatever the responsibilities. What share of the observations does "
        "each cluster answer for?",
        _m(weights=lambda X, w, r, m: np.full(r.shape[1], 1 / r.shape[1])),
    ),
    Variant(
        "weights in reverse order",
        "These are the right weights in reverse order: each cluster has the weight of another.",
        _m(weights=lambda X, w, r, m: (shares_of(w, r).sum(axis=0) / w.sum())[::-1]),
    ),
    Variant(
        "means sorted alone",
        "The means were sorted, and nothing else was: now each cluster has another's mean. Sort "
        "all parameters together, or none.",
        _m(means=lambda X, w, r, m: m[np.argsort(m[:, 0])]),
    ),
    Variant(
        "means over all",
        "The means are divided by the weight of all rows, and so they lie too near to zero. An "
        "average divides by what was counted: here the soft count of the cluster.",
        _m(means=lambda X, w, r, m: shares_of(w, r).T @ X / w.sum()),
    ),
    Variant(
        "means without row weights in the count",
        "The sums are weighted by the rows and the counts are not. What was added up must also be "
        "what is counted.",
        _m(means=lambda X, w, r, m: shares_of(w, r).T @ X / r.sum(axis=0)[:, None]),
    ),
    Variant(
        "means without row weights",
        "In the means every row counts once. A row of weight 3 pulls as three do.",
        _m(means=lambda X, w, r, m: r.T @ X / r.sum(axis=0)[:, None]),
    ),
    Variant(
        "covariance over rows",
        "The covariance is divided by the number of rows; it is too large. Divide by how many "
        "observations they stand for.",
        _m(covariance=lambda X, w, r, m: scatter(X, shares_of(w, r), m).sum(axis=0) / len(X)),
    ),
    Variant(
        "covariance over total - 1",
        "The covariance is divided by the number of observations less one. EM maximises the "
        "likelihood, which divides by the number itself.",
        _m(
            covariance=lambda X, w, r, m: scatter(X, shares_of(w, r), m).sum(axis=0) / (w.sum() - 1)
        ),
    ),
    Variant(
        "divisor of np.cov",
        "This is what `np.cov(..., aweights=...)` gives by default: a divisor less than what was "
        "counted, for an unbiased estimate. Maximum likelihood wants `ddof=0`.",
        _m(covariance=_by_np_cov),
    ),
    Variant(
        "average of the clusters' covariances",
        "The covariances of the clusters were averaged, each cluster counting the same. A cluster "
        "that answers for more observations knows more about the shape.",
        _m(covariance=_average),
    ),
    Variant(
        "one for each cluster",
        "Each cluster has a covariance of its own here. This model has one for all: what do the "
        "clusters' scatters add up to?",
        _m(
            covariance=lambda X, w, r, m: (
                scatter(X, shares_of(w, r), m) / shares_of(w, r).sum(axis=0)[:, None, None]
            )
        ),
    ),
    Variant(
        "about the overall mean",
        "Deviations are taken from the mean of all observations. Each cluster scatters about its "
        "own new mean, even where the shape is common.",
        _about(lambda X, w, r, m: np.tile(w @ X / w.sum(), (r.shape[1], 1))),
    ),
    Variant(
        "not centred",
        "No mean was taken off: these are averages of products, and they grow with the distance "
        "from zero. Spread is measured about the cluster's new mean.",
        _about(lambda X, w, r, m: np.zeros_like(m)),
    ),
    Variant(
        "weighted twice",
        "Responsibilities and row weights enter the scatter squared: both factors of the product "
        "were weighted. Weight one of them.",
        _m(covariance=lambda X, w, r, m: scatter(X, shares_of(w, r) ** 2, m).sum(axis=0) / w.sum()),
    ),
    Variant(
        "only variances",
        "The entries off the diagonal are zero, so the ellipses lie along the axes. How do two "
        "features vary together?",
        _m(
            covariance=lambda X, w, r, m: only_diagonal(
                scatter(X, shares_of(w, r), m).sum(axis=0) / w.sum()
            )
        ),
    ),
    Variant(
        "ridge",
        "The covariance is right but for something small added to the diagonal. That can be wise "
        "against collapse; here leave it out, or the likelihood is not the maximum.",
        _m(
            covariance=lambda X, w, r, m: (
                scatter(X, shares_of(w, r), m).sum(axis=0) / w.sum() + 1e-6 * np.eye(X.shape[1])
            )
        ),
    ),
    Variant(
        "responsibilities rounded",
        "The responsibilities were rounded to 0 and 1 before averaging, as k-means does. Keep the "
        "fractions: a half-explained observation counts half.",
        lambda X, w, r: m_step(X, w, hard(r)),
    ),
)
