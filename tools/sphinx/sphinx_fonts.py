"""Give the book its text font, and cut every font to the characters that its pages use.

Newsreader comes from node_modules, with its licence, KaTeX's fonts from where sphinx_offline put
them. The faces that every page needs stand in the style sheets themselves: text that waits for its
font would move when it comes, and from a folder (file://) a font cannot be asked for ahead.
"""

import base64
import html
import shutil
from io import BytesIO
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

FACES = {
    "400-normal": ("normal", 400),
    "400-italic": ("italic", 400),
    "600-normal": ("normal", 600),
}
EVERYWHERE = ["KaTeX_Main-Regular", "KaTeX_Math-Italic"]  # whatever the formula
FEATURES = ["kern", "liga", "ccmp", "mark", "mkmk", "locl"]


def package(app: Sphinx) -> Path:
    """Give the folder of the text font's package."""
    return Path(app.srcdir) / "node_modules" / "@fontsource" / "newsreader"


def style_sheet() -> str:
    """Write the faces of the text font."""
    rules = [
        f'@font-face {{ font-family: "Newsreader"; font-style: {style}; font-weight: {weight};'
        f' src: url("fonts/newsreader-{name}.woff2") format("woff2"); }}'
        for name, (style, weight) in FACES.items()
    ]
    return "\n".join(rules) + "\n"


def characters(site: Path) -> set[int]:
    """Give the code points of all that can be read on the pages and in the figures' scripts."""
    texts = (
        path.read_text("utf-8") for path in (*site.rglob("*.html"), *site.rglob("figures/*.js"))
    )
    return {ord(c) for text in texts for c in set(text) | set(html.unescape(text))}


def cut(source: Path, target: Path, wanted: set[int]) -> None:
    """Write a font with the glyphs of the wanted characters alone."""
    from fontTools import subset

    options = subset.Options(flavor="woff2", layout_features=FEATURES, notdef_outline=True)
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    buffer = BytesIO()  # whole, or not at all: KaTeX's fonts are read from where they are written
    subset.save_font(font, buffer, options)
    target.write_bytes(buffer.getvalue())


def missing(app: Sphinx) -> str:
    """Say what is not there of what this needs."""
    try:
        import brotli  # noqa: F401 (woff2 is compressed with it)
        import fontTools  # noqa: F401
    except ImportError as error:
        return str(error)
    return "" if package(app).is_dir() else "node_modules/@fontsource/newsreader is missing"


def write_style_sheet(app: Sphinx) -> None:
    """Write fonts.css; without the font, an empty one."""
    if app.builder.format != "html":
        return
    sheet = Path(app.outdir) / "_static" / "fonts.css"
    sheet.parent.mkdir(parents=True, exist_ok=True)
    if missing(app):
        logger.info("text is set in the reader's own font: %s; run make book", missing(app))
        sheet.write_text("", "utf-8")
        return
    sheet.write_text(style_sheet(), "utf-8")


def write_fonts(app: Sphinx, failure: Exception | None) -> None:
    """Once all pages stand, write the fonts that they use, cut to size."""
    if failure or app.builder.name != "html" or missing(app):
        return
    site = Path(app.outdir)
    wanted = characters(site)
    target = site / "_static" / "fonts"
    target.mkdir(exist_ok=True)
    shutil.copyfile(package(app) / "LICENSE", target / "LICENSE-Newsreader.txt")
    for name in FACES:
        source = package(app) / "files" / f"newsreader-latin-{name}.woff2"
        cut(source, target / f"newsreader-{name}.woff2", wanted)
    katex = Path(app.srcdir) / "node_modules" / "katex" / "dist" / "fonts"
    for source in katex.glob("*.woff2"):
        cut(source, site / "_static" / "katex" / "fonts" / source.name, wanted)
    put_into(site / "_static" / "fonts.css", [f"newsreader-{name}" for name in FACES])
    put_into(site / "_static" / "katex" / "katex.min.css", EVERYWHERE)


def put_into(sheet: Path, names: list[str]) -> None:
    """Let a style sheet hold these faces itself."""
    rules = sheet.read_text("utf-8")
    for name in names:
        face = base64.b64encode((sheet.parent / "fonts" / f"{name}.woff2").read_bytes()).decode()
        rules = rules.replace(f"fonts/{name}.woff2", f"data:font/woff2;base64,{face}")
    sheet.write_text(rules, "utf-8")


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.add_css_file("fonts.css", priority=100)
    app.connect("builder-inited", write_style_sheet)
    app.connect("build-finished", write_fonts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
