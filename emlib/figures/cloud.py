"""A cloud of observations: grey, shaded by responsibility, or assigned hard."""

from typing import ClassVar

import numpy as np

from ..datasets import sample_mixture
from ..mixture import Parameters, responsibilities
from ..palette import CLUSTERS, paint
from .figure import LiveFigure
from .picture import Picture, bars, number
from .state import Choice, Numbers

NAMES = ("fuchsia", "green", "blue")
MADE_BY = Parameters(
    weights=[0.3, 0.4, 0.3],
    means=[[-2.0, 0.7], [1.5, 1.1], [0.6, -1.5]],
    covariances=[
        [[0.9, 0.45], [0.45, 0.7]],
        [[1.0, -0.3], [-0.3, 0.55]],
        [[1.2, 0.3], [0.3, 0.4]],
    ],
)
# Where EM ends on these observations from an unlucky start, to one decimal.
OTHERS = Parameters(
    weights=[0.5, 0.3, 0.2],
    means=[[-1.1, -0.4], [1.3, 1.4], [1.7, 0.0]],
    covariances=[
        [[1.6, -0.6], [-0.6, 1.5]],
        [[1.1, -0.3], [-0.3, 0.4]],
        [[0.2, -0.2], [-0.2, 1.1]],
    ],
)
GIVENS = {"nothing": None, "these": MADE_BY, "others": OTHERS}
X = np.round(sample_mixture(MADE_BY, 120, rng=7).X, 2)
HALVES = {"nothing": ("not given", "nobody can say"), "given": ("given", "computed")}
CLEAR = 0.9  # above this share an observation is called clear
NEIGHBOURS = 2  # rows of the table on either side of the chosen one
RANGES = (-4.9, 3.9), (-3.0, 3.0)


