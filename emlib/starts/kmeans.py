"""Centres to start from: greedy k-means++ and Lloyd steps, with weights, in little memory.

Where there are many rows the centres are sought on a sample of them (`sample_rows`); a later pass
over all rows, a block at a time, gives each row to its nearest centre.
"""

import numpy as np
from numpy.typing import ArrayLike

from ..engine.rows import N_ROWS, Rows
from ..gaussian import row_squares
from ..types import Data, Seed
from ..validation import check_n_components, check_whole, check_X

SAMPLE_NUMBERS, SAMPLE_ROWS_A_COMPONENT = 2**18, 256
"""Centres are sought on all rows where X holds no more numbers than the first, or no more rows a
component than the second; else on a sample of that size, the larger of the two."""


def kmeans_plusplus(
    X: ArrayLike,
    n_components: int,
    *,
    sample_weight: Data | None = None,
    n_local_trials: int | None = None,
    rng: Seed,
) -> np.ndarray:
    """Pick observations as centres, each with probability proportional to its squared distance.

    Of the candidates drawn for a centre, greedy k-means++ keeps the one that leaves the smallest
    sum of squared distances to the nearest centre.

    Parameters
    ----------
    X : array, shape (n_samples, n_features)
    n_components : int, from 1 to the number of distinct observations
    sample_weight : array, shape (n_samples,), or None; a row of weight w counts as w rows
    n_local_trials : int >= 1, candidates for each centre after the first; None is
        2 + floor(log(n_components)), as in scikit-learn; 1 is k-means++ without greed
    rng : numpy Generator, or a seed for one

    Returns
    -------
    array of int, shape (n_components,): the rows of X that were picked, all different

    References
    ----------
    Arthur and Vassilvitskii 2007, section 2.2; greedy candidates: the conclusion there.

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> picked = emlib.kmeans_plusplus(X, 3, rng=7)
    >>> X[picked].shape
    (3, 2)
    """
    X = check_X(X)
    n_components = check_n_components(n_components, len(X))
    if n_local_trials is not None:
        check_whole(n_local_trials, "n_local_trials", 1)
    rows = Rows(X, sample_weight)
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=float)
    rng = np.random.default_rng(rng)
    return _pick(X, weight, n_components, rng, unit(rows), n_trials=n_local_trials)


def find_centres(rows, n_components, *, lloyd_steps=0, rng, copies=False):
    """Centres by k-means++ and Lloyd's algorithm, shape (n_components, n_features).

    Parameters
    ----------
    rows : emlib.engine.rows.Rows
    lloyd_steps : int >= 0, at most this many; fewer where no row changes its centre, or where a
        centre would lose all its rows
    rng : numpy Generator
    copies : bool; whether equal rows may be picked where there are too few distinct ones

    References
    ----------
    Arthur and Vassilvitskii 2007; Lloyd 1982.
    """
    n_components = check_n_components(n_components, rows.n_samples)
    lloyd_steps = check_whole(lloyd_steps, "lloyd_steps")
    X, weight = sample_rows(rows, n_components, rng)
    length = unit(rows)
    centres, labels = X[_pick(X, weight, n_components, rng, length, copies=copies)], None
    weight = np.ones(len(X)) if weight is None else weight
    for _ in range(lloyd_steps):
        before, labels = labels, nearest(X, centres, length)
        counts = np.bincount(labels, weight, minlength=n_components)
        if (counts <= 0).any() or np.array_equal(labels, before):
            break
        centres = np.array(
            [weight[labels == k] @ X[labels == k] / counts[k] for k in range(n_components)]
        )
    return centres


def sample_rows(rows, n_components, rng):
    """All rows and their weights, or a sample in which each row stands as often as its weight asks.

    Returns (X, weight): at most `SAMPLE_NUMBERS` numbers or `SAMPLE_ROWS_A_COMPONENT` rows for each
    component; weight is None where the rows of X count alike.
    """
    size = max(SAMPLE_NUMBERS // rows.n_features, SAMPLE_ROWS_A_COMPONENT * n_components)
    if rows.n_samples <= size:
        return rows.in_order(_all_rows)
    return rows.in_order(_rows_at, np.sort(rng.random(size)) * rows.total_weight), None


def _all_rows(blocks, _):
    tables, weights = zip(*blocks.blocks(N_ROWS), strict=True)
    return np.concatenate(tables), None if weights[0] is None else np.concatenate(weights)


def _rows_at(blocks, _, marks):
    """Rows under increasing marks on a line on which every row is as long as its weight."""
    picked, reached = [], 0.0
    for block, weight in blocks.blocks(N_ROWS):
        reach = reached + np.cumsum(np.ones(len(block)) if weight is None else weight)
        first, last = np.searchsorted(marks, (reached, reach[-1]))
        picked.append(block[np.searchsorted(reach, marks[first:last], side="right")])
        reached = reach[-1]
    return np.concatenate(picked)


def unit(rows):
    """Return a power of two near the largest spread: distances in it do not overflow."""
    return np.ldexp(1.0, np.frexp(np.sqrt(rows.variance.max()))[1])


def squared_distances(X, centre, unit):
    """Squared distance of every row from a centre, in units squared; shape (n_samples,)."""
    return row_squares((X - centre) / unit)


def nearest(X, centres, unit):
    """Find the nearest centre of each row, the first of equals; shape (n_samples,)."""
    labels, smallest = np.zeros(len(X), dtype=np.intp), np.full(len(X), np.inf)
    for k, centre in enumerate(centres):
        distances = squared_distances(X, centre, unit)
        closer = distances < smallest
        labels[closer], smallest[closer] = k, distances[closer]
    return labels


def _pick(X, weight, n_components, rng, unit, *, n_trials=None, copies=False):
    """Numbers of the rows that greedy k-means++ picks."""
    weight = np.ones(len(X)) if weight is None else weight
    n_trials = 2 + int(np.log(n_components)) if n_trials is None else n_trials
    share = weight / weight.sum()
    picked = [int(rng.choice(len(X), p=share))]
    smallest = squared_distances(X, X[picked[0]], unit)
    while len(picked) < n_components:
        chance = smallest * share
        if chance.any():
            candidates = rng.choice(len(X), size=n_trials, p=chance / chance.sum())
            row, smallest = _best(X, candidates, smallest, share, unit)
            picked.append(row)
        elif copies:
            picked.append(int(rng.choice(len(X), p=share)))
        else:
            raise ValueError(
                f"X has only {len(picked)} distinct rows; n_components={n_components} needs as "
                "many: use fewer components."
            )
    return np.array(picked)


def _best(X, candidates, smallest, share, unit):
    """Return the candidate that leaves the least inertia, and the squared distances it leaves."""
    best, least, left = None, np.inf, None
    for row in np.unique(candidates):
        distances = np.minimum(smallest, squared_distances(X, X[row], unit))
        inertia = share @ distances
        if best is None or inertia < least:
            best, least, left = int(row), inertia, distances
    return best, left
