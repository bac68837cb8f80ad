"""The sheet that says what each mark is given for, and which mistakes have a name."""

from course.author import BY_HAND, Numbers, Question, Tests
from course.templates import render


def rubric(assignment):
    """Return the sheet as HTML."""
    questions = [_describe(question) for question in assignment.questions]
    return render("rubric.html", assignment=assignment, questions=questions)


def _describe(question):
    mistakes = ()
    if isinstance(question, Question):
        mistakes = question.variants
        rows = [
            _row(part.points, f"{', '.join(part.outputs)}: {part.kind}", part.if_wrong)
            for part in question.parts
        ]
    elif isinstance(question, Tests):
        mistakes = question.wrong
        what = "each wrong function that the student's tests tell from the right ones"
        rows = [_row(question.points_each, what, "The hint of the function that was missed.")]
    elif isinstance(question, Numbers):
        rows = [_row(question.points, "the student's own data", question.if_wrong)]
    elif isinstance(question, BY_HAND):
        rows = [_row(points, what, "Marked by hand.") for points, what in question.rubric]
    return {
        "name": question.name,
        "title": question.title,
        "points": question.points,
        "needs": getattr(question, "needs", ()),
        "rows": rows,
        "mistakes": [{"name": mistake.name, "hint": mistake.hint} for mistake in mistakes],
    }


def _row(points, what, sentence):
    return {"points": points, "what": what, "sentence": sentence}
