"""Gaussian mixtures with given parameters: who is responsible for each observation.

responsibilities   r_ik  =  weights_k N(x_i | k) / sum_j weights_j N(x_i | j)
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .engine.exact import exact_log_ratios
from .frozen import Frozen, freeze
from .gaussian import (
    covariance_factors,
    log_densities,
    log_gaussian,
    precision_diagonals,
    whiteners,
)
from .validation import check_covariances, check_means, check_resp, check_weights, check_X

ROUNDING = 8 * np.finfo(float).eps
"""A log density is known to this share of itself for each feature, if the features are not
collinear."""

DOUBT = 1e-4
"""Log densities whose rounding may exceed this are compared in exact arithmetic. It is a bound:
what rounding really does to a responsibility was below a hundredth of it wherever we looked."""

MOST_FEATURES = 100
"""With more features exact arithmetic takes seconds a component; rounding decides there."""

NEGLIGIBLE = 40.0
"""A component that is this far behind the best one, in the logarithm, is not responsible at all:
exp(-40) is less than the rounding of a sum that is 1."""


@dataclass(frozen=True, eq=False)
class Parameters(Frozen):
    """The parameters of a Gaussian mixture; checked and frozen.

    Attributes
    ----------
    weights : array, shape (n_components,), sums to 1
    means : array, shape (n_components, n_features), in the units of X
    covariances : array in squared units of X; its shape depends on covariance_type, see
        `emlib.log_gaussian`
    covariance_type : {"full", "tied", "diag", "spherical"}

    Examples
    --------
    >>> two = emlib.Parameters([0.5, 0.5], [[0.0], [4.0]], [1.0, 1.0], "spherical")
    >>> two.n_components, two.n_features
    (2, 1)
    >>> emlib.Parameters([0.5, 0.6], [[0.0], [4.0]], [1.0, 1.0], "spherical")
    Traceback (most recent call last):
        ...
    ValueError: weights must sum to 1; they sum to 1.1. Divide them by their sum.
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray
    covariance_type: str = "full"

    def __post_init__(self):
        weights = check_weights(self.weights)
        means = check_means(self.means, n_components=len(weights))
        covariances = check_covariances(self.covariances, *means.shape, self.covariance_type)
        freeze(self, weights=weights, means=means, covariances=covariances)

    @property
    def n_components(self):
        """Number of clusters, K."""
        return self.means.shape[0]

    @property
    def n_features(self):
        """Number of numbers in one observation, d."""
        return self.means.shape[1]

    @cached_property
    def factors(self):
        """Factors A of the covariances, S = A A', one a component; see `covariance_factors`."""
        found = covariance_factors(self.covariances, *self.means.shape, self.covariance_type)
        found.setflags(write=False)
        return found

    @cached_property
    def inverse_factors(self):
        """Inverse factors A^-1, one a component; see `emlib.gaussian.whiteners`."""
        found = whiteners(self.factors)
        found.setflags(write=False)
        return found

    @cached_property
    def precision_diagonals(self):
        """Diagonals of the precisions, (n_components, n_features); infinite where they overflow."""
        diagonals = precision_diagonals(self.inverse_factors)
        diagonals.setflags(write=False)
        return diagonals


def log_joint(X, weights, means, covariances, covariance_type="full"):
    """Log of prior times likelihood, log(weights_k N(x_i | k)).

    Shapes as in `responsibilities`. A component of weight 0 gets -inf. Page *Weight matters*,
    equation (product).

    Examples
    --------
    >>> joint = emlib.log_joint([[1.0]], [0.9, 0.1], [[0.0], [2.0]], [1.0, 1.0], "spherical")
    >>> np.exp(joint).round(4)
    array([[0.2178, 0.0242]])
    """
    weights = check_weights(weights)
    check_means(means, n_components=len(weights))
    with np.errstate(divide="ignore"):
        return np.log(weights) + log_gaussian(X, means, covariances, covariance_type)


def softmax(log_values):
    """exp(row) / sum(exp(row)) for each row, without overflow or underflow; rows sum to 1."""
    values = np.exp(log_values - log_values.max(axis=1, keepdims=True))
    return values / values.sum(axis=1, keepdims=True)


