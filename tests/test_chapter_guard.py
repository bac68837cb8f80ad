"""Each rule of the guard accepts the sample chapter and names what is wrong in a broken one."""

from pathlib import Path

import pytest
from chapter_guard import CHAPTER_RULES, NOTEBOOK_RULES, PAGE_RULES, cells, complaints, prose
from chapter_guard.page import Page
from chapter_guard.sample import CLOSING, EXERCISES, OPENING, PICTURE, SETUP, VALUE, sample_chapter
from nbformat import NotebookNode
from nbformat.v4 import new_output

PATH = Path("responsibilities/stone.ipynb")


def sample_with(number: int, **changes) -> Page:
    """The sample chapter with one cell changed: source=, tags=, alt=, or any field of the cell."""
    notebook = sample_chapter()
    cell = notebook.cells[number - 1]
    for key, value in changes.items():
        if key == "tags":
            cell.metadata["tags"] = value
        elif key == "alt":
            cell.metadata["mystnb"] = {"image": {"alt": value}}
        else:
            cell[key] = value
    return Page(PATH, notebook)


def shown(data: dict[str, str]) -> list[NotebookNode]:
    return [new_output("execute_result", data=data, execution_count=2)]


def said(text: str, stream: str = "stdout") -> list[NotebookNode]:
    return [new_output("stream", name=stream, text=text)]


def test_sample_chapter_is_accepted_by_every_rule():
    page = Page(PATH, sample_chapter())
    assert page.is_chapter
    assert complaints(page) == []


