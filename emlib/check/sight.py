"""Call a function on the inputs of a catalogue, in the notebook, and see what comes back."""

import contextlib
import io
import types
import warnings

import numpy as np

from .compare import Hashed, look_at
from .limit import time_limit
from .look import UnusableError, is_blank, raised

SECONDS = 10
"""What a call gets where hand-ins are graded, too."""


class NotYetError(Exception):
    """Nothing has been filled in."""


class Blank:
    """Stands for a result that is not there."""


def look_at_function(function, question):
    """Call a function on every probe of a question of a catalogue.

    Returns
    -------
    sight : emlib.check.compare.Sight
    edits : list of sentences about arguments that were changed, which costs nothing

    Raises
    ------
    NotYetError
        Nothing was filled in.
    """
    values, edits, printed = [], [], False
    for probe in question["probes"]:
        try:
            value, said, prints = call(function, probe["args"])
            edits += [sentence for sentence in said if sentence not in edits]
            printed = printed or prints
        except UnusableError as problem:
            value = problem
        values.append(value)
    blank = [isinstance(value, Blank) for value in values]
    if all(blank) and not printed and not _computes(function):
        raise NotYetError
    why = _nothing(printed, all(blank))
    values = [UnusableError(why) if isinstance(value, Blank) else value for value in values]
    results = [
        (probe["kind"], value, _known(question, probe))
        for probe, value in zip(question["probes"], values, strict=True)
    ]
    outputs = [(output["name"], tuple(output["at"])) for output in question["outputs"]]
    return look_at(results, outputs, question["hints"]), edits


def _known(question, probe):
    return {
        output["name"]: Hashed(expected, f"{question['name']}|{output['name']}")
        for output, expected in zip(question["outputs"], probe["outputs"], strict=True)
    }


def _nothing(printed, always):
    if printed:
        return "it prints its result and returns nothing: end with `return`"
    where = "" if always else " for some inputs"
    return f"it returns nothing{where}: is a `return` missing at the end?"


def _computes(function):
    """Whether a function does something before it returns nothing; a stub does not."""
    code = getattr(function, "__code__", None)
    if not isinstance(code, types.CodeType):
        return False
    arguments = code.co_argcount + code.co_kwonlyargcount
    return code.co_nlocals > arguments + bool(code.co_flags & 4) + bool(code.co_flags & 8)


def call(function, arguments):
    """Call with copies of the arguments; return the result, what is to be said, and if it printed.

    A result that is not there is a Blank. UnusableError says in words what goes wrong on the way.
    """
    arguments = [np.array(a) if isinstance(a, list) else a for a in arguments]
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
    printed = io.StringIO()
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(printed),
            time_limit(SECONDS),
        ):
            warnings.simplefilter("ignore")
            result = function(*copies)
    except NotImplementedError:
        return Blank(), [], False
    except Exception as error:
        raise UnusableError(raised(type(error).__name__, error).rstrip(".")) from None
    if is_blank(result):
        return Blank(), [], bool(printed.getvalue().strip())
    edits = [
        f"It changes its argument number {position}, which belongs to whoever called it: "
        "work on a copy, or write x = x - m instead of x -= m."
        for position, (before, after) in enumerate(zip(arguments, copies, strict=True), 1)
        if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True)
    ]
    return result, edits, False
