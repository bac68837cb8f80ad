"""Hostile and unlucky hand-ins: none gains a mark, none stops the batch, none leaves anything."""

import json
import os
import resource
import tempfile
import textwrap
import time
from pathlib import Path

import pytest
from handed_in import answered, write

from course.__main__ import SOURCES
from course.answer_key import Key
from course.grade import Grader
from course.hand_ins import collect
from course.runner import grade_folder
from course.sandbox import Allowance
from course.sandbox.protection import launch_settings, protection
from course.source import read

SALT = "salt-that-must-not-be-found"
ANSWER = """
def log_sum_exp(log_values):
    {body}
"""
FOLDER = Path(__file__).parent / "hostile"


def attacks(kind):
    """Return name -> code, from tests/hostile: cells, bodies of an answer, bodies of a test."""
    return {
        path.stem.replace("_", " "): path.read_text("utf-8")
        for path in sorted((FOLDER / kind).glob("*.txt"))
    }


IN_A_CELL, AS_AN_ANSWER, HOSTILE_TESTS = map(attacks, ("cells", "answers", "tests"))


@pytest.fixture(scope="module")
def desks(tmp_path_factory):
    """Where all boxes of this module are made, and nothing may be left at the end."""
    folder = tmp_path_factory.mktemp("desks")
    folder.parent.chmod(0o755)
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    yield folder
    tempfile.tempdir = before


@pytest.fixture(scope="module")
def grader(desks):
    settings = launch_settings(protection().settings["walls"], 900)
    grader = Grader(Key(read(SOURCES / "responsibilities.py"), SALT), settings, seconds=0.5)
    yield grader
    grader.close()


def indent(source, by):
    return textwrap.indent(source, " " * by).strip()


def left_behind():
    """Return what a hand-in could have left: processes by name, files in the usual places."""
    found = [
        str(path)
        for place in ("/tmp", "/dev/shm", "/var/tmp")
        for name in ("course-bomb", "course-filler-*")
        for path in Path(place).glob(name)
    ]
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            if path.read_text().strip() == "course-hidden":
                found.append(str(path))
        except OSError:
            continue
    return found


def told(result):
    """Return all that a result says, apart from the student's own code that it keeps."""
    questions = [question | {"code": ""} for question in result["questions"]]
    return json.dumps(result | {"questions": questions})


def grade(grader, notebook, folder):
    """Grade one hand-in; what is left behind is looked for at once."""
    result = grader.grade(write(notebook, folder / "eve.ipynb"), "eve")
    assert left_behind() == []
    assert SALT not in json.dumps(result)
    assert "FOUND" not in told(result)
    return sum(part["mark"] for entry in result["questions"] for part in entry["parts"]), result


SLOW = {
    "naps and computes a little",
    "leaves the computing to children",
    "says too much",
    "answers for ever",
    "asks for ever",
    "sleeps",
    "stops itself",
    "forks for ever",
    "takes all memory",
    "fills the disk",
    "prints for ever",
    "writes rubbish where replies go",
    "becomes another program",
    "returns a list that grows as it is read",
    "forges the kinds of its statements",
    "calls the graders own names",
    "raises what cannot be printed",
}


def quick_and_slow(names):
    return [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in names]


@pytest.mark.parametrize("name", quick_and_slow(IN_A_CELL))
def test_a_hostile_cell_gains_nothing(grader, tmp_path, name):
    cell = indent(IN_A_CELL[name], 0)
    mark, _ = grade(grader, answered(grader.assignment, others="blank", before=[cell]), tmp_path)
    assert mark == 0


@pytest.mark.parametrize("name", quick_and_slow(AS_AN_ANSWER))
def test_a_hostile_answer_gains_nothing(grader, tmp_path, name):
    answer = {"log_sum_exp": ANSWER.format(body=indent(AS_AN_ANSWER[name], 4))}
    mark, result = grade(grader, answered(grader.assignment, answer, others="blank"), tmp_path)
    assert mark == 0
    assert all(part["sentence"] for part in result["questions"][1]["parts"])


