"""Write the contract, book/reference/contract.md, from the rows that the tests prove."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from contract.cases import CASES
from contract.doors import DOORS, answer, promised, scikit_learn
from contract.epsilons import EPSILONS, small_numbers
from contract.interrupted import INTERRUPTED, interrupt
from contract.oracle import DIGITS
from contract.outcomes import describe
from contract.promises import Floored

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "book" / "reference" / "contract.md"
PROOF = "tests/test_contract.py"

HEAD = """\
% Written by tools/write_contract.py (make chapters) from contract/: change the rows there.

# The contract

**What may you throw at `emlib`, and what comes back?** A fit is trusted where it is right. It is \
trusted more where it says what it cannot do. This page holds both, row by row: what goes in, what \
is promised, what `emlib` answered, and what scikit-learn {version} answered to the same question.

No answer here was typed by hand. Every row is a test, `test_contract[…]` in `{proof}`, whose name \
stands beside it in italics. The answers were taken down while the page was written, in the same \
words for both libraries, and a test fails when they are no longer what is said here; of a long \
error message stand its beginning and its end. Where the \
start matters, both start from the same parameters. *Right* means: as plain Python loops from the \
same start, or as arithmetic with {digits} digits; and the log-likelihood of `emlib` agrees with \
such arithmetic to 10<sup>−9</sup>, or 10<sup>−6</sup> where the parameters are float32.

## Never

In every row of this page, by the test of that row, `emlib` has

- no NaN in a result, and no `RuntimeWarning` on the way to it
- no argument changed
- no partly fitted object after an error
- an end: a row that takes a minute fails
"""


def write(door, version):
    """Return the page as text."""
    parts = [HEAD.format(version=version, digits=DIGITS, proof=PROOF)]
    for section in dict.fromkeys(row.section for row in CASES if row.section):
        parts.append(f"## {section}\n")
        alike = {}
        for row in CASES:
            if row.section == section:
                alike.setdefault((row.promised, *answers(row, door, version)), []).append(row)
        parts += [entry(rows, *said) for said, rows in alike.items()]
    parts.append(f"## Ctrl-C\n\n{interruptions(version)}")
    parts.append(f"## Every small number\n\n{epsilons()}")
    return "\n".join(parts)


def answers(row, door, version):
    """Return what each library answers to a row, a line for each."""
    theirs = in_words(door, row, row.doors[-1])
    return [*answers_of_emlib(row), f"scikit-learn {version}: {theirs}"]


def answers_of_emlib(row):
    """Return what the doors of emlib answer to a row, in one line where they agree."""
    said = {name: in_words(DOORS[name], row, name) for name in row.doors if name in DOORS}
    if len(set(said.values())) == 1:
        said = {"": next(iter(said.values()))}
    return [f"`emlib{name and '.'}{name}`: {text}" for name, text in said.items()]


def stale_answers_of_emlib(page):
    """Return the rows whose entry on a page lacks the promise or an answer of emlib."""
    stale = []
    for row in (row for row in CASES if row.section):
        lines = [row.promised, *answers_of_emlib(row)]
        # each to the end of its line: a sentence that goes on is another sentence
        patterns = [rf"{re.escape(line)}(\*\*)? *$" for line in lines]
        if not all(re.search(pattern, entry_of(row, page), re.M) for pattern in patterns):
            stale.append(row.name)
    return stale


def entry_of(row, page):
    """Return the part of a page that stands for a row, or nothing."""
    entries = re.split(r"\n\n(?=\S)", page)
    return next((entry for entry in entries if f"*{row.name}*" in entry), "")


def entry(rows, promised, *lines):
    """One entry of a definition list for all rows that are promised and answered alike."""
    proofs = [f"{row.given}: *{row.name}*" for row in rows]
    if len(rows) == 1:
        proofs = [f"proof: *{rows[0].name}*"]
        return definition(rows[0].given, f"**{promised}**", [*lines, *proofs])
    return definition(promised, "\n  ".join(f"{line}  " for line in lines).rstrip(), proofs)


def definition(term, first, lines):
    """Make a definition list of one term: a paragraph, then a list."""
    bullets = "\n".join(f"  - {line}" for line in lines)
    return f"{term}\n: {first}\n\n{bullets}\n"


def in_words(door, row, name):
    """Say what the door answered; shapes with the same answer stand together."""
    said = {}
    for shape in row.shapes:
        promise = promised(row, shape, name)
        tolerance = getattr(promise, "tolerance", 1e-6)
        warns, known = isinstance(promise, Floored), promise.truth
        if warns and known is None:
            known = promise.answer
        text = describe(answer(door, row, shape), known, tolerance, warns)
        said.setdefault(text, []).append(shape)
    if len(said) == 1:
        return next(iter(said))
    return "; ".join(f"{text} ({', '.join(shapes)})" for text, shapes in said.items())


def interruptions(version):
    """Say what is left of a fit after Ctrl-C."""
    lines = [
        f'`emlib.fit_em(…, on_interrupt="return")`: {interrupt("emlib")}',
        f"scikit-learn {version}: {interrupt('sklearn')}",
    ]
    given, promised = INTERRUPTED
    proof = "proof: *test_ctrl_c_leaves_the_last_iteration*"
    return definition(given, f"**{promised}**", [*lines, proof])


def epsilons():
    """Every small number in the source of emlib, with the sentence that stands below it there."""
    entries = [f"`{where}`, {value:.2g}\n: {says}\n" for where, value, says in small_numbers()]
    return f"{EPSILONS}\n\n" + "\n".join(entries)


if __name__ == "__main__":
    PAGE.write_text(write(*scikit_learn()), encoding="utf-8")
