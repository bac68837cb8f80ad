"""`emlib.check` says what is wrong in words, knows no answers, and never suspects a right one."""

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from right_solutions import RIGHT_SOLUTIONS
from scipy.stats import norm

import emlib.check
from course.catalogue import catalogue
from course.chapter_checks import QUESTIONS, REFERENCES
from emlib.check import check
from emlib.check.checker import Checker
from emlib.check.fingerprint import (
    TURNS,
    _weights,
    cell_width,
    fingerprints,
    projections,
    safest,
)

ROOM = Path(emlib.check.__file__).parent
STORED = json.loads((ROOM / "catalogue.json").read_text("utf-8"))
BY_NAME = {question.name: question for question in QUESTIONS}
MISTAKES = [(question, variant) for question in QUESTIONS for variant in question.variants]
SOLUTIONS = [(name, solution) for name, all_ in RIGHT_SOLUTIONS.items() for solution in all_]


def said(name, function):
    return Checker(STORED).sentence(name, function)


def test_the_stored_catalogue_is_what_the_questions_make():
    made = json.loads(json.dumps(catalogue(QUESTIONS, REFERENCES, points=False)))
    assert made == STORED, "run `python -m course catalogue`"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_the_reference_is_right(question):
    assert said(question.name, REFERENCES[question.name]) == "right."


@pytest.mark.parametrize(
    ("question", "variant"), MISTAKES, ids=[f"{q.name}: {v.name}" for q, v in MISTAKES]
)
def test_every_known_mistake_is_caught_and_named(question, variant):
    sentence = said(question.name, variant.function)
    named = [other.name for other in question.variants if other.hint in sentence]
    assert named == [variant.name]


@pytest.mark.parametrize(
    ("name", "solution"), SOLUTIONS, ids=[solution.__name__ for _, solution in SOLUTIONS]
)
def test_no_right_solution_is_suspected(name, solution):
    assert said(name, solution) == "right."


def test_there_are_twenty_right_solutions_and_more():
    assert len(SOLUTIONS) >= 20


@pytest.mark.parametrize("blank", [None, ..., lambda *p: None, lambda *p: ...])
def test_a_blank_is_not_yet(blank):
    assert said("responsibilities", blank) == "not yet."


def test_a_stub_that_raises_is_not_yet():
    def m_step(X, resp):
        raise NotImplementedError

    assert said("m_step", m_step) == "not yet."


def test_printing_is_not_returning():
    assert "end with `return`" in said("responsibilities", lambda *p: print(1))


def test_an_edited_argument_is_named_and_costs_nothing():
    def m_step(X, resp):
        result = RIGHT_SOLUTIONS["m_step"][0](X, resp)
        X -= X.mean(axis=0)
        return result

    assert said("m_step", m_step).startswith("right. It changes its argument number 1")


def test_an_exception_is_told_with_advice():
    sentence = said("m_step", lambda X, resp: resp[:, 0] * X)
    assert "ValueError" in sentence
    assert "[:, None], have shape (n, 1)" in sentence


def test_a_loop_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr("emlib.check.sight.SECONDS", 0.2)

    def fit(*arguments):
        while True:
            pass

    assert "never true" in said("fit", fit)


def test_two_mistakes_in_two_results_are_both_named():
    wrong = {variant.name: variant for variant in BY_NAME["m_step"].variants}
    first, second = wrong["weights are counts"], wrong["ridge"]

    def m_step(X, resp):
        weights, means, _ = first.function(X, resp)
        return weights, means, second.function(X, resp)[2]

    assert first.hint in said("m_step", m_step)
    assert second.hint in said("m_step", m_step)


def test_two_mistakes_of_which_one_hides_behind_nan_are_both_named():
    hints = {variant.name: variant.hint for variant in BY_NAME["responsibilities"].variants}

    def responsibilities(X, weights, means, covariances):
        with np.errstate(all="ignore"):
            products = weights * np.exp(RIGHT_SOLUTIONS["log_gaussian"][1](X, means, covariances))
            return products / products.sum(axis=0)

    sentence = said("responsibilities", responsibilities)
    assert hints["normalised over observations"] in sentence
    assert hints["underflow"] in sentence


