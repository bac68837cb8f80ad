"""How many clusters? Counting parameters, and what a criterion makes of the count.

X and sample_weight are those of `emlib.fit_em`: an array, a memory map or a re-iterable of blocks;
a row of weight w counts as w rows. Of every criterion, smaller is better.
"""

import numpy as np

from .engine.expectation import e_step
from .engine.rows import N_ROWS, Rows
from .mixture import Parameters, log_joint, log_sum_exp
from .types import Data


def n_free_parameters(parameters: Parameters) -> int:
    """Count the parameters that a fit is free to choose.

    n_components - 1 weights, all means, and the distinct entries of the covariances. McLachlan
    and Peel 2000, section 6.9.

    Examples
    --------
    >>> two = emlib.Parameters([0.5, 0.5], [[0, 0], [4, 1]], [[1, 1], [2, 2]], "diag")
    >>> emlib.n_free_parameters(two)
    9
    """
    k, d = parameters.n_components, parameters.n_features
    covariances = {
        "full": k * d * (d + 1) // 2,
        "tied": d * (d + 1) // 2,
        "diag": k * d,
        "spherical": k,
    }[parameters.covariance_type]
    return k - 1 + k * d + covariances


def aic(X: Data, parameters: Parameters, sample_weight: Data | None = None) -> float:
    """Akaike's criterion, 2 p - 2 log-likelihood. Akaike 1974.

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_centres(X, [[2.0, 55.0], [4.0, 80.0]])
    >>> two = emlib.fit_em(X, start).parameters
    >>> round(emlib.aic(X, two), 2)
    2282.53
    """
    return 2 * n_free_parameters(parameters) - 2 * e_step(X, parameters, sample_weight)[1]


def bic(X: Data, parameters: Parameters, sample_weight: Data | None = None) -> float:
    """Schwarz's criterion, p log n - 2 log-likelihood, n the sum of the weights. Schwarz 1978.

    mclust prints the same number with the opposite sign.

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_centres(X, [[2.0, 55.0], [4.0, 80.0]])
    >>> two = emlib.fit_em(X, start).parameters
    >>> round(emlib.bic(X, two), 2)
    2322.19
    """
    expected, log_likelihood = e_step(X, parameters, sample_weight)
    penalty = n_free_parameters(parameters) * np.log(expected.counts.sum())
    return float(penalty - 2 * log_likelihood)


def icl(X: Data, parameters: Parameters, sample_weight: Data | None = None) -> float:
    """Integrated completed likelihood: BIC, and a price for every row of which one is unsure.

    BIC - 2 sum_i log r_i, r_i the responsibility of the most responsible component for row i. It
    prefers fewer, better separated clusters. Biernacki, Celeux and Govaert 2000; mclust prints the
    same number with the opposite sign.

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_centres(X, [[2.0, 55.0], [4.0, 80.0]])
    >>> two = emlib.fit_em(X, start).parameters
    >>> round(emlib.icl(X, two), 2)
    2322.7
    """
    certainty = Rows(X, sample_weight).add_up(_log_largest_responsibilities, parameters)
    return bic(X, parameters, sample_weight) - 2 * certainty


def _log_largest_responsibilities(blocks, _, parameters):
    p, total = parameters, 0.0
    for block, weight in blocks.blocks(N_ROWS):
        log_products = log_joint(block, p.weights, p.means, p.covariances, p.covariance_type)
        logs = log_products.max(axis=1) - log_sum_exp(log_products)[:, 0]
        total += float(logs.sum() if weight is None else weight @ logs)
    return total
