"""What the text sends the reader to look at is in the picture, and words can be read."""

import json

import pytest
from figure_cases import FIGURES, assert_it_agrees_with_emlib, once
from figure_reader import Hand

NAMES = {drawn.name: drawn for drawn in FIGURES}


def named(name):
    return once(lambda drawn: drawn.name == name)


def put(hand, **state):
    """Bring the figure from its first state, the guess behind it, to another."""
    hand.start()
    hand.see(f"() => emlib.live['{hand.drawn.name}'].set({json.dumps(state)})")
    assert_it_agrees_with_emlib(hand)


def size(hand, part):
    return hand.see(
        f"root => {{ const box = root.querySelector(`[data-part='{part}']`).getBBox();"
        " return [box.width, box.height] }"
    )


@named("machines")
def test_in_logarithms_every_stick_comes_into_sight(desk, drawn):
    """Chapter 2: "set the heights to logarithms, and both come into sight"."""
    hand = Hand(desk, drawn)
    put(hand, scale="log")
    heights = [size(hand, f"stick-{k}")[1] for k in range(3)]
    assert min(heights) > 4, heights


@named("narrow")
def test_a_share_that_is_not_all_of_it_is_not_told_as_all(desk, drawn):
    """Chapter 2: at -4.5 "blue takes 0.996"."""
    hand = Hand(desk, drawn)
    put(hand, x=-4.5)
    words = hand.root.locator("[data-part='share-1-words']").text_content()
    assert float(words.split()[-1]) == pytest.approx(0.996, abs=5e-4), words


@named("heavier")
@pytest.mark.parametrize("weight", [0.02, 0.05, 0.5, 0.95, 0.98])
def test_few_stars_lie_where_their_cluster_is(desk, drawn, weight):
    hand = Hand(desk, drawn)
    put(hand, weight=weight)
    seen = hand.see("""root => [0, 1].map(k => [...root.querySelectorAll(
      `[data-part='stars-${k}'] > :not([visibility=hidden])`)].map(
      star => star.getAttribute('transform').match(/-?[\\d.]+/g).map(Number)))""")
    middle = 180  # of the picture, halfway between the centres
    for k, stars in enumerate(seen):
        assert stars, "a cluster without a star"
        own = [x < middle if k == 0 else x > middle for x, _ in stars]
        assert sum(own) > len(own) / 2, f"stars of {('green', 'blue')[k]}: {stars}"


@named("underflow")
def test_logarithms_are_told_and_drawn_to_the_same_base(desk, drawn):
    """Chapter 5: "look at their logarithms in the figure: at 40 they are about -800"."""
    hand = Hand(desk, drawn)
    put(hand, distance=40)
    told = hand.root.locator("[data-readout=log_products]")
    assert told.inner_text().startswith("Natural logarithms")
    assert "natural logarithm" in hand.root.locator(".em-stage").inner_text()
    down = hand.see(
        """root => Number(root.querySelector("[data-part='dot']").getAttribute('cy'))"""
    )
    on_axis = hand.see("""root => { const { py } = emlib.live.underflow.plane('logs')
      return [py(-750), py(-850)] }""")
    assert on_axis[0] < down < on_axis[1]


@once(lambda drawn: drawn.kind == "bound")
def test_the_axis_holds_the_bound_in_the_first_state(desk, drawn):
    hand = Hand(desk, drawn)
    hand.start()
    low = hand.see(f"() => emlib.live['{drawn.name}'].plane('curves').y[0]")
    bound = dict(hand.numbers())["bound"]
    assert bound > low + 1
    cut = hand.root.locator("[data-part='gap-below']")
    assert cut.get_attribute("visibility") == "hidden"
    put(hand, mean=-5, shares=[1] * 7)
    assert dict(hand.numbers())["bound"] < low
    assert cut.get_attribute("visibility") is None, "the gap ends in the frame, and nothing says so"


@named("takeover")
def test_a_bar_that_the_frame_cuts_says_so(desk, drawn):
    hand = Hand(desk, drawn)
    hand.start()
    for x, cut in ((4, True), (2.02, False)):
        put(hand, x=x)
        end = hand.root.locator("[data-part='cut-likelihood']")
        assert (end.get_attribute("visibility") is None) == cut, x


