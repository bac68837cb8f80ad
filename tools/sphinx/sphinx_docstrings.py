"""Set emlib's docstrings as a page: their sections, and links to the pages and equations they name.

A docstring is plain text for `help()`. Here its fields become definition lists, `emlib.name` a
link to that name, "Page *The loop*" to the page of that title, "equation (means)" to the equation.
"""

import importlib
import json
import re
from functools import cache
from pathlib import Path
from textwrap import dedent

import yaml
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

MODULES = ("emlib", "emlib.plotting", "emlib.scale")
"""What the reference page describes: each of these, as far as its `__all__` goes."""

FIELDS = ("Parameters", "Attributes", "Returns", "Raises", "Warns")
"""Sections whose entries are a line at the margin and an indented continuation."""


def split_sections(lines: list[str]) -> list[tuple[str, list[str]]]:
    """Return (title, lines) of each section of a numpydoc docstring; the first has no title."""
    sections = [("", [])]
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if below and set(below) == {"-"} and len(below) == len(line):
            sections.append((line, []))
        elif not (line and set(line) == {"-"}):
            sections[-1][1].append(line)
    return sections


def entries(section: str, lines: list[str]) -> list[tuple[str, str]]:
    """Return (name, text) of each entry of a section; what is returned may lack a name."""
    found = []
    for line in lines:
        name, colon, text = line.partition(" : ")
        if not line.strip():
            continue
        if line[0].isspace() or (section == "Returns" and found and not colon):
            found[-1][1] += " " + line.strip()
        elif colon or section == "Returns":
            found.append([name, text] if colon else ["", line])
        else:  # the name of an exception, alone on its line
            found.append([line, ""])
    return [(name, text.strip()) for name, text in found]


def definition_list(section: str, lines: list[str]) -> list[str]:
    """Return a section of fields as reST: a term and its text for each entry."""
    written = []
    for name, text in entries(section, lines):
        terms = ", ".join(f"`{part}`" for part in name.split(", "))
        written += [terms, f"   {text}", ""] if name else [text, ""]
    return written


def linked(text: str, names: set[str], pages: dict[str, str]) -> str:
    """Return prose with what it names as links, and what reST would misread escaped."""
    parts = re.split(r"(``.*?``)", text)
    parts[::2] = [_linked(part, names, pages) for part in parts[::2]]
    return "".join(parts)


def _linked(text: str, names: set[str], pages: dict[str, str]) -> str:
    def code(found):
        return f":py:obj:`~{found[1]}`" if found[1] in names else f"``{found[1]}``"

    def page(found):
        title = found[2]
        if title not in pages:
            logger.warning(
                "a docstring names the page *%s*; no page of _toc.yml is called so", title
            )
            return found[0]
        return f"{found[1]} :doc:`{title} </{pages[title]}>`"

    text = re.sub(r"(?<![`\w])(\w+)_(?![\w`])", r"\1\\_", text).replace("|", r"\|")
    text = re.sub(r"(?<![`:])`([^`]+)`(?!`)", code, text)
    text = re.sub(r'\{"[^}]*"\}|"[a-z-]+"', r"``\g<0>``", text)
    text = re.sub(r"\b([Pp]age)\s+\*([^*]+)\*", page, text)
    return re.sub(r"\bequations?( \([\w-]+\),?)+", equations, text)


def equations(found: re.Match) -> str:
    """Return "equation (a)" or "equations (a), (b)" with a link for each label."""
    return re.sub(r"\(([\w-]+)\)", r":eq:`\1`", found[0])


@cache
def page_titles(root: str) -> dict[str, str]:
    """Return title -> document of every page that _toc.yml lists."""
    toc = yaml.safe_load(Path(root, "_toc.yml").read_text("utf-8"))
    documents = [chapter["file"] for part in toc.get("parts", []) for chapter in part["chapters"]]
    return {title_of(Path(root, document)): document for document in documents}


def title_of(document: Path) -> str:
    """Return the first heading of a page, a notebook or Markdown."""
    if document.with_suffix(".ipynb").exists():
        cells = json.loads(document.with_suffix(".ipynb").read_text("utf-8"))["cells"]
        text = "".join(cells[0]["source"])
    else:
        text = document.with_suffix(".md").read_text("utf-8")
    return re.search(r"^# (.+)$", text, re.MULTILINE)[1].strip()


def public(module: str) -> list[str]:
    """Return the names that a module offers, as it lists them."""
    return list(importlib.import_module(module).__all__)


def public_names() -> set[str]:
    """Return every name that the reference page describes, with its module."""
    return {f"{module}.{name}" for module in MODULES for name in public(module)}


def as_rest(lines: list[str], names: set[str], pages: dict[str, str]) -> list[str]:
    """Return a docstring as reST."""
    written = []
    for title, body in split_sections(dedent("\n".join(lines)).split("\n")):
        if title:
            written += ["", f".. rubric:: {title}", ""]
        if title == "Examples":
            written += body
            continue
        text = "\n".join(definition_list(title, body) if title in FIELDS else body)
        for paragraph in text.split("\n\n"):
            is_code = paragraph.startswith("    ")
            paragraph = f"::\n\n{paragraph}" if is_code else linked(paragraph, names, pages)
            written += [*paragraph.split("\n"), ""]
    return written


def set_docstring(app, kind, name, thing, options, lines) -> None:
    """Replace the lines of a docstring by their reST: autodoc-process-docstring."""
    lines[:] = as_rest(lines, public_names(), page_titles(str(app.srcdir)))


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", set_docstring)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
