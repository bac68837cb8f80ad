"""What several test modules share: the built site, a browser, and who runs which tests."""

import functools
import http.server
import os
import re
import threading

import pytest
from book_builder import build, copy_tracked
from browsing import FLAGS, SilentHandler
from find_browser import find_browser


def pytest_xdist_make_scheduler(config, log):
    """Give each worker whole modules, and the live figures page by page: one worker would crawl."""
    from xdist.scheduler import LoadScopeScheduling

    class ByPage(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            page = re.search(r"test_live_figures\.py::\w+\[(?:book/\w+/)?(\w+)", nodeid)
            return f"live figures of {page[1]}" if page else super()._split_scope(nodeid)

    return ByPage(config, log) if config.getoption("dist") == "loadscope" else None


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The pages of the book, built once from a cold copy of what git would carry."""
    built = build(copy_tracked(tmp_path_factory.mktemp("book")))
    if not built.succeeded:
        pytest.fail(f"the book does not build:\n{built.complaints}", pytrace=False)
    return built.pages


@pytest.fixture(scope="module")
def bases(site):
    """The two ways to open the book: from a server and from a folder."""
    handler = functools.partial(SilentHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield {"server": f"http://127.0.0.1:{server.server_port}/", "folder": f"{site.as_uri()}/"}
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright  # here: most tests need no browser

    root = hasattr(os, "geteuid") and os.geteuid() == 0
    flags = [*FLAGS, "--no-sandbox"] if root else FLAGS
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=find_browser(), args=flags) as chromium,
    ):
        yield chromium
