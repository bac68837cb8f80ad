"""The edition for Otter-Grader: a master notebook for `otter assign`.

Otter, too, runs the tests in the students' kernel; the page *For instructors* says what that means.
"""

from nbformat import v4

from course.source import TEXT_SOLUTION

from .carried import carried_cell
from .hidden import hidden_tests
from .notebooks import KERNEL

CONFIG = """# ASSIGNMENT CONFIG
name: {name}
init_cell: false
export_cell: false
solutions_pdf: false
template_pdf: false
generate:
  pdf: false
requirements:
  - numpy
  - scipy
  - matplotlib"""
TEST = '''""" # BEGIN TEST CONFIG
name: {name}
points: {points}
hidden: true
""" # END TEST CONFIG
{source}'''


def otter(assignment, key):
    """Return the master notebook for Otter."""
    tests = hidden_tests(assignment, key)
    points = {question.name: question.points for question in assignment.questions}
    cells = [v4.new_raw_cell(CONFIG.format(name=assignment.name))]
    for cell in assignment.cells:
        if cell.role == "teacher":
            continue
        if cell.role == "carries":
            cells.append(v4.new_code_cell(carried_cell(assignment)))
        elif cell.role in ("question", "text"):
            cells += _question(cell, tests.get(cell.name), points[cell.name])
        elif cell.kind == "markdown":
            cells.append(v4.new_markdown_cell(cell.text))
        else:
            cells.append(v4.new_code_cell(cell.text))
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def _question(cell, tests, points):
    """Return the cells of one question, between the marks that Otter looks for."""
    name = cell.name.replace("_", "-")
    by_hand = "" if tests else f"\nmanual: true\npoints: {points}"
    yield v4.new_raw_cell(f"# BEGIN QUESTION\nname: {name}{by_hand}")
    yield v4.new_markdown_cell(f"*Your answer to `{cell.name}`:*")
    yield v4.new_raw_cell("# BEGIN SOLUTION")
    if cell.kind == "markdown":
        yield v4.new_markdown_cell(TEXT_SOLUTION.sub(lambda found: found[1], cell.text))
    else:
        source = cell.text.replace("### BEGIN SOLUTION", "# BEGIN SOLUTION")
        yield v4.new_code_cell(source.replace("### END SOLUTION", "# END SOLUTION"))
    yield v4.new_raw_cell("# END SOLUTION")
    if tests:
        yield v4.new_raw_cell("# BEGIN TESTS")
        for part, worth, source in tests:
            text = TEST.format(name=part, points=worth, source=source)
            yield v4.new_code_cell(text)
        yield v4.new_raw_cell("# END TESTS")
    yield v4.new_raw_cell("# END QUESTION")
