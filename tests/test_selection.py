"""Counting parameters, and the three criteria."""

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
    assert emlib.aic(X, parameters) == pytest.approx(deviance + 2 * p, rel=1e-12)
    assert emlib.bic(X, parameters) == pytest.approx(deviance + p * np.log(272), rel=1e-12)


def test_two_eruption_types_beat_one_by_either_criterion():
    X = emlib.load_faithful().X
    one = emlib.m_step(emlib.statistics(X, np.ones((272, 1))))
    two = emlib.fit_em(X, emlib.start_from_kmeans_plusplus(X, 2, rng=7)).parameters
    assert emlib.aic(X, two) < emlib.aic(X, one)
    assert emlib.bic(X, two) < emlib.bic(X, one)


CRITERIA = [emlib.aic, emlib.bic, emlib.icl]


@pytest.mark.parametrize("shape", COVARIANCE_TYPES)
def test_icl_adds_to_bic_what_the_most_responsible_component_lacks(shape):
    X = emlib.load_faithful().X
    p = emlib.start_from_kmeans_plusplus(X, 3, covariance_type=shape, rng=7)
    resp = emlib.responsibilities(X, p.weights, p.means, p.covariances, shape)
    doubt = -2 * np.log(resp.max(axis=1)).sum()
    assert doubt > 1
    assert emlib.icl(X, p) == pytest.approx(emlib.bic(X, p) + doubt, rel=1e-12)


def test_icl_is_bic_where_no_row_is_in_doubt():
    X = np.array([[0.0], [1.0], [1000.0], [1001.0]])
    parameters = emlib.start_from_labels(X, [0, 0, 1, 1])
    assert emlib.icl(X, parameters) == emlib.bic(X, parameters)


def test_icl_asks_for_better_separated_clusters_than_bic():
    rng = np.random.default_rng(7)
    X = np.concatenate([rng.normal(0, 1, (300, 1)), rng.normal(0, 5, (300, 1))])
    fits = {
        k: emlib.fit_em(X, emlib.start_from_labels(X, np.repeat(range(k), 600 // k)), tol=1e-6)
        for k in (1, 2)
    }
    best = {
        criterion: min(fits, key=lambda k: criterion(X, fits[k].parameters))
        for criterion in (emlib.bic, emlib.icl)
    }
    assert best == {emlib.bic: 2, emlib.icl: 1}


@pytest.mark.parametrize("criterion", CRITERIA)
def test_weights_are_counts_for_every_criterion(criterion):
    X = emlib.load_faithful().X
    parameters = emlib.start_from_kmeans_plusplus(X, 3, rng=7)
    counts = np.arange(272) % 4
    weighted = criterion(X, parameters, sample_weight=counts)
    assert weighted == pytest.approx(criterion(np.repeat(X, counts, axis=0), parameters), rel=1e-12)
    assert weighted != pytest.approx(criterion(X, parameters), rel=1e-3)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_every_criterion_reads_blocks(criterion):
    X = emlib.load_faithful().X
    parameters = emlib.start_from_kmeans_plusplus(X, 2, rng=7)
    blocks, weights = np.array_split(X, 5), np.array_split(np.arange(272.0), 5)
    assert criterion(blocks, parameters) == pytest.approx(criterion(X, parameters), rel=1e-13)
    assert criterion(blocks, parameters, weights) == pytest.approx(
        criterion(X, parameters, np.arange(272)), rel=1e-13
    )
