"""The live figures of the book: where they stand, and what emlib says of each of their states."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from book_builder import ROOT
from browsing import PAGES

from emlib import figures

FIGURE = re.compile(
    r'<figure class="em-figure" id="figure-([\w-]+)" data-kind="([\w-]+)".*?</figure>', re.DOTALL
)
DATA = re.compile(r'<script type="application/json">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Drawn:
    """One figure as a page or a stored output holds it: markup, and the JSON beside it."""

    page: str
    name: str
    kind: str
    markup: str

    @cached_property
    def stored(self) -> dict:
        return json.loads(DATA.search(self.markup)[1])

    @property
    def config(self) -> dict:
        return self.stored["config"]

    @property
    def first(self) -> dict:
        return self.stored["state"]

    @property
    def asks(self) -> bool:
        return bool(self.config["prediction"])

    def rebuild(self, state=None):
        """Make emlib's figure of what the page says, in its first state and then in `state`.

        None for questions, which have neither a picture nor numbers of their own.
        """
        if "questions" in self.config:
            return None
        given = {key: value for key, value in self.first.items() if key != "guess"}
        figure = kinds()[self.kind](self.name, "", **self.config["options"], **given)
        for key in given.keys() & (state or {}).keys():
            setattr(figure, key, state[key])
        return figure


def kinds(root=figures.LiveFigure) -> dict:
    """Give emlib's figures by kind; traitlets' own further subclasses have none of their own."""
    found = {}
    for cls in root.__subclasses__():
        found |= kinds(cls)
        if cls.__dict__.get("kind") and cls.__module__.startswith("emlib"):
            found[cls.kind] = cls
    return found


def figures_in(page: str, html: str) -> list[Drawn]:
    """Find the figures of a page, or of a cell's stored output."""
    return [Drawn(page, found[1], found[2], found[0]) for found in FIGURE.finditer(html)]


def figures_of_the_book(root: Path = ROOT) -> list[Drawn]:
    """Find the figures in the stored outputs of all chapters that _toc.yml lists."""
    found = []
    for page in PAGES:
        path = (root / page).with_suffix(".ipynb")
        if not path.is_file():
            continue
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                found += figures_in(page, output.get("data", {}).get("text/html", ""))
    return found
