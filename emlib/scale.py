"""The same loop on Dask: each worker holds some of the rows, and what they find out adds up.

    fit_em(paths_to_loaders, start, client=Client("tcp://scheduler:8786"))

What a worker holds comes from a recipe (load a file, compute a Delayed), never from a copy that was
handed out once. So when a worker dies, in mid-iteration too, Dask loads its partitions on another
one and repeats what was lost. Sums are formed in the order of the partitions, whoever is ready
first: two runs give the same bits.
"""

from collections.abc import Callable
from contextlib import contextmanager
from functools import cached_property, reduce
from time import monotonic
from typing import Any

import numpy as np

from .em import fit_em as _fit_em
from .engine.rows import Blocks, Survey
from .extras import missing
from .mixture import Parameters
from .result import EMResult
from .statistics import Statistics

try:
    from dask.base import is_dask_collection
    from distributed import CancelledError, Client, KilledWorker, wait
except ModuleNotFoundError as error:
    raise missing("emlib.scale", error.name, "scale") from error

__all__ = ["Partitions", "fit_em"]

FAN_IN = 16
"""Partial sums that are added by one task: the sums reach the caller as one, by a short tree."""

SECONDS_BETWEEN_LOOKS = 1.0
"""How often the cluster is asked whether it still has workers."""

AGAIN = "fit again when it has workers, from the last parameters that callback saw"
CLOSED = f"the cluster or its client was closed during the fit; {AGAIN}"
LOST = (
    "rows were lost with their worker, or with the scheduler, and nobody can make them again; "
    "give functions or Delayeds for partitions, not what was scattered"
)


def fit_em(
    partitions: Any,
    start: Parameters,
    *,
    sample_weight: Any = None,
    client: Client | None = None,
    patience: float = 60.0,
    **options: Any,
) -> EMResult:
    """Fit a Gaussian mixture by expectation-maximization to rows on the workers of a Dask cluster.

    Parameters
    ----------
    partitions, sample_weight, client, patience : see `Partitions`
    start : Parameters
    **options : tol, max_iter, reg_covar, keep_history, callback, on_interrupt, accelerate as in
        `emlib.fit_em`

    Returns
    -------
    EMResult, that of `emlib.fit_em` on all rows together but for rounding

    Raises
    ------
    ValueError
        Names the partition, and the argument, row or component, and the remedy.
    RuntimeError
        The cluster has no workers for longer than `patience`, is closed, or loses one worker after
        another over the same partition.

    Examples
    --------
    >>> from distributed import Client
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_centres(X, [[2.0, 55.0], [4.0, 80.0]])
    >>> with Client(processes=False, dashboard_address=None) as client:
    ...     result = emlib.scale.fit_em([X[:100], X[100:]], start, client=client)
    >>> round(result.log_likelihood, 4)
    -1130.264
    """
    with _at_work(client) as client:
        return _fit_em(Partitions(partitions, sample_weight, client, patience), start, **options)


