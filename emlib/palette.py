"""The book's colours, read once from palette.json: three clusters and a few roles.

Every colour has a value for a light ground and one for a dark ground. A cluster is never told by
colour alone: it has a marker, a glyph and a dash as well.
"""

import json
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike

PALETTE = json.loads((files("emlib") / "palette.json").read_text(encoding="utf-8"))
ROLES, COLOURS = PALETTE["roles"], PALETTE["clusters"]
CLUSTERS = {
    name: {**style, "color": style["color"]["light"], "dark": style["color"]["dark"]}
    for name, style in COLOURS.items()
}
"""By name: color (on a light ground), dark (on a dark one), marker, glyph, dash."""


def cluster_names(n_components: int) -> tuple[str, ...]:
    """Return the first names of the palette, one a cluster; a ValueError if there are too few.

    Examples
    --------
    >>> emlib.plotting.cluster_names(2)
    ('fuchsia', 'green')
    """
    if n_components > len(CLUSTERS):
        raise ValueError(f"the palette has {len(CLUSTERS)} clusters; n_components={n_components}.")
    return tuple(CLUSTERS)[:n_components]


def channels(color: str) -> list[int]:
    """Red, green and blue of "#rrggbb", from 0 to 255."""
    return [int(color[start : start + 2], 16) for start in (1, 3, 5)]


def variables(theme: str) -> str:
    """CSS variables for a theme, "light" or "dark": each colour, and each cluster's channels."""
    rules = [f"--em-{name}: {value[theme]};" for name, value in ROLES.items()]
    for name, style in COLOURS.items():
        color = style["color"][theme]
        rules.append(f"--em-{name}: {color};")
        parts = zip("rgb", channels(color), strict=True)
        rules += [f"--em-{name}-{letter}: {value};" for letter, value in parts]
    return " ".join(rules)


def marks() -> list[str]:
    """CSS rules that set a cluster's glyph before whatever carries its class."""
    return [
        f".em-{name}::before {{ color: var(--em-{name});"
        # the second content is for the ear: the glyph itself is not read out
        f' content: "{style["glyph"]}"; content: "{style["glyph"]}" / ""; }}'
        for name, style in COLOURS.items()
    ]


def mixture_rule() -> str:
    """CSS rule that mixes the clusters' colours by the shares in --fuchsia, --green and --blue."""

    def channel(letter: str) -> str:
        return " + ".join(f"var(--{name}, 0) * var(--em-{name}-{letter})" for name in COLOURS)

    parts = ", ".join(f"calc({channel(letter)})" for letter in "rgb")
    return f".em-mixed {{ fill: rgb({parts}); }}"


def paint(name: str) -> str:
    """Spell a cluster's colour for an SVG: the theme's, or without a style sheet the light one."""
    return f"var(--em-{name}, {CLUSTERS[name]['color']})"


def blend(resp: ArrayLike, names: Sequence[str]) -> np.ndarray:
    """Mix the clusters' light colours by responsibility.

    Parameters
    ----------
    resp : array, shape (n_samples, n_components), rows sum to 1
    names : sequence of n_components keys of the palette

    Returns
    -------
    array, shape (n_samples, 3), red, green and blue from 0 to 1

    Examples
    --------
    >>> emlib.plotting.blend([[1.0, 0.0], [0.5, 0.5]], ("green", "blue")).round(2)
    array([[0.04, 0.46, 0.04],
           [0.14, 0.44, 0.52]])
    """
    colors = np.array([channels(CLUSTERS[name]["color"]) for name in names]) / 255
    return np.clip(np.asarray(resp) @ colors, 0, 1)
