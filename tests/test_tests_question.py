"""Tests that students write: found out, missed, and accusing the innocent."""

import pytest
from handed_in import answered, write

from course.__main__ import SOURCES
from course.answer_key import Key
from course.grade import Grader
from course.sandbox.protection import launch_settings, protection
from course.source import read

SHAPE_ALONE = """
def test_m_step(m_step):
    weights, means, covariances = m_step(np.ones((5, 2)), np.full((5, 3), 1 / 3))
    assert means.shape == (3, 2)
"""
TOO_STRICT = """
def test_m_step(m_step):
    X, resp = np.random.default_rng(1).normal(size=(9, 2)), np.full((9, 2), 0.5)
    assert m_step(X, resp)[1][0, 0] == 0.1234
"""
ONLY_WEIGHTS = """
def test_m_step(m_step):
    resp = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6]])
    weights = m_step(np.array([[0.0, 1.0], [1.0, 3.0], [2.0, 2.0]]), resp)[0]
    assert abs(weights - resp.mean(axis=0)).max() < 1e-9
"""
BY_KEYWORD = """
def test_m_step(m_step):
    resp = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6]])
    weights = m_step(resp=resp, X=np.array([[0.0, 1.0], [1.0, 3.0], [2.0, 2.0]]))[0]
    assert abs(weights - resp.mean(axis=0)).max() < 1e-9
"""
WITHOUT_END = """
def test_m_step(m_step):
    while True:
        m_step(np.ones((5, 2)), np.full((5, 3), 1 / 3))
"""


@pytest.fixture(scope="module")
def grader():
    settings = launch_settings(protection().settings["walls"], 980)
    grader = Grader(Key(read(SOURCES / "trust.py"), "a salt"), settings, seconds=1.0)
    yield grader
    grader.close()


def graded(grader, tmp_path, test):
    notebook = answered(grader.assignment, {"test_m_step": test}, others="blank")
    result = grader.grade(write(notebook, tmp_path / "ada.ipynb"), "ada")
    return next(entry for entry in result["questions"] if entry["name"] == "test_m_step")


def marks(entry):
    return sum(part["mark"] for part in entry["parts"])


def test_a_test_that_looks_at_nothing_finds_nothing_and_hears_what_to_look_at(grader, tmp_path):
    entry = graded(grader, tmp_path, SHAPE_ALONE)
    assert marks(entry) == 0
    sentences = {part["name"]: part["sentence"] for part in entry["parts"]}
    assert sentences["ridge"].endswith(
        "Compare to ten digits: something small may have been added."
    )


@pytest.mark.parametrize("test", [ONLY_WEIGHTS, BY_KEYWORD])
def test_a_test_that_looks_at_the_weights_finds_those_who_get_them_wrong(grader, tmp_path, test):
    entry = graded(grader, tmp_path, test)
    found = {part["name"] for part in entry["parts"] if part["mark"]}
    assert found == {"weights equal", "responsibilities rounded"}


@pytest.mark.parametrize(
    ("test", "words"),
    [(TOO_STRICT, "fails on a function that is right"), (WITHOUT_END, "stopped after computing")],
)
def test_a_test_that_accuses_the_innocent_or_never_ends_earns_nothing(
    grader, tmp_path, test, words
):
    entry = graded(grader, tmp_path, test)
    assert marks(entry) == 0
    assert all(words in part["sentence"] for part in entry["parts"])


BY_OTHER_ERRORS = """
def test_m_step(m_step):
    resp = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6]])
    weights = m_step(np.array([[0.0, 1.0], [1.0, 3.0], [2.0, 2.0]]), resp)[0]
    if abs(weights - resp.mean(axis=0)).max() > 1e-9: {}
"""


@pytest.mark.parametrize(
    "error",
    ["raise NotImplementedError", "{}['test_m_step']", "1 / 0", "raise SystemExit", "raise Mine"],
)
def test_whatever_a_test_raises_is_an_objection(grader, tmp_path, error):
    test = BY_OTHER_ERRORS.replace("{}", error) + "\nclass Mine(BaseException): pass\n"
    entry = graded(grader, tmp_path, test)
    found = {part["name"] for part in entry["parts"] if part["mark"]}
    assert found == {"weights equal", "responsibilities rounded"}


def test_a_test_that_is_not_there_or_not_filled_in_is_called_that(grader, tmp_path):
    stub = graded(grader, tmp_path, "def test_m_step(m_step):\n    raise NotImplementedError\n")
    gone = graded(grader, tmp_path, "x = 1")
    assert {part["sentence"] for part in stub["parts"]} == {"It is not filled in yet."}
    assert all("There is no `test_m_step`" in part["sentence"] for part in gone["parts"])
