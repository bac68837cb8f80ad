"""What the chapters on the loop, the bound and the cold limit derive, shown by another way.

Derivatives are taken by finite differences, divergences and densities by SciPy: a wrong sign or a
wrong factor in a derivation would break one of these.
"""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import rel_entr
from scipy.stats import entropy, multivariate_normal

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


def some_zero(q):
    """The same shares, but every third observation belongs to one cluster, whole."""
    hard = np.eye(q.shape[1])[q.argmax(axis=1)]
    return np.where(np.arange(len(q))[:, None] % 3 == 0, hard, q)


def test_with_shares_of_zero_bound_and_gap_are_the_limits_of_small_shares():
    X, theta, q = problem()
    q, joint = some_zero(q), densities(X, theta)
    bound = emlib.lower_bound(X, q, theta)
    small = np.maximum(q, 1e-13)
    near = (small * np.log(joint / small)).sum()
    np.testing.assert_allclose(bound, near, rtol=1e-9)
    likelihood = np.log(joint.sum(axis=1)).sum()
    gap = rel_entr(q, joint / joint.sum(axis=1, keepdims=True)).sum()
    np.testing.assert_allclose(likelihood - bound, gap, rtol=1e-10)
    assert bound < likelihood


def test_the_bound_is_the_expected_log_likelihood_and_the_entropy_of_the_shares():
    X, theta, q = problem()
    for shares in (q, some_zero(q)):
        expected = (shares * np.log(densities(X, theta))).sum()
        spread = entropy(shares, axis=1).sum()
        np.testing.assert_allclose(emlib.lower_bound(X, shares, theta), expected + spread)
        assert spread > 1
    r = emlib.responsibilities(X, *unpack(theta))
    friends = emlib.log_likelihood(X, theta) - entropy(r, axis=1).sum()
    np.testing.assert_allclose((r * np.log(densities(X, theta))).sum(), friends)


def test_a_divergence_is_at_least_what_the_tangent_of_the_logarithm_says():
    _, _, q = problem()
    shares, r = some_zero(q), np.roll(q, 1, axis=0)
    tangent = 1 - np.where(shares > 0, r, 0).sum(axis=1)
    divergence = rel_entr(shares, r).sum(axis=1)
    assert (tangent >= -1e-15).all()
    assert tangent.max() > 0.1
    assert (divergence > tangent).all()
    np.testing.assert_allclose(rel_entr(r, r).sum(axis=1), 0, atol=1e-15)


def test_after_an_e_step_the_bound_is_the_likelihood_wherever_the_parameters_are():
    X, theta, q = problem()
    for p in (theta, shifted(theta, means=theta.means + 1)):
        r = emlib.responsibilities(X, *unpack(p))
        np.testing.assert_allclose(emlib.lower_bound(X, r, p), emlib.log_likelihood(X, p))
        toward = [emlib.lower_bound(X, q + t * (r - q), p) for t in np.linspace(0, 1, 6)]
        assert np.diff(toward).min() > 0  # a small move of the shares towards r pays


def test_at_the_twins_no_player_alone_gains_and_both_together_do():
    X = np.array([[-3.0], [-2.5], [-1], [0], [2], [4], [5]])
    mean, variance = X.mean(), X.var()

    def pair(half, narrower):
        means, variances = [[mean - half], [mean + half]], np.full(2, variance - narrower)
        return emlib.Parameters([0.5, 0.5], means, variances, "spherical")

    def shares(p):
        return emlib.responsibilities(X, *unpack(p), "spherical")

    twins = pair(0, 0)
    best = emlib.lower_bound(X, shares(twins), twins)
    rng = np.random.default_rng(7)
    for _ in range(100):
        q = rng.dirichlet([1, 1], size=7)
        assert emlib.lower_bound(X, q, twins) < best
        moved = pair(*rng.normal(size=2))
        assert emlib.lower_bound(X, shares(twins), moved) < best
    for half in (0.1, 0.5, 2.0):
        together = pair(half, half**2)
        assert emlib.lower_bound(X, shares(together), together) > best


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


