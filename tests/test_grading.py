"""Twelve hand-ins, graded as a class: fair marks, a sentence for each one lost, one batch."""

import contextlib
import csv
import json
from pathlib import Path

import pytest
from handed_in import answered, write

from course import marks
from course.__main__ import SOURCES, main
from course.answer_key import Key
from course.grade import Grader
from course.hand_ins import collect
from course.roster import Roster
from course.runner import grade_folder
from course.sandbox.protection import launch_settings, protection
from course.source import read

CLASS = [
    "ada",
    "ben",
    "cleo",
    "dora",
    "emil",
    "finn",
    "gina",
    "hugo",
    "ines",
    "jona",
    "kira",
    "lars",
]

RESPONSIBILITIES = """
def responsibilities(X, weights, means, covariance):
    products = weights * np.exp(log_density(X, covariance=covariance, means=means))
    return products / products.sum(axis=0)
"""
IN_ANOTHER_HAND = {
    "log_density": """
%matplotlib inline
import warnings
listing = !ls
print("%d"
      % 7)
from scipy.stats import multivariate_normal as mvn
import matplotlib.pyplot as plt

def helper(X, m, S):
    warnings.warn("careful", RuntimeWarning)
    print("working on", len(X))
    return mvn(m, S).logpdf(X).reshape(-1)

log_density = lambda X, means, S: np.transpose([helper(X, m, S) for m in means])
plt.plot([1, 2]); plt.show()
""",
    "log_sum_exp": """
class Summer:
    def __call__(self, a):
        from scipy.special import logsumexp
        return logsumexp(a, 1)
log_sum_exp = Summer()
""",
}
IN_SINGLE_PRECISION = """
def log_sum_exp(log_values):
    top = log_values.max(1)
    return (top + np.log(np.exp(log_values - top[:, None]).sum(1))).astype(np.float32)
"""
WITHOUT_END = """
def log_sum_exp(log_values):
    while log_values.max() > 100:
        pass
    top = log_values.max(1)
    return top + np.log(np.exp(log_values - top[:, None]).sum(1))
"""
TROUBLE = ["1 / 0", "import sys; sys.exit()", "def broken(:", "import os; os._exit(3)"]


@pytest.fixture(scope="module")
def assignment():
    return read(SOURCES / "responsibilities.py")


