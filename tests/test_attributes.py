"""Attributes set by hand, samples in any units, inverted precisions, memory of predictions."""

import tracemalloc
import warnings

import numpy as np
import pytest
from random_mixtures import COVARIANCE_TYPES, random_covariances
from sklearn.mixture import GaussianMixture as Theirs
from sklearn.mixture._gaussian_mixture import _compute_precision_cholesky

import emlib
from emlib import GaussianMixture

shapes = pytest.mark.parametrize("shape", COVARIANCE_TYPES)
PREDICTIONS = ("predict", "predict_proba", "score", "score_samples", "aic", "bic")


def by_hand(cls, shape, **changes):
    """A mixture whose three attributes were set and nothing else, and observations."""
    rng = np.random.default_rng(5)
    covariances, means = random_covariances(rng, 3, 2, shape), rng.normal(size=(3, 2))
    mixture = cls(3, covariance_type=shape, random_state=1)
    mixture.weights_, mixture.means_ = np.array([0.2, 0.3, 0.5]), means
    mixture.precisions_cholesky_ = _compute_precision_cholesky(covariances, shape)
    for name, value in changes.items():
        setattr(mixture, name, value)
    return mixture, rng.normal(size=(50, 2)) * 2, covariances


@shapes
@pytest.mark.parametrize("method", PREDICTIONS)
def test_weights_means_and_factors_of_precisions_are_enough(shape, method):
    ours, X, _ = by_hand(GaussianMixture, shape)
    theirs, _, _ = by_hand(Theirs, shape)
    np.testing.assert_allclose(getattr(ours, method)(X), getattr(theirs, method)(X), rtol=1e-9)


@shapes
def test_so_are_weights_means_and_covariances(shape):
    ours, X, covariances = by_hand(GaussianMixture, shape)
    wanted = ours.score_samples(X)
    del ours.precisions_cholesky_
    ours.covariances_ = covariances
    np.testing.assert_allclose(ours.score_samples(X), wanted, rtol=1e-10)


@pytest.mark.parametrize("shape", ["full", "tied"])
def test_a_lower_factor_of_the_precisions_will_do(shape):
    """np.linalg.cholesky(np.linalg.inv(S)) is what many people set."""
    theirs, X, covariances = by_hand(Theirs, shape)
    lower = np.linalg.cholesky(np.linalg.inv(covariances))
    ours, _, _ = by_hand(GaussianMixture, shape, precisions_cholesky_=lower)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-9)


@shapes
def test_after_a_fit_predictions_follow_factors_that_were_set_as_scikit_learns_do(shape):
    X = emlib.load_faithful().X
    ours = GaussianMixture(2, covariance_type=shape, random_state=0).fit(X)
    theirs = Theirs(2, covariance_type=shape)
    before = ours.score_samples(X)
    for change in (1 + 1e-9, 1.1):
        ours.precisions_cholesky_ = ours.precisions_cholesky_ * change
        for name in ("weights_", "means_", "covariances_", "precisions_cholesky_"):
            setattr(theirs, name, getattr(ours, name))
        np.testing.assert_allclose(ours.score_samples(X), theirs.score_samples(X), rtol=1e-11)
        assert np.abs(ours.score_samples(X) - before).max() > 1e-10


@shapes
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_what_a_fit_leaves_agrees_so_its_covariances_are_used(shape, dtype, monkeypatch):
    rng = np.random.default_rng(2)
    t = rng.normal(size=(200, 1))
    X = np.c_[t, t, t] + 1e-2 * rng.normal(size=(200, 3))
    ours = GaussianMixture(2, covariance_type=shape, reg_covar=1e-8, random_state=0)
    ours.fit(X.astype(dtype))
    monkeypatch.setattr("emlib.sklearn.attributes._covariances", None)
    ours.predict(X)


@shapes
def test_a_sample_needs_covariances_or_the_factors_of_precisions(shape):
    ours, _, covariances = by_hand(GaussianMixture, shape)
    drawn, labels = ours.sample(40)
    ours.covariances_ = covariances
    again, same_labels = ours.sample(40)
    np.testing.assert_allclose(drawn, again, rtol=1e-9)
    np.testing.assert_array_equal(labels, same_labels)


@pytest.mark.parametrize("missing", ["weights_", "means_", "precisions_cholesky_"])
def test_what_was_not_set_is_named(missing):
    ours, X, _ = by_hand(GaussianMixture, "full")
    delattr(ours, missing)
    name = "covariances_" if missing == "precisions_cholesky_" else missing
    for call in (lambda: ours.predict(X), lambda: ours.sample(3)):
        with pytest.raises(emlib.NotFittedError, match=f"has no {name}.*set weights_, means_"):
            call()


def test_factors_that_are_singular_are_refused():
    ours, X, _ = by_hand(GaussianMixture, "full", precisions_cholesky_=np.zeros((3, 2, 2)))
    with pytest.raises(ValueError, match="precisions_cholesky_ must be triangular with finite"):
        ours.predict(X)


# Samples

R = np.array([[1, 0.5, -0.3], [0.5, 1, 0.2], [-0.3, 0.2, 1]])


