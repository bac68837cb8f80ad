"""What a run of the loop leaves behind: its end, how each component ended, and its warnings."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from .frozen import Frozen
from .validation import DegenerateComponentError

FALL = 1e-9
"""A log-likelihood that falls by more than this share of itself falls by more than rounding."""

FLOOR_REACHED = 2
"""A smallest variance of no more than this many times reg_covar has reached the floor."""

NOTICEABLE = 0.01
"""Share of a fitted variance above which reg_covar is warned of."""

MOST_DECOMPOSED, LANCZOS_STEPS = 128, 40
"""Up to so many features a singular value decomposition is quick; beyond, so many Lanczos steps."""


class ConvergenceWarning(UserWarning):
    """The loop stopped before the log-likelihood stood still.

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_centres(X, [[2.0, 55.0], [4.0, 80.0]])
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", emlib.ConvergenceWarning)
    ...     result = emlib.fit_em(X, start, max_iter=2)
    >>> result.converged
    False
    """


class RegularizationWarning(UserWarning):
    """`reg_covar` is not small beside a variance that was fitted.

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_centres(X, [[2.0, 55.0], [4.0, 80.0]])
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", emlib.RegularizationWarning)
    ...     result = emlib.fit_em(X, start, reg_covar=0.1)
    >>> result.status
    ('floor reached', 'ok')
    """


@dataclass(frozen=True, eq=False)
class EMResult(Frozen):
    """What a run of the loop leaves behind.

    Attributes
    ----------
    parameters : the last parameters; every one of them finite
    log_likelihoods : array, shape (n_iter + 1,); entry t belongs to the parameters after t
        iterations, entry 0 to the start
    converged : bool
    failure : DegenerateComponentError that ended the run, or None
    interrupted : bool, whether Ctrl-C ended the run
    history : tuple of parameters, n_iter + 1 of them, if the history was asked for; else ()
    status : tuple of str, one word for each component of a mixture: "ok", "collapsed", "empty",
        or "floor reached" where half of the smallest variance or more is `reg_covar`
    statistics : what the last E-step found; one M-step on it is the next iteration
    n_e_steps : int, passes over the rows, which is what a run costs: n_iter + 1, and with
        ``accelerate=True`` those of guesses that failed; a pass that failed counts too

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_centres(X, [[2.0, 55.0], [4.0, 80.0]])
    >>> result = emlib.fit_em(X, start)
    >>> result.status
    ('ok', 'ok')
    >>> len(result.log_likelihoods) == result.n_iter + 1
    True
    >>> next_one = emlib.m_step(result.statistics)
    >>> float(abs(next_one.means - result.parameters.means).max()) < 1e-2
    True
    """

    parameters: Any
    log_likelihoods: np.ndarray
    converged: bool
    failure: DegenerateComponentError | None = None
    interrupted: bool = False
    history: tuple = ()
    status: tuple = ()
    statistics: Any = None
    n_e_steps: int = 0

    @property
    def n_iter(self) -> int:
        """Number of complete iterations."""
        return len(self.log_likelihoods) - 1

    @property
    def falls(self) -> tuple[tuple[int, float], ...]:
        """Iterations that lowered the log-likelihood beyond rounding: (number, by how much)."""
        rounding = FALL * np.maximum(np.abs(self.log_likelihoods), 1.0)
        with np.errstate(invalid="ignore"):
            steps = np.diff(self.log_likelihoods)
            fell = np.flatnonzero(steps < -rounding[1:])
        return tuple((int(i) + 1, float(-steps[i])) for i in fell)

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood of the last parameters, a total over observations."""
        return float(self.log_likelihoods[-1])


def status_of(result, reg_covar):
    """Return one word for each component, as `EMResult.status` has them."""
    failed = result.failure.components if result.failure else ()
    at_the_floor = np.zeros(result.parameters.n_components, dtype=bool)
    if reg_covar > 0:
        floor = FLOOR_REACHED * reg_covar
        at_the_floor = smallest_variances(result.parameters, below=1.01 * floor) <= floor
    return tuple(
        result.failure.status if k in failed else ("floor reached" if at_it else "ok")
        for k, at_it in enumerate(at_the_floor)
    )


