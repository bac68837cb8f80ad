"""Give the pages the book's colours: CSS variables from emlib/palette.json, a role per cluster.

{fuchsia}`text`, {green}`text` and {blue}`text` set the text in ink behind the cluster's own mark,
so that nothing is said by colour alone.
"""

import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx


def read_palette(root: Path) -> dict:
    """Read the one palette file of the book."""
    return json.loads((root / "emlib" / "palette.json").read_text(encoding="utf-8"))


def style_sheet(palette: dict) -> str:
    """Write the palette as CSS: variables for each theme, and the marks of the clusters."""
    clusters, roles = palette["clusters"], palette["roles"]

    def variables(theme: str) -> str:
        return " ".join(f"--em-{name}: {value[theme]};" for name, value in roles.items())

    fixed = " ".join(f"--em-{name}: {value['color']};" for name, value in clusters.items())
    rules = [
        f":root {{ {fixed} {variables('light')} }}",
        f'html[data-theme="dark"] {{ {variables("dark")} }}',
        # without JavaScript the theme stays "auto", and the reader's system decides
        "@media (prefers-color-scheme: dark) {"
        f' html[data-theme="auto"] {{ {variables("dark")} }} }}',
        f"@media print {{ html[data-theme] {{ {variables('light')} }} }}",
    ]
    for name, value in clusters.items():
        rules.append(
            f".em-{name}::before {{ color: var(--em-{name});"
            # the second content is for the ear: the mark itself is not read out
            f' content: "{value["glyph"]}"; content: "{value["glyph"]}" / ""; }}'
        )
    return "\n".join(rules) + "\n"


def write_style_sheet(app: Sphinx) -> None:
    """Write palette.css into the site."""
    if app.builder.format == "html":
        static = Path(app.outdir) / "_static"
        static.mkdir(parents=True, exist_ok=True)
        css = style_sheet(read_palette(Path(app.srcdir)))
        (static / "palette.css").write_text(css, encoding="utf-8")


def cluster_role(name: str):
    """Make the role that marks a word as belonging to the cluster of that name."""

    def role(_name, rawtext, text, lineno, inliner, options=None, content=None):
        return [nodes.inline(rawtext, text, classes=["em-cluster", f"em-{name}"])], []

    return role


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    for name in read_palette(Path(app.srcdir))["clusters"]:
        app.add_role(name, cluster_role(name))
    app.add_css_file("palette.css", priority=400)
    app.connect("builder-inited", write_style_sheet)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
