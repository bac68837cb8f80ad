"""The derivations of *Half an observation here*, each against small steps of what it maximises."""

import numpy as np
import pytest

import emlib
from emlib.figures import Balance, Planks

H = 1e-4
N, D, K = 30, 3, 4
RNG = np.random.default_rng(7)
X = RNG.normal(size=(N, D)) @ RNG.normal(size=(D, D)) + RNG.normal(size=(N, 1))
RESP = RNG.dirichlet(np.full(K, 0.7), size=N)


def expected(weights, means, covariances, resp=RESP):
    """Equation (expected): sum of responsibility times log of prior times likelihood."""
    return (resp * emlib.log_joint(X, weights, means, covariances)).sum()


def slope_of(function, at, direction):
    """Central difference along a direction."""
    return (function(at + H * direction) - function(at - H * direction)) / (2 * H)


def updates(resp=RESP):
    """Equations (weights), (means) and (covariances), written out once more with loops."""
    counts = [sum(row[k] for row in resp) for k in range(K)]
    means = [sum(r[k] * x for r, x in zip(resp, X, strict=True)) / counts[k] for k in range(K)]
    spreads = [
        sum(r[k] * np.outer(x - means[k], x - means[k]) for r, x in zip(resp, X, strict=True))
        for k in range(K)
    ]
    covariances = [spread / count for spread, count in zip(spreads, counts, strict=True)]
    return np.array(counts) / N, np.array(means), np.array(covariances)


def one(k, entry):
    """Zeros but for one component's entry."""
    direction = np.zeros((K, *np.shape(entry)))
    direction[k] = entry
    return direction


SYMMETRIC = [np.diag(row) for row in np.eye(D)] + [
    np.eye(D)[[p]].T @ np.eye(D)[[q]] + np.eye(D)[[q]].T @ np.eye(D)[[p]]
    for p in range(D)
    for q in range(p)
]


@pytest.mark.parametrize("k", range(K))
def test_no_step_from_the_three_updates_leads_up(k):
    weights, means, covariances = updates()
    for axis in np.eye(D):
        slope = slope_of(lambda m: expected(weights, m, covariances), means, one(k, axis))
        assert slope == pytest.approx(0, abs=1e-6)
    for E in SYMMETRIC:
        slope = slope_of(lambda c: expected(weights, means, c), covariances, one(k, E))
        assert slope == pytest.approx(0, abs=2e-5)
    exchange = one(k, 1.0) - one((k + 1) % K, 1.0)
    slope = slope_of(lambda w: expected(w, means, covariances), weights, exchange)
    assert slope == pytest.approx(0, abs=2e-5)


def test_it_is_the_top_and_not_another_place_without_slope():
    best = expected(*updates())
    weights, means, covariances = updates()
    for size in (1e-3, 1e-1, 1.0):
        for _ in range(50):
            mixed = (weights + size * RNG.dirichlet(np.ones(K))) / (1 + size)
            bend = np.eye(D) + size * RNG.normal(size=(K, D, D))
            bent = bend @ covariances @ bend.transpose(0, 2, 1)
            assert expected(mixed, means + size * RNG.normal(size=(K, D)), bent) < best


def test_emlib_takes_the_same_step():
    fit = emlib.m_step(emlib.statistics(X, RESP))
    for mine, theirs in zip(updates(), (fit.weights, fit.means, fit.covariances), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-10)


def test_an_exchange_of_weight_gains_the_difference_of_what_it_is_worth():
    weights, means, covariances = np.array([0.1, 0.2, 0.3, 0.4]), *updates()[1:]
    worth = RESP.sum(axis=0) / weights
    measured = slope_of(
        lambda w: expected(w, means, covariances), weights, np.array([-1, 0, 1, 0.0])
    )
    assert measured == pytest.approx(worth[2] - worth[0], rel=1e-5)
    assert abs(measured) > 1


def test_at_the_answer_one_more_unit_of_any_weight_is_worth_n():
    weights, means, covariances = updates()
    log_density = emlib.log_gaussian(X, means, covariances)

    def free(weights):  # they need not add up to one
        return (RESP * (np.log(weights) + log_density)).sum()

    assert free(weights) == pytest.approx(expected(*updates()), rel=1e-12)
    for unit in np.eye(K):
        measured = slope_of(free, weights, unit)
        assert measured == pytest.approx(N, rel=1e-5)


@pytest.mark.parametrize("k", range(K))
def test_along_a_mean_the_slope_is_the_pulls_of_all_planks_mixed_by_the_inverse_covariance(k):
    weights, _, covariances = updates()
    means = RNG.normal(size=(K, D))
    planks = RESP[:, k] @ (X - means[k])
    wanted = np.linalg.inv(covariances[k]) @ planks
    for axis, along in zip(np.eye(D), wanted, strict=True):
        measured = slope_of(lambda m: expected(weights, m, covariances), means, one(k, axis))
        assert measured == pytest.approx(along, rel=1e-6, abs=1e-6)
    assert np.abs(wanted - planks / covariances[k].diagonal()).max() > 0.1  # they do mix


def test_the_log_determinant_has_the_slope_of_the_inverse():
    precision = np.linalg.inv(updates()[2][0])
    for E in SYMMETRIC:
        measured = slope_of(lambda m: np.linalg.slogdet(m)[1], precision, E)
        assert measured == pytest.approx((E * np.linalg.inv(precision)).sum(), rel=1e-4, abs=1e-5)


