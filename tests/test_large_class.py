"""Three hundred hand-ins, fifteen of them endless loops: graded in time, in little memory.

To try it with fewer: `COURSE_STUDENTS=30 python -m pytest -s tests/test_large_class.py`.
"""

import os
import threading
import time
from pathlib import Path

import pytest
from handed_in import answered, write
from test_grading import IN_ANOTHER_HAND, IN_SINGLE_PRECISION, RESPONSIBILITIES, WITHOUT_END

from course.__main__ import SOURCES
from course.answer_key import Key
from course.hand_ins import collect
from course.runner import grade_folder
from course.sandbox.protection import protection
from course.source import read

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

STUDENTS = int(os.environ.get("COURSE_STUDENTS", "300"))
MINUTES, MEGABYTES, EACH_CHILD = 15, 300, 400


class Memory:
    """What this process, and all that it has started, hold in memory, looked at while it runs."""

    def __init__(self, every=0.5):
        self.every, self.done = every, threading.Event()
        self.start, self.most, self.most_of_children = _held()[0], 0, 0

    def __enter__(self):
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *problem):
        self.done.set()
        self.thread.join()

    def _look(self):
        while not self.done.wait(self.every):
            mine, children = _held()
            self.most = max(self.most, mine - self.start)
            self.most_of_children = max(self.most_of_children, children)


def _held():
    """Return megabytes that this process holds, and those of its descendants."""
    parents, pages = {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(entry.name)], pages[int(entry.name)] = int(fields[1]), int(fields[21])
    megabytes = os.sysconf("SC_PAGE_SIZE") / 2**20
    family, more = {os.getpid()}, True
    while more:
        more = {process for process, parent in parents.items() if parent in family} - family
        family |= more
    children = sum(pages[process] for process in family if process != os.getpid())
    return pages[os.getpid()] * megabytes, children * megabytes


def test_memory_that_is_held_is_seen_and_is_forgotten_when_it_is_given_back():
    for _ in range(2):
        with Memory(every=0.05) as memory:
            held = bytearray(os.urandom(1) * (100 * 2**20))
            time.sleep(0.3)
            del held
        assert 80 < memory.most < 150


def test_three_hundred_hand_ins_are_graded_in_time_and_in_little_memory(tmp_path):
    assignment = read(SOURCES / "responsibilities.py")
    kinds = [
        answered(assignment),
        answered(assignment, IN_ANOTHER_HAND),
        answered(assignment, {"responsibilities": RESPONSIBILITIES}),
        answered(assignment, {"log_sum_exp": IN_SINGLE_PRECISION}),
        answered(assignment, others="blank"),
        answered(assignment, before=["1 / 0", "raise SystemExit"]),
    ]
    endless = [  # in an early function, which later ones call, and for some inputs alone
        answered(assignment, {"log_density": "def log_density(*p):\n    while True: pass\n"}),
        answered(assignment, {"log_sum_exp": WITHOUT_END}),
    ]
    hand_ins = tmp_path / "in"
    hand_ins.mkdir()
    for number in range(STUDENTS):
        loops = number % 20 == 0
        notebook = endless[number // 20 % 2] if loops else kinds[number % len(kinds)]
        write(notebook, hand_ins / f"student{number:03}.ipynb")
    started = time.monotonic()
    with Memory() as memory:
        results = grade_folder(
            Key(assignment, "a salt"), collect(hand_ins), tmp_path / "out",
            walls=protection().settings["walls"], jobs=2, quiet=True,
        )  # fmt: skip
    minutes = (time.monotonic() - started) / 60
    print(
        f"{STUDENTS} hand-ins in {minutes:.1f} minutes, {os.cpu_count()} cores; "
        f"{memory.most:.0f} MB more here, {memory.most_of_children:.0f} MB in children"
    )
    assert len(results) == STUDENTS
    assert not [result for result in results if result.get("failed")]
    assert minutes < MINUTES
    assert memory.most < MEGABYTES
    assert 0 < memory.most_of_children < 2 * 2 * EACH_CHILD  # two jobs, each may ask for answers
