"""The E-step over rows in blocks: parameters -> expected sufficient statistics, log-likelihood.

Two ways to the same numbers. The fast one (`features`) needs two matrix products a block. It
measures all components from one centre, so it loses digits when components are very narrow and very
far apart; then, and where it would be slower, each component is measured from its own mean.
"""

import numpy as np

from . import features
from .gaussian import diagonals, log_densities, log_det_precisions
from .mixture import adopt, log_sum_exp
from .products import times, times_transposed
from .rows import N_ROWS, Rows
from .steps import Statistics, block_statistics, digits_lost
from .validation import check_means

DIGITS_LOST = 1e6
"""Squared distance from the centre, in a component's own standard deviations, above which the fast
way would lose more than six of sixteen digits."""

SMALLEST_EXPONENT = -700.0
SMALLEST = np.exp(SMALLEST_EXPONENT)
"""Responsibilities below exp of this are 0: next to them are numbers on which processors crawl."""


class Expectation:
    """E-step on fixed rows: call it with parameters.

    Parameters
    ----------
    rows : emlib.rows.Rows
    covariance_type : {"full", "tied", "diag", "spherical"}
    reg_covar : float, what the M-step will add to the diagonal of every covariance
    """

    def __init__(self, rows, covariance_type, reg_covar=0.0):
        self.rows, self.covariance_type, self.reg_covar = rows, covariance_type, reg_covar

    def __call__(self, parameters):
        """Return (Statistics, log-likelihood) of the parameters that came in.

        Raises DegenerateComponentError where a covariance is not positive definite.
        """
        origins, narrow = parameters.means, parameters.n_features <= 8 * parameters.n_components
        if narrow or self.covariance_type != "full":
            coefficients, precisions, lost = self.coefficients(parameters)
            if lost <= DIGITS_LOST:
                expected, log_likelihood = self.rows.add_up(
                    by_features, coefficients, self.covariance_type
                )
                if self.covariance_type == "tied":
                    log_likelihood -= 0.5 * float((precisions * expected.scatters).sum())
                if digits_lost(expected, self.reg_covar) <= DIGITS_LOST:
                    return expected, log_likelihood
                origins = expected.means()
        return self.rows.add_up(by_component, parameters, origins)

    def coefficients(self, parameters):
        """Coefficients of the features, the precisions, and how many digits the features lose.

        The last is the logarithm of a squared distance from the centre: the largest, in a
        component's own standard deviations, of its mean and of the data's spread.
        """
        covariance_type, inverses = self.covariance_type, parameters.inverse_factors
        offsets = parameters.means - self.rows.mean
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            if covariance_type == "full":
                precisions = np.swapaxes(inverses, 1, 2) @ inverses
                widths = diagonals(precisions) * self.rows.variance
            elif covariance_type == "tied":
                precisions = inverses[0].T @ inverses[0]
                widths = np.diagonal(precisions) * self.rows.variance
            else:
                precisions = 1 / parameters.covariances
                widths = precisions.reshape(len(offsets), -1) * self.rows.variance
            found = features.coefficients(
                parameters.weights,
                offsets,
                precisions,
                log_det_precisions(inverses),
                covariance_type,
            )
            squares = (found[:, 1 : 1 + offsets.shape[1]] * offsets).sum(axis=1)
            return found, precisions, np.maximum(squares.max(), widths.max())


def by_component(blocks, _, parameters, origins):
    """Statistics and log-likelihood of some of the rows; those of two parts add up.

    Parameters
    ----------
    blocks : emlib.rows.Blocks
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
    counts, sums, scatters = features.unpack(totals, d, covariance_type)
    origins = np.empty(sums.shape)
    origins[:] = centre
    expected = adopt(
        Statistics,
        counts=counts,
        sums=sums,
        scatters=_scatter(blocks, centre) if covariance_type == "tied" else scatters,
        origins=origins,
        covariance_type=covariance_type,
    )
    return expected, log_likelihood


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


def e_step(X, parameters, sample_weight=None):
    """Responsibilities and their statistics in one go, with the log-likelihood.

    Parameters
    ----------
    X : array, shape (n_samples, n_features), memory map, or re-iterable of blocks of rows
    parameters : Parameters
    sample_weight : array, shape (n_samples,), or None; for blocks, a re-iterable of their weights

    Returns
    -------
    expected : Statistics
    log_likelihood : float, of X under the parameters that came in

    References
    ----------
    Page *The loop*, section "Two functions"; Dempster, Laird and Rubin 1977, section 2.
    """
    rows = Rows(X, sample_weight)
    check_means(parameters.means, n_features=rows.n_features)
    return Expectation(rows, parameters.covariance_type)(parameters)


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
    return int(np.clip(196_608 // numbers_a_row, 256, 4000))
