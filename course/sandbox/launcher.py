"""Start a worker behind walls, wait for it, and leave nothing of it behind.

A program of its own, run as `python -I launcher.py SETTINGS`. Descriptors: 3 requests, 4 replies,
5 the lifeline, which closes when the grader goes away. Standard library only; Linux only where
walls are asked for. The walls are namespaces: the worker is the first process of a world of its own
(when it ends, everything that it started ends), without a network, and with a file system that
holds Python and an empty desk.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import select
import signal
import sys

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUTS = 0x00020000, 0x08000000, 0x04000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND = 1, 2, 4, 32, 4096
MS_REC, MS_PRIVATE, MNT_DETACH = 16384, 1 << 18, 2
KEEP_FLAGS = {2: MS_NOSUID, 4: MS_NODEV, 8: 8, 1024: 1024, 2048: 2048, 4096: 1 << 21}
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_CHILD_SUBREAPER = 1, 38, 36
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
DEVICES = ("null", "zero", "full", "random", "urandom")
NOBODY, LOOK = 65534, 0.05
PR_SET_SECCOMP, SECCOMP_FILTER, ALLOW = 22, 2, 0x7FFF0000
NOT_PERMITTED, NO_SUCH_CALL = 0x00050001, 0x00050026
MACHINE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
OTHER_ABI = 0x40000000
NAMESPACES_OR_VFORK = 0x7E020000 | 0x4000
"""Flags of `clone`: every kind of namespace, and a parent that sleeps until its child is done."""


def _libc():
    return ctypes.CDLL(None, use_errno=True)


def _must(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def _mount(source, target, kind, flags, options=""):
    encoded = [text.encode() if text else None for text in (source, target, kind)]
    _must(_libc().mount(*encoded, ctypes.c_ulong(flags), options.encode()), f"mount {target}")


def leave_the_world(root):
    """Enter namespaces of our own; as an ordinary user, through a user namespace."""
    if not root:
        user, group = os.getuid(), os.getgid()
        _must(_libc().unshare(CLONE_NEWUSER), "user namespace")
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")
        _write("/proc/sys/user/max_user_namespaces", "0")
    flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
    _must(_libc().unshare(flags), "namespaces")


def _write(path, text):
    with open(path, "w") as file:
        file.write(text)


def furnish(stage, desk, readable, hidden, desk_mb):
    """Build a file system with what Python needs, read-only, and an empty desk; move into it."""
    _mount("none", "/", None, MS_REC | MS_PRIVATE)
    _mount("tmpfs", stage, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755")
    for path in readable:
        _show(path, stage)
    for path in hidden:
        _mount("tmpfs", stage + path, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, "size=4k")
    os.makedirs(stage + "/dev")
    for device in DEVICES:
        open(f"{stage}/dev/{device}", "w").close()
        _mount(f"/dev/{device}", f"{stage}/dev/{device}", None, MS_BIND)
    os.makedirs(stage + desk, exist_ok=True)
    options = f"size={desk_mb}m,nr_inodes=2000,mode=777"
    _mount("tmpfs", stage + desk, "tmpfs", MS_NOSUID | MS_NODEV, options)
    os.mkdir(stage + "/old")
    number = PIVOT_ROOT[os.uname().machine]
    _must(_libc().syscall(number, stage.encode(), (stage + "/old").encode()), "pivot_root")
    os.chdir("/")
    _must(_libc().umount2(b"/old", MNT_DETACH), "leaving the old root")
    os.rmdir("/old")
    _mount("none", "/", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def _show(path, stage):
    """Make one file or folder visible, read-only, at the same place; links stay links."""
    inside = stage + path
    os.makedirs(os.path.dirname(inside), exist_ok=True)
    if os.path.islink(path):
        os.symlink(os.readlink(path), inside)
        return
    if os.path.isdir(path):
        os.makedirs(inside, exist_ok=True)
    else:
        open(inside, "w").close()
    _mount(path, inside, None, MS_BIND | MS_REC)
    held = os.statvfs(inside).f_flag
    keep = sum(flag for bit, flag in KEEP_FLAGS.items() if held & bit)
    _mount("none", inside, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | keep)


def limit(limits):
    """Set hard limits, so many as this system knows."""
    import resource

    for name, value in limits.items():
        number = getattr(resource, name, None)
        if number is not None:
            hard = resource.getrlimit(number)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(number, (value, value))


def become_nobody(user):
    """Give up root for good."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(user, user, user)


class _Step(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte),
        ("value", ctypes.c_uint32),
    )  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.POINTER(_Step)))


