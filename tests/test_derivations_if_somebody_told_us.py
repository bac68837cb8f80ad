"""The derivations of *If only somebody told us*, each against small steps of the likelihood."""

import numpy as np
import pytest

import emlib
from emlib.figures import LikelihoodSurface, Planks
from emlib.figures.terrain import level_loops

H = 1e-4
RNG = np.random.default_rng(7)
X = RNG.normal(size=(40, 1)) * 2 + RNG.choice([-3.0, 0.0, 5.0], (40, 1))
LABELS = np.tile([0, 1, 2, 2], 10)


def slope_of(function, at, direction):
    """Central difference along a direction."""
    at, direction = np.asarray(at, dtype=float), np.asarray(direction, dtype=float)
    return (function(at + H * direction) - function(at - H * direction)) / (2 * H)


def labelled_log_likelihood(weights, means, variances):
    """Sum over observations of log pi + log N of the labelled cluster: equation (complete)."""
    log_joint = emlib.log_joint(X, weights, means[:, None], variances, "spherical")
    return log_joint[np.arange(len(X)), LABELS].sum()


def labelled_fit():
    groups = [X[k == LABELS] for k in range(3)]
    means, variances = (np.array([f(group) for group in groups]) for f in (np.mean, np.var))
    return np.bincount(LABELS) / len(X), means, variances


def test_counts_averages_and_spreads_leave_no_slope_in_the_labelled_likelihood():
    weights, means, variances = labelled_fit()
    for k, unit in enumerate(np.eye(3)):
        along = slope_of(lambda m: labelled_log_likelihood(weights, m, variances), means, unit)
        assert along == pytest.approx(0, abs=1e-6), f"mean {k}"
        along = slope_of(lambda v: labelled_log_likelihood(weights, means, v), variances, unit)
        assert along == pytest.approx(0, abs=1e-6), f"variance {k}"
    for exchange in ([1, -1, 0], [0, 1, -1]):
        along = slope_of(lambda w: labelled_log_likelihood(w, means, variances), weights, exchange)
        assert along == pytest.approx(0, abs=1e-5), f"weights along {exchange}"


def test_no_weights_do_better_than_the_shares_of_the_labels():
    weights, means, variances = labelled_fit()
    best = labelled_log_likelihood(weights, means, variances)
    for other in RNG.dirichlet([1, 1, 1], size=200):
        assert labelled_log_likelihood(other, means, variances) < best


@pytest.mark.parametrize("means", [(60, 90), (50, 78), (81.5, 47.25), (70, 70.5)])
def test_the_arrow_is_the_slope_of_the_log_likelihood(means):
    figure = LikelihoodSurface("slope", "", means=list(means))
    for k, unit in enumerate(np.eye(2)):
        measured = slope_of(
            lambda at: emlib.log_likelihood(figure.x, figure.parameters(at)), means, unit
        )
        assert figure.gradient()[k] == pytest.approx(measured, rel=1e-6, abs=1e-7)


def test_the_landscape_has_two_mirrored_tops_and_a_pass():
    figure = LikelihoodSurface("landmarks", "")
    *tops, saddle = figure.landmarks()
    np.testing.assert_allclose(tops[0], tops[1][::-1])

    def height(at):
        return emlib.log_likelihood(figure.x, figure.parameters(at))

    assert height(tops[0]) == pytest.approx(height(tops[1]), rel=1e-12)
    for top in tops:
        around = [height(top + step) for step in RNG.normal(size=(50, 2))]
        assert max(around) < height(top)
    along, across = np.array([0.1, 0.1]), np.array([0.1, -0.1])
    assert height(saddle + along) < height(saddle) > height(saddle - along)
    assert height(saddle + across) > height(saddle) < height(saddle - across)


def two_means(x, a, b, variance):
    """Log-likelihood of two clusters of equal weight and one variance."""
    p = emlib.Parameters([0.5, 0.5], [[a], [b]], [variance] * 2, "spherical")
    return emlib.log_likelihood(x, p)


