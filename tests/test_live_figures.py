"""Every live figure of the built book, in a browser with the network refused, held to one bar.

The figures are found in the chapters. Each is asked the same: the picture without scripts is the
picture with them, every way to move it reaches the same state, its numbers are emlib's, nothing is
revealed before a guess, reset is exact. A representative configuration each here; all of them
(theme x width x way) are marked slow.
"""

import ast
import gzip
import itertools
import json
import re
import shutil
import subprocess
import sys
import warnings
from urllib.parse import urlencode

import numpy as np
import pytest
from book_builder import ROOT
from browsing import Visit, violations
from figure_pages import figures_in, figures_of_the_book
from figure_reader import (
    PICTURE_NAME,
    SAID,
    VISIBLE_TEXT,
    Hand,
    differences,
    flat,
    same_numbers,
)

import emlib

FIGURES = figures_of_the_book()
PAGES = sorted({drawn.page for drawn in FIGURES})
CONFIGURATIONS = list(itertools.product(("light", "dark"), (1280, 320), ("server", "folder")))
SCRIPT_BUDGET = 30_000  # bytes of figure JavaScript on a page, gzipped
SETTLED = 500  # milliseconds after which what is said of a change has been said


def of(drawn):
    return f"{drawn.page.rsplit('/', 1)[-1].removesuffix('.html')}-{drawn.name}"


def cases(keep=lambda drawn: True):
    """Every figure in one configuration, and in all others if there is time.

    Page by page and configuration by configuration: then each page is opened once for all of its
    figures.
    """
    found = []
    for number, page in enumerate(PAGES):
        here = [drawn for drawn in filter(keep, FIGURES) if drawn.page == page]
        turn = number * 3 % len(CONFIGURATIONS)
        for i, configuration in enumerate(CONFIGURATIONS):
            marks = [] if i == turn else pytest.mark.slow
            for drawn in here:
                name = "-".join([of(drawn), *map(str, configuration)])
                where = (page, *configuration)
                found.append(pytest.param(where, drawn, id=name, marks=marks))
    return pytest.mark.parametrize(("desk", "drawn"), found, indirect=["desk"])


def once(keep=lambda drawn: True):
    """Every figure in its representative configuration alone."""
    quick = [case for case in cases(keep).args[1] if not case.marks]
    return pytest.mark.parametrize(("desk", "drawn"), quick, indirect=["desk"])


def once_a_kind(keep=lambda drawn: True):
    """One figure of each kind, and the others of its kind if there is time."""
    seen, found = set(), []
    for case in once(keep).args[1]:
        where, drawn = case.values
        marks = pytest.mark.slow if drawn.kind in seen else []
        found.append(pytest.param(where, drawn, id=case.id, marks=marks))
        seen.add(drawn.kind)
    return pytest.mark.parametrize(("desk", "drawn"), found, indirect=["desk"])


def pages(fixture):
    return pytest.mark.parametrize(fixture, PAGES, indirect=True)


@pytest.fixture(scope="module")
def window(browser, bases):
    """Look at a place; its page stays open until another place is asked for."""
    opened = {}

    def close():
        while opened:
            opened.popitem()[1].context.close()

    def look(where):
        if where not in opened:
            close()
            page, scheme, width, way = where
            opened[where] = Visit(browser, bases[way], page, width=width, scheme=scheme)
        return opened[where]

    yield look
    close()


@pytest.fixture
def desk(request, window):
    """A page, opened once for all that is asked of its figures: pytest would open it each time."""
    return window(request.param)


@pytest.fixture(scope="module")
def phone(request, browser, bases):
    """A page on a small screen that is touched."""
    options = {"has_touch": True, "is_mobile": True, "width": 320, "scheme": "dark"}
    with Visit(browser, bases["folder"], request.param, **options) as visit:
        yield visit


@pytest.fixture(scope="module")
def still(request, browser, bases):
    """A page where no script runs."""
    with Visit(browser, bases["folder"], request.param, java_script_enabled=False) as visit:
        yield visit


def on(page):
    return [drawn for drawn in FIGURES if drawn.page == page]


def assert_it_agrees_with_emlib(hand):
    """Numbers and picture on screen are what emlib computes and draws for the same state."""
    state = hand.state()
    figure = hand.drawn.rebuild(state)
    if figure is None:
        return
    wanted = {name: flat(value) for name, value in figure.values().items()}
    for name, value in hand.numbers():
        found = flat(value)
        assert name, f"{found} stands under no name: which of values() is it?"
        assert name in wanted, f"values() does not say {name}; it says {', '.join(wanted)}"
        assert same_numbers(found, wanted[name]), (
            f"{name} shows {found}, emlib says {wanted[name]}, in the state {state}"
        )
    told = {name for name, _ in hand.numbers()}
    assert told or not wanted, "no number on screen carries data-value"
    seen = differences(hand.picture(), hand.picture(figure.to_html()), tolerance=0.05)
    assert seen == [], f"in the state {state}: {seen[:5]}"


# --- Alive, and the same without scripts


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


# --- Predict, then look


