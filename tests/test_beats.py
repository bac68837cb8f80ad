"""No beat of the lecture is lost: each labels one section, with a figure that does what it asks."""

import json
import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

import pytest

BEATS = [f"beat-l{number}" for number in range(1, 15)]
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Sections(HTMLParser):
    """What lies in each section of a page that a beat labels: the figures, by beat."""

    def __init__(self, text):
        super().__init__()
        self.open, self.found = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag in VOID:
            return
        self.open.append((tag, []))
        name = attributes.get("id") or ""
        if name in BEATS:
            # the label of a section stands on it, or on an empty span at its head
            section = next((found for tag, found in reversed(self.open) if tag == "section"), None)
            self.found.append((name, [] if section is None else section))
            if section is None:
                self.found[-1] = (name, None)
        if tag == "figure" and "em-figure" in (attributes.get("class") or ""):
            for _, figures in self.open:
                figures.append(attributes["id"])

    def handle_endtag(self, tag):
        while self.open and tag in [name for name, _ in self.open]:
            if self.open.pop()[0] == tag:
                break


def beats_of(pages):
    """Give (page, figures of the section) for each place where a beat stands, by beat."""
    found = {beat: [] for beat in BEATS}
    for page, text in pages.items():
        for beat, figures in Sections(text).found:
            found[beat].append((page, figures))
    return found


def complaints(pages):
    """Say of each beat that is not one section with a figure what it is."""
    said = []
    for beat, places in beats_of(pages).items():
        if not places:
            said.append(f"{beat} labels no section")
        elif len(places) > 1:
            said.append(f"{beat} stands in {', '.join(page for page, _ in places)}")
        elif places[0][1] is None:
            said.append(f"{beat} in {places[0][0]} labels no section")
        elif not places[0][1]:
            said.append(f"{beat} in {places[0][0]}: its section holds no live figure")
    return said


@pytest.fixture(scope="module")
def texts(site):
    """The pages of the book, as they were built."""
    return {
        str(path.relative_to(site)): path.read_text("utf-8")
        for path in sorted(site.glob("book/**/*.html"))
    }


def test_every_beat_labels_one_section_with_a_live_figure(texts):
    missing = complaints(texts)
    assert missing == [], "\n".join(missing)


@dataclass(frozen=True)
class Figure:
    """What a page stores of a live figure."""

    kind: str
    options: dict
    prediction: dict
    state: dict
    equation: set
    picture: set

    @classmethod
    def read(cls, page, name):
        """Read a figure from the text of its page."""
        (text,) = re.findall(rf'<figure class="em-figure" id="{name}".*?</figure>', page, re.DOTALL)
        (stored,) = re.findall(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
        config, state = (json.loads(stored)[key] for key in ("config", "state"))
        parts = [re.search(rf"<{tag}.*?</{tag}>", text, re.DOTALL) for tag in ("math", "svg")]
        links = [
            set(re.findall(r'data-link="([\w-]+)"', part[0])) if part else set() for part in parts
        ]
        prediction = config["prediction"] or {}
        return cls(config["kind"], config["options"], prediction, state, *links)

    def asks(self, how="options"):
        """Whether there is a guess before the answer, of this kind: a choice or a place."""
        return how in self.prediction


SYMBOLS = {"responsibility", "label", "observation", "weight", "mean", "covariance"}
BEAT_ASKS = {
    1: (
        "a guess, and a cloud in grey, in shades and hard",
        lambda f: f.asks() and f.options["views"],
    ),
    2: ("a choice of what is given", lambda f: f.asks() and f.options["givens"]),
    3: ("the whole array, row by row", lambda f: f.options["array"]),
    4: (
        "every symbol of the equation tied to a thing in the picture",
        lambda f: f.equation == SYMBOLS and f.equation <= f.picture,
    ),
    5: ("a guess before the bar, nearer to green", lambda f: f.asks() and f.state["x"][0] < 0),
    6: ("an observation shifted towards blue", lambda f: f.state["x"][0] > 0),
    7: (
        "a place to find, the boundary and the entropy",
        lambda f: f.asks("place") and f.options["boundary"] and f.options["entropy"],
    ),
    8: (
        "a weight to turn, at the old boundary, and a boundary that walks",
        lambda f: f.asks() and f.options["turn"] and f.options["boundary"] and f.state["x"][0] == 0,
    ),
    9: ("prior, likelihood and product", lambda f: f.asks() and f.kind == "prior-times-likelihood"),
    10: ("a place to predict, in log odds", lambda f: f.asks("place") and f.kind == "log-odds"),
    11: ("a choice of what to divide by", lambda f: f.asks() and f.kind == "normaliser"),
    12: ("images to tap", lambda f: f.asks() and f.kind == "tiles"),
    13: ("a sheet to fill in", lambda f: f.kind == "worksheet"),
    14: ("a guess, and the loop to drive", lambda f: f.asks() and f.kind == "loop"),
}
"""Beat -> what the reader must be able to do there, in words and of one figure of the section."""


@pytest.mark.parametrize("number", BEAT_ASKS)
def test_a_figure_of_the_beat_can_do_what_the_beat_asks(texts, number):
    ((page, names),) = beats_of(texts)[f"beat-l{number}"]
    words, holds = BEAT_ASKS[number]
    figures = [Figure.read(texts[page], name) for name in names]
    assert any(holds(figure) for figure in figures if figure.options.keys() >= needed(number)), (
        f"beat-l{number}, {page}: none of {', '.join(names)} offers {words}"
    )


def needed(number):
    """Return the options that the demand of a beat looks up: other kinds of figure lack them."""
    options = {1: {"views"}, 2: {"givens"}, 3: {"array"}, 7: {"boundary", "entropy"}}
    return options.get(number, {"turn", "boundary"} if number in (4, 5, 6, 8) else set())


def above(page, name):
    """Return what a reader has seen of a page before a figure: its text, folded code left out."""
    text = page[: page.index(f'id="{name}"')]
    for hidden in ("details", "script", "style"):
        text = re.sub(rf"<{hidden}\b.*?(</{hidden}>|$)", " ", text, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "", text))


