"""Who handed in what: files of a folder, names of a roster."""

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

SYSTEM_FILES = re.compile(r"^(\.|__MACOSX|Thumbs\.db$|desktop\.ini$)")


@dataclass(frozen=True)
class Student:
    """A row of the roster; `columns` are all of them, by lower-case name."""

    id: str
    name: str = ""
    columns: dict = field(default_factory=dict)


class Roster:
    """The students of a course, by id and by whatever else a file name may carry.

    The file is CSV with a column `id`; `name` is printed in reports; every column whose name ends
    in `id`, and `login`, `email` and `username`, is also looked for in file names.
    """

    def __init__(self, students=()):
        self.students = {student.id: student for student in students}
        self.by_key = {}
        for student in students:
            for column, value in student.columns.items():
                if value and (column.endswith("id") or column in ("login", "email", "username")):
                    self.by_key.setdefault(value.lower(), student)

    @classmethod
    def read(cls, path):
        """Read a CSV file; ValueError says what is wrong with it."""
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            rows = [
                {(name or "").strip().lower(): (value or "").strip() for name, value in row.items()}
                for row in csv.DictReader(file)
            ]
        if rows and "id" not in rows[0]:
            raise ValueError(f"{path}: a roster needs a column `id`; it has {', '.join(rows[0])}")
        return cls([Student(row["id"], row.get("name", ""), row) for row in rows if row["id"]])

    def find(self, path):
        """Return the student whose id (or login, …) is the name of the file, or a word of it."""
        for text in [path.stem, *path.parts[::-1]]:
            if text.lower() in self.by_key:
                return self.by_key[text.lower()]
        words = re.split(r"[_\s()\[\]/\\]+|\.ipynb$", str(path).lower())
        ids = {key.lower(): student for key, student in self.students.items()}
        for keys in (ids, self.by_key):
            found = {keys[word].id for word in words if word in keys}
            if len(found) == 1:
                return self.students[found.pop()]
        return None


@dataclass(frozen=True)
class Entry:
    """One hand-in: the student, the file, and other files that the student handed in before."""

    student: Student
    path: Path
    known: bool
    others: tuple = ()


def collect(folder, roster=None):
    """Return the hand-ins of a folder, one a student, in the order of their ids.

    A student with several files is graded on the last notebook, in the order of their names.
    """
    folder, roster = Path(folder), roster or Roster()
    files = {}
    for path in sorted(folder.rglob("*"), key=_natural):
        inside = path.relative_to(folder)
        if any(SYSTEM_FILES.match(part) for part in inside.parts):
            continue
        if path.is_dir() and not path.is_symlink():
            continue
        student = roster.find(inside)
        known = student is not None
        student = student or Student(_own_name(inside))
        files.setdefault(student.id, (student, known, []))[2].append(path)
    entries = []
    for student, known, paths in files.values():
        paths = sorted(paths, key=lambda path: path.suffix == ".ipynb")  # stable: the last one last
        entries.append(Entry(student, paths[-1], known, tuple(path.name for path in paths[:-1])))
    return sorted(entries, key=lambda entry: entry.student.id)


def _own_name(inside):
    """Name a hand-in that is on no roster: by its folder if it has one, else by its file."""
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def _natural(path):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", str(path))]
