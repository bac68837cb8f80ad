"""Stop code that does not come to an end, where the system can."""

import contextlib
import signal
import threading


@contextlib.contextmanager
def time_limit(seconds):
    """Raise TimeoutError after so many seconds; no limit where there is no alarm (Windows)."""
    able = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not able:
        yield
        return
    before = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop(signum, frame):
    raise TimeoutError
