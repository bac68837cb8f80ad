"""Open what a student handed in, believing nothing: a notebook, or a sentence that says why not."""

import base64
import json
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from .sandbox.border import clean

LARGEST_MB = 30
LONGEST_ANSWER = 20_000
MOST_CELLS, MOST_NOTES = 1000, 20
LARGEST_PICTURE = 4_000_000
PNG = b"\x89PNG\r\n\x1a\n"


class HandInError(Exception):
    """Why a file cannot be graded, in a sentence for the student."""


@dataclass(frozen=True)
class HandIn:
    """A notebook that was handed in.

    Attributes
    ----------
    assignment : name of the assignment that the notebook says it is, or nothing
    code : list of (cell number, source)
    texts : dict, name of a question -> what was written in its answer cell, and in cells of text
        that the student has added below
    pictures : dict, name of a question -> PNG bytes of the last picture below its answer cell, or
        below a cell that the student has added there
    notes : list of sentences about what was left out
    answers : dict, name of a question -> numbers of its answer cells
    """

    assignment: str = ""
    code: list = field(default_factory=list)
    texts: dict = field(default_factory=dict)
    pictures: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    answers: dict = field(default_factory=dict)

    def note(self, sentence):
        """Keep a sentence, once."""
        if sentence not in self.notes and len(self.notes) < MOST_NOTES:
            self.notes.append(sentence)


def open_hand_in(path):
    """Read a file; HandInError says in words what is wrong with it."""
    notebook = _read(Path(path))
    handed = HandIn(assignment=_assignment(notebook))
    cells, name = notebook["cells"], ""
    if len(cells) > MOST_CELLS:
        handed.notes.append(f"Only the first {MOST_CELLS:,} of {len(cells):,} cells were read.")
    for number, cell in enumerate(cells[:MOST_CELLS], 1):
        if not isinstance(cell, dict):
            continue
        source = _text(cell.get("source"))
        kind, begins = cell.get("cell_type"), _answer_name(cell)
        if begins or _is_given(cell):
            name = begins
        if name and (begins or kind == "markdown"):
            _add_text(handed, name, source)
        if kind == "code":
            if begins:
                handed.answers.setdefault(begins, []).append(number)
            if name:
                _add_picture(handed, name, cell.get("outputs"))
            if source.strip():
                handed.code.append((number, source))
    if not handed.code:
        raise HandInError("the notebook holds no code")
    return handed


def _add_text(handed, name, source):
    """Add to an answer: it may be continued in cells below, or have been copied."""
    before = handed.texts.get(name, "")
    text = f"{before}\n\n{source}" if before and source.strip() else before or source
    if len(text) > LONGEST_ANSWER:
        handed.note(f"Only the first {LONGEST_ANSWER:,} characters of `{name}` were kept.")
    handed.texts[name] = text[:LONGEST_ANSWER]


def _add_picture(handed, name, outputs):
    """Keep the last picture of a cell, and say which could not be kept."""
    for output in outputs if isinstance(outputs, list) else []:
        data = output.get("data") if isinstance(output, dict) else None
        kinds = [kind for kind in data if kind.startswith("image/")] if _is_bundle(data) else []
        if not kinds:
            continue
        try:
            picture = base64.b64decode(_text(data.get("image/png")))
        except ValueError:
            picture = b""
        if len(picture) > LARGEST_PICTURE:
            megabytes = LARGEST_PICTURE // 10**6
            handed.note(f"A picture of `{name}` is larger than {megabytes} MB and was left out.")
        elif picture.startswith(PNG):
            handed.pictures[name] = picture
        else:
            handed.note(
                f"A picture of `{name}` is of the kind {kinds[0][:30]} and was left out: only PNG "
                "is shown, which is what notebooks keep unless told otherwise."
            )


def _is_bundle(data):
    return isinstance(data, dict) and all(isinstance(kind, str) for kind in data)


def _is_given(cell):
    """Whether a cell came with the notebook: an answer ends there."""
    metadata, name = cell.get("metadata"), cell.get("id")
    fixed = isinstance(metadata, dict) and metadata.get("editable") is False
    return fixed or (isinstance(name, str) and bool(re.fullmatch(r"cell-\d+|carried", name)))


def _assignment(notebook):
    """Return the name of the assignment that a notebook says it is, or nothing."""
    metadata = notebook.get("metadata")
    course = metadata.get("course") if isinstance(metadata, dict) else None
    name = course.get("assignment") if isinstance(course, dict) else ""
    return clean(name[:60]) if isinstance(name, str) else ""


def _read(path):
    try:
        status = path.lstat()
    except OSError as problem:
        raise HandInError(f"the file cannot be opened ({type(problem).__name__})") from None
    if stat.S_ISLNK(status.st_mode):
        raise HandInError("the file is a link to another file; hand in the notebook itself")
    if not stat.S_ISREG(status.st_mode):
        raise HandInError("this is not a file")
    if status.st_size > LARGEST_MB * 2**20:
        raise HandInError(
            f"the file is larger than {LARGEST_MB} MB: clear the outputs that you do not need (the "
            "pictures that were asked for are needed) and hand it in again"
        )
    if status.st_size == 0:
        raise HandInError("the file is empty")
    try:
        notebook = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as problem:
        raise HandInError(f"the file cannot be read ({type(problem).__name__})") from None
    except (ValueError, RecursionError, MemoryError):
        raise HandInError("the file is not a notebook, or it was damaged on the way") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise HandInError("the file is not a notebook of the present format (nbformat 4)")
    language = _language(notebook)
    if language and language not in ("python", "python3", "ipython"):
        raise HandInError(f"the notebook is for {language[:30]}, and this course works in Python")
    return notebook


def _language(notebook):
    try:
        metadata = notebook["metadata"]
        kernel = metadata.get("kernelspec", {})
        return str(
            metadata.get("language_info", {}).get("name") or kernel.get("language") or ""
        ).lower()
    except (KeyError, AttributeError):
        return ""


def _text(source):
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return clean(source) if isinstance(source, str) else ""


def _answer_name(cell):
    """Return the name of the question whose answer a cell is; by its metadata, else by its id."""
    metadata = cell.get("metadata")
    course = metadata.get("course") if isinstance(metadata, dict) else None
    if isinstance(course, dict) and isinstance(course.get("answer"), str):
        return clean(course["answer"][:80])
    name = cell.get("id")
    if isinstance(name, str) and name.startswith("answer-"):
        return clean(name[:80]).removeprefix("answer-").replace("-", "_")
    return ""
