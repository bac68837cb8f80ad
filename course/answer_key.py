"""The key of an assignment: hidden inputs, right results and known-wrong ones, from a secret salt.

The inputs are the same for a whole class, so they are made once; another salt makes others.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from emlib.check.explain import RIGHT
from emlib.check.fingerprint import COARSE, FINE
from emlib.check.look import UnusableError

from .author import Question, Tests
from .catalogue import outputs_of
from .source import Assignment

DRAWS = 2


class Known:
    """What may come back for one output, as numbers; compares as `emlib.check.compare.Hashed`."""

    def __init__(self, right, wrong, lengths=None):
        self.right, self.wrong, self.shape, self.lengths = right, wrong, right.shape, lengths

    def recognise(self, values, single=False):
        """Return RIGHT, or the set of known mistakes that give these values."""
        tolerance = COARSE if single else FINE
        if same(values, self.right, tolerance):
            return RIGHT
        return {name for name, found in self.wrong.items() if same(values, found, tolerance)}

    def shows(self, single=False):
        """Return the mistakes that would change this result."""
        tolerance = COARSE if single else FINE
        return {
            name for name, found in self.wrong.items() if not same(found, self.right, tolerance)
        }


@dataclass(frozen=True)
class Trial:
    """One set of hidden inputs, and what may come back from a function that gets them.

    `known` is a dict, output -> Known.
    """

    kind: str
    arguments: tuple
    known: dict


@dataclass
class Key:
    """What the grader knows and no student's code ever sees."""

    assignment: Assignment
    salt: str

    def rng(self, *words):
        """Random numbers that depend on the salt and on what they are for."""
        text = "|".join([self.salt, self.assignment.name, *map(str, words)])
        return np.random.default_rng(int(hashlib.sha256(text.encode()).hexdigest()[:16], 16))

    @cached_property
    def trials(self):
        """Trials of every function that is asked for: name -> list of Trial."""
        return {question.name: self._trials(question) for question in self.assignment.functions}

    @cached_property
    def order(self):
        """Line-up for each question of tests: name -> list of (name or None if right, function)."""
        orders = {}
        for question in self.assignment.questions:
            if isinstance(question, Tests):
                line_up = [(None, function) for function in question.right]
                line_up += [(variant.name, variant.function) for variant in question.wrong]
                shuffled = self.rng(question.name, "order").permutation(len(line_up))
                orders[question.name] = [line_up[number] for number in shuffled]
        return orders

    def _trials(self, question: Question):
        reference = self.assignment.references[question.name]
        trials = []
        for kind, make in question.inputs.items():
            for draw in range(DRAWS):
                inputs = [make(self.rng(question.name, kind, draw)) for _ in range(2)]
                wrong = {
                    variant.name: _results(question, variant.function, self.rng, kind, draw)
                    for variant in question.variants
                }
                right = outputs_of(question, reference, inputs[1])
                lengths = {length for array in inputs[1] for length in np.shape(array)}
                lengths |= {length for values in right.values() for length in values.shape}
                known = {
                    name: Known(values, {key: found[name] for key, found in wrong.items() if found})
                    for name, values in right.items()
                }
                trials.append(Trial(kind, inputs[0], known))
        return trials


def _results(question, function, rng, kind, draw):
    """Return what a known-wrong function gives; nothing where it cannot be computed."""
    arguments = question.inputs[kind](rng(question.name, kind, draw))
    try:
        return outputs_of(question, function, arguments)
    except (ArithmeticError, ValueError, IndexError, TypeError, UnusableError):
        return {}


def same(values, expected, tolerance):
    """Whether two arrays agree: relatively, and where an entry is near zero, to its array.

    Where one is NaN so must be the other, and an infinity equals only itself.
    """
    if values.shape != expected.shape:
        return False
    finite = np.isfinite(expected)
    odd = np.array_equal(values[~finite], expected[~finite], equal_nan=True)
    if not odd or not np.array_equal(np.isfinite(values), finite):
        return False
    scale = np.abs(expected[finite])
    allowed = tolerance * (scale + (scale.mean() if scale.size else 0.0))
    return bool((np.abs(values[finite] - expected[finite]) <= allowed).all())
