"""What teachers ask for beside marks: archives, lateness, groups, feedback, a second look."""

import json
import zipfile
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from course import late, marks
from course.archives import unpacked
from course.changes import since_last_time
from course.feedback import write_feedback
from course.hand_ins import collect
from course.manual import collect_answers
from course.marks_folder import MarksFolder
from course.roster import Roster, Student
from course.similar import fingerprint, pairs

DUE = datetime(2026, 11, 20, 18, tzinfo=UTC)
ROSTER = Roster(
    [
        Student("bob", "Bob Builder", {"id": "bob", "name": "Bob Builder", "canvas_id": "1002",
                                       "email": "b@x.org", "group": "red"}),
        Student("mallory", "Mallory Moon", {"id": "mallory", "name": "Mallory Moon", "group": "red",
                                            "canvas_id": "1003", "email": "m@x.org"}),
        Student("zed", "Zed Zulu", {"id": "zed", "name": "Zed Zulu", "email": "z@x.org"}),
    ]
)  # fmt: skip


def zipped(path, names, text="{}"):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, text)
    return path


# --- Archives as the platforms make them

GRADESCOPE = """\
---
submission_101:
  :submitters:
  - :name: Bob Builder
    :sid: bob
    :email: b@x.org
  - :name: Mallory Moon
    :sid:
    :email: m@x.org
  :created_at: 2026-11-20 17:00:00.000000000 Z
submission_102:
  :submitters:
  - :name: Bob Builder
    :sid: zed
    :email: z@x.org
  :created_at: 2026-11-21 09:30:00.000000000 Z
"""
ARCHIVES = {
    "Moodle in folders": {
        "bob": "Bob Builder_1002_assignsubmission_file_/hw.ipynb",
        "mallory": "Mallory Moon_1003_assignsubmission_file_/bob.ipynb",
    },
    "Moodle since 4.1": {"bob": "Bob Builder_1002_assignsubmission_file/hw.ipynb"},
    "Moodle flat": {"mallory": "Mallory Moon_1003_assignsubmission_file_bob.ipynb"},
    "Canvas": {
        "bob": "builderbob_1002_77_hw-1.ipynb",
        "mallory": "moonmallory_LATE_1003_78_x.ipynb",
    },
}  # fmt: skip


@pytest.mark.parametrize("platform", ARCHIVES)
def test_an_archive_of_a_platform_is_given_to_whom_it_belongs(tmp_path, platform):
    wanted = ARCHIVES[platform]
    folder, left_out = unpacked(zipped(tmp_path / "a.zip", wanted.values()), tmp_path / "out")
    found = {e.student.id: str(e.path.relative_to(folder)) for e in collect(folder, ROSTER)}
    assert (found, left_out) == (wanted, [])
    assert {e.student.id for e in collect(folder, ROSTER) if e.late} == (
        {"mallory"} if platform == "Canvas" else set()
    )


