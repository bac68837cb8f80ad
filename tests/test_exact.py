"""Exact arithmetic where float64 has too few digits: the same formula, and who needs it."""

import mpmath
import numpy as np
import pytest
from random_mixtures import COVARIANCE_TYPES, random_covariances

import emlib
from emlib import plain
from emlib.engine import exact
from emlib.engine.exact import _collinearity, _digits, exact_log_ratios

shapes = pytest.mark.parametrize("shape", COVARIANCE_TYPES)


def mixture_of_three(shape, weights):
    rng = np.random.default_rng(7)
    covariances = random_covariances(rng, 3, 2, shape)
    return emlib.Parameters(weights, rng.normal(size=(3, 2)), covariances, shape)


def many_digits(X, parameters):
    """Log of weight times density, less that of each row's best, with 500 digits."""
    p = parameters
    full = plain.as_full(p.covariances, *p.means.shape, p.covariance_type)
    with mpmath.workdps(500):
        log_joint = []
        for x in X:
            row = []
            for weight, mean, covariance in zip(p.weights, p.means, full, strict=True):
                S = mpmath.matrix(covariance.tolist())
                z = mpmath.matrix(x.tolist()) - mpmath.matrix(mean.tolist())
                square = (z.T * S**-1 * z)[0]
                log_weight = mpmath.log(weight) if weight else -mpmath.inf
                row.append(log_weight - mpmath.log(mpmath.det(S)) / 2 - square / 2)
            log_joint.append([float(value - max(row)) for value in row])
    return np.array(log_joint)


@shapes
@pytest.mark.parametrize("distance", [1.0, 1e9, 1e100])
def test_log_ratios_have_all_their_digits_near_and_far(shape, distance):
    parameters = mixture_of_three(shape, [0.2, 0.7, 0.1])
    X = distance * np.random.default_rng(3).normal(size=(4, 2))
    found = exact_log_ratios(X, parameters)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found.max(axis=1), 0)
    np.testing.assert_allclose(found, many_digits(X, parameters), rtol=1e-12, atol=1e-12)


def test_a_component_of_weight_zero_is_infinitely_far_behind():
    parameters = mixture_of_three("full", [0, 0.7, 0.3])
    found = exact_log_ratios(np.array([[1e12, 3.0]]), parameters)
    np.testing.assert_allclose(found, many_digits([np.array([1e12, 3.0])], parameters), rtol=1e-12)


@pytest.fixture
def asked(monkeypatch):
    """Rows that were computed exactly."""
    rows = []

    def spy(X, parameters):
        rows.extend(X[:, 0])
        return exact_log_ratios(X, parameters)

    monkeypatch.setattr(exact, "exact_log_ratios", spy)
    return rows


FAR = 7.5e5
"""Its log density is known to 5e-4, so a difference of two to 1e-3."""


@pytest.mark.parametrize(
    ("behind", "weights", "doubtful"),
    [
        (0.5, [0.5, 0.5], True),
        (7.4, [0.5, 0.5], True),  # 1e-3 exp(-7.4) is 6e-7
        (7.8, [0.5, 0.5], False),  # 1e-3 exp(-7.8) is 4e-7
        (2, [1, 0], False),
        (7.4 + np.log(9), [0.1, 0.9], True),
        (7.8 + np.log(9), [0.1, 0.9], False),
    ],
)
def test_a_row_is_in_doubt_if_rounding_could_move_its_sixth_decimal(
    behind, weights, doubtful, asked
):
    means = [[0.0], [-behind / FAR]]
    X = [[0.25], [FAR], [-1.0]]
    emlib.responsibilities(X, weights, means, [1.0, 1.0], "spherical")
    assert asked == ([FAR] if doubtful else [])


def test_the_doubt_of_best_and_rival_add_up():
    """Each is known to 5e-4; half of their sum would leave a row alone at 7.4 behind."""
    values = np.array([[-2.8e11, -2.8e11 - 7.4]])
    rounding = exact.ROUNDING * np.abs(values)
    change = exact._largest_change(values, rounding, np.array([0.5, 0.5]))
    assert change == pytest.approx(2 * 8 * 2.2e-16 * 2.8e11 * np.exp(-7.4), rel=0.02)
    own = exact._largest_change(values, rounding * [0, 1], np.array([0.5, 0.5]))
    assert change == pytest.approx(2 * own, rel=1e-3)


