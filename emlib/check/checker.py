"""Answer `check("m_step")`: what is seen of a function, and what to think about, in one line."""

import sys

import numpy as np

from .explain import RIGHT, explain
from .look import UnusableError, is_blank, usable
from .sight import NotYetError, look_at

NOT_YET = "not yet."


class Checker:
    """Checks for the questions of a catalogue, which holds no answers.

    Parameters
    ----------
    catalogue : dict, as `course.catalogue` writes it: for each question the inputs, the hashes of
        the right result and of results that known mistakes give, and a hint for each mistake
    """

    def __init__(self, catalogue):
        self.questions = catalogue["questions"]
        self.variables = catalogue.get("variables", {})
        self.tests = catalogue.get("tests", [])
        self.data = catalogue.get("data", [])
        self.points = catalogue.get("points", 0)
        self.earned = {}

    def __call__(self, name, function=None):
        """Print what is seen of a function; without one, of the caller's function of that name."""
        if function is None:
            function = sys._getframe(1).f_globals.get(name)
        if name in self.tests:
            print(f"{name}: {_test(function)}")
            return
        if name in self.variables:
            print(f"{name}: {_variable(function, name, self.variables[name])}")
            return
        print(f"{name}: {self.sentence(name, function)}")
        if self.total:
            print(self.marks())

    def sentence(self, name, function):
        """Return what is seen, without printing it."""
        if name not in self.questions:
            known = ", ".join(sorted([*self.questions, *self.variables, *self.tests]))
            raise ValueError(f"there is no check named {name!r}; there are: {known}")
        question = self.questions[name]
        self.earned[name] = 0
        if is_blank(function):
            return NOT_YET
        try:
            sight = look_at(function, question)
        except NotYetError:
            return NOT_YET
        except UnusableError as problem:
            return f"{problem}."
        wrong = {cell[:2] for cell, found in sight.seen.items() if found is not RIGHT}
        self.earned[name] = sum(
            part.get("points", 0) for part in question["parts"] if not _cells(part) & wrong
        )
        return _words(question, sight)

    @property
    def total(self):
        """Marks that can be had; 0 where the checks are not part of an assignment."""
        parts = [part for question in self.questions.values() for part in question["parts"]]
        return sum(part.get("points", 0) for part in parts)

    def marks(self):
        """Return the marks so far, in a sentence."""
        sentence = (
            f"Marks so far: {sum(self.earned.values()):g} of {self.total:g}; "
            "other inputs than these decide in the end."
        )
        rest = self.points - self.total
        if rest > 0:
            sentence += (
                f" The other {rest:g} of {self.points:g} are for what no check can see here."
            )
        return sentence


def _test(test):
    """Say whether there is a test; which wrong functions it finds, the notebook cannot know."""
    if is_blank(test):
        return NOT_YET
    try:
        test(lambda *arguments: None)
    except NotImplementedError:
        return NOT_YET
    except Exception:
        return "noted; which wrong functions it finds is seen when it is graded."
    return "it does not object to a function that returns nothing at all."


def _variable(value, name, shape):
    """Say what can be seen of a student's own numbers, of which only the shape is known here."""
    if is_blank(value):
        return NOT_YET
    try:
        values = usable(value, shape, name)
    except UnusableError as problem:
        return f"{problem}."
    if not np.isfinite(values).all():
        return "some entries are NaN or infinite."
    return "noted; whether it is right depends on your own data and is seen when it is graded."


def _cells(part):
    return {(part["kind"], output) for output in part["outputs"]}


def _words(question, sight):
    wrong = [cell for cell, found in sight.seen.items() if found is not RIGHT]
    if not wrong:
        return " ".join(["right.", *sight.edits])
    mistakes, unexplained = explain(sight.seen, sight.claims)
    hints = [question["hints"][mistake] for mistake in mistakes]
    left = {cell[:2] for cell in unexplained}
    hints += [part["if_wrong"] for part in question["parts"] if _cells(part) & left]
    odd = [f"Look: {fact}." for cell in unexplained for fact in sight.facts.get(cell, [])][:1]
    sentences = [*sight.notes, *odd, *hints, *sight.edits]
    if any(cell in sight.facts for cell in wrong):
        sentences.insert(0, _which(question, wrong))
    return " ".join(dict.fromkeys(sentences))


def _which(question, wrong):
    """Say which results are not right and, if the first inputs were no trouble, on which inputs."""
    outputs = list(dict.fromkeys(output for _, output, _ in wrong))
    kinds = list(dict.fromkeys(kind for kind, _, _ in wrong))
    first = question["probes"][0]["kind"]
    where = "" if first in kinds else f" here: {', '.join(kinds)}"
    if len(question["outputs"]) == 1:
        return f"the numbers are not right{where}."
    return f"not right{where}: {', '.join(outputs)}."
