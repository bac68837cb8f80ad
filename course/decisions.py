"""On which hand-in a teacher has decided: a mark that was given before a resubmission says so."""

import hashlib
import json
from pathlib import Path

from .marks import BY_HAND, OVERRIDES, filled_in, nearest
from .writing import write_whole

MEMORY = "decisions.json"


def outdated(results, out):
    """Return a sentence for each mark that was decided on another hand-in than the present one.

    What each row of overrides.csv and manual/marks.csv was decided on is remembered when the row is
    first seen; a row that has changed since counts as decided anew.
    """
    out = Path(out)
    before, now, sentences = _read(out / MEMORY), {}, []
    students = {result["student"]: result for result in results}
    tables = [(out / "overrides.csv", OVERRIDES), (out / "manual" / "marks.csv", BY_HAND)]
    for path, columns in tables:
        for row in filled_in(path, columns):
            student = nearest(row["student"], students)
            if student is None:
                continue
            key = json.dumps([path.name, student, row["question"], row.get("part", "")])
            decided = _decision(row, students[student])
            known = before.get(key)
            same_row = known and known["row"] == decided["row"]
            now[key] = known if same_row else decided
            if same_row and known["on"] != decided["on"]:
                sentences.append(
                    f"{row['where']}: the mark of {student} in {row['question']} was decided on "
                    f"{known['file']}, an earlier hand-in than {decided['file']}: see whether it "
                    "still holds, and change its words if it does"
                )
    if now != before:
        write_whole(out / MEMORY, json.dumps(before | now, indent=1, sort_keys=True), sync=True)
    return sentences


def _decision(row, result):
    return {
        "row": [row["mark"], row.get("reason", "") or row.get("comment", "")],
        "on": _digest(row["question"], result),
        "file": result["file"],
    }


def _digest(name, result):
    """Hash of what a mark is about: an answer that is marked by hand, else the whole hand-in."""
    question = next((q for q in result["questions"] if q["name"] == name), {})
    if question.get("by_hand"):
        text = f"{question.get('answer', '')}|{question.get('picture', '')}"
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return result.get("hand_in", "")


def _read(path):
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
