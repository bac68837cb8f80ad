"""Parameters in a file: the same to the last bit when they are read, and a bad file is named."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import emlib

COVARIANCES = {
    "full": [[[2.0, 0.1], [0.1, 1.0]], [[1.0, 0.0], [0.0, 1e-300]]],
    "tied": [[2.0, 1 / 3], [1 / 3, 1.0]],
    "diag": [[1e-200, 1.0], [2.0, 1e200]],
    "spherical": [0.1, 1e17],
}
MEANS = [[1 / 3, -1e-310], [1e300, 0.1 + 0.2]]


def equal(one, other):
    names = ("weights", "means", "covariances")
    same = all(getattr(one, n).tobytes() == getattr(other, n).tobytes() for n in names)
    return same and one.covariance_type == other.covariance_type


@pytest.mark.parametrize("shape", COVARIANCES)
def test_what_is_read_is_what_was_written_to_the_last_bit(shape, tmp_path):
    parameters = emlib.Parameters([0.3, 0.7], MEANS, COVARIANCES[shape], shape)
    emlib.save(tmp_path / "mixture", parameters)
    assert equal(emlib.load(tmp_path / "mixture"), parameters)
    emlib.save(str(tmp_path / "mixture"), emlib.load(str(tmp_path / "mixture")))
    assert equal(emlib.load(tmp_path / "mixture"), parameters)


@given(means=arrays(float, (2, 1), elements=st.floats(allow_nan=False, allow_infinity=False)))
def test_every_finite_number_comes_back(means, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any"
    parameters = emlib.Parameters([0.5, 0.5], means, [1.0, 1.0], "spherical")
    emlib.save(path, parameters)
    assert equal(emlib.load(path), parameters)


def test_a_fit_goes_on_from_a_file_as_from_its_own_parameters(tmp_path):
    X = emlib.load_faithful().X
    start = emlib.start_from_centres(X, [[2.0, 55.0], [4.0, 80.0]])
    emlib.save(tmp_path / "start.json", start)
    read = emlib.fit_em(X, emlib.load(tmp_path / "start.json"))
    np.testing.assert_array_equal(read.log_likelihoods, emlib.fit_em(X, start).log_likelihoods)


WHOLE = {
    "format": "emlib.Parameters 1",
    "covariance_type": "spherical",
    "weights": [0.5, 0.5],
    "means": [[0.0], [1.0]],
    "covariances": [1.0, 1.0],
}


def without(name):
    return {key: value for key, value in WHOLE.items() if key != name}


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        ("", r"is not a file of emlib.save: Expecting value: line 1"),
        (json.dumps(WHOLE)[:-9], r"is not a file of emlib.save: "),
        (b"\x80\x04\x95pickle", r"is not a file of emlib.save: 'utf-8' codec"),
        ("[1, 2]", r"is not a file of emlib.save: its format is not 'emlib.Parameters 1'"),
        ({**WHOLE, "format": "other"}, r"its format is not 'emlib.Parameters 1'"),
        (without("means"), r"lacks means; save the parameters again"),
        ({**WHOLE, "weights": [0.5, 0.6]}, r"mixture: weights must sum to 1; they sum to 1.1"),
        ({**WHOLE, "means": [[0.0], [float("nan")]]}, r"mixture: means.*nan"),
        ({**WHOLE, "covariances": [1.0]}, r"mixture: covariances"),
        ({**WHOLE, "covariance_type": "round"}, r"mixture: covariance_type"),
        ({**WHOLE, "covariance_type": ["full"]}, r"mixture: covariance_type"),
        ({**WHOLE, "means": None}, r"mixture: means"),
    ],
)
def test_a_file_that_is_none_of_ours_or_was_spoilt_is_named(contents, sentence, tmp_path):
    path = tmp_path / "mixture"
    if isinstance(contents, bytes):
        path.write_bytes(contents)
    else:
        path.write_text(contents if isinstance(contents, str) else json.dumps(contents))
    with pytest.raises(ValueError, match=sentence):
        emlib.load(path)


def test_a_file_that_is_not_there_is_named_by_the_system(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        emlib.load(tmp_path / "nowhere")


@pytest.mark.parametrize("thing", [None, "mixture", emlib.GaussianMixture(2)])
def test_only_parameters_are_saved(thing, tmp_path):
    with pytest.raises(ValueError, match=r"must be emlib.Parameters; got .*result.parameters"):
        emlib.save(tmp_path / "mixture", thing)
    assert not (tmp_path / "mixture").exists()
