"""Rows: the same answer however they come and are cut, little memory, and odd input by name."""

import os
import subprocess
import sys
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pandas
import pytest
from random_mixtures import COVARIANCE_TYPES

import emlib
from emlib.engine.rows import Rows

RNG = np.random.default_rng(11)
X = np.concatenate([RNG.normal(size=(700, 3)), RNG.normal(3, 2, size=(500, 3))])
COPIES = RNG.integers(0, 4, size=len(X))


class Stream:
    """Blocks that are made anew each time, as a reader of a file would."""

    def __init__(self, table, cuts):
        self.table, self.cuts = table, cuts

    def __iter__(self):
        return iter(np.split(self.table, self.cuts))


def start(shape="full", d=3):
    return emlib.start_from_kmeans_plusplus(X[:, :d], 3, covariance_type=shape, rng=7)


def fit(table, shape="full", **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", emlib.ConvergenceWarning)
        return emlib.fit_em(table, start(shape), max_iter=8, tol=0, **options)


def agree(found, wanted, rtol=1e-9):
    np.testing.assert_allclose(found.log_likelihoods, wanted.log_likelihoods, rtol=1e-12)
    for name in ("weights", "means", "covariances"):
        np.testing.assert_allclose(
            getattr(found.parameters, name), getattr(wanted.parameters, name), rtol=rtol
        )


# However the rows are cut


def memmap(table, tmp_path):
    mapped = np.memmap(tmp_path / "rows", dtype=table.dtype, mode="w+", shape=table.shape)
    mapped[:] = table
    mapped.flush()
    return np.memmap(tmp_path / "rows", dtype=table.dtype, mode="r", shape=table.shape)


CUTS = {
    "list of two": lambda table, _: np.array_split(table, 2),
    "tuple of many": lambda table, _: tuple(np.array_split(table, 97)),
    "stream": lambda table, _: Stream(table, [1, 2, 600]),
    "with empty blocks": lambda table, _: Stream(table, [0, 300, 300, 1200]),
    "one block": lambda table, _: [table],
    "row by row": lambda table, _: Stream(table, range(1, len(table))),
    "memmap": memmap,
}


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
@pytest.mark.parametrize("cut", CUTS)
def test_the_answer_is_the_same_however_the_rows_are_cut(cut, shape, tmp_path):
    agree(fit(CUTS[cut](X, tmp_path), shape), fit(X, shape))


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
@pytest.mark.parametrize("cut", ["array", "blocks", "other blocks"])
def test_a_row_of_weight_w_counts_as_w_rows(cut, shape):
    cuts = {"blocks": [1, 400, 400, 900], "other blocks": [600]}.get(cut)
    table, weight = X, COPIES
    if cuts:
        table, weight = Stream(X, cuts), Stream(COPIES, cuts)
    agree(fit(table, shape, sample_weight=weight), fit(np.repeat(X, COPIES, axis=0), shape))


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_more_rows_than_a_block_holds_are_cut_and_agree(shape):
    rng = np.random.default_rng(3)
    many = X[rng.integers(len(X), size=9001)] + rng.normal(size=(9001, 3))
    agree(fit(many, shape), fit(np.array_split(many, 7), shape))


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
@pytest.mark.parametrize("weight", [None, COPIES], ids=["unweighted", "weighted"])
def test_the_statistics_of_two_halves_add_up_to_those_of_the_whole(shape, weight):
    def of(rows):
        return emlib.e_step(X[rows], start(shape), None if weight is None else weight[rows])

    (first, one), (second, other), (whole, both) = (
        of(slice(0, 500)),
        of(slice(500, None)),
        of(slice(None)),
    )
    total = (first + second).about(whole.origins)
    assert one + other == pytest.approx(both, rel=1e-12)
    for name in ("counts", "sums", "scatters"):
        found, wanted = getattr(total, name), getattr(whole, name)
        np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-10)


# Kinds of tables

KINDS = {
    "float32": lambda table: table.astype("f4"),
    "integers": lambda table: np.round(table * 100).astype(np.int16),
    "unsigned bytes": lambda table: np.clip(np.round(table * 10 + 100), 0, 255).astype(np.uint8),
    "big-endian": lambda table: table.astype(">f8"),
    "not contiguous": lambda table: np.repeat(table, 2, axis=1)[:, ::2],
    "backwards": lambda table: table[::-1],
    "Fortran order": np.asfortranarray,
    "half precision": lambda table: table.astype("f2"),
    "objects": lambda table: table.astype(object),
    "long double": lambda table: table.astype(np.longdouble),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cut", [lambda table: table, lambda table: np.array_split(table, 5)])
def test_any_real_numbers_are_taken_as_float64(kind, cut):
    table = KINDS[kind](X)
    as_float64 = table.astype(float)
    begin = emlib.start_from_kmeans_plusplus(as_float64, 2, rng=7)
    found, wanted = emlib.fit_em(cut(table), begin), emlib.fit_em(as_float64, begin)
    agree(found, wanted)


def test_a_frame_and_a_stream_of_frames_are_read():
    frame = pandas.DataFrame(X, columns=["a", "b", "c"], index=np.arange(len(X))[::-1])
    weight = pandas.Series(COPIES, index=frame.index)
    wanted = fit(X, sample_weight=COPIES)
    agree(fit(frame, sample_weight=weight), wanted)
    frames, weights = [frame[:50], frame[50:]], [weight[:50], weight[50:]]
    agree(fit(frames, sample_weight=weights), wanted)


def test_nothing_that_came_in_is_changed():
    table, weight = X.copy(), COPIES.astype(float)
    table.flags.writeable = weight.flags.writeable = False
    for shape in COVARIANCE_TYPES:
        fit(table, shape, sample_weight=weight)
        fit([table[:50], table[50:]], shape, sample_weight=[weight[:50], weight[50:]])
    np.testing.assert_array_equal(table, X)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.float16, np.float32, int, float, list])
