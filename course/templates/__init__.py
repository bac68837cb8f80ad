"""Pages that people read: Jinja templates, every value escaped."""

import re

import jinja2
from markupsafe import Markup, escape

_PAGES = jinja2.Environment(
    loader=jinja2.PackageLoader("course", "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
_PAGES.filters["number"] = lambda value: f"{value:g}"
_PAGES.filters["prose"] = lambda text: Markup(
    re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
)


_PAGES.filters["plain"] = lambda text: str(text).replace("<", "&lt;")


def render(name, **values):
    """Fill in a template."""
    return _PAGES.get_template(name).render(**values)
