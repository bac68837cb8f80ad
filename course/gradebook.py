"""Tables of marks: for the teacher, and for the import of Canvas and Moodle."""

from pathlib import Path

from .tables import write_table


def write_gradebook(results, assignment, roster, out, title=""):
    """Write gradebook.csv, gradebook_canvas.csv and gradebook_moodle.csv.

    The first holds everybody, those on the roster who handed in nothing too. The other two are for
    import: they hold the roster's students, and a mark only where it is final.

    Parameters
    ----------
    title : the column's name in Canvas and Moodle; the assignment's own if empty
    """
    out = Path(out)
    questions = [question.name for question in assignment.questions]
    absent = _absent(results, roster)
    write_table(
        out / "gradebook.csv",
        ["id", "name", "mark", "points", "state", *questions, "mistakes", "notes", "file"],
        [_row(result, questions) for result in results]
        + [[student.id, student.name, "", assignment.points, ABSENT] for student in absent],
    )
    title = title or f"{assignment.title} ({assignment.name})"
    listed = [
        (result["student"], result["name"], result) for result in results
        if not roster.students or result.get("known", True)
    ] + [(student.id, student.name, None) for student in absent]  # fmt: skip
    write_table(
        out / "gradebook_canvas.csv",
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title],
        [["    Points Possible", "", "", "", "", assignment.points]]
        + [_canvas(*row, _columns(roster, row[0])) for row in listed],
    )
    write_table(
        out / "gradebook_moodle.csv",
        ["ID number", "Full name", "Email address", title, "Feedback"],
        [_moodle(*row, _columns(roster, row[0])) for row in listed],
    )


def write_mistakes(results, out):
    """Write mistakes.csv: who made which mistake, a row each."""
    rows = [
        [question["title"], mistake, result["student"], result["name"]]
        for result in results for question in result["questions"]
        for mistake in question["mistakes"]
    ]  # fmt: skip
    write_table(
        Path(out) / "mistakes.csv", ["question", "mistake", "student", "name"], sorted(rows)
    )


ABSENT = "nothing was handed in"


def state(result):
    """Say in a word how far the marks of a hand-in are."""
    if result.get("failed"):
        return "look: the grader failed"
    if unread(result):
        return "look: could not be graded"
    if not result.get("known", True):
        return "look: not on the roster"
    if result["waiting"]:
        return "to be marked by hand"
    return "complete"


def unread(result):
    """Return why a file could not be opened, in a sentence; empty if it was graded."""
    said = {part["sentence"] for question in result["questions"] for part in question["parts"]}
    return next(iter(said)) if len(said) == 1 and said <= set(result["notes"]) else ""


def _absent(results, roster):
    handed_in = {result["student"] for result in results}
    return [student for name, student in sorted(roster.students.items()) if name not in handed_in]


def _row(result, questions):
    marks = {question["name"]: question["mark"] for question in result["questions"]}
    mistakes = [name for question in result["questions"] for name in question["mistakes"]]
    row = [result["student"], result["name"], result["mark"], result["points"], state(result)]
    row += [marks[name] for name in questions]
    return [*row, "; ".join(mistakes), " ".join(result["notes"])[:300], result["file"]]


def _columns(roster, student_id):
    student = roster.students.get(student_id)
    return student.columns if student else {}


def _final_mark(result):
    """Return the mark if it will not change any more: a file for import must not hold others."""
    return result["mark"] if result and state(result) == "complete" else ""


def _canvas(student, name, result, columns):
    return [
        name or student,
        columns.get("canvas_id", columns.get("canvas id", "")),
        columns.get("sis_id", columns.get("sis user id", student)),
        columns.get("login", columns.get("sis login id", "")),
        columns.get("section", ""),
        _final_mark(result),
    ]


def _moodle(student, name, result, columns):
    number = columns.get("moodle_id", student)
    return [number, name, columns.get("email", ""), _final_mark(result), _feedback(result)]


def _feedback(result):
    if result is None:
        return ""
    if unread(result):
        return unread(result)
    waiting = [question["title"] for question in result["questions"] if question["waiting"]]
    wrong = [question["title"] for question in result["questions"]
             if question["mark"] < question["points"] and not question["waiting"]]  # fmt: skip
    said = [f"Marks were lost in: {', '.join(wrong)}."] if wrong else []
    said += [f"Still to be read by your teacher: {', '.join(waiting)}."] if waiting else []
    return " ".join(["See the report.", *said]) if said else "All right."
