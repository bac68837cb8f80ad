"""Runs inside the child, beside the student's code: no tests, no expected values, no secrets.

One JSON object a line comes in on descriptor 3 and goes out on descriptor 4. What goes out is not
believed: the student's code could write there too, and would gain nothing by it. This file is sent
into the child as text, together with `border.py`.
"""

import ast
import builtins
import contextlib
import json
import os
import re
import sys
import traceback
import types
import warnings

import numpy as np
from border import decode, encode

KEEP_PRINTED = 500
CELL = "<cell "
PYTHON_CELLS = ("%%time", "%%timeit", "%%capture")
MAGIC = re.compile(r"^([ \t]*)(?:([\w.,\[\] ]+=)[ \t]*[%!].*|[%!?].*|[\w.]+\?{1,2}[ \t]*)$")
"""A line that only a notebook understands; also one that gives its result a name."""
MOST_MAGICS = 100
MOST_NAMES = 200


class Printed:
    """Keep the beginning of what is printed and forget the rest."""

    encoding, errors, newlines = "utf-8", "strict", None

    def __init__(self):
        self.text = ""

    def write(self, text):
        """Take some text."""
        if len(self.text) < KEEP_PRINTED:
            self.text += str(text)[: KEEP_PRINTED - len(self.text)]
        return len(text)

    def flush(self):
        """Do nothing: all is where it should be."""

    def isatty(self):
        """Say that this is not a terminal."""
        return False


class Worker:
    """The student's names, and what the grader may ask of them."""

    def __init__(self, requests, replies):
        self.requests, self.replies = requests, replies
        self.names = {"__name__": "__main__", "__builtins__": builtins}
        self.cell = ("", "", [])

    def serve(self):
        """Answer until nobody asks any more."""
        self.send({"ready": True})
        for line in self.requests:
            self.send(self.answer(json.loads(line)))

    def send(self, message):
        """Write one line."""
        self.replies.write(json.dumps(message) + "\n")
        self.replies.flush()

    def answer(self, request):
        """Do what is asked and say how it went."""
        printed, reply = Printed(), {"id": request["id"]}
        with (
            warnings.catch_warnings(record=True) as caught,
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            warnings.simplefilter("default")
            try:
                reply |= getattr(self, request["do"])(*request["with"])
            except BaseException as error:  # also SystemExit and KeyboardInterrupt
                reply |= {
                    "error": type(error).__name__,
                    "text": str(error)[:KEEP_PRINTED],
                    "place": _place(error),
                }
        reply["printed"] = printed.text
        reply["warnings"] = sorted({warning.category.__name__ for warning in caught})[:5]
        return reply

    def parse(self, source, place):
        """Say of each statement of what kind it is, and which names it gives and uses."""
        statements = self.statements(source, place)
        return {"kinds": list(map(_kind, statements)), "names": list(map(_names, statements))}

    def statements(self, source, place):
        """Return the statements of a cell, which is read once."""
        if self.cell[:2] != (source, place):
            self.cell = (source, place, _parsed(source, place))
        return self.cell[2]

    def run(self, source, place, index):
        """Run one statement of a cell."""
        statement = self.statements(source, place)[index]
        exec(compile(ast.Module([statement], []), place, "exec"), self.names)
        return {}

    def call(self, name, arguments):
        """Call a function of the student's with copies of its arguments."""
        before = [decode(argument) for argument in arguments]
        given = [_copy(argument) for argument in before]
        value = self.names[name](*given)
        edited = [
            position
            for position, (old, new) in enumerate(zip(before, given, strict=True), 1)
            if isinstance(old, np.ndarray) and not np.array_equal(old, new, equal_nan=True)
        ]
        return {"value": encode(value), "edited": edited}

    def read(self, name):
        """Return the value of a variable."""
        return {"value": encode(self.names[name])}

    def judge(self, test, stand_in):
        """Run a student's test on a function that the grader answers for."""
        self.names[test](self.ask_for(stand_in))
        return {}

    def replace(self, name):
        """From now on the grader answers for this function."""
        self.names[name] = self.ask_for(name)
        return {}

    def ask_for(self, name):
        """Return a function whose results come from the grader."""

        def stand_in(*arguments, **keywords):
            question = {"ask": name, "arguments": [encode(argument) for argument in arguments]}
            question["keywords"] = {key: encode(value) for key, value in keywords.items()}
            self.send(question)
            reply = json.loads(self.requests.readline())
            if "error" in reply:
                raise ValueError(reply["error"])
            return _as_tuple(decode(reply["value"]))

        stand_in.__name__ = stand_in.__qualname__ = "function"
        return stand_in


def _parsed(source, place):
    """Return the statements of a cell; lines that only a notebook understands do nothing.

    A line counts as such only where Python stops at it: `% x` may also be the rest of a formula.
    """
    lines = source.split("\n")
    first = source.lstrip().split("\n", 1)[0]
    if first.startswith("%%"):
        if first.split()[0] not in PYTHON_CELLS:
            return []
        lines[next(number for number, line in enumerate(lines) if line.strip())] = ""
    for _ in range(MOST_MAGICS):
        try:
            return ast.parse("\n".join(lines), place).body
        except SyntaxError as error:
            number = (error.lineno or 0) - 1
            if not (0 <= number < len(lines) and MAGIC.match(lines[number])):
                break
            lines[number] = _quiet(lines[number])
    return ast.parse("\n".join(map(_quiet, lines)), place).body


def _quiet(line):
    """Let a line that only a notebook understands do nothing, or give its name to nothing."""
    return MAGIC.sub(
        lambda found: f"{found[1]}{found[2]} []" if found[2] else f"{found[1]}pass", line
    )


def _kind(statement):
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return "definition"
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return "import"
    if "STUDENT_ID" in _names(statement)[0]:
        return "student id"
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return "assignment"
    return "other"


def _names(statement):
    """Return the names that a statement gives, and those that it uses, at most so many of each."""
    found = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    given = {node.id for node in found if isinstance(node.ctx, ast.Store)}
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        given = {statement.name}
    used = {node.id for node in found if isinstance(node.ctx, ast.Load)}
    return [sorted(given)[:MOST_NAMES], sorted(used)[:MOST_NAMES]]


def _as_tuple(value):
    return tuple(value) if isinstance(value, list) else value


def _copy(value):
    return value.copy() if isinstance(value, np.ndarray) else value


def _place(error):
    """Where in the student's notebook it happened."""
    frames = traceback.extract_tb(error.__traceback__)
    mine = [frame for frame in frames if frame.filename.startswith(CELL)]
    if not mine:
        return ""
    return f"{mine[-1].filename.strip('<>')}, line {mine[-1].lineno}"


def _furnish(fake_modules):
    """Give the notebook the names that a kernel has, and quiet modules for those not here."""
    builtins.display = lambda *things, **options: None
    builtins.get_ipython = lambda: types.SimpleNamespace(
        run_line_magic=lambda *a: None, run_cell_magic=lambda *a: None, system=lambda *a: None
    )
    builtins.input = lambda prompt="": ""
    for module_name, source in fake_modules.items():
        module = types.ModuleType(module_name)
        module.__path__ = []
        exec(source, module.__dict__)
        sys.modules[module_name] = module


def _main():
    settings = json.loads(os.environ.pop("COURSE_WORKER"))
    requests = os.fdopen(3, "r", encoding="utf-8")
    replies = os.fdopen(4, "w", encoding="utf-8")
    _furnish(settings["fake_modules"])
    Worker(requests, replies).serve()


_main()
