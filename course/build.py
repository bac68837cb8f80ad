"""Build every edition of an assignment."""

from pathlib import Path

import nbformat

from .answer_key import Key
from .editions.gradescope_zip import package
from .editions.nbgrader import nbgrader
from .editions.notebooks import solution, student
from .editions.otter import otter
from .editions.rubric import rubric
from .writing import write_whole


def build(assignment, out, salt):
    """Write every edition of an assignment below a folder; return the paths.

    student/, solution/, nbgrader/source/<name>/, otter/, gradescope/<name>.zip, rubric/<name>.html
    """
    name, out, key = assignment.name, Path(out) / assignment.name, Key(assignment, salt)
    notebooks = {
        out / "student" / f"{name}.ipynb": student(assignment),
        out / "solution" / f"{name}.ipynb": solution(assignment),
        out / "nbgrader" / "source" / name / f"{name}.ipynb": nbgrader(assignment, key),
        out / "otter" / f"{name}.ipynb": otter(assignment, key),
    }
    sheet, zipped = out / "rubric" / f"{name}.html", out / "gradescope" / f"{name}.zip"
    for path in (*notebooks, sheet, zipped):
        path.parent.mkdir(parents=True, exist_ok=True)
    for path, notebook in notebooks.items():
        nbformat.write(notebook, path)
    write_whole(sheet, rubric(assignment))
    package(assignment, salt, zipped)
    return [*notebooks, sheet, zipped]
