"""How much of emlib its tests run: every line and branch of the core, or nearly."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from core_tests import CORE, files

ROOT = Path(__file__).parent.parent
LEAST = 95.0
"""Per cent of the lines and branches of emlib, its figures and checks left out."""

ELSEWHERE = ("figures", "check", "scale", "plotting")
"""What other tests run: in browsers, in worker processes, from the chapters."""


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_tests_run_nearly_every_branch_of_the_core(tmp_path):
    data = f"--data-file={tmp_path / 'coverage'}"
    omitted = ",".join(f"emlib/{name}{end}" for name in ELSEWHERE for end in ("/*", ".py"))
    program = [sys.executable, "-m", "coverage"]
    measure = ["run", data, "--branch", "--source=emlib", f"--omit={omitted}"]
    tests = ["-m", "pytest", "-q", "-m", "not slow", "-p", "no:cacheprovider"]
    tests += files(CORE)
    subprocess.run([*program, *measure, *tests], cwd=ROOT, check=True)
    subprocess.run([*program, "json", data, f"-o{tmp_path / 'found'}"], cwd=ROOT, check=True)
    found = json.loads((tmp_path / "found").read_text())
    assert found["totals"]["percent_covered"] > LEAST
    poor = {
        name: round(file["summary"]["percent_covered"], 1)
        for name, file in found["files"].items()
        if file["summary"]["percent_covered"] < LEAST
    }
    assert not poor, f"add tests for what these leave unproved: {poor}"
