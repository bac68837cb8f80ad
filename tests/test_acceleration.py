"""Acceleration: sooner there, never down, and out of the way where it does not help."""

import numpy as np
import pytest
from random_mixtures import COVARIANCE_TYPES, random_covariances

import emlib
from emlib.acceleration import Anderson, _pack, _unpack
from emlib.engine.expectation import Expectation
from emlib.engine.rows import Rows
from emlib.result import smallest_variances

FAITHFUL = emlib.load_faithful().X
shapes = pytest.mark.parametrize("shape", COVARIANCE_TYPES)


def crawling(shape):
    """Clusters that overlap so much that plain EM needs 70 to 1200 iterations."""
    means = [[0.0, 0.0], [1.6, 0.0], [0.0, 1.8]]
    truth = emlib.Parameters([0.5, 0.3, 0.2], means, [1.0, 1.0, 1.0], "spherical")
    X = emlib.sample_mixture(truth, 1000, rng=7).X
    return X, emlib.start_from_kmeans_plusplus(X, 3, covariance_type=shape, rng=7)


@pytest.fixture
def e_steps(monkeypatch):
    """Count the passes over the data."""
    calls, plain = [], Expectation.__call__
    monkeypatch.setattr(Expectation, "__call__", lambda s, p: calls.append(p) or plain(s, p))
    return calls


@shapes
def test_on_a_crawl_it_needs_a_third_of_the_passes_and_ends_no_lower(shape, e_steps):
    X, start = crawling(shape)
    plain = emlib.fit_em(X, start, tol=1e-8)
    passes, _ = len(e_steps), e_steps.clear()
    quick = emlib.fit_em(X, start, tol=1e-8, accelerate=True)
    assert passes > 60
    assert 3 * len(e_steps) <= passes
    assert quick.converged
    assert quick.log_likelihood >= plain.log_likelihood


@shapes
@pytest.mark.parametrize("accelerate", [False, True])
def test_the_passes_over_the_rows_are_counted_those_of_failed_guesses_too(
    shape, accelerate, e_steps
):
    X, start = crawling(shape)
    result = emlib.fit_em(X, start, tol=1e-5, accelerate=accelerate)
    assert result.n_e_steps == len(e_steps)
    assert (result.n_e_steps > result.n_iter + 1) == accelerate
    assert result.n_e_steps >= result.n_iter + 1


@shapes
def test_it_never_goes_down(shape):
    X, start = crawling(shape)
    trace = emlib.fit_em(X, start, tol=1e-12, accelerate=True).log_likelihoods
    assert (np.diff(trace) >= -1e-12 * np.abs(trace[1:])).all()


@shapes
def test_on_old_faithful_it_finds_the_same_limit(shape):
    start = emlib.start_from_kmeans_plusplus(FAITHFUL, 2, covariance_type=shape, rng=7)
    plain = emlib.fit_em(FAITHFUL, start, tol=0)
    quick = emlib.fit_em(FAITHFUL, start, tol=0, accelerate=True)
    assert quick.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-12)
    np.testing.assert_allclose(quick.parameters.means, plain.parameters.means, rtol=1e-6)


@shapes
def test_packed_parameters_come_back(shape):
    rng = np.random.default_rng(3)
    covariances, scale = random_covariances(rng, 3, 2, shape), np.array([2.0, 0.1])
    p = emlib.Parameters([0.2, 0.3, 0.5], rng.normal(size=(3, 2)), covariances, shape)
    found = _unpack(_pack(p, scale), p, scale)
    np.testing.assert_allclose(found.weights, p.weights, rtol=1e-14)
    np.testing.assert_allclose(found.means, p.means, rtol=1e-14)
    np.testing.assert_allclose(found.covariances, p.covariances, rtol=1e-12)
    # without constraints: any vector is a mixture
    away = _pack(p, scale) + rng.normal(size=len(_pack(p, scale)))
    assert _unpack(away, p, scale).weights.sum() == pytest.approx(1, rel=1e-15)


class Walk:
    """Steps to walk by hand: who asks for the log-likelihood of a guess gets the given answer."""

    def __init__(self, answer, tol=0.0):
        self.answer, self.advance = answer, Anderson(np.ones(1), tol)
        self.made, self.guesses = [self._at(0.0)], []

    @staticmethod
    def _at(x):
        return emlib.Parameters([1.0], [[x]], [1.0], "spherical")

    def m_step(self, x):
        self.made.append(self._at(0.9 * x + 1))  # towards 10
        return self.made[-1]

    def e_step(self, parameters):
        if any(parameters is made for made in self.made):
            return float(parameters.means[0, 0]), -1.0
        self.guesses.append(float(parameters.means[0, 0]))
        if isinstance(self.answer, Exception):
            raise self.answer
        return float(parameters.means[0, 0]), self.answer

    def go(self, n):
        state = self.made[0], 0.0, -1.0
        asked = []
        for _ in range(n):
            before = len(self.guesses)
            (state,) = self.advance(self.e_step, self.m_step, state, 99)
            asked.append(len(self.guesses) - before)
        return asked, state


