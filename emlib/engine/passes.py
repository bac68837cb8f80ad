"""The E-step on one part of the rows: its statistics and log-likelihood, in three ways.

`by_features` needs two matrix products a block (see `features`), `by_whitening` two a component,
both with all components measured from one centre. `by_component` measures each from its own origin.
The results of two parts add up, so each may be computed wherever its rows are.
"""

import threading

import numpy as np

from ..frozen import adopt
from ..gaussian import LOG_2PI, log_densities, log_det_precisions, row_squares, times_lower
from ..mixture import log_sum_exp
from ..statistics import Statistics, block_statistics
from . import features
from .rows import N_ROWS

_kept = threading.local()

SMALLEST_EXPONENT = -700.0
SMALLEST = np.exp(SMALLEST_EXPONENT)
"""Responsibilities below exp of this are 0: next to them are denormal numbers, which are slow."""


def by_features(part, centre, coefficients, covariance_type):
    """Statistics about the centre, and log-likelihood, of a part of the rows.

    For "tied" there is no scatter (0), and the log-likelihood lacks the term that all components
    share, -1/2 sum_i x_i' L x_i: neither depends on the responsibilities.
    """
    n_components, n_columns = coefficients.shape
    totals, log_likelihood = np.zeros(coefficients.shape), 0.0
    length = min(_block_length(n_columns + n_components), len(part.table))
    workspace = _workspace(n_columns + n_components, length)
    for block, weight in part.blocks(length):
        table, logits = np.split(workspace[:, : len(block)], [n_columns])
        features.fill(table, block, centre, covariance_type)
        np.matmul(coefficients, table, out=logits)
        log_density = softmax_over_components(logits)
        if weight is not None:
            logits *= weight
            log_density *= weight
        totals += logits @ table.T
        log_likelihood += float(log_density.sum())
    sums = features.unpack(totals, len(centre), covariance_type)
    return _about_centre(centre, *sums, covariance_type), log_likelihood


def by_whitening(part, centre, parameters):
    """Statistics about the centre, and log-likelihood, of a part of the rows; for "full" only.

    With many features and few components this has fewer multiplications than the quadratic
    features, and no table of them:

        log(weight N(x | mean, S)) = constant - 1/2 |A^-1 (x - centre) - A^-1 (mean - centre)|^2

    Parameters
    ----------
    part : emlib.engine.rows.Part
    centre : array, shape (n_features,)
    parameters : Parameters
    """
    inverses, (n_components, d) = parameters.inverse_factors, parameters.means.shape
    offsets = np.einsum("kij,kj->ki", inverses, parameters.means - centre)
    with np.errstate(divide="ignore"):
        constants = np.log(parameters.weights)
    constants = constants + 0.5 * (log_det_precisions(inverses) - d * LOG_2PI)
    counts, sums = np.zeros(n_components), np.zeros((n_components, d))
    scatters, log_likelihood = np.zeros((n_components, d, d)), 0.0
    for block, weight in part.blocks(_block_length(n_components * 2 + d)):
        x, logits = block - centre, np.empty((n_components, len(block)))
        for k, (inverse, offset) in enumerate(zip(inverses, offsets, strict=True)):
            z = times_lower(x, inverse)
            z -= offset
            logits[k] = constants[k] - 0.5 * row_squares(z)
        log_density = softmax_over_components(logits)
        if weight is not None:
            logits *= weight
            log_density *= weight
        counts += logits.sum(axis=1)
        sums += logits @ x
        log_likelihood += float(log_density.sum())
        np.sqrt(logits, out=logits)
        for k in range(n_components):
            np.multiply(x, logits[k][:, None], out=z)
            scatters[k] += z.T @ z
    return _about_centre(centre, counts, sums, scatters, "full"), log_likelihood


def by_component(part, _, parameters, origins):
    """Statistics and log-likelihood of a part of the rows, each component from its own origin.

    Parameters
    ----------
    part : emlib.engine.rows.Part
    parameters : Parameters
    origins : array, shape (n_components, n_features)
    """
    n_components, d = parameters.means.shape
    covariance_type = parameters.covariance_type
    with np.errstate(divide="ignore"):
        log_weights = np.log(parameters.weights)
    nothing = np.empty((0, d)), np.empty((0, n_components))
    total, log_likelihood = block_statistics(*nothing, covariance_type, origins), 0.0
    for block, weight, numbers in part.numbered(_block_length(n_components * 2 + d)):
        log_joint = log_weights + log_densities(block, parameters.means, parameters.inverse_factors)
        log_density = log_sum_exp(log_joint)
        if np.isneginf(log_density).any():
            raise ValueError(
                f"row {numbers[np.argmin(log_density)]} of X lies more than 1e154 standard "
                "deviations from every component; start nearer, or rescale X."
            )
        resp = np.exp(log_joint - log_density)
        if weight is not None:
            resp *= weight[:, None]
            log_density = log_density[:, 0] * weight
        total += block_statistics(block, resp, covariance_type, origins)
        log_likelihood += float(log_density.sum())
    return total, log_likelihood


def scatter_about(part, centre):
    """Statistics of a part whose only entry is the scatter about the centre; for "tied".

    The scatter is the weighted sum of (x - centre)(x - centre)'; no parameter enters it.
    """
    d = len(centre)
    scatter = np.zeros((d, d))
    for block, weight in part.blocks(N_ROWS):
        differences = block - centre
        if weight is not None:
            differences *= np.sqrt(weight)[:, None]
        scatter += differences.T @ differences
    return _about_centre(centre, np.zeros(1), np.zeros((1, d)), scatter, "tied")


def softmax_over_components(logits):
    """Turn logits, (n_components, n_rows), into responsibilities in place; return log sums.

    The log sums, shape (n_rows,), are the log densities of the mixture.
    """
    largest = logits.max(axis=0)
    logits -= largest
    np.maximum(logits, SMALLEST_EXPONENT, out=logits)
    np.exp(logits, out=logits)
    logits -= SMALLEST
    sums = logits.sum(axis=0)
    logits *= 1 / sums
    return largest + np.log(sums)


def _about_centre(centre, counts, sums, scatters, covariance_type):
    origins = np.empty_like(sums)
    origins[:] = centre
    return adopt(
        Statistics,
        counts=counts,
        sums=sums,
        scatters=scatters,
        origins=origins,
        covariance_type=covariance_type,
    )


def _workspace(n_rows, n_columns):
    """Return an array of this shape that the thread keeps; new memory would cost page faults."""
    if getattr(_kept, "memory", np.empty(0)).size < n_rows * n_columns:
        _kept.memory = np.empty(n_rows * n_columns)
    return _kept.memory[: n_rows * n_columns].reshape(n_rows, n_columns)


def _block_length(numbers_a_row):
    """Rows a block, so that what is computed on it stays in the processor's cache.

    Never so many that its rows, 8 bytes a number, lie a power of two apart: caches are built such
    that those push each other out.
    """
    return min(max(196_608 // numbers_a_row, 256), 4000)
