"""Every assignment: its solution is right, its mistakes are named, its editions hold no answers."""

import ast
import base64
import functools
import io
import json
import re
import subprocess
import sys
import zipfile

import nbformat
import numpy as np
import pytest
from right_answers import RIGHT_ANSWERS

from course.__main__ import SOURCES
from course.answer_key import Key, same
from course.author import BY_HAND, Part, Question, Variant
from course.build import build
from course.catalogue import catalogue
from course.editions.notebooks import solution, student
from course.judge import judge
from course.sandbox.border import decode, encode
from course.source import CODE_SOLUTION, SourceError, read
from emlib.check.checker import Checker

ASSIGNMENTS = {path.stem: read(path) for path in sorted(SOURCES.glob("*.py"))}
SEEDS = range(5)
KEYS = {
    (name, seed): Key(ASSIGNMENTS[name], f"seed {seed}") for name in ASSIGNMENTS for seed in SEEDS
}
QUESTIONS = [
    (name, question) for name, found in ASSIGNMENTS.items() for question in found.functions
]
MISTAKES = [
    (name, question, variant) for name, question in QUESTIONS for variant in question.variants
]
SOLUTIONS = [
    (name, question, answer)
    for name, answers in RIGHT_ANSWERS.items()
    for question in ASSIGNMENTS[name].functions
    for answer in answers.get(question.name, ())
]


class Here:
    """A session without a child: the function runs here, and its result crosses the border."""

    def __init__(self, function):
        self.function = function

    def call(self, name, arguments):
        with np.errstate(all="ignore"):
            result = self.function(
                *(np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments)
            )
        return decode(json.loads(json.dumps(encode(result)))), {}


def verdict(name, question, function, seed):
    return judge(question, Here(function), KEYS[name, seed].trials[question.name])


def label(*words):
    return ": ".join(getattr(word, "name", getattr(word, "__name__", word)) for word in words)


# --- Mistakes


@pytest.mark.parametrize(("name", "question"), QUESTIONS, ids=[label(*q) for q in QUESTIONS])
def test_the_solution_is_right(name, question):
    reference = ASSIGNMENTS[name].references[question.name]
    for seed in SEEDS:
        found = verdict(name, question, reference, seed)
        assert (found.mark, found.mistakes, found.notes) == (question.points, [], [])


@pytest.mark.parametrize(
    ("name", "question", "variant"), MISTAKES, ids=[label(*m) for m in MISTAKES]
)
def test_every_mistake_is_caught_and_named_by_the_grader(name, question, variant):
    for seed in SEEDS:
        found = verdict(name, question, variant.function, seed)
        assert found.mistakes == [variant.name]
        assert found.mark < question.points
        assert variant.hint in [part["sentence"] for part in found.parts]


@pytest.mark.parametrize(
    ("name", "question", "answer"), SOLUTIONS, ids=[label(*s) for s in SOLUTIONS]
)
def test_no_right_answer_is_suspected_by_the_grader(name, question, answer):
    for seed in SEEDS:
        found = verdict(name, question, answer, seed)
        assert (found.mark, found.mistakes) == (question.points, [])


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_notebooks_checks_say_the_same(name):
    assignment, checker = ASSIGNMENTS[name], checker_of(name)
    for question in assignment.functions:
        assert checker.sentence(question.name, assignment.references[question.name]) == "right."
        for answer in RIGHT_ANSWERS.get(name, {}).get(question.name, ()):
            assert checker.sentence(question.name, answer) == "right."
        for variant in question.variants:
            said = checker.sentence(question.name, variant.function)
            assert [v.name for v in question.variants if v.hint in said] == [variant.name]


