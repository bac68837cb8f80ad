"""Predict, then look: nothing is revealed before a guess, and the gap is explained."""

import json
import re

from figure_cases import once
from figure_reader import SAID, VISIBLE_TEXT, Hand, flat


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


@once(lambda drawn: drawn.asks and "place" in drawn.config["prediction"])
def test_a_place_is_told_on_which_side_of_the_answer_it_lies(desk, drawn):
    place, gaps = (drawn.config["prediction"][key] for key in ("place", "gaps"))
    assert len({gaps[key] for key in ("near", "below", "above")}) == 3
    hand = Hand(desk, drawn)
    off = place["tolerance"]
    for key, by in (("below", -1.5), ("near", -0.9), ("near", 0.9), ("above", 1.5)):
        hand.reset()
        value = place["answer"] + by * off
        hand.see(f"() => emlib.live['{drawn.name}'].set({set_place(drawn, value)})")
        hand.root.get_by_role("button", name="That is my guess: show me").click()
        assert hand.root.locator(".em-gap").inner_text() == gaps[key], f"{value} is {key}"


def set_place(drawn, value):
    """Give the change of the state, as JSON, that puts the sought number to a value."""
    place = drawn.config["prediction"]["place"]
    first = drawn.first[place["key"]]
    if place["index"] is None:
        return json.dumps({place["key"]: value})
    moved = [value if i == place["index"] else old for i, old in enumerate(first)]
    return json.dumps({place["key"]: moved})


@once(lambda drawn: drawn.asks and "options" in drawn.config["prediction"])
def test_a_figure_that_is_held_says_why_and_is_no_tab_stop(desk, drawn):
    hand = Hand(desk, drawn)
    hand.reset()
    handles = hand.root.locator(".em-handle:visible").all()
    assert all(handle.get_attribute("tabindex") == "-1" for handle in handles)
    assert all(handle.get_attribute("aria-disabled") == "true" for handle in handles)
    before = hand.state()
    # a link that an earlier test copied stays marked: a press on a picture unmarks nothing
    desk.see("getSelection().removeAllRanges()")
    for handle in handles[:1]:
        assert hand.drag(handle, hand.aim(handle)) == before
        if "em-picker" in handle.get_attribute("class"):
            hand.page.mouse.click(*hand.centre(handle))
        assert hand.root.locator(".em-held").inner_text() == "First your guess: then it moves."
        assert desk.see("String(getSelection())") == "", "a drag marks words"
    hand.start()
    free = hand.root.locator(".em-handle:visible:not([aria-disabled=true])").all()
    assert all(handle.get_attribute("tabindex") == "0" for handle in free)
