"""Three hundred hand-ins, graded as a class would be: in time, and in little memory."""

import os
import resource
import time

import pytest
from handed_in import answered, write
from test_grading import IN_ANOTHER_HAND, IN_SINGLE_PRECISION, RESPONSIBILITIES, WITHOUT_END

from course.__main__ import SOURCES
from course.batch import grade_folder
from course.key import Key
from course.roster import collect
from course.sandbox.protection import protection
from course.source import read

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

STUDENTS, MINUTES, MEGABYTES = 300, 15, 300


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
    rare = answered(assignment, {"log_sum_exp": WITHOUT_END})
    hand_ins = tmp_path / "in"
    hand_ins.mkdir()
    for number in range(STUDENTS):
        notebook = rare if number % 30 == 0 else kinds[number % len(kinds)]
        write(notebook, hand_ins / f"student{number:03}.ipynb")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    results = grade_folder(
        Key(assignment, "a salt"), collect(hand_ins), tmp_path / "out",
        walls=protection().settings["walls"], jobs=2, quiet=True,
    )  # fmt: skip
    minutes = (time.monotonic() - started) / 60
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"{STUDENTS} hand-ins in {minutes:.1f} minutes, {grown:.0f} MB more, {os.cpu_count()} cores"
    )
    assert len(results) == STUDENTS
    assert not [result for result in results if result.get("failed")]
    assert minutes < MINUTES
    assert grown < MEGABYTES
