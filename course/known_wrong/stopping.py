"""When a loop has come far enough, right and wrong; traces to decide it on."""

import numpy as np

from course.author import Variant


def rising_trace(rng):
    """Return a trace that rises ever more slowly, and a tolerance that it reaches."""
    rises = 8.0 * 0.75 ** np.arange(22) * rng.uniform(0.9, 1.1, 22)
    rises = np.ceil(rises * 64) / 64  # numbers that add up exactly
    trace = -300 + np.concatenate([[0.0], rises.cumsum()])
    return trace, float(rises[rng.integers(4, 8)])  # one rise is exactly the tolerance


def plateau_trace(rng):
    """Return a trace with a plateau before its steepest rise, and a tolerance below the plateau."""
    rises = np.array([3.0, 1.0, 0.2, 0.08, 0.05, 0.3, 2.0, 9.0, 4.0, 0.9, 0.03, 0.01, 0.001])
    trace = -500 + np.concatenate([[0.0], (rises * rng.uniform(0.95, 1.05)).cumsum()])
    return trace.round(6), 0.04


def unfinished_trace(rng):
    """Return a trace that never rises by less than the tolerance."""
    trace, _ = rising_trace(rng)
    return trace[:6], 1e-3


def rounds_needed(trace, tol):
    """Return the number of the first entry that rises by less than tol above the one before."""
    small = np.flatnonzero(np.diff(trace) < tol)
    return int(small[0]) + 1 if small.size else -1


ROUNDS_NEEDED = (
    Variant(
        "off by one",
        "One too few: the rise from entry t - 1 to entry t belongs to entry t.",
        lambda trace, tol: rounds_needed(trace, tol) - (rounds_needed(trace, tol) > 0),
    ),
    Variant(
        "one too many",
        "One too many: the entry that rose too little is the one that is asked for, not the next.",
        lambda trace, tol: rounds_needed(trace, tol) + (rounds_needed(trace, tol) > 0),
    ),
    Variant(
        "a rise of exactly the tolerance",
        'It stops at a rise of exactly the tolerance. "Less than" was asked for, and that rise is '
        "not less.",
        lambda trace, tol: (lambda small: int(small[0]) + 1 if small.size else -1)(
            np.flatnonzero(np.diff(trace) <= tol)
        ),
    ),
    Variant(
        "last entry where it never stops",
        "This trace never rises by less than the tolerance, and -1 was asked for then: a loop that "
        "ran out of rounds has not converged.",
        lambda trace, tol: (
            rounds_needed(trace, tol) if rounds_needed(trace, tol) > 0 else len(trace) - 1
        ),
    ),
    Variant(
        "relative rise",
        "The rise is compared as a share of the log-likelihood. The tolerance is in its own units: "
        "the log-likelihood has no natural zero, so shares of it mean nothing.",
        lambda trace, tol: (lambda small: int(small[0]) + 1 if small.size else -1)(
            np.flatnonzero(np.diff(trace) / np.abs(trace[:-1]) < tol)
        ),
    ),
    Variant(
        "from the end",
        "This is the first entry that lies within the tolerance of the last one. A loop that is "
        "running does not know its end: compare each entry with the one before.",
        lambda trace, tol: int(np.flatnonzero(trace[-1] - trace < tol)[0]),
    ),
)