# rule, what is broken, and parts of the sentence: the place, what is wrong, the cure
BROKEN = [
    (
        cells.every_cell_has_run_in_order,
        sample_with(VALUE, execution_count=None),
        ["cell 3 (“", "no execution count", "make chapters"],
    ),
    (
        cells.every_cell_has_run_in_order,
        sample_with(VALUE, execution_count=7),
        ["cell 3 (“", "count 7 in place 2", "make chapters"],
    ),
    (
        cells.every_cell_shows_something,
        sample_with(VALUE, source="x = 1", outputs=[]),
        ["cell 3 (“x = 1”)", "shows nothing", "end it with the value"],
    ),
    (
        cells.every_cell_shows_something,
        sample_with(VALUE, source="def check(x):\n    assert x", outputs=[]),
        ["cell 3 (“", "shows nothing", "tag it setup"],
    ),
    (
        cells.every_cell_shows_something,
        sample_with(VALUE, source="assert True", outputs=[]),
        ["cell 3 (“", "asserts nothing"],
    ),
    (
        cells.every_cell_shows_something,
        sample_with(VALUE, outputs=said(" \n") + shown({"text/plain": ""})),
        ["cell 3 (“", "shows nothing"],
    ),
    (
        cells.every_cell_shows_something,
        sample_with(VALUE, tags=["setup"]),
        ["cell 3 (“", "tagged setup but imports and defines nothing", "drop the tag"],
    ),
    (
        cells.every_cell_is_python,
        sample_with(VALUE, source="1 +"),
        ["cell 3 (“1 +”)", "is not Python", "mend the code"],
    ),
    (
        cells.cells_are_short,
        sample_with(VALUE, source="1\n" * 11),
        ["cell 3 (“", "11 lines of code and 10 is the most", "split it"],
    ),
    (
        cells.cells_are_short,
        sample_with(VALUE, source="1\n" * 16, tags=["loop"]),
        ["cell 3 (“", "16 lines of code and 15 is the most", "split it"],
    ),
    (
        cells.lines_fit_a_phone,
        sample_with(VALUE, source="x" * 89),
        ["cell 3 (“", "a line of 89 characters and 88 is the most", "break it"],
    ),
    (
        cells.imports_come_first,
        sample_with(PICTURE, source="import math\nmath.pi"),
        ["cell 4 (“import math”)", "imports in the middle", "move the import to the first"],
    ),
    (
        cells.imports_come_first,
        sample_with(SETUP, tags=[]),
        ["cell 2 (“import statistics”)", "tag that cell setup"],
    ),
    *(
        (
            cells.nothing_looks_away,
            sample_with(VALUE, tags=[tag]),
            ["cell 3 (“", f"the tag {tag}", "remove it"],
        )
        for tag in ("nbval-skip", "nbval-ignore-output", "raises-exception", "set-up")
    ),
    (
        cells.nothing_looks_away,
        sample_with(VALUE, tags=["remove-cell"]),
        ["cell 3 (“", "removed from the page and asserts nothing", "show it, or fold it"],
    ),
    *(
        (
            cells.nothing_looks_away,
            sample_with(VALUE, source=source),
            ["cell 3 (“", f"silences a check with “{source}”", "mend the code"],
        )
        for source in (
            "# NBVAL_IGNORE_OUTPUT",
            "# noqa: E501",
            "%%capture",
            "allow_errors",
            "filterwarnings('ignore')",
        )
    ),
    *(
        (
            cells.outputs_say_nothing_of_this_machine,
            sample_with(VALUE, outputs=outputs),
            ["cell 3 (“", f"shows {what}", cure],
        )
        for what, cure, outputs in (
            ("a traceback", "mend the code", said("Traceback (most recent call last):\n")),
            ("a warning", "mend what warns", said("DeprecationWarning: old")),
            ("an absolute path", "the file's name only", said("read /home/me/data.csv")),
            ("an absolute path", "the file's name only", said("read C:\\Users\\me")),
            ("a memory address", "__repr__", shown({"text/plain": "<Line2D at 0x7f1c2ad0>"})),
            ("a date or a time", "from run to run", said("2026-01-31")),
            ("a date or a time", "from run to run", shown({"image/svg+xml": "<dc:date>12:01:59"})),
            ("a web address", "no other host", shown({"text/html": '<a href="//host/x">'})),
            ("a web address", "no other host", said("see https://example.org/x")),
        )
    ),
    (
        cells.outputs_say_nothing_of_this_machine,
        sample_with(VALUE, outputs=said("careful", stream="stderr")),
        ["cell 3 (“", "writes to stderr", "mend what"],
    ),
    (
        cells.outputs_say_nothing_of_this_machine,
        sample_with(VALUE, source='open("/tmp/x.csv")'),
        ["cell 3 (“", "a path of one machine (“/tmp/x.csv”)", "emlib.datasets"],
    ),
    (
        cells.no_widget_state_is_stored,
        sample_with(VALUE, outputs=shown({"application/vnd.jupyter.widget-view+json": "{}"})),
        ["cell 3 (“", "a widget's random id", "make chapters"],
    ),
    (
        cells.pictures_are_put_into_words,
        sample_with(PICTURE, metadata=NotebookNode()),
        ["cell 4 (“", "alt text is 'missing'", "say in more than 20 characters"],
    ),
    (
        cells.pictures_are_put_into_words,
        sample_with(PICTURE, alt="_images/a-very-long-name-of-a-file.png"),
        ["cell 4 (“", "-file.png'", "say in more than 20 characters"],
    ),
    (
        cells.pictures_are_put_into_words,
        sample_with(PICTURE, outputs=2 * shown({"image/png": "iVBO"})),
        ["cell 4 (“", "2 pictures and has one alt text", "a cell of its own"],
    ),
    (
        cells.pictures_are_put_into_words,
        sample_with(VALUE, outputs=shown({"text/html": '<img src="x.png">'})),
        ["cell 3 (“", "an <img> without alt=", "say what it shows"],
    ),
    *(
        (
            prose.prose_encourages,
            sample_with(5, source=EXERCISES.replace("Nobody", f"*{word.capitalize()}* nobody")),
            ["cell 5 (“", f"says “{word}”", "drop it"],
        )
        for word in prose.DISCOURAGING_WORDS
    ),
    *(
        (
            prose.page_pictures_are_put_into_words,
            sample_with(5, source=source),
            ["cell 5 (“", what, "say in its alt text what it shows"],
        )
        for source, what in (
            ("![](x.png)", "a picture (x.png) without words"),
            (":::{figure} x.png\nA caption.\n:::", "a figure without :alt:"),
            ("Look: <img src='x.png'>", "an <img> without alt="),
        )
    ),
    *(
        (
            prose.links_lead_somewhere,
            sample_with(5, source=source),
            ["cell 5 (“", "links to ../nowhere.md", "mend the link"],
        )
        for source in (
            "[there](../nowhere.md#part)",
            "```{image} ../nowhere.md\n```",
            ":::{note}\n[there](../nowhere.md)\n:::",
        )
    ),
    (
        prose.there_is_one_title,
        sample_with(5, source="# Another title"),
        ["2 titles", "in cells [1, 5]", "exactly one"],
    ),
    (prose.there_is_one_title, sample_with(1, source="No title"), ["0 titles", "exactly one"]),
    (
        prose.chapters_open_with_a_question,
        sample_with(1, source=OPENING.replace("?", ".")),
        ["before its first section", "asks nothing", "open with a question"],
    ),
    (
        prose.chapters_open_with_a_question,
        sample_with(1, source=OPENING.replace("be able", "hope")),
        ["before its first section", "never says", "what the reader will learn to do"],
    ),
    (
        prose.chapters_close_as_promised,
        sample_with(5, source="## Practice"),
        ["no section “Exercise…”", "add its heading"],
    ),
    (
        prose.chapters_close_as_promised,
        sample_with(5, source=EXERCISES.replace("{dropdown}", "{note}")),
        ["section “Exercises”", "hides no solution", "{dropdown}"],
    ),
    (
        prose.chapters_close_as_promised,
        sample_with(6, source=CLOSING.replace("Three lines", "Something")),
        ["no section “Three lines to keep…”", "add its heading"],
    ),
    (
        prose.chapters_close_as_promised,
        sample_with(6, source=CLOSING.replace("- A third thing.", "- A third.\n- A fourth.")),
        ["section “Three lines to keep”", "lists 4 lines", "exactly three"],
    ),
    (
        prose.chapters_close_as_promised,
        sample_with(6, source=CLOSING.replace("next question", "end")),
        ["no section “The next question…”", "add its heading"],
    ),
]


