"""Responsibilities of rows so far from every component that float64 has too few digits to decide.

A squared distance of 1e20 is known to no better than 1e4, and two components may differ by 1. The
formula is the same; its numbers are decimal, with as many digits as the squared distance has before
the point, and sixty more.
"""

from decimal import Context, Decimal, localcontext

import numpy as np

from .gaussian import log_det_precision

SPARE_DIGITS = 60
"""Sixteen for the result, the rest for covariances that are nearly singular."""


def exact_log_ratios(X, parameters, inverse_factors):
    """Log of the product of weight and density, less that of the best component of each row.

    Shape (n_rows, n_components), float64, the largest of each row is 0. The inverse factors, one a
    component, are those of `emlib.gaussian.whiteners`.
    """
    x = _to_decimal(X)
    with localcontext(Context(prec=_digits(X, parameters.means, inverse_factors))):
        log_joint = np.empty((len(X), parameters.n_components), dtype=object)
        for k, inverse in enumerate(inverse_factors):
            squares = _squared_distances(
                x - _to_decimal(parameters.means[k]), _to_decimal(_covariance_of(parameters, k))
            )
            with np.errstate(divide="ignore"):
                constant = np.log(parameters.weights[k]) + log_det_precision(inverse) / 2
            log_joint[:, k] = Decimal(constant) - squares / 2
        best = log_joint.max(axis=1, keepdims=True)
        return (log_joint - best).astype(np.float64)


def _squared_distances(z, covariance):
    """Quadratic form z' S^-1 z of every row, feature by feature, each freed of those before it."""
    if covariance.ndim < 2:
        return (z**2 / covariance).sum(axis=1)
    z, S = z.copy(), covariance.copy()
    total = 0
    for j in range(len(S)):
        total = total + z[:, j] ** 2 / S[j, j]
        slopes = S[j, j + 1 :] / S[j, j]
        z[:, j + 1 :] -= np.outer(z[:, j], slopes)
        S[j + 1 :, j + 1 :] -= np.outer(S[j, j + 1 :], slopes)
    return total


def _digits(X, means, inverse_factors):
    """Digits before the point of the largest squared distance, and some to spare."""
    span = np.log10(max(np.abs(X).max(), np.abs(means).max()))
    steepest = np.log10(max(np.abs(inverse).max() for inverse in inverse_factors))
    before_the_point = 2 * (span + steepest + np.log10(2 * X.shape[1]))
    return max(0, int(before_the_point)) + SPARE_DIGITS


def _covariance_of(parameters, k):
    tied = parameters.covariance_type == "tied"
    return parameters.covariances if tied else parameters.covariances[k]


_to_decimal = np.vectorize(Decimal, otypes=[object])
