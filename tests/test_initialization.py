"""Starts: reproducible, spread out, and exactly what their labels or responsibilities say."""

import numpy as np
import pytest
from hypothesis import given
from random_mixtures import COVARIANCE_TYPES, for_all, problems

import emlib

FAITHFUL = emlib.load_faithful().X


@for_all
@given(problems())
def test_kmeans_plusplus_picks_distinct_rows(problem):
    X, parameters, _ = problem
    rows = emlib.kmeans_plusplus(X, parameters.n_components, rng=7)
    assert rows.shape == (parameters.n_components,)
    assert len({tuple(X[row]) for row in rows}) == parameters.n_components


def test_kmeans_plusplus_can_pick_every_distinct_row_among_many_copies():
    X = np.repeat([[0.0], [1.0], [1e-9], [50.0]], [30, 1, 1, 30], axis=0)
    for seed in range(20):
        rows = emlib.kmeans_plusplus(X, 4, rng=seed)
        assert sorted(X[rows, 0]) == [0.0, 1e-9, 1.0, 50.0]


def test_kmeans_plusplus_says_how_many_distinct_rows_there_are():
    X = np.repeat([[0.0], [1.0]], 5, axis=0)
    with pytest.raises(ValueError, match=r"only 2 distinct rows; n_components=3.*fewer components"):
        emlib.kmeans_plusplus(X, 3, rng=7)


def test_kmeans_plusplus_draws_the_second_centre_in_proportion_to_the_squared_distance():
    X = np.array([[0.0], [1.0], [3.0]])
    pairs = [tuple(emlib.kmeans_plusplus(X, 2, rng=seed)) for seed in range(3000)]
    first = np.array([pair[0] for pair in pairs])
    assert np.abs(np.bincount(first) / 3000 - 1 / 3).max() < 5 * np.sqrt(2 / 9 / 3000)
    for row, squares in {0: (0, 1, 9), 1: (1, 0, 4), 2: (9, 4, 0)}.items():
        second = np.bincount([b for a, b in pairs if a == row], minlength=3) / (first == row).sum()
        wanted = np.array(squares) / sum(squares)
        assert np.abs(second - wanted).max() < 5 * np.sqrt(0.25 / (first == row).sum())


def test_kmeans_plusplus_measures_the_distance_to_the_nearest_centre_not_to_the_last():
    X = np.array([[0.0], [0.0], [100.0], [100.0], [107.0]])
    for seed in range(50):
        assert sorted(X[emlib.kmeans_plusplus(X, 3, rng=seed), 0]) == [0, 100, 107]


@pytest.mark.parametrize("start", [emlib.kmeans_plusplus, emlib.start_from_kmeans_plusplus])
def test_the_same_seed_gives_the_same_start_and_another_seed_another(start):
    def values(seed):
        found = start(FAITHFUL, 3, rng=seed)
        return (found if isinstance(found, np.ndarray) else found.means).tolist()

    assert values(7) == values(7) == values(np.random.default_rng(7))
    assert values(7) != values(8)


