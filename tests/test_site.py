"""The built book, in a real browser with the network refused: alive, legible, within reach."""

import os
import re
import sys
import zipfile

import nbformat
import pytest
import sphinx_offline
import yaml
from book_builder import ROOT, build, small_book
from browsing import PAGES, Visit, violations
from site_reader import dead_links, foreign_loads, read_site
from sphinx.errors import ExtensionError

SCRIPT_BUDGET = 250_000  # bytes of JavaScript on a page; the icon script alone was 1.4 million
RICHEST = "book/em_loop/the_loop.html"


# What is left of TeX in the text a reader sees, code aside
LEFT_OVER = r"\$[^$\n]*\$|\$\$|\\\(|\\\[|\\begin\{|\\frac|\{(?:eq|numref|cite)[:}]"
PROSE = """() => {
  const copy = document.querySelector('article').cloneNode(true)
  for (const e of copy.querySelectorAll('pre, code, .katex, svg, script, style')) e.remove()
  return copy.textContent
}"""
FONTS = """document.fonts.ready.then(
  fonts => [...fonts].filter(font => font.status == 'loaded').map(font => font.family))"""
BAD_FORMULAS = "() => [...document.querySelectorAll('.katex-error')].map(e => e.title)"


# the icons of buttons and the signs within formulas are no pictures
NAMED = """() => [...document.querySelectorAll('article :is(img, svg)')].filter(
  e => !e.matches('button *, summary *, .katex *')).map(
  e => [e.tagName, e.getAttribute('alt') ?? e.getAttribute('aria-label') ?? ''])"""


def background(visit):
    return visit.see("getComputedStyle(document.body).backgroundColor")


@pytest.mark.parametrize("way", ["server", "folder"])
@pytest.mark.parametrize("page", [*PAGES, "index.html", "search.html", "genindex.html"])
def test_a_page_opens_without_trouble_and_without_the_network(browser, bases, page, way):
    with Visit(browser, bases[way], page) as visit:
        visit.page.wait_for_load_state("networkidle")
        assert visit.trouble == []


@pytest.fixture(scope="module", params=PAGES)
def chapter(request, browser, bases):
    """One page after the other, opened once for the tests that only look."""
    with Visit(browser, bases["folder"], request.param) as visit:
        yield visit


def assert_mathematics_is_set(visit):
    assert visit.see(BAD_FORMULAS) == [], "KaTeX does not understand these formulas"
    assert re.findall(LEFT_OVER, visit.see(PROSE)) == []
    if visit.page.locator("article .math").count():
        assert visit.page.locator(".katex-html").first.bounding_box()["width"] > 0
        assert any("KaTeX" in font for font in visit.see(FONTS)), "KaTeX's fonts do not load"


def test_mathematics_is_set(chapter):
    assert_mathematics_is_set(chapter)


@pytest.mark.parametrize("page", PAGES)
def test_mathematics_is_set_without_scripts(browser, bases, page):
    with Visit(browser, bases["folder"], page, java_script_enabled=False) as visit:
        assert_mathematics_is_set(visit)


def test_every_picture_says_what_it_shows(chapter):
    for tag, name in chapter.see(NAMED):
        assert len(name) > 20, f"a picture ({tag}) says only {name!r}"
        assert not re.fullmatch(r"\S+\.\w{3,4}", name), f"{name} is a file's name"


# 640 is a window of 1280 pixels at 200 % zoom
@pytest.mark.parametrize("width", [320, 640])
def test_no_page_scrolls_sideways(chapter, width):
    chapter.page.set_viewport_size({"width": width, "height": 900})
    chapter.see("document.querySelectorAll('details').forEach(d => { d.open = true })")
    too_wide = chapter.see("document.documentElement.scrollWidth - innerWidth")
    assert too_wide <= 0, f"the page is {too_wide} pixels wider than a window of {width}"


