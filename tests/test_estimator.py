"""`GaussianMixture` is scikit-learn's class to any script, and safer where that one fails."""

import io
import pickle
import subprocess
import sys
import warnings
from contextlib import redirect_stdout

import joblib
import numpy as np
import pandas
import pytest
import sklearn
from random_mixtures import COVARIANCE_TYPES, random_covariances
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning as TheirConvergenceWarning
from sklearn.exceptions import NotFittedError as TheirNotFittedError
from sklearn.mixture import GaussianMixture as Theirs
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import emlib
from emlib import GaussianMixture
from emlib.sklearn import fitting

FAITHFUL = emlib.load_faithful().X
INIT_PARAMS = ("kmeans", "k-means++", "random", "random_from_data")
FITTED = (
    "weights_",
    "means_",
    "covariances_",
    "precisions_",
    "precisions_cholesky_",
    "lower_bound_",
    "lower_bounds_",
)


def explicit(X, n_components, shape, seed=7):
    """Arguments that make both classes start at the same parameters."""
    start = emlib.start_from_kmeans_plusplus(X, n_components, covariance_type=shape, rng=seed)
    inverse = np.linalg.inv if shape in ("full", "tied") else np.reciprocal
    return {
        "n_components": n_components,
        "covariance_type": shape,
        "weights_init": start.weights,
        "means_init": start.means,
        "precisions_init": inverse(start.covariances),
    }


def blobs(shape, n=600, d=3, k=3, dtype=float):
    """Ordinary data: overlapping clusters, far from symmetric."""
    rng = np.random.default_rng(11)
    means = rng.normal(0, 3, (k, d))
    covariances = random_covariances(rng, k, d, shape)
    truth = emlib.Parameters(np.arange(1, k + 1) / (k * (k + 1) / 2), means, covariances, shape)
    return emlib.sample_mixture(truth, n, rng=rng)[0].astype(dtype)


def quietly(estimator, X, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return estimator.fit(X, **options)


def unfitted(estimator):
    return not [name for name in vars(estimator) if name.endswith("_")]


# The same as scikit-learn's


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
@pytest.mark.parametrize("options", [{}, {"tol": 1e-7, "max_iter": 300}, {"max_iter": 4}], ids=str)
@pytest.mark.parametrize("data", ["faithful", "blobs"])
def test_from_the_same_start_all_that_is_fitted_agrees_with_scikit_learn(data, shape, options):
    X = FAITHFUL if data == "faithful" else blobs(shape)
    arguments = explicit(X, 3, shape) | options
    ours, theirs = quietly(GaussianMixture(**arguments), X), quietly(Theirs(**arguments), X)
    assert (ours.n_iter_, ours.converged_) == (theirs.n_iter_, theirs.converged_)
    for name in FITTED:
        found, wanted = getattr(ours, name), np.asarray(getattr(theirs, name))
        scale = 1e-9 * np.abs(wanted).max()
        np.testing.assert_allclose(found, wanted, rtol=1e-8, atol=scale, err_msg=name)
    assert ours.lower_bound_ == pytest.approx(theirs.lower_bound_, rel=1e-9)
    for method in ("score", "aic", "bic"):
        assert getattr(ours, method)(X) == pytest.approx(getattr(theirs, method)(X), rel=1e-9)
    np.testing.assert_allclose(ours.score_samples(X), theirs.score_samples(X), rtol=1e-7)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-7)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int32, ">f8"])
