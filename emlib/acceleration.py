"""Anderson acceleration: extrapolate where the loop is closing in on its limit.

EM crawls where clusters overlap: each step is nearly a fixed share of the one before. From the last
steps one can tell which mixture of them would leave no step to take; the guess goes there. The path
is that of parameters without constraints (log weights, scaled means, logs of diagonals of Cholesky
factors), so that every guess is a mixture again. Walker and Ni 2011; for EM, Henderson and Varadhan
2019.

A guess must not lead elsewhere than the loop would have gone. So guesses alternate with two plain
steps, and one is made only where the plain steps gain less and less, little is still to come, and
every direction in which the loop was seen to move contracts: near a maximum all eigenvalues of the
EM map lie in [0, 1), and at a saddle, which extrapolation would take for a limit, one of them
exceeds 1. A guess is kept only if it raises the objective. After a guess the loop may stop only
where the gain that is still to come, by the last two plain steps, is no more than `tol`: on a
plateau it is more. None of this proves that the end is the same hill; in `tests/test_acceleration`
no accelerated run of 300 ends lower than the plain one by more than `tol` per observation.

With reg_covar every step is plain. The M-step that adds reg_covar to each covariance maximises the
expected log-likelihood less reg_covar / 2 sum_k N_k trace(S_k^-1), but the soft counts N_k in that
penalty change with every E-step: in general no function of the parameters rises from step to step,
so nothing can judge a guess. (For one component, and for "tied", the counts sum to n, and there is
one: log-likelihood - n reg_covar / 2 trace(S^-1). But even then the log-likelihood, which stops the
loop, may fall on the way to the limit.) A prior on the parameters is another matter: that loop
climbs log-likelihood + log prior, which is then the `objective` to give.
"""

from collections import deque

import numpy as np

from .mixture import Parameters

WINDOW = 10
"""Steps that are remembered."""

LEAST_REMEMBERED = 4
"""Remembered steps before the first guess; with three, one of 900 runs went to a lower hill."""

PLAIN_STEPS = 2
"""Plain steps before each guess: two gains tell whether the loop is closing in."""

CLOSE = 0.01
"""Most gain per observation, in nats, that may still be to come where a guess is made."""

LONGEST_PAUSE = 8
"""Further plain steps after a guess that failed: 1, 2, 4, then always this many, until one
succeeds."""

INDEPENDENT = 1e-10
"""Remembered steps whose singular value is a smaller share of the largest say nothing new."""

ROUNDING = 1e-13
"""A predicted gain below this share of the objective and of the number of observations is rounding:
no guess is made for it, so that a run ends as the plain loop does."""


def log_likelihood_alone(_, log_likelihood):
    """Return the objective of maximum likelihood."""
    return log_likelihood


class Anderson:
    """A way of advancing for `emlib.em` that extrapolates.

    Parameters
    ----------
    scale : array, shape (n_features,), standard deviations of the data: the unit of the means
    tol : float, as in `emlib.em`
    n_samples : float, number of observations, or sum of their weights
    objective : callable, (parameters, log_likelihood) -> what the loop of plain steps never lowers
    """

    def __init__(self, scale, tol=0.0, n_samples=1.0, objective=log_likelihood_alone):
        self.scale, self.tol = np.where(scale > 0, scale, 1.0), tol
        self.n_samples, self.objective = n_samples, objective
        self._landings, self._steps = deque(maxlen=WINDOW), deque(maxlen=WINDOW)
        self._last, self._gains, self._has_guessed = None, [], False
        self._pause, self._next_pause = 0, 1

    def __call__(self, e_step, m_step, state, max_iter):
        """Yield the next states: a guess if one succeeds, then a plain step; the last is plain.

        Where guesses have succeeded, plain steps that change next to nothing are followed by more
        of them, until the gain that is still to come is small as well.
        """
        n_iter = 0
        while n_iter < max_iter:
            after = m_step(state[1])
            found = self._guess(e_step, state, after)
            plain = found is None
            if plain:
                found = after, *e_step(after)
                self._gains.append(self.objective(found[0], found[2]) - self._value(state))
            yield found
            state, n_iter = found, n_iter + 1
            if plain and (abs(self._gains[-1]) > self.tol or self._is_settled(state)):
                return

    def _value(self, state):
        return self.objective(state[0], state[2])

    def _rounding(self, state):
        return ROUNDING * (abs(self._value(state)) + self.n_samples)

    def _still_to_come(self):
        """Gain to come if gains go on to shrink as the last two did; infinite if they do not."""
        if len(self._gains) < PLAIN_STEPS or not 0 < self._gains[-1] < self._gains[-2]:
            return np.inf
        ratio = self._gains[-1] / self._gains[-2]
        return self._gains[-1] * ratio / (1 - ratio)

    def _is_settled(self, state):
        """Tell whether the loop may stop here: before any guess, as the plain loop would."""
        if not self._has_guessed or abs(self._gains[-1]) <= self._rounding(state):
            return True
        return self._still_to_come() <= self.tol

    def _guess(self, e_step, state, after):
        """State at a guess that raises the objective, or None."""
        landing = _pack(after, self.scale)
        with np.errstate(invalid="ignore"):
            step = landing - _pack(state[0], self.scale)
        if not np.isfinite(step).all():
            return None
        if self._last is not None:
            self._landings.append(landing - self._last[0])
            self._steps.append(step - self._last[1])
        self._last = landing, step
        if len(self._gains) < PLAIN_STEPS + self._pause or len(self._steps) < LEAST_REMEMBERED:
            return None
        least = max(self.tol, self._rounding(state))
        if not least < self._still_to_come() < CLOSE * self.n_samples:
            return None
        found = self._evaluated(e_step, self._extrapolated(landing, step, after))
        self._gains = []
        if found is None or not self._value(found) > self._value(state) + least:
            self._pause, self._next_pause = self._next_pause, 2 * self._next_pause
            self._next_pause = min(self._next_pause, LONGEST_PAUSE)
            return None
        self._pause, self._next_pause, self._has_guessed = 0, 1, True
        return found

    def _extrapolated(self, landing, step, like):
        """Where the remembered steps, mixed so that they cancel this one, lead; or None."""
        steps, landings = np.array(self._steps).T, np.array(self._landings).T
        try:
            # the EM map, linear near its limit, in the directions that were tried
            slopes = np.linalg.lstsq(landings - steps, landings, rcond=INDEPENDENT)[0]
            if not np.abs(np.linalg.eigvals(slopes)).max() < 1:
                return None
            shares = np.linalg.lstsq(steps, step, rcond=INDEPENDENT)[0]
            with np.errstate(over="ignore", invalid="ignore"):
                return _unpack(landing - landings @ shares, like, self.scale)
        except ValueError:  # LinAlgError among them
            return None

    @staticmethod
    def _evaluated(e_step, guess):
        """State at the guess, or None where there is none or its E-step fails."""
        try:
            return None if guess is None else (guess, *e_step(guess))
        except ValueError:
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
