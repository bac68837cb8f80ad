"""A cloud that the reader paints."""

from figure_cases import assert_it_agrees_with_emlib, once
from figure_reader import Hand


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
