"""What `emlib.check` may know of a question: inputs, and hashes of right and wrong results."""

import copy
import json

import numpy as np

from emlib.check.explain import RIGHT
from emlib.check.fingerprint import COARSE, FINE, cell_width, fingerprints, safest
from emlib.check.look import pick

PROBES = 2
TOLERANCES = {"fine": FINE, "coarse": COARSE}


def catalogue(questions, references, *, points=True):
    """Catalogue of several questions, ready for JSON.

    Parameters
    ----------
    questions : list of course.author.Question
    references : dict, name -> right function
    points : whether marks are told
    """
    return {
        "questions": {
            question.name: describe(question, references[question.name], points=points)
            for question in questions
        }
    }


def one_probe_a_line(whole):
    """Return a catalogue as JSON in which a change of one set of inputs is a change of one line."""
    entries = []
    for name, entry in whole["questions"].items():
        told = {key: value for key, value in entry.items() if key != "probes"}
        probes = ",\n".join(json.dumps(probe) for probe in entry["probes"])
        head = json.dumps(told)[1:-1]
        entries.append(f'{json.dumps(name)}: {{{head},\n"probes": [\n{probes}\n]}}')
    return '{"questions": {\n' + ",\n".join(entries) + "\n}}\n"


def describe(question, reference, *, points=True):
    """Entry of one question in the catalogue."""
    probes = [
        probe(question, reference, kind, np.random.default_rng(seed))
        for kind in question.inputs
        for seed in range(1, PROBES + 1)
    ]
    return {
        "name": question.name,
        "outputs": [{"name": output.name, "at": list(output.at)} for output in question.outputs],
        "parts": [
            {
                "name": part.name,
                "kind": part.kind,
                "outputs": list(part.outputs),
                "if_wrong": part.if_wrong,
            }
            | ({"points": part.points} if points else {})
            for part in question.parts
        ],
        "hints": {variant.name: variant.hint for variant in question.variants},
        "probes": probes,
    }


def probe(question, reference, kind, rng, variants=None):
    """One set of inputs, with the hashes of what may come back."""
    inputs = question.inputs[kind](rng)
    right = outputs_of(question, reference, copy.deepcopy(inputs))
    wrong = {
        variant.name: outputs_of(question, variant.function, copy.deepcopy(inputs))
        for variant in (question.variants if variants is None else variants)
    }
    return {
        "kind": kind,
        "args": [_plain(argument) for argument in inputs],
        "outputs": [
            _expected(
                f"{question.name}|{output.name}",
                right[output.name],
                {name: results[output.name] for name, results in wrong.items()},
            )
            for output in question.outputs
        ],
    }


def outputs_of(question, function, arguments):
    """Name -> array, for everything that a trusted function returns."""
    with np.errstate(all="ignore"):
        result = function(*arguments)
    return {
        output.name: np.asarray(pick(result, output.at, output.name), dtype=float)
        for output in question.outputs
    }


def _expected(context, right, wrong):
    expected = {"shape": list(right.shape), "widths": {}}
    for precision, tolerance in TOLERANCES.items():
        if precision == "coarse" and right.size == 1:
            continue  # one number in four digits would be guessed in a moment
        width = cell_width(right, tolerance)
        mark = safest(right, width, context)
        table = {mark: RIGHT}
        near = set(fingerprints(right, width, context))
        for name, values in wrong.items():
            mark = safest(values, width, context)
            alike = mark in near or table.keys() & set(fingerprints(values, width, context)) & near
            if not alike:
                table.setdefault(mark, []).append(name)
        expected["widths"][precision] = width
        expected[precision] = table
    return expected


def _plain(argument):
    return argument.tolist() if isinstance(argument, np.ndarray) else argument
