"""Give sphinx-autobuild the configuration that jupyter-book makes of _config.yml (make serve)."""

from pathlib import Path

from jupyter_book.config import get_final_config
from jupyter_book.sphinx import REDIRECT_TEXT

ROOT = Path(__file__).resolve().parents[2]

globals().update(
    get_final_config(
        user_yaml=ROOT / "_config.yml",
        cli_config={"latex_individualpages": False, "nitpicky": True},
        sourcedir=ROOT,
    )[0]
)


def setup(app):
    """Read paths from the root, as jupyter-book does, and lead / to the first page."""
    app.confdir = app.srcdir
    app.connect("build-finished", redirect_to_the_first_page)


def redirect_to_the_first_page(app, failure):
    """Write the index.html that jupyter-book writes after its own builds."""
    index = Path(app.outdir) / "index.html"
    if failure is None and not index.exists():
        index.write_text(REDIRECT_TEXT.format(first_page=f"{app.config.root_doc}.html"))
