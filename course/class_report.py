"""What a class misunderstood: mistakes by how often, questions by what they tell apart."""

import statistics
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
from markupsafe import Markup

from .gradebook import state
from .templates import render

WIDTH, HEIGHT, BASE = 640, 180, 24


def write_class_report(results, assignment, roster, out, missing=()):
    """Write class.html."""
    marks = [result["mark"] for result in results] or [0]
    handed_in = {result["student"] for result in results}
    report = {
        "handed_in": len(results),
        "complete": sum(state(result) == "complete" for result in results),
        "waiting": sum(bool(result["waiting"]) for result in results),
        "mean": statistics.fmean(marks),
        "median": statistics.median(marks),
        "missing": list(missing),
        "look": _look(results),
        "not_handed_in": [
            student.name or student.id
            for student in roster.students.values()
            if student.id not in handed_in
        ],
        "histogram": _bars(*_histogram(marks, assignment.points), "Marks", "hand-ins"),
        "mistakes": mistakes(results),
        "questions": questions(results),
    }
    rows = [(n, row) for n, row in enumerate(report["questions"], 1) if row["share"] is not None]
    titles, shares = [f"{n}. {row['title']}" for n, row in rows], [row["share"] for _, row in rows]
    report["ease"] = _bars(titles, shares, "Question", "share")
    Path(out, "class.html").write_text(
        render("class.html", assignment=assignment, report=report), "utf-8"
    )


def _look(results):
    """Hand-ins that a person should look at, with the reason."""
    found = []
    for result in results:
        if result.get("failed") or not result.get("known", True):
            found.append((result["student"], state(result).removeprefix("look: ")))
        claimed = result.get("claimed", "").strip().lower()
        if claimed and claimed not in ("your id", result["student"].strip().lower()):
            found.append((result["student"], f"the notebook says that it is by {claimed}"))
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
        {"question": title, "name": name, "count": n, "percent": round(100 * n / len(results))}
        for (title, name), n in ranked
    ]


def questions(results):
    """Return ease, discrimination and unexplained losses of every question."""
    rows = []
    totals = np.array([result["mark"] for result in results], dtype=float)
    for number, question in enumerate(results[0]["questions"] if results else []):
        found = [result["questions"][number] for result in results]
        marks = np.array([entry["mark"] for entry in found], dtype=float)
        waiting = any(entry["waiting"] for entry in found)
        share = float(marks.mean() / question["points"])
        rows.append(
            {
                "title": question["title"],
                "points": question["points"],
                "share": None if waiting else share,
                "ease": "by hand" if waiting else f"{share:.0%}",
                "discrimination": "" if waiting else _correlation(marks, totals - marks),
                "unexplained": sum(
                    entry["mark"] < entry["points"] and not entry["mistakes"]
                    and not entry["waiting"] for entry in found
                ),
            }
        )  # fmt: skip
    return rows


def _correlation(marks, others):
    if len(marks) < 3 or np.ptp(marks) == 0 or np.ptp(others) == 0:
        return "–"
    return f"{np.corrcoef(marks, others)[0, 1]:.2f}"


def _histogram(marks, points):
    edges = np.linspace(0, points, 11) if points > 10 else np.arange(points + 2) - 0.5
    counts, _ = np.histogram(marks, bins=edges)
    if points > 10:
        labels = [f"{low:g}–{high:g}" for low, high in pairwise(edges)]
    else:
        labels = [f"{mark:g}" for mark in range(int(points) + 1)]
    return labels, counts.tolist()


def _bars(labels, values, across, up):
    """Draw bars with a label each, as SVG; what they show is also said in words."""
    largest, step = max([*values, 1e-9]), WIDTH / max(len(labels), 1)
    words = ", ".join(f"{label}: {value:.3g}" for label, value in zip(labels, values, strict=True))
    parts = [
        Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{} by {}. {}">').format(
            WIDTH, HEIGHT + 2 * BASE, up, across.lower(), words
        )
    ]
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        height = HEIGHT * value / largest
        parts.append(
            Markup(
                '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="#3b6ea5"/>'
                '<text x="{:.1f}" y="{:.1f}" text-anchor="middle" font-size="12" '
                'fill="currentColor">{:.3g}</text>'
                '<text x="{:.1f}" y="{}" text-anchor="middle" font-size="11" '
                'fill="currentColor">{}</text>'
            ).format(
                number * step + 4, BASE + HEIGHT - height, step - 8, height,
                (number + 0.5) * step, BASE + HEIGHT - height - 4, value,
                (number + 0.5) * step, HEIGHT + BASE + 16,
                label if len(label) <= step / 6 else label.split(".")[0],
            )
        )  # fmt: skip
    return Markup("").join([*parts, Markup("</svg>")])