@once(lambda drawn: drawn.asks)
def test_nothing_is_revealed_before_a_guess(desk, drawn):
    hand = Hand(desk, drawn)
    hand.reset()
    assert hand.state()["guess"] == ""
    hand.root.locator(".em-asking .em-prediction").wait_for(state="visible")
    assert hand.root.locator(".em-reveal:visible").count() == 0
    before = hand.see(VISIBLE_TEXT), hand.see(SAID)
    # no key and no press brings it out
    for handle in hand.root.locator(".em-handle").all():
        hand.keys(handle, "ArrowRight", "ArrowLeft", "Enter")
    assert hand.state()["guess"] == ""
    assert hand.root.locator(".em-reveal:visible").count() == 0
    hand.start()
    assert hand.root.locator(".em-reveal:visible").count() > 0
    figure = drawn.rebuild(drawn.first)
    values = [n for value in figure.values().values() for n in flat(value) if n is not None]
    secret = {f"{n:.{digits}f}" for n in values for digits in (2, 3)}
    known = {f"{n:.{digits}f}" for n in flat_state(drawn) for digits in (0, 1, 2, 3)}
    for text in before:
        told = set(re.findall(r"\d+\.\d+", text)) & secret - known - {"0.00", "1.00"}
        assert told == set(), f"{told} can be read before the guess: {text}"


def flat_state(drawn):
    """Give every number of the first state and the options, and what it leaves of one."""
    held = [drawn.first, drawn.config["options"], drawn.config.get("means", [])]
    prediction = drawn.config["prediction"]  # a question may tell a number that it is about
    held += [prediction["ask"], prediction.get("options"), prediction.get("place", {}).get("how")]
    numbers = [float(n) for n in re.findall(r"\d+\.?\d*", json.dumps(held))]
    return numbers + [abs(1 - n) for n in numbers]


@once(lambda drawn: drawn.asks)
def test_the_guess_stays_and_the_gap_is_explained(desk, drawn):
    hand = Hand(desk, drawn)
    hand.reset()
    prediction = drawn.config["prediction"]
    box = hand.root.locator(".em-asking .em-prediction")
    if prediction.get("options"):
        commit = box.get_by_role("button")
        assert commit.is_disabled(), "a look without a guess"
        assert box.get_by_label("I am not sure").count() == 1
        key, label = prediction["options"][0]
        box.locator(f"input[value='{key}']").check()
        commit.click()
        gap = prediction["gaps"][key]
    else:
        assert box.get_by_role("button").count() == 2
        box.get_by_role("button").last.click()
        label, gap = "not sure", prediction["gaps"]["unsure"]
    told = hand.root.locator(".em-told")
    assert told.evaluate("e => e === document.activeElement"), "the focus is lost"
    assert told.locator(".em-guess").inner_text() == f"Your guess: {label}."
    assert told.locator(".em-gap").inner_text() == gap != ""
    for handle in hand.handles()[:1]:
        hand.keys(handle, "ArrowRight")
        assert told.locator(".em-guess").is_visible()
        assert told.locator(".em-gap").is_visible()


# --- Moving it


