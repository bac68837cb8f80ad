"""Call a function on the inputs of a catalogue and note what comes back, cell by cell."""

import contextlib
import io
import warnings
from dataclasses import dataclass, field

import numpy as np

from .explain import RIGHT
from .fingerprint import fingerprints
from .limit import time_limit
from .look import UnusableError, facts, is_blank, pick, raised, usable

SECONDS = 20
SINGLE = "These are single-precision numbers: compute in float64, then more can be said."


class NotYetError(Exception):
    """Nothing has been filled in."""


@dataclass
class Sight:
    """What was seen of a function.

    Attributes
    ----------
    seen : dict, cell (kind, output, number of the probe) -> RIGHT or a set of mistakes
    claims : dict, mistake -> set of cells in which it would show
    notes : list of sentences about results that cannot be compared, without repetition
    facts : dict, cell -> sentences that are true of a result that is not right
    edits : list of sentences about arguments that were changed, which costs nothing
    """

    seen: dict = field(default_factory=dict)
    claims: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    facts: dict = field(default_factory=dict)
    edits: list = field(default_factory=list)

    def note(self, sentence):
        """Keep a sentence, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)


def look_at(function, question):
    """Call a function on every probe of a question; return a Sight.

    Raises NotYetError where nothing was filled in, and UnusableError where the first probe already
    gives nothing that could be compared.
    """
    sight = Sight(claims={mistake: set() for mistake in question["hints"]})
    for number, probe in enumerate(question["probes"]):
        try:
            result, edits = call(function, probe["args"])
            sight.edits += [sentence for sentence in edits if sentence not in sight.edits]
        except UnusableError as problem:
            if number == 0:
                raise
            result = problem
        for output, expected in zip(question["outputs"], probe["outputs"], strict=True):
            cell = (probe["kind"], output["name"], number)
            try:
                _look(sight, cell, result, output, expected, question)
            except UnusableError as problem:
                if number == 0 and len(question["outputs"]) == 1:
                    raise
                sight.seen[cell] = set()
                sight.note(f"{problem}.")
    return sight


def _look(sight, cell, result, output, expected, question):
    if isinstance(result, UnusableError):
        raise result
    values = pick(result, output["at"], output["name"])
    try:
        values = usable(values, expected["shape"], output["name"])
    except UnusableError as problem:
        values = _numbers(values)
        _compare(sight, cell, values, expected, question)
        if not sight.seen[cell]:
            raise
        sight.note(f"{problem}.")
        return
    _compare(sight, cell, values, expected, question)
    if sight.seen[cell] is not RIGHT:
        sight.facts[cell] = facts(values, output["name"])
        if _single(values):
            sight.note(SINGLE)


def _numbers(values):
    """Return an array of numbers of whatever shape; an empty one where these are no numbers."""
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        return np.empty(0)


def _compare(sight, cell, values, expected, question):
    """Look a result up; a mistake that would show here claims the cell.

    NaN says nothing against a mistake that would give numbers: two mistakes may have met.
    """
    precision = "coarse" if _single(values) else "fine"
    table, width = expected[precision], expected["widths"][precision]
    sight.seen[cell] = recognise(values, table, width, f"{question['name']}|{cell[1]}")
    shown = {name for names in table.values() if names != RIGHT for name in names}
    if not np.isfinite(values).all() and sight.seen[cell] is not RIGHT:
        shown &= sight.seen[cell]
    for mistake in shown:
        sight.claims[mistake].add(cell)


def call(function, arguments):
    """Call with copies of the arguments; return the result, and what is to be said of the copies.

    UnusableError says in words what goes wrong on the way.
    """
    arguments = [np.array(a) if isinstance(a, list) else a for a in arguments]
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
    printed = io.StringIO()
    try:
        with (
            np.errstate(all="ignore"),
            warnings.catch_warnings(),
            contextlib.redirect_stdout(printed),
            time_limit(SECONDS),
        ):
            warnings.simplefilter("ignore")
            result = function(*copies)
    except NotImplementedError:
        raise NotYetError from None
    except Exception as error:
        raise UnusableError(raised(type(error).__name__, error).rstrip(".")) from None
    if is_blank(result):
        if printed.getvalue().strip():
            raise UnusableError("it prints its result and returns nothing: end with `return`")
        raise NotYetError
    edits = [
        f"It changes its argument number {position}, which belongs to whoever called it: "
        "work on a copy, or write x = x - m instead of x -= m."
        for position, (before, after) in enumerate(zip(arguments, copies, strict=True), 1)
        if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True)
    ]
    return result, edits


def recognise(values, table, width, context):
    """RIGHT, or the set of known mistakes that give these values."""
    found = set()
    for mark in fingerprints(values, width, context):
        names = table.get(mark, [])
        if names == RIGHT:
            return RIGHT
        found.update(names)
    return found


def _single(values):
    return values.dtype.kind == "f" and values.dtype.itemsize < 8
