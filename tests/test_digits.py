"""Hard inputs: nearly collinear features, needles, tight groups far out; held to an 80-bit loop."""

import numpy as np
import pytest

import emlib
from emlib.engine import expectation

pytestmark = pytest.mark.skipif(
    np.finfo(np.longdouble).eps > 1e-18, reason="this processor has no longer floating point"
)
ITERATIONS = 15


def sensors(seed, d=4, noise=7e-4, n=300):
    """Several sensors of one quantity: features that nearly repeat each other."""
    rng = np.random.default_rng(seed)
    return np.linspace(0, 1, n)[:, None] + noise * rng.normal(size=(n, d))


def needles(seed, d=3, condition=10**6.5, n=200):
    """A cloud that is this long for its width, squared, in no feature's direction."""
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.normal(size=(d, d)))
    scales = np.geomspace(1, condition**-0.5, d)
    groups = np.repeat(rng.normal(size=(2, d)), n // 2, axis=0)
    return (rng.normal(size=(n, d)) + groups) * scales @ turn


def tight_and_far(seed, width=1e-6, distance=1e3):
    """A tight group far from a wide one."""
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [rng.normal(size=(60, 2)), width * rng.normal(size=(60, 2)) + [distance, 0]]
    )


CASES = {
    **{f"sensors, seed {s}": lambda s=s: sensors(s) for s in range(3)},
    **{f"{d} sensors": lambda d=d: sensors(d, d, 10 ** (-3.5 + d / 8)) for d in (3, 6, 8)},
    **{
        f"needles, d {d}, condition 1e{p:g}": lambda d=d, p=p: needles(1, d, 10**p)
        for d, p in [(2, 6), (3, 5), (3, 6.5), (6, 6), (6, 7)]
    },
    **{f"tight and far, seed {s}": lambda s=s: tight_and_far(s) for s in range(3)},
    "tight and farther": lambda: tight_and_far(1, 1e-4, 1e5),
}
WORSE = {f"needles, condition 1e{p}": lambda p=p: needles(2, 3, 10.0**p) for p in (8, 9, 10, 11)}


def loop(X, start, kind, iterations=ITERATIONS):
    """Full-covariance EM in floating point of one kind, each covariance factored by hand."""
    X, weights, means, covariances = (
        np.asarray(a, kind) for a in (X, start.weights, start.means, start.covariances)
    )
    trace = []
    for _ in range(iterations + 1):
        components = zip(weights, means, covariances, strict=True)
        log_joint = np.stack([np.log(w) + log_normal(X - m, s) for w, m, s in components], axis=1)
        largest = log_joint.max(axis=1, keepdims=True)
        log_density = largest + np.log(np.exp(log_joint - largest).sum(axis=1, keepdims=True))
        trace.append(log_density.sum())
        resp = np.exp(log_joint - log_density)
        counts = resp.sum(axis=0)
        weights, means = counts / len(X), resp.T @ X / counts[:, None]
        differences = X[:, None, :] - means
        covariances = np.einsum("nk,nki,nkj->kij", resp, differences, differences)
        covariances /= counts[:, None, None]
    return np.array(trace)


def log_normal(differences, covariance):
    """Log density by a Cholesky factor, in the kind of floating point that comes in."""
    d = len(covariance)
    factor, z = np.zeros_like(covariance), np.zeros_like(differences)
    for j in range(d):
        factor[j, j] = np.sqrt(covariance[j, j] - factor[j, :j] @ factor[j, :j])
        factor[j + 1 :, j] = covariance[j + 1 :, j] - factor[j + 1 :, :j] @ factor[j, :j]
        factor[j + 1 :, j] /= factor[j, j]
        z[:, j] = (differences[:, j] - z[:, :j] @ factor[j, :j]) / factor[j, j]
    two_pi = 2 * np.pi
    return -(z * z).sum(axis=1) / 2 - np.log(np.diagonal(factor)).sum() - d * np.log(two_pi) / 2


def fitted(X, **options):
    start = emlib.start_from_kmeans_plusplus(X, 2 if len(X) < 250 else 3, rng=0)
    return start, emlib.fit_em(X, start, **options)


@pytest.mark.filterwarnings("ignore:no convergence")
@pytest.mark.parametrize("case", [*CASES, *WORSE])
def test_log_likelihood_never_falls_by_more_than_1e_10_of_itself(case):
    X = (CASES | WORSE)[case]()
    _, result = fitted(X, tol=0, max_iter=300)
    steps = np.diff(result.log_likelihoods)
    assert (steps >= -1e-10 * np.abs(result.log_likelihoods[1:])).all(), steps.min()
    assert result.falls == ()


@pytest.mark.filterwarnings("ignore:no convergence")
@pytest.mark.parametrize("case", CASES)
def test_it_agrees_with_eighty_bits_to_1e_9_a_row_up_to_condition_1e7(case):
    X = CASES[case]()
    start, result = fitted(X, tol=0, max_iter=ITERATIONS)
    exact = loop(X, start, np.longdouble)[: len(result.log_likelihoods)]
    assert np.abs(result.log_likelihoods - exact).max() <= 1e-9 * len(X)


@pytest.mark.filterwarnings("ignore:no convergence")
@pytest.mark.parametrize("case", WORSE)
def test_beyond_that_it_is_as_right_as_float64_can_be(case):
    X = WORSE[case]()
    start, result = fitted(X, tol=0, max_iter=ITERATIONS)
    exact = loop(X, start, np.longdouble)
    plain = np.abs(loop(X, start, np.float64) - exact).max()
    assert np.abs(result.log_likelihoods - exact[: result.n_iter + 1]).max() <= 10 * plain


@pytest.mark.parametrize("seed", [0, 1])
def test_nearly_collinear_features_take_as_many_iterations_as_a_loop_by_hand(seed):
    X = sensors(seed)
    start, result = fitted(X, max_iter=3000)
    by_hand = loop(X, start, np.float64, iterations=result.n_iter + 20)
    steps = np.flatnonzero(np.abs(np.diff(by_hand)) <= 1e-8 * len(X))
    assert result.converged
    assert result.n_iter == steps[0] + 1
    assert result.log_likelihood == pytest.approx(by_hand[result.n_iter], abs=1e-6)
    again = emlib.log_likelihood(X, result.parameters)
    assert result.log_likelihood == pytest.approx(again, abs=1e-9)


def test_without_the_guard_a_sound_component_would_pass_for_a_collapsed_one(monkeypatch):
    X = tight_and_far(23)
    start = emlib.start_from_kmeans_plusplus(X, 3, rng=0)
    assert emlib.fit_em(X, start, tol=1e-3).status == ("ok", "ok", "ok")
    monkeypatch.setattr(expectation, "DIGITS_LOST", np.inf)
    monkeypatch.setattr(expectation.Expectation, "_keeps_its_digits", lambda *_: True)
    with pytest.warns(emlib.ConvergenceWarning, match="component 0 is collapsed"):
        assert emlib.fit_em(X, start, tol=1e-3).status[0] == "collapsed"
