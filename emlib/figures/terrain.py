"""Level lines of a surface that is known on a grid: closed loops, ready to fill and to stroke."""

import numpy as np


def level_loops(x, y, heights, level):
    """Outline where a surface reaches a level.

    Parameters
    ----------
    x, y : (columns,) and (rows,) arrays
    heights : (rows, columns) array
    level : float

    Returns
    -------
    list of (m, 2) arrays, corners of closed loops, with what is higher always on the same side.
    Between two points of the grid the surface is a straight line; where it is still high at the
    border, a loop runs along the border.
    """
    x, y = (np.concatenate([[axis[0]], axis, [axis[-1]]]) for axis in (x, y))
    high = np.pad(np.asarray(heights, dtype=float) - level, 1, constant_values=-1e12)
    above = (high > 0).astype(int)
    corners = above[:-1, :-1] + above[:-1, 1:] + above[1:, 1:] + above[1:, :-1]
    after = {}
    for j, i in np.argwhere((corners > 0) & (corners < 4)).tolist():
        after.update(_links(high, j, i))
    loops = []
    while after:
        start, edge = next(iter(after.items()))
        loop = [start]
        del after[start]
        while edge != start:
            loop.append(edge)
            edge = after.pop(edge)
        loops.append(np.array([_crossing(x, y, high, *edge) for edge in loop]))
    return loops


def _links(high, j, i):
    """Within one cell, join each edge where its rim comes down to the one where it had gone up."""
    corners = [(j, i), (j, i + 1), (j + 1, i + 1), (j + 1, i)]
    crossed = [
        (tuple(sorted((a, b))), high[b] > 0)
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True)
        if (high[a] > 0) != (high[b] > 0)
    ]
    return {edge: crossed[m - 1][0] for m, (edge, up) in enumerate(crossed) if not up}


def _crossing(x, y, high, a, b):
    share = high[a] / (high[a] - high[b])
    start, end = (np.array([x[i], y[j]]) for j, i in (a, b))
    return start + (end - start) * share
