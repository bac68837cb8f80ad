"""Build and grade the assignments of the book: `python -m course --help`.

A package of its own, beside emlib and not inside it: it knows the answers, and no student installs
it with the library. Page *For instructors* says how to use it.
"""
