"""The reader is remembered on the reader's own device, and only there; and answers wait."""

import json

import pytest
from browsing import Visit
from figure_cases import FIGURES, PAGES
from figure_reader import Hand

LOOP = next(page for page in PAGES if page.endswith("the_loop.html"))
FAITHFUL = next(drawn for drawn in FIGURES if drawn.name == "faithful")


@pytest.fixture
def visit(browser, bases):
    with Visit(browser, bases["server"], LOOP) as visit:
        yield visit


def guess_and_go(visit):
    hand = Hand(visit, FAITHFUL)
    hand.guess()
    hand.press("Ten iterations")
    return hand


def reload(visit):
    visit.page.reload(wait_until="load")
    return Hand(visit, FAITHFUL)


def test_a_guess_and_a_state_outlive_the_page(visit):
    before = guess_and_go(visit).state()
    after = reload(visit)
    assert after.state() == before != FAITHFUL.first
    assert after.root.locator(".em-guess").is_visible()
    assert visit.trouble == []


def test_reset_and_forget_leave_nothing(visit):
    guess_and_go(visit).reset()
    assert reload(visit).state() == FAITHFUL.first
    guess_and_go(visit)
    visit.page.locator(".em-progress summary").click()
    with visit.page.expect_navigation():
        visit.page.get_by_role("button", name="Forget all pages").click()
    assert Hand(visit, FAITHFUL).state() == FAITHFUL.first
    assert visit.see("Object.keys(localStorage).filter(key => key.startsWith('em:')).length") == 0


def test_everything_kept_is_saved_to_a_file(visit):
    state = guess_and_go(visit).state()
    visit.page.locator(".em-progress summary").click()
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="Save all to a file").click()
    saved = json.loads(download.value.path().read_text("utf-8"))
    assert saved["em_loop/the_loop:faithful"]["half_steps"] == state["half_steps"]


def test_the_page_counts_what_is_done(visit):
    summary = visit.page.locator(".em-progress summary")
    assert ": 0 of " in summary.inner_text()
    guess_and_go(visit)
    assert ": 1 of " in summary.inner_text()
    visit.page.locator(".em-tick input").first.check()
    assert ": 2 of " in summary.inner_text()
    reload(visit)
    assert ": 2 of " in summary.inner_text()


@pytest.mark.parametrize(
    "kept", ["{", "null", "[]", '{"half_steps": "x"}', '{"guess": "__proto__", "start": [[1e300]]}']
)
def test_what_others_put_into_the_storage_does_no_harm(visit, kept):
    script = f"localStorage.setItem('em:em_loop/the_loop:faithful', {json.dumps(kept)})"
    visit.see(script)
    assert reload(visit).state() == FAITHFUL.first
    assert visit.trouble == []


def test_where_storage_is_denied_all_works_and_nothing_is_kept(browser, bases):
    with Visit(browser, bases["server"], LOOP, storage_denied=True) as visit:
        hand = guess_and_go(visit)
        assert hand.state()["half_steps"] == 20
        visit.page.locator(".em-progress summary").click()
        assert "keeps nothing" in visit.page.locator(".em-progress").inner_text()
        assert reload(visit).state() == FAITHFUL.first
        assert [line for line in visit.trouble if "figures/" in line] == []


def test_the_paragraph_after_a_figure_that_asks_waits_for_the_guess(visit):
    waiting = visit.page.locator("#figure-faithful").locator(
        "xpath=following::p[contains(@class, 'em-waiting')][1]"
    )
    assert waiting.is_hidden()
    paragraph = waiting.element_handle()
    Hand(visit, FAITHFUL).guess()
    assert paragraph.is_visible()
    assert not paragraph.evaluate("p => p.matches('.em-waiting')")
    visit.page.emulate_media(media="print")
    assert visit.page.locator("p.em-waiting").count() > 0
    assert all(p.is_visible() for p in visit.page.locator("p.em-waiting").all()), "held on paper"


def test_a_question_of_the_text_is_answered_before_what_follows_it(visit):
    box = visit.page.locator(".admonition.predict").first
    held = box.locator("xpath=following-sibling::*[contains(@class, 'em-waiting')][1]")
    assert held.is_hidden()
    box.get_by_label("Your guess").fill("yes")
    box.get_by_role("button", name="That is my guess: show me").click()
    following = box.locator("xpath=following-sibling::*[1]")
    assert following.is_visible()
    reload(visit)
    assert box.get_by_label("Your guess").input_value() == "yes"
    assert following.is_visible()
