"""What teachers read and run: lesson plans with true numbers, marks that nobody loses."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

import emlib

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "book/reference/for_instructors.md").read_text("utf-8")
PLANS = dict(re.findall(r"^### (\d+)\. .+?\n(.+?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL))
CHAPTERS = [
    Path(chapter["file"]).name
    for part in yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]
    if part.get("numbered")
    for chapter in part["chapters"]
]


@pytest.mark.parametrize(("number", "chapter"), [*enumerate(CHAPTERS, 1)])
def test_each_chapter_has_a_plan_whose_minutes_add_up(number, chapter):
    plan = PLANS[str(number)]
    assert f"/{chapter}.ipynb) asks: *" in plan
    promised = int(re.search(r"\*\*(\d+) minutes\.?\*\*", plan)[1])
    assert sum(map(int, re.findall(r"^\| (\d+) \|", plan, re.MULTILINE))) == promised
    assert re.search(rf"^\| {number}\. .+ \| {promised} \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("number", range(1, len(CHAPTERS) + 1))
def test_each_quiz_says_what_is_right_and_what_every_other_letter_means(number):
    question, answer = PLANS[str(number)].split("**Quiz.**")[1].split(":::{dropdown}")
    offered = set(re.findall(r"^- \(([a-d])\)", question, re.MULTILINE))
    right = re.search(r"what the others mean\n\*\*\(([a-d])\)", answer)[1]
    assert offered == set("abcd")
    assert right in offered
    assert set(re.findall(r"\*\*\(([a-d])\)[.:]?\*\*", answer)) == offered


def option(number, letter):
    """Return the numbers of one option of a quiz."""
    text = re.search(rf"^- \({letter}\) (.+)", PLANS[str(number)], re.MULTILINE)[1]
    return [float(found) for found in re.findall(r"\d+(?:\.\d+)?", text)]


def test_the_far_observation_is_more_blue_than_green():
    variances, x = np.array([0.3, 1.8]), [[-4.0]]
    shares = emlib.responsibilities(x, [0.5, 0.5], [[-1.4], [1.4]], variances, "spherical")
    assert "**(b)**, with 0.91." in PLANS["2"]
    np.testing.assert_allclose(shares[0, 1], 0.91, atol=5e-3)
    np.testing.assert_allclose([2.6, 5.4] / np.sqrt(variances), [4.7, 4.0], atol=0.05)
    assert "4.7 of green's, 4.0 of blue's" in PLANS["2"]


def test_the_options_of_the_table_are_the_four_ways_to_divide():
    cells = re.findall(r"^\| (?:first|second) \| (.+?) \| (.+?) \|", PLANS["4"], re.MULTILINE)
    table = np.array(cells, dtype=float)
    ways = [table, table / table.sum(), table / table.sum(1, keepdims=True), table / table.sum(0)]
    for letter, way in zip("abcd", ways, strict=True):
        np.testing.assert_allclose(way[0, 0], option(4, letter), atol=5e-3)


def test_far_logarithms_share_as_near_ones_do():
    odds = np.exp(-800 - -801.1)
    np.testing.assert_allclose([odds / (1 + odds), 1 / (1 + odds)], option(5, "a"), atol=5e-3)
    np.testing.assert_allclose(np.divide([800, 801.1], 1601.1), option(5, "b"), atol=5e-3)


def test_two_answers_that_are_one_have_no_average():
    waits = emlib.load_faithful().X[:, 1:]
    start = emlib.Parameters([0.5, 0.5], [[55], [80]], [[[100]], [[100]]])
    found = emlib.fit_em(waits, start).parameters
    np.testing.assert_allclose(found.means.ravel(), [54.6, 80.1], atol=0.05)
    both = [
        (part + part[::-1]) / 2 for part in (found.weights, found.means, found.covariances)
    ]  # the two answers, averaged: the second has the names of the first exchanged
    np.testing.assert_allclose(both[1].ravel(), [67.4, 67.4], atol=0.05)
    heights = (
        emlib.log_likelihood(waits, found),
        emlib.log_likelihood(waits, emlib.Parameters(*both)),
    )
    np.testing.assert_allclose(heights, [-1034, -1508], atol=0.5)
    assert "67.4 minutes" in PLANS["6"]
    assert "from −1034 to −1508" in PLANS["6"]


def test_the_options_of_the_mean_are_four_ways_to_average():
    x, shares = np.array([2.0, 4, 9]), np.array([1, 0.6, 0.4])
    ways = [
        shares @ x / 3, np.average(x, weights=shares.round()), np.average(x, weights=shares),
        x.mean(),
    ]  # fmt: skip
    for letter, way in zip("abcd", ways, strict=True):
        np.testing.assert_allclose(way, option(7, letter), atol=5e-3)


def test_the_falling_trace_is_what_a_standard_deviation_for_a_variance_does():
    waits = emlib.load_faithful().X[:, 1:]
    now, trace = emlib.Parameters([0.5, 0.5], [[55], [80]], [[[100]], [[100]]]), []
    for _ in range(4):
        trace.append(emlib.log_likelihood(waits, now))
        resp = emlib.responsibilities(waits, now.weights, now.means, now.covariances)
        then = emlib.m_step(emlib.statistics(waits, resp))
        now = emlib.Parameters(then.weights, then.means, np.sqrt(then.covariances))
    printed = re.search(r"log-likelihoods: (.+?)\. What", PLANS["9"])[1].replace("−", "-")
    np.testing.assert_allclose(trace, [float(word) for word in printed.split(",")], atol=5e-3)


@pytest.mark.parametrize(
    ("number", "folder", "quoted"),
    [
        (1, "responsibilities", ["0.6283", "0.3717"]),
        (3, "responsibilities", ["[123, 30]"]),
        (
            8,
            "em_loop",
            ["5 iterations, converged: True", "-1286.960", "85 iterations", "-1130.264"],
        ),
        (10, "em_loop", ["(145, 0)"]),
    ],
)
def test_what_a_plan_quotes_stands_in_its_chapter(number, folder, quoted):
    chapter = (ROOT / "book" / folder / f"{CHAPTERS[number - 1]}.ipynb").read_text("utf-8")
    for words in quoted:
        assert words in chapter
