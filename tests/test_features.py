"""The fast path: its algebra, its agreement with the slow one, and the guard of its digits."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_mixtures import COVARIANCE_TYPES, for_all, problems, random_covariances

import emlib
from emlib import plain
from emlib.engine import expectation, features
from emlib.engine.expectation import Expectation, by_component
from emlib.engine.passes import softmax_over_components
from emlib.engine.rows import Part, Rows
from emlib.gaussian import log_densities, log_det_precision

shapes = pytest.mark.parametrize("shape", COVARIANCE_TYPES)


def both_ways(X, parameters, weight=None):
    """Statistics and log-likelihood by a fast way and by component, without the guard's say."""
    rows = Rows(X, weight)
    fast = Expectation(rows, parameters.covariance_type).from_the_centre(parameters)
    return fast, rows.add_up(by_component, parameters, parameters.means)


def keeps_its_digits(X, parameters):
    """Whether a fast way is taken, for all that the guard of the E-step has to say."""
    expects = Expectation(Rows(X), parameters.covariance_type)
    lost = expects.digits_lost(parameters.means, parameters.precision_diagonals)
    return lost <= expectation.DIGITS_LOST


# The algebra


@shapes
@pytest.mark.parametrize("d", [1, 2, 5])
def test_coefficients_times_features_is_the_log_of_weight_times_density(shape, d):
    rng = np.random.default_rng(d)
    covariances = random_covariances(rng, 3, d, shape)
    parameters = emlib.Parameters([0.2, 0.5, 0.3], rng.normal(size=(3, d)), covariances, shape)
    X, centre = rng.normal(2, 3, size=(11, d)), rng.normal(size=d)
    full = plain.as_full(covariances, 3, d, shape)
    precisions = np.linalg.inv(full)
    shaped = {
        "full": precisions,
        "tied": precisions[0],
        "diag": np.diagonal(precisions, axis1=1, axis2=2),
        "spherical": precisions[:, 0, 0],
    }[shape]
    log_dets = np.array([log_det_precision(inverse) for inverse in parameters.inverse_factors])
    found = features.coefficients_of(
        parameters.weights, parameters.means - centre, shaped, log_dets, shape
    )
    table = features.fill(np.empty((features.n_columns(d, shape), 11)), X, centre, shape)
    wanted = np.array(
        [
            [np.log(weight) + plain.log_normal(x, mean, covariance) for x in X]
            for weight, mean, covariance in zip(
                parameters.weights, parameters.means, full, strict=True
            )
        ]
    )
    if shape == "tied":  # what all components share is left out, and added where it is asked for
        x = X - centre
        wanted += 0.5 * np.einsum("ni,ij,nj->n", x, precisions[0], x)
    np.testing.assert_allclose(found @ table, wanted, rtol=1e-11, atol=1e-11)


@shapes
@pytest.mark.parametrize("d", [1, 2, 5])
def test_unpacked_sums_of_features_are_the_statistics(shape, d):
    rng = np.random.default_rng(d)
    X, centre, resp = rng.normal(size=(9, d)), rng.normal(size=d), rng.dirichlet(np.ones(3), 9)
    table = features.fill(np.empty((features.n_columns(d, shape), 9)), X, centre, shape)
    counts, sums, scatters = features.unpack(resp.T @ table.T, d, shape)
    x = X - centre
    outers = np.einsum("nk,ni,nj->kij", resp, x, x)
    np.testing.assert_allclose(counts, resp.sum(axis=0), rtol=1e-13)
    np.testing.assert_allclose(sums, resp.T @ x, rtol=1e-12, atol=1e-13)
    if shape == "tied":
        assert (scatters == 0).all()
        return
    wanted = {
        "full": outers,
        "diag": np.diagonal(outers, axis1=1, axis2=2),
        "spherical": np.trace(outers, axis1=1, axis2=2),
    }[shape]
    np.testing.assert_allclose(scatters, wanted, rtol=1e-12, atol=1e-13)


