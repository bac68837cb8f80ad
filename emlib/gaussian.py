"""Log densities of Gaussian components, for the four shapes that a covariance can take.

    log N(x | mean, S) = -1/2 (d log 2 pi + log det S + (x - mean)' S^-1 (x - mean))

Everything goes through a factor A of the covariance, S = A A': then the quadratic form is
|z|^2 with z = A^-1 (x - mean), and log det S = 2 sum log diag A. Page: Refresher, "What Sigma
looks like".
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from .engine.blas import one_blas_thread
from .types import CovarianceType
from .validation import DegenerateComponentError, check_covariances, check_means, check_X

LOG_2PI = np.log(2 * np.pi)
ROUNDING = 16 * np.finfo(float).eps
"""A variance left over after regression on the other features that is a smaller share of the whole
than n_features times this is rounding, not spread."""

SMALL_TRIANGLE = 64
"""Triangles of up to so many rows are inverted at once."""


def log_gaussian(
    X: ArrayLike, means: ArrayLike, covariances: ArrayLike, covariance_type: CovarianceType = "full"
) -> np.ndarray:
    """Log density of every observation under every component.

    Parameters
    ----------
    X : array, shape (n_samples, n_features)
    means : array, shape (n_components, n_features), in the units of X
    covariances : array, in squared units of X, shape
        (n_components, n_features, n_features) for "full", (n_features, n_features) for "tied",
        (n_components, n_features) for "diag", (n_components,) for "spherical"
    covariance_type : {"full", "tied", "diag", "spherical"}

    Returns
    -------
    array, shape (n_samples, n_components), natural logarithms; may exceed 0, because a density
    is not a probability.

    Raises
    ------
    ValueError
        Names the argument, the row or component, and the remedy.

    References
    ----------
    Page *One observation, two clusters*, equation (normal); Bishop 2006, equation 2.43.

    Examples
    --------
    >>> emlib.log_gaussian([[0.0], [3.0]], [[0.0], [2.0]], [1.0, 4.0], "spherical").round(4)
    array([[-0.9189, -2.1121],
           [-5.4189, -1.7371]])
    """
    X = check_X(X)
    means = check_means(means, n_features=X.shape[1])
    k, d = means.shape
    covariances = check_covariances(covariances, k, d, covariance_type)
    return log_densities(
        X, means, whiteners(covariance_factors(covariances, k, d, covariance_type))
    )


def log_densities(X, means, inverse_factors):
    """Log density of rows that were checked, under components whose factors were inverted.

    z = A^-1 (x - mean), row by row; shape (n_samples, n_components).
    """
    log_density = np.empty((len(X), len(means)))
    constant = X.shape[1] * LOG_2PI
    for k, (mean, inverse) in enumerate(zip(means, inverse_factors, strict=True)):
        with np.errstate(over="ignore", invalid="ignore"), one_blas_thread():
            z = X - mean
            z = z * inverse if inverse.ndim == 1 else times_lower(z, inverse)
        log_density[:, k] = -0.5 * (constant - log_det_precision(inverse) + row_squares(z))
    return log_density


def times_lower(rows, lower):
    """Return rows @ lower.T for a lower triangular matrix, without most of its zeros."""
    d = len(lower)
    if d < 64:
        return rows @ lower.T
    product, edges = np.empty_like(rows), np.linspace(0, d, 5, dtype=int)
    for start, stop in pairwise(edges):
        np.matmul(rows[:, :stop], lower[start:stop, :stop].T, out=product[:, start:stop])
    return product


def row_squares(z):
    """Squared length of every row; infinite where it, or a difference of the row, overflows."""
    with np.errstate(over="ignore"):
        squares = np.einsum("ij,ij->i", z, z)
    squares[np.isnan(squares)] = np.inf
    return squares


def whiteners(factors):
    """Inverse factors A^-1, of the same shape as the stacked factors."""
    if factors.ndim == 2:
        return 1 / factors
    distinct = factors[:1] if factors.strides[0] == 0 else factors
    with one_blas_thread():
        inverses = np.where(_lower(factors.shape[1]), _inverses(distinct), 0.0)
    return inverses if len(inverses) == len(factors) else np.broadcast_to(inverses, factors.shape)


def _inverses(factors):
    """Inverses of a stack of lower triangles; above the diagonal may be rounding.

    Each row is measured in its own diagonal first: so no pivot is chosen for its feature's unit.
    """
    units = diagonals(factors)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return inverses_by_halves(factors / units[:, :, None]) / units[:, None, :]


def inverses_by_halves(factors):
    """Inverses of a stack of lower triangles, large ones by products, which are fast.

    [[A, 0], [B, C]]^-1 = [[A^-1, 0], [-C^-1 B A^-1, C^-1]]
    """
    half = factors.shape[1] // 2
    if half <= SMALL_TRIANGLE // 2:
        return np.linalg.inv(factors)
    first = inverses_by_halves(factors[:, :half, :half])
    last = inverses_by_halves(factors[:, half:, half:])
    inverses = np.zeros_like(factors)
    inverses[:, :half, :half], inverses[:, half:, half:] = first, last
    inverses[:, half:, :half] = -(last @ factors[:, half:, :half] @ first)
    return inverses


@lru_cache(maxsize=8)
def _lower(n_features):
    return np.tri(n_features, dtype=bool)


def log_det_precision(inverse_factor):
    """Log determinant of the precision S^-1 = A^-1' A^-1, a float."""
    return log_det_precisions(inverse_factor[None])[0]


