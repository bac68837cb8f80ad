"""Where the loop starts: from labels, from responsibilities, or by k-means++ from the data.

Each function returns `Parameters`, ready for `emlib.fit_em`.
"""

import numpy as np

from .mixture import Parameters
from .steps import m_step, statistics
from .validation import check_covariance_type, check_n_components, check_X


def kmeans_plusplus(X, n_components, *, rng):
    """Pick observations as centres, each with probability proportional to its squared distance.

    Parameters
    ----------
    X : array, shape (n_samples, n_features)
    n_components : int, from 1 to the number of distinct observations
    rng : numpy Generator, or a seed for one

    Returns
    -------
    array of int, shape (n_components,): the rows of X that were picked, all different

    References
    ----------
    Arthur and Vassilvitskii 2007, section 2.2.
    """
    X = check_X(X)
    n_components = check_n_components(n_components, len(X))
    rng = np.random.default_rng(rng)
    rows = [int(rng.integers(len(X)))]
    nearest = np.full(len(X), np.inf)
    while len(rows) < n_components:
        nearest = np.minimum(nearest, ((X - X[rows[-1]]) ** 2).sum(axis=1))
        if not nearest.any():
            raise ValueError(
                f"X has only {len(rows)} distinct rows; n_components={n_components} needs as "
                "many: use fewer components."
            )
        rows.append(int(rng.choice(len(X), p=nearest / nearest.sum())))
    return np.array(rows)


def start_from_kmeans_plusplus(X, n_components, *, covariance_type="full", rng):
    """Start at k-means++ centres, each with the spread that is left around its nearest centre.

    Every observation belongs to its nearest centre; weights and means come from that partition,
    and all components share its pooled covariance, so that none starts collapsed.

    Parameters and errors as in `kmeans_plusplus`; covariance_type as in `emlib.Parameters`.
    """
    X = check_X(X)
    check_covariance_type(covariance_type)
    centres = X[kmeans_plusplus(X, n_components, rng=rng)]
    distances = ((X[:, None, :] - centres) ** 2).sum(axis=2)
    resp = np.eye(len(centres))[distances.argmin(axis=1)]
    pooled = m_step(statistics(X, resp, "tied"))
    covariances = _spread_to_all(pooled.covariances, len(centres), covariance_type)
    return Parameters(pooled.weights, pooled.means, covariances, covariance_type)


def start_from_labels(X, labels, *, covariance_type="full", reg_covar=0.0):
    """Maximum-likelihood parameters when the cluster of every observation is known.

    Parameters
    ----------
    X : array, shape (n_samples, n_features)
    labels : array of int, shape (n_samples,), 0 to n_components - 1, each at least once
    covariance_type, reg_covar : as in `emlib.m_step`

    References
    ----------
    Bishop 2006, section 4.2.2, with one covariance a class.
    """
    X, labels = check_X(X), np.asarray(labels)
    if labels.shape != (len(X),) or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError(
            f"labels must hold one whole number >= 0 for each of the {len(X)} observations; "
            f"got {labels.dtype} of shape {labels.shape}."
        )
    if labels.max() >= len(X):
        raise ValueError(
            f"labels go up to {labels.max()}, and {len(X)} observations cannot fill that many "
            "clusters; number the clusters from 0 without a gap."
        )
    resp = np.eye(labels.max() + 1)[labels]
    return start_from_responsibilities(
        X, resp, covariance_type=covariance_type, reg_covar=reg_covar
    )


def start_from_responsibilities(X, resp, *, covariance_type="full", reg_covar=0.0):
    """Start with an M-step on responsibilities of your own.

    Parameters
    ----------
    X : array, shape (n_samples, n_features)
    resp : array, shape (n_samples, n_components), none negative
    covariance_type, reg_covar : as in `emlib.m_step`
    """
    return m_step(statistics(X, resp, covariance_type), reg_covar)


def _spread_to_all(covariance, n_components, covariance_type):
    variances = np.diagonal(covariance)
    return {
        "full": np.tile(covariance, (n_components, 1, 1)),
        "tied": covariance,
        "diag": np.tile(variances, (n_components, 1)),
        "spherical": np.full(n_components, variances.mean()),
    }[covariance_type]
