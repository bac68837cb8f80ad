"""The loop: it climbs, it stops for a reason, and it says what went wrong."""

import sys
import warnings
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_mixtures import COVARIANCE_TYPES, for_all, problems, unpacked

import emlib
from emlib import ConvergenceWarning, DegenerateComponentError, Parameters, plain

FAITHFUL = emlib.load_faithful().X


def quietly(X, start, **options):
    """Fit without the warning, where the ending is not the point."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return emlib.fit_em(X, start, **options)


def faithful_start(shape="full", n_components=2, seed=7):
    return emlib.start_from_kmeans_plusplus(FAITHFUL, n_components, covariance_type=shape, rng=seed)


# It climbs


@for_all
@given(problems())
def test_log_likelihood_never_falls_without_regularisation(problem):
    trace = quietly(problem.X, problem.parameters, tol=0, max_iter=60).log_likelihoods
    assert (np.diff(trace) >= -1e-12 * np.abs(trace[1:])).all()


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_log_likelihood_never_falls_on_old_faithful(shape):
    result = quietly(FAITHFUL, faithful_start(shape, 3), tol=0, max_iter=300)
    assert result.n_iter > 30
    trace = result.log_likelihoods
    assert (np.diff(trace) >= -1e-12 * np.abs(trace[1:])).all()


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_the_loop_is_that_of_the_teaching_path(shape):
    start = faithful_start(shape)
    history = quietly(FAITHFUL, start, max_iter=5, keep_history=True)
    weights, means = start.weights, start.means
    covariances = plain.as_full(start.covariances, *means.shape, shape)
    for found, log_likelihood in zip(history.history, history.log_likelihoods, strict=True):
        np.testing.assert_allclose(found.weights, weights, rtol=1e-9)
        np.testing.assert_allclose(found.means, means, rtol=1e-9)
        full = plain.as_full(found.covariances, *means.shape, shape)
        np.testing.assert_allclose(full, covariances, rtol=1e-9)
        resp, wanted = plain.e_step(FAITHFUL, weights, means, covariances)
        assert log_likelihood == pytest.approx(wanted, rel=1e-12)
        weights, means, covariances = plain.m_step(FAITHFUL, resp, shape)


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_the_limit_is_a_fixed_point_of_the_loop(shape):
    limit = emlib.fit_em(FAITHFUL, faithful_start(shape), tol=0).parameters
    after = emlib.m_step(emlib.e_step(FAITHFUL, limit)[0])
    np.testing.assert_allclose(after.means, limit.means, rtol=1e-6)
    np.testing.assert_allclose(after.covariances, limit.covariances, rtol=1e-5)


# What it leaves behind


def test_the_trace_has_an_entry_for_the_start_and_one_for_each_iteration():
    result = quietly(FAITHFUL, faithful_start(), max_iter=4, keep_history=True)
    assert result.n_iter == 4
    assert result.log_likelihoods.shape == (5,)
    assert len(result.history) == 5
    for parameters, log_likelihood in zip(result.history, result.log_likelihoods, strict=True):
        assert emlib.log_likelihood(FAITHFUL, parameters) == pytest.approx(
            log_likelihood, rel=1e-13
        )
    assert result.history[-1] is result.parameters
    assert result.log_likelihood == result.log_likelihoods[-1]


def test_parameters_are_kept_only_when_asked():
    assert quietly(FAITHFUL, faithful_start(), max_iter=4).history == ()


def test_no_iteration_gives_back_the_start_and_its_log_likelihood_without_a_warning():
    start = faithful_start()
    result = emlib.fit_em(FAITHFUL, start, max_iter=0)
    assert result.parameters is start
    assert result.n_iter == 0
    assert not result.converged
    assert result.log_likelihoods == pytest.approx(
        [emlib.log_likelihood(FAITHFUL, start)], rel=1e-14
    )
    assert result.status == ("ok", "ok")


def test_a_result_cannot_be_changed():
    result = quietly(FAITHFUL, faithful_start(), max_iter=1)
    with pytest.raises(FrozenInstanceError):
        result.converged = True
    with pytest.raises(ValueError, match="read-only"):
        result.log_likelihoods[0] = 0


def test_neither_the_data_nor_the_start_is_changed():
    X, start = FAITHFUL.copy(), faithful_start()
    before = [np.array(value) for value in unpacked(start)[:3]]
    quietly(X, start, max_iter=3)
    np.testing.assert_array_equal(X, FAITHFUL)
    for value, was in zip(unpacked(start)[:3], before, strict=True):
        np.testing.assert_array_equal(value, was)


# When it stops


@pytest.mark.parametrize("tol", [1e-2, 1e-4, 1e-6])
def test_it_stops_at_the_first_iteration_that_gains_no_more_than_tol_an_observation(tol):
    result = emlib.fit_em(FAITHFUL, faithful_start("tied", 3), tol=tol)
    gains = np.diff(result.log_likelihoods) / len(FAITHFUL)
    assert result.converged
    assert (gains[:-1] > tol).all()
    assert gains[-1] <= tol


def test_tol_means_the_same_for_any_number_of_observations():
    start = faithful_start()
    once = emlib.fit_em(FAITHFUL, start, tol=1e-5)
    tenfold = emlib.fit_em(np.tile(FAITHFUL, (10, 1)), start, tol=1e-5)
    assert once.n_iter == tenfold.n_iter


def test_with_tol_zero_it_stops_when_nothing_but_rounding_moves():
    result = emlib.fit_em(FAITHFUL, faithful_start(), tol=0)
    assert result.converged
    assert result.n_iter < 100
    last = result.log_likelihoods[-1] - result.log_likelihoods[-2]
    assert abs(last) <= 4 * np.finfo(float).eps * abs(result.log_likelihood)


def test_the_callback_hears_of_the_start_and_of_every_iteration():
    heard = []
    result = emlib.fit_em(FAITHFUL, faithful_start(), callback=lambda *said: heard.append(said))
    assert [n_iter for n_iter, _, _ in heard] == list(range(result.n_iter + 1))
    np.testing.assert_array_equal([found for _, found, _ in heard], result.log_likelihoods)
    assert heard[-1][2] is result.parameters


def test_ctrl_c_ends_a_fit_and_gives_back_the_last_complete_iteration_if_asked():
    def stop(n_iter, *_):
        if n_iter == 3:
            raise KeyboardInterrupt

    result = emlib.fit_em(FAITHFUL, faithful_start(), callback=stop, on_interrupt="return")
    assert result.interrupted
    assert result.n_iter == 3
    with pytest.raises(KeyboardInterrupt):
        emlib.fit_em(FAITHFUL, faithful_start(), callback=stop)


def test_running_out_of_iterations_is_a_warning_that_says_what_to_raise():
    with pytest.warns(ConvergenceWarning, match="3 iterations; raise max_iter or tol"):
        result = emlib.fit_em(FAITHFUL, faithful_start(), max_iter=3)
    assert not result.converged
    assert result.n_iter == 3


def test_the_warning_points_at_the_line_that_asked_for_the_fit():
    with pytest.warns(ConvergenceWarning) as caught:
        emlib.fit_em(FAITHFUL, faithful_start(), max_iter=1)
    assert caught[0].filename == __file__


def run_through(*log_likelihoods, **options):
    trace = iter(log_likelihoods)
    return emlib.em(lambda state: (state, next(trace)), lambda state: state, "state", **options)


def test_a_fall_of_the_log_likelihood_is_named_and_is_never_convergence():
    words = r"iteration 2 lowered the log-likelihood by 6; EM never does.*m_step.*e_step"
    with pytest.warns(emlib.ConvergenceWarning, match=words) as caught:
        result = run_through(0.0, 1.0, -5.0, -5.0, tol=0.5)
    assert caught[0].filename == __file__
    assert result.log_likelihoods.tolist() == [0, 1, -5, -5]
    assert result.falls == ((2, 6.0),)
    assert not result.converged


def test_a_fall_within_tol_is_a_fall_too():
    with pytest.warns(emlib.ConvergenceWarning, match=r"iteration 1 .* by 2\.5"):
        assert not run_through(0.0, -2.5, tol=3.0).converged
    with pytest.warns(emlib.ConvergenceWarning, match="iteration 1 .* by 1, and 1 more did"):
        assert run_through(3.0, 2.0, 1.0, 1.0).falls == ((1, 1.0), (2, 1.0))


@pytest.mark.parametrize("size", [1.0, 1e6])
def test_a_fall_of_a_billionth_is_rounding_and_two_billionths_are_not(size):
    assert run_through(size, size * (1 - 0.9e-9), tol=1e-2).converged
    with pytest.warns(emlib.ConvergenceWarning, match="iteration 1"):
        assert not run_through(size, size * (1 - 1.1e-9), tol=1e-2).converged


def test_where_the_log_likelihood_may_fall_nothing_is_said():
    result = run_through(0.0, 1.0, -5.0, -5.0, tol=0.5, may_fall=True)
    assert result.converged
    assert result.falls == ((2, 6.0),)


def test_half_steps_that_are_no_pair_are_caught():
    """An M-step that forgets the weights of the rows, with an E-step that does not."""
    weight = np.linspace(0, 3, len(FAITHFUL))

    def m_step(_):
        return emlib.m_step(emlib.e_step(FAITHFUL, faithful_start())[0])

    start = emlib.fit_em(FAITHFUL, faithful_start(), sample_weight=weight).parameters
    with pytest.warns(emlib.ConvergenceWarning, match="lowered the log-likelihood"):
        result = emlib.em(lambda p: emlib.e_step(FAITHFUL, p, weight), m_step, start)
    assert not result.converged


def test_the_tolerance_of_em_is_a_total_and_is_met_by_equality():
    trace = iter([0.0, 1.0, 1.5, 9.0])
    result = emlib.em(lambda state: (state, next(trace)), lambda state: state, "state", tol=0.5)
    assert result.log_likelihoods.tolist() == [0, 1, 1.5]


def test_em_hands_statistics_to_the_m_step_and_parameters_to_the_e_step():
    # statistics are 10 times the parameter, the M-step adds one
    result = emlib.em(
        lambda x: (10 * x, -abs(x - 7)), lambda s: s / 10 + 1, 0, max_iter=3, keep_history=True
    )
    assert result.history == (0, 1, 2, 3)
    assert result.log_likelihoods.tolist() == [-7, -6, -5, -4]


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("at", [0, 2])
def test_a_log_likelihood_that_is_no_number_ends_the_run_at_once(value, at):
    trace = iter([value if i == at else float(i) for i in range(9)])
    with pytest.raises(ValueError, match=f"of iteration {at} is {value}"):
        emlib.em(lambda state: (state, next(trace)), lambda state: state, "state")


def test_an_impossible_start_may_be_left():
    trace = iter([-np.inf, -np.inf, -3.0, -3.0])
    result = emlib.em(lambda state: (state, next(trace)), lambda state: state, "state")
    assert result.converged
    assert result.log_likelihoods.tolist() == [-np.inf, -np.inf, -3, -3]


# Progress


def test_the_bar_counts_iterations_and_leaves_callback_and_result_alone(capsys):
    seen = []
    result = quietly(
        FAITHFUL, faithful_start(), progress=True, callback=lambda n, *_: seen.append(n)
    )
    shown = capsys.readouterr().err
    assert f"{result.n_iter} iterations" in shown
    assert f"log-likelihood {result.log_likelihood:.6f}" in shown
    assert seen == list(range(result.n_iter + 1))
    plain = quietly(FAITHFUL, faithful_start())
    np.testing.assert_array_equal(result.log_likelihoods, plain.log_likelihoods)
    assert capsys.readouterr().err == ""


def test_a_bar_is_refused_with_the_extra_that_brings_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ImportError, match=r"pip install 'who-is-responsible\[progress\]'"):
        emlib.fit_em(FAITHFUL, faithful_start(), progress=True)


def test_restarts_show_a_bar_each(capsys):
    emlib.fit_em_restarts(FAITHFUL, 2, n_init=2, progress=True, rng=7)
    assert capsys.readouterr().err.count("log-likelihood -1130.263960") >= 2


# Components that fail

ATOMS = np.array([[0.0], [0.0], [0.0], [5.0], [5.0], [5.0], [5.0]])


def on_atoms(shape):
    covariances = {"full": np.ones((2, 1, 1)), "tied": np.eye(1), "diag": np.ones((2, 1))}
    return Parameters([0.5, 0.5], [[0.1], [4.7]], covariances.get(shape, np.ones(2)), shape)


def is_finite(parameters):
    return all(np.isfinite(value).all() for value in unpacked(parameters)[:3])


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_two_atoms_end_in_a_collapse_that_is_named_and_leaves_finite_parameters(shape):
    with pytest.warns(ConvergenceWarning, match=r"components 0, 1 are collapsed.*raise reg_covar"):
        result = emlib.fit_em(ATOMS, on_atoms(shape))
    assert result.status == ("collapsed", "collapsed")
    assert not result.converged
    assert isinstance(result.failure, DegenerateComponentError)
    assert is_finite(result.parameters)
    assert np.isfinite(result.log_likelihoods).all()
    assert emlib.log_likelihood(ATOMS, result.parameters) == result.log_likelihood


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
@pytest.mark.parametrize("cut", [1, 3, 4, 7])
def test_atoms_collapse_together_however_the_rows_are_cut(shape, cut):
    """An atom at 0 has no rounding of its own, but what was subtracted from its squares has."""
    atoms = np.repeat([[0.0, 0.0], [5.0, 5.0]], 50, axis=0)
    spread = {"full": [np.eye(2)] * 2, "tied": np.eye(2), "diag": np.ones((2, 2))}
    tight = Parameters([0.5, 0.5], [[0, 0], [5, 5]], spread.get(shape, np.ones(2)), shape)
    result = quietly(np.array_split(atoms, cut), tight)
    assert result.status == ("collapsed", "collapsed")


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_a_little_regularisation_cures_the_collapse(shape):
    with pytest.warns(emlib.RegularizationWarning, match=r"reg_covar=0\.001 is 100%"):
        result = emlib.fit_em(ATOMS, on_atoms(shape), reg_covar=1e-3)
    assert result.converged
    assert result.failure is None
    assert result.status == ("floor reached", "floor reached")
    np.testing.assert_allclose(result.parameters.means, [[0], [5]], atol=1e-9)
    np.testing.assert_allclose(result.parameters.covariances.ravel(), 1e-3, rtol=1e-6)


def test_one_component_that_collapses_is_told_from_one_that_does_not():
    rng = np.random.default_rng(7)
    X = np.r_[np.full((5, 2), 9.0), rng.normal(size=(40, 2))]
    start = Parameters([0.8, 0.2], [[0, 0], [9, 9]], [np.eye(2)] * 2)
    with pytest.warns(ConvergenceWarning, match="component 1 is collapsed"):
        result = emlib.fit_em(X, start)
    assert result.status == ("ok", "collapsed")


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
@pytest.mark.parametrize("seed", range(12))
def test_an_atom_beside_a_cloud_ends_with_a_status_and_a_number_wherever_it_stands(shape, seed):
    rng = np.random.default_rng(seed)
    atom = rng.normal(size=2) * 10 ** rng.uniform(-2, 3)
    cloud = 3 * atom + 0.2 * np.abs(atom) * rng.normal(size=(40, 2))
    X = np.r_[np.tile(atom, (rng.integers(2, 9), 1)), cloud]
    wide = np.diag(atom**2) / 10
    covariances = {
        "full": [wide, wide],
        "tied": wide,
        "diag": [np.diag(wide)] * 2,
        "spherical": [np.trace(wide) / 2] * 2,
    }[shape]
    start = Parameters([0.3, 0.7], [1.05 * atom, 3 * atom], covariances, shape)
    result = quietly(X, start, max_iter=300)
    assert set(result.status) <= {"ok", "collapsed", "empty"}
    assert is_finite(result.parameters)
    assert np.isfinite(result.log_likelihoods).all()


def test_points_on_a_line_are_a_collapse_and_not_a_fit():
    rng = np.random.default_rng(7)
    t = rng.normal(size=50)
    X = np.r_[np.c_[t, 0.3 * t + 0.1], rng.normal(size=(50, 2)) + 5]
    start = Parameters([0.5, 0.5], [[0, 0], [5, 5]], [np.eye(2)] * 2)
    with pytest.warns(ConvergenceWarning, match="component 0 is collapsed"):
        result = emlib.fit_em(X, start)
    assert result.status == ("collapsed", "ok")


def test_an_empty_component_is_named_and_leaves_the_last_complete_iteration():
    start = Parameters([0.5, 0.5], [[1.0], [1e6]], [[[1.0]]] * 2)
    with pytest.warns(
        ConvergenceWarning, match=r"iteration 1 failed: component 1 is empty.*result is iteration 0"
    ):
        result = emlib.fit_em([[0.0], [1.0], [2.0]], start)
    assert result.status == ("ok", "empty")
    assert result.parameters is start


def test_the_history_ends_with_the_last_complete_iteration():
    result = quietly(ATOMS, on_atoms("full"), keep_history=True)
    assert len(result.history) == result.n_iter + 1 == len(result.log_likelihoods)
    assert result.history[-1] is result.parameters


@pytest.mark.parametrize(
    ("shape", "covariances", "named"),
    [
        ("full", [np.eye(2), np.ones((2, 2))], "component 1 is collapsed"),
        ("tied", np.ones((2, 2)), "components 0, 1 are collapsed"),
        ("diag", [[1, 0], [1, 1]], "component 0 is collapsed"),
        ("spherical", [1, 0], "component 1 is collapsed"),
    ],
)
def test_a_start_that_has_already_collapsed_raises_and_names_the_component(
    shape, covariances, named
):
    start = Parameters([0.5, 0.5], [[2, 50], [4, 80]], covariances, shape)
    with pytest.raises(DegenerateComponentError, match=named):
        emlib.fit_em(FAITHFUL, start)


def test_an_error_that_is_not_about_a_component_is_not_swallowed():
    def m_step(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        emlib.em(lambda state: (state, 0.0), m_step, "state")


# The same fit in other clothes


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_far_from_zero_the_fit_is_the_same(shape):
    by = 1e8
    far = FAITHFUL + by
    near = far - by  # what is left of the digits after the shift, exactly
    start = faithful_start(shape)
    p = start
    there = Parameters(p.weights, p.means + by, p.covariances, shape)
    found = quietly(far, there, max_iter=20, tol=0).parameters
    wanted = quietly(near, start, max_iter=20, tol=0).parameters
    # a mean at 1e8 is a double with steps of 1.5e-8; the narrowest sd here is .26
    np.testing.assert_allclose(found.means - by, wanted.means, rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.covariances, wanted.covariances, rtol=1e-6)
    np.testing.assert_allclose(found.weights, wanted.weights, rtol=1e-6)


@for_all
@given(problems(max_components=3), st.integers(2, 4))
def test_every_row_given_several_times_changes_nothing_but_the_total(problem, times):
    X, parameters, _ = problem
    once = quietly(X, parameters, max_iter=3, tol=0)
    repeated = quietly(np.repeat(X, times, axis=0), parameters, max_iter=3, tol=0)
    assert once.n_iter == repeated.n_iter
    np.testing.assert_allclose(repeated.log_likelihoods, times * once.log_likelihoods, rtol=1e-9)
    np.testing.assert_allclose(
        repeated.parameters.covariances, once.parameters.covariances, rtol=1e-6, atol=1e-12
    )


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_the_order_of_the_rows_does_not_matter(shape):
    start = faithful_start(shape)
    shuffled = np.random.default_rng(7).permutation(FAITHFUL)
    one = quietly(FAITHFUL, start, max_iter=10, tol=0)
    other = quietly(shuffled, start, max_iter=10, tol=0)
    np.testing.assert_allclose(one.log_likelihoods, other.log_likelihoods, rtol=1e-13)
    np.testing.assert_allclose(one.parameters.means, other.parameters.means, rtol=1e-11)


def test_a_perfectly_known_mixture_is_found_again():
    truth = Parameters([0.3, 0.7], [[0, 0], [6, 1]], [np.eye(2), [[1, 0.5], [0.5, 2]]])
    X = emlib.sample_mixture(truth, 20_000, rng=7).X
    found = emlib.fit_em(X, truth).parameters
    np.testing.assert_allclose(found.weights, truth.weights, atol=0.02)
    np.testing.assert_allclose(found.means, truth.means, atol=0.1)
    np.testing.assert_allclose(found.covariances, truth.covariances, atol=0.1)