@pytest.mark.parametrize("width", [390, 1280])
def test_what_a_check_says_is_not_cut(chapter, width):
    chapter.page.set_viewport_size({"width": width, "height": 900})
    chapter.see("document.querySelectorAll('details').forEach(d => { d.open = true })")
    over = "e => e.map(pre => pre.scrollWidth - pre.clientWidth)"
    assert max(chapter.page.eval_on_selector_all(".output.stream pre", over), default=0) <= 1


def test_the_theme_follows_the_system_and_the_switch(browser, bases):
    with Visit(browser, bases["folder"], RICHEST) as visit:
        seen = {visit.see("document.documentElement.dataset.theme"): background(visit)}
        for _ in range(2):
            visit.page.locator(".theme-switch-button:visible").first.click()
            seen[visit.see("document.documentElement.dataset.theme")] = background(visit)
        assert seen == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 30)"}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_dark_system_gets_a_dark_page(browser, bases, scripts):
    options = {"scheme": "dark", "java_script_enabled": scripts}
    with Visit(browser, bases["folder"], RICHEST, **options) as visit:
        assert background(visit) == "rgb(20, 24, 30)"


def test_the_lines_of_a_drawing_follow_the_theme(browser, bases):
    ink = """() => [...document.querySelectorAll('svg.em-drawing text')].map(
      e => getComputedStyle(e).fill)"""
    seen = {}
    for scheme in ("light", "dark"):
        with Visit(browser, bases["folder"], RICHEST, scheme=scheme) as visit:
            seen[scheme] = set(visit.see(ink))
    assert seen["light"]
    assert seen["light"].isdisjoint(seen["dark"])


@pytest.mark.parametrize("way", ["server", "folder"])
def test_search_finds_responsibility(browser, bases, way):
    with Visit(browser, bases[way], "search.html?q=responsibility") as visit:
        visit.page.wait_for_selector("#search-results li a", timeout=10_000)
        assert visit.page.locator("#search-results li").count() >= 1
        assert visit.trouble == []


MATRIX = [
    (page, scheme, width) for page in PAGES for scheme in ("light", "dark") for width in (1280, 320)
]
QUICK = {
    (RICHEST, "light", 1280),
    (RICHEST, "dark", 320),
    (PAGES[0], "dark", 1280),
    (PAGES[-1], "light", 320),
}


