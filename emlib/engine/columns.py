"""Blocks that are data frames: their columns are matched by name, never by position alone."""

import numpy as np

MOST_NAMED = 5


class Columns:
    """Names of the columns of the first block; later blocks are brought into their order.

    Attributes
    ----------
    names : list of the columns' names; None before the first block, and where blocks have none
    """

    def __init__(self):
        self.names, self._seen = None, False

    def as_array(self, table, number):
        """Return block `number` as an array, its columns in the order of the first block's.

        Raises ValueError where the columns are not those of the first block.
        """
        names = column_names(table)
        if not self._seen:
            self.names, self._seen = names, True
        elif names != self.names:
            try:
                check_same_columns(self.names, names, in_any_order=True)
            except ValueError as error:
                raise ValueError(f"block {number}: {error}") from error
            # arrow's tables select by name with a method, pandas and polars with []
            table = table.select(self.names) if hasattr(table, "schema") else table[self.names]
        return np.asanyarray(table)


def column_names(table):
    """Names of the columns of a data frame (pandas, polars, arrow), as a list; else None."""
    if not hasattr(table, "__array__"):
        return None
    names = getattr(table, "column_names", None)  # arrow, whose `columns` holds arrays
    names = getattr(table, "columns", None) if names is None else names
    return None if names is None else list(names)


def check_same_columns(expected, names, in_any_order=False):
    """Raise a ValueError that names what differs between two lists of columns, or None."""
    if expected == names:
        return
    if expected is None or names is None:
        one, other = ("has", "has not") if expected is None else ("has not", "has")
        raise ValueError(
            f"this block of X {one} names of columns and the first {other}; give data frames only, "
            "or arrays only, so that columns can be matched."
        )
    missing = [name for name in expected if name not in names]
    unknown = [name for name in names if name not in expected]
    if missing or unknown or len(names) != len(expected):
        raise ValueError(
            f"the columns of X are {_listed(names)} here and {_listed(expected)} in the first "
            "block; give every block the same columns."
        )
    if not in_any_order or len(set(names)) < len(names):
        raise ValueError(
            f"the columns of X come in the order {_listed(names)} here and {_listed(expected)} in "
            "the first block; give every block the same order."
        )


def _listed(names):
    more = ", ..." if len(names) > MOST_NAMED else ""
    return ", ".join(repr(name) for name in names[:MOST_NAMED]) + more
