"""Starts: reproducible, spread out, and exactly what their labels or responsibilities say."""

import tracemalloc
from dataclasses import FrozenInstanceError
from itertools import product

import numpy as np
import pytest
import sklearn.cluster
from hypothesis import given
from random_mixtures import COVARIANCE_TYPES, for_all, problems

import emlib
from emlib.engine.rows import Rows
from emlib.starts.initialization import random_rows
from emlib.starts.kmeans import SAMPLE_NUMBERS, sample_rows

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


@pytest.mark.parametrize("trials", [1, 2, None])
def test_of_candidates_drawn_by_squared_distance_the_best_becomes_the_second_centre(trials):
    X = np.array([[0.0], [1.4], [2.5], [4.0]])
    drawn = [emlib.kmeans_plusplus(X, 2, n_local_trials=trials, rng=seed) for seed in range(3000)]
    first, second = np.array(drawn).T
    assert np.abs(np.bincount(first) / 3000 - 1 / 4).max() < 5 * np.sqrt(3 / 16 / 3000)
    squares = np.square(X - X.T)
    for row in range(4):
        chance = squares[row] / squares[row].sum()
        inertia = np.minimum(squares[row], squares).sum(axis=1)
        wanted = np.zeros(4)
        for candidates in product(range(4), repeat=2 if trials is None else trials):
            wanted[min(candidates, key=lambda c: (inertia[c], c))] += chance[
                list(candidates)
            ].prod()
        mine = second[first == row]
        share = np.bincount(mine, minlength=4) / len(mine)
        assert np.abs(share - wanted).max() < 5 * np.sqrt(0.25 / len(mine))


@pytest.mark.parametrize("trials", [0, 1.5, True])
def test_a_number_of_candidates_that_is_none_is_refused(trials):
    with pytest.raises(ValueError, match="n_local_trials must be a whole number >= 1"):
        emlib.kmeans_plusplus(FAITHFUL, 2, n_local_trials=trials, rng=7)


def test_the_start_is_as_good_as_scikit_learns_on_average():
    """Inertia of the start, K 4 to 10; plain k-means++ is 12 % worse."""
    logs = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        K, d, n = (int(rng.integers(*span)) for span in ((4, 11), (2, 6), (200, 500)))
        centres = rng.normal(size=(K, d)) * rng.choice([2, 4, 8])
        X = centres[rng.integers(0, K, n)] + rng.normal(size=(n, d))
        ours = X[emlib.kmeans_plusplus(X, K, rng=seed)]
        theirs = sklearn.cluster.kmeans_plusplus(X, K, random_state=seed)[0]
        logs.append(np.log(within(X, ours) / within(X, theirs)))
    assert np.mean(logs) < 0.04


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
    with pytest.raises(
        emlib.DegenerateComponentError, match=r"component 1 is empty.*without a gap"
    ):
        emlib.start_from_labels([[0.0], [1.0], [2.0]], [0, 0, 2])


def test_a_label_below_zero_is_named():
    with pytest.raises(ValueError, match=r"labels\[1\] is -1; .* leave out rows"):
        emlib.start_from_labels([[0.0], [1.0], [2.0]], [0, -1, 1])