@for_all
@given(problems())
def test_both_ways_agree_on_ordinary_data(problem):
    (fast, one), (slow, other) = both_ways(problem.X, problem.parameters)
    assert abs(one - other) <= 1e-11 * (abs(other) + len(problem.X))
    moved, unit = fast.about(slow.origins), np.abs(problem.X).max()
    n = len(problem.X)
    np.testing.assert_allclose(moved.counts, slow.counts, rtol=1e-11, atol=1e-11 * n)
    np.testing.assert_allclose(moved.sums, slow.sums, rtol=1e-11, atol=1e-11 * n * unit)
    np.testing.assert_allclose(moved.scatters, slow.scatters, rtol=1e-11, atol=1e-11 * n * unit**2)


@shapes
def test_both_ways_agree_with_weights_and_many_blocks(shape):
    rng = np.random.default_rng(5)
    X, weight = rng.normal(size=(9000, 3)), rng.uniform(0, 3, size=9000)
    covariances = random_covariances(rng, 4, 3, shape)
    parameters = emlib.Parameters(np.full(4, 0.25), rng.normal(size=(4, 3)), covariances, shape)
    (fast, one), (slow, other) = both_ways(X, parameters, weight)
    assert one == pytest.approx(other, rel=1e-12)
    moved = fast.about(slow.origins)
    np.testing.assert_allclose(moved.scatters, slow.scatters, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize("d", [17, 70])
def test_many_features_are_whitened_and_agree(d, monkeypatch):
    monkeypatch.setattr(features, "coefficients_of", None)
    rng = np.random.default_rng(d)
    X, weight = rng.normal(3, 2, size=(3000, d)), rng.uniform(0, 3, size=3000)
    covariances = random_covariances(rng, 2, d, "full")
    for weights in ([0.3, 0.7], [0, 1]):
        parameters = emlib.Parameters(weights, rng.normal(3, 1, size=(2, d)), covariances)
        (fast, one), (slow, other) = both_ways(X, parameters, weight)
        assert fast.covariance_type == "full"
        assert one == pytest.approx(other, rel=1e-12)
        moved = fast.about(slow.origins)
        np.testing.assert_allclose(moved.counts, slow.counts, rtol=1e-11, atol=1e-9)
        np.testing.assert_allclose(moved.sums, slow.sums, rtol=1e-11, atol=1e-8)
        np.testing.assert_allclose(moved.scatters, slow.scatters, rtol=1e-11, atol=1e-8)


# The guard


def exact_e_step(X, parameters):
    """Counts and log-likelihood with 60 digits."""
    n_components, d = parameters.means.shape
    full = plain.as_full(parameters.covariances, n_components, d, parameters.covariance_type)
    with mpmath.workdps(60):
        inverses = [mpmath.matrix(covariance.tolist()) ** -1 for covariance in full]
        log_dets = [mpmath.log(mpmath.det(mpmath.matrix(c.tolist()))) for c in full]
        counts, total = [mpmath.mpf(0)] * n_components, mpmath.mpf(0)
        for x in X:
            joint = []
            for k, mean in enumerate(parameters.means):
                z = mpmath.matrix(
                    [mpmath.mpf(a) - mpmath.mpf(b) for a, b in zip(x, mean, strict=True)]
                )
                square = (z.T * inverses[k] * z)[0]
                log_density = -(d * mpmath.log(2 * mpmath.pi) + log_dets[k] + square) / 2
                joint.append(mpmath.mpf(parameters.weights[k]) * mpmath.exp(log_density))
            density = mpmath.fsum(joint)
            counts = [count + value / density for count, value in zip(counts, joint, strict=True)]
            total += mpmath.log(density)
        return np.array([float(count) for count in counts]), float(total)


def narrow_and_far(shape):
    """Pairs of narrow components, overlapping within a pair; the pairs lie 1e8 widths apart.

    Half of the rows are drawn from them. The others lie wide around, so that scatters lose nothing.
    """
    rng = np.random.default_rng(4)
    width, centres = 1e-4, np.array([[-1e4, 3e3], [1e4, -3e3]])
    means = np.repeat(centres, 2, axis=0) + width * np.array([[0, 0], [1, 1], [0, 0], [1, -1]])
    X = means[rng.integers(4, size=80)] + width * rng.normal(size=(80, 2))
    X[40:] += 1e3 * rng.normal(size=(40, 2))
    covariances = width**2 * random_covariances(rng, 4, 2, shape)
    if shape == "spherical":  # or the wider of a pair would take all that lies wide around
        covariances = np.full(4, covariances[0])
    return X, emlib.Parameters([0.1, 0.4, 0.3, 0.2], means, covariances, shape)


def narrower_and_far_in_many_features():
    """Two components that overlap, 1e11 of their standard deviations from the centre."""
    rng = np.random.default_rng(4)
    width, means = 1e-8, np.full((2, 17), 1e3)
    means[1] += 0.3 * width
    X = means[rng.integers(2, size=80)] + width * rng.normal(size=(80, 17))
    X[40:] += 1e3 * rng.normal(size=(40, 17))
    covariances = width**2 * random_covariances(rng, 2, 17, "full")
    return X, emlib.Parameters([0.4, 0.6], means, covariances)


@pytest.mark.parametrize("case", [*COVARIANCE_TYPES, "many features"])
def test_the_guard_of_the_e_step_matters(case, monkeypatch):
    many = case == "many features"
    X, parameters = narrower_and_far_in_many_features() if many else narrow_and_far(case)
    counts, log_likelihood = exact_e_step(X, parameters)

    def error():
        expected, found = emlib.e_step(X, parameters)
        assert found == pytest.approx(log_likelihood, rel=1e-9)
        return np.abs(expected.counts - counts).max()

    assert error() < 1e-9
    monkeypatch.setattr(expectation, "DIGITS_LOST", np.inf)
    monkeypatch.setattr(Expectation, "_keeps_its_digits", lambda *_: True)
    assert error() > 1e-7


@shapes
def test_the_guard_of_the_m_step_matters(shape, monkeypatch):
    """Wide components, so that densities lose nothing; narrow data, so that scatters do."""
    rng = np.random.default_rng(6)
    centres = np.array([[-1e4, 3e3], [1e4, -3e3]])
    X = np.repeat(centres, 30, axis=0) + 1e-3 * rng.normal(size=(60, 2))
    unit = {"full": np.eye(2), "tied": np.eye(2), "diag": np.ones(2), "spherical": 1.0}[shape]
    wide = 1e6 * (unit if shape == "tied" else np.array([unit, unit]))
    parameters = emlib.Parameters([0.5, 0.5], centres, wide, shape)
    resp = np.repeat(np.eye(2), 30, axis=0)
    weights, means, full = exact_m_step(X, resp, shape)
    assert keeps_its_digits(X, parameters)

    def error():
        found = emlib.m_step(emlib.e_step(X, parameters)[0])
        np.testing.assert_allclose(found.weights, weights, rtol=1e-12)
        np.testing.assert_allclose(found.means, means, rtol=1e-12)
        found = plain.as_full(found.covariances, 2, 2, shape)
        return np.abs(found - full).max() / np.abs(full).max()

    assert error() < 1e-9
    monkeypatch.setattr(expectation, "DIGITS_LOST", np.inf)
    assert error() > 1e-6


@pytest.mark.parametrize("shape", ["full", "tied"])
def test_the_guard_sees_digits_that_are_lost_along_a_needle(shape, monkeypatch):
    """No feature is narrow by itself, and yet the direction (1, -1) is."""
    rng = np.random.default_rng(6)
    centres = np.array([[-5e3, 2e3], [5e3, -2e3]])
    along, across = np.array([10.0, 10.0]), np.array([1e-3, -1e-3])
    labels = np.repeat([0, 1], 30)
    X = centres[labels] + rng.normal(size=(60, 1)) * along + rng.normal(size=(60, 1)) * across
    wide = 1e6 * np.eye(2)
    parameters = emlib.Parameters(
        [0.5, 0.5], centres, wide if shape == "tied" else [wide] * 2, shape
    )
    resp = np.eye(2)[labels]
    _, _, full = exact_m_step(X, resp, shape)
    assert keeps_its_digits(X, parameters)
    narrow = np.array([1, -1]) / np.sqrt(2)

    def error():
        found = emlib.m_step(emlib.e_step(X, parameters)[0])
        found = plain.as_full(found.covariances, 2, 2, shape)
        return np.abs(narrow @ (found - full) @ narrow / (narrow @ full @ narrow)).max()

    assert error() < 1e-6  # what 100 and 1e-6 in one matrix leave: eight digits
    monkeypatch.setattr(expectation, "DIGITS_LOST", np.inf)
    assert error() > 1e-4


@pytest.mark.parametrize("shape", ["full", "tied", "diag"])
def test_features_that_repeat_each_other_are_fast_where_regularisation_is_wide_enough(
    shape, monkeypatch
):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(80, 1)) + np.repeat([[0.0], [4.0]], 40, axis=0)
    X = np.c_[x, 2 * x, np.ones(80)]  # rank 1
    monkeypatch.setattr(expectation, "by_component", None)
    start = emlib.start_from_labels(X, np.repeat([0, 1], 40), covariance_type=shape, reg_covar=0.01)
    with pytest.warns(emlib.RegularizationWarning):
        assert emlib.fit_em(X, start, reg_covar=0.01, tol=1e-6).converged


