"""Prior, likelihood and product of the observation under the finger, as three groups of bars."""

from typing import ClassVar

import numpy as np

from ..gaussian import log_gaussian
from ..mixture import responsibilities
from ..palette import CLUSTERS, paint
from .equation import equation, fraction, normal, sign, symbol, total, variance
from .figure import LiveFigure
from .picture import BESIDE, Picture, share_bar, tell_share
from .state import Numbers

NAMES = ("green", "blue")
GRID = 161  # points of each curve
TOP = 0.5  # the longest bar of a density, and the height of the plane
# Each group of bars: its part and link, its heading, what a full bar is worth, decimals.
GROUPS = (
    ("prior", "prior", "weight", 1.0, 2),
    ("likelihood", "× likelihood", "likelihood", TOP, 4),
    ("product", "= product", "product", TOP, 4),
)
LEFT, STEP, ROOM = 76, 96, 84  # where the first group starts, the next one, and a full bar
ROWS, ROW = 206, 31
BROAD = 7  # an upright bar
LANE = -0.11  # below the curves the observation has a lane of its own


class PriorTimesLikelihood(LiveFigure):
    """Drag an observation along the axis through two clusters, and see both factors as bars.

    Parameters
    ----------
    x : float
        The observation, from -4 to 4.
    weight : float
        The weight of green; blue has the rest.
    """

    kind = "prior-times-likelihood"
    options: ClassVar[dict] = {"means": [-1.4, 1.4], "variances": [0.8, 0.8]}
    x = Numbers(1.0, low=-4, high=4)
    weight = Numbers(0.95, low=0.02, high=0.98)

    def _mixture(self):
        means = np.array(self.options["means"])[:, None]
        return [self.weight, 1 - self.weight], means, np.array(self.options["variances"])

    def values(self):
        """Return the factors, their products, and the responsibilities."""
        weights, means, variances = self._mixture()
        likelihood = np.exp(log_gaussian([[self.x]], means, variances, "spherical")[0])
        resp = responsibilities([[self.x]], weights, means, variances, "spherical")[0]
        factors = {"prior": np.array(weights), "likelihood": likelihood}
        return factors | {"product": weights * likelihood, "resp": resp}

    def cluster_names(self):
        """Return green and blue."""
        return NAMES

    def constants(self):
        """Return what the groups of bars are scaled by."""
        return {"groups": GROUPS, "lane": LANE, "broad": BROAD}

    def summary(self):
        """Say where the observation is and what comes of the two factors."""
        green, blue = self.values()["resp"]
        return f"x {self.x:g}, weight of green {self.weight:g}; green {green:.3f}, blue {blue:.3f}"

    def alt(self):
        """Say what the picture shows, and not yet what comes of it."""
        values = self.values()
        said = [
            f"{name}: prior {prior:.2f}, likelihood {likelihood:.4f}"
            for name, prior, likelihood in zip(
                NAMES, values["prior"], values["likelihood"], strict=True
            )
        ]
        return (
            "Two bell curves over an axis, green on the left and blue on the right, and a ringed "
            f"observation at {self.x:g}. Below, bars. {'; '.join(said)}; and products."
        )

    def equation(self):
        """Return Bayes' rule in one dimension; what is a bar in the picture links to it."""
        above = symbol("π", "weight", "k") + _likelihood("k")
        below = total("j", symbol("π", "weight", "j") + _likelihood("j"))
        product = f'<mrow data-link="product">{above}</mrow>'
        shared = symbol("r", "responsibility", "ik")
        return equation(shared, sign("="), fraction(product, f"<mrow>{below}</mrow>"))

    def draw(self):
        """Draw the curves, the observation, the bars, and the bar that the clusters divide."""
        picture, values = Picture(height=324), self.values()
        plane = picture.plane("main", (-4, 4), (LANE, TOP), (8, 8, 344, 134))
        plane.axis((-4, -2, 0, 2, 4), "value x")
        plane.line([(-4, 0), (4, 0)], class_="em-ground")
        self._draw_curves(plane)
        self._draw_heights(plane, values["likelihood"])
        plane.this_one(self.x, LANE / 2, link="observation", words=BESIDE)
        for column, group in enumerate(GROUPS):
            self._draw_bars(picture, column, group, values[group[0]])
        for k, name in enumerate(NAMES):
            down = ROWS + k * ROW + 19
            color = paint(name)
            picture.text(4, down, CLUSTERS[name]["glyph"], fill=color)
            picture.text(19, down, name, link=f"cluster-{k}")
        shown = picture.add("g", class_="em-reveal", link="responsibility")
        share_bar(picture, values["resp"], NAMES, (4, 296, 352, 24), parent=shown)
        for k, (name, share) in enumerate(zip(NAMES, values["resp"], strict=True)):
            at, anchor = ((4, "start"), (356, "end"))[k]
            words = f"{CLUSTERS[name]['glyph']} {name} {tell_share(share)}"
            picture.text(at, 288, words, shown, text_anchor=anchor, part=f"share-{k}-words")
        return picture

    def _draw_curves(self, plane):
        x = np.linspace(-4, 4, GRID)
        _, means, variances = self._mixture()
        densities = np.exp(log_gaussian(x[:, None], means, variances, "spherical"))
        for k, name in enumerate(NAMES):
            link = f"cluster-{k} mean covariance"
            plane.line(np.column_stack([x, densities[:, k]]), name, link=link)
            side = np.sign(self.options["means"][k])  # the name on the slope that faces outwards
            right = float(plane.px(self.options["means"][k] + side))
            anchor = "start" if side > 0 else "end"
            plane.words(right, float(plane.py(0.32)), name, text_anchor=anchor, link=link)

    def _draw_heights(self, plane, heights):
        for k, (name, height) in enumerate(zip(NAMES, heights, strict=True)):
            top = plane.py(height)
            size = {"width": BROAD, "height": plane.py(0) - top}
            place = {"x": plane.px(self.x) + (k - 1) * BROAD, "y": top}
            look = {"fill": paint(name), "part": f"height-{k}"}
            plane.add("rect", **place, **size, **look, link=f"likelihood likelihood-{k}")

    def _draw_bars(self, picture, column, group, values):
        part, heading, link, full, decimals = group
        left = LEFT + column * STEP
        hidden = "em-reveal" if part == "product" else None
        parent = picture.add("g", class_=hidden, link=link)
        picture.text(left, ROWS - 10, heading, parent, font_weight="650")
        for k, value in enumerate(values):
            down = ROWS + k * ROW
            row = picture.add("g", parent, link=f"{part}-{k}")
            picture.text(left, down + 12, f"{value:.{decimals}f}", row, part=f"{part}-{k}-number")
            frame = {"x": left, "y": down + 16, "width": ROOM, "height": 9}
            picture.add("rect", row, **frame, fill="none", class_="em-track")
            frame["width"] = ROOM * min(value / full, 1)
            bar = {"part": f"{part}-{k}", "kind": "bar", "room": ROOM}
            picture.add("rect", row, **frame, fill=paint(NAMES[k]), **bar)


def _likelihood(index):
    return f'<mrow data-link="likelihood">{normal(index, variance)}</mrow>'
