"""Whose hand-in a file is: nobody's depends on what another student calls a file or a folder."""

import os
from pathlib import Path

import pytest

from course.hand_ins import collect
from course.marks_folder import MarksFolder
from course.roster import Roster, Student


def put(folder, *names, text="{}"):
    """Make files that stand for hand-ins."""
    for name in names:
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + os.fsencode(name)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def given(folder, roster=None):
    """Return student -> file, for all that is in a folder."""
    return {
        entry.student.id: str(entry.path.relative_to(folder)) for entry in collect(folder, roster)
    }


def students(*rows):
    return Roster([Student(row["id"], row.get("name", ""), row) for row in rows])


CLASS = students(
    {"id": "ada", "name": "Ada Ash", "section_id": "12", "canvas_id": "4711"},
    {"id": "ben", "name": "Ben Böhm", "section_id": "13", "canvas_id": "4712"},
    {"id": "007", "name": "Jay Jo", "section_id": "14", "canvas_id": "4713"},
)
FOLDERS = students(
    {"id": "bob", "name": "Bob Builder", "moodle_id": "1002", "canvas_id": "1002"},
    {"id": "mallory", "name": "Mallory Moon", "moodle_id": "1003", "canvas_id": "1003"},
)
BOB, MALLORY = (
    "Bob Builder_1002_assignsubmission_file_",
    "Mallory Moon_1003_assignsubmission_file_",
)


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("ada.ipynb", "ada"),
        ("ada-hw1.ipynb", "ada"),
        ("hw1.ada.final.ipynb", "ada"),
        ("ADA_hw (2).ipynb", "ada"),
        ("boehmben_4712_99_hw.ipynb", "ben"),
        ("Ben Böhm_1234_assignsubmission_file_/hw1.ipynb", "ben"),
        ("Ben Bo\u0308hm hw.ipynb", "ben"),  # as macOS writes it
        ("ada/hw1/hw1.ipynb", "ada"),
        ("12/ben.ipynb", "ben"),
        ("007/hw.ipynb", "007"),
        ("007 hw.ipynb", "007"),
        ("ada/007 hw.ipynb", "ada"),
        ("13/hw1.ipynb", None),
        ("adam.ipynb", None),
        ("ada and ben.ipynb", None),
        ("ada and ben/hw.ipynb", None),
    ],
)
def test_a_hand_in_goes_to_the_student_it_names_or_to_nobody(tmp_path, name, student):
    put(tmp_path, name)
    (entry,) = collect(tmp_path, CLASS)
    assert (entry.student.id if entry.known else None) == student
    assert bool(entry.look) == (student is None)


# --- What a student chooses decides about nobody else


@pytest.mark.parametrize(
    "names",
    [
        [f"{BOB}/hw.ipynb", f"{MALLORY}/bob.ipynb"],
        [f"{BOB}/hw.ipynb", f"{MALLORY}/bob/bob.ipynb"],
        [f"{BOB}/hw.ipynb", f"{MALLORY}/{BOB}/hw2.ipynb"],
        [f"{BOB[:-1]}/hw.ipynb", f"{MALLORY[:-1]}/bob.ipynb"],
        [f"{BOB}hw.ipynb", f"{MALLORY}bob.ipynb"],
        ["builderbob_1002_77_hw.ipynb", "moonmallory_1003_78_bob.ipynb"],
        ["builderbob_1002_77_hw.ipynb", "moonmallory_LATE_1003_78_builderbob_1002_79_hw.ipynb"],
        ["bob/hw.ipynb", "mallory/bob.ipynb"],
        ["bob/hw/hw.ipynb", "mallory/bob/bob.ipynb"],
        ["bob/hw.ipynb", f"mallory/{BOB}hw.ipynb"],
        ["bob/hw.ipynb", "mallory/builderbob_1002_99_hw.ipynb"],
    ],
)
def test_a_file_or_folder_that_is_called_after_another_student_displaces_nobody(tmp_path, names):
    put(tmp_path, *names)
    assert given(tmp_path, FOLDERS) == dict(zip(["bob", "mallory"], names, strict=True))


