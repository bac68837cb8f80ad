"""A live figure on an open page, in the hands of a reader: mouse, keys, typed numbers."""

import json
import re
from functools import partial

import numpy as np

# Every element of a figure's picture in order: tag, text, and the attributes that draw it
PICTURE = r"""root => [...(root.querySelector('.em-stage svg')?.querySelectorAll('*') ?? [])].map(
  element => [element.tagName, element.children.length || element.closest('[visibility=hidden]')
    ? '' : element.textContent,
    Object.fromEntries([...element.attributes].filter(({ name }) =>
      name === 'visibility' || !element.closest('[visibility=hidden]')
      && !/^(class|style|role|tabindex|aria-.*|data-.*)$/.test(name)).map(a => [a.name, a.value])),
    element.dataset.part ?? element.closest('[data-part]')?.dataset.part ?? ''])"""
NUMBERS = """root => [...root.querySelectorAll('[data-value]')].filter(
  e => !e.parentElement.closest('[data-value]')).map(
  e => [e.dataset.readout ?? null, e.dataset.value])"""
# (checkVisibility says yes to what lies in a hidden group of a picture)
VISIBLE_TEXT = """root => [root, ...root.querySelectorAll('*')].filter(
  e => e.getClientRects().length && getComputedStyle(e).visibility === 'visible'
    && !e.closest('.em-announcer, script, math, .em-equation')).flatMap(
  e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data)).join(' | ')"""
# what is read aloud and not seen: names and value texts, the picture's among them; announcements
SAID = """root => [...root.querySelectorAll('[aria-label], [aria-valuetext], [role=status]')
  ].filter(e => !e.closest('.em-answer')).map(e => [e.getAttribute('aria-label'),
    e.getAttribute('aria-valuetext'), e.matches('[role=status]') ? e.textContent : ''].join(' ')
  ).join(' | ')"""
PICTURE_NAME = "root => root.querySelector('.em-stage svg').getAttribute('aria-label')"
CENTRE = """e => { const box = (e.querySelector('.em-target') ?? e).getBoundingClientRect()
  return [box.x + box.width / 2, box.y + box.height / 2] }"""
FIELDS = ".em-panel .em-number input[type=number]"


class Hand:
    """One live figure of a visit, and a reader's ways to move it."""

    def __init__(self, visit, drawn):
        self.page, self.drawn = visit.page, drawn
        self.root = self.page.locator(f"#figure-{drawn.name}")

    def see(self, script):
        return self.root.evaluate(script)

    def state(self):
        return self.page.evaluate("name => emlib.live[name].state()", self.drawn.name)

    def picture(self, markup=None):
        """Give the picture on the page, or of other markup, as its elements."""
        if markup is None:
            return self.see(PICTURE)
        parse = "html => new DOMParser().parseFromString(html, 'text/html').querySelector('figure')"
        return self.page.evaluate(f"html => ({PICTURE})(({parse})(html))", markup)

    def numbers(self):
        """Give the numbers on screen, (name of the readout, value) each."""
        return [(name, json.loads(value)) for name, value in self.see(NUMBERS)]

    # --- What a reader does

    def press(self, label):
        self.root.get_by_role("button", name=label, exact=True).click()

    def guess(self):
        """Commit to "not sure" where the figure asks for a guess."""
        box = self.root.locator(".em-asking .em-prediction")
        if not self.drawn.asks or not box.is_visible():
            return
        if box.locator("input[type=radio]").count():
            box.locator("input[type=radio]").last.check()
            box.get_by_role("button").click()
        else:
            box.get_by_role("button").last.click()

    def start(self):
        """Bring the figure back to its first state, the guess behind it."""
        self.reset()
        self.guess()
        return self.state()

    def reset(self):
        if self.root.get_by_role("button", name="Reset", exact=True).is_enabled():
            self.press("Reset")

    def handles(self):
        """Give the handles that can be moved now, one locator each."""
        found = self.root.locator(".em-handle:not(.em-picker):not([aria-disabled=true])")
        return [handle for handle in found.all() if handle.is_visible()]

    def first_moves(self):
        """Give small changes to make one after the other: by keys, or what is typed on a sheet."""
        handle = self.root.locator(".em-handle:visible").first
        if handle.count():
            keys = ("ArrowRight", "ArrowLeft", "Shift+ArrowLeft", "ArrowDown", "End")
            return [partial(self.keys, handle, key) for key in keys]
        return [partial(self.write, i, words) for i, words in enumerate(("0.25", "much", "0.5"))]

    def write(self, i, words):
        """Write words into a field of a sheet, and leave it."""
        field = self.root.locator(".em-field:visible").nth(i)
        field.fill(words)
        field.blur()
        return self.state()

    def picked(self, picker):
        """Give what a picker has picked, by its key in the state."""
        return self.state()[picker.get_attribute("data-key")]

    def centre(self, handle):
        return handle.evaluate(CENTRE)

    def aim(self, handle):
        """Find a place of the picture, from its corner, that lies away from the handle."""
        box, (x, y) = self.frame(handle), self.place(handle)
        right = x + 0.17 * box["width"] * (1 if x < box["width"] / 2 else -1)
        down = y + 0.1 * box["height"] * (1 if y < box["height"] / 2 else -1)
        return round(right), round(down)

    def frame(self, handle):
        """Give the picture's box in the window, with the handle in sight: the page may scroll."""
        handle.scroll_into_view_if_needed()
        return handle.locator("xpath=ancestor::*[local-name()='svg']").bounding_box()

    def place(self, handle):
        """Give the handle's centre, counted from the corner of its picture."""
        box, (x, y) = self.frame(handle), self.centre(handle)
        return x - box["x"], y - box["y"]

    def in_window(self, handle, target):
        """Give a place of the picture as a place in the window."""
        box = self.frame(handle)
        return box["x"] + target[0], box["y"] + target[1]

    def drag(self, handle, target):
        mouse = self.page.mouse
        there = self.in_window(handle, target)
        mouse.move(*self.centre(handle))
        mouse.down()
        mouse.move(*there, steps=4)
        mouse.up()
        return self.state()

    def click_and_place(self, handle, target):
        there = self.in_window(handle, target)
        self.page.mouse.click(*self.centre(handle))
        self.page.mouse.click(*there)
        return self.state()

    def keys(self, handle, *keys):
        handle.focus()
        for key in keys:
            self.page.keyboard.press(key)
        return self.state()

    def fields(self):
        """Give what stands in the fields of numbers, in order."""
        return self.root.locator(FIELDS).evaluate_all("all => all.map(field => field.value)")

    def type(self, values):
        """Type numbers into the fields that hold others, those behind a fold too."""
        folds = self.root.locator(".em-panel details:not([open]) > summary")
        while folds.count():
            folds.first.click()
        for i, value in enumerate(values):
            field = self.root.locator(FIELDS).nth(i)
            if field.input_value() != value:
                field.fill(value)
                field.press("Enter")
                field.blur()
        return self.state()