@pytest.mark.parametrize("variance", [0.5, 4.0, 15.0, 40.0])
def test_the_way_across_the_pass_bends_by_variance_of_data_less_that_of_a_cluster(variance):
    mean, n, h = X.mean(), len(X), 1e-2

    def across(t):
        return two_means(X, mean + t, mean - t, variance)

    formula = n / variance**2 * (X.var() - variance)
    assert (across(h) - 2 * across(0) + across(-h)) / h**2 == pytest.approx(formula, rel=2e-3)
    for t in (0.3, 1.0, 5.0, 20.0):  # log cosh u is below u^2 / 2 everywhere
        assert across(t) < across(0) + formula * t**2 / 2


def test_data_tighter_than_a_cluster_can_have_a_top_off_the_line_across():
    x = np.r_[np.zeros(99), 9.0][:, None]
    assert x.var() < 1
    for step in RNG.normal(size=(100, 2)) * 0.2:
        assert two_means(x, 0 + step[0], 9 + step[1], 1.0) < two_means(x, 0.0, 9.0, 1.0)


def test_the_logarithm_moved_inside_puts_every_mean_on_the_sample_mean():
    def inside(means):
        joint = emlib.log_joint(X, [0.2, 0.3, 0.5], means[:, None], [1.0, 4, 9], "spherical")
        return joint.sum()

    top = np.full(3, X.mean())
    for step in RNG.normal(size=(50, 3)):
        assert inside(top + step) < inside(top)


def test_the_map_is_the_likelihood_at_every_place():
    figure = LikelihoodSurface("map", "")
    heights, grid = figure.heights(), np.linspace(40, 100, 61)
    for j, i in [(0, 0), (12, 50), (60, 3)]:
        means = figure.parameters([grid[i], grid[j]])
        assert heights[j, i] == pytest.approx(emlib.log_likelihood(figure.x, means), rel=1e-12)


def test_a_level_line_encloses_what_is_higher():
    x, y = np.linspace(-2, 2, 81), np.linspace(-3, 3, 121)
    heights = -(x**2) - y[:, None] ** 2
    (circle,) = level_loops(x, y, heights, -1.0)
    ahead = np.roll(circle, -1, axis=0)
    area = (circle[:, 0] * ahead[:, 1] - circle[:, 1] * ahead[:, 0]).sum() / 2
    assert abs(area) == pytest.approx(np.pi, rel=2e-3)
    np.testing.assert_allclose(np.hypot(*circle.T), 1, atol=2e-3)


def test_level_lines_close_along_the_border_and_around_each_top():
    x = np.linspace(0, 1, 21)
    slope = np.broadcast_to(x, (21, 21))
    (half,) = level_loops(x, x, slope, 0.5)
    assert half[:, 0].min() == pytest.approx(0.5)
    assert half[:, 0].max() == pytest.approx(1)
    two = np.maximum(-np.hypot(x - 0.2, x[:, None] - 0.2), -np.hypot(x - 0.8, x[:, None] - 0.8))
    assert len(level_loops(x, x, two, -0.15)) == 2
    assert level_loops(x, x, slope, 2.0) == []


def test_a_flip_moves_both_means_down_and_the_balance_of_all_not_at_all():
    before = Planks("before", "").values()
    after = Planks("after", "", shares=[1, 1, 0, 0, 0, 0, 0]).values()
    for old, new in zip(before["clusters"], after["clusters"], strict=True):
        assert new[2] < old[2]
    assert after["together"] == pytest.approx(before["together"], rel=1e-14)
    assert before["together"] == pytest.approx(np.mean([45, 54, 63, 70, 77, 84, 91]))


def test_planks_know_an_empty_cluster():
    empty, full = Planks("empty", "", shares=[0] * 7).values()["clusters"]
    assert empty == [0, 0, None, None]
    assert full[1] == 1
