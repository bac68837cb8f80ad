"""Where the loop starts.

Each start is `Parameters`, ready for `emlib.fit_em`. All take what `fit_em` takes (an array, a
memory map, a re-iterable of blocks of rows), with weights, and never make an array of rows by
components.
"""

from functools import reduce
from operator import add

import numpy as np
from numpy.typing import ArrayLike

from ..engine.rows import N_ROWS, Rows
from ..maximization import m_step
from ..mixture import Parameters
from ..statistics import block_statistics
from ..types import CovarianceType, Data, Seed
from ..validation import (
    DegenerateComponentError,
    check_covariance_type,
    check_means,
    check_n_components,
    check_resp,
)
from .kmeans import find_centres, squared_distances, unit


def start_from_kmeans_plusplus(
    X: Data,
    n_components: int,
    *,
    covariance_type: CovarianceType = "full",
    sample_weight: Data | None = None,
    lloyd_steps: int = 0,
    reg_covar: float = 0.0,
    rng: Seed,
) -> Parameters:
    """Start at k-means++ centres, each with the spread that is left around its nearest centre.

    Parameters
    ----------
    X : array, shape (n_samples, n_features), memory map, or re-iterable of blocks of rows. Centres
        are sought on a sample of the rows where there are very many, see `emlib.starts.kmeans`.
    n_components : int, from 1 to the number of distinct observations
    covariance_type : {"full", "tied", "diag", "spherical"}
    sample_weight : as in `emlib.fit_em`
    lloyd_steps : int >= 0, steps of k-means that move the centres before they are used
    reg_covar : as in `emlib.m_step`
    rng : numpy Generator, or a seed for one

    References
    ----------
    Arthur and Vassilvitskii 2007; Lloyd 1982.

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_kmeans_plusplus(X, 2, covariance_type="diag", rng=7)
    >>> start.covariances.shape
    (2, 2)
    >>> round(emlib.fit_em(X, start).log_likelihood, 2)
    -1147.81
    """
    rows = rows_of(X, sample_weight)
    rng = np.random.default_rng(rng)
    centres = find_centres(rows, n_components, lloyd_steps=lloyd_steps, rng=rng)
    return start_from_centres(rows, centres, covariance_type=covariance_type, reg_covar=reg_covar)


def start_from_random_rows(
    X: Data,
    n_components: int,
    *,
    covariance_type: CovarianceType = "full",
    sample_weight: Data | None = None,
    rng: Seed,
) -> Parameters:
    """Start at rows of X, each as likely as its weight says, as `start_from_centres` does.

    Parameters as in `start_from_kmeans_plusplus`; equal rows share what is nearest to them.

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_random_rows(X, 2, rng=7)
    >>> round(emlib.fit_em(X, start).log_likelihood, 2)
    -1130.26
    """
    rows = rows_of(X, sample_weight)
    centres = random_rows(rows, n_components, np.random.default_rng(rng))
    return start_from_centres(rows, centres, covariance_type=covariance_type)


def start_from_centres(
    X: Data,
    centres: ArrayLike,
    *,
    covariance_type: CovarianceType = "full",
    sample_weight: Data | None = None,
    pooled: bool = True,
    reg_covar: float = 0.0,
) -> Parameters:
    """Start from the partition of X by nearest centre.

    Weights and means come from that partition; all components share its pooled covariance, so that
    none starts collapsed, or each takes its own. Equally near centres share a row alike.

    Parameters
    ----------
    X, covariance_type, sample_weight : as in `start_from_kmeans_plusplus`
    centres : array, shape (n_components, n_features), in the units of X
    pooled : bool
    reg_covar : as in `emlib.m_step`

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_centres(X, [[2.0, 55.0], [4.0, 80.0]])
    >>> start.means.round(1)
    array([[ 2.1, 54.8],
           [ 4.3, 80.3]])
    """
    check_covariance_type(covariance_type)
    rows = rows_of(X, sample_weight)
    centres = check_means(centres, n_features=rows.n_features)
    length = unit(rows)

    def resp(block, _):
        distances = np.array([squared_distances(block, centre, length) for centre in centres])
        nearest = distances == distances.min(axis=0)
        return (nearest / nearest.sum(axis=0)).T

    if not pooled:
        return _m_step_on(rows, resp, len(centres), covariance_type, reg_covar)
    kept = "tied" if covariance_type in ("full", "tied") else "diag"
    own = _m_step_on(rows, resp, len(centres), kept, reg_covar)
    shared = own.covariances if kept == "tied" else own.weights @ own.covariances
    covariances = _spread_to_all(shared, len(centres), covariance_type)
    return Parameters(own.weights, own.means, covariances, covariance_type)


