"""A worksheet: seven observations divided between three clusters, box by box."""

from typing import ClassVar

import numpy as np

from ..palette import CLUSTERS, paint
from . import slips
from .figure import LiveFigure
from .picture import Picture, number
from .state import Index, Words

NAMES = ("fuchsia", "green", "blue")
COLUMNS = (28, 78, 128, 178, 228, 272, 316, 360)  # edges of the boxes, in units of the picture
TOP, ROW = 112, 32
HEADS = [f"weight × density, {name}" for name in NAMES]
HEADS += ["their sum, p(x)", *(f"responsibility of {name}" for name in NAMES)]


class Worksheet(LiveFigure):
    """Fill in the sheet: each box says at once whether it is right, and names a known slip.

    Parameters
    ----------
    row : int
        The row in work: one of the seven observations, or 7 for the soft counts.
    given : list of str
        What the reader wrote: seven boxes a row (three products, their sum, three
        responsibilities), row by row, then the three soft counts.
    """

    kind = "worksheet"
    options: ClassVar[dict] = {}
    row = Index(0)
    given = Words(52)
    x = (-3.0, -2.5, -1.0, 0.0, 2.0, 4.0, 5.0)
    weights = (1 / 3, 1 / 3, 1 / 3)
    means = (-4.0, 0.0, 8.0)
    variances = (1.0, 0.2, 3.0)

    def right(self):
        """Return what belongs into the 52 boxes."""
        return slips.right(*self._problem())

    def _problem(self):
        return tuple(map(np.array, (self.x, self.weights, self.means, self.variances)))

    def values(self):
        """Return nothing: the sheet shows the reader's numbers."""
        return {}

    def constants(self):
        """Return the right numbers, the wrong ones that known slips lead to, and their words."""
        return {
            "x": self.x,
            "mixture": {"means": self.means, "variances": self.variances},
            "heads": HEADS,
            "columns": COLUMNS,
            "right": [float(f"{value:.8g}") for value in self.right()],
            "spelled": [_spell(box, value) for box, value in enumerate(self.right())],
            "slips": slips.known(*self._problem()),
            "words": slips.WORDS,
            "layout": {"top": TOP, "row": ROW},
        }

    def limits(self):
        """Bound the row as well."""
        return super().limits() | {"row": [0, len(self.x)]}

    def summary(self):
        """Say how many boxes have something in them."""
        return f"{len(self.given)} boxes, {sum(map(bool, self.given))} filled in"

    def alt(self):
        """Say what the picture shows."""
        return (
            "A worksheet. Given are weight, mean and variance of fuchsia, green and blue. Below, "
            "a table of boxes with one row for each of seven observations: three boxes for weight "
            "times density, one for their sum, three for responsibilities. Under it three boxes "
            "for the soft counts."
        )

    def answer(self):
        """Return the sheet with every box filled in."""
        right = [_spell(box, value) for box, value in enumerate(self.right())]
        rows = [f"x = {x:g}: {', '.join(right[7 * i : 7 * i + 7])}" for i, x in enumerate(self.x)]
        rows.append(f"soft counts: {', '.join(right[49:])}")
        words = f"The sheet, solved. In each row {', '.join(HEADS)}. {'; '.join(rows)}."
        sheet = self._sheet(right).markup(_true_minus(words))
        return f'<div class="em-solution"><strong>The sheet, solved</strong>{sheet}</div>'

    # --- The picture

    def draw(self):
        """Draw what is given, and the boxes with what was written into them."""
        picture = self._sheet(self.given, named=True)
        mark = picture.add("g", part="row-mark", class_="em-row-mark")
        mark.set("transform", f"translate(0 {number(TOP + ROW * self.row)})")
        picture.add("rect", mark, x=1, y=0, width=358, height=ROW, fill="none")
        return picture

    def _sheet(self, written, named=False):
        """Draw the sheet; its boxes are parts with names where the reader's hand moves them."""
        picture = Picture(height=TOP + 8 * ROW + 4)
        given = zip(NAMES, self.means, self.variances, strict=True)
        for k, (name, mean, variance) in enumerate(given):
            words = picture.text(4, 13 + 17 * k, "")
            color, glyph = paint(name), CLUSTERS[name]["glyph"]
            picture.add("tspan", words, glyph + " ", fill=color)
            said = f"{name}: weight 1/3, mean {mean:g}, variance {variance:g}"
            picture.add("tspan", words, _true_minus(said))
        self._draw_heads(picture)
        for i in range(8):
            row = picture.add("g", part=f"row-{i}" if named else None, class_="em-pick")
            if named:  # high enough for a finger
                size = {"x": 0, "y": TOP + ROW * i, "width": 360, "height": ROW}
                picture.add("rect", row, **size, fill="transparent", class_="em-target")
            at, words = (COLUMNS[4] - 8, "soft counts") if i == 7 else (26, f"{self.x[i]:g}")
            picture.text(at, TOP + ROW * i + 20, _true_minus(words), row, text_anchor="end")
            for j in range(4 if i == 7 else 0, 7):
                box = 45 + j if i == 7 else 7 * i + j
                part = f"box-{box}" if named else None
                self._draw_box(picture, row, (i, j), shorten(written[box]), part)
        return picture

    def _draw_heads(self, picture):
        groups = ((0, 3, "weight × density"), (3, 4, "sum"), (4, 7, "responsibility"))
        for first, last, words in groups:
            middle = (COLUMNS[first] + COLUMNS[last]) / 2
            picture.text(middle, TOP - 38, words, text_anchor="middle")
        picture.text(26, TOP - 6, "x", text_anchor="end")
        picture.text((COLUMNS[3] + COLUMNS[4]) / 2, TOP - 6, "p(x)", text_anchor="middle")
        for j in (0, 1, 2, 4, 5, 6):
            name, middle = NAMES[j % 4], (COLUMNS[j] + COLUMNS[j + 1]) / 2
            glyph = {"fill": paint(name), "text_anchor": "middle"}
            picture.text(middle, TOP - 21, CLUSTERS[name]["glyph"], **glyph)
            picture.text(middle, TOP - 6, name, text_anchor="middle")

    def _draw_box(self, picture, row, place, words, part):
        (i, j), right = place, COLUMNS[place[1] + 1]
        left, down = COLUMNS[j], TOP + ROW * i
        size = {"x": left + 1.5, "y": down + 3, "width": right - left - 3, "height": ROW - 6}
        group = picture.add("g", row, part=part)
        ink = {"fill": "none", "stroke": "currentColor", "stroke_width": 0.9}
        picture.add("rect", group, **size, **ink)
        picture.text((left + right) / 2, down + 17, words, group, text_anchor="middle")
        for sign, verdict in (("✓", "right"), ("✗", "wrong")):  # shown by the style sheet
            place = {"text_anchor": "end", "font_size": 10, "display": "none"}
            picture.text(
                right - 4, down + ROW - 5, sign, group, **place, class_=f"em-{verdict}-sign"
            )


def shorten(words):
    """Return what was written as it fits into a box: .0571 for 0.0571."""
    return words.strip().removeprefix("0" if words.strip().startswith("0.") else "")[:7]


def _spell(box, value):
    """Spell what belongs into a box: products to three digits, shares to four decimals."""
    product = box < 49 and box % 7 < 4
    if not product:
        return f"{value:.4f}"
    power = int(np.floor(np.log10(value)))
    digits = f"{value / 10.0**power:.{2 if power > -10 else 1}f}"
    return f"{value:.3g}" if power > -4 else f"{digits}e{power}"


def _true_minus(text):
    return text.replace("-", "−")
