"""Answers that a person marks: collected on one page and one sheet, kept when grading again."""

import base64
import csv
from pathlib import Path

from .author import BY_HAND, Picture
from .gradebook import harmless
from .handin import HandInError, open_hand_in
from .marks import BY_HAND as COLUMNS
from .templates import render


def collect_answers(results, entries, assignment, out):
    """Write manual/marks.csv and manual/answers.html; marks that are there already stay."""
    questions = [question for question in assignment.questions if isinstance(question, BY_HAND)]
    if not questions:
        return
    folder = Path(out) / "manual"
    folder.mkdir(parents=True, exist_ok=True)
    sheet = folder / "marks.csv"
    before = _read(sheet)
    rows = []
    for question in questions:
        for result in results:
            key = (harmless(result["student"]), question.name)
            mark, comment = before.pop(key, ("", ""))
            name = harmless(result["name"])
            rows.append([key[0], name, question.name, question.points, mark, comment])
    rows += [
        [student, "", name, "", *kept] for (student, name), kept in before.items() if any(kept)
    ]
    _write(sheet, rows)
    pages = [_page(question, results, entries) for question in questions]
    (folder / "answers.html").write_text(
        render("answers.html", assignment=assignment, pages=pages), "utf-8"
    )


def _page(question, results, entries):
    """Return the answers to one question; equal ones, and empty ones, stand together."""
    paths = {entry.student.id: entry.path for entry in entries}
    answers = []
    for result in results:
        entry = next(found for found in result["questions"] if found["name"] == question.name)
        text = entry.get("answer", "").strip()
        answer = {"student": result["student"], "text": text, "picture": ""}
        if isinstance(question, Picture):
            answer["picture"] = _picture(paths.get(result["student"]), question.name)
        answers.append(answer)
    return {"question": question, "answers": sorted(answers, key=lambda answer: answer["text"])}


def _picture(path, name):
    try:
        picture = open_hand_in(path).pictures.get(name, b"") if path else b""
    except HandInError:
        picture = b""
    return base64.b64encode(picture).decode()


def _read(sheet):
    if not sheet.exists():
        return {}
    with sheet.open(newline="", encoding="utf-8-sig") as file:
        return {
            (row["student"], row["question"]): (row["mark"] or "", row["comment"] or "")
            for row in csv.DictReader(file)
        }


def _write(sheet, rows):
    with sheet.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(rows)
