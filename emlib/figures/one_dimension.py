"""Clusters along one axis: curves of weight times density, and one observation below them."""

from functools import cached_property
from typing import ClassVar

import numpy as np
from traitlets import TraitError, validate

from ..mixture import Parameters, entropy, log_joint, responsibilities
from ..plotting import CLUSTERS
from .figure import LiveFigure
from .picture import MARKS, Picture, number, share_bar
from .state import Choice, Numbers

CELLS = 240  # a curve is so many straight pieces
ROOM = 1.25  # the frame is so much higher than the highest curve at first
STICK = 7  # width of a stick, in units of the picture
WIDE = 66  # a name needs so much room; in less stands its mark alone
SCALES = {"linear": "weight × density", "log": "log(weight × density)"}


class OneDimension(LiveFigure):
    """Drag an observation along an axis; each cluster's height above it is its claim.

    Parameters
    ----------
    x : float
        The observation.
    weights : (K,) list
        How often each cluster is used, compared with the others: [18, 1, 1] is [0.9, 0.05, 0.05].
    means, variances : (K,) lists
    scale : {"linear", "log"}
        The curves' heights as they are, or their logarithms.
    clusters : tuple of 2 or 3 names
    reach : (low, high)
        The stretch of the axis that is shown.
    observations : tuple of float
        Further observations, as dots on the axis.
    adjust : tuple of "weights", "means", "variances"
        What the reader may change with sliders.
    scales, bands, boundary, table : bool
        Offer the choice of scale; draw everybody's share along the whole axis; draw where the
        largest share changes hands; tell how far away each cluster is, and its height here.
    """

    kind = "one-dimension"
    options: ClassVar[dict] = {
        "clusters": ("green", "blue"),
        "reach": (-4.0, 4.0),
        "observations": (),
        "adjust": (),
        "scales": False,
        "bands": False,
        "boundary": False,
        "table": False,
    }
    x = Numbers(0.0)
    weights = Numbers([1, 1], low=0.05, high=20, lengths=(2, 3))
    means = Numbers([-1.5, 1.5], lengths=(2, 3))
    variances = Numbers([1, 1], low=0.05, high=25, lengths=(2, 3))
    scale = Choice("linear", SCALES)

    def parameters(self):
        """Return the mixture on screen, an `emlib.Parameters`."""
        weights = np.array(self.weights) / np.sum(self.weights)
        return Parameters(weights, np.array(self.means)[:, None], self.variances, "spherical")

    def log_heights(self, x):
        """Return the logarithms of weight times density at places x, shape (len(x), K)."""
        p = self.parameters()
        return log_joint(np.reshape(x, (-1, 1)), p.weights, p.means, p.covariances, "spherical")

    def resp(self, x):
        """Return the responsibilities at places x, shape (len(x), K)."""
        p = self.parameters()
        X = np.reshape(x, (-1, 1))
        return responsibilities(X, p.weights, p.means, p.covariances, "spherical")

    def boundaries(self):
        """Return the places within reach where the largest share changes hands, as a list."""
        grid = np.linspace(*self.options["reach"], CELLS + 1)
        winner = self.log_heights(grid).argmax(axis=1)
        return [
            self._bisect(grid[i], grid[i + 1], winner[i])
            for i in range(CELLS)
            if winner[i] != winner[i + 1]
        ]

    def _bisect(self, low, high, winner):
        for _ in range(60):
            middle = (low + high) / 2
            if self.log_heights(middle).argmax() == winner:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    @cached_property
    def _frame(self):
        """Floor and top of the picture as logarithms, from the first state: a frame stays put."""
        on_grid = self.log_heights(np.linspace(*self.options["reach"], CELLS + 1))
        top = np.log(ROOM) + np.diag(self.log_heights(self.means)).max()
        low = on_grid.max(axis=1).min()
        return [low - 0.05 * (top - low), top]

    def level(self, log_heights):
        """Return how far up the frame these heights are drawn, from 0 to 1."""
        floor, top = self._frame
        if self.scale == "log":
            return np.clip((log_heights - floor) / (top - floor), 0, 1)
        return np.minimum(np.exp(log_heights - top), 1)

    def constants(self):
        """Return what the page needs to draw as `draw` does."""
        return {
            "frame": self._frame,
            "cells": CELLS,
            "scales": SCALES,
            "stick": STICK,
            "wide": WIDE,
        }

    def limits(self):
        """Return the bounds: an observation and a mean stay where they can be seen."""
        reach = list(self.options["reach"])
        return super().limits() | {"x": reach, "means": reach}

    def cluster_names(self):
        """Return the clusters' names, in order."""
        return tuple(self.options["clusters"])

    def values(self):
        """Return what is on screen: shares and their entropy, boundaries, the table's columns."""
        resp, p = self.resp(self.x)[0], self.parameters()
        distances = np.abs(self.x - p.means[:, 0])
        in_sd = distances / np.sqrt(p.covariances)
        heights = np.exp(self.log_heights(self.x)[0])
        return {
            "resp": resp,
            "entropy": entropy([resp])[0],
            "boundary": self.boundaries(),
            "table": np.column_stack([distances, in_sd, heights]),
        }

    def summary(self):
        """Say where the observation is and who takes how much."""
        shares = zip(self.cluster_names(), self.resp(self.x)[0], strict=True)
        return f"x {self.x:g}; " + ", ".join(f"{name} {share:.3f}" for name, share in shares)

    def alt(self):
        """Say what the picture shows."""
        each = zip(self.cluster_names(), self.means, self.variances, strict=True)
        curves = "; ".join(f"{name} around {mean:g}, variance {var:g}" for name, mean, var in each)
        return (
            f"Bell curves over one axis: {curves}. One observation is ringed on the axis, at "
            f"{self.x:g}. Responsibilities: {self.summary().split('; ')[1]}."
        )

    def draw(self):
        """Draw curves, axis, observation, sticks, and the bar that the clusters divide."""
        reach, lower = self.options["reach"], 74 if self.options["bands"] else 0
        picture = Picture(height=278 + lower)
        self._draw_curves(picture.plane("main", reach, (0, 1), (8, 22, 344, 148)))
        rail = picture.plane("rail", reach, (0, 1), (8, 170, 344, 20))
        self._draw_rail(rail)
        if self.options["bands"]:
            self._draw_bands(picture.plane("bands", reach, (0, 1), (8, 248, 344, 40)))
        rail.this_one(self.x, 0.45, words=None, link="observation label")
        self._draw_shares(picture, 242 + lower)
        return picture

    def _draw_curves(self, plane):
        grid = np.linspace(*self.options["reach"], CELLS + 1)
        levels, peaks = (self.level(self.log_heights(at)) for at in (grid, self.means))
        if self.options["boundary"]:
            self._draw_boundaries(plane)
        at = float(plane.px(self.x))
        flag = {"link": "observation label"}
        plane.add("line", x1=at, x2=at, y1=18, y2=190, class_="em-pole", part="pole", **flag)
        middle = {"text_anchor": "middle", "class_": "em-words em-halo"}
        plane.words(np.clip(at, 28, 332), 13, "this one", part="flag", **flag, **middle)
        for k, name in enumerate(self.cluster_names()):
            points = _above_floor(np.column_stack([grid, levels[:, k]]))
            plane.line(points, name, part=f"curve-{k}", link=f"cluster-{k} covariance")
        self._draw_sticks(plane, at)
        right = np.clip(plane.px(self.means), 36, 324)
        down = _apart(right, np.maximum(plane.py(np.diag(peaks)) - 7, 36))
        for k, name in enumerate(self.cluster_names()):
            words = {"part": f"label-{k}", "link": f"cluster-{k} mean"}
            plane.words(right[k], down[k], _words(name), **words, **middle)

    def _draw_sticks(self, plane, at):
        names, now = self.cluster_names(), self.level(self.log_heights(self.x)[0])
        for k, name in enumerate(names):
            style = {"fill": CLUSTERS[name]["color"], "class_": "em-stick em-reveal"}
            style["link"] = f"product product-{k}"
            left, top = at + (k - len(names) / 2) * STICK, float(plane.py(now[k]))
            size = {"x": left, "y": top, "width": STICK, "height": 170 - top}
            plane.add("rect", **size, **style, part=f"stick-{k}")
            place = f"translate({number(left + STICK / 2)} {number(top)})"
            d = MARKS[CLUSTERS[name]["marker"]]
            plane.add("path", d=d, transform=place, **style, part=f"head-{k}")

    def _draw_boundaries(self, plane):
        places = self.boundaries()
        for i in range(2 * len(self.means) - 2):
            at = float(plane.px(places[i])) if i < len(places) else 0
            seen = "visible" if i < len(places) else "hidden"
            ink = {"stroke": "currentColor", "stroke_width": 1.5, "visibility": seen}
            ends = {"x1": at, "x2": at, "y1": 22, "y2": 170, "part": f"boundary-{i}"}
            plane.add("line", **ends, **ink, class_="em-boundary em-reveal")

    def _draw_rail(self, rail):
        low, high = self.options["reach"]
        step = next(step for step in (1, 2, 5, 10, 20, 50) if (high - low) / step <= 9)
        words = f"value x; height of a curve: {SCALES[self.scale]}"
        rail.axis(np.arange(np.ceil(low / step), high / step + 1e-9) * step, "")
        rail.words(180, 222, words, text_anchor="middle", part="axis-words")
        for value in self.options["observations"]:
            rail.add("circle", cx=rail.px(value), cy=rail.py(0.45), r=3.5, class_="em-grain")

    def _draw_bands(self, plane):
        reach, names = self.options["reach"], self.cluster_names()
        grid = np.linspace(*reach, CELLS + 1)
        tops = self.resp(grid).cumsum(axis=1)
        shown = plane.add("g", class_="em-reveal", link="responsibility")
        for k in reversed(range(len(names))):
            area = np.column_stack([grid, tops[:, k]]).tolist()
            d = plane.path(np.array([*area, [reach[1], 0], [reach[0], 0]]), closed=True)
            color = CLUSTERS[names[k]]["color"]
            plane.picture.add(
                "path", shown, d=d, fill=color, class_="em-territory", part=f"band-{k}"
            )
        at = float(plane.px(self.x))
        ends = {"x1": at, "x2": at, "y1": 248, "y2": 288, "class_": "em-pole-over"}
        plane.picture.add("line", shown, **ends, part="pole-over")
        edges = [reach[0], *self.boundaries(), reach[1]]
        for i in range(2 * len(names) - 1):
            low, high = edges[i : i + 2] if i + 1 < len(edges) else (reach[0], reach[0])
            words, middle = self._region(plane, low, high), float(plane.px((low + high) / 2))
            where = {"text_anchor": "middle", "part": f"region-{i}"}
            plane.picture.text(middle, 243, words, shown, **where)

    def _region(self, plane, low, high):
        name = self.cluster_names()[self.log_heights((low + high) / 2).argmax()]
        room = plane.px(high) - plane.px(low)
        return _words(name) if room > WIDE else CLUSTERS[name]["glyph"] if room > 12 else ""

    def _draw_shares(self, picture, down):
        names, resp = self.cluster_names(), self.resp(self.x)[0]
        shown = picture.add("g", class_="em-reveal", link="responsibility")
        share_bar(picture, resp, names, (8, down + 8, 344, 24), parent=shown)
        for k, (name, share) in enumerate(zip(names, resp, strict=True)):
            part = k / (len(names) - 1)
            anchor = {0: "start", 1: "end"}.get(part, "middle")
            place, words = (8 + 344 * part, down), f"{_words(name)} {share:.2f}"
            picture.text(*place, words, shown, text_anchor=anchor, part=f"share-{k}-words")

    @validate("x", "means")
    def _within_reach(self, proposal):
        low, high = self.options["reach"]
        if np.any(np.less(proposal.value, low)) or np.any(np.greater(proposal.value, high)):
            name = f"{type(self).__name__}.{proposal.trait.name}"
            raise TraitError(
                f"{name} is within reach, {low:g} to {high:g}; not {proposal.value!r}."
            )
        return self._one_a_cluster(proposal) if proposal.trait.name == "means" else proposal.value

    @validate("weights", "variances")
    def _one_a_cluster(self, proposal):
        count = len(self.options["clusters"])
        if len(proposal.value) != count:
            name = f"{type(self).__name__}.{proposal.trait.name}"
            raise TraitError(
                f"{name} takes {count} numbers, one a cluster; not {proposal.value!r}."
            )
        return proposal.value


def _words(name):
    return f"{CLUSTERS[name]['glyph']} {name}"


def _above_floor(points):
    """Leave out the points on the floor, but for those beside a higher one."""
    high = np.pad(points[:, 1] > 0, 1)
    seen = high[:-2] | high[1:-1] | high[2:]
    return points[seen] if seen.any() else points[:1]


def _apart(right, down):
    """Move labels that would overlap below each other, the sooner the nearer they are."""
    down, placed = np.array(down), []
    for k in np.argsort(down, kind="stable"):
        for other in placed:
            near = np.clip((76 - abs(right[k] - right[other])) / 12, 0, 1)
            down[k] = max(down[k], down[other] + 16 * near)
        placed.append(k)
    return down
