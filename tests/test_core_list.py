"""The list of core tests is whole, and needs no more than the weekly workflow installs."""

import ast
import re
import sys
from pathlib import Path

import pytest
import yaml
from core_tests import AROUND, CORE, TESTS, files

ROOT = TESTS.parent
NOT_HERE = {"contract", "packaging", "questions"}
"""They could run there; but the contract answers for the locked scikit-learn, uv builds, and a page
of the book asks the questions."""


def step(text):
    """Return the command of the weekly workflow that contains a text."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/weekly.yml").read_text("utf-8"))
    commands = [entry.get("run", "") for entry in workflow["jobs"]["emlib"]["steps"]]
    (found,) = [command for command in commands if text in command]
    return found


def installed():
    """Return the modules that the workflow installs: extras by what they bring, sklearn by name."""
    words = re.findall(r"[\w-]+", step("uv pip install").split('"')[-1])
    extras = {"numpy", "matplotlib", "ipywidgets", "anywidget", "tqdm", "dask", "distributed"}
    return {"sklearn" if word == "scikit-learn" else word for word in words} | extras


def source(module):
    """Return the file of a module of tests/support or tools, if it is one."""
    places = (TESTS / "support" / f"{module}.py", ROOT / "tools" / f"{module}.py")
    return next((path for path in places if path.exists()), None)


def needs(path):
    """Return the foreign modules that a test file imports, by way of its helpers too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module]
        for name in (name.split(".")[0] for name in names):
            if source(name):
                found |= needs(source(name))
            elif name not in sys.stdlib_module_names and name != "emlib":
                found.add(name)
    return found


def test_the_workflow_runs_this_list():
    assert "$(python tests/support/core_tests.py)" in step("pytest -W")


@pytest.mark.parametrize("path", files(CORE + AROUND))
def test_a_core_test_needs_nothing_that_the_workflow_does_not_install(path):
    assert needs(ROOT / path) - installed() == set()


def test_a_test_that_needs_the_book_would_be_noticed():
    assert needs(TESTS / "test_site.py") - installed() >= {"sphinx", "yaml", "nbformat"}


def test_no_test_of_emlib_alone_is_forgotten():
    able = {
        path.stem.removeprefix("test_")
        for path in Path(TESTS).glob("test_*.py")
        if re.search(r"^(import|from) emlib", path.read_text("utf-8"), re.M)
        and needs(path) <= installed()
    }
    assert able - NOT_HERE == set(CORE + AROUND), "list it in tests/support/core_tests.py"
