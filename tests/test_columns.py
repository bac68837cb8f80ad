"""Blocks with names: columns are matched by name, or refused."""

import numpy as np
import pandas
import polars
import pytest

import emlib

FAITHFUL = emlib.load_faithful().X
NAMES = ["eruption", "waiting"]
START = emlib.start_from_kmeans_plusplus(FAITHFUL, 2, rng=7)
RIGHT = emlib.fit_em(FAITHFUL, START).parameters


def frame_of_pandas(rows):
    return pandas.DataFrame(rows, columns=NAMES)


def frame_of_polars(rows):
    return polars.DataFrame(rows, schema=NAMES)


class Arrow:
    """What a record batch of Arrow shows: names, and columns that are arrays."""

    schema = None

    def __init__(self, rows, names=NAMES):
        self.columns, self.column_names = list(np.transpose(rows)), names
        self.shape = np.shape(rows)

    def __array__(self, dtype=None, copy=None):
        return np.column_stack(self.columns)

    def select(self, names):
        table = dict(zip(self.column_names, self.columns, strict=True))
        return Arrow(np.column_stack([table[name] for name in names]), names)


def halves(frame):
    return [frame(FAITHFUL[:100]), frame(FAITHFUL[100:])]


kinds = pytest.mark.parametrize("frame", [frame_of_pandas, frame_of_polars, Arrow])


@kinds
def test_columns_in_another_order_are_matched_by_name(frame):
    first, second = halves(frame)
    turned = second.select(NAMES[::-1]) if hasattr(second, "select") else second[NAMES[::-1]]
    assert np.asarray(turned)[0, 0] == FAITHFUL[100, 1]
    found = emlib.fit_em([first, turned], START).parameters
    np.testing.assert_allclose(found.means, RIGHT.means, rtol=1e-10)
    weights = np.split(np.arange(272) % 3 + 1.0, [100])
    found = emlib.fit_em([first, turned], START, sample_weight=weights).parameters
    wanted = emlib.fit_em(FAITHFUL, START, sample_weight=np.concatenate(weights)).parameters
    np.testing.assert_allclose(found.means, wanted.means, rtol=1e-10)
    begin = emlib.start_from_kmeans_plusplus([first, turned], 2, rng=7)
    np.testing.assert_allclose(begin.means, START.means, rtol=1e-12)
    assert emlib.bic([first, turned], RIGHT) == pytest.approx(emlib.bic(FAITHFUL, RIGHT), rel=1e-12)


def test_a_first_block_in_another_order_in_a_later_pass_is_matched_too():
    class Turning:
        passes = 0

        def __iter__(self):
            self.passes += 1
            order = NAMES if self.passes < 4 else NAMES[::-1]  # at 3 the survey is done
            return (frame[order] for frame in halves(frame_of_pandas))

    found = emlib.fit_em(Turning(), START).parameters
    np.testing.assert_allclose(found.means, RIGHT.means, rtol=1e-10)


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        (lambda frame: frame.rename(columns={"waiting": "pause"}), "block 1: .*'pause'.*'waiting'"),
        (lambda frame: frame[["waiting"]], "block 1: .*'waiting' here and 'eruption', 'waiting'"),
        (lambda frame: frame[["waiting", "waiting"]], "block 1: .*give every block the same"),
        (lambda frame: frame.to_numpy(), "block 1: .*the first has; give data frames only"),
    ],
    ids=["another name", "fewer", "twice", "an array"],
)
def test_other_columns_are_refused_with_their_names(second, sentence):
    first, last = halves(frame_of_pandas)
    with pytest.raises(ValueError, match=sentence):
        emlib.fit_em([first, second(last)], START)


def test_a_frame_after_an_array_is_refused():
    with pytest.raises(ValueError, match=r"block 1: .*names of columns and the first has not"):
        emlib.fit_em([FAITHFUL[:100], frame_of_pandas(FAITHFUL[100:])], START)


def test_columns_that_are_not_named_by_text_are_matched_as_well():
    first, last = (pandas.DataFrame(part) for part in np.split(FAITHFUL, [100]))
    found = emlib.fit_em([first, last[[1, 0]]], START).parameters
    np.testing.assert_allclose(found.means, RIGHT.means, rtol=1e-10)


def test_surveys_of_parts_with_other_orders_do_not_add_up():
    """So partitions on a cluster, each a stream of its own, are refused."""
    first, last = halves(frame_of_pandas)
    one, other = (emlib.engine.rows.Blocks([part]).survey for part in (first, last[NAMES[::-1]]))
    with pytest.raises(ValueError, match="order 'waiting', 'eruption' here and 'eruption', 'wait"):
        one + other
