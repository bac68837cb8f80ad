"""Observations, block by block: an array, a memory map, or anything that yields blocks again.

Everything that a fit computes from all rows adds up over parts of them: first a survey (how many,
where, how wide), then expectations. `Rows.add_up` computes it, so nothing above needs to know
where the rows are.
"""

from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise, zip_longest
from operator import add

import numpy as np

from ..validation import check_block, check_sample_weight
from .blas import one_blas_thread
from .columns import Columns, check_same_columns
from .threads import map_in_order, usable_threads

N_ROWS = 4096
"""Rows in a block where nothing else calls for fewer."""

PARTS, NUMBERS_A_PART, ROWS_A_PART = 64, 2**17, (256, 2**14)
"""A table is cut into parts of equal length: so many at most, of about so many numbers, and no
fewer and no more rows than these unless it has to be. They depend on the table alone, so sums are
formed in the same order for any number of threads."""

FEW_FEATURES = 16
"""With fewer, a step on a block is so short that threads mostly wait for Python's lock: one thread
is used, unless n_threads says otherwise."""

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
        rows that are elsewhere, see `emlib.scale.Partitions`
    sample_weight : array, shape (n_samples,), or None; for a re-iterable X, a re-iterable of the
        weights of each block. A row of weight w counts as w rows.
    n_threads : int >= 1, or None, see `emlib.engine.threads.usable_threads`

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

    def __init__(self, X, sample_weight=None, n_threads=None):
        if not hasattr(X, "add_up"):
            self._source = Blocks(X, sample_weight, n_threads)
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
        """Sum of function(part, centre, *arguments) over all parts of the rows.

        A part yields its blocks by `part.blocks(n_rows)`; parts may be computed at the same time.
        """
        return self._source.add_up(function, self.mean, *arguments)

    def in_order(self, function, *arguments):
        """Return function(blocks, centre, *arguments), for functions that need the rows in order.

        Where the rows are in several places, the sum over places.
        """
        return self._source.in_order(function, self.mean, *arguments)


class Blocks:
    """Rows at hand, read in small float64 blocks with their weights; never a copy of the whole.

    Parameters are those of `Rows`. Rows of weight 0 are checked and counted, and left out.

    Attributes
    ----------
    survey : Survey, or None if there is no row
    """

    def __init__(self, X, sample_weight=None, n_threads=1):
        self._X, self._weights, self._n_threads = X, sample_weight, usable_threads(n_threads)
        self._columns = Columns()
        self._whole = _is_table(X)
        if self._whole:
            if not isinstance(X, np.ndarray) or X.ndim != 2 or X.shape[1] == 0:
                self._X = check_block(X, 0)
        else:
            _check_starts_anew(X, "X")
            _check_starts_anew(sample_weight, "sample_weight")
        if n_threads is None and self._whole and self._X.shape[1] < FEW_FEATURES:
            self._n_threads = 1
        self.survey = None
        self.survey = self.add_up(Part.surveyed)
        if self.survey is not None:
            self.survey = replace(self.survey, columns=self._columns.names)

    def add_up(self, function, *arguments):
        """Sum of function(part, *arguments) over all parts, in their order; None without rows."""
        with one_blas_thread():
            results = map_in_order(
                lambda part: function(part, *arguments), self._parts(), self._n_threads
            )
            total = next(results, None)
            for result in results:
                total = sum_of_two(total, result)
        return total

    def in_order(self, function, *arguments):
        """Return function(self, *arguments)."""
        with one_blas_thread():
            return function(self, *arguments)

    def blocks(self, n_rows):
        """Yield (block, weight) of all rows in their order, as `Part.blocks` does."""
        for part in self._parts():
            yield from part.blocks(n_rows)

    def numbered(self, n_rows):
        """Yield (block, weight, numbers): as `blocks`, with the number in X of each row."""
        for part in self._parts():
            yield from part.numbered(n_rows)

    def _parts(self):
        first = 0
        for number, (table, weights) in enumerate(self._tables()):
            block = None if self._whole else number
            if table.ndim != 2:
                _checked(block, check_block, table, first)
            n = len(table)
            if weights is not None and weights.shape != (n,):
                _checked(block, check_sample_weight, weights, n)
            fewest, most = ROWS_A_PART
            length = min(max(NUMBERS_A_PART // max(table.shape[1], 1), fewest), most)
            for rows in _even_cuts(n, max(1, min(PARTS, n // length))):
                weight = None if weights is None else weights[rows]
                yield Part(table[rows], weight, first + rows.start, block)
            first += n
        if self.survey is not None and first != self.survey.n_samples:
            raise ValueError(
                f"X gave {self.survey.n_samples} rows at first and {first} later; "
                "its __iter__ must yield the same blocks every time."
            )

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


@dataclass(frozen=True, eq=False)
class Part:
    """Consecutive rows of one table.

    Attributes
    ----------
    table : array, shape (n_rows, n_features)
    weights : array, shape (n_rows,), or None
    first : int, the number in X of the first row
    block : int, the number of the table where X comes in blocks, or None
    """

    table: np.ndarray
    weights: np.ndarray | None
    first: int
    block: int | None = None

    def blocks(self, n_rows):
        """Yield (block, weight): float64, at most n_rows rows; weight is None if there is none."""
        for block, weight, _ in self.numbered(n_rows):
            yield block, weight

    def numbered(self, n_rows):
        """Yield (block, weight, numbers): as `blocks`, with the number in X of each row."""
        n = len(self.table)
        for rows in _even_cuts(n, -(-n // max(n_rows, 1))):
            # blocks that are made anew may hold other numbers than before
            block, weight = self._read(rows, check=self.block is not None)
            numbers = np.arange(self.first + rows.start, self.first + rows.stop)
            if weight is not None and not weight.all():
                block, weight, numbers = (part[weight > 0] for part in (block, weight, numbers))
            yield block, weight, numbers

    def surveyed(self):
        """Check all rows and weights, and return their `Survey`."""
        n, n_rows = len(self.table), min(N_ROWS, max(1, SURVEYED // max(self.table.shape[1], 1)))
        pieces = (self._read(rows, check=True) for rows in _even_cuts(n, -(-n // n_rows)))
        return reduce(add, (_survey(*piece) for piece in pieces))

    def _read(self, rows, check):
        """Return (block, weight) of some rows as float64."""
        block, weight = self.table[rows], None if self.weights is None else self.weights[rows]
        if check:
            first = self.first + rows.start
            block = _checked(self.block, check_block, block, first)
            if weight is not None:
                weight = _checked(self.block, check_sample_weight, weight, len(block), first)
        return np.asarray(block, float), None if weight is None else np.asarray(weight, float)


def _even_cuts(length, number):
    """Slices that cover a length in so many parts of nearly the same size, none of them empty."""
    edges = [length * part // max(number, 1) for part in range(number + 1)]
    return [slice(start, stop) for start, stop in pairwise(edges) if start < stop]


def sum_of_two(one, other):
    """Sum of two results; tuples are summed entry by entry."""
    if isinstance(one, tuple):
        return tuple(map(sum_of_two, one, other))
    return one + other


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
