"""The loop on Dask: the same answer as on one array, whoever holds the rows and whoever dies."""

import multiprocessing
import os
import signal
import subprocess
import sys
import warnings
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import dask
import dask.array as array
import distributed
import numpy as np
import pytest

import emlib
from emlib import scale

RNG = np.random.default_rng(7)
X = np.concatenate([RNG.normal(size=(900, 2)), RNG.normal(4, 2, size=(600, 2))])
WEIGHT = RNG.integers(0, 4, size=len(X)).astype(float)
ROOT = Path(__file__).parent.parent


def start(shape="full"):
    return emlib.start_from_kmeans_plusplus(X, 3, covariance_type=shape, rng=7)


@pytest.fixture(scope="module")
def client():
    """Two workers that are threads of this process."""
    with distributed.Client(
        processes=False, n_workers=2, threads_per_worker=1, dashboard_address=":0"
    ) as client:
        yield client


def quietly(fit, *arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", emlib.ConvergenceWarning)
        return fit(*arguments, **options)


def agree(found, wanted):
    assert found.n_iter == wanted.n_iter
    assert found.status == wanted.status
    np.testing.assert_allclose(found.log_likelihoods, wanted.log_likelihoods, rtol=1e-12)
    np.testing.assert_allclose(found.parameters.means, wanted.parameters.means, rtol=1e-9)
    np.testing.assert_allclose(
        found.parameters.covariances, wanted.parameters.covariances, rtol=1e-8
    )


# The same answer


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("shape", ["full", "tied", "diag", "spherical"])
def test_the_answer_is_that_of_one_array(client, shape, weight):
    parts = np.array_split(X, 5)
    weights = None if weight is None else np.array_split(weight, 5)
    options = {"tol": 0, "max_iter": 5, "reg_covar": 1e-6}
    wanted = quietly(emlib.fit_em, X, start(shape), sample_weight=weight, **options)
    agree(
        quietly(scale.fit_em, parts, start(shape), sample_weight=weights, client=client, **options),
        wanted,
    )


def test_the_options_and_the_result_are_those_of_fit_em(client):
    seen = []
    options = {
        "keep_history": True,
        "accelerate": True,
        "max_iter": 6,
        "callback": lambda *state: seen.append(state[:2]),
    }
    found = quietly(scale.fit_em, np.array_split(X, 3), start(), client=client, **options)
    trace = list(enumerate(found.log_likelihoods))
    assert seen == trace
    assert len(found.history) == 7
    agree(found, quietly(emlib.fit_em, X, start(), **options))


def test_two_runs_give_the_same_bits(client):
    parts = [partial(_slow_part, part, seed) for seed, part in enumerate(np.array_split(X, 18))]
    runs = [quietly(scale.fit_em, parts, start(), client=client, max_iter=2) for _ in "ab"]
    np.testing.assert_array_equal(runs[0].log_likelihoods, runs[1].log_likelihoods)
    np.testing.assert_array_equal(runs[0].parameters.means, runs[1].parameters.means)


class _Unhurried:
    """Blocks that come after a pause of random length: partitions are ready in any order."""

    def __init__(self, part):
        self.part = part

    def __iter__(self):
        sleep(np.random.default_rng().uniform(0, 0.01))
        yield self.part


def _slow_part(part, _):
    return _Unhurried(part)


FORMS = {
    "functions": lambda parts, client: [partial(np.copy, part) for part in parts],
    "files": None,
    "delayed": lambda parts, client: [dask.delayed(np.copy)(part) for part in parts],
    "futures": lambda parts, client: [client.submit(np.copy, part) for part in parts],
    "blocks": lambda parts, client: [np.array_split(part, 3) for part in parts],
    "empty ones too": lambda parts, client: [parts[0][:0], *parts, parts[0][:0]],
    "one": lambda parts, client: [np.concatenate(parts)],
    "many": lambda parts, client: np.array_split(np.concatenate(parts), 40),
}


@pytest.mark.parametrize("form", FORMS)
def test_partitions_come_in_many_forms(client, form, tmp_path):
    parts = np.array_split(X, 4)
    if form == "files":
        for i, part in enumerate(parts):
            np.save(tmp_path / f"{i}.npy", part)
        given = [partial(np.load, tmp_path / f"{i}.npy", mmap_mode="r") for i in range(4)]
    else:
        given = FORMS[form](parts, client)
    found = quietly(scale.fit_em, given, start(), client=client, max_iter=3)
    agree(found, quietly(emlib.fit_em, X, start(), max_iter=3))


def test_a_dask_array_is_cut_along_its_rows(client):
    given = array.from_array(X, chunks=(400, 1))
    weight = array.from_array(WEIGHT, chunks=400)
    found = quietly(scale.fit_em, given, start(), sample_weight=weight, client=client, max_iter=3)
    agree(found, quietly(emlib.fit_em, X, start(), sample_weight=WEIGHT, max_iter=3))


def test_narrow_and_far_components_keep_their_digits_on_partitions_too(client):
    """Sorted rows: no partition alone knows what the whole would lose."""
    rng = np.random.default_rng(1)
    far = np.concatenate([rng.normal(-1e4, 1e-3, (300, 2)), rng.normal(1e4, 1e-3, (300, 2))])
    wide = emlib.Parameters([0.5, 0.5], [[-1e4, -1e4], [1e4, 1e4]], np.full(2, 1e6), "spherical")
    wanted = np.var(far[:300] - far[0], axis=0).mean()
    expected, _ = emlib.e_step(scale.Partitions(np.array_split(far, 7), client=client), wide)
    assert emlib.m_step(expected).covariances[0] == pytest.approx(wanted, rel=1e-6)


def test_partitions_are_surveyed_once_for_many_fits(client):
    rows = scale.Partitions(np.array_split(X, 3), client=client)
    for shape in ("tied", "full"):
        agree(
            quietly(emlib.fit_em, rows, start(shape), max_iter=3),
            quietly(emlib.fit_em, X, start(shape), max_iter=3),
        )
    assert rows.survey is rows.survey


def test_a_cluster_of_its_own_is_made_and_closed():
    before = set(multiprocessing.active_children())
    agree(
        quietly(scale.fit_em, np.array_split(X, 3), start(), max_iter=3),
        quietly(emlib.fit_em, X, start(), max_iter=3),
    )
    assert set(multiprocessing.active_children()) == before


# What is refused

BROKEN = {
    "a partition is named": (lambda: [X, lambda: np.array([[0, np.nan]])], "partition 1: .*row 0"),
    "no partitions": (lambda: [], "at least one partition"),
    "nothing but empty ones": (lambda: [X[:0]], "X has no rows"),
    "a number": (lambda: 3, "a list with one entry a partition.*int"),
    "other columns": (lambda: [X, X[:, :1]], "1 features and the first has 2"),
    "an iterator": (lambda: [lambda: iter([X])], "partition 0: X is an iterator"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_partitions_that_cannot_be_used_are_refused_by_name(client, case):
    make, words = BROKEN[case]
    with pytest.raises(ValueError, match=words):
        scale.fit_em(make(), start(), client=client)


def test_weights_that_cannot_be_used_are_refused_by_name(client):
    with pytest.raises(ValueError, match="2 partitions and 1 weights"):
        scale.fit_em([X, X], start(), sample_weight=[WEIGHT], client=client)
    with pytest.raises(ValueError, match=r"partition 1: sample_weight\[0\] is -1"):
        scale.fit_em([X, X[:1]], start(), sample_weight=[WEIGHT, [-1]], client=client)
    with pytest.raises(ValueError, match="sample_weight goes where the rows are"):
        emlib.fit_em(scale.Partitions([X], client=client), start(), sample_weight=WEIGHT)


def test_a_client_is_asked_for():
    with pytest.raises(ValueError, match="client must be a distributed"):
        scale.Partitions([X])


def test_what_does_not_add_up_is_not_added(client):
    rows = scale.Partitions([X, X], client=client)
    with pytest.raises(ValueError, match="needs the rows in one place"):
        rows.add_up(_table, None)


def _table(blocks, _):
    return next(blocks.blocks(10))[0]


def test_an_error_of_a_recipe_is_passed_on(client):
    with pytest.raises(FileNotFoundError):
        scale.fit_em([partial(np.load, "nowhere.npy")], start(), client=client)
    with pytest.raises(TimeoutError, match="of the recipe"):
        scale.fit_em([_too_late], start(), client=client)


def _too_late():
    raise TimeoutError("of the recipe")


def test_a_component_that_collapses_ends_the_run_as_anywhere(client):
    atoms = np.repeat([[0.0, 0.0], [5.0, 5.0]], 50, axis=0)
    tight = emlib.Parameters([0.5, 0.5], [[0.0, 0.0], [5.0, 5.0]], [1.0, 1.0], "spherical")
    with pytest.warns(emlib.ConvergenceWarning, match="collapsed"):
        result = scale.fit_em(np.array_split(atoms, 4), tight, client=client)
    assert result.status == ("collapsed", "collapsed")


# Without Dask


def python(program):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_emlib_and_a_fit_load_no_dask():
    done = python(
        "import sys, emlib\nX = emlib.load_faithful().X\n"
        "emlib.fit_em(X, emlib.start_from_kmeans_plusplus(X, 2, rng=7))\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('dask', 'distributed')])"
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("hidden", ["dask", "distributed"])
def test_without_dask_one_sentence_says_how_to_get_it(hidden):
    done = python(f"import sys\nsys.modules[{hidden!r}] = None\nimport emlib.scale")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        f"ModuleNotFoundError: emlib.scale needs {hidden}, which is not installed: "
        "pip install 'who-is-responsible[scale]'"
    )


# Real processes, and their deaths


class Fatal:
    """Rows in three blocks; who reads the second one while the marker stands is killed."""

    def __init__(self, path, marker):
        self.path, self.marker = path, marker

    def __iter__(self):
        first, second, third = np.array_split(np.load(self.path, mmap_mode="r"), 3)
        yield first
        with suppress(FileNotFoundError):
            self.marker.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        yield second
        yield third


@pytest.fixture
def fatal(tmp_path):
    """Partitions of X, in files, that can kill, and the marker that makes one of them do so."""
    marker = tmp_path / "marker"
    for i, part in enumerate(np.array_split(X, 6)):
        np.save(tmp_path / f"{i}.npy", part)
    return [partial(Fatal, tmp_path / f"{i}.npy", marker) for i in range(6)], marker


@contextmanager
def processes(n_workers):
    """A client of worker processes that nobody starts again."""
    with (
        distributed.LocalCluster(
            n_workers=0, processes=False, protocol="tcp://", dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        command = [sys.executable, "-m", "distributed.cli.dask_worker", "--no-nanny"]
        command += ["--no-dashboard", "--nthreads", "1", cluster.scheduler_address]
        paths = os.pathsep.join(path for path in sys.path if path)
        workers = [
            subprocess.Popen(
                command, env={**os.environ, "PYTHONPATH": paths}, stderr=subprocess.DEVNULL
            )
            for _ in range(n_workers)
        ]
        try:
            client.wait_for_workers(n_workers, timeout=60)
            yield client, workers
        finally:
            for worker in workers:
                worker.kill()
                worker.wait(30)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_worker_killed_in_mid_iteration_changes_nothing(fatal):
    partitions, marker = fatal
    deaths, pids = [], set()

    def condemn(n_iter, *_):
        if n_iter == 3:
            pids.update(client.run(os.getpid).values())
            marker.touch()
        if n_iter == 4:
            deaths.append(not marker.exists())

    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        found = quietly(
            scale.fit_em, partitions, start(), client=client, max_iter=8, callback=condemn
        )
        client.wait_for_workers(2, timeout=60)
        undisturbed = quietly(scale.fit_em, partitions, start(), client=client, max_iter=8)
        pids.update(client.run(os.getpid).values())
    assert deaths == [True]
    assert len(pids) == 3, "one was killed and another took its place"
    np.testing.assert_array_equal(found.log_likelihoods, undisturbed.log_likelihoods)
    np.testing.assert_array_equal(found.parameters.means, undisturbed.parameters.means)
    agree(found, quietly(emlib.fit_em, X, start(), max_iter=8))
    assert not [pid for pid in pids if _lives(pid)]
    assert not multiprocessing.active_children()


def _lives(pid):
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_one_worker_left_of_two_does_the_work_of_both(fatal):
    partitions, marker = fatal
    with processes(2) as (client, workers):
        found = quietly(
            scale.fit_em,
            partitions,
            start(),
            client=client,
            max_iter=6,
            callback=lambda n_iter, *_: marker.touch() if n_iter == 2 else None,
        )
        assert sorted(worker.poll() is None for worker in workers) == [False, True]
    agree(found, quietly(emlib.fit_em, X, start(), max_iter=6))


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_scattered_rows_that_die_with_their_workers_end_the_fit_with_a_sentence():
    """All of them, since Dask may have copied rows from one to the other: then nothing is lost."""

    def massacre(n_iter, *_):
        if n_iter == 2:
            for worker in workers:
                worker.kill()

    with processes(2) as (client, workers):
        handed_out = client.scatter(np.array_split(X, 4))
        with pytest.raises(RuntimeError, match="not what was scattered"):
            scale.fit_em(handed_out, start(), client=client, tol=0, callback=massacre)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_without_any_worker_the_fit_ends_with_a_sentence(fatal):
    partitions, _ = fatal

    def massacre(n_iter, *_):
        if n_iter == 2:
            for worker in workers:
                worker.kill()

    with processes(2) as (client, workers):
        began = monotonic()
        with pytest.raises(RuntimeError, match="for 3 seconds the cluster had no worker"):
            scale.fit_em(partitions, start(), client=client, patience=3, callback=massacre)
        assert monotonic() - began < 60


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_rows_that_kill_every_worker_end_the_fit_with_a_sentence(fatal):
    partitions, _ = fatal
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        processes(3) as (client, _),
        pytest.raises(RuntimeError, match=r"2 workers died .* smaller partitions"),
    ):
        scale.fit_em([*partitions, _deadly], start(), client=client, patience=20)


def _deadly():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        (
            lambda client: client.cluster.close(),
            "for 2 seconds .* be reached|closed during the fit",
        ),
        (lambda client: client.close(), "closed during the fit"),
    ],
    ids=["cluster", "client"],
)
def test_a_cluster_that_is_closed_ends_the_fit_with_a_sentence(lost, words):
    with (
        distributed.Client(
            processes=False, n_workers=1, threads_per_worker=1, dashboard_address=":0"
        ) as client,
        pytest.raises(RuntimeError, match=words),
    ):
        scale.fit_em(
            [X],
            start(),
            client=client,
            patience=2,
            callback=lambda n_iter, *_: lost(client) if n_iter == 2 else None,
        )
