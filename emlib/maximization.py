"""The M-step: expected sufficient statistics -> parameters.

weights_k = N_k / N,   means_k and covariances_k from the same three sums
"""

import numpy as np

from .frozen import adopt
from .mixture import Parameters
from .validation import DegenerateComponentError, check_not_negative

ROUNDING = 4 * np.finfo(float).eps
"""Rows that differ by no more than this share of their mean are the same row: so a variance below
its square is set to 0."""

CANCELLED = 64 * np.finfo(float).eps
"""A variance that is no more than this share of the square subtracted from it is the rounding of
sums, and is set to 0."""


def m_step(expected, reg_covar=0.0):
    """Parameters that maximise the expected complete log-likelihood.

    weights = counts / sum of counts; means = weighted averages; covariances = weighted averages
    of (x - new mean)(x - new mean)', divided by the soft count, as maximum likelihood asks.

    Parameters
    ----------
    expected : Statistics
    reg_covar : float >= 0, added to the diagonal of every covariance, in squared units of X

    Returns
    -------
    parameters : Parameters

    Raises
    ------
    DegenerateComponentError
        A ValueError: a component is empty.

    References
    ----------
    Page *Half an observation here*, equations (weights), (means), (covariances); Bishop 2006,
    9.17 to 9.27.

    Examples
    --------
    >>> X, resp = [[0.0], [1.0], [4.0]], [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]
    >>> new = emlib.m_step(emlib.statistics(X, resp, "spherical"))
    >>> new.means.round(4)
    array([[0.3333],
           [3.    ]])
    >>> new.weights, new.covariances.round(4)
    (array([0.5, 0.5]), array([0.2222, 2.    ]))
    """
    reg_covar = check_not_negative(reg_covar, "reg_covar")
    if reg_covar not in expected.maxima:
        with np.errstate(over="ignore", invalid="ignore"):
            expected.maxima[reg_covar] = _maximum(expected, reg_covar)
    return expected.maxima[reg_covar]


def _maximum(expected, reg_covar):
    """Compute what `m_step` returns."""
    counts, covariance_type = expected.counts, expected.covariance_type
    if not counts.min() > 0:
        raise DegenerateComponentError(
            np.flatnonzero(counts <= 0), "empty", "start elsewhere or use fewer components"
        )
    shift, covariances = expected.moments
    n_features = shift.shape[1]
    means = expected.origins + shift
    _check_finite(means, covariances, covariance_type)
    covariances = _without_rounding(covariances, means, shift, covariance_type)
    if covariance_type in ("full", "tied"):
        # rounding leaves a trace of asymmetry, and of a collapsing component little else
        covariances = (covariances + np.swapaxes(covariances, -1, -2)) / 2
        diagonals = covariances.reshape(-1, n_features**2)[:, :: n_features + 1]
        diagonals += reg_covar
    else:
        covariances = covariances + reg_covar
    return adopt(
        Parameters,
        weights=counts / counts.sum(),
        means=means,
        covariances=covariances,
        covariance_type=covariance_type,
    )


def digits_lost(expected, reg_covar=0.0):
    """Largest ratio of a mean's square, from the origin, to what is left of that variance.

    Subtracting the mean's square from the second moment loses its logarithm in digits. What is
    left is the variance that the other features leave, one over the diagonal of the precision: it
    is small along a needle, whichever way the needle points. Infinite where nothing is left; 0
    where a component is empty, since the M-step will stop there.
    """
    try:
        precisions = m_step(expected, reg_covar).precision_diagonals
    except DegenerateComponentError as error:
        return 0.0 if error.status == "empty" else np.inf
    except ValueError:
        return np.inf
    with np.errstate(over="ignore", invalid="ignore"):
        squares = np.square(expected.moments[0])
        if expected.covariance_type == "tied":
            squares = expected.counts @ squares / expected.counts.sum()
        elif expected.covariance_type == "spherical":
            squares = squares.mean(axis=1, keepdims=True)
        return float((squares * precisions).max())


def _check_finite(means, covariances, covariance_type):
    """Raise an error that names the component if a number is not finite."""
    if np.isfinite(means).all() and np.isfinite(covariances).all():
        return
    sound = np.isfinite(means).all(axis=1)
    if covariance_type != "tied":
        sound &= np.isfinite(covariances.reshape(len(means), -1)).all(axis=1)
    component = f"component {int(sound.argmin())}" if not sound.all() else "all components"
    raise ValueError(f"the statistics of {component} overflow float64; rescale X.")


def _without_rounding(covariances, means, shift, covariance_type):
    """Set to 0 the variances that are nothing but rounding.

    That of the observations, squared, and that of the squares of the shift, which were subtracted.
    """
    rounding = np.square(ROUNDING * means) + CANCELLED * np.square(shift)
    if covariance_type == "spherical":
        return np.where(covariances > rounding.mean(axis=1), covariances, 0.0)
    if covariance_type == "diag":
        return np.where(covariances > rounding, covariances, 0.0)
    if covariance_type == "tied":
        rounding = rounding.min(axis=0)
    noise = np.diagonal(covariances, axis1=-2, axis2=-1) <= rounding
    if not noise.any():
        return covariances
    return np.where(noise[..., None] | noise[..., None, :], 0.0, covariances)
