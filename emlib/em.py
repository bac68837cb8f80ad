"""The loop: E-step, M-step, again, until the log-likelihood stands still.

`em` is the loop for any model that can say its two steps; `fit_em` is that loop on a Gaussian
mixture. Page *The loop*; Dempster, Laird and Rubin 1977.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from .mixture import Parameters, e_step, m_step
from .validation import DegenerateComponentError, check_not_negative, check_X

ROUNDING = 4 * np.finfo(float).eps
"""A relative change of the log-likelihood below this is rounding, whatever `tol` says."""


class ConvergenceWarning(UserWarning):
    """The loop stopped before the log-likelihood stood still."""


@dataclass(frozen=True, eq=False)
class EMResult:
    """What a run of the loop leaves behind.

    Attributes
    ----------
    parameters : the last parameters; every one of them finite
    log_likelihoods : array, shape (n_iter + 1,); entry t belongs to the parameters after t
        iterations, entry 0 to the start
    converged : bool
    failure : DegenerateComponentError that ended the run, or None
    history : tuple of parameters, n_iter + 1 of them, if the history was asked for; else ()
    """

    parameters: Any
    log_likelihoods: np.ndarray
    converged: bool
    failure: DegenerateComponentError | None = None
    history: tuple = ()

    @property
    def n_iter(self):
        """Number of complete iterations."""
        return len(self.log_likelihoods) - 1

    @property
    def log_likelihood(self):
        """Log-likelihood of the last parameters, a total over observations."""
        return float(self.log_likelihoods[-1])

    @property
    def status(self):
        """One word for each component of a mixture: "ok", "collapsed" or "empty"."""
        failed = self.failure.components if self.failure else ()
        components = range(self.parameters.n_components)
        return tuple(self.failure.status if k in failed else "ok" for k in components)


def em(e_step, m_step, start, *, tol=0.0, max_iter=1000, keep_history=False):
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

    Returns
    -------
    EMResult

    Raises
    ------
    DegenerateComponentError
        From either step in the first E-step. Later on the run ends with the last complete
        iteration, and `failure` tells why.

    References
    ----------
    Page *The loop*, section "The loop in fifteen lines".
    """
    tol, max_iter = check_not_negative(tol, "tol"), _check_max_iter(max_iter)
    parameters, failure, converged = start, None, False
    expected, log_likelihood = e_step(parameters)
    trace, history = [log_likelihood], [start]
    while not converged and len(trace) <= max_iter:
        try:
            proposal = m_step(expected)
            expected, log_likelihood = e_step(proposal)
        except DegenerateComponentError as error:
            failure = error
            break
        parameters = proposal
        trace.append(log_likelihood)
        if keep_history:
            history.append(parameters)
        change = abs(trace[-1] - trace[-2])
        converged = change <= max(tol, ROUNDING * abs(trace[-1]))
    log_likelihoods = np.array(trace)
    log_likelihoods.flags.writeable = False
    return EMResult(
        parameters,
        log_likelihoods,
        converged,
        failure,
        tuple(history) if keep_history else (),
    )


def fit_em(X, start, *, tol=1e-8, max_iter=10_000, reg_covar=0.0, keep_history=False):
    """Fit a Gaussian mixture by expectation-maximization from a given start.

    Parameters
    ----------
    X : array, shape (n_samples, n_features)
    start : Parameters, see `emlib.initialization`
    tol : float >= 0; stop when an iteration changes the log-likelihood per observation by no
        more than this. 0 goes on until nothing but rounding moves.
    max_iter : int >= 0
    reg_covar : float >= 0, added to the diagonal of every covariance, in squared units of X.
        With 0 the log-likelihood never falls, and has no maximum: a component can collapse.
    keep_history : bool, keep the parameters of every iteration

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
    """
    X = check_X(X)
    if not isinstance(start, Parameters):
        raise ValueError(
            f"start must be emlib.Parameters; got {type(start).__name__}. "
            "emlib.start_from_kmeans_plusplus(X, n_components, rng=7) makes one."
        )
    result = em(
        lambda parameters: e_step(X, parameters),
        lambda expected: m_step(expected, reg_covar),
        start,
        tol=check_not_negative(tol, "tol") * len(X),
        max_iter=max_iter,
        keep_history=keep_history,
    )
    _warn(result)
    return result


def _warn(result):
    if result.failure:
        message = (
            f"iteration {result.n_iter + 1} failed: {result.failure}. "
            f"The result is iteration {result.n_iter}."
        )
    elif not result.converged and result.n_iter > 0:
        message = f"no convergence after {result.n_iter} iterations; raise max_iter or tol."
    else:
        return
    warnings.warn(message, ConvergenceWarning, stacklevel=3)


def _check_max_iter(max_iter):
    if isinstance(max_iter, bool) or not isinstance(max_iter, int | np.integer) or max_iter < 0:
        raise ValueError(f"max_iter must be a whole number >= 0; got {max_iter!r}.")
    return int(max_iter)
