"""Bad input gets one sentence that names the thing and the cure; odd but good input works."""

import pickle
from datetime import date, datetime

import numpy as np
import pytest

import emlib
from emlib import Parameters

NAN, INF = float("nan"), float("inf")
ROUND = (np.eye(2),) * 2
X = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 9.0]])
GOOD = Parameters([0.5, 0.5], [[0, 0], [3, 3]], [np.eye(2)] * 2)
RESP = np.full((3, 2), 0.5)


def make(weights=(0.5, 0.5), means=((0, 0), (3, 3)), covariances=ROUND, shape="full"):
    return Parameters(weights, means, covariances, shape)


def fit(X=X, start=GOOD, **options):
    return emlib.fit_em(X, start, **options)


BAD_X = {
    "NaN": ([[0, 1], [2, NAN]], ["X", "nan", "row 1", "drop or impute"]),
    "infinity": ([[0, 1], [2, 3], [-INF, 1]], ["X", "-inf", "row 2", "drop or impute"]),
    "None": ([[0, 1], [None, 3]], ["X", "row 1"]),
    "strings": ([["a", "b"]], ["X", "real numbers", "got 'a'", "row 0"]),
    "a string in a list": ([[1, 2], [3, "b"]], ["X", "real numbers", "got 'b'", "row 1"]),
    "bytes": (np.array([[b"a"]]), ["X", "real numbers"]),
    "objects": (np.array([[1.0, "a"]], dtype=object), ["X", "real numbers"]),
    "numbers written as strings": (np.array([[1.0, "2"]], dtype=object), ["X", "real numbers"]),
    "any object": (np.array([[object()]]), ["X", "real numbers"]),
    "complex numbers": ([[1j, 2]], ["X", "real numbers", "complex"]),
    "dates": (np.array([["2026-01-01"]], dtype="datetime64[D]"), ["X", "real numbers"]),
    "ragged rows": ([[1, 2], [3]], ["X", "rows", "same length", "row 1 has 1 and row 0 has 2"]),
    "a masked array": (np.ma.array([[1.0, 2]], mask=[[0, 1]]), ["X", "masked", "drop or impute"]),
    "one dimension": ([1.0, 2.0], ["X", "2-D", "(2,)", "X[:, None]", "X[None, :]"]),
    "no dimension": (3.0, ["X", "2-D", "got float"]),
    "three dimensions": (np.zeros((2, 2, 2)), ["X", "2-D", "(2, 2, 2)"]),
    "no rows": (np.zeros((0, 2)), ["X", "at least one", "(0, 2)"]),
    "no columns": (np.zeros((2, 0)), ["X", "at least one", "(2, 0)"]),
    "an empty list": ([], ["X", "2-D", "(0,)"]),
}

TAKES_X = {
    "log_gaussian": lambda X: emlib.log_gaussian(X, GOOD.means, GOOD.covariances),
    "responsibilities": lambda X: emlib.responsibilities(
        X, GOOD.weights, GOOD.means, GOOD.covariances
    ),
    "log_likelihood": lambda X: emlib.log_likelihood(X, GOOD),
    "lower_bound": lambda X: emlib.lower_bound(X, RESP, GOOD),
    "statistics": lambda X: emlib.statistics(X, RESP),
    "e_step": lambda X: emlib.e_step(X, GOOD),
    "fit_em": fit,
    "kmeans_plusplus": lambda X: emlib.kmeans_plusplus(X, 1, rng=7),
    "start_from_kmeans_plusplus": lambda X: emlib.start_from_kmeans_plusplus(X, 1, rng=7),
    "start_from_labels": lambda X: emlib.start_from_labels(X, [0, 0, 1]),
    "start_from_responsibilities": lambda X: emlib.start_from_responsibilities(X, RESP),
    "aic": lambda X: emlib.aic(X, GOOD),
    "bic": lambda X: emlib.bic(X, GOOD),
}


def refused(call, words):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        call()
    message = str(caught.value)
    missing = [word for word in words if word not in message]
    assert not missing, f"the sentence lacks {missing}: {message}"
    assert "\n" not in message


