"""What is built from a source: one module for each kind of edition."""

from pathlib import Path

import nbformat

from . import notebooks


def build(assignment, out, salt):
    """Write every edition of an assignment below a folder; return the paths."""
    out = Path(out) / assignment.name
    editions = {
        "student": notebooks.student(assignment),
        "solution": notebooks.solution(assignment),
    }
    paths = []
    for edition, notebook in editions.items():
        path = out / edition / f"{assignment.name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        paths.append(path)
    return paths
