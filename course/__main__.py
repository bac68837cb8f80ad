"""Build the assignments of the book, and grade what students hand in."""

import argparse
import json
import os
import secrets
import sys
import webbrowser
from pathlib import Path

from . import marks
from .answer_key import Key
from .archives import unpacked
from .build import build
from .catalogue import catalogue, one_probe_a_line
from .chapter_checks import QUESTIONS, REFERENCES
from .demo import make_class
from .gradescope_run import grade_for_gradescope
from .hand_ins import collect
from .marks_folder import MarksFolder
from .publish import write_all
from .runner import grade_folder
from .sandbox.protection import MEANING, protection
from .source import SourceError, read
from .writing import write_whole

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "book/assignments"


def main(arguments=None):
    """Do what the command line says; return the exit code."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        print("course: stopped; the same command goes on from here", file=sys.stderr)
        return 130
    except (SourceError, marks.MarksError, OSError, ValueError, RuntimeError) as problem:
        print(f"course: {problem}", file=sys.stderr)
        return 1


def parser():
    """Return the parser of the command line."""
    whole = argparse.ArgumentParser(
        prog="python -m course", description=__doc__, epilog=EXAMPLES, formatter_class=AS_WRITTEN
    )
    commands = whole.add_subparsers(required=True, metavar="command")

    def command(name, run, help_, example=""):
        part = commands.add_parser(
            name, help=help_, description=f"{help_[0].upper()}{help_[1:]}.",
            epilog=example and f"example:\n{example}", formatter_class=AS_WRITTEN,
        )  # fmt: skip
        part.set_defaults(run=run)
        return part

    part = command("build", run_build, "build every edition of every assignment", BUILD)
    part.add_argument("--source", type=Path, default=SOURCES, help="a source, or a folder of them")
    part.add_argument("--out", type=Path, default=ROOT / "_build/course", help="where to")
    part.add_argument("--salt", type=Path, default=ROOT / ".course-salt", help=SALT_HELP)

    part = command(
        "grade", run_grade, "grade a folder of hand-ins; goes on where it stopped", GRADE
    )
    part.add_argument("source", type=Path, help="source of the assignment: its file, or its name")
    part.add_argument(
        "hand_ins", type=Path, help="folder of hand-ins, or the zip from Moodle, Canvas, Gradescope"
    )
    part.add_argument("--out", type=Path, required=True, help="folder for marks and reports")
    part.add_argument("--roster", type=Path, help="CSV with a column id, and name, email, …")
    part.add_argument("--title", default="", help=TITLE_HELP)
    part.add_argument("--salt", type=Path, default=ROOT / ".course-salt", help=SALT_HELP)
    part.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time")
    part.add_argument("--seconds", type=float, default=10.0, help="computing time of one call")
    part.add_argument("--again", action="store_true", help="grade everything anew")
    part.add_argument("--only", default="", metavar="NAMES", help=ONLY_HELP)
    _policy(part)
    part.add_argument("--quiet", action="store_true", help="no progress bar")
    part.add_argument("--without", default="", metavar="WORDS", help=WITHOUT_HELP)

    part = command("report", run_report, "write marks and reports anew, with yours by hand", REPORT)
    part.add_argument("out", type=Path, help="the folder that `grade` wrote")
    part.add_argument("--roster", type=Path, help="another roster from now on")
    _policy(part)
    part.add_argument("--title", default="", help=TITLE_HELP)

    part = command("gradescope", run_gradescope, "grade one submission inside Gradescope")
    part.add_argument("source", type=Path, help="source of the assignment")
    part.add_argument("submission", type=Path, help="folder with the one notebook")
    part.add_argument("--salt", type=Path, required=True, help=SALT_HELP)
    part.add_argument(
        "--metadata", type=Path, required=True, help="Gradescope's file on who submitted"
    )
    part.add_argument("--out", type=Path, required=True, help="the file that Gradescope reads")

    part = command(
        "demo", run_demo, "invent a class of thirty, grade it, show the class page", DEMO
    )
    part.add_argument("--out", type=Path, default=Path("demo"), help="a new folder for all of it")
    part.add_argument("--no-browser", action="store_true", help="do not open the class page")

    command("protections", run_protections, "try out what this system can protect")
    command("catalogue", run_catalogue, "write the hashes of the chapters' checks (for the book)")
    return whole


def _policy(part):
    """Add what holds for a folder of marks until it is said otherwise."""
    part.add_argument("--due", help="when it was due: '2026-11-20 18:00' (local, or with +01:00)")
    part.add_argument("--grace", type=float, help="minutes after that which cost nothing")
    part.add_argument("--penalty", type=float, help="per cent of the marks for each day begun")
    part.add_argument("--cap", type=float, help="per cent that lateness costs at most")
    part.add_argument("--times", type=Path, help=TIMES_HELP)
    part.add_argument(
        "--groups", metavar="COLUMN", help="of the roster: one hand-in counts for all"
    )
    part.add_argument(
        "--anonymous", action="store_true", help="no names on the page of answers and its sheet"
    )


AS_WRITTEN = argparse.RawDescriptionHelpFormatter
BUILD = "  python -m course build --source ~/my-course --out ~/my-course/built"
GRADE = "  python -m course grade responsibilities hand-ins --roster roster.csv --out graded"
REPORT = "  python -m course report graded"
EXAMPLES = f"""\
in this order:
{BUILD}
{GRADE}
  (fill in graded/manual/marks.csv and graded/overrides.csv)
{REPORT}

