"""The lower bound under the log-likelihood, with shares that the reader sets by hand."""

from typing import ClassVar

import numpy as np

from ..mixture import Parameters, log_likelihood, lower_bound, responsibilities
from .figure import LiveFigure
from .picture import Picture, number
from .state import Numbers

X = np.array([-3, -2.5, -1, 0, 2, 4, 5])
NAMES = ("green", "blue")
GREEN, VARIANCE = -2.0, 2.0
RANGE = (-5.0, 7.0)  # of the axis, which observations and blue's mean share
HEIGHTS = (-52.0, -12.0)  # of the log-likelihood
GRID = np.linspace(*RANGE, 97)


class Bound(LiveFigure):
    """Set shares q for seven observations, and see how far the bound lies below the likelihood.

    Two clusters with equal weights and variances of 2; green stays at -2, blue's mean is unknown.
    The E-step makes q the responsibilities, the M-step moves blue's mean to the top of the bound.

    Parameters
    ----------
    mean : float
        Blue's mean, from -5 to 7.
    shares : (7,) list
        Blue's share of each observation; green has the rest.
    steps : bool
        Offer the two half-steps as buttons.
    """

    kind = "bound"
    options: ClassVar[dict] = {"steps": True}
    mean = Numbers(-1.0, low=RANGE[0], high=RANGE[1])
    shares = Numbers([0.5] * 7, low=0, high=1)

    def cluster_names(self):
        """Return green and blue."""
        return NAMES

    def parameters(self, mean=None):
        """Return the mixture on screen, or with another mean of blue."""
        mean = self.mean if mean is None else mean
        return Parameters([0.5, 0.5], [[GREEN], [mean]], [VARIANCE, VARIANCE], "spherical")

    def resp(self):
        """Return q, shape (7, 2): what the reader has set."""
        blue = np.array(self.shares)
        return np.column_stack([1 - blue, blue])

    def _posterior(self):
        p = self.parameters()
        return responsibilities(X[:, None], p.weights, p.means, p.covariances, "spherical")

    def _likelihood(self, mean):
        return log_likelihood(X[:, None], self.parameters(mean))

    def _bound(self, mean):
        return lower_bound(X[:, None], self.resp(), self.parameters(mean))

    def values(self):
        """Return likelihood, bound and gap; and share, responsibility and divergence by row."""
        likelihood, bound = self._likelihood(self.mean), self._bound(self.mean)
        q, r = self.resp(), self._posterior()
        terms = q * np.log(np.where(q > 0, q / r, 1))  # 0 log 0 is 0
        rows = np.column_stack([q[:, 1], r[:, 1], terms.sum(axis=1)])
        return {
            "likelihood": likelihood,
            "bound": bound,
            "gap": likelihood - bound,
            "divergences": np.vstack([rows, rows.sum(axis=0)]),
        }

    def constants(self):
        """Return the problem, and the grid on which both curves are drawn."""
        model = {"x": X, "green": GREEN, "variance": VARIANCE, "grid": GRID}
        return {key: np.asarray(value).tolist() for key, value in model.items()}

    def summary(self):
        """Say where the mean is, and likelihood, bound and gap."""
        v = self.values()
        return (
            f"mean of blue {self.mean:g}; log-likelihood {v['likelihood']:.3f}, "
            f"bound {v['bound']:.3f}, gap {v['gap']:.3f}"
        )

    def alt(self):
        """Say what the picture shows."""
        v = self.values()
        return (
            "The log-likelihood as a curve over blue's mean, and below it a bound, a parabola. At "
            f"the chosen mean the gap between them is {v['gap']:.2f}. Underneath lie the seven "
            "observations, each with a handle at the share that blue is given, and a mark at "
            "blue's responsibility."
        )

    def draw(self):
        """Draw both curves over blue's mean, and below them the shares of the observations."""
        picture = Picture(height=404)
        curves = picture.plane("curves", RANGE, HEIGHTS, (40, 24, 312, 190))
        curves.axis([-50, -40, -30, -20], "log-likelihood", along="y")
        curves.axis([-4, -2, 0, 2, 4, 6], "mean of blue", along="x")
        self._draw_curves(picture, curves)
        shares = picture.plane("shares", (-0.5, 6.5), (0, 1), (40, 284, 312, 92))
        shares.axis([0, 0.5, 1], "blue's share q of each observation", along="y")
        self._draw_shares(shares)
        return picture

    def _draw_curves(self, picture, plane):
        low = HEIGHTS[0]
        heights = [self._likelihood(mean) for mean in GRID]
        plane.line(np.column_stack([GRID, heights]), part="likelihood", link="likelihood")
        bound = np.column_stack([GRID, [self._bound(mean) for mean in GRID]])
        inside = plane.clip(self.name)
        plane.line(bound, "blue", inside, part="bound", link="bound", stroke_dasharray="7 4")
        v = self.values()
        at, foot = plane.px(self.mean), max(v["bound"], low)
        ends = {"x1": at, "x2": at, "y1": plane.py(v["likelihood"]), "y2": plane.py(foot)}
        plane.add(
            "line", **ends, stroke="currentColor", part="gap", class_="em-gap-bar", link="gap"
        )
        place = f"translate({number(at)} {number(plane.py(low))})"
        goes_on = {"seen": bool(v["bound"] < low), "transform": place, "kind": "place"}
        ink = {"fill": "none", "stroke": "currentColor", "stroke_width": 2.5, "link": "gap"}
        d = "M-6 -16L0 -9L6 -16"  # the gap is longer than the picture shows
        plane.add("path", d=d, part="gap-below", **ink, **goes_on)
        plane.words(
            50, 42, f"gap {v['gap']:.2f}", part="gap-words", link="gap", class_="em-words em-reveal"
        )
        plane.grip(self.mean, low, "mean", cluster="blue", link="mean")

    def _draw_shares(self, plane):
        """Lay the observations side by side, so that every handle has room under a finger."""
        for i, (share, r) in enumerate(zip(self.shares, self._posterior()[:, 1], strict=True)):
            at, foot, top, link = plane.px(i), plane.py(0), plane.py(1), f"row-{i}"
            ends = {"x1": at, "x2": at, "y1": foot, "y2": top, "stroke": "currentColor"}
            plane.add("line", **ends, class_="em-track", link=link)
            value = f"{X[i]:g}".replace("-", "−")
            plane.words(at, foot + 20, value, text_anchor="middle", link=link)
            plane.grip(i, share, f"share-{i}", cluster="blue", link=link)
            place = f"translate({number(at)} {number(plane.py(r))})"
            diamond = {"d": "M0 -5L5 0L0 5L-5 0Z", "fill": "currentColor", "link": link}
            look = {"part": f"posterior-{i}", "kind": "place", "class_": "em-diamond"}
            plane.add("path", **diamond, transform=place, **look)
