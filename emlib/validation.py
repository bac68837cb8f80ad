"""What may come in, and the sentence for what may not.

Every check returns a fresh or untouched float64 array; none changes its argument. A check that
fails raises ValueError with the argument's name, the row or component, and the remedy.
"""

from collections.abc import Iterable
from datetime import date, time, timedelta
from numbers import Real
from typing import Any

import numpy as np

COVARIANCE_TYPES = ("full", "tied", "diag", "spherical")

SUM_TOLERANCE = 1e-6
"""Weights may miss a sum of 1 by this, as those that were printed or kept in float32 do."""

SYMMETRY_TOLERANCE = 1e-8
"""Two mirrored entries of a covariance may differ by this share of its largest entry."""


class DegenerateComponentError(ValueError):
    """One or more components can no longer be a probability distribution.

    Attributes
    ----------
    components : tuple of int
        Which ones.
    status : str
        Why: ``"collapsed"`` (the covariance is not positive definite) or ``"empty"`` (no
        observation gives the component any responsibility).

    Examples
    --------
    >>> try:
    ...     emlib.log_gaussian([[0.0]], [[0.0]], [0.0], "spherical")
    ... except emlib.DegenerateComponentError as error:
    ...     print(error.components, error.status)
    (0,) collapsed
    """

    def __init__(self, components: Iterable[int], status: str, remedy: str) -> None:
        self.components, self.status = tuple(int(k) for k in components), status
        self._remedy = remedy
        names = ", ".join(str(k) for k in self.components)
        noun, verb = ("component", "is") if len(self.components) == 1 else ("components", "are")
        state = "collapsed: not positive definite" if status == "collapsed" else status
        super().__init__(f"{noun} {names} {verb} {state}; {remedy}")

    def __reduce__(self):
        """Pickle by what it was made of: errors travel between processes."""
        return type(self), (self.components, self.status, self._remedy)


class NotANumberError(ValueError, TypeError):
    """Something that is no number, and cannot be read as one, stands where a number should."""


def check_X(X: Any) -> np.ndarray:
    """Return the observations as float64, shape (n_samples, n_features), all finite."""
    return check_block(X, 0)


def check_block(X: Any, first_row: int) -> np.ndarray:
    """Check a table of observations whose first row has this number in the whole."""
    given, X = X, as_float(X, "X", first_row)
    if X.ndim == 0:
        raise ValueError(f"X must be 2-D, (n_samples, n_features); got {type(given).__name__}.")
    if X.ndim == 1 and X.size:
        raise ValueError(
            f"X must be 2-D, (n_samples, n_features); got shape {X.shape}. "
            "For one feature write X[:, None], for one observation X[None, :]."
        )
    if X.ndim != 2 or X.size == 0:
        raise ValueError(
            f"X must be 2-D, (n_samples, n_features), with at least one of each; got {X.shape}."
        )
    _check_finite(X, "X", "row", "drop or impute that row: NaN and inf say nothing", first_row)
    return X


def check_sample_weight(sample_weight, n_samples, first_row=0):
    """Return sample weights as float64, shape (n_samples,), none negative.

    first_row is the number, in the whole, of the row that the first weight belongs to.
    """
    weight = as_float(sample_weight, "sample_weight", first_row)
    if weight.shape != (n_samples,):
        raise ValueError(
            f"sample_weight must have shape ({n_samples},), one number a row; got {weight.shape}."
        )
    _check_finite(weight, "sample_weight", "row", "give it a number >= 0", first_row)
    if (weight < 0).any():
        i = int(np.argmax(weight < 0))
        raise ValueError(
            f"sample_weight[{first_row + i}] is {weight[i]:g}; a row counts 0 times or more."
        )
    return weight


def check_weights(weights: Any) -> np.ndarray:
    """Return the mixture weights as float64, shape (n_components,), a probability vector."""
    weights = as_float(weights, "weights")
    if weights.ndim != 1 or weights.size == 0:
        raise ValueError(f"weights must be 1-D, (n_components,); got shape {weights.shape}.")
    _check_finite(weights, "weights", "component", "give it a number from 0 to 1")
    if (weights < 0).any():
        k = int(np.argmax(weights < 0))
        raise ValueError(f"weights[{k}] is {weights[k]:g}; a weight is a probability, so >= 0.")
    if abs(weights.sum() - 1) > SUM_TOLERANCE:
        raise ValueError(
            f"weights must sum to 1; they sum to {weights.sum():.6g}. Divide them by their sum."
        )
    return weights


