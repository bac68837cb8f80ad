"""One pass over some of the rows: the E-step's statistics and log-likelihood, in three ways.

`by_features` needs two matrix products a block (see `features`), `by_whitening` two a component,
both with all components measured from one centre. `by_component` measures each from its own mean.
The results of two parts add up, so each may run wherever its rows are.
"""

import numpy as np

from ..frozen import adopt, promise
from ..gaussian import LOG_2PI, log_densities, log_det_precisions, row_squares, times_lower
from ..mixture import log_sum_exp
from ..statistics import Statistics, block_statistics
from . import features
from .products import times, times_transposed
from .rows import N_ROWS

SMALLEST_EXPONENT = -700.0
SMALLEST = np.exp(SMALLEST_EXPONENT)
"""Responsibilities below exp of this are 0: next to them are numbers on which processors crawl."""


def by_features(blocks, centre, coefficients, covariance_type):
    """Statistics about the centre, and log-likelihood, of some of the rows; two parts add up.

    For "tied" the log-likelihood lacks what all components share, -1/2 sum_i x_i' L x_i.
    """
    d, totals, log_likelihood = len(centre), np.zeros(coefficients.shape), 0.0
    for block, weight in _feature_blocks(blocks, centre, *coefficients.shape, covariance_type):
        logits = times(coefficients, block)
        log_density = softmax_over_components(logits)
        if weight is not None:
            logits *= weight
            log_density *= weight
        totals += times_transposed(logits, block)
        log_likelihood += float(log_density.sum())
    scatter = _scatter(blocks, centre) if covariance_type == "tied" else None

    def unpacked():
        counts, sums, scatters = features.unpack(totals, d, covariance_type)
        scatters = scatters if scatter is None else scatter
        return _about_centre(centre, counts, sums, scatters, covariance_type)

    return promise(Statistics, covariance_type, unpacked, totals=totals), log_likelihood


def by_whitening(blocks, centre, parameters):
    """Statistics about the centre, and log-likelihood, of some of the rows; two parts add up.

    For "full" only. With many features and few components this has fewer multiplications than the
    quadratic features, and no table of them:

        log(weight N(x | mean, S)) = constant - 1/2 |A^-1 (x - centre) - A^-1 (mean - centre)|^2

    Parameters
    ----------
    blocks : emlib.engine.rows.Blocks
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
    for block, weight in blocks.blocks(_block_length(n_components * 2 + d)):
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


def _about_centre(centre, counts, sums, scatters, covariance_type):
    origins = np.empty(sums.shape)
    origins[:] = centre
    return adopt(
        Statistics,
        counts=counts,
        sums=sums,
        scatters=scatters,
        origins=origins,
        covariance_type=covariance_type,
    )


def _feature_blocks(blocks, centre, n_components, n_columns, covariance_type):
    """Yield (features, weight); a single block is computed once and kept."""
    if covariance_type in blocks.kept:
        yield blocks.kept[covariance_type]
        return
    length = _block_length(n_columns + n_components)
    buffer = np.empty((n_columns, min(length, blocks.n_rows)))
    for block, weight in blocks.blocks(length):
        filled = features.fill(buffer[:, : len(block)], block, centre, covariance_type)
        if len(block) == blocks.n_rows:
            blocks.kept[covariance_type] = filled, weight
        yield filled, weight


def _scatter(blocks, centre):
    """Weighted sum of (x - centre)(x - centre)'; it depends on no parameter, so it is kept."""
    if "scatter" not in blocks.kept:
        scatter = np.zeros((len(centre), len(centre)))
        for block, weight in blocks.blocks(N_ROWS):
            differences = block - centre
            if weight is not None:
                differences *= np.sqrt(weight)[:, None]
            scatter += differences.T @ differences
        blocks.kept["scatter"] = scatter
    return blocks.kept["scatter"]


def by_component(blocks, _, parameters, origins):
    """Statistics and log-likelihood of some of the rows; those of two parts add up.

    Parameters
    ----------
    blocks : emlib.engine.rows.Blocks
    parameters : Parameters
    origins : array, shape (n_components, n_features); each component is measured from its own
    """
    n_components, d = parameters.means.shape
    covariance_type = parameters.covariance_type
    with np.errstate(divide="ignore"):
        log_weights = np.log(parameters.weights)
    nothing = np.empty((0, d)), np.empty((0, n_components))
    total, log_likelihood = block_statistics(*nothing, covariance_type, origins), 0.0
    seen = 0
    for block, weight in blocks.blocks(_block_length(n_components * 2 + d)):
        log_joint = log_weights + log_densities(block, parameters.means, parameters.inverse_factors)
        log_density = log_sum_exp(log_joint)
        if np.isneginf(log_density).any():
            row = blocks.row(seen + int(np.argmin(log_density)))
            raise ValueError(
                f"row {row} of X lies more than 1e154 standard deviations from every component; "
                "start nearer, or rescale X."
            )
        seen += len(block)
        resp = np.exp(log_joint - log_density)
        if weight is not None:
            resp *= weight[:, None]
            log_density = log_density[:, 0] * weight
        total += block_statistics(block, resp, covariance_type, origins)
        log_likelihood += float(log_density.sum())
    return total, log_likelihood


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
    logits /= sums
    return largest + np.log(sums)


def _block_length(numbers_a_row):
    """Rows a block, so that what is computed on it stays in the processor's cache.

    Never so many that its rows, 8 bytes a number, lie a power of two apart: caches are built such
    that those push each other out.
    """
    return min(max(196_608 // numbers_a_row, 256), 4000)
