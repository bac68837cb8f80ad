"""Inside Gradescope: grade the one submission that is there, and report in Gradescope's format."""

import json
from pathlib import Path

from .answer_key import Key
from .grade import Grader
from .sandbox.protection import protection
from .source import read


def grade_for_gradescope(source, submission, metadata, salt):
    """Grade the one notebook of a submission; return what Gradescope reads, a dict."""
    found = protection()
    notebooks = sorted(Path(submission).glob("*.ipynb"))
    if len(notebooks) != 1:
        text = f"Hand in exactly one notebook; there are {len(notebooks)}."
        return {"score": 0, "output": text}
    grader = Grader(Key(read(source), salt), found.settings)
    result = grader.grade(notebooks[0], _student_id(metadata) or notebooks[0].stem)
    tests = [
        _test(question, part) for question in result["questions"] for part in question["parts"]
    ]
    notes = result["notes"] + [note for q in result["questions"] for note in q["notes"]]
    if found.missing:  # what is printed only teachers see: see stdout_visibility
        print(f"Not protected here: {', '.join(found.missing)}.")
    return {"tests": tests, "output": "\n".join(notes), "stdout_visibility": "hidden"}


def _student_id(metadata):
    """Return the id that Gradescope knows the first author by: number, else mail."""
    try:
        (user, *_) = json.loads(Path(metadata).read_text("utf-8"))["users"]
        return str(user.get("sid") or user["email"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""


def _test(question, part):
    return {
        "name": f"{question['title']}: {part['name']}",
        "score": part["mark"],
        "max_score": part["points"],
        "status": "passed" if part["mark"] == part["points"] else "failed",
        "output": part["sentence"] or "Right.",
    }
