"""The table: what goes in, what is promised. Tests and page are both made from it, row by row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

import numpy as np

from emlib import plain

from . import oracle
from .outcomes import SHAPES, Question, Start
from .promises import Floored, Named, Refused, Right


@dataclass(frozen=True)
class Case:
    """One row of the contract.

    `ask(shape)` gives the Question, or for responsibilities (X, start); `promise(shape)` what must
    come of it, or a dictionary with one promise for each door.
    """

    name: str
    section: str
    given: str
    promised: str
    ask: Callable
    promise: Callable
    shapes: tuple = SHAPES
    doors: tuple = ("fit_em", "GaussianMixture")
    call: str = "fit"


CASES = []


def case(name, section, given, promised, ask, promise, **options):
    """Add a row; a promise that is the same for all shapes need not be a function."""
    said = promise if callable(promise) else lambda _: promise
    CASES.append(Case(name, section, given, promised, ask, said, **options))


# The data: two clouds, and where the fit of them ends, by the plain loops of the chapters


@cache
def clouds():
    """Sixty observations on a grid of 2**-20, so that shifting them by 1e8 keeps most digits."""
    rng = np.random.default_rng(7)
    labels = np.repeat([0, 1], [36, 24])
    X = np.array([[0, 0], [5, 2]])[labels] + rng.normal(size=(60, 2)) @ [[1, 0.4], [0, 0.8]]
    return np.round(X * 2**20) / 2**20


def start(shape, scale=1.0, shift=0.0, n_features=2):
    """Two round components near the clouds; scale may have one number a feature."""
    variances = np.full(n_features, 1.0) * np.square(scale)
    covariances = {
        "full": np.array([np.diag(variances)] * 2),
        "tied": np.diag(variances),
        "diag": np.array([variances] * 2),
        "spherical": np.full(2, np.mean(variances)),
    }[shape]
    means = np.array([[0.0] * n_features, [4.0, 2.0][:n_features]]) * scale + shift
    return Start([0.5, 0.5], means, covariances, shape)


def truth(shape, X=None):
    """Where EM ends, by the plain loops; computed once for each shape on the clouds."""
    return _clouds_truth(shape) if X is None else plain_fit(X, start(shape))


@cache
def _clouds_truth(shape):
    return plain_fit(clouds(), start(shape))


def plain_fit(X, begin, row_weights=1.0, reg_covar=0.0):
    """Iterate the plain loops until no responsibility moves.

    `reg_covar` is added to the diagonal of every covariance, which is all that it does.
    """
    weights, means, shape = np.array(begin.weights), begin.means, begin.covariance_type
    covariances = plain.as_full(begin.covariances, *means.shape, shape)
    before, row_weights = np.inf, np.broadcast_to(row_weights, len(X))
    for _ in range(500):
        resp, _ = plain.e_step(X, weights, means, covariances)
        counted = resp * row_weights[:, None]
        weights, means, covariances = plain.m_step(X, counted, shape)
        covariances = covariances + reg_covar * np.eye(X.shape[1])
        if np.abs(resp - before).max() <= 1e-11:
            break
        before = resp
    found = {"weights": weights, "means": means, "covariance_type": shape}
    return found | {"covariances": _shaped(covariances, shape)}


def _shaped(covariances, shape):
    """What a shape keeps of full matrices that already have it."""
    return {
        "full": covariances,
        "tied": covariances[0],
        "diag": np.diagonal(covariances, axis1=1, axis2=2),
        "spherical": covariances[:, 0, 0],
    }[shape]


def moved(known, scale=1.0, shift=0.0):
    """The same mixture in other units and from another zero."""
    scales = np.full(known["means"].shape[1], 1.0) * scale
    squares = {
        "full": scales[:, None] * scales,
        "tied": scales[:, None] * scales,
        "diag": scales**2,
        "spherical": scales[0] ** 2,
    }[known["covariance_type"]]
    covariances = known["covariances"] * squares
    return known | {"means": known["means"] * scales + shift, "covariances": covariances}


def strictly(X, begin, **options):
    """A question that goes on until nothing moves, without regularisation unless told."""
    s = begin
    options = {"tol": 1e-13, "max_iter": 200, "reg_covar": 0.0} | options
    return Question(X, s, len(s.weights), s.covariance_type, options)


def plainly(X, shape, n_components=2, **options):
    """A question that leaves the start to the library."""
    return Question(X, None, n_components, shape, {"reg_covar": 1e-6} | options)


# Far from zero, in other units

UNITS = "Far from zero, in other units"

for power, room in ((8, 1e-6), (12, 1e-2)):
    by = 10.0**power
    case(
        f"far-from-zero-1e{power}",
        UNITS,
        f"X + 10<sup>{power}</sup>",
        "The fit of (X + c) − c, shifted.",
        lambda shape, by=by: strictly(clouds() + by, start(shape, shift=by)),
        lambda shape, by=by, room=room: Right(
            moved(truth(shape, (clouds() + by) - by), shift=by), room
        ),
    )

case(
    "far-from-zero-1e16",
    UNITS,
    "X + 10<sup>16</sup>, where float64 has no digits left for the clouds",
    "The collapse is named.",
    lambda shape: strictly(clouds() + 1e16, start(shape, shift=1e16)),
    Named(("collapsed", "collapsed")),
)

for power in (-5, -100, -150, 100, 150):
    scale = 10.0**power
    case(
        f"scaled-by-1e{power}",
        UNITS,
        f"X · 10<sup>{power}</sup>, `reg_covar=0`".replace("-", "−"),
        "The same fit in other units.",
        lambda shape, scale=scale: strictly(clouds() * scale, start(shape, scale)),
        lambda shape, scale=scale: Right(moved(truth(shape), scale)),
    )

for power in (-5, -100):
    scale = 10.0**power
    case(
        f"scaled-by-1e{power}-with-the-default-floor",
        UNITS,
        f"X · 10<sup>{power}</sup>, `reg_covar=1e-6`".replace("-", "−", 1),
        "`reg_covar` stays absolute, is added to every variance, and a warning gives its share.",
        lambda shape, scale=scale: strictly(clouds() * scale, start(shape, scale), reg_covar=1e-6),
        lambda shape, scale=scale: Floored(
            plain_fit(clouds() * scale, start(shape, scale), reg_covar=1e-6),
            moved(truth(shape), scale),
        ),
    )

case(
    "scaled-by-1e-160",
    UNITS,
    "X · 10<sup>−160</sup>: variances have four digits left in float64",
    "The same fit in other units, to these digits.",
    lambda shape: strictly(clouds() * 1e-160, start(shape, 1e-160)),
    lambda shape: Right(moved(truth(shape), 1e-160), 1e-2),
    doors=("fit_em",),
)

case(
    "scaled-by-1e154",
    UNITS,
    "X · 10<sup>154</sup>: squares overflow",
    "An error that names the feature.",
    lambda shape: strictly(clouds() * 1e154, start(shape, 1e153)),
    Refused(("X", "feature 0", "rescale")),
)

case(
    "scaled-by-1e300",
    UNITS,
    "X · 10<sup>300</sup>, started by itself",
    "An error that names the feature.",
    lambda shape: plainly(clouds() * 1e300, shape),
    Refused(("X", "feature", "rescale")),
)

case(
    "denormals",
    UNITS,
    "Numbers below 10<sup>−320</sup>, `reg_covar=0`",
    "The collapse is named.",
    lambda shape: Question(
        np.array([[5e-324], [1e-323], [0.0], [1e-320]]),
        Start([1.0], np.zeros((1, 1)), np.ones(WIDTHS[shape]), shape),
        1,
        shape,
        {"reg_covar": 0.0},
    ),
    Named(("collapsed",)),
)
WIDTHS = {"full": (1, 1, 1), "tied": (1, 1), "diag": (1, 1), "spherical": (1,)}

MIXED = np.array([1e150, 1e-150])
case(
    "columns-in-units-300-powers-of-ten-apart",
    UNITS,
    "One column in units of 10<sup>150</sup>, one of 10<sup>−150</sup>",
    "The same fit in other units.",
    lambda shape: strictly(clouds() * MIXED, start(shape, MIXED)),
    lambda shape: Right(moved(truth(shape), MIXED)),
    shapes=("full", "tied", "diag"),
)

case(
    "float32-far-from-zero",
    UNITS,
    "float32, a thousand rows around (9999, 0), variance 0.1",
    "Sums are kept in float64; the answer is right to the digits of float32.",
    lambda shape: Question(
        narrow_float32(), None, 1, shape, {"reg_covar": 0.0, "tol": 1e-9, "max_iter": 100}
    ),
    lambda shape: Right(one_component(narrow_float32().astype(float), shape), 1e-2),
)


@cache
def narrow_float32():
    """Rows around (9999, 0) with variance 0.1, as float32."""
    rng = np.random.default_rng(7)
    return (rng.normal(size=(1000, 2)) * 0.1**0.5 + [9999, 0]).astype(np.float32)


def one_component(X, shape, row_weights=None):
    """Mean and covariance of all rows: the maximum for one component."""
    w = np.ones(len(X)) if row_weights is None else row_weights
    mean = np.average(X, axis=0, weights=w)
    full = np.cov(X.T, aweights=w, bias=True).reshape(X.shape[1], X.shape[1])
    if shape == "diag":
        full = np.diag(np.diag(full))
    elif shape == "spherical":
        full = np.trace(full) / len(full) * np.eye(len(full))
    found = {"weights": np.ones(1), "means": mean[None], "covariance_type": shape}
    return found | {"covariances": _shaped(full[None], shape)}


def one_component_of_many(X, shape):
    """The same of so many columns that no square matrix of them could be held."""
    variances = X.var(axis=0) if shape == "diag" else X.var(axis=0).mean()
    found = {"weights": np.ones(1), "means": X.mean(axis=0)[None], "covariance_type": shape}
    return found | {"covariances": np.array([variances])}


# Far from every component

FAR = "Far from every component"
FAR_ROWS = [[1e200, 1e200], [-1e200, 1e200], [1e20, 1e20], [1e308, -1e308], [1e8, 0.0]]
ALIKE = [[2.0, 0.5], [0.5, 1.0]]
FAR_MIXTURES = {
    "different covariances": Start([0.3, 0.7], [[0, 0], [1, 2]], [ALIKE, [[1, 0], [0, 3]]], "full"),
    "equal covariances": Start([0.3, 0.7], [[0, 0], [1, 2]], [ALIKE, ALIKE], "full"),
    "a tied covariance": Start([0.3, 0.7], [[0, 0], [1, 2]], ALIKE, "tied"),
    "mirrored covariances": Start(
        [0.3, 0.7], [[0, 0], [0, 0]], [ALIKE, [[1.0, 0.5], [0.5, 2.0]]], "full"
    ),
    "variances that differ by one rounding": Start(
        [0.3, 0.7], [[0, 0], [0, 0]], [1.0, 1.0 + 2.0**-52], "spherical"
    ),
    "swapped variances": Start([0.3, 0.7], [[0, 0], [0, 0]], [[0.1, 0.3], [0.3, 0.1]], "diag"),
    "a mean so far on the other side that the difference overflows": Start(
        [0.3, 0.7], [[-1e308, 1e308], [1, 2]], [ALIKE, ALIKE], "full"
    ),
    "nothing to tell them apart": Start([0.3, 0.7], [[1, 1], [1, 1]], [2.0, 2.0], "spherical"),
    "widths of 1e-150": Start([0.3, 0.7], [[0, 0], [1, 2]], [1e-300, 1e-300], "spherical"),
}
for given, mixture in FAR_MIXTURES.items():
    case(
        "far-rows-with-" + given.replace(" ", "-"),
        FAR,
        f"Rows at 10<sup>8</sup>, 10<sup>20</sup>, 10<sup>200</sup>, 10<sup>308</sup>; {given}",
        f"Responsibilities of brute force in {oracle.DIGITS} digits; rows sum to 1.",
        lambda _, mixture=mixture: (np.array(FAR_ROWS), mixture),
        lambda _, mixture=mixture: Right({"responsibilities": _far_truth(mixture)}, 1e-9),
        shapes=(mixture.covariance_type,),
        doors=("responsibilities", "GaussianMixture"),
        call="responsibilities",
    )


def _far_truth(mixture):
    m = mixture
    return np.array(
        [
            oracle.responsibilities(row, m.weights, m.means, m.covariances, m.covariance_type)
            for row in FAR_ROWS
        ]
    )


# Degenerate data

THIN = "Data without spread"
ATOMS = np.array([[0.0], [0.0], [0.0], [5.0], [5.0], [5.0], [5.0]])


def on_atoms(shape):
    """A start near the two atoms."""
    ones = {"full": np.ones((2, 1, 1)), "tied": np.eye(1), "diag": np.ones((2, 1))}
    return Start([0.5, 0.5], np.array([[0.1], [4.7]]), ones.get(shape, np.ones(2)), shape)


def on_the_floor(shape, weights, means, floor=1e-6):
    """Components whose variance is `reg_covar` and nothing else."""
    n_components, d = np.shape(means)
    full = np.array([floor * np.eye(d)] * n_components)
    found = {"weights": np.array(weights), "means": np.array(means), "covariance_type": shape}
    return found | {"covariances": _shaped(full, shape)}


case(
    "two-atoms",
    THIN,
    "Two atoms, `reg_covar=0`",
    "`fit_em` names the status of each component; `GaussianMixture` raises, and stays unfitted.",
    lambda shape: Question(ATOMS, on_atoms(shape), 2, shape, {"reg_covar": 0.0}),
    Named(("collapsed", "collapsed")),
)
case(
    "two-atoms-with-a-floor",
    THIN,
    "Two atoms, `reg_covar=1e-6`",
    "Two components on the floor, and a warning.",
    lambda shape: Question(ATOMS, on_atoms(shape), 2, shape, {"reg_covar": 1e-6}),
    lambda shape: Floored(on_the_floor(shape, [3 / 7, 4 / 7], [[0.0], [5.0]])),
)
case(
    "duplicates-only",
    THIN,
    "Ten times the same row, one component, `reg_covar=1e-6`",
    "The row, `reg_covar` as its variance, and a warning.",
    lambda shape: plainly(np.full((10, 2), 3.0), shape, 1),
    lambda shape: Floored(on_the_floor(shape, [1.0], [[3.0, 3.0]])),
)
case(
    "duplicates-only-two-components",
    THIN,
    "Ten times the same row, two components",
    "`start_from_kmeans_plusplus` counts the distinct rows; `GaussianMixture` fits two equal "
    "components, with a warning.",
    lambda shape: plainly(np.full((10, 2), 3.0), shape, 2),
    lambda shape: {
        "fit_em": Refused(("X", "1 distinct", "n_components=2", "fewer components")),
        "GaussianMixture": Floored(on_the_floor(shape, [0.5, 0.5], [[3.0, 3.0]] * 2)),
    },
)


ATOM = np.array([-20.0, -30.0])


def atom_and_cloud():
    """Ten times the same row, and one cloud far from it."""
    return np.r_[np.tile(ATOM, (10, 1)), clouds()[:36]]


case(
    "one-of-two-collapses",
    THIN,
    "Ten times the same row, and a cloud far from it, `reg_covar=0`",
    "The component that collapsed is named, and it alone.",
    lambda shape: strictly(atom_and_cloud(), on_atom_and_cloud(shape)),
    Named(("collapsed", "ok")),
    shapes=("full", "diag", "spherical"),
)
case(
    "one-of-two-on-the-floor",
    THIN,
    "Ten times the same row, and a cloud far from it, `reg_covar=1e-6`",
    "The fit with `reg_covar` added to every variance, and a warning.",
    lambda shape: strictly(atom_and_cloud(), on_atom_and_cloud(shape), reg_covar=1e-6),
    lambda shape: Floored(plain_fit(atom_and_cloud(), on_atom_and_cloud(shape), reg_covar=1e-6)),
    shapes=("full", "diag", "spherical"),
)


def on_atom_and_cloud(shape):
    """A component near the atom and one near the cloud."""
    begin = start(shape)
    return Start(begin.weights, np.array([ATOM + 1, [0.0, 0.0]]), begin.covariances, shape)


for weights, status in (([1.0, 0.0], ("ok", "empty")), ([0.0, 1.0], ("empty", "ok"))):
    case(
        f"an-empty-component-{status.index('empty')}",
        THIN,
        f"A start with the weights {weights}",
        "The empty component is named.",
        lambda shape, weights=weights: strictly(clouds(), with_weights(shape, weights)),
        Named(status),
    )


def with_weights(shape, weights):
    """The start for the clouds with other weights."""
    begin = start(shape)
    return Start(weights, begin.means, begin.covariances, shape)


def flat_clouds():
    """The clouds with a constant second column."""
    return np.c_[clouds()[:, 0], np.full(60, 4.0)]


def on_flat_clouds(shape):
    """The start for the clouds with their second column moved to its constant."""
    return start(shape, shift=np.array([0.0, 4.0]))


case(
    "constant-column",
    THIN,
    "A constant column, `reg_covar=0`",
    "The collapse is named.",
    lambda shape: strictly(flat_clouds(), on_flat_clouds(shape)),
    Named(("collapsed", "collapsed")),
    shapes=("full", "tied", "diag"),
)
case(
    "constant-column-with-a-floor",
    THIN,
    "A constant column, `reg_covar=1e-6`",
    "The fit with `reg_covar` added to every variance, and a warning.",
    lambda shape: strictly(flat_clouds(), on_flat_clouds(shape), reg_covar=1e-6),
    lambda shape: Floored(plain_fit(flat_clouds(), on_flat_clouds(shape), reg_covar=1e-6)),
    shapes=("full", "tied", "diag"),
)
case(
    "one-observation",
    THIN,
    "One observation, one component",
    "`fit_em`: the observation, `reg_covar` as its variance, and a warning. `GaussianMixture`: an "
    "error that names `fit_em`.",
    lambda shape: plainly(clouds()[:1], shape, 1),
    lambda shape: {
        "fit_em": Floored(on_the_floor(shape, [1.0], clouds()[:1])),
        "GaussianMixture": Refused(("X", "1 sample", "fit_em")),
    },
)
case(
    "fewer-observations-than-components",
    THIN,
    "Two observations, three components",
    "An error that gives both numbers.",
    lambda shape: plainly(clouds()[:2], shape, 3),
    Refused(("n_components", "3", "2")),
)
case(
    "as-many-components-as-observations",
    THIN,
    "Three observations, three components, `reg_covar=1e-3`",
    "A component on each observation, `reg_covar` as its variance, and a warning.",
    lambda shape: plainly(clouds()[:3], shape, 3, reg_covar=1e-3),
    lambda shape: Floored(
        on_the_floor(shape, [1 / 3] * 3, clouds()[[2, 1, 0]], floor=1e-3), tolerance=1e-4
    ),
)
case(
    "many-columns",
    THIN,
    "Two rows of 100 000 columns",
    "The mean and the variances.",
    lambda shape: plainly(MANY_COLUMNS, shape, 1, reg_covar=0.0),
    lambda shape: Right(one_component_of_many(MANY_COLUMNS, shape)),
    shapes=("diag", "spherical"),
)
MANY_COLUMNS = np.array([[0.0], [2.0]]) + np.linspace(1, 2, 100_000)


case(
    "minus-zero",
    THIN,
    "Nothing but 0 and −0",
    "Zero, `reg_covar` as its variance, and a warning.",
    lambda shape: plainly(np.array([[0.0, -0.0], [-0.0, 0.0], [0.0, 0.0]]), shape, 1),
    lambda shape: Floored(on_the_floor(shape, [1.0], [[0.0, 0.0]])),
)
for given in (5e-324, 1e-300):
    case(
        f"floor-of-{given:.0e}",
        THIN,
        f"`reg_covar={given:.0e}`",
        "As with 0.",
        lambda shape, given=given: strictly(clouds(), start(shape), reg_covar=given),
        lambda shape: Right(truth(shape)),
    )
for given in (1e154, 1e300):
    case(
        f"floor-of-{given:.0e}",
        THIN,
        f"`reg_covar={given:.0e}`",
        "The fit with `reg_covar` added to every variance, and a warning.",
        lambda shape, given=given: strictly(clouds(), start(shape), reg_covar=given),
        lambda shape, given=given: Floored(plain_fit(clouds(), start(shape), reg_covar=given)),
    )

# Weights

WEIGHTED = "Weighted observations"


def weighted(shape, row_weights, X=None, **options):
    """The clouds with a weight for each row."""
    X = clouds() if X is None else X
    return strictly(X, start(shape), sample_weight=row_weights, **options)


def late(array, value, dtype=float):
    """A copy in which row 4500 has another number, or no number, in its last column."""
    array = array.astype(dtype)
    array[(4500, -1)[: array.ndim]] = value
    return array


def counts():
    """How often each row of the clouds counts."""
    return np.arange(60) % 4.0


case(
    "weights-are-counts",
    WEIGHTED,
    "Rows counted 0 to 3 times",
    "The fit of the repeated rows.",
    lambda shape: weighted(shape, counts()),
    lambda shape: Right(truth(shape, np.repeat(clouds(), counts().astype(int), axis=0))),
)
for given in (1e-300, 1e15, 1e300):
    case(
        f"every-weight-{given:.0e}",
        WEIGHTED,
        f"Every row counted 10<sup>{np.log10(given):.0f}</sup> times".replace("-", "−"),
        "The fit without weights.",
        lambda shape, given=given: weighted(shape, np.full(60, given)),
        lambda shape: Right(truth(shape)),
    )
case(
    "one-row-a-million-times",
    WEIGHTED,
    "One row a million times and one other, one component",
    "Mean and variance of a million and one rows.",
    lambda shape: Question(
        np.array([[0.0, 0.0], [3.0, 1.0]]),
        Start([1.0], np.array([[1.0, 1.0]]), ONE[shape], shape),
        1,
        shape,
        {"reg_covar": 0.0, "sample_weight": np.array([1e6, 1.0])},
    ),
    lambda shape: Right(
        one_component(np.array([[0.0, 0.0], [3.0, 1.0]]), shape, np.array([1e6, 1.0]))
    ),
    shapes=("diag", "spherical"),
)
ONE = {"diag": np.ones((1, 2)), "spherical": np.ones(1)}
POWERS_OF_TEN = 10.0 ** np.linspace(-300, 300, 60)
case(
    "weights-over-600-powers-of-ten",
    WEIGHTED,
    "Weights from 10<sup>−300</sup> to 10<sup>300</sup>",
    "The fit of the few rows that count, and a warning that `reg_covar` is all its variance.",
    lambda shape: weighted(shape, POWERS_OF_TEN, reg_covar=1e-3),
    lambda shape: Floored(
        plain_fit(clouds(), start(shape), POWERS_OF_TEN, reg_covar=1e-3), tolerance=1e-5
    ),
)
case(
    "weights-that-overflow",
    WEIGHTED,
    "Every row counted 10<sup>308</sup> times",
    "An error that names `sample_weight`.",
    lambda shape: weighted(shape, np.full(60, 1e308)),
    Refused(("sample_weight",)),
)
for given, bad, words in (
    ("negative", -1.0, ("sample_weight[3]", "-1")),
    ("NaN", np.nan, ("sample_weight", "nan", "row 3")),
):
    case(
        f"a-weight-is-{given}",
        WEIGHTED,
        f"A weight is {given}",
        "An error that names the row.",
        lambda shape, bad=bad: weighted(shape, np.where(np.arange(60) == 3, bad, 1.0)),
        Refused(words),
        shapes=("full",),
    )
case(
    "no-weight-at-all",
    WEIGHTED,
    "Every weight is 0",
    "An error that names `sample_weight`.",
    lambda shape: weighted(shape, np.zeros(60)),
    Refused(("sample_weight",)),
    shapes=("full",),
)


for given, make, words in (
    ("text", lambda: late(np.ones(4800), "a", object), ("'a'",)),
    ("None", lambda: late(np.ones(4800), None, object), ()),
    ("masked", lambda: np.ma.masked_equal(late(np.ones(4800), 7.0), 7.0), ("mask",)),
    ("negative", lambda: late(np.ones(4800), -1.0), ("-1",)),
    ("NaN", lambda: late(np.ones(4800), np.nan), ("nan",)),
):
    case(
        f"a-late-weight-is-{given}",
        WEIGHTED,
        f"The weight of row 4500 is {given}",
        "An error that names `sample_weight` and that row, by its number in the whole.",
        lambda shape, make=make: weighted(shape, make(), np.tile(clouds(), (80, 1))),
        Refused(("sample_weight", "row 4500|[4500]", *words)),
        shapes=("full",),
    )

# What X may be

MAY = "What X may be"


def pandas_frame(X):
    import pandas

    return pandas.DataFrame(X, columns=["a", "b"])


def polars_frame(X):
    import polars

    return polars.DataFrame(X, schema=["a", "b"])


def locked(X):
    """A copy that cannot be written to."""
    X = X.copy()
    X.flags.writeable = False
    return X


def objects(X, kind):
    """The same numbers as objects of another kind."""
    return np.array([[kind(float(value)) for value in row] for row in X], dtype=object)


TAKEN = {
    "lists": ("Nested lists", lambda X: X.tolist()),
    "tuples": ("Nested tuples", lambda X: tuple(map(tuple, X.tolist()))),
    "pandas": ("A pandas frame", pandas_frame),
    "pandas-nullable": (
        "A pandas frame of nullable numbers",
        lambda X: pandas_frame(X).convert_dtypes(),
    ),
    "polars": ("A polars frame", polars_frame),
    "column-order": ("Column-major order", np.asfortranarray),
    "every-other-row": ("Every other row of an array", lambda X: np.repeat(X, 2, axis=0)[::2]),
    "reversed-twice": ("Negative strides", lambda X: X[::-1, ::-1].copy()[::-1, ::-1]),
    "read-only": ("A read-only array", locked),
    "float16": ("float16", lambda X: X.astype(np.float16)),
    "float32": ("float32", lambda X: X.astype(np.float32)),
    "longdouble": ("longdouble", lambda X: X.astype(np.longdouble)),
    "integers": ("Integers", lambda X: np.round(10 * X).astype(np.int64)),
    "small-integers": ("8-bit integers", lambda X: np.round(10 * X).astype(np.int8)),
    "big-endian": ("Big-endian numbers", lambda X: X.astype(">f8")),
    "object-array": ("Floats in an object array", lambda X: X.astype(object)),
    "decimals": ("`Decimal` objects", lambda X: objects(X, Decimal)),
    "fractions": ("`Fraction` objects", lambda X: objects(X, Fraction)),
    "masked-without-a-mask": ("A masked array, nothing masked", np.ma.array),
}
for name, (given, make) in TAKEN.items():
    factor = 10.0 if "integers" in name else 1.0
    case(
        f"x-is-{name}",
        MAY,
        given,
        "The fit of the same numbers in float64.",
        lambda shape, make=make, factor=factor: strictly(make(clouds()), start(shape, factor)),
        lambda shape, make=make, factor=factor: Right(
            moved(truth(shape, np.array(make(clouds()), dtype=float) / factor), factor), 1e-6
        ),
        shapes=("full", "diag"),
    )

# What X may not be

NOT = "What X may not be"


def with_entry(value, dtype=float):
    """The clouds with another entry in row 3."""
    X = clouds().astype(dtype)
    X[3, 1] = value
    return X


def with_late_entry(value, dtype=float):
    """The clouds 80 times, which is more than is looked at together, and row 4500 spoilt."""
    return late(np.tile(clouds(), (80, 1)), value, dtype)


def with_late_mask():
    """The same with a mask instead."""
    X = np.ma.array(np.tile(clouds(), (80, 1)))
    X[4500, 1] = np.ma.masked
    return X


def sparse(X):
    import scipy.sparse

    return scipy.sparse.csr_array(X)


def pandas_missing():
    import pandas

    numbers = pandas.array([1.0, None, 2.0, 4.0], dtype="Float64")
    return pandas.DataFrame({"a": numbers, "b": [1.0, 2.0, 3.0, 5.0]})


REFUSED = {
    "nan": ("NaN in row 3", lambda: with_entry(np.nan), ("X", "row 3", "drop or impute")),
    "inf": ("Infinity in row 3", lambda: with_entry(np.inf), ("X", "row 3", "drop or impute")),
    "minus-inf": ("Minus infinity", lambda: with_entry(-np.inf), ("X", "-inf", "row 3")),
    "none": ("None in row 3", lambda: with_entry(None, object), ("X", "row 3")),
    "pandas-missing": ("A missing number in a pandas frame", pandas_missing, ("X", "row 1")),
    "masked": ("A masked entry", lambda: np.ma.masked_less(clouds(), -1), ("X", "mask")),
    "text": ("Text", lambda: [["a", "b"], ["c", "d"], ["e", "f"]], ("X", "real numbers")),
    "numbers-as-text": (
        "Numbers written as text",
        lambda: np.array([["1", "2"], ["3", "4"], ["5", "7"]]),
        ("X", "real numbers"),
    ),
    "one-text": ("Text in row 3", lambda: with_entry("a", object), ("X", "real numbers", "row 3")),
    "dictionary": ("A dictionary in row 3", lambda: with_entry({}, object), ("X", "row 3")),
    "huge-integer": ("The integer 10<sup>400</sup>", lambda: with_entry(10**400, object), ("X",)),
    "complex": ("Complex numbers", lambda: clouds() + 0j, ("X", "real numbers", "complex|Complex")),
    "dates": ("Dates", lambda: np.full((60, 2), date(2026, 1, 1)), ("X", "real numbers")),
    "datetime64": (
        "datetime64",
        lambda: clouds().astype("datetime64[D]"),
        ("X", "real numbers", "datetime64"),
    ),
    "sparse": ("A sparse matrix", lambda: sparse(clouds()), ("X", "sparse|Sparse", "toarray")),
    "one-dimension": (
        "One dimension",
        lambda: clouds()[:, 0],
        ("X", "2-D|2D array", "X[:, None]|Reshape"),
    ),
    "three-dimensions": (
        "Three dimensions",
        lambda: clouds()[None],
        ("X", "2-D|2D array|dim 3", "(1, 60, 2)|3D|dim 3"),
    ),
    "a-number": ("A number", lambda: 3.0, ("X", "2-D|2D array")),
    "no-rows": ("No rows", lambda: np.zeros((0, 2)), ("X", "at least one|a minimum of", "(0, 2)")),
    "no-columns": (
        "No columns",
        lambda: np.zeros((3, 0)),
        ("X", "at least one|a minimum of", "(3, 0)"),
    ),
    "empty-list": ("An empty list", list, ("X", "2-D|2D array")),
    "ragged": ("Rows of different length", lambda: [[1.0, 2.0], [3.0]], ("X", "same length")),
    "nothing": ("None", lambda: None, ("X", "2-D|2D array")),
}
for name, given, make, words in (
    ("nan", "NaN", lambda: with_late_entry(np.nan), ()),
    ("none", "None, in an object array,", lambda: with_late_entry(None, object), ()),
    ("text", "Text, in an object array,", lambda: with_late_entry("a", object), ("'a'",)),
    ("dictionary", "A dictionary", lambda: with_late_entry({}, object), ("{}",)),
    ("huge-integer", "10<sup>400</sup>", lambda: with_late_entry(10**400, object), ()),
    ("mask", "A masked entry", with_late_mask, ("mask",)),
):
    REFUSED[f"late-{name}"] = (f"{given} in row 4500", make, ("X", "row 4500", *words))
for name, (given, make, words) in REFUSED.items():
    case(
        f"x-has-{name}",
        NOT,
        given,
        "One error that names `X`, and row or shape.",
        lambda shape, make=make: plainly(make(), shape),
        Refused(words),
        shapes=("full",),
    )
    case(
        f"fit-from-a-start-x-has-{name}",
        "",
        given,
        "The same from a given start.",
        lambda shape, make=make: strictly(make(), start(shape)),
        Refused(words),
        shapes=("full",),
        doors=("fit_em",),
    )

for name, (given, make, words) in REFUSED.items():
    if name.startswith("late-"):
        case(
            f"blocks-x-has-{name}",
            NOT,
            f"{given} of two blocks",
            "One error that names `X` and the row, by its number in the whole.",
            lambda shape, make=make: strictly([make()[:2000], make()[2000:]], start(shape)),
            Refused(words),
            shapes=("full",),
            doors=("fit_em",),
        )

case(
    "other-columns-than-the-start",
    NOT,
    "Three columns for a start of two",
    "An error that gives both numbers.",
    lambda shape: strictly(np.c_[clouds(), clouds()[:, 0]], start(shape)),
    Refused(("2", "3")),
    doors=("fit_em",),
)
