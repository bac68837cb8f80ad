"""What a student's code may ask of the kernel: a list of what Python and NumPy need, no more.

What is not on it is refused, whatever a new kernel may add: namespaces, mounts, sockets (packet
rings hold memory that no limit counts), io_uring, bpf, keys, userfaultfd, other processes' memory.
"""

import os

ALLOWED = {
    "x86_64": {
        "files": (0, 1, 2, 3, 4, 5, 6, 8, 16, 17, 18, 19, 20, 21, 32, 33, 40, 72, 73, 74, 75,
            76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 95, 132, 137, 138,
            217, 235, 257, 258, 262, 263, 264, 265, 266, 267, 268, 269, 280, 285, 292, 295, 296,
            316, 326, 327, 328, 332, 436, 439),
        "waiting": (7, 22, 23, 24, 34, 35, 36, 37, 38, 61, 128, 130, 202, 213, 228, 229, 230,
            232, 233, 247, 270, 271, 273, 274, 281, 284, 290, 291, 293),
        "memory": (9, 10, 11, 12, 25, 26, 27, 28),
        "signals": (13, 14, 15, 62, 127, 131, 200, 219, 234),
        "processes": (39, 57, 59, 60, 63, 96, 97, 98, 99, 100, 102, 104, 107, 108, 109, 110,
            111, 112, 115, 118, 120, 121, 124, 140, 143, 145, 146, 147, 157, 158, 186, 204, 218,
            231, 302, 309, 318, 334),
    },
    "aarch64": {
        "files": (17, 23, 24, 25, 29, 32, 34, 35, 36, 37, 38, 43, 44, 45, 46, 47, 48, 49, 50,
            52, 53, 56, 57, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 78, 79, 80, 82, 83, 88,
            166, 276, 285, 286, 287, 291, 436, 439),
        "waiting": (19, 20, 21, 22, 59, 72, 73, 95, 98, 99, 100, 101, 102, 103, 113, 114, 115,
            124, 133, 137, 260),
        "memory": (214, 215, 216, 222, 226, 227, 232, 233),
        "signals": (128, 129, 130, 131, 132, 134, 135, 136, 139),
        "processes": (93, 94, 96, 120, 121, 123, 125, 126, 141, 148, 150, 153, 154, 155, 156,
            157, 158, 160, 163, 165, 167, 168, 169, 172, 173, 174, 175, 176, 177, 178, 179, 221,
            261, 278, 293),
    },
}  # fmt: skip
"""Numbers by machine: read, write and open to faccessat2; poll to pipe2; mmap to madvise; kill to
tgkill; getpid to rseq. `clone` is looked at more closely: see `launcher.filter_calls`."""

CLONE = {"x86_64": 56, "aarch64": 220}
REFUSED = {
    "x86_64": {
        "unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "pivot_root": 155,
        "chroot": 161,
        "open_tree": 428, "fsopen": 430, "move_mount": 429, "mount_setattr": 442, "clone3": 435,
        "vfork": 58, "socket": 41, "socketpair": 53, "io_uring_setup": 425, "bpf": 321,
        "perf_event_open": 298, "userfaultfd": 323, "keyctl": 250, "add_key": 248,
        "request_key": 249, "ptrace": 101, "process_vm_readv": 310, "pidfd_open": 434,
        "pidfd_getfd": 438, "kcmp": 312, "memfd_create": 319, "memfd_secret": 447, "shmget": 29,
        "msgget": 68, "semget": 64, "mq_open": 240, "fanotify_init": 300, "inotify_init1": 294,
        "personality": 135, "name_to_handle_at": 303, "open_by_handle_at": 304, "quotactl": 179,
        "swapon": 167, "reboot": 169, "init_module": 175, "kexec_load": 246, "syslog": 103,
        "setuid": 105, "setgroups": 116, "mlock": 149, "mlockall": 151, "setpriority": 141,
        "sched_setscheduler": 144, "timer_create": 222, "landlock_create_ruleset": 444,
        "seccomp": 317, "acct": 163, "modify_ldt": 154, "iopl": 172, "mknod": 133,
    },
    "aarch64": {
        "unshare": 97, "setns": 268, "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51,
        "open_tree": 428, "fsopen": 430, "clone3": 435, "socket": 198, "socketpair": 199,
        "io_uring_setup": 425, "bpf": 280, "perf_event_open": 241, "userfaultfd": 282,
        "keyctl": 219, "add_key": 217, "ptrace": 117, "process_vm_readv": 270, "memfd_create": 279,
        "memfd_secret": 447, "shmget": 194, "msgget": 186, "semget": 190, "mq_open": 180,
        "fanotify_init": 262, "personality": 92, "open_by_handle_at": 265, "setuid": 146,
    },
}  # fmt: skip
"""Some of what is not on the list, which `protection` tries one by one."""


def allowed():
    """Return the numbers that are allowed on this machine; none where it is not known."""
    return sorted(
        number for group in ALLOWED.get(_machine(), {}).values() for number in group
    )  # fmt: skip


def clone():
    """Return the number of `clone` here, or None."""
    return CLONE.get(_machine())


def refused():
    """Return name -> number of the calls that are tried."""
    return REFUSED.get(_machine(), {})


def _machine():
    return os.uname().machine if hasattr(os, "uname") else ""
