"""Links that carry a state, and Python that computes it."""

import ast
import json
import warnings
from urllib.parse import urlencode

import numpy as np
import pytest
from browsing import Visit
from figure_cases import PAGES, assert_it_agrees_with_emlib, on, once_a_kind
from figure_reader import Hand, flat, same_numbers

import emlib


def run_python(program):
    """Run what was copied; give the value of its last line, as arrays."""
    lines = ast.parse(program).body
    assert isinstance(lines[-1], ast.Expr), f"the last line has no value:\n{program}"
    names = {}  # as in an empty notebook
    with warnings.catch_warnings():  # a loop that is stopped early says so
        warnings.simplefilter("ignore", emlib.ConvergenceWarning)
        exec(compile(ast.Module(lines[:-1], []), "copied", "exec"), names)
        value = eval(compile(ast.Expression(lines[-1].value), "copied", "eval"), names)
    return list(value) if isinstance(value, tuple) else [value]


def columns_of(kind, found, wanted):
    """Bring what the program gives and what values() says to the same numbers."""
    if kind == "planks" and isinstance(found[0], np.ndarray):
        return [found[0]], {"counts": np.array(wanted["clusters"], dtype=float)[:, 0]}
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
