"""Recognise a result without knowing it: hashes of one number that depends on every entry.

The number is a weighted sum of the entries, cut into cells of a width that the catalogue gives.
Two grids, half a cell apart, are hashed: whoever writes the catalogue keeps the hash of the grid in
which the number lies in the middle of its cell, and whoever reads it tries both. So two results
that differ by a quarter of a cell or less are the same, wherever the edges fall.
"""

import hashlib

import numpy as np

GOLDEN = (5**0.5 - 1) / 2
FINE, COARSE = 1e-8, 1e-4
"""How far apart, relatively, two results may be that count as one: in double precision, and in
single."""


def projection(values):
    """Weighted sum of all finite entries; the weights, between 1/2 and 3/2, are all different."""
    values = np.asarray(values, dtype=float).ravel()
    return float(np.where(np.isfinite(values), values, 0.0) @ _weights(values.size))


def cell_width(values, tolerance):
    """Width that makes results within `tolerance` of these fall into one cell; two digits of it."""
    return float(f"{4 * tolerance * projection(np.abs(values)):.1e}") or tolerance


def fingerprints(values, width, context):
    """Hashes of a result on both grids: its shape, where it is finite, and the cell it falls in."""
    values = np.asarray(values, dtype=float)
    position, finite = projection(values) / width, np.isfinite(values)
    where = "" if finite.all() else f"|finite: {finite.astype(int).ravel().tolist()}"
    return [
        _hash(f"{context}|{values.shape}|{grid}|{np.floor(position + grid / 2):.0f}{where}")
        for grid in (0, 1)
    ]


def safest(values, width, context):
    """Return the hash of the grid whose edges are further away."""
    first, second = fingerprints(values, width, context)
    return first if abs(projection(values) / width % 1 - 0.5) <= 0.25 else second


def _weights(size):
    return 0.5 + np.arange(1, size + 1) * GOLDEN % 1


def _hash(text):
    return hashlib.sha256(text.encode()).hexdigest()[:14]
