"""The first cell of a student's notebook: the checks and the data, so that nothing is installed."""

import base64
import io
import json
import zipfile
from pathlib import Path

import emlib
from course.author import Numbers, Tests
from course.catalogue import catalogue

PACKAGE = "emcheck"
LONG_AGO = (2026, 1, 1, 0, 0, 0)
EMLIB = Path(emlib.__file__).parent

CELL = '''# Run this cell first and leave it as it is: it carries the checks and the data.
import base64, os, sys, tempfile
CARRIED = """
{text}
"""
if "{package}" not in sys.modules:
    _path = os.path.join(tempfile.mkdtemp(), "carried.zip")
    with open(_path, "wb") as _file:
        _file.write(base64.b85decode("".join(CARRIED.split())))
    sys.path.insert(0, _path)
from {package}.classroom import check, data, student_rng'''


def carried_cell(assignment):
    """Return the source of the cell that carries the checks of an assignment."""
    text = base64.b85encode(package(assignment)).decode()
    lines = [text[start : start + 100] for start in range(0, len(text), 100)]
    return CELL.format(text="\n".join(lines), package=PACKAGE)


def package(assignment):
    """Return emlib.check with the assignment's catalogue and data, zipped; the same every time."""
    files = {
        path.name: path.read_text("utf-8")
        for path in sorted((EMLIB / "check").glob("*.py"))
        if path.name != "__init__.py"
    }
    files["__init__.py"] = '"""Checks that travel with an assignment; see classroom."""\n'
    files["catalogue.json"] = json.dumps(checks(assignment))
    for name in carried_data(assignment):
        files[f"{name}.csv"] = (EMLIB / "data" / f"{name}.csv").read_text("utf-8")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in files.items():
            entry = zipfile.ZipInfo(f"{PACKAGE}/{name}", LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(entry, text)
    return archive.getvalue()


def checks(assignment):
    """Return the catalogue of an assignment."""
    numbers = [question for question in assignment.questions if isinstance(question, Numbers)]
    return catalogue(assignment.functions, assignment.references) | {
        "tests": [q.name for q in assignment.questions if isinstance(q, Tests)],
        "variables": {question.name: list(question.shape) for question in numbers},
        "data": carried_data(assignment),
        "points": assignment.points,
    }


def carried_data(assignment):
    """Return the names of the tables that an assignment brings along."""
    return next(cell.name.split() for cell in assignment.cells if cell.role == "carries")
