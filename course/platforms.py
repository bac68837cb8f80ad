"""What Moodle, Canvas and Gradescope write into the names of files and folders.

A student chooses the name of a file, and of folders in an archive; the platform puts its own words
in front, or around. Only the platform's words say whose hand-in it is.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

MOODLE = re.compile(r"(?P<name>[^/]+?)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_(?P<rest>.*))?")
CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<number>\d+)_(?P<upload>\d+)_(?P<rest>.+)", re.DOTALL
)
GRADESCOPE = re.compile(r"submission_\d+")
METADATA = "submission_metadata.yml"
LARGEST_METADATA = 100 * 2**20


@dataclass(frozen=True)
class Stamp:
    """What a platform says of a hand-in.

    Attributes
    ----------
    words : tuple of str that may name the student, the surest first
    label : what to call a student who is not on the roster
    rest : the part of the name that the student chose
    late : whether the platform calls it late
    upload : number that grows with time, 0 where there is none
    when : datetime of the hand-in, or None
    authors : tuple of tuples of words, one for each author of a group's hand-in
    prefix : what the platform put in front of the file's name, as it wants to have it back
    column : of the roster in which the first of the words stands; "" where each is tried everywhere
    """

    words: tuple
    label: str
    rest: str = ""
    late: bool = False
    upload: int = 0
    when: datetime | None = None
    authors: tuple = ()
    prefix: str = ""
    column: str = ""


def stamp(part, file=None, metadata=None):
    """Return what a platform says in the name of one folder, or of the file; None if nothing.

    Parameters
    ----------
    part : name of a folder, or of the file
    file : name of the file, if `part` is a folder
    metadata : of `read_metadata`
    """
    if found := MOODLE.fullmatch(part):
        rest = found["rest"] or ""
        if file or rest:
            prefix = part[: len(part) - len(rest)] if not file else part
            return _stamp(found, file or rest, prefix=prefix, column="moodle_id")
    name = part if file else Path(part).stem
    if GRADESCOPE.fullmatch(name) and metadata and name in metadata:
        return metadata[name]
    if not file and (found := CANVAS.fullmatch(part)):
        return _stamp(
            found, found["rest"], prefix=part[: len(part) - len(found["rest"])],
            late=bool(found["late"]), upload=int(found["upload"][:18]), column="canvas_id",
        )  # fmt: skip
    return None


def _stamp(found, rest, **more):
    words, label = (found["number"], found["name"]), f"{found['name']}_{found['number']}"
    return Stamp(words, label, rest, **more)


def read_metadata(folder):
    """Return submission folder -> Stamp, from Gradescope's file; empty if there is none."""
    stamps = {}
    for path in [folder / METADATA, *sorted(folder.glob(f"*/{METADATA}"))]:
        if path.is_file() and not path.is_symlink() and path.stat().st_size < LARGEST_METADATA:
            stamps |= _parsed(path)
    return stamps


def _parsed(path):
    import yaml  # here: only Gradescope's export needs it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        said = yaml.load(path.read_text("utf-8"), loader)
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise ValueError(f"{path}: this is not what Gradescope writes ({problem})") from None
    return {
        str(name): found for name, entry in (said if isinstance(said, dict) else {}).items()
        if (found := _submission(str(name), entry))
    }  # fmt: skip


def _submission(name, entry):
    submitters = entry.get(":submitters") if isinstance(entry, dict) else None
    if not isinstance(submitters, list):
        return None
    authors = tuple(
        tuple(str(author[key]) for key in (":sid", ":email", ":name") if author.get(key))
        for author in submitters if isinstance(author, dict)
    )  # fmt: skip
    when = entry.get(":created_at")
    authors = tuple(words for words in authors if words)
    words = authors[0] if authors else (name,)
    return Stamp(words, words[0], when=moment(when), authors=authors)


def moment(said):
    """Return a point in time as UTC; None if it cannot be read. Without a zone it is local."""
    if isinstance(said, str):
        text = said.strip().replace(" UTC", "+00:00")
        for form in (None, "%Y-%m-%d %H:%M:%S %z", "%A, %d %B %Y, %I:%M %p", "%d.%m.%Y %H:%M"):
            try:
                said = datetime.fromisoformat(text) if form is None else _by(form, text)
                break
            except ValueError:
                continue
    return said.astimezone(UTC) if isinstance(said, datetime) else None


def _by(form, text):
    return datetime.strptime(text, form)
