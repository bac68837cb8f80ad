"""The palette can be seen: on light and dark grounds, by colour-blind readers, and as mixed."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from book_builder import ROOT

from emlib import figures, palette

NAMES = tuple(palette.COLOURS)
JUPYTERLAB = {"light": "#ffffff", "dark": "#111111"}
# Machado, Oliveira and Fernandes 2009, severity 1, on linear red, green and blue
SEEN_BY = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1, 1.08883])


def linear(color):
    channels = np.array(palette.channels(color)) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    light, dark = sorted((linear(color) @ TO_XYZ[1] for color in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    """CIE L*a*b* of linear red, green and blue."""
    parts = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    x, y, z = np.where(parts > 0.008856, np.cbrt(parts), 7.787 * parts + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def over(color, ground, opacity):
    """The colour that is seen through a mark that lets the ground shine through."""
    mixed = opacity * np.array(palette.channels(color))
    mixed = mixed + (1 - opacity) * np.array(palette.channels(ground))
    return "#" + "".join(f"{round(value):02x}" for value in mixed)


def opacity(selector):
    sheet = (Path(figures.__file__).parent / "figures.css").read_text("utf-8")
    (rule,) = re.findall(rf"\.em-figure {re.escape(selector)} \{{([^}}]*)\}}", sheet)
    return float(re.search(r"opacity: ([\d.]+)", rule)[1])


def colour(name, theme):
    return palette.COLOURS[name]["color"][theme]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_a_cluster_is_seen_as_a_mark_on_the_page_and_in_jupyterlab(name, theme):
    grounds = [palette.ROLES["paper"][theme], JUPYTERLAB[theme]]
    for ground in grounds:
        assert contrast(colour(name, theme), ground) >= 3
        star = over(colour(name, theme), ground, opacity(".em-stars"))
        assert contrast(star, ground) >= 3, "a star"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("role", ["pink", "pointer"])
def test_ring_and_focus_are_seen_on_the_page(role, theme):
    assert contrast(palette.ROLES[role][theme], palette.ROLES["paper"][theme]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("cones", SEEN_BY)
def test_clusters_differ_for_every_kind_of_sight(cones, theme):
    seen = [lab(np.array(SEEN_BY[cones]) @ linear(colour(name, theme))) for name in NAMES]
    apart = [np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)]
    assert min(apart) > 25


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_focus_is_in_no_clusters_colour(theme):
    pointer = lab(linear(palette.ROLES["pointer"][theme]))
    for name in NAMES:
        assert np.linalg.norm(pointer - lab(linear(colour(name, theme)))) > 50, name


def test_shares_of_one_cluster_alone_mix_to_its_colour():
    mixed = palette.blend(np.eye(3), NAMES) * 255
    wanted = [palette.channels(palette.CLUSTERS[name]["color"]) for name in NAMES]
    np.testing.assert_allclose(mixed, wanted)


def test_the_style_sheet_has_every_variable_that_the_mixture_asks_for():
    asked = set(re.findall(r"var\((--em-[\w-]+)\)", palette.mixture_rule()))
    assert len(asked) == 9
    for theme in ("light", "dark"):
        assert asked <= set(re.findall(r"(--em-[\w-]+):", palette.variables(theme)))


def test_the_page_gives_no_colour_of_the_palette_another_value():
    """The book's style sheet comes after the palette's, and would win."""
    sheet = (ROOT / "book/theme/static/book.css").read_text("utf-8")
    sheet = sheet.split("@media (forced-colors")[0]  # there the reader's colours win
    ours = set(re.findall(r"(--em-[\w-]+):", palette.variables("light")))
    assert ours & set(re.findall(r"(--em-[\w-]+):", sheet)) == set()
