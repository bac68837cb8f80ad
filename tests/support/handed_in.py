"""Notebooks as students hand them in, made from the student's edition of an assignment."""

import copy

import nbformat
from nbformat.v4 import new_code_cell

from course.editions.notebooks import solution, student


def answered(assignment, answers=None, *, others="right", before=(), after=()):
    """Return a notebook with some answers written in; the others right, or left blank.

    answers : dict, name of a question -> source of its answer cell
    before, after : sources of cells put behind the first two, and at the end
    """
    notebook = copy.deepcopy((solution if others == "right" else student)(assignment))
    for cell in notebook.cells:
        name = cell.metadata.get("course", {}).get("answer")
        if name in (answers or {}):
            cell.source = answers[name]
    first = next(
        number for number, cell in enumerate(notebook.cells) if "STUDENT_ID" in cell.source
    )
    notebook.cells[first + 1 : first + 1] = [new_code_cell(source) for source in before]
    notebook.cells += [new_code_cell(source) for source in after]
    return notebook


def write(notebook, path):
    """Write a notebook to a file."""
    nbformat.write(notebook, path)
    return path
