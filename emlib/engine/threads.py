"""Work spread over threads: the same results, in the same order, for any number of them.

NumPy lets other threads run while it computes, so one process can use every processor. BLAS works
in one thread meanwhile, see `blas`.
"""

import os
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice

from ..validation import check_whole


def usable_threads(n_threads=None):
    """Return how many threads to use, an int >= 1.

    The argument, else the first number of the environment variable OMP_NUM_THREADS, else the number
    of processors that this process may run on. 1 where there are no threads, as in a web page.
    """
    if n_threads is not None:
        return check_whole(n_threads, "n_threads", 1)
    if sys.platform == "emscripten":
        return 1
    with suppress(ValueError):
        return max(1, int(os.environ.get("OMP_NUM_THREADS", "").split(",")[0]))
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_in_order(function, items, n_threads):
    """Yield function(item) for each item, in the order of the items.

    `items` is read in this thread, and never more than two items for each thread ahead of what was
    yielded. An error of `function` is raised in its turn; what has not begun by then never does.
    """
    items = iter(items)
    first = list(islice(items, 2))
    if n_threads == 1 or len(first) < 2:
        for item in (*first, *items):
            yield function(item)
        return
    pool = ThreadPoolExecutor(n_threads, thread_name_prefix="emlib")
    try:
        futures = deque(pool.submit(function, item) for item in first)
        futures.extend(pool.submit(function, item) for item in islice(items, 2 * n_threads - 2))
        while futures:
            yield futures.popleft().result()
            futures.extend(pool.submit(function, item) for item in islice(items, 1))
    finally:
        pool.shutdown(cancel_futures=True)
