"""What students read: a page each, in which every mark that was lost has a sentence."""

from pathlib import Path

from .runner import file_name
from .templates import render
from .writing import write_whole


def write_reports(results, assignment, out):
    """Write reports/<student>.html and .md for every result."""
    folder = Path(out) / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    keep = set()
    for result in results:
        shown = (
            {"percent_off": 0}
            | result
            | {"questions": [_shown(question) for question in result["questions"]]}
        )
        for ending in ("html", "md"):
            page = folder / f"{file_name(result['student'])}.{ending}"
            write_whole(page, render(f"report.{ending}", assignment=assignment, result=shown))
            keep.add(page.name)
    for stale in folder.iterdir():
        if stale.name not in keep:
            stale.unlink()


def _shown(question):
    """Put together the parts that were lost for the same reason."""
    reasons = {}
    for part in question["parts"]:
        if part["mark"] < part["points"] or part.get("override"):
            sentence = part["sentence"]
            if part.get("override"):
                sentence = f"Set to {part['mark']:g} by your teacher: {part['override']}"
            reasons.setdefault(sentence, []).append(part["name"])
    shown = {"override": "", "comment": "", "code": ""} | question
    return shown | {"lost": list(reasons.items())}
