"""How long a child has computed: all time counts in which it did not wait for a processor."""

import os
import time
from pathlib import Path

GLANCE = 0.2
"""Seconds between two looks at the clock."""

PATIENCE = 6
"""How many times longer than it may compute a child may take on a machine that is busy."""

MOST_PROCESSES = 64


class Clock:
    """The time of one request, whatever state its processes are in.

    What counts is the larger of two: the time on the wall less that in which the child was ready
    and no processor was free; and the time of the processor that the child has used, and all that
    it has started. So sleeping, waiting for another process, and waiting in the kernel count.
    """

    def __init__(self, process, seconds):
        self.process, self.seconds = process, seconds
        self.began = self.looked = time.monotonic()
        self.expired, self.delayed = False, 0.0
        self.before = _reading(process)
        self.start = self.before.computed

    def over(self):
        """Whether the time is used up; looks at the clock now and then, however often asked."""
        if time.monotonic() - self.looked >= GLANCE:
            self._look()
        return self.expired

    def used(self):
        """Return the seconds that count."""
        if self.expired:
            return self.seconds
        self._look()
        return min(self._counted(), self.seconds)

    def _look(self):
        now, reading = time.monotonic(), _reading(self.process)
        passed = now - self.looked
        if reading.delay is not None and self.before.delay is not None:
            delay = reading.delay - self.before.delay
        else:  # a system that does not tell: whoever is ready and did not compute has waited
            computed = reading.computed - self.before.computed
            delay = passed - computed if reading.state == "R" else 0.0
        self.delayed += min(max(delay, 0.0), passed)
        self.looked, self.before = now, reading
        self.expired = self._counted() > self.seconds or now - self.began > PATIENCE * self.seconds

    def _counted(self):
        waited = self.looked - self.began - self.delayed
        return max(waited, self.before.computed - self.start, 0.0)


class _Reading:
    """What the system says of a process and of all that it has started."""

    def __init__(self, computed=0.0, delay=None, state="gone"):
        self.computed, self.delay, self.state = computed, delay, state


def _reading(process):
    fields = _fields(process)
    if not fields:
        return _Reading()
    computed = sum(map(_computed, [process, *_started_by(process)]))
    try:
        delay = int(Path(f"/proc/{process}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        delay = None
    return _Reading(computed, delay, fields[0])


def _fields(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return []


def _computed(process):
    """Return seconds of processor time of a process and of its children that have ended."""
    fields = _fields(process)
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _started_by(process):
    """Return the descendants of a process, as far as the system tells."""
    found, look = [], [process]
    while look and len(found) < MOST_PROCESSES:
        for path in Path(f"/proc/{look.pop()}/task").glob("*/children"):
            try:
                children = path.read_text().split()
            except OSError:
                continue
            found += children
            look += children
    return found
