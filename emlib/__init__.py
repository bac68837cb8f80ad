"""emlib: expectation-maximization, small and exact.

Equation -> function -> page of the book "Who Is Responsible?"

| equation | function | page |
|---|---|---|
| log N(x_i, k), the log density of a component | `log_gaussian` | One observation, two clusters |
| prior times likelihood, in logarithms | `log_joint` | Weight matters |
| r_ik = p(z_i = k given x_i) | `responsibilities` | Normalise |
| log p(x_1) + ... + log p(x_n) | `log_likelihood` | If only somebody told us |
| N_k and the weighted sums of x_i and x_i x_i' | `statistics` | Half an observation here |
| parameters -> statistics, log-likelihood | `e_step` | The loop |
| statistics -> parameters | `m_step` | Half an observation here |
| the bound that EM climbs | `lower_bound` | Why it never goes down |
| the loop, for any model and for a Gaussian mixture | `em`, `fit_em` | The loop |
"""

from .datasets import load_faithful, load_galaxies, load_tiles, sample_mixture
from .em import em, fit_em
from .engine.expectation import e_step
from .files import load, save
from .gaussian import log_gaussian
from .maximization import m_step
from .mixture import (
    Parameters,
    entropy,
    log_joint,
    log_likelihood,
    lower_bound,
    responsibilities,
)
from .result import ConvergenceWarning, EMResult, RegularizationWarning
from .selection import aic, bic, icl, n_free_parameters
from .sklearn.api import NotFittedError
from .sklearn.estimator import GaussianMixture
from .starts.initialization import (
    start_from_centres,
    start_from_kmeans_plusplus,
    start_from_labels,
    start_from_random_responsibilities,
    start_from_random_rows,
    start_from_responsibilities,
)
from .starts.kmeans import kmeans_plusplus
from .starts.restarts import Restarts, fit_em_restarts
from .statistics import Statistics, statistics
from .validation import DegenerateComponentError

__version__ = "0.1.0"

__all__ = [
    "ConvergenceWarning",
    "DegenerateComponentError",
    "EMResult",
    "GaussianMixture",
    "NotFittedError",
    "Parameters",
    "RegularizationWarning",
    "Restarts",
    "Statistics",
    "aic",
    "bic",
    "e_step",
    "em",
    "entropy",
    "fit_em",
    "fit_em_restarts",
    "icl",
    "kmeans_plusplus",
    "load",
    "load_faithful",
    "load_galaxies",
    "load_tiles",
    "log_gaussian",
    "log_joint",
    "log_likelihood",
    "lower_bound",
    "m_step",
    "n_free_parameters",
    "responsibilities",
    "sample_mixture",
    "save",
    "start_from_centres",
    "start_from_kmeans_plusplus",
    "start_from_labels",
    "start_from_random_responsibilities",
    "start_from_random_rows",
    "start_from_responsibilities",
    "statistics",
]
