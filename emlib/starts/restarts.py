"""The loop from several starts: it climbs to a top, and not always to the highest."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..em import fit_em
from ..mixture import Parameters
from ..result import EMResult, warn_about
from ..types import CovarianceType, Data, Seed
from ..validation import DegenerateComponentError, check_whole
from .initialization import rows_of, start_from_kmeans_plusplus


@dataclass(frozen=True, eq=False)
class Restarts:
    """What several runs of the loop leave behind.

    Attributes
    ----------
    best : EMResult, the highest log-likelihood among the runs in which no component collapsed;
        among all where every run ended so
    runs : tuple of EMResult, one for each start: its log_likelihood, n_iter, converged and status
        are where that run ended
    failures : tuple of DegenerateComponentError, for the starts on which no run could begin

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> restarts = emlib.fit_em_restarts(X, 2, n_init=3, rng=7)
    >>> [round(run.log_likelihood, 2) for run in restarts.runs]
    [-1130.26, -1130.26, -1130.26]
    >>> restarts.best.converged
    True
    """

    best: EMResult
    runs: tuple
    failures: tuple = ()


def fit_em_restarts(
    X: Data,
    n_components: int,
    *,
    n_init: int = 10,
    start: Callable[..., Parameters] = start_from_kmeans_plusplus,
    covariance_type: CovarianceType = "full",
    sample_weight: Data | None = None,
    tol: float = 1e-8,
    max_iter: int = 10_000,
    reg_covar: float = 0.0,
    rng: Seed,
    **options: Any,
) -> Restarts:
    """Run `fit_em` from several starts, and report every end point.

    Parameters
    ----------
    X, sample_weight, tol, max_iter, reg_covar, options : as in `emlib.fit_em`
    n_components : int
    n_init : int >= 1, how many starts
    start : callable, start(X, n_components, covariance_type=..., rng=...) -> Parameters; here
        X stands for the observations with their weights
    covariance_type : {"full", "tied", "diag", "spherical"}
    rng : numpy Generator, or a seed for one. Start number i is the same whatever n_init is.

    Returns
    -------
    Restarts

    Raises
    ------
    DegenerateComponentError
        No run could begin.

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> best = emlib.fit_em_restarts(X, 2, n_init=3, rng=7).best
    >>> round(best.log_likelihood, 2)
    -1130.26
    """
    rows = rows_of(X, sample_weight)

    def fit(rng):
        first = start(rows, n_components, covariance_type=covariance_type, rng=rng)
        return fit_em(
            rows, first, tol=tol, max_iter=max_iter, reg_covar=reg_covar, quiet=True, **options
        )

    seeds = np.random.default_rng(rng).spawn(check_whole(n_init, "n_init", 1))
    restarts = run_from_each(fit, seeds)
    warn_about(restarts.best, reg_covar, stacklevel=2)
    return restarts


def run_from_each(fit, seeds):
    """Call fit(seed) for each seed, and gather the runs.

    A degenerate start ends only its own run; Ctrl-C ends the run that it meets, and begins no more.
    """
    runs, failures = [], []
    for seed in seeds:
        try:
            runs.append(fit(seed))
        except DegenerateComponentError as error:
            failures.append(error)
        else:
            if runs[-1].interrupted:
                break
    if not runs:
        raise failures[0]
    sound = [run for run in runs if run.failure is None]
    best = max(sound or runs, key=lambda run: run.log_likelihood)
    return Restarts(best, tuple(runs), tuple(failures))
