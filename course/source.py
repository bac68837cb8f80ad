"""Read the source of an assignment: a notebook as text, whole, with solutions and marks."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .author import KINDS, Question

NAMED = ("question", "text", "check", "carries")
ROLES = ("question", "text", "check", "teacher", "carries")
CODE_SOLUTION = re.compile(
    r"^([ \t]*)### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION\n?", re.S | re.M
)
TEXT_SOLUTION = re.compile(r"<!-- BEGIN SOLUTION -->\n(.*?)<!-- END SOLUTION -->\n?", re.S)


class SourceError(Exception):
    """What is wrong with a source, in one sentence, for its author."""


@dataclass(frozen=True)
class Cell:
    """One cell: its kind ("code" or "markdown"), text, role, and the question it belongs to."""

    kind: str
    text: str
    role: str = ""
    name: str = ""


@dataclass(frozen=True)
class Assignment:
    """A source that was read and run.

    Attributes
    ----------
    name : str, the file's name without its ending
    title : str, the first heading
    cells : list of Cell
    questions : list of the objects that the teacher's cells built, in the order of the answers
    references : dict, name of a question -> the function that the solution defines
    path : Path of the source
    """

    name: str
    title: str
    cells: list
    questions: list
    references: dict
    path: Path

    @property
    def points(self):
        """Marks for the whole assignment."""
        return sum(question.points for question in self.questions)

    @property
    def functions(self):
        """The questions whose answer is a function."""
        return [question for question in self.questions if isinstance(question, Question)]


def read(path):
    """Read and run a source; SourceError says what is wrong with it."""
    import jupytext  # here: where cells are at hand, it is not waited for

    path = Path(path)
    return assemble(
        [_cell(cell, path) for cell in jupytext.read(path, fmt="py:percent").cells], path
    )


def assemble(cells, path):
    """Run the cells of a source and return the assignment that they make."""
    names = _run(cells, path)
    answers = [cell.name for cell in cells if cell.role in ("question", "text")]
    built = {thing.name: thing for thing in names.values() if isinstance(thing, KINDS)}
    if set(answers) != set(built) or len(set(answers)) < len(answers):
        raise SourceError(
            f"{path.name}: answer cells {sorted(answers)} and questions {sorted(built)} differ"
        )
    questions = [built[name] for name in answers]
    functions = [question.name for question in questions if isinstance(question, Question)]
    title = next(cell.text for cell in cells if cell.kind == "markdown").splitlines()[0]
    return Assignment(
        path.stem,
        title.lstrip("# "),
        cells,
        questions,
        {name: names[name] for name in functions},
        path,
    )


def _cell(cell, path):
    roles = [role for role in ROLES if role in cell.metadata]
    if len(roles) > 1:
        raise SourceError(f"{path.name}: one cell is {' and '.join(roles)}; it can be one of them")
    role = roles[0] if roles else ""
    name = str(cell.metadata[role]) if role in NAMED else ""
    return Cell(cell.cell_type, cell.source, role, name)


def _run(cells, path):
    """Run all code in one namespace, as the notebook would; checks and pictures are quiet."""
    names = {"__name__": f"assignment_{path.stem}"}
    for number, cell in enumerate(cells, 1):
        if cell.kind != "code" or cell.role == "check":
            continue
        try:
            with np.errstate(all="ignore"):
                exec(compile(cell.text, f"{path.name}, cell {number}", "exec"), names)
        except Exception as error:
            raise SourceError(
                f"{path.name}, cell {number}: {type(error).__name__}: {error}"
            ) from error
    return names


def without_solution(cell):
    """Return the text of an answer cell as students get it."""
    if cell.kind == "markdown":
        return TEXT_SOLUTION.sub(lambda found: "*Your answer.*\n", cell.text).rstrip("\n")
    return CODE_SOLUTION.sub(_blank, cell.text).rstrip("\n")


def _blank(found):
    """Return what stands in the place of a solution; a blank at the left margin stops nothing."""
    indent = found[1]
    stop = f"{indent}raise NotImplementedError\n" if indent else ""
    return f"{indent}### YOUR CODE\n{stop}"


def with_solution(cell):
    """Return the text of an answer cell with its solution and without the marks around it."""
    pattern = TEXT_SOLUTION if cell.kind == "markdown" else CODE_SOLUTION
    return pattern.sub(lambda found: found[pattern.groups], cell.text).rstrip("\n")
