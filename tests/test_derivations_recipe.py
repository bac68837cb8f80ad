"""The recipe of *The loop*, what *Why it never goes down* fills in, and the pace of *How fast?*.

Expectations over what is hidden are taken by adding up every case, or by quadrature; slopes by
small steps.
"""

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom, multivariate_normal, norm

import emlib
from emlib.figures.linkage import LIMIT, linkage_step

H = 1e-5


def slope_of(function, at):
    """Central difference."""
    return (function(at + H) - function(at - H)) / (2 * H)


def bend_of(function, at, h=1e-3):
    """Minus the second derivative."""
    return (2 * function(at) - function(at + h) - function(at - h)) / h**2


# --- The recipe: the expectation of log p(x, z), by adding up every z

HEADS, TOSSES = np.array([5, 9, 8, 4, 7]), 10


def coin_log_joint(labels, bias):
    """Logarithm of p(x, z) for one way to deal out the coins, without the binomial constants."""
    theta = bias[labels]
    return (HEADS * np.log(theta) + (TOSSES - HEADS) * np.log(1 - theta)).sum()


def coin_responsibilities(bias):
    joint = binom.pmf(HEADS[:, None], TOSSES, bias)
    return joint / joint.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("bias", [(0.6, 0.5), (0.9, 0.2)])
def test_expected_heads_and_tails_are_the_coefficients_of_q(bias):
    resp, other = coin_responsibilities(np.array(bias)), np.array([0.7, 0.35])
    every = [np.array(labels) for labels in product([0, 1], repeat=5)]
    chance = [resp[np.arange(5), labels].prod() for labels in every]
    assert sum(chance) == pytest.approx(1)
    expected = sum(
        c * coin_log_joint(labels, other) for c, labels in zip(chance, every, strict=True)
    )
    heads, tails = resp.T @ HEADS, resp.T @ (TOSSES - HEADS)
    assert expected == pytest.approx((heads * np.log(other) + tails * np.log(1 - other)).sum())

    def q(theta):
        return heads[0] * np.log(theta) + tails[0] * np.log(1 - theta)

    assert slope_of(q, heads[0] / (heads[0] + tails[0])) == pytest.approx(0, abs=1e-6)


def test_for_a_count_the_expectation_is_had_by_putting_in_the_expected_count():
    p, other = 0.5, 0.62

    def log_joint(h):
        return (h + 34) * np.log(other) + 38 * np.log(1 - other)

    h = np.arange(126)
    weight = binom.pmf(h, 125, (p / 4) / (1 / 2 + p / 4))
    assert weight @ log_joint(h) == pytest.approx(log_joint(125 * p / (2 + p)))


def test_for_a_value_the_expectation_needs_the_mean_and_the_spread():
    mean, cov = np.array([3.5, 71.0]), np.array([[1.3, 14.0], [14.0, 180.0]])
    other = multivariate_normal([3.4, 70.0], [[1.2, 12.0], [12.0, 190.0]])
    duration, wait = 2.2, np.linspace(0, 140, 20001)
    both = np.column_stack([np.full_like(wait, duration), wait])
    weight = multivariate_normal(mean, cov).pdf(both)
    weight /= weight.sum()
    line = mean[1] + cov[0, 1] / cov[0, 0] * (duration - mean[0])
    rest = cov[1, 1] - cov[0, 1] ** 2 / cov[0, 0]
    assert weight @ wait == pytest.approx(line)
    assert weight @ (wait - line) ** 2 == pytest.approx(rest)
    expected = weight @ other.logpdf(both)
    at_the_mean = other.logpdf([duration, line])
    spread = -np.linalg.inv(other.cov)[1, 1] / 2 * rest
    assert expected == pytest.approx(at_the_mean + spread)
    assert spread < -0.1  # it is not small


# --- How fast: two equal normals at -m and +m


def two(m):
    return emlib.Parameters([0.5, 0.5], [[-m], [m]], [1.0, 1.0], "spherical")


GRID = np.linspace(-14, 14, 28001)