def exact_m_step(X, resp, shape):
    """The teaching path in rational numbers of 60 digits."""
    with mpmath.workdps(60):
        exact = np.vectorize(mpmath.mpf, otypes=[object])
        x, r = exact(X), exact(resp)
        counts = r.sum(axis=0)
        means = (r.T @ x) / counts[:, None]
        scatters = [
            sum(r[i, k] * np.outer(x[i] - means[k], x[i] - means[k]) for i in range(len(x)))
            for k in range(len(counts))
        ]
        covariances = [scatter / count for scatter, count in zip(scatters, counts, strict=True)]
        if shape == "tied":
            covariances = [sum(scatters) / counts.sum()] * len(counts)
        elif shape == "diag":
            covariances = [np.diag(np.diag(c)) for c in covariances]
        elif shape == "spherical":
            covariances = [np.trace(c) / X.shape[1] * np.eye(X.shape[1]) for c in covariances]
        return (
            (counts / counts.sum()).astype(float),
            means.astype(float),
            np.array(covariances).astype(float),
        )


@shapes
def test_just_inside_the_guard_ten_digits_are_left(shape):
    """Where the fast way is still taken, at its worst, it agrees with 60 digits to 1e-9."""
    rng = np.random.default_rng(8)
    half = 0.9 * np.sqrt(expectation.DIGITS_LOST) / 2
    means = np.array([[-half, half], [half, -half], [half + 1, -half]])
    X = means[[0] * 12 + [1] * 6 + [2] * 6] + rng.normal(size=(24, 2))
    unit = {"full": np.eye(2), "tied": np.eye(2), "diag": np.ones(2), "spherical": 1.0}[shape]
    covariances = unit if shape == "tied" else np.array([unit] * 3)
    parameters = emlib.Parameters([0.5, 0.25, 0.25], means, covariances, shape)
    assert keeps_its_digits(X, parameters)
    counts, log_likelihood = exact_e_step(X, parameters)
    (fast, found), _ = both_ways(X, parameters)
    np.testing.assert_allclose(fast.counts, counts, atol=1e-8)
    assert found == pytest.approx(log_likelihood, rel=1e-9)


