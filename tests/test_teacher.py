"""What teachers read and run: lesson plans with true numbers, marks that nobody loses."""

import csv
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import yaml
from handed_in import answered, write

import emlib
from course import class_report, marks
from course.__main__ import SOURCES, main
from course.author import BY_HAND
from course.decisions import outdated
from course.editions.gradescope_zip import SETUP, constraints
from course.roster import Roster
from course.sandbox.protection import MEANING, Protection, protection
from course.source import read
from course.tables import read_table, write_table

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "book/reference/for_instructors.md").read_text("utf-8")
PLANS = dict(re.findall(r"^### (\d+)\. .+?\n(.+?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL))
CHAPTERS = [
    Path(chapter["file"]).name
    for part in yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]
    if part.get("numbered")
    for chapter in part["chapters"]
]


def plan_of(chapter):
    """Return the plan of a chapter, whatever its number."""
    return PLANS[str(CHAPTERS.index(chapter) + 1)]


@pytest.mark.parametrize(("number", "chapter"), [*enumerate(CHAPTERS, 1)])
def test_each_chapter_has_a_plan_whose_minutes_add_up(number, chapter):
    plan = PLANS[str(number)]
    assert f"/{chapter}.ipynb) asks: *" in plan
    promised = int(re.search(r"\*\*(\d+) minutes\.?\*\*", plan)[1])
    assert sum(map(int, re.findall(r"^\| (\d+) \|", plan, re.MULTILINE))) == promised
    assert re.search(rf"^\| {number}\. .+ \| {promised} \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("number", range(1, len(CHAPTERS) + 1))
def test_each_quiz_says_what_is_right_and_what_every_other_letter_means(number):
    question, answer = PLANS[str(number)].split("**Quiz.**")[1].split(":::{dropdown}")
    offered = set(re.findall(r"^- \(([a-d])\)", question, re.MULTILINE))
    right = re.search(r"what the others mean\n\*\*\(([a-d])\)", answer)[1]
    assert offered == set("abcd")
    assert right in offered
    assert set(re.findall(r"\*\*\(([a-d])\)[.:]?\*\*", answer)) == offered


def option(chapter, letter):
    """Return the numbers of one option of a quiz."""
    text = re.search(rf"^- \({letter}\) (.+)", plan_of(chapter), re.MULTILINE)[1]
    return [float(found) for found in re.findall(r"\d+(?:\.\d+)?", text)]


def test_the_far_observation_is_more_blue_than_green():
    variances, x = np.array([0.3, 1.8]), [[-4.0]]
    shares = emlib.responsibilities(x, [0.5, 0.5], [[-1.4], [1.4]], variances, "spherical")
    assert "**(b)**, with 0.91." in plan_of("one_observation")
    np.testing.assert_allclose(shares[0, 1], 0.91, atol=5e-3)
    np.testing.assert_allclose([2.6, 5.4] / np.sqrt(variances), [4.7, 4.0], atol=0.05)
    assert "4.7 of green's, 4.0 of blue's" in plan_of("one_observation")


def test_the_options_of_the_table_are_the_four_ways_to_divide():
    cells = re.findall(
        r"^\| (?:first|second) \| (.+?) \| (.+?) \|", plan_of("normalise"), re.MULTILINE
    )
    table = np.array(cells, dtype=float)
    ways = [table, table / table.sum(), table / table.sum(1, keepdims=True), table / table.sum(0)]
    for letter, way in zip("abcd", ways, strict=True):
        np.testing.assert_allclose(way[0, 0], option("normalise", letter), atol=5e-3)


def test_far_logarithms_share_as_near_ones_do():
    odds = np.exp(-800 - -801.1)
    np.testing.assert_allclose(
        [odds / (1 + odds), 1 / (1 + odds)], option("staying_alive", "a"), atol=5e-3
    )
    np.testing.assert_allclose(
        np.divide([800, 801.1], 1601.1), option("staying_alive", "b"), atol=5e-3
    )


def test_two_answers_that_are_one_have_no_average():
    waits = emlib.load_faithful().X[:, 1:]
    start = emlib.Parameters([0.5, 0.5], [[55], [80]], [[[100]], [[100]]])
    found = emlib.fit_em(waits, start).parameters
    np.testing.assert_allclose(found.means.ravel(), [54.6, 80.1], atol=0.05)
    both = [
        (part + part[::-1]) / 2 for part in (found.weights, found.means, found.covariances)
    ]  # the two answers, averaged: the second has the names of the first exchanged
    np.testing.assert_allclose(both[1].ravel(), [67.4, 67.4], atol=0.05)
    heights = (
        emlib.log_likelihood(waits, found),
        emlib.log_likelihood(waits, emlib.Parameters(*both)),
    )
    np.testing.assert_allclose(heights, [-1034, -1508], atol=0.5)
    assert "67.4 minutes" in plan_of("if_somebody_told_us")
    assert "from −1034 to −1508" in plan_of("if_somebody_told_us")


def test_the_options_of_the_mean_are_four_ways_to_average():
    x, shares = np.array([2.0, 4, 9]), np.array([1, 0.6, 0.4])
    ways = [
        shares @ x / 3, np.average(x, weights=shares.round()), np.average(x, weights=shares),
        x.mean(),
    ]  # fmt: skip
    for letter, way in zip("abcd", ways, strict=True):
        np.testing.assert_allclose(way, option("half_an_observation", letter), atol=5e-3)


def test_the_falling_trace_is_what_a_standard_deviation_for_a_variance_does():
    waits = emlib.load_faithful().X[:, 1:]
    now, trace = emlib.Parameters([0.5, 0.5], [[55], [80]], [[[100]], [[100]]]), []
    for _ in range(4):
        trace.append(emlib.log_likelihood(waits, now))
        resp = emlib.responsibilities(waits, now.weights, now.means, now.covariances)
        then = emlib.m_step(emlib.statistics(waits, resp))
        now = emlib.Parameters(then.weights, then.means, np.sqrt(then.covariances))
    printed = re.search(r"log-likelihoods: (.+?)\. What", plan_of("never_down"))[1].replace(
        "−", "-"
    )
    np.testing.assert_allclose(trace, [float(word) for word in printed.split(",")], atol=5e-3)


@pytest.mark.parametrize(
    ("chapter", "quoted"),
    [
        ("responsibilities/who_did_it", ["0.6283", "0.3717"]),
        ("responsibilities/weight_matters", ["[123, 30]"]),
        (
            "em_loop/the_loop",
            ["5 iterations, converged: True", "-1286.960", "85 iterations", "-1130.264"],
        ),
        ("em_loop/cold_limit", ["(145, 0)"]),
    ],
)
def test_what_a_plan_quotes_stands_in_its_chapter(chapter, quoted):
    text = (ROOT / "book" / f"{chapter}.ipynb").read_text("utf-8")
    for words in quoted:
        assert words in text


@pytest.mark.parametrize("name", ["responsibilities", "em", "trust"])
def test_the_page_tells_the_marks_of_each_assignment(name):
    assignment = read(SOURCES / f"{name}.py")
    by_hand = sum(q.points for q in assignment.questions if isinstance(q, BY_HAND))
    row = rf"\| `{name}` \*{re.escape(assignment.title)}\* \| .+ \| (\d+) \| (\d+) \|"
    assert [int(found) for found in re.search(row, PAGE).groups()] == [assignment.points, by_hand]


# --- Marks that a teacher gives


RESULTS = [
    {
        "student": student,
        "name": name,
        "file": f"{student}.ipynb",
        "known": True,
        "notes": [],
        "questions": [
            {
                "name": "one",
                "title": "The first",
                "points": 4,
                "parts": [{"name": "near", "points": 4, "mark": mark, "sentence": "No."}],
                "mistakes": [],
                "notes": [],
            },
            {
                "name": "meaning",
                "title": "In words",
                "points": 3,
                "parts": [],
                "by_hand": True,
                "mistakes": [],
                "notes": [],
                "answer": "Because.",
            },
        ],
    }
    for student, name, mark in [("ada", "Ada", 4), ("007", "Jay", 1), ("=cmd", "Eve", 2)]
]


def question(results, student, name):
    result = next(result for result in results if result["student"] == student)
    return next(question for question in result["questions"] if question["name"] == name)


def test_marks_come_back_from_a_spreadsheet_as_it_saves_them(tmp_path):
    (tmp_path / "manual").mkdir()
    (tmp_path / "manual" / "marks.csv").write_bytes(
        "student;name;question;points;mark;comment\n7;Jay;meaning;3;2,5;schön\n"
        "'=cmd;Eve;meaning;3;1;\n".encode("cp1252")
    )
    (tmp_path / "overrides.csv").write_text(
        "\ufeffstudent\tquestion\tpart\tmark\treason\nADA\tone\tnear\t3\tby word of mouth\n"
    )
    final, unmatched = marks.final(RESULTS, tmp_path)
    assert unmatched == []
    assert question(final, "007", "meaning")["mark"] == 2.5
    assert question(final, "007", "meaning")["comment"] == "schön"
    assert question(final, "=cmd", "meaning")["mark"] == 1
    assert question(final, "ada", "one")["mark"] == 3


def test_a_row_that_belongs_to_nobody_is_named(tmp_path):
    (tmp_path / "overrides.csv").write_text(
        "student,question,part,mark,reason\nadda,one,near,3,because\n"
    )
    final, (sentence,) = marks.final(RESULTS, tmp_path)
    assert "overrides.csv, row 2: nobody called 'adda'" in sentence
    assert question(final, "ada", "one")["mark"] == 4


def test_overriding_one_part_leaves_the_others_as_they_are(tmp_path):
    results = [RESULTS[0] | {"questions": [RESULTS[0]["questions"][0] | {"parts": [
        {"name": "near", "points": 4, "mark": 1, "sentence": "No."},
        {"name": "far", "points": 3, "mark": 2, "sentence": "No."},
    ]}]}]  # fmt: skip
    (tmp_path / "overrides.csv").write_text(
        "student,question,part,mark,reason\nada,one,near,3,seen on paper\n"
    )
    final, _ = marks.final(results, tmp_path)
    assert question(final, "ada", "one")["mark"] == 5
    assert final[0]["mark"] == 5


def test_marks_on_an_earlier_hand_in_say_so_until_they_are_written_anew(tmp_path):
    (tmp_path / "manual").mkdir()
    first = [RESULTS[0] | {"hand_in": "one", "file": "hw1.ipynb"}]
    again = [RESULTS[0] | {"hand_in": "two", "file": "hw2.ipynb"}]
    override = "student,question,part,mark,reason\nada,one,near,3,{}\n"
    (tmp_path / "overrides.csv").write_text(override.format("by word of mouth"))
    (tmp_path / "manual/marks.csv").write_text("student,question,mark\nada,meaning,2\n")
    assert outdated(first, tmp_path) == []
    assert outdated(first, tmp_path) == []
    for _ in range(2):
        (sentence,) = outdated(again, tmp_path)  # the text itself is the same: its mark holds
        assert sentence.startswith("overrides.csv, row 2: the mark of ada in one was decided on")
        assert "hw1.ipynb, an earlier hand-in than hw2.ipynb" in sentence
    (tmp_path / "overrides.csv").write_text(override.format("by word of mouth and seen again"))
    assert outdated(again, tmp_path) == []
    again[0]["questions"] = [q | {"answer": "Another."} for q in RESULTS[0]["questions"]]
    assert "marks.csv, row 2" in outdated(again, tmp_path)[0]


# --- A spreadsheet


SEPARATORS = [",", ";", "\t", "|", " ", "\n", "\r\n", ":"]
FORMULAS = ["=cmd()", "@SUM(1)", "+1+1", "-2+3", "\uff1dcmd()"]


def test_no_text_of_a_student_becomes_a_formula_with_any_separator(tmp_path):
    texts = [
        f"{word}{separator}{before}{formula}"
        for separator in SEPARATORS for formula in FORMULAS
        for before in ("", " ", '"', "' ") for word in ("Ada", "")
    ]  # fmt: skip
    write_table(tmp_path / "t.csv", ["a", "b"], [[text, "plain"] for text in texts])
    written = (tmp_path / "t.csv").read_text("utf-8").split("\n", 1)[1]
    for separator in SEPARATORS:
        for cell in re.split(rf"[\n\r]|{re.escape(separator)}", written):
            assert not cell.strip(' "\t').startswith(tuple(FORMULAS))
    back = [row["a"] for row in read_table(tmp_path / "t.csv").rows]
    assert back == [text.strip() for text in texts]


# --- Grading from the command line, as a teacher does


def table(path, delimiter=","):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A folder with hand-ins, late ones and a roster, graded."""
    home = tmp_path_factory.mktemp("course")
    assignment = read(SOURCES / "responsibilities.py")
    (home / "in").mkdir()
    (home / "late").mkdir()
    write(answered(assignment), home / "in" / "ada-hw1.ipynb")
    write(answered(assignment, others="blank"), home / "late" / "ben.ipynb")
    (home / "in" / "stranger.ipynb").write_text("{")
    (home / "roster.csv").write_text(
        "id,name,email,canvas_id\nada,Ada Ash,a@x.org,4711\nben,Ben B,b@x.org,4712\n"
        "cleo,Cleo C,c@x.org,4713\n"
    )
    assert grade(home, "in", "--roster", str(home / "roster.csv"), "--title", "HW 1 (99)") == 0
    return home


def grade(home, folder, *more, name=SOURCES / "responsibilities.py"):
    """Grade a folder; where there are no walls, without them."""
    missing = ",".join(protection().missing)
    return main(
        ["grade", str(name), str(home / folder), "--out", str(home / "out"), "--salt",
         str(home / "salt"), "--quiet", "--without", missing, *more]
    )  # fmt: skip


def test_provisional_marks_are_not_imported_and_nobody_is_left_out(course):
    book = {row["id"]: row for row in table(course / "out" / "gradebook.csv")}
    assert book["ada"]["mark"] == "17"
    assert book["cleo"]["state"] == "nothing was handed in"
    canvas = {row["ID"]: row for row in table(course / "out" / "gradebook_canvas.csv")}
    assert set(canvas) == {"", "4711", "4712", "4713"}
    assert canvas["4711"]["HW 1 (99)"] == ""
    moodle = {row["ID number"]: row for row in table(course / "out" / "gradebook_moodle.csv")}
    assert moodle["ada"]["HW 1 (99)"] == ""
    assert moodle["ada"]["Feedback"].startswith("See the report. Still to be read by your teacher:")


def test_marks_by_hand_survive_grading_late_files_and_moving_the_folders(course, capsys):
    out = course / "out"
    sheet = out / "manual" / "marks.csv"
    rows = table(sheet)
    header = [*rows[0], "my own column"]
    lines = [";".join(header)]
    for row in rows:
        row |= {"mark": "2,5", "comment": "Good"} if row["student"] == "ada" else {}
        lines.append(";".join([*row.values(), "kept" if row["student"] == "ada" else ""]))
    sheet.write_text("\n".join(lines) + "\n", "utf-8-sig")
    assert grade(course, "late") == 0
    (mine,) = [row for row in table(sheet, ";") if row["student"] == "ada"]
    assert (mine["mark"], mine["my own column"]) == ("2,5", "kept")
    book = {row["id"]: row for row in table(out / "gradebook.csv")}
    assert (book["ada"]["mark"], book["ada"]["state"]) == ("19.5", "complete")
    assert book["ben"]["state"] == "to be marked by hand"
    canvas = {row["ID"]: row for row in table(out / "gradebook_canvas.csv")}
    assert canvas["4711"]["HW 1 (99)"] == "19.5"
    for name in ("in", "roster.csv"):
        (course / name).rename(course / f"moved {name}")
    capsys.readouterr()
    assert main(["report", str(out)]) == 0
    assert {row["id"]: row["state"] for row in table(out / "gradebook.csv")} == {
        row["id"]: row["state"] for row in book.values()
    }
    assert "1 of the hand-ins are by nobody on the roster" in capsys.readouterr().out
    for name in ("in", "roster.csv"):
        (course / f"moved {name}").rename(course / name)


def test_a_folder_of_marks_takes_one_assignment_only(course, capsys):
    other = course / "other.py"
    other.write_text((SOURCES / "responsibilities.py").read_text("utf-8"), "utf-8")
    assert grade(course, "in", name=other) == 1
    assert "holds the marks of 'responsibilities'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["grade", "nothing", ".", "--out", "x"], "or one of em, responsibilities, trust"),
        (["grade", "responsibilities", "no such folder", "--out", "x"], "there is no folder"),
        (["report", "no such folder"], "has no marks"),
        (["build", "--source", "nothing.py"], "there is no source nothing.py"),
    ],
)
def test_what_is_mistyped_gets_a_sentence(arguments, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("system", ["darwin", "win32"])
@pytest.mark.parametrize(
    "command", [["protections"], ["grade", "responsibilities", ".", "--out", "x"]]
)
def test_where_there_are_no_walls_grading_refuses_to_start(monkeypatch, capsys, system, command):
    monkeypatch.setattr(sys, "platform", system)
    assert main(command) == 1
    assert "on Linux only" in capsys.readouterr().err


def test_a_linux_without_walls_says_what_is_off_and_how_to_turn_it_on(monkeypatch, capsys):
    holds = dict.fromkeys(MEANING, True) | {"files": False, "network": False}
    lame = Protection({"walls": False}, holds)
    monkeypatch.setattr("course.__main__.protection", lambda: lame)
    assert main(["grade", "responsibilities", ".", "--out", "x"]) == 2
    said = capsys.readouterr().out
    assert "--without files,network" in said
    assert "unprivileged_userns" in said
    assert "NO   network" in said


def test_building_from_public_sources_says_why_one_should_not(tmp_path, capsys):
    source = SOURCES / "responsibilities.py"
    private = tmp_path / "exam.py"
    private.write_text(source.read_text("utf-8"), "utf-8")
    for path, public in [(source, True), (private, False)]:
        arguments = ["--out", str(tmp_path / "out"), "--salt", str(tmp_path / "salt")]
        assert main(["build", "--source", str(path), *arguments]) == 0
        assert ("are public" in capsys.readouterr().out) == public


def help_of(capsys, *command):
    """Return what --help prints."""
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    return capsys.readouterr().out


def test_every_option_of_the_command_line_is_explained(capsys):
    for command in ("build", "grade", "report", "demo", "gradescope", "protections"):
        said = help_of(capsys, command).split("options:")[-1]
        for option, rest in re.findall(r"^  (-\S+)(.*(?:\n {10}.*)*)", said, re.MULTILINE):
            assert re.search(r"[a-z]{2} [a-z]{2}|message", rest), (command, option)
    assert "python -m course grade responsibilities" in help_of(capsys)
    assert all(word in help_of(capsys, "grade").split("--without")[-1] for word in MEANING)


def test_the_command_runs_from_anywhere(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "course", "--help"], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True,
    )  # fmt: skip
    assert "demo" in done.stdout
    settings = tomllib.loads((ROOT / "course/pyproject.toml").read_text("utf-8"))
    packages = set(settings["tool"]["setuptools"]["packages"])
    held = {path.parent for path in (ROOT / "course").rglob("*.py") if "egg" not in str(path)}
    assert packages == {".".join(path.relative_to(ROOT).parts) for path in held}


def test_the_demo_invents_thirty_and_the_same_each_time(tmp_path):
    from course.archives import unpacked
    from course.demo import make_class
    from course.hand_ins import collect
    from course.late import read_times

    assignment = read(SOURCES / "responsibilities.py")
    homes = [make_class(assignment, tmp_path / name) for name in "ab"]
    for name in ("hand-ins.zip", "roster.csv", "times.csv"):
        assert (homes[0] / name).read_bytes() == (homes[1] / name).read_bytes()
    roster = Roster.read(homes[0] / "roster.csv")
    folder, _ = unpacked(homes[0] / "hand-ins.zip", tmp_path / "out")
    entries = collect(folder, roster)
    assert (len(roster.students), len(entries)) == (30, 29)
    assert sum(bool(entry.look) for entry in entries) == 2
    assert len(read_times(homes[0] / "times.csv", roster.students)) == 30


# --- The class


def test_the_plot_shows_which_question_discriminates():
    bars = class_report._bars(["a", "b"], [0.5, -0.5], "{:.2f}".format)
    assert [(bar["left"], bar["width"], bar["value"]) for bar in bars] == [
        (50, 50, "0.50"),
        (0, 50, "-0.50"),
    ]
    final, _ = marks.final([RESULTS[0], RESULTS[1], RESULTS[2]], Path("nowhere"))
    for result, mark in zip(final, (3, 1, 2), strict=True):
        result["questions"][1] |= {"mark": mark, "waiting": False}
        result["mark"] = result["questions"][0]["mark"] + mark
    told = class_report.questions(final)
    assert told[0]["correlation"] == pytest.approx(np.corrcoef([4, 1, 2], [3, 1, 2])[0, 1])


# --- Gradescope


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
@pytest.mark.parametrize("offered", ["3.13", None])
def test_gradescope_takes_a_python_that_is_new_enough_or_says_so(tmp_path, offered):
    home = tmp_path / "home"
    (home / "bin").mkdir(parents=True)
    programs = {
        "apt-get": f'case "$*" in update|*python{offered}*) exit 0;; esac; exit 100',
        f"python{offered}": f'echo "$0 $*" >> {tmp_path}/log',
        "home/bin/pip": f'echo "pip $*" >> {tmp_path}/log',
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "setup.sh").write_text(SETUP)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "COURSE_HOME": str(home)}
    done = subprocess.run(
        ["bash", str(tmp_path / "setup.sh")], env=environment, capture_output=True, text=True
    )
    if offered is None:
        assert done.returncode == 1
        assert "no Python 3.11 or newer" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    log = (tmp_path / "log").read_text()
    assert f"python3.13 -m venv {home}" in log
    assert f"--constraint {tmp_path}/constraints.txt numpy" in log


def test_gradescope_installs_the_versions_that_are_tested_here():
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    pinned = constraints(lock)
    assert re.search(r"^numpy==[\d.]+$", pinned, re.MULTILINE)
    assert "--hash" not in pinned
    assert len(pinned.splitlines()) == len(re.findall(r"^[\w.-]+==", lock, re.MULTILINE))
