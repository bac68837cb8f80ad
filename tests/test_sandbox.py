"""The walls around a student's code: what crosses them, what they hold back, what they admit."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest
from handed_in import answered, write

from course import __main__ as command
from course.sandbox import clock, system_calls
from course.sandbox.border import BorderError, Strange, decode, encode
from course.sandbox.box import Allowance, Box, BoxError
from course.sandbox.protection import (
    MEANING,
    Protection,
    launch_settings,
    measure,
    protection,
    unreadable,
)
from course.source import read


def crossed(value):
    return decode(json.loads(json.dumps(encode(value))))


# --- The border


@pytest.mark.parametrize("value", [None, True, 3, "words", [1, [2, None]], {"a": [1]}])
def test_plain_values_cross(value):
    assert crossed(value) == value


def test_long_floats_cross_with_the_digits_that_are_compared():
    assert crossed(np.longdouble(1) / 3).dtype == np.float64
    assert crossed(np.array([1, 1j], np.clongdouble)).dtype == np.complex128


@pytest.mark.parametrize("kind", ["f4", "f8", "i8", "u1", "b1", "c16", ">f8"])
def test_arrays_cross_bit_by_bit(kind):
    array = np.arange(6).reshape(2, 3).astype(kind)
    assert (crossed(array) == array).all()
    assert crossed(array.T).shape == (3, 2)
    assert crossed(np.full((), np.nan)).shape == ()
    assert crossed(np.float32(1.5)).dtype == np.float32


@pytest.mark.parametrize(
    "value", [object(), np.array([object()]), len, (x for x in "a"), {1, 2}, np.array(["a"])]
)
def test_what_cannot_cross_is_named_and_left_behind(value):
    assert isinstance(crossed(value), Strange)


@pytest.mark.parametrize(
    "message",
    [
        None, [], {}, {"plain": {}}, {"list": 3}, {"unknown": 1}, {"plain": 1, "list": []},
        {"array": ["O", [1], "AAAAAAAAAAA="]}, {"array": ["f8", [-1], ""]},
        {"array": ["f8", [10**9, 10**9], ""]}, {"array": ["f8", [2], "AAAA"]},
        {"array": ["f8", [1], "!!!!"]}, {"array": ["f8", ["1"], ""]}, {"array": 7},
        {"plain": 10**400}, {"list": [{"plain": 1}] * 20_001}, {"array": ["f8", [0, 10**40], ""]},
        {"strange": 3}, {"array": ["f8", "2", ""]},
    ],
)  # fmt: skip
def test_what_is_not_in_the_form_is_refused(message):
    with pytest.raises((BorderError, ValueError, TypeError)):
        decode(message)


# --- The box


@pytest.fixture(scope="module")
def box():
    with Box(launch_settings(protection().settings["walls"], 970), seconds=1.0) as opened:
        opened.open()
        yield opened


def define(box, source):
    box.ask("run", source, "<cell 1>", 0)


def test_a_function_is_called_with_arrays_and_returns_arrays(box):
    define(box, "def f(x, y):\n    print('hello')\n    return x @ y, {'n': len(x)}")
    (product, counts), reply = box.call("f", [np.eye(2), np.ones(2)])
    assert product.tolist() == [1, 1]
    assert counts == {"n": 2}
    assert reply["printed"] == "hello\n"
    assert reply["edited"] == []


def test_an_edited_argument_is_seen(box):
    define(box, "def g(x):\n    x += 1\n    return x")
    assert box.call("g", [np.zeros(2)])[1]["edited"] == [1]


def test_an_exception_comes_with_its_place_in_the_notebook(box):
    define(box, "def h(x):\n    y = x\n    return y / missing")
    with pytest.raises(BoxError) as caught:
        box.call("h", [1.0])
    assert (caught.value.kind, caught.value.name) == ("raised", "NameError")
    assert caught.value.place == "cell 1, line 3"


def test_a_stand_in_is_answered_here_and_not_with_too_much(box):
    define(box, "def outer(x):\n    return inner(x)")
    box.replace("inner", lambda x: x * 2)
    assert box.call("outer", [np.ones(2)])[0].tolist() == [2, 2]
    with pytest.raises(BoxError, match="at most 50,000 numbers"):
        box.call("outer", [np.ones(60_000)])


def test_a_stand_in_takes_keywords_and_what_nobody_answers_is_an_error(box):
    define(box, "def turned(x, y):\n    return minus(y=x, x=y)")
    box.replace("minus", lambda x, y: x - y)
    assert box.call("turned", [1.0, 3.0])[0] == 2
    define(box, "def keep(f):\n    global kept\n    kept = f")
    box.judge("keep", lambda x: x)
    define(box, "def later(x):\n    return kept(x)")
    with pytest.raises(BoxError, match="KeyError: 'stand-in'"):
        box.call("later", [1.0])


def test_text_that_cannot_be_written_is_made_so_that_it_can():
    assert crossed("a\ud800b") == "a?b"
    assert crossed({"\ud800": 1}) == {"?": 1}


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ('print("%f"\n % 3)', ["other"]),
        ("%matplotlib inline\nx = (3\n % 2)", ["other", "assignment"]),
        ("x = !ls\ny: int = 2", ["assignment", "assignment"]),
        ("!ls 'unclosed\nif True:\n    %time 1\nx?", ["other", "other", "other"]),
        ("%%time\nx = 1", ["assignment"]),
        ("%%bash\nrm -rf /", []),
    ],
)
def test_lines_that_only_a_notebook_understands_do_nothing_and_no_others(box, source, kinds):
    assert box.ask("parse", source, "<cell 9>")["kinds"] == kinds
    for index in range(len(kinds)):
        box.ask("run", source, "<cell 9>", index)


def test_an_allowance_is_shared_and_ends():
    allowance, settings = Allowance(1.9), launch_settings(protection().settings["walls"], 973)
    for _ in range(2):
        with Box(settings, 5.0, allowance=allowance) as box:
            box.open()
            define(box, "import time")
            box.ask("run", "time.sleep(0.5)", "<cell 1>", 0)
    with pytest.raises(BoxError, match="spent"), Box(settings, allowance=allowance) as box:
        box.open()


SLEEPS_IN_THE_KERNEL = """import ctypes
    libc = ctypes.CDLL(None)
    if libc.syscall(56, 0x4000 | 17, 0, 0, 0, 0) == 0: libc.sleep(1000)"""
NAPS = "import time\n    while True: time.sleep(0.05)"
WAITS = "import os\n    if os.fork() == 0:\n        while True: pass\n    os.wait()"


@pytest.mark.parametrize(
    "body",
    ["while True: pass", "import time; time.sleep(100)", NAPS, WAITS, SLEEPS_IN_THE_KERNEL],
    ids=["computes", "sleeps", "naps", "waits", "sleeps in the kernel"],
)
def test_in_whatever_state_time_comes_to_an_end(body):
    """Without the filter of calls, which would refuse what makes a process sleep in the kernel."""
    if "syscall(56" in body and os.uname().machine != "x86_64":
        pytest.skip("the number of a call of another machine")
    settings = launch_settings(protection().settings["walls"], 971) | {"calls": []}
    with Box(settings, seconds=0.4) as box:
        box.open()
        define(box, f"def f():\n    {body}")
        with pytest.raises(BoxError) as caught:
            box.call("f", [])
        assert caught.value.kind == "time"
        assert not box.alive


class Readings:
    """A wall clock and a system that say what a test wants, a glance at a time."""

    def __init__(self, monkeypatch):
        self.now, self.says = 0.0, clock._Reading(0.0, 0.0, "S")
        monkeypatch.setattr(clock.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(clock, "_reading", lambda process: self.says)

    def pass_by(self, watch, seconds, computed=0.0, delay=0.0, state="S"):
        """Let time pass until it is over; return how much that took."""
        began = self.now
        while not watch.over() and self.now - began < 1000:
            self.now += 0.25
            before = self.says
            known = before.delay is not None
            self.says = clock._Reading(
                before.computed + 0.25 * computed,
                before.delay + 0.25 * delay if known else None,
                state,
            )
        return self.now - began


@pytest.mark.parametrize(
    ("how", "seconds"),
    [
        ({"state": "S"}, 10), ({"state": "D"}, 10), ({"state": "T"}, 10), ({"state": "Z"}, 10),
        ({"state": "R", "computed": 1.0}, 10),
        ({"state": "S", "computed": 0.05}, 10),  # naps, and computes a little in between
        ({"state": "S", "computed": 2.0}, 5),  # two processes of its own compute at a time
        ({"state": "R", "computed": 0.5, "delay": 0.5}, 20),  # another has the processor
        ({"state": "R", "delay": 1.0}, 60),  # but not for ever
    ],
)  # fmt: skip
def test_all_time_counts_but_that_of_waiting_for_a_processor(monkeypatch, how, seconds):
    system = Readings(monkeypatch)
    watch = clock.Clock(7, 10.0)
    assert abs(system.pass_by(watch, 10, **how) - seconds) < 0.6
    assert watch.used() == 10.0


def test_a_system_that_does_not_tell_the_delay_is_believed_by_the_state(monkeypatch):
    for how, seconds in (({"state": "D"}, 10), ({"state": "R", "computed": 0.5}, 20)):
        system = Readings(monkeypatch)
        system.says = clock._Reading(0.0, None, "S")
        assert abs(system.pass_by(clock.Clock(7, 10.0), 10, **how) - seconds) < 0.6


ORPHANED = """
import sys, time
sys.path.insert(0, {root!r})
from course.sandbox.box import Box
from course.sandbox.protection import launch_settings
box = Box(launch_settings({walls!r}, 972))
box.open()
print(box.process, flush=True)
time.sleep(600)
"""


def test_when_the_grader_is_killed_its_workers_end(tmp_path):
    program = ORPHANED.format(root=str(command.ROOT), walls=protection().settings["walls"])
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    grader = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    )
    worker = int(grader.stdout.readline())
    os.kill(worker, 0)
    grader.kill()
    grader.wait()
    grader.stdout.close()
    for _ in range(100):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            if not list(tmp_path.iterdir()):  # and the desk is gone too
                return
        time.sleep(0.1)
    with contextlib.suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL)
    pytest.fail(f"the worker or its desk outlived the grader: {list(tmp_path.iterdir())}")


WITHOUT_PIDFD = """
import os, signal, sys, time
del os.pidfd_open
sys.path.insert(0, {folder!r})
import launcher
ours, lifeline = os.pipe()
os.dup2(ours, 5)
for end in ("of the worker", "of the grader"):
    child = os.fork()
    if child == 0:
        os.close(lifeline)
        time.sleep(0.2 if end == "of the worker" else 600)
        os._exit(0)
    if end == "of the grader":
        os.close(lifeline)
    launcher.wait(child)
    try: os.kill(child, 0)
    except ProcessLookupError: print(end)
