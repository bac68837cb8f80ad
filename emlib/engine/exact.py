"""Responsibilities of rows so far from every component that float64 has too few digits to decide.

A squared distance of 1e20 is known to no better than 1e4, and two components may differ by 1. The
formula is the same; its numbers are decimal, with as many digits as the squared distance has before
the point, and sixty more.
"""

from decimal import Context, Decimal, localcontext
from functools import lru_cache

import numpy as np

from ..gaussian import log_det_precision

SPARE_DIGITS = 60
"""Sixteen for the result, the rest for covariances that are nearly singular."""


def exact_log_ratios(X, parameters):
    """Log of the product of weight and density, less that of the best component of each row.

    Shape (n_rows, n_components), float64, the largest of each row is 0.
    """
    inverse_factors = parameters.inverse_factors
    x, digits = _to_decimal(X), _digits(X, parameters.means, inverse_factors)
    with localcontext(Context(prec=digits)):
        log_joint = np.empty((len(X), parameters.n_components), dtype=object)
        for k, inverse in enumerate(inverse_factors):
            z = x - _to_decimal(parameters.means[k])
            squares = _squared_distances(z, _covariance_of(parameters, k), digits)
            with np.errstate(divide="ignore"):
                constant = np.log(parameters.weights[k]) + log_det_precision(inverse) / 2
            log_joint[:, k] = Decimal(constant) - squares / 2
        best = log_joint.max(axis=1, keepdims=True)
        return (log_joint - best).astype(np.float64)


def _squared_distances(z, covariance, digits):
    """Quadratic form z' S^-1 z of every row, feature by feature, each freed of those before it."""
    if covariance.ndim < 2:
        return (z**2 / _to_decimal(covariance)).sum(axis=1)
    z, total = z.copy(), 0
    for j, (pivot, slopes) in enumerate(_eliminated(covariance.tobytes(), z.shape[1], digits)):
        total = total + z[:, j] ** 2 / pivot
        z[:, j + 1 :] -= np.outer(z[:, j], slopes)
    return total


@lru_cache(maxsize=64)
def _eliminated(covariance, d, digits):
    """Variance that earlier features leave each feature, and its slopes for the later ones.

    Kept, because prediction comes here again with every block of rows.
    """
    with localcontext(Context(prec=digits)):
        S, steps = _to_decimal(np.frombuffer(covariance).reshape(d, d)), []
        for j in range(d):
            slopes = S[j, j + 1 :] / S[j, j]
            S[j + 1 :, j + 1 :] -= np.outer(S[j, j + 1 :], slopes)
            steps.append((S[j, j], slopes))
    return steps


def _digits(X, means, inverse_factors):
    """Digits before the point of the largest squared distance, in tens, and some to spare."""
    span = np.log10(max(np.abs(X).max(), np.abs(means).max()))
    steepest = np.log10(max(np.abs(inverse).max() for inverse in inverse_factors))
    before_the_point = 2 * (span + steepest + np.log10(2 * X.shape[1]))
    return 10 * (max(0, int(before_the_point)) // 10 + 1) + SPARE_DIGITS


def _covariance_of(parameters, k):
    tied = parameters.covariance_type == "tied"
    return np.asarray(parameters.covariances if tied else parameters.covariances[k])


_to_decimal = np.vectorize(Decimal, otypes=[object])
