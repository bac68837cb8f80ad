"""Responsibilities, statistics, E-step, M-step: against loops, 50 digits, and their own laws."""

import copy
import pickle
from dataclasses import FrozenInstanceError
from functools import reduce
from operator import add

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_mixtures import (
    COVARIANCE_TYPES,
    for_all,
    problems,
    random_covariances,
    unpacked,
)
from scipy.special import rel_entr

import emlib
from emlib import Parameters, plain
from emlib.engine import exact
from emlib.mixture import log_sum_exp

RTOL = 1e-9
"""Two orders of the same sums: far above rounding of 60 rows, far below any mistake."""


def close(found, wanted, rtol=RTOL):
    """Compare arrays relative to the largest entry, so that sums that cancel are not asked for."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=0, atol=rtol * np.abs(wanted).max())


def close_parameters(found, wanted, rtol=RTOL):
    assert found.covariance_type == wanted.covariance_type
    close(found.weights, wanted.weights, rtol)
    close(found.means, wanted.means, rtol)
    close(found.covariances, wanted.covariances, rtol)


def per_component(parameters):
    """Covariances as full matrices, one a component."""
    p = parameters
    return plain.as_full(p.covariances, *p.means.shape, p.covariance_type)


def resp_of(X, parameters):
    return emlib.responsibilities(X, *unpacked(parameters))


# Responsibilities


@for_all
@given(problems())
def test_responsibilities_and_log_likelihood_are_those_of_the_teaching_path(problem):
    X, parameters, _ = problem
    resp, log_likelihood = plain.e_step(
        X, parameters.weights, parameters.means, per_component(parameters)
    )
    np.testing.assert_allclose(resp_of(X, parameters), resp, rtol=RTOL, atol=1e-12)
    assert emlib.log_likelihood(X, parameters) == pytest.approx(log_likelihood, rel=1e-10)


@for_all
@given(problems())
def test_rows_of_responsibilities_are_probabilities(problem):
    resp = resp_of(problem.X, problem.parameters)
    assert (resp >= 0).all()
    np.testing.assert_allclose(resp.sum(axis=1), 1, rtol=0, atol=1e-14)


@for_all
@given(problems(), st.randoms(use_true_random=False))
def test_relabelling_the_components_permutes_the_columns_and_nothing_else(problem, random):
    X, parameters, _ = problem
    order = random.sample(range(parameters.n_components), parameters.n_components)
    covariances = parameters.covariances
    relabelled = Parameters(
        parameters.weights[order],
        parameters.means[order],
        covariances if parameters.covariance_type == "tied" else covariances[order],
        parameters.covariance_type,
    )
    np.testing.assert_allclose(
        resp_of(X, relabelled), resp_of(X, parameters)[:, order], rtol=1e-12, atol=1e-15
    )


@for_all
@given(problems())
def test_bayes_rule_by_brute_force(problem):
    X, parameters, _ = problem
    products = parameters.weights * np.exp(emlib.log_gaussian(X, *unpacked(parameters)[1:]))
    seen = products.sum(axis=1) > 0
    wanted = products[seen] / products[seen].sum(axis=1, keepdims=True)
    np.testing.assert_allclose(resp_of(X[seen], parameters), wanted, rtol=1e-9, atol=1e-12)


def exact_responsibilities(x, weights, means, covariances):
    """Bayes' rule with 50 digits, without any logarithm, of the doubles as they are."""
    with mpmath.workdps(50):
        products = []
        for weight, mean, covariance in zip(weights, means, covariances, strict=True):
            difference = mpmath.matrix(
                [mpmath.mpf(float(a)) - mpmath.mpf(float(b)) for a, b in zip(x, mean, strict=True)]
            )
            matrix = mpmath.matrix(np.asarray(covariance, dtype=float).tolist())
            quadratic = (difference.T * mpmath.inverse(matrix) * difference)[0]
            density = mpmath.exp(-quadratic / 2) / mpmath.sqrt(
                (2 * mpmath.pi) ** len(x) * mpmath.det(matrix)
            )
            products.append(mpmath.mpf(float(weight)) * density)
        return np.array([float(product / sum(products)) for product in products])