def test_gradescope_says_who_they_are_all_the_authors_and_when(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("assignment_7_export/submission_metadata.yml", GRADESCOPE)
        archive.writestr("assignment_7_export/submission_101/zed.ipynb", "{}")
        archive.writestr("assignment_7_export/submission_102/hw.ipynb", "{}")
    folder, _ = unpacked(path, tmp_path / "out")
    found = {entry.student.id: entry for entry in collect(folder, ROSTER)}
    assert {name: entry.path.name for name, entry in found.items()} == {
        "bob": "zed.ipynb", "mallory": "zed.ipynb", "zed": "hw.ipynb"
    }  # fmt: skip
    assert found["bob"].when == DUE - timedelta(hours=1)


def test_an_archive_leads_nowhere_else_and_is_unpacked_once(tmp_path):
    path = zipped(tmp_path / "a.zip", ["../evil.ipynb", "/evil.ipynb", "ok/ada.ipynb", "a/../../b"])
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    folder, left_out = unpacked(path, tmp_path / "out")
    assert [str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()] == [
        "ok/ada.ipynb"
    ]
    assert len(left_out) == 4
    assert not (tmp_path / "evil.ipynb").exists()
    assert unpacked(path, tmp_path / "out") == (folder, [])
    (tmp_path / "no.zip").write_text("no")
    with pytest.raises(ValueError, match="not a zip"):
        unpacked(tmp_path / "no.zip", tmp_path / "out")


# --- Lateness


@pytest.mark.parametrize(
    ("hours", "days"), [(-1, 0), (0, 0), (0.25, 0), (0.26, 1), (24, 1), (24.1, 2), (49, 3)]
)
def test_days_that_have_begun_are_counted_after_the_grace(hours, days):
    assert late.days_late(DUE + timedelta(hours=hours), DUE, grace=15) == days


def result(student, when="", mark=10, **more):
    when = when and when.isoformat()
    return {"student": student, "when": when, "mark": mark, "questions": [], "file": "x"} | more


def test_the_penalty_ends_at_the_cap_and_an_extension_counts_from_its_own_date(tmp_path):
    rules = late.policy("2026-11-20 18:00+00:00", grace=15, penalty=10, cap=25)
    day = timedelta(days=1)
    results = [
        result("ada", DUE), result("ben", DUE + day), result("cy", DUE + 9 * day),
        result("dora", DUE + 2 * day), result("emil", late=True),
    ]  # fmt: skip
    (tmp_path / "extensions.csv").write_text(
        "student,until,reason\ndora,2026-11-22 18:00+00:00,ill\nnobody,2026-11-22 18:00+00:00,x\n"
    )
    look = late.apply(results, rules, tmp_path)
    assert [r["mark"] for r in results] == [10, 9.0, 7.5, 10, 10]
    assert results[2]["days_late"] == 9
    assert any("nobody called 'nobody'" in sentence for sentence in look)
    assert any("emil is late, says the platform" in sentence for sentence in look)
    assert late.apply([result("ada", DUE + day)], None, tmp_path) == []
    with pytest.raises(ValueError, match="write a date"):
        late.policy("soon")


@pytest.mark.parametrize(
    "text",
    [
        "student,handed_in\nbob,2026-11-20 19:00+00:00\n",
        "Identifier,Full name,Email address,Last modified (submission)\n"
        "Participant 5,Bob Builder,b@x.org,2026-11-20T19:00:00+00:00\n",
    ],
)
def test_times_come_from_a_table_or_from_moodles_worksheet(tmp_path, text):
    (tmp_path / "times.csv").write_text(text)
    times = late.read_times(tmp_path / "times.csv", ROSTER.students)
    assert times == {"bob": (DUE + timedelta(hours=1)).isoformat()}


# --- Groups, marking without names, by lines of the rubric


def test_one_hand_in_counts_for_all_of_a_group(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/bob.ipynb").write_text("{}")
    folder = MarksFolder(tmp_path / "out")
    folder.roster = ROSTER
    folder.about["groups"] = "Group"
    folder.add(tmp_path / "in")
    assert [entry.student.id for entry in folder.entries()] == ["bob", "mallory"]
    (tmp_path / "in/mallory.ipynb").write_text("{}")
    assert len(folder.entries()) == 2
    assert any("each handed in" in sentence for sentence in folder.look)


@pytest.fixture
def one_answer():
    from course.__main__ import SOURCES
    from course.source import read

    assignment = read(SOURCES / "responsibilities.py")
    entry = {"name": "meaning", "title": "In words", "points": 3, "parts": [], "by_hand": True,
             "mistakes": [], "notes": [], "answer": "Because.", "code": ""}  # fmt: skip
    results = [result("ada", name="Ada Ash", questions=[dict(entry)])]
    return assignment, results


def test_answers_are_marked_without_names_and_by_lines_of_the_rubric(tmp_path, one_answer):
    assignment, results = one_answer
    collect_answers(results, [], assignment, tmp_path, secret="s")
    page = (tmp_path / "manual/answers.html").read_text()
    sheet = tmp_path / "manual/marks.csv"
    header, row = sheet.read_text().splitlines()
    assert "ada" not in (page + row).casefold()
    assert header.endswith("line 1,line 2,line 3")
    sheet.write_text(f'{header}\n{row.removesuffix(",,")}1,"0,5",\n'.replace(",,,1,", ",,,1,"))
    cells = row.split(",")[:6]
    sheet.write_text(f"{header}\n{','.join(cells)},1,0.5,\n")
    final, unmatched = marks.final(results, tmp_path)
    assert unmatched == []
    assert final[0]["mark"] == 1.5
    collect_answers(results, [], assignment, tmp_path, secret="s")
    assert ",1,0.5," in sheet.read_text()


# --- A second look


FIRST = """
def f(X, weights):
    # the sum
    total = 0.0
    for row in X:
        total = total + np.sum(row * weights) / (1 + np.exp(-row.mean()))
    return total
"""
RENAMED = """
def f(data, w):
    '''Something else.'''
    s = 0.0
    for r in data:

        s = s+np.sum(r*w) / (1 + np.exp(-r.mean()))
    return s
"""


def coded(student, code):
    return result(student, questions=[{"title": "Q", "code": code}])


def test_code_that_is_equal_after_renaming_is_listed_and_no_other():
    assert fingerprint(FIRST) == fingerprint(RENAMED) != ""
    assert fingerprint(FIRST) != fingerprint(FIRST.replace("mean", "max"))
    assert fingerprint(FIRST) != fingerprint(FIRST.replace("0.0", "1.0"))
    assert fingerprint("x = 1") == fingerprint("(" * 5000) == fingerprint("def f(:") == ""
    results = [coded("ada", FIRST), coded("ben", RENAMED), coded("cy", FIRST.replace("+", "-"))]
    assert pairs(results) == [("ada", "ben", ["Q"])]
    assert pairs(results, given=[FIRST]) == []


def test_what_changed_since_last_time_is_told_once(tmp_path):
    def marked(mark, file="hw.ipynb"):
        return [result("ada", mark=mark, file=file, questions=[{"name": "fit", "mark": mark}])]

    assert since_last_time(marked(2), tmp_path) == []
    assert since_last_time(marked(2), tmp_path) == []
    assert since_last_time(marked(4, "hw2.ipynb"), tmp_path) == [
        "ada: fit 2 to 4, all 2 to 4 (hw2.ipynb, not hw.ipynb)"
    ]
    assert since_last_time(marked(4, "hw2.ipynb"), tmp_path) == []


def test_feedback_is_named_as_the_platforms_want_it_back(tmp_path):
    (tmp_path / "reports").mkdir()
    prefixes = {
        "bob": "Bob Builder_1002_assignsubmission_file_", "mallory": "moonmallory_LATE_1003_78_",
        "zed": "",
    }  # fmt: skip
    for student in prefixes:
        (tmp_path / "reports" / f"{student}.html").write_text(student)
    write_feedback([result(s, prefix=prefix) for s, prefix in prefixes.items()], tmp_path)
    with zipfile.ZipFile(tmp_path / "feedback.zip") as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            "Bob Builder_1002_assignsubmission_file_/report.html": "bob",
            "moonmallory_LATE_1003_78_report.html": "mallory",
            "zed.html": "zed",
        }


def test_only_some_questions_are_graded_anew_and_the_others_keep_their_marks(tmp_path):
    from course.grade import Grader

    kept = {"name": "one", "points": 2, "parts": [{"mark": 1}], "single": False}
    old = {"name": "two", "points": 2, "parts": [{"mark": 0}], "single": False}
    asked = []

    class Session:
        notes, claimed = [], ""

        def __enter__(self):
            return self

        def __exit__(self, *problem):
            pass

    grader = object.__new__(Grader)
    questions = [SimpleNamespace(name=name, points=2, title=name) for name in ("one", "two")]
    grader.assignment = SimpleNamespace(name="a", questions=questions, cells=[])
    grader.seconds = 1.0
    grader._session = lambda *more: Session()
    grader._question = lambda question, *more: (
        asked.append(question.name) or SimpleNamespace(mark=2, single=False)
    )
    notebook = {"cells": [{"cell_type": "code", "source": "x = 1", "id": "answer-one"}]}
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook))
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patched:
        patched.setattr("course.grade._Helped", lambda *more: None)
        patched.setattr("course.grade._entry", lambda question, *more: {"name": question.name})
        before = {"questions": [kept, old]}
        found = grader.grade(tmp_path / "a.ipynb", "ada", before, ("two",))
    assert asked == ["two"]
    assert found["questions"] == [kept, {"name": "two"}]
