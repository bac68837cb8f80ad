"""Inputs that let mistakes show: n, d and K all different, unequal weights, tilted ellipses."""

import numpy as np

N, D, K = 11, 3, 4


def mixture(rng, n=N, d=D, k=K, spread=1.5):
    """Observations and the parameters they came from: X, weights, means, covariances."""
    weights = _shares(rng, k)
    means = (rng.normal(size=(k, d)) * spread).round(2)
    roots = rng.normal(size=(k, d, d)) * rng.uniform(0.7, 1.5, (k, 1, 1))
    covariances = (roots @ roots.transpose(0, 2, 1) / d).round(3) + 0.6 * np.eye(d)
    labels = rng.choice(k, n, p=weights)
    noise = np.linalg.cholesky(covariances)[labels] @ rng.normal(size=(n, d, 1))
    return (means[labels] + noise[..., 0]).round(3), weights, means, covariances


def _shares(rng, k):
    """Weights no two of which are equal: at least 1/(2K) each, in random order."""
    shares = rng.permutation(np.arange(1.0, k + 1)) + rng.uniform(0.5, 1.0, k)
    return shares / shares.sum()


def far(rng, **sizes):
    """Observations so far from every cluster that no density can be told from zero."""
    X, weights, means, covariances = mixture(rng, **sizes)
    return X + 300, weights, means, covariances


def one_far(rng):
    """One observation that no cluster could have produced, among others."""
    X, weights, means, covariances = mixture(rng)
    X[rng.integers(len(X))] += 300
    return X, weights, means, covariances


def many(rng):
    """So many observations that the product of their densities cannot be told from zero."""
    return mixture(rng, n=420, d=2, k=3)


def two(rng):
    """Two observations, so that even their likelihood is a number one can look at."""
    return mixture(rng, n=2)


def one_cluster(rng):
    """Return a single cluster, which is responsible for everything."""
    return mixture(rng, n=6, d=2, k=1)


def soft_rows(rng, n=N, d=D, k=K):
    """Observations and responsibilities that did not come from them: X, resp."""
    return mixture(rng, n, d, k)[0], rng.dirichlet(np.linspace(0.6, 1.4, k), size=n)


def without_weights(make):
    """Leave the weights out of the inputs of a mixture, for densities."""

    def inputs(rng):
        X, _, means, covariances = make(rng)
        return X, means, covariances

    return inputs


def loop_start(rng, n=90, d=2, k=3, rounds=6):
    """Observations, a start near but not at where they came from, and a fixed number of rounds."""
    X, weights, means, covariances = mixture(rng, n, d, k)
    return (
        X,
        weights,
        (means + 0.6 * rng.normal(size=means.shape)).round(2),
        covariances,
        -np.inf,
        rounds,
    )


def loop_until(rng):
    """Give the same observations and start, and a rule that ends the loop after some rounds.

    However the rounds are counted, and whether the start counts as one, the history is the same.
    """
    *start, _, _ = loop_start(rng)
    return (*start, 1.0, 500)
