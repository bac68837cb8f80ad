"""Gaussian mixtures with given parameters: who is responsible for each observation.

responsibilities   r_ik  =  weights_k N(x_i | k) / sum_j weights_j N(x_i | j)
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .engine.exact import rows_together, settled
from .frozen import Frozen, freeze
from .gaussian import (
    covariance_factors,
    log_densities,
    log_gaussian,
    precision_diagonals,
    whiteners,
)
from .types import CovarianceType
from .validation import check_covariances, check_means, check_resp, check_weights, check_X


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
    covariance_type: CovarianceType = "full"

    if TYPE_CHECKING:  # what goes in need not be an array yet

        def __init__(
            self,
            weights: ArrayLike,
            means: ArrayLike,
            covariances: ArrayLike,
            covariance_type: CovarianceType = "full",
        ) -> None: ...

    def __post_init__(self):
        weights = check_weights(self.weights)
        means = check_means(self.means, n_components=len(weights))
        covariances = check_covariances(self.covariances, *means.shape, self.covariance_type)
        freeze(self, weights=weights, means=means, covariances=covariances)

    @property
    def n_components(self) -> int:
        """Number of clusters, K."""
        return self.means.shape[0]

    @property
    def n_features(self) -> int:
        """Number of numbers in one observation, d."""
        return self.means.shape[1]

    @cached_property
    def factors(self) -> np.ndarray:
        """Factors A of the covariances, S = A A', one a component; see `covariance_factors`."""
        k, d = self.means.shape
        found = covariance_factors(self.covariances, k, d, self.covariance_type)
        found.setflags(write=False)
        return found

    @cached_property
    def inverse_factors(self) -> np.ndarray:
        """Inverse factors A^-1, one a component; see `emlib.gaussian.whiteners`."""
        found = whiteners(self.factors)
        found.setflags(write=False)
        return found

    @cached_property
    def precision_diagonals(self) -> np.ndarray:
        """Diagonals of the precisions, (n_components, n_features); infinite where they overflow."""
        diagonals = precision_diagonals(self.inverse_factors)
        diagonals.setflags(write=False)
        return diagonals


def log_joint(
    X: ArrayLike,
    weights: ArrayLike,
    means: ArrayLike,
    covariances: ArrayLike,
    covariance_type: CovarianceType = "full",
) -> np.ndarray:
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


def responsibilities(
    X: ArrayLike,
    weights: ArrayLike,
    means: ArrayLike,
    covariances: ArrayLike,
    covariance_type: CovarianceType = "full",
) -> np.ndarray:
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
    array, shape (n_samples, n_components); each row sums to 1. Where rounding in float64 could
        change the sixth decimal, far away or under nearly collinear features, the row is computed
        with as many digits as it needs, some milliseconds each: for at most 16 rows or 1/64 of
        each 4096 (fewer where n_components > 64), those that rounding may change most, and where
        n_features <= 100. Beyond that rounding decides: such rows sum to 1 as well, and their
        decimals are those of float64.

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
    n_rows = rows_together(parameters.n_components)
    resp = np.empty((len(X), parameters.n_components))
    for first in range(0, len(X), n_rows):
        resp[first : first + n_rows] = posterior(X[first : first + n_rows], parameters)
    return resp


def posterior(X, parameters):
    """`responsibilities` of rows that were checked, no more than `rows_together` of them."""
    return softmax(settled(log_joint_of(X, parameters), X, parameters))


def log_joint_of(X, parameters):
    """`log_joint` of rows that were checked."""
    with np.errstate(divide="ignore"):
        log_weights = np.log(parameters.weights)
    return log_weights + log_densities(X, parameters.means, parameters.inverse_factors)


def entropy(resp: ArrayLike) -> np.ndarray:
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


def log_likelihood(X: ArrayLike, parameters: Parameters) -> float:
    """Log-likelihood of all observations together, sum_i log p(x_i); a float.

    Page *If only somebody told us*, equation (log-likelihood); Bishop 2006, equation 9.14.

    Examples
    --------
    >>> two = emlib.Parameters([0.5, 0.5], [[0.0], [4.0]], [1.0, 1.0], "spherical")
    >>> round(emlib.log_likelihood([[0.0], [1.0], [4.0]], two), 4)
    -5.3174
    """
    return float(log_sum_exp(log_joint(X, *_unpack(parameters))).sum())


def lower_bound(X: ArrayLike, resp: ArrayLike, parameters: Parameters) -> float:
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


def _unpack(parameters):
    return (
        parameters.weights,
        parameters.means,
        parameters.covariances,
        parameters.covariance_type,
    )
