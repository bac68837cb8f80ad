"""Gaussian mixtures: who is responsible for each observation, and what follows for the clusters.

The loop of the book is `parameters -> expected sufficient statistics -> parameters`:

    responsibilities   r_ik  =  weights_k N(x_i | k) / sum_j weights_j N(x_i | j)
    statistics         N_k = sum_i r_ik,   sum_i r_ik x_i,   sum_i r_ik x_i x_i'
    m_step             weights_k = N_k / N,  means_k and covariances_k from the same three sums

The statistics of two blocks of rows add up; nothing else about the rows is ever needed.
"""

from dataclasses import dataclass

import numpy as np

from .gaussian import log_gaussian
from .validation import (
    DegenerateComponentError,
    check_covariance_type,
    check_covariances,
    check_means,
    check_not_negative,
    check_origins,
    check_resp,
    check_weights,
    check_X,
)


@dataclass(frozen=True, eq=False)
class Parameters:
    """The parameters of a Gaussian mixture; checked and frozen.

    Attributes
    ----------
    weights : array, shape (n_components,), sums to 1
    means : array, shape (n_components, n_features), in the units of X
    covariances : array in squared units of X; its shape depends on covariance_type, see
        `emlib.log_gaussian`
    covariance_type : {"full", "tied", "diag", "spherical"}
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray
    covariance_type: str = "full"

    def __post_init__(self):
        weights = check_weights(self.weights)
        means = check_means(self.means, n_components=len(weights))
        covariances = check_covariances(self.covariances, *means.shape, self.covariance_type)
        _freeze(self, weights=weights, means=means, covariances=covariances)

    @property
    def n_components(self):
        """Number of clusters, K."""
        return self.means.shape[0]

    @property
    def n_features(self):
        """Number of numbers in one observation, d."""
        return self.means.shape[1]


@dataclass(frozen=True, eq=False)
class Statistics:
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
        _freeze(self, counts=self.counts, sums=self.sums, scatters=self.scatters)
        _freeze(self, origins=np.broadcast_to(self.origins, self.sums.shape))

    def about(self, origins):
        """Return the same statistics with other origins, shape (n_components, n_features)."""
        shift = self.origins - origins
        cross = self.sums[:, :, None] * shift[:, None, :]
        moved = cross + np.swapaxes(cross, 1, 2)
        moved = moved + self.counts[:, None, None] * shift[:, :, None] * shift[:, None, :]
        return Statistics(
            counts=self.counts,
            sums=self.sums + self.counts[:, None] * shift,
            scatters=self.scatters + _shape_outer(moved, self.covariance_type),
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


def log_joint(X, weights, means, covariances, covariance_type="full"):
    """Log of prior times likelihood, log(weights_k N(x_i | k)).

    Shapes as in `responsibilities`. A component of weight 0 gets -inf. Page *Responsibilities*,
    equation (product).
    """
    weights = check_weights(weights)
    check_means(means, n_components=len(weights))
    with np.errstate(divide="ignore"):
        return np.log(weights) + log_gaussian(X, means, covariances, covariance_type)


def log_sum_exp(log_values):
    """log(sum(exp(row))) for each row, without overflow or underflow; shape (n_samples, 1).

    Page *Responsibilities*, equation (log-sum-exp). A row of -inf gives -inf.
    """
    largest = log_values.max(axis=1, keepdims=True)
    largest = np.where(np.isfinite(largest), largest, 0.0)
    with np.errstate(divide="ignore"):
        return largest + np.log(np.exp(log_values - largest).sum(axis=1, keepdims=True))


def responsibilities(X, weights, means, covariances, covariance_type="full"):
    """Probability that each cluster produced each observation, p(z_i = k | x_i, parameters).

    Parameters
    ----------
    X : array, shape (n_samples, n_features)
    weights : array, shape (n_components,), prior probabilities, sum to 1
    means : array, shape (n_components, n_features), in the units of X
    covariances : array, in squared units of X, shape by type as in `log_gaussian`
    covariance_type : {"full", "tied", "diag", "spherical"}

    Returns
    -------
    array, shape (n_samples, n_components); each row sums to 1.

    Raises
    ------
    ValueError
        Names the argument, the row or component, and the remedy.

    References
    ----------
    Page *Responsibilities*, equation (responsibility); Bishop 2006, equation 9.13.
    """
    log_numerators = log_joint(X, weights, means, covariances, covariance_type)
    return np.exp(log_numerators - log_sum_exp(log_numerators))


def log_likelihood(X, parameters):
    """Log-likelihood of all observations together, sum_i log p(x_i); a float.

    Page *The loop*, equation (log-likelihood); Bishop 2006, equation 9.14.
    """
    return float(log_sum_exp(log_joint(X, *_unpack(parameters))).sum())


def lower_bound(X, resp, parameters):
    """Bound on the log-likelihood that any responsibilities give; they touch after an E-step.

    sum_ik r_ik (log(weights_k N(x_i | k)) - log r_ik), a float, with 0 log 0 = 0.
    Page *The loop*, equation (bound); Neal and Hinton 1998, equation 7.
    """
    X = check_X(X)
    resp = check_resp(resp, len(X), parameters.n_components)
    log_numerators = log_joint(X, *_unpack(parameters))
    used = resp > 0
    return float((resp[used] * (log_numerators[used] - np.log(resp[used]))).sum())


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
    Page *The loop*, equation (counts); Dempster, Laird and Rubin 1977, section 2.
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
    sums, outers = np.empty(shape), np.empty((*shape, X.shape[1]))
    for k, origin in enumerate(origins):
        differences = X - origin
        weighted = resp[:, k, None] * differences
        sums[k], outers[k] = weighted.sum(axis=0), weighted.T @ differences
    return Statistics(counts, sums, _shape_outer(outers, covariance_type), origins, covariance_type)


def e_step(X, parameters):
    """Responsibilities and their statistics in one go, with the log-likelihood.

    Parameters
    ----------
    X : array, shape (n_samples, n_features)
    parameters : Parameters

    Returns
    -------
    statistics : Statistics, about the present means
    log_likelihood : float, of X under the parameters that came in

    References
    ----------
    Page *The loop*, section "E-step"; Dempster, Laird and Rubin 1977, section 2.
    """
    log_numerators = log_joint(X, *_unpack(parameters))
    log_density = log_sum_exp(log_numerators)
    resp = np.exp(log_numerators - log_density)
    expected = statistics(X, resp, parameters.covariance_type, origins=parameters.means)
    return expected, float(log_density.sum())


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
    Page *The loop*, equations (weights), (means), (covariances); Bishop 2006, 9.17 to 9.27.
    """
    reg_covar = check_not_negative(reg_covar, "reg_covar")
    counts, covariance_type = expected.counts, expected.covariance_type
    if (counts <= 0).any():
        raise DegenerateComponentError(
            np.flatnonzero(counts <= 0), "empty", "start elsewhere or use fewer components"
        )
    shift = expected.sums / counts[:, None]
    squares = counts[:, None, None] * shift[:, :, None] * shift[:, None, :]
    centred = expected.scatters - _shape_outer(squares, covariance_type)
    n_features = shift.shape[1]
    if covariance_type == "tied":
        covariances = centred / counts.sum()
    elif covariance_type == "spherical":
        covariances = centred / (counts * n_features)
    else:
        covariances = centred / counts.reshape(-1, *[1] * (centred.ndim - 1))
    if covariance_type in ("full", "tied"):
        # rounding leaves a trace of asymmetry, and of a collapsing component little else
        covariances = (covariances + np.swapaxes(covariances, -1, -2)) / 2
        ridge = reg_covar * np.eye(n_features)
    else:
        ridge = reg_covar
    return Parameters(
        weights=counts / counts.sum(),
        means=expected.origins + shift,
        covariances=covariances + ridge,
        covariance_type=covariance_type,
    )


def _shape_outer(outers, covariance_type):
    """Reduce (n_components, d, d) second moments to what the covariance type keeps of them."""
    if covariance_type == "tied":
        return outers.sum(axis=0)
    if covariance_type == "diag":
        return np.diagonal(outers, axis1=1, axis2=2).copy()
    if covariance_type == "spherical":
        return np.trace(outers, axis1=1, axis2=2)
    return outers


def _unpack(parameters):
    return (
        parameters.weights,
        parameters.means,
        parameters.covariances,
        parameters.covariance_type,
    )


def _freeze(instance, **arrays):
    """Set attributes of a frozen dataclass to read-only copies."""
    for name, value in arrays.items():
        array = np.array(value, dtype=np.float64)
        array.flags.writeable = False
        object.__setattr__(instance, name, array)