@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_shapes_and_dtypes_are_those_of_scikit_learn(shape, dtype):
    X = (10 * blobs(shape)).astype(dtype)
    arguments = {"n_components": 3, "covariance_type": shape, "random_state": 0}
    ours, theirs = quietly(GaussianMixture(**arguments), X), quietly(Theirs(**arguments), X)
    for name in FITTED:
        a, b = (np.asarray(getattr(model, name)) for model in (ours, theirs))
        assert a.dtype == b.dtype or name.startswith("lower"), name
        assert a.shape == b.shape or name == "lower_bounds_", name
    for method in ("predict", "predict_proba", "score_samples"):
        a, b = getattr(ours, method)(X), getattr(theirs, method)(X)
        assert (a.dtype, a.shape) == (b.dtype, b.shape), method
    for method in ("score", "aic", "bic"):
        assert isinstance(getattr(ours, method)(X), float)
    assert isinstance(ours.lower_bounds_, list)
    assert len(ours.lower_bounds_) == ours.n_iter_
    assert ours.lower_bounds_[-1] == ours.lower_bound_


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_samples_have_scikit_learns_labels_and_shapes_and_without_correlations_its_numbers(shape):
    X = blobs(shape)
    arguments = explicit(X, 3, shape) | {"max_iter": 2, "random_state": 3}
    ours, theirs = quietly(GaussianMixture(**arguments), X), quietly(Theirs(**arguments), X)
    for n_samples in (1, 500):
        (Xa, ya), (Xb, yb) = ours.sample(n_samples), theirs.sample(n_samples)
        if shape in ("diag", "spherical"):
            np.testing.assert_allclose(Xa, Xb, rtol=1e-6, atol=1e-6)
        np.testing.assert_array_equal(ya, yb)
        assert (Xa.shape, Xa.dtype, ya.dtype) == (Xb.shape, Xb.dtype, yb.dtype)


def test_signature_and_methods_are_those_of_scikit_learn():
    assert GaussianMixture().get_params() == Theirs().get_params()
    theirs = {name for name in vars(Theirs) | vars(Theirs.__mro__[1]) if not name.startswith("_")}
    assert theirs - {"_parameter_constraints"} <= set(dir(GaussianMixture))
    for name in ("get_params", "set_params", "get_metadata_routing", "set_fit_request"):
        assert callable(getattr(GaussianMixture, name))
    with pytest.raises(TypeError, match="positional"):
        GaussianMixture(2, "diag")


@pytest.mark.parametrize("init_params", INIT_PARAMS)
def test_with_max_iter_zero_the_start_is_what_is_fitted_and_nothing_is_said(init_params):
    model = GaussianMixture(3, init_params=init_params, max_iter=0, random_state=7).fit(FAITHFUL)
    assert (model.n_iter_, model.lower_bounds_, model.converged_) == (0, [], False)
    assert model.lower_bound_ == -np.inf
    if init_params in ("k-means++", "random_from_data"):
        assert {tuple(mean) for mean in model.means_} <= {tuple(x) for x in FAITHFUL}
    assert np.isfinite(model.score(FAITHFUL))


@pytest.mark.parametrize("given", [(), ("weights",), ("means",), ("precisions",)])
@pytest.mark.parametrize("init_params", INIT_PARAMS)
def test_what_is_given_is_where_the_fit_starts(given, init_params):
    arguments = explicit(FAITHFUL, 2, "full")
    kept = {f"{name}_init": arguments[f"{name}_init"] for name in given}
    model = GaussianMixture(2, init_params=init_params, max_iter=0, random_state=7, **kept)
    model.fit(FAITHFUL)
    for name in ("weights", "means", "precisions"):
        same = np.allclose(getattr(model, f"{name}_"), arguments[f"{name}_init"])
        assert same == (name in given), name


def test_a_warm_start_goes_on_where_the_last_fit_stopped():
    arguments = explicit(FAITHFUL, 3, "full") | {"tol": 1e-7}
    whole = quietly(GaussianMixture(max_iter=6, **arguments), FAITHFUL)
    parts = GaussianMixture(max_iter=2, warm_start=True, **arguments)
    theirs = Theirs(max_iter=2, warm_start=True, **arguments)
    for _ in range(3):
        quietly(parts, FAITHFUL)
        quietly(theirs, FAITHFUL)
    np.testing.assert_allclose(parts.means_, whole.means_, rtol=1e-10)
    np.testing.assert_allclose(parts.means_, theirs.means_, rtol=1e-9)
    assert parts.lower_bounds_ == pytest.approx(whole.lower_bounds_[-2:], rel=1e-12)


