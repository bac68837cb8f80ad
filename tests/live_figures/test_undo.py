"""Undo, reset, and what is said of a change."""

from figure_cases import once
from figure_reader import PICTURE_NAME, Hand, differences

SETTLED = 500  # milliseconds after which what is said of a change has been said


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
