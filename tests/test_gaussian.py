"""Log densities: against SciPy, against 50 digits, and against what a density must obey."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from random_mixtures import COVARIANCE_TYPES, for_all, problems, random_covariances
from scipy.stats import multivariate_normal

from emlib import DegenerateComponentError, gaussian, log_gaussian
from emlib.gaussian import times_lower
from emlib.mixture import Parameters
from emlib.plain import as_full, log_normal


def exact_log_normal(x, mean, covariance):
    """The log density with 50 digits, of the doubles as they are."""
    with mpmath.workdps(50):
        difference = mpmath.matrix([mpmath.mpf(a) - mpmath.mpf(b) for a, b in zip(x, mean)])  # noqa: B905
        matrix = mpmath.matrix(np.asarray(covariance).tolist())
        quadratic = (difference.T * mpmath.inverse(matrix) * difference)[0]
        constant = len(x) * mpmath.log(2 * mpmath.pi) + mpmath.log(mpmath.det(matrix))
        return float(-(constant + quadratic) / 2)


@for_all
@given(problems())
def test_log_density_is_that_of_scipy_for_every_shape(problem):
    X, parameters, _ = problem
    means, shape = parameters.means, parameters.covariance_type
    found = log_gaussian(X, means, parameters.covariances, shape)
    covariances = as_full(parameters.covariances, *means.shape, shape)
    for k, (mean, covariance) in enumerate(zip(means, covariances, strict=True)):
        wanted = multivariate_normal(mean, covariance).logpdf(X)
        np.testing.assert_allclose(found[:, k], wanted, rtol=1e-10, atol=1e-10)


@for_all
@given(problems())
def test_log_density_is_the_formula_of_the_refresher_row_by_row(problem):
    X, parameters, _ = problem
    means, shape = parameters.means, parameters.covariance_type
    covariances = as_full(parameters.covariances, *means.shape, shape)
    wanted = [[log_normal(x, m, s) for m, s in zip(means, covariances, strict=True)] for x in X]
    found = log_gaussian(X, means, parameters.covariances, shape)
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_the_density_integrates_to_one(shape):
    grid = np.linspace(-12, 12, 121)
    X = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    covariances = random_covariances(np.random.default_rng(7), 2, 2, shape)
    mass = np.exp(log_gaussian(X, [[0, 0], [1, -1]], covariances, shape)).sum(axis=0) * 0.2**2
    np.testing.assert_allclose(mass, 1, atol=1e-6)


def test_the_four_shapes_agree_where_they_say_the_same():
    X = np.random.default_rng(7).normal(size=(9, 3))
    means = [[0, 1, 2], [2, 0, 1]]
    full = log_gaussian(X, means, [2.5 * np.eye(3)] * 2, "full")
    for shape, covariances in {
        "tied": 2.5 * np.eye(3),
        "diag": np.full((2, 3), 2.5),
        "spherical": [2.5, 2.5],
    }.items():
        np.testing.assert_allclose(log_gaussian(X, means, covariances, shape), full, rtol=1e-14)


def test_full_covariances_are_taken_by_default():
    S = [[[2.0, 0.9], [0.9, 1.0]]]
    assert log_gaussian([[1, 2]], [[0, 0]], S) == log_gaussian([[1, 2]], [[0, 0]], S, "full")


@pytest.mark.parametrize("sds", [0, 1, 8, 40, 1e3, 1e6, 1e150])
def test_no_distance_underflows(sds):
    found = log_gaussian([[sds]], [[0]], [[[1.0]]])[0, 0]
    assert found == pytest.approx(exact_log_normal([sds], [0], [[1.0]]), rel=1e-15)


@pytest.mark.parametrize("variance", [1e-300, 1e-30, 1.0, 1e30, 1e300])
@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_no_unit_of_measurement_overflows(variance, shape):
    covariances = {
        "full": [variance * np.eye(2)],
        "tied": variance * np.eye(2),
        "diag": [[variance, variance]],
        "spherical": [variance],
    }[shape]
    x = [3 * np.sqrt(variance), 0.0]
    found = log_gaussian([x], [[0, 0]], covariances, shape)[0, 0]
    wanted = exact_log_normal(x, [0, 0], variance * np.eye(2))
    assert found == pytest.approx(wanted, rel=1e-14)


@pytest.mark.parametrize("gap", [1e-3, 1e-6, 1e-9, 1e-12])
@pytest.mark.parametrize("x", [(0.3, 0.3), (0.3, 0.2), (-1.0, 2.0)])
def test_a_nearly_singular_covariance_costs_no_more_digits_than_its_condition(gap, x):
    covariance = [[1.0, 1.0 - gap], [1.0 - gap, 1.0]]
    found = log_gaussian([x], [[0, 0]], [covariance])[0, 0]
    wanted = exact_log_normal(x, [0, 0], covariance)
    condition = 2 / gap
    assert found == pytest.approx(wanted, rel=4 * condition * np.finfo(float).eps)


def test_a_stretch_of_the_axes_moves_the_log_density_by_its_determinant():
    rng = np.random.default_rng(7)
    X, A, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 3)), rng.normal(size=3)
    S = random_covariances(rng, 1, 3, "full")
    before = log_gaussian(X, [[0, 1, 2]], S)
    after = log_gaussian(X @ A.T + b, [A @ [0, 1, 2] + b], [A @ S[0] @ A.T])
    np.testing.assert_allclose(after, before - np.linalg.slogdet(A)[1], rtol=1e-10)


def test_far_from_zero_only_the_difference_to_the_mean_counts():
    X = np.array([[0.0, 1.0], [2.5, -1.0]])
    S = [[[2.0, 0.5], [0.5, 1.0]]]
    near, far = log_gaussian(X, [[1, 1]], S), log_gaussian(X + 2.0**40, [[1 + 2.0**40] * 2], S)
    np.testing.assert_array_equal(near, far)


@pytest.mark.parametrize(
    ("shape", "covariances", "named"),
    [
        ("full", [np.eye(2), [[1, 2], [2, 1]], np.eye(2)], "component 1 is collapsed"),
        ("full", [np.eye(2), np.ones((2, 2)), -np.eye(2)], "components 1, 2 are collapsed"),
        ("tied", [[1, 1], [1, 1]], "components 0, 1, 2 are collapsed"),
        ("diag", [[1, 1], [1, 1], [1, 0]], "component 2 is collapsed"),
        ("spherical", [1, -1, 1], "component 1 is collapsed"),
    ],
)
def test_a_covariance_without_a_density_is_refused_by_component_with_the_remedy(
    shape, covariances, named
):
    with pytest.raises(DegenerateComponentError, match=named) as caught:
        log_gaussian(np.zeros((1, 2)), np.zeros((3, 2)), covariances, shape)
    assert "raise reg_covar or use fewer components" in str(caught.value)
    assert caught.value.status == "collapsed"


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
def test_a_covariance_that_is_singular_but_for_rounding_is_refused_in_any_unit(scale):
    line = scale * np.array([[1.0, 0.3], [0.3, 0.09 * (1 + 4e-16)]])
    with pytest.raises(DegenerateComponentError, match="component 0 is collapsed"):
        log_gaussian(np.zeros((1, 2)), np.zeros((1, 2)), [line])


def test_unequal_units_are_not_mistaken_for_a_singular_covariance():
    assert np.isfinite(log_gaussian([[0, 0]], [[0, 0]], [np.diag([1e-20, 1e20])])).all()


@pytest.mark.parametrize("d", [63, 64, 70, 130])
def test_a_product_with_a_triangle_leaves_out_nothing_but_zeros(d):
    rng = np.random.default_rng(d)
    rows, lower = rng.normal(size=(9, d)), np.tril(rng.normal(size=(d, d)))
    np.testing.assert_allclose(times_lower(rows, lower), rows @ lower.T, rtol=0, atol=1e-12)


def test_units_of_features_choose_no_pivot():
    """A correlation of 1e-12 with a feature in large units was pivoted on: 1e-4 off, not 1e-16."""
    correlations = np.array([[1.0, 0.5, 1e-12], [0.5, 1.0, 0.7], [1e-12, 0.7, 1.0]])
    units = np.array([1.0, 1.0, 2.0**53])

    def inverse_factor(covariance):
        return Parameters([1.0], np.zeros((1, 3)), [covariance]).inverse_factors[0]

    scaled = inverse_factor(correlations * np.multiply.outer(units, units)) * units
    np.testing.assert_allclose(scaled, inverse_factor(correlations), rtol=1e-13)


@pytest.mark.parametrize("d", [1, 2, 63, 64, 65, 128, 131, 300])
def test_a_triangle_of_any_size_is_inverted_to_its_last_digits(d):
    rng = np.random.default_rng(d)
    factors = np.tril(rng.normal(size=(2, d, d)), -1) / d + np.eye(d)
    inverses = gaussian.inverses_by_halves(factors)
    np.testing.assert_allclose(inverses @ factors, np.stack([np.eye(d)] * 2), atol=1e-13)
    np.testing.assert_allclose(inverses, np.linalg.inv(factors), atol=1e-13)