class Partitions:
    """Rows on the workers of a cluster; stands for X in `emlib.fit_em` and `emlib.e_step`.

    Parameters
    ----------
    partitions : list, or Dask collection whose partitions are rows (array, bag, dataframe).
        An entry is a function without arguments, called on the worker, a dask Delayed, a Future, or
        the rows themselves. What it gives, or is, is whatever `emlib.fit_em` takes as X: an array,
        a memory map, a re-iterable of blocks. Rows that are entries themselves travel through the
        scheduler, which keeps them: good for what is small. A Future survives its worker if Dask
        can compute it again; one from `Client.scatter` does not.
    sample_weight : list with the weights of every partition, in any of these forms; or None
    client : distributed.Client, not an asynchronous one
    patience : float, seconds without any worker after which the wait ends with a RuntimeError

    Examples
    --------
    >>> from distributed import Client
    >>> X = emlib.load_faithful().X
    >>> start = emlib.start_from_centres(X, [[2.0, 55.0], [4.0, 80.0]])
    >>> with Client(processes=False, dashboard_address=None) as client:
    ...     rows = emlib.scale.Partitions([X[:100], X[100:]], client=client)
    ...     expected, log_likelihood = emlib.e_step(rows, start)
    >>> abs(log_likelihood - emlib.log_likelihood(X, start)) < 1e-9
    True
    """

    def __init__(
        self,
        partitions: Any,
        sample_weight: Any = None,
        client: Client | None = None,
        patience: float = 60.0,
    ) -> None:
        if getattr(client, "asynchronous", None) is not False:
            raise ValueError("client must be a distributed.Client that is not asynchronous.")
        self._client, self._patience = client, patience
        parts = _listed(partitions, "partitions")
        weights = [None] * len(parts)
        if sample_weight is not None:
            weights = _listed(sample_weight, "sample_weight")
        if len(parts) != len(weights) or not parts:
            raise ValueError(
                f"there are {len(parts)} partitions and {len(weights)} weights of partitions; "
                "give at least one partition, and each its weights."
            )
        self._blocks = [
            self._submit(_hold, number, self._sent(part), self._sent(weight))
            for number, (part, weight) in enumerate(zip(parts, weights, strict=True))
        ]

    @cached_property
    def survey(self) -> Survey | None:
        """Survey of all rows, None if there is none."""
        return self._sum([self._submit(_survey, blocks) for blocks in self._blocks])

    def add_up(self, function: Callable, *arguments: Any) -> Any:
        """Sum of function(part, *arguments) over all parts of all partitions, in their order."""
        return self._sum_over_partitions(Blocks.add_up, function, arguments)

    def in_order(self, function: Callable, *arguments: Any) -> Any:
        """Sum of function(blocks, *arguments) over all partitions, in their order."""
        return self._sum_over_partitions(Blocks.in_order, function, arguments)

    def _sum_over_partitions(self, method, function, arguments):
        message = self._submit(_same, arguments)  # one copy goes up; the workers pass it on
        return self._sum(
            [
                self._submit(_ask, number, blocks, method, function, message)
                for number, blocks in enumerate(self._blocks)
            ]
        )

    def _submit(self, *call):
        if self._client.status in ("closing", "closed"):
            raise RuntimeError(CLOSED)
        return self._client.submit(*call, pure=False)

    def _sent(self, part):
        return self._client.compute(part) if is_dask_collection(part) else part

    def _sum(self, terms):
        while len(terms) > 1:
            heaps = (terms[i : i + FAN_IN] for i in range(0, len(terms), FAN_IN))
            terms = [self._submit(_sum, heap) for heap in heaps]
        return self._outcome(terms[0])

    def _outcome(self, future):
        """Wait for a result as long as there is somebody to work on it."""
        try:
            last_seen = monotonic()
            while True:
                try:
                    wait([future], timeout=SECONDS_BETWEEN_LOOKS)
                    return future.result()
                except TimeoutError:
                    if future.done():
                        raise
                if self._client.status == "running" and self._client.nthreads():
                    last_seen = monotonic()
                elif monotonic() - last_seen > self._patience:
                    raise RuntimeError(
                        f"for {self._patience:g} seconds the cluster had no worker, or could not "
                        f"be reached; {AGAIN}."
                    )
        except KilledWorker as error:
            raise RuntimeError(
                f"{error.allowed_failures + 1} workers died one after the other over the same "
                "partition; if they ran out of memory, cut the rows into smaller partitions."
            ) from error
        except (CancelledError, OSError) as error:
            if future.status == "error":
                raise
            raise RuntimeError(LOST if self._client.status == "running" else CLOSED) from error


@contextmanager
def _at_work(client):
    """Yield the client that was given, or one for threads of this process, closed afterwards."""
    if client is not None:
        yield client
        return
    with Client(processes=False, dashboard_address=":0") as own:
        yield own


def _listed(partitions, name):
    """List what stands for the partitions."""
    if isinstance(partitions, list | tuple):
        return list(partitions)
    if not hasattr(partitions, "to_delayed"):
        raise ValueError(
            f"{name} must be a list with one entry a partition, or a Dask collection; got "
            f"{type(partitions).__name__}."
        )
    if getattr(partitions, "numblocks", (1, 1))[1:] not in ((), (1,)):
        partitions = partitions.rechunk({1: -1})  # whole rows
    return list(np.ravel(partitions.to_delayed()))


# What runs on the workers


def _hold(number, part, weight):
    """Load a partition and check it; the worker keeps it for all iterations."""
    with _named(number):
        return Blocks(*(entry() if callable(entry) else entry for entry in (part, weight)))


def _survey(blocks):
    return blocks.survey


def _same(arguments):
    return arguments


def _ask(number, blocks, method, function, arguments):
    with _named(number):
        return method(blocks, function, *arguments)


def _sum(terms):
    return reduce(_add, terms)


def _add(one, other):
    if one is None or other is None:
        return other if one is None else one
    if isinstance(one, tuple):
        return tuple(map(_add, one, other))
    if not isinstance(one, Statistics | Survey | float):
        raise ValueError("this needs the rows in one place; do it on one partition, or a sample.")
    return one + other


@contextmanager
def _named(number):
    """Say in which partition the rows are that a sentence speaks of."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"partition {number}: {error}") from error
