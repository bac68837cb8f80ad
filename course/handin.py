"""Open what a student handed in, believing nothing: a notebook, or a sentence that says why not."""

import base64
import json
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

LARGEST_MB = 30
LONGEST_ANSWER = 20_000
LARGEST_PICTURE = 4_000_000
PNG = b"\x89PNG\r\n\x1a\n"


class HandInError(Exception):
    """Why a file cannot be graded, in a sentence for the student."""


@dataclass(frozen=True)
class HandIn:
    """A notebook that was handed in.

    Attributes
    ----------
    code : list of (cell number, source), without magics
    texts : dict, name of a question -> what was written in its answer cell
    pictures : dict, name of a question -> PNG bytes of the last picture below its answer cell
    notes : list of sentences about what was left out
    """

    code: list = field(default_factory=list)
    texts: dict = field(default_factory=dict)
    pictures: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)


def open_hand_in(path):
    """Read a file; HandInError says in words what is wrong with it."""
    notebook = _read(Path(path))
    handed = HandIn()
    for number, cell in enumerate(notebook["cells"], 1):
        if not isinstance(cell, dict):
            continue
        source = _text(cell.get("source"))
        name = _answer_name(cell)
        if cell.get("cell_type") == "markdown" and name:
            handed.texts[name] = source[:LONGEST_ANSWER]
        if cell.get("cell_type") != "code":
            continue
        if name:
            handed.texts[name] = source[:LONGEST_ANSWER]
            picture = _picture(cell.get("outputs"))
            if picture:
                handed.pictures[name] = picture
        source = _without_magics(source)
        if source.strip():
            handed.code.append((number, source))
    if not handed.code:
        raise HandInError("the notebook holds no code")
    return handed


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
            f"the file is larger than {LARGEST_MB} MB: clear the outputs and hand it in again"
        )
    if status.st_size == 0:
        raise HandInError("the file is empty")
    try:
        notebook = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
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
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _answer_name(cell):
    """Return the name of the question whose answer a cell is; by its metadata, else by its id."""
    metadata = cell.get("metadata")
    course = metadata.get("course") if isinstance(metadata, dict) else None
    if isinstance(course, dict) and isinstance(course.get("answer"), str):
        return course["answer"]
    name = cell.get("id")
    if isinstance(name, str) and name.startswith("answer-"):
        return name.removeprefix("answer-").replace("-", "_")
    return ""


def _picture(outputs):
    """Return the last PNG of a cell, if it is one."""
    found = b""
    for output in outputs if isinstance(outputs, list) else []:
        try:
            data = base64.b64decode(_text(output["data"]["image/png"]))
        except (KeyError, TypeError, ValueError):
            continue
        if data.startswith(PNG) and len(data) <= LARGEST_PICTURE:
            found = data
    return found


def _without_magics(source):
    """Leave out what only a notebook understands; lines keep their numbers."""
    first = source.lstrip().split("\n", 1)[0]
    if first.startswith("%%") and first.split()[0] not in ("%%time", "%%timeit", "%%capture"):
        return ""
    return re.sub(r"(?m)^([ \t]*)(?:[%!?].*|[\w.]+\?{1,2})$", r"\1pass", source)