def filter_calls(allowed, clone):
    """Let the kernel refuse, for good, every call that is not on a list.

    On a machine that is not known nothing is refused. Whether it holds is measured, as everything
    is: see `protection`. "No such call" is what makes the C library fall back on older calls.
    """
    machine = os.uname().machine
    if machine not in MACHINE or not allowed:
        return
    many = len(allowed)  # from the k-th of them it is many - k steps to the end
    steps = [
        (LOAD, 0, 0, 4), (EQUAL, 1, 0, MACHINE[machine]), (RETURN, 0, 0, NOT_PERMITTED),
        (LOAD, 0, 0, 0), (AT_LEAST, many + 4, 0, OTHER_ABI), (EQUAL, 0, 3, clone),
        (LOAD, 0, 0, 16), (ANY_BIT, 0, many + 2, NAMESPACES_OR_VFORK),
        (RETURN, 0, 0, NOT_PERMITTED),
        *((EQUAL, many - number, 0, call) for number, call in enumerate(allowed)),
        (RETURN, 0, 0, NO_SUCH_CALL), (RETURN, 0, 0, ALLOW),
    ]  # fmt: skip
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    _libc().prctl(PR_SET_SECCOMP, SECCOMP_FILTER, ctypes.byref(program), 0, 0)


def worker(settings, root):
    """In the child: close the doors one after another, then become the worker."""
    os.close(5)
    if settings["walls"]:
        furnish(*(settings[name] for name in ("stage", "desk", "readable", "hidden", "desk_mb")))
    os.chdir(settings["desk"])
    limit(settings["limits"])
    if root:
        become_nobody(settings["user"])
    if sys.platform == "linux":
        _libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        filter_calls(settings["calls"], settings["clone"])
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    for descriptor in (3, 4):
        os.set_inheritable(descriptor, True)
    os.closerange(5, 4096)
    os.execve(settings["command"][0], settings["command"], settings["environment"])


def wait(child):
    """Wait for the worker's end, or end it when the grader has gone."""
    try:
        ended = os.pidfd_open(child)
    except (AttributeError, OSError):  # not on this system, or an old one
        return _wait_looking(child)
    ready, _, _ = select.select([5, ended], [], [])
    if ended not in ready:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _wait_looking(child):
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if select.select([5], [], [], LOOK)[0]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return


def sweep():
    """Without a world of its own: end what the worker left running, however it hid."""
    for _ in range(1000):
        try:
            if os.waitpid(-1, os.WNOHANG)[0]:
                continue
        except ChildProcessError:
            return
        for left in _children():
            os.kill(left, signal.SIGKILL)


def _children():
    """Return processes whose parent is this one: orphans come to it, since it asked for them."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat") as file:
                parent = int(file.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if parent == os.getpid():
            found.append(int(entry))
    return found


def remove(folder, outside):
    """Remove what was made for the worker, also when the grader is not there to do it."""
    for _, folders, files, here in os.fwalk(folder, topdown=False, dir_fd=outside):
        for name in files:
            _try(os.unlink, name, here)
        for name in folders:
            _try(os.rmdir, name, here)
            _try(os.unlink, name, here)
    _try(os.rmdir, folder, outside)


def _try(act, name, folder):
    with contextlib.suppress(OSError):
        act(name, dir_fd=folder)


def take_ends(ends):
    """Put the three ends where everybody expects them: 3, 4 and 5."""
    aside = [fcntl.fcntl(end, fcntl.F_DUPFD, 50) for end in ends]
    for descriptor, end in zip((3, 4, 5), aside, strict=True):
        os.dup2(end, descriptor)
    os.closerange(6, 4096)


def main():
    """Start the worker, say which process it is, wait, sweep."""
    settings = json.loads(sys.argv[1])
    take_ends(settings["ends"])
    home, name = os.path.split(os.path.dirname(settings["desk"]))
    outside = os.open(home, os.O_RDONLY)  # from here it is seen also behind the walls
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if sys.platform == "linux":
        _libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        if settings["walls"]:
            leave_the_world(root)
        child = os.fork()
        if child == 0:
            try:
                worker(settings, root)
            finally:
                os._exit(70)
        os.write(4, json.dumps({"process": child}).encode() + b"\n")
        os.close(3)
        os.close(4)
        wait(child)
    except OSError as problem:
        os.write(4, json.dumps({"failed": str(problem)}).encode() + b"\n")
    if sys.platform == "linux":
        sweep()
    remove(name, outside)


if __name__ == "__main__":
    main()