@shapes
def test_the_fast_way_is_the_one_taken_on_ordinary_data(shape, monkeypatch):
    X = emlib.load_faithful().X
    begin = emlib.start_from_kmeans_plusplus(X, 2, covariance_type=shape, rng=7)
    monkeypatch.setattr(expectation, "by_component", None)
    assert emlib.fit_em(X, begin).converged


# Weights and responsibilities at the ends of their range


@shapes
def test_a_component_of_weight_0_stays_exactly_0(shape):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(5000, 2))
    covariances = random_covariances(rng, 3, 2, shape)
    parameters = emlib.Parameters([0.4, 0.0, 0.6], rng.normal(size=(3, 2)), covariances, shape)
    for expected, log_likelihood in both_ways(X, parameters):
        assert expected.counts[1] == 0
        assert (expected.sums[1] == 0).all()
        assert np.isfinite(log_likelihood)
        assert expected.counts.sum() == pytest.approx(len(X), rel=1e-13)
        if shape != "tied":
            assert (expected.scatters[1] == 0).all()


@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 9, 31, 1000, 4096])
@pytest.mark.parametrize("n_components", [1, 2, 5])
def test_very_unlikely_components_get_exactly_0_and_the_rest_sums_to_1(n, n_components):
    rng = np.random.default_rng(n)
    logits = rng.normal(size=(n_components, n)) + rng.normal(0, 300, size=n)
    far = rng.uniform(size=logits.shape) < 0.4
    far[0] = False
    logits[far] -= 10.0 ** rng.uniform(3.2, 300, size=far.sum())
    before = logits.copy()
    log_sums = softmax_over_components(logits)
    assert (logits[far] == 0).all()
    assert (logits[~far] > 0).all()
    np.testing.assert_allclose(logits.sum(axis=0), 1, rtol=1e-14)
    np.testing.assert_allclose(log_sums, np.logaddexp.reduce(before, axis=0), rtol=1e-14)


