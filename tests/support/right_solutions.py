"""The functions of the book written independently, as students write them; all of them right."""

import numpy as np
from scipy.special import logsumexp, rel_entr, softmax, xlogy
from scipy.stats import multivariate_normal, norm


def log_gaussian_by_loops(X, means, covariances):
    table = []
    for x in X:
        row = []
        for mean, covariance in zip(means, covariances, strict=True):
            distance = (x - mean) @ np.linalg.inv(covariance) @ (x - mean)
            volume = np.log(np.linalg.det(2 * np.pi * covariance))
            row.append(-(distance + volume) / 2)
        table.append(row)
    return table


def log_gaussian_by_scipy(X, means, covariances):
    pairs = zip(means, covariances, strict=True)
    return np.column_stack([multivariate_normal(m, S).logpdf(X).reshape(len(X)) for m, S in pairs])


def log_gaussian_by_einsum(X, means, covariances):
    z = X[:, None] - means[None]
    distance = np.einsum("nki,kij,nkj->nk", z, np.linalg.inv(covariances), z)
    return -0.5 * (X.shape[1] * np.log(2 * np.pi) + np.linalg.slogdet(covariances)[1] + distance)


def log_gaussian_by_cholesky(X, means, covariances):
    log_density = np.zeros((X.shape[0], len(means)))
    for k in range(len(means)):
        L = np.linalg.cholesky(covariances[k])
        z = np.linalg.solve(L, (X - means[k]).T)
        log_density[:, k] -= 0.5 * (z**2).sum(axis=0) + np.log(np.diag(L)).sum()
    return log_density - X.shape[1] / 2 * np.log(2 * np.pi)


def log_gaussian_by_eigenvectors(X, means, covariances):
    columns = []
    for mean, covariance in zip(means, covariances, strict=True):
        spread, axes = np.linalg.eigh(covariance)
        along = (X - mean) @ axes
        columns.append(-0.5 * (along**2 / spread + np.log(2 * np.pi * spread)).sum(axis=1))
    return np.array(columns).T


LOG_GAUSSIAN = (
    log_gaussian_by_loops,
    log_gaussian_by_scipy,
    log_gaussian_by_einsum,
    log_gaussian_by_cholesky,
    log_gaussian_by_eigenvectors,
)


def _joint(density, X, weights, means, covariances):
    return np.asarray(density(X, means, covariances)) + np.log(weights)


def responsibilities_by_softmax(*p):
    return softmax(_joint(log_gaussian_by_scipy, *p), axis=1)


def responsibilities_by_logsumexp(*p):
    joint = _joint(log_gaussian_by_cholesky, *p)
    return np.exp(joint - logsumexp(joint, axis=1)[:, None])


def responsibilities_by_loops(*p):
    rows = []
    for row in _joint(log_gaussian_by_loops, *p):
        shares = [np.exp(value - max(row)) for value in row]
        rows.append([share / sum(shares) for share in shares])
    return rows


def responsibilities_by_ratios(*p):
    joint = _joint(log_gaussian_by_einsum, *p)
    with np.errstate(over="ignore"):
        return 1 / np.exp(joint[:, None, :] - joint[:, :, None]).sum(axis=2)


def responsibilities_in_single_precision(*p):
    return responsibilities_by_softmax(*p).astype(np.float32)


RESPONSIBILITIES = (
    responsibilities_by_softmax,
    responsibilities_by_logsumexp,
    responsibilities_by_loops,
    responsibilities_by_ratios,
    responsibilities_in_single_precision,
)


def log_responsibilities_by_scipy(*p):
    joint = _joint(log_gaussian_by_scipy, *p)
    return joint - logsumexp(joint, axis=1, keepdims=True)


def log_responsibilities_by_logaddexp(*p):
    joint = _joint(log_gaussian_by_cholesky, *p)
    return (joint.T - np.logaddexp.reduce(joint, axis=1)).T


LOG_RESPONSIBILITIES = (log_responsibilities_by_scipy, log_responsibilities_by_logaddexp)


def log_likelihood_by_scipy(*p):
    return logsumexp(_joint(log_gaussian_by_scipy, *p), axis=1).sum()


def log_likelihood_by_loops(*p):
    total = 0.0
    for row in _joint(log_gaussian_by_loops, *p):
        total = total + max(row) + np.log(sum(np.exp(row - max(row))))
    return total


