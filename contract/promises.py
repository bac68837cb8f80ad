"""What can be promised of an outcome; each promise lists what breaks it, and keeps silent else."""

import re
from dataclasses import dataclass

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
        wrong += _status_is_not(("ok",) * len(outcome.status), outcome)
        return [*filter(None, wrong), *_log_likelihood(outcome, question)]


@dataclass(frozen=True)
class Floored:
    """The fit with `reg_covar`, found another way, and a warning of the share that it has in it.

    `truth` is the fit without it, where the page says how far the two are apart.
    """

    answer: dict
    truth: dict | None = None
    tolerance: float = 1e-6
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
        wrong += filter(None, [deviation(outcome.values, self.answer, self.tolerance)])
        wrong += _status_is_not(self._status(question), outcome)
        return [*wrong, *_log_likelihood(outcome, question)]

    def _status(self, question):
        """On the floor are components whose smallest variance is half `reg_covar` or more."""
        smallest = np.linalg.eigvalsh(matrices(self.answer, question.shape))[:, 0]
        floored = smallest <= 2 * question.options["reg_covar"]
        return tuple("floor reached" if on_it else "ok" for on_it in floored)


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


REMEDY = r"reg_covar|fewer components|start elsewhere"


@dataclass(frozen=True)
class Named:
    """`fit_em` ends with the status of each component and warns; an estimator raises.

    Both name the components that failed, what became of them, and then a remedy: an estimator
    after scikit-learn's own sentence where that is true, and after its first words where not.
    """

    status: tuple
    truth: dict | None = None

    def broken(self, outcome, question):
        """List what is wrong."""
        if not outcome.status:
            if outcome.error is None:
                return ["no error was raised"]
            theirs = "Fitting the mixture model failed"
            if "collapsed" in self.status:
                theirs += " because some components have ill-defined empirical covariance"
            wrong = _sentence_lacks(outcome.error, (theirs,))
            return wrong + self._unnamed(str(outcome.error), "Here ")
        wrong = [] if outcome.status == self.status else [f"status {outcome.status}"]
        said = dict(outcome.warned).get("ConvergenceWarning")
        wrong += ["no ConvergenceWarning"] if said is None else self._unnamed(said, "failed: ")
        return [*wrong, *_log_likelihood(outcome, question)]

    def _unnamed(self, sentence, before):
        failed = [k for k, what in enumerate(self.status) if what in ("collapsed", "empty")]
        names, (what,) = ", ".join(map(str, failed)), {self.status[k] for k in failed}
        named = rf"{before}components? {names} (is|are) {what}\b.*; .*({REMEDY})"
        if re.search(named, sentence):
            return []
        return [f"does not name component {names}, {what}, and then a remedy: {sentence}"]


def _status_is_not(wanted, outcome):
    if outcome.status in ((), wanted):  # () where a door tells none
        return []
    return [f"status {outcome.status}, not {wanted}"]


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
