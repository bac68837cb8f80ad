"""What every live figure is: one notebook output in three forms.

The widget (JupyterLab: its traits are observed, set and linked from Python), HTML for the page (the
picture, its caption and answer, the state as JSON) and text that is the same on every machine.
A figure is a subclass with a `kind` (its file in js/), traits from `state.py`, and `draw`.
"""

import json
import re
from html import escape
from importlib.resources import files
from math import isfinite
from typing import ClassVar

import anywidget
from traitlets import Dict, TraitError, Unicode, validate

from ..plotting import CLUSTERS, PALETTE
from .picture import MARKS, Picture
from .state import Numbers

FOLDER = files("emlib.figures")
CORE = ("emlib", "stage", "panel", "mount")  # js/*.js, each standing on those before it
NAME = re.compile(r"[a-z][a-z0-9-]*")


def script(kind):
    """Return the JavaScript of one figure as the module that JupyterLab loads."""
    sources = [(FOLDER / "js" / f"{name}.js").read_text("utf-8") for name in (*CORE, kind)]
    return "\n".join([*sources, "export default { render: globalThis.emlib.render };\n"])


def style():
    """Return the style sheet of figures for JupyterLab, where no page brings the palette."""
    roles, clusters = PALETTE["roles"], PALETTE["clusters"]

    def variables(theme):
        return " ".join(f"--em-{name}: {value[theme]};" for name, value in roles.items())

    marks = [
        f'.em-{name}::before {{ content: "{value["glyph"]}"; color: {value["color"]}; }}'
        for name, value in clusters.items()
    ]
    rules = [
        f".em-figure {{ {variables('light')} }}",
        f'[data-jp-theme-light="false"] .em-figure {{ {variables("dark")} }}',
        *marks,
        (FOLDER / "figures.css").read_text("utf-8"),
    ]
    return "\n".join(rules)


class LiveFigure(anywidget.AnyWidget):
    """A figure that the reader holds in the hand.

    Parameters
    ----------
    name : str
        Names this figure on its page and in links to it: small letters, digits, hyphens.
    caption : str
        Stands below the picture.
    prediction : Prediction or PlacePrediction, optional
        The question that comes before the look.
    **more
        The class's options (fixed) and the first values of its traits (what the reader moves).
    """

    kind = ""
    options: ClassVar[dict] = {}
    name = Unicode()
    config = Dict().tag(sync=True)
    guess = Unicode("").tag(sync=True, state=True)

    def __init_subclass__(cls, **keywords):
        if cls.__dict__.get("kind"):  # traitlets makes further subclasses of its own
            cls._esm, cls._css = script(cls.kind), style()
        super().__init_subclass__(**keywords)

    def __init__(self, name, caption, prediction=None, **more):
        if not NAME.fullmatch(name):
            raise ValueError(
                f"name={name!r}: use small letters, digits and hyphens, a letter first."
            )
        known = {*type(self).options, *self.traits(state=True)}
        unknown = sorted(set(more) - known)
        if unknown:
            raise TypeError(
                f"{type(self).__name__} has no {unknown[0]!r}; it has {', '.join(sorted(known))}."
            )
        options = {key: more.pop(key) for key in list(more) if key in type(self).options}
        self.options = type(self).options | options
        self.caption, self.prediction = caption, prediction
        super().__init__(name=name, **more)
        self.config = self._config()

    # --- What a figure says of itself; subclasses fill these in

    def draw(self) -> Picture | None:
        """Return the picture of the state, or None if the figure has only words and fields."""
        return None

    def alt(self) -> str:
        """Say what the picture shows to somebody who does not see it."""
        raise NotImplementedError(f"{type(self).__name__} has no words for its picture.")

    def summary(self) -> str:
        """Say in one line what the state shows, rounded to what is promised."""
        raise NotImplementedError(f"{type(self).__name__} does not sum itself up.")

    def answer(self) -> str:
        """Return question and answer as HTML, for a page without JavaScript and for paper."""
        if not self.prediction:
            return ""
        ask, words = escape(self.prediction.ask), escape(self.prediction.words())
        return f'<p class="em-answer"><strong>{ask}</strong> {words}</p>'

    def equation(self) -> str:
        """Return the equation below the picture as HTML, with links into it (`equation.py`)."""
        return ""

    def values(self) -> dict:
        """Return the numbers on screen, by the name of their readout, as emlib computes them."""
        raise NotImplementedError(f"{type(self).__name__} does not say its numbers.")

    def constants(self) -> dict:
        """Return what the page needs besides the options, as JSON can hold it."""
        return {}

    def limits(self) -> dict:
        """Return [low, high] for each number, or list of numbers, of the state that has bounds."""
        return {
            key: [trait.low, trait.high]
            for key, trait in self.traits(state=True).items()
            if isinstance(trait, Numbers) and isfinite(trait.low)
        }

    def cluster_names(self) -> tuple:
        """Return the palette's names of the clusters in the picture."""
        return tuple(CLUSTERS)

    # --- The three forms

    def state(self):
        """Return the state: a dict of the traits that the reader can move."""
        return {key: getattr(self, key) for key in sorted(self.traits(state=True))}

    def to_html(self):
        """Return the figure for a page: alive where its scripts are, and a picture elsewhere."""
        config = {key: value for key, value in self._config().items() if key != "markup"}
        stored = {"config": config, "state": config.pop("state")}
        data = json.dumps(stored, sort_keys=True, ensure_ascii=False).replace("<", "\\u003c")
        return self._markup(f'<script type="application/json">{data}</script>')

    def __repr__(self):
        return f"{type(self).__name__}: {self.summary()}"

    def _repr_mimebundle_(self, **keywords):
        bundle = super()._repr_mimebundle_(**keywords)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/plain": repr(self), "text/html": self.to_html()}, metadata

    def _config(self):
        names = self.cluster_names()
        return {
            "kind": self.kind,
            "name": self.name,
            "clusters": [
                {"name": name, **CLUSTERS[name], "mark": MARKS[CLUSTERS[name]["marker"]]}
                for name in names
            ],
            "limits": self.limits(),
            "most": {k: v.most for k, v in self.traits(state=True).items() if hasattr(v, "most")},
            "prediction": self.prediction.config() if self.prediction else None,
            "options": self.options,
            "state": self.state(),
            "markup": self._markup(""),
            **self.constants(),
        }

    def _markup(self, data):
        picture = self.draw()
        stage = f'<div class="em-stage">{picture.markup(self.alt())}</div>' if picture else ""
        return (
            f'<figure class="em-figure" id="figure-{self.name}" data-kind="{self.kind}">'
            f"{stage}{self.equation()}<figcaption>{escape(self.caption)}</figcaption>"
            f"{self.answer()}{data}</figure>"
        )

    @validate("guess")
    def _check_guess(self, proposal):
        keys = self.prediction.keys() if self.prediction else ("",)
        if keys is not None and proposal.value not in keys:
            raise TraitError(
                f"{type(self).__name__}.guess: {proposal.value!r} is none of {', '.join(keys[1:])}."
            )
        return proposal.value
