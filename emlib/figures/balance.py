"""One plank, discs of unequal size, and a wedge to push under it until it balances."""

from typing import ClassVar

import numpy as np

from ..palette import paint
from ..statistics import statistics
from .figure import LiveFigure
from .picture import Picture, number
from .planks import BOX, DISC, RANGE, WEDGE
from .state import Numbers

NAME = "green"
FLOOR = 66  # where the plank lies, in units of the picture


class Balance(LiveFigure):
    """Push the wedge to where the plank balances: to the weighted mean.

    How far the plank leans is the sum of all pulls, share times distance from the wedge; it is
    the slope of the expected log-likelihood along the mean, times the variance.

    Parameters
    ----------
    wedge : float
        From 40 to 98 minutes.
    x, shares : (n,) lists
        Where the discs lie, and which share of an observation each is.
    """

    kind = "balance"
    options: ClassVar[dict] = {
        "x": [45, 54, 63, 70, 77, 84, 91],
        "shares": [1, 1, 1, 0.5, 0.25, 0, 0],
    }
    wedge = Numbers(70.0, low=RANGE[0], high=RANGE[1])

    def cluster_names(self):
        """Return green, whose plank it is."""
        return (NAME,)

    def expected(self):
        """Return the statistics of the discs about the wedge."""
        X, resp = (np.reshape(self.options[key], (-1, 1)) for key in ("x", "shares"))
        return statistics(X, resp, "spherical", origins=[[self.wedge]])

    def values(self):
        """Return the sum of all pulls, and where they would cancel."""
        expected = self.expected()
        return {"pull": expected.sums[0, 0], "balance": expected.means()[0, 0]}

    def constants(self):
        """Return where the plank lies."""
        return {"floor": FLOOR}

    def summary(self):
        """Say where the wedge is, and how strongly the plank is pulled."""
        return f"wedge at {self.wedge:g}, pull {self.values()['pull']:.2f}"

    def alt(self):
        """Say what the picture shows."""
        sizes = ", ".join(
            f"{share:g} at {x:g}" for x, share in zip(*self.options.values(), strict=True) if share
        )
        return (
            f"A plank with discs of different sizes, shares of observations: {sizes}. A wedge "
            f"stands below it at {self.wedge:g} and can be pushed to where the plank balances."
        )

    def draw(self):
        """Draw the plank with its discs as one group, which leans once the guess is made."""
        picture = Picture(height=144)
        plane = picture.plane("beam", RANGE, (0, 1), (BOX[0], FLOOR - 20, BOX[1], 20))
        beam = plane.add("g", part="lean", transform=self._lean(plane))
        ends = {"x1": BOX[0], "x2": BOX[0] + BOX[1], "y1": FLOOR, "y2": FLOOR}
        picture.add("line", beam, **ends, class_="em-plank")
        for x, share in zip(*self.options.values(), strict=True):
            radius = DISC * np.sqrt(share)
            place = {"cx": plane.px(x), "cy": FLOOR - radius, "r": radius}
            picture.add("circle", beam, **place, fill=paint(NAME), class_="em-disc")
        place = f"translate({number(plane.px(self.wedge))} {FLOOR})"
        group = plane.add("g", part="wedge", kind="place", transform=place, link="wedge")
        picture.add("circle", group, cy=8, r=17, fill="transparent", class_="em-target")
        picture.add("path", group, d=WEDGE, class_="em-wedge")
        axis = picture.plane("axis", RANGE, (0, 1), (BOX[0], 109, BOX[1], 1))
        axis.axis([40, 50, 60, 70, 80, 90], "waiting time (min)")
        return picture

    def _lean(self, plane):
        """Return the plank's rotation about the wedge: never more than 8 degrees."""
        asked = self.prediction is not None and not self.guess
        pull = 0.0 if asked else self.values()["pull"]
        angle = 8 * pull / (abs(pull) + 20)
        return f"rotate({number(angle)} {number(plane.px(self.wedge))} {FLOOR})"
