"""Head the pages: a description for each, buttons once the book has an address, a front door."""

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

LONGEST = 160  # characters that a search engine shows
FRONT_DOOR = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<title>{title}</title>
<link rel="icon" href="_static/{icon}">
<meta http-equiv="refresh" content="0; url={page}">
<p><a href="{page}">{title}</a></p>
</html>
"""


def describe(doctree: nodes.document) -> str:
    """Give a page's first paragraph, cut at the end of a word."""
    for paragraph in doctree.findall(nodes.paragraph):
        text = re.sub(r"\s+", " ", paragraph.astext()).strip()
        if len(text) <= LONGEST:
            return text
        return text[:LONGEST].rsplit(" ", 1)[0] + " …"
    return ""


def add_description(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Put the description into the page, unless its front matter gave one."""
    tags = context.get("metatags", "")
    if doctree is not None and 'name="description"' not in tags:
        tag = f'<meta name="description" content="{escape(describe(doctree))}" />'
        context["metatags"] = tags + tag


def offer_buttons(app: Sphinx, config: Config) -> None:
    """Switch on the buttons that lead to the repository, if _config.yml names one."""
    options = config.html_theme_options
    if options.get("repository_url"):
        for button in ("use_repository_button", "use_issues_button", "use_edit_page_button"):
            options[button] = True
    else:
        options["launch_buttons"] = {}


def write_front_door(app: Sphinx, exception: Exception | None) -> None:
    """Let the site's own index.html lead to the book's first page."""
    if exception is None and app.builder.name == "html" and app.config.root_doc != "index":
        page = app.builder.get_target_uri(app.config.root_doc)
        door = FRONT_DOOR.format(
            language=app.config.language,
            title=escape(app.config.html_title),
            icon=Path(app.config.html_favicon).name,
            page=page,
        )
        (Path(app.outdir) / "index.html").write_text(door, encoding="utf-8")


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.connect("config-inited", offer_buttons)
    app.connect("html-page-context", add_description)
    # before sphinx_external_toc puts a nameless one there
    app.connect("build-finished", write_front_door, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