@pytest.mark.slow
def test_hostile_cells_do_not_take_marks_from_right_answers_beside_them(grader, tmp_path):
    cells = [indent(IN_A_CELL[name], 0) for name in ("sleeps", "forks for ever", "leaves a bomb")]
    mark, _ = grade(grader, answered(grader.assignment, before=cells), tmp_path)
    assert mark == 17


TAMPERED = {
    "no cells": {"cells": None},
    "cells that are none": {"cells": [None, 7, "x", [], {}]},
    "sources of every kind": {"cells": [{"cell_type": "code", "source": s}
                                        for s in (None, 7, [1, None, "x = 1"], {"a": 1})]},
    "metadata of every kind": {"metadata": [], "cells": [
        {"cell_type": "code", "metadata": 3, "source": "x = 1", "outputs": 4, "id": []},
        {"cell_type": "code", "metadata": {"course": []}, "source": "x = 1", "outputs": [None]}]},
    "an answer under many names": {"cells": [
        {"cell_type": "code", "id": "answer-meaning", "source": "x = 1",
         "outputs": [{"data": {"image/png": "bm90IGEgcGljdHVyZQ=="}}]},
        {"cell_type": "markdown", "metadata": {"course": {"answer": "../../x"}}, "source": "y"}]},
    "code that breaks the parser": {"cells": [
        {"cell_type": "code", "source": "(" * 50_000},
        {"cell_type": "code", "source": "x = " + "-" * 200_000 + "1"},
        {"cell_type": "code", "source": "\0"}, {"cell_type": "code", "source": "é\ud800"}]},
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_notebook_is_graded_or_refused_in_words(grader, tmp_path, name):
    path = tmp_path / "eve.ipynb"
    path.write_text(json.dumps(TAMPERED[name]))
    result = grader.grade(path, "eve")
    assert sum(part["mark"] for entry in result["questions"] for part in entry["parts"]) == 0
    json.dumps(result)


FILES = {
    "empty": b"",
    "zeros": bytes(1000),
    "deep": b'{"cells":' + b"[" * 200_000,
    "text": "Mein Notebook ist kaputt, Entschuldigung".encode("utf-16"),
    "a number": b"17",
    "a program": b"#!/bin/sh\nrm -rf /\n",
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_notebook_is_refused_in_words(grader, tmp_path, name):
    path = tmp_path / "eve.ipynb"
    path.write_bytes(FILES[name])
    (note,) = grader.grade(path, "eve")["notes"]
    assert note.startswith("This could not be graded: ")


def test_a_huge_file_a_pipe_and_a_folder_of_links_are_refused_unread(grader, tmp_path):
    with (tmp_path / "huge.ipynb").open("wb") as file:
        file.truncate(2**31)
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "away").symlink_to("/")
    (tmp_path / "gone.ipynb").symlink_to("/nowhere")
    entries = collect(tmp_path)
    assert [entry.student.id for entry in entries] == ["away", "gone", "huge", "pipe"]
    started = time.monotonic()
    notes = [grader.grade(entry.path, "eve")["notes"][0] for entry in entries]
    assert time.monotonic() - started < 5
    assert "larger than 30 MB" in notes[2]
    assert all(note.startswith("This could not be graded") for note in notes)


def test_a_batch_goes_on_after_each_of_them_and_names_are_harmless(grader, tmp_path):
    hand_ins, out = tmp_path / "in", tmp_path / "out"
    hand_ins.mkdir()
    for name in ("=cmd()", "a b", "ünï", "x..", "x" * 200):
        (hand_ins / f"{name}.ipynb").write_bytes(b"")
    write(answered(grader.assignment), hand_ins / "right.ipynb")
    walls = protection().settings["walls"]
    results = grade_folder(grader.key, collect(hand_ins), out, walls=walls, quiet=True)
    marks = [sum(q["points"] for q in r["questions"] if not r["notes"]) for r in results]
    assert sorted(marks) == [0, 0, 0, 0, 0, 20]
    assert len(list((out / "results").iterdir())) == 6
    assert all(path.parent == out / "results" for path in out.rglob("*.json"))


# --- A whole folder: what one hand-in says or is called costs the others nothing

UNWRITABLE = chr(0xD800)
SAYS_WHAT_CANNOT_BE_WRITTEN = {
    "in an exception": [r'raise ValueError("\ud800")'],
    "as an id": [r'STUDENT_ID = "\ud800"'],
    "in another exception's name": [r'raise type("\udcfc", (Exception,), {})'],
}


def folder_of(hand_ins, folder):
    """Write hand-ins, name -> notebook or bytes; return the folder."""
    folder.mkdir()
    for name, content in hand_ins.items():
        path = os.fsencode(folder) + b"/" + os.fsencode(f"{name}.ipynb")
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else json.dumps(content).encode())
    return folder


