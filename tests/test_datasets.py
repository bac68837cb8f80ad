"""Samples obey their mixture; tables arrive whole, with source and licence, in any installation."""

from pathlib import Path

import numpy as np
import pytest
from random_mixtures import COVARIANCE_TYPES, random_covariances
from sklearn.datasets import load_sample_image

import emlib
from emlib import plain

N = 200_000
ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_samples_have_the_moments_and_frequencies_of_their_mixture(shape):
    covariances = random_covariances(np.random.default_rng(3), 2, 3, shape)
    truth = emlib.Parameters([0.2, 0.8], [[0, 1, 2], [3, -2, 0]], covariances, shape)
    X, labels = emlib.sample_mixture(truth, N, rng=7)
    assert X.shape == (N, 3)
    assert labels.shape == (N,)
    assert abs((labels == 0).mean() - 0.2) < 5 * np.sqrt(0.2 * 0.8 / N)
    full = plain.as_full(covariances, 2, 3, shape)
    for k in range(2):
        mine = X[labels == k] - truth.means[k]
        variances = np.diag(full[k])
        assert (np.abs(mine.mean(axis=0)) < 5 * np.sqrt(variances / len(mine))).all()
        # standard error of a covariance: sqrt((s_ii s_jj + s_ij^2) / n)
        error = np.sqrt((np.outer(variances, variances) + full[k] ** 2) / len(mine))
        assert (np.abs(mine.T @ mine / len(mine) - full[k]) < 5 * error).all()


def test_labels_are_in_random_order_and_belong_to_their_rows():
    truth = emlib.Parameters([0.5, 0.5], [[0.0], [100.0]], [[[1.0]]] * 2)
    X, labels = emlib.sample_mixture(truth, 1000, rng=7)
    np.testing.assert_array_equal(X[:, 0] > 50, labels == 1)
    assert 400 < (np.diff(labels) != 0).sum() < 600


def test_the_same_seed_gives_the_same_sample():
    truth = emlib.Parameters([0.5, 0.5], [[0.0], [1.0]], [[[1.0]]] * 2)
    one, other, third = (emlib.sample_mixture(truth, 9, rng=seed).X for seed in (7, 7, 8))
    np.testing.assert_array_equal(one, other)
    assert (one != third).all()


def test_a_component_of_weight_zero_is_never_drawn():
    truth = emlib.Parameters([1.0, 0.0], [[0.0], [1.0]], [[[1.0]]] * 2)
    assert (emlib.sample_mixture(truth, 1000, rng=7).labels == 0).all()


def test_weights_that_pass_as_weights_can_be_sampled_from():
    truth = emlib.Parameters([0.5, 0.5 + 5e-7], [[0.0], [1.0]], [[[1.0]]] * 2)
    assert emlib.sample_mixture(truth, 10, rng=7).X.shape == (10, 1)


@pytest.mark.parametrize("n_samples", [0, -1, 2.5, True, "3", None])
def test_a_number_of_samples_that_is_none_is_refused(n_samples):
    truth = emlib.Parameters([1.0], [[0.0]], [[[1.0]]])
    with pytest.raises(ValueError, match="n_samples must be a whole number >= 1"):
        emlib.sample_mixture(truth, n_samples, rng=7)


def test_old_faithful_is_whole():
    X, names, units = emlib.load_faithful()
    assert X.shape == (272, 2)
    assert X.dtype == np.float64
    assert (names, units) == (("eruptions", "waiting"), ("min", "min"))
    assert X[0].tolist() == [3.6, 79]
    assert X[-1].tolist() == [4.467, 74]
    assert X.sum(axis=0).tolist() == pytest.approx([948.677, 19284], abs=1e-9)
    # as R prints them: sd(faithful$eruptions), sd(faithful$waiting)
    assert X.std(axis=0, ddof=1).tolist() == pytest.approx([1.141371, 13.59497], rel=1e-6)
    assert X.min(axis=0).tolist() == [1.6, 43]
    assert X.max(axis=0).tolist() == [5.1, 96]


def test_the_galaxies_are_whole_and_the_known_misprint_is_corrected():
    X, names, units = emlib.load_galaxies()
    printed = emlib.load_galaxies(corrected=False).X
    assert X.shape == (82, 1)
    assert (names, units) == (("velocity",), ("km/s",))
    assert X[0, 0] == 9172
    assert X[-1, 0] == 34279
    assert np.flatnonzero((printed != X).any(axis=1)).tolist() == [77]
    assert (X[77, 0], printed[77, 0]) == (26960, 26690)
    assert X.sum() - printed.sum() == 270
    # as R prints them: mean(galaxies), sd(galaxies)
    assert printed.mean() == pytest.approx(20828.17, abs=0.005)
    assert printed.std(ddof=1) == pytest.approx(4563.758, abs=0.0005)
    assert (np.diff(X[:, 0]) >= 0).all()


def test_the_tiles_are_the_mean_colours_of_the_photograph_that_they_name():
    X, labels, shape, names, units = emlib.load_tiles()
    assert (X.shape, shape) == ((384, 3), (16, 24))
    assert (names, units) == (("red", "green", "blue"), ("0 to 255",) * 3)
    seen = {name: int((labels == name).sum()) for name in set(labels)}
    assert seen == {"sky": 124, "building": 64, "trees": 76, "lake": 19, "mixed": 101}
    photograph = load_sample_image("china.jpg").astype(float)
    down, right = (
        np.split(np.arange(size), np.round(np.linspace(0, size, count + 1)).astype(int)[1:-1])
        for size, count in zip(photograph.shape, shape, strict=False)
    )
    means = [photograph[np.ix_(i, j)].mean(axis=(0, 1)) for i in down for j in right]
    # a tenth is what the table keeps, the rest is left to decoders of JPEG
    np.testing.assert_allclose(X, means, atol=0.5)


def test_a_loader_gives_a_fresh_table_every_time():
    emlib.load_faithful().X[:] = 0
    emlib.load_galaxies().X[:] = 0
    emlib.load_tiles().X[:] = 0
    assert emlib.load_faithful().X.any()
    assert emlib.load_galaxies().X.any()
    assert emlib.load_tiles().X.any()


@pytest.mark.parametrize("path", sorted((ROOT / "emlib" / "data").iterdir()), ids=lambda p: p.name)
def test_every_table_carries_its_source_and_licence(path):
    head = [line for line in path.read_text(encoding="utf-8").splitlines() if line[0] == "#"]
    assert any("Source:" in line for line in head)
    assert any("Licence:" in line for line in head)