@pytest.fixture(scope="module")
def hand_ins(assignment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hand-ins")

    def put(name, notebook):
        return write(notebook, folder / f"{name}.ipynb")

    put("ada", answered(assignment))
    put("ben", answered(assignment, others="blank"))
    put("cleo", answered(assignment, {"responsibilities": RESPONSIBILITIES}))
    other = answered(assignment, IN_ANOTHER_HAND)
    other.cells = [cell for cell in other.cells if not cell.source.startswith("check(")]
    put("dora", other)
    put("emil", answered(assignment, {"log_sum_exp": IN_SINGLE_PRECISION}))
    put("finn", answered(assignment, {"log_sum_exp": WITHOUT_END}))
    (folder / "gina.ipynb").write_text('{"cells": [')
    (folder / "hugo.ipynb").symlink_to(folder / "ada.ipynb")
    foreign = answered(assignment)
    foreign.metadata.update(kernelspec={"name": "ir", "display_name": "R", "language": "R"})
    foreign.metadata.language_info = {"name": "R"}
    put("ines", foreign)
    put("jona", answered(assignment, before=TROUBLE, after=TROUBLE))
    mine = answered(assignment)
    for cell in mine.cells:
        cell.source = cell.source.replace('"your id"', '"somebody else"')
    put("kira", mine)
    put("lars_1", answered(assignment, others="blank"))
    put("lars_2", answered(assignment))
    (folder / ".DS_Store").write_text("not a hand-in")
    return folder


@pytest.fixture(scope="module")
def roster(tmp_path_factory):
    path = tmp_path_factory.mktemp("roster") / "roster.csv"
    rows = [
        f"{name},{name.title()} Example,{name}@example.org,{n}"
        for n, name in enumerate([*CLASS, "mona"], 4711)
    ]
    path.write_text("id,name,email,canvas_id\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def graded(assignment, hand_ins, roster, tmp_path_factory):
    out = tmp_path_factory.mktemp("graded")
    entries = collect(hand_ins, Roster.read(roster))
    walls = protection().settings["walls"]
    key = Key(assignment, "a secret of this test")
    results = grade_folder(key, entries, out, walls=walls, quiet=True, seconds=1.5)
    about = {"source": str(assignment.path), "hand_ins": [str(hand_ins)], "roster": True}
    (out / "about.json").write_text(json.dumps(about | {"missing": []}))
    (out / "roster.csv").write_bytes(roster.read_bytes())
    assert main(["report", str(out)]) == 0
    return {result["student"]: result for result in results}, out


def lost(result):
    """Return (question, part) -> sentence, for every mark that was lost."""
    return {
        (question["name"], part["name"]): part["sentence"]
        for question in result["questions"]
        for part in question["parts"]
        if part["mark"] < part["points"]
    }


def question(result, name):
    return next(entry for entry in result["questions"] if entry["name"] == name)


def test_everybody_has_a_result(graded):
    assert sorted(graded[0]) == list(CLASS)


@pytest.mark.parametrize("student", ["ada", "dora", "emil", "jona", "kira", "lars"])
def test_right_code_keeps_all_its_marks(graded, student):
    assert lost(graded[0][student]) == {}


def test_every_lost_mark_has_a_sentence(graded):
    for result in graded[0].values():
        for sentence in lost(result).values():
            assert len(sentence) > 20
            assert sentence.endswith((".", "?"))


def test_what_is_not_filled_in_is_called_that(graded):
    assert set(lost(graded[0]["ben"]).values()) == {"It is not filled in yet."}


def test_the_mistake_is_named_and_does_not_cost_the_next_question(graded):
    result = graded[0]["cleo"]
    assert question(result, "responsibilities")["mistakes"] == [
        "normalised over observations",
        "underflow",
    ]
    assert {name for name, _ in lost(result)} == {"responsibilities"}
    assert (
        "one mistake counts once" in question(result, "responsibilities_with_labels")["notes"][-1]
    )


def test_a_hang_costs_that_part_alone(graded):
    ((where, sentence),) = lost(graded[0]["finn"]).items()
    assert where == ("log_sum_exp", "extreme")
    assert "stopped after computing for 1.5 s" in sentence


@pytest.mark.parametrize(
    ("student", "words"),
    [("gina", "not a notebook"), ("hugo", "a link to another file"), ("ines", "works in Python")],
)
def test_a_file_that_cannot_be_graded_is_reported(graded, student, words):
    (note,) = graded[0][student]["notes"]
    assert words in note


def test_cells_that_stop_are_named_and_the_rest_goes_on(graded):
    notes = " ".join(graded[0]["jona"]["notes"])
    assert "ZeroDivisionError" in notes
    assert "SyntaxError" in notes
    assert "ended Python itself" in notes


def test_data_are_those_of_the_student_who_handed_in(graded):
    result = graded[0]["kira"]
    assert result["claimed"] == "somebody else"
    page = (graded[1] / "class.html").read_text()
    assert "the notebook says that it is by somebody else" in page


def test_the_last_of_several_files_counts(graded):
    result = graded[0]["lars"]
    assert result["file"] == "lars_2.ipynb"
    assert "lars_1.ipynb not" in result["notes"][-1]


def test_grading_again_gives_the_same_and_grades_only_what_changed(
    graded, assignment, hand_ins, roster
):
    results, out = graded
    stored = {path: path.read_bytes() for path in out.glob("results/*.json")}
    times = {path: path.stat().st_mtime_ns for path in stored}
    key, entries = Key(assignment, "a secret of this test"), collect(hand_ins, Roster.read(roster))
    walls = protection().settings["walls"]
    grade_folder(key, entries, out, walls=walls, quiet=True, seconds=1.5)
    assert {path: path.stat().st_mtime_ns for path in stored} == times
    few = [entry for entry in entries if entry.student.id in ("ada", "cleo", "jona")]
    again = grade_folder(key, few, out / "anew", walls=walls, quiet=True, seconds=1.5, again=True)
    assert again == [results[entry.student.id] for entry in few]


def rows(path):
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


def test_follow_through_does_not_hide_what_else_is_wrong(tmp_path):
    em = read(SOURCES / "em.py")
    hard = """
def e_step(X, row_weights, weights, means, covariance):
    return np.eye(len(weights))[np.zeros(len(X), int)], 0.0
"""
    short = """
def fit(X, row_weights, weights, means, covariance, n_rounds):
    trace = []
    for _ in range(n_rounds):
        resp, log_likelihood = e_step(X, row_weights, weights, means, covariance)
        trace.append(log_likelihood)
        weights, means, covariance = m_step(X, row_weights, resp)
    return weights, means, covariance, np.array(trace)
"""
    path = write(answered(em, {"e_step": hard, "fit": short}), tmp_path / "ada.ipynb")
    grader = Grader(Key(em, "a salt"), launch_settings(protection().settings["walls"], 960), 3.0)
    with contextlib.closing(grader):
        found = question(grader.grade(path, "ada"), "fit")
    assert found["mistakes"] == ["trace without its end"]
    hint = next(
        variant.hint for q in em.functions if q.name == "fit"
        for variant in q.variants if variant.name == "trace without its end"
    )  # fmt: skip
    assert hint in [part["sentence"] for part in found["parts"]]


def test_a_batch_that_was_stopped_is_taken_up_where_it_was(
    graded, assignment, hand_ins, roster, tmp_path, monkeypatch
):
    names = ("gina", "hugo", "ben")
    entries = [e for e in collect(hand_ins, Roster.read(roster)) if e.student.id in names]
    how = {"walls": protection().settings["walls"], "quiet": True, "seconds": 1.5, "jobs": 1}
    key = Key(assignment, "a secret of this test")
    seen, grade = [], Grader.grade

    def stop_at_the_last(grader, path, student_id):
        if len(seen) == len(names) - 1:
            raise KeyboardInterrupt
        seen.append(student_id)
        return grade(grader, path, student_id)

    monkeypatch.setattr(Grader, "grade", stop_at_the_last)
    with pytest.raises(KeyboardInterrupt):
        grade_folder(key, entries, tmp_path, **how)
    assert len(list((tmp_path / "results").iterdir())) == len(names) - 1
    monkeypatch.setattr(Grader, "grade", lambda *a: seen.append(a[2]) or grade(*a))
    results = grade_folder(key, entries, tmp_path, **how)
    assert sorted(seen) == sorted(names)
    assert results == [graded[0][entry.student.id] for entry in entries]


def test_the_gradebook_has_everybody_and_what_canvas_and_moodle_ask_for(graded):
    _, out = graded
    book = {row["id"]: row for row in rows(out / "gradebook.csv")}
    assert book["ada"]["mark"] == "17"
    assert book["ada"]["state"] == "to be marked by hand"
    assert book["gina"]["state"] == "look: could not be graded"
    canvas = rows(out / "gradebook_canvas.csv")
    assert canvas[1]["ID"] == "4711"
    moodle = {row["ID number"]: row for row in rows(out / "gradebook_moodle.csv")}
    assert moodle["ada"]["Email address"] == "ada@example.org"


def test_the_class_report_says_what_was_misunderstood_and_who_is_missing(graded):
    page = (graded[1] / "class.html").read_text()
    assert "normalised over observations" in page
    assert "Mona Example" in page


def test_marks_by_hand_and_overrides_survive_grading_again(graded, assignment, hand_ins, roster):
    _, out = graded
    sheet = out / "manual" / "marks.csv"
    text = sheet.read_text().replace(
        "ada,Ada Example,meaning,3,,", "ada,Ada Example,meaning,3,2,Good"
    )
    sheet.write_text(text)
    (out / "overrides.csv").write_text(
        "student,question,part,mark,reason\nben,log_density,near,1,Shown on paper in the tutorial\n"
    )
    entries = collect(hand_ins, Roster.read(roster))
    few = [entry for entry in entries if entry.student.id in ("ada", "ben")]
    others = [e for e in entries if e not in few]
    walls = protection().settings["walls"]
    stored = {path: path.read_bytes() for path in out.glob("results/*.json")}
    how = {"walls": walls, "quiet": True, "seconds": 1.5}
    grade_folder(Key(assignment, "a secret of this test"), few, out, again=True, **how)
    for path in (path for path in stored if not path.exists()):
        path.write_bytes(stored[path])  # those of the others, who were not handed in this time
    assert len(others) == len(stored) - 2
    for _ in range(2):
        assert main(["report", str(out)]) == 0
    book = {row["id"]: row for row in rows(out / "gradebook.csv")}
    assert (book["ada"]["mark"], book["ada"]["state"]) == ("19", "complete")
    assert book["ben"]["mark"] == "1"
    assert "Shown on paper" in (out / "reports" / "ben.html").read_text()
    assert "Good" in (out / "reports" / "ada.md").read_text()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("ben,log_density,near,1,", "needs a reason"),
        ("ben,log_density,near,7,because", "between 0 and 2"),
        ("ben,nothing,near,1,because", "there are: log_density"),
        ("ben,log_density,nothing,1,because", "there are: near, far out"),
    ],
)
def test_an_override_that_makes_no_sense_is_refused(graded, tmp_path, row, words):
    results = list(graded[0].values())
    (tmp_path / "overrides.csv").write_text(f"student,question,part,mark,reason\n{row}\n")
    with pytest.raises(marks.MarksError, match=words):
        marks.final(results, tmp_path)


def test_another_salt_makes_other_inputs(assignment):
    first, second = Key(assignment, "one"), Key(assignment, "two")
    trials = zip(first.trials["log_density"], second.trials["log_density"], strict=True)
    assert all((one.arguments[0] != two.arguments[0]).any() for one, two in trials)
