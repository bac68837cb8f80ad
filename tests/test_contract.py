"""Every row of the contract, through every door that emlib has; the page is made from the same."""

import importlib
import re

import numpy as np
import pytest
import write_contract

import emlib
from contract import oracle
from contract.cases import CASES, clouds, moved, start, strictly, truth
from contract.doors import DOORS, answer, promised, question_of, scikit_learn
from contract.epsilons import hidden_numbers, small_numbers
from contract.interrupted import PROGRAMS, interrupt
from contract.outcomes import SHAPES, Outcome, Question, ask, describe
from contract.promises import Floored, Named, Refused, Right


@pytest.mark.timeout(60)
@pytest.mark.parametrize("row", CASES, ids=[row.name for row in CASES])
def test_contract(row):
    wrong = []
    for door in row.doors:
        for shape in row.shapes if door in DOORS else ():
            outcome = answer(DOORS[door], row, shape)
            broken = promised(row, shape, door).broken(outcome, question_of(row, shape))
            wrong += [f"{door}, {shape}: {what}" for what in [*broken, *outcome.breaches]]
    assert not wrong, "\n".join(wrong)


def test_the_names_of_the_rows_are_all_different():
    names = [row.name for row in CASES]
    assert len(set(names)) == len(names)


def test_ctrl_c_leaves_the_last_iteration():
    assert interrupt("emlib") == "the last complete iteration, with its log-likelihood"


def test_a_fit_that_does_not_survive_ctrl_c_is_seen(monkeypatch):
    program = PROGRAMS["emlib"].replace('on_interrupt="return"', 'on_interrupt="raise"')
    monkeypatch.setitem(PROGRAMS, "broken", program)
    assert interrupt("broken") == "nothing: KeyboardInterrupt"


@pytest.mark.parametrize("shape", SHAPES)
def test_the_log_likelihood_on_old_faithful_is_that_of_scikit_learn(shape):
    mixture = importlib.import_module("sklearn.mixture")
    X = emlib.load_faithful().X
    begin = emlib.start_from_kmeans_plusplus(X, 2, covariance_type=shape, rng=7)
    found = emlib.fit_em(X, begin)
    p = found.parameters
    theirs = mixture.GaussianMixture(2, covariance_type=shape)
    theirs.weights_, theirs.means_, theirs.covariances_ = p.weights, p.means, p.covariances
    precisions = np.linalg.inv(p.covariances) if shape in ("full", "tied") else 1 / p.covariances
    roots = np.linalg.cholesky if shape in ("full", "tied") else np.sqrt
    theirs.precisions_cholesky_ = roots(precisions)
    assert found.log_likelihood == pytest.approx(theirs.score_samples(X).sum(), rel=1e-9)


# The page


def test_the_page_says_what_the_libraries_answer_today():
    door, version = scikit_learn()
    page = write_contract.PAGE.read_text(encoding="utf-8")
    stale = write_contract.stale_answers_of_emlib(page)
    assert not stale, f"the page is stale in {stale}: run `make chapters`"
    # another scikit-learn may answer otherwise, and no test of emlib need fail for that
    if f"scikit-learn {version}:" in page:
        assert write_contract.write(door, version) == page, "the page is stale: run `make chapters`"


def test_a_stale_answer_of_emlib_is_seen():
    page = write_contract.PAGE.read_text(encoding="utf-8")
    said = next(line for line in page.splitlines() if "`emlib`: raises ValueError" in line)
    stale = write_contract.stale_answers_of_emlib(page.replace(said, said[:-3]))
    assert "scaled-by-1e154" in stale
    assert "x-is-lists" not in stale
    other = page.replace("scikit-learn 1", "scikit-learn 9")
    assert write_contract.stale_answers_of_emlib(other) == []


def test_every_row_stands_on_the_page_with_its_test():
    page = write_contract.PAGE.read_text(encoding="utf-8")
    assert [row.name for row in CASES if row.section and f"*{row.name}*" not in page] == []


def test_where_components_are_named_the_page_shows_it_and_not_for_scikit_learn():
    page = write_contract.PAGE.read_text(encoding="utf-8")
    for row in CASES:
        if row.section and isinstance(promised(row, row.shapes[0], row.doors[-1]), Named):
            lines = write_contract.entry_of(row, page).splitlines()
            ours = next(line for line in lines if "`emlib.GaussianMixture`: " in line)
            assert re.search(r"Here components? \d.*; \w+", ours), row.name
            theirs = next(line for line in lines if re.match(r"[ -]*scikit-learn \d", line))
            assert "Here component" not in theirs


# Every small number


def test_no_small_number_is_hidden():
    assert hidden_numbers() == []


def test_a_hidden_epsilon_is_seen(tmp_path):
    text = (
        "import numpy as np\nNAMED = 1e-9\n'''It has a reason.'''\nBARE = 1e-8\n"
        "def f(x, tol=1e-6):\n    return x + 1e-12 * np.finfo(float).eps\n"
    )
    (tmp_path / "em.py").write_text(text, encoding="utf-8")
    assert hidden_numbers(tmp_path) == [
        "em.py:4: 1e-08",
        "em.py:6: 1e-12",
        "em.py:6: np.finfo(float).eps",
    ]
    assert small_numbers(tmp_path)[0] == ("em.NAMED", 1e-9, "It has a reason.")


# A promise that is broken is seen