ODD = {
    ("responsibilities", "log_density"): {
        "in single precision on the way": lambda f: lambda X, *p: f(X.astype(np.float32), *p),
        "as objects": lambda f: lambda *p: f(*p).astype(object),
        "as complex numbers": lambda f: lambda *p: f(*p).astype(complex),
        "as text": lambda f: lambda *p: f(*p).astype(str),
        "errors that cancel": lambda f: lambda *p: f(*p) + 1e-5 * np.array([1, -1, 1, -1]),
        "one entry off": lambda f: lambda *p: f(*p) + np.eye(len(p[0]), 4) * 1e-6,
        "as a list of rows": lambda f: lambda *p: [list(row) for row in f(*p)],
        "as a matrix of single precision": lambda f: lambda *p: f(*p).astype(np.float32),
        "one element more": lambda f: lambda *p: np.append(f(*p), 1.0),
        "a crash": lambda f: lambda *p: 1 / 0,
        "nothing": lambda f: lambda *p: None,
    },
    ("trust", "log_products"): {
        "NaN for minus infinity": lambda f: lambda *p: np.where(np.isinf(f(*p)), np.nan, f(*p)),
        "infinity for minus infinity": lambda f: lambda *p: (
            np.where(np.isinf(f(*p)), np.inf, f(*p))
        ),
        "a large number for minus infinity": lambda f: lambda *p: np.maximum(f(*p), -1e300),
    },
    ("trust", "choose"): {
        "the floor left out": lambda f: lambda e, s, floor: f(e, np.where(s > floor, s, 0), floor),
        "as an array": lambda f: lambda *p: np.array([f(*p)]),
        "as a float": lambda f: lambda *p: float(f(*p)),
        "as a truth value": lambda f: lambda *p: f(*p) > 0,
    },
    ("em", "rounds_needed"): {
        "at most": lambda f: lambda trace, tol: f(trace, np.nextafter(tol, 9)),
        "no last return": lambda f: lambda *p: None if f(*p) < 0 else f(*p),
    },
    ("em", "m_step"): {
        "swapped": lambda f: lambda *p: (f(*p)[1], f(*p)[0], f(*p)[2]),
        "rotated": lambda f: lambda *p: (f(*p)[2], f(*p)[0], f(*p)[1]),
        "in an array": lambda f: lambda *p: np.array(f(*p), dtype=object),
        "as lists": lambda f: lambda *p: [part.tolist() for part in f(*p)],
    },
    ("em", "e_step"): {
        "a single-precision number": lambda f: lambda *p: (f(*p)[0], np.float32(f(*p)[1])),
        "one thing missing": lambda f: lambda *p: (f(*p)[0],),
    },
}  # fmt: skip
RIGHT_ALL_THE_SAME = {"as a list of rows", "as a float", "as lists"}
STRICTER = {"as a matrix of single precision", "a single-precision number"}
"""Right for the grader, in few digits; `check` may say that more could be said in float64."""
ODD_ANSWERS = [(*where, name) for where, answers in ODD.items() for name in answers]


@functools.cache
def checker_of(name):
    assignment = ASSIGNMENTS[name]
    told = catalogue(assignment.functions, assignment.references)
    return Checker(json.loads(json.dumps(told)))


@pytest.mark.parametrize(
    ("name", "asked", "how"), ODD_ANSWERS, ids=[label(*o) for o in ODD_ANSWERS]
)
def test_check_and_grader_agree_on_odd_answers(name, asked, how):
    assignment = ASSIGNMENTS[name]
    function = ODD[name, asked][how](assignment.references[asked])
    question = next(q for q in assignment.functions if q.name == asked)
    told = checker_of(name).sentence(asked, function)
    try:
        found = verdict(name, question, function, 0)
    except ZeroDivisionError:
        assert "ZeroDivisionError" in told
        return
    full = found.mark == question.points
    assert full == (how in RIGHT_ALL_THE_SAME | STRICTER)
    if how not in STRICTER:
        assert (told == "right.") == full, told


def test_swapped_results_have_one_sentence_in_the_report_too():
    question = next(q for q in ASSIGNMENTS["em"].functions if q.name == "m_step")
    swapped = ODD["em", "m_step"]["rotated"](ASSIGNMENTS["em"].references["m_step"])
    found = verdict("em", question, swapped, 0)
    assert found.mistakes == ["results in another order"]
    assert len({part["sentence"] for part in found.parts}) == 1


def test_a_trace_that_falls_is_named_in_the_report():
    question = next(q for q in ASSIGNMENTS["em"].functions if q.name == "fit")

    def fit(*arguments):
        *parameters, trace = ASSIGNMENTS["em"].references["fit"](*arguments)
        return (*parameters, trace - 50 * np.arange(len(trace)) ** 2)

    sentences = " ".join(part["sentence"] for part in verdict("em", question, fit, 0).parts)
    assert "the trace falls from entry" in sentences


def test_there_are_twenty_right_answers_and_more():
    assert len(SOLUTIONS) >= 20


def test_a_mistake_that_nobody_foresaw_loses_the_mark_with_a_sentence():
    question = ASSIGNMENTS["responsibilities"].functions[0]
    found = verdict("responsibilities", question, lambda X, m, S: np.ones((len(X), len(m))), 0)
    assert found.mistakes == []
    assert [part["mark"] for part in found.parts] == [0, 0]
    for part, asked in zip(found.parts, question.parts, strict=True):
        assert part["sentence"].endswith(asked.if_wrong)


def test_digits_decide_as_declared():
    right = np.array([[1.0, -2.0], [300.0, 1e-9]])
    assert same(right * (1 + 0.9e-8), right, 1e-8)
    assert not same(right * (1 + 1e-7), right, 1e-8)
    assert not same(np.where(right > 2, np.nan, right), right, 1e-8)
    assert same(np.array([-np.inf, 1.0]), np.array([-np.inf, 1.0]), 1e-8)
    for wrong in (np.inf, np.nan, -1e300):
        assert not same(np.array([wrong, 1.0]), np.array([-np.inf, 1.0]), 1e-8)


# --- Editions


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    out = tmp_path_factory.mktemp("built")
    return {name: build(found, out, "a salt") for name, found in ASSIGNMENTS.items()}


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_building_twice_gives_the_same_bytes(built, name, tmp_path):
    again = build(ASSIGNMENTS[name], tmp_path, "a salt")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in built[name]]