`python -m course grade --help` lists the options of `grade`. The page For instructors of the book,
book/reference/for_instructors.md, explains all of it."""
DEMO = "  python -m course demo --out /tmp/demo"
ONLY_HELP = "ids of students, or names of questions, to grade anew, separated by commas"
TIMES_HELP = "CSV `student, handed_in`, or Moodle's grading worksheet: who handed in when"
SALT_HELP = "file with the secret that hidden inputs come from; made if it is not there"
TITLE_HELP = "the column in Canvas and Moodle, named as it is there: 'Homework 1 (4711)'"
WITHOUT_HELP = (
    "grade although these protections are missing here, separated by commas; "
    f"words: {', '.join(MEANING)}"
)


def run_build(options):
    """Build editions of one source, or of all in a folder."""
    sources = sorted(options.source.glob("*.py")) if options.source.is_dir() else [options.source]
    if not sources:
        raise ValueError(f"{options.source} holds no sources: a source is a file *.py")
    for source in sources:
        if not source.exists():
            raise ValueError(f"there is no source {source}")
        for path in build(read(source), options.out, salt(options.salt)):
            print(path)
    print(f"\nHand out what is in student/. Keep the salt, and keep it secret: {options.salt}")
    if options.source.resolve().is_relative_to(SOURCES):
        print(PUBLIC)
    return 0


PUBLIC = """\
These sources, with their solutions, are public, and your students can find them. Where marks count,
copy book/assignments to a private folder, change the questions there, and build from it:
  make course FROM=a/private/folder"""


def run_grade(options):
    """Grade a folder."""
    found = whole_protection()
    source = options.source if options.source.exists() else SOURCES / f"{options.source}.py"
    if not source.exists():
        names = ", ".join(sorted(path.stem for path in SOURCES.glob("*.py")))
        raise ValueError(f"there is no assignment {options.source}: name a file, or one of {names}")
    if not (options.hand_ins.is_dir() or options.hand_ins.suffix == ".zip"):
        raise ValueError(f"there is no folder {options.hand_ins}, nor is it a zip")
    assignment = read(source)
    accepted = {name.strip() for name in options.without.split(",") if name.strip()}
    unknown = accepted - set(MEANING)
    if unknown:
        raise ValueError(f"--without knows {', '.join(MEANING)}, and not {', '.join(unknown)}")
    refused = [name for name in found.missing if name not in accepted]
    if refused:
        print(f"On this system a hand-in cannot be held back in every way:\n{found.table()}")
        print(HOW_TO_PROTECT)
        print(f"Or accept the risk, for students whom you trust:\n  --without {','.join(refused)}")
        return 2
    marks_folder = MarksFolder(options.out)
    marks_folder.begin(assignment, source, options)
    hand_ins, left_out = options.hand_ins, []
    if hand_ins.suffix == ".zip":
        hand_ins, left_out = unpacked(hand_ins, options.out / "hand-ins")
    if not collect(hand_ins, marks_folder.roster):
        raise ValueError(f"{options.hand_ins} holds no hand-ins")
    marks_folder.add(hand_ins)
    entries, only = _only(options.only, marks_folder.to_grade(), assignment)
    for sentence in left_out:
        print(f"Look: {sentence}.")
    grade_folder(
        Key(assignment, salt(options.salt)), entries, options.out, jobs=options.jobs,
        walls=found.settings["walls"], quiet=options.quiet,
        again=options.again or bool(options.only and not only), seconds=options.seconds, only=only,
    )  # fmt: skip
    marks_folder.write(missing=list(found.missing))
    return write_all(options.out)


def _only(names, entries, assignment):
    """Return the entries to grade and the questions to grade anew; ValueError for other names."""
    names = {name.strip() for name in names.split(",") if name.strip()}
    questions = {question.name for question in assignment.questions} & names
    students = {entry.student.id for entry in entries} & names
    if unknown := names - questions - students:
        raise ValueError(f"--only: there is no student and no question {', '.join(unknown)}")
    chosen = [entry for entry in entries if entry.student.id in students] if students else entries
    return chosen, tuple(sorted(questions))


def run_demo(options):
    """Invent a class, grade it, and show what a teacher gets."""
    if options.out.exists() and any(options.out.iterdir()):
        raise ValueError(f"{options.out} is there already: name a new folder with --out")
    home = make_class(read(SOURCES / "responsibilities.py"), options.out)
    words = [
        "grade", "responsibilities", str(home / "hand-ins.zip"), "--out", str(home / "graded"),
        "--roster", str(home / "roster.csv"), "--times", str(home / "times.csv"),
        "--due", "2026-11-20 18:00+00:00", "--grace", "15", "--penalty", "10", "--cap", "50",
        "--salt", str(home / "salt"), "--seconds", "2",
    ]  # fmt: skip
    missing = whole_protection().missing
    words += ["--without", ",".join(missing)] if missing else []  # these hand-ins are our own
    print("python -m course", " ".join(f"'{word}'" if " " in word else word for word in words))
    code = main(words)
    page = (home / "graded/class.html").resolve()
    print(f"\nOpen this first: {page.as_uri()}")
    if not options.no_browser:
        webbrowser.open(page.as_uri())
    return code


HOW_TO_PROTECT = """\
Most often user namespaces are switched off. As an administrator, switch them on:
  sysctl -w kernel.unprivileged_userns_clone=1                (Debian)
  sysctl -w kernel.apparmor_restrict_unprivileged_userns=0    (Ubuntu 23.10 and later)
  sysctl -w user.max_user_namespaces=15000                    (Red Hat and others)