def log_sum_exp(log_values):
    """log(sum(exp(row))) for each row, without overflow or underflow; shape (n_samples, 1).

    Page *Staying alive*, equation (log-sum-exp). A row of -inf gives -inf.
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
    array, shape (n_samples, n_components); each row sums to 1. Rows that float64 has too few
        digits to decide, far away or under nearly collinear features, are computed with as many
        as they need, a millisecond each, where n_features <= 100.

    Raises
    ------
    ValueError
        Names the argument, the row or component, and the remedy.

    References
    ----------
    Page *Normalise*, equation (responsibility); Bishop 2006, equation 9.13.

    Examples
    --------
    >>> X = [[0.0], [1.0], [2.0]]
    >>> emlib.responsibilities(X, [0.9, 0.1], [[0.0], [2.0]], [1.0, 1.0], "spherical").round(4)
    array([[0.9852, 0.0148],
           [0.9   , 0.1   ],
           [0.5491, 0.4509]])
    """
    X, parameters = check_X(X), Parameters(weights, means, covariances, covariance_type)
    check_means(parameters.means, n_features=X.shape[1])
    with np.errstate(divide="ignore"):
        log_numerators = np.log(parameters.weights)
    log_numerators = log_numerators + log_densities(X, parameters.means, parameters.inverse_factors)
    doubtful = _rounding_decides(log_numerators, parameters)
    if doubtful.any() and X.shape[1] <= MOST_FEATURES:
        log_numerators[doubtful] = exact_log_ratios(X[doubtful], parameters)
    return softmax(log_numerators)


def entropy(resp):
    """How undecided is each assignment? Entropy of every row of `resp`, in nats.

    0 where one cluster takes all, log(n_components) where all share alike; shape (n_samples,).
    Cover and Thomas 2006, equation 2.1, with 0 log 0 = 0.

    Examples
    --------
    >>> emlib.entropy([[1.0, 0.0], [0.9, 0.1], [0.5, 0.5]]).round(4)
    array([0.    , 0.3251, 0.6931])
    """
    resp = check_resp(resp, len(np.asarray(resp)))
    return 0.0 - (resp * np.log(np.where(resp > 0, resp, 1.0))).sum(axis=1)


def log_likelihood(X, parameters):
    """Log-likelihood of all observations together, sum_i log p(x_i); a float.

    Page *If only somebody told us*, equation (log-likelihood); Bishop 2006, equation 9.14.

    Examples
    --------
    >>> two = emlib.Parameters([0.5, 0.5], [[0.0], [4.0]], [1.0, 1.0], "spherical")
    >>> round(emlib.log_likelihood([[0.0], [1.0], [4.0]], two), 4)
    -5.3174
    """
    return float(log_sum_exp(log_joint(X, *_unpack(parameters))).sum())


def lower_bound(X, resp, parameters):
    """Bound on the log-likelihood that any responsibilities give; they touch after an E-step.

    sum_ik r_ik (log(weights_k N(x_i | k)) - log r_ik), a float, with 0 log 0 = 0.
    Page *Why it never goes down*, equation (bound); Neal and Hinton 1998, equation 7.

    Examples
    --------
    >>> X, halves = [[0.0], [1.0], [4.0]], [[0.5, 0.5]] * 3
    >>> two = emlib.Parameters([0.5, 0.5], [[0.0], [4.0]], [1.0, 1.0], "spherical")
    >>> round(emlib.lower_bound(X, halves, two), 4)
    -13.2568
    >>> resp = emlib.responsibilities(X, two.weights, two.means, two.covariances, "spherical")
    >>> round(emlib.lower_bound(X, resp, two), 4)
    -5.3174
    >>> round(emlib.log_likelihood(X, two), 4)
    -5.3174
    """
    X = check_X(X)
    resp = check_resp(resp, len(X), parameters.n_components)
    log_numerators = log_joint(X, *_unpack(parameters))
    used = resp > 0
    return float((resp[used] * (log_numerators[used] - np.log(resp[used]))).sum())


def _rounding_decides(log_numerators, parameters):
    """Tell the rows whose responsibilities would be nothing but the rounding of log densities.

    A log density is known to so many times its own rounding, to more where features are nearly
    collinear. That is of no account for a component that lies further behind the best one.
    """
    values = np.maximum(log_numerators, -np.finfo(float).max)
    relative = parameters.n_features * ROUNDING
    with np.errstate(over="ignore"):
        rounding = relative * _collinearity(parameters) * np.abs(values)
        best = values.argmax(axis=1)[:, None]
        doubt = rounding + np.take_along_axis(rounding, best, axis=1)
        behind = np.take_along_axis(values, best, axis=1) - values
    rivals = (parameters.weights > 0) & (np.arange(parameters.n_components) != best)
    return (rivals & (doubt > DOUBT) & (behind <= doubt + NEGLIGIBLE)).any(axis=1)


def _collinearity(parameters):
    """Largest ratio of a variance to what the other features leave of it, for each component."""
    if parameters.inverse_factors.ndim == 2:
        return np.ones(parameters.n_components)
    variances = np.diagonal(parameters.covariances, axis1=-2, axis2=-1)
    scaled = parameters.inverse_factors * np.sqrt(variances)[..., None, :]
    return np.square(scaled).sum(axis=1).max(axis=1)


def _unpack(parameters):
    return (
        parameters.weights,
        parameters.means,
        parameters.covariances,
        parameters.covariance_type,
    )
