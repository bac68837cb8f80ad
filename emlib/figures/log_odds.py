"""Where the likelihood beats the prior: log odds as two signed bars that add."""

from typing import ClassVar

import numpy as np

from ..gaussian import log_gaussian
from ..mixture import responsibilities
from ..palette import paint
from .equation import equation, fraction, sign
from .figure import LiveFigure
from .picture import BESIDE, Picture, number
from .state import Numbers

NAMES = ("fuchsia", "green", "blue")
GREEN, BLUE = 1, 2
BARS = ("prior", "likelihood", "sum")
WORDS = ("prior", "+ likelihood", "= log odds")
RANGE = (-1, 10)
GRID = 241  # points of each curve and of the band
TOP, LANE = 0.96, -0.24
FIRST, STEP, HIGH = 228, 34, 12  # the first bar, the next one, and how high it is


class LogOdds(LiveFigure):
    """Drag an observation of one feature; prior and likelihood pull it to green or to blue.

    Parameters
    ----------
    x : float
        The observation, from -1 to 10.
    weight : float
        The weight of green; fuchsia and blue share the rest.
    """

    kind = "log-odds"
    options: ClassVar[dict] = {"means": [-4, 0, 8], "variances": [1, 0.2, 3]}
    x = Numbers(0.0, low=-1, high=10)
    weight = Numbers(0.9, low=0.02, high=0.98)

    def _mixture(self):
        rest = (1 - self.weight) / 2
        means = np.array(self.options["means"], dtype=float)[:, None]
        return [rest, self.weight, rest], means, np.array(self.options["variances"], dtype=float)

    def values(self):
        """Return the two terms, their sum, and the responsibilities."""
        weights, means, variances = self._mixture()
        density = log_gaussian([[self.x]], means, variances, "spherical")[0]
        prior = np.log(weights[BLUE] / weights[GREEN])
        likelihood = density[BLUE] - density[GREEN]
        resp = responsibilities([[self.x]], weights, means, variances, "spherical")[0]
        terms = {"prior": prior, "likelihood": likelihood, "sum": prior + likelihood}
        return terms | {"resp": resp}

    def constants(self):
        """Return where bars and band lie."""
        return {"bars": BARS, "words": WORDS, "lane": LANE, "grid": GRID}

    def summary(self):
        """Say where the observation is and how the two terms add."""
        values = self.values()
        terms = ", ".join(f"{part} {values[part]:.3f}" for part in BARS)
        return f"x {self.x:g}, weight of green {self.weight:g}; {terms}"

    def alt(self):
        """Say what the picture shows."""
        values = self.values()
        return (
            "Densities over an axis: green high and narrow at 0, blue low and wide at 8, and a "
            f"ringed observation at {self.x:g}. Below, bars to the left for green and to the right "
            f"for blue: prior {values['prior']:.2f} and likelihood {values['likelihood']:.2f} "
            f"add up to {values['sum']:.2f}."
        )

    def equation(self):
        """Return the log odds of blue against green as a sum."""

        def ratio(term, link=None):
            odds = fraction(term("blue"), term("green"))
            return f'<mrow data-link="{link}"><mi>log</mi><mspace width="0.2em"/>{odds}</mrow>'

        def shared(name):
            return f"<msub><mi>r</mi><mtext>{name}</mtext></msub>"

        def weight(name):
            return f"<msub><mi>π</mi><mtext>{name}</mtext></msub>"

        def density(name):
            return f"<msub><mi>𝒩</mi><mtext>{name}</mtext></msub>"

        return equation(
            ratio(shared, "sum"),
            sign("="),
            ratio(weight, "prior"),
            sign("+"),
            ratio(density, "likelihood"),
        )

    def draw(self):
        """Draw the densities, the observation, who is responsible where, and the bars."""
        picture = Picture(height=352)
        band = picture.plane("band", RANGE, (0, 1), (8, 140, 344, 20))
        self._draw_band(band)
        band.axis((0, 2, 4, 6, 8, 10), "value x")
        plane = picture.plane("main", RANGE, (LANE, TOP), (8, 8, 344, 132))
        self._draw_densities(plane)
        plane.this_one(self.x, LANE / 2, link="observation", words=BESIDE)
        self._draw_bars(picture)
        return picture

    def _draw_densities(self, plane):
        x = np.linspace(*plane.x, GRID)
        _, means, variances = self._mixture()
        densities = np.exp(log_gaussian(x[:, None], means, variances, "spherical"))
        plane.line([(plane.x[0], 0), (plane.x[1], 0)], class_="em-ground")
        for k, (right, up) in ((GREEN, (0.75, 0.6)), (BLUE, (8, 0.3))):
            points = np.column_stack([x, densities[:, k]])
            plane.line(points, NAMES[k], link=f"cluster-{k}")
            anchor = "start" if k == GREEN else "middle"
            place = float(plane.px(right)), float(plane.py(up))
            plane.words(*place, NAMES[k], text_anchor=anchor, link=f"cluster-{k}")

    def _draw_band(self, band):
        x = np.linspace(*band.x, GRID)
        resp = responsibilities(x[:, None], *self._mixture(), "spherical")
        tops = np.column_stack([np.zeros(GRID), resp.cumsum(axis=1)])
        shown = band.add("g", class_="em-reveal", link="sum")
        for k, name in enumerate(NAMES):
            lower, upper = np.column_stack([x, tops[:, k]]), np.column_stack([x, tops[:, k + 1]])
            band.area(np.vstack([lower, upper[::-1]]), name, shown, part=f"band-{k}")

    def _draw_bars(self, picture):
        values = self.values()
        odds = picture.plane("odds", (-8, 8), (0, 1), (8, 206, 344, 108))
        zero = odds.px(0)
        odds.add("line", x1=zero, x2=zero, y1=206, y2=314, stroke="currentColor")
        starts = {"prior": 0, "likelihood": values["prior"], "sum": 0}
        for row, part in enumerate(BARS):
            start, value = starts[part], values[part]
            ends = np.clip([start, start + value], *odds.x)
            left, right = odds.px(ends.min()), odds.px(ends.max())
            color = paint(NAMES[BLUE if value > 0 else GREEN])
            bar = {"x": left, "width": right - left, "y": FIRST + row * STEP, "height": HIGH}
            hidden = None if part == "prior" else "em-reveal"
            group = odds.add("g", link=part, class_=hidden)
            picture.add("rect", group, **bar, fill=color, part=f"bar-{part}")
            self._draw_cut(group, odds, row, start + value)
            said = f"{WORDS[row]} {spell(value)}"
            down = FIRST + row * STEP - 5
            picture.text(12, down, said, group, part=f"words-{part}")
        odds.axis((-6, -3, 0, 3, 6), "log odds")
        odds.words(8, 346, "← green ahead")
        odds.words(352, 346, "blue ahead →", text_anchor="end")

    def _draw_cut(self, group, odds, row, end):
        """Draw an arrowhead at the edge of the plane where a bar goes on beyond it."""
        beyond = end < odds.x[0] or end > odds.x[1]
        side = -1 if end < 0 else 1
        at = number(odds.px(odds.x[0] if side < 0 else odds.x[1]))
        middle = number(FIRST + row * STEP + HIGH / 2)
        place = f"translate({at} {middle}) scale({side} 1)"
        look = {"fill": "currentColor", "seen": bool(beyond), "data_middle": middle}
        d = "M-1 -9L8 0L-1 9Z"
        odds.picture.add("path", group, d=d, transform=place, part=f"cut-{BARS[row]}", **look)


def spell(value):
    """Write a signed number as the page does: two decimals, a true minus sign, a plus."""
    text = f"{value:+.2f}"
    return (text[1:] if float(text) == 0 else text).replace("-", "\u2212")
