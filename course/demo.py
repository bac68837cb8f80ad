"""A class of thirty invented hand-ins, as Moodle would give them, to see what a teacher gets."""

import copy
import io
import random
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat

from .editions.notebooks import solution, student
from .writing import write_whole

STUDENTS = """Ada Ash, Ben Bolt, Cleo Chan, Dora Diaz, Emil Ek, Finn Fox, Gina Gatti, Hugo Hahn,
Ines Ito, Jona Jung, Kira Khan, Lars Lind, Mona Moss, Nils Nagy, Olga Orlov, Pia Park, Quin Quist,
Rosa Reis, Sven Sand, Tara Todd, Udo Uhl, Vera Vega, Wim West, Xenia Xu, Yara Yilmaz, Zoe Zhou,
Alma Abel, Bo Berg, Cai Cruz, Dina Dahl"""
SLIPS = {
    "log_density": [
        ("+ log_det + distances", "+ distances"),
        ("np.linalg.inv(covariance)", "covariance"),
        ("-0.5 * (", "-1.0 * ("),
    ],
    "log_sum_exp": [
        ("largest + np.log(np.exp(log_values - largest[:, None]).sum(axis=1))",
         "np.log(np.exp(log_values).sum(axis=1))"),
        ("largest + np.log", "np.log"),
    ],
    "responsibilities": [
        ("np.log(weights) + log_density", "log_density"),
        ("np.exp(log_products - log_sum_exp(log_products)[:, None])",
         "np.exp(log_products) / np.exp(log_products).sum(axis=0)"),
    ],
    "responsibilities_with_labels": [("known = labels >= 0", "known = labels > 0")],
    "even_weight": [
        ("1 / (1 + np.exp(first - second))", "np.exp(second - first)"),
        ("    first, second", "    while True:\n        pass\n    first, second"),
    ],
}  # fmt: skip
TEXTS = (
    "The eruption was one or the other; the shares say what we know. Of a thousand, 900 are long.",
    "It is 90 % long. More digits would help.",
    "",
)
DUE = datetime(2026, 11, 20, 18, tzinfo=UTC)


def make_class(assignment, folder, seed=7):
    """Write roster.csv, hand-ins.zip, times.csv and a salt into a folder; the same every time."""
    folder, rng = Path(folder), random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    names = [" ".join(name.split()) for name in STUDENTS.split(",")]
    ids = [name.lower().replace(" ", ".") for name in names]
    roster = [
        f"{i},{name},{i}@example.org,{4700 + number}"
        for number, (i, name) in enumerate(zip(ids, names, strict=True))
    ]
    _table(folder / "roster.csv", ["id,name,email,moodle_id", *roster])
    when = [DUE + timedelta(hours=rng.uniform(-60, 3)) for _ in names]
    when[4] = DUE + timedelta(days=1, hours=5)
    times = [f"{i},{t:%Y-%m-%d %H:%M:%S+00:00}" for i, t in zip(ids, when, strict=True)]
    _table(folder / "times.csv", ["student,handed_in", *times])
    _table(folder / "salt", ["a salt that everybody knows"])
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for number, name in enumerate(names[:-1]):  # the last one hands in nothing
            home = f"{name}_{4700 + number}_assignsubmission_file_"
            for file, text in _files(assignment, number, rng):
                zipped.writestr(zipfile.ZipInfo(f"{home}/{file}", (2026, 11, 21, 9, 0, 0)), text)
    write_whole(folder / "hand-ins.zip", archive.getvalue())
    return folder


def _table(path, lines):
    write_whole(path, "\n".join(lines) + "\n")


def _files(assignment, number, rng):
    """Return what one student hands in: odd things from some, a notebook with slips from most."""
    if number == 11:
        return [("hw.ipynb", "this was a notebook once")]
    right = nbformat.writes(_notebook(assignment, rng, 0 if number % 5 == 0 else rng.randint(0, 3)))
    if number == 12:
        return [("hw1.ipynb", nbformat.writes(student(assignment))), ("hw2.ipynb", right)]
    if number == 13:
        return [("Ada Ash.ipynb", right)]
    if number == 14:
        return [("hw.ipynb", nbformat.writes(student(assignment)))]
    if number == 16:  # what a neighbour wrote, with other names
        text = nbformat.writes(_notebook(assignment, random.Random(16), 2))
        return [("hw.ipynb", text.replace("largest", "top"))]
    if number == 15:
        return [("hw.ipynb", nbformat.writes(_notebook(assignment, random.Random(16), 2)))]
    return [("hw.ipynb", right)]


def _notebook(assignment, rng, slips):
    notebook = copy.deepcopy(solution(assignment))
    cells = {cell.metadata.get("course", {}).get("answer"): cell for cell in notebook.cells}
    for name in rng.sample(sorted(SLIPS), slips):
        before, after = rng.choice(SLIPS[name][: 1 if rng.random() < 0.7 else None])
        cells[name].source = cells[name].source.replace(before, after)
    cells["meaning"].source = rng.choice(TEXTS) or "*Your answer.*"
    return notebook
