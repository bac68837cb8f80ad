"""Log densities of Gaussian components, right and wrong in every way that was met."""

import numpy as np

from course.author import Variant

LOG_2PI = np.log(2 * np.pi)


def log_density(
    X, means, covariances, *, half=0.5, det=0.5, constant=0.5, inverse=True, bend=None, first=False
):
    """Log densities, shape (n, K); right as it stands, wrong where an argument says how.

    half, det, constant : factors of the quadratic form, the log determinant and d log 2 pi
    inverse : use the inverse covariance in the quadratic form
    bend : function of a covariance that is used instead of it
    first : use the first covariance for all
    """
    n_components, n_features = means.shape
    columns = []
    for k in range(n_components):
        covariance = covariances[0 if first else k]
        covariance = covariance if bend is None else bend(covariance)
        difference = X - means[k]
        shape = np.linalg.inv(covariance) if inverse else covariance
        quadratic = np.einsum("ij,jl,il->i", difference, shape, difference)
        log_det = np.linalg.slogdet(covariance)[1]
        columns.append(-half * quadratic - det * log_det - constant * n_features * LOG_2PI)
    return np.stack(columns, axis=1)


def only_diagonal(covariance):
    """Drop the covariances and keep the variances."""
    return np.diag(np.diag(covariance))


def square(covariance):
    """Take the covariance for a standard deviation."""
    return covariance @ covariance


def turned(covariance):
    """Put the Cholesky factor and its transpose in the wrong order; the determinant stays."""
    factor = np.linalg.cholesky(covariance)
    return factor.T @ factor


WRONG = {
    "determinant missing": (
        {"det": 0},
        "The determinant of the covariance is missing. A wide cluster must pay for its width with "
        "height; the factor cancels only where all determinants are equal.",
    ),
    "determinant not halved": (
        {"det": 1},
        "The determinant enters whole. The density divides by its square root; what is that in the "
        "logarithm?",
    ),
    "determinant turned": (
        {"det": -0.5},
        "The determinant enters with the wrong sign: here a wider cluster is the higher one at its "
        "centre. Plus is right for the determinant of the inverse, the precision.",
    ),
    "half missing": (
        {"half": 1},
        "The squared distance enters whole. Which factor stands in front of it in the exponent?",
    ),
    "not inverted": (
        {"inverse": False},
        "The distance is measured with the covariance itself. A wide cluster should find the same "
        "observation nearer, not farther: use the inverse.",
    ),
    "covariance as standard deviation": (
        {"bend": square},
        "The covariance is used as if it were a standard deviation, so it enters squared. It is in "
        "squared units already.",
    ),
    "exponent turned": (
        {"half": -0.5},
        "The exponent has the wrong sign: these grow with the distance from the centre.",
    ),
    "Cholesky factor not inverted": (
        {"inverse": False, "bend": turned},
        "The deviations were multiplied by the Cholesky factor. They have to be freed of the "
        "cluster's spread, not given it once more: solve with the factor.",
    ),
    "Cholesky factor transposed": (
        {"bend": turned},
        "The Cholesky factor was solved with the wrong way round. If L L' is the covariance, L z = "
        "x - m is what z comes from.",
    ),
    "off-diagonals ignored": (
        {"bend": only_diagonal},
        "Only the variances are used: every ellipse lies along the axes. What do the entries off "
        "the diagonal say about the two features together?",
    ),
    "first covariance for all": (
        {"first": True},
        "All clusters use the covariance of the first. Each has its own: which index is missing?",
    ),
}
"""Mistake -> (arguments of log_density, hint). 2 pi is apart: it cancels in responsibilities."""

CONSTANT = (
    {"constant": 0},
    "The constant is missing: every density here is too large by the same factor. Which power of "
    "2 pi makes a Gaussian in d dimensions add up to one?",
)


def _flat(change):
    return lambda X, means, covariances: log_density(X, means, covariances, **change)


LOG_GAUSSIAN = (
    *(Variant(name, hint, _flat(change)) for name, (change, hint) in WRONG.items()),
    Variant("2 pi missing", CONSTANT[1], _flat(CONSTANT[0])),
    Variant(
        "density returned",
        "These are densities: none is negative. The logarithm was asked for, since far out a "
        "density is too small for the machine and its logarithm is not.",
        lambda *arguments: np.exp(log_density(*arguments)),
    ),
    Variant(
        "sign turned",
        "The sign is turned: the farther away, the larger these numbers are. A density falls with "
        "distance, and so does its logarithm.",
        lambda *arguments: -log_density(*arguments),
    ),
    Variant(
        "transposed",
        "Clusters stand in rows here. Observations belong in rows, clusters in columns.",
        lambda *arguments: log_density(*arguments).T,
    ),
    Variant(
        "something small added",
        "Far from a cluster this stands still near -690: something like 1e-300 was added before "
        "the logarithm. That hides the underflow and keeps the mistake: never compute the density.",
        lambda *arguments: np.log(np.exp(log_density(*arguments)) + 1e-300),
    ),
    Variant(
        "underflow",
        "Far from a cluster this gives minus infinity: the density was computed first and was too "
        "small for the machine, and the logarithm came too late. Keep to logarithms throughout.",
        lambda *arguments: np.log(np.exp(log_density(*arguments))),
    ),
)
