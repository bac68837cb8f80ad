"""The libraries that race: each fits so many iterations from a given start."""

import numpy as np
from sklearn.mixture import GaussianMixture

import emlib

ALL = ("full", "tied", "diag", "spherical")


def fit_emlib(X, start, iterations, **options):
    """Fit by emlib.fit_em; returns Parameters."""
    result = emlib.fit_em(X, start, tol=0, max_iter=iterations, **options)
    if result.n_iter != iterations:
        raise SystemExit(f"emlib stopped after {result.n_iter} of {iterations} iterations.")
    return result.parameters


def sklearn_mixture(start, iterations):
    """Make scikit-learn's GaussianMixture, without regularisation, for a fit from this start."""
    covariances = start.covariances
    full = start.covariance_type in ("full", "tied")
    return GaussianMixture(
        start.n_components,
        covariance_type=start.covariance_type,
        tol=0,
        reg_covar=0,
        max_iter=iterations,
        weights_init=start.weights,
        means_init=start.means,
        precisions_init=np.linalg.inv(covariances) if full else 1 / covariances,
        init_params="random_from_data",
        random_state=0,
    )


def fit_sklearn(X, start, iterations):
    """Fit by scikit-learn's GaussianMixture; returns Parameters."""
    mixture = sklearn_mixture(start, iterations).fit(X)
    return emlib.Parameters(
        mixture.weights_, mixture.means_, mixture.covariances_, start.covariance_type
    )


def fit_daal4py(X, start, iterations):
    """Fit by Intel's compiled em_gmm, as scikit-learn-intelex ships it."""
    full = start.covariance_type == "full"
    algorithm = daal4py.em_gmm(
        start.n_components,
        maxIterations=iterations,
        accuracyThreshold=0.0,
        covarianceStorage="full" if full else "diagonal",
    )
    covariances = list(start.covariances) if full else [row[None] for row in start.covariances]
    found = algorithm.compute(X, start.weights[None].copy(), start.means.copy(), covariances)
    shaped = np.array(found.covariances) if full else np.vstack(found.covariances)
    return emlib.Parameters(found.weights[0], found.means, shaped, start.covariance_type)


def log_likelihood(X, parameters):
    """Log-likelihood of the first 100 000 rows, enough to tell one end from another."""
    return emlib.log_likelihood(X[:100_000], parameters)


def hold_daal4py_to_one_thread():
    """Give daal4py one thread, where it is installed; it does not read OMP_NUM_THREADS."""
    if "daal4py" in PEERS:
        daal4py.daalinit(1)


PEERS = {"emlib": (fit_emlib, ALL), "scikit-learn": (fit_sklearn, ALL)}
try:
    import daal4py
except ImportError:
    print("daal4py is not installed: its column stays empty.")
else:
    PEERS["daal4py"] = (fit_daal4py, ("full", "diag"))
