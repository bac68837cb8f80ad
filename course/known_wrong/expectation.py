"""Responsibilities and the log-likelihood, right and wrong in every way that was met."""

import numpy as np

from course.author import Variant

from .density import CONSTANT, WRONG, log_density


def log_joint(X, weights, means, covariances, *, power=1, backwards=False, **change):
    """Logarithm of prior times likelihood; the prior to a power, the density as changed.

    backwards : pair the weights with the clusters in reverse order
    """
    weights = weights[::-1] if backwards else weights
    return power * np.log(weights) + log_density(X, means, covariances, **change)


def log_sum(values, axis=1):
    """Logarithm of the sum of exponentials along an axis, which stays."""
    largest = values.max(axis=axis, keepdims=True)
    return largest + np.log(np.exp(values - largest).sum(axis=axis, keepdims=True))


def responsibilities(*parameters, **change):
    """Responsibilities in log space; the change is one of `log_joint`."""
    values = log_joint(*parameters, **change)
    return np.exp(values - log_sum(values))


def log_responsibilities(*parameters, **change):
    """Logarithms of responsibilities; the change is one of `log_joint`."""
    values = log_joint(*parameters, **change)
    return values - log_sum(values)


def log_likelihood(*parameters, **change):
    """Log-likelihood, a float; the change is one of `log_joint`."""
    return float(log_sum(log_joint(*parameters, **change)).sum())


def hard(resp):
    """Give everything to the cluster that has most."""
    return np.eye(resp.shape[1])[resp.argmax(axis=1)]


def _naive(*parameters):
    products = np.exp(log_joint(*parameters))
    return products / products.sum(axis=1, keepdims=True)


PRIOR = {
    "weights missing": (
        {"power": 0},
        "This is what equal weights would give: the prior is missing. How often does each cluster "
        "come up before anything was observed?",
    ),
    "weights twice": (
        {"power": 2},
        "The weights enter twice. Prior times likelihood: the prior exactly once.",
    ),
    "weights of other clusters": (
        {"backwards": True},
        "The weights are paired with the wrong clusters: the first with the last. Where two "
        "densities tie, the responsibilities have to be the weights, each in its own place.",
    ),
}


def _after(function, change):
    return lambda *parameters: function(*parameters, **change)


def _variants(function, mistakes):
    return tuple(
        Variant(name, hint, _after(function, change)) for name, (change, hint) in mistakes.items()
    )


OVER_OBSERVATIONS = (
    "Each column adds up to 1, over the observations. The question is asked for one observation "
    "at a time, and its clusters share it: along which axis is one observation?"
)
OVER_ALL = (
    "The whole table adds up to 1. Every observation is shared out by itself: each row on its own."
)
TRANSPOSED = (
    "Clusters stand in rows here. One observation is one row, with one entry for each cluster."
)
SOFTMAX = (
    "The densities were exponentiated once more. A softmax belongs on logarithms: the exponential "
    "is in the density already."
)

PRIOR_ALONE = (
    "Every row holds the weights: the prior, before anything was observed. What the observation "
    "says has not come in."
)

RESPONSIBILITIES = (
    Variant(
        "normalised over observations",
        OVER_OBSERVATIONS,
        lambda *p: np.exp(log_joint(*p) - log_sum(log_joint(*p), axis=0)),
    ),
    Variant(
        "normalised over everything",
        OVER_ALL,
        lambda *p: np.exp(log_joint(*p)) / np.exp(log_joint(*p)).sum(),
    ),
    Variant(
        "not normalised",
        "This is prior times likelihood, the numerator alone. What must the shares of one "
        "observation add up to?",
        lambda *p: np.exp(log_joint(*p)),
    ),
    *_variants(responsibilities, PRIOR),
    Variant(
        "logarithms",
        "No entry is positive: these are logarithms of responsibilities. One step is left.",
        log_responsibilities,
    ),
    Variant(
        "hard",
        "Every row is one 1 and zeros: a hard assignment. The runner-up's share is not zero, and "
        "it is what EM lives on.",
        lambda *p: hard(responsibilities(*p)),
    ),
    Variant("transposed", TRANSPOSED, lambda *p: responsibilities(*p).T),
    Variant("prior for posterior", PRIOR_ALONE, lambda X, w, *p: np.tile(w, (len(X), 1))),
    Variant(
        "weights one place on",
        "The weights stand one place on: each cluster has its neighbour's.",
        lambda X, w, *p: responsibilities(X, np.roll(w, 1), *p),
    ),
    *_variants(responsibilities, WRONG),
    Variant(
        "softmax of densities",
        SOFTMAX,
        lambda *p: (lambda e: e / e.sum(axis=1, keepdims=True))(np.exp(np.exp(log_joint(*p)))),
    ),
    Variant(
        "far rows zero",
        "Far from all clusters these rows are zero: something small was added to their sum, or NaN "
        "was replaced by 0. That hides the underflow, and the shares still have to add up to one.",
        lambda *p: np.nan_to_num(_naive(*p)),
    ),
    Variant(
        "far rows equal",
        "Far from all clusters every share is 1/K: NaN was replaced. Even out there one cluster is "
        "nearer than the others: only ratios matter, and logarithms keep them.",
        lambda *p: np.nan_to_num(_naive(*p), nan=1 / len(p[1])),
    ),
    Variant(
        "underflow",
        "Far from all clusters this divides zero by zero: every density was too small for the "
        "machine. Only ratios matter: stay with logarithms, take off each row's largest, and "
        "exponentiate last.",
        _naive,
    ),
)

