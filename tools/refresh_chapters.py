"""Run each chapter from a fresh kernel and store its outputs in one byte-stable spelling.

    python tools/refresh_chapters.py                  every notebook that _toc.yml lists
    python tools/refresh_chapters.py a.ipynb b.ipynb  only these
    python tools/refresh_chapters.py --check          say what would change, and write nothing

A chapter that raises, or that takes longer than two minutes (--cell-timeout) for one cell, stays as
it is on disk.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import yaml
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
CELL_TIMEOUT = 120  # seconds

KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # names a model by a random id
VALID_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")

# What editors and kernels leave behind: it differs between machines and runs and says nothing.
CELL_NOISE = {"execution", "ExecuteTime", "collapsed", "scrolled", "trusted", "vscode", "jupyter"}
# What is folded on the page is folded in JupyterLab too, which knows no tags of the page.
FOLDED_IN_JUPYTER = {
    "hide-input": {"source_hidden": True},
    "hide-cell": {"source_hidden": True, "outputs_hidden": True},
    "remove-input": {"source_hidden": True},
    "remove-cell": {"source_hidden": True, "outputs_hidden": True},
}
BOOK_NOISE = {"widgets", "jupytext", "vscode", "toc", "signature", "orig_nbformat"}


class ChapterError(Exception):
    """A chapter that cannot be read or run; its text is the sentence to show."""


def pages(root: Path = ROOT) -> list[Path]:
    """Return every page that `_toc.yml` lists, in the book's order, as a file that exists."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    return [_page_file(root, name) for name in _names(toc)]


def chapters(root: Path = ROOT) -> list[Path]:
    """Return the notebooks among the pages."""
    return [page for page in pages(root) if page.suffix == ".ipynb"]


def _names(node: object) -> Iterator[str]:
    """Walk the table of contents: a page is whatever stands at `root:` or `file:`."""
    if isinstance(node, list):
        for item in node:
            yield from _names(item)
    elif isinstance(node, dict):
        yield from (node[key] for key in ("root", "file") if key in node)
        for value in node.values():
            yield from _names(value)


def _page_file(root: Path, name: str) -> Path:
    for candidate in (root / name, root / f"{name}.ipynb", root / f"{name}.md"):
        if candidate.is_file():
            return candidate
    raise ChapterError(f"_toc.yml lists {name}, but there is no {name}.ipynb and no {name}.md.")


def read(path: Path) -> NotebookNode:
    """Read a notebook; cells that lack a usable id get one made of the file's name and place."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["nbformat"] != 4:
            raise ValueError(f"it is in notebook format {raw['nbformat']}")
        raw["nbformat_minor"] = 5  # before nbformat sees it, which would invent random ids
        _name_cells(raw["cells"], slug=re.sub(r"[^a-zA-Z0-9]+", "-", path.stem)[:48])
        notebook = nbformat.reads(json.dumps(raw), as_version=4)
        nbformat.validate(notebook)
    except (OSError, ValueError, KeyError, TypeError, nbformat.ValidationError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ChapterError(
            f"{show(path)} is not a notebook that can be read ({reason}); "
            "open it in JupyterLab and save it again."
        ) from error
    return notebook


def _name_cells(cells: list[dict], slug: str) -> None:
    taken = {cell.get("id") for cell in cells}
    seen = set()
    for number, cell in enumerate(cells, start=1):
        name = cell.get("id")
        if not (isinstance(name, str) and VALID_ID.fullmatch(name)) or name in seen:
            name = f"{slug}-{number}"
            while name in taken:
                name += "-again"
            taken.add(name)
            cell["id"] = name
        seen.add(name)


def normalise(notebook: NotebookNode) -> str:
    """Spell a notebook in the one way in which this book stores it; invents no output or count."""
    notebook = nbformat.from_dict(notebook)
    metadata = {key: value for key, value in notebook.metadata.items() if key not in BOOK_NOISE}
    metadata |= {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    notebook.metadata = nbformat.from_dict(metadata)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(
            {key: value for key, value in cell.metadata.items() if key not in CELL_NOISE}
        )
        if cell.cell_type == "code":
            cell.outputs = _outputs(cell.outputs)
            if folded := _folded(cell.metadata.get("tags", [])):
                cell.metadata["jupyter"] = folded
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def _folded(tags: list[str]) -> dict[str, bool]:
    """Give JupyterLab's words for what the page folds."""
    return {key: True for tag in tags for key in FOLDED_IN_JUPYTER.get(tag, {})}


