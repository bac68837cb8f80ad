"""Answers that a person marks: collected on one page and one sheet, kept when grading again."""

import base64
import hashlib
import json
from pathlib import Path

from .author import BY_HAND, Picture
from .handin import HandInError, open_hand_in
from .marks import BY_HAND as COLUMNS
from .marks import CODES, LINE, nearest, read_codes
from .source import without_solution
from .tables import read_table, write_table
from .templates import render
from .writing import write_whole


def collect_answers(results, entries, assignment, out, secret=""):
    """Write manual/marks.csv and manual/answers.html; marks that are there already stay.

    With a secret there is a code in the place of each student.
    """
    questions = [question for question in assignment.questions if isinstance(question, BY_HAND)]
    if not questions:
        return
    folder = Path(out) / "manual"
    folder.mkdir(parents=True, exist_ok=True)
    codes = {result["student"]: _code(result["student"], secret) for result in results if secret}
    if secret:
        told = {code: student for student, code in codes.items()} | read_codes(folder)
        write_whole(folder / CODES, json.dumps(told, indent=1, sort_keys=True), sync=True)
    _renew(folder / "marks.csv", results, questions, codes)
    blank = {cell.name: without_solution(cell).strip() for cell in assignment.cells if cell.name}
    pages = [
        _page(question, results, entries, blank[question.name], codes) for question in questions
    ]
    page = render("answers.html", assignment=assignment, pages=pages)
    write_whole(folder / "answers.html", page)


def _code(student, secret):
    return f"answer-{hashlib.sha256(f'{secret}|{student}'.encode()).hexdigest()[:8]}"


def _page(question, results, entries, blank, codes):
    """Return the answers to one question; who gave the same one stands together."""
    paths = {entry.student.id: entry.path for entry in entries}
    students = {}
    for result in results:
        entry = next(found for found in result["questions"] if found["name"] == question.name)
        text, picture = entry.get("answer", "").strip(), ""
        if isinstance(question, Picture):
            picture = _picture(paths.get(result["student"]), question.name)
        name = f"{result['name']} ({result['student']})" if result["name"] else result["student"]
        name = codes.get(result["student"], name)
        students.setdefault(("" if text == blank else text, picture), []).append(name)
    answers = [
        {"text": text, "picture": picture, "students": names}
        for (text, picture), names in sorted(students.items())
    ]
    return {"question": question, "answers": answers}


def _picture(path, name):
    try:
        picture = open_hand_in(path).pictures.get(name, b"") if path else b""
    except HandInError:
        picture = b""
    return base64.b64encode(picture).decode()


def _renew(sheet, results, questions, codes):
    """Write the sheet anew: a row for each answer, with all that a teacher has filled in."""
    table = read_table(sheet)
    header = table.columns or list(COLUMNS)
    lines = max(len(question.rubric) for question in questions)
    wanted = [*COLUMNS, *(f"{LINE}{number}" for number in range(1, lines + 1))]
    header += [name for name in wanted if name not in map(str.lower, header)]
    known = read_codes(sheet.parent)
    ids = [result["student"] for result in results]
    before = {}
    for row in table.rows:
        written = known.get(row.get("student", ""), row.get("student", ""))
        student = nearest(written, ids) or written
        before[student, row.get("question", "")] = row
    rows = []
    for question in questions:
        for result in results:
            fixed = {
                "student": codes.get(result["student"], result["student"]),
                "name": "" if codes else result["name"],
                "question": question.name,
                "points": question.points,
            }
            rows.append(before.pop((result["student"], question.name), {}) | fixed)
    kept = [row for row in before.values() if row.get("mark") or row.get("comment")]
    write_table(
        sheet, header, [[row.get(name.lower(), "") for name in header] for row in rows + kept],
        table.delimiter, table.encoding,
    )  # fmt: skip
