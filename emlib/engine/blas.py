"""BLAS held to one thread while emlib computes with threads of its own.

OpenBLAS shares large products among threads that spin while they wait for each other: on a busy
machine that takes many times as long as the work, and rounding depends on how many there are.
"""

import ctypes
from contextlib import contextmanager, suppress
from functools import cache
from threading import Lock

from numpy.linalg import _umath_linalg

NAMES = ("scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads",
         "openblas_{}_num_threads64_", "openblas_{}_num_threads")  # fmt: skip
"""What OpenBLAS calls its functions in the builds that NumPy is made with."""

_lock, _state = Lock(), {"holders": 0, "threads": 1}


@contextmanager
def one_blas_thread():
    """Hold BLAS to one thread, in this process, until the last who entered has left.

    Does nothing where NumPy's BLAS is not OpenBLAS.
    """
    if _functions() is None:
        yield
        return
    get, set_ = _functions()
    with _lock:
        if _state["holders"] == 0:
            _state["threads"] = get()
            set_(1)
        _state["holders"] += 1
    try:
        yield
    finally:
        with _lock:
            _state["holders"] -= 1
            if _state["holders"] == 0:
                set_(_state["threads"])


@cache
def _functions():
    """Return OpenBLAS's functions (get, set) of its number of threads, or None."""
    with suppress(OSError):
        library = ctypes.CDLL(_umath_linalg.__file__)  # finds what NumPy itself is linked with
        for name in NAMES:
            with suppress(AttributeError):
                return getattr(library, name.format("get")), getattr(library, name.format("set"))
    return None
