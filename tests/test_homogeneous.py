"""The short way: an E-step that looks ahead, so that the M-step's parameters can wait."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

import emlib
from emlib import homogeneous
from emlib.engine.expectation import DIGITS_LOST, Expectation
from emlib.engine.rows import Rows
from emlib.homogeneous import ShortWay

X = emlib.load_faithful().X
LEFT_EARLY = pytest.mark.filterwarnings("ignore:no convergence")
START = emlib.start_from_kmeans_plusplus(X, 3, rng=7)


def looked_ahead(reg_covar=0.0, weight=None):
    """Statistics after which the M-step may wait, with the short way that says so."""
    rows = Rows(X, weight)
    expected, _ = Expectation(rows, 3, "full").from_the_centre(START)
    short = ShortWay(rows, reg_covar)
    assert short.look_ahead(expected, DIGITS_LOST)
    return expected, short


@pytest.mark.parametrize("reg_covar", [0.0, 0.3])
@pytest.mark.parametrize("weight", [None, np.arange(272.0)])
def test_coefficients_ahead_of_the_m_step_are_those_of_its_parameters(reg_covar, weight):
    expected, short = looked_ahead(reg_covar, weight)
    ahead, lost_ahead = short.coefficients(short.after(expected))
    wanted, lost = ShortWay(Rows(X, weight), reg_covar).coefficients(
        emlib.m_step(expected, reg_covar)
    )
    np.testing.assert_allclose(ahead, wanted, rtol=1e-12)
    assert lost_ahead == pytest.approx(lost, rel=1e-12)


def test_what_was_promised_is_what_the_m_step_makes():
    expected, short = looked_ahead(0.3)
    promised, made = short.after(expected), emlib.m_step(expected, 0.3)
    for name in ("weights", "means", "covariances"):
        np.testing.assert_array_equal(getattr(promised, name), getattr(made, name))
        assert not getattr(promised, name).flags.writeable


@pytest.mark.parametrize(
    "passed_on", [copy.copy, copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))]
)
def test_a_promise_is_kept_when_it_is_passed_on(passed_on):
    expected, short = looked_ahead()
    promised = passed_on(short.after(expected))
    np.testing.assert_array_equal(promised.means, emlib.m_step(expected).means)
    np.testing.assert_array_equal(passed_on(expected).sums, expected.sums)


def test_nothing_stays_promised_once_other_parameters_came():
    expected, short = looked_ahead()
    short.coefficients(START)
    assert short.after(expected) is None


def test_statistics_from_elsewhere_and_those_of_an_empty_component_go_the_long_way():
    rows = Rows(X)
    short = ShortWay(rows, 0.0)
    assert not short.look_ahead(emlib.statistics(X, np.full((272, 3), 1 / 3)), DIGITS_LOST)
    far = emlib.Parameters(
        START.weights, START.means + np.array([[0], [0], [1e6]]), START.covariances
    )
    expected, _ = Expectation(rows, 3, "full").from_the_centre(far)
    assert expected.counts[2] == 0
    assert not short.look_ahead(expected, DIGITS_LOST)


def test_units_that_are_powers_of_two_change_no_digit():
    """No pivot is chosen because a feature is counted in small units; traps lie in weak ties."""
    table, tied = np.random.default_rng(0).normal(size=(60, 2)), [[[1, 1e-12], [1e-12, 1]]]
    plain, scaled = (
        ShortWay(Rows(table * unit), 0.0).coefficients(
            emlib.Parameters([1.0], [[0.5, 0.25]] * unit, tied * np.multiply.outer(unit, unit))
        )
        for unit in (np.ones(2), np.array([1.0, 2.0**53]))
    )
    assert scaled[1] == plain[1]
    np.testing.assert_array_equal(scaled[0][:, 1:3] * [1.0, 2.0**53], plain[0][:, 1:3])


def test_a_promise_promises_nothing_else():
    expected, short = looked_ahead()
    with pytest.raises(AttributeError, match="'Parameters' object has no attribute 'precision'"):
        getattr(short.after(expected), "precision")  # noqa: B009


@LEFT_EARLY
def test_parameters_wait_until_somebody_asks(monkeypatch):
    """Otherwise an iteration on few rows would take half as long again."""
    made = []
    real = homogeneous.m_step
    monkeypatch.setattr(homogeneous, "m_step", lambda *a: made.append(a) or real(*a))
    emlib.fit_em(X, START, tol=0, max_iter=9)
    assert len(made) == 1, "the last parameters, for the result"
    run = emlib.fit_em(X, START, tol=0, max_iter=9, keep_history=True)
    assert len(made) == 2
    assert len({p.means.tobytes() for p in run.history}) == 10
    assert len(made) == 10


@LEFT_EARLY
def test_a_result_does_not_hold_on_to_the_rows():
    class Table(np.ndarray):
        """An array that can be watched."""

    table = np.array(X).view(Table)
    seen = weakref.ref(table)
    result = emlib.fit_em(table, START, tol=0, max_iter=3, keep_history=True)
    del table
    gc.collect()
    assert seen() is None
    assert len(result.history) == 4


def test_it_does_not_look_ahead_where_digits_would_be_lost():
    """Nor where a spread is nothing but the rounding of large numbers."""
    rng = np.random.default_rng(0)
    cloud, pairs = rng.normal(size=(60, 2)), np.repeat([0, 1], 30)
    crowd, few = rng.normal(size=(2000, 2)), np.repeat([0, 1], [1980, 20])
    far, narrow = [0, 0] + 1e4 * pairs[:, None], [10, 10] + 3e-3 * rng.normal(size=(2000, 2))
    for table, labels, safe in [
        (cloud, pairs, True),
        (cloud + far, pairs, False),
        (crowd, few, True),
        (np.where(few[:, None], narrow, crowd), few, False),  # beside its mean, data are narrow
        (1e16 + 2 * np.round(cloud), pairs, False),
    ]:
        rows = Rows(table)
        start = emlib.start_from_labels(table, labels, reg_covar=1e-3)
        expected, _ = Expectation(rows, 2, "full").from_the_centre(start)
        assert ShortWay(rows, 0.0).look_ahead(expected, DIGITS_LOST) == safe
