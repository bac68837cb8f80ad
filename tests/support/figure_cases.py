"""The live figures that the chapters hold, as cases for tests; and what is asked of each.

The figures are found in the chapters. Each is asked the same: the picture without scripts is the
picture with them, every way to move it reaches the same state, its numbers are emlib's, nothing is
revealed before a guess, reset is exact. A representative configuration each; all of them
(theme x width x way) are marked slow.
"""

import itertools

import pytest
from figure_pages import figures_of_the_book
from figure_reader import differences, flat, same_numbers

FIGURES = figures_of_the_book()
PAGES = sorted({drawn.page for drawn in FIGURES})
CONFIGURATIONS = list(itertools.product(("light", "dark"), (1280, 320), ("server", "folder")))


def of(drawn):
    return f"{drawn.page.rsplit('/', 1)[-1].removesuffix('.html')}-{drawn.name}"


def cases(keep=lambda drawn: True):
    """Every figure in one configuration, and in all others if there is time.

    Page by page and configuration by configuration: then each page is opened once for all of its
    figures.
    """
    found = []
    for number, page in enumerate(PAGES):
        here = [drawn for drawn in filter(keep, FIGURES) if drawn.page == page]
        turn = number * 3 % len(CONFIGURATIONS)
        for i, configuration in enumerate(CONFIGURATIONS):
            marks = [] if i == turn else pytest.mark.slow
            for drawn in here:
                name = "-".join([of(drawn), *map(str, configuration)])
                where = (page, *configuration)
                found.append(pytest.param(where, drawn, id=name, marks=marks))
    return pytest.mark.parametrize(("desk", "drawn"), found, indirect=["desk"])


def once(keep=lambda drawn: True):
    """Every figure in its representative configuration alone."""
    quick = [case for case in cases(keep).args[1] if not case.marks]
    return pytest.mark.parametrize(("desk", "drawn"), quick, indirect=["desk"])


def once_a_kind(keep=lambda drawn: True):
    """One figure of each kind, and the others of its kind if there is time."""
    seen, found = set(), []
    for case in once(keep).args[1]:
        where, drawn = case.values
        marks = pytest.mark.slow if drawn.kind in seen else []
        found.append(pytest.param(where, drawn, id=case.id, marks=marks))
        seen.add(drawn.kind)
    return pytest.mark.parametrize(("desk", "drawn"), found, indirect=["desk"])


def pages(fixture):
    return pytest.mark.parametrize(fixture, PAGES, indirect=True)


def on(page):
    return [drawn for drawn in FIGURES if drawn.page == page]


def assert_it_agrees_with_emlib(hand):
    """Numbers and picture on screen are what emlib computes and draws for the same state."""
    state = hand.state()
    figure = hand.drawn.rebuild(state)
    if figure is None:
        return
    wanted = {name: flat(value) for name, value in figure.values().items()}
    for name, value in hand.numbers():
        found = flat(value)
        assert name, f"{found} stands under no name: which of values() is it?"
        assert name in wanted, f"values() does not say {name}; it says {', '.join(wanted)}"
        assert same_numbers(found, wanted[name]), (
            f"{name} shows {found}, emlib says {wanted[name]}, in the state {state}"
        )
    told = {name for name, _ in hand.numbers()}
    assert told or not wanted, "no number on screen carries data-value"
    seen = differences(hand.picture(), hand.picture(figure.to_html()), tolerance=0.05)
    assert seen == [], f"in the state {state}: {seen[:5]}"
