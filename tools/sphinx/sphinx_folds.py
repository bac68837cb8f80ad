"""Fold a hidden code cell under words that say what is in it, to the eye and to the ear alike.

MyST-NB labels every such fold "Toggle hidden content" for screen readers, whatever it shows.
"""

from html import escape

from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx


def open_fold(translator, node: HideCodeCellNode) -> None:
    """Begin the fold: native, so that it works without JavaScript."""
    classes = " ".join(["hide", *node["classes"]])
    shut, opened = escape(node["prompt_show"]), escape(node["prompt_hide"])
    translator.body.append(
        f'<details class="{classes}"><summary>'
        f'<span class="when-shut">{shut}</span><span class="when-open">{opened}</span>'
        "</summary>\n"
    )


def close_fold(translator, node: HideCodeCellNode) -> None:
    """End the fold."""
    translator.body.append("</details>\n")


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.setup_extension("myst_nb")
    app.add_node(HideCodeCellNode, override=True, html=(open_fold, close_fold))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