def test_each_kind_of_breach_is_seen():
    X = clouds().copy()

    def meddle(_):
        X[0] = 7
        np.float64(1e308) * np.float64(10)
        return {"means": np.array([np.nan])}, ()

    outcome = ask(None, meddle, "full", X)
    assert outcome.breaches == [
        "NaN in means",
        "a RuntimeWarning from within",
        "an argument changed",
    ]

    def fail(_):
        error = ValueError("no")
        error.left_behind = ["means_"]
        raise error

    outcome = ask(None, fail, "full", X)
    assert outcome.breaches == ["left behind after the error: means_"]
    assert describe(outcome) == "raises ValueError: “no”, and leaves parameters in the object"


def test_of_a_long_message_the_beginning_and_the_end_are_told_and_no_tag_hides_in_it():
    error = ValueError("Not <NA>. " + "And so on. " * 20 + "See https://a.b/c#d for more. Drop it.")
    told = describe(Outcome(error=error))
    assert told.startswith("raises ValueError: “Not &lt;NA>. And so")
    assert told.endswith("See … for more. Drop it.”")
    assert len(told) < 230


KNOWN = truth("diag")
QUESTION = strictly(clouds(), start("diag"))


def values(**changes):
    """The right answer, with changes."""
    found = {name: KNOWN[name] for name in ("weights", "means", "covariances")} | changes
    total = oracle.log_likelihood(clouds(), found, "diag")
    return found | {"log-likelihood": np.array(total)}


VARIANCES = KNOWN["covariances"]
WRONG = {
    "variances about 10<sup>4</sup> times too large": values(covariances=1e4 * VARIANCES),
    "variances about 10<sup>4</sup> times too small": values(covariances=1e-4 * VARIANCES),
    "covariances off by 20%": values(covariances=1.2 * VARIANCES),
    "means off by 3 standard deviations": values(
        means=KNOWN["means"] + 3 * np.sqrt(VARIANCES) * [[0.0], [1.0]]
    ),
    "weights off": values(weights=KNOWN["weights"][::-1]),
    "log-likelihood": values() | {"log-likelihood": np.array(-1.0)},
}


def test_the_right_answer_is_right():
    assert Right(KNOWN).broken(Outcome(values(), shape="diag"), QUESTION) == []


@pytest.mark.parametrize("said", WRONG)
def test_a_wrong_answer_is_no_right_one(said):
    broken = Right(KNOWN).broken(Outcome(WRONG[said], shape="diag"), QUESTION)
    assert any(what.startswith(said) for what in broken), broken


def test_promises_about_errors_and_warnings_can_be_broken():
    fit_too_narrow = Outcome(values(covariances=1e-6 * VARIANCES), shape="diag")
    fit, error = Outcome(values(), shape="diag"), Outcome(error=TypeError("a\nb"))
    assert Refused(("X",)).broken(fit, None) == ["no error was raised"]
    assert len(Refused(("X",)).broken(error, None)) == 2
    broken = Floored(KNOWN).broken(fit_too_narrow, strictly(clouds(), start("diag"), reg_covar=9))
    assert [what[:12] for what in broken[:3]] == ["the warning ", "a variance o", "variances ab"]
    assert Floored(KNOWN).broken(error, None)
    assert Named(("empty",)).broken(Outcome(status=("ok",)), None) == [
        "status ('ok',)",
        "no ConvergenceWarning",
    ]
    assert Right(moved(KNOWN, 2)).broken(fit, QUESTION)
    assert Right(KNOWN).broken(error, None)
    warned = Outcome(values(), warned=[("Other", "?")], shape="diag")
    assert Right(KNOWN).broken(warned, None) == ["warned ('Other', '?')"]


THEIRS = (
    "Fitting the mixture model failed because some components have ill-defined empirical "
    "covariance (for instance caused by singleton or collapsed samples). Try to decrease the "
    "number of components, increase reg_covar, or scale the input data."
)


@pytest.mark.parametrize(
    ("added", "named"),
    [
        (" Here components 0, 2 are collapsed: flat; raise reg_covar.", True),
        ("", False),
        (" Here component 0 is collapsed: flat; raise reg_covar.", False),
        (" Here components 0, 2 are empty; raise reg_covar.", False),
        (" Here components 0, 2 are collapsed: flat.", False),
        (" Here components 0, 2 are collapsed: flat; good luck.", False),
    ],
)
def test_scikit_learns_sentence_alone_names_no_component_and_no_remedy(added, named):
    promise = Named(("collapsed", "ok", "collapsed"))
    outcome = Outcome(error=ValueError(THEIRS + added))
    assert (promise.broken(outcome, None) == []) == named
    assert (added[-20:] in describe(outcome)) or not added


def test_a_warning_that_names_the_wrong_component_is_seen():
    said = "iteration 1 failed: component {} is collapsed: flat; raise reg_covar. The result is 0."
    for k, fine in ((1, True), (0, False)):
        outcome = Outcome(
            status=("ok", "collapsed"), warned=[("ConvergenceWarning", said.format(k))]
        )
        assert (Named(("ok", "collapsed")).broken(outcome, None) == []) == fine


def test_responsibilities_that_are_off_are_seen():
    half = {"responsibilities": np.full((1, 2), 0.5)}
    double = Outcome({"responsibilities": np.ones((1, 2))})
    shifted = Outcome({"responsibilities": np.array([[0.1, 0.9]])})
    assert describe(double, half) == "rows that sum to 2.0, without a warning"
    assert describe(shifted, half) == "responsibilities off by up to 0.4, without a warning"


def test_a_question_can_be_asked_without_a_start():
    answer_ = DOORS["fit_em"].fit(Question(clouds(), shape="tied", options={"reg_covar": 0.0}))
    assert answer_[1] == ("ok", "ok")
