"""Exact arithmetic where float64 has too few digits: the same formula, and who needs it."""

import mpmath
import numpy as np
import pytest
from random_mixtures import COVARIANCE_TYPES, random_covariances

import emlib
from emlib import plain
from emlib.engine.exact import exact_log_ratios
from emlib.mixture import _collinearity

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

    monkeypatch.setattr("emlib.mixture.exact_log_ratios", spy)
    return rows


FAR = 7.5e5  # its log density is known to 1e-3


@pytest.mark.parametrize(
    ("behind", "weights", "doubtful"),
    [(20, [0.5, 0.5], True), (60, [0.5, 0.5], False), (20, [1, 0], False)],
)
def test_a_row_is_in_doubt_if_rounding_could_give_a_rival_a_share(behind, weights, doubtful, asked):
    means = [[0.0], [-behind / FAR]]
    X = [[0.25], [FAR], [-1.0]]
    emlib.responsibilities(X, weights, means, [1.0, 1.0], "spherical")
    assert asked == ([FAR] if doubtful else [])


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
