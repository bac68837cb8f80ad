"""A page of the book as the guard sees it: its cells, its Markdown, and where everything stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import refresh_chapters
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

CHAPTER_FOLDERS = {"responsibilities", "em_loop", "practice", "other_worlds"}
FOLDING_TAGS = {"hide-input", "hide-cell"}

PARSER = (
    MarkdownIt("commonmark").use(colon_fence_plugin).use(dollarmath_plugin).use(front_matter_plugin)
)
FENCES = {"fence", "colon_fence"}
VERBATIM = {"code", "code-block", "code-cell", "math", "literalinclude", "raw"}
HAS_ALT = re.compile(r"\balt=(?:\"[^\"]+\"|'[^']+')")


@dataclass(frozen=True)
class Page:
    """A notebook, or a Markdown page as a notebook of one cell."""

    path: Path
    notebook: NotebookNode

    @classmethod
    def read(cls, path: Path) -> "Page":
        if path.suffix == ".ipynb":
            return cls(path, refresh_chapters.read(path))
        source = path.read_text(encoding="utf-8")
        return cls(path, NotebookNode(metadata={}, cells=[new_markdown_cell(source)]))

    @property
    def name(self) -> str:
        return refresh_chapters.show(self.path)

    @property
    def is_chapter(self) -> bool:
        return self.path.suffix == ".ipynb" and self.path.parent.name in CHAPTER_FOLDERS

    def cells(self, kind: str) -> list[tuple[int, NotebookNode]]:
        return [(n, c) for n, c in enumerate(self.notebook.cells, 1) if c.cell_type == kind]

    def at(self, number: int, line: int = 0) -> str:
        if self.path.suffix == ".ipynb":
            cell = self.notebook.cells[number - 1]
            return f"{self.name}, {refresh_chapters.call(cell, number)}"
        return f"{self.name}, line {line + 1}"

    def tokens(self) -> Iterator[tuple[int, str, Token]]:
        """All Markdown, directives opened: cell number, where it stands, token."""
        for number, cell in self.cells("markdown"):
            for line, token in tokens(cell.source):
                yield number, self.at(number, line), token


def tokens(source: str, line: int = 0) -> Iterator[tuple[int, Token]]:
    """All tokens of a Markdown text, those inside its directives too, each with its line."""
    start = line
    for token in PARSER.parse(source):
        start = line + token.map[0] if token.map else start
        yield start, token
        if directive(token) and directive(token) not in VERBATIM:
            yield from tokens(token.content, start + 1)


def directive(token: Token) -> str:
    """Give the name of the directive that a fence opens, or nothing."""
    opens = token.type in FENCES and re.match(r"\{([\w:-]+)\}", token.info.strip())
    return opens[1] if opens else ""


def tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def speechless_images(html: str) -> bool:
    """Whether some <img> of the markup has no alternative text."""
    return any(not HAS_ALT.search(image) for image in re.findall(r"<img\b[^>]*>", html))
