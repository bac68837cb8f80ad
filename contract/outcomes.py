"""What came of a call: asked through three doors, described in the same words for all of them."""

import math
import re
import warnings
from dataclasses import dataclass, field

import numpy as np

import emlib
from emlib.plain import as_full

from . import oracle

SHAPES = ("full", "tied", "diag", "spherical")


@dataclass(frozen=True)
class Start:
    """A start that is not checked before the call under examination sees it."""

    weights: list
    means: np.ndarray
    covariances: np.ndarray
    covariance_type: str


@dataclass(frozen=True)
class Question:
    """One call: data, where to start (None: wherever the door starts by itself), and options."""

    X: object
    start: Start | None = None
    n_components: int = 2
    shape: str = "full"
    options: dict = field(default_factory=dict)


@dataclass
class Outcome:
    """What a call left behind, whatever it was."""

    values: dict = field(default_factory=dict)
    error: BaseException | None = None
    warned: list = field(default_factory=list)
    status: tuple = ()
    shape: str = "full"
    breaches: list = field(default_factory=list)


class FitEm:
    """The functions of emlib."""

    name = "fit_em"

    def fit(self, question):
        if question.start is None:
            start = emlib.start_from_kmeans_plusplus(
                question.X,
                question.n_components,
                covariance_type=question.shape,
                reg_covar=question.options["reg_covar"],
                rng=7,
            )
        else:
            s = question.start
            start = emlib.Parameters(s.weights, s.means, s.covariances, s.covariance_type)
        result = emlib.fit_em(question.X, start, **question.options)
        p = result.parameters
        values = {
            "weights": p.weights,
            "means": p.means,
            "covariances": p.covariances,
            "log-likelihood": np.array(result.log_likelihood),
        }
        return in_order(values, result.status, question)

    def responsibilities(self, X, start):
        return emlib.responsibilities(
            X, start.weights, start.means, start.covariances, start.covariance_type
        )


class Estimator:
    """A class with scikit-learn's surface: emlib's or scikit-learn's own."""

    def __init__(self, name, estimator):
        self.name, self._estimator = name, estimator

    def fit(self, question):
        options, fit_options = dict(question.options), {}
        if "sample_weight" in options:
            fit_options["sample_weight"] = options.pop("sample_weight")
        if question.start is not None:
            s = question.start
            options |= {
                "weights_init": s.weights,
                "means_init": s.means,
                "precisions_init": precisions(s.covariances, s.covariance_type),
            }
        model = self._estimator(
            question.n_components, covariance_type=question.shape, random_state=7, **options
        )
        try:
            model.fit(question.X, **fit_options)
        except Exception as error:
            error.left_behind = sorted(name for name in vars(model) if name.endswith("_"))
            raise
        values = {
            "weights": model.weights_,
            "means": model.means_,
            "covariances": model.covariances_,
        }
        log_densities = model.score_samples(question.X).astype(float)
        total = np.sum(log_densities * question.options.get("sample_weight", 1.0))
        status = getattr(model, "status_", ())
        return in_order(values | {"log-likelihood": total}, status, question)

    def responsibilities(self, X, start):
        model = self._estimator(len(start.weights), covariance_type=start.covariance_type)
        p = emlib.Parameters(start.weights, start.means, start.covariances, start.covariance_type)
        model.weights_, model.means_, model.covariances_ = p.weights, p.means, p.covariances
        model.precisions_ = precisions(p.covariances, start.covariance_type)
        roots = np.linalg.cholesky if start.covariance_type in ("full", "tied") else np.sqrt
        model.precisions_cholesky_ = roots(model.precisions_)
        return model.predict_proba(X)


def in_order(values, status, question):
    """Sort components by their means where the door chose the start, and so the order."""
    if question.start is not None:
        return values, status
    order = np.lexsort(np.round(values["means"], 6).T[::-1])
    names = ("weights", "means") if question.shape == "tied" else oracle.PARAMETERS
    values = values | {name: values[name][order] for name in names}
    return values, tuple(status[k] for k in order) if status else ()


def precisions(covariances, covariance_type):
    """Inverse covariances of the same shape."""
    covariances = np.asarray(covariances, dtype=float)
    if covariance_type in ("full", "tied"):
        return np.linalg.inv(covariances)
    return 1 / covariances


def ask(door, call, shape, *arguments):
    """Make the call, and see to it that nothing was changed and nothing is NaN."""
    outcome, before = Outcome(shape=shape), [_snapshot(argument) for argument in arguments]
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        try:
            outcome.values, outcome.status = call(door)
        except Exception as error:
            outcome.error = error
            if left_behind(error):
                outcome.breaches.append(f"left behind after the error: {left_behind(error)}")
    outcome.warned = [(w.category.__name__, str(w.message)) for w in caught]
    for name, value in outcome.values.items():
        if np.isnan(np.asarray(value, dtype=float)).any():
            outcome.breaches.append(f"NaN in {name}")
    if any(name == "RuntimeWarning" for name, _ in outcome.warned):
        outcome.breaches.append("a RuntimeWarning from within")
    if any(was != _snapshot(a) for was, a in zip(before, arguments, strict=True)):
        outcome.breaches.append("an argument changed")
    return outcome


