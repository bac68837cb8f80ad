"""The benchmark's page is what its program makes of what was measured; nothing was typed in."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks"
MEASURED = json.loads((HERE / "results.json").read_text(encoding="utf-8"))


def module(name):
    spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", HERE / f"{name}.py")
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


page = module("page")


def test_the_page_is_made_of_what_was_measured():
    written = (ROOT / "book" / "reference" / "benchmark.md").read_text(encoding="utf-8")
    assert written == page.write_text(MEASURED), "the page is stale: run benchmarks/page.py"


def test_the_picture_is_made_of_what_was_measured():
    drawn = (ROOT / "book" / "web" / "benchmark.svg").read_text(encoding="utf-8")
    assert drawn == page.draw(MEASURED), "the picture is stale: run benchmarks/page.py"


def test_ratios_are_medians_of_neighbours_in_time():
    for case in (*MEASURED["cases"].values(), *MEASURED.get("every core", {}).values()):
        for peer, ratio in case["ratios"].items():
            pairs = zip(case["seconds"][peer], case["seconds"]["emlib"], strict=True)
            ordered = sorted(theirs / ours for theirs, ours in pairs)
            assert ratio == pytest.approx(ordered[len(ordered) // 2], abs=0.006)


def test_the_page_names_every_row_in_which_another_library_is_ahead():
    *_, behind = page.write_text(MEASURED).partition("Where it is not ahead")
    for name, case in MEASURED["cases"].items():
        for peer, ratio in case["ratios"].items():
            said = f"{peer} at {name} ({ratio:.2f})" in behind
            assert said == (ratio < 1), (name, peer)
    for name, case in MEASURED.get("every core", {}).items():
        for peer, ratio in case["ratios"].items():
            said = f"{peer} on every core at {name} ({ratio:.2f})" in behind
            assert said == (ratio < 1), (name, peer)
