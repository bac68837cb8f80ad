"""Matrix products in pieces so small that no BLAS starts threads for them.

OpenBLAS shares a product of more than 2**18 multiplications among threads, which wait for each
other by spinning: next to other programs that takes many times as long as the work. A product that
would have to be cut into slivers stays whole; there, threads are worth their price.
"""

import numpy as np

MULTIPLICATIONS = 2**18
"""SMP_THRESHOLD_MIN times GEMM_MULTITHREAD_THRESHOLD, as OpenBLAS is built."""

SLIVER = 64
"""Columns below which a product in pieces is much slower than one in one piece."""


def times(left, right):
    """Product of (k, c) with a long (c, n); shape (k, n)."""
    n = right.shape[1]
    width = _width(left.size, n)
    if width == n:
        return left @ right
    product, whole = np.empty((len(left), n)), n - n % width
    np.matmul(left, _cut(right[:, :whole], width), out=_cut(product[:, :whole], width))
    np.matmul(left, right[:, whole:], out=product[:, whole:])
    return product


def times_transposed(left, right):
    """Product of a long (k, n) with the transpose of (c, n); shape (k, c)."""
    n = right.shape[1]
    width = _width(len(left) * len(right), n)
    if width == n:
        return left @ right.T
    whole = n - n % width
    pieces = _cut(left[:, :whole], width) @ np.swapaxes(_cut(right[:, :whole], width), 1, 2)
    return pieces.sum(axis=0) + left[:, whole:] @ right[:, whole:].T


def _width(numbers_a_column, n):
    """Columns of a piece; all of them where the product is small, or its pieces would be."""
    width = MULTIPLICATIONS // max(numbers_a_column, 1)
    return width if SLIVER <= width < n else n


def _cut(table, width):
    """View (rows, n) as pieces, (n / width, rows, width)."""
    return np.swapaxes(table.reshape(len(table), -1, width), 0, 1)
