"""The loop: E-step, M-step, again, until the log-likelihood stands still.

`em` is the loop for any model that can say its two steps; `fit_em` is that loop on a Gaussian
mixture. Page *The loop*; Dempster, Laird and Rubin 1977.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from .acceleration import Anderson
from .engine.blas import one_blas_thread
from .engine.expectation import Expectation
from .engine.progress import progress_bar
from .engine.rows import Rows
from .maximization import m_step
from .mixture import Parameters
from .result import EMResult, status_of, warn_about, warn_about_falls
from .types import Callback, Data
from .validation import (
    DegenerateComponentError,
    check_means,
    check_not_negative,
    check_option,
    check_whole,
)

STANDSTILL = 4 * np.finfo(float).eps
"""A relative change of the log-likelihood below this is rounding, whatever `tol` says."""


def em(
    e_step: Callable[[Any], tuple[Any, float]],
    m_step: Callable[[Any], Any],
    start: Any,
    *,
    tol: float = 0.0,
    max_iter: int = 1000,
    keep_history: bool = False,
    callback: Callback | None = None,
    on_interrupt: str = "raise",
    advance: Callable | None = None,
    before: float = -np.inf,
    may_fall: bool = False,
) -> EMResult:
    """Run expectation-maximization for any model.

    Parameters
    ----------
    e_step : callable, parameters -> (statistics, log_likelihood of those parameters)
    m_step : callable, statistics -> parameters
    start : the first parameters
    tol : float >= 0; stop when an iteration changes the log-likelihood by no more than this, or
        by no more than rounding (4 machine epsilons of its size)
    max_iter : int >= 0
    keep_history : bool, keep the parameters of every iteration
    callback : callable or None; called as callback(n_iter, log_likelihood, parameters) after the
        start and after every iteration
    on_interrupt : {"raise", "return"}; whether Ctrl-C is passed on or ends the run with the last
        complete iteration
    advance : callable or None; another way from one iteration to the next, see
        `emlib.acceleration.Anderson`
    before : float, the log-likelihood one iteration before the start, where a run goes on
    may_fall : bool, whether the log-likelihood may fall, as with regularised M-steps. Otherwise a
        fall beyond rounding (`EMResult.falls`) is warned of, and such a run never counts as
        converged: its two steps are no pair.

    Returns
    -------
    EMResult

    Raises
    ------
    DegenerateComponentError
        From the first E-step. Later on the run ends with the last complete iteration, and
        `failure` tells why.
    ValueError
        A log-likelihood is NaN or infinite.

    References
    ----------
    Page *The loop*, section "The loop in fifteen lines".

    Examples
    --------
    >>> heads, n = np.array([5, 9, 8, 4, 7]), 10
    >>> def e_step(coins):
    ...     # five sets of ten throws, each with one of two coins, nobody knows which
    ...     joint = coins**heads[:, None] * (1 - coins) ** (n - heads[:, None]) / 2
    ...     resp = joint / joint.sum(axis=1, keepdims=True)
    ...     return (heads @ resp, (n - heads) @ resp), float(np.log(joint.sum(axis=1)).sum())
    >>> def m_step(expected):
    ...     up, down = expected
    ...     return up / (up + down)
    >>> emlib.em(e_step, m_step, np.array([0.6, 0.5])).parameters.round(2)
    array([0.8 , 0.52])
    """
    tol, max_iter = check_not_negative(tol, "tol"), check_whole(max_iter, "max_iter")
    check_option(on_interrupt, "on_interrupt", ("raise", "return"))
    e_step = _Counted(e_step)
    run, first = _Run(keep_history, callback), e_step(start)
    advance = advance or _one_iteration
    failure, interrupted, converged = None, False, False
    try:
        run.add(start, *first)
        converged = _stands_still(run.trace[0] - before, tol, run.trace[0])
        while not converged and run.n_iter < max_iter:
            for state in advance(e_step, m_step, run.state, max_iter - run.n_iter):
                run.add(*state)
            converged = _stands_still(run.trace[-1] - run.trace[-2], tol, run.trace[-1])
    except DegenerateComponentError as error:
        failure = error
    except KeyboardInterrupt:
        if on_interrupt == "raise" or not run.length:
            raise
        interrupted = True
    log_likelihoods = np.array(run.trace[: run.length])
    log_likelihoods.flags.writeable = False
    result = EMResult(
        parameters=run.state[0],
        log_likelihoods=log_likelihoods,
        converged=converged,
        failure=failure,
        interrupted=interrupted,
        history=tuple(run.history[: run.length]),
        statistics=run.state[1],
        n_e_steps=e_step.n_calls,
    )
    if may_fall or not result.falls:
        return result
    warn_about_falls(result, stacklevel=2)
    return replace(result, converged=False)


def _stands_still(change, tol, log_likelihood):
    return abs(change) <= max(tol, STANDSTILL * abs(log_likelihood))


class _Counted:
    """An E-step that counts how often it was called."""

    def __init__(self, e_step):
        self._e_step, self.n_calls = e_step, 0

    def __call__(self, parameters):
        self.n_calls += 1
        return self._e_step(parameters)


class _Run:
    """The iterations so far; a state is (parameters, statistics, log_likelihood)."""

    def __init__(self, keep_history, callback):
        self._complete, self.trace, self.history = (None, 0), [], []
        self._keep_history, self._callback = keep_history, callback

    @property
    def state(self):
        return self._complete[0]

    @property
    def length(self):
        return self._complete[1]

    @property
    def n_iter(self):
        return self.length - 1

    def add(self, parameters, statistics, log_likelihood):
        if not log_likelihood < np.inf:
            raise ValueError(
                f"the log-likelihood of iteration {len(self.trace)} is {log_likelihood}; "
                "e_step must return a number that is not infinite."
            )
        self.trace.append(log_likelihood)
        if self._keep_history:
            self.history.append(parameters)
        # one assignment, last: Ctrl-C finds this iteration complete or not there at all
        self._complete = (parameters, statistics, log_likelihood), len(self.trace)
        if self._callback is not None:
            self._callback(self.n_iter, log_likelihood, parameters)


def _one_iteration(e_step, m_step, state, _):
    parameters = m_step(state[1])
    yield parameters, *e_step(parameters)


def fit_em(
    X: Data,
    start: Parameters,
    *,
    sample_weight: Data | None = None,
    tol: float = 1e-8,
    max_iter: int = 10_000,
    reg_covar: float = 0.0,
    keep_history: bool = False,
    callback: Callable | None = None,
    on_interrupt: str = "raise",
    accelerate: bool = False,
    progress: bool = False,
    n_threads: int | None = None,
    before: float = -np.inf,
    quiet: bool = False,
) -> EMResult:
    """Fit a Gaussian mixture by expectation-maximization from a given start.

    Parameters
    ----------
    X : array, shape (n_samples, n_features), a memory map, or a re-iterable of such blocks of rows.
        However the rows are cut, the answer is the same but for rounding, and no array with a row
        for each observation is ever made; lists and data frames become one array first.
    start : Parameters, see `emlib.starts.initialization`
    sample_weight : array, shape (n_samples,), or None; a row of weight w counts as w rows. For a
        re-iterable X, a re-iterable of the weights of each block.
    tol : float >= 0; stop when an iteration changes the log-likelihood per observation by no
        more than this. 0 goes on until the log-likelihood moves by no more than its rounding;
        parameters then still move in about the last half of their digits.
    max_iter : int >= 0
    reg_covar : float >= 0, added to the diagonal of every covariance, in squared units of X.
        With 0 the log-likelihood never falls by more than its rounding, and has no maximum: a
        component can collapse. With more it may fall, since that is not what these steps climb.
    keep_history : bool, keep the parameters of every iteration
    callback, on_interrupt : see `emlib.em`
    accelerate : bool, extrapolate (Anderson) where the loop closes in on its limit and that raises
        the log-likelihood; with reg_covar > 0 every step is plain, see `emlib.acceleration`
    progress : bool, draw a bar that counts iterations; needs tqdm, the extra ``progress``
    n_threads : int >= 1, or None: OMP_NUM_THREADS, else the processors that this process may use;
        one for an array of fewer than 16 features. The result has the same bits for any number.
    before : see `emlib.em`
    quiet : bool, warn of nothing; for callers that run many fits and judge them by their results

    Returns
    -------
    EMResult
        with the status of each component. A component that collapses or empties ends the run
        at the last complete iteration, with a ConvergenceWarning.

    Raises
    ------
    ValueError
        Names the argument, the row or component, and the remedy.

    References
    ----------
    Page *The loop*; Dempster, Laird and Rubin 1977; Bishop 2006, section 9.2.2.

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_centres(X, [[2.0, 55.0], [4.0, 80.0]])
    >>> result = emlib.fit_em(X, start)
    >>> result.converged, round(result.log_likelihood, 4)
    (True, -1130.264)
    >>> result.parameters.means.round(2)
    array([[ 2.04, 54.48],
           [ 4.29, 79.97]])
    """
    if not isinstance(start, Parameters):
        raise ValueError(
            f"start must be emlib.Parameters; got {type(start).__name__}. "
            "emlib.start_from_kmeans_plusplus(X, n_components, rng=7) makes one."
        )
    tol, reg_covar = check_not_negative(tol, "tol"), check_not_negative(reg_covar, "reg_covar")
    rows = X if isinstance(X, Rows) else Rows(X, sample_weight, n_threads)
    check_means(start.means, n_features=rows.n_features)
    tol = tol * rows.total_weight
    advance = None
    if accelerate and reg_covar == 0:  # with a floor no function of the parameters only rises
        advance = Anderson(np.sqrt(rows.variance), tol, rows.total_weight)
    bar = progress_bar(callback) if progress else nullcontext(callback)
    with one_blas_thread(), bar as callback:
        result = em(
            Expectation(rows, start.covariance_type, least_variance=reg_covar),
            partial(m_step, reg_covar=reg_covar),
            start,
            tol=tol,
            max_iter=max_iter,
            keep_history=keep_history,
            callback=callback,
            on_interrupt=on_interrupt,
            advance=advance,
            before=before,
            may_fall=reg_covar > 0,
        )
    result = replace(result, status=status_of(result, reg_covar))
    if not quiet:
        warn_about(result, reg_covar, stacklevel=2)
    return result
