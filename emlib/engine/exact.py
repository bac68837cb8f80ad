"""Responsibilities of rows for which float64 has too few digits, with as many as they need.

A squared distance of 1e20 is known to no better than 1e4, and two components may differ by 1; under
nearly collinear features a squared distance of 10 may be known to no better than 1e-3. The formula
is the same; its numbers are decimal, with as many digits as the squared distance has before the
point, and sixty more. That takes some milliseconds a row, so it is done only where a responsibility
could change in its sixth decimal, and for a bounded share of the rows.
"""

from decimal import Context, Decimal, localcontext
from functools import lru_cache

import numpy as np

from ..gaussian import covariance_factors, log_densities, log_det_precision, whiteners
from ..validation import DegenerateComponentError

VISIBLE = 5e-7
"""Half a unit of the sixth decimal: if rounding moves a responsibility by less, float64 will do."""

ROUNDING = 8 * np.finfo(float).eps
"""Bound on the rounding of a log density, as a share of itself for each feature, if the features
are not collinear; and times the collinearity if they are, where it is far too high a bound."""

SAFETY = 4
"""Rounding under collinear features is taken to be this many times what it makes of a change of the
features' order."""

LEAST_ROWS, SHARE_OF_ROWS = 16, 1 / 64
"""Most rows that are computed exactly, of those looked at together: so many, or this share."""

MOST_FEATURES = 100
"""With more features exact arithmetic takes seconds a component; rounding decides there."""

SPARE_DIGITS = 60
"""Sixteen for the result, the rest for covariances that are nearly singular."""


def rows_together(n_components):
    """Most rows that prediction looks at together, so that they need little memory."""
    return max(256, min(4096, 2**18 // n_components))


def settled(log_joint, X, parameters):
    """Return log_joint, (n_rows, n_components), its rows in doubt computed exactly, in place.

    The exact rows hold log ratios, see `exact_log_ratios`: a softmax makes the same of both.
    """
    if X.shape[1] <= MOST_FEATURES:
        rows = rows_in_doubt(log_joint, X, parameters)
        if len(rows):
            log_joint[rows] = exact_log_ratios(X[rows], parameters)
    return log_joint


def rows_in_doubt(log_joint, X, parameters):
    """Numbers of the rows whose responsibilities rounding may change in the sixth decimal.

    If there are more than `LEAST_ROWS` and `SHARE_OF_ROWS`, those that it may change most.
    """
    values = np.maximum(log_joint, -np.finfo(float).max)
    with np.errstate(over="ignore"):
        rounding = parameters.n_features * ROUNDING * np.abs(values)
        bound = rounding * _collinearity(parameters)
    suspects = np.flatnonzero(_largest_change(values, bound, parameters.weights) > VISIBLE)
    if not len(suspects):
        return suspects
    change = _largest_change(values[suspects], rounding[suspects], parameters.weights)
    change = np.maximum(change, _change_by_order(values[suspects], X[suspects], parameters))
    most = max(LEAST_ROWS, int(SHARE_OF_ROWS * len(X)))
    worst = np.argsort(-change, kind="stable")[:most]
    return np.sort(suspects[worst[change[worst] > VISIBLE]])


def _largest_change(values, rounding, weights):
    """Most that rounding of log joints can do to a responsibility of each row, shape (n_rows,).

    A rival that lies `behind` the best component has a share near exp(-behind), which an error of
    `doubt` in the difference moves by no more than min(doubt, 1) exp(doubt - behind).
    """
    best = values.argmax(axis=1)[:, None]
    with np.errstate(over="ignore", invalid="ignore"):
        doubt = rounding + np.take_along_axis(rounding, best, axis=1)
        behind = np.take_along_axis(values, best, axis=1) - values
        change = np.minimum(doubt, 1) * np.exp(-np.maximum(behind - doubt, 0))
    rivals = (weights > 0) & (np.arange(values.shape[1]) != best)
    return np.where(rivals, np.nan_to_num(change, nan=1.0), 0.0).max(axis=1)


def _change_by_order(values, X, parameters):
    """Judge rounding under collinear features by what another order of them changes."""
    p = parameters
    if p.inverse_factors.ndim == 2:
        return np.zeros(len(X))
    turned = p.covariances[..., ::-1, ::-1], *p.means.shape, p.covariance_type
    try:
        inverses = whiteners(covariance_factors(*turned))
    except DegenerateComponentError:
        return np.ones(len(X))
    with np.errstate(divide="ignore"):
        other = np.log(p.weights) + log_densities(X[:, ::-1], p.means[:, ::-1], inverses)
    both = np.stack([values, np.maximum(other, -np.finfo(float).max)])
    both = np.exp(both - both.max(axis=2, keepdims=True))
    both /= both.sum(axis=2, keepdims=True)
    return SAFETY * np.abs(both[1] - both[0]).max(axis=1)


def _collinearity(parameters):
    """Largest ratio of a variance to what the other features leave of it, for each component."""
    if parameters.inverse_factors.ndim == 2:
        return np.ones(parameters.n_components)
    variances = np.diagonal(parameters.covariances, axis1=-2, axis2=-1)
    scaled = parameters.inverse_factors * np.sqrt(variances)[..., None, :]
    return np.square(scaled).sum(axis=1).max(axis=1)


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
