"""Right and known-wrong functions that answer a student's code, computed behind walls themselves.

A hand-in decides with which arrays they are called, so they are called where memory and time end.
"""

import inspect
import os
import weakref
from dataclasses import astuple
from pathlib import Path

from .author import Tests
from .sandbox import Box

ROOT = Path(__file__).resolve().parents[1]
START = f"""
def start(cells, path):
    import pathlib, sys
    sys.path.insert(0, {str(ROOT)!r})
    from course import answers, source
    cells = [source.Cell(*cell) for cell in cells]
    globals().update(answers.functions(source.assemble(cells, pathlib.Path(path))))
"""
STARTING_SECONDS = 60.0


def functions(assignment):
    """Return all that may answer: name -> function; those of a line-up are numbered."""
    found = dict(assignment.references)
    for question in assignment.questions:
        if isinstance(question, Tests):
            for number, function in enumerate(_all(question)):
                found[f"{question.name} {number}"] = function
    return found


def _all(question):
    return [*question.right, *(variant.function for variant in question.wrong)]


class Answers:
    """The functions of an assignment, in a box of the teacher's own.

    Parameters
    ----------
    assignment : course.source.Assignment
    settings : of the boxes of students; this one sees the course, and keeps the grader's user
    seconds : computing time of one answer
    """

    def __init__(self, assignment, settings, seconds):
        self.assignment = assignment
        visible = [str(ROOT / "course"), str(ROOT / "emlib")]
        user = os.getuid() if hasattr(os, "getuid") else settings["user"]
        settings = settings | {"hidden": [], "user": user}
        settings["readable"] = [*settings["readable"], *visible]
        self.box = Box(settings, seconds)
        self.close = weakref.finalize(self, self.box.close)

    def prepare(self):
        """See that somebody is there to answer, before a student's clock runs."""
        if not self.box.alive:
            self.box.open()
            self.box.ask("run", START, "<cell 0>", 0)
            cells = [astuple(cell) for cell in self.assignment.cells]
            starting = f"start({cells!r}, {self.assignment.path.name!r})"
            self.box.ask("run", starting, "<cell 0>", 0, seconds=STARTING_SECONDS)

    def references(self, names):
        """Return name -> function that answers rightly."""
        self.prepare()
        found = self.assignment.references
        return {name: self._function(name, inspect.signature(found[name])) for name in names}

    def line_up(self, question, order):
        """Return the line-up of a question of tests, in its order, with functions that answer."""
        self.prepare()
        numbers = {id(function): number for number, function in enumerate(_all(question))}
        signature = inspect.signature(question.right[0])
        return [
            (name, self._function(f"{question.name} {numbers[id(function)]}", signature))
            for name, function in order
        ]

    def _function(self, name, signature):
        def answer(*arguments, **keywords):
            bound = signature.bind(*arguments, **keywords)
            bound.apply_defaults()
            return self.box.call(name, list(bound.args))[0]

        return answer