HARD_CASES = {
    "forty standard deviations from both": ([40.0], [0.5, 0.5], [[0.0], [0.1]], [[[1.0]]] * 2),
    "a thousand standard deviations away": ([1e3], [0.3, 0.7], [[0.0], [1e-3]], [[[1.0]]] * 2),
    "a weight of 1e-300 for the nearer one": (
        [37.0], [1 - 1e-300, 1e-300], [[0.0], [37.0]], [[[1.0]]] * 2,
    ),
    "widths from 1e-150 to 1e150": ([1e-150], [0.5, 0.5], [[0.0], [0.0]], [[[1e-300]], [[1e300]]]),
    "nearly singular covariances": (
        [0.5, 0.5 + 1e-6],
        [0.5, 0.5],
        [[0.0, 0.0], [0.0, 1e-6]],
        [[[1.0, 1 - 1e-9], [1 - 1e-9, 1.0]]] * 2,
    ),
    "three features, far from all": (
        [30.0, -30.0, 30.0],
        [0.2, 0.3, 0.5],
        [[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0]],
        [np.eye(3), 1.01 * np.eye(3), 1.02 * np.eye(3)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD_CASES)
def test_hard_cases_agree_with_fifty_digits(name):
    x, weights, means, covariances = HARD_CASES[name]
    found = emlib.responsibilities([x], weights, means, covariances)[0]
    wanted = exact_responsibilities(x, weights, means, covariances)
    rtol = 1e-5 if "singular" in name else 1e-9  # condition 2e9 times rounding 2e-16, and room
    np.testing.assert_allclose(found, wanted, rtol=rtol, atol=1e-300)


def test_a_component_of_weight_zero_is_never_responsible_and_disturbs_nobody():
    X = np.array([[0.0], [1.0], [5.0]])
    with_it = emlib.responsibilities(X, [0.4, 0.0, 0.6], [[0], [1], [5]], [[[1.0]]] * 3)
    without = emlib.responsibilities(X, [0.4, 0.6], [[0], [5]], [[[1.0]]] * 2)
    assert (with_it[:, 1] == 0).all()
    np.testing.assert_array_equal(with_it[:, [0, 2]], without)


def test_log_joint_of_a_component_of_weight_zero_is_minus_infinity_without_a_warning():
    found = emlib.log_joint([[0.0]], [1.0, 0.0], [[0], [0]], [[[1.0]]] * 2)
    assert found[0, 1] == -np.inf
    assert found[0, 0] == pytest.approx(-0.5 * np.log(2 * np.pi))


@for_all
@given(problems())
def test_log_joint_is_log_prior_plus_log_density(problem):
    X, parameters, _ = problem
    wanted = np.log(parameters.weights) + emlib.log_gaussian(X, *unpacked(parameters)[1:])
    np.testing.assert_array_equal(emlib.log_joint(X, *unpacked(parameters)), wanted)


@pytest.mark.parametrize("shift", [0.0, -1e4, 1e4])
def test_the_sum_of_exponentials_neither_overflows_nor_underflows(shift):
    rows = np.log([[0.2, 0.3, 0.5], [1.0, 2.0, 3.0]]) + shift
    np.testing.assert_allclose(log_sum_exp(rows)[:, 0], np.log([1, 6]) + shift, atol=1e-11)


def test_the_sum_of_exponentials_of_nothing_is_nothing():
    rows = np.array([[-np.inf, -np.inf], [-np.inf, 0.0]])
    assert log_sum_exp(rows).tolist() == [[-np.inf], [0.0]]


def test_the_log_likelihood_is_a_total_over_rows_not_a_mean():
    parameters = Parameters([1.0], [[0.0]], [[[1.0]]])
    one = emlib.log_likelihood([[0.0]], parameters)
    assert one == pytest.approx(-0.5 * np.log(2 * np.pi))
    assert emlib.log_likelihood(np.zeros((7, 1)), parameters) == pytest.approx(7 * one)
    assert isinstance(one, float)


# The bound


@for_all
@given(problems())
def test_the_bound_touches_the_log_likelihood_after_an_e_step(problem):
    X, parameters, _ = problem
    bound = emlib.lower_bound(X, resp_of(X, parameters), parameters)
    assert bound == pytest.approx(emlib.log_likelihood(X, parameters), rel=1e-12)


@for_all
@given(problems())
def test_the_gap_under_the_log_likelihood_is_the_divergence_of_the_responsibilities(problem):
    X, parameters, other = problem
    gap = emlib.log_likelihood(X, parameters) - emlib.lower_bound(X, other, parameters)
    joint = emlib.log_joint(X, *unpacked(parameters))
    log_resp = joint - np.logaddexp.reduce(joint, axis=1)[:, None]
    divergence = (other * (np.log(other) - log_resp)).sum()
    assert gap == pytest.approx(divergence, rel=1e-9, abs=1e-9)
    assert gap >= -1e-9
    resp = np.exp(log_resp)
    if (resp > 1e-300).all():
        assert gap == pytest.approx(rel_entr(other, resp).sum(), rel=1e-9, abs=1e-9)


def test_the_bound_takes_zero_times_log_zero_as_zero():
    parameters = Parameters([0.5, 0.5], [[0.0], [9.0]], [[[1.0]]] * 2)
    bound = emlib.lower_bound([[0.0]], [[1.0, 0.0]], parameters)
    assert bound == pytest.approx(np.log(0.5) - 0.5 * np.log(2 * np.pi))


# Statistics


@for_all
@given(problems())
def test_statistics_are_the_sums_that_they_say_about_their_origins(problem):
    X, parameters, resp = problem
    shape = parameters.covariance_type
    found = emlib.statistics(X, resp, shape, origins=parameters.means)
    differences = X[:, None, :] - parameters.means
    outers = np.einsum("ik,ikp,ikq->kpq", resp, differences, differences)
    close(found.counts, resp.sum(axis=0))
    close(found.sums, np.einsum("ik,ikp->kp", resp, differences))
    close(
        found.scatters,
        {
            "full": outers,
            "tied": outers.sum(axis=0),
            "diag": np.einsum("kpp->kp", outers),
            "spherical": np.einsum("kpp->k", outers),
        }[shape],
    )


@for_all
@given(problems())
def test_e_step_is_the_statistics_of_the_responsibilities_and_the_log_likelihood(problem):
    X, parameters, _ = problem
    shape = parameters.covariance_type
    expected, log_likelihood = emlib.e_step(X, parameters)
    wanted = emlib.statistics(X, resp_of(X, parameters), shape, origins=expected.origins)
    assert expected.covariance_type == shape
    close(expected.counts, wanted.counts)
    spread = np.abs(X - expected.origins[0]).sum()
    np.testing.assert_allclose(expected.sums, wanted.sums, rtol=1e-9, atol=1e-14 * spread)
    close(expected.scatters, wanted.scatters)
    assert log_likelihood == pytest.approx(emlib.log_likelihood(X, parameters), rel=1e-13)
    assert expected.counts.sum() == pytest.approx(len(X))


@for_all
@given(problems(), st.lists(st.integers(1, 59), max_size=5))
def test_statistics_of_blocks_add_up_however_the_rows_are_cut(problem, cuts):
    X, parameters, resp = problem
    shape = parameters.covariance_type
    whole = emlib.statistics(X, resp, shape, origins=parameters.means)
    rows = [block for block in np.split(np.arange(len(X)), sorted({*cuts})) if len(block)]
    blocks = reduce(add, [emlib.statistics(X[i], resp[i], shape) for i in rows])
    close_parameters(emlib.m_step(blocks), emlib.m_step(whole))
    blocks = blocks.about(whole.origins)
    for name in ("counts", "sums", "scatters"):
        close(getattr(blocks, name), getattr(whole, name))


@for_all
@given(problems())
def test_e_steps_of_blocks_add_up_to_the_next_parameters(problem):
    X, parameters, _ = problem
    whole, log_likelihood = emlib.e_step(X, parameters)
    parts = [emlib.e_step(X[rows], parameters) for rows in (slice(0, 5), slice(5, None))]
    close_parameters(emlib.m_step(parts[0][0] + parts[1][0]), emlib.m_step(whole))
    assert parts[0][1] + parts[1][1] == pytest.approx(log_likelihood, rel=1e-12)


@for_all
@given(problems())
def test_the_origin_of_the_statistics_changes_no_result(problem):
    X, parameters, resp = problem
    shape = parameters.covariance_type
    about_means = emlib.statistics(X, resp, shape)
    about_zero = emlib.statistics(X, resp, shape, origins=np.zeros(X.shape[1]))
    moved = about_means.about(about_zero.origins)
    for name in ("counts", "sums", "scatters", "origins"):
        close(getattr(moved, name), getattr(about_zero, name))
    close_parameters(emlib.m_step(about_means), emlib.m_step(about_zero))
    close_parameters(emlib.m_step(moved), emlib.m_step(about_zero))


def test_statistics_about_the_weighted_means_have_sums_of_zero():
    rng = np.random.default_rng(7)
    X, resp = rng.normal(size=(20, 2)) + 5, rng.dirichlet([1, 1], size=20)
    assert np.abs(emlib.statistics(X, resp).sums).max() < 1e-13
    assert np.abs(emlib.statistics(X, resp / 100).sums).max() < 1e-15, "counts below one"


@for_all
@given(problems())
def test_rows_given_twice_count_twice(problem):
    X, parameters, resp = problem
    shape = parameters.covariance_type
    doubled = emlib.statistics(np.repeat(X, 2, axis=0), np.repeat(resp, 2, axis=0), shape)
    as_weights = emlib.statistics(X, 2 * resp, shape, origins=doubled.origins)
    for name in ("counts", "sums", "scatters"):
        wanted = getattr(as_weights, name)
        scale = np.abs(wanted).max() + np.abs(X).max() * len(X)
        np.testing.assert_allclose(getattr(doubled, name), wanted, rtol=RTOL, atol=1e-12 * scale)
    close_parameters(emlib.m_step(doubled), emlib.m_step(emlib.statistics(X, resp, shape)))


@pytest.mark.parametrize(
    "other",
    [
        emlib.statistics([[1.0]], [[1.0]], "tied"),
        emlib.statistics([[1.0]], [[0.5, 0.5]]),
        emlib.statistics([[1.0, 2.0]], [[1.0]]),
    ],
    ids=["covariance type", "components", "features"],
)
def test_statistics_of_different_shapes_do_not_add(other):
    with pytest.raises(ValueError, match="same shape and covariance_type"):
        emlib.statistics([[1.0]], [[1.0]]) + other


def test_statistics_and_a_number_do_not_add():
    with pytest.raises(TypeError):
        emlib.statistics([[1.0]], [[1.0]]) + 1


# M-step


@for_all
@given(problems())
def test_m_step_is_that_of_the_teaching_path(problem):
    X, parameters, resp = problem
    found = emlib.m_step(emlib.statistics(X, resp, parameters.covariance_type))
    weights, means, covariances = plain.m_step(X, resp, parameters.covariance_type)
    close(found.weights, weights)
    close(found.means, means)
    close(per_component(found), covariances)


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_one_component_is_the_sample_mean_and_the_biased_sample_covariance(shape):
    X = np.random.default_rng(7).normal(size=(30, 3)) @ np.diag([1.0, 2.0, 5.0]) + [1, 2, 3]
    found = emlib.m_step(emlib.statistics(X, np.ones((30, 1)), shape))
    S = np.cov(X.T, bias=True)
    wanted = {
        "full": S[None],
        "tied": S,
        "diag": X.var(axis=0)[None],
        "spherical": np.array([X.var(axis=0).mean()]),
    }[shape]
    assert found.weights.tolist() == [1.0]
    np.testing.assert_allclose(found.means, [X.mean(axis=0)], rtol=1e-13)
    np.testing.assert_allclose(found.covariances, wanted, rtol=1e-12, atol=1e-13)


@for_all
@given(problems(), st.sampled_from([0.0, 1e-6, 0.5]))
def test_the_weighted_mean_of_the_means_is_the_sample_mean_whatever_the_responsibilities(
    problem, reg_covar
):
    X, parameters, resp = problem
    found = emlib.m_step(emlib.statistics(X, resp, parameters.covariance_type), reg_covar)
    scale = np.abs(X).max()
    np.testing.assert_allclose(
        found.weights @ found.means, X.mean(axis=0), rtol=0, atol=1e-13 * scale
    )


@for_all
@given(problems(covariance_types=("full", "tied")), st.sampled_from([0.0, 1e-6, 0.5]))
def test_the_second_moments_are_those_of_the_sample_plus_the_ridge(problem, reg_covar):
    X, parameters, resp = problem
    found = emlib.m_step(emlib.statistics(X, resp, parameters.covariance_type), reg_covar)
    moments = per_component(found) + found.means[:, :, None] * found.means[:, None, :]
    total = np.einsum("k,kpq->pq", found.weights, moments)
    close(total, X.T @ X / len(X) + reg_covar * np.eye(X.shape[1]), 1e-12)


@for_all
@given(problems(covariance_types=("diag", "spherical")), st.sampled_from([0.0, 1e-6, 0.5]))
def test_the_second_moments_of_the_diagonal_shapes_too(problem, reg_covar):
    X, parameters, resp = problem
    found = emlib.m_step(emlib.statistics(X, resp, parameters.covariance_type), reg_covar)
    variances = np.einsum("kpp->kp", per_component(found))
    total = found.weights @ (variances + found.means**2)
    wanted = (X**2).mean(axis=0) + reg_covar
    if parameters.covariance_type == "spherical":
        total, wanted = total.mean(keepdims=True), wanted.mean(keepdims=True)
    close(total, wanted, 1e-12)


@for_all
@given(problems())
def test_the_ridge_is_added_to_every_diagonal_and_to_nothing_else(problem):
    X, parameters, resp = problem
    expected = emlib.statistics(X, resp, parameters.covariance_type)
    plain, ridged = emlib.m_step(expected), emlib.m_step(expected, 0.25)
    close(per_component(ridged), per_component(plain) + 0.25 * np.eye(X.shape[1]))
    np.testing.assert_array_equal(plain.means, ridged.means)
    np.testing.assert_array_equal(plain.weights, ridged.weights)


def moved(parameters, direction, step):
    """A mixture a step away along a direction that keeps it a mixture of the same shape."""
    p, rng = parameters, np.random.default_rng(direction)
    weights = p.weights * np.exp(step * rng.standard_normal(p.n_components))
    widths = np.sqrt(np.einsum("kpp->kp", per_component(p)))
    means = p.means + step * widths * rng.standard_normal(p.means.shape)
    if p.covariance_type in ("full", "tied"):
        d = p.n_features
        turn = np.eye(d) + step * rng.standard_normal((*p.covariances.shape[:-2], d, d))
        root = turn @ np.linalg.cholesky(p.covariances)
        covariances = root @ np.swapaxes(root, -1, -2)
    else:
        covariances = p.covariances * np.exp(step * rng.standard_normal(p.covariances.shape))
    return Parameters(weights / weights.sum(), means, covariances, p.covariance_type)


@for_all
@given(problems(), st.integers(0, 1000))
def test_m_step_maximises_the_expected_complete_log_likelihood(problem, direction):
    X, parameters, resp = problem
    best = emlib.m_step(emlib.statistics(X, resp, parameters.covariance_type))

    def objective(step):
        joint = emlib.log_joint(X, *unpacked(moved(best, direction, step)))
        return (resp * joint).sum() / len(X)

    step = 1e-4
    slope = (objective(step) - objective(-step)) / (2 * step)
    curvature = (objective(step) + objective(-step) - 2 * objective(0)) / step**2
    assert abs(slope) < 1e-6 * max(1, abs(curvature))
    assert curvature < 0
    assert objective(0.3) < objective(0)


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_statistics_that_overflow_are_an_error_that_names_the_component(shape):
    scatters = {
        "full": np.ones((2, 1, 1)),
        "tied": np.ones((1, 1)),
        "diag": np.ones((2, 1)),
        "spherical": np.ones(2),
    }[shape]
    sums = np.array([[0.0], [1e200]])
    expected = emlib.Statistics([1.0, 1.0], sums, scatters, np.zeros((2, 1)), shape)
    who = "all components" if shape == "tied" else "component 1"
    with pytest.raises(ValueError, match=f"statistics of {who} overflow float64; rescale X"):
        emlib.m_step(expected)


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_an_empty_component_is_an_error_that_names_it_and_the_remedy(shape):
    expected = emlib.statistics([[0.0, 1.0], [2.0, 5.0]], [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]], shape)
    with pytest.raises(emlib.DegenerateComponentError, match="components 1, 2 are empty") as caught:
        emlib.m_step(expected)
    assert "use fewer components" in str(caught.value)
    assert caught.value.components == (1, 2)
    assert caught.value.status == "empty"


# Equivariance of one round


def shifted(parameters, by):
    p = parameters
    return Parameters(p.weights, p.means + by, p.covariances, p.covariance_type)


def one_round(X, parameters):
    return emlib.m_step(emlib.e_step(X, parameters)[0])


@for_all
@given(problems())
def test_a_shift_of_the_data_shifts_the_means_and_nothing_else(problem):
    X, parameters, _ = problem
    by = 8 * np.abs(X).max() * np.linspace(1, 2, X.shape[1])
    close_parameters(
        one_round(X + by, shifted(parameters, by)), shifted(one_round(X, parameters), by), 1e-7
    )


@for_all
@given(problems(), st.sampled_from([1e-100, 1e-5, 3.0, 1e100]))
def test_a_change_of_units_changes_the_units_of_the_answer(problem, unit):
    X, parameters, _ = problem

    def in_units(p):
        return Parameters(p.weights, unit * p.means, unit**2 * p.covariances, p.covariance_type)

    found = one_round(unit * X, in_units(parameters))
    close_parameters(found, in_units(one_round(X, parameters)))


@for_all
@given(problems(covariance_types=("full", "tied", "spherical")), st.integers(0, 1000))
def test_a_rotation_of_the_data_rotates_the_answer(problem, seed):
    X, parameters, _ = problem
    d = X.shape[1]
    Q = np.linalg.qr(np.random.default_rng(seed).standard_normal((d, d)))[0]

    def rotated(p):
        flat = p.covariance_type == "spherical"
        covariances = p.covariances if flat else Q @ p.covariances @ Q.T
        if not flat:
            covariances = (covariances + np.swapaxes(covariances, -1, -2)) / 2
        return Parameters(p.weights, p.means @ Q.T, covariances, p.covariance_type)

    found = one_round(X @ Q.T, rotated(parameters))
    close_parameters(found, rotated(one_round(X, parameters)))


# Values that come in stay as they are; values that go out cannot be changed


@for_all
@given(problems())
def test_no_argument_is_ever_changed(problem):
    X, parameters, resp = problem
    before = X.copy(), resp.copy()
    X.flags.writeable = resp.flags.writeable = False
    resp_of(X, parameters)
    emlib.lower_bound(X, resp, parameters)
    emlib.m_step(emlib.statistics(X, resp, parameters.covariance_type), 0.1)
    emlib.e_step(X, parameters)
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(resp, before[1])


def test_parameters_are_a_copy_of_what_came_in_and_read_only():
    weights, means, covariances = np.array([1.0]), np.zeros((1, 2)), np.eye(2)[None].copy()
    parameters = Parameters(weights, means, covariances)
    weights[0] = means[0, 0] = covariances[0, 0, 0] = 9.0
    assert parameters.weights[0] == 1
    assert parameters.means[0, 0] == 0
    assert parameters.covariances[0, 0, 0] == 1
    for array in (parameters.weights, parameters.means, parameters.covariances):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(FrozenInstanceError):
        parameters.weights = weights


def test_statistics_are_read_only():
    expected = emlib.statistics([[1.0], [2.0]], [[1.0], [1.0]])
    for array in (expected.counts, expected.sums, expected.scatters, expected.origins):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(FrozenInstanceError):
        expected.counts = 0


def test_one_origin_for_all_components_is_an_origin_for_each():
    expected = emlib.Statistics([1.0, 2.0], np.zeros((2, 2)), np.zeros((2, 2, 2)), [3.0, 4.0])
    np.testing.assert_array_equal(expected.origins, [[3.0, 4.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    "another", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]
)
def test_a_copy_of_what_is_frozen_is_frozen_and_equal(another):
    X, parameters = [[1.0], [2.0]], Parameters([1.0], [[1.5]], [[[1.0]]])
    result = emlib.fit_em(X, parameters, max_iter=0)
    for original, names in (
        (parameters, ("weights", "means", "covariances")),
        (result.statistics, ("counts", "sums", "scatters", "origins")),
        (result, ("log_likelihoods",)),
    ):
        twin = another(original)
        for name in names:
            np.testing.assert_array_equal(getattr(twin, name), getattr(original, name))
            with pytest.raises(ValueError, match="read-only"):
                getattr(twin, name)[...] = 0


def test_sum_adds_statistics_and_nothing_else_does():
    parts = [emlib.statistics([[x]], [[0.3, 0.7]]) for x in (1.0, 2.0, 4.0)]
    total = sum(parts)
    np.testing.assert_allclose(total.counts, [0.9, 2.1], rtol=1e-15)
    np.testing.assert_allclose(total.means(), [[7 / 3], [7 / 3]], rtol=1e-15)
    for stranger in (1, 0.0, None):
        with pytest.raises(TypeError):
            stranger + parts[0]
        with pytest.raises(TypeError):
            parts[0] + stranger


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_parameters_know_their_own_size(shape):
    covariances = random_covariances(np.random.default_rng(7), 3, 2, shape)
    parameters = Parameters([0.2, 0.3, 0.5], np.zeros((3, 2)), covariances, shape)
    assert (parameters.n_components, parameters.n_features) == (3, 2)


def nearly_collinear(d, n):
    rng = np.random.default_rng(7)
    X = rng.standard_normal((n, d))
    X[:, 1:] = X[:, :1] + 1e-3 * X[:, 1:]
    return X, emlib.start_from_kmeans_plusplus(X, 2, rng=7)


def test_ordinary_collinear_rows_are_decided_by_float64_to_nine_digits(monkeypatch):
    X, parameters = nearly_collinear(8, 40)
    found = resp_of(X, parameters)
    with monkeypatch.context() as always:
        always.setattr(exact, "VISIBLE", 0.0)
        close(found, resp_of(X, parameters))
    monkeypatch.setattr("emlib.engine.exact.exact_log_ratios", None)
    resp_of(X, parameters)


def test_exact_arithmetic_frees_the_features_once_for_all_blocks_of_rows(monkeypatch):
    X, parameters = nearly_collinear(8, 40)
    exact._eliminated.cache_clear()
    for _ in range(3):
        resp_of(X[:4] + 1e15, parameters)
    found = exact._eliminated.cache_info()
    assert (found.misses, found.hits) == (1, 5), "both components have one covariance"


def test_with_very_many_features_rounding_decides_on_far_rows(monkeypatch):
    """Exact arithmetic would take a minute of 784 features."""
    monkeypatch.setattr("emlib.engine.exact.exact_log_ratios", None)
    d = 120
    parameters = Parameters([0.5, 0.5], np.eye(2, d), [np.eye(d)] * 2)
    assert resp_of(np.full((1, d), 1e100), parameters).sum() == 1