def test_a_generator_is_used_up_and_not_copied():
    rng = np.random.default_rng(7)
    first, second = (emlib.kmeans_plusplus(FAITHFUL, 5, rng=rng).tolist() for _ in range(2))
    assert first != second


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_the_start_from_kmeans_plusplus_is_the_partition_by_nearest_centre(shape):
    X = FAITHFUL
    start = emlib.start_from_kmeans_plusplus(X, 3, covariance_type=shape, rng=7)
    centres = X[emlib.kmeans_plusplus(X, 3, rng=7)]
    labels = np.array([np.argmin([((x - c) ** 2).sum() for c in centres]) for x in X])
    means = np.array([X[labels == k].mean(axis=0) for k in range(3)])
    within = sum((X[labels == k] - means[k]).T @ (X[labels == k] - means[k]) for k in range(3))
    pooled = within / len(X)
    wanted = {
        "full": [pooled] * 3,
        "tied": pooled,
        "diag": [np.diag(pooled)] * 3,
        "spherical": [np.trace(pooled) / 2] * 3,
    }[shape]
    np.testing.assert_allclose(start.weights, np.bincount(labels) / len(X))
    np.testing.assert_allclose(start.means, means)
    np.testing.assert_allclose(start.covariances, wanted)
    assert start.covariance_type == shape
    emlib.fit_em(X, start, tol=1e-4)


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_labels_give_the_maximum_likelihood_fit_of_each_class(shape):
    rng = np.random.default_rng(7)
    X, labels = rng.normal(size=(60, 2)), rng.permutation(np.repeat([0, 1, 2], [10, 20, 30]))
    start = emlib.start_from_labels(X, labels, covariance_type=shape, reg_covar=0.25)
    S = np.array([np.cov(X[labels == k].T, bias=True) for k in range(3)])
    weights = np.array([1 / 6, 1 / 3, 1 / 2])
    wanted = {
        "full": S + 0.25 * np.eye(2),
        "tied": np.tensordot(weights, S, axes=1) + 0.25 * np.eye(2),
        "diag": np.diagonal(S, axis1=1, axis2=2) + 0.25,
        "spherical": np.trace(S, axis1=1, axis2=2) / 2 + 0.25,
    }[shape]
    np.testing.assert_allclose(start.weights, weights, rtol=1e-14)
    np.testing.assert_allclose(start.means, [X[labels == k].mean(axis=0) for k in range(3)])
    np.testing.assert_allclose(start.covariances, wanted)


def test_labels_without_regularisation_by_default():
    X = np.array([[0.0], [2.0], [5.0], [9.0]])
    start = emlib.start_from_labels(X, [0, 0, 1, 1])
    assert start.covariances.ravel().tolist() == [1.0, 4.0]
    assert start.covariance_type == "full"


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_responsibilities_give_the_m_step_on_them(shape):
    resp = np.random.default_rng(7).dirichlet([1, 1], size=len(FAITHFUL))
    start = emlib.start_from_responsibilities(FAITHFUL, resp, covariance_type=shape, reg_covar=0.5)
    wanted = emlib.m_step(emlib.statistics(FAITHFUL, resp, shape), 0.5)
    np.testing.assert_allclose(start.means, wanted.means, rtol=1e-13)
    np.testing.assert_allclose(start.covariances, wanted.covariances, rtol=1e-13)


def test_a_label_that_nobody_has_is_an_empty_component():
    with pytest.raises(emlib.DegenerateComponentError, match="component 1 is empty"):
        emlib.start_from_labels([[0.0], [1.0], [2.0]], [0, 0, 2])


@pytest.mark.parametrize(
    "labels",
    [[0, 1], [0.0, 1.0, 1.0], ["a", "b", "b"], [[0], [1], [1]], [0, -1, 1], [True, False, True]],
    ids=["too few", "floats", "strings", "two dimensions", "negative", "booleans"],
)
def test_labels_that_are_not_labels_are_refused_with_what_is_wanted(labels):
    with pytest.raises(
        ValueError, match=r"labels must hold one whole number >= 0 for each of the 3"
    ):
        emlib.start_from_labels([[0.0], [1.0], [2.0]], labels)


@pytest.mark.parametrize("label", [3, 10**12])
def test_a_label_beyond_the_number_of_observations_is_refused_before_memory_runs_out(label):
    with pytest.raises(ValueError, match=rf"labels go up to {label}, and 3 observations"):
        emlib.start_from_labels([[0.0], [1.0], [2.0]], [0, 1, label])


def test_a_start_changes_nothing_that_it_is_given():
    X, labels = FAITHFUL.copy(), np.arange(len(FAITHFUL)) % 2
    emlib.start_from_kmeans_plusplus(X, 2, rng=7)
    emlib.start_from_labels(X, labels)
    np.testing.assert_array_equal(X, FAITHFUL)
    np.testing.assert_array_equal(labels, np.arange(len(FAITHFUL)) % 2)
