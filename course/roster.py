"""Who handed in what: files of a folder, names of a roster."""

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from .tables import read_table

SYSTEM_FILES = re.compile(r"^(\.|__MACOSX|Thumbs\.db$|desktop\.ini$)")
SHARED = ("section", "course", "group", "class", "team", "tutor", "assignment")
"""Columns that begin so say to whom a student belongs, not who the student is."""
LONGEST_KEY = 8
"""Words; a longer id or name is recognised only where it is the whole name of a file."""


@dataclass(frozen=True)
class Student:
    """A row of the roster; `columns` are all of them, by lower-case name."""

    id: str
    name: str = ""
    columns: dict = field(default_factory=dict)


class Roster:
    """The students of a course, by id and by whatever else a file name may carry.

    The file is CSV with a column `id`; `name` is printed in reports. An id, a name, and what
    stands in `login`, `email`, `username` or a column whose name ends in `id`, is looked for in
    the names of files and folders, unless two students have the same there.
    """

    def __init__(self, students=()):
        self.students = {student.id: student for student in students}
        self.by_key = self._keys(students)

    @staticmethod
    def _keys(students):
        """Return words -> student, for all that tells one student from all others."""
        keys = {_words(student.id): student for student in students}
        columns = {name for student in students for name in student.columns if _tells(name)}
        for column in [*sorted(columns), "name"]:
            values = [_words(student.columns.get(column, "")) for student in students]
            counts = Counter(values)
            for student, words in zip(students, values, strict=True):
                if words and counts[words] == 1:
                    keys.setdefault(words, student)
        return keys

    @classmethod
    def read(cls, path):
        """Read a CSV file; ValueError says what is wrong with it."""
        path = Path(path)
        if not path.exists():
            raise ValueError(f"there is no roster {path}")
        table = read_table(path)
        if "id" not in [name.lower() for name in table.columns]:
            found = ", ".join(table.columns) or "no columns"
            raise ValueError(f"{path}: a roster needs a column `id`; it has {found}")
        rows = [row for row in table.rows if row["id"]]
        twice = [name for name, count in Counter(row["id"] for row in rows).items() if count > 1]
        if twice:
            raise ValueError(f"{path}: more than one student has the id {', '.join(twice)}")
        return cls([Student(row["id"], row.get("name", ""), row) for row in rows])

    def find(self, path):
        """Return the student whose id (or login, name, …) a file's name holds, else a folder's.

        The file is asked before its folders, and the inner folder before the outer one. A short
        number counts only as a whole name or, failing all else, as the first word of one.
        """
        names = [path.stem, *path.parts[-2::-1]]
        for name in names:
            found = self._named(_words(name))
            if found:
                return found
        for name in names:
            first = _words(name)[:1]
            if _short_number(first) and first in self.by_key:
                return self.by_key[first]
        return None

    def _named(self, words):
        """Return the one student whom these words name; None for nobody, or for several."""
        if words in self.by_key:
            return self.by_key[words]
        runs = [
            (start, end)
            for start, end in combinations(range(len(words) + 1), 2)
            if end - start <= LONGEST_KEY and words[start:end] in self.by_key
            and not _short_number(words[start:end])
        ]  # fmt: skip
        longest = [
            run for run in runs
            if not any(a <= run[0] and run[1] <= b for a, b in runs if (a, b) != run)
        ]  # fmt: skip
        found = {self.by_key[words[start:end]].id for start, end in longest}
        return self.students[found.pop()] if len(found) == 1 else None


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
    paths = [path for path in sorted(folder.rglob("*"), key=_natural) if _handed_in(path, folder)]
    depth = _depth_of_students([path.relative_to(folder) for path in paths])
    files = {}
    for path in paths:
        inside = Path(*map(readable, path.relative_to(folder).parts))
        student = roster.find(inside)
        known = student is not None
        student = student or Student(_own_name(inside, depth))
        files.setdefault(student.id, (student, known, []))[2].append(path)
    entries = []
    for student, known, paths in files.values():
        paths = sorted(paths, key=lambda path: path.suffix == ".ipynb")  # stable: the last one last
        others = tuple(readable(path.name) for path in paths[:-1])
        entries.append(Entry(student, paths[-1], known, others))
    return sorted(entries, key=lambda entry: entry.student.id)


def readable(name):
    """Return a file's name as text; one that is not in UTF-8 is read as an old Windows one."""
    try:
        return os.fsencode(name).decode("utf-8")
    except UnicodeDecodeError:
        return os.fsencode(name).decode("latin-1")


def _handed_in(path, folder):
    parts = path.relative_to(folder).parts
    return not any(map(SYSTEM_FILES.match, parts)) and (path.is_symlink() or not path.is_dir())


def _depth_of_students(paths):
    """Return at which depth each folder is a student's: most there hold one notebook; or None."""
    for depth in range(max((len(path.parts) - 1 for path in paths), default=0)):
        inside = [path for path in paths if len(path.parts) > depth + 1]
        held = Counter(path.parts[: depth + 1] for path in inside if path.suffix == ".ipynb")
        folders = {path.parts[: depth + 1] for path in inside}
        if 2 * sum(held[one] <= 1 for one in folders) > len(folders):
            return depth
    return None


def _own_name(inside, depth):
    """Name a hand-in that is on no roster: by its student's folder if it has one, else its file."""
    if depth is not None and len(inside.parts) > depth + 1:
        return inside.parts[depth]
    return inside.stem


def _tells(column):
    """Whether a column may say who a student is."""
    named = column.endswith("id") or column in ("login", "email", "username")
    return named and column != "id" and not column.startswith(SHARED)


def _words(text):
    return tuple(word for word in re.split(r"[\W_]+", str(text).casefold()) if word)


def _short_number(words):
    return len(words) == 1 and words[0].isdigit() and len(words[0]) < 4


def _natural(path):
    """Sort as people count: hw, hw2, hw10."""
    text = str(path.with_name(path.stem))
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", text)]
