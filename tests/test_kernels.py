"""The numeric core under the other BLAS kernels of this processor: not only rounding differs.

OpenBLAS chooses a kernel by the processor. Those for AVX-512 pad with zeros, so an infinity in a
factor raises a warning there and nowhere else. The kernel of this very process proves itself in the
rest of the suite; here the others take their turn, one process each.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from core_tests import CORE, files
from openblas import KERNELS, kernel, runnable

ROOT = Path(__file__).parent.parent
SAME_ANYWHERE = "megabytes or array_of_rows or blas_thread or loads_neither or contract and not ["
"""Tests of memory, of threads, of imports and of the contract's page: no kernel matters to them."""


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("name", [name for name in KERNELS if name != kernel()])
def test_the_core_is_right_under_the_kernel(name):
    if kernel() is None:
        pytest.skip("NumPy does not stand on OpenBLAS here")
    if name not in runnable():
        pytest.skip(f"this processor has no {KERNELS[name]}, which {name} needs")
    tests = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
    tests += ["-m", "not slow", "-k", f"not ({SAME_ANYWHERE})"]
    done = subprocess.run(
        [*tests, *files(CORE), "tests/test_contract.py"],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_CORETYPE": name},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert f"OpenBLAS kernel: {name};" in done.stdout
    (passed,) = re.findall(r"(\d+) passed", done.stdout)
    print(f"{passed} tests under {name}")