@pytest.mark.parametrize("scales", [(1e-8, 1, 1e8), (1e8, 1e-8, 1), (1, 1e8, 1e-8), (1e8, 1, 1e-8)])
@pytest.mark.parametrize("shape", ["full", "tied"])
@pytest.mark.parametrize("given", ["covariances_", "precisions_cholesky_"])
def test_samples_have_the_covariance_of_the_model_in_any_units(scales, shape, given):
    covariance = R * np.outer(scales, scales)
    mixture = GaussianMixture(1, covariance_type=shape, random_state=0)
    mixture.weights_, mixture.means_ = np.ones(1), np.zeros((1, 3))
    inverse = np.linalg.inv(np.linalg.cholesky(R)) / scales
    value = covariance if given == "covariances_" else inverse.T
    setattr(mixture, given, value if shape == "tied" else value[None])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        X, _ = mixture.sample(20_000)
    np.testing.assert_allclose(X.std(axis=0), scales, rtol=0.03)
    np.testing.assert_allclose(np.corrcoef((X / scales).T), R, atol=0.03)


# Precisions to start from


@pytest.mark.parametrize("shape", ["full", "tied"])
@pytest.mark.parametrize("asymmetry", [1e-7, 0.9e-5])
def test_precisions_asymmetric_by_rounding_are_accepted_as_by_scikit_learn(shape, asymmetry):
    X = emlib.load_faithful().X
    precisions = np.array([[[1.0, -0.05], [-0.05, 0.04]]] * 2)
    precisions[:, 0, 1] *= 1 + asymmetry
    arguments = {
        "covariance_type": shape,
        "weights_init": [0.5, 0.5],
        "means_init": [[2, 55], [4, 80]],
        "precisions_init": precisions if shape == "full" else precisions[0],
    }
    ours, theirs = GaussianMixture(2, **arguments).fit(X), Theirs(2, **arguments).fit(X)
    assert ours.lower_bound_ == pytest.approx(theirs.lower_bound_, rel=1e-6)


def test_precisions_that_are_not_symmetric_are_refused_on_the_other_side_of_the_threshold():
    for unit in (1e-9, 1.0, 1e9):
        precisions = np.array([[1.0, 0.5 + 1.2e-5], [0.5, 1.0]])
        precisions *= np.outer([unit, 1], [unit, 1])
        mixture = GaussianMixture(1, precisions_init=precisions[None])
        with pytest.raises(ValueError, match="should be symmetric, positive-definite"):
            mixture.fit(emlib.load_faithful().X)


@pytest.mark.parametrize("precision", [[[1, 2], [2, 1]], [[-1, 0], [0, 1]], [[0, 0], [0, 0]]])
def test_precisions_that_are_not_positive_are_refused(precision):
    with pytest.raises(ValueError, match="should be symmetric, positive-definite"):
        GaussianMixture(1, precisions_init=[precision]).fit(emlib.load_faithful().X)


def test_precisions_of_features_in_any_units_are_inverted():
    scales = np.array([1e-8, 1, 1e8])
    precision = np.linalg.inv(R) / np.outer(scales, scales)
    X = np.random.default_rng(0).normal(size=(50, 3)) * scales
    mixture = GaussianMixture(1, precisions_init=[precision], max_iter=0, random_state=0).fit(X)
    np.testing.assert_allclose(mixture.covariances_[0] / np.outer(scales, scales), R, rtol=1e-12)


# Number formats and memory


@shapes
def test_float32_in_any_byte_order_gives_float32_and_the_same_fit(shape):
    X = emlib.load_faithful().X.astype("f4")
    little, big = (
        GaussianMixture(2, covariance_type=shape, random_state=0).fit(table)
        for table in (X.astype("<f4"), X.astype(">f4"))
    )
    for name in ("weights_", "means_", "covariances_", "precisions_", "precisions_cholesky_"):
        assert getattr(big, name).dtype == np.float32
        np.testing.assert_array_equal(getattr(big, name), getattr(little, name))
    assert big.predict_proba(X.astype(">f4")).dtype == np.float32
    assert big.score_samples(X.astype(">f4")).dtype == np.float32
    assert big.predict_proba(X.astype(">f8")).dtype == np.float64


@pytest.mark.parametrize("method", ["predict", "predict_proba", "score_samples"])
def test_predictions_hold_their_result_once_and_little_else(method):
    """At a million rows it was 64 MB beside 64 MB; here 16 beside 16 would show."""
    X = np.random.default_rng(0).normal(size=(250_000, 8))
    model = GaussianMixture(8, random_state=0, max_iter=5, tol=1).fit(X[:2000])
    tracemalloc.start()
    result = getattr(model, method)(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - result.nbytes < 6e6


@shapes
def test_predictions_in_blocks_are_those_of_the_functions(shape):
    ours, _, covariances = by_hand(GaussianMixture, shape)
    X = np.random.default_rng(1).normal(size=(9001, 2)) * 3
    resp = emlib.responsibilities(X, ours.weights_, ours.means_, covariances, shape)
    np.testing.assert_allclose(ours.predict_proba(X), resp, rtol=1e-9)
    np.testing.assert_array_equal(ours.predict(X), resp.argmax(axis=1))
    parameters = emlib.Parameters(ours.weights_, ours.means_, covariances, shape)
    assert ours.score(X) * 9001 == pytest.approx(emlib.log_likelihood(X, parameters), rel=1e-12)
