"""Rules for what a page says and how a chapter opens and closes."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from markdown_it.token import Token
from nbformat import NotebookNode

from .page import FOLDING_TAGS, Page, directive, speechless_images, tags, tokens

# Words that tell a reader who is lost that it is their own fault.
DISCOURAGING_WORDS = ("simply", "obviously", "it is easy to see", "clearly,")
PICTURES = {"figure", "image"}


def prose_encourages(page: Page) -> Iterator[str]:
    for _, where, token in page.tokens():
        said = "".join(
            " " if child.type in {"softbreak", "hardbreak"} else child.content
            for child in token.children or []
            if child.type in {"text", "softbreak", "hardbreak"}
        )
        for word in DISCOURAGING_WORDS:
            if re.search(rf"\b{re.escape(word)}(?!\w)", said, re.IGNORECASE):
                yield f"{where}: says “{word}”; drop it, or give the reason it stands for."


def page_pictures_are_put_into_words(page: Page) -> Iterator[str]:
    cure = "say in its alt text what it shows"
    for _, where, token in page.tokens():
        if directive(token) in PICTURES and not re.search(r"^:alt: *\S", token.content, re.M):
            yield f"{where}: has a {directive(token)} without :alt:; {cure}."
        for piece in [token, *(token.children or [])]:
            if piece.type == "image" and not piece.content.strip():
                yield f"{where}: has a picture ({piece.attrs['src']}) without words; {cure}."
            if piece.type in {"html_block", "html_inline"} and speechless_images(piece.content):
                yield f"{where}: has an <img> without alt=; {cure}."


def links_lead_somewhere(page: Page) -> Iterator[str]:
    for _, where, token in page.tokens():
        targets = [
            str(piece.attrs.get("href") or piece.attrs.get("src"))
            for piece in token.children or []
            if piece.type in {"link_open", "image"}
        ]
        if directive(token) in PICTURES:
            targets.append(token.info.partition("}")[2].strip())
        for target in targets:
            if not _exists(page.path.parent, target):
                yield f"{where}: links to {target}, which is not there; mend the link."


def _exists(folder: Path, target: str) -> bool:
    """Whether a relative link has a file; other hosts, anchors and labels are left to Sphinx."""
    file = unquote(target.partition("#")[0])
    if not file or re.match(r"[a-z][a-z0-9+.-]*:", file, re.I) or not re.search(r"[./]", file):
        return True
    return any((folder / f"{file}{suffix}").is_file() for suffix in ("", ".ipynb", ".md"))


def there_is_one_title(page: Page) -> Iterator[str]:
    tokens = ((number, token) for number, _, token in page.tokens())
    titles = [n for n, token in tokens if (token.type, token.tag) == ("heading_open", "h1")]
    if len(titles) != 1 or titles[0] != 1:
        yield (
            f"{page.name}: has {len(titles)} titles (“# …”), in cells {titles}; exactly one, "
            "in the first cell, names the page."
        )


# --- Chapters: how they open and how they close


def chapters_open_with_a_question(page: Page) -> Iterator[str]:
    opening = "\n".join(item.content for item in _sections(page)[""] if isinstance(item, Token))
    where = f"{page.name}, before its first section"
    if "?" not in opening:
        yield f"{where}: asks nothing; open with a question that a curious person would ask."
    if "you will be able to" not in opening.lower():
        yield f"{where}: never says “you will be able to …”; name what the reader will learn to do."


def chapters_close_as_promised(page: Page) -> Iterator[str]:
    sections = _sections(page)
    for title in ("exercise", "three lines to keep", "the next question"):
        found = [title_ for title_ in sections if title_.startswith(title)]
        if not found:
            yield f"{page.name}: has no section “{title.capitalize()}…”; add its heading and text."
        elif title == "exercise" and not any(map(_is_folded, sections[found[0]])):
            yield (
                f"{page.name}, section “{found[0].capitalize()}”: hides no solution; put each into "
                "a {dropdown}."
            )
        elif title == "three lines to keep":
            lines = sum(token.type == "list_item_open" for token in sections[found[0]])
            if lines != 3:
                yield (
                    f"{page.name}, section “{title.capitalize()}”: lists {lines} lines; keep "
                    "exactly three, as a list."
                )


def _sections(page: Page) -> dict[str, list[Token | NotebookNode]]:
    """Second-level headings in lower case ("" is what stands before them), with all under them."""
    current: list[Token | NotebookNode] = []
    sections = {"": current}
    title_follows = False
    for cell in page.notebook.cells:
        if cell.cell_type == "code":
            current.append(cell)
            continue
        for _, token in tokens(cell.source):
            if title_follows:
                current = sections.setdefault(token.content.strip().lower(), [])
            title_follows = (token.type, token.tag) == ("heading_open", "h2")
            current.append(token)
    return sections


def _is_folded(item: Token | NotebookNode) -> bool:
    if isinstance(item, Token):
        by_class = re.search(r"^:class:.*\bdropdown\b", item.content, re.M)
        return bool(directive(item) and (directive(item) == "dropdown" or by_class))
    return bool(tags(item) & FOLDING_TAGS)
