"""Answer `check("m_step")`: what is seen of a function, and what to think about, in one line."""

import sys

import numpy as np

from .explain import RIGHT, explain
from .look import UnusableError, is_blank, sentence_of, usable
from .sight import NotYetError, look_at_function

NOT_YET = "not yet."
FOREIGN = ("sklearn", "emlib", "statsmodels", "torch", "jax")
"""Libraries that answer for a student, and that are not where hand-ins are graded."""


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
        names = sys._getframe(1).f_globals
        if function is None:
            function = names.get(name)
        if name in self.tests:
            print(f"{name}: {_test(function)}")
            return
        if name in self.variables:
            print(f"{name}: {_variable(function, name, self.variables[name], names)}")
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
            sight, edits = look_at_function(function, question)
        except NotYetError:
            return NOT_YET
        wrong = {cell[:2] for cell, found in sight.seen.items() if found is not RIGHT}
        self.earned[name] = sum(
            part.get("points", 0) for part in question["parts"] if not _cells(part) & wrong
        )
        return _words(question, sight, [*edits, *self._foreign(function)])

    def _foreign(self, function):
        """Say if a function seems to use what is not there where it is graded."""
        held = getattr(function, "__globals__", {})
        used = set(getattr(getattr(function, "__code__", None), "co_names", ()))
        for thing in [held.get(name) for name in used]:
            used.add(str(getattr(thing, "__module__", None) or getattr(thing, "__name__", "")))
        found = [name for name in FOREIGN if name in {module.split(".")[0] for module in used}]
        if not self.total or not found:
            return []
        return [f"It uses {found[0]}; where it is graded there are NumPy, SciPy and Matplotlib."]

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


def _variable(value, name, shape, names):
    """Say what can be seen of a student's own numbers, of which only the shape is known here."""
    if is_blank(value):
        return NOT_YET
    if names.get("STUDENT_ID") == "your id":
        return 'STUDENT_ID is still "your id": write your own, and run the cells below it again.'
    try:
        values = usable(value, shape, name)
    except UnusableError as problem:
        return sentence_of(problem)
    if not np.isfinite(values).all():
        return "some entries are NaN or infinite."
    return "noted; whether it is right depends on your own data and is seen when it is graded."


def _cells(part):
    return {(part["kind"], output) for output in part["outputs"]}


def _words(question, sight, more):
    wrong = [cell for cell, found in sight.seen.items() if found is not RIGHT]
    if not wrong:
        return " ".join(["right.", *more])
    if len(wrong) == len(sight.seen) == len(sight.said) and len(set(sight.said.values())) == 1:
        return next(iter(sight.said.values()))
    mistakes, unexplained = explain(sight.seen, sight.claims)
    hints = question["hints"] | sight.hints
    left = {cell[:2] for cell in unexplained}
    sentences = [sight.said[cell] for cell in unexplained if cell in sight.said]
    sentences += sight.notes
    sentences += [f"Look: {fact}." for cell in unexplained for fact in sight.facts.get(cell, [])][
        :1
    ]
    sentences += [hints[mistake] for mistake in mistakes]
    sentences += [part["if_wrong"] for part in question["parts"] if _cells(part) & left]
    if any(cell not in sight.said for cell in wrong) or mistakes:
        sentences.insert(0, _which(question, wrong))
    return " ".join(dict.fromkeys([*sentences, *more]))


def _which(question, wrong):
    """Say which results are not right and, if the first inputs were no trouble, on which inputs."""
    outputs = list(dict.fromkeys(output for _, output, _ in wrong))
    kinds = list(dict.fromkeys(kind for kind, _, _ in wrong))
    first = question["probes"][0]["kind"]
    where = "" if first in kinds else f" here: {', '.join(kinds)}"
    if len(question["outputs"]) == 1:
        return f"the numbers are not right{where}."
    return f"not right{where}: {', '.join(outputs)}."
