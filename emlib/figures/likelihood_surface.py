"""The log-likelihood of two unknown means, as a landscape, beside the data and the two curves."""

import numpy as np

from ..datasets import load_faithful
from ..engine.expectation import e_step
from ..gaussian import log_gaussian
from ..maximization import m_step
from ..mixture import Parameters, log_likelihood
from ..palette import CLUSTERS
from .curves import apart
from .figure import LiveFigure
from .picture import Picture, number
from .state import Numbers, round_off
from .terrain import level_loops

NAMES = ("green", "blue")
EVERY = 11  # of the geyser's waiting times, one in so many
VARIANCE = 36.0
RANGE = (40.0, 100.0)  # of both means and of the waiting times
GRID = np.linspace(*RANGE, 61)
BELOW_TOP = (2, 6, 12, 20, 29, 52, 75, 110, 160, 230)  # a level line so far below the tops
CURVE = np.linspace(*RANGE, 121)


class LikelihoodSurface(LiveFigure):
    """Walk over the log-likelihood of two unknown means; weights and spreads are known.

    Parameters
    ----------
    means : (2,) list
        The means of green and of blue, from 40 to 100 minutes: the place on the map.
    """

    kind = "likelihood-surface"
    means = Numbers([60.0, 90.0], low=RANGE[0], high=RANGE[1])
    x = load_faithful().X[::EVERY, 1:]

    def cluster_names(self):
        """Return green and blue."""
        return NAMES

    def parameters(self, means=None):
        """Return the mixture on screen, or one with other means."""
        means = self.means if means is None else means
        columns = np.reshape(means, (2, 1))
        return Parameters([0.5, 0.5], columns, [VARIANCE, VARIANCE], "spherical")

    def gradient(self):
        """Return the slope of the log-likelihood along each mean: N_k (average - mu_k) / variance.

        Page *If only somebody told us*, equation (gradient), its sum taken.
        """
        expected, _ = e_step(self.x, self.parameters())
        pull = m_step(expected).means[:, 0] - self.means
        return expected.counts * pull / VARIANCE

    def heights(self):
        """Return the log-likelihood over the map, shape (61, 61): rows are means of blue."""
        single = log_gaussian(self.x, GRID[:, None], np.full(len(GRID), VARIANCE), "spherical")
        pairs = np.logaddexp(single[:, None, :], single[:, :, None]) - np.log(2)
        return pairs.sum(axis=0)

    def landmarks(self):
        """Return the two tops and the pass between them, (3, 2), in means."""
        average = float(self.x.mean())
        top = [50.0, 80.0]
        for _ in range(40):
            top = m_step(e_step(self.x, self.parameters(top))[0]).means[:, 0]
        return np.array([top, top[::-1], [average, average]])

    def constants(self):
        """Return the problem, and where the tops and the pass are."""
        return {
            "x": self.x.tolist(),
            "variance": VARIANCE,
            "curve": CURVE.tolist(),
            "landmarks": round_off(self.landmarks()),
        }

    def values(self):
        """Return the log-likelihood at this place, and its gradient."""
        here = log_likelihood(self.x, self.parameters())
        return {"log_likelihood": here, "gradient": self.gradient()}

    def summary(self):
        """Say where the means are, and how high that is."""
        height = self.values()["log_likelihood"]
        return f"means {self.means[0]:g} and {self.means[1]:g}, log-likelihood {height:.2f}"

    def alt(self):
        """Say what the picture shows."""
        height = self.values()["log_likelihood"]
        return (
            "A map of the log-likelihood of two means, green's to the right and blue's upwards, "
            "with two equally high tops, mirror images of each other in the diagonal, and a pass "
            f"between them. A handle stands at {self.means[0]:g} and {self.means[1]:g}, at a height"
            f" of {height:.1f}. Below, 25 waiting times and the two curves that these means give."
        )

    def draw(self):
        """Draw the map, its landmarks and the handle; below, the data with both curves."""
        picture = Picture(height=424)
        plane = picture.plane("map", RANGE, RANGE, (56, 26, 248, 248))
        self._draw_map(picture, plane)
        plane.axis([40, 55, 70, 85, 100], "mean of blue (min)", along="y")
        plane.axis([40, 55, 70, 85, 100], "mean of green (min)")
        arrow = {"d": self._arrow(plane), "fill": "none", "stroke": "currentColor"}
        plane.add("path", **arrow, stroke_width=3, part="arrow", class_="em-reveal")
        plane.grip(*self.means, "here")
        data = picture.plane("data", RANGE, (0, 0.07), (56, 322, 248, 70))
        self._draw_data(data)
        return picture

    def _draw_map(self, picture, plane):
        group = picture.add("g", plane.group, class_="em-terrain em-reveal")
        heights = self.heights()
        for below in BELOW_TOP[::-1]:
            loops = level_loops(GRID, GRID, heights, heights.max() - below)
            picture.add("path", group, d="".join(plane.path(loop, True) for loop in loops))
        diagonal = plane.path(np.array([[RANGE[0]] * 2, [RANGE[1]] * 2]))
        picture.add("path", group, d=diagonal, class_="em-diagonal")
        for (x, y), words in zip(self.landmarks(), ("top", "top", "pass"), strict=True):
            place = f"translate({number(plane.px(x))} {number(plane.py(y))})"
            mark = picture.add("g", group, transform=place, class_="em-landmark")
            d = "M-4 -4L4 4M4 -4L-4 4" if words == "pass" else "M0 -6L6 5H-6Z"
            picture.add("path", mark, d=d)
            side = {"text_anchor": "middle", "class_": "em-words em-halo"}
            picture.text(0, 20, words, mark, **side)

    def _arrow(self, plane):
        """Return d of an arrow from the handle uphill, the longer the steeper, at most 40 units."""
        right, up = self.gradient()
        steep = np.hypot(right, up)
        if steep < 0.02:
            return ""
        ahead = np.array([right, -up]) / steep
        across = np.array([-ahead[1], ahead[0]])
        here = np.array([plane.px(self.means[0]), plane.py(self.means[1])])
        start, tip = here + 9 * ahead, here + (17 + 40 * steep / (steep + 4)) * ahead
        sides = [tip - 7 * ahead + 5 * way * across for way in (1, -1)]
        spell = " ".join(number(value) for value in (*start, *tip, *sides[0], *tip, *sides[1]))
        numbers = spell.split()
        pairs = [" ".join(numbers[m : m + 2]) for m in range(0, 10, 2)]
        return "M{}L{}M{}L{}L{}".format(*pairs)

    def _draw_data(self, plane):
        seen = {}
        for x in self.x[:, 0]:
            seen[x] = seen.get(x, -1) + 1
            place = f"translate({number(plane.px(x))} {number(plane.py(0) - 4 - 6 * seen[x])})"
            plane.add("circle", r=3, transform=place, fill="currentColor")
        densities = self._densities()
        right = plane.px(self.means)
        down = apart(right, plane.py(densities.max(axis=1)) - 5)
        for k, density in enumerate(densities):
            points = np.column_stack([CURVE, density])
            plane.line(points, NAMES[k], part=f"curve-{k}", link=f"mean-{k}")
            middle = {"text_anchor": "middle", "class_": "em-words em-halo"}
            words = f"{CLUSTERS[NAMES[k]]['glyph']} {NAMES[k]}"
            name = {"part": f"label-{k}", "kind": None, "link": f"mean-{k}"}
            plane.words(right[k], down[k], words, **name, **middle)
        plane.axis([40, 55, 70, 85, 100], "waiting time (min)")

    def _densities(self):
        p = self.parameters()
        log = log_gaussian(CURVE[:, None], p.means, p.covariances, "spherical")
        return (0.5 * np.exp(log)).T
