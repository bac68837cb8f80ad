"""Checks for what a reader writes in a notebook: what is wrong, in words, without the answer.

    from emlib.check import check
    check("responsibilities", responsibilities)

prints `responsibilities: not yet.`, `responsibilities: right.`, or what is seen and a hint. The
answers are not here: `catalogue.json` holds hashes of the right results and of results that known
mistakes give (`python -m course catalogue` writes it). NumPy is all that is needed.
"""

import json
from functools import cache
from pathlib import Path

from .checker import Checker
from .student import student_rng

__all__ = ["Checker", "check", "student_rng"]


def check(name, function):
    """Look at a function that you wrote and say what is seen.

    Parameters
    ----------
    name : str, one of the checks of the book, such as "responsibilities" or "m_step"
    function : callable, or a blank (None, `...`)

    Returns
    -------
    None; prints one line, always the same for the same function.

    Raises
    ------
    ValueError
        There is no such check; names those that there are.
    """
    print(f"{name}: {_chapters().sentence(name, function)}")


@cache
def _chapters():
    catalogue = Path(__file__).with_name("catalogue.json").read_text("utf-8")
    return Checker(json.loads(catalogue))