def left_behind(error):
    """Names of the fitted attributes of an object whose fit failed."""
    return ", ".join(getattr(error, "left_behind", ()))


def _snapshot(value):
    """All that can be seen of an argument, as text or bytes."""
    if isinstance(value, np.ndarray) and value.dtype.kind != "O":
        return value.dtype.str, value.shape, value.tobytes()
    if hasattr(value, "toarray"):
        value = value.toarray()
    return repr(value) if not hasattr(value, "to_numpy") else repr(value.to_numpy().tolist())


# In words


def describe(outcome, truth=None, tolerance=1e-6, warns=False):
    """One sentence on an outcome, which is the same on every machine.

    warns tells that an answer, though right, should have come with a warning.
    """
    if outcome.error is not None:
        text = f"raises {type(outcome.error).__name__}: “{_sentence(outcome.error)}”"
        left = "means_" in left_behind(outcome.error)
        return text + (", and leaves parameters in the object" if left else "")
    found = outcome.values
    nans = [name for name, v in found.items() if np.isnan(np.asarray(v, dtype=float)).any()]
    if nans:
        text = f"NaN in {', '.join(nans)}"
    elif truth is not None:
        text = deviation(found, truth, tolerance) or "right"
    else:
        text = _ending(outcome)
    fine = bool(outcome.status) or (text == "right" and not warns)
    if outcome.status and set(outcome.status) != {"ok"}:
        said = f"status {', '.join(outcome.status)}"
        text = said if truth is None else f"{text}, {said}"
    names = sorted({name for name, _ in outcome.warned})
    if names:
        return f"{text}, with {' and '.join(names)}"
    return text if fine else f"{text}, without a warning"


def deviation(found, truth, tolerance):
    """Say how far the found values are from the truth; empty where they agree."""
    if "responsibilities" in truth:
        worst = np.abs(found["responsibilities"] - truth["responsibilities"]).max()
        if worst <= tolerance:
            return ""
        sums = found["responsibilities"].sum(axis=1)
        if np.abs(sums - 1).max() > 1e-9:
            return f"rows that sum to {sums[np.abs(sums - 1).argmax()]:.1f}"
        return f"responsibilities off by up to {worst:.1g}"
    wanted, got = (
        matrices(truth, truth["covariance_type"]),
        matrices(found, truth["covariance_type"]),
    )
    sds = np.sqrt(np.diagonal(wanted, axis1=1, axis2=2))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        ratios = np.diagonal(got, axis1=1, axis2=2) / sds / sds
        off = np.abs(_in_units_of(sds, got) - _in_units_of(sds, wanted))
        means_off = (np.abs(found["means"] - truth["means"]).reshape(sds.shape) / sds).max()
    if ratios.max() > 2 or ratios.min() < 0.5:
        far = ratios.max() if ratios.max() > 2 else 1 / ratios.min()
        large = "large" if ratios.max() > 2 else "small"
        return f"variances {_power(far)} times too {large}"
    if not means_off <= tolerance:
        return f"means off by {means_off:.1g} standard deviations"
    if not off.max() <= tolerance:
        return f"covariances off by {_share(off.max())}"
    if not np.abs(found["weights"] - truth["weights"]).max() <= tolerance:
        return "weights off"
    return ""


def matrices(values, covariance_type):
    """One covariance matrix a component; where there are very many features, of 1-by-1 parts."""
    n_components, d = np.shape(values["means"])
    if d <= 100:
        return as_full(values["covariances"], n_components, d, covariance_type)
    variances = np.reshape(values["covariances"], (n_components, -1))
    return np.broadcast_to(variances, (n_components, d)).reshape(n_components * d, 1, 1)


def _in_units_of(sds, covariances):
    """Covariances over standard deviations, one after the other, so that no square overflows."""
    return covariances / sds[:, :, None] / sds[:, None, :]


def _power(ratio):
    if not math.isfinite(ratio):
        return "infinitely many"
    exponent = round(math.log10(ratio))
    return f"{ratio:.1g}" if exponent < 2 else f"about 10<sup>{exponent}</sup>"


def _share(part):
    return f"{part:.0%}" if part >= 0.005 else f"{part:.0e}"


def _ending(outcome):
    if "covariances" in outcome.values:
        found = outcome.values
        full = as_full(found["covariances"], *np.shape(found["means"]), outcome.shape)
        eigenvalues = np.linalg.eigvalsh(full)
        if (np.abs(eigenvalues[:, 0]) <= 1e-12 * np.maximum(eigenvalues[:, -1], 1)).any():
            return "a singular fit"
    return "a fit"


def _sentence(error, head=70, tail=120):
    """Beginning and end of what an error says, each cut between words; no address, no tag."""
    text = re.sub(r"https?://\S+", "…", " ".join(str(error).split()))
    if len(text) > head + tail:
        end = text[-tail:].split(" ", 1)[1]
        text = f"{text[:head].rsplit(' ', 1)[0]} … {end.split('. ', 1)[-1]}"
    return text.replace("<", "&lt;")