def log_likelihood_by_the_bound(*p):
    resp, joint = responsibilities_by_softmax(*p), _joint(log_gaussian_by_einsum, *p)
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = -np.where(resp > 0, resp * np.log(resp), 0).sum()
    return np.array((resp * joint).sum() + entropy)


LOG_LIKELIHOOD = (log_likelihood_by_scipy, log_likelihood_by_loops, log_likelihood_by_the_bound)


def m_step_by_numpy(X, resp):
    means = [np.average(X, axis=0, weights=column) for column in resp.T]
    covariances = [
        np.cov(X, rowvar=False, aweights=column, ddof=0).reshape(X.shape[1], X.shape[1])
        for column in resp.T
    ]
    return resp.mean(axis=0), means, covariances


def m_step_by_loops(X, resp):
    n_samples, n_features = X.shape
    weights, means, covariances = [], [], []
    for k in range(resp.shape[1]):
        count = 0.0
        mean = np.zeros(n_features)
        for i in range(n_samples):
            count += resp[i, k]
            mean += resp[i, k] * X[i]
        mean /= count
        scatter = np.zeros((n_features, n_features))
        for i in range(n_samples):
            scatter += resp[i, k] * np.outer(X[i] - mean, X[i] - mean)
        weights.append(count / n_samples)
        means.append(mean)
        covariances.append(scatter / count)
    return [weights, means, covariances]


def m_step_by_moments(X, resp):
    counts = np.einsum("ik->k", resp)
    means = np.einsum("ik,ij->kj", resp, X) / counts[:, None]
    second = np.einsum("ik,ij,il->kjl", resp, X, X) / counts[:, None, None]
    return counts / counts.sum(), means, second - means[:, :, None] * means[:, None, :]


def m_step_in_single_precision(X, resp):
    return tuple(np.asarray(part, np.float32) for part in m_step_by_loops(X, resp))


M_STEP = (m_step_by_numpy, m_step_by_loops, m_step_by_moments, m_step_in_single_precision)


def fit_in_this_order(X, weights, means, covariances, tol=1e-9, max_iter=1000):
    history, trace = [], []
    for _ in range(max_iter):
        parameters = (weights, means, covariances)
        trace.append(log_likelihood_by_scipy(X, *parameters))
        history.append(parameters)
        if len(trace) > 1 and trace[-1] - trace[-2] <= tol:
            break
        resp = responsibilities_by_ratios(X, *parameters)
        weights, means, covariances = m_step_by_moments(X, resp)
    return history, trace


def fit_with_while(X, weights, means, covariances, tol=1e-9, max_iter=1000):
    history = [(weights, means, covariances)]
    trace = [log_likelihood_by_the_bound(X, *history[0])]
    while len(history) < max_iter:
        history.append(m_step_by_numpy(X, responsibilities_by_softmax(X, *history[-1])))
        trace.append(log_likelihood_by_loops(X, *history[-1]))
        if trace[-1] - trace[-2] <= tol:
            break
    return history, np.array(trace)


def fit_with_the_start_stored(X, weights, means, covariances, tol=1e-9, max_iter=1000):
    """As `emlib.fit_em` counts: so many M-steps, and one more of everything that is kept."""
    history = [(weights, means, covariances)]
    trace = [log_likelihood_by_scipy(X, *history[0])]
    for _ in range(max_iter):
        history.append(m_step_by_numpy(X, responsibilities_by_softmax(X, *history[-1])))
        trace.append(log_likelihood_by_scipy(X, *history[-1]))
        if trace[-1] - trace[-2] <= tol:
            break
    return history, trace


FIT = (fit_in_this_order, fit_with_while, fit_with_the_start_stored)


def coins_by_loops(heads, tosses, biases):
    rows = []
    for count in heads:
        shares = [bias**count * (1 - bias) ** (tosses - count) for bias in biases]
        rows.append([share / sum(shares) for share in shares])
    return rows


def coins_by_logarithms(heads, tosses, biases):
    tails = tosses - np.asarray(heads)
    return softmax(np.outer(heads, np.log(biases)) + np.outer(tails, np.log(1 - biases)), axis=1)


def hard_by_comparing(resp):
    return (resp == resp.max(axis=1, keepdims=True)).astype(int)


def hard_by_loops(resp):
    hard = np.zeros_like(resp)
    for i, row in enumerate(resp):
        hard[i, np.argmax(row)] = 1
    return hard


def labelled_by_boolean_rows(X, labels):
    kinds = np.unique(labels)
    return (
        [np.mean(labels == k) for k in kinds],
        [X[labels == k].mean(axis=0) for k in kinds],
        [np.cov(X[labels == k], rowvar=False, bias=True) for k in kinds],
    )


