"""Keep punctuation on the line of the formula that it belongs to.

To a browser a formula is a box, and it may break the line between a box and the full stop or the
bracket that touches it. Both go into a span that does not break there.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

OPENING = re.compile(r"[(\[“‘]+$")
CLOSING = re.compile(r"^[)\],.;:!?…”’%-]+")


class HoldPunctuation(SphinxPostTransform):
    """Wrap each inline formula with what touches it."""

    default_priority = 800
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Visit the inline formulas of a page."""
        for formula in list(self.document.findall(nodes.math)):
            before = cut(formula, -1, OPENING)
            after = cut(formula, +1, CLOSING)
            if before or after:
                held = nodes.inline(classes=["em-hold"])
                formula.replace_self(held)
                held += [nodes.Text(before), formula, nodes.Text(after)]


def cut(formula: nodes.math, step: int, pattern: re.Pattern) -> str:
    """Take what matches off the text that stands before (-1) or after (+1) a formula."""
    siblings = formula.parent.children
    place = siblings.index(formula) + step
    neighbour = siblings[place] if 0 <= place < len(siblings) else None
    if not isinstance(neighbour, nodes.Text) or not (found := pattern.search(neighbour)):
        return ""
    formula.parent.replace(neighbour, nodes.Text(pattern.sub("", neighbour)))
    return found[0]


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.add_post_transform(HoldPunctuation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
