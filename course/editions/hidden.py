"""Hidden tests for graders that run in the student's kernel: inputs from the salt, and hashes."""

from course.author import Numbers, Question
from course.catalogue import probe
from course.source import with_solution
from emlib.check.asserting import pack

from .carried import PACKAGE


def hidden_tests(assignment, key):
    """Return question name -> list of (part name, points, source of the test).

    What can only be marked by hand in such a grader is not in it.
    """
    tests = {}
    for question in assignment.questions:
        if isinstance(question, Question):
            tests[question.name] = []
            for part in question.parts:
                source = _source("assert_part", _part(assignment, key, question, part))
                tests[question.name].append((part.name, part.points, source))
        elif isinstance(question, Numbers):
            source = _source("assert_numbers", _numbers(assignment, question))
            tests[question.name] = [("value", question.points, source)]
    return tests


def _source(function, asked):
    return f"from {PACKAGE}.asserting import {function}\n{function}({pack(asked)!r})"


def _part(assignment, key, question, part):
    reference = assignment.references[question.name]
    found = probe(question, reference, part.kind, key.rng(question.name, part.kind, 0), variants=())
    return {
        "name": question.name,
        "outputs": [{"name": output.name, "at": list(output.at)} for output in question.outputs],
        "parts": [{"outputs": list(part.outputs), "if_wrong": part.if_wrong}],
        "hints": {},
        "probes": [found],
    }


def _numbers(assignment, question):
    """Carry the solution along: what is right depends on the student."""
    cells = [cell for cell in assignment.cells if cell.kind == "code"]
    answers = [cell for cell in cells if cell.role in ("", "question")]
    return {
        "name": question.name,
        "shape": list(question.shape),
        "tolerance": question.tolerance,
        "if_wrong": question.if_wrong,
        "names": {},
        "solution": [with_solution(cell) for cell in answers],
    }
