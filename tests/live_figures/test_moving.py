"""Every way to move a figure reaches the same state, and its numbers stay emlib's."""

import re

from figure_cases import assert_it_agrees_with_emlib, cases, once
from figure_reader import Hand, flat


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
    target, began = hand.aim(handle), hand.place(handle)
    dragged = hand.drag(handle, target)
    label = handle.get_attribute("aria-label")
    assert dragged != first, f"{label} cannot be dragged"
    ended = hand.place(handle)
    assert_it_landed_under_the_finger(hand, handle, began, ended, target)
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


SNAPS = {"planks"}  # where a label is 0 or 1, a handle jumps to the nearer plank


def assert_it_landed_under_the_finger(hand, handle, began, ended, target):
    """Along each way in which it can be moved, and as far as its bounds let it."""
    label = handle.get_attribute("aria-label")
    low, high, now = (
        float(handle.get_attribute(f"aria-value{end}")) for end in ("min", "max", "now")
    )
    moved = [axis for axis in (0, 1) if abs(ended[axis] - began[axis]) > 2]
    assert moved, f"{label} stays where it was"
    if hand.drawn.kind in SNAPS:
        moved = [axis for axis in moved if axis == 0]
    for axis in moved:
        off = abs(ended[axis] - target[axis])
        at_its_end = min(now - low, high - now) < 1e-6
        assert off < 2 or at_its_end, f"{label} lands {off:.1f} pixels beside the finger"


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
        (4, "much", "I cannot read"),
        (4, config["spelled"][4], "Right."),
    ):
        assert hand.write(box, said)["given"][box] == said
        assert hand.root.locator(".em-verdict").nth(box).inner_text().startswith(verdict)
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
