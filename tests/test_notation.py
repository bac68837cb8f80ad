"""The notation page knows every symbol of every numbered equation, in both parts."""

import json
import re
from pathlib import Path

BOOK = Path(__file__).parent.parent / "book"
LABEL = re.compile(r" *\([\w-]+\)")
WORDS = re.compile(
    r"\\(?:text|operatorname|mathrm|begin|end|mathbb)\{[^{}]*\}|\\[,;!:\\ |]|\[\d+pt\]"
)
SYMBOL = re.compile(r"\\mathcal\{?\s*[A-Z]\}?|\\[A-Za-z]+|[A-Za-z]")
MARKUP = re.compile(
    r"\\(?:[td]?frac|sqrt|sum|log|exp|max|det|tanh|left|right|[bB]igg?[lr]?|displaystyle|partial"
    r"|(?:under|over)brace|mid|l?r?Vert|q?quad|cdot|dots|le|ge|ne|approx|times|infty|mathsf|bar|to"
    r"|in|pm|ast|propto|Longleftrightarrow|varepsilon)"
)
LOCAL = set("adesuvwxE")
"""Used by one derivation and introduced beside it: features of an example, factors, steps."""


def symbols(tex):
    """Return the symbols of a formula: letters, Greek letters, script letters."""
    found = {re.sub(r"[{}\s]", "", symbol) for symbol in SYMBOL.findall(WORDS.sub(" ", tex))}
    return {symbol for symbol in found if not MARKUP.fullmatch(symbol)}


def numbered_equations():
    """Yield (where, formula) for every numbered equation of the chapters."""
    for path in sorted(BOOK.glob("*/*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                pieces = "".join(cell["source"]).split("$$")  # text, formula, text, formula…
                for formula, text in zip(pieces[1::2], pieces[2::2], strict=True):
                    if LABEL.match(text):
                        yield path.stem, formula


def unknown_symbols(page, equations):
    """Return (where, symbol) for each symbol of an equation that the page does not have."""
    known = LOCAL.union(*(symbols(formula) for formula in re.findall(r"\$(.+?)\$", page)))
    return sorted({(where, s) for where, tex in equations for s in symbols(tex) - known})


def test_the_notation_page_has_every_symbol_of_a_numbered_equation():
    page = (BOOK / "reference/notation.md").read_text("utf-8")
    equations = list(numbered_equations())
    assert len(equations) > 25
    assert unknown_symbols(page, equations) == []


def test_a_symbol_that_the_page_lacks_is_named():
    page = r"| $x_i$ | observation | and $\mathcal L(\theta)$ |"
    found = unknown_symbols(page, [("here", r"\mathcal{L}(\theta) = \sum_i \Lambda x_i")])
    assert found == [("here", r"\Lambda")]
