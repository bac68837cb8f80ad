"""nbgrader and Otter really run on the editions made for them, and agree with this grader."""

import csv
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from handed_in import answered, write

from course.__main__ import SOURCES
from course.answer_key import Key
from course.author import Numbers, Question
from course.build import build
from course.grade import Grader
from course.sandbox.protection import launch_settings, protection
from course.source import read, with_solution

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ROOT = Path(__file__).resolve().parents[1]
SALT = "a salt for other graders"


@dataclass(frozen=True)
class Case:
    """An assignment, a line that only its solution has, wrong answers, and the marks they cost.

    The wrong answers are such that no other question needs them: the other graders put nothing
    right in their place.
    """

    name: str
    secret: str
    wrong: dict
    lost: int


CASES = (
    Case(
        "responsibilities",
        "np.linalg.inv(covariance)",
        {
            "even_weight": "def even_weight(x, means, covariance):\n"
            "    first, second = log_density(x[None, :], means, covariance)[0]\n"
            "    return 1 / (1 + np.exp(second - first))\n",
            "my_most_undecided": "my_most_undecided = my_eruptions[0]\n",
        },
        3,
    ),
    Case(
        "em",
        "shares.T @ X / counts[:, None]",
        {
            "rounds_needed": "def rounds_needed(trace, tol):\n"
            "    rises = np.flatnonzero(np.diff(trace) < tol)\n"
            "    return int(rises[0]) if len(rises) else -1\n",
            "my_means": "my_means = my_fit[1][::-1]\n",
        },
        3,
    ),
    Case(
        "trust",
        "np.linalg.eigvalsh(covariances)",
        {
            "smallest_spread": "def smallest_spread(covariances):\n"
            "    return np.sqrt(np.diagonal(covariances, axis1=1, axis2=2).min(axis=1))\n",
            "choose": "def choose(ends, spreads, floor):\n    return int(np.argmax(ends))\n",
        },
        4,
    ),
)
HAND_INS = ("right", "wrong")


@pytest.fixture(scope="module")
def graders():
    """Folder of programs of an environment of its own, made once and kept."""
    home = ROOT / ".venv-graders"
    lock = ROOT / "locks/graders.txt"
    stamp = home / "made-from"
    if not stamp.exists() or stamp.read_text() != lock.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        pip = [home / "bin/python", "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", lock], check=True)
        stamp.write_text(lock.read_text())
    return home / "bin"


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture(scope="module")
def assignment(case):
    return read(SOURCES / f"{case.name}.py")


@pytest.fixture(scope="module")
def editions(assignment, tmp_path_factory):
    out = tmp_path_factory.mktemp("editions")
    build(assignment, out, SALT)
    return out / assignment.name


@pytest.fixture(scope="module")
def ours(case, assignment, tmp_path_factory):
    """Return what this grader gives: hand-in -> marks for what the other graders can mark too."""
    automatic = {
        q.name: q.points for q in assignment.questions if isinstance(q, (Question, Numbers))
    }
    grader = Grader(Key(assignment, SALT), launch_settings(protection().settings["walls"], 950))
    folder, marks = tmp_path_factory.mktemp("ours"), {}
    for name in HAND_INS:
        path = write(answered(assignment, answers(case, name)), folder / f"{name}.ipynb")
        found = [q for q in grader.grade(path, "ada")["questions"] if q["name"] in automatic]
        marks[name] = sum(part["mark"] for question in found for part in question["parts"])
    grader.close()
    all_marks = sum(automatic.values())
    assert marks == {"right": all_marks, "wrong": all_marks - case.lost}
    return marks


def answers(case, hand_in):
    return case.wrong if hand_in == "wrong" else {}


def run(program, *arguments, cwd):
    environment = {**os.environ, "PATH": f"{Path(program).parent}{os.pathsep}{os.environ['PATH']}"}
    environment = {k: v for k, v in environment.items() if not k.startswith(("PYTEST_", "JUPYTER"))}
    environment |= {"MPLBACKEND": "Agg", "HOME": str(cwd), "IPYTHONDIR": str(cwd / ".ipython")}
    done = subprocess.run(
        [program, *arguments], cwd=cwd, env=environment, capture_output=True, text=True,
        timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def fill_in(cells, assignment, answers):
    """Write answers, else solutions, into the answer cells of a released notebook.

    cells : pairs of a cell and the name of the question that it answers, or another text
    """
    questions = [cell for cell in assignment.cells if cell.role == "question"]
    solutions, filled = {cell.name: with_solution(cell) for cell in questions}, set()
    for cell, name in cells:
        if cell.cell_type == "code" and name in solutions:
            cell.source = answers.get(name, solutions[name])
            filled.add(name)
        cell.source = cell.source.replace('"your id"', '"ada"')
    assert filled == set(solutions)


def assert_no_answers(notebook, case):
    text = notebook.read_text("utf-8")
    assert "assert_part(" not in text
    assert "assert_numbers(" not in text
    assert case.secret not in text


def test_nbgrader_runs_the_edition_and_agrees(graders, editions, case, assignment, ours, tmp_path):
    source = tmp_path / "source" / case.name
    source.mkdir(parents=True)
    notebook = editions / "nbgrader" / "source" / case.name / f"{case.name}.ipynb"
    assert case.secret in notebook.read_text("utf-8")
    (source / notebook.name).write_bytes(notebook.read_bytes())
    run(graders / "nbgrader", "generate_assignment", case.name, cwd=tmp_path)
    released = tmp_path / "release" / case.name / notebook.name
    assert_no_answers(released, case)
    for name in HAND_INS:
        filled = nbformat.read(released, 4)
        grade_ids = [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in filled.cells]
        names = [grade_id.removeprefix("answer-") for grade_id in grade_ids]
        fill_in(zip(filled.cells, names, strict=True), assignment, answers(case, name))
        path = tmp_path / "submitted" / name / case.name / notebook.name
        path.parent.mkdir(parents=True)
        write(filled, path)
    run(graders / "nbgrader", "autograde", case.name, cwd=tmp_path)
    run(graders / "nbgrader", "export", "--to", "grades.csv", cwd=tmp_path)
    with (tmp_path / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {name: float(rows[name]["score"]) for name in HAND_INS} == ours
    assert float(rows["right"]["max_score"]) == assignment.points


def test_otter_runs_the_edition_and_agrees(graders, editions, case, assignment, ours, tmp_path):
    master = tmp_path / f"{case.name}.ipynb"
    master.write_bytes((editions / "otter" / master.name).read_bytes())
    run(graders / "otter", "assign", master.name, "dist", cwd=tmp_path)
    released = tmp_path / "dist" / "student" / master.name
    assert_no_answers(released, case)
    (package,) = (tmp_path / "dist" / "autograder").glob("*.zip")
    marks = {}
    for name in HAND_INS:
        filled = nbformat.read(released, 4)
        asked = [re.search(r"\*Your answer to `(\w+)`", cell.source) for cell in filled.cells]
        names = ["", *(found[1] if found else "" for found in asked[:-1])]
        fill_in(zip(filled.cells, names, strict=True), assignment, answers(case, name))
        write(filled, tmp_path / f"{name}.ipynb")
        out = tmp_path / f"out-{name}"
        out.mkdir()
        where = ["-a", str(package), "-o", str(out)]
        run(graders / "otter", "run", f"{name}.ipynb", *where, cwd=tmp_path)
        results = json.loads((out / "results.json").read_text())
        marks[name] = sum(test.get("score", 0) for test in results["tests"])
    assert marks == ours
