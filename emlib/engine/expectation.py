"""The E-step: parameters -> expected sufficient statistics, log-likelihood.

The fast ways measure all components from one centre (`passes`), which loses digits where components
are narrow and far from it. A guard counts them before and after; where too many would be lost, each
component is measured from its own mean.
"""

from dataclasses import replace

import numpy as np

from .. import validation
from ..gaussian import SMALL_TRIANGLE, diagonals, inverses_by_halves, log_det_precisions
from ..maximization import covariance_update
from ..mixture import Parameters
from ..statistics import Statistics
from ..types import Data
from . import features
from .blas import one_blas_thread
from .passes import by_component, by_features, by_whitening, scatter_about
from .rows import Rows

DIGITS_LOST = 1e5
"""Squared distance from the centre, in a component's own standard deviations, above which the fast
ways would lose more than five of sixteen digits."""

WIDE = 8
"""Times as many features as components, from which whitening is faster than quadratic features."""


class Expectation:
    """E-step on fixed rows: call it with parameters.

    Parameters
    ----------
    rows : emlib.engine.rows.Rows
    covariance_type : {"full", "tied", "diag", "spherical"}
    least_variance : float >= 0; digits of a variance below this do not matter to the caller
    """

    def __init__(self, rows, covariance_type, least_variance=0.0):
        self.rows, self.covariance_type = rows, covariance_type
        self.least_variance = least_variance
        if covariance_type == "tied":
            self._scatter = rows.add_up(scatter_about).scatters

    def __call__(self, parameters):
        """Return (Statistics, log-likelihood) under the parameters.

        Raises DegenerateComponentError where a covariance is not positive definite.
        """
        origins = parameters.means
        if self.digits_lost(parameters.means, parameters.precision_diagonals) <= DIGITS_LOST:
            expected, log_likelihood = self.from_the_centre(parameters)
            if self._keeps_its_digits(expected):
                return expected, log_likelihood
            origins = expected.means()
        return self.rows.add_up(by_component, parameters, origins)

    def digits_lost(self, means, precision_diagonals):
        """Return a number whose logarithm is that of digits lost by measuring from the centre.

        The largest squared distance from the centre, of a mean or of the data's spread, in units of
        the variance that the other features leave: it is small along a needle, whichever way the
        needle points. Both arguments have shape (n_components, n_features).
        """
        with np.errstate(over="ignore", invalid="ignore"):
            squares = np.square(means - self.rows.mean) + self.rows.variance
            return (squares * precision_diagonals).sum(axis=1).max()

    def from_the_centre(self, parameters):
        """Return (Statistics, log-likelihood) by the faster of the two fast ways, unguarded."""
        k, d = parameters.means.shape
        if self.covariance_type == "full" and d > WIDE * k:
            return self.rows.add_up(by_whitening, parameters)
        precisions = _precisions(parameters)
        coefficients = features.coefficients_of(
            parameters.weights,
            parameters.means - self.rows.mean,
            precisions,
            log_det_precisions(parameters.inverse_factors),
            self.covariance_type,
        )
        expected, log_likelihood = self.rows.add_up(by_features, coefficients, self.covariance_type)
        if self.covariance_type == "tied":
            expected = replace(expected, scatters=self._scatter)
            log_likelihood -= 0.5 * float((precisions * self._scatter).sum())
        return expected, log_likelihood

    def _keeps_its_digits(self, expected):
        """Whether means can be subtracted from second moments about the centre without loss."""
        if not expected.counts.min() > 0:
            return True  # an M-step will name the empty component
        with np.errstate(all="ignore"):
            shift = expected.sums / expected.counts[:, None]
            covariances = covariance_update(expected, shift)
            if self.covariance_type in ("full", "tied"):
                variances = _left_by_the_others(covariances, self.least_variance)
            else:
                variances = covariances.reshape(len(shift), -1) + self.least_variance
            lost = self.digits_lost(expected.origins + shift, 1 / variances)
        return bool((variances > 0).all() and lost <= DIGITS_LOST)


def _left_by_the_others(covariances, floor):
    """Variance that the other features leave each feature, a row a matrix; rough near zero.

    One over the diagonal of the precision; floor is added to each variance first.
    """
    d = covariances.shape[-1]
    matrices = covariances.reshape(-1, d, d) + floor * np.eye(d)
    units = np.sqrt(diagonals(matrices))
    correlations = matrices / (units[:, :, None] * units[:, None, :])
    try:
        if d <= SMALL_TRIANGLE:
            return units**2 / diagonals(np.linalg.inv(correlations))
        inverses = inverses_by_halves(np.linalg.cholesky(correlations))
        return units**2 / np.einsum("kij,kij->kj", inverses, inverses)
    except np.linalg.LinAlgError:
        return np.zeros_like(units)


def _precisions(parameters):
    """Precisions, shaped as covariances are; from inverse factors, which keep their digits."""
    if parameters.covariance_type in ("diag", "spherical"):
        return 1 / parameters.covariances
    inverses = parameters.inverse_factors
    if parameters.covariance_type == "tied":
        return inverses[0].T @ inverses[0]
    return np.swapaxes(inverses, 1, 2) @ inverses


def e_step(
    X: Data,
    parameters: Parameters,
    sample_weight: Data | None = None,
    *,
    n_threads: int | None = None,
) -> tuple[Statistics, float]:
    """Responsibilities and their statistics in one pass, with the log-likelihood.

    Parameters
    ----------
    X : array, shape (n_samples, n_features), memory map, or re-iterable of blocks of rows
    parameters : Parameters
    sample_weight : array, shape (n_samples,), or None; for blocks, a re-iterable of their weights
    n_threads : int >= 1, or None for as many as the process may use; the result is the same

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
    rows = Rows(X, sample_weight, n_threads)
    validation.check_means(parameters.means, n_features=rows.n_features)
    with one_blas_thread():
        return Expectation(rows, parameters.covariance_type)(parameters)
