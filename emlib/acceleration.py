"""Anderson acceleration: guess where the loop is heading, and never go down.

EM crawls where clusters overlap: each step is nearly a fixed share of the one before. From the last
steps one can tell which mixture of them would leave no step to take; the guess goes there. The path
is that of parameters without constraints (log weights, scaled means, logs of diagonals of Cholesky
factors), so that every guess is a mixture again. Where the log-likelihood would not rise, the plain
EM step is taken instead. It helps at the end of a run, where the loop closes in on its limit, and
not on a plateau that bends, where no guess succeeds. Walker and Ni 2011; for EM, Henderson and
Varadhan 2019.
"""

from collections import deque

import numpy as np

from .mixture import Parameters

WINDOW = 10
"""Steps that are remembered."""

LONGEST_PAUSE = 8
"""Plain steps after a guess that failed: 1, 2, 4, then always this many, until one succeeds."""

INDEPENDENT = 1e-10
"""Remembered steps whose singular value is a smaller share of the largest say nothing new."""


class Anderson:
    """A way of advancing for `emlib.em` that extrapolates.

    Parameters
    ----------
    scale : array, shape (n_features,), standard deviations of the data: the unit of the means
    tol : float, as in `emlib.em`; a guess that gains no more leaves the verdict to a plain step
    """

    def __init__(self, scale, tol=0.0):
        self.scale, self.tol = np.where(scale > 0, scale, 1.0), tol
        self._landings, self._steps = deque(maxlen=WINDOW), deque(maxlen=WINDOW)
        self._last, self._pause, self._next_pause = None, 0, 1

    def __call__(self, e_step, m_step, state, _):
        """Yield the next state: at the guess if that is higher up, else after a plain EM step."""
        after = m_step(state[1])
        guess = self._guess(state[0], after)
        yield (guess and self._higher(e_step, guess, state)) or (after, *e_step(after))

    def _guess(self, before, after):
        """Where the remembered steps, mixed so that they cancel this one, lead; or None."""
        landing = _pack(after, self.scale)
        with np.errstate(invalid="ignore"):
            step = landing - _pack(before, self.scale)
        if not np.isfinite(step).all():
            return None
        if self._last is not None:
            self._landings.append(landing - self._last[0])
            self._steps.append(step - self._last[1])
        self._last = landing, step
        if self._pause or not self._steps:
            self._pause = max(0, self._pause - 1)
            return None
        try:
            shares = np.linalg.lstsq(np.array(self._steps).T, step, rcond=INDEPENDENT)[0]
            with np.errstate(over="ignore", invalid="ignore"):
                return _unpack(landing - shares @ np.array(self._landings), after, self.scale)
        except ValueError:
            return None

    def _higher(self, e_step, guess, state):
        """Return the state at the guess, or None, and a pause, where nothing is gained."""
        try:
            found = guess, *e_step(guess)
        except ValueError:
            found = None
        if found is not None and found[2] > state[2] + self.tol:
            self._next_pause = 1
            return found
        self._pause = self._next_pause
        self._next_pause = min(2 * self._pause, LONGEST_PAUSE)
        return None


def _pack(parameters, scale):
    """Parameters as one vector without constraints: log weights, scaled means, log factors."""
    with np.errstate(divide="ignore"):
        parts = [np.log(parameters.weights), (parameters.means / scale).ravel()]
    for factor in _distinct_factors(parameters):
        if factor.ndim == 1:
            parts.append(np.log(factor))
        else:
            parts.append(np.log(np.diagonal(factor)))
            parts.append(factor[np.tril_indices(len(factor), -1)])
    return np.concatenate(parts)


def _unpack(vector, like, scale):
    """Parameters of the same shape as `like` from such a vector."""
    n_components, d = like.means.shape
    log_weights, vector = vector[:n_components], vector[n_components:]
    means, vector = vector[: n_components * d].reshape(n_components, d), vector[n_components * d :]
    weights = np.exp(log_weights - log_weights.max())
    covariances = []
    for factor in _distinct_factors(like):
        diagonal, vector = np.exp(vector[:d]), vector[d:]
        if factor.ndim == 1:
            covariances.append(diagonal**2)
        else:
            below = np.tril_indices(d, -1)
            moved = np.diag(diagonal)
            moved[below], vector = vector[: len(below[0])], vector[len(below[0]) :]
            covariances.append(moved @ moved.T)
    covariances = np.array(covariances)
    if like.covariance_type == "tied":
        covariances = covariances[0]
    elif like.covariance_type == "spherical":
        covariances = covariances[:, 0]
    return Parameters(weights / weights.sum(), means * scale, covariances, like.covariance_type)


def _distinct_factors(parameters):
    return parameters.factors[:1] if parameters.covariance_type == "tied" else parameters.factors
