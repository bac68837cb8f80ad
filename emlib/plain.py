"""The whole of EM for Gaussian mixtures on one page, in plain loops, as the chapters derive it.

The rest of emlib computes the same numbers for any amount of data, quickly, and with an answer for
every bad input; its tests hold it to this page. Nothing here is checked: for your own data use
`emlib.fit_em`.

    >>> X = emlib.load_faithful().X[:40]
    >>> start = [0.5, 0.5], [[2.0, 55.0], [4.0, 80.0]], [np.diag([0.1, 30.0])] * 2
    >>> weights, means, covariances, trace = emlib.plain.fit(X, *start)
    >>> means.round(2)
    array([[ 1.95, 53.4 ],
           [ 4.1 , 79.22]])
    >>> result = emlib.fit_em(X, emlib.Parameters(*start))
    >>> bool(abs(trace[-1] - result.log_likelihood) < 1e-5)
    True
"""

from math import exp, log, pi

import numpy as np


def log_normal(x, mean, covariance):
    """Log density of one observation: -1/2 (d log 2 pi + log det S + (x - m)' S^-1 (x - m))."""
    difference = x - mean
    quadratic = difference @ np.linalg.inv(covariance) @ difference
    return -0.5 * (len(x) * log(2 * pi) + np.linalg.slogdet(covariance)[1] + quadratic)


def e_step(X, weights, means, covariances):
    """Responsibilities by Bayes' rule in log space, row by row, and the log-likelihood."""
    resp, log_likelihood = np.zeros((len(X), len(weights))), 0.0
    for i, x in enumerate(X):
        joint = [
            log(w) + log_normal(x, m, s)
            for w, m, s in zip(weights, means, covariances, strict=True)
        ]
        largest = max(joint)
        log_density = largest + log(sum(exp(value - largest) for value in joint))
        resp[i] = [exp(value - log_density) for value in joint]
        log_likelihood += log_density
    return resp, log_likelihood


def m_step(X, resp, covariance_type="full"):
    """Soft counts, weighted averages, and weighted covariances about the new means."""
    d = X.shape[1]
    counts = [sum(resp[:, k]) for k in range(resp.shape[1])]
    means, covariances = [], []
    for k, count in enumerate(counts):
        mean = sum(r * x for r, x in zip(resp[:, k], X, strict=True)) / count
        outers = (r * np.outer(x - mean, x - mean) for r, x in zip(resp[:, k], X, strict=True))
        means.append(mean)
        covariances.append(sum(outers) / count)
    if covariance_type == "tied":
        pooled = sum(c * s for c, s in zip(counts, covariances, strict=True)) / sum(counts)
        covariances = [pooled] * len(counts)
    elif covariance_type == "diag":
        covariances = [np.diag(np.diag(s)) for s in covariances]
    elif covariance_type == "spherical":
        covariances = [np.trace(s) / d * np.eye(d) for s in covariances]
    return np.array(counts) / sum(counts), np.array(means), np.array(covariances)


def fit(X, weights, means, covariances, covariance_type="full", tol=1e-8, max_iter=1000):
    """E-step, M-step, again, until the log-likelihood gains no more than tol.

    Returns weights, means, covariances, shape (K, d, d), and the list of log-likelihoods.
    """
    resp, log_likelihood = e_step(X, weights, means, covariances)
    trace = [log_likelihood]
    for _ in range(max_iter):
        weights, means, covariances = m_step(X, resp, covariance_type)
        resp, log_likelihood = e_step(X, weights, means, covariances)
        trace.append(log_likelihood)
        if trace[-1] - trace[-2] <= tol:
            break
    return weights, means, covariances, trace


def as_full(covariances, n_components, n_features, covariance_type):
    """One (d, d) matrix for each component, whatever the shape in which they were given."""
    covariances = np.asarray(covariances, dtype=float)
    if covariance_type == "tied":
        return np.array([covariances] * n_components)
    if covariance_type == "diag":
        return np.array([np.diag(variances) for variances in covariances])
    if covariance_type == "spherical":
        return np.array([variance * np.eye(n_features) for variance in covariances])
    return covariances
