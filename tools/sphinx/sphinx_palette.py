"""Give the pages the book's colours: CSS variables from emlib/palette.json, a role per cluster.

{fuchsia}`text`, {green}`text` and {blue}`text` set the text in ink behind the cluster's own mark,
so that nothing is said by colour alone.
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from emlib import palette


def style_sheet() -> str:
    """Write the palette as CSS: variables for each theme, and the marks of the clusters."""
    light, dark = palette.variables("light"), palette.variables("dark")
    rules = [
        f":root {{ {light} }}",
        f'html[data-theme="dark"] {{ {dark} }}',
        # without JavaScript the theme stays "auto", and the reader's system decides
        f'@media (prefers-color-scheme: dark) {{ html[data-theme="auto"] {{ {dark} }} }}',
        f"@media print {{ html[data-theme] {{ {light} }} }}",
        *palette.marks(),
    ]
    return "\n".join(rules) + "\n"


def write_style_sheet(app: Sphinx) -> None:
    """Write palette.css into the site."""
    if app.builder.format == "html":
        static = Path(app.outdir) / "_static"
        static.mkdir(parents=True, exist_ok=True)
        (static / "palette.css").write_text(style_sheet(), encoding="utf-8")


def cluster_role(name: str):
    """Make the role that marks a word as belonging to the cluster of that name."""

    def role(_name, rawtext, text, lineno, inliner, options=None, content=None):
        return [nodes.inline(rawtext, text, classes=["em-cluster", f"em-{name}"])], []

    return role


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    for name in palette.CLUSTERS:
        app.add_role(name, cluster_role(name))
    app.add_css_file("palette.css", priority=400)
    app.connect("builder-inited", write_style_sheet)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