@pytest.mark.parametrize("max_iter", [1, 2, 50])
def test_a_warm_start_notices_convergence_across_fits_as_scikit_learn_does(max_iter):
    arguments = explicit(FAITHFUL, 2, "diag") | {"max_iter": max_iter, "warm_start": True}
    ours, theirs = GaussianMixture(**arguments), Theirs(**arguments)
    trace = [
        [(quietly(model, FAITHFUL).converged_, model.n_iter_) for _ in range(12)]
        for model in (ours, theirs)
    ]
    assert trace[0] == trace[1]
    assert trace[0][-1][0]


@pytest.mark.parametrize(
    "other", [{"n_components": 3}, {"covariance_type": "diag"}, {"warm_start": "no"}]
)
def test_a_warm_start_from_a_fit_of_another_shape_is_refused(other):
    model = quietly(GaussianMixture(2, warm_start=True, random_state=0), FAITHFUL)
    with pytest.raises(ValueError, match="warm_start"):
        model.set_params(**other).fit(FAITHFUL)
    with pytest.raises(ValueError, match=r"warm_start .* 1 features"):
        quietly(GaussianMixture(2, warm_start=True, random_state=0), FAITHFUL).fit(FAITHFUL[:, :1])


def test_the_status_of_each_component_is_kept():
    X = np.concatenate([FAITHFUL, np.repeat([[90.0, 300.0]], 50, axis=0)])
    model = quietly(GaussianMixture(3, random_state=0), X)
    of_the_copies = model.predict(X[-1:])[0]
    assert model.status_[of_the_copies] == "floor reached"
    assert sorted(model.status_) == ["floor reached", "ok", "ok"]


def test_an_empty_component_is_named_with_a_remedy():
    model = GaussianMixture(2, weights_init=[1, 0], random_state=0)
    with pytest.raises(ValueError, match=r"Here component 1 is empty; start elsewhere") as caught:
        model.fit(FAITHFUL)
    assert "increase reg_covar" not in str(caught.value)
    assert not hasattr(model, "means_")


@pytest.mark.parametrize("scale", [1, 1e-9])
def test_a_precision_that_is_not_symmetric_is_refused_whatever_its_units(scale):
    precisions = scale * np.array([[1, 0.9], [0, 1]])
    with pytest.raises(ValueError, match="'tied precision' should be symmetric"):
        GaussianMixture(covariance_type="tied", precisions_init=precisions).fit(FAITHFUL)


@pytest.mark.parametrize("n_samples", ["a", 2.5, True])
def test_a_number_of_samples_that_is_not_whole_is_refused(n_samples):
    model = quietly(GaussianMixture(2, random_state=0), FAITHFUL)
    with pytest.raises(ValueError, match="n_samples must be a whole number"):
        model.sample(n_samples)


@pytest.mark.parametrize("means", ["a", [[1, 2], [3]]])
def test_means_that_are_no_table_are_refused_by_name(means):
    with pytest.raises(ValueError, match="means"):
        GaussianMixture(2, means_init=means).fit(FAITHFUL)


def test_fit_predict_takes_weights():
    weight = np.where(FAITHFUL[:, 0] < 3, 1.0, 2.0)
    model = GaussianMixture(2, random_state=0)
    labels = model.fit_predict(FAITHFUL, sample_weight=weight)
    again = GaussianMixture(2, random_state=0).fit(FAITHFUL, sample_weight=weight)
    assert (labels == again.predict(FAITHFUL)).all()
    np.testing.assert_array_equal(model.means_, again.means_)


@pytest.mark.parametrize("verbose", [1, 2])
def test_verbose_prints_what_scikit_learn_prints_but_for_times(verbose):
    def lines(cls):
        arguments = explicit(FAITHFUL, 3, "full")
        model = cls(**arguments, tol=1e-6, verbose=verbose, verbose_interval=3)
        with redirect_stdout(io.StringIO()) as out:
            quietly(model, FAITHFUL)
        text = out.getvalue().splitlines()
        return [
            [word for word in line.replace("time lapse ", "@").split() if "@" not in word]
            for line in text
        ]

    ours = lines(GaussianMixture)
    assert ours == lines(Theirs)
    assert len(ours) > 3


