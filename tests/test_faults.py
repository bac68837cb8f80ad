"""A disk that is full, or a key that is pressed, at every write: nothing of a teacher's is lost."""

import functools
import os
from pathlib import Path

import pytest
from handed_in import answered, write

from course import writing
from course.__main__ import SOURCES, main
from course.answer_key import Key
from course.sandbox.protection import MEANING, Protection
from course.source import read

COURSE = Path(__file__).resolve().parents[1] / "course"
MARKS = "student,question,mark,comment,mine\nada,meaning,2.5,Good,kept\n"
OVERRIDES = "student,question,part,mark,reason\nada,log_density,near,1,seen on paper\n"
ROSTER = "id,name\nada,Ada Ash\nben,Ben B\n"


class Full:
    """A disk on which the n-th write fails half-way, or cannot be moved into place."""

    def __init__(self, monkeypatch, number, how):
        self.left, self.how, self.hit = number, how, False
        self.put, self.replace = writing._put, os.replace
        monkeypatch.setattr(writing, "_put", self._put)
        monkeypatch.setattr(writing.os, "replace", self._replace)

    def _now(self):
        self.left -= 1
        self.hit = self.hit or self.left == 0
        return self.left == 0

    def _put(self, file, data):
        if self._now():
            self.put(file, data[: len(data) // 2])
            raise self.how
        self.put(file, data)

    def _replace(self, aside, path):
        if self._now():
            raise self.how
        self.replace(aside, path)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with hand-ins that need no box, as a class of many would be too slow here."""
    monkeypatch.setattr(
        "course.__main__.protection",
        lambda: Protection({"walls": False}, dict.fromkeys(MEANING, True)),
    )
    reading = functools.cache(read)  # making a key anew for each write would take long
    for name in ("course.__main__.read", "course.publish.read"):
        monkeypatch.setattr(name, lambda path: reading(Path(path)))
    kept = {}
    monkeypatch.setattr(
        "course.__main__.Key", lambda assignment, salt: kept.setdefault(salt, Key(assignment, salt))
    )
    (tmp_path / "in").mkdir()
    (tmp_path / "in/ada.ipynb").write_text("{")
    (tmp_path / "in/ben.ipynb").write_text("")
    (tmp_path / "roster.csv").write_text(ROSTER)
    (tmp_path / "salt").write_text("a salt")
    return tmp_path


def grade(home, out):
    return main(
        ["grade", "responsibilities", str(home / "in"), "--out", str(home / out), "--quiet",
         "--salt", str(home / "salt"), "--jobs", "1", "--roster", str(home / "roster.csv")]
    )  # fmt: skip


def fill_in(out):
    (out / "manual").mkdir(parents=True)
    (out / "manual/marks.csv").write_text(MARKS)
    (out / "overrides.csv").write_text(OVERRIDES)


def tree(out):
    """Return every file of a folder but those that were being written when a run was stopped."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*")) if path.is_file()
    }  # fmt: skip


@pytest.mark.parametrize("how", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_loses_nothing_and_the_same_command_goes_on(home, monkeypatch, how):
    fill_in(home / "whole")
    assert grade(home, "whole") == 0
    whole = tree(home / "whole")
    sheet = whole["manual/marks.csv"]
    number, hit = 0, True
    while hit:
        number += 1
        out = home / f"out{number}"
        fill_in(out)
        with monkeypatch.context() as patched:
            disk = Full(patched, number, how)
            assert (grade(home, out.name) == 0) != disk.hit
            hit = disk.hit
        assert (out / "manual/marks.csv").read_bytes() in (MARKS.encode(), sheet)
        assert (out / "overrides.csv").read_text() == OVERRIDES
        for path in [*out.rglob("*.json"), *out.rglob("*.csv"), *out.rglob("*.html")]:
            name = str(path.relative_to(out))
            assert path.read_bytes() in (whole[name], MARKS.encode()) or name == "about.json"
        assert grade(home, out.name) == 0
        assert tree(out) == whole
    assert number > 20


def test_a_salt_is_written_whole_or_not_at_all_and_for_its_owner_alone(home, monkeypatch):
    (home / "salt").unlink()
    with monkeypatch.context() as patched:
        Full(patched, 1, OSError(28, "No space left on device"))
        assert grade(home, "out") == 1
    assert not (home / "salt").exists()
    assert grade(home, "out") == 0
    assert (home / "salt").stat().st_mode & 0o077 == 0


def test_a_table_that_is_a_link_stays_one_and_keeps_its_permissions(tmp_path):
    (tmp_path / "marks.csv").write_text("old")
    (tmp_path / "marks.csv").chmod(0o640)
    (tmp_path / "link.csv").symlink_to("marks.csv")
    writing.write_whole(tmp_path / "link.csv", "new")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "marks.csv").read_text() == "new"
    assert (tmp_path / "marks.csv").stat().st_mode & 0o777 == 0o640


def test_nothing_is_written_in_any_other_way():
    """What travels into a student's notebook, and editions, which can be built again, may be."""
    writers = ("write_text", "write_bytes", 'open("w', 'open("x', '"w")', '"wb")')
    for path in COURSE.rglob("*.py"):
        lines = path.read_text("utf-8").splitlines()
        found = [line.strip() for line in lines if any(word in line for word in writers)]
        if (
            path.name not in ("writing.py", "carried.py", "archives.py")
            and "sandbox" not in path.parts
        ):
            assert [line for line in found if "zipfile" not in line.casefold()] == [], path


def test_a_sheet_that_is_marked_on_keeps_what_was_filled_in_when_the_disk_is_full(
    tmp_path, monkeypatch
):
    """The case that was met: 8 rows of 11 were left."""
    from course.manual import collect_answers

    assignment = read(SOURCES / "responsibilities.py")
    (tmp_path / "manual").mkdir()
    rows = "".join(f"s{number},meaning,{number % 3},Good\n" for number in range(300))
    text = f"student,question,mark,comment\n{rows}"
    (tmp_path / "manual/marks.csv").write_text(text)
    write(answered(assignment), tmp_path / "s1.ipynb")
    Full(monkeypatch, 1, OSError(28, "No space left on device"))
    with pytest.raises(OSError, match="No space"):
        collect_answers([], [], assignment, tmp_path)
    assert (tmp_path / "manual/marks.csv").read_text() == text
