"""Draw SVG pictures into the page itself, so that they follow its colours; insist on alt text.

An SVG behind <img> cannot see the page. Inlined, the palette's light ink, muted and paper become
CSS variables, its fonts the page's, and the alt text is the picture's accessible name.
"""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from emlib.palette import COLOURS, ROLES

logger = logging.getLogger(__name__)

SHORTEST_ALT = 20  # characters: below that it names a picture and does not say what it shows
SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
PIXELS = {"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4}
ET.register_namespace("", SVG)
ET.register_namespace("xlink", XLINK)


class drawing(nodes.General, nodes.Inline, nodes.Element):  # noqa: N801 docutils' own spelling
    """An SVG picture, ready for the page."""


def pixels(length: str) -> float | None:
    """Read an SVG length as CSS pixels; None for a share of something else."""
    match = re.fullmatch(r"\s*([\d.]+)\s*([a-z]*)\s*", length)
    return float(match[1]) * PIXELS[match[2]] if match and match[2] in PIXELS else None


def theme_colours() -> dict[str, str]:
    """Map each colour of the palette, in its light value, to its CSS variable."""
    colours = ROLES | {name: style["color"] for name, style in COLOURS.items()}
    return {value["light"].lower(): f"var(--em-{name})" for name, value in colours.items()}


def adopt_value(value: str, prefix: str, colours: dict[str, str]) -> str:
    """Rewrite one attribute or style sheet: colours, fonts and references to ids."""
    value = re.sub(r"#[0-9a-fA-F]{6}\b", lambda m: colours.get(m[0].lower(), m[0]), value)
    value = re.sub(r"url\(['\"]?#([^)'\"]+)['\"]?\)", rf"url(#{prefix}\1)", value)
    value = re.sub(r"(\bfont:\s*[^;]*?[\d.]+px)[^;]*", r"\1 var(--em-font-figure)", value)
    return re.sub(r"(\bfont-family:)[^;]*", r"\1 var(--em-font-figure)", value)


def inline_svg(source: str, alt: str, name: str, colours: dict[str, str]) -> str:
    """Turn an SVG file into an element of the page with that accessible name."""
    root = ET.fromstring(source)
    prefix = f"{name}-"
    width = pixels(root.get("width", ""))
    height = pixels(root.get("height", ""))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {f"{{{SVG}}}metadata", f"{{{SVG}}}title"}:
                parent.remove(child)
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, prefix + value)
            elif key in {"href", f"{{{XLINK}}}href"} and value.startswith("#"):
                element.set(key, f"#{prefix}{value[1:]}")
            elif key == "font-family":
                element.set(key, "var(--em-font-figure)")
            else:
                element.set(key, adopt_value(value, prefix, colours))
        if element.tag == f"{{{SVG}}}style":
            # nested, so that its rules end at this picture's edge
            rules = adopt_value(element.text or "", prefix, colours)
            element.text = f"#{name} {{ {rules.strip()} }}"
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    if width and height:
        if "viewBox" not in root.attrib:
            root.set("viewBox", f"0 0 {width:g} {height:g}")
        root.set("style", f"max-width: {width:.0f}px")
    root.set("id", name)
    root.set("class", "em-drawing")
    root.set("role", "img")
    root.set("aria-label", alt)
    root.tail = None
    return ET.tostring(root, encoding="unicode")


class PicturesOfThePage(SphinxPostTransform):
    """Check the alt text of every picture of a page, and inline those that are SVG."""

    default_priority = 300  # after myst-nb has chosen one of a cell's outputs
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Visit the pictures in the order of the page, which numbers them."""
        colours = theme_colours()
        for number, image in enumerate(list(self.document.findall(nodes.image)), start=1):
            self.check_alt(image)
            path = Path(self.app.srcdir) / image["uri"]
            if path.suffix != ".svg" or not path.exists():
                continue
            text = path.read_text(encoding="utf-8")
            markup = inline_svg(text, image.get("alt", ""), f"picture-{number}", colours)
            image.replace_self(drawing("", markup=markup))

    def check_alt(self, image: nodes.image) -> None:
        """Warn of a picture whose alt text is missing or says too little; -W makes it an error."""
        alt = image.get("alt", "").strip()
        if len(alt) >= SHORTEST_ALT and not re.fullmatch(r"\S+\.\w{3,4}", alt):
            return
        wrong = f"has an alt text that says too little ({alt!r})" if alt else "has no alt text"
        cell = image.parent
        while cell is not None and cell.get("nb_element") != "cell_code":
            cell = cell.parent
        if cell is None:
            logger.warning(
                "the picture %s %s: write what it shows, as in ![what it shows](picture.svg) "
                "or the option :alt:",
                image["uri"],
                wrong,
                location=image,
            )
            return
        logger.warning(
            "the picture of code cell [%s] %s: write what it shows into the cell's metadata, as "
            '{"mystnb": {"image": {"alt": "what it shows"}}}',
            cell["exec_count"],
            wrong,
            location=self.env.docname,
        )


def write_drawing(translator, node: drawing) -> None:
    """Put the picture into the page."""
    translator.body.append(node["markup"])
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.add_node(drawing, html=(write_drawing, None))
    app.add_post_transform(PicturesOfThePage)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
