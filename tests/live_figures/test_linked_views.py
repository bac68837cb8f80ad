"""Linked views: a symbol, the thing that it stands for, and the number."""

import io

import numpy as np
from figure_cases import once
from figure_reader import Hand
from PIL import Image

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


@once(lambda drawn: "em-equation" in drawn.markup)
def test_pointing_at_a_symbol_can_be_seen_in_the_picture(desk, drawn):
    """Not only is a class set: the picture looks different."""
    hand = Hand(desk, drawn)
    hand.start()
    desk.page.mouse.move(0, 0)
    stage = hand.root.locator(".em-stage")
    plain = pixels(stage)
    links = hand.see("""root => [...new Set([...root.querySelectorAll('.em-equation [data-link]')]
      .flatMap(symbol => symbol.dataset.link.split(' ')))]""")
    unseen = {}
    for link in links:
        hand.see(f"() => emlib.live['{drawn.name}'].mark(['{link}'])")
        changed = int((np.abs(pixels(stage) - plain).max(axis=2) > 24).sum())
        if changed < LEAST:
            unseen[link] = changed
    hand.see(f"() => emlib.live['{drawn.name}'].mark([])")
    assert unseen == {}, f"pixels that change: {unseen}"


LEAST = 60  # pixels: what is marked with fewer escapes the eye


def pixels(locator):
    with Image.open(io.BytesIO(locator.screenshot())) as picture:
        return np.asarray(picture.convert("RGB"), dtype=int)
