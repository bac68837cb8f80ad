"""`GaussianMixture`: scikit-learn's class by name, arguments and attributes; emlib's functions.

It only translates. How it fits is in `emlib.sklearn.fitting`; what scikit-learn requires of any
estimator is in `emlib.sklearn.api`.
"""

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..engine.exact import rows_together
from ..engine.rows import Rows
from ..mixture import Parameters, log_joint_of, log_sum_exp, posterior
from ..result import ConvergenceWarning, status_of, warn_about_floor
from ..selection import n_free_parameters
from ..types import CovarianceType
from ..validation import DegenerateComponentError, check_block, check_whole
from .api import Estimator, as_table, feature_names, kin
from .attributes import fitted_attributes, kept_dtype, parameters_of, sampling_parameters_of
from .fitting import as_random_state, check_arguments, run_from_starts
from .inputs import given_arrays

ILL_DEFINED = (
    "Fitting the mixture model failed because some components have ill-defined empirical "
    "covariance (for instance caused by singleton or collapsed samples). Try to decrease the "
    "number of components, increase reg_covar, or scale the input data."
)
"""scikit-learn's sentence: what looks for it finds it."""

NOT_CONVERGED = (
    "Best performing initialization did not converge. Try different init parameters, or increase "
    "max_iter, tol, or check for degenerate data."
)
"""scikit-learn's sentence again."""


