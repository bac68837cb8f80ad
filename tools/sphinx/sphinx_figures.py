"""Bring the live figures into the pages: their style, and on each page only the scripts it needs.

The files are emlib's own (emlib/figures), the same that JupyterLab gets. A name that is given to
two figures of a page, or a kind without a script, is a warning, and warnings fail the build.
"""

import re
from collections import Counter
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from emlib.figures import assets

logger = logging.getLogger(__name__)

FIGURE = re.compile(r'<figure class="em-figure" id="figure-([\w-]+)" data-kind="([\w-]+)"')


def figures_of(doctree: nodes.document) -> list[tuple[str, str]]:
    """Give name and kind of every figure of a page."""
    return [found for raw in doctree.findall(nodes.raw) for found in FIGURE.findall(raw.astext())]


def sources(app: Sphinx) -> Path:
    """Give the folder of emlib's figures."""
    return Path(app.srcdir) / "emlib" / "figures"


def scripts(kinds: set[str]) -> list[str]:
    """Give the scripts of these kinds of figures, each after those that it stands on."""
    return [f"figures/{name}.js" for name in ("core", *sorted(kinds), "page")]


def add_scripts(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Ask for the scripts of a page's figures."""
    figures = figures_of(doctree) if doctree is not None else []
    if not figures:
        return
    for name, times in Counter(name for name, _ in figures).items():
        if times > 1:
            logger.warning("%d figures are called %r: give each a name", times, name, location=page)
    kinds = {kind for _, kind in figures}
    for kind in sorted(kinds):
        if not (sources(app) / "js" / f"{kind}.js").is_file():
            logger.warning("there is no emlib/figures/js/%s.js", kind, location=page)
    for script in scripts(kinds):
        app.add_js_file(script, defer="defer")


def copy_files(app: Sphinx) -> None:
    """Copy scripts and style from emlib, where they live, into the site."""
    if app.builder.format != "html" or not sources(app).is_dir():
        return
    target = Path(app.outdir) / "_static" / "figures"
    target.mkdir(parents=True, exist_ok=True)
    for file in (sources(app) / "js").glob("*.js"):
        if file.stem not in assets.CORE:
            (target / file.name).write_text(
                assets.lean(assets.sources(file.stem)), encoding="utf-8"
            )
    (target / "core.js").write_text(assets.lean(assets.sources(*assets.CORE)), encoding="utf-8")
    (target / "figures.css").write_text(assets.style(), encoding="utf-8")


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.add_css_file("figures/figures.css", priority=150)
    app.connect("builder-inited", copy_files)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
