"""How many clusters? Counting parameters, and what a criterion makes of the count."""

import numpy as np

from .mixture import log_likelihood
from .validation import check_X


def n_free_parameters(parameters):
    """Count the parameters that a fit is free to choose.

    n_components - 1 weights, all means, and the distinct entries of the covariances. McLachlan
    and Peel 2000, section 6.9.
    """
    k, d = parameters.n_components, parameters.n_features
    covariances = {
        "full": k * d * (d + 1) // 2,
        "tied": d * (d + 1) // 2,
        "diag": k * d,
        "spherical": k,
    }[parameters.covariance_type]
    return k - 1 + k * d + covariances


def aic(X, parameters):
    """Akaike's criterion, 2 p - 2 log-likelihood; smaller is better. Akaike 1974."""
    return 2 * n_free_parameters(parameters) - 2 * log_likelihood(X, parameters)


def bic(X, parameters):
    """Schwarz's criterion, p log n - 2 log-likelihood; smaller is better. Schwarz 1978.

    mclust prints the same number with the opposite sign.
    """
    n_samples = len(check_X(X))
    penalty = n_free_parameters(parameters) * np.log(n_samples)
    return float(penalty - 2 * log_likelihood(X, parameters))
