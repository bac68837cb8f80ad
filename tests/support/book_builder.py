"""Copy the book's sources to another folder and build them there, cold and with warnings fatal."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300
# the command by that name, in this environment even if its folder is not on PATH
JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"


@dataclass(frozen=True)
class Build:
    """One run of jupyter-book: whether it succeeded, where its pages are, and what it said."""

    succeeded: bool
    pages: Path
    output: str

    @property
    def complaints(self) -> str:
        """The lines that name a file and a cure; the whole output if there are none."""
        lines = [line for line in self.output.splitlines() if re.search(r"WARNING|rror:", line)]
        return "\n".join(lines) or self.output


def copy_tracked(target: Path) -> Path:
    """Copy what git would carry (tracked, or new and not ignored) into target."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    return target


def small_book(target: Path, text: str, config: str | None = None) -> Path:
    """Lay out a book of one page with the real settings, extensions and style."""
    for folder in ("tools", "book/theme", "book/web", "emlib"):
        shutil.copytree(ROOT / folder, target / folder, ignore=shutil.ignore_patterns("__*"))
    shutil.copyfile(ROOT / "book/references.bib", target / "book/references.bib")
    settings = config if config is not None else (ROOT / "_config.yml").read_text("utf-8")
    (target / "_config.yml").write_text(settings, "utf-8")
    (target / "_toc.yml").write_text("format: jb-book\nroot: book/index\n", "utf-8")
    (target / "book/index.md").write_text(text, "utf-8")
    return target


def build(source: Path) -> Build:
    """Build the book that lies in source as `make book` does."""
    modules = source / "node_modules"
    if not modules.exists():
        modules.symlink_to(ROOT / "node_modules", target_is_directory=True)
    done = subprocess.run(
        [sys.executable, "-c", JUPYTER_BOOK, "build", ".", "-W", "-n", "--keep-going"],
        cwd=source,
        env={**os.environ, "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    output = re.sub(r"\x1b\[[0-9;]*[mK]", "", done.stdout + done.stderr)
    output = output.replace(f"{source}{os.sep}", "")
    return Build(done.returncode == 0, source / "_build" / "html", output)