In a container they are held back from outside: grade on the machine itself, in a virtual machine,
or in a container that was started with --privileged and holds nothing else of worth."""


def whole_protection():
    """Return what this system protects; refuse to start where nobody has tried."""
    if sys.platform != "linux":
        raise RuntimeError(
            "hand-ins are graded on Linux only: what holds a student's code back are walls that "
            "Linux has. On Windows use WSL, on macOS a virtual machine (both are free). Building "
            "the editions works everywhere"
        )
    return protection()


def run_report(options):
    """Take over what the command line says, and write everything that people read."""
    MarksFolder(options.out).change(options)
    return write_all(options.out)


def run_gradescope(options):
    """Grade the submission that Gradescope has put into a folder."""
    result = grade_for_gradescope(
        options.source, options.submission, options.metadata, salt(options.salt)
    )
    write_whole(options.out, json.dumps(result, indent=1))


def run_protections(options):
    """Say what holds on this system."""
    found = whole_protection()
    print(found.table())
    if found.missing:
        print(HOW_TO_PROTECT)
    return 1 if found.missing else 0


def run_catalogue(options):
    """Write emlib/check/catalogue.json."""
    text = one_probe_a_line(catalogue(QUESTIONS, REFERENCES, points=False))
    write_whole(ROOT / "emlib/check/catalogue.json", text)


def salt(path):
    """Read the secret; make one, for the teacher's eyes only, if there is none."""
    if not path.exists():
        write_whole(path, secrets.token_hex(16) + "\n", sync=True, mode=0o600)
    text = path.read_text("utf-8").strip()
    if not text:
        raise ValueError(f"{path} is empty: write any secret words into it")
    return text


if __name__ == "__main__":
    sys.exit(main())