@pytest.mark.parametrize("bad", BAD_X)
@pytest.mark.parametrize("function", TAKES_X)
def test_observations_that_cannot_be_used_are_refused_everywhere_by_name(function, bad):
    value, words = BAD_X[bad]
    refused(lambda: TAKES_X[function](value), words)


BAD_PARAMETERS = {
    "a negative weight": (lambda: make(weights=[1.5, -0.5]), ["weights[1]", "-0.5", ">= 0"]),
    "weights that sum to 2": (lambda: make(weights=[1, 1]), ["weights", "sum to 2", "Divide"]),
    "weights that sum to 0": (lambda: make(weights=[0, 0]), ["weights", "sum to 0", "Divide"]),
    "weights just off": (lambda: make(weights=[0.5, 0.50001]), ["weights", "1.00001", "Divide"]),
    "a NaN weight": (lambda: make(weights=[NAN, 1]), ["weights", "nan", "component 0"]),
    "an infinite weight": (lambda: make(weights=[1, INF]), ["weights", "inf", "component 1"]),
    "weights as a matrix": (lambda: make(weights=[[0.5, 0.5]]), ["weights", "1-D", "(1, 2)"]),
    "one number as weights": (lambda: make(weights=1.0), ["weights", "1-D", "()"]),
    "no weights": (lambda: make(weights=[], means=np.zeros((0, 2))), ["weights", "1-D"]),
    "weights in words": (lambda: make(weights=["half", "half"]), ["weights", "real numbers"]),
    "means as a vector": (lambda: make(means=[0, 3]), ["means", "2-D", "(2,)"]),
    "too few means": (lambda: make(means=[[0, 0]]), ["means", "1 rows for 2 weights"]),
    "a NaN mean": (lambda: make(means=[[0, 0], [0, NAN]]), ["means", "nan", "component 1"]),
    "ragged means": (lambda: make(means=[[0, 0], [0]]), ["means", "same length"]),
    "one covariance": (lambda: make(covariances=np.eye(2)), ["covariances", "(2, 2, 2)", "(2, 2)"]),
    "covariances of another type": (
        lambda: make(shape="diag"),
        ["covariances", "(2, 2)", "covariance_type='diag'", "(2, 2, 2)"],
    ),
    "an asymmetric covariance": (
        lambda: make(covariances=[np.eye(2), [[1, 0.5], [0.4, 1]]]),
        ["covariances[1]", "not symmetric", "(S + S.T) / 2"],
    ),
    "an asymmetric tied covariance": (
        lambda: make(covariances=[[1, 0.5], [0.4, 1]], shape="tied"),
        ["covariances", "not symmetric", "(S + S.T) / 2"],
    ),
    "a small asymmetric covariance": (
        lambda: make(covariances=[np.eye(2), [[1e-12, 0.5e-12], [0.4e-12, 1e-12]]]),
        ["covariances[1]", "not symmetric"],
    ),
    "a NaN covariance": (
        lambda: make(covariances=[np.eye(2), [[NAN, 0], [0, 1]]]), ["covariances", "component 1"],
    ),
    "an infinite variance": (
        lambda: make(covariances=[1, INF], shape="spherical"),
        ["covariances", "inf", "component 1"],
    ),
    "an unknown type": (
        lambda: make(shape="round"), ["covariance_type", "full, tied, diag, spherical", "'round'"],
    ),
    "no type": (lambda: make(shape=None), ["covariance_type", "full", "None"]),
    "a list as type": (lambda: make(shape=["full"]), ["covariance_type", "full"]),
    "an unknown type in statistics": (
        lambda: emlib.statistics(X, RESP, "round"), ["covariance_type", "'round'"],
    ),
    "an unknown type in a start": (
        lambda: emlib.start_from_kmeans_plusplus(X, 2, covariance_type="round", rng=7),
        ["covariance_type", "'round'"],
    ),
}  # fmt: skip


