"""The E-step: parameters -> expected sufficient statistics, log-likelihood.

Two fast ways to the numbers measure all components from one centre (`passes`), so they lose digits
when components are very narrow and very far apart; then each component is measured from its own
mean.
"""

import numpy as np

from . import features
from .gaussian import log_det_precisions
from .maximization import digits_lost
from .passes import by_component, by_features, by_whitening
from .rows import Rows
from .validation import check_means

DIGITS_LOST = 1e6
"""Squared distance from the centre, in a component's own standard deviations, above which the fast
ways would lose more than six of sixteen digits."""

WIDE = 8
"""Times as many features as components, from which whitening is faster than quadratic features."""


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
        origins = parameters.means
        if self.loses(parameters) <= DIGITS_LOST:
            expected, log_likelihood = self.from_the_centre(parameters)
            if digits_lost(expected, self.reg_covar) <= DIGITS_LOST:
                return expected, log_likelihood
            origins = expected.means()
        return self.rows.add_up(by_component, parameters, origins)

    def loses(self, parameters):
        """Tell what is lost by measuring from the centre; its logarithm is a number of digits.

        The largest squared distance from the centre, in a component's own standard deviations, of
        its mean and of the data's spread.
        """
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
        n_components, n_features = parameters.means.shape
        if self.covariance_type == "full" and n_features > WIDE * n_components:
            return self.rows.add_up(by_whitening, parameters)
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
        inverses = parameters.inverse_factors
        if self.covariance_type == "full":
            return np.swapaxes(inverses, 1, 2) @ inverses
        if self.covariance_type == "tied":
            return inverses[0].T @ inverses[0]
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
    """
    rows = Rows(X, sample_weight)
    check_means(parameters.means, n_features=rows.n_features)
    return Expectation(rows, parameters.covariance_type)(parameters)
