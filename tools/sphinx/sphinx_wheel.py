"""Let the book carry emlib: a page with the directive `wheel` offers it for installation.

The wheel is built from the sources that the book is built from, into the folder `wheel` of the
site. The same sources give the same bytes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

FOLDER = "wheel"
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
LONG_AGO = "315532800"
"""The first second that a zip file can write down: so no wheel differs by its date alone."""


def wheel_name(source: Path) -> str:
    """Return the file name of the wheel that the project in a folder makes."""
    project = tomllib.loads((source / "pyproject.toml").read_text("utf-8"))["project"]
    return f"{project['name'].replace('-', '_')}-{project['version']}-py3-none-any.whl"


def build_wheel(source: Path, target: Path) -> Path:
    """Build the wheel of the project in source into a folder, away from the sources."""
    with tempfile.TemporaryDirectory() as work:
        for name in ("pyproject.toml", "emlib", "LICENSES", "LICENSE"):
            if (source / name).is_dir():
                shutil.copytree(
                    source / name, Path(work, name), ignore=shutil.ignore_patterns("__pycache__")
                )
            else:
                shutil.copyfile(source / name, Path(work, name))
        made = subprocess.run(
            [sys.executable, "-c", BUILD, str(target.resolve())],
            cwd=work,
            env={**os.environ, "SOURCE_DATE_EPOCH": LONG_AGO},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    wheel = target / wheel_name(source)
    if made.returncode != 0 or not wheel.exists():
        raise ExtensionError(f"the wheel of emlib was not built:\n{made.stdout}")
    return wheel


class Wheel(SphinxDirective):
    """Offer the wheel for download, and give the command that installs it."""

    def run(self) -> list[nodes.Node]:
        """Return a paragraph with the link, and the command."""
        self.env.metadata[self.env.docname]["wheel"] = "yes"
        name = wheel_name(Path(self.env.srcdir))
        up = "../" * self.env.docname.count("/")
        link = nodes.reference("", "", nodes.literal("", name), refuri=f"{up}{FOLDER}/{name}")
        command = nodes.literal_block("", f"pip install ./{name}", language="console")
        return [
            nodes.paragraph("", "Download ", link, nodes.Text(", and in its folder run")),
            command,
        ]


def carry_wheel(app: Sphinx, exception: Exception | None) -> None:
    """Build the wheel into the site, if a page offers it."""
    offered = any("wheel" in metadata for metadata in app.env.metadata.values())
    if exception is None and app.builder.format == "html" and offered:
        target = Path(app.outdir, FOLDER)
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        build_wheel(Path(app.srcdir), target)


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.add_directive("wheel", Wheel)
    app.connect("build-finished", carry_wheel)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
