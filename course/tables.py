"""Tables that people keep in a spreadsheet: read whatever it saves, and give back what it held."""

import csv
import io
import re
from dataclasses import dataclass, field

from .writing import write_whole

FORMULA = "[=+@\uff1d\uff0b\uff0d\uff20-]"
"""What a formula begins with; a spreadsheet may take the wide characters for the others."""
PLACE = rf"((?:^|[;,|\t\r\n])[\s\"']*){{0}}(?={FORMULA})|([ :][\"']*){{0}}(?={FORMULA}\S)"
BEGINS, MARKED = (re.compile(PLACE.format(mark)) for mark in ("", "'"))
"""Where a spreadsheet may see a formula begin, whatever it takes for a separator."""


@dataclass
class Table:
    """Rows of a CSV file, by lower-case column name, and how the file was written.

    Attributes
    ----------
    columns : list of column names, as the file has them
    rows : list of dict; `line` is where the row stands in the file
    delimiter : "," or ";" or a tab, as the file has it
    encoding : in which to write it again, "utf-8" or "utf-8-sig"
    """

    columns: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    delimiter: str = ","
    encoding: str = "utf-8"


def read_table(path):
    """Read a CSV file that a spreadsheet may have saved in its own way; empty if there is none."""
    if not path.exists():
        return Table()
    text, encoding = _decode(path.read_bytes())
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    lines = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=False)
    columns = [name.strip() for name in next(lines, [])]
    keys = [name.lower() for name in columns]
    rows = []
    for entries in lines:
        if any(entry.strip() for entry in entries):
            entries += [""] * (len(keys) - len(entries))
            row = {key: _as_typed(entry) for key, entry in zip(keys, entries, strict=False)}
            rows.append(row | {"line": lines.line_num})
    return Table(columns, rows, delimiter, encoding)


def write_table(path, header, rows, delimiter=",", encoding="utf-8"):
    """Write a CSV file in which no entry is taken for a formula; the old one stays on failure."""
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=delimiter)
    table.writerow(header)
    table.writerows([[harmless(entry) for entry in row] for row in rows])
    write_whole(path, text.getvalue().encode(encoding, "replace"), sync=True)


def harmless(entry):
    """Return text that no spreadsheet takes for a formula, whichever separator it believes in."""
    if not isinstance(entry, str):
        return entry
    return BEGINS.sub(lambda found: (found[1] or found[2] or "") + "'", entry)


def _as_typed(entry):
    """Undo what `harmless` does."""
    return MARKED.sub(lambda found: found[1] or found[2] or "", entry.strip())


def alike(text):
    """Return what is left of an id after a spreadsheet: no leading zeros, quotes or capitals."""
    text = text.strip().lstrip("'").casefold()
    return text.lstrip("0") or text


def _decode(raw):
    """Return text, and how to write it again: an old spreadsheet's letters would not do for all."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace"), "utf-8-sig"
    return text, "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"
