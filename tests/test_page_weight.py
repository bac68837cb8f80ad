"""Every page is light and stands still: bytes transferred, by kind; how far its layout shifts."""

import gzip
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from browsing import PAGES, Visit

LIMIT = 250_000  # bytes transferred for a page with its mathematics, figures, fonts and pictures
SHIFT = 0.01
KINDS = {".html": "page", ".css": "style", ".js": "script", ".woff2": "fonts"}
LOADED = "performance.getEntriesByType('resource').map(entry => entry.name)"
SHIFTED = """() => new Promise(resolve => {
  let sum = 0
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
  const step = () => {
    const before = scrollY
    scrollBy(0, innerHeight)
    scrollY > before ? setTimeout(step, 30) : setTimeout(() => resolve(sum), 200)
  }
  document.fonts.ready.then(() => setTimeout(step, 200))
})"""


def transferred(file: Path) -> int:
    """Give the bytes of a file on the wire: text is compressed, as every host does it."""
    content = file.read_bytes()
    text = file.suffix in {".html", ".css", ".js", ".svg"}
    return len(gzip.compress(content, 6)) if text else len(content)


def weigh(site: Path, page: str, addresses: list[str]) -> dict[str, int]:
    """Sum up what a page loads, by kind."""
    weights = dict.fromkeys([*KINDS.values(), "pictures"], 0)
    files = {site / unquote(urlsplit(address).path).lstrip("/") for address in addresses}
    for file in {site / page, *files}:
        weights[KINDS.get(file.suffix, "pictures")] += transferred(file)
    return weights | {"sum": sum(weights.values())}


@pytest.mark.parametrize("page", [*PAGES, "search.html?q=responsibility"])
def test_a_page_is_light(site, browser, bases, page, record_property):
    with Visit(browser, bases["server"], page) as visit:
        visit.page.wait_for_load_state("networkidle")
        weights = weigh(site, page.split("?")[0], visit.see(LOADED))
    record_property("weight", weights)
    assert weights["sum"] <= LIMIT, weights


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_stands_still(browser, bases, page, width):
    with Visit(browser, bases["server"], page, width=width) as visit:
        shift = visit.see(SHIFTED)
    assert shift < SHIFT, f"the layout shifts by {shift:.3f}"


def test_the_scales_can_be_tipped(tmp_path, browser):
    (tmp_path / "a.html").write_text("<p>one</p>" * 100, "utf-8")
    (tmp_path / "b.js").write_bytes(bytes(range(256)) * 4)
    weights = weigh(
        tmp_path, "a.html", ["http://127.0.0.1:1/b.js?v=2", "http://127.0.0.1:1/a.html"]
    )
    assert 0 < weights["page"] < 200
    assert 256 < weights["script"] < 500
    assert weights["sum"] == weights["page"] + weights["script"]
    words = "<p>words that move</p>" * 9
    late = "setTimeout(() => document.body.prepend(document.createElement('hr')), 250)"
    (tmp_path / "shifts.html").write_text(
        f"<!doctype html><style>hr {{ height: 400px }}</style>{words}<script>{late}</script>",
        "utf-8",
    )
    with Visit(browser, f"{tmp_path.as_uri()}/", "shifts.html") as visit:
        assert visit.see(SHIFTED) > SHIFT