BAD_ARGUMENTS = {
    "more features than the mixture has": (
        lambda: fit(np.zeros((3, 3))), ["means has 2 columns and X has 3"],
    ),
    "weights for another number of means": (
        lambda: emlib.log_joint(X, [1.0], GOOD.means, GOOD.covariances), ["2 rows for 1 weights"],
    ),
    "a dictionary as start": (
        lambda: fit(start={}), ["start", "emlib.Parameters", "dict", "start_from_kmeans_plusplus"],
    ),
    "max_iter=-1": (lambda: fit(max_iter=-1), ["max_iter", "whole number >= 0", "-1"]),
    "max_iter=2.5": (lambda: fit(max_iter=2.5), ["max_iter", "whole number", "2.5"]),
    "max_iter=True": (lambda: fit(max_iter=True), ["max_iter", "whole number", "True"]),
    "max_iter=None": (lambda: fit(max_iter=None), ["max_iter", "whole number", "None"]),
    "tol=nan": (lambda: fit(tol=NAN), ["tol", "finite", "nan"]),
    "tol=inf": (lambda: fit(tol=INF), ["tol", "finite", "inf"]),
    "tol=-1": (lambda: fit(tol=-1e-9), ["tol", ">= 0", "-1e-09"]),
    "tol=None": (lambda: fit(tol=None), ["tol", "number", "None"]),
    "tol='1'": (lambda: fit(tol="1"), ["tol", "number", "'1'"]),
    "tol=1j": (lambda: fit(tol=1j), ["tol", "number", "1j"]),
    "tol=[1]": (lambda: fit(tol=[1]), ["tol", "number", "[1]"]),
    "tol of em": (
        lambda: emlib.em(lambda p: (p, 0.0), lambda s: s, 0, tol=-1), ["tol", ">= 0"],
    ),
    "reg_covar=-1": (lambda: fit(reg_covar=-1), ["reg_covar", ">= 0", "-1"]),
    "reg_covar=nan": (lambda: fit(reg_covar=NAN), ["reg_covar", "finite", "nan"]),
    "reg_covar=True": (lambda: fit(reg_covar=True), ["reg_covar", "number", "True"]),
    "reg_covar=np.True_": (lambda: fit(reg_covar=np.True_), ["reg_covar", "number", "True"]),
    "resp for other rows": (
        lambda: emlib.statistics(X, RESP[:2]), ["resp", "n_samples=3", "(2, 2)", "rows"],
    ),
    "resp transposed": (lambda: emlib.statistics(X, RESP.T), ["resp", "n_samples=3", "(2, 3)"]),
    "resp as a vector": (lambda: emlib.statistics(X, [1, 1, 1]), ["resp", "(3,)"]),
    "resp without columns": (lambda: emlib.statistics(X, np.zeros((3, 0))), ["resp", "(3, 0)"]),
    "a negative responsibility": (
        lambda: emlib.statistics(X, [[1, 0], [1.5, -0.5], [1, 0]]), ["resp", "negative", "row 1"],
    ),
    "a NaN responsibility": (
        lambda: emlib.statistics(X, [[1, 0], [1, 0], [1, NAN]]), ["resp", "nan", "row 2"],
    ),
    "resp of another mixture": (
        lambda: emlib.lower_bound(X, np.full((3, 3), 1 / 3), GOOD), ["resp", "3 columns", "2"],
    ),
    "origins of another mixture": (
        lambda: emlib.statistics(X, RESP, origins=np.zeros((3, 2))),
        ["origins", "(2, 2)", "(3, 2)"],
    ),
    "a NaN origin": (
        lambda: emlib.statistics(X, RESP, origins=[[0, 0], [0, NAN]]),
        ["origins", "nan", "component 1"],
    ),
    "n_components=0": (lambda: emlib.kmeans_plusplus(X, 0, rng=7), ["n_components", "1 to", "3"]),
    "n_components=4": (lambda: emlib.kmeans_plusplus(X, 4, rng=7), ["n_components", "1 to", "4"]),
    "n_components=True": (
        lambda: emlib.kmeans_plusplus(X, True, rng=7), ["n_components", "whole number", "True"],
    ),
    "n_components=2.5": (
        lambda: emlib.kmeans_plusplus(X, 2.5, rng=7), ["n_components", "whole number", "2.5"],
    ),
    "n_components='2'": (
        lambda: emlib.kmeans_plusplus(X, "2", rng=7), ["n_components", "whole number", "'2'"],
    ),
    "a covariance that is not positive definite": (
        lambda: fit(start=make(covariances=[np.eye(2), -np.eye(2)])),
        ["component 1", "not positive definite", "raise reg_covar", "fewer components"],
    ),
    "a tied covariance that is not positive definite": (
        lambda: fit(start=make(covariances=[[1, 2], [2, 1]], shape="tied")),
        ["components 0, 1", "not positive definite", "raise reg_covar"],
    ),
    "a negative variance": (
        lambda: fit(start=make(covariances=[[1, 1], [1, -1]], shape="diag")),
        ["component 1", "not positive definite"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD_PARAMETERS)
def test_parameters_that_are_no_mixture_are_refused_by_name_with_the_remedy(bad):
    refused(*BAD_PARAMETERS[bad])


@pytest.mark.parametrize("bad", BAD_ARGUMENTS)
def test_arguments_that_make_no_sense_are_refused_by_name_with_the_remedy(bad):
    refused(*BAD_ARGUMENTS[bad])


ODD_X = {
    "lists": X.tolist(),
    "tuples": tuple(map(tuple, X)),
    "integers": X.astype(int),
    "small integers": X.astype(np.int8),
    "booleans": X > 2,
    "float32": X.astype(np.float32),
    "float16": X.astype(np.float16),
    "big-endian": X.astype(">f8"),
    "column order": np.asfortranarray(X),
    "every other row": np.repeat(X, 2, axis=0)[::2],
    "reversed": X[::-1],
    "objects that are numbers": X.astype(object),
    "a masked array without a mask": np.ma.array(X),
}


@pytest.mark.parametrize("odd", ODD_X)
def test_odd_but_good_observations_give_the_same_answer(odd):
    value = ODD_X[odd]
    plain = np.array(value, dtype=float)
    found, wanted = (emlib.e_step(x, GOOD) for x in (value, plain))
    np.testing.assert_array_equal(found[0].scatters, wanted[0].scatters)
    assert found[1] == wanted[1]


def test_read_only_observations_work():
    locked = X.copy()
    locked.flags.writeable = False
    emlib.fit_em(locked, GOOD, max_iter=0)
    emlib.statistics(locked, RESP)
    emlib.start_from_kmeans_plusplus(locked, 2, rng=7)


def test_parameters_take_lists_integers_and_big_endian_numbers():
    parameters = Parameters([1, 0], [[0, 0], [1, 1]], np.array([np.eye(2)] * 2, dtype=">f4"))
    for array in (parameters.weights, parameters.means, parameters.covariances):
        assert array.dtype == np.float64
        assert array.dtype.isnative


def test_whole_numbers_of_numpy_are_whole_numbers():
    assert emlib.fit_em(X, GOOD, max_iter=np.int64(0)).n_iter == 0
    assert emlib.kmeans_plusplus(X, np.int32(2), rng=7).shape == (2,)
    assert emlib.sample_mixture(GOOD, np.uint8(3), rng=7).X.shape == (3, 2)


def test_numbers_of_numpy_are_numbers():
    emlib.fit_em(X, GOOD, max_iter=0, tol=np.float32(0.1), reg_covar=np.int64(1))


def test_rounding_does_not_make_a_covariance_asymmetric():
    make(covariances=[np.eye(2), [[1, 0.3], [0.1 + 0.2, 1]]])


def test_rounding_does_not_make_weights_wrong():
    make(weights=[0.1] * 10, means=np.zeros((10, 2)), covariances=[np.eye(2)] * 10)


@pytest.mark.parametrize("reader", [emlib.log_likelihood, emlib.e_step, emlib.aic, emlib.bic])
def test_what_is_read_is_not_changed(reader):
    before = X.copy()
    reader(X, GOOD)
    np.testing.assert_array_equal(X, before)


def test_a_degenerate_component_is_still_named_after_a_journey_between_processes():
    error = emlib.DegenerateComponentError([1, 2], "empty", "start elsewhere")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.components, copy.status) == (str(error), (1, 2), "empty")


def object_column(bad):
    X = np.zeros((5000, 1), dtype=object)
    X[4500, 0] = bad
    return X


LATE = {
    "an object": (object_column("x"), None),
    "a missing number": (object_column(None), None),
    "a mask": (np.ma.masked_values(object_column(1.0).astype(float), 1.0), None),
    "a weight that is no number": (np.arange(5000.0)[:, None], object_column("x")[:, 0]),
    "a weight below zero": (np.arange(5000.0)[:, None], object_column(-1.0)[:, 0].astype(float)),
    "too far away": (object_column(1e150).astype(float), None),
    "too far away, after rows that do not count": (
        object_column(1e150).astype(float),
        np.where(np.arange(5000) < 4400, np.arange(5000) % 2, 1.0),
    ),
}


@pytest.mark.parametrize("case", LATE)
def test_a_row_beyond_the_first_block_is_named_by_its_number_in_the_whole(case):
    X, weight = LATE[case]
    start = emlib.Parameters([1.0], [[0.0]], [[[1e-20]]])
    with pytest.raises(ValueError, match=r"row 4500\b|\[4500\]"):
        emlib.fit_em(X, start, sample_weight=weight)


# Sentences that name the remedy


class Plan:
    """A table that was not read yet, as of polars, Spark or Arrow."""


@pytest.mark.parametrize("method", ["collect", "toPandas", "to_table"])
def test_a_plan_is_refused_with_the_method_that_reads_it(method):
    plan = type("LazyFrame", (Plan,), {method: lambda self: None})()
    start = emlib.Parameters([1.0], [[0.0, 0.0]], [np.eye(2)])
    calls = {
        "fit_em": lambda: emlib.fit_em(plan, start),
        "class": lambda: emlib.GaussianMixture().fit(plan),
        "start": lambda: emlib.start_from_kmeans_plusplus(plan, 1, rng=7),
        "densities": lambda: emlib.log_gaussian(plan, [[0.0]], [[[1.0]]]),
    }
    for call in calls.values():
        with pytest.raises(ValueError, match=rf"X is a LazyFrame, a plan.*pass X\.{method}\(\)"):
            call()


def test_a_lazy_frame_of_polars_is_told_to_collect():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"a": [0.0, 1.0, 2.0]}).lazy()
    for call in (lambda X: emlib.kmeans_plusplus(X, 1, rng=7), emlib.GaussianMixture().fit):
        with pytest.raises(ValueError, match=r"X is a LazyFrame.*X\.collect\(\)"):
            call(frame)