@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_weights_of_any_kind_keep_their_digits(dtype, shape):
    weight = COPIES.tolist() if dtype is list else COPIES.astype(dtype)
    agree(fit(X, shape, sample_weight=weight), fit(X, shape, sample_weight=COPIES.astype(float)))


# The survey


def test_the_survey_is_the_weighted_mean_and_variance():
    rows = Rows(Stream(X, [5, 5, 800]), Stream(COPIES, [5, 5, 800]))
    repeated = np.repeat(X, COPIES, axis=0)
    np.testing.assert_allclose(rows.mean, repeated.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(rows.variance, repeated.var(axis=0), rtol=1e-13)
    assert (rows.n_samples, rows.n_features) == X.shape
    assert rows.total_weight == COPIES.sum()


@pytest.mark.parametrize("far", [1e9, 1e12, 1e150])
def test_a_first_block_far_from_the_rest_costs_no_digits(far):
    """Placeholders that weigh nothing, or next to nothing, tell nothing about the centre."""
    table = np.concatenate([np.full((10, 3), far), X])
    weight = np.concatenate([np.zeros(10), np.ones(len(X))])
    rows = Rows([table[:10], table[10:]], [weight[:10], weight[10:]])
    np.testing.assert_allclose(rows.mean, X.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(rows.variance, X.var(axis=0), rtol=1e-12)


@pytest.mark.parametrize("shift", [0, 1e8])
def test_the_variance_keeps_its_digits_far_from_zero(shift):
    shifted = X + shift
    np.testing.assert_allclose(
        Rows(Stream(shifted, range(9, 1200, 9))).variance, (shifted - shift).var(axis=0), rtol=1e-7
    )


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
@pytest.mark.parametrize("placeholder", [-9999.0, 1e200, -1.7e308])
def test_rows_of_weight_0_count_for_nothing_wherever_they_lie(shape, placeholder):
    table = np.insert(X, [0, 300, len(X)], placeholder, axis=0)
    weight = np.insert(np.ones(len(X)), [0, 300, len(X)], 0.0)
    for cut in ([], [1], [1, 400]):
        found = fit(Stream(table, cut), shape, sample_weight=Stream(weight, cut))
        agree(found, fit(X, shape))


# What is refused


WITH_NAN = np.insert(X, 777, np.nan, axis=0)
NEGATIVE = np.where(np.arange(len(X)) == 800, -2.0, 1.0)

REFUSED = {
    "a generator": (lambda: ((b for b in [X]), None), "X is an iterator, .* read only once"),
    "a map": (lambda: (map(np.copy, [X]), None), "X is an iterator"),
    "weights that are a generator": (
        lambda: ([X], (w for w in [COPIES])),
        "sample_weight is an iterator",
    ),
    "other columns": (lambda: ([X, X[:, :2]], None), "has 2 features and the first has 3"),
    "a block that is a row": (lambda: ([X, X[0]], None), r"must be 2-D.*\(3,\)"),
    "blocks that are numbers": (lambda: (Numbers(), None), "must be 2-D"),
    "no blocks": (lambda: (Stream(X[:0], []), None), "X has no rows"),
    "only empty blocks": (lambda: ([X[:0], X[:0]], None), "X has no rows"),
    "an array without rows": (lambda: (X[:0], None), r"at least one of each.*\(0, 3\)"),
    "an array without columns": (lambda: (X[:, :0], None), r"at least one of each.*\(1200, 0\)"),
    "NaN": (lambda: (WITH_NAN, None), "nan in row 777 "),
    "NaN in a later block": (lambda: (Stream(WITH_NAN, [500, 700]), None), "nan in row 777 "),
    "NaN far down": (lambda: (np.tile(WITH_NAN, (5, 1))[1201:], None), "nan in row 777 "),
    "a negative weight": (lambda: (X, NEGATIVE), r"sample_weight\[800\] is -2"),
    "a negative weight in a later block": (
        lambda: (Stream(X, [500, 700]), Stream(NEGATIVE, [500, 700])),
        r"sample_weight\[800\] is -2",
    ),
    "an infinite weight": (lambda: (X, np.where(NEGATIVE < 0, np.inf, 1)), "inf in row 800 "),
    "weights that overflow": (lambda: (X, np.full(len(X), 1e308)), "sums to inf"),
    "no weight": (lambda: (X, np.zeros(len(X))), "give at least one row a weight"),
    "too few weights": (lambda: (X, COPIES[1:]), r"shape \(1200,\).*got \(1199,\)"),
    "too few weights in a block": (
        lambda: ([X, X], [COPIES, COPIES[1:]]),
        r"shape \(1200,\).*got \(1199,\)",
    ),
    "too few blocks of weights": (lambda: ([X, X], [COPIES]), "sample_weight has fewer blocks"),
    "too few blocks": (lambda: ([X], [COPIES, COPIES]), "X has fewer blocks"),
    "weights in one array for blocks": (lambda: ([X], COPIES), "sample_weight must too"),
    "too wide a range": (lambda: (X * [1, 1e160, 1], None), "feature 1 .*overflow; rescale"),
    "the widest range": (lambda: (np.array([[-1.7e308], [1.7e308]]), None), "overflow; rescale"),
}


class Numbers:
    def __iter__(self):
        return iter([1.0, 2.0])


@pytest.mark.parametrize("case", REFUSED)
def test_rows_that_cannot_be_used_are_refused_with_a_sentence(case):
    make, words = REFUSED[case]
    table, weight = make()
    with pytest.raises(ValueError, match=words):
        Rows(table, weight)


def test_blocks_that_are_not_the_same_the_next_time_are_noticed():
    class Exhausted(Stream):
        def __iter__(self):
            blocks = super().__iter__()
            self.table, self.cuts = self.table[:-1], []
            return blocks

    with pytest.raises(ValueError, match=r"X gave \d+ rows at first and \d+ later"):
        fit(Exhausted(X, []))


# Blocks that are made anew


class Changing:
    """Blocks of 400 rows whose row 777 is not a number from the third pass on."""

    def __init__(self, first_bad_pass=3):
        self.passes, self.first_bad_pass = 0, first_bad_pass

    def __iter__(self):
        self.passes += 1
        table = X.copy()
        if self.passes >= self.first_bad_pass:
            table[777, 1] = np.nan
        return iter(np.split(table, [400, 800]))


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_nan_in_a_later_pass_is_named_with_block_and_row(shape):
    sentence = r"block 1: X holds nan in row 777 \(index \(777, 1\)\); drop or impute"
    for first_bad_pass in (1, 2, 5):
        with pytest.raises(ValueError, match=sentence):
            emlib.fit_em(Changing(first_bad_pass), start(shape))
    with pytest.raises(ValueError, match=sentence):
        emlib.start_from_random_responsibilities(Changing(2), 2, covariance_type=shape, rng=7)
    with pytest.raises(ValueError, match=sentence):
        emlib.icl(Changing(2), start(shape))


def test_a_block_whose_weights_do_not_fit_is_named():
    blocks = np.split(X, [400, 800])
    weights = [np.ones(400), np.ones(399), np.ones(len(X) - 800)]
    with pytest.raises(ValueError, match=r"block 1: sample_weight must have shape \(400,\)"):
        emlib.fit_em(blocks, start(), sample_weight=weights)
    weights = [np.ones(400), np.full(400, -1.0), np.ones(len(X) - 800)]
    with pytest.raises(ValueError, match=r"block 1: sample_weight\[400\] is -1"):
        emlib.fit_em(blocks, start(), sample_weight=weights)


# Memory


def peak_of_a_fit(folder, n, shape, dtype):
    """Megabytes that a fit to a file of (n, 8) rows needs beside the file, 8 components."""
    table = np.memmap(Path(folder) / "large", dtype=dtype, mode="w+", shape=(n, 8))
    rng = np.random.default_rng(0)
    centres = rng.normal(0, 5, size=(8, 8))
    block = centres[rng.integers(8, size=100_000)] + rng.normal(size=(100_000, 8))
    for first in range(0, n, len(block)):
        table[first : first + len(block)] = block
    sample = np.array(table[:5000], dtype=float)
    begin = emlib.start_from_kmeans_plusplus(sample, 8, covariance_type=shape, rng=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", emlib.ConvergenceWarning)
        tracemalloc.start()
        try:
            emlib.fit_em(table, begin, max_iter=1)
            return tracemalloc.get_traced_memory()[1] / 2**20
        finally:
            tracemalloc.stop()


def peak_in_a_process(*arguments):
    """The same in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"import test_rows\nprint(test_rows.peak_of_a_fit(*{arguments!r}))"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


@pytest.mark.parametrize(("shape", "dtype"), [("full", "f8"), ("tied", "f4")])
def test_two_million_rows_need_less_than_16_megabytes(tmp_path, shape, dtype):
    assert peak_in_a_process(str(tmp_path), 2_000_000, shape, dtype) < 16


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ten_million_rows_need_less_than_16_megabytes(tmp_path):
    assert peak_in_a_process(str(tmp_path), 10_000_000, "full", "f4") < 16
