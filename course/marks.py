"""Marks as they count: what was graded, what was marked by hand, what a teacher overrode."""

import json
from pathlib import Path

from .tables import alike, read_table

OVERRIDES = ("student", "question", "part", "mark", "reason")
LINE, CODES = "line ", "codes.json"
"""Columns of marks by rubric line; the file that says whose answer a code stands for."""
BY_HAND = ("student", "name", "question", "points", "mark", "comment")


class MarksError(Exception):
    """What is wrong with a file that a teacher filled in: the file, the row, the remedy."""


def final(results, out):
    """Results with marks by hand and overrides merged in; they stand in files of their own.

    Returns
    -------
    results : list; each question has `mark`, and `waiting` if it is still to be marked by hand
    unmatched : list of sentences about rows that belong to nobody who handed in
    """
    out = Path(out)
    merged = json.loads(json.dumps(results))
    for result in merged:
        for question in result["questions"]:
            question["waiting"] = bool(question.get("by_hand"))
            question["mark"] = sum(part["mark"] for part in question["parts"])
    class_ = _Class(merged)
    for row in filled_in(out / "manual" / "marks.csv", BY_HAND):
        question = class_.question(row)
        if question is not None:
            question["mark"] = _number(row, question["points"])
            question["waiting"] = False
            question["comment"] = row["comment"]
    for row in filled_in(out / "overrides.csv", OVERRIDES):
        question = class_.question(row)
        if question is not None:
            _override(question, row)
    for result in merged:
        result["mark"] = round(sum(question["mark"] for question in result["questions"]), 6)
        result["points"] = sum(question["points"] for question in result["questions"])
        result["waiting"] = [q["title"] for q in result["questions"] if q["waiting"]]
    return merged, class_.unmatched


class _Class:
    """Finds the question that a row is about, and remembers the rows that are about nobody."""

    def __init__(self, results):
        self.students = {
            result["student"]: {question["name"]: question for question in result["questions"]}
            for result in results
        }
        self.unmatched = []

    def question(self, row):
        """Return the question of a row, or None if its student has handed in nothing."""
        student = nearest(row["student"], self.students)
        if student is None:
            self.unmatched.append(
                f"{row['where']}: nobody called {row['student']!r} has handed in, so the mark "
                f"{row['mark']} counts for nobody"
            )
            return None
        questions = self.students[student]
        if row["question"] not in questions:
            names = ", ".join(questions)
            raise MarksError(f"{row['where']}: no question {row['question']!r}; there are: {names}")
        return questions[row["question"]]


def _added_up(lines, where):
    try:
        return f"{sum(float(line.replace(',', '.')) for line in lines):g}"
    except ValueError:
        raise MarksError(f"{where}: the lines of the rubric hold numbers") from None


def read_codes(folder):
    """Return code -> student, where answers are marked without names."""
    try:
        return json.loads((folder / CODES).read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def nearest(written, ids):
    """Return the id that is written, or the only one of which a spreadsheet has made this."""
    if written in ids:
        return written
    found = [known for known in ids if alike(known) == alike(written)]
    return found[0] if len(found) == 1 else None


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


def _number(row, points):
    try:
        mark = float(row["mark"].replace(",", "."))
    except ValueError:
        raise MarksError(f"{row['where']}: {row['mark']!r} is not a number") from None
    if not 0 <= mark <= points:
        raise MarksError(f"{row['where']}: a mark between 0 and {points:g} was expected")
    return int(mark) if mark == int(mark) else mark


def filled_in(path, columns):
    """Return the rows of a table that a teacher has filled in; those without any mark are left."""
    table, codes = read_table(path), read_codes(path.parent)
    missing = {columns[0], "question", "mark"} - {name.lower() for name in table.columns}
    if table.rows and missing:
        raise MarksError(f"{path.name}: the columns must be {', '.join(columns)}")
    for row in table.rows:
        lines = [value for name, value in row.items() if name.startswith(LINE) and value]
        row = {column: row.get(column, "") for column in columns} | {
            "where": f"{path.name}, row {row['line']}"
        }
        row["student"] = codes.get(row["student"], row["student"])
        if lines and not row["mark"]:
            row["mark"] = _added_up(lines, row["where"])
        if row["mark"]:
            yield row
        elif row.get("reason"):
            raise MarksError(f"{row['where']}: there is a reason, and no mark")
