"""Each figure comes alive, is the same without scripts and on paper, and is light."""

import gzip
import re

import pytest
from figure_cases import FIGURES, PAGES, cases, on, once, pages
from figure_pages import figures_in
from figure_reader import Hand, differences

SCRIPT_BUDGET = 25_000  # bytes of figure JavaScript on a page, gzipped


def test_there_are_figures_and_each_has_its_own_name():
    assert len(FIGURES) > 10
    for page in PAGES:
        names = [drawn.name for drawn in on(page)]
        assert len(set(names)) == len(names), page


@cases()
def test_it_comes_alive_without_trouble(desk, drawn):
    living = desk.see("[...document.querySelectorAll('figure.em-figure')].map(f => f.id)")
    assert living == [f"figure-{other.name}" for other in on(drawn.page)], "the page has others"
    assert desk.see(f"document.getElementById('figure-{drawn.name}').matches('.em-live')")
    assert desk.trouble == []


@once()
def test_its_first_picture_is_the_one_without_scripts(desk, drawn):
    hand = Hand(desk, drawn)
    hand.reset()
    assert differences(hand.picture(), hand.picture(drawn.markup)) == []


@pages("still")
def test_without_scripts_there_are_picture_caption_and_answer(still, request):
    for drawn in on(request.node.callspec.params["still"]):
        root = still.page.locator(f"#figure-{drawn.name}")
        picture, questions = "svg" in drawn.markup, "questions" in drawn.config
        assert picture or questions, f"{drawn.name} shows nothing"
        if picture:
            box = root.locator(".em-stage svg").bounding_box()
            assert min(box["width"], box["height"]) > 100, drawn.name
            assert len(root.locator(".em-stage svg").get_attribute("aria-label")) > 40, drawn.name
        assert len(root.locator("figcaption").inner_text()) > 10, drawn.name
        if drawn.asks or questions:
            answer = root.locator(".em-answer")
            assert answer.locator("> :not(summary)").first.is_hidden(), "told before it is asked"
            answer.locator("summary").click()
            assert answer.is_visible(), drawn.name
            assert len(answer.inner_text()) > 20, drawn.name


@once()
def test_on_paper_there_are_picture_and_answer_and_no_controls(desk, drawn):
    hand = Hand(desk, drawn)
    try:
        desk.page.emulate_media(media="print")
        shown = hand.root.locator("button:visible, input:visible, textarea:visible")
        assert shown.count() == 0
        assert hand.root.locator("figcaption").is_visible()
        if drawn.asks or "questions" in drawn.config:
            assert hand.root.locator(".em-answer").is_visible()
    finally:
        desk.page.emulate_media(media="screen")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_little_javascript_for_its_figures(site, page):
    text = (site / page).read_text("utf-8")
    scripts = re.findall(r'src="([^"?]*figures/[\w-]+\.js)', text)
    assert len(scripts) >= 3
    files = [(site / page).parent.joinpath(script) for script in scripts]
    size = sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)
    assert size < SCRIPT_BUDGET, f"{size} bytes, gzipped: {scripts}"


def test_the_built_pages_hold_the_figures_of_the_chapters(site):
    built = [
        (page, drawn.name)
        for page in PAGES
        for drawn in figures_in(page, (site / page).read_text("utf-8"))
    ]
    assert built == [(drawn.page, drawn.name) for page in PAGES for drawn in on(page)]
