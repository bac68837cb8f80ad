"""Set the live figures on the page: each beside the words about it, and on a page of its own.

A cell that shows a figure is taken apart. The figure is held in view while the paragraphs after it
are read; its code and the link to its own page follow it. The first figure of a page moves above
the paragraphs that lead up to it, so that something moves on the first screen.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.osutil import relative_uri
from sphinx_figures import FIGURE, scripts

WORDS = (nodes.paragraph, nodes.bullet_list, nodes.enumerated_list)
CAPTION = re.compile(r"<figcaption[^>]*>(.*?)</figcaption>", re.DOTALL)


def name_figure(markup: str) -> str:
    """Let a figure be called by its caption."""
    name = FIGURE.search(markup)[1]
    if "aria-labelledby" in markup:
        return markup
    markup = markup.replace("<figcaption>", f'<figcaption id="caption-{name}">', 1)
    return FIGURE.sub(rf'\g<0> aria-labelledby="caption-{name}"', markup, count=1)


def following_words(cell: nodes.Element) -> list[nodes.Node]:
    """Give the paragraphs and lists that stand directly after a cell."""
    siblings = cell.parent.children[cell.parent.index(cell) + 1 :]
    return up_to_other(siblings)


def leading_words(cell: nodes.Element) -> list[nodes.Node]:
    """Give what stands between a heading and a cell, if that is nothing but words."""
    before = cell.parent.children[: cell.parent.index(cell)]
    if not before or not isinstance(cell.parent, nodes.section):
        return []
    after_title = [node for node in before if not isinstance(node, (nodes.title, nodes.target))]
    return after_title if up_to_other(after_title) == after_title else []


def up_to_other(siblings: list[nodes.Node]) -> list[nodes.Node]:
    """Give the first of these nodes, up to one that is neither a paragraph nor a list."""
    words = []
    for node in siblings:
        if not isinstance(node, WORDS):
            break
        words.append(node)
    return words


class SetFigures(SphinxPostTransform):
    """Put each figure, its tools and the words about it into one block."""

    default_priority = 320  # after myst-nb has chosen one of a cell's outputs
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Visit the cells of a page that show a figure."""
        pages = self.env.em_figure_pages = getattr(self.env, "em_figure_pages", {})
        pages[self.env.docname] = {}
        first = True
        for raw in list(self.document.findall(nodes.raw)):
            found = FIGURE.search(raw.astext())
            cell = raw
            while cell is not None and cell.get("nb_element") != "cell_code":
                cell = cell.parent
            if not found or cell is None:
                continue
            raw.children = [nodes.Text(name_figure(raw.astext()))]
            pages[self.env.docname][found[1]] = raw.astext()
            self.set(cell, found[1], leading_words(cell) if first else [])
            first = False

    def set(self, cell: nodes.container, name: str, leading: list[nodes.Node]) -> None:
        """Put a figure and its words into one block, where the first of them stood."""
        parent, following = cell.parent, following_words(cell)
        words = [*leading, *following]
        if following:
            following[0]["classes"].append("em-after")  # it may wait for a guess
        place = parent.index(leading[0] if leading else cell)
        code = [child for child in cell if child.get("nb_element") != "cell_code_output"]
        for node in (*words, cell):
            parent.remove(node)
        for node in code:
            cell.remove(node)
        held = nodes.container("", cell, classes=["em-held"])
        tools = nodes.container("", self.link(name), classes=["em-of-the-figure"])
        if code:
            tools += nodes.container("", *code, classes=["cell"])
        parent.insert(place, nodes.container("", held, tools, *words, classes=["em-reading"]))

    def link(self, name: str) -> nodes.paragraph:
        """Lead to the figure's own page."""
        here, there = map(
            self.app.builder.get_target_uri, (self.env.docname, f"{self.env.docname}/{name}")
        )
        address = relative_uri(here, there)
        link = nodes.reference("", "This figure alone", refuri=address, internal=True)
        return nodes.paragraph("", "", link)


def figure_pages(app: Sphinx):
    """Give Sphinx a page for each figure of the pages that were written."""
    for page, figures in getattr(app.env, "em_figure_pages", {}).items():
        for name, markup in figures.items():
            context = {
                "figure": markup,
                "caption": CAPTION.search(markup)[1],
                "chapter": page,
                "anchor": f"figure-{name}",
                "chapter_title": app.env.titles[page].astext(),
                "figure_scripts": scripts({FIGURE.search(markup)[2]}),
            }
            yield f"{page}/{name}", context, "figure.html"


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.add_post_transform(SetFigures)
    app.connect("html-collect-pages", figure_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
