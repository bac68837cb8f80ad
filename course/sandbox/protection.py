"""What this system can protect, found out by trying to break it.

A worker is started behind all walls, then behind fewer until it starts, and tries what a hostile
hand-in would try. What it could not do is protected; nothing is assumed.
"""

import ast
import contextlib
import importlib.util
import os
import platform
import secrets
import socket
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import system_calls
from .box import Box, BoxError

MEANING = {
    "time": "a request that computes too long is ended",
    "memory": "a hand-in cannot take more memory than it is given",
    "disk": "a hand-in cannot fill the disk",
    "privileges": "a student's code has no privileges, and of the kernel only what Python needs",
    "files": "it sees Python and an empty desk: no tests, reference, salt or other hand-ins",
    "network": "it reaches no network, not even this machine",
    "processes": "it cannot touch other processes, and whatever it started ends with it",
}
MEMORY_MB, DESK_MB, PROCESSES = 1536, 64, 8
FIRST_USER = 61_000
"""Where the grader runs as root, each worker is a user of its own from here on."""

ATTEMPTS = """
import ctypes, os, socket, struct, time
NAMESPACES = [1 << bit for bit in (17, 25, 26, 27, 28, 29, 30)]
def read(path):
    with open(path) as file: return file.read()
def write(path):
    with open(path, "w") as file: file.write("x")
def connect(port):
    socket.create_connection(("127.0.0.1", port), 2).close()
def send_out():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 9))
def signal(process):
    os.kill(process, 0)
def list_processes():
    if not any(name.isdigit() for name in os.listdir("/proc")): raise OSError
def be_root():
    if os.geteuid() != 0: os.setuid(0)
def take(megabytes):
    return len(bytearray(megabytes * 2**20))
def take_a_file_in_memory(megabytes):
    file = os.memfd_create("hoard")
    for _ in range(megabytes): os.write(file, bytes(2**20))
def take_a_segment(megabytes):
    if ctypes.CDLL(None).shmget(0, ctypes.c_size_t(megabytes * 2**20), 0o1600) < 0: raise OSError
def take_packet_rings(megabytes):
    ctypes.CDLL(None).unshare(0x50000000)
    ring = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    ring.setsockopt(263, 5, struct.pack("IIII", 1 << 20, 256, 1 << 20, 256))
def make_a_namespace(clone):
    libc = ctypes.CDLL(None, use_errno=True)
    for flag in NAMESPACES:
        child = libc.syscall(clone, flag | 17, 0, 0, 0, 0)
        if child == 0: os._exit(0)
        if child > 0: return
    raise OSError
def ask_the_kernel(number):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(number, 0, 0, 0, 0, 0, 0)
    if ctypes.get_errno() in (1, 38): raise OSError
def fill(megabytes):
    for number in range(megabytes):
        with open(f"full-{number}", "wb") as file: file.write(bytes(2**20))
def spin():
    while True: pass
def hide(name):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            ctypes.CDLL(None).prctl(15, name.encode(), 0, 0, 0)
            time.sleep(600)
        os._exit(0)
    os.wait()
    time.sleep(0.2)
"""


TAKES = ("take", "take_a_file_in_memory", "take_a_segment", "take_packet_rings")


@dataclass(frozen=True)
class Protection:
    """What holds on this system, and how a worker is started here.

    Attributes
    ----------
    settings : dict for `course.sandbox.Box`
    holds : dict, name -> whether it was seen to hold
    """

    settings: dict
    holds: dict

    @property
    def missing(self):
        """Names of what is not protected here."""
        return [name for name in MEANING if not self.holds[name]]

    def table(self):
        """Say what holds and what does not, a line each."""
        return "\n".join(
            f"  {'yes' if self.holds[name] else 'NO ':3}  {name:11}{meaning}"
            for name, meaning in MEANING.items()
        )


@cache
def protection():
    """Find out what this system can protect; RuntimeError where no child can be started at all."""
    if sys.platform == "win32":
        raise RuntimeError(
            "on Windows nothing can be graded, for a child process cannot be held back there: "
            "grade in WSL, which is Linux, or on another machine"
        )
    for walls in (True, False):
        settings = launch_settings(walls)
        try:
            with Box(settings) as box:
                box.open()
        except (BoxError, OSError):
            continue
        return Protection(settings, measure(settings))
    why = unreadable(FIRST_USER) or f"on this system ({platform.platform()})"
    raise RuntimeError(f"no child process can be started: {why}")


