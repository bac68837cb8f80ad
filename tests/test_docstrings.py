"""The reference: what each public name says of itself runs, is true, and stands on the page."""

import doctest
import importlib
import json
import re
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sphinx_docstrings import MODULES, as_rest, page_titles, public

import emlib
import emlib.plain

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "book/reference/emlib.md").read_text("utf-8")
NOTATION = (ROOT / "book/reference/notation.md").read_text("utf-8")
TITLES = page_titles(str(ROOT))
NAMES = {
    f"{module}.{name}": getattr(importlib.import_module(module), name)
    for module in MODULES
    for name in public(module)
}
NAMES["emlib.plain"] = emlib.plain


# Examples


def examples(thing, name):
    """Return the examples of a docstring, and of those of its methods."""
    imported = {"np": np, "plt": plt, "emlib": emlib}
    found = doctest.DocTestFinder().find(thing, name, module=False, globs=imported)
    return [test for test in found if test.examples]


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_of_a_docstring_give_what_they_show(name):
    tests = examples(NAMES[name], name)
    assert tests, f"{name} has no Examples"
    for test in tests:
        assert doctest.DocTestRunner().run(test).failed == 0
    plt.close("all")


def test_an_example_that_shows_something_else_would_be_noticed(capsys):
    def wrong():
        """Add.

        >>> np.add(1, 1).tolist()
        3
        """

    (test,) = examples(wrong, "wrong")
    assert doctest.DocTestRunner().run(test).failed == 1


# The page


def described(page):
    """Return the names that a reference page describes, those of whole modules included."""
    directives = re.findall(r"^\.\. auto(\w+):: (\S+)\n((?:   .*\n)*)", page, re.MULTILINE)
    names = [name for kind, name, _ in directives if kind != "module"]
    names += ["emlib.plain"] * page.count("{literalinclude} ../../emlib/plain.py\n")
    whole = [
        name for kind, name, options in directives if kind == "module" and ":members:" in options
    ]
    return names + [f"{module}.{name}" for module in whole for name in public(module)]


def test_the_page_describes_every_public_name_once():
    assert sorted(described(PAGE)) == sorted(NAMES)


def test_a_name_that_the_page_leaves_out_would_be_noticed():
    assert "emlib.m_step" not in described(PAGE.replace(".. autofunction:: emlib.m_step\n", ""))


# Pages and equations that docstrings name


