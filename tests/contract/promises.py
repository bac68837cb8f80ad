"""What can be promised of an outcome; each promise lists what breaks it, and keeps silent else."""

from dataclasses import dataclass, field

import numpy as np

from . import oracle
from .outcomes import deviation, matrices


@dataclass(frozen=True)
class Right:
    """The answer is the truth, which was found another way."""

    truth: dict
    tolerance: float = 1e-6
    warns: tuple = ()

    def broken(self, outcome, question):
        """List what is wrong."""
        if outcome.error is not None:
            return [f"raised {outcome.error!r}"]
        wrong = [deviation(outcome.values, self.truth, self.tolerance)]
        wrong += [f"warned {w}" for w in outcome.warned if w[0] not in self.warns]
        wrong += [f"no {name}" for name in self.warns if name not in dict(outcome.warned)]
        return [*filter(None, wrong), *_log_likelihood(outcome, question)]


@dataclass(frozen=True)
class Floored:
    """A fit in which `reg_covar` moved the answer, and a warning that says by how much."""

    truth: dict | None = None
    answer: dict | None = None
    words: tuple = ("reg_covar", "smallest variance", "lower it, or rescale X")

    def broken(self, outcome, question):
        """List what is wrong."""
        if outcome.error is not None:
            return [f"raised {outcome.error!r}"]
        said = dict(outcome.warned).get("RegularizationWarning", "")
        missing = [word for word in self.words if word not in said]
        wrong = [f"the warning {said!r} lacks {missing}"] if missing else []
        variances = matrices(outcome.values, outcome.shape).diagonal(axis1=1, axis2=2)
        if variances.min() < question.options["reg_covar"] * (1 - 1e-9):
            wrong.append(f"a variance of {variances.min()} is less than reg_covar")
        if self.answer is not None:
            wrong += filter(None, [deviation(outcome.values, self.answer, 1e-6)])
        return [*wrong, *_log_likelihood(outcome, question)]


@dataclass(frozen=True)
class Refused:
    """One clear error: a ValueError or TypeError in one line that holds these words.

    A bar separates words that do equally well: scikit-learn's own tests of an estimator insist on
    some of its sentences.
    """

    words: tuple
    truth: dict | None = None

    def broken(self, outcome, question):
        """List what is wrong."""
        if outcome.error is None:
            return ["no error was raised"]
        return _sentence_lacks(outcome.error, self.words)


@dataclass(frozen=True)
class Named:
    """`fit_em` ends with the status of each component; an estimator raises and names them."""

    status: tuple
    truth: dict | None = None
    words: tuple = field(default=("component", "reg_covar"))

    def broken(self, outcome, question):
        """List what is wrong."""
        if not outcome.status:
            return Refused(self.words).broken(outcome, question)
        wrong = [] if outcome.status == self.status else [f"status {outcome.status}"]
        if "ConvergenceWarning" not in dict(outcome.warned):
            wrong.append("no ConvergenceWarning")
        return [*wrong, *_log_likelihood(outcome, question)]


@dataclass(frozen=True)
class Either:
    """One of several promises, where more than one answer is honest."""

    promises: tuple
    truth: dict | None = None

    def broken(self, outcome, question):
        """List what is wrong with the first, unless another one is kept."""
        lists = [promise.broken(outcome, question) for promise in self.promises]
        return [] if [] in lists else lists[0]


def _sentence_lacks(error, words):
    named = isinstance(error, ValueError | TypeError)
    wrong = [] if named else [f"raised {type(error).__name__}: {error}"]
    missing = [w for w in words if not any(one in str(error) for one in w.split("|"))]
    if missing:
        wrong.append(f"the sentence lacks {missing}: {error}")
    if "\n" in str(error):
        wrong.append(f"more than one line: {error}")
    return wrong


def _log_likelihood(outcome, question):
    """Compare with brute force at the parameters that were found: 1e-9, relative or a row."""
    values = outcome.values
    if question is None or "log-likelihood" not in values or np.size(question.X) > 400:
        return []
    weight = question.options.get("sample_weight")
    X = np.array(question.X, dtype=float)
    wanted = oracle.log_likelihood(X, values, question.shape, weight)
    relative = 1e-9 if np.asarray(values["means"]).dtype == np.float64 else 1e-6
    room = relative * max(abs(wanted), float(np.sum(weight)) if weight is not None else len(X))
    found = float(values["log-likelihood"])
    return [] if abs(found - wanted) <= room else [f"log-likelihood {found}, not {wanted}"]
