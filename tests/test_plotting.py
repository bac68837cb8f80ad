"""Pictures: what every drawing function promises, and that the cover is what the tool draws."""

import inspect
import re

import draw_cover
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose

import emlib
from emlib import plotting
from emlib.palette import ROLES

matplotlib.use("agg")

TWO = emlib.Parameters([0.4, 0.6], [[0.0, 0.0], [3.0, 1.0]], [np.eye(2), np.eye(2)])
LINE = emlib.Parameters([0.4, 0.6], [[0.0], [3.0]], [[[1.0]], [[0.5]]])
X = np.array([[0.0, 0.0], [3.0, 1.0], [1.5, 0.5]])
RESP = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
DRAWINGS = {
    "plot_observations": (X, RESP),
    "plot_ellipses": (TWO,),
    "plot_densities": (np.linspace(-3, 6, 50), LINE),
    "plot_shares": (np.linspace(-3, 6, 3), RESP),
    "plot_trace": (np.arange(3), np.array([-3.0, -2.0, -1.9])),
    "mark_observation": (1.0, 2.0, (2.0, 3.0)),
}


@pytest.fixture
def ax():
    with matplotlib.rc_context():
        plotting.use_book_style()
        figure, ax = plt.subplots()
        yield ax
        plt.close(figure)


def test_every_drawing_function_is_tried_here():
    public = {
        name
        for name, function in inspect.getmembers(plotting, inspect.isfunction)
        if next(iter(inspect.signature(function).parameters), None) == "ax"
    }
    assert public == set(DRAWINGS)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_function_takes_an_axes_first_and_returns_it_with_something_on_it(ax, name):
    assert getattr(plotting, name)(ax, *DRAWINGS[name]) is ax
    assert ax.has_data() or ax.texts


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_function_leaves_its_arguments_alone(ax, name):
    before = [np.array(a, copy=True) for a in DRAWINGS[name] if isinstance(a, np.ndarray)]
    getattr(plotting, name)(ax, *DRAWINGS[name])
    after = [a for a in DRAWINGS[name] if isinstance(a, np.ndarray)]
    for old, new in zip(before, after, strict=True):
        assert_allclose(new, old)


def test_ellipses_lie_where_the_squared_distance_is_the_squared_radius(ax):
    covariance = np.array([[2.0, 0.7], [0.7, 0.5]])
    one = emlib.Parameters([1.0], [[1.0, -1.0]], [covariance])
    plotting.plot_ellipses(ax, one, radii=(1, 2))
    for line, radius in zip(ax.lines[:2], (1, 2), strict=True):
        differences = line.get_xydata() - one.means[0]
        squared = np.einsum("ni,ij,nj->n", differences, np.linalg.inv(covariance), differences)
        assert_allclose(squared, radius**2)


def test_densities_are_weight_times_density(ax):
    grid = np.linspace(-3, 6, 50)
    plotting.plot_densities(ax, grid, LINE)
    mixture = sum(line.get_ydata() for line in ax.lines)
    joint = emlib.log_joint(grid[:, None], LINE.weights, LINE.means, LINE.covariances)
    assert_allclose(mixture, np.exp(joint).sum(axis=1))


def test_a_mixed_responsibility_has_a_mixed_colour():
    green, blue = plotting.blend([[1, 0], [0, 1]], ("green", "blue"))
    assert_allclose(plotting.blend([[0.25, 0.75]], ("green", "blue"))[0], green / 4 + blue * 3 / 4)


def test_clusters_differ_in_marker_and_dash_not_only_in_colour():
    for key in ("color", "marker", "glyph", "dash"):
        values = [cluster[key] for cluster in plotting.CLUSTERS.values()]
        assert len(set(values)) == len(values), key


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_on_the_page(theme):
    roles = {name: value[theme] for name, value in ROLES.items()}
    assert contrast(roles["ink"], roles["paper"]) >= 7
    assert contrast(roles["muted"], roles["paper"]) >= 4.5


def test_more_clusters_than_colours_is_an_error_that_says_so():
    with pytest.raises(ValueError, match=r"palette has 3 clusters; n_components=4"):
        plotting.cluster_names(4)


def draw_afresh():
    with matplotlib.rc_context():
        plotting.use_book_style()
        figure, ax = plt.subplots()
        plotting.plot_observations(plotting.mark_observation(ax, 1, 1, (2, 2)), X, RESP)
        svg = plotting.to_svg(figure)
        plt.close(figure)
    return svg


def test_the_same_picture_is_the_same_svg_to_the_letter():
    svg = draw_afresh()
    assert svg == draw_afresh()
    assert "<dc:date>" not in svg
    assert ">this one</text>" in svg
    assert re.findall("[0-9a-f]{10}", svg) == [], "an id hashes coordinates to the last bit"


def test_svg_coordinates_have_at_most_two_decimals(ax):
    plotting.plot_densities(ax, np.linspace(-3, 6, 50), LINE)
    svg = plotting.to_svg(ax.figure)
    assert re.findall(r"\d+\.\d{3,}", svg) == []
    assert re.findall(r"\d+\.\d{2}", svg)


def test_the_cover_is_what_the_tool_draws():
    with matplotlib.rc_context():
        drawn = draw_cover.draw()
    stored = draw_cover.COVER.read_text(encoding="utf-8")
    assert drawn == stored, "the cover is stale: run `make chapters`, which draws it anew"


def contrast(one, other):
    """Contrast ratio of two colours, as WCAG 2 defines it."""
    lights = sorted(relative_luminance(color) for color in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def relative_luminance(color):
    channels = np.array(matplotlib.colors.to_rgb(color))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]
