"""Observations as discs on planks, one plank a cluster: counts, averages and spreads to hold."""

from typing import ClassVar

import numpy as np

from ..maximization import m_step
from ..palette import CLUSTERS, paint
from ..statistics import statistics
from .figure import LiveFigure
from .picture import Picture, number
from .state import Numbers

NAMES = ("green", "blue")
RANGE = (40.0, 98.0)  # minutes
BOX = (36, 318)  # left and width of every plane
DISC = 10.0  # radius of one whole observation; areas add up
WEDGE = "M0 1L8 14H-8Z"
ROWS = {  # where planks lie, the band of shares, and the axis, in units of the picture
    "labels": {"planks": (52, 130, 224), "axis": 248, "height": 284},
    "shares": {"planks": (52, 222), "band": (116, 60), "axis": 252, "height": 288},
    "game": {"planks": (52, 222, 316), "band": (116, 60), "axis": 340, "height": 436},
}


class Planks(LiveFigure):
    """Seven waiting times, each belonging to green, to blue, or in part to both.

    A disc's area is the share of the observation that the cluster has; a plank rests on a wedge
    at the cluster's mean, and the bar below reaches one standard deviation to either side.

    Parameters
    ----------
    x : (7,) list
        Waiting times, from 40 to 98 minutes.
    shares : (7,) list
        Green's share of each; blue has the rest.
    mode : {"labels", "shares", "game"}
        The reader drags observations along and between the planks; or sets shares; or sets
        shares and watches the two clusters together, on a plank of their own.
    """

    kind = "planks"
    options: ClassVar[dict] = {"mode": "labels"}
    x = Numbers([45, 54, 63, 70, 77, 84, 91], low=RANGE[0], high=RANGE[1])
    shares = Numbers([1, 1, 1, 0, 0, 0, 0], low=0, high=1)

    def cluster_names(self):
        """Return green and blue."""
        return NAMES

    def resp(self):
        """Return what each cluster has of each observation, shape (7, 2)."""
        green = np.array(self.shares)
        return np.column_stack([green, 1 - green])

    def clusters(self):
        """Return soft count, weight, mean and standard deviation of both; None where there is none.

        Shape (2, 4), as a list of lists.
        """
        X, resp = np.reshape(self.x, (-1, 1)), self.resp()
        counts = resp.sum(axis=0)
        rows = [[0.0, 0.0, None, None] for _ in NAMES]
        there = counts > 0
        p = m_step(statistics(X, resp[:, there], "spherical"))
        numbers = (counts[there], p.weights, p.means[:, 0], np.sqrt(p.covariances))
        for k, row in zip(np.flatnonzero(there), np.column_stack(numbers), strict=True):
            rows[k] = row.tolist()
        return rows

    def variances(self):
        """Return the mean variance within the clusters, and the variance between their means."""
        average = np.mean(self.x)
        there = [row for row in self.clusters() if row[0] > 0]
        inside = sum(weight * spread**2 for _, weight, _, spread in there)
        between = sum(weight * (mean - average) ** 2 for _, weight, mean, _ in there)
        return inside, between

    def values(self):
        """Return the table, the mean of the means, and for the game what became of the spread."""
        rows = self.clusters()
        together = sum(row[1] * row[2] for row in rows if row[0] > 0)
        values = {"clusters": rows, "together": together}
        if self.options["mode"] == "game":
            values["variances"] = [*self.variances(), sum(self.variances())]
        return values

    def summary(self):
        """Say the counts and means of both clusters, and the mean of all."""
        rows = self.clusters()
        words = [
            f"{name} {row[0]:.2f} at {row[2]:.2f}" if row[0] > 0 else f"{name} empty"
            for name, row in zip(NAMES, rows, strict=True)
        ]
        return f"{', '.join(words)}; together at {np.mean(self.x):.2f}"

    def alt(self):
        """Say what the picture shows."""
        return (
            "Seven waiting times as discs on two planks, one for green and one for blue; a disc's "
            "area is the share that the cluster has of the observation, and each plank rests on a "
            f"wedge at the mean of its cluster: {self.summary()}."
        )

    def draw(self):
        """Draw the planks with their discs, wedges and spreads, and what the mode adds."""
        rows = ROWS[self.options["mode"]]
        picture = Picture(height=rows["height"])
        for k, name in enumerate(NAMES):
            self._draw_plank(picture, k, name, rows["planks"][k])
        if len(rows["planks"]) == 3:
            self._draw_together(picture, rows["planks"][2])
        if "band" in rows:
            self._draw_band(picture, *rows["band"])
        else:
            self._draw_holds(picture, rows["planks"])
        axis = picture.plane("axis", RANGE, (0, 1), (BOX[0], rows["axis"] - 1, BOX[1], 1))
        axis.axis([40, 50, 60, 70, 80, 90], "waiting time (min)")
        if self.options["mode"] == "game":
            self._draw_bar(picture)
        return picture

    def _plane(self, picture, name, down):
        """Return a plane whose floor is the plank, and draw the plank."""
        plane = picture.plane(name, RANGE, (0, 1), (BOX[0], down - 20, BOX[1], 20))
        ends = {"x1": BOX[0], "x2": BOX[0] + BOX[1], "y1": down, "y2": down}
        plane.add("line", **ends, class_="em-plank")
        return plane

    def _draw_plank(self, picture, k, name, down):
        plane, link = self._plane(picture, f"plank-{k}", down), f"cluster-{k}"
        count, _, mean, spread = self.clusters()[k]
        color = paint(name)
        for i, (x, share) in enumerate(zip(self.x, self.resp()[:, k], strict=True)):
            radius = DISC * np.sqrt(share)
            place = {"cx": plane.px(x), "cy": down - radius, "r": radius}
            linked = f"{link} row-{i}"
            plane.add(
                "circle", **place, fill=color, class_="em-disc", part=f"disc-{k}-{i}", link=linked
            )
        plane.words(BOX[0], down - 27, CLUSTERS[name]["glyph"], fill=color)
        plane.words(BOX[0] + 15, down - 27, name, link=link)
        end = {"text_anchor": "end", "class_": "em-words em-reveal"}
        words = f"{count:.2f} observations"
        plane.words(sum(BOX), down - 27, words, part=f"count-{k}", link=f"{link} count", **end)
        there = count > 0
        seen = {"seen": there}
        at = plane.px(mean) if there else 0
        place = f"translate({number(at)} {down})"
        plane.add(
            "path",
            d=WEDGE,
            transform=place,
            class_="em-wedge",
            part=f"wedge-{k}",
            kind="place",
            link=f"{link} mean",
            **seen,
        )
        low, high = (plane.px(mean - spread), plane.px(mean + spread)) if there else (0, 0)
        d = self._bar(low, high, down + 20)
        plane.add(
            "path",
            d=d,
            stroke=color,
            class_="em-spread",
            part=f"spread-{k}",
            link=f"{link} spread",
            **seen,
        )

    def _bar(self, low, high, down):
        """Return d of a bar with ends like a bracket's."""
        low, high = number(low), number(high)
        return f"M{low} {down - 4}V{down + 4}M{low} {down}H{high}M{high} {down - 4}V{down + 4}"

    def _draw_together(self, picture, down):
        plane = self._plane(picture, "together", down)
        for k, (count, _, mean, _) in enumerate(self.clusters()):
            radius = DISC * np.sqrt(count)
            at = plane.px(mean) if count > 0 else plane.px(RANGE[0])
            place = {"cx": at, "cy": down - radius, "r": radius}
            color = paint(NAMES[k])
            plane.add(
                "circle",
                **place,
                fill=color,
                class_="em-disc",
                part=f"whole-{k}",
                link=f"cluster-{k}",
            )
        place = f"translate({number(plane.px(np.mean(self.x)))} {down})"
        plane.add(
            "path",
            d=WEDGE,
            transform=place,
            class_="em-wedge",
            part="wedge-all",
            kind="place",
            link="together",
        )
        plane.words(BOX[0], down - 27, "both")

    def _draw_holds(self, picture, planks):
        """Lay a handle over each disc: it moves along the plank, and across to the other one."""
        top, foot = planks[0] - DISC, planks[1] - DISC
        plane = picture.plane("holds", RANGE, (0, 1), (BOX[0], top, BOX[1], foot - top))
        for i, (x, share) in enumerate(zip(self.x, self.shares, strict=True)):
            place = f"translate({number(plane.px(x))} {number(plane.py(round(share)))})"
            group = plane.add("g", part=f"hold-{i}", kind="place", transform=place, link=f"row-{i}")
            picture.add("circle", group, r=17, fill="transparent", class_="em-target")

    def _draw_band(self, picture, top, height):
        plane = picture.plane("band", RANGE, (0, 1), (BOX[0], top, BOX[1], height))
        plane.axis([0, 0.5, 1], "", along="y")
        plane.words(BOX[0], top - 16, "green's share of each observation")
        for i, (x, share) in enumerate(zip(self.x, self.shares, strict=True)):
            look = {"class_": "em-track", "part": f"track-{i}", "link": f"row-{i}"}
            plane.pole(x, top, top + height, **look)
            plane.grip(x, share, f"share-{i}", link=f"row-{i}")

    def _draw_bar(self, picture):
        """Draw what the total variance is made of: inside the clusters, and between their means."""
        inside, between = self.variances()
        left, room, top = 4, 352, 410
        group = picture.add("g", class_="em-reveal")
        total = inside + between
        middle = left + (room * inside / total if total > 0 else 0)  # all in one place
        parts = (("inside", left, middle, 0.75), ("between", middle, left + room, 0.35))
        for name, start, end, ink in parts:
            size = {"x": start, "y": top, "width": end - start, "height": 22}
            picture.add(
                "rect", group, **size, fill_opacity=ink, fill="currentColor", part=name, link=name
            )
        frame = {"x": left, "y": top, "width": room, "height": 22, "fill": "none"}
        picture.add("rect", group, **frame, stroke="currentColor")
        words = (f"inside {inside:.2f}", f"between {between:.2f}")
        picture.text(left, top - 6, words[0], group, part="inside-words")
        picture.text(left + room, top - 6, words[1], group, text_anchor="end", part="between-words")