def graded_folder(assignment, hand_ins, tmp_path, seconds=0.5):
    """Grade hand-ins as the command line does; return name -> (marks by question, result)."""
    entries = collect(folder_of(hand_ins, tmp_path / "in"))
    results = grade_folder(
        Key(assignment, SALT), entries, tmp_path / "out",
        walls=protection().settings["walls"], quiet=True, seconds=seconds,
    )  # fmt: skip
    assert left_behind() == []
    assert not [result for result in results if "failed" in result]
    return {
        result["file"].removesuffix(".ipynb"): (
            {q["name"]: sum(part["mark"] for part in q["parts"]) for q in result["questions"]},
            result,
        )
        for result in results
    }


def test_what_cannot_be_written_stops_no_batch(grader, desks, tmp_path):
    hand_ins = {
        name.replace(" ", "-"): answered(grader.assignment, others="blank", before=cells)
        for name, cells in SAYS_WHAT_CANNOT_BE_WRITTEN.items()
    }
    mute = {"meaning": f"It is {UNWRITABLE} certain."}
    hand_ins["text"] = answered(grader.assignment, mute, others="blank")
    hand_ins[os.fsdecode(b"M\xfcller")] = answered(grader.assignment, others="blank")
    hand_ins["right"] = answered(grader.assignment)
    results = graded_folder(grader.assignment, hand_ins, tmp_path, seconds=2.0)
    marks = {name: sum(found.values()) for name, (found, _) in results.items()}
    assert marks.pop("right") == 17
    assert len(marks) == 5
    assert set(marks.values()) == {0}
    for path in (tmp_path / "out/results").iterdir():
        json.loads(path.read_text("utf-8"))
    (answer,) = (q["answer"] for q in results["text"][1]["questions"] if q["name"] == "meaning")
    assert answer == "It is ? certain."


def test_a_file_that_cannot_be_read_is_reported_and_the_batch_goes_on(
    grader, desks, tmp_path, monkeypatch
):
    def refuse(path, *arguments, **keywords):
        if path.name == "locked.ipynb":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **keywords)

    opened = Path.open
    hand_ins = {"locked": b"{}", "empty": b""}
    monkeypatch.setattr(Path, "open", refuse)  # root may read everything
    results = graded_folder(grader.assignment, hand_ins, tmp_path)
    assert "cannot be read (PermissionError)" in results["locked"][1]["notes"][0]
    assert "the file is empty" in results["empty"][1]["notes"][0]


def test_a_huge_file_is_not_read_by_the_batch_either(tmp_path, monkeypatch):
    from course.runner import _contents

    with (tmp_path / "huge.ipynb").open("wb") as file:
        file.truncate(2**31)
    monkeypatch.setattr(Path, "open", None)
    assert _contents(tmp_path / "huge.ipynb") == b"too large"


# --- The tests that students write are handed right functions: those must stay where they are

KEEPS_A_RIGHT_FUNCTION = {
    "test_m_step": """
def test_m_step(m_step):
    global helper
    helper = m_step
""",
    "m_step_of_answers": """
def m_step_of_answers(X, resp):
    return helper(X, resp)[:2]
""",
}
ASKS_FOR_TOO_MUCH = """
def test_m_step(m_step):
    {body}
"""


@pytest.fixture(scope="module")
def trust(desks):
    return read(SOURCES / "trust.py")


def test_a_function_that_a_test_was_handed_is_of_no_use_later(trust, tmp_path):
    others = "".join(
        f"\n\ndef m_step_of_answers(X, resp):\n    {line}\n    return helper(X, resp)[:2]\n"
        for line in ("helper.__name__ = 'm_step'",)
    )
    hand_ins = {
        "eve": answered(trust, KEEPS_A_RIGHT_FUNCTION, others="blank"),
        "mallory": answered(
            trust, KEEPS_A_RIGHT_FUNCTION | {"m_step_of_answers": others}, others="blank"
        ),
    }
    for marks, _ in graded_folder(trust, hand_ins, tmp_path, seconds=1.0).values():
        assert marks["m_step_of_answers"] == 0
        assert marks["test_m_step"] == 0


