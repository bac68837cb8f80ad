"""The scripts and the style sheet of live figures, for pages and for JupyterLab alike."""

import re
from importlib.resources import files

from ..palette import marks, mixture_rule, variables

FOLDER = files("emlib.figures")
CORE = ("emlib", "stage", "python", "panel", "memory", "mount")
"""js/*.js that every figure needs, each standing on those before it."""


def sources(*names):
    """Return the JavaScript of these files, one after the other."""
    return "\n".join((FOLDER / "js" / f"{name}.js").read_text("utf-8") for name in names)


def lean(text):
    """Return JavaScript without its comments and indentation, which a page does not need."""
    text = re.sub(r"^\s*/\*.*?\*/\s*?\n", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"\s//\s[^\"`\n]*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n\s+", "\n", text)


def script(kind):
    """Return the JavaScript of one figure as the module that JupyterLab loads."""
    return sources(*CORE, kind) + "\nexport default { render: globalThis.emlib.render };\n"


def style():
    """Return the style sheet of figures."""
    return f"{mixture_rule()}\n{(FOLDER / 'figures.css').read_text('utf-8')}"


def style_with_palette():
    """Return the style sheet for JupyterLab, where no page brings the palette."""
    light, dark = variables("light"), variables("dark")
    themes = [
        f".em-figure {{ {light} }}",
        f'[data-jp-theme-light="false"] .em-figure {{ {dark} }}',
    ]
    return "\n".join([*themes, *marks(), style()])
