"""What the chapters on the loop, the bound and the cold limit derive, shown by another way.

Derivatives are taken by finite differences, divergences and densities by SciPy: a wrong sign or a
wrong factor in a derivation would break one of these.
"""

import numpy as np
import pytest
from scipy.special import rel_entr
from scipy.stats import multivariate_normal

import emlib
from emlib.figures.linkage import COUNTS, LIMIT, linkage_step

H = 1e-5


def problem(seed=7, n=40, d=2, k=3):
    """Observations, a mixture that does not fit them well, and shares of no meaning."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) * 2
    roots = rng.standard_normal((k, d, d))
    covariances = roots @ np.swapaxes(roots, 1, 2) + np.eye(d)
    means = 2 * rng.standard_normal((k, d))
    theta = emlib.Parameters(rng.dirichlet(np.full(k, 5.0)), means, covariances)
    return X, theta, rng.dirichlet(np.ones(k), size=n)


def densities(X, theta):
    """Weight times density by SciPy, shape (n, k)."""
    return np.column_stack(
        [
            weight * multivariate_normal(mean, covariance).pdf(X)
            for weight, mean, covariance in zip(*unpack(theta), strict=True)
        ]
    )


def unpack(theta):
    return theta.weights, theta.means, theta.covariances


def shifted(theta, **parts):
    """The same mixture with some parts replaced."""
    kept = {"weights": theta.weights, "means": theta.means, "covariances": theta.covariances}
    return emlib.Parameters(**(kept | parts))


def slope(function, theta, name, where):
    """Central difference of function(theta) along one entry of one part."""

    def at(step):
        part = getattr(theta, name).copy()
        part[where] += step
        if name == "covariances":
            k, i, j = where
            part[k, j, i] = part[k, i, j]
        return function(shifted(theta, **{name: part}))

    return (at(H) - at(-H)) / (2 * H)


# --- The bound, chapter *Why it never goes down*


def test_the_gap_below_the_likelihood_is_the_divergence_of_the_shares():
    X, theta, q = problem()
    joint = densities(X, theta)
    gap = np.log(joint.sum(axis=1)).sum() - emlib.lower_bound(X, q, theta)
    posterior = joint / joint.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(gap, rel_entr(q, posterior).sum(), rtol=1e-10)
    assert gap > 1


def test_the_slopes_of_bound_and_likelihood_agree_where_they_touch():
    X, theta, _ = problem()
    r = emlib.responsibilities(X, *unpack(theta))
    for name, where in (("means", (1, 0)), ("covariances", (2, 1, 0)), ("covariances", (0, 1, 1))):
        likelihood = slope(lambda p: emlib.log_likelihood(X, p), theta, name, where)
        bound = slope(lambda p: emlib.lower_bound(X, r, p), theta, name, where)
        np.testing.assert_allclose(bound, likelihood, rtol=1e-6)


def test_the_m_step_stands_on_the_top_of_the_bound_whatever_the_shares():
    X, _, q = problem()
    top = emlib.m_step(emlib.statistics(X, q))
    size = abs(emlib.lower_bound(X, q, top))
    for name, where in (("means", (0, 1)), ("covariances", (1, 0, 0)), ("covariances", (2, 1, 0))):
        found = slope(lambda p: emlib.lower_bound(X, q, p), top, name, where)
        assert abs(found) < 1e-6 * size
    moved = np.array([H, -H, 0])  # the weights stay on the simplex

    def bound(step):
        return emlib.lower_bound(X, q, shifted(top, weights=top.weights + step * moved))

    assert abs(bound(1) - bound(-1)) / (2 * H) < 1e-6 * size


def test_the_m_step_for_the_bound_is_not_at_rest_for_the_likelihood():
    X, theta, _ = problem()
    r = emlib.responsibilities(X, *unpack(theta))
    moved = emlib.m_step(emlib.statistics(X, r))
    steepest = max(
        abs(slope(lambda p: emlib.log_likelihood(X, p), moved, "means", (k, d)))
        for k in range(3)
        for d in range(2)
    )
    assert steepest > 0.1


# --- The loop, chapter *The loop*: an M-step is a gradient step with a matrix for its step size


@pytest.mark.parametrize("k", range(3))
def test_the_step_of_a_mean_is_its_covariance_over_its_count_times_the_gradient(k):
    X, theta, _ = problem()
    r = emlib.responsibilities(X, *unpack(theta))
    moved = emlib.m_step(emlib.statistics(X, r))
    gradient = [
        slope(lambda p: emlib.log_likelihood(X, p), theta, "means", (k, d)) for d in range(2)
    ]
    expected = theta.covariances[k] @ gradient / r[:, k].sum()
    np.testing.assert_allclose(moved.means[k] - theta.means[k], expected, rtol=1e-6)


def test_at_the_limit_of_the_loop_the_likelihood_is_flat():
    X = emlib.load_faithful().X
    found = emlib.fit_em(X, emlib.start_from_kmeans_plusplus(X, 2, rng=7), tol=1e-13).parameters
    unit = X.std(axis=0)
    for k in range(2):
        for d in range(2):
            tilt = slope(lambda p: emlib.log_likelihood(X, p), found, "means", (k, d)) * unit[d]
            assert abs(tilt) < 2e-3


# --- The rate, chapter *Why it never goes down*: the slope of the map is the missing share


def linkage_log_likelihood(p):
    first, middle, middle_too, last = COUNTS
    return (
        first * np.log(1 / 2 + p / 4)
        + (middle + middle_too) * np.log((1 - p) / 4)
        + last * np.log(p / 4)
    )


def expected_complete(p, at):
    """What the M-step maximises over p, with the hidden count expected at `at`."""
    first, middle, middle_too, last = COUNTS
    hidden = first * (at / 4) / (1 / 2 + at / 4)
    return (hidden + last) * np.log(p) + (middle + middle_too) * np.log(1 - p)


def bend(function, p, h=1e-4):
    return -(function(p + h) - 2 * function(p) + function(p - h)) / h**2


def test_the_rate_of_the_linkage_example_is_its_share_of_missing_information():
    map_slope = (linkage_step(LIMIT + H) - linkage_step(LIMIT - H)) / (2 * H)
    observed = bend(linkage_log_likelihood, LIMIT)
    complete = bend(lambda p: expected_complete(p, LIMIT), LIMIT)
    np.testing.assert_allclose(map_slope, 1 - observed / complete, rtol=1e-6)
    assert round(map_slope, 4) == 0.1328


def test_the_linkage_example_ends_at_the_top_of_its_likelihood():
    np.testing.assert_allclose(linkage_step(LIMIT), LIMIT, rtol=1e-15)
    top = linkage_log_likelihood(LIMIT)
    assert linkage_log_likelihood(LIMIT + 1e-4) < top > linkage_log_likelihood(LIMIT - 1e-4)


# --- The cold limit, chapter *k-means is the cold limit*


@pytest.mark.parametrize("temperature", [0.05, 1.0, 40.0])
def test_the_ratio_of_shares_depends_on_the_difference_of_squared_distances(temperature):
    X, theta, _ = problem()
    variances = np.full(3, temperature)
    r = emlib.responsibilities(X, np.full(3, 1 / 3), theta.means, variances, "spherical")
    squares = ((X[:, None] - theta.means) ** 2).sum(axis=2)
    expected = (squares[:, 1] - squares[:, 0]) / (2 * temperature)
    kept = (r[:, :2] > 1e-200).all(axis=1)
    assert kept.sum() > 5
    np.testing.assert_allclose(
        np.log(r[kept, 0] / r[kept, 1]), expected[kept], rtol=1e-9, atol=1e-9
    )


def test_with_hard_shares_the_bound_is_the_sum_of_squares_up_to_a_constant():
    X, theta, _ = problem()
    temperature, rng = 0.3, np.random.default_rng(7)

    def bound_and_squares(labels):
        means = theta.means
        p = emlib.Parameters(np.full(3, 1 / 3), means, np.full(3, temperature), "spherical")
        squares = ((X - means[labels]) ** 2).sum()
        return emlib.lower_bound(X, np.eye(3)[labels], p), squares

    first, second = (bound_and_squares(rng.integers(3, size=len(X))) for _ in range(2))
    rise, fall = first[0] - second[0], second[1] - first[1]
    np.testing.assert_allclose(rise, fall / (2 * temperature), rtol=1e-9)