def test_the_log_determinant_bends_downwards_by_the_trace_of_a_square():
    precision = np.linalg.inv(updates()[2][0])

    def height(matrix):
        return np.linalg.slogdet(matrix)[1]

    h = 1e-3
    for E in [*SYMMETRIC, np.add.outer(np.arange(D), np.arange(D)) - 1.5]:
        M = np.linalg.solve(precision, E)
        size = h / np.abs(M).max()
        up, here, down = (height(precision + t * size * E) for t in (1, 0, -1))
        bend = (up - 2 * here + down) / size**2
        assert bend == pytest.approx(-np.trace(M @ M), rel=1e-3)
        assert bend < 0
        eigenvalues = np.linalg.eigvals(M)
        np.testing.assert_allclose(eigenvalues.imag, 0, atol=1e-9)
        assert np.square(eigenvalues.real).sum() == pytest.approx(np.trace(M @ M))


def test_along_the_precision_the_slope_is_half_of_count_times_covariance_less_scatter():
    _, means, covariances = updates()
    away, count = X - means[0], RESP[:, 0].sum()
    precision = np.linalg.inv(covariances[0]) + 0.2 * np.eye(D)

    def of(matrix):
        log_density = emlib.log_gaussian(X, means[:1], np.linalg.inv(matrix)[None])
        return (RESP[:, :1] * log_density).sum()

    bracket = count * np.linalg.inv(precision) - (RESP[:, [0]] * away).T @ away
    for E in SYMMETRIC:
        assert slope_of(of, precision, E) == pytest.approx((E * bracket).sum() / 2, rel=1e-5)


def test_where_the_responsibilities_come_from_both_functions_have_the_same_slope():
    at = (np.array([0.1, 0.2, 0.3, 0.4]), RNG.normal(size=(K, D)), updates()[2])
    resp = emlib.responsibilities(X, *at)

    def likelihood(*parameters):
        return emlib.log_likelihood(X, emlib.Parameters(*parameters))

    directions = (np.array([-1, 0, 0, 1.0]), RNG.normal(size=(K, D)), one(1, np.eye(D)))
    for part, direction in enumerate(directions):

        def slope(function, part=part, direction=direction):
            def moved(value):
                return function(*at[:part], value, *at[part + 1 :])

            return slope_of(moved, at[part], direction)

        both = slope(likelihood), slope(lambda *p: expected(*p, resp=resp))
        assert both[0] == pytest.approx(both[1], rel=1e-5)
        assert abs(both[0]) > 0.1


@pytest.mark.parametrize("seed", range(5))
def test_no_responsibilities_move_the_mean_of_means_or_the_second_moments(seed):
    resp = np.random.default_rng(seed).dirichlet(np.full(K, 0.2), size=N)
    weights, means, covariances = updates(resp)
    np.testing.assert_allclose(weights @ means, X.mean(axis=0), rtol=1e-10)
    squares = covariances + means[:, :, None] * means[:, None, :]
    np.testing.assert_allclose(np.einsum("k,kpq->pq", weights, squares), X.T @ X / N, rtol=1e-10)


def test_equal_weights_and_sums_over_equal_counts_pass_the_first_invariant_and_are_wrong():
    weights, means, _ = updates()
    slip = np.full(K, 1 / K), K * RESP.T @ X / N
    np.testing.assert_allclose(slip[0] @ slip[1], X.mean(axis=0), rtol=1e-10)
    assert np.abs(slip[0] - weights).max() > 0.01
    assert np.abs(slip[1] - means).max() > 0.1


def test_with_rows_that_do_not_sum_to_one_the_invariants_break():
    weights, means, _ = updates(RESP * np.linspace(0.5, 1, N)[:, None])
    assert np.abs(weights @ means - X.mean(axis=0)).max() > 0.01


@pytest.mark.parametrize("seed", range(4))
def test_the_game_cannot_be_lost(seed):
    shares = np.random.default_rng(seed).random(7).round(2)
    figure = Planks("game", "", mode="game", shares=shares.tolist())
    x, values = np.array(figure.x), figure.values()
    inside, between, total = values["variances"]
    assert values["together"] == pytest.approx(x.mean(), rel=1e-12)
    assert inside + between == pytest.approx(x.var(), rel=1e-12)
    assert total == pytest.approx(x.var(), rel=1e-12)
    for (count, weight, mean, spread), r in zip(
        values["clusters"], (shares, 1 - shares), strict=True
    ):
        assert [count, weight] == pytest.approx([r.sum(), r.mean()])
        assert mean == pytest.approx(np.average(x, weights=r))
        assert spread**2 == pytest.approx(np.average((x - mean) ** 2, weights=r))


@pytest.mark.parametrize("wedge", [45.0, 57.5, 80.25])
def test_the_pull_is_the_slope_of_the_expected_log_likelihood_times_the_variance(wedge):
    figure, variance = Balance("pull", "", wedge=wedge), 30.0
    x, shares = (np.array(figure.options[key], dtype=float) for key in ("x", "shares"))

    def of(mean):
        log_density = emlib.log_gaussian(x[:, None], [[mean]], [variance], "spherical")
        return shares @ log_density[:, 0]

    assert figure.values()["pull"] == pytest.approx(variance * slope_of(of, wedge, 1), rel=1e-6)
    assert figure.values()["balance"] == pytest.approx(np.average(x, weights=shares))
