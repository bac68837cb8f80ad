"""One browser and one open page for all that is asked of the figures of a page."""

import pytest
from browsing import Visit, chromium, served


@pytest.fixture(scope="package")
def bases(site):
    """The two ways to open the book, kept open for all modules here."""
    with served(site) as ways:
        yield ways


@pytest.fixture(scope="package")
def browser():
    with chromium() as program:
        yield program


@pytest.fixture(scope="package")
def window(browser, bases):
    """Look at a place; its page stays open until another place is asked for."""
    opened = {}

    def close():
        while opened:
            opened.popitem()[1].context.close()

    def look(where):
        if where not in opened:
            close()
            page, scheme, width, way = where
            opened[where] = Visit(browser, bases[way], page, width=width, scheme=scheme)
        return opened[where]

    yield look
    close()


@pytest.fixture
def desk(request, window):
    """A page, opened once for all that is asked of its figures: pytest would open it each time."""
    return window(request.param)


@pytest.fixture(scope="module")
def phone(request, browser, bases):
    """A page on a small screen that is touched."""
    options = {"has_touch": True, "is_mobile": True, "width": 320, "scheme": "dark"}
    with Visit(browser, bases["folder"], request.param, **options) as visit:
        yield visit


@pytest.fixture(scope="module")
def still(request, browser, bases):
    """A page where no script runs."""
    with Visit(browser, bases["folder"], request.param, java_script_enabled=False) as visit:
        yield visit