def check_means(
    means: Any, n_components: int | None = None, n_features: int | None = None
) -> np.ndarray:
    """Return the means as float64, shape (n_components, n_features)."""
    means = as_float(means, "means")
    if means.ndim != 2:
        raise ValueError(f"means must be 2-D, (n_components, n_features); got shape {means.shape}.")
    if n_components is not None and means.shape[0] != n_components:
        raise ValueError(
            f"means has {means.shape[0]} rows for {n_components} weights; give one row a component."
        )
    if n_features is not None and means.shape[1] != n_features:
        raise ValueError(
            f"means has {means.shape[1]} columns and X has {n_features}; "
            "both need one column a feature."
        )
    _check_finite(means, "means", "component", "give that component a finite mean")
    return means


def check_covariances(
    covariances: Any, n_components: int, n_features: int, covariance_type: str
) -> np.ndarray:
    """Return the covariances as float64 in the shape that their type asks for."""
    check_covariance_type(covariance_type)
    covariances = as_float(covariances, "covariances")
    shape = covariances_shape(n_components, n_features, covariance_type)
    if covariances.shape != shape:
        raise ValueError(
            f"covariances must have shape {shape} for {covariance_type=}, "
            f"{n_components} components and {n_features} features; got {covariances.shape}."
        )
    where = "feature row" if covariance_type == "tied" else "component"
    _check_finite(covariances, "covariances", where, "give it finite entries")
    if covariance_type in ("full", "tied"):
        _check_symmetric(covariances)
    return covariances


def check_resp(resp: Any, n_samples: int, n_components: int | None = None) -> np.ndarray:
    """Return responsibilities as float64, shape (n_samples, n_components), none negative."""
    resp = as_float(resp, "resp")
    if resp.ndim != 2 or resp.shape[0] != n_samples or resp.shape[1] == 0:
        raise ValueError(
            f"resp must have shape (n_samples, n_components) with n_samples={n_samples}; "
            f"got {resp.shape}. Observations stand in rows."
        )
    if n_components is not None and resp.shape[1] != n_components:
        raise ValueError(
            f"resp has {resp.shape[1]} columns for {n_components} components; "
            "give one column a component."
        )
    _check_finite(resp, "resp", "row", "compute it in log space")
    if (resp < 0).any():
        i = int(np.argmax((resp < 0).any(axis=1)))
        raise ValueError(f"resp has a negative entry in row {i}; a responsibility is >= 0.")
    return resp


def check_origins(origins, shape):
    """Return origins as float64, broadcast to one row a component, all finite."""
    origins = as_float(origins, "origins")
    try:
        origins = np.broadcast_to(origins, shape)
    except ValueError as error:
        raise ValueError(
            f"origins must have shape (n_components, n_features), {shape}; got {origins.shape}."
        ) from error
    _check_finite(origins, "origins", "component", "give that component a finite origin")
    return origins


def check_covariance_type(covariance_type):
    """Raise unless the name is one of the four shapes."""
    if covariance_type not in COVARIANCE_TYPES:
        raise ValueError(
            f"covariance_type must be one of {', '.join(COVARIANCE_TYPES)}; "
            f"got {covariance_type!r}."
        )


def check_n_components(n_components, n_samples):
    """Return the number of components as an int from 1 to n_samples."""
    if isinstance(n_components, bool) or not isinstance(n_components, int | np.integer):
        raise ValueError(f"n_components must be a whole number; got {n_components!r}.")
    if not 1 <= n_components <= n_samples:
        raise ValueError(
            f"n_components must lie from 1 to the number of observations, {n_samples}; "
            f"got {n_components}."
        )
    return int(n_components)


def check_not_negative(value, name):
    """Return a finite number that is not negative as a float."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value < np.inf:
        raise ValueError(f"{name} must be a finite number >= 0; got {value!r}.")
    return float(value)


def check_whole(number, name, least=0):
    """Return a whole number as an int, no less than the least."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < least:
        raise ValueError(f"{name} must be a whole number >= {least}; got {number!r}.")
    return int(number)


def check_option(value, name, options):
    """Raise unless the value is one of the options."""
    if value not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}; got {value!r}.")