def _outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Merge neighbouring streams, and keep of each picture or widget what a page can show."""
    kept: list[NotebookNode] = []
    for output in outputs:
        output.pop("transient", None)
        if "data" in output:
            unwanted = {WIDGET_VIEW}
            if "image/svg+xml" in output.data:
                unwanted.add("image/png")
            for mime in unwanted:
                output.data.pop(mime, None)
                output.metadata.pop(mime, None)
            if not output.data:
                continue
        last = kept[-1] if kept else None
        if output.output_type == "stream" and last and last.get("name") == output.name:
            last.text += output.text
        else:
            kept.append(output)
    return kept


class ThisPython(AsyncKernelManager):
    """Starts kernels of the Python that runs this program, whatever kernels the machine knows."""

    kernel_spec = KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


def kernel_environment(scratch: str) -> dict[str, str]:
    """Give the environment for a kernel: ours, less what would change pictures or warnings."""
    personal = {"MPLBACKEND", "PYTHONWARNINGS", "PYTHONSTARTUP"}
    kept = {key: value for key, value in os.environ.items() if key not in personal}
    return kept | {"IPYTHONDIR": scratch}  # nobody's start-up files


def execute(notebook: NotebookNode, path: Path, cell_timeout: int = CELL_TIMEOUT) -> NotebookNode:
    """Run a copy of the notebook in its own folder and give it back with fresh outputs."""
    notebook = nbformat.from_dict(notebook)
    reached = 0

    def note(cell: NotebookNode, cell_index: int) -> None:
        nonlocal reached
        reached = cell_index

    client = NotebookClient(
        notebook,
        kernel_manager_class=ThisPython,
        timeout=cell_timeout,
        allow_errors=False,
        force_raise_errors=True,  # also in a cell whose tag would excuse the error
        record_timing=False,
        store_widget_state=False,
        on_cell_start=note,
        resources={"metadata": {"path": str(path.parent)}},
    )
    with tempfile.TemporaryDirectory() as scratch:
        try:
            # The kernel's own log says nothing that the sentences below do not say better.
            client.execute(env=kernel_environment(scratch), stderr=subprocess.DEVNULL)
        except CellExecutionError as error:
            reason = f"raises {error.ename}: {error.evalue.strip()}. Mend the code"
        except CellTimeoutError:
            reason = f"takes longer than {cell_timeout} s. Make it faster or smaller"
        except (DeadKernelError, RuntimeError) as error:
            reason = f"lost its kernel ({error}). See that it needs less memory"
        else:
            return notebook
    raise ChapterError(
        f"{show(path)}, {call(notebook.cells[reached], reached + 1)} {reason}; "
        "the file is left as it was."
    )


def call(cell: dict, number: int) -> str:
    """Name a cell so that a person finds it: its place from the top, and its first line."""
    first = next((line.strip() for line in cell["source"].splitlines() if line.strip()), "")
    return f"cell {number} (“{first[:60]}”)"


def show(path: Path) -> str:
    """Spell the path as a person in the project's folder would type it."""
    path = path.resolve()
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def refresh(path: Path, write: bool = True, cell_timeout: int = CELL_TIMEOUT) -> tuple[bool, str]:
    """Run one chapter; write it if its bytes change. Return whether they do, and what moved."""
    before = read(path)
    after = execute(before, path, cell_timeout)
    text = normalise(after)
    if text.encode() == path.read_bytes():
        return False, "nothing changes"
    if write:
        path.write_bytes(text.encode())
    moved = [
        str(number)
        for number, (old, new) in enumerate(zip(before.cells, after.cells, strict=True), start=1)
        if _shown(old) != _shown(new)
    ]
    where = f"the outputs of cell {', '.join(moved)}" if moved else "only the spelling of the file"
    return True, f"{'wrote' if write else 'would change'} {where}"


def _shown(cell: NotebookNode) -> list[NotebookNode]:
    return _outputs(nbformat.from_dict(cell.get("outputs", [])))


def main(arguments: list[str] | None = None) -> int:
    """Refresh the chapters named on the command line, or all; 1 if one fails (or would change)."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all that _toc.yml lists")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it would")
    parser.add_argument("--cell-timeout", type=int, default=CELL_TIMEOUT, metavar="SECONDS")
    options = parser.parse_args(arguments)
    failed = False
    for path in options.notebooks or chapters():
        start = time.perf_counter()
        try:
            changed, what = refresh(path, not options.check, options.cell_timeout)
        except ChapterError as error:
            print(error, file=sys.stderr, flush=True)
            failed = True
            continue
        print(f"{show(path)}: {what} ({time.perf_counter() - start:.1f} s)", flush=True)
        failed |= changed and options.check
    return int(failed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ChapterError as error:
        sys.exit(str(error))
