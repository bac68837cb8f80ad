"""How `GaussianMixture` fits: from its arguments to a start, the loop, and fitted attributes."""

from dataclasses import replace
from numbers import Integral

import numpy as np

from ..em import fit_em
from ..maximization import m_step
from ..mixture import Parameters
from ..result import EMResult
from ..starts import initialization
from ..starts.kmeans import find_centres
from ..starts.restarts import run_from_each
from ..validation import (
    check_covariance_type,
    check_not_negative,
    check_option,
    check_whole,
    covariances_shape,
)
from .verbose import Report

LLOYD_STEPS = 100
"""Most steps of k-means that `init_params="kmeans"` takes."""


def check_arguments(mixture):
    """Raise a ValueError that names the first argument that is unusable."""
    leasts = {"n_components": 1, "max_iter": 0, "n_init": 1, "verbose_interval": 1}
    for name, least in leasts.items():
        check_whole(getattr(mixture, name), name, least)
    if not isinstance(mixture.verbose, bool):
        check_whole(mixture.verbose, "verbose")
    if not isinstance(mixture.warm_start, bool | np.bool_):
        raise ValueError(f"warm_start must be True or False; got {mixture.warm_start!r}.")
    check_not_negative(mixture.tol, "tol")
    check_not_negative(mixture.reg_covar, "reg_covar")
    check_covariance_type(mixture.covariance_type)
    options = ("kmeans", "k-means++", "random", "random_from_data")
    check_option(mixture.init_params, "init_params", options)


def run_from_starts(mixture, rows, given, previous):
    """Run the loop from every start; return the best run, one M-step after its last E-step.

    Parameters
    ----------
    mixture : GaussianMixture, for its arguments
    rows : Rows
    given : dict, what the user gave of a start, see `emlib.sklearn.inputs`
    previous : dict, fitted attributes to start from; empty for a cold start
    """
    if "converged_" in previous:
        _check_warm(mixture, previous["covariances_"].shape, rows.n_features)
        arrays = (previous[name] for name in ("weights_", "means_", "covariances_"))
        before = previous["lower_bound_"] * rows.total_weight
        return _run_once(mixture, rows, Parameters(*arrays, mixture.covariance_type), before, 0)

    def run(numbered):
        number, rng = numbered
        return _run_once(mixture, rows, start(mixture, rows, rng, given), -np.inf, number)

    if len(given) == 3:
        return run((0, None))
    seed = as_random_state(mixture.random_state).randint(2**31, size=4)
    starts = enumerate(np.random.default_rng(seed).spawn(mixture.n_init))
    if mixture.max_iter == 0:
        return run(next(starts))
    return run_from_each(run, starts).best


def _check_warm(mixture, found, n_features):
    wanted = covariances_shape(mixture.n_components, n_features, mixture.covariance_type)
    if found != wanted:
        raise ValueError(
            f"warm_start goes on from covariances of shape {found}, and n_components="
            f"{mixture.n_components}, covariance_type={mixture.covariance_type!r} and {n_features} "
            f"features need {wanted}; fit anew with warm_start=False."
        )


def _run_once(mixture, rows, first, before, number):
    if mixture.max_iter == 0:
        return EMResult(first, np.empty(0), converged=False)
    report = Report(number, mixture.verbose, mixture.verbose_interval, before, rows.total_weight)
    result = fit_em(
        rows,
        first,
        tol=mixture.tol,
        max_iter=mixture.max_iter - 1,
        reg_covar=mixture.reg_covar,
        callback=report.iteration if mixture.verbose else None,
        before=before,
        quiet=True,
    )
    if result.failure:
        raise result.failure
    report.end(result)
    return replace(result, parameters=m_step(result.statistics, mixture.reg_covar))


def start(mixture, rows, rng, given):
    """Return the parameters from which one run starts."""
    if len(given) == 3:
        return Parameters(covariance_type=mixture.covariance_type, **given)
    shape, k = mixture.covariance_type, mixture.n_components
    if mixture.init_params == "random":
        found = initialization.start_from_random_responsibilities(
            rows, k, covariance_type=shape, reg_covar=mixture.reg_covar, rng=rng
        )
        return replace(found, **given)
    if mixture.init_params == "random_from_data":
        centres = initialization.random_rows(rows, k, rng)
    else:
        steps = LLOYD_STEPS if mixture.init_params == "kmeans" else 0
        centres = find_centres(rows, k, lloyd_steps=steps, rng=rng, copies=True)
    own = mixture.init_params == "kmeans"
    found = initialization.start_from_centres(
        rows, centres, covariance_type=shape, pooled=not own, reg_covar=mixture.reg_covar
    )
    return replace(found, **({} if own else {"means": centres}) | given)


def as_random_state(random_state):
    """Return scikit-learn's kind of randomness: an int starts anew every time."""
    if random_state is None:
        return np.random.mtrand._rand  # what np.random.seed seeds
    if isinstance(random_state, np.random.RandomState):
        return random_state
    if isinstance(random_state, np.random.Generator):
        return np.random.RandomState(random_state.integers(2**32, size=4))
    if isinstance(random_state, Integral) and not isinstance(random_state, bool):
        return np.random.RandomState(random_state)
    raise ValueError(
        f"random_state must be None, a whole number, a numpy RandomState or Generator; got "
        f"{random_state!r}."
    )
