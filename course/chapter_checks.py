"""The checks of the book's chapters: `emlib.check.check("m_step", m_step)`.

The reference is emlib itself. `python -m course catalogue` writes what `emlib.check` may know.
"""

import numpy as np

import emlib

from . import inputs
from .author import Output, Part, Question
from .known_wrong import (
    bound,
    coins,
    density,
    expectation,
    expected,
    labelled,
    lloyd,
    loop,
    maximization,
    one_dimensional,
    slope,
)

RESPONSIBILITY_INPUTS = {
    "observations near the clusters": inputs.mixture,
    "observations far from all clusters": inputs.far,
}
NEAR, FAR = RESPONSIBILITY_INPUTS
LIKELIHOOD_INPUTS = {
    NEAR: inputs.mixture,
    "two observations": inputs.two,
    "many observations": inputs.many,
    "one observation far away": inputs.one_far,
}
BY_HAND = "Take one observation and two clusters, work them out on paper, and compare step by step."


def _whole(kind, output, if_wrong=BY_HAND):
    return Part(kind, 0, kind, (output,), if_wrong)


QUESTIONS = (
    Question(
        "coin_responsibilities",
        "Two coins, or more",
        ("resp",),
        {"rows of tosses": coins.inputs_of_coins},
        (_whole("rows of tosses", "resp"),),
        variants=coins.RESPONSIBILITIES,
    ),
    Question(
        "hard_assignment",
        "Soft to hard",
        ("hard",),
        {"soft responsibilities": coins.inputs_of_rows},
        (_whole("soft responsibilities", "hard", "Take one row: where is its largest entry?"),),
        variants=coins.HARD,
    ),
    Question(
        "log_gaussian",
        "The log density",
        ("log_density",),
        {NEAR: inputs.without_weights(inputs.mixture), FAR: inputs.without_weights(inputs.far)},
        (_whole(NEAR, "log_density"), _whole(FAR, "log_density")),
        variants=density.LOG_GAUSSIAN,
    ),
    Question(
        "responsibilities",
        "Responsibilities",
        ("resp",),
        RESPONSIBILITY_INPUTS,
        (_whole(NEAR, "resp"), _whole(FAR, "resp")),
        variants=expectation.RESPONSIBILITIES,
    ),
    Question(
        "log_responsibilities",
        "Responsibilities in log space",
        ("log_resp",),
        RESPONSIBILITY_INPUTS,
        (_whole(NEAR, "log_resp"), _whole(FAR, "log_resp")),
        variants=expectation.LOG_RESPONSIBILITIES,
    ),
    Question(
        "log_likelihood",
        "The log-likelihood",
        ("log_likelihood",),
        LIKELIHOOD_INPUTS,
        tuple(_whole(kind, "log_likelihood") for kind in LIKELIHOOD_INPUTS),
        variants=expectation.LOG_LIKELIHOOD,
    ),
    Question(
        "m_step",
        "The M-step",
        ("weights", "means", "covariances"),
        {"soft responsibilities": inputs.soft_rows},
        (
            _whole("soft responsibilities", "weights", "What do the weights have to add up to?"),
            _whole(
                "soft responsibilities",
                "means",
                "Try a single cluster that is responsible for everything: its mean must be the "
                "average of all observations.",
            ),
            _whole(
                "soft responsibilities",
                "covariances",
                "Try a single cluster that is responsible for everything: its covariance must be "
                "that of all observations, divided by n.",
            ),
        ),
        variants=maximization.M_STEP,
    ),
    Question(
        "fit_labelled",
        "Counts, averages, spreads",
        ("weights", "means", "covariances"),
        {"labelled observations": labelled.inputs_of_labelled},
        (
            _whole("labelled observations", "weights", "What do the weights have to add up to?"),
            _whole(
                "labelled observations",
                "means",
                "Cover all rows but those of one label. What is their average?",
            ),
            _whole(
                "labelled observations",
                "covariances",
                "Cover all rows but those of one label. How far are they from their own average?",
            ),
        ),
        variants=labelled.FIT_LABELLED,
    ),
    Question(
        "shares_by_kind",
        "One cluster for each kind",
        ("resp",),
        {"some observations labelled": labelled.inputs_of_kinds},
        (_whole("some observations labelled", "resp"),),
        variants=labelled.SHARES_BY_KIND,
    ),
    Question(
        "slope",
        "The slope along each mean",
        ("slope",),
        {NEAR: one_dimensional.inputs_of(inputs.mixture)},
        (_whole(NEAR, "slope", "Move one mean by 0.001 and see how much the likelihood gains."),),
        variants=slope.SLOPE,
    ),
    Question(
        "expected_log_likelihood",
        "The expected log-likelihood",
        ("expected_log_likelihood",),
        {"soft responsibilities": expected.inputs_of_expected},
        (_whole("soft responsibilities", "expected_log_likelihood"),),
        variants=expected.EXPECTED_LOG_LIKELIHOOD,
    ),
    Question(
        "lower_bound",
        "The lower bound and its gap",
        ("bound", "gap"),
        {
            "shares of every size": bound.inputs_of_shares,
            "some shares zero": bound.inputs_of_hard_shares,
        },
        tuple(
            part
            for kind in ("shares of every size", "some shares zero")
            for part in (
                _whole(kind, "bound", "Put in the responsibilities: the bound has to touch."),
                _whole(kind, "gap", "Their sum has to be log-likelihood less bound."),
            )
        ),
        variants=bound.LOWER_BOUND,
    ),
    Question(
        "lloyd",
        "An iteration of Lloyd's algorithm",
        ("labels", "means"),
        {
            "every mean somebody's nearest": lloyd.inputs_of_means,
            "a mean nobody is nearest to": lloyd.inputs_of_a_lonely_mean,
        },
        tuple(
            part
            for kind in ("every mean somebody's nearest", "a mean nobody is nearest to")
            for part in (
                _whole(kind, "labels", "Take one observation. How far is each mean?"),
                _whole(kind, "means", "Take one label. Which observations have it?"),
            )
        ),
        variants=lloyd.LLOYD,
    ),
    Question(
        "fit",
        "The loop",
        (
            Output("weights", (0, -1, 0)),
            Output("means", (0, -1, 1)),
            Output("covariances", (0, -1, 2)),
            Output("trace", (1,)),
        ),
        {"until it stands still": inputs.loop_until},
        (
            Part(
                "until it stands still",
                0,
                "until it stands still",
                ("weights", "means", "covariances", "trace"),
                "Do one round by hand with e_step and m_step, and compare with "
                "what yours keeps of them.",
            ),
        ),
        variants=loop.FIT,
    ),
    Question(
        "density_1d",
        "The density in one dimension",
        ("density",),
        {NEAR: one_dimensional.inputs_of_density},
        (
            _whole(
                NEAR,
                "density",
                "Take an observation that lies at a cluster's mean. Its density there is "
                "1/sqrt(2 pi variance); what is yours?",
            ),
        ),
        variants=one_dimensional.DENSITY,
    ),
    Question(
        "products_1d",
        "Prior times likelihood in one dimension",
        ("products",),
        {NEAR: one_dimensional.inputs_of(inputs.mixture)},
        (_whole(NEAR, "products"),),
        variants=one_dimensional.PRODUCTS,
    ),
    Question(
        "log_odds_1d",
        "Log odds of the second cluster against the first",
        ("log_odds",),
        {NEAR: one_dimensional.inputs_of(inputs.mixture)},
        (_whole(NEAR, "log_odds"),),
        variants=one_dimensional.LOG_ODDS,
    ),
    Question(
        "responsibilities_1d",
        "Responsibilities in one dimension",
        ("resp",),
        {NEAR: one_dimensional.inputs_of(inputs.mixture)},
        (_whole(NEAR, "resp"),),
        variants=one_dimensional.NEAR_RESPONSIBILITIES,
    ),
    Question(
        "safe_responsibilities_1d",
        "Responsibilities in one dimension, however far out",
        ("resp",),
        {
            NEAR: one_dimensional.inputs_of(inputs.mixture),
            FAR: one_dimensional.inputs_of(inputs.far),
        },
        (_whole(NEAR, "resp"), _whole(FAR, "resp")),
        variants=one_dimensional.RESPONSIBILITIES,
    ),
)


def _log_responsibilities(*parameters):
    log_joint = emlib.log_joint(*parameters)
    return log_joint - np.logaddexp.reduce(log_joint, axis=1, keepdims=True)


REFERENCES = {
    "coin_responsibilities": coins.responsibilities,
    "hard_assignment": expectation.hard,
    "log_gaussian": emlib.log_gaussian,
    "responsibilities": emlib.responsibilities,
    "log_responsibilities": _log_responsibilities,
    "log_likelihood": lambda X, *p: emlib.log_likelihood(X, emlib.Parameters(*p)),
    "m_step": maximization.m_step,
    "fit_labelled": labelled.fit_labelled,
    "shares_by_kind": labelled.shares_by_kind,
    "slope": slope.slope,
    "expected_log_likelihood": expected.expected_log_likelihood,
    "lower_bound": bound.bound_and_gap,
    "lloyd": lloyd.lloyd,
    "fit": loop.fit,
    "density_1d": one_dimensional.flat_density,
    "products_1d": one_dimensional.flat_products,
    "log_odds_1d": one_dimensional.flat_log_odds,
    "responsibilities_1d": one_dimensional.flat(emlib.responsibilities),
    "safe_responsibilities_1d": one_dimensional.flat(emlib.responsibilities),
}
