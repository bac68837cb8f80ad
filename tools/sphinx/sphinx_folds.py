"""Fold away: a hidden code cell under words that say what is in it, and what {dropdown} holds.

MyST-NB labels every hidden cell "Toggle hidden content" for screen readers, whatever it shows.
Both folds are native, so that they work without JavaScript.
"""

from html import escape

from docutils import nodes
from docutils.parsers.rst import Directive
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


class fold(nodes.General, nodes.Element):  # noqa: N801 docutils' own spelling
    """Something folded away below its title."""


class Dropdown(Directive):
    """The directive that folds its content under its argument, as JupyterLab's MyST does."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Parse title and content."""
        title, messages = self.state.inline_text(self.arguments[0], self.lineno)
        content = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, content)
        return [fold("", nodes.inline("", "", *title), content), *messages]


def open_dropdown(translator, node: fold) -> None:
    """Begin the fold, and put its title on it."""
    translator.body.append('<details class="em-fold"><summary>')
    node[0].walkabout(translator)
    translator.body.append("</summary>\n")
    del node[0]


def close_dropdown(translator, node: fold) -> None:
    """End the fold."""
    translator.body.append("</details>\n")


def open_fold(translator, node: HideCodeCellNode) -> None:
    """Begin the fold."""
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


class FoldSetup(SphinxPostTransform):
    """Fold the cell that a page begins with, if it is tagged setup: imports are no beginning."""

    default_priority = 198  # before MyST-NB hides what is to be hidden
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Visit a page's first code cell."""
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") == "cell_code":
                if "tag_setup" in cell["classes"]:
                    cell["hide_mode"] = "input"
                    cell["prompt_show"], cell["prompt_hide"] = "Show the set-up", "Hide the set-up"
                return


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.setup_extension("myst_nb")
    app.add_post_transform(FoldSetup)
    app.add_node(fold, html=(open_dropdown, close_dropdown))
    app.add_directive("dropdown", Dropdown)
    app.add_node(HideCodeCellNode, override=True, html=(open_fold, close_fold))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