def smallest_variances(parameters, below=np.inf):
    """Smallest variance of each component in any direction, shape (n_components,).

    It is one over the largest of the precision, which keeps its digits however the features' units
    differ; the smallest eigenvalue of the covariance would not. Where it is surely not `below` that
    number a lower bound of it is returned, which costs next to nothing: one over the trace of the
    precision.
    """
    covariances = parameters.covariances
    if parameters.covariance_type in ("diag", "spherical"):
        return covariances.reshape(len(covariances), -1).min(axis=1)
    inverses = parameters.inverse_factors
    distinct = inverses[:1] if parameters.covariance_type == "tied" else inverses
    with np.errstate(over="ignore"):
        smallest = 1 / np.einsum("kij,kij->k", distinct, distinct)
    for k in np.flatnonzero(smallest < below):
        smallest[k] = _largest_singular_value(distinct[k]) ** -2.0
    return np.broadcast_to(smallest, parameters.n_components)


def _largest_singular_value(matrix):
    """Largest singular value; by Lanczos steps on A'A where a decomposition would take long."""
    d = len(matrix)
    if d <= MOST_DECOMPOSED:
        return np.linalg.svd(matrix, compute_uv=False)[0]
    matrix = matrix / (scale := np.abs(matrix).max())
    basis = np.zeros((LANCZOS_STEPS, d))
    vector = np.random.default_rng(0).standard_normal(d)
    products = np.empty_like(basis)
    for step in range(LANCZOS_STEPS):
        for _ in range(2):  # once leaves rounding behind
            vector = vector - basis[:step].T @ (basis[:step] @ vector)
        if not (length := np.linalg.norm(vector)) > 0:
            basis, products = basis[:step], products[:step]
            break
        basis[step] = vector / length
        products[step] = matrix @ basis[step]
        vector = matrix.T @ products[step]
    return scale * np.linalg.svd(products, compute_uv=False)[0]


def warn_about_falls(result, stacklevel):
    """Name the first iteration that lowered the log-likelihood, and what that means."""
    iteration, fall = result.falls[0]
    more = len(result.falls) - 1
    warnings.warn(
        f"iteration {iteration} lowered the log-likelihood by {fall:g}"
        f"{f', and {more} more did' if more else ''}; EM never does. Either m_step does not "
        "maximise what e_step expects, or e_step returns another log-likelihood than that of the "
        "parameters that came in. If the objective may fall, pass may_fall=True.",
        ConvergenceWarning,
        stacklevel=stacklevel + 1,
    )


def warn_about(result, reg_covar, stacklevel):
    """Say how a run ended, where it did not end well, and where `reg_covar` moved the answer."""
    if result.failure:
        warnings.warn(
            f"iteration {result.n_iter + 1} failed: {result.failure}. "
            f"The result is iteration {result.n_iter}.",
            ConvergenceWarning,
            stacklevel=stacklevel + 1,
        )
    elif not result.converged and not result.interrupted and result.n_iter > 0:
        warnings.warn(
            f"no convergence after {result.n_iter} iterations; raise max_iter or tol.",
            ConvergenceWarning,
            stacklevel=stacklevel + 1,
        )
    if result.n_iter > 0:
        warn_about_floor(result.parameters, reg_covar, stacklevel + 1)


def warn_about_floor(parameters, reg_covar, stacklevel):
    """Warn where `reg_covar` is more than a hundredth of a fitted variance."""
    if reg_covar == 0:
        return
    smallest = smallest_variances(parameters, below=1.01 * reg_covar / NOTICEABLE)
    if reg_covar > NOTICEABLE * smallest.min():
        k = int(smallest.argmin())
        warnings.warn(
            f"reg_covar={reg_covar:g} is {reg_covar / smallest[k]:.0%} of the smallest variance "
            f"of component {k}, {smallest[k]:g}; lower it, or rescale X.",
            RegularizationWarning,
            stacklevel=stacklevel + 1,
        )
