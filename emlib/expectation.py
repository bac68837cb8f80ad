"""The E-step over rows in blocks: parameters -> expected sufficient statistics, log-likelihood.

Two ways to the same numbers. The fast one (`features`) needs two matrix products a block. It
measures all components from one centre, so it loses digits when components are very narrow and very
far apart; then, and where it would be slower, each component is measured from its own mean.
"""

from functools import cached_property

import numpy as np

from . import features
from .gaussian import covariance_factors, log_densities, log_det_precision, whiteners
from .mixture import log_sum_exp
from .rows import Rows
from .steps import Statistics, block_statistics
from .validation import check_means

DIGITS_LOST = 1e6
"""Squared distance from the centre, in a component's own standard deviations, above which the fast
way would lose more than six of sixteen digits."""

SMALLEST_EXPONENT = -708.0
"""Responsibilities below exp of this are 0: next to them are numbers on which processors crawl."""


class Expectation:
    """E-step on fixed rows: call it with parameters.

    Parameters
    ----------
    rows : emlib.rows.Rows
    covariance_type : {"full", "tied", "diag", "spherical"}
    """

    def __init__(self, rows, covariance_type):
        self.rows, self.covariance_type = rows, covariance_type
        self._fixed = None

    def __call__(self, parameters):
        """Return (Statistics, log-likelihood) of the parameters that came in.

        Raises DegenerateComponentError where a covariance is not positive definite.
        """
        factors = covariance_factors(
            parameters.covariances, *parameters.means.shape, self.covariance_type
        )
        inverses = whiteners(factors)
        if self._keeps_its_digits(parameters, inverses):
            expected, log_likelihood = self._by_features(parameters, inverses)
        else:
            expected, log_likelihood = self._by_component(parameters, inverses, parameters.means)
        if expected.digits_lost() > DIGITS_LOST:
            return self._by_component(parameters, inverses, expected.means())
        return expected, log_likelihood

    def _keeps_its_digits(self, parameters, inverses):
        n_components, d = parameters.means.shape
        if self.covariance_type == "full" and d > 8 * n_components:
            return False
        offsets = parameters.means - self.rows.mean
        for offset, inverse in zip(offsets, inverses, strict=True):
            matrix = np.diag(inverse) if inverse.ndim == 1 else inverse
            lost = max(
                (np.square(matrix @ offset)).sum(),
                (np.square(matrix).sum(axis=0) * self.rows.variance).max(),
            )
            if not lost <= DIGITS_LOST:
                return False
        return True

    def _by_component(self, parameters, inverses, origins):
        n_components, d = parameters.means.shape
        with np.errstate(divide="ignore"):
            log_weights = np.log(parameters.weights)
        total, log_likelihood = None, 0.0
        for block, weight in self.rows.blocks(_block_length(n_components * 2 + d)):
            log_joint = log_weights + log_densities(block, parameters.means, inverses)
            log_density = log_sum_exp(log_joint)
            if np.isneginf(log_density).any():
                raise ValueError(
                    f"row {int(np.argmin(log_density))} of a block of X lies more than 1e154 "
                    "standard deviations from every component; start nearer, or rescale X."
                )
            resp = np.exp(log_joint - log_density)
            if weight is not None:
                resp *= weight[:, None]
                log_density = log_density[:, 0] * weight
            part = block_statistics(block, resp, self.covariance_type, origins)
            total = part if total is None else total + part
            log_likelihood += float(log_density.sum())
        return total, log_likelihood

    def _by_features(self, parameters, inverses):
        totals = np.zeros((parameters.n_components, self._n_columns))
        weights_of_features = self._coefficients(parameters, inverses)
        log_likelihood = 0.0
        for block, weight in self._feature_blocks(parameters.n_components):
            logits = weights_of_features @ block
            log_density = softmax_over_components(logits)
            if weight is not None:
                logits *= weight
                log_density *= weight
            totals += logits @ block.T
            log_likelihood += float(log_density.sum())
        d, centre = parameters.n_features, self.rows.mean
        counts, sums, scatters = features.unpack(totals, d, self.covariance_type)
        if self.covariance_type == "tied":
            scatters = self._total_scatter
            log_likelihood -= 0.5 * float((inverses[0].T @ inverses[0] * scatters).sum())
        return Statistics(counts, sums, scatters, centre, self.covariance_type), log_likelihood

    @property
    def _n_columns(self):
        return features.n_columns(self.rows.n_features, self.covariance_type)

    def _coefficients(self, parameters, inverses):
        if self.covariance_type == "full":
            stacked = np.array(inverses)
            precisions = np.swapaxes(stacked, 1, 2) @ stacked
        elif self.covariance_type == "tied":
            precisions = inverses[0].T @ inverses[0]
        else:
            precisions = 1 / parameters.covariances
        log_dets = np.array([log_det_precision(inverse) for inverse in inverses])
        offsets = parameters.means - self.rows.mean
        return features.coefficients(
            parameters.weights, offsets, precisions, log_dets, self.covariance_type
        )

    def _feature_blocks(self, n_components):
        """Yield (features, weight); a single block is computed once and kept."""
        if self._fixed is not None:
            yield self._fixed
            return
        length = _block_length(self._n_columns + n_components)
        buffer = np.empty((self._n_columns, min(length, self.rows.n_samples)))
        for block, weight in self.rows.blocks(length):
            filled = features.fill(
                buffer[:, : len(block)], block, self.rows.mean, self.covariance_type
            )
            if len(block) == self.rows.n_samples:
                self._fixed = filled, weight
            yield filled, weight

    @cached_property
    def _total_scatter(self):
        """Weighted sum of (x - centre)(x - centre)' over all rows."""
        scatter = np.zeros((self.rows.n_features, self.rows.n_features))
        for block, weight in self.rows.blocks(4096):
            differences = block - self.rows.mean
            if weight is not None:
                differences *= np.sqrt(weight)[:, None]
            scatter += differences.T @ differences
        return scatter


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
    Page *The loop*, section "E-step"; Dempster, Laird and Rubin 1977, section 2.
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
    logits -= np.exp(SMALLEST_EXPONENT)
    sums = logits.sum(axis=0)
    logits /= sums
    return largest + np.log(sums)


def _block_length(numbers_a_row):
    """Rows a block, so that what is computed on it stays in the processor's cache."""
    return int(np.clip(196_608 // numbers_a_row, 256, 4096))
