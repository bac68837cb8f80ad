"""Say with each warning of Sphinx what to do about it, since a warning fails the build."""

import logging

from sphinx.application import Sphinx

CURES = {
    ("myst", "xref_missing"): (
        "correct the link: [text](page.ipynb#heading) goes by file, [text](#label) by a label "
        "that stands as (label)= before a heading"
    ),
    ("myst", "xref_ambiguous"): "name the page as well: [text](page.ipynb#heading)",
    ("myst", "header"): "let headings go down one level at a time",
    ("bibtex", "key_not_found"): (
        "correct the key in {cite:p}`key`, or add the work to book/references.bib"
    ),
    ("image", "not_readable"): "correct the picture's path; it goes from the page's own folder",
    ("ref", None): "correct the name, or put (name)= before what it should lead to",
    ("toc", None): "make _toc.yml and the files agree",
}


def cure_for(kind: str | None, subkind: str | None) -> str | None:
    """Give the cure for a warning's type and subtype, if it is a known one."""
    return CURES.get((kind, subkind)) or CURES.get((kind, None))


class AddCure(logging.Filter):
    """Lengthen a warning's message by its cure."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, a known warning with its cure."""
        cure = cure_for(getattr(record, "type", None), getattr(record, "subtype", None))
        if cure and record.levelno >= logging.WARNING:
            record.msg = f"{record.getMessage()} -- {cure}"
            record.args = ()
        return True


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    for handler in logging.getLogger("sphinx").handlers:
        # one filter only: a record passes every handler, and its message is changed in place
        if handler.level >= logging.WARNING:
            handler.filters.insert(0, AddCure())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
