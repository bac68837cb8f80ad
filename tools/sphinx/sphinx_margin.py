"""Fill the margin: side notes, and on a chapter's first screen what it asks for and gives.

A side note is written as

    ```{margin}
    …
    ```

What a chapter asks for and gives are the paragraphs of its opening that begin with one of the
phrases below, and a list that follows one. They move to the head of the chapter, into a fold that
stands open in the margin where there is one.
"""

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

PHRASES = ("You need", "What you need", "At the end you will")
TITLE = "What you need, and what you will be able to do"


class margin(nodes.General, nodes.Element):  # noqa: N801 docutils' own spelling
    """A note in the margin."""


class opening(nodes.General, nodes.Element):  # noqa: N801
    """What a chapter asks for and gives."""


class Margin(Directive):
    """The directive that makes a side note."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Parse the note."""
        note = margin()
        self.state.nested_parse(self.content, self.content_offset, note)
        return [note]


def asked_and_given(section: nodes.section) -> list[nodes.Node]:
    """Give the parts of a chapter's opening that say what it asks for and gives."""
    found, before = [], None
    for node in section.children:
        if isinstance(node, nodes.section):
            break
        follows = isinstance(node, nodes.bullet_list) and before in found
        phrase = isinstance(node, nodes.paragraph) and node.astext().startswith(PHRASES)
        if follows or phrase:
            found.append(node)
        before = node
    return found


class GatherOpening(SphinxPostTransform):
    """Move what a chapter asks for and gives below its title and its question."""

    default_priority = 310
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Visit a page's first section."""
        section = next(self.document.findall(nodes.section), None)
        found = asked_and_given(section) if section is not None else []
        if not any(isinstance(node, nodes.bullet_list) for node in found):
            return
        place = section.index(next(n for n in section if isinstance(n, nodes.paragraph))) + 1
        for node in found:
            section.remove(node)
        section.insert(place, opening("", *found))


def open_margin(translator, node: margin) -> None:
    """Begin a side note."""
    translator.body.append('<aside class="em-margin">\n')


def close_margin(translator, node: margin) -> None:
    """End a side note."""
    translator.body.append("</aside>\n")


def open_opening(translator, node: opening) -> None:
    """Begin the fold."""
    translator.body.append(f'<details class="em-margin em-opening"><summary>{TITLE}</summary>\n')


def close_opening(translator, node: opening) -> None:
    """End the fold."""
    translator.body.append("</details>\n")


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.add_node(margin, html=(open_margin, close_margin))
    app.add_node(opening, html=(open_opening, close_opening))
    app.add_directive("margin", Margin)
    app.add_post_transform(GatherOpening)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
