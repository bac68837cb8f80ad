"""One question of one hand-in: what is right, which mistakes explain the rest, in sentences."""

from dataclasses import dataclass, field

from emlib.check.compare import is_single, look_at
from emlib.check.explain import RIGHT, explain
from emlib.check.look import UnusableError, raised, sentence_of

from . import discreet
from .sandbox import BoxError
from .sandbox.border import Strange

__all__ = ["Verdict", "explain_failure", "is_single", "judge", "sentence_of"]


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


def judge(question, session, trials):
    """Call a student's function on the hidden inputs and compare; return a Verdict."""
    notes = []
    outputs = [(output.name, output.at) for output in question.outputs]
    mistakes = [variant.name for variant in question.variants]
    sight = look_at(_results(question, session, trials, notes), outputs, mistakes)
    return _verdict(question, sight, [*notes, *sight.notes])


def _results(question, session, trials, notes):
    """Give what comes back for each trial; of a kind that ended badly no second one is tried."""
    stopped = set()
    for trial in trials:
        if trial.kind in stopped:
            continue
        try:
            value, reply = session.call(question.name, trial.arguments)
            _hide_types(value)
            _remark(notes, reply, value, len(trial.arguments))
        except BoxError as problem:
            stopped.add(trial.kind)
            value = UnusableError(explain_failure(problem, question.name, _code(session)))
        yield trial.kind, value, trial.known


def _hide_types(value):
    """Leave no name of a type that a student's code may have made up."""
    if isinstance(value, Strange):
        value.type_name = discreet.type_name(value.type_name)
    for entry in value if isinstance(value, list) else ():
        _hide_types(entry)


def _code(session):
    return session.hand_in.code if hasattr(session, "hand_in") else ()


def explain_failure(problem, name, code=()):
    """Say in words why there is nothing to compare; code is the student's, a list of cells."""
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
    if is_missing(problem, name):
        return f"There is no `{name}` in the notebook; see the notes on cells that stopped"
    source = "\n".join(source for _, source in code)
    where = discreet.place(problem.place, code)
    said = discreet.text(problem.text, source)
    where = f" ({where})" if where else ""
    sentence = raised(discreet.error_name(problem.name), said, where).rstrip(".")
    return sentence[0].upper() + sentence[1:]


def is_missing(problem, name):
    """Whether there is no such name in the notebook, rather than a KeyError of the student's."""
    return problem.name == "KeyError" and problem.text == repr(name) and not problem.place


def _remark(notes, reply, value, many):
    edited = reply.get("edited") if isinstance(reply.get("edited"), list) else []
    for position in (number for number in range(1, many + 1) if number in edited[:many]):
        sentence = (
            f"It changes its argument number {position}, which belongs to whoever called it; "
            "a copy would be safer. This cost no marks."
        )
        if sentence not in notes:
            notes.append(sentence)
    if value is None and str(reply.get("printed", "")).strip():
        notes.append("It prints its result and returns nothing: end with `return`.")


def _verdict(question, sight, notes):
    mistakes, unexplained = explain(sight.seen, sight.claims)
    hints = {variant.name: variant.hint for variant in question.variants} | sight.hints
    parts = []
    for part in question.parts:
        cells = [cell for cell in sight.seen if cell[0] == part.kind and cell[1] in part.outputs]
        wrong = [cell for cell in cells if sight.seen[cell] is not RIGHT]
        sentences = [hints[name] for name in mistakes if sight.claims[name] & set(wrong)]
        left = [cell for cell in wrong if cell in unexplained]
        sentences += [sight.said[cell] for cell in left if cell in sight.said]
        sentences += [f"Look: {fact}." for cell in left for fact in _falls(sight, cell)]
        if left and all("trace falls" in sentence for sentence in sentences):
            sentences.append(f"The numbers are not right. {part.if_wrong}")
        parts.append(
            {
                "name": part.name,
                "points": part.points,
                "mark": 0 if wrong else part.points,
                "sentence": " ".join(dict.fromkeys(sentences)),
            }
        )
    return Verdict(parts, mistakes, list(dict.fromkeys(notes)), sight.single)


def _falls(sight, cell):
    return [fact for fact in sight.facts.get(cell, []) if "trace falls" in fact]
