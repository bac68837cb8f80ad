"""The M-step and what it needs: expected sufficient statistics, which add up.

    statistics   N_k = sum_i r_ik,   sum_i r_ik x_i,   sum_i r_ik x_i x_i'
    m_step       weights_k = N_k / N,  means_k and covariances_k from the same three sums

The statistics of two blocks of rows add up, and nothing else about the rows is ever needed: so an
array, a file larger than memory, a stream and a cluster of machines are the same code.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .mixture import Frozen, Parameters, adopt, freeze
from .validation import (
    DegenerateComponentError,
    check_covariance_type,
    check_not_negative,
    check_origins,
    check_resp,
    check_X,
)

ROUNDING = 4 * np.finfo(float).eps
"""Rows that differ by no more than this share of their mean are the same row: so a variance below
its square is set to 0."""

CANCELLED = 64 * np.finfo(float).eps
"""A variance that is no more than this share of the square subtracted from it is the rounding of
sums, and is set to 0."""


@dataclass(frozen=True, eq=False)
class Statistics(Frozen):
    """Expected sufficient statistics: all that the M-step needs to know about the observations.

    Sums over observations i, weighted by responsibilities r_ik, of the differences from an
    origin o_k. The origin changes no result: it keeps the digits when data lie far from zero.

    Attributes
    ----------
    counts : array, shape (n_components,): sum_i r_ik, the soft counts
    sums : array, shape (n_components, n_features): sum_i r_ik (x_i - o_k)
    scatters : array, shaped as covariances: sum_i r_ik (x_i - o_k)(x_i - o_k)' for "full"; summed
        over k for "tied"; its diagonal for "diag"; its trace for "spherical"
    origins : array, shape (n_components, n_features): the o_k
    covariance_type : {"full", "tied", "diag", "spherical"}
    """

    counts: np.ndarray
    sums: np.ndarray
    scatters: np.ndarray
    origins: np.ndarray
    covariance_type: str = "full"

    def __post_init__(self):
        freeze(self, counts=self.counts, sums=self.sums, scatters=self.scatters)
        freeze(self, origins=np.broadcast_to(self.origins, self.sums.shape))

    def means(self):
        """Weighted means, (n_components, n_features); the origin where nothing was counted."""
        return self.origins + self.moments[0]

    @cached_property
    def moments(self):
        """Means less origins, (n_components, n_features), and covariances about the means.

        Where nothing was counted both are what was summed, and mean nothing.
        """
        counts = self.counts + (self.counts == 0)
        shift = self.sums / counts[:, None]
        centred = self.scatters - outer_products(self.sums, shift, self.covariance_type)
        if self.covariance_type == "tied":
            return shift, centred / counts.sum()
        if self.covariance_type == "spherical":
            return shift, centred / (counts * shift.shape[1])
        return shift, centred / counts.reshape(-1, *[1] * (centred.ndim - 1))

    @cached_property
    def maxima(self):
        """What `m_step` made of them, by `reg_covar`: the E-step's guard asks before the M-step."""
        return {}

    def about(self, origins):
        """Return the same statistics with other origins, shape (n_components, n_features)."""
        shift = self.origins - origins
        moved = self.counts[:, None] * shift
        return Statistics(
            counts=self.counts,
            sums=self.sums + moved,
            scatters=self.scatters
            + outer_products(self.sums, shift, self.covariance_type)
            + outer_products(shift, self.sums + moved, self.covariance_type),
            origins=origins,
            covariance_type=self.covariance_type,
        )

    def __add__(self, other):
        """Statistics of the rows of both."""
        if not isinstance(other, Statistics):
            return NotImplemented
        if other.covariance_type != self.covariance_type or other.sums.shape != self.sums.shape:
            raise ValueError("only statistics of the same shape and covariance_type add up.")
        other = other.about(self.origins)
        return Statistics(
            counts=self.counts + other.counts,
            sums=self.sums + other.sums,
            scatters=self.scatters + other.scatters,
            origins=self.origins,
            covariance_type=self.covariance_type,
        )

    def __radd__(self, other):
        """Let `sum` begin with its 0."""
        return self if isinstance(other, int) and other == 0 else NotImplemented


