"""`import emlib` is light: it loads NumPy and the standard library, and works without the rest."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import emlib

HEAVY = ("matplotlib", "ipywidgets", "pandas", "sklearn", "scipy", "IPython")
ROOT = Path(__file__).parent.parent

FIT = """
X = emlib.load_faithful().X
emlib.fit_em(X, emlib.start_from_kmeans_plusplus(X, 2, rng=7))
"""


def heavy_modules_after(program):
    report = f"print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import sys\n{program}\n{report}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("program", ["import emlib", "import emlib" + FIT], ids=["import", "fit"])
def test_neither_the_import_nor_a_fit_loads_anything_heavy(program):
    assert heavy_modules_after(program) == "[]"


def test_the_check_sees_a_heavy_module():
    assert heavy_modules_after("import emlib, scipy") == "['scipy']"


def test_every_public_name_exists_and_says_what_it_does():
    for name in emlib.__all__:
        assert getattr(emlib, name).__doc__.strip(), name


def test_the_table_at_the_head_names_only_what_exists():
    named = [
        name.strip("` ")
        for line in emlib.__doc__.splitlines()
        if line.startswith("|") and "`" in line
        for name in line.split("|")[2].split(",")
    ]
    assert len(named) > 5
    assert set(named) <= set(emlib.__all__)


def test_every_place_that_says_the_version_says_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)[1]
    assert emlib.__version__ == project["version"] == cited