def test_a_script_that_seeds_numpys_global_state_is_repeatable():
    def means():
        np.random.seed(3)  # noqa: NPY002
        return GaussianMixture(3, init_params="random_from_data", max_iter=0).fit(FAITHFUL).means_

    np.testing.assert_array_equal(means(), means())


@pytest.mark.parametrize(
    "make",
    [lambda: 7, lambda: np.random.RandomState(7), lambda: np.random.default_rng(7)],
    ids=["int", "RandomState", "Generator"],
)
def test_every_kind_of_randomness_is_repeatable_and_moves_on(make):
    def fit(state, n=1):
        model = GaussianMixture(
            3, init_params="random_from_data", max_iter=0, random_state=state, n_init=n
        )
        return model.fit(FAITHFUL).means_

    np.testing.assert_array_equal(fit(make()), fit(make()))
    state = make()
    again = np.array_equal(fit(state), fit(state))
    assert again == isinstance(state, int)


def test_more_starts_never_end_lower_and_the_first_is_the_same():
    X = blobs("full")
    bounds = [
        quietly(
            GaussianMixture(6, n_init=n, random_state=1, init_params="random_from_data"), X
        ).lower_bound_
        for n in (1, 2, 5)
    ]
    assert bounds[0] <= bounds[1] <= bounds[2]
    assert bounds[0] < bounds[2]


# scikit-learn's own checks


