"""Expected sufficient statistics: all that the M-step needs to know of the rows.

    N_k = sum_i r_ik,   sum_i r_ik x_i,   sum_i r_ik x_i x_i'

The statistics of two blocks of rows add up, and nothing else about the rows is ever needed: so an
array, a file larger than memory, a stream and a cluster of machines are the same code.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .frozen import Frozen, freeze
from .types import CovarianceType
from .validation import check_covariance_type, check_origins, check_resp, check_X


@dataclass(frozen=True, eq=False)
class Statistics(Frozen):
    """Expected sufficient statistics: all that the M-step needs to know about the observations.

    Sums over observations i, weighted by responsibilities r_ik, of the differences from an
    origin o_k. The origin changes no result: it keeps the digits when data lie far from zero.

    Attributes
    ----------
    counts : array, shape (n_components,): sum_i r_ik, the soft counts
    sums : array, shape (n_components, n_features): sum_i r_ik (x_i - o_k)
    scatters : array, shaped as covariances: sum_i r_ik (x_i - o_k)(x_i - o_k)' for "full"; summed
        over k for "tied"; its diagonal for "diag"; its trace for "spherical"
    origins : array, shape (n_components, n_features): the o_k
    covariance_type : {"full", "tied", "diag", "spherical"}

    Examples
    --------
    >>> first = emlib.statistics([[0.0], [1.0]], [[1.0], [1.0]])
    >>> second = emlib.statistics([[5.0]], [[1.0]])
    >>> (first + second).counts, (first + second).means()
    (array([3.]), array([[2.]]))
    """

    counts: np.ndarray
    sums: np.ndarray
    scatters: np.ndarray
    origins: np.ndarray
    covariance_type: str = "full"

    def __post_init__(self):
        freeze(self, counts=self.counts, sums=self.sums, scatters=self.scatters)
        freeze(self, origins=np.broadcast_to(self.origins, self.sums.shape))

    def means(self) -> np.ndarray:
        """Weighted means, (n_components, n_features); the origin where nothing was counted."""
        counts = self.counts + (self.counts == 0)
        return self.origins + self.sums / counts[:, None]

    def about(self, origins: np.ndarray) -> "Statistics":
        """Return the same statistics with other origins, shape (n_components, n_features)."""
        shift = self.origins - origins
        moved = self.counts[:, None] * shift
        return Statistics(
            counts=self.counts,
            sums=self.sums + moved,
            scatters=self.scatters
            + outer_products(self.sums, shift, self.covariance_type)
            + outer_products(shift, self.sums + moved, self.covariance_type),
            origins=origins,
            covariance_type=self.covariance_type,
        )

    def __add__(self, other: "Statistics") -> "Statistics":
        """Statistics of the rows of both."""
        if not isinstance(other, Statistics):
            return NotImplemented
        if other.covariance_type != self.covariance_type or other.sums.shape != self.sums.shape:
            raise ValueError("only statistics of the same shape and covariance_type add up.")
        other = other.about(self.origins)
        return Statistics(
            counts=self.counts + other.counts,
            sums=self.sums + other.sums,
            scatters=self.scatters + other.scatters,
            origins=self.origins,
            covariance_type=self.covariance_type,
        )

    def __radd__(self, other):
        """Let `sum` begin with its 0."""
        return self if isinstance(other, int) and other == 0 else NotImplemented


def statistics(
    X: ArrayLike,
    resp: ArrayLike,
    covariance_type: CovarianceType = "full",
    origins: ArrayLike | None = None,
) -> Statistics:
    """Collect the expected sufficient statistics under given responsibilities.

    Parameters
    ----------
    X : array, shape (n_samples, n_features)
    resp : array, shape (n_samples, n_components), none negative
    covariance_type : {"full", "tied", "diag", "spherical"}
    origins : array, shape (n_components, n_features) or broadcast to it, default: the weighted
        means themselves, which lose no digits

    Returns
    -------
    expected : Statistics

    References
    ----------
    Page *Half an observation here*, equation (counts); Dempster, Laird and Rubin 1977,
    section 2.

    Examples
    --------
    >>> expected = emlib.statistics([[0.0], [1.0], [4.0]], [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    >>> expected.counts
    array([1.5, 1.5])
    >>> expected.means().round(4)
    array([[0.3333],
           [3.    ]])
    """
    X = check_X(X)
    resp = check_resp(resp, len(X))
    check_covariance_type(covariance_type)
    counts = resp.sum(axis=0)
    if origins is None:
        divisors = np.where(counts > 0, counts, 1.0)
        origins = (resp / divisors).T @ X
    shape = (resp.shape[1], X.shape[1])
    origins = check_origins(origins, shape)
    return block_statistics(X, resp, covariance_type, origins)


def block_statistics(X, resp, covariance_type, origins):
    """Collect statistics of rows that were checked, about origins, (n_components, n_features)."""
    sums, scatters = np.empty((resp.shape[1], X.shape[1])), []
    for k, origin in enumerate(origins):
        differences = X - origin
        sums[k] = resp[:, k] @ differences
        differences *= np.sqrt(resp[:, k, None])
        scatters.append(_scatter(differences, covariance_type))
    scatters = sum(scatters) if covariance_type == "tied" else np.array(scatters)
    return Statistics(resp.sum(axis=0), sums, scatters, origins, covariance_type)


def _scatter(differences, covariance_type):
    """Sum of the outer products of all rows with themselves, or what the shape keeps of it."""
    if covariance_type == "diag":
        return np.einsum("ij,ij->j", differences, differences)
    if covariance_type == "spherical":
        return np.einsum("ij,ij->", differences, differences)
    return differences.T @ differences


def outer_products(left, right, covariance_type):
    """Outer product of each row on the left with its row on the right; what the shape keeps of it.

    Both have shape (n_components, n_features); the result is shaped as scatters are.
    """
    if covariance_type in ("diag", "spherical"):
        products = left * right
        return products if covariance_type == "diag" else products.sum(axis=1)
    if covariance_type == "tied":
        return left.T @ right
    return left[:, :, None] * right[:, None, :]
