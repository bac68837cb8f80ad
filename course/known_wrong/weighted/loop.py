"""The loop with row weights, right and wrong."""

import numpy as np

from course.author import Variant
from course.known_wrong.expectation import hard
from course.known_wrong.loop import inside
from course.known_wrong.maximization import scatter

from .expectation import E_STEP, e_step
from .maximization import M_STEP, m_step, shares_of


def fit(X, row_weights, weights, means, covariance, n_rounds, *, step=None, ends=(0, None),
        look=e_step):  # fmt: skip
    """Weights, means, covariance and the trace of n_rounds + 1 log-likelihoods."""
    step, parameters, trace = step or _step, (weights, means, covariance), []
    for _ in range(n_rounds):
        trace.append(look(X, row_weights, *parameters)[1])
        parameters = step(X, row_weights, *parameters)
    trace.append(look(X, row_weights, *parameters)[1])
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


def _with_e_step(e):
    """Run the loop with another E-step."""
    return lambda *arguments: fit(
        *arguments, step=lambda X, w, *p: m_step(X, w, e(X, w, *p)[0]), look=e
    )


def _with_m_step(m):
    """Run the loop with another M-step."""
    return _by(lambda X, w, *p: m(X, w, e_step(X, w, *p)[0]))


def _without_row_weights(*arguments):
    X, w, *rest = arguments
    return fit(X, np.ones_like(w), *rest)


def _last_block(X, w, *parameters):
    half = len(X) // 2
    return m_step(X[half:], w[half:], e_step(X, w, *parameters)[0][half:])


def _sorted_at_the_end(*arguments):
    weights, means, covariance, trace = fit(*arguments)
    return weights, means[np.argsort(means[:, 0])[::-1]], covariance, trace


IN_THE_E_STEP = (
    "weights missing", "weights twice", "half missing", "not inverted", "determinant missing",
    "off-diagonals ignored", "2 pi missing", "row weights missing from the log-likelihood",
    "sign turned", "log inside the sum", "complete-data", "best cluster only",
    "prior for posterior", "weights of other clusters", "determinant turned",
    "Cholesky factor not inverted", "Cholesky factor transposed",
)  # fmt: skip
IN_THE_M_STEP = (
    "weights without row weights", "weights equal", "weights in reverse order", "means over all",
    "means without row weights", "means sorted alone", "covariance over rows",
    "covariance over total - 1", "divisor of np.cov", "average of the clusters' covariances",
    "about the overall mean", "not centred", "weighted twice", "only variances", "ridge",
)  # fmt: skip


FIT = (
    Variant(
        "row weights not handed on to the M-step",
        "In the M-step every row counts once: the weights of the rows were not handed on.",
        _with_m_step(lambda X, w, r: m_step(X, np.ones_like(w), r)),
    ),
    Variant(
        "row weights not handed on",
        "Every row counts once in the whole loop: the weights of the rows were not handed on.",
        _without_row_weights,
    ),
    Variant(
        "blocks that overwrite each other",
        "The parameters are those of the last block of rows alone: each block has overwritten what "
        "the ones before it had given. The sums of the blocks have to be added up first.",
        _by(_last_block),
    ),
    Variant(
        "one round too few",
        "There is one round too few.",
        lambda *arguments: fit(*arguments[:-1], arguments[-1] - 1),
    ),
    Variant(
        "means sorted at the end",
        "The means were sorted before they were returned, and nothing else was: now each cluster "
        "has another's mean. Sort all parameters together, or none.",
        _sorted_at_the_end,
    ),
    *inside("E-step", E_STEP, IN_THE_E_STEP, _with_e_step),
    *inside("M-step", M_STEP, IN_THE_M_STEP, _with_m_step),
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
