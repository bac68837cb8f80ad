"""Clusters along one axis: boundaries by another way, and what the figure refuses."""

import numpy as np
import pytest
from traitlets import TraitError

from emlib.figures import OneDimension
from emlib.figures.curves import apart

MEANS, VARIANCES = [-4, 0, 8], [1, 0.2, 3]


def machines(reach=(-26, 13), **more):
    names = ("fuchsia", "green", "blue")
    parameters = {"weights": [1, 1, 1], "means": MEANS, "variances": VARIANCES}
    return OneDimension("machines", "", clusters=names, reach=reach, **parameters | more)


def crossings(j, k):
    """Where two weighted normal curves cross, from the quadratic that their logarithms make."""
    m, v = np.array(MEANS), np.array(VARIANCES)
    second, first, free = 1 / v, -2 * m / v, m**2 / v + np.log(v)
    return np.roots([part[j] - part[k] for part in (second, first, free)])


def test_boundaries_are_roots_of_the_quadratics_that_the_best_two_make():
    found = machines().boundaries()
    wanted = [crossings(0, 2).min(), crossings(0, 1).min(), crossings(1, 2).max()]
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_shares_are_even_at_every_boundary():
    figure = machines()
    for place in figure.boundaries():
        first, second = np.sort(figure.resp(place)[0])[:0:-1]
        assert first == pytest.approx(second, rel=1e-9)


def test_weights_count_in_comparison_with_each_other():
    figure = OneDimension("axis", "", weights=[18, 2])
    np.testing.assert_allclose(figure.parameters().weights, [0.9, 0.1])


def test_a_flat_logarithm_lies_on_the_floor_and_no_lower():
    figure = machines(scale="log")
    assert figure.level(figure.log_heights(12)).min() == 0
    assert figure.level(figure.log_heights(12)).max() > 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"x": 14}, "x lies from -26 to 13"),
        ({"means": [-4, 0, 99]}, "means lies from -26 to 13"),
        ({"means": [-4, 0]}, "takes 3 numbers"),
        ({"variances": [1, 2]}, "takes 3 numbers"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_reason(more, said):
    with pytest.raises(TraitError, match=said):
        machines(**more)


def test_words_of_curves_that_meet_stand_below_each_other_and_others_stay():
    near = apart(np.array([100.0, 110.0, 300.0]), np.array([50.0, 52.0, 51.0]))
    np.testing.assert_array_equal(near, [50, 66, 51])
