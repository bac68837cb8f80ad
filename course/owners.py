"""Whose hand-in a file is: what the names of all files and folders of a tree say together.

The outermost folder that names a student, or that a platform has named, says whose hand-in lies
in it; the name of a file is asked where no folder says anything.
"""

import os
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from .platforms import Stamp, stamp
from .roster import Student, is_short_number

BY_FILE, BY_FOLDER = 1, 2
"""How sure it is whose hand-in this is: a student names the file, others name the folder."""


@dataclass(frozen=True)
class Found:
    """A file, whose it is, and how that is known."""

    path: Path
    inside: tuple
    student: Student
    known: bool
    sure: int
    look: tuple = ()
    stamp: Stamp | None = None
    when: datetime | None = None

    @property
    def place(self):
        """Where it lies, as text."""
        return "/".join(self.inside)


class Tree:
    """The names of all files and folders together, from which it is seen what each level is."""

    def __init__(self, insides, roster, metadata):
        self.roster, self.metadata = roster, metadata
        self.depth = _depth_of_students(insides)
        stamped = Counter(inside[:-1] for inside in insides if stamp(inside[-1]))
        many = Counter(inside[:-1] for inside in insides)
        self.by_platform = {one for one in stamped if 2 * stamped[one] >= many[one]}
        self.student_folders = self.depth is not None and any(
            len(roster.named(inside[self.depth])) == 1
            for inside in insides if len(inside) > self.depth + 1
        )  # fmt: skip
        self.levels = self._levels(insides)
        self.stems = {}
        for inside in insides:
            self.stems.setdefault(self._own_name(inside), set()).add(self._home(inside))

    def _levels(self, insides):
        """Return depths at which at least half of the folders name a student each."""
        levels = set()
        for depth in range(max(map(len, insides), default=1) - 1):
            folders = {inside[depth] for inside in insides if len(inside) > depth + 1}
            named = sum(len(self.roster.named(folder)) == 1 for folder in folders)
            if 2 * named >= len(folders):
                levels.add(depth)
        return levels

    def owners(self, path, inside):
        """Return whose a file is: one entry, or one for each author of a group's hand-in."""
        for depth, part in enumerate(inside):
            last = depth == len(inside) - 1
            said = self._stamp(inside, depth)
            if said:
                return self._by_platform(path, inside, said)
            section = is_short_number(part) and depth not in self.levels
            named = [] if last or section else self.roster.named(part)
            if len(named) == 1:
                look = self._conflict(inside, named[0])
                return [Found(path, inside, named[0], True, BY_FOLDER, look)]
            if len(named) > 1:
                return [self._nobody(path, inside, f"the folder {part} names {_and(named)}")]
        if self.student_folders and len(inside) > self.depth + 1:
            part = inside[self.depth]
            return [self._nobody(path, inside, f"the folder {part} names nobody on the roster")]
        return [self._by_file(path, inside)]

    def _stamp(self, inside, depth):
        if depth < len(inside) - 1:
            return stamp(inside[depth], inside[-1], self.metadata)
        return stamp(inside[-1], None, self.metadata) if inside[:-1] in self.by_platform else None

    def _by_platform(self, path, inside, said):
        authors = said.authors if len(said.authors) > 1 else (said.words,)
        return [self._author(path, inside, said, words) for words in authors]

    def _author(self, path, inside, said, words):
        students, why = self._students(said, words)
        if len(students) == 1:
            look = self._conflict((*inside[:-1], said.rest or inside[-1]), students[0])
            found = Found(path, inside, students[0], True, BY_FOLDER, look)
        else:
            label = words[0] if said.authors else said.label
            found = replace(self._nobody(path, inside, why), sure=BY_FOLDER)
            found = replace(found, student=Student(self._free(label, inside), words[-1]))
        return replace(found, stamp=said, when=said.when)

    def _students(self, said, words):
        """Return whom the words of a platform name, and why it is nobody if it is not one."""
        if not said.column:
            first = next(filter(None, map(self.roster.whole, words)), None)
            return [first] if first else [], f"{words[0]} is not on the roster"
        number, name = words
        by_number = self.roster.in_column(said.column, number)
        by_name = self.roster.whole(name)
        students = {student.id: student for student in (by_number, by_name) if student}
        if len(students) > 1:
            return list(students.values()), (
                f"the {said.column} {number} is {by_number.id}'s and the name {by_name.id}'s"
            )
        only = next(iter(students.values()), None) or self.roster.whole(number)
        return [only] if only else [], f"neither {name} nor the number {number} is on the roster"

    def _by_file(self, path, inside):
        stem = _stem(inside[-1])
        named = self.roster.named(stem)
        if not named:
            numbers = map(self.roster.first_number, [*inside[:-1], stem])
            named = list(filter(None, numbers))[:1]
        if len(named) == 1:
            return Found(path, inside, named[0], True, BY_FILE)
        why = f"its name names {_and(named)}" if named else "nobody on the roster is named"
        return self._nobody(path, inside, why)

    def _nobody(self, path, inside, why):
        student = Student(self._free(self._own_name(inside), inside))
        look = (f"{why}, so it is given to nobody",) if self.roster.students else ()
        return Found(path, inside, student, False, BY_FILE, look)

    def _conflict(self, inside, student):
        """Say where a name that the student chose names somebody else."""
        other = self.roster.named(_stem(inside[-1]))
        if len(other) != 1 or other[0].id == student.id:
            return ()
        return (
            f"its folder is that of {student.id} and its name that of {other[0].id}; it counts as "
            f"{student.id}'s, since a student may call a file anything",
        )

    def _own_name(self, inside):
        """Name a hand-in that is on no roster: by its student's folder if there is one."""
        if self.depth is not None and len(inside) > self.depth + 1:
            return inside[self.depth]
        return _stem(inside[-1])

    def _home(self, inside):
        """Return where files lie that may be those of one student."""
        depth = self.depth
        if depth is not None and len(inside) > depth + 1:
            return inside[: depth + 1]
        return inside[:-1]

    def _free(self, name, inside):
        """Return a name that is nobody's on the roster and no other stranger's."""
        taken = name.casefold() in {known.casefold() for known in self.roster.students}
        if not taken and len(self.stems.get(name, ())) <= 1:
            return name
        return "/".join((*inside[:-1], _stem(inside[-1])))


def _depth_of_students(insides):
    """Return at which depth each folder is a student's: most there hold one notebook; or None."""
    for depth in range(max((len(inside) - 1 for inside in insides), default=0)):
        below = [inside for inside in insides if len(inside) > depth + 1]
        held = Counter(inside[: depth + 1] for inside in below if inside[-1].endswith(".ipynb"))
        folders = {inside[: depth + 1] for inside in below}
        if 2 * sum(held[one] <= 1 for one in folders) > len(folders):
            return depth
    return None


def _stem(name):
    """Return a file's name without its ending, whatever it is called."""
    return os.path.splitext(name)[0] or name


def _and(students):
    names = [student.id for student in students]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
