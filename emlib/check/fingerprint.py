"""Recognise a result without knowing it: hashes of a few numbers that depend on every entry.

The numbers are weighted sums of the entries, each cut into cells of a width that the catalogue
gives. An entry that is off by more than the tolerance leaves its cell in all of them, and errors
that cancel in one sum do not in the others. Two grids, half a cell apart, are possible for each
sum: whoever writes the catalogue keeps the one in which the sum lies in the middle of its cell, and
whoever reads it tries both. So results whose sums differ by a quarter of a cell or less are the
same, wherever the edges fall.

What is it worth that the results are not here? A hash is slow on purpose. To find an array by
trying, three sums have to be guessed together: out of reach. A single number takes some 10^8 tries
of a tenth of a millisecond each: hours of computing. An answer that is one of a few whole numbers
is found by asking for each.
"""

import hashlib
from functools import lru_cache
from itertools import product

import numpy as np

FINE, COARSE = 1e-8, 1e-4
"""How far apart, relatively, two results may be that count as one: in double precision, and in
single."""
ROUNDS = 200
"""How often a hash is hashed: as good as nothing for who asks once, much for who tries them all."""
TURNS = (((5**0.5 - 1) / 2, None), (2**0.5 - 1, 3**0.5 - 1), (7**0.5 - 2, 11**0.5 - 3))
"""For each sum: what the sizes of its weights come from, and what their signs come from."""


def projections(values):
    """Weighted sums of all finite entries: three, or as many as there are entries if fewer.

    The weights, between 1/2 and 3/2 in size, are all different; all of those of the first sum are
    positive.
    """
    values = np.asarray(values, dtype=float).ravel()
    finite = np.where(np.isfinite(values), values, 0.0)
    with np.errstate(all="ignore"):
        return np.array([finite @ _weights(values.size, turn) for turn in TURNS[: values.size]])


def cell_width(values, tolerance):
    """Width of the cells: half of what the tolerance allows an entry that is near zero."""
    sizes = np.abs(np.asarray(values, dtype=float).ravel())
    sizes = sizes[np.isfinite(sizes)]
    return float(f"{tolerance * sizes.mean() / 2 if sizes.size else 0:.1e}") or tolerance


def fingerprints(values, width, context):
    """Hashes of a result, for each way to choose the grids: its shape, its cells, what is odd."""
    with np.errstate(all="ignore"):
        sums = projections(values) / width
    for grids in product((0, 1), repeat=len(sums)):
        yield _mark(values, sums, grids, context)


def safest(values, width, context):
    """Return the hash for the grids whose edges are furthest away."""
    sums = projections(values) / width
    grids = tuple(int(abs(position % 1 - 0.5) > 0.25) for position in sums)
    return _mark(values, sums, grids, context)


def _mark(values, sums, grids, context):
    values = np.asarray(values, dtype=float)
    cells = [f"{np.floor(at + grid / 2):.0f}" for at, grid in zip(sums, grids, strict=True)]
    return _hash(f"{context}|{values.shape}|{grids}|{cells}{_odd(values)}")


def _odd(values):
    """Where a result is not finite, and whether it is NaN or which infinity."""
    kinds = np.select([np.isnan(values), values == np.inf, values == -np.inf], [1, 2, 3], 0)
    return f"|odd: {kinds.ravel().tolist()}" if kinds.any() else ""


@lru_cache(maxsize=64)
def _weights(size, turn):
    numbers = np.arange(1, size + 1)
    sizes = 0.5 + numbers * turn[0] % 1
    return sizes if turn[1] is None else np.where(numbers * turn[1] % 1 < 0.5, -sizes, sizes)


@lru_cache(maxsize=2**16)
def _hash(text):
    mark = text.encode()
    for _ in range(ROUNDS):
        mark = hashlib.sha256(mark).digest()
    return mark.hex()[:14]