def log_det_precisions(inverse_factors):
    """Log determinant of each precision, shape (n_components,)."""
    if inverse_factors.ndim == 3:
        inverse_factors = diagonals(inverse_factors)
    return 2 * np.log(inverse_factors).sum(axis=1)


def precision_diagonals(inverse_factors):
    """Diagonals of the precisions, (n_components, n_features); infinite where they overflow."""
    with np.errstate(over="ignore"):
        if inverse_factors.ndim == 2:
            return np.square(inverse_factors)
        return np.einsum("kij,kij->kj", inverse_factors, inverse_factors)


def covariance_factors(covariances, n_components, n_features, covariance_type):
    """Factors A_k with S_k = A_k A_k', one a component.

    Returns lower triangles, (n_components, n_features, n_features), for "full" and "tied";
    standard deviations, (n_components, n_features), for "diag" and "spherical".
    Raises DegenerateComponentError where a covariance is not positive definite.
    """
    if covariance_type in ("full", "tied"):
        stack = covariances.reshape(-1, n_features, n_features)
        factors, sound = _cholesky(stack)
        shape = (n_components, n_features, n_features)
    else:
        stack = covariances.reshape(n_components, -1)
        sound = stack > 0
        factors = np.sqrt(stack) if sound.all() else stack
        shape = (n_components, n_features)
    if not sound.all():
        raise DegenerateComponentError(
            np.flatnonzero(np.broadcast_to(~sound.all(axis=1), n_components)),
            "collapsed",
            "raise reg_covar or use fewer components",
        )
    return factors if factors.shape == shape else np.broadcast_to(factors, shape)


def _cholesky(covariances):
    """Cholesky factors of a stack, and which of their pivots are sound, (len, n_features).

    None is where there is no factor, nor one that is nothing but the rounding of its variance:
    otherwise points on a line would collapse or pass, whichever way the last bit falls.
    """
    try:
        with one_blas_thread():
            factors = np.linalg.cholesky(covariances)
    except np.linalg.LinAlgError:
        if len(covariances) == 1:
            return covariances, np.zeros(covariances.shape[:2], dtype=bool)
        parts = [_cholesky(covariance[None]) for covariance in covariances]
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))
    pivots = diagonals(factors)
    return factors, pivots * pivots > factors.shape[1] * ROUNDING * diagonals(covariances)


def diagonals(matrices):
    """Diagonal of each matrix, (n_components, n_features); a view of them if they are in order."""
    k, d, _ = matrices.shape
    return matrices.reshape(k, d * d)[:, :: d + 1]
