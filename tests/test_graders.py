"""nbgrader and Otter really run on the editions made for them, and agree with this grader."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from handed_in import answered, write

from course.__main__ import SOURCES
from course.build import build
from course.grade import Grader
from course.key import Key
from course.sandbox.protection import launch_settings, protection
from course.source import read, with_solution

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ROOT = Path(__file__).resolve().parents[1]
SALT = "a salt for other graders"
NAME = "responsibilities"
WRONG = {
    "even_weight": "def even_weight(x, means, covariance):\n"
    "    first, second = log_density(x[None, :], means, covariance)[0]\n"
    "    return 1 / (1 + np.exp(second - first))\n",
    "my_most_undecided": "my_most_undecided = my_eruptions[0]\n",
}
HAND_INS = {"right": {}, "wrong": WRONG}


@pytest.fixture(scope="module")
def graders():
    """Folder of programs of an environment of its own, made once and kept."""
    home = ROOT / ".venv-graders"
    lock = ROOT / "course/graders.txt"
    stamp = home / "made-from"
    if not stamp.exists() or stamp.read_text() != lock.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        pip = [home / "bin/python", "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", lock], check=True)
        stamp.write_text(lock.read_text())
    return home / "bin"


@pytest.fixture(scope="module")
def assignment():
    return read(SOURCES / f"{NAME}.py")


@pytest.fixture(scope="module")
def editions(assignment, tmp_path_factory):
    out = tmp_path_factory.mktemp("editions")
    build(assignment, out, SALT)
    return out / NAME


@pytest.fixture(scope="module")
def ours(assignment, tmp_path_factory):
    """Return what this grader gives: hand-in -> marks for what is not marked by hand."""
    grader = Grader(Key(assignment, SALT), launch_settings(protection().settings["walls"], 950))
    folder, marks = tmp_path_factory.mktemp("ours"), {}
    for name, answers in HAND_INS.items():
        path = write(answered(assignment, answers), folder / f"{name}.ipynb")
        found = grader.grade(path, "ada")["questions"]
        marks[name] = sum(part["mark"] for question in found for part in question["parts"])
    assert marks == {"right": 17, "wrong": 14}
    return marks


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


def fill_in(notebook, assignment, answers, name_of):
    """Write answers, else solutions, into the answer cells of a released notebook."""
    answers_of = [cell for cell in assignment.cells if cell.role == "question"]
    solutions = {cell.name: with_solution(cell) for cell in answers_of}
    filled = set()
    for cell in notebook.cells:
        name = name_of(cell)
        if name in solutions:
            cell.source = answers.get(name, solutions[name])
            filled.add(name)
        cell.source = cell.source.replace('"your id"', '"ada"')
    assert filled == set(solutions)
    return notebook


def test_nbgrader_runs_the_edition_and_agrees(graders, editions, assignment, ours, tmp_path):
    source = tmp_path / "source" / NAME
    source.mkdir(parents=True)
    notebook = editions / "nbgrader" / "source" / NAME / f"{NAME}.ipynb"
    (source / notebook.name).write_bytes(notebook.read_bytes())
    run(graders / "nbgrader", "generate_assignment", NAME, cwd=tmp_path)
    released = tmp_path / "release" / NAME / notebook.name
    text = released.read_text("utf-8")
    assert "assert_part(" not in text
    assert "np.linalg.inv(covariance)" not in text
    for name, answers in HAND_INS.items():
        filled = fill_in(
            nbformat.read(released, 4), assignment, answers,
            lambda cell: cell.metadata.get("nbgrader", {}).get("grade_id", "")[len("answer-") :],
        )  # fmt: skip
        path = tmp_path / "submitted" / name / NAME / notebook.name
        path.parent.mkdir(parents=True)
        write(filled, path)
    run(graders / "nbgrader", "autograde", NAME, cwd=tmp_path)
    run(graders / "nbgrader", "export", "--to", "grades.csv", cwd=tmp_path)
    with (tmp_path / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {name: float(rows[name]["score"]) for name in HAND_INS} == ours
    assert float(rows["right"]["max_score"]) == assignment.points


def test_otter_runs_the_edition_and_agrees(graders, editions, assignment, ours, tmp_path):
    master = tmp_path / f"{NAME}.ipynb"
    master.write_bytes((editions / "otter" / f"{NAME}.ipynb").read_bytes())
    run(graders / "otter", "assign", master.name, "dist", cwd=tmp_path)
    released = tmp_path / "dist" / "student" / master.name
    text = released.read_text("utf-8")
    assert "assert_part(" not in text
    assert "np.linalg.inv(covariance)" not in text
    (package,) = (tmp_path / "dist" / "autograder").glob("*.zip")
    names = {cell.name for cell in assignment.cells if cell.role == "question"}

    def name_of(cell):
        head = cell.source.split("(")[0].removeprefix("def ").split(" =")[0].strip()
        return head if cell.cell_type == "code" and head in names else ""

    marks = {}
    for name, answers in HAND_INS.items():
        filled = fill_in(nbformat.read(released, 4), assignment, answers, name_of)
        write(filled, tmp_path / f"{name}.ipynb")
        out = tmp_path / f"out-{name}"
        out.mkdir()
        run(
            graders / "otter",
            "run",
            f"{name}.ipynb",
            "-a",
            str(package),
            "-o",
            str(out),
            cwd=tmp_path,
        )
        results = json.loads((out / "results.json").read_text())
        marks[name] = sum(test.get("score", 0) for test in results["tests"])
    assert marks == ours
