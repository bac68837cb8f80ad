"""Traits for the state of a live figure: numbers that are finite, in bounds, and stored rounded."""

import numpy as np
from traitlets import Int, TraitType, Unicode

DIGITS = 6  # what is stored and compared; the mathematics behind it keeps every digit


class Numbers(TraitType):
    """A number, or nested lists of numbers, of a shape that never changes.

    `lengths` lists how long a list may be, where that is for each figure to choose; with `whole`,
    they are rounded to whole numbers. `low` and `high` are one number for all, or a list with one
    for each entry of the (innermost) list.
    """

    info_text = "a number or nested lists of numbers"

    def __init__(self, default, low=-np.inf, high=np.inf, lengths=(), whole=False):
        self.low, self.high, self.whole = low, high, whole
        self.shape = np.shape(default)
        self.shapes = [(length, *self.shape[1:]) for length in lengths] or [self.shape]
        super().__init__(default_value=round_off(default))
        self.tag(sync=True, state=True)

    def validate(self, obj, value):
        """Return plain rounded floats, or raise a ValueError that names trait and remedy."""
        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            array = np.array(np.nan)
        wanted = f"{type(obj).__name__}.{self.name} takes {_words(self.shapes)}"
        if array.shape not in self.shapes:
            raise ValueError(f"{wanted}; {value!r} is something else.")
        if not np.all(np.isfinite(array)):
            raise ValueError(f"{wanted}, all finite; {value!r} is not.")
        if np.any(array < self.low) or np.any(array > self.high):
            ends = " and ".join(np.array2string(np.asarray(end)) for end in (self.low, self.high))
            raise ValueError(f"{wanted} between {ends}; {value!r} is outside.")
        return round_off(np.round(array) if self.whole else array)


class Points(TraitType):
    """A list of points in the plane, as many as the reader paints: none, or up to `most`."""

    info_text = "a list of pairs of numbers"

    def __init__(self, default, most=300):
        self.most = most
        super().__init__(default_value=round_off(default))
        self.tag(sync=True, state=True)

    def validate(self, obj, value):
        """Return plain rounded floats, or raise a ValueError that names trait and remedy."""
        wanted = f"{type(obj).__name__}.{self.name} takes up to {self.most} pairs of finite numbers"
        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            raise ValueError(f"{wanted}; {value!r} is something else.") from None
        if array.shape == (0,):
            return []
        if array.ndim != 2 or array.shape[1] != 2 or len(array) > self.most:
            raise ValueError(f"{wanted}; the shape is {array.shape}.")
        if not np.all(np.isfinite(array)):
            row = int(np.argmin(np.isfinite(array).all(axis=1)))
            raise ValueError(f"{wanted}; row {row} is {array[row].tolist()}.")
        return round_off(array)


class Choice(Unicode):
    """One of a few words."""

    def __init__(self, default, options):
        self.options = tuple(options)
        super().__init__(default)
        self.tag(sync=True, state=True)

    def validate(self, obj, value):
        """Return the word, or raise a ValueError that lists what there is."""
        if value not in self.options:
            names = ", ".join(repr(option) for option in self.options)
            raise ValueError(f"{type(obj).__name__}.{self.name} is one of {names}; not {value!r}.")
        return value


class Words(TraitType):
    """A list of so many words, such as what a reader typed into the fields of a table."""

    info_text = "a list of words"

    def __init__(self, count=0):
        super().__init__(default_value=[""] * count)
        self.tag(sync=True, state=True)

    def validate(self, obj, value):
        """Return a list of str, or raise a ValueError."""
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
            raise ValueError(f"{type(obj).__name__}.{self.name} takes words; not {value!r}.")
        return list(value)


class Index(Int):
    """Which observation, counted from 0."""

    def __init__(self, default=0):
        super().__init__(default, min=0)
        self.tag(sync=True, state=True)


def round_off(value):
    """Round to what is stored, as floats and lists; a negative zero becomes zero."""
    return (np.round(np.asarray(value, dtype=float), DIGITS) + 0.0).tolist()


def _words(shapes):
    if shapes == [()]:
        return "a number"
    return f"numbers of shape {' or '.join(map(str, shapes))}"
