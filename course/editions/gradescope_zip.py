"""The edition for Gradescope: a zip with this very grader in it, which reports in its format."""

import re
import zipfile
from pathlib import Path

COURSE = Path(__file__).resolve().parents[1]
EMLIB = COURSE.parent / "emlib"
LONG_AGO = (2026, 1, 1, 0, 0, 0)

WANTED = ("numpy", "scipy", "matplotlib", "jinja2", "jupytext", "nbformat", "tqdm")
PYTHONS = ("3.12", "3.13", "3.11")
SETUP = f"""#!/usr/bin/env bash
# Ubuntu 22.04 or later: an older one has no Python that is new enough.
apt-get update
found=""
for version in {" ".join(PYTHONS)}; do
  apt-get install -y "python$version" "python$version-venv" && found="python$version" && break
done
if [ -z "$found" ]; then
  echo "This image has no Python 3.11 or newer: choose Ubuntu 22.04 or later in Gradescope." >&2
  exit 1
fi
set -e
"$found" -m venv "${{COURSE_HOME:=/opt/course}}"
"$COURSE_HOME/bin/pip" install --constraint "$(dirname "$0")/constraints.txt" {" ".join(WANTED)}
"""
RUN = """#!/usr/bin/env bash
set -e
cd /autograder/source
chmod -R go-rwx .
/opt/course/bin/python -m course gradescope assignment.py /autograder/submission \\
  --salt salt --metadata /autograder/submission_metadata.json \\
  --out /autograder/results/results.json
"""


def constraints(lock):
    """Return the versions of the project's lock file, which are those that were tested."""
    pinned = re.findall(r"^[\w.-]+==[^\\\n]+", lock, re.MULTILINE)
    return "\n".join(line.strip() for line in pinned) + "\n"


def package(assignment, salt, path):
    """Write the zip that is uploaded to Gradescope."""
    files = {"setup.sh": SETUP, "run_autograder": RUN, "salt": salt + "\n"}
    files["constraints.txt"] = constraints((COURSE.parent / "requirements.txt").read_text("utf-8"))
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
