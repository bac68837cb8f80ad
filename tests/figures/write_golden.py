"""Write golden/*.json: what emlib computes, for the figures' JavaScript to be held against.

    python tests/figures/write_golden.py

runs.json       EM half-step by half-step for ten iterations, and where a hundred of them end
book.json       the book's own two runs, from the start to where they stand still
functions.json  single calls: hard cases near underflow, and whatever is not a half-step of EM

A new function of emlib.js gets its calls in `calls()` below; a test finds those that have none.
"""

import json
from pathlib import Path

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import rel_entr

import emlib
from emlib import figures
from emlib.engine.expectation import e_step
from emlib.figures.coins import coin_responsibilities
from emlib.figures.linkage import COUNTS, linkage_step
from emlib.figures.normaliser import WAYS
from emlib.figures.underflow import naive_gaussian
from emlib.mixture import log_joint, log_sum_exp, softmax

GOLDEN = Path(__file__).parent / "golden"
SHAPES = ("full", "tied", "diag", "spherical")
STEPS, WHOLE = 10, 100
N_SAMPLES = 12


def plain(value):
    """Turn arrays into lists, and what JSON has no number for into a word."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, float) and not np.isfinite(value):
        return {np.inf: "Infinity", -np.inf: "-Infinity"}.get(value, "NaN")
    return value.item() if isinstance(value, np.generic) else value


def spell(parameters):
    """Spell parameters as emlib.js does."""
    return {
        "weights": parameters.weights,
        "means": parameters.means,
        "covariances": parameters.covariances,
        "covarianceType": parameters.covariance_type,
    }


def observations(n_features, n_components):
    """Draw overlapping clouds from a seed at which no component of any shape collapses."""
    rng = np.random.default_rng([25, n_features, n_components])
    centres = 2.5 * np.arange(n_components)[:, None] * [1.0, -0.6][:n_features]
    picked = centres[np.arange(N_SAMPLES) % n_components]
    return np.round(picked + rng.normal(0.7, 1.0, size=(N_SAMPLES, n_features)), 3)


def start(X, n_components, shape):
    """Return unequal weights, means at single rows, and wide covariances."""
    weights = np.arange(1.0, n_components + 1)
    widths = 1.5 + 0.5 * np.arange(n_components)
    d = X.shape[1]
    covariances = {
        "full": widths[:, None, None] * np.eye(d),
        "tied": 2.0 * np.eye(d),
        "diag": widths[:, None] * np.ones(d),
        "spherical": widths,
    }[shape]
    return emlib.Parameters(weights / weights.sum(), X[:n_components], covariances, shape)


def run(n_features, n_components, shape):
    """Run EM and keep every state of the first steps, and where the whole run ends."""
    X = observations(n_features, n_components)
    parameters, steps, trace = start(X, n_components, shape), [], []
    for t in range(WHOLE + 1):
        expected, log_likelihood = e_step(X, parameters)
        if t % 10 == 0:
            trace.append(log_likelihood)
        if t < STEPS:
            unpacked = (parameters.weights, parameters.means, parameters.covariances, shape)
            resp = emlib.responsibilities(X, *unpacked)
            state = {"parameters": spell(parameters), "resp": resp}
            steps.append(state | {"logLikelihood": log_likelihood})
        if t < WHOLE:
            parameters = emlib.m_step(expected)
    return {
        "name": f"{shape}, {n_features}-D, K = {n_components}",
        "X": X,
        "steps": steps if n_components > 1 else steps[:3],  # one cluster stands still at once
        "whole": {"parameters": spell(parameters), "every": 10, "logLikelihoods": trace},
    }


def book_run(name, figure, rows, at):
    """Run a figure of the book and keep the responsibilities of some rows at some iterations."""
    figure.half_steps = figure.limits()["half_steps"][1]
    X, parameters, resp = figure.run() if len(figure.run()) == 3 else (figure.X, *figure.run())
    kept = [{"at": t, "parameters": spell(parameters[t]), "resp": resp[t][rows]} for t in at]
    trace = [emlib.log_likelihood(X, p) for p in parameters]
    return {"name": name, "X": X, "rows": rows, "kept": kept, "logLikelihoods": trace}


def book_runs():
    """Give the seven points in full, and the geyser before, on and after its climb."""
    yield book_run("the seven points", figures.LineLoop("seven", ""), list(range(7)), range(13))
    X = emlib.load_faithful().X
    geyser = figures.Loop("geyser", "", X=X, start=[[3.2, 90], [3.8, 50]])
    looked_at = [0, 1, 5, 20, 40, 60, *range(64, 88, 3), 87, 100, 119]
    yield book_run("the geyser", geyser, list(range(0, 272, 17)), looked_at)


def hard_cases():
    """Give observations and mixtures where a careless density is 0, infinite or not a number."""
    far = np.array([[0.0, 0.0], [40.0, 0.0], [-40.0, 40.0], [500.0, -500.0]])
    pair = np.array([[-1.0, 0.0], [1.0, 0.5]])
    leaning = np.array([[1.0, 0.999], [0.999, 1.0]])
    flat = np.array([[1e-8, 0.0], [0.0, 1e4]])
    yield "forty deviations away", far, [0.5, 0.5], pair, [1.0, 1.0], "spherical"
    yield "unlike widths far away", far, [0.9, 0.1], pair, [1.0, 25.0], "spherical"
    yield "very unequal weights", far, [1 - 1e-12, 1e-12], pair, [1.0, 1.0], "spherical"
    yield "a weight of zero", far[:2], [1.0, 0.0], pair, [1.0, 1.0], "spherical"
    yield "nearly collinear", far[:3] / 10, [0.4, 0.6], pair, [leaning, np.eye(2)], "full"
    yield "unlike units", far[:2], [0.3, 0.7], pair, [np.diag(flat), np.ones(2)], "diag"
    yield "one covariance for all", far, [0.3, 0.7], pair, leaning, "tied"
    narrow = np.array([[0.0], [1e-3], [-0.5]])
    yield "a density above one", narrow, [0.5, 0.5], [[0.0], [1.0]], [1e-4, 1.0], "spherical"


def calls():
    """Give (function of emlib.js, arguments, value) one after the other."""
    rows = [[0.0, 0.0], [-1000.0, -1001.0], [1000.0, 999.0], [-np.inf, 0.0], [-745.0, -745.0, 3.0]]
    for row in rows:
        array = np.array([row])
        yield "logSumExp", [row], log_sum_exp(array)[0, 0]
        yield "normalise", [[row]], softmax(array)
    yield "logSumExp", [[-np.inf, -np.inf]], -np.inf
    yield "sum", [[0.1, 0.2, 0.3]], sum([0.1, 0.2, 0.3])
    resp = np.array([[1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3], [0.9, 0.1, 0.0], [1e-300, 1.0, 0.0]])
    yield "entropy", [resp], emlib.entropy(resp)
    matrix = np.array([[4.0, 1.2, 0.3], [1.2, 2.0, -0.4], [0.3, -0.4, 1.0]])
    yield "cholesky", [matrix], np.linalg.cholesky(matrix)
    yield "cholesky", [[[1.0, 2.0], [2.0, 1.0]]], None
    for size in (1, 2, 3):
        lower = np.linalg.cholesky(matrix)[:size, :size]
        yield "fromFactor", [lower], matrix[:size, :size]
        yield "determinant", [lower], np.linalg.det(matrix[:size, :size])
    factor, away = np.linalg.cholesky(matrix), np.array([1.0, -2.0, 0.5])
    yield "solveLower", [factor, away], solve_triangular(factor, away, lower=True)
    for shape in SHAPES:
        mixture = start(observations(2, 2), 2, shape)
        one = {"full": mixture.covariances[-1], "tied": mixture.covariances}
        one |= {"diag": np.diag(mixture.covariances[-1])} if shape == "diag" else {}
        one |= {"spherical": mixture.covariances[-1] * np.eye(2)} if shape == "spherical" else {}
        yield "covarianceOf", [spell(mixture), 1], one[shape]
    for _, X, *unpacked in hard_cases():
        parameters = emlib.Parameters(*unpacked)
        unpacked = (parameters.weights, parameters.means, parameters.covariances, unpacked[-1])
        arguments = [X, spell(parameters)]
        joint = log_joint(X, *unpacked)
        yield "logGaussian", arguments, emlib.log_gaussian(X, *unpacked[1:])
        yield "logJoint", arguments, joint
        yield "responsibilities", arguments, emlib.responsibilities(X, *unpacked)
        yield "logLikelihood", arguments, emlib.log_likelihood(X, parameters)
        resp = np.full((len(X), len(parameters.weights)), 1 / len(parameters.weights))
        if np.isfinite(joint).all():
            yield "lowerBound", [X, resp, arguments[1]], emlib.lower_bound(X, resp, parameters)
    yield from calls_of_single_figures()


def calls_of_single_figures():
    """Give calls of what only one figure needs, as its Python side computes it."""
    q, r = np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([[0.9, 0.1], [0.75, 0.25]])
    yield "divergence", [q, r], rel_entr(q, r).sum(axis=1)
    heads = np.array([5, 9, 8, 4, 7])
    yield (
        "coinResponsibilities",
        [heads, 10, [0.5, 0.5], [0.6, 0.5]],
        coin_responsibilities(heads, 10, [0.5, 0.5], [0.6, 0.5]),
    )
    for p in (0.0, 0.1, 0.6268214978709824, 1.0):
        yield "linkageStep", [p, COUNTS], linkage_step(p)
    yield "linspace", [-4.0, 4.0, 7], np.linspace(-4.0, 4.0, 8)
    table = figures.Normaliser("table", "")
    for way in WAYS:
        yield "divide", [table.cells(), way], figures.Normaliser("table", "", divide=way).cells()
    yield "columnSums", [table.cells()], table.values()["column_sums"]
    walk = figures.Underflow("walk", "")
    mixture = {"means": walk.means, "covariances": walk.variances}
    places = np.array([[0.0, 0.0], [5.0, 0.0], [-20.0, 30.0], [60.0, 0.0]])
    plain_densities = naive_gaussian(places, walk.means, walk.variances)
    yield "naiveGaussian", [places, mixture], plain_densities
    axis = figures.OneDimension("axis", "", weights=[3, 1], variances=[0.5, 4])
    reach, cells = list(axis.options["reach"]), axis.constants()["cells"]
    yield "boundaries", [spell(axis.parameters()), reach, cells], axis.boundaries()


def golden():
    """Return what belongs into each file."""
    grid = [(d, K, shape) for shape in SHAPES for d in (1, 2) for K in (1, 2, 3)]
    functions = [
        {"function": name, "arguments": arguments, "value": value}
        for name, arguments, value in calls()
    ]
    runs = [run(*case) for case in grid]
    return {"runs": plain(runs), "book": plain(list(book_runs())), "functions": plain(functions)}


def main():
    """Write the files, one entry a line."""
    GOLDEN.mkdir(exist_ok=True)
    for name, entries in golden().items():
        lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
        (GOLDEN / f"{name}.json").write_text(f"[\n{lines}\n]\n", "utf-8")


if __name__ == "__main__":
    main()