@pytest.mark.parametrize(
    "labels",
    [[0, 1], [0.0, 1.0, 1.0], ["a", "b", "b"], [[0], [1], [1]], [True, False, True]],
    ids=["too few", "floats", "strings", "two dimensions", "booleans"],
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


# Weights, blocks, and many rows


def blocks_of(X, n=5):
    return np.array_split(X, n)


def same(a, b, rtol=1e-11):
    for name in ("weights", "means", "covariances"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=rtol, err_msg=name)


COUNTS = np.arange(272) % 4
LABELS = (FAITHFUL[:, 0] > 3).astype(int)
RESP = np.random.default_rng(7).dirichlet([1, 1, 1], size=272)
CENTRES = np.array([[2.0, 55.0], [4.0, 80.0], [4.5, 85.0]])

DETERMINED = {
    "labels": lambda X, labels, _, **kw: emlib.start_from_labels(X, labels, **kw),
    "responsibilities": lambda X, _, r, **kw: emlib.start_from_responsibilities(X, r, **kw),
    "centres": lambda X, *_, **kw: emlib.start_from_centres(X, CENTRES, **kw),
    "centres, each its own": lambda X, *_, **kw: emlib.start_from_centres(
        X, CENTRES, pooled=False, **kw
    ),
}


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
@pytest.mark.parametrize("start", DETERMINED)
def test_the_weights_of_a_start_are_counts(start, shape):
    start = DETERMINED[start]
    weighted = start(FAITHFUL, LABELS, RESP, sample_weight=COUNTS, covariance_type=shape)
    X, labels, resp = (np.repeat(part, COUNTS, axis=0) for part in (FAITHFUL, LABELS, RESP))
    same(weighted, start(X, labels, resp, covariance_type=shape))
    assert (
        abs(weighted.means - start(FAITHFUL, LABELS, RESP, covariance_type=shape).means).max() > 0
    )


@pytest.mark.parametrize("start", DETERMINED)
def test_a_start_is_the_same_from_blocks_and_from_a_memory_map(start, tmp_path):
    start, w = DETERMINED[start], np.sqrt(COUNTS)
    whole = start(FAITHFUL, LABELS, RESP, sample_weight=w)
    cut = start(blocks_of(FAITHFUL), LABELS, RESP, sample_weight=blocks_of(w))
    mapped = np.memmap(tmp_path / "X", dtype=float, mode="w+", shape=FAITHFUL.shape)
    mapped[:] = FAITHFUL
    same(whole, cut)
    same(whole, start(mapped, LABELS, RESP, sample_weight=w))


DRAWN = [
    emlib.start_from_kmeans_plusplus,
    emlib.start_from_random_rows,
    emlib.start_from_random_responsibilities,
]


@pytest.mark.parametrize("start", DRAWN)
def test_a_start_that_is_drawn_can_be_drawn_from_blocks_again_and_again(start):
    for weight in (None, blocks_of(np.sqrt(COUNTS))):
        first = start(blocks_of(FAITHFUL), 3, sample_weight=weight, rng=7)
        same(first, start(blocks_of(FAITHFUL), 3, sample_weight=weight, rng=7), rtol=1e-15)
        assert abs(first.means - start(FAITHFUL, 3, rng=8).means).max() > 0
        assert np.isfinite(emlib.fit_em(FAITHFUL, first, tol=1e-3).log_likelihood)


@pytest.mark.parametrize("start", DRAWN)
@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_a_start_that_is_drawn_is_the_same_however_the_rows_are_cut(start, shape, tmp_path):
    mapped = np.memmap(tmp_path / "X", dtype=float, mode="w+", shape=FAITHFUL.shape)
    mapped[:] = FAITHFUL
    weights = np.where(LABELS == 1, COUNTS, 2.5)
    for weight in (None, weights):
        whole = start(FAITHFUL, 3, sample_weight=weight, covariance_type=shape, rng=7)
        same(whole, start(mapped, 3, sample_weight=weight, covariance_type=shape, rng=7))
        for n in (2, 50):
            cut = None if weight is None else blocks_of(weight, n)
            options = {"sample_weight": cut, "covariance_type": shape, "rng": 7}
            same(whole, start(blocks_of(FAITHFUL, n), 3, **options))


@pytest.mark.parametrize("start", DRAWN)
def test_rows_of_weight_zero_are_as_good_as_absent(start):
    counted = COUNTS > 0
    with_them = start(FAITHFUL, 3, sample_weight=COUNTS, rng=7)
    without = start(FAITHFUL[counted], 3, sample_weight=COUNTS[counted], rng=7)
    if start is not emlib.start_from_random_responsibilities:  # drawn by the row's number
        same(with_them, without)


def by_labels(rows, n_components, covariance_type, rng):
    return emlib.start_from_labels(rows, LABELS, covariance_type=covariance_type)


def by_responsibilities(rows, n_components, covariance_type, rng):
    return emlib.start_from_responsibilities(rows, RESP[:, :2], covariance_type=covariance_type)


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
@pytest.mark.parametrize("start", [by_labels, by_responsibilities])
@pytest.mark.parametrize("weight", [COUNTS, (np.arange(272) >= 90).astype(float)])
def test_rows_of_weight_zero_shift_no_label_of_a_start_in_restarts(start, shape, weight):
    options = {"n_init": 1, "covariance_type": shape, "max_iter": 0, "rng": 0, "start": start}
    counted = weight > 0
    resp = np.eye(2)[LABELS] if start is by_labels else RESP[:, :2]
    shares = (resp * weight[:, None])[counted]
    wanted = emlib.m_step(emlib.statistics(FAITHFUL[counted], shares, shape))
    whole = emlib.fit_em_restarts(FAITHFUL, 2, sample_weight=weight, **options)
    same(whole.best.parameters, wanted)
    blocks, weights = blocks_of(FAITHFUL, 7), blocks_of(weight, 7)
    cut = emlib.fit_em_restarts(blocks, 2, sample_weight=weights, **options)
    same(cut.best.parameters, wanted)


@pytest.mark.parametrize("start", DRAWN)
def test_a_row_of_weight_zero_has_no_part_in_a_start(start):
    far = np.concatenate([FAITHFUL, np.full((30, 2), 1e6)])
    weight = np.concatenate([np.ones(272), np.zeros(30)])
    for seed in range(5):
        assert start(far, 3, sample_weight=weight, rng=seed).means.max() < 100


@pytest.mark.parametrize("start", DRAWN)
def test_heavy_rows_draw_a_start_to_them(start):
    weight = np.where(LABELS == 1, 1000.0, 1.0)
    means = [start(FAITHFUL, 1, sample_weight=weight, rng=seed).means[0, 0] for seed in range(10)]
    assert np.mean(np.array(means) > 3) > 0.8


def test_kmeans_plusplus_draws_the_first_centre_in_proportion_to_the_weight():
    X, weight = np.array([[0.0], [1.0], [3.0]]), np.array([1.0, 0.0, 3.0])
    first = [emlib.kmeans_plusplus(X, 1, sample_weight=weight, rng=s)[0] for s in range(1000)]
    assert np.abs(np.bincount(first) / 1000 - weight / 4).max() < 0.07


def test_kmeans_plusplus_draws_the_second_in_proportion_to_weight_times_squared_distance():
    X, weight = np.array([[0.0], [1.0], [2.0]]), np.array([1e9, 4.0, 1.0])
    options = {"sample_weight": weight, "n_local_trials": 1}
    second = [emlib.kmeans_plusplus(X, 2, rng=seed, **options)[1] for seed in range(1000)]
    assert abs(np.mean(np.array(second) == 1) - 0.5) < 0.08


def test_the_best_candidate_leaves_the_least_weighted_inertia():
    X, weight = np.array([[0.0], [10.0], [12.0]]), np.array([1e9, 1.0, 5.0])
    options = {"sample_weight": weight, "n_local_trials": 20}
    assert {emlib.kmeans_plusplus(X, 2, rng=seed, **options)[1] for seed in range(20)} == {2}


def test_kmeans_plusplus_is_the_same_in_any_unit():
    rows = emlib.kmeans_plusplus(FAITHFUL, 5, rng=7).tolist()
    for unit in (2.0**-536, 2.0**-400, 2.0**400, 2.0**500):
        assert emlib.kmeans_plusplus(unit * FAITHFUL, 5, rng=7).tolist() == rows


def within(X, means):
    return ((X[:, None, :] - means) ** 2).sum(axis=2).min(axis=1).sum()


def test_lloyd_steps_bring_the_centres_nearer_to_their_rows_until_they_stand_still():
    for seed in range(5):
        spread = [
            within(
                FAITHFUL,
                emlib.start_from_kmeans_plusplus(FAITHFUL, 9, lloyd_steps=steps, rng=seed).means,
            )
            for steps in (0, 1, 2, 50, 51)
        ]
        assert spread[0] > spread[1] >= spread[2] >= spread[3] == spread[4]


def test_lloyd_steps_weigh_rows():
    X, weight = np.array([[0.0], [1.0], [10.0], [11.0]]), np.array([1, 3, 1, 0])
    means = emlib.start_from_kmeans_plusplus(X, 2, sample_weight=weight, lloyd_steps=5, rng=7).means
    assert sorted(means[:, 0]) == [0.75, 10.0]


def test_lloyd_stops_before_a_centre_has_lost_all_its_rows():
    rng = np.random.default_rng(7)
    X = rng.normal(size=(40, 2)) ** 5
    for seed in range(20):
        start = emlib.start_from_kmeans_plusplus(X, 12, lloyd_steps=100, rng=seed)
        assert start.weights.min() > 0


def test_equal_centres_share_their_rows():
    X = np.array([[0.0], [0.0], [4.0], [6.0]])
    start = emlib.start_from_centres(X, [[0.0], [0.0], [5.0]])
    assert start.weights.tolist() == [0.25, 0.25, 0.5]
    assert start.means.ravel().tolist() == [0.0, 0.0, 5.0]


def test_random_rows_are_rows_and_all_different_places():
    X = np.arange(40.0)[:, None]
    counts = np.zeros(40)
    for seed in range(400):
        rng = np.random.default_rng(seed)
        picked = random_rows(Rows(X), 4, rng)[:, 0]
        assert len(set(picked)) == 4
        counts[picked.astype(int)] += 1
    assert np.abs(counts / 400 - 0.1).max() < 0.07


def test_too_few_rows_with_a_weight_are_counted():
    with pytest.raises(ValueError, match=r"only 2 rows of X have a sample_weight above 0.*fewer"):
        emlib.start_from_random_rows(FAITHFUL, 3, sample_weight=np.arange(272) < 2, rng=7)


def test_centres_are_sought_on_a_sample_of_many_rows_and_the_start_is_made_of_all():
    rng = np.random.default_rng(7)
    n = 3 * SAMPLE_NUMBERS // 2
    X = np.concatenate([rng.normal(-5, 1, (n, 1)), rng.normal(5, 1, (n, 1))])
    weight = np.repeat([3.0, 1.0], n)
    sample, _ = sample_rows(Rows(X, weight), 2, rng)
    assert len(sample) == SAMPLE_NUMBERS
    assert np.mean(sample < 0) == pytest.approx(0.75, abs=0.01)
    assert len(sample_rows(Rows(X[:1000]), 2, rng)[0]) == 1000
    start = emlib.start_from_kmeans_plusplus(X, 2, sample_weight=weight, lloyd_steps=3, rng=7)
    order = start.means[:, 0].argsort()
    assert start.weights[order] == pytest.approx([0.75, 0.25], abs=1e-6)
    assert start.means[order, 0] == pytest.approx([X[:n].mean(), X[n:].mean()], abs=1e-5)


def test_a_start_needs_no_array_of_rows_by_components():
    X = np.random.default_rng(7).normal(size=(200_000, 2))
    for start in (*DRAWN, lambda X, k, rng: emlib.start_from_centres(X, X[:k])):
        tracemalloc.start()
        start(X, 50, rng=7)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 0.2 * 200_000 * 50 * 8


# Restarts


def test_restarts_report_where_every_run_ended_and_keep_the_best():
    found = emlib.fit_em_restarts(FAITHFUL, 4, n_init=8, tol=1e-6, rng=7)
    ends = [run.log_likelihood for run in found.runs]
    assert len(ends) == 8
    assert len({round(end, 2) for end in ends}) > 1
    assert found.best.log_likelihood == max(ends)
    assert all(run.status and run.n_iter > 0 and run.converged for run in found.runs)
    assert found.failures == ()
    with pytest.raises(FrozenInstanceError):
        found.best = None


def test_restarts_are_the_runs_of_fit_em_from_the_same_starts():
    seeds = np.random.default_rng(7).spawn(3)
    found = emlib.fit_em_restarts(FAITHFUL, 3, n_init=3, covariance_type="diag", tol=1e-6, rng=7)
    for seed, run in zip(seeds, found.runs, strict=True):
        start = emlib.start_from_kmeans_plusplus(FAITHFUL, 3, covariance_type="diag", rng=seed)
        same(run.parameters, emlib.fit_em(FAITHFUL, start, tol=1e-6).parameters, rtol=1e-14)


def test_a_start_is_the_same_however_many_follow():
    few, many = (emlib.fit_em_restarts(FAITHFUL, 3, n_init=n, tol=1e-3, rng=7).runs for n in (2, 4))
    for a, b in zip(few, many, strict=False):
        same(a.parameters, b.parameters, rtol=1e-15)


@pytest.mark.parametrize("start", DRAWN)
def test_restarts_take_any_start_weights_and_blocks(start):
    options = {"start": start, "n_init": 2, "tol": 1e-4, "rng": 7}
    weight = 1.0 + COUNTS
    whole = emlib.fit_em_restarts(FAITHFUL, 2, sample_weight=weight, **options).best
    cut = emlib.fit_em_restarts(
        blocks_of(FAITHFUL), 2, sample_weight=blocks_of(weight), **options
    ).best
    assert cut.log_likelihood == pytest.approx(whole.log_likelihood, abs=1.0)


def collapsing(X, n_components, *, covariance_type, rng):
    """Two starts in three put a component on one row: one collapses at once, one later."""
    start = emlib.start_from_kmeans_plusplus(X, 2, covariance_type=covariance_type, rng=rng)
    fate = collapsing.calls = (collapsing.calls + 1) % 3
    means = np.array([FAITHFUL[0], start.means[1]])
    covariances = np.array([np.eye(2) * (0.0 if fate == 0 else 1e-3), start.covariances[1]])
    return start if fate == 1 else emlib.Parameters(start.weights, means, covariances)


def test_a_run_that_collapses_is_reported_and_never_the_best():
    collapsing.calls = 0
    found = emlib.fit_em_restarts(FAITHFUL, 2, n_init=3, start=collapsing, tol=1e-6, rng=7)
    assert [run.status for run in found.runs] == [("ok", "ok"), ("collapsed", "ok")]
    assert found.runs[1].log_likelihood < np.inf
    assert found.best is found.runs[0]
    assert [error.components for error in found.failures] == [(0,)]


def test_where_every_run_collapses_the_best_says_so_and_warns():
    collapsing.calls = 1
    with pytest.warns(emlib.ConvergenceWarning, match="component 0 is collapsed"):
        found = emlib.fit_em_restarts(FAITHFUL, 2, n_init=1, start=collapsing, rng=7)
    assert found.best.status == ("collapsed", "ok")
    collapsing.calls = 2
    with pytest.raises(emlib.DegenerateComponentError, match="component 0 is collapsed"):
        emlib.fit_em_restarts(FAITHFUL, 2, n_init=1, start=collapsing, rng=7)


@pytest.mark.parametrize("n_init", [0, -1, 2.5, True])
def test_a_number_of_starts_that_is_none_is_refused(n_init):
    with pytest.raises(ValueError, match="n_init must be a whole number >= 1"):
        emlib.fit_em_restarts(FAITHFUL, 2, n_init=n_init, rng=7)


def test_ctrl_c_ends_all_restarts_and_keeps_what_there_is():
    """Pressed once, in the second run."""
    pressed = []

    def callback(n_iter, *_):
        if n_iter == 0:
            pressed.append("a run began")
        if len(pressed) == 2 and n_iter == 3:
            raise KeyboardInterrupt

    options = {"callback": callback, "on_interrupt": "return", "rng": 7, "n_init": 5}
    restarts = emlib.fit_em_restarts(FAITHFUL, 2, **options)
    assert [run.interrupted for run in restarts.runs] == [False, True]
    assert restarts.runs[1].n_iter == 3
