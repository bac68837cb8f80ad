"""The E-step with row weights, right and wrong."""

import numpy as np

from course.author import Variant
from course.known_wrong import density, expectation, tied
from course.known_wrong.density import CONSTANT, only_diagonal
from course.known_wrong.expectation import hard, log_sum


def e_step(X, row_weights, *parameters, resp=None, total=None, **change):
    """Responsibilities and log-likelihood; wrong where `resp` or `total` or a change says how."""
    log_joint = tied.tied(lambda *p: expectation.log_joint(*p, **change))(X, *parameters)
    log_density = log_sum(log_joint)
    shares = np.exp(log_joint - log_density)
    log_likelihood = float(row_weights @ log_density[:, 0])
    shares = shares if resp is None else resp(shares, log_joint, row_weights)
    if total is not None:
        log_likelihood = float(total(log_joint, log_density[:, 0], row_weights))
    return shares, log_likelihood


def _e(**change):
    return lambda *arguments: e_step(*arguments, **change)


def _naive(X, row_weights, weights, means, covariance):
    spread = np.repeat(covariance[None], len(means), axis=0)
    products = weights * np.exp(density.log_density(X, means, spread))
    sums = products.sum(axis=1)
    return products / sums[:, None], float(row_weights @ np.log(sums))


def _padded(X, row_weights, weights, means, covariance):
    spread = np.repeat(covariance[None], len(means), axis=0)
    products = weights * np.exp(density.log_density(X, means, spread))
    sums = products.sum(axis=1) + 1e-300
    return products / sums[:, None], float(row_weights @ np.log(sums))


_HINTS = {
    variant.name: variant.hint
    for variant in (*expectation.RESPONSIBILITIES, *expectation.LOG_LIKELIHOOD)
}

SIGNS_AND_FACTORS = (
    "determinant turned",
    "exponent turned",
    "Cholesky factor not inverted",
    "Cholesky factor transposed",
)

E_STEP = (
    Variant(
        "normalised over observations",
        _HINTS["normalised over observations"],
        _e(resp=lambda r, joint, w: np.exp(joint - log_sum(joint, axis=0))),
    ),
    Variant("not normalised", _HINTS["not normalised"], _e(resp=lambda r, joint, w: np.exp(joint))),
    Variant(
        "row weights in the responsibilities",
        "The responsibilities are multiplied by the weight of their row, so a row no longer adds "
        "up to one. Who is responsible for a row does not depend on how often the row counts.",
        _e(resp=lambda r, joint, w: r * w[:, None]),
    ),
    Variant("hard", _HINTS["hard"], _e(resp=lambda r, joint, w: hard(r))),
    Variant("logarithms", _HINTS["logarithms"], _e(resp=lambda r, joint, w: np.log(r))),
    Variant("weights missing", _HINTS["weights missing"], _e(power=0)),
    Variant("weights twice", _HINTS["weights twice"], _e(power=2)),
    Variant("half missing", _HINTS["half missing"], _e(half=1)),
    Variant("not inverted", _HINTS["not inverted"], _e(inverse=False)),
    *(Variant(name, _HINTS[name], _e(**density.WRONG[name][0])) for name in SIGNS_AND_FACTORS),
    Variant(
        "prior for posterior",
        _HINTS["prior for posterior"],
        lambda X, w, weights, *p: (np.tile(weights, (len(X), 1)), e_step(X, w, weights, *p)[1]),
    ),
    Variant(
        "weights of other clusters",
        _HINTS["weights of other clusters"],
        lambda X, w, weights, *p: e_step(X, w, weights[::-1], *p),
    ),
    Variant(
        "determinant missing",
        "The determinant of the covariance is missing from the log-likelihood. With one shape for "
        "all it cancels in the responsibilities, and only there.",
        _e(det=0),
    ),
    Variant("off-diagonals ignored", _HINTS["off-diagonals ignored"], _e(bend=only_diagonal)),
    Variant("2 pi missing", CONSTANT[1], _e(**CONSTANT[0])),
    Variant(
        "row weights missing from the log-likelihood",
        "Every row counts once in the log-likelihood. A row of weight 3 stands for three.",
        _e(total=lambda joint, log_density, w: log_density.sum()),
    ),
    Variant(
        "row weights inside the logarithm",
        "The weight of a row stands inside its logarithm. Three equal observations have the "
        "density to the power three; where does the three go when you take the logarithm?",
        _e(total=lambda joint, log_density, w: (np.log(w) + log_density).sum()),
    ),
    Variant(
        "mean",
        _HINTS["mean"],
        _e(total=lambda joint, log_density, w: w @ log_density / w.sum()),
    ),
    Variant(
        "sign turned",
        _HINTS["sign turned"],
        _e(total=lambda joint, log_density, w: -w @ log_density),
    ),
    Variant(
        "log inside the sum",
        _HINTS["log inside the sum"],
        _e(total=lambda joint, log_density, w: (w[:, None] * joint).sum()),
    ),
    Variant(
        "complete-data",
        _HINTS["complete-data"],
        _e(
            total=lambda joint, log_density, w: (
                w[:, None] * np.exp(joint - log_density[:, None]) * joint
            ).sum()
        ),
    ),
    Variant(
        "best cluster only",
        _HINTS["best cluster only"],
        _e(total=lambda joint, log_density, w: w @ joint.max(axis=1)),
    ),
    Variant(
        "something small added",
        "Far out the responsibilities are zero and each row counts about -690: something like "
        "1e-300 was added. That hides the underflow; take off each row's largest logarithm first.",
        _padded,
    ),
    Variant("underflow", expectation.RESPONSIBILITIES[-1].hint, _naive),
)