@cache
def text_of(title):
    """Return the Markdown of the page with a title."""
    page = ROOT / TITLES[title]
    if not page.with_suffix(".ipynb").exists():
        return page.with_suffix(".md").read_text("utf-8")
    cells = json.loads(page.with_suffix(".ipynb").read_text("utf-8"))["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def labels(title):
    """Return the labels of the equations of a page."""
    return set(re.findall(r"\$\$ *\(([\w-]+)\)", text_of(title)))


def cited(docstring):
    """Return (titles, sections, labels) that a docstring refers to."""
    docstring = " ".join(docstring.split())
    equations = re.findall(r"\bequations?((?: \([\w-]+\),?)+)", docstring)
    return (
        re.findall(r"\b[Pp]age \*([^*]+)\*", docstring),
        re.findall(r'\bsection "([^"]+)"', docstring),
        [label for group in equations for label in re.findall(r"\(([\w-]+)\)", group)],
    )


def wrong_references(docstring):
    """Return what a docstring refers to and its page does not have."""
    titles, sections, equations = cited(docstring)
    wrong = [title for title in titles if title not in TITLES]
    for title in set(titles) - set(wrong):
        headings = re.findall(r"^#+ (.+)$", text_of(title), re.MULTILINE)
        wrong += [section for section in sections if section not in headings]
        wrong += [label for label in equations if label not in labels(title)]
    return wrong


SOURCES = sorted(p for p in (ROOT / "emlib").rglob("*.py") if "figures" not in p.parts)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_page_section_and_equation_that_emlib_names_is_there(source):
    docstrings = re.findall(r'"""(.+?)"""', source.read_text("utf-8"), re.DOTALL)
    assert [wrong for text in docstrings for wrong in wrong_references(text)] == []


@pytest.mark.parametrize(
    ("docstring", "wrong"),
    [
        ("Page *Responsibilities*.", ["Responsibilities"]),
        ("Page *Normalise*, equation (means).", ["means"]),
        ('Page *Normalise*, section "Nowhere".', ["Nowhere"]),
        ("Page *Normalise*,\nequation (responsibility); Bishop 2006, equation 9.13.", []),
    ],
)
def test_a_wrong_reference_would_be_noticed(docstring, wrong):
    assert wrong_references(docstring) == wrong


# The two tables


def table_at_the_head(docstring):
    """Return function -> page of the table at the head of emlib."""
    rows = [line.split("|")[1:4] for line in docstring.splitlines() if line.startswith("|")]
    return {name: page.strip() for _, names, page in rows for name in re.findall(r"`(\w+)`", names)}


def table_of_the_notation(page):
    """Return function -> labels of the notation's table "From equation to function"."""
    rows = re.findall(r"^\|(.*)\|.*\|.*`emlib\.(\w+)\(.*\|$", page, re.MULTILINE)
    return {name: re.findall(r"\{eq\}`([\w-]+)`", equations) for equations, name in rows}


def disagreements(head, notation):
    """Return the functions whose page is not the one that their docstring and equations name."""
    wrong = {}
    for name, page in head.items():
        docstring = getattr(emlib, name).__doc__
        pages = {
            *cited(docstring)[0],
            *(t for t in TITLES if labels(t) & {*notation.get(name, ())}),
        }
        if page not in pages or not labels(page) >= {*cited(docstring)[2]}:
            wrong[name] = page
    return wrong


def test_the_table_at_the_head_of_emlib_names_functions_and_their_pages():
    head, notation = table_at_the_head(emlib.__doc__), table_of_the_notation(NOTATION)
    assert len(head) > 9
    assert set(notation) <= set(head) <= set(emlib.__all__)
    assert disagreements(head, notation) == {}


def test_the_notation_names_the_equations_that_the_docstrings_name():
    for name, equations in table_of_the_notation(NOTATION).items():
        in_docstring = cited(getattr(emlib, name).__doc__)[2]
        assert set(in_docstring) <= set(equations), name


@pytest.mark.parametrize("page", ["Responsibilities", "The loop", "Half an observation here"])
def test_a_wrong_page_in_the_table_would_be_noticed(page):
    assert disagreements({"lower_bound": page}, {"lower_bound": ["bound"]}) == {"lower_bound": page}


# From docstring to page

DOCSTRING = """Add up.

Shapes as in `emlib.m_step`; `tol` is *small*. means_ is |x|.

Parameters
----------
X, Y : array, shape (n,); see `emlib.m_step`
    and so on
kind : {"full", "tied"}

Returns
-------
array, shape (n,), which
goes on

Raises
------
ValueError
    Names the row.

References
----------
Page *The loop*, equations (means), (weights); Bishop 2.43.

Examples
--------
>>> f(x_)
2
"""
REST = r"""Add up.

Shapes as in :py:obj:`~emlib.m_step`; ``tol`` is *small*. means\_ is \|x\|.


.. rubric:: Parameters

``X``, ``Y``
   array, shape (n,); see :py:obj:`~emlib.m_step` and so on

``kind``
   ``{"full", "tied"}``


.. rubric:: Returns

array, shape (n,), which goes on


.. rubric:: Raises

``ValueError``
   Names the row.


.. rubric:: References

Page :doc:`The loop </book/em_loop/the_loop>`, equations :eq:`means`, :eq:`weights`; Bishop 2.43.


.. rubric:: Examples

>>> f(x_)
2
"""


def test_a_docstring_becomes_fields_and_links():
    written = "\n".join(as_rest(DOCSTRING.split("\n"), set(NAMES), TITLES))
    assert re.sub(r"\n{3,}", "\n\n", written).strip() == re.sub(r"\n{3,}", "\n\n", REST).strip()
