"""One hand-in, from a file to marks with a sentence for each mark that was lost."""

import contextlib
import hashlib
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from emlib.check.fingerprint import COARSE
from emlib.check.look import UnusableError, is_blank, usable

from . import discreet
from .answer_key import same
from .answers import Answers
from .author import BY_HAND, Numbers, Tests
from .fake_modules import fake_modules
from .handin import HandInError, open_hand_in
from .judge import Verdict, explain_failure, is_single, judge, sentence_of
from .restore import restored
from .sandbox import Allowance, BoxError
from .sandbox.border import Strange
from .session import Session
from .tests_question import judge_tests

ALLOWANCE = 30
"""How many times longer than one statement or call a whole hand-in may compute."""


MOST_CODE = 20_000


class Grader:
    """Grades hand-ins of one assignment.

    Parameters
    ----------
    key : course.answer_key.Key
    settings : of the boxes, from `course.sandbox.protection`
    seconds : computing time of one statement or call
    """

    def __init__(self, key, settings, seconds=10.0):
        self.key, self.settings, self.seconds = key, settings, seconds
        self.assignment = key.assignment
        self.fake_modules = fake_modules(key.assignment)
        self.answers = Answers(key.assignment, settings, seconds)

    def close(self):
        """End the process that answers students' tests; it comes back if it is needed again."""
        self.answers.close()

    def grade(self, path, student_id, before=None, only=()):
        """Return the result of one hand-in, ready for JSON; nothing in it depends on the clock.

        With `only`, names of questions, the others keep what `before` says, an earlier result.
        """
        kept = {entry["name"]: entry for entry in before["questions"]} if before and only else {}
        try:
            hand_in = open_hand_in(path)
        except HandInError as problem:
            return self._nothing(path, student_id, f"This could not be graded: {problem}.")
        if hand_in.assignment not in ("", self.assignment.name) and not self._answered(hand_in):
            problem = (
                f"the notebook is that of the assignment `{hand_in.assignment}`, and this one is "
                f"`{self.assignment.name}`"
            )
            return self._nothing(path, student_id, f"This could not be graded: {problem}.")
        code, lost = restored(self.assignment, hand_in)
        hand_in = replace(hand_in, code=code, notes=[*hand_in.notes, *lost])
        result = self._empty(path, student_id)
        marks, allowance = {}, Allowance(ALLOWANCE * self.seconds)
        with contextlib.ExitStack() as open_ones:
            session = open_ones.enter_context(self._session(hand_in, student_id, allowance))
            helped = _Helped(self, session, open_ones)
            for question in self.assignment.questions:
                if question.name in kept and question.name not in only:
                    entry = kept[question.name]
                    mark = sum(part["mark"] for part in entry["parts"])
                    marks[question.name] = mark == question.points and not entry["single"]
                    result["questions"].append(entry)
                    continue
                verdict = self._question(question, session, helped, marks)
                marks[question.name] = verdict.mark == question.points and not verdict.single
                result["questions"].append(_entry(question, verdict, hand_in))
            result["notes"] = list(hand_in.notes) + session.notes
            result["claimed"] = session.claimed
        return result

    def give_up(self, path, student_id, problem):
        """Return a result that says that the grader itself failed: a teacher must look."""
        sentence = (
            "The grader itself failed on this hand-in; your teacher has been told "
            f"({type(problem).__name__})."
        )
        return self._nothing(path, student_id, sentence) | {"failed": str(problem)[:300]}

    def _empty(self, path, student_id):
        return {
            "student": student_id,
            "file": Path(path).name,
            "assignment": self.assignment.name,
            "questions": [],
            "notes": [],
        }

    def _answered(self, hand_in):
        """Whether a notebook has answer cells of this assignment."""
        return any(question.name in hand_in.texts for question in self.assignment.questions)

    def _session(self, hand_in, student_id, allowance, replaced=None, suspects=()):
        how = (self.settings, self.fake_modules, student_id, self.seconds)
        return Session(hand_in, *how, replaced, allowance, suspects)

    def _question(self, question, session, helped, marks):
        if isinstance(question, BY_HAND):
            return Verdict([])
        if isinstance(question, Tests):
            return self._judge_tests(question, session)
        lost_before = [name for name in question.needs if not marks[name]]
        if session.suspects & set(lost_before):  # it would only be waited for once more
            return self._follow_through(question, None, helped, lost_before)
        verdict = self._judge(question, session)
        lost_before = [name for name in question.needs if not marks[name]]
        if lost_before and verdict.mark < question.points:
            verdict = self._follow_through(question, verdict, helped, lost_before)
        return verdict

    def _judge_tests(self, question, session):
        """Judge a student's tests; what they were handed must not help with a later question."""
        line_up = self.answers.line_up(question, self.key.order[question.name])
        try:
            return judge_tests(question, session, line_up)
        finally:
            session.start_afresh()

    def _judge(self, question, session):
        if isinstance(question, Numbers):
            return judge_numbers(question, session)
        return judge(question, session, self.key.trials[question.name])

    def _follow_through(self, question, verdict, helped, names):
        """Judge again with right functions in the place of wrong ones; keep the better parts."""
        again = self._judge(question, helped.session(names))
        if verdict is not None and (again.mark < verdict.mark or helped.allowance.spent):
            return verdict
        before = verdict.parts if verdict is not None else again.parts
        parts = [
            new if new["mark"] >= old["mark"] else old
            for old, new in zip(before, again.parts, strict=True)
        ]
        if verdict is not None and parts == verdict.parts:
            return verdict
        replaced = " and ".join(f"`{name}`" for name in names)
        note = f"Judged with a right {replaced} in the place of yours: one mistake counts once."
        return Verdict(parts, again.mistakes, [*again.notes, note], again.single)

    def _nothing(self, path, student_id, sentence):
        """Return the result of a hand-in that could not be opened."""
        entries = []
        for question in self.assignment.questions:
            parts = [
                {"name": part.name, "points": part.points, "mark": 0, "sentence": sentence}
                for part in getattr(question, "parts", ())
            ] or [{"name": "all", "points": question.points, "mark": 0, "sentence": sentence}]
            entries.append(_entry(question, Verdict(parts), None))
        return self._empty(path, student_id) | {"questions": entries, "notes": [sentence]}


