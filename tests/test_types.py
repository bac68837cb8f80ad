"""The annotations: whole on what is public, true of emlib itself, and of use to who calls it."""

import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from sphinx_docstrings import MODULES, public

ROOT = Path(__file__).parent.parent
NAMES = {
    f"{module}.{name}": getattr(importlib.import_module(module), name)
    for module in MODULES
    for name in public(module)
}


# Whole


def functions(name, thing):
    """Return name -> function: a function itself, or a class's own public methods and __init__."""
    if inspect.isfunction(thing):
        return {name: thing}
    methods = {
        f"{name}.{key}": getattr(value, "fget", None) or getattr(value, "func", value)
        for key, value in vars(thing).items()
        if key == "__init__" or not key.startswith("_")
    }
    return {key: value for key, value in methods.items() if inspect.isfunction(value)}


def bare(function):
    """Return what of a function is not annotated: parameters, and the returned value."""
    signature = inspect.signature(function)
    names = [n for n, p in signature.parameters.items() if p.annotation is p.empty]
    without_return = signature.return_annotation is signature.empty
    return [n for n in names if n != "self"] + (["return"] if without_return else [])


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_annotated_whole(name):
    missing = {key: bare(function) for key, function in functions(name, NAMES[name]).items()}
    assert {key: names for key, names in missing.items() if names} == {}


def test_what_is_not_annotated_would_be_noticed():
    def half(x: int, y, *, z=1):
        return x

    assert bare(half) == ["y", "z", "return"]


# True


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """Return a function that runs mypy and gives its complaints, one cache for all runs."""
    cache = tmp_path_factory.mktemp("mypy")

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--cache-dir", cache, "--no-error-summary", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.stderr, done.stderr
        return done.stdout.strip().splitlines()

    return run


@pytest.mark.timeout(600)
def test_mypy_finds_nothing_in_emlib(check):
    assert check() == []


GOOD = """
import numpy as np
import pandas as pd

import emlib

X = emlib.load_faithful().X
start = emlib.start_from_kmeans_plusplus(X, 2, rng=7)
by_hand = emlib.Parameters([0.5, 0.5], [[0.0], [4.0]], [1.0, 1.0], "spherical")
result = emlib.fit_em(X, start, callback=lambda n_iter, log_likelihood, parameters: None)
emlib.fit_em([X[:100], X[100:]], start, sample_weight=None)
number: float = result.log_likelihood + emlib.bic(pd.DataFrame(X), start)
resp: np.ndarray = emlib.responsibilities(X.tolist(), [1.0], [[0.0, 0.0]], [1.0], "spherical")
model: emlib.GaussianMixture = emlib.GaussianMixture(2, random_state=7).fit(X)
means: np.ndarray = model.means_ + emlib.e_step(X, start)[0].means()
emlib.save("a.json", emlib.load("b.json"))
"""
WRONG = {
    "emlib.fit_em([[0.0]])": 'Missing positional argument "start"',
    "emlib.fit_em([[0.0]], None)": 'incompatible type "None"; expected "Parameters"',
    "emlib.load_faithful().Y": 'has no attribute "Y"',
    "emlib.bic([[0.0]], emlib.load('a')).shape": '"float" has no attribute "shape"',
    "emlib.log_gaussian([[0.0]], [[0.0]], [1.0], 'round')": "expected \"Literal['full', 'tied'",
}


@pytest.mark.timeout(600)
def test_who_calls_emlib_gets_its_types(check, tmp_path):
    (tmp_path / "good.py").write_text(GOOD)
    assert check(tmp_path / "good.py") == []


@pytest.mark.timeout(600)
def test_a_wrong_call_is_noticed(check, tmp_path):
    (tmp_path / "wrong.py").write_text("import emlib\n\n" + "\n".join(WRONG) + "\n")
    complaints = check(tmp_path / "wrong.py")
    for number, (line, complaint) in enumerate(WRONG.items(), 3):
        (found,) = [text for text in complaints if f"wrong.py:{number}: error" in text]
        assert complaint in found, line