def start_from_labels(
    X: Data,
    labels: ArrayLike,
    *,
    covariance_type: CovarianceType = "full",
    sample_weight: Data | None = None,
    reg_covar: float = 0.0,
) -> Parameters:
    """Maximum-likelihood parameters when the cluster of every observation is known.

    Parameters
    ----------
    X, covariance_type, sample_weight : as in `start_from_kmeans_plusplus`
    labels : array of int, shape (n_samples,), 0 to n_components - 1, each at least once
    reg_covar : as in `emlib.m_step`

    References
    ----------
    Bishop 2006, section 4.2.2, with one covariance a class.

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_labels(X, (X[:, 0] > 3).astype(int))
    >>> start.means.round(1)
    array([[ 2. , 54.5],
           [ 4.3, 80. ]])
    """
    rows, labels = rows_of(X, sample_weight), np.asarray(labels)
    n = rows.n_samples
    if labels.shape != (n,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"labels must hold one whole number >= 0 for each of the {n} observations; "
            f"got {labels.dtype} of shape {labels.shape}."
        )
    if labels.min() < 0:
        i = int(labels.argmin())
        raise ValueError(
            f"labels[{i}] is {labels[i]}; number the clusters from 0, and leave out rows "
            "whose cluster nobody knows."
        )
    if labels.max() >= n:
        raise ValueError(
            f"labels go up to {labels.max()}, and {n} observations cannot fill that many "
            "clusters; number the clusters from 0 without a gap."
        )
    n_components = int(labels.max()) + 1
    unused = np.setdiff1d(np.arange(n_components), labels)
    if len(unused):
        remedy = "number the clusters from 0 without a gap"
        raise DegenerateComponentError(unused, "empty", remedy)

    def resp(_, numbers):
        return labels[numbers, None] == np.arange(n_components)

    return _m_step_on(rows, resp, n_components, covariance_type, reg_covar)


def start_from_responsibilities(
    X: Data,
    resp: ArrayLike,
    *,
    covariance_type: CovarianceType = "full",
    sample_weight: Data | None = None,
    reg_covar: float = 0.0,
) -> Parameters:
    """Start with an M-step on responsibilities of your own.

    Parameters
    ----------
    X, covariance_type, sample_weight : as in `start_from_kmeans_plusplus`
    resp : array, shape (n_samples, n_components), none negative
    reg_covar : as in `emlib.m_step`

    Examples
    --------
    >>> X, resp = [[0.0], [2.0], [5.0], [6.0]], [[1, 0], [1, 0], [0.5, 0.5], [0, 1]]
    >>> start = emlib.start_from_responsibilities(X, resp)
    >>> start.weights.round(3)
    array([0.625, 0.375])
    """
    rows = rows_of(X, sample_weight)
    resp = check_resp(resp, rows.n_samples)
    return _m_step_on(
        rows, lambda _, numbers: resp[numbers], resp.shape[1], covariance_type, reg_covar
    )