class Cloud(LiveFigure):
    """Tap any of 120 observations and read its responsibility vector.

    Parameters
    ----------
    view : {"grey", "shaded", "hard"}
        How the observations are drawn.
    given : {"nothing", "these", "others"}
        Which parameters are known: none, those that made the cloud, or some that did not.
    chosen : int
        The row of the observation that is read.
    views, givens, array : bool
        Let the reader choose the view; choose what is given, which is then drawn; and show the
        whole array of responsibilities beside the cloud, with the rows around the chosen one.
    """

    kind = "cloud"
    options: ClassVar[dict] = {"views": False, "givens": False, "array": False}
    view = Choice("shaded", ("grey", "shaded", "hard"))
    given = Choice("these", tuple(GIVENS))
    chosen = Numbers(0, low=0, high=len(X) - 1, whole=True)

    @property
    def row(self):
        """Which row of X is chosen, as an index."""
        return int(self.chosen)

    def parameters(self):
        """Return the parameters that are given, an `emlib.Parameters`, or None."""
        return GIVENS[self.given]

    def resp(self):
        """Return the responsibilities for all observations, or None if no parameters are given."""
        p = self.parameters()
        return None if p is None else responsibilities(X, p.weights, p.means, p.covariances)

    def shown(self):
        """Return the rows as the view has them: soft, hard, or None while all is grey."""
        resp = self.resp()
        if self.view == "hard" and resp is not None:
            return np.eye(len(NAMES))[resp.argmax(axis=1)]
        return None if self.view == "grey" else resp

    def cluster_names(self):
        """Return fuchsia, green, blue."""
        return NAMES

    def constants(self):
        """Return the observations and the parameters that can be given."""
        mixtures = {
            key: {
                "weights": p.weights.tolist(),
                "means": p.means.tolist(),
                "covariances": p.covariances.tolist(),
            }
            for key, p in GIVENS.items()
            if p is not None and (self.options["givens"] or key == self.given)
        }
        said = {"clear": CLEAR, "neighbours": NEIGHBOURS, "halves": HALVES}
        return {"X": X.tolist(), "mixtures": mixtures, **said}

    def values(self):
        """Return the chosen row; with `views` two counts; with `array` the rows of the table."""
        resp, shown = self.resp(), self.shown()
        values = {"resp": [] if resp is None else resp[self.row]}
        if self.options["views"]:
            largest = np.zeros(0) if resp is None else resp.max(axis=1)
            values |= {"clear": (largest > CLEAR).sum(), "at-stake": (1 - largest).sum()}
        if self.options["array"]:
            values["rows"] = [] if shown is None else self._table(shown)
        return values

    def _table(self, shown):
        """Return the rows around the chosen one and the sums of all rows, each with its own sum."""
        start = min(max(self.row - NEIGHBOURS, 0), len(X) - 2 * NEIGHBOURS - 1)
        near = shown[start : start + 2 * NEIGHBOURS + 1]
        rows = np.vstack([near, shown.sum(axis=0)])
        return np.column_stack([rows, rows.sum(axis=1)])

    def summary(self):
        """Say which observation is chosen and who is responsible for it."""
        resp, place = self.resp(), ", ".join(f"{value:g}" for value in X[self.row])
        if resp is None:
            return f"observation {self.row} at ({place}); no parameters, no responsibilities"
        said = zip(NAMES, resp[self.row], strict=True)
        shares = ", ".join(f"{name} {share:.4f}" for name, share in said)
        return f"observation {self.row} at ({place}), {self.view}; {shares}"

    def alt(self):
        """Say what the picture shows."""
        shown = self.shown()
        if shown is None:
            return f"A cloud of grey observations in the plane, {len(X)} of them; one is ringed."
        biggest = np.bincount(shown.argmax(axis=1), minlength=len(NAMES))
        counts = ", ".join(f"{count} {name}" for count, name in zip(biggest, NAMES, strict=True))
        beside = " Beside it the array of responsibilities, one row for each observation."
        return (
            "A cloud of observations in the plane, each with the colour of who is responsible "
            f"for it: by the largest share {counts}; mixed colours where clusters "
            f"meet. One is ringed.{beside if self.options['array'] else ''}"
        )

    def draw(self):
        """Draw the cloud, the bars of the chosen observation, and what the options add."""
        array, givens = self.options["array"], self.options["givens"]
        picture = Picture(height=288 if array else 436 if givens else 346)
        box = (4, 22, 242, 165) if array else (4, 4, 352, 240)
        plane = picture.plane("main", *RANGES, box)
        self._draw_observations(plane, size=0.72 if array else 1.0)
        if givens:
            self._draw_parameters(plane)
            self._draw_question(picture, top=362)
        if array:
            self._draw_array(picture, plane, (262, 22, 94, 258))
        plane.this_one(*X[self.row], link="observation")
        self._draw_bars(picture, (4, box[1] + box[3] + 8, box[2], 66 if array else 72))
        return picture

    def _draw_observations(self, plane, size):
        shown, r = self.shown(), 4.4 * size
        plane.group.set("data-view", "grey" if shown is None else self.view)
        turn = f"a{number(r)} {number(r)} 0 1 0"
        dots = zip(plane.px(X[:, 0]) - r, plane.py(X[:, 1]), strict=True)
        d = "".join(
            f"M{number(x)} {number(y)}{turn} {number(2 * r)} 0{turn} {number(-2 * r)} 0Z"
            for x, y in dots
        )
        plane.add("path", d=d, fill="currentColor", class_="em-latent em-observation")
        look = {"class_": self._reveal(), "seen": shown is not None}
        marks = plane.add("g", part="observations", **look)
        shares = np.full((len(X), len(NAMES)), 1 / 3) if shown is None else shown
        plane.observations(X, shares, NAMES, size=size, parent=marks)

    def _reveal(self):
        """Return the class of what a guess reveals; with parameters drawn, nothing is left to."""
        return None if self.options["givens"] else "em-reveal"

    def _draw_parameters(self, plane):
        p = self.parameters() or MADE_BY
        seen = self.parameters() is not None
        for k, name in enumerate(NAMES):
            more = {"seen": seen, "link": f"cluster-{k}"}
            plane.ellipse(p.means[k], p.covariances[k], name, part=f"ellipse-{k}", **more)
            more |= {"text_anchor": "middle", "class_": "em-words em-halo", "kind": None}
            x, y = p.means[k]
            right, down = plane.px(x), plane.py(y) + 6
            plane.words(right, down, "+", font_size=20, part=f"mean-{k}", **more)
            reach = np.sqrt(p.covariances[k, 1, 1])
            beside = plane.py(y + reach) - 6 if y > 0.3 else plane.py(y - reach) + 16
            words = f"{CLUSTERS[name]['glyph']} π = {p.weights[k]:g}"
            plane.words(right, beside, words, part=f"weight-{k}", **more)

    def _draw_question(self, picture, top):
        """Draw which half of the question is solved: two boxes, and an arrow each way."""
        group = picture.add("g")
        boxes = (("parameters", "π, μ, Σ"), ("responsibilities", "r"))
        for left, (title, symbols), said in zip((4, 236), boxes, self.halves(), strict=True):
            picture.add("rect", group, x=left, y=top, width=120, height=60, rx=6, class_="em-box")
            words = {"parent": group, "text_anchor": "middle"}
            picture.text(left + 60, top + 18, title, font_weight=650, **words)
            picture.text(left + 60, top + 35, symbols, font_style="italic", **words)
            picture.text(left + 60, top + 52, said, part=f"half-{title}", **words)
        ink = {"stroke": "currentColor", "stroke_width": 1.6, "fill": "none"}
        dash = "none" if self.parameters() else "3 4"
        forth = f"M130 {top + 22}H230M223 {top + 17}L230 {top + 22}L223 {top + 27}"
        back = f"M230 {top + 40}H130M137 {top + 35}L130 {top + 40}L137 {top + 45}"
        picture.add("path", group, d=forth, part="forth", stroke_dasharray=dash, **ink)
        picture.add("path", group, d=back, stroke_dasharray="3 4", **ink)
        picture.text(180, top + 14, "this part", group, text_anchor="middle")
        picture.text(180, top + 58, "still open", group, text_anchor="middle")

    def halves(self):
        """Say what is known of the parameters and of the responsibilities."""
        return HALVES["nothing" if self.given == "nothing" else "given"]

    def _draw_array(self, picture, plane, box):
        """Draw the array of responsibilities: a row for each observation, a bar in each column."""
        left, top, width, height = box
        step, room = height / len(X), width / len(NAMES)
        shown = self.shown()
        shares = np.zeros((len(X), len(NAMES))) if shown is None else shown
        array = picture.add("g", part="array", class_="em-reveal em-array")
        ground = {"x": left - 4, "y": top, "width": width + 8, "height": height}
        picture.add("rect", array, part="ground", fill="transparent", **ground)
        for k, name in enumerate(NAMES):
            start = left + k * room
            rows = "".join(
                f"M{number(start)} {number(top + i * step)}h{number(length)}v1.6h{number(-length)}Z"
                for i, length in enumerate((room - 3) * shares[:, k])
            )
            color, glyph = paint(name), CLUSTERS[name]["glyph"]
            picture.add("path", array, d=rows, fill=color, part=f"column-{k}", link=f"cluster-{k}")
            picture.text(start + room / 2, top - 7, glyph, array, fill=color, text_anchor="middle")
        y, (x1, y1) = top + self.row * step, (plane.px(X[self.row, 0]), plane.py(X[self.row, 1]))
        line = f"M{number(x1)} {number(y1)}L{number(left - 4)} {number(y + 0.8)}"
        picture.add("path", array, d=line, part="leader", class_="em-pole", stroke="currentColor")
        frame = {"x": left - 4, "y": y - 1.6, "width": width + 8, "height": 4.8, "rx": 2}
        picture.add("rect", array, part="row", fill="none", stroke="currentColor", **frame)

    def _draw_bars(self, picture, box):
        shown = self.shown()
        row = np.zeros(len(NAMES)) if shown is None else shown[self.row]
        words = (lambda share: "–") if shown is None else "{:.4f}".format
        group = picture.add("g", part="bars")
        bars(picture, row, NAMES, box, "bar", words, link="cluster", parent=group)
        left, top, width, height = box
        at = (left + width, top + height + 14)
        total = "sum –" if shown is None else f"sum {row.sum():.4f}"
        picture.text(*at, total, group, text_anchor="end", part="sum")
        for element in group.iter():  # before the guess the tracks stand empty
            if element.get("data-part", "bars") != "bars" and self._reveal():
                element.set("class", f"{element.get('class', '')} em-reveal".strip())