def test_a_path_that_shrinks_by_a_fixed_share_is_followed_to_its_end_at_once():
    walk = Walk(answer=0.0)
    asked, (parameters, _, log_likelihood) = walk.go(2)
    assert asked == [0, 1]
    assert log_likelihood == 0
    assert parameters.means[0, 0] == pytest.approx(10, rel=1e-12)


@pytest.mark.parametrize("answer", [-2.0, -1.0, -0.95, ValueError("no such mixture")])
def test_a_guess_that_gains_nothing_costs_one_pass_and_then_rests_longer_each_time(answer):
    asked, (parameters, _, log_likelihood) = Walk(answer, tol=0.1).go(40)
    tried = np.flatnonzero(asked)
    assert tried[0] == 1
    assert np.diff(tried).tolist() == [2, 3, 5, 9, 9, 9]
    assert log_likelihood == -1
    assert parameters.means[0, 0] == pytest.approx(10 * (1 - 0.9**40), rel=1e-12)


def test_after_a_success_the_rest_is_short_again():
    walk = Walk(answer=-2.0)
    walk.go(12)
    assert walk.advance._next_pause == 8
    walk.answer = 0.0
    walk.advance._pause = 0
    walk.go(1)
    assert walk.advance._next_pause == 1


def test_a_guess_that_is_no_mixture_is_not_made():
    advance = Anderson(np.ones(1))
    before, after = Walk._at(0.0), Walk._at(1.0)
    advance._steps.append(np.array([0.0, 1.0, 0.0]))
    advance._landings.append(np.array([0.0, -1.0, 0.0]))
    assert advance._guess(before, after).means.item() == pytest.approx(2)
    advance._steps.clear()
    advance._landings.clear()
    advance._steps.append(np.array([0.0, 1.0, 0.0]))
    advance._landings.append(np.array([0.0, 0.0, -1e6]))  # a deviation of exp(1e6)
    advance._last = None
    assert advance._guess(before, after) is None


def test_an_interruption_is_passed_on():
    class Stop(KeyboardInterrupt):
        pass

    def e_step(_):
        raise Stop

    with pytest.raises(Stop):
        next(Anderson(np.ones(1))(e_step, lambda _: Walk._at(1.0), (Walk._at(0.0), 0.0, 0.0), 9))


def test_a_constant_column_and_an_absent_component_hinder_nothing():
    rng = np.random.default_rng(1)
    X = np.c_[rng.normal(size=60), np.full(60, 4.0)]
    start = emlib.Parameters([0.5, 0.5, 0.0], [[-1, 4], [1, 4], [0, 4]], np.ones((3, 2)), "diag")
    result = emlib.fit_em(X, start, max_iter=0, reg_covar=1e-3, accelerate=True)
    assert result.status == ("ok", "ok", "ok")
    start = emlib.start_from_labels(X, np.arange(60) % 2, covariance_type="diag", reg_covar=1e-3)
    with pytest.warns(emlib.RegularizationWarning):
        quick = emlib.fit_em(X, start, tol=1e-6, reg_covar=1e-3, accelerate=True)
    assert quick.converged
    scale = np.sqrt(Rows(X).variance)
    assert scale[1] == 0
    assert np.isfinite(_pack(quick.parameters, Anderson(scale).scale)).all()


@shapes
def test_a_guess_below_the_floor_is_not_where_it_ends(shape):
    rng = np.random.default_rng(0)
    X = np.r_[np.full((5, 2), 9.0), rng.normal(size=(40, 2))]
    start = emlib.start_from_kmeans_plusplus(X, 3, covariance_type=shape, reg_covar=0.1, rng=1)
    with pytest.warns(emlib.RegularizationWarning):
        plain = emlib.fit_em(X, start, reg_covar=0.1)
    with pytest.warns(emlib.RegularizationWarning):
        quick = emlib.fit_em(X, start, reg_covar=0.1, accelerate=True)
    assert quick.converged
    assert quick.n_iter < plain.n_iter
    assert quick.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-4)
    assert quick.status == plain.status
    assert smallest_variances(quick.parameters).min() >= 0.1 * (1 - 1e-12)
