"""No beat of the lecture is lost: each labels one section, and that section holds a live figure."""

import re
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


def test_every_beat_labels_one_section_with_a_live_figure(site):
    texts = {
        str(path.relative_to(site)): path.read_text("utf-8")
        for path in sorted(site.glob("book/**/*.html"))
    }
    missing = complaints(texts)
    assert missing == [], "\n".join(missing)


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
