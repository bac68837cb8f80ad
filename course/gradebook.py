"""Tables of marks: for the teacher, and for the import of Canvas and Moodle."""

import csv
from pathlib import Path

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_gradebook(results, assignment, roster, out):
    """Write gradebook.csv, gradebook_canvas.csv and gradebook_moodle.csv."""
    out = Path(out)
    questions = [question.name for question in assignment.questions]
    _write(
        out / "gradebook.csv",
        ["id", "name", "mark", "points", "state", *questions, "mistakes", "notes", "file"],
        [_row(result, questions) for result in results],
    )
    title = f"{assignment.title} ({assignment.name})"
    _write(
        out / "gradebook_canvas.csv",
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title],
        [["    Points Possible", "", "", "", "", assignment.points]]
        + [_canvas(result, _columns(roster, result)) for result in results],
    )
    _write(
        out / "gradebook_moodle.csv",
        ["ID number", "Full name", "Email address", title, "Feedback"],
        [_moodle(result, _columns(roster, result)) for result in results],
    )


def state(result):
    """Say in a word how far the marks of a hand-in are."""
    if result.get("failed"):
        return "look: the grader failed"
    if not result.get("known", True):
        return "look: not on the roster"
    if result["waiting"]:
        return "to be marked by hand"
    return "complete"


def _row(result, questions):
    marks = {question["name"]: question["mark"] for question in result["questions"]}
    mistakes = [name for question in result["questions"] for name in question["mistakes"]]
    row = [result["student"], result["name"], result["mark"], result["points"], state(result)]
    row += [marks[name] for name in questions]
    return [*row, "; ".join(mistakes), " ".join(result["notes"])[:300], result["file"]]


def _columns(roster, result):
    student = roster.students.get(result["student"])
    return student.columns if student else {}


def _canvas(result, columns):
    return [
        result["name"] or result["student"],
        columns.get("canvas_id", columns.get("canvas id", "")),
        columns.get("sis_id", columns.get("sis user id", result["student"])),
        columns.get("login", columns.get("sis login id", "")),
        columns.get("section", ""),
        result["mark"],
    ]


def _moodle(result, columns):
    wrong = [question["title"] for question in result["questions"]
             if question["mark"] < question["points"]]  # fmt: skip
    feedback = f"See the report. Marks were lost in: {', '.join(wrong)}." if wrong else "All right."
    number = columns.get("moodle_id", result["student"])
    return [number, result["name"], columns.get("email", ""), result["mark"], feedback]


def _write(path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(header)
        table.writerows([[harmless(entry) for entry in row] for row in rows])


def harmless(entry):
    """Return text that no spreadsheet takes for a formula."""
    if isinstance(entry, str) and entry.startswith(FORMULA):
        return "'" + entry
    return entry