class GaussianMixture(Estimator):
    """A Gaussian mixture fitted by expectation-maximization, as scikit-learn spells it.

    Parameters
    ----------
    n_components : int
    covariance_type : {"full", "tied", "diag", "spherical"}
    tol : float >= 0; the loop stops when the mean log-likelihood of an observation changes by less
        than this, or by nothing but rounding
    reg_covar : float >= 0, added to the diagonal of every covariance, in squared units of X. A
        RegularizationWarning says so where that is more than 1 % of a fitted variance.
    max_iter : int >= 0; 0 fits nothing and gives back the start
    n_init : int >= 1, how many starts; the best end is kept, and a start from which a component
        collapses counts only if all do. One where weights, means and precisions are all given.
    init_params : {"kmeans", "k-means++", "random", "random_from_data"}; see `emlib.starts`.
        "kmeans" starts from the covariance of each cluster, the second and the last one from what
        all clusters share, "random" from random responsibilities
    weights_init, means_init, precisions_init : arrays to start from, or None
    random_state : int, RandomState, numpy Generator, or None for NumPy's global state
    warm_start : bool, start from what the last fit found; a fit of another number of components or
        features, or of another covariance_type, is refused
    verbose : int, 0 is silent, 1 prints iterations, 2 also times and changes
    verbose_interval : int >= 1, iterations between two lines

    Attributes
    ----------
    weights_, means_, covariances_ : the last parameters; see `emlib.Parameters`
    precisions_, precisions_cholesky_ : inverse covariances P, and upper triangular U with P = U U'.
        Set by hand, weights_, means_ and precisions_cholesky_ are enough for all methods but fit;
        so are weights_, means_ and covariances_. Where the two disagree, predictions and scores
        follow precisions_cholesky_ and samples covariances_, as scikit-learn's do.
    converged_ : bool
    n_iter_ : int, M-steps of the best run
    lower_bound_ : float, mean log-likelihood of an observation before the last M-step
    lower_bounds_ : list of float, the same for each iteration
    status_ : tuple of str, one word for each component: "ok", or "floor reached" where half of its
        smallest variance or more is `reg_covar`
    n_features_in_ : int
    feature_names_in_ : array of str, only if X had such names

    Notes
    -----
    float32 in gives float32 out, and all is computed in float64. `fit` takes arrays and memory
    maps, and reads them in blocks of rows. Ctrl-C leaves the object unfitted; `emlib.fit_em` can
    give back the last complete iteration. A component that no observation belongs to, as one of
    weight 0, is an error here, and in scikit-learn a component anywhere. `tol=0` goes on until the
    log-likelihood moves by no more than its rounding, which counts as converged.

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> model = emlib.GaussianMixture(n_components=2, random_state=7).fit(X)
    >>> short, long = model.predict([[2.0, 50.0], [4.5, 85.0]])
    >>> bool(short != long)
    True
    >>> round(model.score(X), 3)
    -4.155
    """

    weights_: np.ndarray
    means_: np.ndarray
    covariances_: np.ndarray
    precisions_: np.ndarray
    precisions_cholesky_: np.ndarray
    converged_: bool
    n_iter_: int
    lower_bound_: float

    def __init__(
        self,
        n_components: int = 1,
        *,
        covariance_type: CovarianceType = "full",
        tol: float = 1e-3,
        reg_covar: float = 1e-6,
        max_iter: int = 100,
        n_init: int = 1,
        init_params: str = "kmeans",
        weights_init: ArrayLike | None = None,
        means_init: ArrayLike | None = None,
        precisions_init: ArrayLike | None = None,
        random_state: Any = None,
        warm_start: bool = False,
        verbose: int = 0,
        verbose_interval: int = 10,
    ) -> None:
        self.n_components = n_components
        self.covariance_type = covariance_type
        self.tol = tol
        self.reg_covar = reg_covar
        self.max_iter = max_iter
        self.n_init = n_init
        self.init_params = init_params
        self.weights_init = weights_init
        self.means_init = means_init
        self.precisions_init = precisions_init
        self.random_state = random_state
        self.warm_start = warm_start
        self.verbose = verbose
        self.verbose_interval = verbose_interval

    def fit(
        self, X: ArrayLike, y: Any = None, sample_weight: ArrayLike | None = None
    ) -> "GaussianMixture":
        """Estimate the parameters of the mixture, and return the estimator.

        Parameters
        ----------
        X : array, shape (n_samples, n_features), memory map, or data frame
        y : ignored
        sample_weight : array, shape (n_samples,), or None; a row of weight w counts as w rows

        Raises
        ------
        ValueError
            An argument is unusable, or a component collapsed or is empty. The object is then not
            fitted.
        """
        return self._fit(X, sample_weight, stacklevel=3)

    def fit_predict(
        self, X: ArrayLike, y: Any = None, sample_weight: ArrayLike | None = None
    ) -> np.ndarray:
        """Fit, and return the most responsible component of every row, shape (n_samples,)."""
        return self._fit(X, sample_weight, stacklevel=3).predict(X)

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the most responsible component of every row, shape (n_samples,), int64."""
        parameters, X = self._ready(X)
        labels = np.empty(len(X), dtype=np.int64)
        for rows, block in _blocks(X, parameters):
            labels[rows] = posterior(block, parameters).argmax(axis=1)
        return labels

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the responsibilities, shape (n_samples, n_components); rows sum to 1."""
        parameters, X = self._ready(X)
        resp = np.empty((len(X), parameters.n_components), dtype=self._dtype(X))
        for rows, block in _blocks(X, parameters):
            resp[rows] = posterior(block, parameters)
        return resp

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """Return the log density of the mixture at every row, shape (n_samples,)."""
        return self._log_densities(*self._ready(X))

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """Return the mean log density of the mixture over all rows, a float."""
        return float(self._log_densities(*self._ready(X)).mean())

    def sample(self, n_samples: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """Draw from the mixture.

        Returns
        -------
        X : array, shape (n_samples, n_features), float64, one component after the other: mean +
            A z with A the Cholesky factor of the covariance, in any units. scikit-learn takes a
            singular value decomposition, so with "full" and "tied" its numbers are others.
        y : array of int, shape (n_samples,), the component that each row came from
        """
        self.check_fitted()
        check_whole(n_samples, "n_samples", -np.inf)
        if n_samples < 1:
            raise ValueError(
                f"Invalid value for 'n_samples': {n_samples} . The sampling requires at least one "
                "sample."
            )
        state, p = as_random_state(self.random_state), sampling_parameters_of(self)
        counts = state.multinomial(n_samples, p.weights / p.weights.sum())
        parts = []
        for mean, factor, count in zip(p.means, p.factors, counts, strict=True):
            noise = state.standard_normal((count, p.n_features))
            parts.append(mean + (noise * factor if factor.ndim == 1 else noise @ factor.T))
        return np.vstack(parts), np.repeat(np.arange(len(counts)), counts)

    def aic(self, X: ArrayLike) -> float:
        """Return Akaike's criterion on X; smaller is better. See `emlib.aic`."""
        parameters, X = self._ready(X)
        n_free = n_free_parameters(parameters)
        return float(2 * n_free - 2 * len(X) * self._log_densities(parameters, X).mean())

    def bic(self, X: ArrayLike) -> float:
        """Return Schwarz's criterion on X; smaller is better. See `emlib.bic`."""
        parameters, X = self._ready(X)
        penalty = n_free_parameters(parameters) * np.log(len(X))
        return float(penalty - 2 * len(X) * self._log_densities(parameters, X).mean())

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.estimator_type = "density_estimator"
        return tags

    def _fit(self, X, sample_weight, stacklevel):
        previous = self.forget_fit()
        check_arguments(self)
        names, table = feature_names(X), as_table(X)
        if len(table) < 2:
            raise ValueError(
                f"X: Found array with 1 sample(s) (shape={table.shape}) while a minimum of 2 is "
                "required by GaussianMixture; emlib.fit_em takes a single row."
            )
        if len(table) < self.n_components:
            raise ValueError(
                f"Expected n_samples >= n_components but got n_components = {self.n_components}, "
                f"n_samples = {len(table)}"
            )
        if sample_weight is not None:
            sample_weight = np.asanyarray(sample_weight)
        rows, given = Rows(table, sample_weight), given_arrays(self, table.shape[1])
        try:
            result = run_from_starts(self, rows, given, previous if self.warm_start else {})
            fitted = fitted_attributes(result, rows, table.dtype)
        except DegenerateComponentError as error:
            why = (
                ILL_DEFINED if error.status == "collapsed" else "Fitting the mixture model failed."
            )
            raise ValueError(f"{why} Here {error}.") from error
        fitted["n_features_in_"] = table.shape[1]
        fitted["status_"] = status_of(result, float(self.reg_covar))
        if names is not None:
            fitted["feature_names_in_"] = names
        vars(self).update(fitted)
        if not result.converged and self.max_iter > 0:
            warnings.warn(NOT_CONVERGED, kin(ConvergenceWarning), stacklevel=stacklevel)
        if self.max_iter > 0:
            warn_about_floor(result.parameters, float(self.reg_covar), stacklevel)
        return self

    def _ready(self, X: Any) -> tuple[Parameters, np.ndarray]:
        """Parameters, and X as a table with the columns of the fit."""
        self.check_fitted()
        parameters = parameters_of(self)
        self.check_columns(X, table := as_table(X), parameters.n_features)
        return parameters, table

    def _log_densities(self, parameters, X):
        densities = np.empty(len(X), dtype=self._dtype(X))
        for rows, block in _blocks(X, parameters):
            densities[rows] = log_sum_exp(log_joint_of(block, parameters))[:, 0]
        return densities

    def _dtype(self, X):
        both = kept_dtype(X.dtype), kept_dtype(np.asarray(self.means_).dtype)
        return np.float32 if both == (np.float32, np.float32) else np.float64


def _blocks(X, parameters):
    """Yield (slice of rows, checked rows)."""
    n_rows = rows_together(parameters.n_components)
    for first in range(0, len(X), n_rows):
        yield slice(first, first + n_rows), check_block(X[first : first + n_rows], first)
