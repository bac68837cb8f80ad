"""What every live figure is: one notebook output in three forms.

The widget (JupyterLab: its traits are observed, set and linked from Python), HTML for the page (the
picture, its caption and answer, the state as JSON) and text that is the same on every machine.
A figure is a subclass with a `kind` (its file in js/), traits from `state.py`, and `draw`.
"""

import json
import re
from html import escape
from typing import ClassVar

import anywidget
import numpy as np
from traitlets import Dict, TraitError, Unicode, validate

from ..palette import CLUSTERS, paint
from .assets import script, style_with_palette
from .picture import MARKS, Picture
from .state import Numbers

NAME = re.compile(r"[a-z][a-z0-9-]*")


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
    markup = Unicode().tag(sync=True)
    guess = Unicode("").tag(sync=True, state=True)
    _drawn = None

    def __init_subclass__(cls, **keywords):
        if cls.__dict__.get("kind"):  # traitlets makes further subclasses of its own
            cls._esm, cls._css = script(cls.kind), style_with_palette()
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
        self._draw_once()

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
        return f"<p><strong>{ask}</strong> {words}</p>"

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
        """Return [low, high] for each number, or list of numbers, of the state that has bounds.

        Each is a number, or a list with one for every entry of the (innermost) list.
        """
        return {
            key: [np.asarray(end).tolist() for end in (trait.low, trait.high)]
            for key, trait in self.traits(state=True).items()
            if isinstance(trait, Numbers) and np.all(np.isfinite(trait.low))
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
        self._draw_once()
        config = {key: value for key, value in self.config.items() if key not in ("first", "keys")}
        stored = {"config": config, "state": self.state()}
        data = json.dumps(stored, sort_keys=True, ensure_ascii=False).replace("<", "\\u003c")
        script = f'<script type="application/json">{data}</script>'
        return self.markup.removesuffix("</figure>") + f"{script}</figure>"

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
                {
                    "name": name,
                    "color": CLUSTERS[name]["color"],
                    "paint": paint(name),
                    "glyph": CLUSTERS[name]["glyph"],
                    "mark": MARKS[CLUSTERS[name]["marker"]],
                }
                for name in names
            ],
            "limits": self.limits(),
            "most": {k: v.most for k, v in self.traits(state=True).items() if hasattr(v, "most")},
            "prediction": self.prediction.config() if self.prediction else None,
            "options": self.options,
            "keys": sorted(self.traits(state=True)),
            "first": self.state(),
            **self.constants(),
        }

    def _draw_once(self):
        """Draw the figure in its state, unless it is drawn like that already."""
        state = self.state()
        if state != self._drawn:
            self.markup, self._drawn = self._markup(), state

    def _markup(self):
        picture, caption = self.draw(), f"caption-{self.name}"
        stage = f'<div class="em-stage">{picture.markup(self.alt())}</div>' if picture else ""
        answer = self.answer()
        if answer:  # closed until it is asked for: a reader without scripts guesses, too
            answer = f'<details class="em-answer"><summary>The answer</summary>{answer}</details>'
        return (
            f'<figure class="em-figure" id="figure-{self.name}" data-kind="{self.kind}"'
            f' aria-labelledby="{caption}">{stage}{self.equation()}'
            f'<figcaption id="{caption}">{escape(self.caption)}</figcaption>{answer}</figure>'
        )

    @validate("guess")
    def _check_guess(self, proposal):
        keys = self.prediction.keys() if self.prediction else ("",)
        if keys is not None and proposal.value not in keys:
            raise TraitError(
                f"{type(self).__name__}.guess: {proposal.value!r} is none of {', '.join(keys[1:])}."
            )
        return proposal.value