def test_single_precision_hears_no_hint_that_it_cannot_support():
    right = RIGHT_SOLUTIONS["m_step"][0]

    def with_ridge(X, resp):
        weights, means, covariances = right(X, resp)
        ridge = 1e-6 * np.eye(X.shape[1])
        return weights, means, np.float32(np.asarray(covariances) + ridge)

    def no_idea(X, resp):
        weights, means, covariances = right(X, resp)
        return weights, means, np.float32(np.asarray(covariances) * 1.01)

    told = said("m_step", with_ridge)  # six digits: whether a ridge is seen depends on the inputs
    assert told == "right." or "float64" in told
    assert "float64" in said("m_step", no_idea)
    hints = [variant.hint for variant in BY_NAME["m_step"].variants]
    assert not any(hint in said("m_step", no_idea) for hint in hints)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (lambda X, r: r, "means is missing"),
        (lambda X, r: (1, 2), "covariances is missing: only 2 things were returned"),
        (lambda X, r: ("a", X, r), "weights holds text"),
        (lambda X, r: (r.sum(0) / len(X), X, r), "means has shape (11, 3) instead of (4, 3)"),
        (lambda X, r: ([1, [2]], X, r), "rows have different lengths"),
    ],
)
def test_what_cannot_be_compared_is_described(result, words):
    assert words in said("m_step", result)


def test_a_mistake_that_nobody_foresaw_gets_an_observation_and_a_next_step():
    sentence = said("responsibilities", lambda X, w, m, c: np.full((len(X), len(w)), 0.3))
    assert "the first row adds up to 1.2" in sentence
    assert BY_NAME["responsibilities"].parts[0].if_wrong in sentence


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (lambda x, m, v: np.exp(-((x[:, None] - m) ** 2) / (2 * v)), "one at every mean"),
        (lambda x, m, v: norm.pdf(x[:, None], m, v), "as if it were a standard deviation"),
        (lambda x, m, v: norm.pdf(x[:, None], m, np.sqrt(v)) * np.sqrt(np.pi / 3.14), "np.pi"),
        (lambda x, m, v: norm.pdf(x[:, None], m, np.sqrt(v)) * 1.1, "lies at a cluster's mean"),
    ],
)
def test_a_density_in_one_dimension_has_neither_row_sums_nor_a_determinant(wrong, hint):
    sentence = said("density_1d", wrong)
    assert hint in sentence
    assert not re.search("row|determinant|covariance|matri", sentence)


@pytest.mark.parametrize("name", ["responsibilities", "responsibilities_1d", "products_1d"])
def test_weights_that_are_paired_with_other_clusters_are_named(name):
    hint = next(v.hint for v in BY_NAME[name].variants if v.name == "weights of other clusters")
    reference = REFERENCES[name]
    assert hint in said(name, lambda x, w, m, v: reference(x, w[::-1], m, v))


def test_check_prints_one_line_and_always_the_same(capsys):
    for _ in range(2):
        assert check("m_step", BY_NAME["m_step"].variants[0].function) is None
    first, second = capsys.readouterr().out.splitlines()
    assert first == second
    assert first.startswith("m_step: not right: weights.")


def test_an_unknown_check_names_those_there_are():
    with pytest.raises(ValueError, match="m_step"):
        check("mstep", None)


def test_no_file_of_the_room_holds_an_answer():
    """No number of a right result stands in the catalogue, at the precision it is held to."""
    for question in QUESTIONS:
        for probe in STORED["questions"][question.name]["probes"]:
            arguments = [np.array(a) if isinstance(a, list) else a for a in probe["args"]]
            told = {
                f"{value:.6g}"
                for argument in arguments
                for value in np.ravel(np.asarray(argument, dtype=float))
            }
            right = REFERENCES[question.name](*arguments)
            flat = np.concatenate([np.ravel(part) for part in _parts(right)])
            secret = {f"{value:.6g}" for value in flat if np.isfinite(value)} - told
            text = json.dumps([probe["outputs"]])
            assert not {number for number in secret if len(number) > 5 and number in text}


