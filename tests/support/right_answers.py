"""Right answers to the assignments, written independently of the solutions, as students might."""

import math
from itertools import pairwise

import numpy as np
from right_solutions import LOG_GAUSSIAN
from scipy.special import logsumexp, softmax


def tied(log_gaussian):
    """Give every cluster the same covariance."""
    return lambda X, means, covariance: log_gaussian(X, means, [covariance] * len(means))


def _stacked(log_gaussian):
    return lambda X, means, covariance: log_gaussian(X, means, np.array([covariance] * len(means)))


def log_density_by_whitening(X, means, covariance):
    whiten = np.linalg.inv(np.linalg.cholesky(covariance)).T
    Z, M = X @ whiten, means @ whiten
    squares = ((Z[:, np.newaxis] - M[np.newaxis]) ** 2).sum(axis=-1)
    return np.log(np.linalg.det(whiten)) - squares / 2 - np.log(2 * np.pi) * len(covariance) / 2


LOG_DENSITY = (*map(_stacked, LOG_GAUSSIAN), log_density_by_whitening)


def log_sum_exp_by_scipy(log_values):
    return logsumexp(log_values, axis=1)


def log_sum_exp_by_logaddexp(log_values):
    return np.logaddexp.reduce(log_values, axis=-1)


def log_sum_exp_by_loops(log_values):
    answer = []
    for row in log_values:
        top = max(row)
        answer.append(top + math.log(math.fsum(math.exp(value - top) for value in row)))
    return answer


def log_sum_exp_one_by_one(log_values):
    total = log_values[:, 0].copy()
    for k in range(1, log_values.shape[1]):
        high, low = np.maximum(total, log_values[:, k]), np.minimum(total, log_values[:, k])
        total = high + np.log1p(np.exp(low - high))
    return total


def log_sum_exp_in_single_precision(log_values):
    return logsumexp(log_values, axis=1).astype(np.float32)


LOG_SUM_EXP = (
    log_sum_exp_by_scipy,
    log_sum_exp_by_logaddexp,
    log_sum_exp_by_loops,
    log_sum_exp_one_by_one,
    log_sum_exp_in_single_precision,
)


def _joint(X, weights, means, covariance):
    return np.log(weights) + log_density_by_whitening(X, means, covariance)


def responsibilities_by_softmax(*p):
    return softmax(_joint(*p), axis=1)


def responsibilities_by_linear_scores(X, weights, means, covariance):
    """What all clusters share cancels: the scores are linear in x."""
    precision = np.linalg.inv(covariance)
    bias = np.log(weights) - 0.5 * np.einsum("kd,de,ke->k", means, precision, means)
    scores = X @ precision @ means.T + bias
    scores -= scores.max(axis=1)[:, None]
    return np.exp(scores) / np.exp(scores).sum(axis=1)[:, None]


def responsibilities_by_ratios(*p):
    joint = _joint(*p)
    with np.errstate(over="ignore"):
        return np.array([[1 / sum(np.exp(row - value)) for value in row] for row in joint])


def responsibilities_in_order(*p):
    joint = np.asfortranarray(_joint(*p))
    return np.ascontiguousarray(
        np.exp(joint - np.logaddexp.reduce(joint, axis=1, keepdims=True)).T
    ).T


RESPONSIBILITIES = (
    responsibilities_by_softmax,
    responsibilities_by_ratios,
    responsibilities_in_order,
)


def labels_by_loop(X, weights, means, covariance, labels):
    resp = responsibilities_by_softmax(X, weights, means, covariance)
    for i, label in enumerate(labels):
        if label != -1:
            resp[i] = 0
            resp[i, int(label)] = 1
    return resp


def labels_by_masking_logs(X, weights, means, covariance, labels):
    joint = _joint(X, weights, means, covariance)
    clusters = np.arange(len(weights))
    excluded = (labels[:, None] >= 0) & (labels[:, None] != clusters)
    return softmax(np.where(excluded, -np.inf, joint), axis=1)


def labels_by_where(X, weights, means, covariance, labels):
    one_hot = np.equal.outer(labels, range(len(weights))).astype(float)
    soft = responsibilities_by_softmax(X, weights, means, covariance)
    return np.where((labels < 0)[:, None], soft, one_hot)


WITH_LABELS = (labels_by_loop, labels_by_masking_logs, labels_by_where)


def even_weight_by_odds(x, means, covariance):
    odds = np.exp(np.diff(log_density_by_whitening(x[None], means, covariance)[0])[0])
    return odds / (1 + odds)


def even_weight_by_the_linear_score(x, means, covariance):
    middle, along = means.mean(axis=0), means[1] - means[0]
    return 1 / (1 + np.exp(-(x - middle) @ np.linalg.solve(covariance, along)))


def even_weight_by_halving(x, means, covariance):
    low, high = 0.0, 1.0
    for _ in range(60):
        half = (low + high) / 2
        first = responsibilities_by_softmax(x[None], np.array([half, 1 - half]), means, covariance)
        low, high = (half, high) if first[0, 0] < 0.5 else (low, half)
    return (low + high) / 2


