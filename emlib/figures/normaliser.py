"""The table of prior times likelihood, and what to divide it by."""

from typing import ClassVar

import numpy as np

from ..mixture import Parameters, log_joint
from ..palette import CLUSTERS, paint
from .cells import cell
from .equation import bayes, variance
from .figure import LiveFigure
from .picture import Picture, number
from .state import Choice, Index, Numbers

NAMES = ("fuchsia", "green", "blue")
WAYS = {
    "nothing": "nothing",
    "rows": "its row’s sum",
    "columns": "its column’s sum",
    "total": "the grand total",
}
GRID = 121  # places along the axis, and as many again around green (see `_grid`)
TICKS = (0.1, 0.2, 0.3, 0.5, 1, 1.5)
SLICE = 7  # width of the slice, in units of the picture
UNIT = 230  # length of 1 where the slice lies down, once it is divided
LEFT, RIGHT, FOOT, HEIGHT = 30, 356, 150, 124
TABLE, ROW = 300, 31  # top of the table's first row, and the height of each
COLUMNS = (62, 138, 214, 290, 356)  # edges of the clusters' columns and of the sums'


class Normaliser(LiveFigure):
    """Choose what each weight times density is divided by; see which sums become one, and why.

    Parameters
    ----------
    divide : {"nothing", "rows", "columns", "total"}
        What each number of the table is divided by.
    chosen : int
        The observation whose slice is cut out of the mixture density.
    variance : float
        The variance of green; where it is small, the mixture density exceeds one.
    formula : bool
        Show the equation, its symbols linked.
    """

    kind = "normaliser"
    options: ClassVar[dict] = {"formula": True}
    divide = Choice("nothing", WAYS)
    chosen = Index(3)
    variance = Numbers(0.8, low=0.01, high=1)
    x = (-3.0, -1.0, 0.5, 1.5, 2.5, 5.0)
    weights = (0.3, 0.45, 0.25)
    means = (-2.0, 0.5, 3.5)
    variances = (1.5, 0.8, 2.5)  # green's is the trait's

    def parameters(self):
        """Return the mixture on screen, an `emlib.Parameters`."""
        variances = [self.variances[0], self.variance, self.variances[2]]
        return Parameters(self.weights, np.array(self.means)[:, None], variances, "spherical")

    def products(self, x):
        """Return weight times density at these values, shape (n, 3)."""
        p = self.parameters()
        rows = np.reshape(x, (-1, 1))
        return np.exp(log_joint(rows, p.weights, p.means, p.covariances, "spherical"))

    def cells(self):
        """Return the table, shape (6, 3), after the division."""
        products = self.products(self.x)
        by = {
            "nothing": 1.0,
            "rows": products.sum(axis=1, keepdims=True),
            "columns": products.sum(axis=0),
            "total": products.sum(),
        }
        return products / by[self.divide]

    def values(self):
        """Return the table, its sums, and the mixture density where green has its mean."""
        cells = self.cells()
        return {
            "cells": cells,
            "row_sums": cells.sum(axis=1),
            "column_sums": cells.sum(axis=0),
            "total": cells.sum(),
            "peak": self.products(self.means[1]).sum(),
        }

    def constants(self):
        """Return the mixture and the observations, and how the picture is laid out."""
        return {
            "x": self.x,
            "weights": self.weights,
            "means": self.means,
            "variances": self.variances,
            "ways": [list(pair) for pair in WAYS.items()],
            "grid": GRID,
            "layout": {"slice": SLICE, "unit": UNIT, "table": TABLE, "row": ROW},
        }

    def limits(self):
        """Bound the observation as well."""
        return super().limits() | {"chosen": [0, len(self.x) - 1]}

    def equation(self):
        """Return Bayes' rule in full."""
        return bayes(spread=variance) if self.options["formula"] else ""

    def summary(self):
        """Say what is divided by what, and the sums."""
        values = self.values()
        sums = "; ".join(
            f"{what} {' '.join(f'{value:.3f}' for value in np.atleast_1d(values[key]))}"
            for what, key in (("rows", "row_sums"), ("columns", "column_sums"), ("all", "total"))
        )
        return f"divided by {WAYS[self.divide]}: {sums}"

    def alt(self):
        """Say what the picture shows."""
        return (
            "The weighted densities of fuchsia, green and blue, stacked; their upper edge is the "
            f"mixture density. A slice is cut out at x = {self.x[self.chosen]:g} and laid down "
            "below. Under it, in a table with six observations in rows and three clusters in "
            f"columns, stands weight times density divided by {WAYS[self.divide]}, with the sums "
            "of rows and columns."
        )

    # --- The picture

    def draw(self):
        """Draw the stacked densities, the observations, the slice laid down, and the table."""
        picture = Picture(height=TABLE + 7 * ROW + 4)
        self._draw_densities(picture)
        self._draw_slice(picture)
        self._draw_table(picture)
        return picture

    def _top(self):
        """Return the upper end of the density axis: a little above the highest peak."""
        return 1.12 * self.products(self._grid()).sum(axis=1).max()

    def _grid(self):
        """Return places along the axis, most of them where green is, however narrow it is."""
        low, high = -5.5, 7.5
        wide = np.linspace(low, high, GRID)
        narrow = self.means[1] + np.sqrt(self.variance) * np.linspace(-4, 4, GRID)
        return np.sort(np.concatenate([wide, narrow[(narrow > low) & (narrow < high)]]))

    def _draw_densities(self, picture):
        box = (LEFT, FOOT - HEIGHT, RIGHT - LEFT, HEIGHT)
        plane = picture.plane("main", (-5.5, 7.5), (0, 1), box)
        grid, top = self._grid(), self._top()
        edges = np.cumsum(self.products(grid), axis=1) / top
        below = np.zeros(len(grid))
        for k, name in enumerate(NAMES):
            band = np.r_[np.c_[grid, edges[:, k]], np.c_[grid, below][::-1]]
            look = {"class_": "em-band", "link": f"col-{k} weight mean covariance"}
            plane.area(band, name, part=f"band-{k}", **look)
            below = edges[:, k]
        outline = np.c_[grid, edges[:, -1]]
        plane.line(outline, part="mixture", link="mixture")
        plane.words(LEFT, FOOT - HEIGHT - 8, "mixture density p(x)", text_anchor="start")
        for t, tick in enumerate(TICKS):
            down = FOOT - HEIGHT * tick / top
            group = plane.add("g", part=f"tick-{t}", seen=self._shown(t))
            group.set("transform", f"translate(0 {number(down)})")
            ink = {"y1": 0, "y2": 0, "stroke": "currentColor"}
            one = {"x2": RIGHT, "stroke_dasharray": "2 3"} if tick == 1 else {"x2": LEFT}
            picture.add("line", group, x1=LEFT - 4, **ink, **one)
            picture.text(LEFT - 7, 4.5, f"{tick:g}", group, text_anchor="end")
        rug = picture.plane("rug", (-5.5, 7.5), (-1, 1), (LEFT, FOOT, RIGHT - LEFT, 52))
        rug.axis(range(-5, 8), "")
        rug.observations(np.c_[self.x, np.zeros(len(self.x))])
        rug.this_one(self.x[self.chosen], 0, link="observation")

    def _shown(self, t):
        """Return whether a tick of the density axis is seen: few, and only where there is room."""
        top = self._top()
        few = TICKS[t] >= 0.5 if top > 0.6 else TICKS[t] <= 0.5
        return bool(few and TICKS[t] < 0.98 * top)

    def _draw_slice(self, picture):
        here, top = self.products(self.x[self.chosen])[0], self._top()
        at = LEFT + (self.x[self.chosen] + 5.5) / 13 * (RIGHT - LEFT) - SLICE / 2
        upright = picture.add("g", part="upright", link="product mixture")
        upright.set("transform", f"translate({number(at)} 0)")
        down = FOOT
        for k, share in enumerate(HEIGHT * here / top):
            down -= share
            size = {"x": 0, "y": down, "width": SLICE, "height": share}
            self._segment(picture, upright, k, size, "upright")
        picture.text(LEFT, 241, self._slice_words(), part="slice-words")
        lying = picture.add("g", link="product mixture responsibility")
        left, length = LEFT, self._length()
        for k, share in enumerate(self.cells()[self.chosen] * length):
            width = min(share, RIGHT - left)
            size = {"x": left, "y": 248, "width": width, "height": 20}
            self._segment(picture, lying, k, size, "lying")
            left += width
        one = picture.add("g", part="one", seen=bool(length < 320))
        one.set("transform", f"translate({number(LEFT + length)} 0)")
        picture.add("line", one, x1=0, x2=0, y1=243, y2=273, stroke="currentColor", stroke_width=2)
        picture.text(4, 254, "1", one, class_="em-words em-halo")

    def _segment(self, picture, parent, k, size, part):
        color = paint(NAMES[k])
        picture.add("rect", parent, **size, fill=color, class_="em-slice", part=f"{part}-{k}")

    def _length(self):
        """Return how long 1 is where the slice lies down: as it stood, until it is divided."""
        return HEIGHT / self._top() if self.divide == "nothing" else UNIT

    def _slice_words(self):
        what = "laid down" if self.divide == "nothing" else f"divided by {WAYS[self.divide]}"
        return f"the slice at x = {_spell(self.x[self.chosen])}, {what}"

    def _draw_table(self, picture):
        cells = self.cells()
        sums = {"rows": cells.sum(axis=1), "columns": cells.sum(axis=0), "all": cells.sum()}
        for k, name in enumerate(NAMES):
            head = picture.add("g", link=f"col-{k}")
            right, color = COLUMNS[k + 1] - 6, paint(name)
            words = picture.text(right, TABLE - 8, "", head, text_anchor="end")
            glyph = {"fill": color, "text": CLUSTERS[name]["glyph"] + " "}
            picture.add("tspan", words, **glyph)
            picture.add("tspan", words, text=name)
        picture.text(COLUMNS[4] - 6, TABLE - 8, "sum", text_anchor="end", link="mixture")
        for i, x in enumerate(self.x):
            row = picture.add("g", part=f"row-{i}", class_="em-pick")
            size = {"x": 0, "y": self._down(i), "width": 358, "height": ROW}
            picture.add("rect", row, **size, fill="transparent", class_="em-target")
            picture.text(4, self._down(i) + 20, f"x = {_spell(x)}", row)
            for k, name in enumerate(NAMES):
                share = cells[i, k] / (cells.max() if self.divide == "nothing" else 1)
                words = f"{cells[i, k]:.3f}"
                cell(picture, self._box(i, k), words, share, f"cell-{i}-{k}", name, row)
            self._draw_sum(picture, i, 3, sums["rows"][i], f"row-sum-{i}")
        picture.text(4, self._down(6) + 20, "sum")
        for k in range(3):
            self._draw_sum(picture, 6, k, sums["columns"][k], f"column-sum-{k}")
        self._draw_sum(picture, 6, 3, sums["all"], "total")
        edges = {"y1": self._down(6), "y2": self._down(6)}
        picture.add("line", x1=0, x2=360, **edges, stroke="currentColor", stroke_width=0.75)
        mark = picture.add("g", part="row-mark", class_="em-row-mark")
        mark.set("transform", f"translate(0 {number(self._down(self.chosen))})")
        for left, right, link in (
            (COLUMNS[0], COLUMNS[3], "product"),
            (COLUMNS[3], 358, "mixture"),
        ):
            size = {"x": left, "y": 0, "width": right - left, "height": ROW, "fill": "none"}
            picture.add("rect", picture.add("g", mark, link=link), **size)

    def _draw_sum(self, picture, i, k, value, part):
        left, top, width, height = self._box(i, k)
        group = picture.add("g", part=part, class_="em-one" if abs(value - 1) < 1e-9 else "em-sum")
        size = {"x": left + 14, "y": top + 2, "width": width - 16, "height": height - 4, "rx": 9}
        picture.add("rect", group, **size, fill="none")
        words = f"{value:.3f}"
        place = (left + width - 6, top + height / 2 + 4.5)
        picture.text(*place, words, group, text_anchor="end", class_="em-words em-reveal")

    def _down(self, i):
        return TABLE + i * ROW

    def _box(self, i, k):
        return (COLUMNS[k], self._down(i), COLUMNS[k + 1] - COLUMNS[k], ROW)


def _spell(value):
    return f"{value:g}".replace("-", "−")
