"""The M-step: expected sufficient statistics -> parameters.

weights_k = N_k / N,   means_k and covariances_k from the same three sums
"""

import numpy as np

from .frozen import adopt
from .mixture import Parameters
from .statistics import Statistics
from .validation import DegenerateComponentError, check_not_negative

SAME_ROW = 4 * np.finfo(float).eps
"""Rows that differ by no more than this share of their mean are the same row: so a variance below
its square is set to 0."""

CANCELLED = 64 * np.finfo(float).eps
"""A variance that is no more than this share of the square subtracted from it is the rounding of
sums, and is set to 0."""


def m_step(expected: Statistics, reg_covar: float = 0.0) -> Parameters:
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
    counts = expected.counts
    if not counts.min() > 0:
        raise DegenerateComponentError(
            np.flatnonzero(~(counts > 0)), "empty", "start elsewhere or use fewer components"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        shift = expected.sums / counts[:, None]
        means = expected.origins + shift
        covariances = covariance_update(expected, shift)
        _check_finite(means, covariances, expected.covariance_type)
        covariances = _without_rounding(covariances, means, shift, expected.covariance_type)
    return adopt(
        Parameters,
        weights=counts / counts.sum(),
        means=means,
        covariances=add_to_diagonal(covariances, reg_covar, expected.covariance_type),
        covariance_type=expected.covariance_type,
    )


def covariance_update(expected, shift):
    """Weighted averages of (x - mean)(x - mean)', as far as the shape keeps them.

    Written with sums about an origin o, mean = o + shift:
    average of (x - o)(x - o)' less shift shift'.

    Parameters
    ----------
    expected : Statistics, no count 0
    shift : array, shape (n_components, n_features), new means less origins
    """
    n, scatter, d = expected.counts, expected.scatters, shift.shape[1]
    if expected.covariance_type == "full":
        return scatter / n[:, None, None] - shift[:, :, None] * shift[:, None, :]
    if expected.covariance_type == "tied":
        return (scatter - (n[:, None] * shift).T @ shift) / n.sum()
    if expected.covariance_type == "diag":
        return scatter / n[:, None] - shift**2
    return (scatter / n - (shift**2).sum(axis=1)) / d


def add_to_diagonal(covariances, variance, covariance_type):
    """Return exactly symmetric covariances with so much added to every variance."""
    if covariance_type in ("diag", "spherical"):
        return covariances + variance
    covariances = (covariances + np.swapaxes(covariances, -1, -2)) / 2
    d = covariances.shape[-1]
    covariances.reshape(-1, d * d)[:, :: d + 1] += variance
    return covariances


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
    rounding = np.square(SAME_ROW * means) + CANCELLED * np.square(shift)
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
