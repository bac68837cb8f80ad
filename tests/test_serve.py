"""`make serve` builds whatever is edited, however early."""

import subprocess
import sys
import time
from functools import partial

import psutil
import pytest
from book_builder import ROOT, small_book

SECONDS = 240  # a busy machine


def wait_until(ready, process):
    end = time.monotonic() + SECONDS
    while not ready():
        assert process.poll() is None, "the server has ended"
        assert time.monotonic() < end, "the edit was never built"
        time.sleep(0.1)


def holds(page, words):
    return page.exists() and words in page.read_text("utf-8")


@pytest.mark.slow
def test_no_edit_is_lost_not_even_one_during_the_first_build(tmp_path):
    source = small_book(tmp_path / "book", "# A page\n\nIts first paragraph describes it.\n")
    (source / "node_modules").symlink_to(ROOT / "node_modules", target_is_directory=True)
    built = source / "_build/serve/html/book/index.html"
    program = "import runpy, webbrowser; webbrowser.open = print; "
    program += "runpy.run_path('tools/serve/serve.py', run_name='__main__')"
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-c", program], cwd=source, stdout=log, stderr=log
        ) as process,
    ):
        try:
            wait_until(lambda: built.parent.parent.exists(), process)  # from here an edit counts
            for number in range(2):
                words = f"Edited for the {number}th time"
                (source / "book/index.md").write_text(f"# A page\n\n{words}.\n", "utf-8")
                wait_until(partial(holds, built, words), process)
        finally:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