def _lines(text):
    return [line for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_students_edition_holds_no_line_of_a_solution_and_no_teachers_cell(name):
    assignment = ASSIGNMENTS[name]
    text = "\n".join(cell.source for cell in student(assignment).cells)
    given = {
        line.strip() for cell in assignment.cells if not cell.role for line in _lines(cell.text)
    }
    handed_out = {line.strip() for line in _lines(text)} - given
    for cell in assignment.cells:
        for found in CODE_SOLUTION.finditer(cell.text):
            solved = {line.strip() for line in _lines(found[2])}
            assert not {line for line in solved & handed_out if len(line) > 12}
    assert "SOLUTION" not in text
    assert "teacher" not in text
    assert "course." not in re.sub(r"``.*?``|`[^`]*`", "", text)


def carried(notebook):
    """Return the files that a notebook carries."""
    source = next(cell.source for cell in notebook.cells if cell.id == "carried")
    text = next(
        node.value.value for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    )  # fmt: skip
    zipped = zipfile.ZipFile(io.BytesIO(base64.b85decode("".join(text.split()))))
    return {entry: zipped.read(entry).decode() for entry in zipped.namelist()}


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_what_a_notebook_carries_is_emlib_check_and_no_answers(name):
    files = carried(student(ASSIGNMENTS[name]))
    assert {path.split("/")[0] for path in files} == {"emcheck"}
    told = json.loads(files["emcheck/catalogue.json"])
    text = json.dumps(
        [probe["outputs"] for q in told["questions"].values() for probe in q["probes"]]
    )
    for question in ASSIGNMENTS[name].functions:
        for trial in told["questions"][question.name]["probes"]:
            arguments = [np.array(a) if isinstance(a, list) else a for a in trial["args"]]
            result = ASSIGNMENTS[name].references[question.name](*arguments)
            (first, *_) = np.ravel(np.asarray(result if len(question.outputs) == 1 else result[0]))
            number = f"{float(first):.8g}"
            assert number not in text or len(number) < 6


RUN = """
import contextlib, io, json, sys, nbformat
notebook, identity = nbformat.read(sys.argv[1], 4), sys.argv[2]
printed, names = io.StringIO(), {"__name__": "__main__"}
with contextlib.redirect_stdout(printed):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(compile(cell.source.replace('"your id"', repr(identity)), cell.id, "exec"), names)
assert not [name for name in sys.modules if name.split(".")[0] in ("emlib", "course")], "not alone"
print(printed.getvalue())
"""


def run_alone(notebook, folder, identity="ada"):
    """Run a notebook where neither emlib nor course can be imported; return what it prints."""
    path = folder / "alone.ipynb"
    nbformat.write(notebook, path)
    blocked = "import sys; sys.modules.update(emlib=None, course=None)\n"
    program = blocked + RUN.replace('("emlib", "course")', '("emlib.check", "course.source")')
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(path), identity],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_students_notebook_runs_by_itself_and_says_not_yet(name, tmp_path):
    printed = run_alone(student(ASSIGNMENTS[name]), tmp_path)
    for question in ASSIGNMENTS[name].questions:
        if not isinstance(question, BY_HAND):
            assert f"{question.name}: not yet." in printed


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_solution_runs_by_itself_and_everything_is_right(name, tmp_path):
    printed = run_alone(solution(ASSIGNMENTS[name]), tmp_path)
    for question in ASSIGNMENTS[name].functions:
        assert f"{question.name}: right." in printed
    points = sum(question.points for question in ASSIGNMENTS[name].functions)
    assert f"Marks so far: {points:g} of {points:g};" in printed


# --- Sources


def test_two_students_have_different_data_and_one_always_the_same():
    from emlib.check import student_rng

    first, again, other = (student_rng(who).random(3) for who in ("Ada", " ada ", "bob"))
    assert (first == again).all()
    assert (first != other).any()
    with pytest.raises(ValueError, match="STUDENT_ID is empty"):
        student_rng("  ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# %% question='f'\ndef f():\n    return 1\n", "differ"),
        ("# %% question='f' check='f'\nx = 1\n", "one cell is question and check"),
        ("# %%\n1 / 0\n", "cell 1: ZeroDivisionError"),
    ],
)
def test_a_broken_source_is_refused_with_a_sentence(tmp_path, text, words):
    path = tmp_path / "broken.py"
    path.write_text(text)
    with pytest.raises(SourceError, match=words):
        read(path)


def test_a_question_that_contradicts_itself_is_refused():
    part = Part("p", 1, "unknown", ("a",), "")
    with pytest.raises(ValueError, match="its kind must be one of"):
        Question("f", "F", ("a",), {"k": None}, (part,))
    twice = (Variant("v", "h", None), Variant("v", "h", None))
    with pytest.raises(ValueError, match="same name"):
        Question("f", "F", ("a",), {"k": None}, (), variants=twice)
