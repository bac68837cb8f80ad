"""The types that emlib's annotations share; what a function takes in detail, its docstring says."""

from collections.abc import Callable, Iterable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

CovarianceType = Literal["full", "tied", "diag", "spherical"]

Data = ArrayLike | Iterable[ArrayLike] | Any
"""An array, a frame, a memory map, or a re-iterable of blocks of rows: more than types can say."""

Seed = int | np.random.SeedSequence | np.random.Generator

Callback = Callable[[int, float, Any], object]
"""Called as callback(n_iter, log_likelihood, parameters)."""
