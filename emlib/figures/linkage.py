"""The linkage example of Dempster, Laird and Rubin: EM as a staircase to a diagonal."""

import numpy as np

from .figure import LiveFigure
from .picture import Picture
from .state import Numbers

COUNTS = (125, 18, 20, 34)  # animals of four kinds, with probabilities
# 1/2 + p/4, (1 - p)/4, (1 - p)/4, p/4; the first kind hides two: 1/2 and p/4
LIMIT = (15 + np.sqrt(53809)) / 394  # where the likelihood is highest, in closed form
MOST = 8  # steps
GRID = np.linspace(0, 1, 51)


def linkage_step(p):
    """Go once around the loop: expect the hidden count, then divide; page *The loop*.

    Dempster, Laird and Rubin 1977, equations 1.4 and 1.5. `p` is a number or an array, 0 to 1.
    """
    hidden = COUNTS[0] * (p / 4) / (1 / 2 + p / 4)
    return (hidden + COUNTS[3]) / (hidden + COUNTS[3] + COUNTS[1] + COUNTS[2])


class Linkage(LiveFigure):
    """Start anywhere, go around the loop, and see by how much each step shrinks the error.

    Parameters
    ----------
    start : float
        The first guess of p, from 0 to 1.
    steps : int
        How many times around the loop, from 0 to 8.
    """

    kind = "linkage"
    start = Numbers(0.1, low=0, high=1)
    steps = Numbers(1, low=0, high=MOST, whole=True)

    def cluster_names(self):
        """Return nothing: there are no clusters in the picture."""
        return ()

    def iterates(self):
        """Return the estimates, from the start to the last step."""
        found = [self.start]
        for _ in range(int(self.steps)):
            found.append(linkage_step(found[-1]))
        return np.array(found)

    def values(self):
        """Return the last estimate, how much of the error its last step left, and all of them."""
        found = self.iterates()
        errors = found - LIMIT
        with np.errstate(divide="ignore", invalid="ignore"):  # a start at the limit has no error
            left = np.append(np.nan, errors[1:] / errors[:-1])
        rows = np.column_stack([found, errors, left])
        return {"estimate": found[-1], "left": left[-1], "steps": rows}

    def constants(self):
        """Return the counts, the limit and the most steps."""
        return {"counts": COUNTS, "limit": LIMIT, "most": MOST}

    def summary(self):
        """Say where the loop started and where it is."""
        return f"from {self.start:g}, {self.steps:g} steps: {self.iterates()[-1]:.6f}"

    def alt(self):
        """Say what the picture shows."""
        return (
            "A flat curve, the estimate after one step over the estimate before it, crosses the "
            f"diagonal at {LIMIT:.3f}. A staircase between curve and diagonal leads from the start "
            "to the crossing, and almost all of its way is the first step."
        )

    def stairs(self):
        """Return the corners of the staircase, shape (2 steps + 1, 2)."""
        corners = [(self.start, 0.0)]
        for before, after in zip(self.iterates(), self.iterates()[1:], strict=False):
            corners += [(before, after), (after, after)]
        return np.array(corners)

    def draw(self):
        """Draw curve, diagonal and staircase in the unit square."""
        picture = Picture(height=344)
        plane = picture.plane("main", (0, 1), (0, 1), (46, 26, 270, 270))
        plane.axis([0, 0.5, 1], "p before the step")
        plane.axis([0.5, 1], "p after the step", along="y")
        plane.line([[0, 0], [1, 1]], stroke_dasharray="2 4", link="diagonal")
        curve = np.column_stack([GRID, linkage_step(GRID)])
        plane.line(curve, link="map", class_="em-thick")
        plane.line(self.stairs(), part="stairs", class_="em-stairs em-reveal")
        plane.grip(self.start, 0, "start", link="start")
        return picture
