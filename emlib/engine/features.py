"""The fast path: the log of weight times density is linear in a few features of x.

With precision L = S^-1 and x measured from the centre of the data,

    log(weight N(x | mean, S)) = constant + (L mean)' x - 1/2 x' L x

is a dot product of coefficients with features that depend on x alone:

    full       1, x, and x_i x_j for i <= j        (coefficients -L_ij, and -L_ii / 2 where i = j)
    diag       1, x, x**2
    spherical  1, x, |x|**2
    tied       1, x                                 (x' L x is the same for all components)

So for a block of rows, all log densities are one matrix product, and all expected sufficient
statistics, sums of responsibility times feature, are a second one. Features stand in rows and
observations in columns: the softmax then runs along contiguous memory.
"""

from functools import lru_cache

import numpy as np

from ..gaussian import LOG_2PI

LOG_ZERO = -1e300
"""Stands for log 0 in a matrix product. AVX-512 kernels pad with zeros, and an infinity times zero
raises a warning there."""


def n_columns(n_features, covariance_type):
    """Count the features that stand for one observation, the constant included."""
    quadratic = {
        "full": n_features * (n_features + 1) // 2,
        "diag": n_features,
        "spherical": 1,
        "tied": 0,
    }[covariance_type]
    return 1 + n_features + quadratic


def fill(features, block, centre, covariance_type):
    """Write the features of a block, shape (n_rows, n_features), into (n_columns, n_rows)."""
    d = block.shape[1]
    features[0] = 1.0
    x = np.subtract(block.T, centre[:, None], out=features[1 : 1 + d])
    quadratic = features[1 + d :]
    if covariance_type == "full":
        row = 0
        for i in range(d):
            np.multiply(x[i], x[i:], out=quadratic[row : row + d - i])
            row += d - i
    elif covariance_type == "diag":
        np.multiply(x, x, out=quadratic)
    elif covariance_type == "spherical":
        np.einsum("ij,ij->j", x, x, out=quadratic[0])
    return features


def coefficients_of(weights, offsets, precisions, log_dets, covariance_type):
    """Coefficients of the features, shape (n_components, n_columns).

    offsets are the means minus the centre, shape (n_components, n_features); precisions have the
    shape of covariances; log_dets, shape (n_components,), are those of the precisions.
    """
    k, d = offsets.shape
    coefficients = np.empty((k, n_columns(d, covariance_type)))
    constant, linear, quadratic = np.split(coefficients, [1, 1 + d], axis=1)
    if covariance_type == "tied":
        linear[:] = offsets @ precisions
    elif covariance_type == "full":
        upper, _, signs = upper_triangle(d)
        linear[:] = np.matmul(precisions, offsets[:, :, None])[:, :, 0]
        quadratic[:] = signs * precisions.reshape(k, d * d)[:, upper]
    else:
        precisions = precisions.reshape(k, -1)
        linear[:], quadratic[:] = precisions * offsets, -0.5 * precisions
    with np.errstate(divide="ignore"):
        log_weights = np.maximum(np.log(weights), LOG_ZERO)
    squares = np.einsum("kj,kj->k", linear, offsets)
    constant[:, 0] = log_weights + 0.5 * (log_dets - d * LOG_2PI - squares)
    return coefficients


def unpack(totals, n_features, covariance_type):
    """Split summed features, (n_components, n_columns), into counts, sums and scatters.

    There are no scatters for "tied" (0): they do not depend on the responsibilities.
    """
    counts, sums = totals[:, 0], totals[:, 1 : 1 + n_features]
    quadratic = totals[:, 1 + n_features :]
    if covariance_type == "full":
        return counts, sums, quadratic.take(upper_triangle(n_features)[1], axis=1)
    if covariance_type == "tied":
        return counts, sums, np.zeros((n_features, n_features))
    return counts, sums, quadratic if covariance_type == "diag" else quadratic[:, 0]


@lru_cache(maxsize=8)
def upper_triangle(d):
    """Return indices for a quadratic form x' L x, symmetric L kept as its upper triangle.

    Returns
    -------
    upper : array, position in L.ravel() of each entry i <= j of the triangle
    position : array, shape (d, d), the place in the triangle of every entry of L
    signs : array, factor of each entry in -1/2 x' L x: -1, and -1/2 on the diagonal
    """
    rows, columns = np.triu_indices(d)
    position = np.empty((d, d), dtype=np.intp)
    position[rows, columns] = position[columns, rows] = np.arange(len(rows))
    return rows * d + columns, position, np.where(rows == columns, -0.5, -1.0)
