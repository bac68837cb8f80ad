"""Everything that people read, written from the results and from what a teacher has filled in."""

from . import late, marks
from .changes import since_last_time
from .class_report import write_class_report
from .decisions import outdated
from .feedback import write_feedback
from .gradebook import write_gradebook, write_mistakes
from .manual import collect_answers
from .marks_folder import MarksFolder
from .similar import pairs
from .source import read, with_solution, without_solution
from .student_report import write_reports
from .writing import write_whole


def write_all(out):
    """Merge marks by hand and overrides, and write everything that people read."""
    marks_folder = MarksFolder(out)
    about, roster = marks_folder.about, marks_folder.roster
    assignment = read(about["source"])
    results, entries, ungraded = marks_folder.results()
    collect_answers(results, entries, assignment, out, about.get("anonymous", ""))
    final, unmatched = marks.final(results, out)
    unmatched += [f"{student} has handed in, and has no marks: grade again" for student in ungraded]
    unmatched += [*outdated(results, out), *marks_folder.look]
    unmatched += late.apply(final, about.get("late"), out)
    changes = since_last_time(final, out)
    write_gradebook(final, assignment, roster, out, about.get("title", ""))
    write_reports(final, assignment, out)
    write_feedback(final, out)
    write_mistakes(final, out)
    more = {"changes": changes, "similar": pairs(final, _given(assignment))}
    write_class_report(final, assignment, roster, out, about["missing"], unmatched, more)
    overrides = out / "overrides.csv"
    if not overrides.exists():
        write_whole(overrides, ",".join(marks.OVERRIDES) + "\n", sync=True)
    _say(final, unmatched, out)
    return 0


def _given(assignment):
    """Return the code that everybody may have in an answer cell."""
    cells = [cell for cell in assignment.cells if cell.role == "question"]
    return [fill(cell) for cell in cells for fill in (with_solution, without_solution)]


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
