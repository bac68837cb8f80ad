"""The students of a course, and what their names look like in the names of files."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from .tables import read_table

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
    the names of files and folders. Words that two students share name neither of them.
    """

    def __init__(self, students=()):
        self.students = {student.id: student for student in students}
        self.owners = _owners(students)
        self.by_key = {words: who[0] for words, who in self.owners.items() if len(who) == 1}
        self.by_joined = _joined(students)

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

    def named(self, name):
        """Return the students whom one name of a file or folder names: none, one, or several.

        A short number counts only as the whole name, and failing all else as its first word.
        """
        if name in self.students:
            return [self.students[name]]
        words = _words(name)
        if words in self.owners:
            return self.owners[words]
        runs = [
            (start, end)
            for start, end in combinations(range(len(words) + 1), 2)
            if end - start <= LONGEST_KEY and words[start:end] in self.owners
            and not _short_number(words[start:end])
        ]  # fmt: skip
        longest = [
            run for run in runs
            if not any(a <= run[0] and run[1] <= b for a, b in runs if (a, b) != run)
        ]  # fmt: skip
        found = {
            student.id: student
            for start, end in longest for student in self.owners[words[start:end]]
        }  # fmt: skip
        return [found[name] for name in sorted(found)]

    def first_number(self, name):
        """Return the student whose short number is the first word of a name, or None."""
        first = _words(name)[:1]
        return self.by_key.get(first) if _short_number(first) else None

    def whole(self, words):
        """Return the one student whom some words of a platform name as a whole, or None.

        Canvas runs the words of a name together: `ashada` is Ada Ash.
        """
        if words in self.students:
            return self.students[words]
        return self.by_key.get(_words(words)) or self.by_joined.get("".join(_words(words)))

    def in_column(self, column, entry):
        """Return the one student with that entry in a column, or None."""
        found = [student for student in self.students.values()
                 if _words(student.columns.get(column, "")) == _words(entry)]  # fmt: skip
        return found[0] if len(found) == 1 else None


def _owners(students):
    """Return words -> the students of whom they are the id, or else a name or a number.

    An id that is written in full belongs to its student, whoever else is called so.
    """
    ids, others = {}, {}
    columns = {name for student in students for name in student.columns if _tells(name)}
    for student in students:
        ids.setdefault(_words(student.id), []).append(student)
        for column in [*sorted(columns), "name"]:
            owners = others.setdefault(_words(student.columns.get(column, "")), [])
            if student not in owners:
                owners.append(student)
    return {words: owners for words, owners in (others | ids).items() if words}


def _joined(students):
    """Return a name without its gaps, whichever word comes first -> student; shared ones not."""
    owners = {}
    for student in students:
        words = _words(student.columns.get("name", "") or student.name)
        for turn in range(len(words)):
            joined = "".join([*words[turn:], *words[:turn]])
            owners.setdefault(joined, {})[student.id] = student
    return {joined: next(iter(found.values())) for joined, found in owners.items()
            if joined and len(found) == 1}  # fmt: skip


def _tells(column):
    """Whether a column may say who a student is."""
    named = column.endswith("id") or column in ("login", "email", "username")
    return named and column != "id" and not column.startswith(SHARED)


def _words(text):
    return tuple(word for word in re.split(r"[\W_]+", _composed(text).casefold()) if word)


def is_short_number(name):
    """Whether a name is a number of which a class, a week or a section may be called too."""
    return _short_number(_words(name))


def _short_number(words):
    return len(words) == 1 and words[0].isdigit() and len(words[0]) < 4


def _composed(text):
    """Return text with each letter in one piece: macOS writes o and two dots for an umlaut."""
    return unicodedata.normalize("NFC", str(text))
