"""What several test modules share: the built site, a browser, and who runs which tests."""

import contextlib
import re

import openblas
import pytest
from book_builder import build, copy_tracked
from browsing import chromium, served


class ByPage:
    """Whole modules for each worker of xdist, and the live figures page by page."""

    @pytest.hookimpl(optionalhook=True)  # xdist need not be installed
    def pytest_xdist_make_scheduler(self, config, log):
        """Give the figures of one page to one worker: one worker for all would crawl."""
        from xdist.scheduler import LoadScopeScheduling

        class Scheduler(LoadScopeScheduling):
            def _split_scope(self, nodeid):
                page = re.search(r"live_figures/\w+\.py::\w+\[(?:book/\w+/)?(\w+)", nodeid)
                return f"live figures of {page[1]}" if page else super()._split_scope(nodeid)

        return Scheduler(config, log) if config.getoption("dist") == "loadscope" else None


def pytest_terminal_summary(terminalreporter):
    """Print what each page of the book weighs, if it was weighed."""
    weighed = [
        (report.nodeid.split("[")[-1].rstrip("]"), weights)
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        for name, weights in report.user_properties
        if name == "weight"
    ]
    if not weighed:
        return
    kinds = list(weighed[0][1])
    terminalreporter.section("kilobytes transferred for each page")
    terminalreporter.write_line("".join(f"{kind:>9}" for kind in kinds))
    for page, weights in sorted(weighed, key=lambda row: -row[1]["sum"]):
        row = "".join(f"{weights[kind] / 1000:9.1f}" for kind in kinds)
        terminalreporter.write_line(f"{row}  {page}")


def pytest_configure(config):
    config.pluginmanager.register(ByPage())


def pytest_report_header():
    return openblas.report()


@pytest.fixture(scope="session")
def site(request, tmp_path_factory):
    """The pages of the book, built once for all workers from a cold copy of what git carries."""
    folder = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        folder = folder.parent  # of all workers of this run
    with alone(folder / "book.lock"):
        verdict = folder / "book.verdict"
        if not verdict.exists():
            built = build(copy_tracked(folder / "book"))
            verdict.write_text("" if built.succeeded else built.complaints, "utf-8")
    if complaints := verdict.read_text("utf-8"):
        pytest.fail(f"the book does not build:\n{complaints}", pytrace=False)
    return folder / "book" / "_build" / "html"


@contextlib.contextmanager
def alone(lock):
    """Hold a lock that other processes wait for; on Windows, run one worker."""
    with lock.open("w") as file:
        with contextlib.suppress(ImportError):
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="module")
def bases(site):
    """The two ways to open the book: from a server and from a folder."""
    with served(site) as ways:
        yield ways


@pytest.fixture(scope="module")
def browser():
    with chromium() as program:
        yield program
