"""A notebook as it was handed in: what is taken from it, what is left out, what is said of it."""

import base64
import json

import nbformat
import numpy as np
import pytest
from handed_in import answered, write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from course import discreet
from course.__main__ import SOURCES
from course.answer_key import Key
from course.grade import Grader, judge_numbers
from course.handin import LARGEST_PICTURE, MOST_CELLS, PNG, HandInError, open_hand_in
from course.judge import explain_failure, sentence_of
from course.known_wrong import tied
from course.restore import restored
from course.sandbox import BoxError
from course.sandbox.protection import launch_settings, protection
from course.source import read


@pytest.fixture(scope="module")
def assignment():
    return read(SOURCES / "responsibilities.py")


def opened(notebook, tmp_path):
    return open_hand_in(write(notebook, tmp_path / "ada.ipynb"))


def place(notebook, name):
    """Return the number of an answer cell."""
    return next(
        number for number, cell in enumerate(notebook.cells)
        if cell.metadata.get("course", {}).get("answer") == name
    )  # fmt: skip


def picture(kind, data):
    output = new_output("display_data", data={kind: base64.b64encode(data).decode()})
    return new_code_cell("plt.show()", outputs=[output])


def test_an_answer_goes_on_in_the_cells_below_and_in_a_copy_of_its_cell(assignment, tmp_path):
    notebook = answered(assignment, {"meaning": "First."})
    here = place(notebook, "meaning")
    copy = nbformat.from_dict(notebook.cells[here] | {"source": "Third.", "id": "another"})
    notebook.cells[here + 1 : here + 1] = [new_markdown_cell("Second."), copy]
    assert opened(notebook, tmp_path).texts["meaning"] == "First.\n\nSecond.\n\nThird."


def test_what_came_with_the_notebook_is_no_answer(assignment, tmp_path):
    handed = opened(answered(assignment, others="blank"), tmp_path)
    assert handed.texts["meaning"] == "*Your answer.*"


def test_a_picture_may_stand_in_a_cell_below(assignment, tmp_path):
    notebook = answered(assignment)
    here = place(notebook, "log_density")
    notebook.cells.insert(here + 1, picture("image/png", PNG + b"mine"))
    assert opened(notebook, tmp_path).pictures == {"log_density": PNG + b"mine"}


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("image/svg+xml", b"<svg/>", "is of the kind image/svg+xml"),
        ("image/png", b"not a picture", "is of the kind image/png"),
        ("image/png", PNG + bytes(LARGEST_PICTURE), "is larger than 4 MB"),
    ],
)
def test_a_picture_that_cannot_be_kept_is_named(assignment, tmp_path, kind, data, words):
    notebook = answered(assignment)
    notebook.cells.insert(place(notebook, "log_density") + 1, picture(kind, data))
    handed = opened(notebook, tmp_path)
    assert handed.pictures == {}
    assert words in handed.notes[0]


def test_cells_without_end_are_cut_off_and_that_is_said(assignment, tmp_path):
    notebook = answered(assignment, after=["x = 1"] * MOST_CELLS)
    handed = opened(notebook, tmp_path)
    assert len(handed.code) <= MOST_CELLS
    assert "Only the first 1,000" in handed.notes[0]


def test_a_file_that_is_too_large_is_not_told_to_lose_the_pictures(tmp_path):
    with (tmp_path / "huge.ipynb").open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(HandInError, match="pictures that were asked for are needed"):
        open_hand_in(tmp_path / "huge.ipynb")


def test_the_notebook_of_another_assignment_is_recognised(assignment, tmp_path):
    path = write(answered(read(SOURCES / "trust.py")), tmp_path / "ada.ipynb")
    result = Grader(Key(assignment, "a salt"), {"readable": [], "user": 0}).grade(path, "ada")
    assert "is that of the assignment `trust`" in result["notes"][0]


@pytest.mark.parametrize("name", ["responsibilities", "em", "trust"])
def test_students_are_told_how_long_their_code_may_compute(name, tmp_path):
    notebook = answered(read(SOURCES / f"{name}.py"), others="blank")
    seconds = Grader.__init__.__defaults__[0]
    assert f"may compute for {seconds:g} seconds" in notebook.cells[0].source


# --- Cells that are lost, answers that stopped


@pytest.fixture(scope="module")
def grader(assignment):
    settings = launch_settings(protection().settings["walls"], 985)
    grader = Grader(Key(assignment, "a salt"), settings, seconds=5.0)
    yield grader
    grader.close()


def without(notebook, *words):
    """Leave out the code cells in which some words stand."""
    notebook.cells = [
        cell for cell in notebook.cells
        if cell.cell_type != "code" or not any(word in cell.source for word in words)
    ]  # fmt: skip
    return notebook


def test_given_cells_that_are_lost_are_put_back_and_cost_nothing(assignment, grader, tmp_path):
    notebook = without(answered(assignment), "CARRIED", "STUDENT_ID = ", "my_rng = ")
    result = grader.grade(write(notebook, tmp_path / "ada.ipynb"), "ada")
    assert sum(part["mark"] for q in result["questions"] for part in q["parts"]) == 17
    assert sum("was missing" in note for note in result["notes"]) == 3


