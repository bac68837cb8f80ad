"""Marks as they count: what was graded, what was marked by hand, what a teacher overrode."""

import csv
import json
from pathlib import Path

OVERRIDES = ("student", "question", "part", "mark", "reason")
BY_HAND = ("student", "name", "question", "points", "mark", "comment")


class MarksError(Exception):
    """What is wrong with a file that a teacher filled in: the file, the row, the remedy."""


def final(results, out):
    """Results with marks by hand and overrides merged in; they stand in files of their own.

    Returns
    -------
    list of results; each question has `mark`, and `waiting` if it is still to be marked by hand
    """
    out = Path(out)
    by_hand = _table(out / "manual" / "marks.csv", BY_HAND)
    overrides = _table(out / "overrides.csv", OVERRIDES)
    merged = json.loads(json.dumps(results))
    for result in merged:
        for question in result["questions"]:
            question["waiting"] = bool(question.get("by_hand"))
            question["mark"] = sum(part["mark"] for part in question["parts"])
    known = {(result["student"], question["name"]): question for result in merged
             for question in result["questions"]}  # fmt: skip
    for row in by_hand:
        question = _find(known, row, out / "manual" / "marks.csv")
        if question is not None and row["mark"]:
            question["mark"] = _number(row, question["points"])
            question["waiting"] = False
            question["comment"] = row["comment"]
    for row in overrides:
        question = _find(known, row, out / "overrides.csv")
        if question is not None:
            _override(question, row)
    for result in merged:
        result["mark"] = round(sum(question["mark"] for question in result["questions"]), 6)
        result["points"] = sum(question["points"] for question in result["questions"])
        result["waiting"] = [q["title"] for q in result["questions"] if q["waiting"]]
    return merged


def _override(question, row):
    if not row["reason"]:
        raise MarksError(f"{row['where']}: an override needs a reason, which the student reads")
    if row["part"]:
        part = next((part for part in question["parts"] if part["name"] == row["part"]), None)
        if part is None:
            names = ", ".join(part["name"] for part in question["parts"])
            raise MarksError(f"{row['where']}: no part {row['part']!r}; there are: {names}")
        mark = _number(row, part["points"])
        question["mark"] += mark - part["mark"]
        part |= {"mark": mark, "override": row["reason"]}
    else:
        question |= {"mark": _number(row, question["points"]), "override": row["reason"]}
        question["waiting"] = False


def _find(known, row, path):
    """Return the question of a row; a student who is not in this batch is passed over."""
    students = {student for student, _ in known}
    if row["student"] not in students:
        return None
    if (row["student"], row["question"]) not in known:
        names = ", ".join(dict.fromkeys(name for _, name in known))
        raise MarksError(f"{row['where']}: no question {row['question']!r}; there are: {names}")
    return known[row["student"], row["question"]]


def _number(row, points):
    try:
        mark = float(row["mark"].replace(",", "."))
    except ValueError:
        raise MarksError(f"{row['where']}: {row['mark']!r} is not a number") from None
    if not 0 <= mark <= points:
        raise MarksError(f"{row['where']}: a mark between 0 and {points:g} was expected")
    return int(mark) if mark == int(mark) else mark


def _table(path, columns):
    """Read a table that a teacher may have edited; empty if there is none."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    if rows and not {columns[0], "question", "mark"} <= set(rows[0]):
        raise MarksError(f"{path.name}: the columns must be {', '.join(columns)}")
    return [
        {column: (row.get(column) or "").strip() for column in columns}
        | {"where": f"{path.name}, row {number}"}
        for number, row in enumerate(rows, 2)
    ]
