"""k-means as the cold limit: three means over a cloud, and a temperature that melts the borders."""

from itertools import pairwise
from typing import ClassVar

import numpy as np

from ..mixture import Parameters, entropy, responsibilities
from ..palette import blend, cluster_names
from .figure import LiveFigure
from .picture import Picture, hex_color, mixed
from .state import Numbers

NAMES = cluster_names(3)
COLUMNS, ROWS = 22, 15  # cells of the ground
RIGHT, UP = (-4.0, 4.0), (-2.7, 2.7)
SLIVER = 1e-6  # a smaller piece of the ground is not drawn
EMPTY = 1e-300  # no cluster with a smaller soft count has an average: its mean stays


def cloud():
    """Draw 90 observations: a wide cluster, a middling one and a small, tight one."""
    rng = np.random.default_rng(7)
    parts = ((45, (-1.5, 0.3), 0.9), (30, (1.3, 1.0), 0.55), (15, (1.5, -1.1), 0.35))
    return np.vstack([mean + sd * rng.standard_normal((n, 2)) for n, mean, sd in parts]).round(3)


class Temperature(LiveFigure):
    """Heat three clusters of equal weight and one common variance, and cool them to k-means.

    The variance is the temperature. Close to zero each observation goes whole to the nearest mean.

    Parameters
    ----------
    log_temperature : float
        Its decimal logarithm, from -3 to 1.5, in squared units of the picture.
    means : (3, 2) list
        The three means, which the reader drags, and which an iteration moves.
    """

    kind = "temperature"
    options: ClassVar[dict] = {"iterate": True}
    log_temperature = Numbers(-0.3, low=-3, high=1.5)
    means = Numbers([[-2.2, -0.8], [0.3, 1.6], [1.0, -0.4]], low=[-4, -2.7], high=[4, 2.7])
    X = cloud()

    def cluster_names(self):
        """Return fuchsia, green and blue."""
        return NAMES

    def parameters(self):
        """Return the mixture on screen."""
        variances = np.full(3, 10**self.log_temperature)
        return Parameters(np.full(3, 1 / 3), self.means, variances, "spherical")

    def resp(self, X=None):
        """Return the responsibilities of the cloud or of other places."""
        p = self.parameters()
        X = self.X if X is None else X
        return responsibilities(X, p.weights, p.means, p.covariances, "spherical")

    def once(self):
        """Return the three means after one iteration; one that is given nothing stays."""
        resp = self.resp()
        counts = resp.sum(axis=0)[:, None]
        moved = resp.T @ self.X / np.maximum(counts, EMPTY)
        return np.where(counts > EMPTY, moved, self.means)

    def values(self):
        """Return soft counts, mean entropy, and the mean squared distance to the nearest mean."""
        resp = self.resp()
        squares = ((self.X[:, None] - np.array(self.means)) ** 2).sum(axis=2)
        return {
            "counts": resp.sum(axis=0),
            "entropy": entropy(resp).mean(),
            "inertia": squares.min(axis=1).mean(),
        }

    def constants(self):
        """Return the cloud, the number of cells, and how little is nothing."""
        return {"X": self.X.tolist(), "columns": COLUMNS, "rows": ROWS, "empty": EMPTY}

    def summary(self):
        """Say the temperature, the soft counts and the entropy."""
        v = self.values()
        counts = ", ".join(
            f"{name} {count:.2f}" for name, count in zip(NAMES, v["counts"], strict=True)
        )
        return (
            f"temperature {10**self.log_temperature:.3g}; soft counts {counts}; "
            f"mean entropy {v['entropy']:.3f}"
        )

    def alt(self):
        """Say what the picture shows."""
        return (
            "A cloud of ninety observations with three means. The ground and the observations are "
            "shaded by responsibility: at this temperature the borders between the three regions "
            f"are {'sharp' if self.log_temperature < -1 else 'soft'}."
        )

    def draw(self):
        """Draw the ground in cells, the observations and the three means."""
        picture = Picture(height=246)
        plane = picture.plane("main", RIGHT, UP, (2, 2, 356, 240.3))
        self._draw_ground(plane)
        plane.observations(self.X, self.resp(), NAMES, part="obs", size=0.8)
        for k, (mean, name) in enumerate(zip(self.means, NAMES, strict=True)):
            plane.grip(*mean, f"mean-{k}", words=name, cluster=name, link=f"cluster-{k}")
        return picture

    def _draw_ground(self, plane):
        """Draw the ground in cells, cut where two means are equally far.

        There its colour may jump; each piece has the colour of its middle.
        """
        group = plane.add("g", part="ground", class_="em-cells")
        pieces = self._pieces()
        resp = self.resp([piece.mean(axis=0) for piece in pieces])
        fills = blend(resp, NAMES)
        for piece, row, color in zip(pieces, resp, fills, strict=True):
            look = {"fill": hex_color(color), "style": mixed(row, NAMES), "class_": "em-mixed"}
            plane.picture.add("path", group, d=plane.path(piece, closed=True), **look)

    def _pieces(self):
        """Return the cells of the ground, cut into what is nearest to each of the means."""
        means, pieces = np.array(self.means), []
        for k, mean in enumerate(means):
            for cell in cells():
                for other in np.delete(means, k, axis=0):
                    cell = clip(cell, 2 * (mean - other), other @ other - mean @ mean)
                if area(cell) > SLIVER:
                    pieces.append(cell)
        return pieces


def cells():
    """Return the corners of the ground's cells, row by row from the top; each of shape (4, 2)."""
    x, y = np.linspace(*RIGHT, COLUMNS + 1), np.linspace(*UP[::-1], ROWS + 1)
    return [
        np.array([(left, top), (right, top), (right, foot), (left, foot)])
        for top, foot in pairwise(y)
        for left, right in pairwise(x)
    ]


def clip(polygon, slope, offset):
    """Return the part of a convex polygon, shape (m, 2), where slope . x + offset >= 0."""
    corners, heights = [], polygon @ slope + offset
    for m, (here, height) in enumerate(zip(polygon, heights, strict=True)):
        following = (m + 1) % len(polygon)
        if height >= 0:
            corners.append(here)
        if (height >= 0) != (heights[following] >= 0):
            part = height / (height - heights[following])
            corners.append(here + part * (polygon[following] - here))
    return np.array(corners).reshape(-1, 2)


def area(polygon):
    """Return the area of a polygon, shape (m, 2)."""
    (x, y), (right, up) = polygon.T, np.roll(polygon, -1, axis=0).T
    return abs((x * up - right * y).sum()) / 2
