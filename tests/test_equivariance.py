"""The fit does not care where zero is, which way the axes point, or in which unit the data came."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from random_mixtures import COVARIANCE_TYPES, for_all, problems

import emlib
from emlib import Parameters
from emlib.plain import as_full
from emlib.result import smallest_variances

ROTATABLE = ("full", "tied", "spherical")
STEPS = 4
"""Enough for every part of the loop to feed every other, too few for a collapse."""


def fitted(X, start, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", emlib.ConvergenceWarning)
        warnings.simplefilter("ignore", emlib.RegularizationWarning)
        return emlib.fit_em(X, start, tol=0, max_iter=STEPS, **options)


def assert_same(found, wanted, unit, tolerance=1e-7):
    """Compare two mixtures; unit is a length in which means may be off by the tolerance."""
    shape = wanted.covariance_type
    np.testing.assert_allclose(found.weights, wanted.weights, atol=tolerance)
    np.testing.assert_allclose(found.means, wanted.means, rtol=0, atol=tolerance * unit)
    got, hoped = (as_full(p.covariances, *p.means.shape, shape) for p in (found, wanted))
    np.testing.assert_allclose(got, hoped, rtol=0, atol=tolerance * unit**2)


def spread(X):
    return float(X.std(axis=0).max())


def healthy(result):
    """Whether no component came near a collapse, where any rounding is magnified."""
    variances = smallest_variances(result.parameters)
    return result.failure is None and (variances > 1e-6 * result.parameters.covariances.max()).all()


@for_all
@given(problems(COVARIANCE_TYPES, max_components=3), st.integers(-6, 6), st.booleans())
def test_translation_moves_the_means_and_nothing_else(problem, power, accelerate):
    X, start, _ = problem
    shift = spread(X) * 10.0**power * np.linspace(1, -2, X.shape[1])
    near = fitted((X + shift) - shift, start, accelerate=accelerate)
    there = Parameters(start.weights, start.means + shift, start.covariances, start.covariance_type)
    far = fitted(X + shift, there, accelerate=accelerate)
    assume(healthy(near))
    p = near.parameters
    moved = Parameters(p.weights, p.means + shift, p.covariances, p.covariance_type)
    assert_same(far.parameters, moved, spread(X), 1e-6)
    np.testing.assert_allclose(far.log_likelihoods, near.log_likelihoods, rtol=1e-6)


@for_all
@given(problems(ROTATABLE, max_components=3), st.integers(0, 2**32 - 1))
def test_rotation_turns_means_and_covariances(problem, seed):
    X, start, _ = problem
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(X.shape[1],) * 2))[0]
    found = fitted(X @ turn.T, turned(start, turn))
    wanted = fitted(X, start)
    assume(healthy(wanted))
    assert_same(found.parameters, turned(wanted.parameters, turn), spread(X))
    np.testing.assert_allclose(found.log_likelihoods, wanted.log_likelihoods, rtol=1e-9)


def turned(parameters, turn):
    p = parameters
    covariances = p.covariances
    if p.covariance_type != "spherical":
        covariances = turn @ covariances @ turn.T
        covariances = (covariances + np.swapaxes(covariances, -1, -2)) / 2
    return Parameters(p.weights, p.means @ turn.T, covariances, p.covariance_type)


@for_all
@given(
    problems(COVARIANCE_TYPES, max_components=3), st.integers(-100, 100), st.sampled_from([0, 0.1])
)
def test_a_change_of_unit_changes_only_the_unit(problem, power, floor):
    X, start, _ = problem
    by = 10.0**power
    floor = floor * spread(X) ** 2
    wanted = fitted(X, start, reg_covar=floor)
    found = fitted(X * by, scaled(start, by), reg_covar=floor * by**2)
    assume(healthy(wanted))
    back = scaled(found.parameters, 1 / by)
    assert_same(back, wanted.parameters, spread(X))
    lost = len(X) * X.shape[1] * np.log(by)
    np.testing.assert_allclose(
        found.log_likelihoods + lost, wanted.log_likelihoods, rtol=1e-9, atol=1e-9 * abs(lost)
    )


def scaled(parameters, by):
    p = parameters
    return Parameters(p.weights, p.means * by, p.covariances * by * by, p.covariance_type)


@pytest.mark.parametrize("law", ["translation", "rotation", "scale"])
def test_a_mixture_that_did_not_follow_is_seen(law):
    X = emlib.load_faithful().X
    start = emlib.start_from_kmeans_plusplus(X, 2, rng=7)
    p = fitted(X, start).parameters
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    follower = {
        "translation": Parameters(p.weights, p.means + 1e-3, p.covariances),
        "rotation": turned(p, turn),
        "scale": scaled(p, 1.001),
    }[law]
    with pytest.raises(AssertionError):
        assert_same(follower, p, spread(X))
