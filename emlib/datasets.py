"""Data: samples from a known mixture, and small real tables that travel with the package."""

from importlib.resources import files
from typing import NamedTuple

import numpy as np

from .mixture import Parameters
from .types import Seed


class Dataset(NamedTuple):
    """Observations with the names and units of their features."""

    X: np.ndarray
    feature_names: tuple
    units: tuple


class Tiles(NamedTuple):
    """A photograph in tiles, row by row, with what each shows as somebody saw it."""

    X: np.ndarray
    labels: np.ndarray
    shape: tuple
    feature_names: tuple
    units: tuple


class Sample(NamedTuple):
    """Observations drawn from a mixture, with the component that each one came from."""

    X: np.ndarray
    labels: np.ndarray


def sample_mixture(parameters: Parameters, n_samples: int, *, rng: Seed) -> Sample:
    """Draw observations from a Gaussian mixture: first the component, then the observation.

    Parameters
    ----------
    parameters : emlib.Parameters
    n_samples : int >= 1
    rng : numpy Generator, or a seed for one

    Returns
    -------
    Sample
        X, shape (n_samples, n_features), and labels, shape (n_samples,), in random order.

    Examples
    --------
    >>> two = emlib.Parameters([0.5, 0.5], [[0.0], [100.0]], [1.0, 1.0], "spherical")
    >>> X, labels = emlib.sample_mixture(two, 5, rng=7)
    >>> X.shape
    (5, 1)
    >>> bool(((X[:, 0] > 50) == labels).all())
    True
    """
    if isinstance(n_samples, bool) or not isinstance(n_samples, int | np.integer) or n_samples < 1:
        raise ValueError(f"n_samples must be a whole number >= 1; got {n_samples!r}.")
    rng = np.random.default_rng(rng)
    labels = rng.choice(
        parameters.n_components, size=n_samples, p=parameters.weights / parameters.weights.sum()
    )
    noise = rng.standard_normal((n_samples, parameters.n_features))
    X = parameters.means[labels]
    for k, factor in enumerate(parameters.factors):
        mine = labels == k
        X[mine] += noise[mine] * factor if factor.ndim == 1 else noise[mine] @ factor.T
    return Sample(X, labels)


def load_faithful() -> Dataset:
    """Old Faithful: 272 eruptions, (duration, waiting time to the next), both in minutes.

    Azzalini and Bowman 1990; the file `emlib/data/faithful.csv` carries source and licence.

    Examples
    --------
    >>> faithful = emlib.load_faithful()
    >>> faithful.X.shape, faithful.feature_names, faithful.units
    ((272, 2), ('eruptions', 'waiting'), ('min', 'min'))
    >>> faithful.X[0]
    array([ 3.6, 79. ])
    """
    return Dataset(_read("faithful.csv"), ("eruptions", "waiting"), ("min", "min"))


def load_galaxies(*, corrected: bool = True) -> Dataset:
    """Velocities of 82 galaxies, shape (82, 1), in km/s.

    Roeder 1990. The table that R distributes has 26690 where the paper has 26960 (observation
    78); `corrected=False` gives R's. The file `emlib/data/galaxies.csv` tells the whole story.

    Examples
    --------
    >>> emlib.load_galaxies().X[77], emlib.load_galaxies(corrected=False).X[77]
    (array([26960.]), array([26690.]))
    """
    velocities = _read("galaxies.csv")
    if corrected:
        velocities[77] = 26960
    return Dataset(velocities, ("velocity",), ("km/s",))


def load_tiles() -> Tiles:
    """Mean colours of the 384 tiles of a photograph: sky, a building, trees and a lake.

    X, shape (384, 3), holds red, green and blue from 0 to 255; labels, shape (384,), says "sky",
    "building", "trees", "lake" or "mixed", by eye; shape is (rows, columns). Photograph by
    danielbuechele, CC BY 2.0; the file `emlib/data/tiles.csv` says what was kept of it.

    Examples
    --------
    >>> tiles = emlib.load_tiles()
    >>> tiles.X.shape, tiles.shape
    ((384, 3), (16, 24))
    >>> str(tiles.labels[0])
    'sky'
    """
    rows = _rows("tiles.csv")
    table = np.loadtxt(rows, delimiter=",", usecols=range(5))
    labels = np.array([row.strip().split(",")[-1] for row in rows])
    shape = tuple(int(last) + 1 for last in table[-1, :2])
    return Tiles(table[:, 2:], labels, shape, ("red", "green", "blue"), ("0 to 255",) * 3)


def _read(name):
    return np.loadtxt(_rows(name), delimiter=",", ndmin=2)


def _rows(name):
    """Return the lines of a table below its comments and its head."""
    with (files("emlib") / "data" / name).open(encoding="utf-8") as lines:
        return [line for line in lines if not line.startswith("#")][1:]