@pytest.mark.parametrize(
    ("names", "students"),
    [
        ([f"{BOB}/hw.ipynb", "Zed Zulu_1009_assignsubmission_file_/bob.ipynb"], ["Zed Zulu_1009"]),
        (["Zed Zulu_1009_assignsubmission_file_/bob.ipynb"], ["Zed Zulu_1009"]),
        (["zuluzed_1009_5_bob.ipynb"], ["zuluzed_1009"]),
        (["mallory/hw.ipynb", "zed/bob.ipynb"], ["zed"]),
        (["moonmallory_1002_5_hw.ipynb"], ["moonmallory_1002"]),  # the number is Bob's
    ],
)
def test_a_stranger_gets_no_place_by_calling_a_file_after_somebody(tmp_path, names, students):
    put(tmp_path, *names)
    entries = [entry for entry in collect(tmp_path, FOLDERS) if not entry.known]
    assert [entry.student.id for entry in entries] == students
    assert all("given to nobody" in entry.look[0] for entry in entries)


def test_a_conflict_is_told_with_what_was_decided_and_why(tmp_path):
    put(tmp_path, f"{BOB}/hw.ipynb", f"{MALLORY}/bob.ipynb")
    bob, mallory = collect(tmp_path, FOLDERS)
    assert bob.look == ()
    assert "its folder is that of mallory and its name that of bob" in mallory.look[0]


def test_several_files_of_a_student_are_told_with_the_one_that_counts_and_why(tmp_path):
    put(tmp_path, "ada_hw.ipynb", "ada_hw2.ipynb", "ada_hw10.ipynb", "ada.pdf")
    (entry,) = collect(tmp_path, CLASS)
    assert entry.path.name == "ada_hw10.ipynb"
    assert "ada_hw10.ipynb counts, since its name comes last, as people count" in entry.look[0]
    put(tmp_path / "c", "ashada_4711_90_b.ipynb", "ashada_4711_100_a.ipynb")
    (entry,) = collect(tmp_path / "c", CLASS)
    assert entry.path.name == "ashada_4711_100_a.ipynb"
    assert "the platform took it in last" in entry.look[0]


def test_a_folder_that_names_a_student_beats_a_file_that_does(tmp_path):
    put(tmp_path, "all/ada/hw.ipynb", "all/zzz ada.ipynb", "all/ben/hw.ipynb")
    assert given(tmp_path, CLASS) == {"ada": "all/ada/hw.ipynb", "ben": "all/ben/hw.ipynb"}
    assert "its folder names the student" in collect(tmp_path, CLASS)[0].look[0]


# --- Words that two students share


def test_words_that_two_students_share_name_neither(tmp_path):
    roster = students(
        {"id": "s1", "name": "Kim Lee", "login": "kim"},
        {"id": "s2", "name": "Kim Lee", "login": "lee"},
        {"id": "s3", "name": "Sam Fox", "login": "kim"},
        {"id": "a-b", "name": ""}, {"id": "a.b", "name": ""}, {"id": "--", "name": ""},
    )  # fmt: skip
    put(tmp_path, "Kim Lee.ipynb", "kim.ipynb", "lee hw.ipynb", "a b.ipynb", "a-b.ipynb", "_.ipynb")
    found = {entry.path.name: entry for entry in collect(tmp_path, roster)}
    assert found["lee hw.ipynb"].student.id == "s2"
    assert found["a-b.ipynb"].student.id == "a-b"
    for name in ("Kim Lee.ipynb", "kim.ipynb", "a b.ipynb", "_.ipynb"):
        assert not found[name].known
        assert "given to nobody" in found[name].look[0]


def test_an_id_belongs_to_its_student_whoever_else_is_called_so(tmp_path):
    roster = students({"id": "ben", "name": "Cleo C"}, {"id": "s2", "name": "Ben"})
    put(tmp_path, "ben.ipynb")
    assert given(tmp_path, roster) == {"ben": "ben.ipynb"}


def test_strangers_of_one_name_in_two_folders_stay_two(tmp_path):
    put(tmp_path, "t1/hw.ipynb", "t1/ada.ipynb", "t2/hw.ipynb", "t2/zoe.ipynb")
    assert given(tmp_path) == {
        "t1/hw": "t1/hw.ipynb", "ada": "t1/ada.ipynb", "t2/hw": "t2/hw.ipynb", "zoe": "t2/zoe.ipynb"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("names", "students"),
    [
        (["t1/ada.ipynb", "t1/ben.ipynb", "t1/cleo.ipynb"], ["ada", "ben", "cleo"]),
        (["t1/ada/hw.ipynb", "t1/ben/hw.ipynb", "t2/cy/hw.ipynb"], ["ada", "ben", "cy"]),
        (["ada/hw/hw.ipynb", "ben/hw/hw.ipynb"], ["ada", "ben"]),
        (["ada/a.ipynb", "ben/b.ipynb", "ben/b2.ipynb", "cy/c.ipynb"], ["ada", "ben", "cy"]),
        (["1²2.ipynb", "ada.ipynb"], ["1²2", "ada"]),
        ([b"M\xfcller.ipynb", "ada.ipynb"], ["Müller", "ada"]),
    ],
)
def test_without_a_roster_students_are_told_apart_by_what_differs(tmp_path, names, students):
    put(tmp_path, *names)
    assert sorted(given(tmp_path)) == sorted(students)


