"""The guard that nbval lacks: pure functions over a page, each yielding "where: what; cure"."""

from collections.abc import Callable, Iterator

from . import cells, prose
from .page import Page

Rule = Callable[[Page], Iterator[str]]
NOTEBOOK_RULES: tuple[Rule, ...] = (
    cells.every_cell_has_run_in_order,
    cells.every_cell_is_python,
    cells.every_cell_shows_something,
    cells.cells_are_short,
    cells.lines_fit_a_phone,
    cells.imports_come_first,
    cells.nothing_looks_away,
    cells.outputs_say_nothing_of_this_machine,
    cells.no_widget_state_is_stored,
    cells.pictures_are_put_into_words,
)
PAGE_RULES: tuple[Rule, ...] = (
    prose.prose_encourages,
    prose.page_pictures_are_put_into_words,
    prose.links_lead_somewhere,
    prose.there_is_one_title,
)
CHAPTER_RULES: tuple[Rule, ...] = (
    prose.chapters_open_with_a_question,
    prose.chapters_close_as_promised,
)


def complaints(page: Page) -> list[str]:
    """Every sentence of every rule that applies to the page."""
    rules = PAGE_RULES
    rules += NOTEBOOK_RULES if page.path.suffix == ".ipynb" else ()
    rules += CHAPTER_RULES if page.is_chapter else ()
    return [sentence for rule in rules for sentence in rule(page)]