@pytest.mark.parametrize(
    ("page", "scheme", "width"),
    [pytest.param(*case, marks=[] if case in QUICK else pytest.mark.slow) for case in MATRIX],
)
def test_axe_finds_no_barrier(browser, bases, page, scheme, width):
    with Visit(browser, bases["server"], page, width=width, scheme=scheme) as visit:
        # what is folded away must be legible too
        visit.see("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert violations(visit) == []


def test_a_page_can_be_walked_by_keyboard(browser, bases):
    with Visit(browser, bases["server"], PAGES[0]) as visit:
        focused = "document.activeElement"
        visit.page.keyboard.press("Tab")
        assert visit.see(f"{focused}.getAttribute('href')") == "#main-content"
        seen = []
        for _ in range(25):
            visit.page.keyboard.press("Tab")
            ring = visit.see(f"parseFloat(getComputedStyle({focused}).outlineWidth)")
            text = visit.see(f"{focused}.textContent.trim() || {focused}.ariaLabel")
            assert ring > 1, f"nothing shows that {text!r} has the focus"
            seen.append(text)
        assert any("Search" in text for text in seen)
        assert any("Notation" in text for text in seen), "the sidebar is out of reach"


def test_a_folded_solution_opens_by_keyboard(browser, bases):
    with Visit(browser, bases["folder"], RICHEST, java_script_enabled=False) as visit:
        fold = visit.page.locator("article details").first
        fold.locator("summary").focus()
        visit.page.keyboard.press("Enter")
        assert fold.get_attribute("open") is not None


def test_the_pages_stay_light(site, browser, bases, record_property):
    assert not list(site.rglob("fontawesome.js"))
    with Visit(browser, bases["server"], RICHEST) as visit:
        size = visit.see(
            "performance.getEntriesByType('resource').filter(r => r.initiatorType == 'script')"
            ".reduce((sum, r) => sum + r.decodedBodySize, 0)"
        )
        record_property("bytes of JavaScript", size)
        assert 0 < size < SCRIPT_BUDGET
        fonts = visit.see(FONTS)
        assert any("Awesome" in font for font in fonts), "the icons have no font to be drawn with"


def test_paper_gets_the_text_without_the_frame(browser, bases):
    with Visit(browser, bases["folder"], RICHEST, scheme="dark") as visit:
        visit.page.emulate_media(media="print")
        assert background(visit) == "rgb(255, 255, 255)"
        assert visit.page.locator("h1:visible").count() == 1
        for frame in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article"):
            assert visit.page.locator(f"{frame}:visible").count() == 0


def test_every_page_has_a_language_a_title_and_a_description(site):
    for page in PAGES:
        text = (site / page).read_text(encoding="utf-8")
        assert '<html lang="en"' in text
        assert re.search(r"<title>\s*\S", text)
        assert re.search(r'<meta name="description" content="[^"]{30,}"', text), page


def test_every_link_and_anchor_leads_somewhere(site):
    assert dead_links(site) == []


def test_the_book_carries_the_wheel_that_its_page_offers(site):
    (wheel,) = (site / "wheel").iterdir()
    page = site / "book/reference/emlib.html"
    assert f"../../wheel/{wheel.name}" in read_site(site)[page.resolve()].links
    assert f"pip install ./{wheel.name}" in page.read_text(encoding="utf-8")
    assert zipfile.ZipFile(wheel).testzip() is None


def test_nothing_is_loaded_from_another_host(site):
    assert foreign_loads(site) == []
    for style in site.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", style.read_text("utf-8"))


# The checks themselves: each must be able to fail ------------------------------------------------

AN_ADDRESS = "https://github.com/owner/name"
BUTTONS = ("source-repository-button", "source-issues-button", "source-edit-button")
A_PAGE = "# A page\n\nIts first paragraph is long enough to describe it.\n"


def test_no_button_asks_for_an_address_that_is_not_set(site):
    if not yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]["url"]:
        for page in PAGES:
            text = (site / page).read_text(encoding="utf-8")
            assert not any(button in text for button in BUTTONS)


def test_the_buttons_appear_once_the_address_is_set(tmp_path):
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    config["repository"]["url"] = AN_ADDRESS
    built = build(small_book(tmp_path, A_PAGE, yaml.safe_dump(config)))
    assert built.succeeded, built.complaints
    text = (built.pages / "book/index.html").read_text(encoding="utf-8")
    assert [button for button in BUTTONS if button not in text] == []
    assert f"{AN_ADDRESS}/edit/main/book/index.md" in text


PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>'


DEFECTS = {
    "[to nowhere](nowhere.ipynb)": ("nowhere.ipynb", "correct the link"),
    "[to no heading](#no-such-heading)": ("no-such-heading", "correct the link"),
    "{cite:p}`nobody1900`": ("nobody1900", "add the work to book/references.bib"),
    "![](dot.svg)": ("dot.svg has no alt text", "write what it shows"),
    "![dot.svg](dot.svg)": ("too little ('dot.svg')", "write what it shows"),
    "![a picture that is not there](none.svg)": ("none.svg", "correct the picture's path"),
}