def statistics(X, resp, covariance_type="full", origins=None):
    """Collect the expected sufficient statistics under given responsibilities.

    Parameters
    ----------
    X : array, shape (n_samples, n_features)
    resp : array, shape (n_samples, n_components), none negative
    covariance_type : {"full", "tied", "diag", "spherical"}
    origins : array, shape (n_components, n_features) or broadcast to it, default: the weighted
        means themselves, which lose no digits

    Returns
    -------
    expected : Statistics

    References
    ----------
    Page *Half an observation here*, equation (counts); Dempster, Laird and Rubin 1977,
    section 2.
    """
    X = check_X(X)
    resp = check_resp(resp, len(X))
    check_covariance_type(covariance_type)
    counts = resp.sum(axis=0)
    if origins is None:
        divisors = np.where(counts > 0, counts, 1.0)
        origins = (resp / divisors).T @ X
    shape = (resp.shape[1], X.shape[1])
    origins = check_origins(origins, shape)
    return block_statistics(X, resp, covariance_type, origins)


def block_statistics(X, resp, covariance_type, origins):
    """Collect statistics of rows that were checked, about origins, (n_components, n_features)."""
    sums, scatters = np.empty((resp.shape[1], X.shape[1])), []
    for k, origin in enumerate(origins):
        differences = X - origin
        sums[k] = resp[:, k] @ differences
        differences *= np.sqrt(resp[:, k, None])
        scatters.append(_scatter(differences, covariance_type))
    scatters = sum(scatters) if covariance_type == "tied" else np.array(scatters)
    return Statistics(resp.sum(axis=0), sums, scatters, origins, covariance_type)


def _scatter(differences, covariance_type):
    """Sum of the outer products of all rows with themselves, or what the shape keeps of it."""
    if covariance_type == "diag":
        return np.einsum("ij,ij->j", differences, differences)
    if covariance_type == "spherical":
        return np.einsum("ij,ij->", differences, differences)
    return differences.T @ differences


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
    """
    reg_covar = check_not_negative(reg_covar, "reg_covar")
    if reg_covar not in expected.maxima:
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
    if not expected.counts.min() > 0:
        return 0.0
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        try:
            inverses = m_step(expected, reg_covar).inverse_factors
        except ValueError:
            return np.inf
        squares, precisions = np.square(expected.moments[0]), np.square(inverses)
        if expected.covariance_type == "tied":
            squares = expected.counts @ squares / expected.counts.sum()
        elif expected.covariance_type == "spherical":
            squares = squares.mean(axis=1, keepdims=True)
        if precisions.ndim == 3:
            precisions = precisions.sum(axis=1)
        return float((squares * precisions).max())


def _check_finite(means, covariances, covariance_type):
    """Raise an error that names the component if a number is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(means.sum() + covariances.sum()):
            return
    sound = np.isfinite(means).all(axis=1)
    if covariance_type != "tied":
        sound &= np.isfinite(covariances.reshape(len(means), -1)).all(axis=1)
    if not sound.all() or not np.isfinite(covariances).all():
        component = f"component {int(sound.argmin())}" if not sound.all() else "all components"
        raise ValueError(f"the statistics of {component} overflow float64; rescale X.")


def _without_rounding(covariances, means, shift, covariance_type):
    """Set to 0 the variances that are nothing but rounding.

    That of the observations, squared, and that of the squares of the shift, which were subtracted.
    """
    with np.errstate(over="ignore"):
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


def outer_products(left, right, covariance_type):
    """Outer product of each row on the left with its row on the right; what the shape keeps of it.

    Both have shape (n_components, n_features); the result is shaped as scatters are.
    """
    if covariance_type in ("diag", "spherical"):
        products = left * right
        return products if covariance_type == "diag" else products.sum(axis=1)
    if covariance_type == "tied":
        return left.T @ right
    return left[:, :, None] * right[:, None, :]
