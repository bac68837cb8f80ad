"""Build the assignments of the book, and grade what students hand in."""

import argparse
import json
import os
import secrets
import sys
from pathlib import Path

from . import marks
from .batch import grade_folder
from .build import build
from .catalogue import catalogue
from .chapter_checks import QUESTIONS, REFERENCES
from .class_report import write_class_report
from .gradebook import write_gradebook
from .gradescope import grade_for_gradescope
from .key import Key
from .manual import collect_answers
from .report import write_reports
from .roster import Roster, collect
from .sandbox.protection import MEANING, protection
from .source import SourceError, read

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "book/assignments"


def main(arguments=None):
    """Do what the command line says; return the exit code."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except (SourceError, marks.MarksError, OSError, ValueError, RuntimeError) as problem:
        print(f"course: {problem}", file=sys.stderr)
        return 1


def parser():
    """Return the parser of the command line."""
    whole = argparse.ArgumentParser(prog="python -m course", description=__doc__)
    commands = whole.add_subparsers(required=True, metavar="command")

    def command(name, run, help_):
        part = commands.add_parser(name, help=help_, description=help_)
        part.set_defaults(run=run)
        return part

    part = command("build", run_build, "build every edition of every assignment")
    part.add_argument("--source", type=Path, default=SOURCES, help="a source, or a folder of them")
    part.add_argument("--out", type=Path, default=ROOT / "_build/course", help="where to")
    part.add_argument("--salt", type=Path, default=ROOT / ".course-salt", help=SALT_HELP)

    part = command("grade", run_grade, "grade a folder of hand-ins; takes up where it stopped")
    part.add_argument("source", type=Path, help="source of the assignment: its file, or its name")
    part.add_argument("hand_ins", type=Path, help="folder of hand-ins")
    part.add_argument("--out", type=Path, required=True, help="folder for marks and reports")
    part.add_argument("--roster", type=Path, help="CSV with a column id, and name, email, …")
    part.add_argument("--salt", type=Path, default=ROOT / ".course-salt", help=SALT_HELP)
    part.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time")
    part.add_argument("--seconds", type=float, default=10.0, help="computing time of one call")
    part.add_argument("--again", action="store_true", help="grade everything anew")
    part.add_argument("--quiet", action="store_true", help="no progress bar")
    part.add_argument("--without", default="", help=WITHOUT_HELP)

    part = command("report", run_report, "write marks and reports anew, with your marks by hand")
    part.add_argument("out", type=Path, help="the folder that `grade` wrote")

    part = command("gradescope", run_gradescope, "grade one submission inside Gradescope")
    part.add_argument("source", type=Path)
    part.add_argument("submission", type=Path)
    part.add_argument("--salt", type=Path, required=True)
    part.add_argument("--metadata", type=Path, required=True)
    part.add_argument("--out", type=Path, required=True)

    command("protections", run_protections, "try out what this system can protect")
    command("catalogue", run_catalogue, "write the hashes of the chapters' checks")
    return whole


SALT_HELP = "file with the secret that hidden inputs come from; made if it is not there"
WITHOUT_HELP = "grade although these protections are missing here, comma-separated"


def run_build(options):
    """Build editions of one source, or of all in a folder."""
    sources = sorted(options.source.glob("*.py")) if options.source.is_dir() else [options.source]
    for source in sources:
        for path in build(read(source), options.out, salt(options.salt)):
            print(path)


def run_grade(options):
    """Grade a folder."""
    source = options.source if options.source.exists() else SOURCES / f"{options.source}.py"
    assignment = read(source)
    found = protection()
    accepted = {name.strip() for name in options.without.split(",") if name.strip()}
    unknown = accepted - set(MEANING)
    if unknown:
        raise ValueError(f"--without knows {', '.join(MEANING)}, and not {', '.join(unknown)}")
    refused = [name for name in found.missing if name not in accepted]
    if refused:
        print(f"On this system a hand-in cannot be held back in every way:\n{found.table()}")
        print(
            f"Grade on Linux (also in WSL or a virtual machine), or accept the risk for students "
            f"whom you trust:\n  --without {','.join(refused)}"
        )
        return 2
    roster = Roster.read(options.roster) if options.roster else Roster()
    entries = collect(options.hand_ins, roster)
    if not entries:
        raise ValueError(f"{options.hand_ins} holds no hand-ins")
    options.out.mkdir(parents=True, exist_ok=True)
    grade_folder(
        Key(assignment, salt(options.salt)), entries, options.out, jobs=options.jobs,
        walls=found.settings["walls"], quiet=options.quiet, again=options.again,
        seconds=options.seconds,
    )  # fmt: skip
    about = {
        "source": str(source.resolve()),
        "hand_ins": str(options.hand_ins.resolve()),
        "roster": str(options.roster.resolve()) if options.roster else None,
        "missing": found.missing,
    }
    (options.out / "about.json").write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    return run_report(options)


def run_report(options):
    """Merge marks by hand and overrides, and write everything that people read."""
    about = json.loads((options.out / "about.json").read_text("utf-8"))
    assignment = read(about["source"])
    roster = Roster.read(about["roster"]) if about["roster"] else Roster()
    entries = collect(about["hand_ins"], roster)
    known = {entry.student.id: entry.known or not about["roster"] for entry in entries}
    results = [
        json.loads(path.read_text("utf-8")) for path in sorted(options.out.glob("results/*.json"))
    ]
    results = [result | {"known": known.get(result["student"], False)} for result in results]
    collect_answers(results, entries, assignment, options.out)
    final = marks.final(results, options.out)
    write_gradebook(final, assignment, roster, options.out)
    write_reports(final, assignment, options.out)
    write_class_report(final, assignment, roster, options.out, about["missing"])
    overrides = options.out / "overrides.csv"
    if not overrides.exists():
        overrides.write_text(",".join(marks.OVERRIDES) + "\n", "utf-8")
    print(f"{len(final)} hand-ins: {options.out / 'gradebook.csv'}, {options.out / 'class.html'}")
    return 0


def run_gradescope(options):
    """Grade the submission that Gradescope has put into a folder."""
    result = grade_for_gradescope(
        options.source, options.submission, options.metadata, salt(options.salt)
    )
    options.out.write_text(json.dumps(result, indent=1), "utf-8")


def run_protections(options):
    """Say what holds on this system."""
    found = protection()
    print(found.table())
    return 1 if found.missing else 0


def run_catalogue(options):
    """Write emlib/check/catalogue.json."""
    text = json.dumps(catalogue(QUESTIONS, REFERENCES, points=False), indent=0)
    (ROOT / "emlib/check/catalogue.json").write_text(text + "\n", "utf-8")


def salt(path):
    """Read the secret; make one, for the teacher's eyes only, if there is none."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write(secrets.token_hex(16) + "\n")
    text = path.read_text("utf-8").strip()
    if not text:
        raise ValueError(f"{path} is empty: write any secret words into it")
    return text


if __name__ == "__main__":
    sys.exit(main())