def start_from_random_responsibilities(
    X: Data,
    n_components: int,
    *,
    covariance_type: CovarianceType = "full",
    sample_weight: Data | None = None,
    reg_covar: float = 0.0,
    rng: Seed,
) -> Parameters:
    """Start with an M-step on responsibilities that are uniform numbers, divided by their sum.

    Parameters as in `start_from_kmeans_plusplus`, reg_covar as in `emlib.m_step`. All components
    start near the mean of X: the loop has to draw them apart.

    Examples
    --------
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_random_responsibilities(X, 2, rng=7)
    >>> bool((abs(start.means - X.mean(axis=0)) < X.std(axis=0)).all())
    True
    """
    rows = rows_of(X, sample_weight)
    n_components = check_n_components(n_components, rows.n_samples)
    seed = np.random.default_rng(rng).integers(2**63)

    def resp(_, numbers):
        first, last = numbers[0], numbers[-1]
        # one stream, entered at the row's number: so the draw does not depend on how X is cut
        stream = np.random.Generator(np.random.PCG64(seed).advance(int(first) * n_components))
        drawn = stream.random((last + 1 - first, n_components))[numbers - first]
        return drawn / drawn.sum(axis=1, keepdims=True)

    return _m_step_on(rows, resp, n_components, covariance_type, reg_covar)


def random_rows(rows, n_components, rng):
    """Rows at different places of `Rows`, shape (n_components, n_features), none of weight 0.

    A row of weight w is as likely as w rows would be; Efraimidis and Spirakis 2006.
    """
    n_components = check_n_components(n_components, rows.n_samples)
    picked = rows.in_order(_rows_that_come_first, n_components, rng)
    if len(picked) < n_components:
        raise ValueError(
            f"only {len(picked)} rows of X have a sample_weight above 0; "
            f"n_components={n_components} needs as many: use fewer components."
        )
    return picked


def _rows_that_come_first(blocks, centre, n_components, rng):
    """Let every row arrive at an exponential time, its weight being the rate; keep the first."""
    times, picked = np.empty(0), np.empty((0, len(centre)))
    for block, weight in blocks.blocks(N_ROWS):
        time = rng.exponential(size=len(block))
        times = np.append(times, time if weight is None else time / weight)
        picked = np.concatenate([picked, block])
        first = np.argsort(times)[:n_components]
        times, picked = times[first], picked[first]
    return picked


def rows_of(X, sample_weight):
    """Return `Rows` as they are, or make them."""
    return X if isinstance(X, Rows) else Rows(X, sample_weight)


def _m_step_on(rows, resp, n_components, covariance_type, reg_covar):
    """M-step on resp(block, numbers of its rows in X), about means found in a first pass."""
    check_covariance_type(covariance_type)
    sums = rows.add_up(_sums, resp, n_components)
    counts = np.where(sums[:, 0] > 0, sums[:, 0], 1.0)
    origins = rows.mean + sums[:, 1:] / counts[:, None]
    return m_step(rows.add_up(_statistics, resp, covariance_type, origins), reg_covar)


def _sums(part, centre, resp, n_components):
    """Count and weighted sum of (x - centre), (n_components, 1 + n_features)."""
    sums = np.zeros((n_components, 1 + len(centre)))
    for block, shares in _weighted(part, resp):
        sums[:, 0] += shares.sum(axis=0)
        sums[:, 1:] += shares.T @ (block - centre)
    return sums


def _statistics(part, _, resp, covariance_type, origins):
    parts = (
        block_statistics(block, shares, covariance_type, origins)
        for block, shares in _weighted(part, resp)
    )
    nothing = np.empty((0, origins.shape[1])), np.empty((0, len(origins)))
    return reduce(add, parts, block_statistics(*nothing, covariance_type, origins))


def _weighted(part, resp):
    for block, weight, numbers in part.numbered(N_ROWS):
        if len(block):
            shares = resp(block, numbers).astype(float)
            yield block, shares if weight is None else shares * weight[:, None]


def _spread_to_all(shared, n_components, covariance_type):
    """Give all components one covariance, (d, d), or (d,) where the shape keeps only variances."""
    if covariance_type == "tied":
        return shared
    if covariance_type == "spherical":
        return np.full(n_components, shared.mean())
    return np.tile(shared, (n_components, *[1] * shared.ndim))
