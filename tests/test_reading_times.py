"""Each chapter tells its reading time, with and without exercises, and For instructors agrees."""

import json
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
HOURS = {"an hour": 60, "an hour and a half": 90, "two hours": 120}
TIME = re.compile(
    r"\*About ([\w ]+?) minutes to read[^;*]*; ([\w ]+?)(?: minutes)? with the exercises"
)
PARTS = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["parts"]
CHAPTERS = [entry["file"] for part in PARTS if part.get("numbered") for entry in part["chapters"]]


def told(chapter):
    """Return title, minutes to read and minutes with the exercises, from the head of a chapter."""
    notebook = json.loads((ROOT / f"{chapter}.ipynb").read_text("utf-8"))
    head = "\n".join("".join(cell["source"]) for cell in notebook["cells"][:3])
    title, time = re.search(r"^# (.*)", head, re.MULTILINE), TIME.search(head)
    assert time, f"{chapter} does not tell how long it takes: {TIME.pattern}"
    return title[1], *(HOURS[word] if word in HOURS else int(word) for word in time.groups())


@pytest.mark.parametrize(("number", "chapter"), list(enumerate(CHAPTERS, start=1)))
def test_for_instructors_has_the_chapter_with_the_same_times(number, chapter):
    title, reading, whole = told(chapter)
    assert reading < whole
    page = (ROOT / "book/reference/for_instructors.md").read_text("utf-8")
    row = re.search(
        rf"^\| {number}\. \*{re.escape(title)}\* \| \d+ \| (\d+) \| (\d+) \|", page, re.M
    )
    assert row, f"For instructors lacks {number}. {title}"
    assert [int(time) for time in row.groups()] == [reading, whole]
