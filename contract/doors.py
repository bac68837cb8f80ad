"""The ways in: emlib's functions, emlib's estimator, and scikit-learn's."""

from functools import cache

import emlib

from .outcomes import Estimator, FitEm, ask

DOORS = {"fit_em": FitEm(), "responsibilities": FitEm()}
if hasattr(emlib, "GaussianMixture"):
    DOORS["GaussianMixture"] = Estimator("GaussianMixture", emlib.GaussianMixture)


@cache
def scikit_learn():
    """The door to scikit-learn's own class, and its version."""
    import sklearn
    from sklearn.mixture import GaussianMixture

    return Estimator("scikit-learn", GaussianMixture), sklearn.__version__


def question_of(row, shape):
    """The Question of a row, or None where responsibilities are asked for."""
    return row.ask(shape) if row.call == "fit" else None


def promised(row, shape, door):
    """Promise of a row for one covariance shape at a door of this name."""
    said = _promised(row, shape)
    return said[door] if isinstance(said, dict) else said


@cache
def _promised(row, shape):
    return row.promise(shape)  # the truth in it takes its time


@cache
def answer(door, row, shape):
    """Outcome of asking a row's question, of one covariance shape, at a door."""
    if row.call == "fit":
        question = row.ask(shape)
        given = [question.X, question.options.get("sample_weight")]
        return ask(door, lambda d: d.fit(question), shape, *given)
    X, mixture = row.ask(shape)
    return ask(
        door,
        lambda d: ({"responsibilities": d.responsibilities(X, mixture)}, ()),
        shape,
        X,
    )
