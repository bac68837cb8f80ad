"""Walk away from two clusters until 64 bits cannot hold their densities; logarithms can."""

from math import exp, pi
from typing import ClassVar

import numpy as np

from ..mixture import log_joint, responsibilities
from ..palette import paint
from .figure import LiveFigure
from .picture import BESIDE, Picture
from .state import Numbers

NAMES = ("green", "blue")
FAR = 45  # standard deviations
LENS = (38.4, 38.6)
LENS_POINTS = 401
LOWEST = -1060  # of the logarithms, natural ones
LEFT, WIDTH = 44, 308


class Underflow(LiveFigure):
    """Slide an observation away from green and blue, always equally far from both centres.

    So the likelihood never decides, and the true responsibilities are the weights, however far.

    Parameters
    ----------
    distance : float
        From both centres, in standard deviations, 1 to 45.
    """

    kind = "underflow"
    options: ClassVar[dict] = {"weights": [0.75, 0.25]}
    distance = Numbers(5.0, low=1, high=FAR)
    means = ((0.0, 1.0), (0.0, -1.0))
    variances = (1.0, 1.0)

    def _mixture(self):
        return self.options["weights"], self.means, np.array(self.variances), "spherical"

    def log_products(self, distance):
        """Return the logarithms of prior times likelihood at this distance, shape (2,)."""
        return log_joint([_place(distance)], *self._mixture())[0]

    def naive(self, distance):
        """Return products and shares as they come without logarithms: zeros, and 0/0."""
        density = naive_gaussian([_place(distance)], self.means, self.variances)[0]
        products = np.array(self.options["weights"]) * density
        with np.errstate(invalid="ignore"):
            return products, products / products.sum()

    def values(self):
        """Return products and shares, without logarithms and with them."""
        products, shares = self.naive(self.distance)
        resp = responsibilities([_place(self.distance)], *self._mixture())[0]
        logs = self.log_products(self.distance)
        return {"products": products, "naive": shares, "log_products": logs, "resp": resp}

    def cluster_names(self):
        """Return green and blue."""
        return NAMES

    def constants(self):
        """Return the clusters, and what the lens magnifies."""
        return {"means": self.means, "variances": self.variances, "lens": LENS}

    def summary(self):
        """Say how far the observation is and what comes of it."""
        green, blue = (_spell(share) for share in self.values()["naive"])
        return (
            f"{self.distance:g} standard deviations away; naive shares: green {green}, blue {blue}"
        )

    def alt(self):
        """Say what the picture shows."""
        green, blue = (_spell(share) for share in self.values()["naive"])
        return (
            "Two small clusters on the left and a ringed observation that walks away from them, "
            f"now {self.distance:g} standard deviations from both centres. Below, the logarithm of "
            "the densities falls as a parabola through the smallest number that 64 bits hold. The "
            "shares computed without logarithms end there; those by log-sum-exp stay at 0.75 and "
            f"0.25 all the way. Without logarithms green has {green} now and blue {blue}."
        )

    def draw(self):
        """Draw the walk, the logarithms over the distance, and both kinds of shares."""
        picture = Picture(height=412)
        self._draw_walk(picture)
        self._draw_logs(picture)
        death = self._death()
        self._draw_band(picture, 214, "naive shares", death)
        logs = self._draw_band(
            picture, 256, "by log-sum-exp: green 0.75 below, blue 0.25 above", FAR
        )
        logs.axis((0, 10, 20, 30, 40), "standard deviations from both centres")
        self._draw_lens(picture)
        return picture

    def _draw_walk(self, picture):
        walk = picture.plane("walk", (-2, 46), (-3, 3), (LEFT, 6, WIDTH, WIDTH / 8))
        for k, name in enumerate(NAMES):
            walk.ellipse(self.means[k], np.eye(2) * self.variances[k], name)
            picture.text(4, walk.py(self.means[k][1]) + 4.5 + (-3, 3)[k], name)
        walk.this_one(*_place(self.distance), words=BESIDE)

    def _draw_logs(self, picture):
        plane = picture.plane("logs", (-2, 46), (LOWEST, 30), (LEFT, 82, WIDTH, 106))
        plane.axis((0, -250, -500, -750, -1000), "natural logarithm of both products", along="y")
        distances = np.linspace(1, FAR, 89)
        heights = [self.log_products(distance)[0] for distance in distances]
        smallest = np.log(5e-324)
        shown = plane.add("g", class_="em-reveal")
        floor = plane.py(smallest)
        below = {"x": LEFT, "y": floor, "width": WIDTH, "height": 188 - floor}
        picture.add("rect", shown, **below, fill="currentColor", opacity=0.12)
        picture.add(
            "line", shown, x1=LEFT, x2=LEFT + WIDTH, y1=floor, y2=floor, stroke="currentColor"
        )
        picture.text(LEFT + 5, floor - 5, "smallest number of 64 bits", shown)
        picture.text(LEFT + 5, floor + 18, "below it, everything is 0", shown)
        plane.line(np.column_stack([distances, heights]))
        at = plane.px(self.distance), plane.py(self.log_products(self.distance)[0])
        plane.add("circle", cx=at[0], cy=at[1], r=4.5, fill="currentColor", part="dot")
        plane.pole(self.distance, 82, 276, class_="em-ground", part="here")

    def _draw_band(self, picture, top, words, end):
        band = picture.plane(f"band-{top}", (-2, 46), (0, 1), (LEFT, top, WIDTH, 20))
        shown = band.add("g", class_="em-reveal")
        picture.text(LEFT, top - 5, words, band.group)
        low = 0.0
        for name, share in zip(NAMES, self.options["weights"], strict=True):
            color = paint(name)
            left, right = band.px(1), band.px(end)
            size = {"width": right - left, "height": 20 * share}
            picture.add("rect", shown, x=left, y=band.py(low + share), fill=color, **size)
            low += share
        if end < FAR:
            picture.text(band.px(end) + 4, top + 14.5, "NaN", shown)
        return band

    def _draw_lens(self, picture):
        top, height = 336, 56
        lens = picture.plane("lens", LENS, (0, 1), (LEFT, top, WIDTH, height))
        lens.group.set("class", "em-reveal")
        lens.axis((38.4, 38.45, 38.5, 38.55), "")
        picture.text(LEFT, top - 6, "naive shares, magnified; dotted: the truth", lens.group)
        for name, at in (("blue", 0.8), ("green", 0.3)):
            picture.text(4, lens.py(at), name, lens.group)
        distances = np.linspace(*LENS, LENS_POINTS)
        shares = np.array([self.naive(distance)[1] for distance in distances])
        alive = np.isfinite(shares[:, 0])
        x, green = _steps(distances[alive], shares[alive, 0])
        for k, ends in enumerate((0 * x, 1 + 0 * x)):
            edge, other = np.column_stack([x, green]), np.column_stack([x, ends])
            lens.area(np.vstack([edge, other[::-1]]), NAMES[k])
        lens.words(lens.px(x[-1]) + 4, top + 38, "NaN")
        truth = lens.py(self.options["weights"][0])
        line = {"x1": LEFT, "x2": LEFT + WIDTH, "y1": truth, "y2": truth}
        lens.add("line", **line, stroke="currentColor", stroke_dasharray="2 4")
        inside = LENS[0] <= self.distance <= LENS[1]
        at = np.clip(self.distance, *LENS)
        look = {"class_": "em-ground", "part": "here-lens", "seen": bool(inside)}
        lens.pole(at, top - 3, top + height + 3, **look)

    def _death(self):
        """Return where the naive shares end, in standard deviations."""
        low, high = 1.0, float(FAR)
        while high - low > 1e-6:
            middle = (low + high) / 2
            alive = self.naive(middle)[0].sum() > 0
            low, high = (middle, high) if alive else (low, middle)
        return high


def naive_gaussian(X, means, variances):
    """Return spherical densities as the formula says, without logarithms, shape (n, K).

    Multiplied and divided in 64 bits as on paper, so that they end in zeros where those of
    `emlib.log_gaussian` go on.
    """
    squares = ((np.asarray(X)[:, None] - np.asarray(means)) ** 2).sum(axis=2)
    d = np.shape(X)[1]
    return np.array(
        [
            [
                # NumPy's own exp differs from machine to machine in the last bit of the smallest
                exp(-square / (2 * variance)) / (2 * pi * variance) ** (d / 2)
                for square, variance in zip(row, variances, strict=True)
            ]
            for row in squares
        ]
    )


def _place(distance):
    """Return the observation that lies at this distance from both centres."""
    return [float(np.sqrt(distance**2 - 1)), 0.0]


def _steps(x, y):
    """Return a staircase through points: only where it turns."""
    turns = np.flatnonzero(np.diff(y)) + 1
    starts = np.concatenate([[0], turns])
    ends = np.concatenate([turns, [len(x) - 1]])
    across = np.column_stack([x[starts], x[ends]]).ravel()
    return across, np.repeat(y[starts], 2)


def _spell(share):
    return f"{share:.2f}" if np.isfinite(share) else "not a number"
