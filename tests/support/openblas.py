"""Which OpenBLAS kernel NumPy uses in this process, and which others this processor could run."""

import importlib.util
from pathlib import Path

import numpy  # noqa: F401 (its BLAS is asked for)

KERNELS = {"Haswell": "avx2", "SkylakeX": "avx512f"}
"""The kernels that differ, as OPENBLAS_CORETYPE names them, and what of a processor they need."""


def kernel():
    """Return the name of NumPy's kernel, or None where NumPy stands on another BLAS."""
    if importlib.util.find_spec("threadpoolctl") is None:
        return None
    from threadpoolctl import threadpool_info

    names = (lib["architecture"] for lib in threadpool_info() if "numpy" in lib["filepath"])
    return next(names, None)


def runnable():
    """Return the kernels of KERNELS that this processor runs (on Linux)."""
    try:
        flags = Path("/proc/cpuinfo").read_text("utf-8").split()
    except OSError:
        return []
    return [name for name, flag in KERNELS.items() if flag in flags]


def report():
    """Return the line for the head of a test run."""
    others = [name for name in runnable() if name != kernel()]
    return f"OpenBLAS kernel: {kernel()}; tests/test_kernels.py: {', '.join(others) or 'no other'}"
