"""The edition for Gradescope: a zip with this very grader in it, which reports in its format."""

import zipfile
from pathlib import Path

COURSE = Path(__file__).resolve().parents[1]
EMLIB = COURSE.parent / "emlib"
LONG_AGO = (2026, 1, 1, 0, 0, 0)

SETUP = """#!/usr/bin/env bash
set -e
apt-get update
apt-get install -y python3-venv
python3 -m venv /opt/course
/opt/course/bin/pip install "numpy>=1.26" "scipy>=1.11" "matplotlib>=3.8" \\
  "jinja2>=3.1" "jupytext>=1.17" "nbformat>=5.10" "tqdm>=4.66"
"""
RUN = """#!/usr/bin/env bash
cd /autograder/source
chmod -R go-rwx .
/opt/course/bin/python -m course gradescope assignment.py /autograder/submission \\
  --salt salt --metadata /autograder/submission_metadata.json \\
  --out /autograder/results/results.json
"""


def package(assignment, salt, path):
    """Write the zip that is uploaded to Gradescope."""
    files = {"setup.sh": SETUP, "run_autograder": RUN, "salt": salt + "\n"}
    files["assignment.py"] = assignment.path.read_text("utf-8")
    for folder in (COURSE, EMLIB):
        for found in sorted(folder.rglob("*")):
            if found.suffix in (".py", ".html", ".md", ".csv", ".json", ".mplstyle"):
                files[str(found.relative_to(COURSE.parent))] = found.read_text("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in sorted(files.items()):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            mode = 0o755 if name in ("setup.sh", "run_autograder") else 0o600
            entry.external_attr = mode << 16
            zipped.writestr(entry, text)
