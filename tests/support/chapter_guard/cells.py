"""Rules for a notebook's code cells and what they store."""

import ast
import re
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from .page import FOLDING_TAGS, Page, speechless_images, tags

MAX_LINES, MAX_LOOP_LINES, MAX_COLUMNS = 10, 15, 88
KNOWN_TAGS = FOLDING_TAGS | {"setup", "loop", "hide-output", "remove-cell", "full-width", "margin"}

# What makes nbval, nbclient, ruff or Python itself look away.
SILENCERS = re.compile(
    r"#\s*(?:NBVAL_\w+|PYTEST_VALIDATE_\w+|noqa\b.*)|^\s*%%capture\b.*|\ballow_errors\b"
    r"|(?:filterwarnings|simplefilter)\(\s*[\"']ignore.*",
    re.MULTILINE,
)

ABSOLUTE_PATH = re.compile(
    r"(?<![\w.<:/])/(?:home|tmp|root|Users|var|opt|usr|mnt|private|srv)/[\w.+-]*"
    r"|\b[A-Z]:\\+(?:Users\b|[\w.-]+\\)[\w.\\-]*"
)
LEAKS = {
    "a traceback": (re.compile(r"Traceback \(most recent call last\)"), "mend the code"),
    "a warning": (re.compile(r"\b\w*Warning\b: *[^\n]*"), "mend what warns, do not hide it"),
    "an absolute path": (ABSOLUTE_PATH, "show the file's name only"),
    "a memory address": (
        re.compile(r"\b0x[0-9a-fA-F]{6,}"),
        "give the object a __repr__, or end the cell with a value",
    ),
    "a date or a time": (
        re.compile(
            r"\b(?:19|20)\d\d-[01]\d-[0-3]\d\b|\b[0-2]?\d:[0-5]\d:[0-5]\d\b"
            r"|\b(?:Wall time|CPU times|per loop)\b"
        ),
        "drop it: it differs from run to run",
    ),
    "a web address": (
        re.compile(r"\b(?:https?|ftp|wss?|file)://[^\s\"'<>]+|\b(?:src|href)=[\"']//[^\"']+"),
        "drop it: an output needs no other host",
    ),
}
# In markup these are names of vocabularies, coordinates or pixels and nothing that is shown.
MARKUP_NOISE = re.compile(
    r"\bxmlns(?::\w+)?=\"[^\"]*\"|<!DOCTYPE[^>]*>|\brdf:\w+=\"[^\"]*\""
    r"|<dc:(?!date)(\w+)>[^<]*</dc:\1>|\b(?:d|points|transform)=\"[^\"]*\"|\bdata:[^\"')]*"
)

FILE_NAME = re.compile(r"\S*|.*\.(?:svg|png|jpe?g|gif|webp)")


def _tree(cell: NotebookNode) -> ast.Module:
    """Parse a cell, magics and all; one that is not Python is empty (and has a rule of its own)."""
    try:
        return _parse(cell)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def _parse(cell: NotebookNode) -> ast.Module:
    return ast.parse(TransformerManager().transform_cell(cell.source))


def _code_lines(cell: NotebookNode) -> list[str]:
    """Return the lines that a reader reads as code: no blanks, comments, or brackets alone."""
    lines = [line.strip() for line in cell.source.splitlines()]
    return [line for line in lines if not re.fullmatch(r"#.*|[()\[\]{},]*", line)]


def _texts(output: NotebookNode) -> list[str]:
    """What an output shows or says in words: its streams, its text and its markup."""
    if output.output_type == "stream":
        return [output.text]
    if output.output_type == "error":
        return ["\n".join(output.traceback)]
    return [
        MARKUP_NOISE.sub("", text) if mime in {"text/html", "image/svg+xml"} else text
        for mime, text in output.data.items()
        if mime.startswith("text/") or mime == "image/svg+xml"
    ]


def _pictures(cell: NotebookNode) -> list[str]:
    data = [mime for output in cell.outputs for mime in output.get("data", {})]
    return [mime for mime in data if mime.startswith("image/")]


def every_cell_has_run_in_order(page: Page) -> Iterator[str]:
    cure = "run `make chapters` and commit what it stores"
    unrun = [number for number, cell in page.cells("code") if cell.execution_count is None]
    if unrun:
        more = f" and {len(unrun) - 1} more" if len(unrun) > 1 else ""
        yield (
            f"{page.at(unrun[0])}{more}: no execution count, so nbval would pass it unread; {cure}."
        )
    for count, (number, cell) in enumerate(page.cells("code"), start=1):
        if cell.execution_count not in {None, count}:
            yield f"{page.at(number)}: has count {cell.execution_count} in place {count}; {cure}."


def every_cell_is_python(page: Page) -> Iterator[str]:
    for number, cell in page.cells("code"):
        try:
            _parse(cell)
        except SyntaxError as error:
            yield f"{page.at(number)}: is not Python ({error.msg}); mend the code."


