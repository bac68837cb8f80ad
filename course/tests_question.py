"""Grade the tests that a student wrote: whether they tell right from wrong."""

from .judge import Verdict, explain_failure, is_missing, sentence_of
from .sandbox import BoxError


def judge_tests(question, session, line_up):
    """Run a student's test on every function of the line-up; return a Verdict.

    The functions run elsewhere; the child sends arguments and gets results. It does not know which
    of them are right.
    """
    objected, trouble, stubs = {}, "", 0
    accused = []
    for number, (name, function) in enumerate(line_up):
        try:
            session.judge(question.name, function)
            objected[number] = False
        except BoxError as problem:
            objected[number] = problem.kind == "raised"
            stubs += problem.kind == "raised" and problem.name == "NotImplementedError"
            if problem.kind != "raised" or is_missing(problem, question.name):
                trouble = sentence_of(explain_failure(problem, question.name))
                break  # there is no test, or it never ends: the others would not tell more
            if name is None:
                accused.append(f"{problem.name}: {problem.text}".strip(": "))
    if stubs == len(line_up):
        trouble = "It is not filled in yet."
    if not trouble and accused:
        trouble = sentence_of(f"Your test fails on a function that is right, with {accused[0]}")
    hints = {variant.name: variant.hint for variant in question.wrong}
    parts = []
    for number, (name, _) in sorted(enumerate(line_up), key=lambda entry: str(entry[1][0])):
        if name is None:
            continue
        killed = not trouble and objected[number]
        parts.append(
            {
                "name": name,
                "points": question.points_each,
                "mark": question.points_each if killed else 0,
                "sentence": "" if killed else trouble or hints[name],
            }
        )
    missed = [part["name"] for part in parts if not part["mark"]]
    return Verdict(parts, [] if trouble else missed)
