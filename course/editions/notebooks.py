"""The student's and the solution's notebook."""

import nbformat
from nbformat import v4

from course.source import with_solution, without_solution

from .carried import carried_cell

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
FIXED = {"editable": False, "deletable": False}


def student(assignment):
    """Return the notebook that students open."""
    return _notebook(assignment, without_solution)


def solution(assignment):
    """Return the same notebook with every answer filled in."""
    return _notebook(assignment, with_solution)


def _notebook(assignment, fill):
    cells = []
    for number, cell in enumerate(assignment.cells):
        if cell.role == "teacher":
            continue
        cells.append(_cell(assignment, cell, fill, number))
    metadata = {
        "kernelspec": KERNEL,
        "language_info": {"name": "python"},
        "course": {"assignment": assignment.name},
    }
    notebook = v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    return notebook


def _cell(assignment, cell, fill, number):
    make = v4.new_code_cell if cell.kind == "code" else v4.new_markdown_cell
    if cell.role == "carries":
        metadata = FIXED | {"jupyter": {"source_hidden": True}, "tags": ["carried"]}
        return make(carried_cell(assignment), id="carried", metadata=metadata)
    if cell.role in ("question", "text"):
        metadata = {"course": {"answer": cell.name}, "deletable": False}
        return make(fill(cell), id=_id("answer", cell.name), metadata=metadata)
    metadata = FIXED if cell.kind == "markdown" or cell.role == "check" else {}
    return make(cell.text, id=f"cell-{number}", metadata=dict(metadata))


def _id(kind, name):
    return f"{kind}-{name}"[:64].replace("_", "-")
