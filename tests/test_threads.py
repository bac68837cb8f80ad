"""Work on every core: the same bits for any number of threads, and BLAS held to one meanwhile."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from random_mixtures import COVARIANCE_TYPES, random_covariances

import emlib
from emlib.engine import blas, threads
from emlib.engine.rows import Rows
from emlib.engine.threads import map_in_order, usable_threads

shapes = pytest.mark.parametrize("shape", COVARIANCE_TYPES)


def many_rows(shape, n=70_000, d=3):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n, d)) + rng.integers(3, size=(n, 1))
    means = np.arange(3.0)[:, None] + np.zeros(d)
    covariances = random_covariances(rng, 3, d, shape)
    return X, emlib.Parameters(np.full(3, 1 / 3), means, covariances, shape)


def same_bits(one, other):
    assert one.log_likelihoods.tolist() == other.log_likelihoods.tolist()
    for name in ("weights", "means", "covariances"):
        left, right = getattr(one.parameters, name), getattr(other.parameters, name)
        np.testing.assert_array_equal(left, right)


# The same bits


@shapes
@pytest.mark.filterwarnings("ignore:no convergence")
def test_any_number_of_threads_gives_the_same_bits(shape):
    X, start = many_rows(shape)
    weight = np.random.default_rng(1).integers(3, size=len(X))
    for given in ({}, {"sample_weight": weight}):
        fits = [emlib.fit_em(X, start, max_iter=3, n_threads=n, **given) for n in (1, 2, 5)]
        same_bits(fits[0], fits[1])
        same_bits(fits[0], fits[2])


def test_blocks_and_files_are_read_by_threads_too(tmp_path):
    X, start = many_rows("full")
    blocks = np.split(X, [10, 20_000, 50_000])
    file = np.lib.format.open_memmap(tmp_path / "X.npy", "w+", shape=X.shape)
    file[:] = X
    for source in (blocks, file):
        one, other = (emlib.e_step(source, start, n_threads=n) for n in (1, 3))
        np.testing.assert_array_equal(one[0].scatters, other[0].scatters)
        assert one[1] == other[1]


def test_rows_that_are_many_are_shared_among_threads_and_few_are_not(monkeypatch):
    X, start = many_rows("full")
    workers = set()
    seen = threads.ThreadPoolExecutor

    class Watched(seen):
        def submit(self, function, *arguments):
            def watched(*arguments):
                workers.add(threading.current_thread().name)
                return function(*arguments)

            return super().submit(watched, *arguments)

    monkeypatch.setattr(threads, "ThreadPoolExecutor", Watched)
    emlib.e_step(X[:1000], start, n_threads=2)
    assert not workers
    emlib.e_step(X, start, n_threads=2)
    assert len(workers) == 2


def test_the_row_at_fault_is_named_from_any_thread():
    X, start = many_rows("full")
    X[61_234, 1] = np.nan
    for n_threads in (1, 4):
        with pytest.raises(ValueError, match="nan in row 61234"):
            emlib.fit_em(X, start, n_threads=n_threads)


# In order


@pytest.mark.parametrize("n_threads", [1, 2, 7])
def test_results_come_in_the_order_of_the_items(n_threads):
    assert list(map_in_order(lambda x: x * x, range(50), n_threads)) == [x * x for x in range(50)]
    assert list(map_in_order(str, [], n_threads)) == []


@pytest.mark.parametrize("n_threads", [2, 5])
def test_no_more_than_two_items_for_each_thread_are_read_ahead(n_threads):
    read = []
    items = (read.append(item) for item in range(100))
    for taken, _ in enumerate(map_in_order(str, items, n_threads), start=1):
        assert len(read) - taken <= 2 * n_threads
    assert len(read) == 100


def test_an_error_comes_in_its_turn_and_nothing_new_begins_after_it():
    begun = []

    def fail_at_three(item):
        begun.append(item)
        if item == 3:
            raise ValueError("three")
        return item

    results = map_in_order(fail_at_three, range(1000), 2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)
    assert len(begun) < 20


# How many


def test_an_argument_decides_then_the_environment_then_the_processors(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert usable_threads(2) == 2
    assert usable_threads() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "4,2")
    assert usable_threads() == 4
    for nonsense in ("", "many", "0"):
        monkeypatch.setenv("OMP_NUM_THREADS", nonsense)
        assert usable_threads() >= 1
    monkeypatch.delenv("OMP_NUM_THREADS")
    if hasattr(os, "sched_getaffinity"):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3, 4})
        assert usable_threads() == 5
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert usable_threads() == 1


@pytest.mark.parametrize("n_threads", [0, -1, 1.5, "two"])
def test_a_number_of_threads_that_is_none_is_refused(n_threads):
    X, start = many_rows("full", n=10)
    for fit in (emlib.fit_em, emlib.e_step):
        with pytest.raises(ValueError, match="n_threads must be a whole number >= 1"):
            fit(X, start, n_threads=n_threads)


# BLAS


@pytest.fixture
def blas_threads():
    functions = blas._functions()
    if functions is None:
        pytest.skip("NumPy's BLAS is not OpenBLAS")
    get, set_ = functions
    before = get()
    set_(2)
    yield get
    set_(before)


def test_blas_is_held_to_one_thread_until_the_last_has_left(blas_threads):
    with blas.one_blas_thread():
        assert blas_threads() == 1
        with blas.one_blas_thread():
            assert blas_threads() == 1
        assert blas_threads() == 1
    assert blas_threads() == 2
    with pytest.raises(KeyError), blas.one_blas_thread():
        raise KeyError
    assert blas_threads() == 2


def test_every_pass_over_rows_holds_it(blas_threads):
    rows = Rows(many_rows("full")[0])
    assert rows.add_up(lambda part, _: blas_threads() * len(part.table)) == rows.n_samples
    assert rows.in_order(lambda *_: blas_threads()) == 1
    assert blas_threads() == 2


SPINS = """
import sys, time, numpy as np, emlib
from emlib.engine import blas
if sys.argv[1] == "free":
    blas._functions = lambda: None
rng = np.random.default_rng(0)
X = rng.normal(size=(4000, 64))
start = emlib.Parameters(np.full(32, 1 / 32), rng.normal(size=(32, 64)), [np.eye(64)] * 32)
time.sleep(0.5)  # the threads of BLAS spin for a moment when they are made
others, own = time.process_time() - time.thread_time(), time.thread_time()
emlib.fit_em(X, start, max_iter=2, quiet=True, n_threads=1)
emlib.responsibilities(X, start.weights, start.means, start.covariances)
print(time.process_time() - time.thread_time() - others, time.thread_time() - own)
"""


def processor_time(blas_threads):
    """Seconds of all other threads of a process that fits, and of the thread which fits."""
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    environment["OPENBLAS_NUM_THREADS"] = "2"
    program = [sys.executable, "-c", SPINS, blas_threads]
    return map(float, subprocess.check_output(program, env=environment, text=True).split())


def test_no_other_thread_works_or_waits_by_spinning(blas_threads):
    others, own = processor_time("held")
    assert others < 0.05 * own
    others, own = processor_time("free")
    assert others > 0.1 * own