EVEN_WEIGHT = (even_weight_by_odds, even_weight_by_the_linear_score, even_weight_by_halving)

RIGHT_ANSWERS = {
    "responsibilities": {
        "log_density": LOG_DENSITY,
        "log_sum_exp": LOG_SUM_EXP,
        "responsibilities": RESPONSIBILITIES,
        "responsibilities_with_labels": WITH_LABELS,
        "even_weight": EVEN_WEIGHT,
    },
}
"""Assignment -> question -> functions."""


# --- The loop, with rows that count more than once


def _expanded(X, row_weights, *arrays):
    """Write each row as often as it counts."""
    times = np.asarray(row_weights).astype(int)
    return [np.repeat(array, times, axis=0) for array in (X, *arrays)]


def e_step_by_softmax(X, row_weights, weights, means, covariance):
    joint = _joint(X, weights, means, covariance)
    return softmax(joint, axis=1), sum(row_weights * logsumexp(joint, axis=1))


def e_step_on_expanded_rows(X, row_weights, *parameters):
    (rows,) = _expanded(X, row_weights)
    total = logsumexp(_joint(rows, *parameters), axis=1).sum()
    return [list(row) for row in responsibilities_by_ratios(X, *parameters)], np.array(total)


def m_step_on_expanded_rows(X, row_weights, resp):
    rows, resp = _expanded(X, row_weights, resp)
    means = np.array([np.average(rows, axis=0, weights=r) for r in resp.T])
    parts = [np.cov(rows.T, aweights=r, ddof=0) * r.sum() for r in resp.T]
    return resp.mean(axis=0), means, sum(parts) / len(rows)


def m_step_by_total_less_between(X, row_weights, resp):
    shares = row_weights[:, None] * resp
    weights = shares.sum(axis=0) / row_weights.sum()
    means = np.einsum("nk,nd->kd", shares, X) / shares.sum(axis=0)[:, None]
    second = np.einsum("n,ni,nj->ij", row_weights, X, X) / row_weights.sum()
    return weights, means, second - np.einsum("k,ki,kj->ij", weights, means, means)


def m_step_of_rows_in_single_precision(X, row_weights, resp):
    return [np.float32(part) for part in m_step_by_total_less_between(X, row_weights, resp)]


def fit_with_other_hands(X, row_weights, weights, means, covariance, n_rounds):
    parameters = (weights, means, covariance)
    trace = [e_step_by_softmax(X, row_weights, *parameters)[1]]
    while len(trace) <= n_rounds:
        resp = np.array(e_step_on_expanded_rows(X, row_weights, *parameters)[0])
        parameters = m_step_by_total_less_between(X, row_weights, resp)
        trace += [e_step_by_softmax(X, row_weights, *parameters)[1]]
    return [*parameters, trace]


def rounds_by_numpy(trace, tol):
    small = np.diff(trace) < tol
    return small.argmax() + 1 if small.any() else -1


def rounds_by_next(trace, tol):
    pairs = enumerate(pairwise(trace), 1)
    return next((t for t, (before, after) in pairs if after < before + tol), -1)


RIGHT_ANSWERS["em"] = {
    "e_step": (e_step_by_softmax, e_step_on_expanded_rows),
    "m_step": (
        m_step_on_expanded_rows,
        m_step_by_total_less_between,
        m_step_of_rows_in_single_precision,
    ),
    "fit": (fit_with_other_hands,),
    "rounds_needed": (rounds_by_numpy, rounds_by_next),
}


# --- Test it, break it, use it


def spread_by_singular_values(covariances):
    return [math.sqrt(np.linalg.svd(covariance)[1][-1]) for covariance in covariances]


def choose_by_sorting(ends, spreads, floor):
    order = sorted(range(len(ends)), key=lambda run: -ends[run])
    return next((run for run in order if spreads[run] >= floor), -1)


def choose_by_masking(ends, spreads, floor):
    masked = np.ma.masked_array(ends, mask=spreads < floor)
    return -1 if masked.mask.all() else int(masked.argmax())


def log_products_by_xlogy(X, weights, probabilities):
    from scipy.special import xlog1py, xlogy

    terms = xlogy(X[:, None], probabilities) + xlog1py(1 - X[:, None], -probabilities)
    return terms.sum(axis=-1) + np.log(weights)


def log_products_by_loops(X, weights, probabilities):
    table = np.zeros((len(X), len(weights)))
    with np.errstate(divide="ignore"):
        for i, row in enumerate(X):
            for k, chances in enumerate(probabilities):
                said = [p if answer else 1 - p for answer, p in zip(row, chances, strict=True)]
                table[i, k] = np.log(weights[k]) + np.log(said).sum()
    return table


def m_step_of_answers_by_average(X, resp):
    return resp.mean(axis=0), [np.average(X, axis=0, weights=column) for column in resp.T]


RIGHT_ANSWERS["trust"] = {
    "smallest_spread": (spread_by_singular_values,),
    "choose": (choose_by_sorting, choose_by_masking),
    "log_products": (log_products_by_xlogy, log_products_by_loops),
    "m_step_of_answers": (m_step_of_answers_by_average,),
}
