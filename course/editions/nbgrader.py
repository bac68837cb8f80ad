"""The edition for nbgrader: one source notebook, solutions and hidden tests in it.

`nbgrader generate_assignment` makes the students' version of it. nbgrader runs the tests in the
students' kernel; the page *For instructors* says what that means.
"""

from nbformat import v4

from course.source import TEXT_SOLUTION

from .carried import carried_cell
from .hidden import hidden_tests
from .notebooks import KERNEL


def nbgrader(assignment, key):
    """Return the source notebook for nbgrader."""
    tests, cells = hidden_tests(assignment, key), []
    for number, cell in enumerate(assignment.cells):
        if cell.role == "teacher":
            continue
        if cell.role == "carries":
            cells.append(_code(carried_cell(assignment), "carried"))
        elif cell.role in ("question", "text"):
            cells.append(_answer(assignment, cell, tests))
            cells += _hidden(cell.name, tests)
        elif cell.kind == "markdown":
            cells.append(v4.new_markdown_cell(cell.text, id=f"cell-{number}"))
        elif cell.role == "" and "STUDENT_ID" in cell.text:
            cells.append(v4.new_code_cell(cell.text, id=f"cell-{number}"))
        else:
            cells.append(_code(cell.text, f"cell-{number}"))
    return v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def _answer(assignment, cell, tests):
    """Return an answer cell; what has no tests is marked by hand."""
    by_hand = {} if cell.name in tests else {"grade": True, "points": _points(assignment, cell)}
    metadata = _metadata(f"answer-{cell.name}", solution=True, locked=False, **by_hand)
    if cell.kind == "markdown":
        text = TEXT_SOLUTION.sub(lambda found: found[1], cell.text)
        return v4.new_markdown_cell(text, metadata=metadata, id=_id(cell.name))
    return v4.new_code_cell(cell.text, metadata=metadata, id=_id(cell.name))


def _hidden(name, tests):
    for number, (part, points, source) in enumerate(tests.get(name, [])):
        text = f"# {part}\n### BEGIN HIDDEN TESTS\n{source}\n### END HIDDEN TESTS"
        metadata = _metadata(f"test-{name}-{number}", grade=True, points=points)
        yield v4.new_code_cell(text, metadata=metadata, id=_id(f"test-{number}-{name}"))


def _code(source, name):
    return v4.new_code_cell(source, metadata=_metadata(name), id=name)


def _metadata(name, **changes):
    plain = {"grade": False, "solution": False, "locked": True, "task": False}
    return {"nbgrader": plain | {"schema_version": 3, "grade_id": name} | changes}


def _points(assignment, cell):
    return next(found.points for found in assignment.questions if found.name == cell.name)


def _id(name):
    return name.replace("_", "-")[:64]