@once(lambda drawn: drawn.kind == "temperature")
def test_a_cold_border_is_a_straight_line_halfway(desk, drawn):
    """No corner of the ground's pieces that two colours share lies beside a bisector."""
    hand = Hand(desk, drawn)
    put(hand, log_temperature=-3)
    off = hand.see("""root => {
      const figure = Object.values(emlib.live).find(one => one.root === root)
      const { px, py } = figure.plane('main')
      const means = figure.state().means
      const pieces = [...root.querySelectorAll("[data-part='ground'] > *")].map(piece => ({
        fill: piece.getAttribute('fill'),
        corners: piece.getAttribute('d').match(/-?[\\d.]+ -?[\\d.]+/g) }))
      const colours = new Map()
      for (const { fill, corners } of pieces) for (const corner of corners)
        colours.set(corner, (colours.get(corner) ?? new Set()).add(fill))
      const unit = Math.abs(px(1) - px(0))
      return Math.max(...[...colours].filter(([, fills]) => fills.size > 1).map(([corner]) => {
        const [x, y] = corner.split(' ').map(Number)
        const away = means.map(([mx, my]) => Math.hypot(x - px(mx), y - py(my)))
        away.sort((a, b) => a - b)
        return (away[1] - away[0]) / unit
      }))
    }""")
    assert 0 <= off < 0.02, off


@once(lambda drawn: drawn.config["options"].get("mode") == "game")
def test_a_cluster_may_be_left_with_nothing_and_it_is_said(desk, drawn):
    hand = Hand(desk, drawn)
    put(hand, shares=[0] * 7)
    assert "Nothing is left to green" in hand.root.inner_text()
    assert hand.root.locator("[data-part='wedge-0']").get_attribute("visibility") == "hidden"


@named("own")
def test_a_collapse_stops_the_counter_and_is_shown(desk, drawn):
    """Two clouds painted far apart, which the default starts make collapse."""
    hand = Hand(desk, drawn)
    left = [[-2, 1.6], [-1.6, 2.1], [-1.2, 1.2], [-1.8, 0.9], [-1.4, 1.9], [-2.2, 1.1]]
    right = [[1.6, -0.2], [2, -0.5], [2.4, 0.1], [1.8, -0.9], [2.1, -1.1], [2.6, -0.7]]
    put(hand, X=left + right)
    for _ in range(8):
        button = hand.root.get_by_role("button", name="Ten iterations", exact=True)
        if button.is_enabled():
            button.click()
    needles = hand.root.locator("[data-part^='needle-']:not([visibility=hidden])")
    ended = hand.state()["half_steps"]
    assert needles.count() == 1, "no cluster has collapsed: paint another cloud"
    assert ended < 20, "the loop goes on counting"
    assert_it_agrees_with_emlib(hand)
    assert "together to a needle" in hand.root.inner_text()
    for label in ("E-step", "M-step", "Ten iterations"):
        assert hand.root.get_by_role("button", name=label, exact=True).is_disabled()
    seen = hand.picture()
    hand.press("Back")
    assert hand.state()["half_steps"] == ended - 1
    assert hand.picture() != seen, "Back moves nothing"
    assert needles.count() == 0
    assert_it_agrees_with_emlib(hand)


# --- Words: within the picture, and not over each other

OVERPRINTED = """root => {
  const svg = root.querySelector('.em-stage svg')
  const texts = [...svg.querySelectorAll('text')].filter(text => text.textContent.trim()
    && text.getClientRects().length && getComputedStyle(text).visibility === 'visible')
  const box = element => element.getBoundingClientRect()
  const frame = box(svg)
  const scale = frame.width / svg.viewBox.baseVal.width
  const name = text => `“${text.textContent}”`
  const found = []
  texts.forEach((one, i) => {
    const a = box(one)
    if (a.left < frame.left - 3 * scale || a.right > frame.right + 3 * scale)
      found.push(`${name(one)} leaves the picture`)
    for (const other of texts.slice(i + 1)) {
      const b = box(other)
      const [wide, high] = [Math.min(a.right, b.right) - Math.max(a.left, b.left),
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)]
      if (wide > 2 * scale && high > 6 * scale) found.push(`${name(one)} over ${name(other)}`)
    }
  })
  return found
}"""


@once(lambda drawn: "<svg" in drawn.markup)
def test_no_words_leave_the_picture_or_overprint_others(desk, drawn):
    hand = Hand(desk, drawn)
    hand.reset()
    assert hand.see(OVERPRINTED) == [], "before the guess"
    hand.start()
    assert hand.see(OVERPRINTED) == [], "in the first state"
    for button in hand.root.get_by_role("button", name="To the pass", exact=True).all():
        button.click()
        assert hand.see(OVERPRINTED) == [], "at the pass"
    hand.start()
    for handle in hand.handles()[:1]:
        if handle.get_attribute("data-key") in ("x", "distance"):
            for key in ("Home", "End"):
                hand.keys(handle, key)
                assert hand.see(OVERPRINTED) == [], f"after {key}"