def test_the_guess_of_l5_is_not_answered_above_it(texts):
    ((page, names),) = beats_of(texts)["beat-l5"]
    seen = above(texts[page], names[0])
    told = re.findall(r"\b0\.(?:89|891|8909|11|109|1091)\b|\b(?:89|11)\s?%", seen)
    assert told == [], f"{page} tells {told} before it asks"


def test_the_function_of_l13_is_written_and_checked_in_its_section(texts):
    ((page, _),) = beats_of(texts)["beat-l13"]
    section = texts[page].split('id="beat-l13"')[1].split('id="exercises"')[0]
    assert "responsibilities_1d: not yet." in section
    assert "responsibilities_1d: right." in section


def test_a_responsibility_is_called_a_probability_before_the_second_section(texts):
    first = texts["book/responsibilities/who_did_it.html"].split('id="beat-l2"')[0]
    assert "<strong>probabilities</strong>" in first
    assert "made a part of an observation" in first  # no share of the thing


FIGURE = '<figure class="em-figure" id="figure-one"><svg><path/></svg></figure>'


def chapter(section, label=""):
    return f"<main><section id='top'><h1>A</h1>{label}{section}</section></main>"


def everything():
    """Every beat in order: on its section, or on a span at its head."""
    return "".join(
        f'<section id="{beat}"><h2>B</h2><img><div>{FIGURE}</div></section>'
        if number % 2
        else f'<section id="words"><span id="{beat}"></span><h2>B</h2>{FIGURE}</section>'
        for number, beat in enumerate(BEATS)
    )


def test_a_page_with_every_beat_is_complete():
    assert complaints({"a.html": chapter(everything())}) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("beat-l4", "beat-4"), "beat-l4 labels no section"),
        (
            lambda text: re.sub(rf'(id="beat-l6">.*?){re.escape(FIGURE)}', r"\1", text, count=1),
            "beat-l6 in a.html: its section holds no live figure",
        ),
        (lambda text: text.replace("beat-l9", "beat-l8"), "beat-l8 stands in a.html, a.html"),
        (lambda text: f'<p id="beat-l2"></p>{text}', "beat-l2 stands in a.html, a.html"),
    ],
)
def test_a_beat_that_is_lost_or_empty_or_twice_is_named(change, said):
    assert said in complaints({"a.html": change(chapter(everything()))})
