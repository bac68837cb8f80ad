"""The loop with row weights, right and wrong."""

import numpy as np

from course.author import Variant
from course.known_wrong.expectation import hard
from course.known_wrong.maximization import scatter

from .expectation import e_step
from .maximization import m_step, shares_of


def fit(X, row_weights, weights, means, covariance, n_rounds, *, step=None, ends=(0, None)):
    """Weights, means, covariance and the trace of n_rounds + 1 log-likelihoods."""
    step, parameters, trace = step or _step, (weights, means, covariance), []
    for _ in range(n_rounds):
        trace.append(e_step(X, row_weights, *parameters)[1])
        parameters = step(X, row_weights, *parameters)
    trace.append(e_step(X, row_weights, *parameters)[1])
    return (*parameters, np.array(trace[slice(*ends)]))


def _step(X, row_weights, *parameters):
    return m_step(X, row_weights, e_step(X, row_weights, *parameters)[0])


def _old_means(X, w, *parameters):
    resp = e_step(X, w, *parameters)[0]
    weights, means, _ = m_step(X, w, resp)
    return weights, means, scatter(X, shares_of(w, resp), parameters[1]).sum(axis=0) / w.sum()


def _renewed(X, w, *parameters):
    means = _step(X, w, *parameters)[1]
    resp = e_step(X, w, parameters[0], means, parameters[2])[0]
    covariance = scatter(X, shares_of(w, resp), means).sum(axis=0) / w.sum()
    return shares_of(w, resp).sum(axis=0) / w.sum(), means, covariance


def _frozen(index):
    def step(X, w, *parameters):
        moved = list(_step(X, w, *parameters))
        moved[index] = parameters[index]
        return tuple(moved)

    return step


def _by(step):
    return lambda *arguments: fit(*arguments, step=step)


def _once(X, w, *rest):
    resp = e_step(X, w, *rest[:3])[0]
    return fit(X, w, *rest, step=lambda X, w, *parameters: m_step(X, w, resp))


def _averages(*arguments):
    *parameters, trace = fit(*arguments)
    return (*parameters, trace / arguments[1].sum())


FIT = (
    Variant(
        "old means in the covariance",
        "The covariance is measured about the means of the round before. Finish the means first, "
        "then measure the spread about them.",
        _by(_old_means),
    ),
    Variant(
        "responsibilities renewed mid-step",
        "The responsibilities were computed again between the means and the covariance. One E-step "
        "a round: everything in the M-step uses the same ones.",
        _by(_renewed),
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
        lambda *arguments: fit(*arguments[:-1], 1),
    ),
    Variant(
        "one round too many",
        "There is one round too many.",
        lambda *arguments: fit(*arguments[:-1], arguments[-1] + 1),
    ),
    Variant(
        "trace without its start",
        "The parameters are right and the trace lacks its first entry: the log-likelihood of the "
        "start. There is one more entry than there are rounds.",
        lambda *arguments: fit(*arguments, ends=(1, None)),
    ),
    Variant(
        "trace without its end",
        "The parameters are right and the trace lacks its last entry: the log-likelihood of what "
        "is returned. There is one more entry than there are rounds.",
        lambda *arguments: fit(*arguments, ends=(0, -1)),
    ),
    Variant(
        "trace of averages",
        "The trace holds averages over the observations. Totals were asked for.",
        _averages,
    ),
    Variant(
        "hard assignments",
        "The responsibilities are rounded inside the loop: this is close to k-means. Keep the "
        "fractions.",
        _by(lambda X, w, *p: m_step(X, w, hard(e_step(X, w, *p)[0]))),
    ),
    Variant(
        "weights frozen",
        "The weights stay what they were at the start. The M-step changes them too.",
        _by(_frozen(0)),
    ),
    Variant(
        "covariance frozen",
        "The covariance stays what it was at the start. The M-step changes it too.",
        _by(_frozen(2)),
    ),
)