def differences(found, wanted, tolerance=0.02):
    """Say where two pictures differ: tags, texts, words in attributes, or numbers by more."""
    if len(found) != len(wanted):
        return [f"{len(found)} elements instead of {len(wanted)}"]
    said = []
    for (tag, text, attributes, part), (tag2, text2, attributes2, _) in zip(
        found, wanted, strict=True
    ):
        where = f"<{tag}> of {part or 'no part'}"
        if tag != tag2 or text != text2:
            said.append(f"{where}: {text!r} instead of {text2!r}")
        for key in attributes.keys() | attributes2.keys():
            here, there = attributes.get(key), attributes2.get(key)
            if here != there and not alike(here, there, tolerance):
                said.append(f"{where}: {key}={here!r:.90} instead of {there!r:.90}")
    return said


def alike(here, there, tolerance):
    """Say whether two attributes are the same but for small differences of their numbers."""
    if here is None or there is None:
        return False
    left, right = split_numbers(here), split_numbers(there)
    return left[0] == right[0] and np.allclose(left[1], right[1], rtol=0, atol=tolerance)


def split_numbers(text):
    if text.startswith("#"):
        channels = [int(text[i : i + 2], 16) / 100 for i in (1, 3, 5)]
        return "#", channels
    words, numbers = "", []
    for token in re.findall(r"-?\d*\.?\d+(?:e-?\d+)?|[^\d.-]+|.", text):
        try:
            numbers.append(float(token))
            words += "0"
        except ValueError:
            words += token
    return words, numbers


def flat(value):
    """Give all numbers of nested lists in order; what is not finite as None."""
    if isinstance(value, list | tuple | np.ndarray):
        return [number for entry in value for number in flat(entry)]
    if value is None or isinstance(value, str) or not np.isfinite(value):
        return [None]
    return [float(value)]


def same_numbers(found, wanted, rtol=1e-9):
    """Say whether two flat lists agree; None stands for what is not a number."""
    if len(found) != len(wanted):
        found, wanted = ([n for n in numbers if n is not None] for numbers in (found, wanted))
    if len(found) != len(wanted):
        return False
    return all(
        a == b or (None not in (a, b) and np.isclose(a, b, rtol=rtol, atol=1e-12))
        for a, b in zip(found, wanted, strict=True)
    )
