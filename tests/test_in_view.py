"""Figures on the page: in one view, on the first screen, and each at an address of its own."""

import re

import pytest
from browsing import PAGES, Visit, violations
from figure_pages import figures_of_the_book

TALLEST = 700  # pixels of a screen of 1280 x 900
FIGURES = figures_of_the_book()
WITH_FIGURES = sorted({drawn.page for drawn in FIGURES})
# Pages whose first figure needs words or code before it
LATER = {
    "book/reference/refresher.html",
    "book/responsibilities/bag_of_images.html",
    "book/responsibilities/staying_alive.html",
    "book/em_loop/half_an_observation.html",
    "book/em_loop/why_did_it_fall.html",
    "book/em_loop/how_fast.html",
}


def once_a_kind():
    """One figure of each kind that has a picture."""
    return list({drawn.kind: drawn for drawn in FIGURES if "<svg" in drawn.markup}.values())


def alone(drawn):
    return f"{drawn.page.removesuffix('.html')}/{drawn.name}.html"


TOO_TALL = """limit => [...document.querySelectorAll('.em-figure:has(> .em-stage)')].filter(
  e => e.getBoundingClientRect().height > limit).map(
  e => `${e.id}: ${e.getBoundingClientRect().height}`)"""
APART = """() => [...document.querySelectorAll('.em-figure:has(> .em-stage)')].filter(e => {
  const box = part => e.querySelector(part).getBoundingClientRect()
  const [stage, hand] = [box('.em-stage'), box('.em-hand')]
  return hand.left < stage.right || Math.abs(hand.top - stage.top) > 1 }).map(e => e.id)"""


@pytest.mark.parametrize("page", WITH_FIGURES)
def test_picture_and_controls_are_seen_together(browser, bases, page):
    with Visit(browser, bases["folder"], page) as visit:
        assert visit.page.evaluate(TOO_TALL, TALLEST) == []
        assert visit.see(APART) == []


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
@pytest.mark.parametrize("page", [page for page in WITH_FIGURES if page not in LATER])
def test_a_live_figure_is_on_the_first_screen(browser, bases, page, width, height):
    with Visit(browser, bases["folder"], page, width=width, height=height) as visit:
        figure = visit.page.locator(".em-figure.em-live").first
        assert figure.bounding_box()["y"] < height - 40


def test_a_figure_stays_while_the_words_about_it_are_read(browser, bases):
    with Visit(browser, bases["folder"], "book/em_loop/the_loop.html") as visit:
        words = visit.page.locator(".em-reading > p").first
        words.evaluate("e => scrollTo(0, scrollY + e.getBoundingClientRect().bottom - 890)")
        box = visit.page.locator("#figure-faithful").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= words.bounding_box()["y"]


def test_on_a_phone_the_picture_stays_and_the_controls_scroll(browser, bases):
    page = "book/em_loop/the_loop.html"
    with Visit(browser, bases["folder"], page, width=390, height=844) as visit:
        hand = visit.page.locator("#figure-faithful .em-panel")
        hand.evaluate("e => scrollTo(0, scrollY + e.getBoundingClientRect().bottom - 840)")
        stage = visit.page.locator("#figure-faithful .em-stage").bounding_box()
        assert stage["y"] >= 0, "the picture has scrolled away"
        assert stage["y"] + stage["height"] < 844


def test_every_figure_is_called_by_its_caption(site):
    for drawn in FIGURES:
        text = (site / drawn.page).read_text("utf-8")
        name = re.search(rf'id="figure-{drawn.name}"[^>]*aria-labelledby="([^"]*)"', text)[1]
        assert f'<figcaption id="{name}">' in text


def test_every_figure_has_a_page_of_its_own(site):
    for drawn in FIGURES:
        assert f'id="figure-{drawn.name}"' in (site / alone(drawn)).read_text("utf-8")


@pytest.mark.parametrize("drawn", once_a_kind(), ids=lambda drawn: drawn.kind)
def test_a_figure_lives_alone_on_a_wall(browser, bases, drawn):
    with Visit(browser, bases["folder"], alone(drawn), width=1600) as visit:
        stage = visit.page.locator(".em-live .em-stage svg").bounding_box()
        assert stage["height"] > 350 or stage["width"] > 900
        assert stage["y"] + stage["height"] <= 900
        assert violations(visit) == []
        assert visit.trouble == []


FRAME = """<!doctype html><html lang="en"><title>A course</title><link rel="icon" href="data:,">
<main><h1>A course</h1>
<iframe title="A figure" sandbox="allow-scripts" width="900" height="800" src="{}"></iframe>"""


@pytest.mark.parametrize("drawn", once_a_kind()[:3], ids=lambda drawn: drawn.kind)
def test_a_figure_lives_in_a_frame_that_is_denied_storage(browser, bases, site, drawn):
    (site / "frame.html").write_text(FRAME.format(alone(drawn)), "utf-8")
    with Visit(browser, bases["server"], "frame.html") as visit:
        frame = visit.page.frame_locator("iframe")
        frame.locator(".em-figure.em-live").wait_for()
        assert frame.locator("a").first.get_attribute("target") == "_blank"
        assert visit.trouble == []
    (site / "frame.html").unlink()


def test_a_hall_raises_its_hands(browser, bases):
    with Visit(browser, bases["folder"], "book/em_loop/the_loop/faithful.html") as visit:
        visit.page.get_by_text("Take a show of hands").click()
        fields = visit.page.get_by_label("Hands for:")
        for place, hands in enumerate(("30", "10")):
            fields.nth(place).fill(hands)
        shares = visit.page.get_by_label("Share of hands:")
        assert [shares.nth(i).evaluate("e => e.value") for i in (0, 1, 2)] == [0.75, 0.25, 0]
        assert violations(visit) == []


def test_a_page_without_figures_loads_no_script_of_theirs(site):
    for page in set(PAGES) - set(WITH_FIGURES):
        assert "figures/mount.js" not in (site / page).read_text("utf-8"), page
