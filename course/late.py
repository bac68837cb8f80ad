"""Late hand-ins: a grace period, a penalty for each day that has begun, a cap, extensions."""

import math
from datetime import timedelta
from pathlib import Path

from .marks import MarksError, nearest
from .platforms import moment
from .tables import read_table

EXTENSIONS = ("student", "until", "reason")
TIMES = ("last modified (submission)", "handed_in", "submitted", "submitted at", "time")


def policy(due="", grace=0.0, penalty=0.0, cap=100.0):
    """Return a policy ready for JSON; ValueError says what makes no sense.

    due : a date and time; grace : minutes; penalty : per cent a day; cap : most per cent in all
    """
    when = moment(due)
    if when is None:
        raise ValueError(f"--due {due!r}: write a date and a time, '2026-11-20 18:00'")
    if not (grace >= 0 and 0 <= penalty <= 100 and 0 <= cap <= 100):
        raise ValueError("--grace is in minutes, --penalty and --cap in per cent from 0 to 100")
    return {"due": when.isoformat(), "grace": grace, "penalty": penalty, "cap": cap}


def read_times(path, students):
    """Return student -> when, from a table: `student, handed_in`, or Moodle's grading worksheet."""
    table, times = read_table(Path(path)), {}
    column = next((name for name in TIMES if name in [c.lower() for c in table.columns]), None)
    if column is None:
        raise ValueError(f"{path}: no column says when: name one {' or '.join(TIMES[:2])}")
    by_name = {student.name.casefold(): student.id for student in students.values() if student.name}
    for row in table.rows:
        words = [row.get(key, "") for key in ("student", "id", "id number", "email address")]
        found = next((known for word in words if word and (known := _who(word, students))), None)
        found = found or by_name.get(row.get("full name", "").casefold())
        if found and (when := moment(row[column])):
            times[found] = when.isoformat()
    return times


def _who(word, students):
    return nearest(word, students) or next(
        (s.id for s in students.values() if word in (s.columns.get("email"),)), None
    )


def apply(results, rules, out):
    """Take off what is due for lateness; return sentences about what could not be decided."""
    if not rules:
        return []
    look = []
    extensions = _extensions(Path(out) / "extensions.csv", results, look)
    for result in results:
        due = extensions.get(result["student"]) or moment(rules["due"])
        when = moment(result.get("when") or "")
        if when is None:
            if result.get("late"):
                look.append(f"{result['student']} is late, says the platform, and not by how much")
            continue
        days = days_late(when, due, rules["grace"])
        percent = min(days * rules["penalty"], rules["cap"])
        result["days_late"], result["percent_off"] = days, percent
        result["mark_before"] = result["mark"]
        if percent:
            result["mark"] = round(result["mark"] * (1 - percent / 100), 2)
    return look


def days_late(when, due, grace=0.0):
    """Return the days that have begun since a hand-in was due; none within the grace period."""
    late = when - due
    if late <= timedelta(minutes=grace):
        return 0
    return math.ceil(late / timedelta(days=1))


def _extensions(path, results, look):
    extensions, ids = {}, [result["student"] for result in results]
    for row in read_table(path).rows:
        student, until = nearest(row.get("student", ""), ids), moment(row.get("until", ""))
        if until is None:
            raise MarksError(f"{path.name}, row {row['line']}: `until` is a date and a time")
        if student is None:
            look.append(f"{path.name}, row {row['line']}: nobody called {row['student']!r} here")
        else:
            extensions[student] = until
    return extensions