def average(values, truth):
    weight = (norm.pdf(GRID, -truth) + norm.pdf(GRID, truth)) / 2
    return (weight * values).sum() / weight.sum()


def share(m):
    return emlib.responsibilities(GRID[:, None], *unpack(two(m)), "spherical")[:, 1]


def unpack(p):
    return p.weights, p.means, p.covariances


@pytest.mark.parametrize("m", [0.25, 1.0, 2.0])
def test_the_iteration_averages_x_with_the_sign_that_one_believes_in(m):
    believed = 2 * share(m) - 1
    np.testing.assert_allclose(believed, np.tanh(m * GRID), atol=1e-12)

    def q(other):
        r = share(m)
        logs = r * norm.logpdf(GRID, other) + (1 - r) * norm.logpdf(GRID, -other)
        return average(logs, 1.3)

    assert slope_of(q, average(GRID * believed, 1.3)) == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("truth", [0.25, 0.5, 1.0, 2.0])
def test_the_factor_is_made_of_doubt_and_is_the_missing_share(truth):
    r = share(truth)
    factor = average(GRID**2 * 4 * r * (1 - r), truth)
    measured = slope_of(lambda m: average(GRID * np.tanh(m * GRID), truth), truth)
    assert measured == pytest.approx(factor, rel=1e-6)

    def likelihood(m):
        return average(np.log((norm.pdf(GRID, -m) + norm.pdf(GRID, m)) / 2), truth)

    complete = 1.0  # a labelled observation with variance 1
    assert 1 - bend_of(likelihood, truth) / complete == pytest.approx(factor, rel=1e-4)


@pytest.mark.parametrize("truth", [0.5, 1.5])
def test_at_the_twins_the_slope_is_one_and_the_square_of_the_truth(truth):
    slope = slope_of(lambda m: average(GRID * np.tanh(m * GRID), truth), 0.0)
    assert slope == pytest.approx(1 + truth**2, rel=1e-6)


def test_what_is_still_to_go_is_the_last_step_times_f_over_one_less_f():
    p = [0.5]
    for _ in range(8):
        p.append(linkage_step(p[-1]))
    step, f = p[6] - p[5], linkage_step(LIMIT + H) - LIMIT
    f /= H
    assert LIMIT - p[6] == pytest.approx(step * f / (1 - f), rel=1e-3)


def test_gains_of_the_log_likelihood_shrink_by_the_square_of_the_factor():
    def likelihood(p):
        return 125 * np.log(2 + p) + 34 * np.log(p) + 38 * np.log(1 - p)

    p = [0.5]
    for _ in range(5):
        p.append(linkage_step(p[-1]))
    gains = np.diff([likelihood(at) for at in p])
    assert gains[3] / gains[2] == pytest.approx(0.1328**2, rel=0.01)


def test_one_standard_error_away_the_log_likelihood_is_half_a_unit_lower():
    def likelihood(p):
        return 125 * np.log(2 + p) + 34 * np.log(p) + 38 * np.log(1 - p)

    error = 1 / np.sqrt(bend_of(likelihood, LIMIT, 1e-4))
    assert error == pytest.approx(0.0515, abs=5e-5)
    drops = [likelihood(LIMIT) - likelihood(LIMIT + s * error) for s in (-1, 1)]
    np.testing.assert_allclose(drops, 0.5, atol=0.05)


# --- The cold limit: weights have no say


@pytest.mark.parametrize("weights", [(0.98, 0.02), (0.5, 0.5)])
def test_the_border_goes_to_the_middle_in_proportion_to_the_temperature(weights):
    away = []
    for temperature in (1e-2, 1e-3):
        x = np.linspace(1.9, 2.1, 200_001)[:, None]
        resp = emlib.responsibilities(x, weights, [[0.0], [4.0]], [temperature] * 2, "spherical")
        away.append(float(x[np.abs(resp[:, 0] - 0.5).argmin(), 0] - 2))
        shift = temperature * np.log(weights[0] / weights[1]) / 4
        assert away[-1] == pytest.approx(shift, abs=1e-6)
    assert away[1] == pytest.approx(away[0] / 10, abs=2e-6)
