"""Two clusters, green and blue, and one observation between them."""

from typing import ClassVar

import numpy as np

from ..mixture import Parameters, entropy, log_joint, responsibilities
from ..palette import CLUSTERS, paint
from .equation import bayes, posterior
from .figure import LiveFigure
from .picture import Picture, number, share_bar, tell_share
from .state import Numbers

NAMES = ("green", "blue")
STARS = 64  # drawn behind the clusters: as many of these as each cluster's weight says
ACROSS, UP = (-4.4, 4.4), (-2.86, 2.86)  # the plane; the ring of an observation stays within
BOX = (4, 20, 352, 228.8)  # above it is room for the words "this one"
POINTED = (  # five points for green, four for blue
    "M0 -4L1 -1.2L4 -1.2L1.6 .6L2.5 3.6L0 1.8L-2.5 3.6L-1.6 .6L-4 -1.2L-1 -1.2Z",
    "M0 -5L1.1 -1.1L5 0L1.1 1.1L0 5L-1.1 1.1L-5 0L-1.1 -1.1Z",
)


TURNS = (0.0, 0.4)  # the direction of each cluster's first star, in full turns


def normal_spiral(count, turn=0.0):
    """Spread points like a standard normal distribution in the plane, shape (count, 2).

    Every beginning of the sequence is spread so: the k-th radius is the quantile at the k-th
    van der Corput number, and its direction is a golden angle further than the one before.
    """
    places = np.arange(1, count + 1)
    bits = places[:, None] >> np.arange(16) & 1
    radii = np.sqrt(-2 * np.log1p(-(bits * 0.5 ** np.arange(1, 17)).sum(axis=1)))
    angles = 2 * np.pi * (turn + places * (3 - np.sqrt(5)) / 2)
    return radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])


class TwoClusters(LiveFigure):
    """Drag one observation between two spherical clusters and see who takes how much.

    Parameters
    ----------
    x : (2,) list
        The observation; the first coordinate from -4 to 4, the second from -2.6 to 2.6.
    weight : float
        The weight of green; blue has the rest.
    variances : (2,) list
        The variance of green and of blue, the same in every direction.
    boundary, turn, spread, entropy : bool
        Draw where both share evenly; let the reader turn the weight; and the variances; tell the
        entropy.
    formula : {"", "posterior", "bayes"}
        The equation below: as a probability, written out, or none.
    """

    kind = "two-clusters"
    options: ClassVar[dict] = {
        "boundary": False,
        "turn": False,
        "spread": False,
        "entropy": True,
        "formula": "",
    }
    x = Numbers([-0.6, 0.5], low=[-4, -2.6], high=[4, 2.6])
    weight = Numbers(0.5, low=0.02, high=0.98)
    variances = Numbers([0.8, 0.8], low=0.1, high=3)
    means = ((-1.4, 0.0), (1.4, 0.0))

    def parameters(self):
        """Return the mixture on screen, an `emlib.Parameters`."""
        weights = [self.weight, 1 - self.weight]
        return Parameters(weights, self.means, np.array(self.variances), "spherical")

    def resp(self):
        """Return the responsibilities of the observation, shape (2,)."""
        p = self.parameters()
        return responsibilities([self.x], p.weights, p.means, p.covariances, "spherical")[0]

    def _log_odds(self, X):
        p = self.parameters()
        joint = log_joint(X, p.weights, p.means, p.covariances, "spherical")
        return joint[:, 0] - joint[:, 1]

    def cluster_names(self):
        """Return green and blue."""
        return NAMES

    def constants(self):
        """Return the means and how many stars there are."""
        return {"means": self.means, "stars": STARS}

    def values(self):
        """Return the responsibilities and their entropy."""
        resp = self.resp()
        return {"resp": resp, "entropy": entropy([resp])[0]}

    def equation(self):
        """Return the equation that was asked for."""
        return {"posterior": posterior, "bayes": bayes, "": str}[self.options["formula"]]()

    def summary(self):
        """Say where the observation is and who takes how much."""
        green, blue = self.resp()
        return f"x {self.x}, weight of green {self.weight:g}; green {green:.3f}, blue {blue:.3f}"

    def alt(self):
        """Say what the picture shows."""
        green, blue = self.resp()
        return (
            "Two round clusters of stars, green on the left and blue on the right. One observation "
            f"is ringed; green takes {green:.2f} of the responsibility for it, blue {blue:.2f}."
        )

    def draw(self):
        """Draw stars, clusters, the observation, and the bar that the clusters divide."""
        picture = Picture(height=302)
        plane = picture.plane("main", ACROSS, UP, BOX)
        for k in range(2):
            self._draw_stars(plane, k)
        for k, name in enumerate(NAMES):
            covariance = self.variances[k] * np.eye(2)
            part = {"part": f"ellipse-{k}", "link": "covariance"}
            plane.ellipse(self.means[k], covariance, name, **part)
        for k in range(2):
            self._draw_mean(plane, k)
        if self.options["boundary"]:
            plane.contour(self._log_odds, part="boundary", class_="em-boundary em-reveal")
        plane.this_one(*self.x, link="observation")
        shown = picture.add("g", class_="em-reveal", link="responsibility")
        share_bar(picture, self.resp(), NAMES, (4, 274, 352, 24), parent=shown)
        for k, (name, share) in enumerate(zip(NAMES, self.resp(), strict=True)):
            middle, down = float(plane.px(self.means[k][0])) + 10, 266
            words = f"{CLUSTERS[name]['glyph']} {name}"
            ends = {"text_anchor": "end", "link": "label"}
            picture.text(middle, down, words, **ends)
            if self.options["formula"]:  # then the name is a thing to press
                size = {"x": middle - 64, "y": 249, "width": 66, "height": 31}
                size |= {"fill": "transparent", "class_": "em-target"}
                picture.add("rect", **size, part=f"target-{k}", link="label")
            picture.text(middle + 6, down, tell_share(share), shown, part=f"share-{k}-words")
        return picture

    def _draw_stars(self, plane, k):
        spread = np.sqrt(self.variances[k])
        shown = round(STARS * self.parameters().weights[k])
        color = paint(NAMES[k])
        group = plane.add("g", fill=color, class_="em-stars", part=f"stars-{k}", link="weight")
        for i, (x, y) in enumerate(self.means[k] + spread * normal_spiral(STARS, TURNS[k])):
            place = f"translate({number(plane.px(x))} {number(plane.py(y))})"
            inside = ACROSS[0] < x < ACROSS[1] and UP[0] < y < UP[1]
            star = {"d": POINTED[k], "transform": place, "seen": bool(i < shown and inside)}
            plane.picture.add("path", group, **star)

    def _draw_mean(self, plane, k):
        right, down = (float(at) for at in (plane.px(self.means[k][0]), plane.py(self.means[k][1])))
        place = f"translate({number(right)} {number(down)})"
        group = plane.add("g", transform=place, part=f"mean-{k}", link="mean")
        plane.picture.add("circle", group, r=17, class_="em-target")
        plane.picture.add("path", group, d="M-7 0H7M0 -7V7", class_="em-cross-ground")
        plane.picture.add("path", group, d="M-7 0H7M0 -7V7", class_="em-cross")
