"""Set the bibliography as a list of works, without labels that the text never uses.

The text cites by author and year. Docutils would label each work ([DLR77]) and give it a role that
screen readers no longer know.
"""

from docutils import nodes
from sphinx.application import Sphinx


def open_work(translator, node: nodes.citation) -> None:
    """Begin a work, and the list with the first of them."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        translator.body.append('<ul class="em-works">\n')
    node.remove(next(node.findall(nodes.label)))
    translator.body.append(translator.starttag(node, "li"))


def close_work(translator, node: nodes.citation) -> None:
    """End a work, and the list with the last of them."""
    translator.body.append("</li>\n")
    if not isinstance(node.next_node(siblings=True, descend=False), nodes.citation):
        translator.body.append("</ul>\n")


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.add_node(nodes.citation, override=True, html=(open_work, close_work))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