"""


def test_a_worker_is_ended_also_where_the_system_has_no_pidfd():
    folder = str(command.ROOT / "course/sandbox")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PIDFD.format(folder=folder)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.split("\n")[:2] == ["of the worker", "of the grader"], done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there are no such users")
def test_a_python_that_only_root_can_read_is_named(monkeypatch, tmp_path):
    home = tmp_path / "root" / "python"
    home.mkdir(parents=True)
    home.parent.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(sys, "base_prefix", str(home))
    assert f"may not enter {home.parent}" in unreadable(61000)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert unreadable(61000) == ""


def test_on_windows_nothing_is_pretended(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(RuntimeError, match="grade in WSL"):
        protection.__wrapped__()


# --- What is promised


def test_behind_walls_every_protection_was_seen_to_hold():
    found = protection()
    if not found.settings["walls"]:
        pytest.skip("this system has no user namespaces for us: see `python -m course protections`")
    assert found.missing == []


def test_the_attempts_succeed_where_there_are_no_walls():
    """Otherwise that they fail behind walls would prove nothing."""
    # with our own rights, for a Python under /root is for nobody else to read
    settings = launch_settings(walls=False, slot=974) | {"user": os.getuid(), "calls": []}
    assert {"files", "network", "privileges"} <= set(Protection({}, measure(settings)).missing)


def test_without_namespaces_the_filter_of_calls_still_closes_the_network():
    settings = launch_settings(walls=False, slot=975) | {"user": os.getuid()}
    with Box(settings, seconds=5) as box:
        box.open()
        define(box, "import socket")
        with pytest.raises(BoxError, match=r"OSError|PermissionError"):
            box.ask("run", "socket.socket()", "<cell 1>", 0)


KERNEL = """
def ask(number):
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(number, 0, 0, 0, 0, 0, 0)
    return ctypes.get_errno()
