"""Counting parameters, and the two criteria."""

import numpy as np
import pytest
from random_mixtures import COVARIANCE_TYPES, random_covariances

import emlib


@pytest.mark.parametrize(
    ("shape", "k", "d", "wanted"),
    [
        ("full", 3, 4, 2 + 12 + 30),
        ("tied", 3, 4, 2 + 12 + 10),
        ("diag", 3, 4, 2 + 12 + 12),
        ("spherical", 3, 4, 2 + 12 + 3),
        ("full", 1, 1, 2),
        ("tied", 1, 1, 2),
        ("diag", 1, 1, 2),
        ("spherical", 1, 1, 2),
        ("full", 2, 2, 11),
        ("tied", 3, 2, 11),
    ],
)
def test_the_number_of_free_parameters_by_hand(shape, k, d, wanted):
    covariances = random_covariances(np.random.default_rng(7), k, d, shape)
    parameters = emlib.Parameters(np.full(k, 1 / k), np.zeros((k, d)), covariances, shape)
    assert emlib.n_free_parameters(parameters) == wanted


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_the_criteria_penalise_twice_the_negative_log_likelihood(shape):
    X = emlib.load_faithful().X
    parameters = emlib.start_from_kmeans_plusplus(X, 2, covariance_type=shape, rng=7)
    deviance, p = -2 * emlib.log_likelihood(X, parameters), emlib.n_free_parameters(parameters)
    assert emlib.aic(X, parameters) == pytest.approx(deviance + 2 * p, rel=1e-14)
    assert emlib.bic(X, parameters) == pytest.approx(deviance + p * np.log(272), rel=1e-14)


def test_two_eruption_types_beat_one_by_either_criterion():
    X = emlib.load_faithful().X
    one = emlib.m_step(emlib.statistics(X, np.ones((272, 1))))
    two = emlib.fit_em(X, emlib.start_from_kmeans_plusplus(X, 2, rng=7)).parameters
    assert emlib.aic(X, two) < emlib.aic(X, one)
    assert emlib.bic(X, two) < emlib.bic(X, one)