def unreadable(user):
    """Say if a worker, who is another user where the grader is root, may not read Python."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return ""
    for place in (sys.base_prefix, sys.prefix):
        for path in [Path(place), *Path(place).parents]:
            if path.exists() and not path.stat().st_mode & 0o001:
                return (
                    f"user {user}, as whom a student's code runs, may not enter {path}, in which "
                    "Python lies; install Python where everybody can read it, or grade as a user"
                )
    return ""


def launch_settings(walls, slot=0):
    """Return the launcher's settings: with or without namespaces, for a worker's slot."""
    return {
        "walls": walls,
        "readable": readable_paths(),
        "hidden": answers_in_packages(),
        "desk_mb": DESK_MB,
        "user": FIRST_USER + slot,
        "calls": system_calls.allowed(),
        "clone": system_calls.clone(),
        "limits": {
            "RLIMIT_AS": MEMORY_MB * 2**20,
            "RLIMIT_FSIZE": DESK_MB * 2**20,
            "RLIMIT_NOFILE": 256,
            "RLIMIT_NPROC": PROCESSES,
            "RLIMIT_CORE": 0,
        },
    }


def readable_paths():
    """Return what Python and NumPy need to see of the file system, and nothing of the course."""
    wanted = [
        sys.prefix, sys.base_prefix, sysconfig.get_path("stdlib"), "/usr/lib", "/usr/lib64",
        "/lib", "/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo", "/usr/share/fonts",
    ]  # fmt: skip
    found = []
    for path in map(os.path.abspath, wanted):
        if os.path.lexists(path) and not any(Path(path).is_relative_to(other) for other in found):
            found.append(path)
    return found


def answers_in_packages():
    """Return folders of installed packages that would answer an assignment by themselves."""
    found = [importlib.util.find_spec(name) for name in ("sklearn", "daal4py", "sklearnex")]
    return [os.path.dirname(spec.origin) for spec in found if spec is not None and spec.origin]


def measure(settings):
    """Try to break out; return what held, name -> bool."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        secret = Path(folder, "secret")
        secret.write_text("salt")
        os.chmod(folder, 0o755)
        with Box(settings, seconds=3) as box:
            box.open()
            for index in range(len(ast.parse(ATTEMPTS).body)):
                box.ask("run", ATTEMPTS, "<cell 1>", index)
            fails = lambda *attempt: _fails(box, *attempt)  # noqa: E731
            holds = {
                "privileges": fails("be_root") and _surface(fails),
                "files": fails("read", str(secret)) and fails("write", f"{sys.prefix}/x"),
                "network": fails("connect", server.getsockname()[1]) and fails("send_out"),
                "memory": all(fails(take, 2 * MEMORY_MB) for take in TAKES),
                "disk": fails("fill", 2 * DESK_MB),
            }
            alone = fails("signal", os.getpid()) and fails("list_processes")
            name = "c" + secrets.token_hex(5)
            hidden = not fails("hide", name)
            holds["time"] = _fails(box, "spin")
        holds["processes"] = alone and (not hidden or _gone(name))
    return holds


def _surface(fails):
    """Whether the kernel refuses namespaces and each call that a student's code has no use for."""
    calls = system_calls.refused()
    return (
        bool(calls)
        and fails("make_a_namespace", system_calls.clone())
        and all(fails("ask_the_kernel", number) for number in calls.values())
    )


def _fails(box, attempt, *arguments):
    try:
        box.call(attempt, list(arguments))
    except BoxError:
        return True
    return False


def _gone(name):
    """Whether no process of that name is left; False where this cannot be seen."""
    for _ in range(20):
        names = set()
        for path in Path("/proc").glob("[0-9]*/comm"):
            with contextlib.suppress(OSError):
                names.add(path.read_text().strip())
        if names and name not in names:
            return True
        time.sleep(0.1)
    return False