@for_all
@given(st.lists(st.floats(-1500, 0), min_size=1, max_size=6))
def test_the_softmax_is_that_of_sixty_digits(values):
    logits = np.array([[0.0], *([value] for value in values)])
    with mpmath.workdps(60):
        parts = [mpmath.exp(mpmath.mpf(float(value))) for value in logits[:, 0]]
        wanted = np.array([float(part / mpmath.fsum(parts)) for part in parts])
        log_sum = float(mpmath.log(mpmath.fsum(parts)))
    found = softmax_over_components(logits)
    np.testing.assert_allclose(logits[:, 0], wanted, rtol=1e-13, atol=1e-300)
    assert found[0] == pytest.approx(log_sum, abs=1e-15)
    assert (logits >= 0).all()


def test_hardly_a_number_on_which_processors_crawl_is_left_in_the_responsibilities():
    """Denormal numbers, those between 0 and 2.3e-308."""
    logits = np.linspace(-760, 0, 5001)[None, :].repeat(2, axis=0)
    logits[1] = 0
    softmax_over_components(logits)
    small = logits[0][logits[0] < np.finfo(float).tiny]
    assert (small == 0).all()


@shapes
def test_one_far_row_ruins_no_other(shape):
    rng = np.random.default_rng(9)
    X = np.concatenate([rng.normal(size=(300, 2)), [[1e5, -1e5]]])
    covariances = random_covariances(rng, 2, 2, shape)
    parameters = emlib.Parameters([0.5, 0.5], [[-1.0, 0.0], [1.0, 0.5]], covariances, shape)
    counts, log_likelihood = exact_e_step(X, parameters)
    expected, found = emlib.e_step(X, parameters)
    np.testing.assert_allclose(expected.counts, counts, rtol=1e-9)
    assert found == pytest.approx(log_likelihood, rel=1e-12)


def test_a_row_out_of_reach_of_every_component_is_an_error_that_says_so():
    parameters = emlib.Parameters([0.5, 0.5], [[0.0], [1.0]], [1e-300, 1e-300], "spherical")
    with pytest.raises(ValueError, match=r"row 0 of X .*standard deviations from every component"):
        emlib.e_step([[1e9], [0.0]], parameters)
    X = np.zeros((9000, 1))
    X[8500] = 1e9
    with pytest.raises(ValueError, match="row 8500 of X"):
        emlib.e_step(X, parameters)


def test_log_densities_agree_however_they_are_asked_for():
    X = emlib.load_faithful().X
    p = emlib.start_from_kmeans_plusplus(X, 2, rng=7)
    direct = emlib.log_gaussian(X, p.means, p.covariances)
    np.testing.assert_array_equal(direct, log_densities(X, p.means, p.inverse_factors))
    (_, by_features), (_, by_component) = both_ways(X, p)
    assert by_features == pytest.approx(emlib.log_likelihood(X, p), rel=1e-14)
    assert by_component == pytest.approx(emlib.log_likelihood(X, p), rel=1e-14)


def test_no_rows_add_nothing():
    p = emlib.Parameters([0.5, 0.5], [[0.0], [1.0]], [1.0, 1.0], "spherical")
    nothing = Part(np.empty((0, 1)), None, 0)
    for expected, found in (
        by_component(nothing, np.zeros(1), p, p.means),
        expectation.by_features(nothing, np.zeros(1), np.zeros((2, 3)), "spherical"),
    ):
        assert found == 0
        assert (expected.counts == 0).all()
