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
@pytest.mark.parametrize("page", [*PAGES, "index.html", "search.html"])
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
        assert visit.page.locator(".katex-html:visible").first.bounding_box()["width"] > 0
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


@pytest.mark.parametrize("denied", [False, True], ids=["storage", "no-storage"])
def test_the_theme_follows_the_system_and_the_switch(browser, bases, denied):
    with Visit(browser, bases["folder"], RICHEST, storage_denied=denied) as visit:
        seen = {visit.see("document.documentElement.dataset.theme"): background(visit)}
        switch = visit.page.get_by_role("button", name="Dark theme")
        for pressed in ("true", "false"):
            switch.click()
            assert switch.get_attribute("aria-pressed") == pressed
            seen[visit.see("document.documentElement.dataset.theme")] = background(visit)
        assert seen == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 30)"}
        visit.page.emulate_media(color_scheme="dark")
        assert visit.see("document.documentElement.dataset.theme") == "light", "a choice holds"
        assert visit.trouble == []


def test_a_chosen_theme_is_still_there_on_the_next_page(browser, bases):
    with Visit(browser, bases["server"], RICHEST) as visit:
        visit.page.get_by_role("button", name="Dark theme").click()
        visit.page.locator("a[rel=next]").click()
        visit.page.wait_for_load_state()
        assert not visit.page.url.endswith(RICHEST)
        assert background(visit) == "rgb(20, 24, 30)"


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


@pytest.mark.parametrize("denied", [False, True], ids=["storage", "no-storage"])
@pytest.mark.parametrize("way", ["server", "folder"])
def test_search_finds_responsibility(browser, bases, way, denied):
    with Visit(browser, bases[way], "search.html?q=responsibility", storage_denied=denied) as visit:
        visit.page.wait_for_selector("#search-results li a", timeout=10_000)
        assert visit.page.locator("#search-results li").count() >= 1
        visit.page.locator("#search-results li a").nth(1).click()
        visit.page.wait_for_load_state("networkidle")
        if not denied:  # what to mark is stored
            visit.page.wait_for_selector(".highlighted", state="attached", timeout=10_000)
        assert visit.trouble == []


