"""Two coins, five rows of ten tosses: the smallest mixture that can be done by hand."""

from typing import ClassVar

import numpy as np

from ..mixture import softmax
from ..palette import CLUSTERS, paint
from .figure import LiveFigure
from .picture import Picture, share_bar
from .state import Choice, Numbers

NAMES = ("green", "blue")
COINS = ("A", "B")
TOSSES = ("HTTTHHTHTH", "HHHHTHHHHH", "HTHHHHHTHH", "HTHTTTHHTT", "THHHTHHHTH")
HEADS = np.array([row.count("H") for row in TOSSES])
LENGTH = len(TOSSES[0])
TIE = 1e-9  # shares that differ by less are equal: the last bit shall not decide
TOP, STEP = 130, 40  # where the rows of tosses begin, and how far apart they are


def coin_responsibilities(heads, tosses, weights, biases):
    """Return who is responsible for each row: heads, shape (n,), out of so many tosses; (n, K).

    The number of orders in which the heads can fall is the same for all coins and cancels.
    """
    heads, biases = np.asarray(heads)[:, None], np.asarray(biases)
    log_likelihood = heads * np.log(biases) + (tosses - heads) * np.log1p(-biases)
    return softmax(np.log(weights) + log_likelihood)


class Coins(LiveFigure):
    """Move the biases of two coins and see who is responsible for each row of ten tosses.

    Parameters
    ----------
    a, b : float
        The probability of heads of coin A and of coin B, from 0.02 to 0.98.
    assign : {"soft", "hard"}
        Divide each row by responsibility, or give it whole to its largest.
    """

    kind = "coins"
    options: ClassVar[dict] = {}
    a = Numbers(0.6, low=0.02, high=0.98)
    b = Numbers(0.5, low=0.02, high=0.98)
    assign = Choice("soft", ("soft", "hard"))

    def resp(self):
        """Return the responsibilities, shape (5, 2)."""
        return coin_responsibilities(HEADS, LENGTH, [0.5, 0.5], [self.a, self.b])

    def shown(self):
        """Return what the bars show: responsibilities, or the whole to the largest; ties to A."""
        resp = self.resp()
        to_b = resp[:, 1] > resp[:, 0] + TIE
        return resp if self.assign == "soft" else np.eye(2)[to_b.astype(int)]

    def cluster_names(self):
        """Return green and blue, for coin A and coin B."""
        return NAMES

    def constants(self):
        """Return the heads of each row and how many tosses a row has."""
        return {"heads": HEADS.tolist(), "tosses": LENGTH, "coins": COINS, "tie": TIE}

    def values(self):
        """Return the responsibilities and the sums of what is shown."""
        return {"resp": self.resp(), "counts": self.shown().sum(axis=0)}

    def summary(self):
        """Say the biases and coin A's responsibilities."""
        shares = " ".join(f"{share:.4f}" for share in self.resp()[:, 0])
        return f"biases A {self.a:g}, B {self.b:g}, {self.assign}; A is responsible for {shares}"

    def alt(self):
        """Say what the picture shows."""
        shares = ", ".join(
            f"{heads} heads: A {share:.3f}"
            for heads, share in zip(HEADS, self.shown()[:, 0], strict=True)
        )
        return (
            f"Two scales with the probability of heads, coin A at {self.a:.2f}, coin B at "
            f"{self.b:.2f}. Below five rows of ten tosses, each with a bar that the two coins "
            f"divide. {shares}."
        )

    def draw(self):
        """Draw the two scales, the five rows and the bars."""
        picture = Picture(height=TOP + STEP * len(TOSSES) + 26)
        plane = picture.plane("bias", (0, 1), (0, 2), (76, 14, 268, 68))
        plane.axis((0, 0.25, 0.5, 0.75, 1), "probability of heads")
        for k, (bias, height) in enumerate(((self.a, 1.5), (self.b, 0.5))):
            self._draw_scale(plane, k, bias, height)
        for i in range(len(TOSSES)):
            self._draw_row(picture, i)
        self._draw_counts(picture)
        return picture

    def _draw_scale(self, plane, k, bias, height):
        color, down = paint(NAMES[k]), plane.py(height)
        plane.words(4, down + 4.5, CLUSTERS[NAMES[k]]["glyph"], fill=color)
        plane.words(19, down + 4.5, f"coin {COINS[k]}", link=f"coin-{k}")
        plane.line([[0, height], [1, height]], NAMES[k], link=f"coin-{k}")
        plane.grip(bias, height, f"grip-{k}", cluster=NAMES[k])

    def _draw_row(self, picture, i):
        middle = TOP + STEP * i + STEP / 2
        picture.text(4, middle + 4.5, f"{HEADS[i]} heads")
        for j, side in enumerate(TOSSES[i]):
            spot = {"cx": 62 + 12.6 * j, "cy": middle, "r": 5, "stroke_width": 1.2}
            fill = "currentColor" if side == "H" else "none"
            picture.add("circle", stroke="currentColor", fill=fill, **spot)
        shown = picture.add("g", class_="em-reveal", link=f"row-{i}")
        row = self.shown()[i]
        share_bar(picture, row, NAMES, (196, middle + 1, 160, 14), f"row-{i}", shown)
        for k, (at, anchor) in enumerate(((196, "start"), (356, "end"))):
            words = f"{CLUSTERS[NAMES[k]]['glyph']} {row[k]:.4f}"
            part = f"row-{i}-{k}-words"
            picture.text(at, middle - 5, words, shown, text_anchor=anchor, part=part)

    def _draw_counts(self, picture):
        down = TOP + STEP * len(TOSSES) + 16
        picture.text(4, down, "● heads   ○ tails")
        shown = picture.add("g", class_="em-reveal")
        picture.text(188, down, "together", shown, text_anchor="end")
        for k, (at, anchor) in enumerate(((196, "start"), (356, "end"))):
            words = f"{CLUSTERS[NAMES[k]]['glyph']} {self.shown()[:, k].sum():.4f}"
            more = {"text_anchor": anchor, "part": f"count-{k}", "font_weight": 650}
            picture.text(at, down, words, shown, **more)
