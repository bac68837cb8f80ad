"""What a class misunderstood: mistakes by how often, questions by what they tell apart."""

import statistics
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

from .gradebook import state, unread
from .templates import render
from .writing import write_whole

NOT_FILLED_IN = "It is not filled in yet."
FEWEST = 3
"""Hand-ins from which on a correlation is worth a number."""


def write_class_report(results, assignment, roster, out, missing=(), look=(), more=None):
    """Write class.html; `look` are sentences for the teacher."""
    marks = [result["mark"] for result in results] or [0]
    handed_in = {result["student"] for result in results}
    report = {
        "handed_in": len(results),
        "complete": sum(state(result) == "complete" for result in results),
        "waiting": sum(bool(result["waiting"]) for result in results),
        "mean": statistics.fmean(marks),
        "median": statistics.median(marks),
        "missing": list(missing),
        "look": [*look, *_look(results)],
        "not_handed_in": [
            student.name or student.id
            for student in roster.students.values()
            if student.id not in handed_in
        ],
        "histogram": _bars(*_histogram(marks, assignment.points), str),
        "mistakes": mistakes(results),
        "changes": (more or {}).get("changes", []),
        "similar": (more or {}).get("similar", []),
        "questions": questions(results),
    }
    rows = [(f"{number}. {row['title']}", row) for number, row in enumerate(report["questions"], 1)]
    shares = [(label, row["share"]) for label, row in rows if row["share"] is not None]
    told = [(label, row["correlation"]) for label, row in rows if row["correlation"] is not None]
    report["ease"] = _bars(*_columns(shares), "{:.0%}".format, top=1)
    report["discrimination"] = _bars(*_columns(told), "{:.2f}".format, top=1)
    page = render("class.html", assignment=assignment, report=report)
    write_whole(Path(out, "class.html"), page)


def _columns(pairs):
    return ([first for first, _ in pairs], [second for _, second in pairs])


def _look(results):
    """Hand-ins that a person should look at, with the reason."""
    found = []
    for result in results:
        student = result["student"]
        if state(result).startswith("look: "):
            why = unread(result) or state(result).removeprefix("look: ")
            found.append(f"{student}, {result['file']}: {why}")
        claimed = result.get("claimed", "").strip().lower()
        if claimed and claimed not in ("your id", student.strip().lower()):
            found.append(f"{student}: the notebook says that it is by {claimed}")
    return found


def mistakes(results):
    """Return the named mistakes, most frequent first."""
    counts = Counter(
        (question["title"], name)
        for result in results
        for question in result["questions"]
        for name in question["mistakes"]
    )
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        {
            "question": title,
            "name": name,
            "count": n,
            "percent": round(100 * n / len(results)),
            "who": _who_made(results, title, name),
        }
        for (title, name), n in ranked
    ]


def _who_made(results, title, name):
    return [
        result["name"] or result["student"]
        for result in results for question in result["questions"]
        if question["title"] == title and name in question["mistakes"]
    ]  # fmt: skip


def questions(results):
    """Return ease, discrimination and unexplained losses of every question.

    A file that could not be opened says nothing about a question, and is left out.
    """
    rows, results = [], [result for result in results if not unread(result)]
    totals = np.array([result["mark"] for result in results], dtype=float)
    for number, question in enumerate(results[0]["questions"] if results else []):
        found = [result["questions"][number] for result in results]
        marks = np.array([entry["mark"] for entry in found], dtype=float)
        waiting = any(entry["waiting"] for entry in found)
        share = float(marks.mean() / question["points"])
        correlation = None if waiting else _correlation(marks, totals - marks)
        rows.append(
            {
                "title": question["title"],
                "points": question["points"],
                "share": None if waiting else share,
                "correlation": correlation,
                "unexplained": sum(_unexplained(entry) for entry in found),
            }
        )
    return rows


def _unexplained(entry):
    lost = [part for part in entry["parts"] if part["mark"] < part["points"]]
    given_up = all(part["sentence"] == NOT_FILLED_IN for part in lost)
    return bool(lost) and not given_up and not entry["mistakes"]


def _correlation(marks, others):
    """Return the correlation of a question's marks with the others'; None if there is none."""
    if len(marks) < FEWEST or np.ptp(marks) == 0 or np.ptp(others) == 0:
        return None
    return float(np.corrcoef(marks, others)[0, 1])


def _histogram(marks, points):
    step = -(-points // 10)
    edges = np.arange(0, points + step, step) if points > 10 else np.arange(points + 2) - 0.5
    counts, _ = np.histogram(marks, bins=edges)
    if points > 10:
        labels = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
    else:
        labels = [f"{mark:g}" for mark in range(int(points) + 1)]
    return labels, counts.tolist()


def _bars(labels, values, shown, top=1e-9):
    """Return bars, each with a label and its value in words; those below zero go to the left.

    The longest one fills the width, or `top` does if it is larger.

    They are drawn by the page from the left and the width in per cent, so that their words stay
    readable on a phone.
    """
    low, high = min([0, *values]), max([*values, top])
    scale = 100 / (high - low)
    return [
        {
            "label": label,
            "value": shown(value),
            "left": round(scale * (min(value, 0) - low), 2),
            "width": round(scale * abs(value), 2),
        }
        for label, value in zip(labels, values, strict=True)
    ]