def _parts(result):
    if isinstance(result, tuple | list):
        return [part for entry in result for part in _parts(entry)]
    return [np.asarray(result, dtype=float)]


def test_the_room_loads_numpy_and_nothing_of_emlib_or_course():
    """A copy of it travels inside a student's notebook, under another name."""
    for path in ROOM.glob("*.py"):
        source = path.read_text("utf-8")
        assert "from emlib" not in source.split('"""', 2)[2]
        assert "course" not in source.split('"""', 2)[2].replace("`course.catalogue`", "")
    heavy = "[name for name in ('scipy', 'course') if name in sys.modules]"
    program = [sys.executable, "-c", f"import emlib.check, sys; print({heavy})"]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_results_that_differ_by_rounding_are_one_and_an_entry_that_is_off_is_seen():
    rng = np.random.default_rng(7)
    for _ in range(50):
        values = rng.normal(size=(5, 3)) * 10.0 ** rng.integers(-3, 4)
        width = cell_width(values, 1e-8)
        mark = safest(values, width, "x")
        assert mark in fingerprints(values * (1 + rng.uniform(-1e-10, 1e-10)), width, "x")
        assert mark not in fingerprints(values, width, "y")
        off, where = values.copy(), tuple(rng.integers(0, (5, 3)))
        off[where] += 1e-8 * np.abs(values).mean()
        assert mark not in fingerprints(off, width, "x")


def test_errors_that_cancel_in_one_sum_do_not_in_the_others():
    values = np.linspace(1.0, 2.0, 12)
    width = cell_width(values, 1e-8)
    error = np.zeros(12)
    error[[3, 7]] = 1e-6, -1e-6 * _weights(12, TURNS[0])[3] / _weights(12, TURNS[0])[7]
    assert abs(projections(error)[0]) < 1e-20
    assert safest(values, width, "x") not in fingerprints(values + error, width, "x")


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 0.0])
def test_infinities_are_compared_with_their_signs(wrong):
    values = np.array([-np.inf, 1.0, 2.0])
    width = cell_width(values, 1e-8)
    other = np.array([wrong, 1.0, 2.0])
    assert safest(values, width, "x") in fingerprints(values, width, "x")
    assert safest(values, width, "x") not in fingerprints(other, width, "x")


def test_one_number_in_few_digits_is_not_to_be_looked_up():
    for question in STORED["questions"].values():
        for probe in question["probes"]:
            for expected in probe["outputs"]:
                assert ("coarse" in expected) == (np.prod(expected["shape"]) != 1)


def test_a_return_that_is_missing_is_named_and_a_stub_is_not_accused():
    def m_step(X, resp):
        counts = resp.sum(axis=0)
        counts / len(X)

    def sometimes(X, *p):
        return np.ones((len(X), 4)) if X.max() < 100 else None

    assert "is a `return` missing" in said("m_step", m_step)
    assert "is a `return` missing" in said("responsibilities", sometimes)
    assert said("m_step", lambda X, resp: None) == "not yet."


def test_swapped_results_are_named_as_that_and_nothing_else():
    def m_step(X, resp):
        weights, means, covariances = RIGHT_SOLUTIONS["m_step"][0](X, resp)
        return means, weights, covariances

    sentence = said("m_step", m_step)
    assert sentence == (
        "not right: weights, means. The results are right and come in another order: means, "
        "weights, covariances. Asked for was: weights, means, covariances."
    )


def test_a_falling_trace_is_said_to_fall():
    def fit(*arguments):
        history, trace = REFERENCES["fit"](*arguments)
        return history, np.array(trace) - 5 * np.arange(len(trace)) ** 2

    assert "the trace falls from entry" in said("fit", fit)


def test_every_hint_says_something_of_its_own():
    for question in QUESTIONS:
        hints = [variant.hint for variant in question.variants]
        assert len(set(hints)) > len(hints) - 2
        assert all(inspect.cleandoc(hint).endswith((".", "?")) for hint in hints)
