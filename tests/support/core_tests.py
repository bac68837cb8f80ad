"""The test files of emlib's numeric core; run as a program, the arguments of pytest for them.

They are measured for coverage, run under each BLAS kernel of the processor, and weekly with the
oldest and the newest packages. They need the peers (scikit-learn, pandas, Dask), and nothing of the
book: no browser, no notebook, no Sphinx.
"""

from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]

CORE = (
    "acceleration", "attributes", "columns", "datasets", "digits", "em", "equivariance",
    "estimator", "exact", "features", "files", "gaussian", "initialization", "mixture", "result",
    "rows", "selection", "threads", "validation",
)  # fmt: skip
AROUND = (
    "derivations_half_an_observation", "derivations_if_somebody_told_us", "derivations_loop",
    "derivations_recipe", "import", "palette", "plotting", "scale",
)  # fmt: skip
"""What else of emlib can be tested without the book: derivations, pictures, the loop on Dask."""


def files(names):
    """Return the paths of these tests from the root of the tree."""
    return [f"tests/test_{name}.py" for name in names]


if __name__ == "__main__":
    print(*files(CORE + AROUND))
