"""What changed since last time: marks that are not what they were when all was last written."""

import json
from pathlib import Path

from .writing import write_whole

MEMORY = "last_marks.json"


def since_last_time(results, out):
    """Return a sentence for each student whose marks changed, and remember the present ones."""
    path = Path(out) / MEMORY
    try:
        before = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        before = {}
    now = {result["student"]: _marks(result) for result in results}
    sentences = [
        sentence for student, marks in sorted(now.items())
        if student in before and (sentence := _changed(student, before[student], marks))
    ]  # fmt: skip
    if now != before:
        write_whole(path, json.dumps(now, indent=1, sort_keys=True, ensure_ascii=False))
    return sentences


def _marks(result):
    marks = {question["name"]: question["mark"] for question in result["questions"]}
    return marks | {"all": result["mark"], "file": result["file"]}


def _changed(student, before, now):
    found = [
        f"{name} {before.get(name, 0):g} to {mark:g}"
        for name, mark in now.items()
        if name != "file" and mark != before.get(name, 0)
    ]
    if not found:
        return ""
    other = "" if before.get("file") == now["file"] else f" ({now['file']}, not {before['file']})"
    return f"{student}: {', '.join(found)}{other}"
