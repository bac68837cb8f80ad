"""Brute force in hundreds of digits: what a mixture says, without a thought for speed."""

import mpmath
import numpy as np

from emlib.plain import as_full

PARAMETERS = ("weights", "means", "covariances")

DIGITS = 1300
"""Enough for the square of 1e308 measured in units of 1e-162, and some to spare."""


def responsibilities(x, weights, means, covariances, covariance_type):
    """Responsibilities of one row."""
    with mpmath.workdps(DIGITS):
        log_joint = _log_joint([x], _exact(weights, means, covariances, covariance_type))[0]
        best = max(log_joint)
        shares = [mpmath.exp(value - best) for value in log_joint]
        return np.array([float(share / sum(shares)) for share in shares])


def log_likelihood(X, values, covariance_type, sample_weight=None):
    """Weighted log-likelihood of all rows, where values hold weights, means and covariances."""
    with mpmath.workdps(_digits(X, values["covariances"])):
        components = _exact(*(values[name] for name in PARAMETERS), covariance_type)
        total = mpmath.mpf(0)
        row_weights = np.ones(len(X)) if sample_weight is None else sample_weight
        for row_weight, row in zip(row_weights, _log_joint(X, components), strict=True):
            best = max(row)
            log_density = best + mpmath.log(sum(mpmath.exp(value - best) for value in row))
            total += mpmath.mpf(float(row_weight)) * log_density
        return float(total)


def _digits(X, covariances):
    """Digits for squares of the largest number over the smallest variance, and fifty more."""
    numbers = np.abs(np.concatenate([np.ravel(X), np.ravel(covariances)]))
    span = np.log10(numbers.max()) - np.log10(numbers[numbers > 0].min())
    return 50 + 2 * int(span)


def _exact(weights, means, covariances, covariance_type):
    """(log of the constant, mean, inverse of the covariance) of every component of some weight."""
    means = np.asarray(means, dtype=float)
    full = as_full(covariances, *means.shape, covariance_type)
    components = []
    for weight, mean, covariance in zip(weights, means, full, strict=True):
        matrix = mpmath.matrix(covariance.tolist())
        determinant = mpmath.det(matrix) * (2 * mpmath.pi) ** len(mean)
        constant = mpmath.log(mpmath.mpf(float(weight))) if weight else -mpmath.inf
        constant -= mpmath.log(determinant) / 2
        components.append((constant, [mpmath.mpf(float(m)) for m in mean], mpmath.inverse(matrix)))
    return components


def _log_joint(X, components):
    table = []
    for x in X:
        row = []
        for constant, mean, precision in components:
            z = mpmath.matrix([mpmath.mpf(float(value)) for value in x]) - mpmath.matrix(mean)
            row.append(constant - (z.T * precision * z)[0] / 2)
        table.append(row)
    return table
