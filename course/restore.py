"""Cells that came with the notebook and are lost: put back, so that nobody loses marks by that."""

import ast
import re

from .editions.carried import PACKAGE

CARRIED = f"from {PACKAGE}.classroom import check, data, student_rng"


def restored(assignment, hand_in):
    """Return the code of a hand-in with the given cells whose names are used and nowhere given.

    Returns
    -------
    code : list of (number, source); a cell that was put back has a number below zero
    notes : list of sentences
    """
    sources = "\n".join(source for _, source in hand_in.code)
    back, notes = [], []
    for number, cell in enumerate(assignment.cells):
        text = _given(cell)
        missing = [
            name for name in _names(text) if _used(name, sources) and not _defined(name, sources)
        ]
        if missing:
            names = " and ".join(f"`{name}`" for name in missing)
            notes.append(
                f"The cell that gives {names} was missing; the one that came with the notebook was "
                "run in its place. This cost no marks."
            )
            back.append((_before(assignment, number, hand_in), (-1 - number, text)))
    code = []
    for number, source in [*hand_in.code, (float("inf"), "")]:
        code += [cell for place, cell in back if place <= number and cell not in code]
        code += [(number, source)] if source else []
    return code, notes


def _given(cell):
    if cell.role == "carries":
        return CARRIED
    return cell.text if cell.kind == "code" and cell.role == "" else ""


def _before(assignment, number, hand_in):
    """Return the number of the cell before which a lost cell belongs."""
    for cell in assignment.cells[number:]:
        if cell.name in hand_in.answers and cell.kind == "code":
            return min(hand_in.answers[cell.name])
    return float("inf")


def _names(text):
    names = []
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            names += [alias.asname or alias.name for alias in statement.names]
        elif isinstance(statement, ast.FunctionDef):
            names.append(statement.name)
        elif isinstance(statement, ast.Assign):
            names += [target.id for target in statement.targets if isinstance(target, ast.Name)]
    return names


def _used(name, sources):
    return bool(re.search(rf"\b{re.escape(name)}\b", sources))


def _defined(name, sources):
    name = re.escape(name)
    ways = (
        rf"\b{name}\b\s*(:[^=\n]+)?=(?!=)",
        rf"\b(def|class)\s+{name}\b",
        rf"\bimport\b[^\n]*\b{name}\b|\bas\s+{name}\b",
        rf"^\s*[\w\s,]*\b{name}\b[\w ,]*=(?!=)",
    )
    return any(re.search(way, sources, re.MULTILINE) for way in ways)