@pytest.fixture(scope="module")
def defective(tmp_path_factory):
    """A book of one page per defect, and a notebook whose picture has no alt text, built."""
    source = small_book(tmp_path_factory.mktemp("defects"), A_PAGE)
    (source / "book/dot.svg").write_text(PICTURE, "utf-8")
    for number, defect in enumerate(DEFECTS):
        (source / f"book/page{number}.md").write_text(f"{A_PAGE}\n{defect}\n", "utf-8")
    cell = nbformat.v4.new_code_cell("draw()", execution_count=3)
    cell.outputs = [nbformat.v4.new_output("display_data", {"image/svg+xml": PICTURE})]
    cells = [nbformat.v4.new_markdown_cell(A_PAGE), cell]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), source / "book/drawn.ipynb")
    files = [f"book/page{number}" for number in range(len(DEFECTS))] + ["book/drawn"]
    toc = {"format": "jb-book", "root": "book/index", "chapters": [{"file": f} for f in files]}
    (source / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    return build(source)


@pytest.mark.parametrize("number", range(len(DEFECTS)), ids=list(DEFECTS))
def test_a_defect_fails_the_build_and_names_the_file_and_the_cure(defective, number):
    named, cure = list(DEFECTS.values())[number]
    lines = [line for line in defective.complaints.splitlines() if f"page{number}.md" in line]
    assert not defective.succeeded
    assert len(lines) == 1
    assert "WARNING" in lines[0]
    assert named in lines[0]
    assert cure in lines[0]


def test_a_cell_whose_picture_has_no_alt_text_is_named(defective):
    complaint = r"book/drawn\.ipynb: WARNING: .*code cell \[3\] has no alt text.*\{\"mystnb\": "
    assert re.search(complaint, defective.complaints)


def test_a_build_without_katex_says_how_to_get_it(tmp_path):
    source = small_book(tmp_path, A_PAGE)
    (source / "node_modules").mkdir()
    built = build(source)
    assert not built.succeeded
    assert 'mathematics needs KaTeX in node_modules/katex: run "make book"' in built.output


SLOW_NODE = f"""#!{sys.executable}
import socket, sys, time
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[sys.argv.index("--socket") + 1])
time.sleep(0.5)
server.listen()
server.accept()[0].recv(1)
"""


@pytest.mark.skipif(os.name != "posix", reason="sockets with a file's name")
@pytest.mark.parametrize(("node", "starts"), [(SLOW_NODE, True), ("#!/bin/false\n", False)])
def test_the_build_waits_until_katex_listens(tmp_path, monkeypatch, node, starts):
    program = tmp_path / "node"
    program.write_text(node, "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sphinx_offline.sphinxcontrib.katex, "NODEJS_BINARY", str(program))
    if not starts:
        with pytest.raises(ExtensionError, match="KaTeX did not start"):
            sphinx_offline.start_katex(tmp_path, 10)
        return
    process, connection = sphinx_offline.start_katex(tmp_path, 10)
    connection.close()
    assert process.wait(10) == 0


@pytest.fixture
def broken_site(tmp_path):
    """One page with every fault that the browser tests look for."""
    (tmp_path / "page.html").write_text(
        '<!doctype html><html><body style="width: 900px"><article>$x$ and'
        ' <span class="katex-error" title="no such command"></span> <img src="none.png">'
        '<a href="#nowhere">a</a><script src="https://example.invalid/x.js"></script>'
        "<script>console.error('oh')</script></article></body></html>",
        "utf-8",
    )
    return tmp_path


def test_the_link_checks_can_fail(broken_site):
    assert dead_links(broken_site) == [
        "page.html: #nowhere leads nowhere",
        "page.html: none.png leads nowhere",
    ]
    assert foreign_loads(broken_site) == [
        "page.html: https://example.invalid/x.js lies on another host"
    ]
    assert len(read_site(broken_site)) == 1


def test_the_browser_checks_can_fail(browser, broken_site):
    with Visit(browser, f"{broken_site.as_uri()}/", "page.html", width=320) as visit:
        trouble = "\n".join(visit.trouble)
        assert "asks another host: https://example.invalid/x.js" in trouble
        assert "failed: " in trouble
        assert "console error: oh" in trouble
        assert visit.see(BAD_FORMULAS) == ["no such command"]
        assert re.findall(LEFT_OVER, visit.see(PROSE)) == ["$x$"]
        assert visit.see(NAMED) == [["IMG", ""]]
        assert visit.see("document.documentElement.scrollWidth - innerWidth") > 0
        assert {line.split(":")[0] for line in violations(visit)} >= {"image-alt", "html-has-lang"}
