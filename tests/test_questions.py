"""The page Questions: every question leads somewhere, and its numbers come out of computation."""

import re
from pathlib import Path

import numpy as np
import pytest

import emlib

PAGE = (Path(__file__).parent.parent / "book/reference/questions.md").read_text("utf-8")
ANSWERS = {
    re.split(r"\n\n", text, maxsplit=1)[0]: text
    for text in re.split(r"^### ", PAGE, flags=re.M)[1:]
}


def answer(word):
    """Return the one answer whose question contains the word."""
    (text,) = [text for question, text in ANSWERS.items() if word in question]
    return text


def says(word, *numbers):
    """Assert that the answer prints the numbers, as computed."""
    missing = [number for number in numbers if number.replace("-", "−") not in answer(word)]
    assert missing == [], f"{word}: the page does not say {missing}"


def test_there_are_forty_questions_and_each_has_an_answer():
    assert len(ANSWERS) == 40
    assert all(len(text.split()) > 25 for text in ANSWERS.values())


def test_every_question_about_parts_one_and_two_leads_to_a_place():
    for title in ("Densities, weights and shares", "The loop"):
        section = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
        for question in section.split("### ")[1:]:
            assert "→" in question, question


def test_a_section_that_is_quoted_exists():
    for place in re.findall(r"→ .*", PAGE):
        for chapter, quoted in re.findall(r"\]\(\.\./([\w/]+)\.ipynb\), (?:\"([^\"]+)\")", place):
            text = (Path(__file__).parent.parent / "book" / f"{chapter}.ipynb").read_text("utf-8")
            text = text.replace('\\"', '"')
            assert quoted.rstrip(".,") in text, (chapter, quoted)


def test_densities_above_one():
    top = 1 / np.sqrt(2 * np.pi * 0.1)
    says("greater than 1", f"{top:.2f}", f"{1 / (2 * np.pi):.3f}")


def test_correlations_from_variances_and_from_deviations():
    right, wrong = -0.169 / np.sqrt(0.674 * 0.212), -0.169 / (0.674 * 0.212)
    says("nan although", f"{right:.3f}", f"{wrong:.2f}")


HEADS = np.array([5, 9, 8, 4, 7])


def share_of_first(first, second, weight=0.5):
    one = weight * first**HEADS * (1 - first) ** (10 - HEADS)
    other = (1 - weight) * second**HEADS * (1 - second) ** (10 - HEADS)
    return one / (one + other)


def test_expected_heads_and_tails():
    r = share_of_first(0.6, 0.5)
    heads, tails, others = r @ HEADS, r @ (10 - HEADS), (1 - r) @ HEADS / ((1 - r).sum() * 10)
    says("coin example", f"{heads:.2f}", f"{tails:.2f}", f"{heads / (heads + tails):.3f}")
    says("coin example", f"{others:.3f}")


def test_coins_in_the_end():
    first, second = 0.6, 0.5
    for _ in range(500):
        r = share_of_first(first, second)
        first, second = r @ HEADS / r.sum() / 10, (1 - r) @ HEADS / (1 - r).sum() / 10
    says("Bernoulli", f"{first:.3f}", f"{second:.3f}")


@pytest.mark.parametrize("start", [(0.5, 0.6, 0.4), (0.3, 0.9, 0.2)])
def test_single_tosses_determine_only_the_whole(start):
    w, p, q = start
    for _ in range(100):
        heads = 7 * w * p / (w * p + (1 - w) * q)
        tails = 3 * w * (1 - p) / (w * (1 - p) + (1 - w) * (1 - q))
        w, p, q = (heads + tails) / 10, heads / (heads + tails), (7 - heads) / (10 - heads - tails)
    says("directly", f"({w:.2f}, {p:.2f}, {q:.2f})")
    assert w * p + (1 - w) * q == pytest.approx(0.7)


def trace(deviation):
    """Log-likelihoods of EM on 1, 2, 3, where `deviation` is taken for the standard deviation."""
    x = np.array([1.0, 2, 3])
    means, variances, weights = np.array([1.0, 3]), np.ones(2), np.full(2, 0.5)
    while True:
        scale = deviation(variances)
        heights = np.exp(-0.5 * ((x[:, None] - means) / scale) ** 2) / scale / np.sqrt(2 * np.pi)
        products = weights * heights
        yield np.log(products.sum(axis=1)).sum()
        r = products / products.sum(axis=1, keepdims=True)
        counts = r.sum(axis=0)
        means = r.T @ x / counts
        variances = (r * (x[:, None] - means) ** 2).sum(axis=0) / counts
        weights = counts / 3


def test_the_log_likelihood_that_falls():
    right, wrong = trace(np.sqrt), trace(lambda variances: variances)
    says("decrease", *(f"{value:.4f}" for value, _ in zip(right, range(5), strict=False)))
    says("decrease", *(f"{value:.4f}" for value, _ in zip(wrong, range(3), strict=False)))
    later = [value for value, _ in zip(right, range(195), strict=False)]
    assert np.ptp(later[5:95]) < 1e-6
    assert later[-1] > later[95] + 1e-4
    says("decrease", f"{later[50]:.4f}")


def test_collapse_with_and_without_company():
    X = np.array([[0.0], [1], [2], [3], [10]])
    single, mixture = [], []
    for deviation in (1, 0.01, 1e-8):
        alone = emlib.log_gaussian(X, [[0]], [deviation**2], "spherical").sum()
        both = emlib.log_joint(X, [0.5, 0.5], [[3.2], [0]], [3.5**2, deviation**2], "spherical")
        single.append(alone)
        mixture.append(np.logaddexp.reduce(both, axis=1).sum())
    says("singularity", f"{single[0]:.0f}", f"{mixture[0]:.1f}", f"{mixture[1]:.1f}")
    says("singularity", f"+{mixture[2]:.1f}")
    np.testing.assert_allclose(single[1:], [-5.7e5, -5.7e17], rtol=1e-2)


def test_numbers_in_the_covariances():
    d, k = 10, 3
    says("covariance_type", f"{k * d * (d + 1) // 2}, {d * (d + 1) // 2}, {k * d} and {k}")


def test_two_squares_described_by_two_normals():
    of_normals = np.log(0.5) - np.log(2 * np.pi / 12) - 1
    says("Are the classes normal", f"{of_normals:.2f}", f"{np.log(0.5):.2f}")
