"""Gaussian mixtures with given parameters: who is responsible for each observation.

responsibilities   r_ik  =  weights_k N(x_i | k) / sum_j weights_j N(x_i | j)
"""

from dataclasses import dataclass

import numpy as np

from .gaussian import covariance_factors, log_gaussian
from .validation import check_covariances, check_means, check_resp, check_weights, check_X


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
        freeze(self, weights=weights, means=means, covariances=covariances)

    @property
    def n_components(self):
        """Number of clusters, K."""
        return self.means.shape[0]

    @property
    def n_features(self):
        """Number of numbers in one observation, d."""
        return self.means.shape[1]


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
    log_density = log_sum_exp(log_numerators)
    far = np.isneginf(log_density[:, 0])
    log_density[far] = 0.0
    resp = np.exp(log_numerators - log_density)
    if far.any():
        X, parameters = check_X(X), Parameters(weights, means, covariances, covariance_type)
        resp[far] = _far_responsibilities(X[far], parameters)
    return resp


def entropy(resp):
    """How undecided is each assignment? Entropy of every row of `resp`, in nats.

    0 where one cluster takes all, log(n_components) where all share alike; shape (n_samples,).
    Cover and Thomas 2006, equation 2.1, with 0 log 0 = 0.
    """
    resp = check_resp(resp, len(np.asarray(resp)))
    return -(resp * np.log(np.where(resp > 0, resp, 1.0))).sum(axis=1)


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


def _far_responsibilities(X, parameters):
    """Responsibilities of rows so far away that every squared distance overflows.

    With x = s u, |u| <= 1, the squared distance of cluster k is s^2 a_k + s b_k + c_k. Differences
    between clusters are formed power by power: equal leading terms cancel before they overflow.
    """
    n_components = parameters.n_components
    factors = covariance_factors(
        parameters.covariances, *parameters.means.shape, parameters.covariance_type
    )
    whole = [np.diag(factor) if factor.ndim == 1 else factor for factor in factors]
    inverses = np.linalg.inv(np.array(whole))
    scale = np.abs(X).max(axis=1)
    unit = X / scale[:, None]
    z = np.einsum("kij,nj->nki", inverses, unit)
    centres = np.einsum("kij,kj->ki", inverses, parameters.means)
    log_dets = 2 * np.log(np.diagonal(inverses, axis1=1, axis2=2)).sum(axis=1)
    with np.errstate(divide="ignore"):
        log_weights = np.log(parameters.weights)
    powers = np.array(
        [
            -0.5 * np.square(z).sum(axis=2),
            np.einsum("nki,ki->nk", z, centres),
            np.tile(log_weights + 0.5 * (log_dets - (centres**2).sum(axis=1)), (len(X), 1)),
        ]
    )
    resp = np.zeros((len(X), n_components))
    for i, s in enumerate(scale):
        a, b, c = powers[:, i]

        def ahead(k, j, a=a, b=b, c=c, s=s):
            """Log of the ratio of the products of clusters k and j."""
            with np.errstate(over="ignore", invalid="ignore"):
                leading = s * (s * (a[k] - a[j]) + (b[k] - b[j]))
            return leading + (c[k] - c[j])

        best = 0
        for k in range(1, n_components):
            best = k if ahead(k, best) > 0 else best
        resp[i] = [np.exp(min(ahead(k, best), 0.0)) for k in range(n_components)]
    return resp / resp.sum(axis=1, keepdims=True)


def _unpack(parameters):
    return (
        parameters.weights,
        parameters.means,
        parameters.covariances,
        parameters.covariance_type,
    )


def freeze(instance, **arrays):
    """Set attributes of a frozen dataclass to read-only copies."""
    for name, value in arrays.items():
        array = np.array(value, dtype=np.float64)
        array.flags.writeable = False
        object.__setattr__(instance, name, array)