@pytest.mark.parametrize(
    "dates",
    [
        np.array([["2026-01-01"], ["2026-01-02"]], dtype="datetime64[D]"),
        np.array([[1], [2]], dtype="timedelta64[s]"),
        [[datetime(2026, 1, 1), 1.0], [datetime(2026, 1, 2), 2.0]],
        [[1.0, date(2026, 1, 1)], [1.0, date(2026, 1, 2)]],
        [[1.0, np.timedelta64(3, "s")]],
    ],
    ids=["datetime64", "timedelta64", "datetime", "date", "one timedelta64"],
)
def test_dates_are_told_to_become_numbers(dates):
    for call in (emlib.GaussianMixture().fit, lambda X: emlib.kmeans_plusplus(X, 1, rng=7)):
        with pytest.raises((ValueError, TypeError), match=r"Turn them into numbers first"):
            call(dates)


def test_dates_in_a_frame_are_told_to_become_numbers():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.0, 2.0], "day": pandas.to_datetime(["2026-01-01"] * 2)})
    with pytest.raises((ValueError, TypeError), match=r"in row 0 .*date.*Turn them into numbers"):
        emlib.kmeans_plusplus(frame, 1, rng=7)


@pytest.mark.parametrize("kind", [list, tuple, lambda blocks: (b for b in blocks)])
def test_blocks_given_to_the_class_are_told_of_fit_em(kind):
    blocks = [np.zeros((3, 2)), np.ones((2, 2))]
    with pytest.raises(ValueError, match=r"Expected 2D array, got blocks.*emlib.fit_em\(X, start"):
        emlib.GaussianMixture().fit(kind(blocks))
    fitted = emlib.GaussianMixture().fit(np.random.default_rng(0).normal(size=(9, 2)))
    with pytest.raises(ValueError, match="got blocks of rows"):
        fitted.predict(kind(blocks))