def checked(model):
    """Names of scikit-learn's checks by what became of them, passed, failed or skipped."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*does not inherit from", UserWarning)
        warnings.simplefilter("ignore", emlib.RegularizationWarning)
        results = check_estimator(model, on_fail=None, on_skip=None)
    return {
        status: [r["check_name"] for r in results if r["status"] == status]
        for status in ("passed", "failed", "skipped")
    }


@pytest.mark.parametrize("arguments", [{}, {"covariance_type": "diag"}, {"init_params": "random"}])
def test_scikit_learn_accepts_it_as_an_estimator(arguments):
    checks = checked(GaussianMixture(**arguments))
    assert checks["failed"] == []
    assert len(checks["passed"]) > 40
    # this one asks for an environment variable, and emlib computes in NumPy
    assert checks["skipped"] in ([], ["check_array_api_input"])


def test_with_two_components_only_the_draw_of_the_start_tells_weights_from_copies():
    assert checked(GaussianMixture(2, random_state=0))["failed"] == [
        # fits a shuffled and repeated table: another start is drawn, as by scikit-learn's KMeans
        "check_sample_weight_equivalence_on_dense_data"
    ]


def test_the_estimator_check_can_fail():
    class Careless(GaussianMixture):
        def predict(self, X):
            self.means_ = self.means_ + 1
            return super().predict(X)

    assert checked(Careless())["failed"] != []


def test_it_works_in_a_pipeline_and_a_grid_search():
    pipe = make_pipeline(StandardScaler(), GaussianMixture(random_state=0))
    grid = GridSearchCV(
        pipe,
        {
            "gaussianmixture__n_components": [1, 2],
            "gaussianmixture__covariance_type": ["full", "tied"],
        },
        cv=3,
    ).fit(FAITHFUL)
    assert grid.best_params_["gaussianmixture__n_components"] == 2
    assert grid.predict(FAITHFUL).shape == (272,)
    pipe.fit(FAITHFUL, gaussianmixture__sample_weight=np.arange(272))
    assert sklearn.utils.get_tags(pipe).estimator_type == "density_estimator"


def test_weights_are_routed_where_scikit_learn_routes():
    weight = 1.0 + (np.arange(272) % 3)
    model = GaussianMixture(
        2,
        **{name: value for name, value in explicit(FAITHFUL, 2, "full").items() if "init" in name},
    )
    alone = clone(model).fit(FAITHFUL, sample_weight=weight)
    with sklearn.config_context(enable_metadata_routing=True):
        pipe = make_pipeline(clone(model).set_fit_request(sample_weight=True))
        routed = clone(pipe).fit(FAITHFUL, sample_weight=weight)[-1]
        with pytest.raises(ValueError, match="sample_weight"):
            make_pipeline(model).fit(FAITHFUL, sample_weight=weight)
    np.testing.assert_array_equal(routed.means_, alone.means_)


def test_a_clone_has_the_parameters_and_no_fit():
    model = GaussianMixture(2, tol=1e-5, random_state=0).fit(FAITHFUL)
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert unfitted(copy)


@pytest.mark.parametrize("dump", ["pickle", "joblib"])
def test_a_fit_survives_pickling(dump, tmp_path):
    model = GaussianMixture(2, random_state=0).fit(FAITHFUL)
    if dump == "pickle":
        again = pickle.loads(pickle.dumps(model))
    else:
        joblib.dump(model, tmp_path / "model")
        again = joblib.load(tmp_path / "model")
    np.testing.assert_array_equal(again.predict_proba(FAITHFUL), model.predict_proba(FAITHFUL))


# Parameters


def test_the_representation_shows_what_was_changed():
    assert repr(GaussianMixture()) == "GaussianMixture()"
    model = GaussianMixture(2, tol=1e-05, means_init=np.array([[1.0], [2.0]]))
    assert repr(model).startswith("GaussianMixture(n_components=2, tol=1e-05, means_init=array(")


def test_parameters_are_set_by_name_and_an_unknown_one_is_named():
    model = GaussianMixture()
    assert model.set_params(n_components=3, tol=0.1) is model
    assert (model.n_components, model.tol) == (3, 0.1)
    with pytest.raises(ValueError, match=r"Invalid parameter 'n_clusters' .*n_components"):
        model.set_params(n_clusters=2)


BAD_ARGUMENTS = {
    "n_components": [0, -1, 2.0, "2", True],
    "covariance_type": ["round", None],
    "tol": [-1, np.nan, "1"],
    "reg_covar": [-1, np.inf],
    "max_iter": [-1, 1.5],
    "n_init": [0, 1.5],
    "init_params": ["pca", None],
    "random_state": ["seed", 1.5],
    "verbose": [-1, "yes"],
    "verbose_interval": [0],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in BAD_ARGUMENTS.items() for value in values],
    ids=str,
)
def test_an_argument_that_cannot_be_used_is_named_by_fit_with_its_value(name, value):
    model = GaussianMixture(**{name: value})
    with pytest.raises(ValueError, match=rf"(?s){name}.*{value}"):
        model.fit(FAITHFUL)
    assert unfitted(model)


BAD_STARTS = {
    "weights, shape": ({"weights_init": [[0.5, 0.5]]}, r"'weights' .* shape of \(2,\).*\(1, 2\)"),
    "weights, range": ({"weights_init": [1.5, -0.5]}, r"range \[0, 1\].* max value 1.50000"),
    "weights, sum": ({"weights_init": [0.5, 0.4]}, "normalized.* 0.90000"),
    "means, shape": ({"means_init": np.zeros((3, 2))}, r"'means' .* \(2, 2\), but got \(3, 2\)"),
    "means, NaN": ({"means_init": [[np.nan, 0], [0, 0]]}, "means holds nan in component 0"),
    "full, shape": ({"precisions_init": np.eye(2)}, r"'full precision' .* \(2, 2, 2\)"),
    "full, asymmetric": (
        {"precisions_init": [[[1, 2], [0, 1]]] * 2},
        "'full precision' should be symmetric, positive-definite",
    ),
    "tied, negative": (
        {"precisions_init": -np.eye(2), "covariance_type": "tied"},
        "'tied precision' should be symmetric, positive-definite",
    ),
    "diag, zero": (
        {"precisions_init": [[1, 0], [1, 1]], "covariance_type": "diag"},
        "'diag precision' should be positive",
    ),
    "spherical, negative": (
        {"precisions_init": [1, -1], "covariance_type": "spherical"},
        "'spherical precision' should be positive",
    ),
}


@pytest.mark.parametrize("bad", BAD_STARTS)
def test_a_start_that_cannot_be_used_is_named(bad):
    arguments, sentence = BAD_STARTS[bad]
    with pytest.raises(ValueError, match=sentence):
        GaussianMixture(2, **arguments).fit(FAITHFUL)


def test_fit_changes_no_parameter_and_no_data():
    arguments = explicit(FAITHFUL, 2, "full")
    arguments["weights_init"] = list(arguments["weights_init"])
    before = pickle.dumps(arguments)
    X, weight = FAITHFUL.copy(), np.ones(272)
    model = GaussianMixture(**arguments).fit(X, sample_weight=weight)
    assert all(model.get_params()[name] is value for name, value in arguments.items())
    assert pickle.dumps(arguments) == before
    np.testing.assert_array_equal(X, FAITHFUL)
    assert (weight == 1).all()


# Weights, rows, tables


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_a_weight_is_a_count(shape):
    counts = np.arange(272) % 4
    arguments = explicit(FAITHFUL, 3, shape)
    weighted = quietly(GaussianMixture(**arguments), FAITHFUL, sample_weight=counts)
    copies = quietly(GaussianMixture(**arguments), np.repeat(FAITHFUL, counts, axis=0))
    for name in FITTED:
        np.testing.assert_allclose(getattr(weighted, name), getattr(copies, name), rtol=1e-8)
    assert weighted.n_iter_ == copies.n_iter_


@pytest.mark.parametrize("init_params", INIT_PARAMS)
def test_a_memory_map_is_read_in_blocks_and_fitted_the_same(init_params, tmp_path):
    X = np.random.default_rng(7).normal(size=(20_000, 2)) + 4 * (np.arange(20_000) % 2)[:, None]
    mapped = np.memmap(tmp_path / "X", dtype=float, mode="w+", shape=X.shape)
    mapped[:] = X
    arguments = {"n_components": 2, "init_params": init_params, "random_state": 7, "tol": 1e-2}
    model = quietly(GaussianMixture(**arguments), mapped)
    np.testing.assert_allclose(
        model.means_, quietly(GaussianMixture(**arguments), X).means_, rtol=1e-10
    )
    np.testing.assert_array_equal(model.predict(mapped), model.predict(X))
    assert model.score(mapped) == pytest.approx(model.score(X), rel=1e-14)


def test_names_of_columns_are_kept_and_compared():
    frame = pandas.DataFrame(FAITHFUL, columns=["eruption", "waiting"])
    model = GaussianMixture(2, random_state=0).fit(frame)
    assert model.feature_names_in_.tolist() == ["eruption", "waiting"]
    assert model.n_features_in_ == 2
    model.predict(frame)
    with pytest.warns(UserWarning, match="X does not have valid feature names, but GaussianM"):
        model.predict(FAITHFUL)
    with pytest.raises(ValueError, match="same order"):
        model.predict(frame[["waiting", "eruption"]])
    with pytest.raises(ValueError, match=r"(?s)unseen at fit time:\n- pause\n.*missing:\n- waiti"):
        model.predict(frame.rename(columns={"waiting": "pause"}))
    model.fit(FAITHFUL)
    assert not hasattr(model, "feature_names_in_")
    with pytest.warns(UserWarning, match="fitted without feature names"):
        model.predict(frame)


def test_a_warning_about_names_points_at_the_line_that_asked():
    model = GaussianMixture().fit(pandas.DataFrame(FAITHFUL, columns=["a", "b"]))
    for method in ("predict", "predict_proba", "score_samples", "score", "aic", "bic"):
        with pytest.warns(UserWarning, match="feature names") as caught:
            getattr(model, method)(FAITHFUL)
        assert caught[0].filename == __file__, method


def test_names_of_mixed_types_are_refused():
    frame = pandas.DataFrame(FAITHFUL, columns=["eruption", 2])
    with pytest.raises(TypeError, match=r"Feature names are only supported .*\['int', 'str'\]"):
        GaussianMixture().fit(frame)


@pytest.mark.parametrize(
    ("X", "sentence"),
    [
        (FAITHFUL[:1], "1 sample"),
        (FAITHFUL[:2], "n_samples >= n_components but got n_components = 3, n_samples = 2"),
        (FAITHFUL[:, 0], "Reshape your data"),
        (FAITHFUL[:0], r"0 sample\(s\)"),
        (FAITHFUL[:, :0], r"0 feature\(s\)"),
        (FAITHFUL + 1j, "Complex data not supported"),
        ([[1, 2], [3]], "rows have the same length"),
        (np.where(np.arange(544).reshape(272, 2) == 9, np.nan, FAITHFUL), "nan in row 4"),
    ],
    ids=["one row", "too few", "1-D", "no rows", "no columns", "complex", "ragged", "NaN"],
)
def test_a_table_that_cannot_be_fitted_is_refused(X, sentence):
    model = GaussianMixture(3)
    with pytest.raises(ValueError, match=sentence):
        model.fit(X)
    assert unfitted(model)


def test_another_number_of_columns_is_refused_after_the_fit():
    model = GaussianMixture().fit(FAITHFUL)
    with pytest.raises(ValueError, match="X has 1 features, but GaussianMixture is expecting 2"):
        model.predict(FAITHFUL[:, :1])


@pytest.mark.parametrize("n_samples", [0, -3])
def test_no_samples_are_refused(n_samples):
    with pytest.raises(ValueError, match="Invalid value for 'n_samples'"):
        GaussianMixture().fit(FAITHFUL).sample(n_samples)


# Collapse, and the states in between

ATOMS = np.repeat([[0.0, 0.0], [1.0, 2.0]], 10, axis=0)
SENTENCE = (
    "Fitting the mixture model failed because some components have ill-defined empirical "
    "covariance \\(for instance caused by singleton or collapsed samples\\). Try to decrease the "
    "number of components, increase reg_covar, or scale the input data. "
)


@pytest.mark.parametrize("init_params", INIT_PARAMS)
@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_a_collapse_is_scikit_learns_sentence_with_component_and_remedy(shape, init_params):
    model = GaussianMixture(
        2,
        covariance_type=shape,
        reg_covar=0,
        init_params=init_params,
        max_iter=1000,
        tol=0,
        random_state=4,  # draws two different rows
    )
    with pytest.raises(ValueError, match=SENTENCE + r".*components? \d.*raise reg_covar") as caught:
        quietly(model, ATOMS)
    assert isinstance(caught.value.__cause__, emlib.DegenerateComponentError)
    assert unfitted(model)


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_with_a_floor_more_components_than_distinct_rows_are_fitted(shape):
    model = quietly(GaussianMixture(5, covariance_type=shape, random_state=0), ATOMS)
    assert np.isfinite(model.score(ATOMS))
    np.testing.assert_allclose(model.predict_proba(ATOMS).sum(axis=1), 1)


def test_a_start_that_collapses_counts_only_if_all_do(monkeypatch):
    starts = iter([np.zeros(2), np.ones(2), np.zeros(2)])
    original = fitting.start

    def start(mixture, rows, rng, given):
        found, scale = original(mixture, rows, rng, given), next(starts)
        return emlib.Parameters(found.weights, found.means, scale[:, None, None] * np.eye(2))

    monkeypatch.setattr(fitting, "start", start)
    model = GaussianMixture(2, n_init=2, reg_covar=0, random_state=0).fit(FAITHFUL)
    assert model.converged_
    with pytest.raises(ValueError, match="ill-defined"):
        GaussianMixture(2, n_init=1, reg_covar=0).fit(FAITHFUL)


@pytest.mark.parametrize("warm_start", [False, True])
def test_a_refit_that_fails_leaves_nothing_of_the_last_fit(warm_start):
    model = GaussianMixture(2, random_state=0, warm_start=warm_start)
    model.fit(pandas.DataFrame(FAITHFUL, columns=["a", "b"]))
    with pytest.raises(ValueError, match="nan"):
        model.fit(FAITHFUL * np.nan)
    assert unfitted(model)
    with pytest.raises(emlib.NotFittedError):
        model.predict(FAITHFUL)


def test_a_fit_that_is_interrupted_leaves_nothing(monkeypatch):
    model = GaussianMixture(2, random_state=0).fit(FAITHFUL)

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("emlib.sklearn.fitting.fit_em", interrupt)
    with pytest.raises(KeyboardInterrupt):
        model.fit(FAITHFUL)
    assert unfitted(model)


METHODS = ["predict", "predict_proba", "score_samples", "score", "sample", "aic", "bic"]


@pytest.mark.parametrize("method", METHODS)
def test_without_a_fit_every_method_says_so_in_both_languages(method):
    argument = 3 if method == "sample" else FAITHFUL
    with pytest.raises(
        emlib.NotFittedError, match="This GaussianMixture instance is not"
    ) as caught:
        getattr(GaussianMixture(), method)(argument)
    assert isinstance(caught.value, TheirNotFittedError)
    assert isinstance(pickle.loads(pickle.dumps(caught.value)), emlib.NotFittedError)


@pytest.mark.parametrize("method", ["fit", "fit_predict"])
def test_no_convergence_is_a_warning_in_both_languages_at_the_line_that_asked(method):
    model = GaussianMixture(3, max_iter=2, random_state=0)
    with pytest.warns(emlib.ConvergenceWarning, match="did not converge.*increase max_iter") as c:
        getattr(model, method)(FAITHFUL)
    assert issubclass(c[0].category, TheirConvergenceWarning)
    assert c[0].filename == __file__
    assert not model.converged_


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_a_floor_that_matters_is_a_warning(shape):
    model = GaussianMixture(2, covariance_type=shape, random_state=0)
    with pytest.warns(
        emlib.RegularizationWarning, match=r"reg_covar=1e-06 is \d+% of the smallest"
    ):
        model.fit(FAITHFUL * 1e-4)


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_precisions_are_consistent_with_covariances(shape):
    model = quietly(GaussianMixture(3, covariance_type=shape, random_state=0), blobs(shape))
    factors = model.precisions_cholesky_
    if shape in ("full", "tied"):
        np.testing.assert_allclose(model.precisions_, factors @ np.swapaxes(factors, -1, -2))
        np.testing.assert_allclose(
            model.precisions_ @ model.covariances_, np.eye(3) + 0 * model.covariances_, atol=1e-10
        )
        np.testing.assert_array_equal(factors, np.triu(factors))
    else:
        np.testing.assert_allclose(model.precisions_, 1 / model.covariances_)
        np.testing.assert_allclose(model.precisions_, factors**2)


def test_float32_data_are_computed_in_float64():
    X = (9999 + np.random.default_rng(7).normal(0, 0.3, (500, 1))).astype(np.float32)
    X = np.hstack([X, np.zeros((500, 1), np.float32)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = GaussianMixture(covariance_type="spherical").fit(X)
    assert model.covariances_ == pytest.approx(X.astype(float).var(axis=0).mean(), rel=1e-4)


def test_labels_of_fit_predict_are_those_of_predict():
    model = GaussianMixture(3, random_state=0)
    labels = model.fit_predict(FAITHFUL)
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(labels, model.predict(FAITHFUL))


def test_predictions_use_the_attributes_as_they_are():
    model = GaussianMixture(2, random_state=0).fit(FAITHFUL)
    before = model.predict(FAITHFUL)
    model.means_ = model.means_[::-1]
    model.covariances_, model.weights_ = model.covariances_[::-1], model.weights_[::-1]
    model.precisions_cholesky_ = model.precisions_cholesky_[::-1]
    np.testing.assert_array_equal(model.predict(FAITHFUL), 1 - before)


PROGRAM = """
import sys, warnings, numpy, emlib
X = emlib.load_faithful().X
model = emlib.GaussianMixture(2, n_init=2, random_state=0).fit(X)
model.predict(X), model.sample(3), model.bic(X), repr(model), model.get_params()
try:
    emlib.GaussianMixture().predict(X)
except emlib.NotFittedError as error:
    assert type(error) is emlib.NotFittedError
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    emlib.GaussianMixture(3, max_iter=1).fit(X)
assert caught[0].category is emlib.ConvergenceWarning
print([name for name in ("sklearn", "scipy", "pandas", "matplotlib") if name in sys.modules])
"""


def test_a_full_fit_loads_neither_scikit_learn_nor_scipy():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr
    with_it = subprocess.run(
        [sys.executable, "-c", "import scipy" + PROGRAM],
        capture_output=True,
        text=True,
        check=False,
    )
    assert with_it.stdout.strip() == "['scipy']", with_it.stderr
