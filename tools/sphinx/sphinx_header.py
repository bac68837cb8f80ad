"""Around the text: contents, a description, links once the book has an address, a front door."""

import re
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx

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


def page_links(options: dict, file: str) -> list[tuple[str, str]]:
    """Give the words and addresses of what leads from a page to the repository that holds it."""
    repository = options.get("repository_url")
    if not repository:
        return []
    branch, name = options.get("repository_branch", "main"), urlsplit(repository).path.strip("/")
    links = [
        ("Repository", repository),
        ("Report a mistake", f"{repository}/issues/new?title={file}"),
        ("Edit this page", f"{repository}/edit/{branch}/{file}"),
    ]
    launch = options.get("launch_buttons") or {}
    if file.endswith(".ipynb") and launch.get("binderhub_url"):
        where = f"{launch['binderhub_url']}/v2/gh/{name}/{branch}?urlpath=lab/tree/{file}"
        links.append(("Run on Binder", where))
    if file.endswith(".ipynb") and launch.get("colab_url"):
        where = f"{launch['colab_url']}/github/{name}/blob/{branch}/{file}"
        links.append(("Run on Colab", where))
    return links


def book_contents(context: dict) -> str:
    """List the chapters, and below the one that is open its sections."""
    chapters = context["toctree"](
        collapse=True, includehidden=True, titles_only=True, maxdepth=1
    ).replace('class="current reference internal"', 'aria-current="page"')
    chapters = chapters.replace('class="reference internal"', "")
    chapters = chapters.replace(' role="heading"', "")  # of no level, and a list needs none
    # the page's own list has one entry, its title; what that holds are the sections
    own = re.search(r"<ul>.*</ul>", context.get("toc", "")[4:], re.DOTALL)
    sections = own[0].rsplit("</ul>", 1)[0].rstrip() if own else ""
    sections = sections.removesuffix("</li>").rstrip().replace('class="reference internal"', "")
    return re.sub(
        r'(<li class="toctree-l1 current"><a.*?</a>)', lambda found: found[1] + sections, chapters
    )


def complete_context(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Give the templates what they cannot say themselves."""
    if "toctree" in context and templatename != "figure.html":
        context["book_contents"] = book_contents(context)
    if doctree is None:
        return
    tags = context.get("metatags", "")
    if 'name="description"' not in tags:
        tag = f'<meta name="description" content="{escape(describe(doctree))}">'
        context["metatags"] = tags + tag
    file = pagename + context.get("page_source_suffix", "")
    context["page_links"] = page_links(app.config.html_theme_options, file)


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
    app.connect("html-page-context", complete_context)
    # before sphinx_external_toc puts a nameless one there
    app.connect("build-finished", write_front_door, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
