"""A chapter as `make lab` shows it: before anything is run, and when it was run and stored."""

import shutil

import pytest
from book_builder import ROOT
from lab_server import SECONDS, jupyterlab
from refresh_chapters import FOLDED_IN_JUPYTER, chapters, read

CHAPTER = "book/responsibilities/one_observation.ipynb"


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """The chapters, as in a fresh clone: nobody has run or trusted them here."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "book", folder / "book")
    return folder


@pytest.fixture(scope="module")
def lab(tmp_path_factory, work):
    home = tmp_path_factory.mktemp("home")
    with jupyterlab(work, home, f"--config={ROOT}/tools/lab/jupyter_lab_config.py") as running:
        yield running


@pytest.fixture(scope="module")
def chapter(lab, browser):
    """The chapter, opened in a new browser; its kernel is ready, and nothing was run.

    One page for all, in the order of the day: what is run comes last.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    page = context.new_page()
    page.set_default_timeout(1000 * SECONDS)
    page.goto(f"{lab.address}lab/tree/{CHAPTER}?token={lab.token}&reset")
    page.locator(".jp-Notebook .jp-Cell").nth(5).wait_for(state="attached")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached")
    page.wait_for_timeout(2000)  # what the kernel says of itself has been written down by now
    yield page
    context.close()


def modified(page):
    return page.locator(".lm-DockPanel-tabBar .jp-mod-dirty").count() > 0


def test_at_first_sight_there_are_pictures_a_first_line_and_no_mark_of_a_change(chapter):
    first = chapter.locator(".jp-Notebook .jp-Cell").first
    assert first.inner_text().startswith("Run all cells to bring the figures to life")
    pictures = chapter.locator(".jp-OutputArea .em-stage svg")
    assert pictures.count() > 0
    assert pictures.first.bounding_box()["width"] > 200
    assert not modified(chapter)


def test_at_first_sight_no_folded_source_can_be_read(chapter):
    shown = chapter.locator(".jp-CodeCell .jp-InputArea-editor:visible").all_inner_texts()
    folded = [
        cell.source.strip().splitlines()[0]
        for cell in read(ROOT / CHAPTER).cells
        if set(cell.metadata.get("tags", [])) & set(FOLDED_IN_JUPYTER)
    ]
    assert shown
    assert folded
    assert [line for line in folded if any(text.startswith(line) for text in shown)] == []


def test_run_stored_and_opened_again_without_a_kernel_it_is_as_it_was(chapter, lab, work, browser):
    before = (work / CHAPTER).read_bytes()
    chapter.get_by_role("menuitem", name="Run", exact=True).click()
    chapter.locator(".lm-Menu-itemLabel", has_text="Run All Cells").first.click()
    chapter.locator(".em-figure.em-live").first.wait_for()
    chapter.wait_for_function(
        "() => !document.querySelector('.jp-Notebook').textContent.includes('[*]')"
    )
    chapter.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached")
    assert modified(chapter), "nothing was run"
    chapter.keyboard.press("Control+s")
    chapter.wait_for_function("() => !document.querySelector('.lm-DockPanel-tabBar .jp-mod-dirty')")
    assert (work / CHAPTER).read_bytes() == before
    end_kernels(chapter)
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(1000 * SECONDS)
    page.goto(f"{lab.address}lab/tree/{CHAPTER}?token={lab.token}&reset")
    page.locator(".jp-OutputArea .em-stage svg").first.wait_for()
    assert "model not found" not in page.locator(".jp-Notebook").inner_text()
    context.close()


def end_kernels(page):
    """End every kernel, as somebody does who closes JupyterLab for the day."""
    page.evaluate("""async () => {
      const base = location.pathname.split('lab/tree')[0]
      const token = document.cookie.match(/_xsrf=([^;]+)/)[1]
      for (const { id } of await (await fetch(`${base}api/sessions`)).json())
        await fetch(`${base}api/sessions/${id}`, {
          method: 'DELETE', headers: { 'X-XSRFToken': token } })
    }""")


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_every_folded_cell_is_folded_in_jupyterlab_too(path):
    for cell in read(path).cells:
        wanted = {}
        for tag in cell.metadata.get("tags", []):
            wanted |= FOLDED_IN_JUPYTER.get(tag, {})
        assert cell.metadata.get("jupyter", {}) == wanted, f"{cell.id}: run make chapters"
