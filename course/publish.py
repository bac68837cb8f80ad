"""Everything that people read, written from the results and from what a teacher has filled in."""

from . import marks
from .class_report import write_class_report
from .decisions import outdated
from .gradebook import write_gradebook
from .manual import collect_answers
from .marks_folder import MarksFolder
from .source import read
from .student_report import write_reports
from .writing import write_whole


def write_all(out):
    """Merge marks by hand and overrides, and write everything that people read."""
    marks_folder = MarksFolder(out)
    about, roster = marks_folder.about, marks_folder.roster
    assignment = read(about["source"])
    results, entries, ungraded = marks_folder.results()
    collect_answers(results, entries, assignment, out)
    final, unmatched = marks.final(results, out)
    unmatched += [f"{student} has handed in, and has no marks: grade again" for student in ungraded]
    unmatched += [*outdated(results, out), *marks_folder.look]
    write_gradebook(final, assignment, roster, out, about.get("title", ""))
    write_reports(final, assignment, out)
    write_class_report(final, assignment, roster, out, about["missing"], unmatched)
    overrides = out / "overrides.csv"
    if not overrides.exists():
        write_whole(overrides, ",".join(marks.OVERRIDES) + "\n", sync=True)
    _say(final, unmatched, out)
    return 0


def _say(results, unmatched, out):
    """Print what a teacher should do next, and where to look."""
    for sentence in unmatched:
        print(f"Look: {sentence}.")
    unknown = sum(not result["known"] for result in results)
    if unknown:
        print(f"Look: {unknown} of the hand-ins are by nobody on the roster.")
    waiting = sum(bool(result["waiting"]) for result in results)
    if waiting:
        print(
            f"{waiting} hand-ins wait for marks by hand: read {out / 'manual/answers.html'}, "
            f"fill in {out / 'manual/marks.csv'}, then\n  python -m course report {out}"
        )
    print(f"{len(results)} hand-ins: {out / 'gradebook.csv'}, {out / 'class.html'}")
