"""A photograph in tiles, each divided between a building, trees and sky."""

from typing import ClassVar

import numpy as np

from ..datasets import load_tiles
from ..gaussian import log_gaussian
from ..mixture import Parameters, log_joint, log_sum_exp, responsibilities
from ..palette import CLUSTERS, blend, paint
from .cells import cell
from .figure import LiveFigure
from .picture import Picture, mixed, number
from .state import Choice, Index, Numbers, round_off

NAMES = ("fuchsia", "green", "blue")
KINDS = ("building", "trees", "sky")
LABELS = (*KINDS, "lake", "mixed")
SIZE = 14.5  # of a tile, in units of the picture
LEFT, TOP = 6, 4
TABLE, ROW = 268, 24
COLUMNS = (96, 166, 260, 356)  # edges of prior, likelihood, responsibility
MARKS = {  # around the middle of a tile, which no colour alone may tell from another
    "fuchsia": "m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0z",
    "green": "m0-2.6l2.4 4.3h-4.8z",
    "blue": "m-1.9-1.9h3.8v3.8h-3.8z",
}


class Tiles(LiveFigure):
    """Tap a tile and read prior, likelihood, responsibility; change what is in the bag.

    Parameters
    ----------
    tile : int
        The tile that is read, counted row by row from the top left.
    colours : {"own", "responsibility"}
        Each tile in its own colour, or in the clusters' colours mixed by responsibility.
    features : {"colour", "brightness"}
        What the clusters know of a tile: mean red, green and blue, or the mean of the three.
    bag : (3,) list
        How many tiles of a building, of trees and of sky are in the bag: the weights.
    """

    kind = "tiles"
    options: ClassVar[dict] = {}
    tile = Index(9 * 24 + 15)
    colours = Choice("own", ("own", "responsibility"))
    features = Choice("colour", ("colour", "brightness"))
    bag = Numbers([64, 76, 124], low=1, high=400)

    def __init__(self, name, caption, prediction=None, **more):
        self.photograph = load_tiles()
        super().__init__(name, caption, prediction, **more)

    def seen(self, features=None):
        """Return what the clusters know of each tile, shape (384, 3) or (384, 1)."""
        X = self.photograph.X
        colour = (features or self.features) == "colour"
        return X if colour else X.mean(axis=1, keepdims=True)

    def shapes(self, features=None):
        """Return means and covariances of the tiles that were labelled by eye."""
        mine = [self.seen(features)[self.photograph.labels == kind] for kind in KINDS]
        means = [X.mean(axis=0) for X in mine]
        covariances = [np.atleast_2d(np.cov(X.T, bias=True)) for X in mine]
        return round_off(means), round_off(covariances)

    def parameters(self):
        """Return the mixture on screen, an `emlib.Parameters`."""
        return Parameters(np.array(self.bag) / np.sum(self.bag), *self.shapes())

    def resp(self):
        """Return the responsibilities of all tiles, shape (384, 3)."""
        p = self.parameters()
        return responsibilities(self.seen(), p.weights, p.means, p.covariances)

    def _logs(self):
        p, tile = self.parameters(), self.seen()[[self.tile]]
        likelihood = log_gaussian(tile, p.means, p.covariances)[0]
        return likelihood, log_joint(tile, p.weights, p.means, p.covariances)

    def values(self):
        """Return the tile's prior, likelihood, mixture density and responsibilities."""
        resp, (likelihood, joint) = self.resp(), self._logs()
        first = type(self)(self.name, "", features=self.features)
        return {
            "prior": self.parameters().weights,
            "log_likelihood": likelihood,
            "log_mixture": log_sum_exp(joint)[0, 0],
            "resp": resp[self.tile],
            "changed": (resp.argmax(axis=1) != first.resp().argmax(axis=1)).sum(),
        }

    def constants(self):
        """Return the tiles, what they show, and the clusters' means and covariances."""
        shapes = {features: self.shapes(features) for features in ("colour", "brightness")}
        return {
            "X": self.photograph.X.tolist(),
            "shape": self.photograph.shape,
            "labels": [LABELS.index(label) for label in self.photograph.labels],
            "names": LABELS,
            "counted": self.traits()["bag"].default_value,
            "shapes": shapes,
            "marks": [MARKS[name] for name in NAMES],
        }

    def limits(self):
        """Bound the tile as well."""
        return super().limits() | {"tile": [0, len(self.photograph.X) - 1]}

    def summary(self):
        """Say which tile is read and who takes how much."""
        shares = zip(KINDS, self.resp()[self.tile], strict=True)
        said = ", ".join(f"{kind} {share:.3f}" for kind, share in shares)
        return f"tile {self.tile} by {self.features}, bag {self.bag}; {said}"

    def alt(self):
        """Say what the picture shows."""
        in_what = "its mean colour" if self.colours == "own" else "colours mixed by responsibility"
        return (
            "A photograph cut into tiles, 16 rows of 24, each in "
            f"{in_what}: pale sky above, a pagoda with red and orange roofs on the left, trees "
            "along the foot and on the right, a lake between them. One tile is ringed; a table "
            "below gives its prior, likelihood and responsibility for building, trees and sky."
        )

    # --- The picture

    def draw(self):
        """Draw the mosaic, the ring around one tile, and the table of that tile."""
        picture = Picture(height=TABLE + 3 * ROW + 4)
        rows, columns = self.photograph.shape
        box = (LEFT, TOP, columns * SIZE, rows * SIZE)
        plane = picture.plane("mosaic", (-0.5, columns - 0.5), (0.5 - rows, 0.5), box)
        resp = self.resp()
        own = self.colours == "own"
        colours = self.photograph.X if own else 255 * blend(resp, NAMES)
        mosaic = plane.add("g", part="mosaic", shape_rendering="crispEdges")
        for i, colour in enumerate(colours):
            size = {"x": LEFT + SIZE * (i % columns), "y": TOP + SIZE * (i // columns)}
            size |= {"width": SIZE, "height": SIZE}
            look = {} if own else {"style": mixed(resp[i], NAMES), "class_": "em-mixed"}
            picture.add("rect", mosaic, **size, fill=_hex(colour), **look)
        first = np.argmax(resp, axis=1)
        for k, name in enumerate(NAMES):
            mine = np.flatnonzero((first == k) & (not own))
            d = "".join(f"M{self._middle(i)}{MARKS[name]}" for i in mine)
            plane.add("path", d=d, class_="em-tile-mark", part=f"mark-{k}")
        row, column = divmod(self.tile, columns)
        plane.this_one(column, -row, link="observation")
        self._draw_table(picture, resp[self.tile])
        return picture

    def _middle(self, i):
        row, column = divmod(int(i), self.photograph.shape[1])
        return f"{number(LEFT + SIZE * (column + 0.5))} {number(TOP + SIZE * (row + 0.5))}"

    def _draw_table(self, picture, resp):
        weights, (likelihood, _) = self.parameters().weights, self._logs()
        heads = ("prior", "× likelihood", "responsibility")
        shown = picture.add("g")
        for j, head in enumerate(heads):
            picture.text(COLUMNS[j + 1] - 6, TABLE - 8, head, shown, text_anchor="end")
        for k, (name, kind) in enumerate(zip(NAMES, KINDS, strict=True)):
            top = TABLE + k * ROW
            words = picture.text(4, top + 16.5, "", shown, link=f"cluster-{k}")
            glyph = {"fill": paint(name), "text": CLUSTERS[name]["glyph"] + " "}
            picture.add("tspan", words, **glyph)
            picture.add("tspan", words, text=kind)
            cells = (
                (f"{weights[k]:.2f}", weights[k], "prior"),
                (scientific(likelihood[k]), np.exp(likelihood[k] - likelihood.max()), "likelihood"),
                (f"{resp[k]:.3f}", resp[k], "resp"),
            )
            for j, (said, share, part) in enumerate(cells):
                box = (COLUMNS[j], top, COLUMNS[j + 1] - COLUMNS[j], ROW)
                secret = "words" if part == "prior" else "all"
                cell(picture, box, said, share, f"{part}-{k}", name, shown, secret)


def scientific(log_value):
    """Spell a number, given its logarithm, with two digits and a power of ten: 9.0e−29."""
    power, rest = divmod(log_value / np.log(10), 1)
    digits = f"{10**rest:.1f}"
    if digits == "10.0":
        power, digits = power + 1, "1.0"
    return f"{digits}e{int(power)}".replace("-", "−")


def _hex(colour):
    return "#" + "".join(f"{int(channel + 0.5):02x}" for channel in colour)
