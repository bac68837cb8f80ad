"""Products in pieces: the same numbers as in one, and no thread but ours."""

import os
import subprocess
import sys

import numpy as np
import pytest

from emlib.engine import products

SIZES = [(1, 1, 1), (8, 6, 4000), (16, 153, 1163), (16, 33, 4000), (3, 5, 40_000), (40, 200, 300)]


@pytest.mark.parametrize("size", SIZES)
def test_pieces_make_the_same_product(size):
    k, c, n = size
    rng = np.random.default_rng(7)
    left, right, long = rng.normal(size=(k, c)), rng.normal(size=(c, n)), rng.normal(size=(k, n))
    np.testing.assert_allclose(products.times(left, right), left @ right, rtol=0, atol=1e-12)
    found = products.times_transposed(long, right)
    np.testing.assert_allclose(found, long @ right.T, rtol=0, atol=1e-10)
    # a matrix that lies the other way round in memory
    rows = np.ascontiguousarray(right.T)
    np.testing.assert_allclose(products.times(left, rows.T), left @ right, rtol=0, atol=1e-12)


def test_no_piece_is_large_enough_for_threads_or_too_small_for_the_work(monkeypatch):
    widths = []
    cut = products._cut
    monkeypatch.setattr(products, "_cut", lambda t, w: widths.append((len(t), w)) or cut(t, w))
    products.times(np.ones((16, 153)), np.ones((153, 1163)))
    (_, width), *_ = widths
    assert width >= products.SLIVER
    assert 16 * 153 * width <= products.MULTIPLICATIONS < 2 * 16 * 153 * width
    widths.clear()
    products.times(np.ones((32, 2145)), np.ones((2145, 256)))
    assert widths == []


FIT = """
import time, warnings
import numpy as np
import emlib
warnings.simplefilter("ignore")
X = np.random.default_rng(7).normal(size=(20_000, 16))
time.sleep(0.3)  # threads wake up with the library, and fall asleep
before = time.process_time() - time.thread_time()
for shape in ("full", "tied", "diag", "spherical"):
    start = emlib.start_from_labels(X, np.arange(len(X)) % 16, covariance_type=shape)
    fitted = emlib.fit_em(X, start, tol=0, max_iter=2).parameters
    emlib.log_likelihood(X, fitted)
print(time.process_time() - time.thread_time() - before)
"""


def test_a_fit_of_ordinary_size_wakes_no_blas_thread():
    """Threads that wait by spinning double the processor time, next to others far more."""
    environment = {name: value for name, value in os.environ.items() if "NUM_THREADS" not in name}
    out = subprocess.check_output(
        [sys.executable, "-c", FIT],
        text=True,
        timeout=120,
        env=environment | {"OPENBLAS_NUM_THREADS": "2"},
    )
    assert float(out) < 0.02