def every_cell_shows_something(page: Page) -> Iterator[str]:
    for number, cell in page.cells("code"):
        if cell.execution_count is None:
            continue  # every_cell_has_run_in_order names it
        tree = _tree(cell)
        if "setup" in tags(cell):
            sets_up = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
            if not any(isinstance(statement, sets_up) for statement in tree.body):
                yield (
                    f"{page.at(number)}: is tagged setup but imports and defines nothing; "
                    "drop the tag and end the cell with the value to see."
                )
        elif not _shows(cell) and not _asserts(tree):
            yield (
                f"{page.at(number)}: shows nothing and asserts nothing; end it with the value "
                "to see, assert it, or tag it setup if it only imports or defines."
            )


def _shows(cell: NotebookNode) -> bool:
    shown = [v for o in cell.outputs for v in (o.get("text"), *o.get("data", {}).values())]
    return any(value is not None and str(value).strip() for value in shown)


def _asserts(node: ast.AST) -> bool:
    """Whether running the node checks something; a body that is only defined checks nothing."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return False
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Constant)
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called.startswith("assert_"):
            return True
    return any(_asserts(child) for child in ast.iter_child_nodes(node))


def cells_are_short(page: Page) -> Iterator[str]:
    for number, cell in page.cells("code"):
        limit = MAX_LOOP_LINES if "loop" in tags(cell) else MAX_LINES
        lines = len(_code_lines(cell))
        if lines > limit and not tags(cell) & {"hide-input", "remove-cell"}:
            yield (
                f"{page.at(number)}: has {lines} lines of code and {limit} is the most; split it "
                "(plotting detail may fold: tag hide-input; the reader's own EM loop: tag loop)."
            )


def lines_fit_a_phone(page: Page) -> Iterator[str]:
    for number, cell in page.cells("code"):
        longest = max((len(line) for line in cell.source.splitlines()), default=0)
        if longest > MAX_COLUMNS and not tags(cell) & (FOLDING_TAGS | {"remove-cell"}):
            yield (
                f"{page.at(number)}: has a line of {longest} characters and {MAX_COLUMNS} is the "
                "most; break it."
            )


def imports_come_first(page: Page) -> Iterator[str]:
    working = False
    for number, cell in page.cells("code"):
        working |= "setup" not in tags(cell)
        imports = (isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(_tree(cell)))
        if working and any(imports):
            yield (
                f"{page.at(number)}: imports in the middle; move the import to the first code "
                "cell and tag that cell setup."
            )


def nothing_looks_away(page: Page) -> Iterator[str]:
    if page.notebook.metadata.get("execution", {}).get("allow_errors"):
        yield f"{page.name}: allows errors in its metadata; remove that and mend the code."
    for number, cell in page.cells("code"):
        for tag in sorted(tags(cell) - KNOWN_TAGS):
            yield (
                f"{page.at(number)}: has the tag {tag}, which this book does not use; remove it "
                f"(it uses {', '.join(sorted(KNOWN_TAGS))})."
            )
        if "remove-cell" in tags(cell) and not _asserts(_tree(cell)):
            yield (
                f"{page.at(number)}: is removed from the page and asserts nothing; show it, or "
                "fold it with the tag hide-input."
            )
        for found in SILENCERS.finditer(cell.source):
            yield (
                f"{page.at(number)}: silences a check with “{found[0].strip()}”; remove that and "
                "mend the code."
            )


def outputs_say_nothing_of_this_machine(page: Page) -> Iterator[str]:
    for number, cell in page.cells("code"):
        if any(output.get("name") == "stderr" for output in cell.outputs):
            yield f"{page.at(number)}: writes to stderr; mend what it complains of."
        texts = [text for output in cell.outputs for text in _texts(output)]
        for what, (pattern, cure) in LEAKS.items():
            found = next((found for text in texts if (found := pattern.search(text))), None)
            if found:
                yield f"{page.at(number)}: shows {what} (“{found[0][:60]}”); {cure}."
        if found := ABSOLUTE_PATH.search(cell.source):
            yield (
                f"{page.at(number)}: names a path of one machine (“{found[0]}”); load data "
                "through emlib.datasets."
            )


def no_widget_state_is_stored(page: Page) -> Iterator[str]:
    if "widgets" in page.notebook.metadata:
        yield f"{page.name}: stores widget state; run `make chapters`, which drops it."
    for number, cell in page.cells("code"):
        if any("jupyter.widget" in mime for o in cell.outputs for mime in o.get("data", {})):
            yield (
                f"{page.at(number)}: stores a widget's random id; run `make chapters`, "
                "which drops it."
            )


def pictures_are_put_into_words(page: Page) -> Iterator[str]:
    for number, cell in page.cells("code"):
        images = [m for o in cell.outputs if (m := _pictures(NotebookNode(outputs=[o])))]
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        where = 'metadata {"mystnb": {"image": {"alt": "…"}}}'
        if images and (len(alt) <= 20 or FILE_NAME.fullmatch(alt)):
            yield (
                f"{page.at(number)}: draws a picture whose alt text is {alt or 'missing'!r}; say "
                f"in more than 20 characters what it shows, in the cell's {where}."
            )
        if len(images) > 1:
            yield (
                f"{page.at(number)}: draws {len(images)} pictures and has one alt text for them; "
                "give each a cell of its own."
            )
        if any(speechless_images(o.get("data", {}).get("text/html", "")) for o in cell.outputs):
            yield f"{page.at(number)}: has an <img> without alt=; say what it shows."
