"""One comparer for everybody: what came back from a function, beside what may come back.

`emlib.check` compares hashes and the grader of a course compares numbers; which mistake explains
what, what is single precision, what has another shape, is decided here for both.
"""

from dataclasses import dataclass, field

import numpy as np

from .explain import RIGHT
from .fingerprint import fingerprints
from .look import PLAIN_KINDS, UnusableError, facts, pick, sentence_of, usable

SINGLE = "These are single-precision numbers: compute in float64, then more can be said."
FEW_DIGITS = (
    "The numbers agree to about six digits and not to eight: is something on the way in single "
    "precision, was something small added, or were two large numbers subtracted?"
)
SWAPPED = "results in another order"


class Hashed:
    """What may come back, as hashes: an entry of a catalogue.

    Parameters
    ----------
    expected : dict with shape, widths, and for each precision a table, hash -> RIGHT or mistakes
    context : text that makes hashes of other outputs different
    """

    def __init__(self, expected, context):
        self.expected, self.context = expected, context
        self.shape = tuple(expected["shape"])

    def recognise(self, values, single=False):
        """Return RIGHT, or the set of known mistakes that give these values."""
        precision = "coarse" if single else "fine"
        if precision not in self.expected:  # one number in few digits would be soon guessed
            return set()
        table, found = self.expected[precision], set()
        for mark in fingerprints(values, self.expected["widths"][precision], self.context):
            names = table.get(mark, ())
            if names == RIGHT:
                return RIGHT
            found.update(names)
        return found

    def shows(self, single=False):
        """Return the mistakes that would change this result."""
        table = self.expected.get("coarse" if single else "fine", {})
        return {name for names in table.values() if names != RIGHT for name in names}


@dataclass
class Sight:
    """What was seen of a function.

    Attributes
    ----------
    seen : dict, cell (kind, output, number of the inputs) -> RIGHT or a set of mistakes
    claims : dict, mistake -> set of cells in which it would show
    said : dict, cell -> why nothing could be compared there, in a sentence
    facts : dict, cell -> what is odd about a result that is not right
    notes : list of sentences that are not about one cell
    hints : dict, mistake that has no variant of its own -> what to say
    single : whether results came in single precision
    """

    seen: dict = field(default_factory=dict)
    claims: dict = field(default_factory=dict)
    said: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    hints: dict = field(default_factory=dict)
    single: bool = False


def look_at(results, outputs, mistakes):
    """Compare what came back with what may come back; return a Sight.

    Parameters
    ----------
    results : iterable of (kind of the inputs, value or UnusableError, dict output -> what may come)
    outputs : list of (name, path of indices); the path () is the whole
    mistakes : names of the known mistakes
    """
    sight = Sight(claims={mistake: set() for mistake in mistakes})
    for number, (kind, value, known) in enumerate(results):
        moved = _moved(value, outputs, known)
        for name, at in outputs:
            cell = (kind, name, number)
            if name in moved:
                sight.seen[cell] = {SWAPPED}
                sight.claims.setdefault(SWAPPED, set()).add(cell)
                sight.hints[SWAPPED] = _order(moved, outputs)
            else:
                _look(sight, cell, value, at, known[name])
    return sight


def is_single(values):
    """Whether an array holds numbers of fewer digits than float64."""
    return values.dtype.kind == "f" and values.dtype.itemsize < 8


def _look(sight, cell, value, at, known):
    try:
        values, note = _values(value, at, cell[1], known)
    except UnusableError as problem:
        sight.seen[cell], sight.said[cell] = set(), sentence_of(problem)
        return
    single = is_single(values)
    values = values.astype(float)
    seen = known.recognise(values, single)
    sight.seen[cell], sight.single = seen, sight.single or single
    shows = known.shows(single)
    if seen is not RIGHT and not np.isfinite(values).all():
        shows &= seen  # NaN says nothing against a mistake that gives numbers: two may have met
    for mistake in shows:
        sight.claims[mistake].add(cell)
    if seen is RIGHT or seen:
        return
    if note:
        sight.said[cell] = note
    elif single:
        sight.notes += [SINGLE] if SINGLE not in sight.notes else []
    elif known.recognise(values, single=True) is RIGHT:
        sight.said[cell] = FEW_DIGITS
    if not note:
        sight.facts[cell] = facts(values, cell[1])


def _values(value, at, name, known):
    """Return an array, and a sentence if its shape is not the right one."""
    if isinstance(value, UnusableError):
        raise value
    part = pick(value, at, name)
    if hasattr(part, "type_name"):  # it stayed where the student's code runs
        raise UnusableError(f"{name} is of type {part.type_name}, and numbers were asked for")
    try:
        return usable(part, known.shape, name, getattr(known, "lengths", None)), ""
    except UnusableError as problem:
        values = _array(part)
        if values is None or values.dtype.kind not in PLAIN_KINDS:
            raise
        return values, sentence_of(problem)


def _array(value):
    try:
        return np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        return None


def _moved(value, outputs, known):
    """Return output -> the output whose value stands in its place, where some changed places."""
    if len(outputs) < 2 or not isinstance(value, tuple | list) or len(value) != len(outputs):
        return {}
    if [at for _, at in outputs] != [(number,) for number in range(len(outputs))]:
        return {}
    names = [name for name, _ in outputs]
    found = {}
    for name, part in zip(names, value, strict=True):
        values = _array(part)
        if values is None or values.dtype.kind not in PLAIN_KINDS:
            continue
        if values.shape == known[name].shape and _is(known[name], values):
            continue
        for other in names:
            if other != name and values.shape == known[other].shape and _is(known[other], values):
                found[name] = other
    while found and set(found) != set(found.values()):
        found = {name: other for name, other in found.items() if other in found}
    return found


def _is(known, values):
    return known.recognise(values.astype(float), is_single(values)) is RIGHT


def _order(moved, outputs):
    asked = ", ".join(name for name, _ in outputs)
    given = ", ".join(moved.get(name, name) for name, _ in outputs)
    return f"The results are right and come in another order: {given}. Asked for was: {asked}."