LOG_RESPONSIBILITIES = (
    Variant(
        "normalised over observations",
        OVER_OBSERVATIONS.replace("Each column adds", "Exponentiated, each column adds"),
        lambda *p: log_joint(*p) - log_sum(log_joint(*p), axis=0),
    ),
    Variant(
        "normalised over everything",
        OVER_ALL.replace("The whole", "Exponentiated, the whole"),
        lambda *p: log_joint(*p) - log_sum(log_sum(log_joint(*p)), axis=0),
    ),
    Variant(
        "not normalised",
        "This is the logarithm of prior times likelihood. The logarithm of its sum over the "
        "clusters has not been taken off.",
        log_joint,
    ),
    *_variants(log_responsibilities, PRIOR),
    Variant(
        "not the logarithm",
        "These are the responsibilities themselves; their logarithms were asked for.",
        responsibilities,
    ),
    Variant("transposed", TRANSPOSED, lambda *p: log_responsibilities(*p).T),
    *_variants(log_responsibilities, WRONG),
    Variant(
        "sum of logarithms",
        "What is taken off is the sum of the logarithms. Normalising divides by the sum of the "
        "products, and the logarithm of a sum is not a sum of logarithms.",
        lambda *p: log_joint(*p) - log_joint(*p).sum(axis=1, keepdims=True),
    ),
    Variant(
        "largest only",
        "Only the largest entry of each row was taken off. That keeps the numbers in range; the "
        "logarithm of the sum is still to be taken off.",
        lambda *p: log_joint(*p) - log_joint(*p).max(axis=1, keepdims=True),
    ),
    Variant(
        "underflow",
        "Far out this is not finite: the logarithm was taken after the densities had become too "
        "small for the machine. Subtract logarithms; never divide densities.",
        lambda *p: np.log(_naive(*p)),
    ),
)

LOG_LIKELIHOOD = (
    Variant(
        "mean",
        "This is the average over the observations. The total was asked for.",
        lambda *p: log_likelihood(*p) / len(p[0]),
    ),
    Variant(
        "sign turned",
        "The sign is turned: this is what one would minimise.",
        lambda *p: -log_likelihood(*p),
    ),
    Variant("2 pi missing", CONSTANT[1], lambda *p: log_likelihood(*p, **CONSTANT[0])),
    Variant(
        "log inside the sum",
        "The logarithm has moved inside the sum over the clusters. The logarithm of a sum is not "
        "the sum of the logarithms: first add up the products of one observation.",
        lambda *p: float(log_joint(*p).sum()),
    ),
    Variant(
        "complete-data",
        "This is the expected log-likelihood of observations and labels together, weighted by "
        "responsibilities. It is smaller than what was asked for, by the entropy of the "
        "responsibilities.",
        lambda *p: float((responsibilities(*p) * log_joint(*p)).sum()),
    ),
    Variant(
        "best cluster only",
        "Each observation counts only the cluster that fits it best. An observation may come from "
        "any of them: the products are added, not compared.",
        lambda *p: float(log_joint(*p).max(axis=1).sum()),
    ),
    Variant(
        "normalised rows",
        "This is zero whatever the data: the rows were normalised before the logarithm, and the "
        "logarithm of 1 is 0. The sum that you divide by is what you need.",
        lambda *p: float(log_sum(log_responsibilities(*p)).sum()),
    ),
    Variant(
        "logarithms of responsibilities",
        "These are logarithms of responsibilities, added up: that is no likelihood. What is wanted "
        "is the logarithm of the sum that the responsibilities were divided by.",
        lambda *p: float(log_responsibilities(*p).sum()),
    ),
    Variant(
        "another base",
        "Right, but for the base of the logarithm: the natural one was asked for.",
        lambda *p: log_likelihood(*p) / np.log(2),
    ),
    Variant(
        "one per observation",
        "One number an observation: add them up.",
        lambda *p: log_sum(log_joint(*p)).ravel(),
    ),
    Variant(
        "likelihood",
        "This is the likelihood itself, a product of densities. Its logarithm was asked for, and "
        "it must be taken before the product is too small for the machine.",
        lambda *p: float(np.exp(log_likelihood(*p))),
    ),
    *_variants(log_likelihood, {"weights missing": PRIOR["weights missing"]}),
    *_variants(log_likelihood, {"weights twice": PRIOR["weights twice"]}),
    *_variants(log_likelihood, {"weights of other clusters": PRIOR["weights of other clusters"]}),
    *_variants(log_likelihood, WRONG),
    Variant(
        "product underflows",
        "With many observations the product of their densities is too small for the machine. Add "
        "logarithms instead of multiplying densities.",
        lambda *p: float(np.log(np.prod(np.exp(log_joint(*p)).sum(axis=1)))),
    ),
    Variant(
        "something small added",
        "Where the density is zero on the machine this counts about -690: something like 1e-300 "
        "was added before the logarithm. It hides the underflow; log-sum-exp needs nothing added.",
        lambda *p: float(np.log(np.exp(log_joint(*p)).sum(axis=1) + 1e-300).sum()),
    ),
    Variant(
        "underflow",
        "One observation far from all clusters has density zero on the machine, and the logarithm "
        "of zero spoils the sum. Use log-sum-exp: take off the largest before exponentiating.",
        lambda *p: float(np.log(np.exp(log_joint(*p)).sum(axis=1)).sum()),
    ),
)
