"""The loop, right and wrong in every way that was met.

As in the chapter *The loop*: `history` holds the parameters that each E-step used, `trace` their
log-likelihoods.
"""

import numpy as np

from course.author import Variant

from .density import WRONG
from .expectation import PRIOR, RESPONSIBILITIES, hard, log_likelihood, responsibilities
from .maximization import M_STEP, m_step, scatter


def fit(X, weights, means, covariances, tol=1e-9, max_iter=1000, *, step=None, measure=None):
    """EM with the E-step of `step`, (X, parameters) -> parameters, and a log-likelihood."""
    step, measure = step or _step, measure or log_likelihood
    parameters, history, trace = (weights, means, covariances), [], []
    for _ in range(max_iter):
        history.append(parameters)
        trace.append(measure(X, *parameters))
        if len(trace) > 1 and trace[-1] - trace[-2] <= tol:
            break
        parameters = step(X, parameters)
    return history, np.array(trace)


def _step(X, parameters):
    return m_step(X, responsibilities(X, *parameters))


def _old_means(X, parameters):
    resp = responsibilities(X, *parameters)
    weights, means, _ = m_step(X, resp)
    return weights, means, scatter(X, resp, parameters[1]) / resp.sum(axis=0)[:, None, None]


def _twice(X, parameters):
    means = _step(X, parameters)[1]
    resp = responsibilities(X, parameters[0], means, parameters[2])
    covariances = scatter(X, resp, means) / resp.sum(axis=0)[:, None, None]
    return resp.mean(axis=0), means, covariances


def _frozen(index):
    def step(X, parameters):
        moved = list(_step(X, parameters))
        moved[index] = parameters[index]
        return tuple(moved)

    return step


def _by(step):
    return lambda *arguments: fit(*arguments, step=step)


def _once(X, *start_and_rule):
    resp = responsibilities(X, *start_and_rule[:3])
    return fit(X, *start_and_rule, step=lambda X, parameters: m_step(X, resp))


def _first_only(*arguments):
    history, trace = fit(*arguments)
    return history[:1], trace[:1]


def _one_more(*arguments):
    history, trace = fit(*arguments)
    last = _step(arguments[0], history[-1])
    return [*history, last], np.append(trace, log_likelihood(arguments[0], *last))


def _trace_late(X, weights, means, covariances, tol=1e-9, max_iter=1000):
    parameters, history, trace = (weights, means, covariances), [], []
    for _ in range(max_iter):
        history.append(parameters)
        parameters = _step(X, parameters)
        trace.append(log_likelihood(X, *parameters))
        if len(trace) > 1 and trace[-1] - trace[-2] <= tol:
            break
    return history, np.array(trace)


def _per_observation(X, weights, means, covariances, tol=1e-9, max_iter=1000):
    return fit(X, weights, means, covariances, tol * len(X), max_iter)


def _one_less(*arguments):
    history, trace = fit(*arguments)
    return history[:-1], trace[:-1]


def _with_responsibilities(resp):
    """Run the loop with other responsibilities."""
    return lambda *arguments: fit(*arguments, step=lambda X, p: m_step(X, resp(X, *p)))


def _with_m_step(m):
    """Run the loop with another M-step."""
    return lambda *arguments: fit(*arguments, step=lambda X, p: m(X, responsibilities(X, *p)))


def _other_densities(**change):
    """Run the loop with another E-step, and print that one's log-likelihood."""

    def step(X, parameters):
        return m_step(X, responsibilities(X, *parameters, **change))

    return lambda *arguments: fit(
        *arguments, step=step, measure=lambda X, *p: log_likelihood(X, *p, **change)
    )


OTHER_DENSITIES = {
    "weights missing": PRIOR["weights missing"],
    "covariance as standard deviation": WRONG["covariance as standard deviation"],
    "determinant missing": WRONG["determinant missing"],
}
IN_THE_E_STEP = (
    "weights twice", "half missing", "off-diagonals ignored", "first covariance for all",
    "prior for posterior", "weights of other clusters", "Cholesky factor transposed",
)  # fmt: skip
IN_THE_M_STEP = (
    "weights equal", "weights in reverse order", "means over n", "means sorted alone",
    "covariances over n", "covariances over count - 1", "divisor of np.cov",
    "about the overall mean", "not centred", "scatter weighted twice", "only variances", "ridge",
)  # fmt: skip


def inside(where, variants, names, run):
    """Return mistakes of a step as mistakes of the loop, for who writes all of it in one place."""
    found = {variant.name: variant for variant in variants}
    return tuple(
        Variant(
            f"{where}: {name}", f"Inside the loop: {found[name].hint}", run(found[name].function)
        )
        for name in names
    )


FIT = (
    *(
        Variant(f"{name} in the E-step", hint, _other_densities(**change))
        for name, (change, hint) in OTHER_DENSITIES.items()
    ),
    Variant("one iteration too few", "There is one round too few.", _one_less),
    *inside("E-step", RESPONSIBILITIES, IN_THE_E_STEP, _with_responsibilities),
    *inside("M-step", M_STEP, IN_THE_M_STEP, _with_m_step),
    Variant(
        "old means in the covariance",
        "The covariances are measured about the means of the iteration before. Finish the means "
        "first, then measure the spread about them.",
        _by(_old_means),
    ),
    Variant(
        "responsibilities renewed mid-step",
        "The responsibilities were computed again between the means and the covariances. One "
        "E-step an iteration: everything in the M-step uses the same ones.",
        _by(_twice),
    ),
    Variant(
        "responsibilities computed once",
        "The responsibilities never change: they were computed before the loop. After every M-step "
        "the clusters have moved, and who is responsible has too.",
        _once,
    ),
    Variant(
        "returns inside the loop",
        "It comes back after the first round. Look how far the `return` is indented.",
        _first_only,
    ),
    Variant(
        "one iteration too many",
        "There is one round too many.",
        _one_more,
    ),
    Variant(
        "trace belongs to the next parameters",
        "The log-likelihoods are one round late: the first should belong to the start.",
        _trace_late,
    ),
    Variant(
        "hard assignments",
        "The responsibilities are rounded inside the loop: this is close to k-means. Keep the "
        "fractions.",
        _by(lambda X, parameters: m_step(X, hard(responsibilities(X, *parameters)))),
    ),
    Variant(
        "weights frozen",
        "The weights stay what they were at the start. The M-step changes them too.",
        _by(_frozen(0)),
    ),
    Variant(
        "covariances frozen",
        "The covariances stay what they were at the start. The M-step changes them too.",
        _by(_frozen(2)),
    ),
    Variant(
        "trace of averages",
        "The trace holds averages over the observations. Totals were asked for.",
        lambda *arguments: fit(*arguments, measure=lambda X, *p: log_likelihood(X, *p) / len(X)),
    ),
    Variant(
        "tolerance of an average",
        "It stops too early. `tol` is for the total over all observations; here it is compared "
        "with the gain of an average observation.",
        _per_observation,
    ),
)