@pytest.mark.parametrize(("rule", "page", "parts"), BROKEN)
def test_rule_names_place_fault_and_cure(rule, page, parts):
    sentences = list(rule(page))
    assert sentences
    assert "stone.ipynb, " in sentences[0] or "stone.ipynb:" in sentences[0]
    for part in parts:
        assert part in sentences[0]


def test_every_rule_has_been_seen_to_fail():
    seen = {rule for rule, _, _ in BROKEN}
    assert seen == {*NOTEBOOK_RULES, *PAGE_RULES, *CHAPTER_RULES}


def test_metadata_that_allows_errors_or_stores_widgets_is_named():
    notebook = sample_chapter()
    notebook.metadata.update(execution={"allow_errors": True}, widgets={})
    page = Page(PATH, notebook)
    assert "allows errors in its metadata; remove that" in "".join(cells.nothing_looks_away(page))
    assert "run `make chapters`" in "".join(cells.no_widget_state_is_stored(page))


@pytest.mark.parametrize(
    "page",
    [
        sample_with(VALUE, source="assert 1 < 2", outputs=[]),
        sample_with(VALUE, source="assert 1 < 2", outputs=[], tags=["remove-cell"]),
        sample_with(VALUE, source="np.testing.assert_allclose(1, 1)", outputs=[]),
        sample_with(VALUE, source="for x in [1]:\n    assert x == 1", outputs=[]),
        sample_with(VALUE, source="1\n" * 40, tags=["hide-input"]),
        sample_with(VALUE, source="1\n" * 15, tags=["loop"]),
        sample_with(VALUE, source="# a reason\n\n" * 8 + "1\n" * 10),
        sample_with(VALUE, source="(\n" + "1,\n" * 10 + ")"),
        sample_with(VALUE, source="assert 1 < 2\n" * 11, tags=["remove-cell"]),
        sample_with(VALUE, source="x" * 120, tags=["hide-input"]),
        sample_with(
            VALUE, outputs=shown({"text/html": '<svg xmlns="http://www.w3.org/2000/svg">'})
        ),
        sample_with(VALUE, outputs=shown({"text/latex": r"$f:\mathbb{R} \to \mathbb{R}$"})),
        sample_with(5, source=EXERCISES + "\n\n`simply` $simply$ [a label](#there)"),
        sample_with(5, source=EXERCISES.replace("{dropdown} ", "{tip}\n:class: dropdown\n")),
    ],
)
def test_what_the_house_allows_is_accepted(page):
    assert complaints(page) == []


def test_markdown_page_is_named_with_its_line(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("# A page\n\n:::{note}\nIt is\nclearly, so.\n:::\n\nText\n\n[x](nowhere.md)\n")
    found = complaints(Page.read(path))
    assert [sentence.partition("page.md, ")[2] for sentence in found] == [
        "line 4: says “clearly,”; drop it, or give the reason it stands for.",
        "line 10: links to nowhere.md, which is not there; mend the link.",
    ]
