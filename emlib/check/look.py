"""What can be said of a result by looking at it, without knowing the right one."""

import numpy as np

PLAIN_KINDS = "fiu"
ADVICE = {
    "ZeroDivisionError": "Which count or sum can be zero here?",
    "RecursionError": "A function that calls itself needs a case in which it does not.",
    "UnboundLocalError": "A name is used before this function has given it a value.",
    "NameError": "Is it spelt the same everywhere, and has its cell been run?",
    "IndexError": "An index is larger than the axis is long: which axis holds observations, "
    "which clusters, which features?",
    "LinAlgError": "Is every covariance a square (d, d) matrix, and has a cluster lost its "
    "observations?",
    "ModuleNotFoundError": "Where this is graded there are NumPy, SciPy and Matplotlib.",
    "MemoryError": "An (n, n) array is never needed here: (n, K) will do.",
    "TimeoutError": "It did not come to an end: is the test of a loop never true?",
}


class UnusableError(Exception):
    """A result that cannot be compared with anything; the text says why, to a student."""


def is_blank(result):
    """Whether nothing has been filled in: None or an ellipsis."""
    return result is None or result is Ellipsis


def pick(result, at, name):
    """Entry of a nested tuple or list at a path of indices, such as (0, -1)."""
    if at and is_blank(result):
        raise UnusableError(f"{name} is None: is there a `return`?")
    for depth, index in enumerate(at):
        if not isinstance(result, tuple | list):
            raise UnusableError(
                f"{name} is missing: what was returned is one {type(result).__name__}, "
                f"and several things in a row were asked for"
            )
        try:
            result = result[index]
        except IndexError:
            raise UnusableError(
                f"{name} is missing: only {len(result)} "
                f"thing{'s were' if len(result) != 1 else ' was'} returned"
                + (" inside another" if depth else "")
            ) from None
    return result


def usable(result, shape, name, lengths=None):
    """Return a result as an array of numbers of the right shape, or raise UnusableError.

    lengths : set of int that a sentence about a wrong shape may tell; None for all
    """
    if is_blank(result):
        raise UnusableError(f"{name} is None: is there a `return`?")
    try:
        values = np.asarray(result)
    except ValueError:
        raise UnusableError(f"{name} is not an array: its rows have different lengths") from None
    if values.dtype.kind == "b" or values.dtype.kind not in PLAIN_KINDS:
        raise UnusableError(f"{name} holds {_kind(values)}, and real numbers were asked for")
    shape = tuple(shape)
    if values.shape != shape:
        told = lengths is None or (values.ndim <= 4 and set(values.shape) <= lengths | {0, 1})
        wrong = f"shape {values.shape} instead of" if told else "another shape than"
        raise UnusableError(f"{name} has {wrong} {shape}" + _why(values, shape))
    return values


def _kind(values):
    if values.dtype.kind == "O" and any(entry is None for entry in values.ravel()):
        return "None somewhere"
    names = {"b": "truth values", "c": "complex numbers", "U": "text", "S": "text"}
    return names.get(values.dtype.kind, "objects that are not numbers")


def _why(values, shape):
    if values.ndim == 2 and values.T.shape == shape:
        return ": it is transposed"
    if values.size == int(np.prod(shape)):
        return ": the numbers are all there, in another arrangement"
    if values.ndim == 0:
        return ": one number, where an array was asked for"
    if not shape:
        return ": an array, where one number was asked for"
    return ""


def raised(error_name, text, place=""):
    """Sentence for a function that raised instead of returning."""
    text = " ".join(str(text).split())
    sentence = f"it stopped with {error_name}" + (f": {text}" if text else "") + place
    advice = ADVICE.get(error_name, "")
    if error_name == "ValueError" and ("broadcast" in text or "matmul" in text):
        advice = (
            "Two shapes do not fit; print both. n numbers stood up as a column, [:, None], have "
            "shape (n, 1), and fit a row of K numbers as well as a table with n rows."
        )
    return sentence.rstrip(".") + "." + (f" {advice}" if advice else "")


def _fall(trace):
    """Return the first entry that lies below the one before by more than rounding, or 0."""
    falls = np.flatnonzero(np.diff(trace) < -1e-9 * np.abs(trace).max(initial=1.0))
    return int(falls[0]) + 1 if falls.size else 0


def sentence_of(words):
    """Return words that end as a sentence does, and only once."""
    words = str(words).rstrip()
    return words if words.endswith((".", "?", "!")) else f"{words}."


SHARES = {"resp", "hard", "weights", "shares"}
"""Results that have to add up to one; of the sums of others, densities say, nothing follows."""


def facts(values, name):
    """Return what is odd about the result of that name at first sight."""
    if not np.isfinite(values).all():
        return ["some entries are NaN or infinite"]
    lines = []
    if name == "trace" and values.ndim == 1 and (fall := _fall(values)):
        lines.append(
            f"the trace falls from entry {fall - 1} to entry {fall}, and EM never lets it fall"
        )
    if values.ndim == 2:
        if np.allclose(values.sum(axis=1), 1):
            lines.append("each row adds up to 1")
        elif np.allclose(values.sum(axis=0), 1):
            lines.append("each column adds up to 1")
        elif name in SHARES:
            lines.append(f"the first row adds up to {values[0].sum():.4g}")
    if values.ndim == 1 and name in SHARES:
        lines.append(f"the entries add up to {values.sum():.4g}")
    if values.size and values.max() <= 0:
        lines.append("no entry is positive")
    if values.ndim == 3 and not np.allclose(values, values.transpose(0, 2, 1)):
        lines.append("the matrices are not symmetric")
    return lines