"""


def test_each_call_that_python_does_not_need_is_refused_and_none_that_it_needs():
    assert not set(system_calls.refused().values()) & set(system_calls.allowed())
    with Box(launch_settings(protection().settings["walls"], 976), seconds=5) as box:
        box.open()
        define(box, KERNEL)
        for name, number in system_calls.refused().items():
            assert box.call("ask", [number])[0] in (1, 38), name  # not permitted, no such call
        define(box, USES_MUCH)
        assert box.call("use", [])[0] == 1.0


USES_MUCH = """
def use():
    import asyncio, concurrent.futures, os, subprocess, tempfile, threading, time
    import matplotlib.pyplot as plt, numpy as np, scipy.optimize, scipy.stats
    plt.plot([1, 2]); plt.savefig("x.png")
    with concurrent.futures.ThreadPoolExecutor(2) as pool: list(pool.map(abs, [1, 2]))
    np.save("a.npy", np.ones((500, 500))); np.load("a.npy", mmap_mode="r").sum()
    if (child := os.fork()) == 0: os._exit(0)
    os.waitpid(child, 0)
    time.sleep(0.01)
    with tempfile.TemporaryDirectory() as folder: open(folder + "/x", "w").close()
    try: subprocess.run(["ls"])
    except FileNotFoundError: pass
    return float(scipy.stats.norm.cdf(np.inf))
