"""Thresholds of a result, on both sides, and the smallest variance without a decomposition."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from random_mixtures import COVARIANCE_TYPES

import emlib
from emlib import result as module
from emlib.result import smallest_variances, status_of, warn_about_floor

shapes = pytest.mark.parametrize("shape", COVARIANCE_TYPES)


def with_smallest_variance(shape, smallest):
    """Two components in a plane; the second one's smallest variance, along no axis, is given."""
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    needle = turn @ np.diag([smallest, 50.0]) @ turn.T
    covariances = {
        "full": [50 * np.eye(2), needle],
        "tied": needle,
        "diag": [[50.0, 50.0], [50.0, smallest]],
        "spherical": [50.0, smallest],
    }[shape]
    return emlib.Parameters([0.5, 0.5], [[0, 0], [1, 1]], covariances, shape)


@shapes
@pytest.mark.parametrize(("times", "word"), [(1.99, "floor reached"), (2.01, "ok")])
def test_the_floor_is_reached_where_half_of_a_variance_is_reg_covar(shape, times, word):
    parameters = with_smallest_variance(shape, times * 0.1)
    result = emlib.EMResult(parameters, np.zeros(1), converged=True)
    first = word if shape == "tied" else "ok"
    assert status_of(result, 0.1) == (first, word)
    assert status_of(result, 0.0) == ("ok", "ok")


@shapes
@pytest.mark.parametrize(("share", "warned"), [(0.0099, False), (0.0101, True)])
def test_a_floor_is_warned_of_above_a_hundredth_of_a_variance(shape, share, warned):
    parameters = with_smallest_variance(shape, 0.1 / share)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_about_floor(parameters, 0.1, 1)
    assert [w.category for w in caught] == [emlib.RegularizationWarning] * warned
    if warned:
        component = 0 if shape == "tied" else 1
        assert f"1% of the smallest variance of component {component}" in str(caught[0].message)


@pytest.mark.parametrize("d", [129, 200])
@pytest.mark.parametrize("shape", ["full", "tied"])
@pytest.mark.parametrize("kind", ["few rows", "spread out", "needle", "units"])
def test_the_smallest_variance_of_many_features_needs_no_decomposition(d, shape, kind, monkeypatch):
    rng = np.random.default_rng(7)
    rows = rng.normal(size=(40 if kind == "few rows" else 3 * d, d))
    S = rows.T @ rows / len(rows) + 1e-3 * np.eye(d)
    if kind == "needle":
        direction = rng.normal(size=d)
        direction /= np.linalg.norm(direction)
        P = np.linalg.inv(S) + 1e5 * np.outer(direction, direction)
        S = np.linalg.inv(P)
    if kind == "units":
        units = 10.0 ** rng.uniform(-4, 4, d)
        S = S * np.outer(units, units)
    S = (S + S.T) / 2
    parameters = emlib.Parameters([1.0], np.zeros((1, d)), S[None] if shape == "full" else S, shape)
    wanted = np.linalg.svd(parameters.inverse_factors[0], compute_uv=False)[0] ** -2.0
    calls, plain = [], np.linalg.svd
    monkeypatch.setattr(np.linalg, "svd", lambda a, **k: calls.append(a.shape) or plain(a, **k))
    assert smallest_variances(parameters)[0] == pytest.approx(wanted, rel=1e-3)
    assert calls == [(module.LANCZOS_STEPS, d)]


def test_where_every_variance_is_far_above_the_floor_nothing_is_decomposed(monkeypatch):
    monkeypatch.setattr(module, "_largest_singular_value", None)
    parameters = with_smallest_variance("full", 10.0)
    result = emlib.EMResult(parameters, np.zeros(1), converged=True)
    assert status_of(result, 1e-6) == ("ok", "ok")
    warn_about_floor(parameters, 1e-6, 1)


def test_the_best_of_several_runs_is_the_best_of_those_without_a_collapse():
    from emlib.starts.restarts import run_from_each

    parameters = with_smallest_variance("full", 1.0)
    failure = emlib.DegenerateComponentError([1], "collapsed", "use fewer")
    low, high = (emlib.EMResult(parameters, np.array([v]), True) for v in (-5.0, -3.0))
    collapsed = replace(high, log_likelihoods=np.array([9.0]), failure=failure)
    assert run_from_each(lambda run: run, [low, collapsed, high]).best is high
    assert run_from_each(lambda run: run, [collapsed]).best is collapsed


@pytest.mark.parametrize("d", [2, 40])
@pytest.mark.parametrize(("times", "sound"), [(0.5, False), (2.0, True)])
def test_a_pivot_is_rounding_below_n_features_times_16_epsilons(d, times, sound):
    """The last feature is the sum of two others but for a share of its variance."""
    share = times * d * 16 * np.finfo(float).eps
    S = np.eye(d)
    S[-1, 0] = S[0, -1] = np.sqrt(1 - share)
    parameters = emlib.Parameters([1.0], np.zeros((1, d)), S[None])
    if sound:
        assert np.isfinite(parameters.factors).all()
    else:
        with pytest.raises(emlib.DegenerateComponentError, match="collapsed"):
            parameters.factors  # noqa: B018
