"""Pages that people read: Jinja templates, every value escaped."""

import jinja2

_PAGES = jinja2.Environment(
    loader=jinja2.PackageLoader("course", "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
_PAGES.filters["number"] = lambda value: f"{value:g}"


def render(name, **values):
    """Fill in a template."""
    return _PAGES.get_template(name).render(**values)