@pytest.mark.parametrize("keys", ["Control+k", "/"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_key_leads_to_the_search(browser, bases, width, keys):
    with Visit(browser, bases["folder"], RICHEST, width=width) as visit:
        visit.page.keyboard.press(keys)
        visit.page.keyboard.type("lagrange")
        assert visit.see("document.activeElement.value") == "lagrange"
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_selector("#search-results li a", timeout=10_000)
        assert "search.html?q=lagrange" in visit.page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_contents_lead_to_every_page_and_to_the_sections_of_this_one(
    browser, bases, width, scripts
):
    options = {"width": width, "java_script_enabled": scripts}
    with Visit(browser, bases["folder"], RICHEST, **options) as visit:
        if width < 1024:
            visit.page.get_by_role("button", name="Contents").click()
        contents = visit.page.get_by_role("navigation", name="Contents")
        links = [link.get_attribute("href") for link in contents.get_by_role("link").all()]
        pages = [link for link in links if not link.startswith("#")]
        assert len(pages) == len(PAGES) - 1  # "#" is this one
        sections = [link for link in links if len(link) > 1 and link.startswith("#")]
        headings = visit.page.locator("main h2").count()
        assert len(sections) >= headings > 5
        contents.get_by_role("link", name="Where it stops").click()
        heading = visit.page.get_by_role("heading", name="Where it stops")
        assert heading.bounding_box()["y"] < 300
        assert contents.is_visible() == (width > 1024 or not scripts)


def test_the_contents_mark_the_section_that_is_read(browser, bases):
    with Visit(browser, bases["folder"], RICHEST) as visit:
        visit.page.get_by_role("heading", name="Where it stops").evaluate("e => e.scrollIntoView()")
        visit.page.wait_for_selector(".em-here")
        assert visit.page.locator(".em-here").all_inner_texts() == ["Where it stops"]


def test_previous_and_next_follow_the_contents(browser, bases):
    with Visit(browser, bases["folder"], PAGES[0]) as visit:
        for page in PAGES[1:]:
            visit.page.locator("a[rel=next]").click()
            visit.page.wait_for_url(f"**/{page}")
        assert visit.page.locator("a[rel=next]").count() == 0
        visit.page.locator("a[rel=prev]").click()
        visit.page.wait_for_url(f"**/{PAGES[-2]}")


def test_a_code_cell_is_copied(browser, bases):
    with Visit(
        browser, bases["server"], RICHEST, permissions=["clipboard-read", "clipboard-write"]
    ) as visit:
        block = visit.page.locator("div.cell_input:visible").first
        block.hover()
        block.get_by_role("button", name="Copy").click()
        block.get_by_role("button", name="Copied").wait_for()
        copied = visit.see("navigator.clipboard.readText()")
        assert copied.strip() == block.locator("pre").inner_text().strip()


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


@pytest.mark.parametrize("denied", [False, True], ids=["storage", "no-storage"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier_after_a_search(browser, bases, scheme, denied):
    options = {"scheme": scheme, "storage_denied": denied}
    with Visit(browser, bases["server"], "search.html?q=observation", **options) as visit:
        visit.page.wait_for_selector("#search-results li a", timeout=10_000)
        assert violations(visit) == []
        visit.page.locator("#search-results li a").nth(1).click()
        if not denied:
            visit.page.wait_for_selector(".highlighted")
        assert violations(visit) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_figure_is_within_ten_tabs_of_the_skip_link(browser, bases, width):
    with Visit(browser, bases["folder"], RICHEST, width=width) as visit:
        visit.page.keyboard.press("Tab")
        visit.page.keyboard.press("Enter")
        for _ in range(10):
            visit.page.keyboard.press("Tab")
            if visit.see("Boolean(document.activeElement.closest('.em-figure'))"):
                return
        pytest.fail("ten Tabs do not reach the first figure")


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


def test_the_text_is_set_in_the_fonts_of_the_book(site, browser, bases):
    with Visit(browser, bases["folder"], RICHEST) as visit:
        assert "Newsreader" in visit.see(FONTS)
    fonts = site / "_static" / "fonts"
    assert "SIL OPEN FONT LICENSE" in (fonts / "LICENSE-Newsreader.txt").read_text("utf-8")


EDGES = """() => {
  const measure = document.querySelector('.em-text h2').getBoundingClientRect()
  const blocks = '.em-text :is(section > p, .em-held, .em-figure, .cell_input, .em-wide)'
  const seen = [...document.querySelectorAll(blocks)].filter(e => e.getClientRects().length)
  return seen.flatMap(e => {
    const { left, right } = e.getBoundingClientRect()
    if (e.closest('details, .admonition') || e.matches('.em-wide')) return []
    return Math.abs(left - measure.left) > 0.5 || Math.abs(right - measure.right) > 0.5
      ? [`${e.className || e.tagName} ${left} to ${right}, not ${measure.left} to ${measure.right}`]
      : [] }) }"""


@pytest.mark.parametrize("width", [390, 800, 1280, 1600])
def test_text_figures_and_code_share_their_edges(browser, bases, width):
    with Visit(browser, bases["folder"], RICHEST, width=width) as visit:
        assert visit.see(EDGES) == []


def test_paper_gets_the_text_without_the_frame(browser, bases):
    with Visit(browser, bases["folder"], RICHEST, scheme="dark") as visit:
        visit.page.emulate_media(media="print")
        assert background(visit) == "rgb(255, 255, 255)"
        assert visit.page.locator("h1:visible").count() == 1
        for frame in (".em-side", ".em-ways", ".em-print", ".em-of-the-figure"):
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
LINKS = ("Repository", "Report a mistake", "Edit this page")
A_PAGE = "# A page\n\nIts first paragraph is long enough to describe it.\n"


def test_no_link_needs_an_address_that_is_not_set(site):
    if not yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]["url"]:
        for page in PAGES:
            text = (site / page).read_text(encoding="utf-8")
            assert not any(f">{words}</a>" in text for words in LINKS)


def test_the_links_appear_once_the_address_is_set(tmp_path):
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    config["repository"]["url"] = AN_ADDRESS
    config["launch_buttons"]["binderhub_url"] = "https://binder.example"
    config["launch_buttons"]["colab_url"] = "https://colab.example"
    source = small_book(tmp_path, A_PAGE, yaml.safe_dump(config))
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(A_PAGE)]),
        source / "book/run.ipynb",
    )
    toc = {"format": "jb-book", "root": "book/index", "chapters": [{"file": "book/run"}]}
    (source / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    built = build(source)
    assert built.succeeded, built.complaints
    text = (built.pages / "book/index.html").read_text(encoding="utf-8")
    assert [words for words in LINKS if f">{words}</a>" not in text] == []
    assert f'"{AN_ADDRESS}/edit/main/book/index.md"' in text
    assert "binder.example" not in text, "a page without code has nothing to run"
    text = (built.pages / "book/run.html").read_text(encoding="utf-8")
    binder = "https://binder.example/v2/gh/owner/name/main?urlpath=lab/tree/book/run.ipynb"
    assert f'"{binder}"' in text
    assert '"https://colab.example/github/owner/name/blob/main/book/run.ipynb"' in text


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
        assert {line.split(":")[0] for line in violations(visit)} >= {
            "image-alt",
            "html-has-lang",
            "region",
        }
