"""Buttons that take a step: not only any state that can be shown, but the right one."""

import numpy as np
from figure_cases import assert_it_agrees_with_emlib, once
from figure_reader import Hand

import emlib


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