@pytest.mark.parametrize(("n", "most"), [(10, 10), (40, 16), (1280, 20), (2 * 4096 + 40, 144)])
def test_a_bounded_share_of_the_rows_is_computed_exactly_the_most_doubtful(n, most, asked):
    """Of each 4096 rows together 16 or 1/64; all are far, and the further the more in doubt."""
    X = np.linspace(1, 2, n)[::-1, None] * 1e9
    found = emlib.responsibilities(X, [0.5, 0.5], [[0.0], [-1e-9]], [1.0, 1.0], "spherical")
    assert len(asked) == most
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-15)
    if n < 4096:
        assert sorted(asked, reverse=True) == X[:most, 0].tolist()


def spectra(noise, n=300, channels=50):
    """Two kinds of spectra that are mixtures of two substances, and what a fit makes of them."""
    rng = np.random.default_rng(3)
    shares = rng.normal(size=(n, 2)) + np.where(np.arange(n) < n / 2, 0.0, 2.0)[:, None]
    X = shares @ rng.normal(size=(2, channels)) + noise * rng.normal(size=(n, channels))
    return X, emlib.start_from_labels(X, np.arange(n) // (n // 2), reg_covar=noise**2)


def test_nearly_collinear_spectra_need_no_exact_arithmetic_where_it_would_show_nothing(asked):
    X, p = spectra(3e-4)
    found = emlib.responsibilities(X, p.weights, p.means, p.covariances)
    assert asked == []
    rows = np.argsort(np.abs(found[:, 0] - 0.5))[:12]  # the least certain
    wanted = np.exp(exact_log_ratios(X[rows], p))
    wanted /= wanted.sum(axis=1, keepdims=True)
    assert np.abs(found[rows] - wanted).max() < 5e-7


def test_where_collinearity_does_show_the_rows_that_it_may_move_most_are_exact(asked):
    X, p = spectra(2e-6)
    found = emlib.responsibilities(X, p.weights, p.means, p.covariances)
    assert 0 < len(asked) <= 16
    rows = np.flatnonzero(np.isin(X[:, 0], asked))
    wanted = np.exp(exact_log_ratios(X[rows], p))
    np.testing.assert_allclose(found[rows], wanted / wanted.sum(axis=1, keepdims=True), atol=1e-12)


def test_where_another_order_of_features_has_no_factor_rows_are_in_doubt():
    """The last pivot is what float64 can just hold in one order, and not in the other."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        root = np.tril(rng.normal(size=(3, 3)))
        root[2, 2] = 1.2e-7
        S = root @ root.T
        try:
            p = emlib.Parameters([0.5, 0.5], [[0, 0, 0], [0, 0, 1e-7]], [S, S])
            p.factors  # noqa: B018 - raises where there is none
        except emlib.DegenerateComponentError:
            continue
        try:
            emlib.Parameters([1], [[0, 0, 0]], [S[::-1, ::-1]]).factors  # noqa: B018
        except emlib.DegenerateComponentError:
            X = np.zeros((2, 3))
            assert exact._change_by_order(np.zeros((2, 2)), X, p).tolist() == [1, 1]
            return
    pytest.fail("no such matrix")


@pytest.mark.parametrize("d", [1, 3, 80])
def test_the_digits_before_the_point_hold_the_largest_squared_distance(d):
    """Means and rows at opposite ends, and a factor whose entries all add up."""
    for span in 10.0 ** np.arange(0, 10, 0.1):
        X, inverse = np.full((1, d), span), np.full((1, d, d), 1.0)
        square = d * (2 * d * span) ** 2 / d  # of one feature; all of them have the spare digits
        digits = _digits(X, -X, inverse)
        assert square < 10.0 ** (digits - exact.SPARE_DIGITS)


def test_collinearity_is_what_the_others_leave_of_a_variance_in_any_units():
    rng = np.random.default_rng(5)
    roots = rng.normal(size=(2, 3, 3)) * [[1e-3], [1.0], [1e4]]
    covariances = roots @ roots.transpose(0, 2, 1)
    parameters = emlib.Parameters([0.5, 0.5], np.zeros((2, 3)), covariances)
    inverses = np.linalg.inv(covariances)
    wanted = [(np.diag(S) * np.diag(P)).max() for S, P in zip(covariances, inverses, strict=True)]
    np.testing.assert_allclose(_collinearity(parameters), wanted, rtol=1e-6)


def test_rows_do_not_disturb_each_other_however_far_apart_they_are():
    parameters = mixture_of_three("full", [0.2, 0.7, 0.1])
    arguments = parameters.weights, parameters.means, parameters.covariances
    X = np.array([[0.1, 0.2], [60.0, -80.0], [1e12, 0.0], [-0.4, 1.0]])
    together = emlib.responsibilities(X, *arguments)
    alone = [emlib.responsibilities(x[None], *arguments)[0] for x in X]
    np.testing.assert_allclose(together, alone, rtol=1e-12)