@pytest.mark.parametrize(
    "body",
    [
        "m_step(np.ones((1, 12_000)), np.full((1, 2), 0.5))",
        "m_step(np.ones((0, 10**6)), np.ones((0, 10**6)))",
        "m_step(np.ones((0, 10**12)), np.ones((0, 2)))",
    ],
)
def test_what_a_test_asks_for_takes_no_memory_of_the_grader(trust, tmp_path, body):
    test = {"test_m_step": ASKS_FOR_TOO_MUCH.format(body=body)}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    hand_ins = {"eve": answered(trust, test, others="blank"), "right": answered(trust)}
    results = graded_folder(trust, hand_ins, tmp_path, seconds=5.0)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 600
    assert time.monotonic() - started < 120
    assert results["eve"][0]["test_m_step"] == 0
    assert results["right"][0]["test_m_step"] == 8


@pytest.mark.parametrize("name", HOSTILE_TESTS)
def test_a_hostile_test_gains_nothing(trust, tmp_path, name):
    body = indent(HOSTILE_TESTS[name], 4)
    test = {"test_m_step": f"import json\n\ndef test_m_step(m_step):\n    {body}\n"}
    hand_ins = {"eve": answered(trust, test, others="blank")}
    ((marks, result),) = graded_folder(trust, hand_ins, tmp_path, seconds=1.0).values()
    assert sum(marks.values()) == 0
    assert "FOUND" not in told(result)


# --- Time for a whole hand-in


def test_a_loop_without_end_in_an_early_function_costs_one_allowance(grader, tmp_path, monkeypatch):
    used, take = [], Allowance.take
    monkeypatch.setattr(Allowance, "OPENING", 0.25)
    monkeypatch.setattr(
        Allowance, "take", lambda self, seconds: used.append(seconds) or take(self, seconds)
    )
    endless = {"log_density": "def log_density(X, means, covariance):\n    while True: pass\n"}
    mark, result = grade(grader, answered(grader.assignment, endless), tmp_path)
    assert mark == 14  # all but its own three
    assert used.count(grader.seconds) == 1  # the statement that calls it; its own calls get a tenth
    assert used.count(grader.seconds / 10) == 2
    notes = [note for question in result["questions"] for note in question["notes"]]
    assert sum("Judged with a right `log_density`" in note for note in notes) == 5


def test_time_for_a_hand_in_ends_and_what_was_left_is_named(grader, tmp_path, monkeypatch):
    monkeypatch.setattr("course.grade.ALLOWANCE", 4)
    cells = ["import time", *["time.sleep(0.3)"] * 40]
    started = time.monotonic()
    mark, result = grade(grader, answered(grader.assignment, before=cells), tmp_path)
    assert time.monotonic() - started < 20
    assert mark == 0
    assert "2 s of computing that there are for one hand-in were used up" in result["notes"][-1]
    sentences = [p["sentence"] for q in result["questions"] for p in q["parts"]]
    assert all("were used up before this could be looked at" in words for words in sentences)


def test_plain_assignments_are_run_even_after_slow_cells_and_the_rest_is_named(grader, tmp_path):
    slow = ["import time", *["time.sleep(9)"] * 3, "ZERO = 0.0\nDEPTH: int = 2\nprint(ZERO)"]
    answer = """
def log_sum_exp(log_values):
    top = log_values.max(axis=1) + ZERO * DEPTH
    return top + np.log(np.exp(log_values - top[:, None]).sum(axis=1))
"""
    notebook = answered(grader.assignment, {"log_sum_exp": answer}, before=slow)
    mark, result = grade(grader, notebook, tmp_path)
    assert mark == 17
    assert any("only definitions, imports and assignments were run" in n for n in result["notes"])


def test_nothing_is_left_of_the_boxes(desks, grader):
    grader.close()
    assert list(desks.iterdir()) == []
