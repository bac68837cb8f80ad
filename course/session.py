"""A student's notebook, run in a box; when the box dies it is opened again and run up to there."""

from .sandbox import Allowance, Box, BoxError

IMPORT_SECONDS = 60.0
MOST_LOSSES = 3
"""After so many statements that ended the process, only what gives names is run."""

AFTER_A_LOOP = 10
"""How many times shorter a call may be once a function has not come to an end."""

ANSWERS = ("kinds", "names")
ALWAYS = ("definition", "import", "assignment", "student id")


class Session:
    """Names that a notebook has defined, ready to be called.

    Parameters
    ----------
    hand_in : course.handin.HandIn
    settings, fake_modules : of the Box
    student_id : str, set wherever the notebook sets STUDENT_ID
    seconds : computing time of one statement or call
    replaced : dict, name -> function of the grader's that answers for it
    allowance : course.sandbox.Allowance of the hand-in, shared by its sessions
    suspects : names of functions that may not come to an end; their calls get less time
    """

    def __init__(
        self, hand_in, settings, fake_modules, student_id, seconds, replaced=None, allowance=None,
        suspects=(),
    ):  # fmt: skip
        self.hand_in, self.student_id, self.seconds = hand_in, student_id, seconds
        self.allowance = allowance or Allowance(float("inf"))
        self.box = Box(settings, seconds, fake_modules, self.allowance)
        self.replaced = replaced or {}
        self.notes, self.bad, self.claimed = [], set(), ""
        self.suspects, self.uses, self.stopped = set(suspects) - set(self.replaced), {}, {}

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.box.close()

    def call(self, name, arguments):
        """Call a function of the notebook; return (value, what the child says of it)."""
        self.prepare()
        seconds = self.seconds / AFTER_A_LOOP if name in self.suspects else self.seconds
        try:
            return self.box.call(name, arguments, seconds)
        except BoxError as problem:
            if problem.kind == "time" and name in self.suspects:
                problem.name = "again"
            elif problem.kind == "time":
                self.suspects.add(name)
            raise

    def read(self, name):
        """Return the value of a variable."""
        self.prepare()
        return self.box.read(name)

    def judge(self, test, function):
        """Run a student's test on a function of the grader's."""
        self.prepare()
        return self.box.judge(test, function)

    def start_afresh(self):
        """Forget what the last question has left behind: the notebook is run again if needed."""
        self.box.close()

    def prepare(self):
        """See that the notebook has been run; statements that ended the process are left out."""
        while not self.box.alive:
            self.box.open()
            try:
                self._run_all()
            except _LostError as lost:
                self.bad.add(lost.statement)
                self.note(lost.sentence)

    def note(self, sentence):
        """Keep a sentence for the report, once."""
        if sentence not in self.notes and len(self.notes) < 30:
            self.notes.append(sentence)

    def _run_all(self):
        for number, source in self.hand_in.code:
            if self.allowance.spent:
                self.note(f"From cell {number} on nothing was run. {used_up(self.allowance)}")
                return
            if (number, "whole") not in self.bad:
                self._run_cell(number, source)
                self._replace()
        self._replace()

    def _replace(self):
        """Let the grader answer for some names, also if the last cell has just defined them."""
        for name, function in self.replaced.items():
            self.box.replace(name, function)

    def _run_cell(self, number, source):
        place = f"<cell {number}>"
        parsed = self._try(number, "whole", "parse", source, place)
        if parsed is None:
            return
        kinds, names = parsed
        for index, kind in enumerate(kinds[: _most_statements(source)]):
            few = len(self.bad) >= MOST_LOSSES and kind not in ALWAYS
            if few and (number, index) not in self.bad:
                self.note(
                    f"Of cell {number} only definitions, imports and assignments were run, because "
                    f"{MOST_LOSSES} other statements had already ended Python or taken too long."
                )
            elif (number, index) not in self.bad:
                self._remember(names[index] if index < len(names) else None)
                self._try(number, index, "run", source, place, index, kind)
                if kind == "student id":
                    self._set_student_id(place)

    def _set_student_id(self, place):
        """Keep what the notebook says and put the id that it was handed in under."""
        try:
            self.claimed = str(self.box.read("STUDENT_ID"))[:60]
            self.box.ask("run", f"STUDENT_ID = {self.student_id!r}", place, 0)
        except BoxError:
            self.claimed = ""

    def _remember(self, names):
        """Keep which names a statement gives and uses, as the child says: it decides no mark."""
        try:
            given, used = ([str(name) for name in part[:200]] for part in names)
        except (TypeError, ValueError):
            given, used = [], []
        self.now = used
        for name in given:
            self.uses.setdefault(name, set()).update(used)

    def _suspect(self):
        """Suspect what a statement that did not end may have called, directly or not."""
        look = list(self.now)
        while look:
            name = look.pop()
            if name not in self.suspects and name not in self.replaced:
                self.suspects.add(name)
                look += self.uses.get(name, ())

    def _try(self, number, index, what, source, place, *more):
        seconds = IMPORT_SECONDS if more[1:] == ("import",) else self.seconds
        try:
            reply = self.box.ask(what, source, place, *more[:1], seconds=seconds)
            return [reply[key] if isinstance(reply.get(key), list) else [] for key in ANSWERS]
        except BoxError as problem:
            if problem.kind == "raised":
                self._stop(number, problem)
                return None
            if problem.kind == "spent":
                self.note(f"Cell {number} was not run to its end. {used_up(self.allowance)}")
                raise
            if problem.kind == "time" and what == "run":
                self._suspect()
            self._stop(number, problem)
            raise _LostError((number, index), _sentence(number, problem)) from None

    def _stop(self, number, problem):
        sentence = _sentence(number, problem)
        self.stopped.setdefault(number, sentence)
        if problem.kind == "raised":
            self.note(sentence)


class _LostError(Exception):
    """A statement ended the process."""

    def __init__(self, statement, sentence):
        super().__init__(sentence)
        self.statement, self.sentence = statement, sentence


def used_up(allowance):
    """Say that there is no time left."""
    return f"The {allowance.seconds:g} s of computing that there are for one hand-in were used up."


def _most_statements(source):
    """Return how many statements there can be at most, whatever the child says."""
    return source.count("\n") + source.count(";") + 1


def _sentence(number, problem):
    where = f"Cell {number}"
    if problem.kind == "raised" and problem.name == "NotImplementedError":
        return f"{where} is not filled in yet."
    if problem.kind == "raised":
        line = problem.place.partition("line ")[2]
        where += f", line {line}" if line else ""
        return f"{where} stopped with {problem.name}: {problem.text}. The rest was run without it."
    if problem.kind == "time":
        return f"{where} computed longer than {problem.text} s and was left out."
    return f"{where} ended Python itself and was left out."
