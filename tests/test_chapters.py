"""Every page of the book is fresh and well-formed, and each of these proofs is seen to fail."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from chapter_guard import complaints
from chapter_guard.cells import every_cell_has_run_in_order
from chapter_guard.page import Page
from chapter_guard.sample import PICTURE, VALUE, sample_chapter
from nbformat import NotebookNode
from refresh_chapters import (
    CELL_TIMEOUT,
    ChapterError,
    chapters,
    kernel_environment,
    normalise,
    pages,
    read,
)
from refresh_chapters import __file__ as refresh_program
from refresh_chapters import show as name

TERMINAL_COLOURS = re.compile(r"(?:#x1B|\x1b)\[[0-9;]*m")
STALE = "Cell outputs differ"
CURES = {
    "Timeout of": "make the cell faster or smaller",
    "caused an exception": "mend the code",
    STALE: (
        "the stored output is stale: run `make chapters`, look at what moved, commit it by itself"
    ),
    "Unrun reference cell": "run `make chapters` and commit what it stores",
}


def prove(path: Path, cell_timeout: float = CELL_TIMEOUT) -> list[str]:
    """Run strict nbval over one notebook, alone; give a sentence for each cell that fails.

    After a cell that raises or never ends the others fail for its sake and are not named.
    """
    code_cells = Page.read(path).cells("code")
    with tempfile.TemporaryDirectory() as scratch:
        report, settings = Path(scratch, "report.xml"), Path(scratch, "pytest.ini")
        settings.write_text("[pytest]\n")  # not the project's own, whose rules are for emlib
        options = ["-p", "nbval.plugin", "-p", "no:cacheprovider", "--noconftest", "--color=no"]
        options += ["--nbval", "--nbval-current-env", f"--nbval-cell-timeout={cell_timeout}"]
        options += ["-c", settings, "--rootdir", path.parent, f"--junitxml={report}"]
        run = subprocess.run(
            [sys.executable, "-m", "pytest", path.name, *options],
            cwd=path.parent,
            env=_without_outer_pytest(kernel_environment(scratch)),
            capture_output=True,
            text=True,
            check=False,
        )
        cases = list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
    sentences = []
    for case, (number, _) in zip(cases, code_cells, strict=False):
        for failure in case.iter("failure"):
            details = TERMINAL_COLOURS.sub("", failure.text or "").strip()
            sentences.append(f"{Page.read(path).at(number)}: {_cure(details)}.\n{details}")
            if STALE not in details:
                return sentences
    if not sentences and (run.returncode != 0 or len(cases) != len(code_cells)):
        return [f"{name(path)}: nbval did not read it to its end:\n{run.stdout}{run.stderr}"]
    return sentences


def _without_outer_pytest(environment: dict[str, str]) -> dict[str, str]:
    ours = {key: value for key, value in environment.items() if not key.startswith("PYTEST_")}
    return ours | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def _cure(details: str) -> str:
    return next((cure for sign, cure in CURES.items() if sign in details), "see below")


# --- The book


@pytest.mark.parametrize("path", chapters(), ids=name)
def test_chapter_runs_and_its_stored_outputs_are_fresh(path):
    if found := prove(path):
        pytest.fail("\n".join(found), pytrace=False)


@pytest.mark.parametrize("path", chapters(), ids=name)
def test_chapter_is_stored_in_the_one_spelling(path):
    if normalise(read(path)).encode() != path.read_bytes():
        pytest.fail(f"{name(path)} is not spelt as it is stored here: run `make chapters`.", False)


@pytest.mark.parametrize("path", pages(), ids=name)
def test_page_passes_the_guard(path):
    if found := complaints(Page.read(path)):
        pytest.fail("\n".join(found), pytrace=False)


# --- The proofs themselves, on broken material


@pytest.fixture
def store(tmp_path):
    """Store a notebook as a chapter of its own and return its path."""

    def write(notebook: NotebookNode, stem: str = "stone") -> Path:
        path = tmp_path / "responsibilities" / f"{stem}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(normalise(notebook), encoding="utf-8")
        return path

    return write


def refresh(*arguments: str | Path) -> subprocess.CompletedProcess:
    command = [sys.executable, refresh_program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_each_failing_cell_is_named_with_its_cure(store):
    notebook = sample_chapter()
    notebook.cells[VALUE - 1].outputs[0].data["text/plain"] = "4"
    notebook.cells[PICTURE - 1].outputs[0].data["image/svg+xml"] = "<svg/>"
    raising = dict(notebook.cells[VALUE - 1], id="sample-7", source="statistics.mean([])")
    notebook.cells.append(NotebookNode(raising))

    value, picture, raised = prove(store(notebook))

    stale = "output is stale: run `make chapters`, look at what moved, commit it by itself."
    assert "stone.ipynb, cell 3 (“statistics.mean([1, 2, 6])”): the stored " + stale in value
    assert "stone.ipynb, cell 4 (“SVG(" in picture
    assert stale in picture
    assert "stone.ipynb, cell 7 (“statistics.mean([])”): mend the code." in raised
    assert "StatisticsError: mean requires at least one data point" in raised


def test_cell_that_never_ends_is_named_with_its_cure(store):
    notebook = sample_chapter()
    notebook.cells = [notebook.cells[VALUE - 1]]
    notebook.cells[0].source = "while True:\n    pass"
    path = store(notebook)

    (sentence,) = prove(path, cell_timeout=1)
    assert "stone.ipynb, cell 1 (“while True:”): make the cell faster or smaller." in sentence

    refreshed = refresh("--cell-timeout=1", path)
    assert refreshed.returncode == 1
    assert refreshed.stderr.endswith(
        "stone.ipynb, cell 1 (“while True:”) takes longer than 1 s. "
        "Make it faster or smaller; the file is left as it was.\n"
    )


def test_stripped_notebook_passes_nbval_and_is_caught_by_the_guard(store):
    notebook = sample_chapter()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(execution_count=None, outputs=[])
    path = store(notebook)
    assert prove(path) == []
    found = list(every_cell_has_run_in_order(Page.read(path)))
    assert len(found) == 1
    assert "stone.ipynb, cell 2 (“import statistics”) and 2 more: no execution count" in found[0]
    assert "run `make chapters`" in found[0]


def test_refreshing_twice_changes_nothing_the_second_time(store):
    notebook = sample_chapter()
    notebook.cells[VALUE - 1].outputs[0].data["text/plain"] = "stale"
    path = store(notebook)

    first = refresh(path)
    assert (first.returncode, first.stderr) == (0, "")
    assert "stone.ipynb: wrote the outputs of cell 3 (" in first.stdout
    assert path.read_text(encoding="utf-8") == normalise(sample_chapter())

    written = os.stat(path).st_mtime_ns
    second = refresh(path)
    assert (second.returncode, second.stderr) == (0, "")
    assert "stone.ipynb: nothing changes (" in second.stdout
    assert os.stat(path).st_mtime_ns == written


def test_refreshing_writes_neither_when_asked_to_check_nor_what_raises(store, tmp_path):
    notebook = sample_chapter()
    notebook.cells[VALUE - 1].outputs[0].data["text/plain"] = "stale"
    stale = store(notebook, "stale")
    notebook.cells[VALUE - 1].update(source="1 / 0", metadata={"tags": ["raises-exception"]})
    raising = store(notebook, "raising")
    unreadable = tmp_path / "unreadable.ipynb"
    unreadable.write_text("no notebook")
    before = stale.read_bytes() + raising.read_bytes()

    result = refresh("--check", stale, raising, unreadable)

    assert result.returncode == 1
    assert "stale.ipynb: would change the outputs of cell 3 (" in result.stdout
    assert stale.read_bytes() + raising.read_bytes() == before
    raised, unread = result.stderr.splitlines()
    assert raised.endswith(
        "raising.ipynb, cell 3 (“1 / 0”) raises ZeroDivisionError: division by zero. "
        "Mend the code; the file is left as it was."
    )
    assert "unreadable.ipynb is not a notebook that can be read (Expecting value" in unread


def test_page_that_is_listed_and_missing_is_named(tmp_path):
    (tmp_path / "_toc.yml").write_text("root: index\nparts: [{chapters: [{file: lost}]}]\n")
    (tmp_path / "index.md").touch()
    with pytest.raises(ChapterError, match=r"_toc.yml lists lost, but there is no lost.ipynb"):
        pages(tmp_path)


def test_one_spelling_drops_what_machines_and_runs_leave_behind(store):
    notebook = sample_chapter()
    notebook.metadata = {
        "widgets": {"state": {}},
        "kernelspec": {"name": "mine", "display_name": "Mine", "language": "python"},
        "language_info": {"name": "python", "version": "3.11.2"},
    }
    for cell in notebook.cells:
        cell.metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    data = notebook.cells[PICTURE - 1].outputs[0].data
    data["image/png"] = "iVBORw0KGgo="
    data["application/vnd.jupyter.widget-view+json"] = {"model_id": "8c1f"}
    assert normalise(notebook) == normalise(sample_chapter())


def test_one_spelling_merges_streams_and_keeps_non_ascii_readable():
    notebook = sample_chapter()
    lines = [{"output_type": "stream", "name": "stdout", "text": text} for text in ("γ ", "≥ 0\n")]
    notebook.cells[VALUE - 1].outputs = lines
    assert '"γ ≥ 0\\n"' in normalise(notebook)


def test_missing_and_repeated_cell_ids_become_the_same_ones_every_time(store):
    path = store(sample_chapter())
    text = path.read_text(encoding="utf-8")
    text = text.replace('   "id": "sample-2",\n', "").replace('"sample-4"', '"sample-3"')
    path.write_text(text, encoding="utf-8")
    ids = [[cell.id for cell in read(path).cells] for _ in range(2)]
    assert ids[0] == ids[1]
    assert ids[0] == ["sample-1", "stone-2", "sample-3", "stone-4", "sample-5", "sample-6"]
