"""The grader's side of a child process: start it, ask it, end it."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from .border import clean, decode, encode
from .clock import GLANCE, PATIENCE, Clock

HERE = Path(__file__).parent
PROGRAM = """
import sys, types
sys.modules["border"] = border = types.ModuleType("border")
exec({!r}, border.__dict__)
exec({!r})
""".format(*((HERE / name).read_text("utf-8") for name in ("border.py", "worker.py")))
LONGEST_REPLY = 16 * 2**20
LARGEST_QUESTION = 50_000
"""Numbers that a child may ask the grader to compute with; no axis may be longer either."""
WRITTEN_AT_ONCE = 4096
"""What a pipe takes without waiting if it takes anything at all."""

WORDS = ("error", "text", "place", "printed")
TOO_MUCH = "the answer takes more time or memory than there is for one: ask with smaller arrays"


class BoxError(Exception):
    """What went wrong in the child.

    kind is "raised" (name, text, place of an exception), "time", "died", "garbled", or "spent":
    the time for all that one hand-in asks for is used up.
    """

    def __init__(self, kind, name="", text="", place="", printed=""):
        super().__init__(f"{kind} {name} {text}".strip())
        self.kind, self.name, self.text = kind, name, text
        self.place, self.printed = place, printed


class Allowance:
    """Computing time for everything that one hand-in asks for, in all its boxes together.

    A machine that is busy does not use it up: the time in which a child waits for a processor does
    not count. Only after `PATIENCE` times as long by the clock is it over.
    """

    OPENING = 0.5
    """Seconds that a new child costs, so that a hand-in cannot ask for one after another."""

    def __init__(self, seconds):
        self.seconds, self.used, self.began = seconds, 0.0, time.monotonic()

    def take(self, seconds):
        """Use some of it."""
        self.used += seconds

    @property
    def spent(self):
        """Whether nothing is left."""
        waited = time.monotonic() - self.began
        return self.used > self.seconds or waited > PATIENCE * self.seconds

    def check(self):
        """Raise BoxError if nothing is left."""
        if self.spent:
            raise BoxError("spent", text=f"{self.seconds:g}")


class Box:
    """One child process with a student's names in it.

    Parameters
    ----------
    settings : dict of the launcher, from `course.sandbox.protection`
    seconds : computing time for one request
    fake_modules : dict, name of a module -> its source, put into the child before anything runs
    allowance : Allowance that this box shares with others; without one there is no end to it
    """

    def __init__(self, settings, seconds=10.0, fake_modules=None, allowance=None):
        self.settings, self.seconds = settings, seconds
        self.fake_modules, self.allowance = fake_modules or {}, allowance or Allowance(float("inf"))
        self.answers, self.number, self.child = {}, 0, None

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.close()

    @property
    def alive(self):
        """Whether there is a child to ask."""
        return self.child is not None

    def open(self, seconds=60.0):
        """Start a child; it is ready when this returns."""
        self.allowance.check()
        self.allowance.take(Allowance.OPENING)
        self.home = tempfile.mkdtemp(prefix="course-")
        try:
            self._start()
            first = self._line(seconds)
            if "failed" in first:
                raise BoxError("died", text=str(first["failed"]))
            self.process = first.get("process")
            self._line(seconds)
        except BaseException:
            self.close()
            _remove(self.home)
            raise

    def _start(self):
        os.chmod(self.home, 0o755)
        desk, stage = os.path.join(self.home, "desk"), os.path.join(self.home, "stage")
        os.mkdir(desk)
        os.chmod(desk, 0o777)
        os.mkdir(stage)
        ends = [os.pipe() for _ in range(3)]
        (their_in, self.requests), (self.replies, their_out), (their_life, self.lifeline) = ends
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": desk, "TMPDIR": desk, "LANG": "C.UTF-8",
            "MPLBACKEND": "Agg", "MPLCONFIGDIR": desk, "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0",
            "COURSE_WORKER": json.dumps({"fake_modules": self.fake_modules}),
        }  # fmt: skip
        settings = self.settings | {
            "desk": desk,
            "stage": stage,
            "command": [sys.executable, "-I", "-B", "-c", PROGRAM],
            "environment": environment,
        }
        launcher = [sys.executable, "-I", "-S", "-B", str(HERE / "launcher.py")]
        self.child = subprocess.Popen(
            [*launcher, json.dumps(settings | {"ends": [their_in, their_out, their_life]})],
            pass_fds=(their_in, their_out, their_life),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        for descriptor in (their_in, their_out, their_life):
            os.close(descriptor)
        self.buffer, self.process = bytearray(), None

    def close(self):
        """End the child and everything that it started, and remove its desk."""
        if self.child is None:
            return
        for descriptor in (self.requests, self.replies, self.lifeline):
            os.close(descriptor)  # the launcher sees the lifeline end, and ends the worker
        try:
            self.child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()
        self.child = None
        _remove(self.home)

    def call(self, name, arguments, seconds=None):
        """Call a function; return (value, what the child says of it)."""
        given = [encode(argument) for argument in arguments]
        reply = self.ask("call", name, given, seconds=seconds)
        return self._value(reply), reply

    def read(self, name):
        """Return the value of a variable."""
        return self._value(self.ask("read", name))

    def replace(self, name, function):
        """From now on `function`, which runs here and not in the child, answers for that name."""
        self.answers[name] = function
        self.ask("replace", name)

    def judge(self, test, function):
        """Run a student's test on `function`, which runs here; BoxError says that it objects."""
        self.answers["stand-in"] = function
        try:
            self.ask("judge", test, "stand-in")
        finally:
            del self.answers["stand-in"]  # a test that kept it for later has nothing

    def _value(self, reply):
        try:
            return decode(reply.get("value"))
        except (ValueError, TypeError, OverflowError, RecursionError):  # BorderError among them
            raise BoxError("garbled") from None

    def ask(self, what, *arguments, seconds=None):
        """Have the child do something; return its reply, or BoxError."""
        self.allowance.check()
        if self.child is None:
            raise BoxError("died")
        self.number += 1
        clock = Clock(self.process, self.seconds if seconds is None else seconds)
        try:
            self._send({"id": self.number, "do": what, "with": list(arguments)}, clock)
            reply = self._reply(clock)
        finally:
            self.allowance.take(clock.used())
        if "error" in reply:
            words = [clean(str(reply.get(key, ""))[:500]) for key in WORDS]
            raise BoxError("raised", *words)
        return reply

    def _reply(self, clock):
        """Return the reply to the last request; answer what the child asks on the way."""
        while True:
            reply = self._line(clock)
            if "ask" in reply:
                self._send(self._answer(reply), clock)
            elif reply.get("id") == self.number:
                return reply

    def _answer(self, reply):
        try:
            function = self.answers[str(reply["ask"])]
            arguments = [decode(argument) for argument in reply["arguments"]]
            keywords = {key: decode(value) for key, value in reply.get("keywords", {}).items()}
            _refuse_much([*arguments, *keywords.values()])
            with np.errstate(all="ignore"):
                return {"value": encode(function(*arguments, **keywords))}
        except BoxError as problem:  # a function that answers from a box of its own
            said = f"{problem.name}: {problem.text}" if problem.kind == "raised" else TOO_MUCH
            return {"error": said[:300]}
        except Exception as problem:  # whatever the student handed in: it is theirs to read
            return {"error": f"{type(problem).__name__}: {problem}"[:300]}

    def _send(self, message, clock):
        """Write one JSON object; a child that does not listen is ended when its time is up."""
        data = json.dumps(message).encode() + b"\n"
        try:
            while data:
                self._end_if_over(clock)
                if select.select([], [self.requests], [], GLANCE)[1]:
                    data = data[os.write(self.requests, data[:WRITTEN_AT_ONCE]) :]
        except BrokenPipeError:
            self.close()
            raise BoxError("died") from None

    def _end_if_over(self, clock):
        if clock.over():
            self.close()
            raise BoxError("time", text=f"{clock.seconds:g}")

    def _line(self, clock):
        """Read one JSON object; the child is ended if it takes too long or says too much."""
        clock = Clock(None, clock) if isinstance(clock, float) else clock
        end = self.buffer.find(b"\n")
        while end < 0 or clock.over():
            self._end_if_over(clock)
            if not select.select([self.replies], [], [], GLANCE)[0]:
                continue
            chunk = os.read(self.replies, 65536)
            end = chunk.find(b"\n")
            end = end if end < 0 else end + len(self.buffer)
            self.buffer += chunk
            if not chunk or len(self.buffer) > LONGEST_REPLY:
                self.close()
                raise BoxError("garbled" if chunk else "died")
        line = bytes(self.buffer[:end])
        del self.buffer[: end + 1]
        try:
            reply = json.loads(line)
        except (ValueError, RecursionError):
            reply = None
        if not isinstance(reply, dict):
            self.close()
            raise BoxError("garbled")
        return reply


def _refuse_much(arguments):
    """Raise ValueError for more numbers, or longer axes, than the grader computes with."""
    sizes = [np.size(argument) for argument in arguments]
    axes = [length for argument in arguments for length in np.shape(argument)]
    if sum(sizes) > LARGEST_QUESTION or max(axes, default=0) > LARGEST_QUESTION:
        raise ValueError(f"ask with at most {LARGEST_QUESTION:,} numbers at a time")


def _remove(folder):
    """Remove a folder, whatever permissions a student's code has left in it."""
    for path, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            os.chmod(path, 0o700)
    subprocess.run(["rm", "-rf", folder], check=False, stderr=subprocess.DEVNULL)