class _Helped:
    """Sessions of one hand-in in which right functions stand in, each opened once."""

    def __init__(self, grader, session, open_ones):
        self.grader, self.main, self.open_ones, self.sessions = grader, session, open_ones, {}
        self.allowance = session.allowance

    def session(self, names):
        """Return the session in which these functions are right."""
        key = frozenset(names)
        if key not in self.sessions:
            main, right = self.main, self.grader.answers.references(names)
            self.sessions[key] = self.open_ones.enter_context(
                self.grader._session(
                    main.hand_in, main.student_id, self.allowance, right, main.suspects
                )
            )
        return self.sessions[key]


def judge_numbers(question, session):
    """Compare a student's own numbers with what they should be for that student."""
    single = False
    try:
        value = session.read(question.name)
        if is_blank(value):
            sentence = _why_blank(question.name, session)
        elif isinstance(value, Strange):
            kind = discreet.type_name(value.type_name)
            sentence = f"It is of type {kind}, and numbers were asked for."
        else:
            values = usable(value, question.shape, question.name)
            expected = np.asarray(question.expected(session.student_id), dtype=float)
            single = is_single(values)
            tolerance = max(question.tolerance, COARSE if single else 0)
            right = same(values.astype(float), expected, tolerance)
            sentence = "" if right else question.if_wrong
    except BoxError as problem:
        sentence = sentence_of(explain_failure(problem, question.name))
    except UnusableError as problem:
        sentence = sentence_of(problem)
    except OverflowError:
        sentence = "It is a number too large to compute with."
    part = {"name": "value", "points": question.points, "sentence": sentence}
    return Verdict([part | {"mark": 0 if sentence else question.points}], single=single)


def _why_blank(name, session):
    """Say why there is no value: it was not filled in, or its cell stopped."""
    cells = session.hand_in.answers.get(name, ()) if hasattr(session, "hand_in") else ()
    stopped = [session.stopped[number] for number in cells if number in session.stopped]
    return f"There is no value. {stopped[0]}" if stopped else "It is not filled in yet."


def _code(name, hand_in):
    """Return what a student wrote in the answer cells of a question, to stand beside the marks."""
    numbers = hand_in.answers.get(name, ()) if hand_in is not None else ()
    sources = [source for number, source in hand_in.code if number in numbers] if numbers else []
    return "\n\n".join(sources)[:MOST_CODE]


def _entry(question, verdict, hand_in):
    entry = {"name": question.name, "title": question.title, "points": question.points}
    entry |= asdict(verdict) | {"code": _code(question.name, hand_in)}
    by_hand = isinstance(question, BY_HAND)
    if by_hand and hand_in is not None:
        picture = hand_in.pictures.get(question.name, b"")
        entry |= {"by_hand": True, "answer": hand_in.texts.get(question.name, "")}
        entry["picture"] = hashlib.sha256(picture).hexdigest() if picture else ""
    return entry