def test_a_roster_is_read_as_a_spreadsheet_saves_it(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_bytes("ID;Name\n007;Böhm, Jay\n".encode("cp1252"))
    assert Roster.read(path).students["007"].name == "Böhm, Jay"
    path.write_text("id,name\nada,Ada\nada,Ada B\n")
    with pytest.raises(ValueError, match="more than one student has the id ada"):
        Roster.read(path)


# --- Names that nobody would give


ODD = [
    "..ipynb", "...ipynb", "....ipynb", " .ipynb", "-.ipynb", "a\nb.ipynb", "\u202eevil.ipynb",
    "=1+1.ipynb", "x" * 200 + ".ipynb", "ipynb", "a.ipynb.ipynb", "CON.ipynb", "*.ipynb", "~.ipynb",
    "%s%n.ipynb", "9" * 240, "é" * 100 + ".ipynb", b"\xff\xfe.ipynb", "..", "'.ipynb", "\\.ipynb",
]  # fmt: skip


def test_no_name_of_a_file_stops_anything_and_what_is_left_out_is_told(tmp_path):
    names = [name for name in ODD if name != ".."]
    put(tmp_path, *names, *(f"folder {name}/hw.ipynb" for name in names if isinstance(name, str)
                            and len(name) < 200 and "\\" not in name))  # fmt: skip
    put(tmp_path, "ada.ipynb", ".hidden.ipynb", ".ipynb_checkpoints/ada-checkpoint.ipynb")
    trouble = []
    for roster in (None, CLASS):
        entries = collect(tmp_path, roster, trouble)
        assert "ada" in [entry.student.id for entry in entries]
        assert len({entry.student.id for entry in entries}) == len(entries)
    assert any(sentence.startswith("..ipynb was left out") for sentence in trouble)
    assert any(sentence.startswith(".hidden.ipynb was left out") for sentence in trouble)
    assert not any("checkpoint" in sentence for sentence in trouble)


def test_folders_without_end_and_those_that_are_locked_are_told_and_passed_over(
    tmp_path, monkeypatch
):
    here = os.getcwd()
    put(tmp_path, "ada.ipynb", "locked/ben.ipynb")
    try:
        os.chdir(tmp_path)
        for _ in range(30):  # deeper than a path may be long
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
    finally:
        os.chdir(here)
    scandir = os.scandir

    def refuse(path):
        if os.fspath(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may look everywhere
    trouble = []
    assert [entry.student.id for entry in collect(tmp_path, CLASS, trouble)] == ["ada"]
    assert len(trouble) == 2
    assert "locked could not be looked into (Permission denied)" in trouble


# --- Two folders


class Options:
    roster = title = None


def folder_with(tmp_path, *hand_ins):
    marks = MarksFolder(tmp_path / "out")
    for folder in hand_ins:
        marks.add(tmp_path / folder)
    return marks


def test_grading_the_first_folder_again_does_not_bring_old_hand_ins_back(tmp_path):
    put(tmp_path / "in", "ada.ipynb", "ben.ipynb")
    put(tmp_path / "late", "ada.ipynb")
    marks = folder_with(tmp_path, "in", "late", "in")
    assert [Path(entry.folder).name for entry in marks.entries()] == ["late", "in"]
    assert "ada is in two folders: late/ada.ipynb counts" in marks.look[0]


def test_an_older_hand_in_is_not_graded_over_a_result_whose_folder_is_away(tmp_path):
    put(tmp_path / "in", "ada.ipynb", "ben.ipynb")
    put(tmp_path / "late", "ada.ipynb")
    marks = folder_with(tmp_path, "in", "late")
    put(
        tmp_path / "out/results",
        "ada.json",
        text=f'{{"student": "ada", "file": "ada.ipynb", "folder": "{tmp_path}/late"}}',
    )
    (tmp_path / "late").rename(tmp_path / "archived")
    assert [entry.student.id for entry in marks.to_grade()] == ["ben"]
    marks.results()
    assert any("from a folder that is away" in sentence for sentence in marks.look)
