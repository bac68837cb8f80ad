"""SQUAREM: jump along the path of the loop, and never go down.

Two EM steps give a first difference r and a second difference v of the parameters; a quadratic
through them is followed a = |r| / |v| steps ahead. Varadhan and Roland 2008, scheme S3. Where the
jump would lower the log-likelihood or leaves the space of parameters, the EM step is taken instead.
"""

import numpy as np

from .gaussian import covariance_factors
from .mixture import Parameters


def squarem(scale):
    """Return a way of advancing for `emlib.em` that extrapolates.

    Parameters
    ----------
    scale : array, shape (n_features,), standard deviations of the data: the unit of the means
    """

    def advance(e_step, m_step, state, iterations_left):
        first = m_step(state[1])
        first_state = first, *e_step(first)
        yield first_state
        if iterations_left < 2:
            return
        second = m_step(first_state[1])
        yield _jump(e_step, state, first_state, second, scale) or (second, *e_step(second))

    return advance


def _jump(e_step, state, first_state, second, scale):
    """Return the state after the jump, or None where it must not be taken."""
    before, between, after = (_pack(p, scale) for p in (state[0], first_state[0], second))
    r = between - before
    v = (after - between) - r
    if not np.isfinite(v).all() or not v.any():
        return None
    a = max(1.0, np.linalg.norm(r) / np.linalg.norm(v))
    try:
        landed = _unpack(before + 2 * a * r + a**2 * v, second, scale)
        jumped = landed, *e_step(landed)
    except ValueError:
        return None
    return jumped if jumped[2] >= first_state[2] else None


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
    factors = covariance_factors(
        parameters.covariances, *parameters.means.shape, parameters.covariance_type
    )
    return factors[:1] if parameters.covariance_type == "tied" else factors