"""


@pytest.fixture
def unprotected(monkeypatch):
    holds = dict.fromkeys(MEANING, True) | {"files": False, "network": False}
    settings = protection().settings
    monkeypatch.setattr(command, "protection", lambda: Protection(settings, holds))


def test_without_protection_nothing_is_graded_unless_the_risk_is_accepted(
    unprotected, tmp_path, capsys
):
    hand_ins, out = tmp_path / "in", tmp_path / "out"
    hand_ins.mkdir()
    assignment = read(command.SOURCES / "responsibilities.py")
    write(answered(assignment, others="blank"), hand_ins / "ada.ipynb")
    arguments = ["grade", "responsibilities", str(hand_ins), "--out", str(out), "--quiet"]
    arguments += ["--salt", str(tmp_path / "salt"), "--jobs", "1"]
    assert command.main(arguments) == 2
    assert not out.exists()
    said = capsys.readouterr().out
    assert "NO   network" in said
    assert "--without files,network" in said
    assert command.main([*arguments, "--without", "files"]) == 2
    assert command.main([*arguments, "--without", "files,magic"]) == 1
    assert command.main([*arguments, "--without", "files,network"]) == 0
    assert "files, network" in (out / "class.html").read_text()
    assert (tmp_path / "salt").stat().st_mode & 0o077 == 0


# --- Inside Gradescope


def test_the_package_for_gradescope_grades_a_submission_by_itself(tmp_path):
    from course.editions.gradescope_zip import package

    assignment = read(command.SOURCES / "responsibilities.py")
    package(assignment, "a salt", tmp_path / "autograder.zip")
    source, submission = tmp_path / "source", tmp_path / "submission"
    with zipfile.ZipFile(tmp_path / "autograder.zip") as zipped:
        zipped.extractall(source)
    submission.mkdir()
    write(answered(assignment), submission / "anything.ipynb")
    metadata = {"users": [{"email": "ada@example.org", "name": "Ada", "sid": "4711"}]}
    (tmp_path / "submission_metadata.json").write_text(json.dumps(metadata))
    arguments = ["gradescope", "assignment.py", str(submission), "--salt", "salt"]
    arguments += ["--metadata", str(tmp_path / "submission_metadata.json")]
    arguments += ["--out", str(tmp_path / "results.json")]
    program = "import sys; sys.path[:0] = ['.']; from course.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=source, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "results.json").read_text())
    assert sum(test["score"] for test in results["tests"]) == 17
    assert {test["status"] for test in results["tests"]} == {"passed"}
