"""Hidden tests for graders that run them in the student's own kernel, such as nbgrader and Otter.

Such a test stands beside the code that it tests and can be tampered with from there; the grader of
this course keeps the two apart. The tests hold hashes, like the checks.
"""

import base64
import json
import sys
import zlib

import numpy as np

from .explain import RIGHT
from .look import UnusableError, sentence_of, usable
from .sight import NotYetError, look_at_function


def pack(thing):
    """Turn what a hidden test needs to know into one line of text."""
    return base64.b85encode(zlib.compress(json.dumps(thing).encode(), 9)).decode()


def unpack(text):
    """Undo `pack`."""
    return json.loads(zlib.decompress(base64.b85decode(text)))


def assert_part(text):
    """Fail with a sentence if a part of a question is not right on its hidden inputs."""
    question = unpack(text)
    (part,) = question["parts"]
    function = sys._getframe(1).f_globals.get(question["name"])
    assert function is not None, f"There is no `{question['name']}` in the notebook."
    try:
        sight, _ = look_at_function(function, question)
    except NotYetError:
        raise AssertionError("It is not filled in yet.") from None
    wrong = [cell for cell, found in sight.seen.items() if found is not RIGHT]
    mine = [cell for cell in wrong if cell[1] in part["outputs"]]
    said = [sight.said[cell] for cell in mine if cell in sight.said]
    assert not mine, said[0] if said else part["if_wrong"]


def assert_numbers(text):
    """Fail with a sentence if a student's own numbers are not what the solution gives for them."""
    asked = unpack(text)
    names = sys._getframe(1).f_globals
    solved = dict(asked["names"]) | {
        name: names[name] for name in ("check", "data", "student_rng") if name in names
    }
    for source in asked["solution"]:
        exec(source, solved)
        if "STUDENT_ID" in names:
            solved["STUDENT_ID"] = names["STUDENT_ID"]
    name = asked["name"]
    try:
        values = usable(names.get(name), asked["shape"], name)
    except UnusableError as problem:
        raise AssertionError(sentence_of(problem)) from None
    assert np.allclose(values, solved[name], rtol=asked["tolerance"]), asked["if_wrong"]
