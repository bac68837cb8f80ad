"""Fitted attributes of `GaussianMixture`: what a fit leaves, and what predictions make of them.

Attributes may be set by hand, as users of scikit-learn do: weights_, means_ and
precisions_cholesky_ are enough to predict, score and sample.
"""

import numpy as np

from ..gaussian import covariance_factors, whiteners
from ..mixture import Parameters
from ..validation import as_float
from .api import NotFittedError, kin

UNITS_OF_ROUNDING = 64
"""Machine epsilons, times the condition, by which covariances_ and their factors may differ."""


def fitted_attributes(result, rows, dtype):
    """Return the fitted attributes of `GaussianMixture`, by name, from the end of a run."""
    dtype = kept_dtype(dtype)
    parameters = result.parameters
    arrays = [
        np.array(array, dtype=dtype)
        for array in (parameters.weights, parameters.means, parameters.covariances)
    ]
    shape = parameters.covariance_type
    # of what is kept, which has fewer digits than what was computed if X has
    cholesky = precisions_cholesky(arrays[2].astype(float), *parameters.means.shape, shape)
    square = shape in ("diag", "spherical")
    precisions = cholesky**2 if square else cholesky @ np.swapaxes(cholesky, -1, -2)
    bounds = [float(value) for value in result.log_likelihoods / rows.total_weight]
    return {
        "weights_": arrays[0],
        "means_": arrays[1],
        "covariances_": arrays[2],
        "precisions_cholesky_": np.array(cholesky, dtype=dtype),
        "precisions_": np.array(precisions, dtype=dtype),
        "converged_": bool(result.converged),
        "n_iter_": len(bounds),
        "lower_bound_": bounds[-1] if bounds else -np.inf,
        "lower_bounds_": bounds,
    }


def kept_dtype(dtype):
    """Return float32 for float32 in any byte order, else float64."""
    return np.float32 if np.dtype(dtype).newbyteorder("=") == np.float32 else np.float64


def precisions_cholesky(covariances, n_components, n_features, shape):
    """Upper triangular U with precision U U', shaped as scikit-learn shapes them."""
    factors = covariance_factors(covariances, n_components, n_features, shape)
    inverses = np.array(whiteners(factors[:1] if shape == "tied" else factors))
    if shape == "diag":
        return inverses
    if shape == "spherical":
        return inverses[:, 0]
    cholesky = np.swapaxes(inverses, -1, -2)
    return cholesky[0] if shape == "tied" else cholesky


def parameters_of(mixture):
    """Parameters by which a mixture predicts, as scikit-learn's: those of precisions_cholesky_.

    Where covariances_ agree with them, or there are no precisions_cholesky_, they are used as they
    are, with all their digits.
    """
    weights, means = _attribute(mixture, "weights_"), _attribute(mixture, "means_")
    covariances = getattr(mixture, "covariances_", None)
    cholesky = getattr(mixture, "precisions_cholesky_", None)
    if cholesky is None:
        covariances = _attribute(mixture, "covariances_")
    elif covariances is None or not _agree(covariances, cholesky, mixture.covariance_type):
        covariances = _covariances(as_float(cholesky, "precisions_cholesky_"), mixture)
    return Parameters(weights, means, covariances, mixture.covariance_type)


def sampling_parameters_of(mixture):
    """Parameters from which a mixture draws, as scikit-learn's: those of covariances_, if set."""
    covariances = getattr(mixture, "covariances_", None)
    if covariances is None:
        return parameters_of(mixture)
    weights, means = _attribute(mixture, "weights_"), _attribute(mixture, "means_")
    return Parameters(weights, means, covariances, mixture.covariance_type)


def _attribute(mixture, name):
    value = getattr(mixture, name, None)
    if value is None:
        raise kin(NotFittedError)(
            f"This {type(mixture).__name__} instance has no {name}. Call 'fit', or set weights_, "
            "means_ and precisions_cholesky_ or covariances_ by hand."
        )
    return value


def _covariances(cholesky, mixture):
    """Covariances whose precisions have these factors, lower or upper; S = U^-T U^-1."""
    if mixture.covariance_type in ("diag", "spherical"):
        return 1 / np.square(cholesky)
    inverses = _inverse_triangles(cholesky)
    covariances = np.swapaxes(inverses, -1, -2) @ inverses
    return (covariances + np.swapaxes(covariances, -1, -2)) / 2


def _inverse_triangles(cholesky):
    """Inverses of triangles, each measured in its own diagonal so that units do no harm."""
    units = np.diagonal(cholesky, axis1=-2, axis2=-1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        scaled = cholesky / units[..., None, :]
    if not (np.isfinite(units).all() and (units != 0).all() and np.isfinite(scaled).all()):
        raise ValueError(
            "precisions_cholesky_ must be triangular with finite entries and no 0 on the diagonal."
        )
    return np.linalg.inv(scaled) / units[..., :, None]


def _agree(covariances, cholesky, shape):
    """Tell whether covariances S and the precisions' factors U, upper or lower, give S U U' = 1.

    The allowed difference is the rounding of U, whose digits are fewer in float32, times the
    condition of the product.
    """
    covariances, cholesky = np.asarray(covariances), np.asarray(cholesky)
    if covariances.shape != cholesky.shape:
        return False
    eps = max(
        np.finfo(part.dtype).eps if part.dtype.kind == "f" else 0.0
        for part in (covariances, cholesky)
    )
    allowed = UNITS_OF_ROUNDING * max(eps, np.finfo(float).eps)
    S, U = covariances.astype(float), cholesky.astype(float)
    with np.errstate(all="ignore"):
        if shape in ("diag", "spherical"):
            return bool((np.abs(S * np.square(U) - 1) <= allowed).all())
        transposed = np.swapaxes(U, -1, -2)
        product, sizes = S @ U @ transposed, np.abs(S) @ np.abs(U) @ np.abs(transposed)
        condition = sizes.max(axis=(-1, -2), keepdims=True)
        return bool((np.abs(product - np.eye(S.shape[-1])) <= allowed * condition).all())
