"""A tiny chapter that every rule accepts, as it is stored; the tests break it."""

from nbformat import NotebookNode
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

OPENING = """# Who threw the stone?

At the end you will be able to say who, and how sure you are of it."""

EXERCISES = """## Exercises

1. Who was it?

:::{dropdown} Solution
Nobody can say.
:::"""

CLOSING = """## Three lines to keep

- One thing.
- Another thing.
- A third thing.

## The next question

And who picks it up?"""

SETUP, VALUE, PICTURE = 2, 3, 4  # the code cells' numbers


def sample_chapter() -> NotebookNode:
    """Return a new copy, with ids that do not change and the outputs that a kernel gives."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    drawn = {"text/plain": "<IPython.core.display.SVG object>", "image/svg+xml": svg}
    alt = {"mystnb": {"image": {"alt": "An empty square, nine pixels wide."}}}
    notebook = new_notebook(
        cells=[
            new_markdown_cell(OPENING),
            new_code_cell(
                "import statistics\n\nfrom IPython.display import SVG", metadata={"tags": ["setup"]}
            ),
            new_code_cell(
                "statistics.mean([1, 2, 6])", outputs=[_result({"text/plain": "3"}, count=2)]
            ),
            new_code_cell(f"SVG('{svg}')", metadata=alt, outputs=[_result(drawn, count=3)]),
            new_markdown_cell(EXERCISES),
            new_markdown_cell(CLOSING),
        ]
    )
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"sample-{number}"
    for count, number in enumerate((SETUP, VALUE, PICTURE), start=1):
        notebook.cells[number - 1].execution_count = count
    return notebook


def _result(data: dict[str, str], count: int) -> NotebookNode:
    return new_output("execute_result", data=data, execution_count=count)
