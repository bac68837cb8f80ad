"""The short way round for full covariances: from sums to the next E-step without parameters.

Write y = [1, x], with x measured from the centre. A component's sums over its count are one matrix,
and its Cholesky factor and its inverse say all that the next E-step asks of the mean and of
S = A A':

    M = sum_i r_i y_i y_i' / sum_i r_i = [1     mean'         ]     M = F F',   F = [1     0]
                                         [mean  S + mean mean']                     [mean  A]

    y' M^-1 y = 1 + (x - mean)' S^-1 (x - mean)             det F = det A

Features are measured in powers of two near their standard deviations, which is exact: so no pivot
is chosen for a feature's unit. An iteration factors and inverts one stack of matrices; its
parameters are made when somebody asks for them.
"""

import numpy as np

from .engine.features import upper_triangle
from .frozen import promise
from .gaussian import LOG_2PI, diagonals
from .maximization import ROUNDING, m_step
from .mixture import Parameters

LEAST = 1e3 * ROUNDING
"""A spread below this share of the mean is so near to its rounding that the long way decides."""


class ShortWay:
    """Coefficients of parameters, given ones or those that an M-step is going to find.

    Parameters
    ----------
    rows : emlib.engine.rows.Rows
    reg_covar : float, added to the diagonal of every covariance
    """

    def __init__(self, rows, reg_covar):
        self._centre, self._total_weight, self._reg_covar = rows.mean, rows.total_weight, reg_covar
        self._parameters = self._found = self._expected = None
        d = rows.n_features
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            variance = rows.variance + np.square(LEAST * rows.mean)
            self._units, self._spread = np.ones(d + 1), np.zeros(d + 1)
            self._units[1:] = np.ldexp(1.0, np.frexp(np.sqrt(variance))[1])
            self._shrink = 1 / (self._units[:, None] * self._units)
            shrink = diagonals(self._shrink[None])[0, 1:]  # infinite if need be: the guard sees it
            self._spread[1:] = variance * shrink
            self._floor = reg_covar * shrink
            self._upper, self._position, signs = upper_triangle(d + 1)
            self._signs = signs * self._shrink.take(self._upper)
        self._constant = 0.5 * (1 - d * LOG_2PI) - np.log(self._units).sum()

    def coefficients(self, parameters):
        """Return coefficients of the features, and what they lose; the last are remembered.

        Returns
        -------
        coefficients : array, shape (n_components, n_columns), as `features.coefficients` has them
        lost : float, whose logarithm is a number of digits: the largest squared distance from the
            centre, in a component's own standard deviations, of its mean and of the data's spread
        """
        if parameters is not self._parameters:
            with np.errstate(all="ignore"):
                factors = self._factors_of(parameters)
                inverses = np.linalg.inv(factors)
                forms = inverses.transpose(0, 2, 1) @ inverses
                self._found = self._coefficients(parameters.weights, factors, forms)
            self._parameters, self._expected = parameters, None
        return self._found

    def look_ahead(self, expected, most):
        """Tell whether the M-step loses no more than `most`: then its parameters can wait."""
        totals = vars(expected).get("totals")
        if totals is None:  # statistics that were added up elsewhere
            return False
        try:
            with np.errstate(all="ignore"):
                moments, weights = self._moments(totals), totals[:, 0] / self._total_weight
                factors, forms = np.linalg.cholesky(moments), np.linalg.inv(moments)
                found = self._coefficients(weights, factors, forms)
        except np.linalg.LinAlgError:
            return False
        if not found[1] <= most:
            return False
        reg_covar = self._reg_covar  # what is promised must not hold on to more
        self._parameters = promise(Parameters, "full", lambda: m_step(expected, reg_covar))
        self._expected, self._found = expected, found
        return True

    def after(self, expected):
        """Return the parameters after an M-step that was looked ahead to, or None."""
        return self._parameters if expected is self._expected else None

    def _factors_of(self, parameters):
        """F of given parameters, shape (n_components, n_features + 1, n_features + 1)."""
        k, d = parameters.means.shape
        factors = np.zeros((k, d + 1, d + 1))
        factors[:, 0, 0] = 1.0
        factors[:, 1:, 0] = parameters.means - self._centre
        factors[:, 1:, 1:] = parameters.factors
        return factors / self._units[:, None]

    def _moments(self, totals):
        """M of the parameters that an M-step finds, from the sums of the features."""
        moments = (totals / totals[:, :1]).take(self._position, axis=1)
        moments *= self._shrink
        if self._reg_covar > 0:
            diagonals(moments)[:, 1:] += self._floor
        return moments

    def _coefficients(self, weights, factors, forms):
        """From F, which is changed, and M^-1."""
        lost = (diagonals(forms) * (np.square(factors[:, :, 0]) + self._spread)).max()
        found = forms.reshape(len(forms), -1).take(self._upper, axis=1)
        found *= self._signs
        scales = diagonals(factors)
        scales[:, 0] /= weights
        found[:, 0] += self._constant - np.log(scales).sum(axis=1)
        return found, lost