def covariances_shape(n_components, n_features, covariance_type):
    """Shape of `covariances` for each of the four types, as scikit-learn has them."""
    return {
        "full": (n_components, n_features, n_features),
        "tied": (n_features, n_features),
        "diag": (n_components, n_features),
        "spherical": (n_components,),
    }[covariance_type]


def as_float(value, name, first_row=0):
    """Return an array of real numbers as float64; first_row is the number of its first row."""
    if np.ma.is_masked(value):
        first = first_row + int(np.argwhere(np.atleast_1d(np.ma.getmaskarray(value)))[0, 0])
        raise ValueError(
            f"{name} has masked entries, which are no numbers, from row {first} on; "
            "drop or impute them."
        )
    refuse_plans(value, name)
    if hasattr(value, "toarray"):
        raise ValueError(f"{name} is sparse, and EM needs every number; pass {name}.toarray().")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} must be a table whose rows have the same length{_ragged(value)}."
        ) from error
    if array.dtype.kind in "US":
        array = np.asarray(value, dtype=object)  # one text among numbers made text of them all
    if array.dtype.kind == "O":
        return _numbers(array, name, first_row)
    if array.dtype.kind in "mM":
        raise ValueError(f"{name} must hold real numbers; got dates, {array.dtype}. {DATES}.")
    if array.dtype.kind not in "fiub":
        raise ValueError(
            f"{name} must hold real numbers; got {array.dtype}. Convert it, or leave it out."
        )
    with np.errstate(over="ignore"):
        return np.asarray(array, dtype=np.float64)


PLANS = {"collect": "collect()", "toPandas": "toPandas()", "to_table": "to_table()"}
"""Methods by which tables that are not read yet (polars, Spark, Arrow) are read."""

DATES = "Turn them into numbers first, such as days since a day, or leave the column out"


def refuse_plans(value, name):
    """Raise an error that names the method by which a table that was not read yet is read."""
    if hasattr(value, "__array__") or isinstance(value, list | tuple):
        return
    for method, call in PLANS.items():
        if callable(getattr(value, method, None)):
            raise ValueError(
                f"{name} is a {type(value).__name__}, a plan that has no rows yet; "
                f"pass {name}.{call}."
            )


def _is_date(item):
    return isinstance(item, np.datetime64 | np.timedelta64 | date | time | timedelta)


def _ragged(table):
    """Name the first row that is not as long as the first, where that can be told."""
    lengths = [len(row) if hasattr(row, "__len__") else 1 for row in table]
    for row, length in enumerate(lengths):
        if length != lengths[0]:
            return f": row {row} has {length} and row 0 has {lengths[0]}"
    return ""


def _numbers(objects, name, first_row):
    """Turn an array of objects into float64, or name the first that is no real number."""
    numbers = np.empty(objects.shape)
    for index, item in np.ndenumerate(objects):
        try:
            if isinstance(item, str | bytes):
                raise ValueError("it is text")
            if _is_date(item):
                raise TypeError("it is a date or a time")
            numbers[index] = item
        except (TypeError, ValueError, OverflowError) as error:
            kind = NotANumberError if isinstance(error, TypeError) else ValueError
            where = ""
            if index:
                row = first_row + index[0]
                where = f" in row {row} (index {(row, *index[1:])})"
            text = repr(item) if len(repr(item)) <= 40 else f"{type(item).__name__}"
            reason = str(error).rstrip(".")
            remedy = DATES if _is_date(item) else "Drop or impute it"
            raise kind(
                f"{name} must hold real numbers; got {text}{where}: {reason}. {remedy}."
            ) from error
    return numbers


def _check_finite(array, name, axis_name, remedy, offset=0):
    bad = ~np.isfinite(array)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        value, first = array[first], (first[0] + offset, *first[1:])
        raise ValueError(
            f"{name} holds {value} in {axis_name} {first[0]} (index {first}); {remedy}."
        )


def asymmetric(matrices):
    """Tell the entries of one matrix, or of a stack, that differ from their mirror image."""
    scale = np.abs(matrices).max(axis=(-1, -2), keepdims=True)
    return np.abs(matrices - np.swapaxes(matrices, -1, -2)) > SYMMETRY_TOLERANCE * scale


def _check_symmetric(covariances):
    found = asymmetric(covariances)
    if found.any():
        where = f"[{np.argwhere(found)[0][0]}]" if covariances.ndim == 3 else ""
        raise ValueError(f"covariances{where} is not symmetric; use (S + S.T) / 2.")