def test_nothing_is_put_back_that_is_there(assignment, tmp_path):
    for name in ("responsibilities", "em", "trust"):
        source = read(SOURCES / f"{name}.py")
        for others in ("right", "blank"):
            handed = opened(answered(source, others=others), tmp_path)
            assert restored(source, handed) == (handed.code, [])


def test_an_answer_that_stopped_is_not_called_blank(assignment, grader, tmp_path):
    answers = {"my_soft_counts": "my_soft_counts = None\nmy_soft_counts = resp_of_mine.sum()"}
    result = grader.grade(write(answered(assignment, answers), tmp_path / "ada.ipynb"), "ada")
    (part,) = next(q["parts"] for q in result["questions"] if q["name"] == "my_soft_counts")
    assert part["sentence"].startswith("There is no value. Cell ")
    assert "NameError: name 'resp_of_mine' is not defined" in part["sentence"]


def test_an_id_that_is_annotated_is_replaced_too(assignment, grader, tmp_path):
    notebook = answered(assignment)
    for cell in notebook.cells:
        cell.source = cell.source.replace('STUDENT_ID = "your id"', 'STUDENT_ID: str = "eve"')
    result = grader.grade(write(notebook, tmp_path / "ada.ipynb"), "ada")
    assert result["claimed"] == "eve"
    assert sum(part["mark"] for q in result["questions"] for part in q["parts"]) == 17


# --- What a report repeats


SECRET = 7.123456789
LEAKS = {
    "an exception": "raise ValueError(repr(secret))",
    "a name": "raise type(repr(secret), (Exception,), {})",
    "a name that is not defined": "raise NameError(f\"name 'x{secret!r}' is not defined\")",
    "a type": "return type(repr(secret), (), {})()",
    "a shape": "return np.zeros((7, 123, 456, 789))",
    "a shape in words": "raise ValueError('operands could not be broadcast ' + repr(secret))",
    "a place": "exec(compile('\\n' * 7122 + '1 / 0', '<cell 9>', 'exec'))",
    "a word": "raise KeyError(repr(secret))",
    "in a list": "return [type(repr(secret), (), {})()]",
}  # fmt: skip


@pytest.mark.parametrize("how", LEAKS)
def test_no_hidden_input_comes_out_by(assignment, grader, tmp_path, how):
    body = f"def log_sum_exp(log_values):\n    secret = {SECRET}\n    {LEAKS[how]}\n"
    path = write(answered(assignment, {"log_sum_exp": body}, others="blank"), tmp_path / "a.ipynb")
    result = grader.grade(path, "ada")
    question = next(q for q in result["questions"] if q["name"] == "log_sum_exp")
    told = json.dumps([question["parts"], question["notes"]])
    assert not any(digits in told for digits in ("7.1234", "123, 456", "712", "x7"))
    assert all(part["sentence"] for part in question["parts"])


def test_what_python_says_of_a_students_own_names_is_repeated():
    code = [(3, "def f(X):\n    return reps.sum()")]
    for said, told in [
        ("name 'reps' is not defined", "name 'reps' is not defined"),
        ("name 'x7123' is not defined", ""),
        ("operands could not be broadcast together with shapes (3,) (11,3)", "shapes do not fit"),
        ("0.123", ""),
    ]:
        assert (told or "\0") in discreet.text(said, code[0][1]) + ("" if told else "\0")
    assert discreet.place("cell 3, line 2", code) == "cell 3, line 2"
    assert discreet.place("cell 3, line 7", code) == ""


# --- Digits, and sentences


class Says:
    """A session that knows one value."""

    student_id = "ada"

    def __init__(self, value):
        self.value = value

    def read(self, name):
        return self.value


def test_numbers_in_single_precision_are_held_to_fewer_digits(assignment):
    question = next(q for q in assignment.questions if q.name == "my_soft_counts")
    right = question.expected("ada")
    for value, mark in [(right, 2), (right.astype(np.float32) * np.float32(1 + 1e-5), 2),
                        (right * (1 + 1e-5), 0), (10**400, 0)]:  # fmt: skip
        assert judge_numbers(question, Says(value)).mark == mark


def test_the_even_weight_keeps_its_digits_however_it_is_computed():
    for seed in range(500):
        for draw in (tied.two_clusters, tied.two_far_clusters):
            arguments = draw(np.random.default_rng(seed))
            weight = tied.even_weight(*arguments)
            assert 1e-3 < weight < 1 - 1e-3
            assert abs(weight - 0.5) > 0.02
            other = 1 / (1 + np.exp(np.subtract(*tied._logs(*arguments)[::-1])))
            assert abs((1 - other) / weight - 1) < 1e-9


def test_a_sentence_ends_once():
    problem = BoxError("raised", "NameError", "name 'resp' is not defined")
    assert sentence_of(explain_failure(problem, "m_step")).endswith("has its cell been run?")
    assert sentence_of("So it is") == "So it is."