@cases(lambda drawn: "questions" not in drawn.config)
def test_every_way_to_move_a_handle_reaches_the_same_state(desk, drawn, request):
    hand = Hand(desk, drawn)
    first = hand.start()
    handles = hand.handles()
    if not handles:
        assert_picking_and_writing_work(hand, first)
    everything = "slow" in request.config.option.markexpr.replace("not slow", "")
    chosen = handles if everything else handles[:1] + handles[len(handles) // 2 :][1:2]
    for handle in chosen:
        assert hand.start() == first
        assert_drag_click_and_typing_agree(hand, handle, first)
        assert hand.start() == first
        assert_keys_and_typing_agree(hand, handle, first)
    assert desk.trouble == []


def assert_drag_click_and_typing_agree(hand, handle, first):
    target = hand.aim(handle)
    dragged = hand.drag(handle, target)
    label = handle.get_attribute("aria-label")
    assert dragged != first, f"{label} cannot be dragged"
    ended = hand.place(handle)
    assert_it_agrees_with_emlib(hand)
    typed = hand.fields()
    hand.start()
    placed = hand.click_and_place(handle, target)
    assert placed != first, f"{label} cannot be moved by a click and another"
    assert_it_agrees_with_emlib(hand)
    there = hand.place(handle)
    off = max(abs(a - b) for a, b in zip(ended, there, strict=True))
    assert off <= 1.5, f"{label}: a drag and two clicks end {off} pixels apart"
    hand.start()
    assert hand.type(typed) == dragged, f"{label}: typed numbers do not reach where a drag does"
    assert_it_agrees_with_emlib(hand)


def assert_keys_and_typing_agree(hand, handle, first):
    label = handle.get_attribute("aria-label")
    keyed = hand.keys(handle, "ArrowRight")
    key = "ArrowRight" if keyed != first else "ArrowLeft"
    keyed = hand.keys(handle, key)
    assert keyed != first, f"{label} does not hear the arrow keys"
    fine = hand.keys(handle, f"Shift+{key}")
    fine = hand.keys(handle, "Shift+ArrowUp" if key == "ArrowRight" else "Shift+ArrowDown")
    assert fine != keyed, f"{label} has no fine steps"
    coarse, small = (distance(a, b) for a, b in ((first, keyed), (keyed, fine)))
    assert small < coarse, f"{label}: Shift moves {small} where an arrow moves {coarse}"
    assert_it_agrees_with_emlib(hand)
    typed = hand.fields()
    hand.start()
    assert hand.type(typed) == fine, f"{label}: typed numbers do not reach where keys do"


def assert_picking_and_writing_work(hand, first):
    """Where nothing is dragged, an observation is picked or a sheet is filled in."""
    pickers = hand.root.locator(".em-picker").all()
    sheet = hand.root.locator(".em-field:visible")
    assert pickers or sheet.count(), "nothing here can be moved"
    for picker in pickers:
        assert_keys_tap_and_typing_pick_the_same(hand, picker, first)
    if sheet.count():
        assert_a_sheet_judges_what_is_written(hand)


def assert_keys_tap_and_typing_pick_the_same(hand, picker, first):
    keyed = hand.keys(picker, "PageDown", "PageDown", "PageDown")
    assert keyed != first, "keys pick nothing"
    assert_it_agrees_with_emlib(hand)
    target = hand.place(picker)
    hand.start()
    hand.page.mouse.click(*hand.in_window(picker, target))
    assert hand.state() == keyed, "a tap picks another one than keys do"
    hand.start()
    number = f".em-number[data-key={picker.get_attribute('data-key')}] input[type=number]"
    if hand.root.locator(number).count():  # elsewhere keys and taps are all there is
        hand.root.locator(number).fill(str(keyed[picker.get_attribute("data-key")]))
        hand.root.locator(number).press("Enter")
        assert hand.state() == keyed, "a typed number picks another one than keys do"
        assert_it_agrees_with_emlib(hand)


def assert_a_sheet_judges_what_is_written(hand):
    config, words = hand.drawn.config, hand.drawn.config["words"]
    wrong, slip = config["slips"][4][0]
    for box, said, verdict in (
        (0, config["spelled"][0], "Right."),
        (4, str(wrong), words[slip]),
        (4, "much", words["nan"]),
        (4, config["spelled"][4], "Right."),
    ):
        assert hand.write(box, said)["given"][box] == said
        assert hand.root.locator(".em-verdict").nth(box).inner_text() == verdict
        assert_it_agrees_with_emlib(hand)
    rows = hand.root.locator(".em-choice input")
    rows.last.check()
    assert hand.write(2, config["spelled"][-1])["given"][-1] == config["spelled"][-1]
    assert hand.root.locator(".em-verdict").nth(2).inner_text() == "Right."
    assert_it_agrees_with_emlib(hand)


def distance(one, other):
    ours, theirs = (
        [n for key in sorted(state) if key != "guess" for n in flat(state[key]) if n is not None]
        for state in (one, other)
    )
    return max((abs(a - b) for a, b in zip(ours, theirs, strict=True)), default=0)


@once(lambda drawn: "questions" not in drawn.config)
def test_every_control_keeps_numbers_and_picture_emlibs(desk, drawn):
    hand = Hand(desk, drawn)
    hand.start()
    assert_it_agrees_with_emlib(hand)
    for radio in hand.root.locator(".em-panel .em-choice input:enabled").all():
        radio.check()
        assert_it_agrees_with_emlib(hand)
    own = ".em-panel button:visible:not(.em-tools button, .em-symbols button)"
    for button in hand.root.locator(own).all():
        if button.is_enabled():
            button.click()
            assert_it_agrees_with_emlib(hand)
    for slider in hand.root.locator(".em-panel input[type=range]:enabled:visible").all():
        slider.focus()
        desk.page.keyboard.press("ArrowRight")
        desk.page.keyboard.press("Shift+ArrowRight")
        assert_it_agrees_with_emlib(hand)
        desk.page.keyboard.press("Home")
        assert_it_agrees_with_emlib(hand)
    assert desk.trouble == []


@once(lambda drawn: "questions" in drawn.config)
def test_every_question_answers_back(desk, drawn):
    hand = Hand(desk, drawn)
    hand.start()
    for i, question in enumerate(drawn.config["questions"]):
        box = hand.root.locator(".em-quiz > li").nth(i)
        verdict = box.locator(".em-verdict")
        assert verdict.inner_text() == "", "a verdict before an answer"
        if "options" in question:
            for key, _ in question["options"]:
                box.locator(f"input[value='{key}']").check()
                right = key == question["answer"]
                wanted = f"{'Right.' if right else 'Not this.'} {question['why'][key]}"
                assert verdict.inner_text() == wanted
            continue
        answers = [(question["number"], "Right.", question["why"])]
        answers += [(slip, "Not this.", words) for slip, words in question["slips"]]
        answers += [(question["number"] + 1234.5, "Not this.", question["hint"])]
        for number, said, words in answers:
            box.locator("input").fill(f"{number:.{question['decimals']}f}".replace("-", "\u2212"))
            box.locator("input").press("Enter")
            assert verdict.inner_text() == f"{said} {words}"
        box.locator("input").fill("much")
        box.get_by_role("button", name="Check").click()
        assert verdict.inner_text().startswith("Not this."), "words count as a number"
    hand.press("Reset")
    assert hand.state() == drawn.first


VISIT_ALL = """part => {
  const press = key =>
    part.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  const seen = []
  press('Home')
  for (let i = 0; i < Number(part.getAttribute('aria-valuemax')); i++) {
    seen.push([Number(part.getAttribute('aria-valuenow')), part.getAttribute('transform')])
    press('PageDown')
  }
  return seen
}"""


@once(lambda drawn: "questions" not in drawn.config)
def test_a_picker_reaches_every_observation(desk, drawn):
    hand = Hand(desk, drawn)
    hand.start()
    for picker in hand.root.locator(".em-picker").all():
        seen = picker.evaluate(VISIT_ALL)
        count = int(picker.get_attribute("aria-valuemax"))
        assert [number for number, _ in seen] == list(range(1, count + 1))
        places = [tuple(map(float, re.findall(r"-?[\d.]+", move))) for _, move in seen]
        before = hand.state()
        hand.keys(picker, "ArrowUp", "ArrowLeft")
        assert hand.state() != before, "the arrows lead nowhere"
        assert_it_agrees_with_emlib(hand)
        assert_a_tap_takes_the_nearest(hand, picker, places)


def assert_a_tap_takes_the_nearest(hand, picker, places):
    svg = picker.locator("xpath=ancestor::*[local-name()='svg']")
    svg.scroll_into_view_if_needed()
    to_page = """(svg, [x, y]) => { const p = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM())
      return [p.x, p.y] }"""
    for i in (0, len(places) // 2, len(places) - 1):
        x, y = places[i][0] + 1.3, places[i][1] - 1.1
        distances = [(x - right) ** 2 + (y - down) ** 2 for right, down in places]
        hand.page.mouse.click(*svg.evaluate(to_page, [x, y]))
        taken = int(picker.get_attribute("aria-valuenow")) - 1
        # a click is heard in whole pixels
        assert distances[taken] ** 0.5 <= min(distances) ** 0.5 + 1, (taken, places[taken], x, y)
        assert_it_agrees_with_emlib(hand)


# --- Buttons that take a step: not only any state that can be shown, but the right one


def e_step_of_bound(figure):
    p = figure.parameters()
    r = emlib.responsibilities(
        np.reshape(figure.constants()["x"], (-1, 1)), p.weights, p.means, p.covariances, "spherical"
    )
    return {"shares": r[:, 1]}


def m_step_of_bound(figure):
    X = np.reshape(figure.constants()["x"], (-1, 1))
    found = emlib.m_step(emlib.statistics(X, figure.resp(), "spherical"))
    return {"mean": found.means[1, 0]}


def iterations_of_temperature(times):
    def after(figure):
        for _ in range(times):
            found = emlib.m_step(emlib.statistics(figure.X, figure.resp(), "spherical"))
            figure.means = found.means
        return {"means": figure.means}

    return after


STEPS = {
    ("bound", "E-step: close the gap"): e_step_of_bound,
    ("bound", "M-step: climb the bound"): m_step_of_bound,
    ("temperature", "One iteration"): iterations_of_temperature(1),
    ("temperature", "Twenty iterations"): iterations_of_temperature(20),
}


@once(lambda drawn: drawn.kind in {kind for kind, _ in STEPS})
def test_a_press_takes_the_step_that_emlib_takes(desk, drawn):
    hand = Hand(desk, drawn)
    hand.start()
    pressed = 0
    for label, step in [(label, step) for (kind, label), step in STEPS.items()] * 3:
        button = hand.root.get_by_role("button", name=label, exact=True)
        if not button.count() or not button.is_enabled():
            continue
        before = hand.state()
        wanted = step(drawn.rebuild(before))
        button.click()
        after = hand.state()
        assert {key for key in after if after[key] != before[key]} <= wanted.keys()
        for key, value in wanted.items():
            np.testing.assert_allclose(after[key], value, atol=2e-6, err_msg=f"{label}: {key}")
        pressed += 1
    offered = drawn.config["options"].get("steps", drawn.config["options"].get("iterate"))
    assert (pressed >= 2) == bool(offered)


@once(lambda drawn: drawn.kind in ("loop", "line-loop"))
def test_a_run_is_emlibs_to_its_end_and_back(desk, drawn):
    hand = Hand(desk, drawn)
    hand.start()
    far = int(drawn.config["limits"]["half_steps"][1])
    places = [1, 2, far // 4 + 1, 138, 145, 150, 157, 175, far]
    field = hand.root.get_by_label("half-steps", exact=True).first
    forth = [at for at in places if at <= far]
    for at in [*forth, *forth[-2::-1]]:
        field.fill(str(at))
        field.press("Enter")
        assert hand.state()["half_steps"] == at
        assert_it_agrees_with_emlib(hand)
    for label, half in (("Back", 0), ("E-step", 1), ("M-step", 2), ("Back", 1)):
        hand.press(label)
        assert hand.state()["half_steps"] == half
        assert_it_agrees_with_emlib(hand)


# --- A cloud that the reader paints


def tap(hand, x, y):
    """Tap the picture at a place in its own units."""
    svg = hand.root.locator(".em-stage svg")
    svg.scroll_into_view_if_needed()
    hand.page.mouse.click(*in_picture(svg, x, y))


def in_picture(svg, x, y):
    return svg.evaluate(
        """(svg, [x, y]) => { const p = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM())
      return [p.x, p.y] }""",
        [x, y],
    )


@once(lambda drawn: drawn.config["options"].get("paint"))
def test_a_cloud_is_painted_from_nothing_by_taps_and_strokes(desk, drawn):
    hand = Hand(desk, drawn)
    hand.start()
    hand.press("Clear")
    assert hand.state()["X"] == []
    said = hand.root.locator("[data-readout=likelihood]")
    assert said.inner_text().startswith("6 more observations, please")
    assert_it_agrees_with_emlib(hand)
    for i in range(4):  # on one line, far from the starts
        tap(hand, 150 + 40 * i, 100)
        assert len(hand.state()["X"]) == i + 1
        assert_it_agrees_with_emlib(hand)
    tap(hand, 151, 101)  # on the first
    assert len(hand.state()["X"]) == 4
    assert hand.state()["chosen"] == 0
    tap(hand, 150, 330)  # in the trace, where nothing can be
    assert len(hand.state()["X"]) == 4
    assert said.inner_text().startswith("2 more observations, please")
    for right in (310, 330):
        tap(hand, right, 100)
    assert said.inner_text().startswith("All observations lie on one line")
    assert hand.root.get_by_role("button", name="E-step", exact=True).is_disabled()
    assert_it_agrees_with_emlib(hand)
    svg, mouse = hand.root.locator(".em-stage svg"), hand.page.mouse
    mouse.move(*in_picture(svg, 200, 140))
    mouse.down()
    mouse.move(*in_picture(svg, 330, 190), steps=30)
    mouse.up()
    assert len(hand.state()["X"]) > 12
    assert_it_agrees_with_emlib(hand)
    for label in ("E-step", "M-step", "E-step"):
        hand.press(label)
        assert_it_agrees_with_emlib(hand)
    hand.press("Undo")
    hand.press("Undo")
    hand.press("Undo")
    hand.press("Undo")
    assert len(hand.state()["X"]) == 6, "a stroke is undone at once"
    assert desk.trouble == []


@once(lambda drawn: drawn.config["options"].get("paint"))
def test_a_cloud_is_painted_by_keyboard(desk, drawn):
    hand = Hand(desk, drawn)
    hand.start()

    def press(label):
        hand.root.get_by_role("button", name=label, exact=True).focus()
        desk.page.keyboard.press("Enter")

    press("Clear")
    ring = hand.root.get_by_label("move the chosen observation")
    for i, key in enumerate(("ArrowUp", "ArrowLeft", "ArrowDown")):
        press("Add an observation")
        hand.keys(ring, *[key] * 8)
        assert len(hand.state()["X"]) == i + 1
        assert_it_agrees_with_emlib(hand)
    hand.root.get_by_label("one", exact=True).focus()
    desk.page.keyboard.press("Space")
    press("E-step")
    assert hand.state()["half_steps"] == 1
    assert_it_agrees_with_emlib(hand)
    press("Remove this one")
    assert len(hand.state()["X"]) == 2
    assert "1 more observation, please" in hand.root.inner_text()
    assert_it_agrees_with_emlib(hand)


# --- Undo, reset, what is said


@once(lambda drawn: "questions" not in drawn.config)
def test_undo_goes_back_step_by_step_and_reset_is_exact(desk, drawn):
    hand = Hand(desk, drawn)
    untouched = hand.picture(drawn.markup)
    first = hand.start()
    states = [first]
    for move in hand.first_moves():
        state = move()
        states += [state] if state != states[-1] else []
    assert len(states) > 2, "nothing moves"
    for wanted in states[-2::-1]:
        hand.press("Undo")
        assert hand.state() == wanted
    assert hand.first_moves()[0]() != first
    hand.reset()
    assert hand.state() == drawn.first
    assert hand.root.get_by_role("button", name="Reset", exact=True).is_disabled()
    assert hand.root.get_by_role("button", name="Undo", exact=True).is_disabled()
    assert differences(hand.picture(), untouched) == []


PRESS_AND_RESET = """handle => {
  for (const key of ['ArrowLeft', 'ArrowRight', 'End'])
    handle.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  const reset = [...handle.closest('figure').querySelectorAll('.em-tools button')].find(
    button => button.textContent === 'Reset')
  reset.click()
}"""
LISTEN = """root => {
  root.said = []
  new MutationObserver(changes => {
    for (const change of changes) {
      const status = change.target.closest('[role=status]')
      if (status && change.addedNodes.length) root.said.push(status.textContent)
    }
  }).observe(root, { subtree: true, childList: true })
}"""


@once(lambda drawn: "questions" not in drawn.config)
def test_one_polite_announcement_for_each_settled_change(desk, drawn):
    hand = Hand(desk, drawn)
    hand.start()
    desk.page.wait_for_timeout(SETTLED)
    status = hand.root.locator(".em-announcer")
    assert status.get_attribute("role") == "status"
    handles = [*hand.handles(), *hand.root.locator(".em-picker:visible").all()]
    hand.see(LISTEN)
    if hand.handles():
        hand.drag(handles[0], hand.aim(handles[0]))
    else:
        hand.first_moves()[0]()
    desk.page.wait_for_timeout(SETTLED)
    said = hand.see("root => root.said")
    assert len(said) == 1, f"said {said}"
    assert len(said[0]) > 3
    assert hand.see(PICTURE_NAME).endswith(said[0]), "the picture has the name of a past state"
    verdicts = [line for line in hand.root.locator(".em-verdict").all_inner_texts() if line]
    assert all(verdict in said[0] for verdict in verdicts), "a verdict is seen and not said"
    if handles:
        handles[0].evaluate(PRESS_AND_RESET)  # at once: between them nobody has time to speak
    else:
        hand.reset()
    desk.page.wait_for_timeout(SETTLED)
    assert hand.see("root => root.said") == [*said, "As it was at first."]


# --- Linked views: a symbol, the thing that it stands for, and the number

# what of a figure is not marked with what is pointed at or focused, or is marked without reason
LINKED = """root => {
  const carriers = link => [...root.querySelectorAll(`[data-link~='${link}']`)]
  const marked = () => [...root.querySelectorAll('.em-linked')]
  const wrong = []
  function check(how, element) {
    const links = element.closest('[data-link]').dataset.link.split(' ')
    const wanted = new Set(links.flatMap(carriers))
    const found = new Set(marked())
    const same = wanted.size === found.size && [...wanted].every(one => found.has(one))
    if (!same) wrong.push(`${how} ${links}: marks ${found.size} of ${wanted.size}`)
  }
  const symbols = [...root.querySelectorAll('.em-equation [data-link]')]
  const links = [...new Set(symbols.flatMap(symbol => symbol.dataset.link.split(' ')))]
  const point = element => element.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))
  for (const link of links) {
    const things = carriers(link).filter(one => one.closest('.em-stage'))
    if (!things.length) wrong.push(`${link} stands for nothing in the picture`)
    for (const one of [...carriers(link).filter(symbol => symbols.includes(symbol)), ...things]) {
      point(one)
      check('pointing at', one)
    }
    point(root)
    const focusable = [...root.querySelectorAll('button, input, [tabindex]')].filter(one =>
      one.getClientRects().length && !one.disabled && carriers(link).some(c => c.contains(one)))
    if (!focusable.length) wrong.push(`${link} cannot be focused`)
    for (const one of focusable) {
      one.focus()
      check('focus on', one)
      one.blur()
    }
    if (marked().length) wrong.push(`${link} stays marked`)
    const press = root.querySelector(`.em-symbols [data-pin='${link}']`)
    if (!press) continue
    press.click()
    point(root)
    const kept = press.getAttribute('aria-pressed') === 'true'
    if (!kept || carriers(link).some(one => !one.matches('.em-linked')))
      wrong.push(`${link} is pressed and not kept`)
    press.click()
    point(root)
    if (marked().length) wrong.push(`${link} is let go and stays marked`)
  }
  return links.length ? wrong : ['no symbol is linked']
}"""


@once(lambda drawn: "em-equation" in drawn.markup)
def test_a_symbol_marks_what_it_stands_for_and_is_marked_by_it(desk, drawn):
    hand = Hand(desk, drawn)
    hand.start()
    assert hand.see(LINKED) == []


# --- Links that carry a state, and Python that computes it


def run_python(program):
    """Run what was copied; give the value of its last line, as arrays."""
    lines = ast.parse(program).body
    assert isinstance(lines[-1], ast.Expr), f"the last line has no value:\n{program}"
    names = {"np": np, "emlib": emlib}
    with warnings.catch_warnings():  # a loop that is stopped early says so
        warnings.simplefilter("ignore", emlib.ConvergenceWarning)
        exec(compile(ast.Module(lines[:-1], []), "copied", "exec"), names)
        value = eval(compile(ast.Expression(lines[-1].value), "copied", "eval"), names)
    return list(value) if isinstance(value, tuple) else [value]


def columns_of(kind, found, wanted):
    """Bring what the program gives and what values() says to the same numbers."""
    if kind == "planks":
        rows, (fitted,) = np.array(wanted["clusters"], dtype=float), found
        return [fitted.weights, fitted.means[:, 0], fitted.covariances[:, 0, 0]], {
            "weights": rows[:, 1],
            "means": rows[:, 2],
            "variances": rows[:, 3] ** 2,
        }
    if kind in {"loop", "line-loop"}:
        rows, (now, *held) = wanted["parameters"], found
        told = {
            "weights": rows[:, 0],
            "means": rows[:, 1],
            "variances": rows[:, 2] if kind == "line-loop" else rows[:, 3] ** 2,
            "resp": wanted.get("resp", held),
        }
        return [now.weights, now.means[:, 0], now.covariances[:, 0, 0], *held], told
    return found, wanted


def assert_the_copied_python_computes_what_is_seen(hand):
    hand.press("Copy as Python")
    program = hand.root.locator(".em-copied textarea").input_value()
    figure = hand.drawn.rebuild(hand.state())
    wanted = figure.values() or {"resp": figure.right()[:49].reshape(7, 7)[:, 4:]}
    found, wanted = columns_of(hand.drawn.kind, run_python(program), wanted)
    numbers = {name: flat(value) for name, value in wanted.items()}
    for value in found:
        same = [name for name, told in numbers.items() if same_numbers(flat(value), told)]
        assert same, f"{flat(value)} is none of {numbers}:\n{program}"


@once_a_kind(lambda drawn: "questions" not in drawn.config)
def test_a_copied_link_shows_the_same_state_to_who_opens_it(desk, drawn, browser):
    hand = Hand(desk, drawn)
    hand.start()
    for move in hand.first_moves():
        move()
    for handle in hand.root.locator(".em-handle:visible").all()[1:2]:
        hand.keys(handle, "ArrowRight", "ArrowDown", "ArrowRight")
    assert hand.state() != drawn.first | {"guess": hand.state()["guess"]}, "nothing moves"
    for label in ("E-step", "M-step"):  # of a loop, the first iteration
        for button in hand.root.get_by_role("button", name=label, exact=True).all():
            assert_the_copied_python_computes_what_is_seen(hand)
            button.click()
    assert_the_copied_python_computes_what_is_seen(hand)
    sent = hand.state() | {"guess": ""}
    hand.press("Copy link")
    link = hand.root.locator(".em-copied textarea").input_value()
    assert link == desk.see(f"emlib.live['{drawn.name}'].address()")
    assert "guess" not in link
    with Visit(browser, desk.base, link.removeprefix(desk.base)) as visit:
        there = Hand(visit, drawn)
        assert there.state() == sent
        there.guess()
        assert_it_agrees_with_emlib(there)
        assert visit.trouble == []


def hostile(first):
    """Give states that a stranger might put into a link."""
    yield dict.fromkeys(first, "<img src=x onerror=document.title='had'>")
    yield dict.fromkeys(first, 1000000000.0)
    yield {key: shaped(value, -1e9) for key, value in first.items()}
    yield {key: shaped(value, 1.5) for key, value in first.items()}
    yield {key: [[value], value] for key, value in first.items()} | {"guess": "unsure"}
    yield dict.fromkeys(first)
    yield json.loads('{"__proto__": {"x": 1}, "constructor": {"y": 2}, "toString": 3}')


def shaped(value, number):
    if isinstance(value, list):
        return [shaped(entry, number) for entry in value]
    return "constructor" if isinstance(value, str) else number


HOSTILE = len(list(hostile({})))


@pytest.mark.parametrize(
    "turn", [pytest.param(i, marks=[] if i == 0 else pytest.mark.slow) for i in range(HOSTILE)]
)
@pytest.mark.parametrize("page", PAGES)
def test_a_hostile_link_does_no_harm(browser, bases, page, turn):
    states = {
        drawn.name: list(hostile(drawn.first))[(turn + i) % HOSTILE]
        for i, drawn in enumerate(on(page))
    }
    query = urlencode([("em", f"{name}:{json.dumps(state)}") for name, state in states.items()])
    with Visit(browser, bases["folder"], f"{page}?{query}") as visit:
        assert visit.trouble == [], states
        assert visit.see("document.title") != "had"
        for drawn in on(page):
            assert_it_is_sound(Hand(visit, drawn), states[drawn.name])


def assert_it_is_sound(hand, sent):
    first, state = hand.drawn.first, hand.state()
    assert hand.root.locator("img").count() == 0
    assert state.keys() == first.keys()
    assert state["guess"] == "", "a link makes the guess"
    assert {key: len(flat(value)) for key, value in state.items()} == {
        key: len(flat(value)) for key, value in first.items()
    }, sent
    if state != first:
        hand.guess()  # until then a figure may hold its answer back
        assert_it_agrees_with_emlib(hand)
        hand.reset()
        assert hand.state() == first


# --- On a phone, enlarged, in other colours


@pages("phone")
def test_handles_and_buttons_are_large_enough_for_a_finger(phone, request):
    small = []
    for drawn in on(request.node.callspec.params["phone"]):
        hand = Hand(phone, drawn)
        hand.start()
        pressed = ".em-handle, button, [role=button], .em-pick"
        for element in hand.root.locator(f":is({pressed}):visible").all():
            target = element.locator(".em-target").first
            box = (target if target.count() else element).bounding_box()
            if min(box["width"], box["height"]) < 24:
                words = element.get_attribute("aria-label") or element.text_content()
                small.append(f"{drawn.name}, {words}: {box['width']:.1f} x {box['height']:.1f}")
        for label in hand.root.locator("label:has(input[type=radio]):visible").all():
            if label.bounding_box()["height"] < 24:
                small.append(f"{drawn.name}, {label.inner_text()}")
    assert small == []


# 640 is a window of 1280 pixels at 200 % zoom
@pytest.mark.parametrize("width", [320, 640])
@pages("phone")
def test_no_figure_makes_its_page_scroll_sideways(phone, width, request):
    try:
        phone.page.set_viewport_size({"width": width, "height": 800})
        wide = []
        for drawn in on(request.node.callspec.params["phone"]):
            Hand(phone, drawn).start()
            box = Hand(phone, drawn).root.bounding_box()
            if box["x"] < 0 or box["x"] + box["width"] > width + 0.5:
                wide.append(f"{drawn.name}: {box['x']:.0f} to {box['x'] + box['width']:.0f}")
        assert wide == []
        assert phone.see("document.documentElement.scrollWidth - innerWidth") <= 0
    finally:
        phone.page.set_viewport_size({"width": 320, "height": 900})


@pages("phone")
def test_only_a_handle_holds_back_the_scrolling(phone, request):
    for drawn in on(request.node.callspec.params["phone"]):
        hand = Hand(phone, drawn)
        hand.start()
        if hand.root.locator(".em-stage svg").count() == 0:
            continue
        # a browser that is busy may miss a swipe: one of five has to be heard
        swipes = (swipe(phone, *beside_the_handles(hand), rest=rest) for rest in PATIENCE)
        assert any(moved > 60 for moved in swipes), f"{drawn.name} holds the page"
        for handle in hand.handles()[:1]:
            handle.evaluate("e => e.scrollIntoView({ block: 'center', behavior: 'instant' })")
            before = hand.state()
            right, down = hand.in_window(handle, hand.aim(handle))
            x, y = hand.centre(handle)
            moved = swipe(phone, x, y, right - x, 120 if down > y else -120)
            assert moved == 0, f"{drawn.name}: the page scrolls {moved} under a handle"
            assert hand.state() != before, f"{drawn.name}: a finger does not move the handle"


def beside_the_handles(hand):
    """Find a place in the picture that belongs to no handle."""
    return hand.root.locator(".em-stage svg").evaluate("""svg => {
      svg.scrollIntoView({ block: 'center', behavior: 'instant' })
      const box = svg.getBoundingClientRect()
      // a finger is broad: the browser may take it for one on a handle, or its words, nearby
      const parts = [...svg.querySelectorAll('.em-handle *')].map(e => e.getBoundingClientRect())
      const away = (x, y) => parts.every(({ left, right, top, bottom }) => Math.hypot(
        Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom)) > 28)
      for (let i = 1; i < 10; i++) for (let j = 1; j < 10; j++) {
        const [x, y] = [box.x + box.width * j / 10, box.y + box.height * i / 10]
        const hit = document.elementFromPoint(x, y)
        if (hit && svg.contains(hit) && !hit.closest('.em-handle') && away(x, y)) return [x, y]
      }
    }""")


PATIENCE = (100, 200, 400, 800, 1600)


def swipe(visit, x, y, right=0, down=-120, rest=PATIENCE[0]):
    """Swipe with a finger; give by how much the page scrolled."""
    before = visit.see("scrollY")
    session = visit.context.new_cdp_session(visit.page)

    def touch(kind, *points):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", {"x": x, "y": y})
    for part in range(1, 7):
        touch("touchMove", {"x": x + right * part / 6, "y": y + down * part / 6})
    visit.page.wait_for_timeout(rest)  # a finger that rests before it leaves throws nothing
    scrolled = visit.see("scrollY") - before
    touch("touchEnd")
    session.detach()
    return scrolled


MOTION = """root => [root, ...root.querySelectorAll('*')].flatMap(e => {
  const { transitionDuration, animationDuration } = getComputedStyle(e)
  return [transitionDuration, animationDuration].join(', ').split(', ').some(t => parseFloat(t) > 0)
    ? [`${e.tagName}.${e.getAttribute('class')}`] : [] })"""


@once()
def test_nothing_moves_by_itself_for_who_asked_for_less_motion(desk, drawn):
    hand = Hand(desk, drawn)
    hand.start()
    for handle in hand.root.locator(".em-handle:visible").all()[:1]:
        hand.keys(handle, "ArrowRight")
    assert desk.see("document.getAnimations().length") == 0
    assert hand.see(MOTION) == []


# words and rings of a picture in forced colours, against the ground that is forced upon them
FORCED = """root => {
  const probe = document.body.appendChild(document.createElement('canvas')).getContext('2d')
  const luminance = colour => {
    probe.fillStyle = '#000'
    probe.fillStyle = colour
    probe.fillRect(0, 0, 1, 1)
    return [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => v / 255).map(
      v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce(
      (sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  }
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
  const ground = luminance(getComputedStyle(root.querySelector('.em-stage')).backgroundColor)
  const found = []
  for (const text of root.querySelectorAll('.em-stage svg text')) {
    if (!text.getClientRects().length || !text.textContent.trim()) continue
    const style = getComputedStyle(text)
    if (text.textContent.trim().length === 1 && text.hasAttribute('fill')) continue
    const ratio = contrast(luminance(style.fill), ground)
    if (ratio < 4.5) found.push(`${text.textContent}: ${style.fill}, ${ratio.toFixed(1)}`)
    if (style.stroke !== 'none' && parseFloat(style.strokeWidth) > 0) {
      const halo = contrast(luminance(style.fill), luminance(style.stroke))
      if (halo < 4.5) found.push(`${text.textContent}: halo ${style.stroke}, ${halo.toFixed(1)}`)
    }
  }
  for (const ring of root.querySelectorAll('.em-ring-outer, .em-ring-inner')) {
    const { stroke } = getComputedStyle(ring)
    if (contrast(luminance(stroke), ground) < 3) found.push(`ring ${stroke}`)
  }
  return found
}"""


@once(lambda drawn: "svg" in drawn.markup)
@pytest.mark.parametrize("forced", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_words_and_rings_can_be_read_in_forced_colours(desk, drawn, forced):
    hand = Hand(desk, drawn)
    hand.start()
    scheme = desk.see("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
    try:
        desk.page.emulate_media(forced_colors="active", color_scheme=forced)
        assert hand.see(FORCED) == []
    finally:
        desk.page.emulate_media(forced_colors="none", color_scheme=scheme)


@cases()
def test_axe_finds_no_barrier_in_it(desk, drawn):
    hand = Hand(desk, drawn)
    hand.start()
    assert violations(desk, f"#figure-{drawn.name}") == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_little_javascript_for_its_figures(site, page):
    text = (site / page).read_text("utf-8")
    scripts = re.findall(r'src="([^"?]*figures/[\w-]+\.js)', text)
    assert len(scripts) >= 6
    files = [(site / page).parent.joinpath(script) for script in scripts]
    size = sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)
    assert size < SCRIPT_BUDGET, f"{size} bytes, gzipped: {scripts}"


# --- The sample for authors

SHOW = "from emlib.figures.lighthouse import Lighthouse; print({}.to_html())"
MODULES = ("emlib", "stage", "panel", "mount", "lighthouse", "page")


def test_the_sample_for_authors_is_a_whole_figure(browser, tmp_path):
    """The class, the file and the line of CONTRIBUTING.md, in a copy of emlib."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (script,) = re.findall(r"```js\n(.*?)```", text, re.DOTALL)
    module, line = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    folder = tmp_path / "emlib" / "figures"
    shutil.copytree(
        ROOT / "emlib", tmp_path / "emlib", ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / "lighthouse.py").write_text(module, "utf-8")
    (folder / "js" / "lighthouse.js").write_text(script, "utf-8")
    program = SHOW.format(line.strip().removeprefix("figures."))
    command = [sys.executable, "-c", program]
    markup = subprocess.check_output(command, cwd=tmp_path, text=True, encoding="utf-8")
    scripts = "".join(f'<script src="emlib/figures/js/{name}.js"></script>' for name in MODULES)
    page = f'<!doctype html><meta charset="utf-8"><body style="width: 30rem">{markup}{scripts}'
    (tmp_path / "page.html").write_text(page, "utf-8")
    with Visit(browser, f"{tmp_path.as_uri()}/", "page.html") as visit:
        hand = Hand(visit, figures_in("page.html", markup)[0])
        (handle,) = hand.handles()
        assert hand.drag(handle, hand.aim(handle)) != hand.drawn.first
        keyed = hand.keys(handle, "End", "Shift+ArrowLeft")
        assert keyed["x"] == 3.99
        assert hand.type(["0.5"])["x"] == 0.5
        assert same_numbers([hand.numbers()[0][1]], [np.exp(-0.125) / np.sqrt(2 * np.pi)])
        hand.reset()
        assert hand.state() == hand.drawn.first
        assert differences(hand.picture(), hand.picture(markup)) == []
        assert visit.trouble == []


# --- The checks themselves: each must be able to fail


def test_the_built_pages_hold_the_figures_of_the_chapters(site):
    built = [
        (page, drawn.name)
        for page in PAGES
        for drawn in figures_in(page, (site / page).read_text("utf-8"))
    ]
    assert built == [(drawn.page, drawn.name) for page in PAGES for drawn in on(page)]
