"""Who handed in what: the files of a folder, one for each student, and why this one.

What a student chooses decides about nobody else. The outermost folder that names a student, or
that a platform has named, says whose hand-in lies in it; the name of a file is asked where no
folder says anything. What was not plain is told in a sentence, for a person to look at.
"""

import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .owners import Tree
from .platforms import METADATA, read_metadata
from .roster import Roster, Student

SYSTEM_FILES = re.compile(
    rf"\.|__MACOSX$|Thumbs\.db$|desktop\.ini$|timestamp\.txt$|{re.escape(METADATA)}$"
)
NOT_A_HAND_IN = re.compile(r"\._|\.ipynb_checkpoints$|\.git$|\.Trash|__MACOSX$")


@dataclass(frozen=True)
class Entry:
    """One hand-in.

    Attributes
    ----------
    student : course.roster.Student
    path : Path of the file that counts
    known : whether the student is on the roster
    others : names of files that the student also handed in, and that do not count
    look : sentences for the teacher about what was decided here, and why
    folder : of hand-ins, in which it was found
    when : datetime of the hand-in, or None
    late : whether the platform calls it late
    prefix : what the platform put in front of the file's name
    """

    student: Student
    path: Path
    known: bool
    others: tuple = ()
    look: tuple = ()
    folder: str = ""
    when: datetime | None = None
    late: bool = False
    prefix: str = ""

    def about(self):
        """Return what a result remembers of its hand-in, apart from what decides the marks."""
        when = self.when.isoformat() if self.when else ""
        return {
            "name": self.student.name, "folder": self.folder, "when": when, "late": self.late,
            "prefix": self.prefix,
        }  # fmt: skip


def collect(folder, roster=None, trouble=None):
    """Return the hand-ins of a folder, one a student, in the order of their ids.

    Parameters
    ----------
    folder : of hand-ins; folders in it are looked into
    roster : course.roster.Roster
    trouble : list, to which sentences are added about what belongs to no student's hand-in
    """
    folder, roster = Path(folder), roster or Roster()
    trouble = [] if trouble is None else trouble
    paths = sorted(_walk(folder, trouble), key=_natural)
    metadata = read_metadata(folder)
    insides = [tuple(map(readable, path.relative_to(folder).parts)) for path in paths]
    kept = [pair for pair in zip(paths, insides, strict=True) if _handed_in(pair[1], trouble)]
    tree = Tree([inside for _, inside in kept], roster, metadata)
    files = {}
    for path, inside in kept:
        for found in tree.owners(path, inside):
            files.setdefault(found.student.id, []).append(found)
    entries = [_entry(found, folder) for found in files.values()]
    return sorted(entries, key=lambda entry: entry.student.id)


def _entry(found, folder):
    """Return the entry of one student: the file that counts, and what is to be said of it."""
    sure = max(one.sure for one in found)
    able = [one for one in found if one.sure == sure]
    notebooks = [one for one in able if one.path.suffix == ".ipynb"] or able
    counts = max(enumerate(notebooks), key=lambda pair: (_order(pair[1], notebooks), pair[0]))[1]
    others = [one for one in found if one is not counts]
    look = [f"{counts.place}: {sentence}" for sentence in counts.look]
    if others:
        why = _why(counts, others, notebooks)
        look.append(
            f"{counts.student.id} handed in several files: {counts.place} counts, since {why}; "
            f"{', '.join(one.place for one in others)} not"
        )
    said = counts.stamp
    return Entry(
        counts.student, counts.path, counts.known, tuple(one.inside[-1] for one in others),
        tuple(look), str(folder), counts.when, bool(said and said.late),
        said.prefix if said else "",
    )  # fmt: skip


def _order(one, among):
    """Return what says which of several files came last: a time, a platform's number, else none."""
    if all(other.when for other in among):
        return (one.when.timestamp(), 0)
    if all(other.stamp and other.stamp.upload for other in among):
        return (0, one.stamp.upload)
    return (0, 0)


def _why(counts, others, notebooks):
    if any(one.sure < counts.sure for one in others) and len(notebooks) == 1:
        return "its folder names the student and not only the file"
    if len(notebooks) == 1:
        return "it is the only notebook"
    if all(one.when for one in notebooks):
        return "it was handed in last"
    if all(one.stamp and one.stamp.upload for one in notebooks):
        return "the platform took it in last"
    return "its name comes last, as people count"


def readable(name):
    """Return a file's name as text; one that is not in UTF-8 is read as an old Windows one."""
    try:
        return os.fsencode(name).decode("utf-8")
    except UnicodeDecodeError:
        return os.fsencode(name).decode("latin-1")


def _walk(folder, trouble):
    """Return every file below a folder; what cannot be looked into is named and passed over."""
    found, folders = [], [folder]
    while folders:
        here = folders.pop()
        try:
            with os.scandir(here) as inside:
                for one in inside:
                    is_folder = one.is_dir(follow_symlinks=False)
                    (folders if is_folder else found).append(Path(one.path))
        except OSError as problem:
            place = readable(os.path.relpath(here, folder))[-200:]
            trouble.append(f"{place} could not be looked into ({problem.strerror})")
    return found


def _handed_in(inside, trouble):
    """Whether a file is a hand-in; a notebook that is hidden by its name is told."""
    if not any(map(SYSTEM_FILES.match, inside)):
        return True
    if inside[-1].endswith(".ipynb") and not any(map(NOT_A_HAND_IN.match, inside)):
        trouble.append(
            f"{'/'.join(inside)} was left out: its name, or its folder's, begins with a dot"
        )
    return False


def _natural(path):
    """Sort as people count: hw, hw2, hw10; the name without its ending, then all of it."""
    text = str(path)
    return [_counted(os.path.splitext(text)[0]), _counted(text)]


def _counted(text):
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", text)]
