"""On a phone, enlarged, in other colours, with less motion."""

import pytest
from browsing import violations
from figure_cases import cases, on, once, pages
from figure_reader import Hand


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
  const canvas = document.body.appendChild(document.createElement('canvas'))
  const probe = canvas.getContext('2d', { willReadFrequently: true })
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
