"""The thirty misconceptions of the course: each has a name here, or a sentence, on five salts."""

import time
from pathlib import Path

import numpy as np
import pytest
from test_assignments import Here

from course.__main__ import SOURCES
from course.answer_key import Key
from course.chapter_checks import QUESTIONS, REFERENCES
from course.judge import judge
from course.sandbox import BoxError
from course.source import Assignment, read

CHAPTERS = Assignment("chapters", "Chapters", [], list(QUESTIONS), REFERENCES, Path("chapters"))
SEEDS = range(5)
MISTAKES = [(question, variant) for question in QUESTIONS for variant in question.variants]
NAMED = {
    1: ("responsibilities", "normalised over observations"),
    2: ("responsibilities", "normalised over everything"),
    3: ("responsibilities", "not normalised"),
    4: ("responsibilities", "weights missing", "weights twice"),
    5: ("responsibilities", "logarithms"),
    6: ("responsibilities", "hard"),
    7: ("responsibilities", "transposed"),
    8: ("responsibilities", "determinant missing"),
    9: ("responsibilities", "not inverted", "covariance as standard deviation"),
    10: ("responsibilities", "off-diagonals ignored", "first covariance for all"),
    11: ("responsibilities", "softmax of densities"),
    12: ("responsibilities", "underflow"),
    13: ("m_step", "means over n"),
    14: ("m_step", "weights are counts", "weights equal", "weights over K"),
    15: ("m_step", "responsibilities rounded"),
    16: ("m_step", "covariances over n", "covariances over count - 1"),
    17: ("m_step", "about the overall mean", "not centred"),
    18: ("m_step", "scatter not weighted", "scatter weighted twice"),
    19: ("m_step", "ridge"),
    20: ("log_likelihood", "log inside the sum"),
    21: ("log_likelihood", "complete-data"),
    22: ("log_likelihood", "normalised rows"),
    23: ("log_likelihood", "mean", "sign turned", "2 pi missing"),
    24: ("fit", "old means in the covariance"),
    25: ("fit", "responsibilities computed once", "responsibilities renewed mid-step"),
    26: ("fit", "returns inside the loop"),
    27: ("fit", "one iteration too many"),
}
"""Number -> the question in which it has a name, and its names."""

IN_A_SENTENCE = (28, 29, 30)
"""What prints, what edits its inputs and what never ends is seen from outside, not from values."""


def test_each_of_the_thirty_has_a_name_or_a_sentence():
    assert [*NAMED, *IN_A_SENTENCE] == list(range(1, 31))
    known = {question.name: {v.name for v in question.variants} for question in QUESTIONS}
    for name, *variants in NAMED.values():
        assert set(variants) <= known[name]


@pytest.fixture(scope="module")
def keys():
    return [Key(CHAPTERS, f"seed {seed}") for seed in SEEDS]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "variant"), MISTAKES, ids=[f"{q.name}: {v.name}" for q, v in MISTAKES]
)
def test_every_mistake_of_the_chapters_is_caught_and_named_by_the_grader(keys, question, variant):
    stopped = 0
    for key in keys:
        try:
            found = judge(question, Here(variant.function), key.trials[question.name])
        except np.linalg.LinAlgError:  # hard assignments may leave a cluster with one observation
            stopped += 1
            continue
        assert found.mistakes == [variant.name]
        assert variant.hint in [part["sentence"] for part in found.parts]
    assert stopped <= (variant.name == "hard assignments")


class Says:
    """A session in which every call ends in the same way."""

    def __init__(self, value=None, problem=None, **said):
        self.value, self.problem, self.said = value, problem, said

    def call(self, name, arguments):
        if self.problem:
            raise self.problem
        return self.value, self.said


@pytest.mark.parametrize(
    ("session", "words"),
    [
        (Says(printed="[1 2]"), "It prints its result and returns nothing"),
        (Says(np.zeros(3), edited=[2, 1, 9, "x", {}]), "changes its argument number 1"),
        (Says(problem=BoxError("time", text="10")), "the test of a loop may never be true"),
    ],
    ids=map(str, IN_A_SENTENCE),
)
def test_what_is_seen_from_outside_has_a_sentence(session, words):
    assignment = read(SOURCES / "responsibilities.py")
    question = assignment.functions[0]
    found = judge(question, session, Key(assignment, "a salt").trials[question.name])
    said = [*found.notes, *(part["sentence"] for part in found.parts)]
    assert any(words in sentence for sentence in said)
    assert found.mark == 0


def test_a_forged_list_of_edits_is_looked_through_in_no_time():
    assignment = read(SOURCES / "responsibilities.py")
    question = assignment.functions[0]
    session = Says(np.zeros(3), edited=list(range(10**6)))
    began = time.monotonic()
    found = judge(question, session, Key(assignment, "a salt").trials[question.name])
    assert len(found.notes) <= 3
    assert time.monotonic() - began < 10
