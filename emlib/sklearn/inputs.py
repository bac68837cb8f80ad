"""The arrays that a `GaussianMixture` is given to start from, in scikit-learn's sentences."""

import numpy as np

from ..validation import SUM_TOLERANCE, as_float, covariances_shape

ASYMMETRY = 1e-5
"""Two mirrored entries of a precision may differ by this share of the root of their diagonals'
product: they come from an inversion. scikit-learn allows this share of the entry, and 1e-8."""


def given_arrays(model, n_features):
    """Return what `weights_init`, `means_init` and `precisions_init` say, by name in `Parameters`.

    Raises ValueError, which names the array and what is wrong with it.
    """
    k, shape = model.n_components, model.covariance_type
    given = {}
    if model.weights_init is not None:
        weights = given["weights"] = _shaped(model.weights_init, (k,), "weights")
        if not ((weights >= 0) & (weights <= 1)).all():
            raise ValueError(
                "The parameter 'weights' should be in the range [0, 1], but got max value "
                f"{weights.max():.5f}, min value {weights.min():.5f}"
            )
        if abs(weights.sum() - 1) > SUM_TOLERANCE:
            raise ValueError(
                "The parameter 'weights' should be normalized, but got sum(weights) = "
                f"{weights.sum():.5f}"
            )
    if model.means_init is not None:
        given["means"] = _shaped(model.means_init, (k, n_features), "means")
    if model.precisions_init is not None:
        wanted = covariances_shape(k, n_features, shape)
        precisions = _shaped(model.precisions_init, wanted, f"{shape} precision")
        given["covariances"] = _inverses(precisions, shape)
    return given


def _shaped(array, shape, name):
    array = as_float(array, name)
    if array.shape != shape:
        raise ValueError(
            f"The parameter '{name}' should have the shape of {shape}, but got {array.shape}"
        )
    return array


def _inverses(precisions, shape):
    if shape in ("diag", "spherical"):
        if not (precisions > 0).all():
            raise ValueError(f"'{shape} precision' should be positive")
        return 1 / precisions
    # measured in its own diagonal, so that the units of the features do no harm
    variances = np.diagonal(precisions, axis1=-2, axis2=-1)
    sound = (variances > 0).all()
    if sound:
        units = np.sqrt(variances)
        scales = units[..., :, None] * units[..., None, :]
        scaled = precisions / scales
        mirrored = np.swapaxes(scaled, -1, -2)
        sound = (np.abs(scaled - mirrored) <= ASYMMETRY).all()
        try:
            np.linalg.cholesky(scaled := (scaled + mirrored) / 2)
        except np.linalg.LinAlgError:
            sound = False
    if not sound:
        raise ValueError(f"'{shape} precision' should be symmetric, positive-definite")
    covariances = np.linalg.inv(scaled)
    return (covariances + np.swapaxes(covariances, -1, -2)) / 2 / scales
