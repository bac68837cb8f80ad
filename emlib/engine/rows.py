"""Observations, block by block: an array, a memory map, or anything that yields blocks again.

What a fit asks of all rows adds up over their parts: first a survey (how many, where, how wide),
then expectations. `Rows.add_up` asks it; so nothing above needs to know where the rows live.
"""

from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np

from ..validation import check_block, check_sample_weight
from .columns import Columns, check_same_columns

N_ROWS = 4096
"""Rows that are looked at together where nothing else asks for fewer."""

SURVEYED = 2**17
"""Numbers that are surveyed together: what is computed on them stays in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Survey:
    """What is known of rows before any model; the surveys of two parts add up.

    Attributes
    ----------
    n_samples : int, rows of weight 0 included
    total_weight : float, the sum of the weights; n_samples without them
    mean : array, shape (n_features,), weighted
    squares : array, shape (n_features,), weighted sum of (x - mean)**2
    columns : list of the features' names, or None
    """

    n_samples: int
    total_weight: float
    mean: np.ndarray
    squares: np.ndarray
    columns: list | None = None

    def __add__(self, other):
        """Survey of the rows of both; Chan, Golub and LeVeque 1983, equation 2.1."""
        if len(other.mean) != len(self.mean):
            raise ValueError(
                f"a block of X has {len(other.mean)} features and the first has "
                f"{len(self.mean)}; give every block the same columns."
            )
        check_same_columns(self.columns, other.columns)
        n_samples = self.n_samples + other.n_samples
        heavy, light = (self, other) if self.total_weight >= other.total_weight else (other, self)
        if light.total_weight == 0:
            return replace(heavy, n_samples=n_samples)
        with np.errstate(over="ignore", invalid="ignore"):
            total = heavy.total_weight + light.total_weight
            share, step = light.total_weight / total, light.mean - heavy.mean
            between = heavy.total_weight * share * step**2
            squares = heavy.squares + light.squares + between
            return Survey(n_samples, total, heavy.mean + share * step, squares, self.columns)


class Rows:
    """The observations of one fit, read once for checking and centring, then again and again.

    Parameters
    ----------
    X : array, shape (n_samples, n_features), or memory map, or a re-iterable of such arrays; or
        rows that live elsewhere, see `emlib.scale.Partitions`
    sample_weight : array, shape (n_samples,), or None; for a re-iterable X, a re-iterable of the
        weights of each block. A row of weight w counts as w rows.

    Attributes
    ----------
    n_samples, n_features : int
    total_weight : float, the sum of the weights; n_samples without them
    mean, variance : arrays, shape (n_features,), weighted

    Raises
    ------
    ValueError
        Names the block, row or weight, and the remedy.
    """

    def __init__(self, X, sample_weight=None):
        if not hasattr(X, "add_up"):
            self._source = Blocks(X, sample_weight)
        elif sample_weight is None:
            self._source = X
        else:
            raise ValueError("sample_weight goes where the rows are: Partitions(X, sample_weight).")
        survey = self._source.survey
        if survey is None:
            if self._source is not X and _is_table(X):
                check_block(X, 0)
            raise ValueError("X has no rows; give at least one block with at least one row.")
        if not 0 < survey.total_weight < np.inf:
            raise ValueError(
                f"sample_weight sums to {survey.total_weight:g} over all rows; "
                "give at least one row a weight above zero, and none a weight near 1e308."
            )
        self.n_samples, self.n_features = survey.n_samples, len(survey.mean)
        self.total_weight, self.mean = survey.total_weight, survey.mean
        self.variance = survey.squares / survey.total_weight
        if not np.isfinite(self.variance).all():
            j = int(np.argmin(np.isfinite(self.variance)))
            raise ValueError(
                f"X spans so wide a range in feature {j} that its squares overflow; rescale it."
            )

    def add_up(self, function, *arguments):
        """Sum of function(blocks, centre, *arguments) over all parts of the rows."""
        return self._source.add_up(function, self.mean, *arguments)


class Blocks:
    """Rows at hand: whoever iterates sees small float64 blocks with their weights, never the whole.

    Parameters as those of `Rows`. Rows of weight 0 are checked and counted, and left out.

    Attributes
    ----------
    survey : Survey, or None if there is no row
    n_rows : int, rows whose weight is not 0
    kept : dict, what one pass over these rows leaves for the next
    """

    def __init__(self, X, sample_weight=None):
        self._X, self._weights, self.kept = X, sample_weight, {}
        self._columns = Columns()
        self._whole = _is_table(X)
        if self._whole:
            if not isinstance(X, np.ndarray) or X.ndim != 2 or X.shape[1] == 0:
                self._X = check_block(X, 0)
        else:
            _check_starts_anew(X, "X")
            _check_starts_anew(sample_weight, "sample_weight")
        self.survey, self.n_rows = None, 0
        for block, weight in self._pieces(_surveyed_together, check=True):
            part = _survey(block, weight)
            self.survey = part if self.survey is None else self.survey + part
            self.n_rows += len(block) if weight is None else np.count_nonzero(weight)
        if self.survey is not None:
            self.survey = replace(self.survey, columns=self._columns.names)

    def add_up(self, function, *arguments):
        """Return function(blocks, *arguments): there is only this one part."""
        return function(self, *arguments)

    def blocks(self, n_rows):
        """Yield (block, weight): float64, at most n_rows rows; weight is None if there is none."""
        seen = 0
        for block, weight in self._pieces(lambda _: n_rows, check=False):
            if weight is not None and not weight.all():
                block, weight = block[weight > 0], weight[weight > 0]
            seen += len(block)
            yield block, weight
        if seen != self.n_rows:
            raise ValueError(
                f"X gave {self.n_rows} rows at first and {seen} later; "
                "its __iter__ must yield the same blocks every time."
            )

    def numbered(self, n_rows):
        """Yield (block, weight, numbers): as `blocks`, with the number in X of each row."""
        first = 0
        for block, weight in self._pieces(lambda _: n_rows, check=False):
            numbers = np.arange(first, first + len(block))
            first += len(block)
            if weight is not None and not weight.all():
                block, weight, numbers = (part[weight > 0] for part in (block, weight, numbers))
            yield block, weight, numbers

    def row(self, index):
        """Return the number in X of a row that `blocks` yields, for whoever must name it."""
        first = 0
        for block, weight in self._pieces(lambda _: N_ROWS, check=False):
            counted = np.arange(len(block)) if weight is None else np.flatnonzero(weight > 0)
            if index < len(counted):
                return first + int(counted[index])
            index, first = index - len(counted), first + len(block)
        raise IndexError(index)

    def _pieces(self, rows_together, check):
        first = 0
        for number, (table, weights) in enumerate(self._tables()):
            block = None if self._whole else number
            if table.ndim != 2:
                _checked(block, check_block, table, first)
            if weights is not None and weights.shape != table.shape[:1]:
                _checked(block, check_sample_weight, weights, len(table))
            n_rows = rows_together(table.shape[1])
            for start in range(0, len(table), n_rows):
                piece, weight = table[start : start + n_rows], None
                if weights is not None:
                    weight = weights[start : start + n_rows]
                if check or not self._whole:  # blocks made anew may hold other numbers
                    piece = _checked(block, check_block, piece, first + start)
                    if weight is not None:
                        which = weight, len(piece), first + start
                        weight = _checked(block, check_sample_weight, *which)
                if weight is not None:
                    weight = np.asarray(weight, float)
                yield np.asarray(piece, float), weight
            first += len(table)

    def _tables(self):
        if self._whole:
            yield self._X, None if self._weights is None else np.asanyarray(self._weights)
            return
        if self._weights is None:
            for number, table in enumerate(self._X):
                yield self._columns.as_array(table, number), None
            return
        if not hasattr(self._weights, "__iter__") or hasattr(self._weights, "__array__"):
            raise ValueError(
                "X comes in blocks, so sample_weight must too: give the weights of each block."
            )
        missing = object()
        pairs = zip_longest(self._X, self._weights, fillvalue=missing)
        for number, (table, weight) in enumerate(pairs):
            if table is missing or weight is missing:
                fewer = "X" if table is missing else "sample_weight"
                raise ValueError(f"{fewer} has fewer blocks; give one block of weights a block.")
            yield self._columns.as_array(table, number), np.asanyarray(weight)


def _checked(block, check, *arguments):
    """Return check(*arguments); where X comes in blocks, its error names the block."""
    try:
        return check(*arguments)
    except ValueError as error:
        if block is None:
            raise
        raise type(error)(f"block {block}: {error}") from error


def _surveyed_together(n_features):
    return min(N_ROWS, max(1, SURVEYED // max(n_features, 1)))


def _survey(block, weight):
    """Survey of one block; differences from its first row keep the digits of the rest."""
    if weight is None:
        counted, weight = block, np.ones(len(block))
    else:
        counted, weight = block[weight > 0], weight[weight > 0]
    if len(counted) == 0:
        return Survey(len(block), 0.0, block[0], np.zeros(block.shape[1]))
    with np.errstate(over="ignore", invalid="ignore"):
        total = float(weight.sum())
        differences = counted - counted[0]
        shift = weight @ differences / total
        squares = weight @ np.square(differences - shift)
        return Survey(len(block), total, counted[0] + shift, squares)


def _is_table(X):
    """Tell a table (array, frame, list of rows) from an iterable of tables."""
    if hasattr(X, "__array__") or hasattr(X, "toarray") or not hasattr(X, "__iter__"):
        return True
    return isinstance(X, list | tuple) and not any(len(getattr(b, "shape", ())) == 2 for b in X[:1])


def _check_starts_anew(blocks, name):
    if hasattr(blocks, "__iter__") and iter(blocks) is iter(blocks):
        raise ValueError(
            f"{name} is an iterator, which can be read only once, and EM reads its data in every "
            "iteration; pass an array, a memory map, or an object whose __iter__ starts anew."
        )
