"""One question of one hand-in: what is right, which mistakes explain the rest, in sentences."""

from dataclasses import dataclass, field

import numpy as np

from emlib.check.explain import RIGHT, explain
from emlib.check.fingerprint import COARSE, FINE
from emlib.check.look import UnusableError, pick, raised, usable
from emlib.check.sight import SINGLE

from .answer_key import same
from .sandbox import BoxError
from .sandbox.border import Strange

FEW_DIGITS = (
    "The numbers agree to about six digits and not to eight: is something on the way in single "
    "precision, was something small added, or were two large numbers subtracted?"
)


@dataclass
class Verdict:
    """What came of a question.

    Attributes
    ----------
    parts : list of dict with name, points, mark, sentence
    mistakes : list of names of known mistakes that explain what is wrong
    notes : list of sentences that cost nothing
    single : whether results came in single precision, which later questions inherit
    """

    parts: list
    mistakes: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    single: bool = False

    @property
    def mark(self):
        """Marks for the question."""
        return sum(part["mark"] for part in self.parts)


@dataclass
class _Sight:
    seen: dict = field(default_factory=dict)
    claims: dict = field(default_factory=dict)
    said: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    single: bool = False


def judge(question, session, trials):
    """Call a student's function on the hidden inputs and compare; return a Verdict."""
    sight = _Sight(claims={variant.name: set() for variant in question.variants})
    stopped = set()
    for number, trial in enumerate(trials):
        cells = [(trial.kind, output.name, number) for output in question.outputs]
        if trial.kind in stopped:
            continue
        try:
            value, reply = session.call(question.name, trial.arguments)
            _remark(sight, reply, value, len(trial.arguments))
        except BoxError as problem:
            stopped.add(trial.kind)
            value = UnusableError(explain_failure(problem, question.name))
        for cell, output in zip(cells, question.outputs, strict=True):
            _look(sight, cell, value, output, trial)
    return _verdict(question, sight)


def sentence_of(words):
    """Return words that end as a sentence does, and only once."""
    words = str(words).rstrip()
    return words if words.endswith((".", "?", "!")) else f"{words}."


def is_single(values):
    """Whether an array holds numbers of fewer digits than float64."""
    return values.dtype.kind == "f" and values.dtype.itemsize < 8


def explain_failure(problem, name):
    """Say in words why there is nothing to compare."""
    if problem.kind == "spent":
        return (
            f"The {problem.text} s of computing that there are for one hand-in were used up before "
            "this could be looked at"
        )
    if problem.kind == "time" and problem.name == "again":
        return (
            f"It did not come to an end here either, in {problem.text} s: once a function has not "
            "ended, that is what it gets for other inputs"
        )
    if problem.kind == "time":
        stopped = f"It was stopped after computing for {problem.text} s"
        return f"{stopped}: the test of a loop may never be true"
    if problem.kind == "died":
        return "It ended Python itself, or took more memory than there is for it"
    if problem.kind == "garbled":
        return "What came back from it could not be read as numbers"
    if problem.name == "NotImplementedError":
        return "It is not filled in yet"
    if problem.name == "KeyError" and problem.text == repr(name):
        return f"There is no `{name}` in the notebook; see the notes on cells that stopped"
    place = f" ({problem.place})" if problem.place else ""
    sentence = raised(problem.name, problem.text, place).rstrip(".")
    return sentence[0].upper() + sentence[1:]


def _remark(sight, reply, value, many):
    edited = reply.get("edited") if isinstance(reply.get("edited"), list) else []
    for position in (number for number in range(1, many + 1) if number in edited[:many]):
        sentence = (
            f"It changes its argument number {position}, which belongs to whoever called it; "
            "a copy would be safer. This cost no marks."
        )
        if sentence not in sight.notes:
            sight.notes.append(sentence)
    if value is None and str(reply.get("printed", "")).strip():
        sight.notes.append("It prints its result and returns nothing: end with `return`.")


def _look(sight, cell, value, output, trial):
    expected = trial.right[output.name]
    wrong = {name: found[output.name] for name, found in trial.wrong.items() if found}
    try:
        values, shape_note = _values(value, output, expected)
    except UnusableError as problem:
        sight.seen[cell], sight.said[cell] = set(), sentence_of(problem)
        return
    single = is_single(values)
    tolerance = COARSE if single else FINE
    sight.single |= single
    values = values.astype(float)
    right = same(values, expected, tolerance)
    matching = {name for name, found in wrong.items() if same(values, found, tolerance)}
    sight.seen[cell] = RIGHT if right else matching
    finite = bool(np.isfinite(values).all())
    for name, found in wrong.items():
        shows = not same(found, expected, tolerance)
        if shows and (right or finite or name in matching):
            sight.claims[name].add(cell)
    if right or matching:
        return
    if shape_note:
        sight.said[cell] = shape_note
    elif single and SINGLE not in sight.notes:
        sight.notes.append(SINGLE)
    elif same(values, expected, COARSE):
        sight.said[cell] = FEW_DIGITS


def _values(value, output, expected):
    """Return an array, and a sentence if its shape is not the right one."""
    if isinstance(value, UnusableError):
        raise value
    value = pick(value, output.at, output.name)
    if isinstance(value, Strange):
        raise UnusableError(
            f"{output.name} is of type {value.type_name}, and numbers were asked for"
        )
    try:
        return usable(value, expected.shape, output.name), ""
    except UnusableError as problem:
        try:
            return np.asarray(value, dtype=float), sentence_of(problem)
        except (TypeError, ValueError, OverflowError):
            raise problem from None


def _verdict(question, sight):
    mistakes, unexplained = explain(sight.seen, sight.claims)
    hints = {variant.name: variant.hint for variant in question.variants}
    parts = []
    for part in question.parts:
        cells = [cell for cell in sight.seen if cell[0] == part.kind and cell[1] in part.outputs]
        wrong = [cell for cell in cells if sight.seen[cell] is not RIGHT]
        sentences = [hints[name] for name in mistakes if sight.claims[name] & set(wrong)]
        left = [cell for cell in wrong if cell in unexplained]
        sentences += [sight.said[cell] for cell in left if cell in sight.said]
        if left and not sentences:
            sentences.append(f"The numbers are not right. {part.if_wrong}")
        parts.append(
            {
                "name": part.name,
                "points": part.points,
                "mark": 0 if wrong else part.points,
                "sentence": " ".join(dict.fromkeys(sentences)),
            }
        )
    return Verdict(parts, mistakes, sight.notes, sight.single)
