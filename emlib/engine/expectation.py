"""The E-step: parameters -> expected sufficient statistics, log-likelihood.

Two fast ways to the numbers measure all components from one centre (`passes`), so they lose digits
when components are very narrow and very far apart; then each component is measured from its own
mean.
"""

import numpy as np

from ..gaussian import log_det_precisions
from ..homogeneous import ShortWay
from ..maximization import digits_lost, m_step
from ..validation import check_means
from . import features
from .passes import by_component, by_features, by_whitening
from .rows import Rows

DIGITS_LOST = 1e6
"""Squared distance from the centre, in a component's own standard deviations, above which the fast
ways would lose more than six of sixteen digits."""

WIDE = 8
"""Times as many features as components, from which whitening is faster than quadratic features."""


class Expectation:
    """E-step on fixed rows: call it with parameters. Its M-step knows what was computed ahead.

    Parameters
    ----------
    rows : emlib.engine.rows.Rows
    n_components : int
    covariance_type : {"full", "tied", "diag", "spherical"}
    reg_covar : float, what the M-step will add to the diagonal of every covariance
    """

    def __init__(self, rows, n_components, covariance_type, reg_covar=0.0):
        self.rows, self.covariance_type, self.reg_covar = rows, covariance_type, reg_covar
        full, wide = covariance_type == "full", rows.n_features > WIDE * n_components
        self._whitens = full and wide
        self._short = ShortWay(rows, reg_covar) if full and not wide else None

    def __call__(self, parameters):
        """Return (Statistics, log-likelihood) of the parameters that came in.

        Raises DegenerateComponentError where a covariance is not positive definite.
        """
        if not self.loses(parameters) <= DIGITS_LOST:
            return self.rows.add_up(by_component, parameters, parameters.means)
        expected, log_likelihood = self.from_the_centre(parameters)
        if self._short is not None and self._short.look_ahead(expected, DIGITS_LOST):
            return expected, log_likelihood
        if digits_lost(expected, self.reg_covar) <= DIGITS_LOST:
            return expected, log_likelihood
        return self.rows.add_up(by_component, parameters, expected.means())

    def m_step(self, expected):
        """Return what `emlib.m_step` does; made when asked for, where the E-step looked ahead."""
        promised = None if self._short is None else self._short.after(expected)
        return m_step(expected, self.reg_covar) if promised is None else promised

    def loses(self, parameters):
        """Tell what is lost by measuring from the centre; its logarithm is a number of digits.

        The largest squared distance from the centre, in a component's own standard deviations, of
        its mean and of the data's spread.
        """
        if self._short is not None:
            return self._short.coefficients(parameters)[1]
        inverses, offsets = parameters.inverse_factors, parameters.means - self.rows.mean
        with np.errstate(over="ignore", invalid="ignore"):
            if inverses.ndim == 2:
                z = inverses * offsets
            else:
                z = np.matmul(inverses, offsets[:, :, None])[:, :, 0]
            squares = np.einsum("kj,kj->k", z, z)
            widths = parameters.precision_diagonals * self.rows.variance
            return np.maximum(squares.max(), widths.max())

    def from_the_centre(self, parameters):
        """Return what a call returns, in the faster of the two fast ways, whatever is lost."""
        if self._whitens:
            return self.rows.add_up(by_whitening, parameters)
        if self._short is not None:
            return self.rows.add_up(by_features, self._short.coefficients(parameters)[0], "full")
        precisions = self._precisions(parameters)
        coefficients = features.coefficients(
            parameters.weights,
            parameters.means - self.rows.mean,
            precisions,
            log_det_precisions(parameters.inverse_factors),
            self.covariance_type,
        )
        expected, log_likelihood = self.rows.add_up(by_features, coefficients, self.covariance_type)
        if self.covariance_type == "tied":
            log_likelihood -= 0.5 * float((precisions * expected.scatters).sum())
        return expected, log_likelihood

    def _precisions(self, parameters):
        """Precisions, shaped as covariances are."""
        if self.covariance_type == "tied":
            inverse = parameters.inverse_factors[0]
            return inverse.T @ inverse
        return 1 / parameters.covariances


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

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_centres(X, [[2.0, 55.0], [4.0, 80.0]])
    >>> expected, log_likelihood = emlib.e_step(X, start)
    >>> round(float(expected.counts.sum()), 4)
    272.0
    >>> abs(log_likelihood - emlib.log_likelihood(X, start)) < 1e-9
    True
    """
    rows = Rows(X, sample_weight)
    check_means(parameters.means, n_features=rows.n_features)
    return Expectation(rows, parameters.n_components, parameters.covariance_type)(parameters)
