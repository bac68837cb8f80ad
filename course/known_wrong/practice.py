"""Functions that a student's tests must tell apart: right ones by several hands, and wrong ones."""

from functools import wraps

import numpy as np

import emlib
from course.author import Variant

from . import expectation, maximization

WRONG_RESPONSIBILITIES = (
    "normalised over observations",
    "weights missing",
    "hard",
    "determinant missing",
    "half missing",
    "off-diagonals ignored",
    "first covariance for all",
    "underflow",
)
WRONG_M_STEPS = (
    "means over n",
    "weights equal",
    "covariances over count - 1",
    "about the overall mean",
    "scatter not weighted",
    "only variances",
    "ridge",
    "responsibilities rounded",
)
MISSED = {
    "normalised over observations": "Let a test add up each row: the shares of one observation.",
    "weights missing": "Use weights that are not equal, and compare with a case done by hand.",
    "hard": "Let an observation stand between two clusters: both must take a part.",
    "determinant missing": "Use clusters of different width: the determinants must differ.",
    "half missing": "Compare one share with a number worked out by hand.",
    "off-diagonals ignored": "Use an ellipse that lies askew.",
    "first covariance for all": "Give the second cluster another covariance than the first.",
    "underflow": "Let an observation stand hundreds of standard deviations away.",
    "means over n": "A cluster that answers for half of everything still has a mean among its own.",
    "weights equal": "Use responsibilities that favour one cluster.",
    "covariances over count - 1": "One cluster alone must give the covariance divided by n.",
    "about the overall mean": "Use two clusters that lie apart: each scatters about its own mean.",
    "scatter not weighted": "Use responsibilities that are neither zero nor one, and differ.",
    "only variances": "Use features that vary together.",
    "ridge": "Compare to ten digits: something small may have been added.",
    "responsibilities rounded": "Use responsibilities like 0.6 and 0.4: both must count.",
}
"""What a test that misses a wrong function does not look at."""


def _chosen(variants, names):
    found = {variant.name: variant for variant in variants}
    return tuple(
        Variant(name, f"Not told from a right one: {MISSED[name]}", _arrays(found[name].function))
        for name in names
    )


def _arrays(function):
    """Let a function take whatever a student's test hands it."""

    @wraps(function)
    def on_arrays(*arguments):
        return function(*(np.asarray(argument, dtype=float) for argument in arguments))

    return on_arrays


def _m_step_by_numpy(X, resp):
    covariances = [np.cov(X, rowvar=False, aweights=r, ddof=0) for r in resp.T]
    means = [np.average(X, axis=0, weights=r) for r in resp.T]
    shape = (resp.shape[1], X.shape[1], X.shape[1])
    return resp.mean(axis=0), np.array(means), np.reshape(covariances, shape)


RESPONSIBILITIES = {
    "right": (_arrays(expectation.responsibilities), _arrays(emlib.responsibilities)),
    "wrong": _chosen(expectation.RESPONSIBILITIES, WRONG_RESPONSIBILITIES),
}
M_STEP = {
    "right": (_arrays(maximization.m_step), _arrays(_m_step_by_numpy)),
    "wrong": _chosen(maximization.M_STEP, WRONG_M_STEPS),
}