# --- The rate, chapter *How fast?*: the slope of the map is the missing share


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


def test_the_m_step_of_the_linkage_example_is_the_top_of_what_it_maximises():
    for at in (0.05, 0.3, LIMIT, 0.95):
        top = minimize_scalar(
            lambda p, at=at: -expected_complete(p, at),
            bounds=(0.01, 0.99),
            method="bounded",
            options={"xatol": 1e-9},
        )
        assert linkage_step(at) == pytest.approx(top.x, abs=1e-6)


def test_the_limit_of_the_linkage_example_is_a_root_of_its_quadratic():
    first, middle, middle_too, last = COUNTS
    rest = last + middle + middle_too
    # p (first p + rest (2 + p)) - first p - last (2 + p), by powers of p
    coefficients = [first + rest, 2 * rest - first - last, -2 * last]
    assert coefficients == [197, -15, -68]
    root = np.roots(coefficients).max()
    assert root == pytest.approx(LIMIT, rel=1e-14)
    assert linkage_step(root) == pytest.approx(root, rel=1e-14)


@pytest.mark.parametrize("p", [0.2, LIMIT, 0.9])
def test_the_two_informations_of_the_linkage_example_are_minus_second_derivatives(p):
    first, middle, middle_too, last = COUNTS
    hidden, others = first * p / (2 + p), (middle + middle_too) / (1 - p) ** 2
    complete = (hidden + last) / p**2 + others
    observed = first / (2 + p) ** 2 + last / p**2 + others
    assert bend(lambda at: expected_complete(at, p), p) == pytest.approx(complete, rel=1e-5)
    assert bend(linkage_log_likelihood, p) == pytest.approx(observed, rel=1e-5)


@pytest.mark.parametrize("p", [0.3, LIMIT, 0.8])
def test_the_mixed_derivative_of_q_is_complete_less_observed_information(p):
    h = 1e-4

    def q(to, at):
        return expected_complete(to, at)

    mixed = (q(p + h, p + h) - q(p + h, p - h) - q(p - h, p + h) + q(p - h, p - h)) / (4 * h * h)
    missing = bend(lambda to: q(to, p), p) - bend(linkage_log_likelihood, p)
    assert mixed == pytest.approx(missing, rel=1e-4)
    assert mixed > 1
    slopes = [
        (f(p + h) - f(p - h)) / (2 * h) for f in (linkage_log_likelihood, lambda to: q(to, p))
    ]
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-6, abs=1e-4)


def test_with_several_parameters_the_largest_share_of_missing_information_sets_the_pace():
    """Three means unknown: the last errors shrink by the largest eigenvalue of I_c^-1 I_missing."""
    rng = np.random.default_rng(7)
    x = np.concatenate([rng.normal(m, 1, 60) for m in (-2.5, 0, 4)])[:, None]
    weights, variances = np.full(3, 1 / 3), np.ones(3)

    def around(means):
        r = emlib.responsibilities(x, weights, means[:, None], variances, "spherical")
        return r.T @ x[:, 0] / r.sum(axis=0), r

    def gradient(means):
        r = around(means)[1]
        return (r * (x - means)).sum(axis=0)

    top = np.array([-2.5, 0.0, 4.0])
    for _ in range(3000):
        top = around(top)[0]
    complete = np.diag(around(top)[1].sum(axis=0))
    observed = -np.array([gradient(top + H * u) - gradient(top - H * u) for u in np.eye(3)]) / 2 / H
    shares = np.linalg.eigvals(np.linalg.solve(complete, complete - observed)).real
    means = np.array([-4.0, -1.0, 2.0])
    errors = []
    for _ in range(22):
        means = around(means)[0]
        errors.append(np.linalg.norm(means - top))
    assert errors[-1] / errors[-2] == pytest.approx(shares.max(), rel=1e-4)
    assert np.sort(shares)[-2] < 0.8 * shares.max()
    assert errors[-1] > 1e-9  # not yet rounding


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
