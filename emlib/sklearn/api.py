"""What scikit-learn asks of any estimator, without scikit-learn.

Parameters by name, tables whose columns have names, errors and warnings that are scikit-learn's too
where it is loaded. Only what scikit-learn itself calls (`__sklearn_tags__`, `get_metadata_routing`)
imports it.
"""

import inspect
import sys
import warnings
from functools import cache

import numpy as np

from ..validation import check_X, refuse_plans


class NotFittedError(ValueError, AttributeError):
    """A method needs a fit, and there has been none.

    Examples
    --------
    >>> try:
    ...     emlib.GaussianMixture(2).predict([[0.0]])
    ... except emlib.NotFittedError as error:
    ...     print(str(error).split('.')[0])
    This GaussianMixture instance is not fitted yet
    """


def kin(own):
    """Return own, or where scikit-learn is loaded a class that is also its class of that name."""
    theirs = getattr(sys.modules.get("sklearn.exceptions"), own.__name__, None)
    return own if theirs is None else _both(own, theirs)


@cache
def _both(own, theirs):
    members = {"__doc__": own.__doc__, "__module__": own.__module__}
    # a pickle is read where scikit-learn may be missing
    members["__reduce__"] = lambda self: (own, self.args)
    return type(own.__name__, (own, theirs), members)


class Estimator:
    """Parameters are the arguments of `__init__`; what a fit found ends with an underscore."""

    def get_params(self, deep=True):
        """Return the parameters by name; a mixture holds no other estimators, so deep is idle."""
        return {name: getattr(self, name) for name in _defaults(type(self))}

    def set_params(self, **params):
        """Set parameters by name, and return the estimator; they are checked by the next fit."""
        valid = _defaults(type(self))
        for name, value in params.items():
            if name not in valid:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self!r}. "
                    f"Valid parameters are: {', '.join(valid)}."
                )
            setattr(self, name, value)
        return self

    def __repr__(self):
        defaults = _defaults(type(self))
        changed = (
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if repr(value) != repr(defaults[name])
        )
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_tags__(self):
        from sklearn.utils import Tags, TargetTags

        return Tags(estimator_type=None, target_tags=TargetTags(required=False))

    def set_fit_request(self, *, sample_weight="$UNCHANGED$"):
        """Ask scikit-learn, where metadata routing is on, for weights: True, False or a name."""
        if sample_weight != "$UNCHANGED$":
            self._metadata_request = self.get_metadata_routing()
            self._metadata_request.fit.add_request(param="sample_weight", alias=sample_weight)
        return self

    def get_metadata_routing(self):
        """Return what `set_fit_request` asked for, in scikit-learn's own words."""
        from copy import deepcopy

        from sklearn.utils.metadata_routing import MetadataRequest

        if hasattr(self, "_metadata_request"):
            return deepcopy(self._metadata_request)
        request = MetadataRequest(owner=self)
        request.fit.add_request(param="sample_weight", alias=None)
        return request

    def forget_fit(self):
        """Take away what the last fit found, and return it by name."""
        names = [name for name in vars(self) if name.endswith("_") and not name.startswith("_")]
        return {name: vars(self).pop(name) for name in names}

    def check_fitted(self):
        """Raise NotFittedError unless there has been a fit."""
        if not any(name.endswith("_") and not name.startswith("_") for name in vars(self)):
            raise kin(NotFittedError)(
                f"This {type(self).__name__} instance is not fitted yet. Call 'fit' "
                "with appropriate arguments before using this estimator."
            )

    def check_columns(self, X, table, n_features, stacklevel=4):
        """Raise or warn unless the columns of X are those of the fit, by number and by name."""
        name = type(self).__name__
        fitted, found = getattr(self, "feature_names_in_", None), feature_names(X)
        if fitted is None and found is not None:
            warnings.warn(
                f"X has feature names, but {name} was fitted without feature names",
                stacklevel=stacklevel,
            )
        elif fitted is not None and found is None:
            warnings.warn(
                f"X does not have valid feature names, but {name} was fitted with feature names",
                stacklevel=stacklevel,
            )
        elif fitted is not None and list(fitted) != list(found):
            raise ValueError(_other_names(list(fitted), list(found)))
        if table.shape[1] != n_features:
            raise ValueError(
                f"X has {table.shape[1]} features, but {name} is expecting {n_features} features "
                "as input."
            )


def as_table(X):
    """Return X as an array with rows and columns of numbers, or raise scikit-learn's sentence.

    An array of numbers, or a memory map, comes back untouched: whoever reads it checks its rows.
    """
    if hasattr(X, "toarray"):
        raise TypeError(
            "Sparse data was passed for X, but dense data is required. "
            "Use '.toarray()' to convert to a dense numpy array."
        )
    refuse_plans(X, "X")
    if _is_blocks(X):
        raise ValueError(
            "X: Expected 2D array, got blocks of rows instead. GaussianMixture takes one table; "
            "emlib.fit_em(X, start) takes blocks."
        )
    try:
        array = np.asanyarray(X)
    except ValueError as error:
        raise ValueError("X must be a table whose rows have the same length.") from error
    if array.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: X is {array.dtype}; give it real numbers.")
    if array.ndim != 2:
        raise ValueError(
            f"X: Expected 2D array, got {array.ndim}D array instead. Reshape your data either "
            "using array.reshape(-1, 1) if your data has a single feature or "
            "array.reshape(1, -1) if it contains a single sample."
        )
    for axis, noun in enumerate(("sample", "feature")):
        if array.shape[axis] == 0:
            raise ValueError(
                f"X: Found array with 0 {noun}(s) (shape={array.shape}) while a minimum of 1 is "
                "required."
            )
    return array if array.dtype.kind in "fiu" else check_X(array)


def _is_blocks(X):
    """Tell an iterable of tables from a table."""
    if hasattr(X, "__array__") or isinstance(X, str | bytes | dict):
        return False
    if isinstance(X, list | tuple):
        return len(X) > 0 and len(getattr(X[0], "shape", ())) == 2
    return hasattr(X, "__iter__")


def feature_names(X):
    """Names of the columns of a data frame, if all are text; None where there are none."""
    names = getattr(X, "columns", None) if hasattr(X, "__array__") else None
    if names is None or len(names) == 0:
        return None
    types = sorted({type(name).__qualname__ for name in names})
    if "str" in types and len(types) > 1:
        raise TypeError(
            "Feature names are only supported if all input features have string names, but your "
            f"input has {types} as feature name / column name types. Convert them all, for example "
            "by X.columns = X.columns.astype(str)."
        )
    return np.asarray(names, dtype=object) if types == ["str"] else None


@cache
def _defaults(cls):
    arguments = inspect.signature(cls.__init__).parameters.values()
    return {a.name: a.default for a in arguments if a.name != "self"}


def _other_names(fitted, found):
    unseen = sorted(set(found) - set(fitted))
    missing = sorted(set(fitted) - set(found))
    lines = ["The feature names should match those that were passed during fit."]
    for title, names in (
        ("Feature names unseen at fit time:", unseen),
        ("Feature names seen at fit time, yet now missing:", missing),
    ):
        if names:
            lines += [title, *(f"- {name}" for name in names[:5])]
            lines += ["- ..."] if len(names) > 5 else []
    if not unseen and not missing:
        lines.append("Feature names must be in the same order as they were in fit.")
    return "\n".join(lines) + "\n"
