"""Let a wide table scroll in a box of its own, and head a column only where there are words."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


class BoxTables(SphinxPostTransform):
    """Put each table into a box."""

    default_priority = 820
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Visit the tables of a page."""
        for table in list(self.document.findall(nodes.table)):
            box = nodes.container(classes=["em-wide"])
            table.replace_self(box)
            box += table


def open_entry(translator, node: nodes.entry) -> None:
    """Begin a cell: an empty one in the head names nothing, so it is no header."""
    if isinstance(node.parent.parent, nodes.thead) and not node.astext().strip():
        translator.body.append(translator.starttag(node, "td", ""))
        translator.context.append("</td>\n")
    else:
        type(translator).visit_entry(translator, node)


def close_entry(translator, node: nodes.entry) -> None:
    """End a cell."""
    translator.body.append(translator.context.pop())


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.add_post_transform(BoxTables)
    app.add_node(nodes.entry, override=True, html=(open_entry, close_entry))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
