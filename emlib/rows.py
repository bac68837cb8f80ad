"""Observations, block by block: an array, a memory map, or anything that yields blocks again.

Whoever iterates over `Rows` sees small float64 blocks with their weights and never the whole:
so nothing above needs to know where the rows live.
"""

import numpy as np

from .validation import check_block, check_sample_weight


class Rows:
    """The observations of one fit, read once for checking and centring, then again and again.

    Parameters
    ----------
    X : array, shape (n_samples, n_features), or memory map, or a re-iterable of such arrays
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
        self._X, self._weights = X, sample_weight
        self._whole = _is_table(X)
        if self._whole:
            if not isinstance(X, np.ndarray) or X.ndim != 2 or X.size == 0:
                self._X = check_block(X, 0)
        elif iter(X) is iter(X):
            raise ValueError(
                "X is an iterator, which can be read only once, and EM reads its data in every "
                "iteration; pass an array, a memory map, or an object whose __iter__ starts anew."
            )
        self._survey()

    def _survey(self):
        """Check every block once, and find the weighted mean and variance on the way."""
        self.n_samples, self.n_features, self.total_weight = 0, None, 0.0
        for block, weight in self._pieces(4096, check=True):
            if self.n_features is None:
                self.n_features = block.shape[1]
                origin = block.mean(axis=0)
                sums, squares = np.zeros((2, self.n_features))
            elif block.shape[1] != self.n_features:
                raise ValueError(
                    f"a block of X has {block.shape[1]} features and the first has "
                    f"{self.n_features}; give every block the same columns."
                )
            differences = block - origin
            weight = np.ones(len(block)) if weight is None else weight
            sums += weight @ differences
            with np.errstate(over="ignore"):
                squares += weight @ differences**2
            self.n_samples += len(block)
            self.total_weight += float(weight.sum())
        if self.n_features is None:
            raise ValueError("X yields no blocks; give at least one with at least one row.")
        if self.total_weight <= 0:
            raise ValueError("sample_weight is 0 for every row; give at least one row a weight.")
        shift = sums / self.total_weight
        self.mean = origin + shift
        self.variance = np.maximum(squares / self.total_weight - shift**2, 0.0)
        if not np.isfinite(self.variance).all():
            j = int(np.argmin(np.isfinite(self.variance)))
            raise ValueError(
                f"X spans so wide a range in feature {j} that its squares overflow; rescale it."
            )

    def blocks(self, n_rows):
        """Yield (block, weight): float64, at most n_rows rows; weight is None if there is none."""
        yield from self._pieces(n_rows, check=False)

    def _pieces(self, n_rows, check):
        first = 0
        for table, weights in self._tables():
            if check:
                weights = check_sample_weight(weights, len(table)) if weights is not None else None
            for start in range(0, len(table), n_rows):
                piece = table[start : start + n_rows]
                piece = check_block(piece, first + start) if check else np.asarray(piece, float)
                yield piece, None if weights is None else weights[start : start + n_rows]
            first += len(table)

    def _tables(self):
        if self._whole:
            yield self._X, self._weights
        elif self._weights is None:
            for table in self._X:
                yield np.asanyarray(table), None
        else:
            pairs = zip(self._X, self._weights, strict=True)
            yield from ((np.asanyarray(table), np.asarray(weight)) for table, weight in pairs)


def _is_table(X):
    """Tell a table (array, frame, list of rows) from an iterable of tables."""
    if hasattr(X, "__array__") or not hasattr(X, "__iter__"):
        return True
    return isinstance(X, list | tuple) and not any(getattr(b, "ndim", 0) == 2 for b in X[:1])