def labelled_by_one_hot(X, labels):
    one_hot = labels[:, None] == np.arange(labels.max() + 1)
    counts = one_hot.sum(axis=0)
    means = one_hot.T @ X / counts[:, None]
    squares = np.einsum("nk,ni,nj->kij", one_hot, X, X) / counts[:, None, None]
    return counts / len(X), means, squares - np.einsum("ki,kj->kij", means, means)


def kinds_by_scipy(X, labels):
    products = [
        np.mean(labels == k) * multivariate_normal(rows.mean(axis=0), np.cov(rows.T, ddof=0)).pdf(X)
        for k in range(labels.max() + 1)
        for rows in [X[labels == k]]
    ]
    return (products / np.sum(products, axis=0)).T


def kinds_by_one_hot(X, labels):
    named = labels != -1
    return responsibilities_by_ratios(X, *labelled_by_one_hot(X[named], labels[named]))


def slope_by_loops(x, weights, means, variances):
    slopes = [0.0] * len(means)
    for value in x:
        terms = weights * norm.pdf(value, means, np.sqrt(variances))
        for k, term in enumerate(terms):
            slopes[k] += term / sum(terms) * (value - means[k]) / variances[k]
    return slopes


def slope_by_soft_counts(x, weights, means, variances):
    log_joint = np.log(weights) + norm.logpdf(x[:, None], means, np.sqrt(variances))
    resp = softmax(log_joint, axis=1)
    return (resp.T @ x - resp.sum(axis=0) * means) / variances


def expected_by_loops(X, resp, weights, means, covariances):
    total = 0
    for k, (weight, mean, covariance) in enumerate(zip(weights, means, covariances, strict=True)):
        log_density = multivariate_normal(mean, covariance).logpdf(X)
        for i in range(len(X)):
            total += resp[i][k] * (np.log(weight) + log_density[i])
    return total


def bound_by_scipy(X, q, weights, means, covariances):
    density = np.exp(log_gaussian_by_scipy(X, means, covariances))
    evidence = density @ weights
    resp = weights * density / evidence[:, None]
    divergences = rel_entr(q, resp).sum(axis=1)
    return np.log(evidence).sum() - divergences.sum(), divergences


def bound_by_terms(X, q, weights, means, covariances):
    log_products = np.log(weights) + log_gaussian_by_einsum(X, means, covariances)
    bounds = (q * log_products - xlogy(q, q)).sum(axis=1)
    return bounds.sum(), logsumexp(log_products, axis=1) - bounds


def bound_with_a_tiny_share(X, q, weights, means, covariances):
    q = np.maximum(q, 1e-300)
    return bound_by_terms(X, q, weights, means, covariances)


def lloyd_by_loops(X, means):
    labels, moved = [], []
    for x in X:
        labels.append(int(np.argmin([np.linalg.norm(x - mean) for mean in means])))
    for k, mean in enumerate(means):
        mine = [x for x, label in zip(X, labels, strict=True) if label == k]
        moved.append(sum(mine) / len(mine) if mine else mean)
    return labels, moved


def lloyd_by_one_hot(X, means):
    closeness = X @ means.T - (means**2).sum(axis=1) / 2
    labels = closeness.argmax(axis=1)
    hard = np.eye(len(means))[labels]
    counts = hard.sum(axis=0)[:, None]
    return labels, np.where(counts > 0, hard.T @ X / np.maximum(counts, 1), means)


RIGHT_SOLUTIONS = {
    "coin_responsibilities": (coins_by_loops, coins_by_logarithms),
    "hard_assignment": (hard_by_comparing, hard_by_loops),
    "log_gaussian": LOG_GAUSSIAN,
    "responsibilities": RESPONSIBILITIES,
    "log_responsibilities": LOG_RESPONSIBILITIES,
    "log_likelihood": LOG_LIKELIHOOD,
    "m_step": M_STEP,
    "fit_labelled": (labelled_by_boolean_rows, labelled_by_one_hot),
    "shares_by_kind": (kinds_by_scipy, kinds_by_one_hot),
    "slope": (slope_by_loops, slope_by_soft_counts),
    "expected_log_likelihood": (expected_by_loops,),
    "lower_bound": (bound_by_scipy, bound_by_terms, bound_with_a_tiny_share),
    "lloyd": (lloyd_by_loops, lloyd_by_one_hot),
    "fit": FIT,
}
