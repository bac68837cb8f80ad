"""The built pages in a real browser with the network refused, and what goes wrong there."""

import contextlib
import functools
import http.server
import os
import threading

import yaml
from book_builder import ROOT
from find_browser import find_browser

AXE = ROOT / "node_modules/axe-core/axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# as a browser that blocks all cookies, or a frame without allow-same-origin, denies it
DENY_STORAGE = """for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(
  window, name, { configurable: true, get() { throw new DOMException(name, 'SecurityError') } })"""
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    # no name but this machine's own number leads anywhere
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]


def chapters() -> list[str]:
    """Name the pages that _toc.yml lists."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    entries = [entry for part in toc["parts"] for entry in part["chapters"]]
    return [f"{name}.html" for name in [toc["root"], *(entry["file"] for entry in entries)]]


PAGES = chapters()


class SilentHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextlib.contextmanager
def served(site):
    """Serve a folder while it is looked at; give the two ways to open it: server and folder."""
    handler = functools.partial(SilentHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield {"server": f"http://127.0.0.1:{server.server_port}/", "folder": f"{site.as_uri()}/"}
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def chromium():
    """Start a Chromium, and end it."""
    from playwright.sync_api import sync_playwright  # here: most tests need no browser

    root = hasattr(os, "geteuid") and os.geteuid() == 0
    flags = [*FLAGS, "--no-sandbox"] if root else FLAGS
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=find_browser(), args=flags) as program,
    ):
        yield program


class Visit:
    """A page in the browser, and all that went wrong while it was open."""

    def __init__(self, browser, base, page, width=1280, scheme="light", **options):
        size = {"width": width, "height": options.pop("height", 900)}
        options |= {"viewport": size, "color_scheme": scheme, "reduced_motion": "reduce"}
        self.base = base
        self.trouble = []
        denied = options.pop("storage_denied", False)
        self.context = browser.new_context(**options)
        if denied:
            self.context.add_init_script(DENY_STORAGE)
        self.page = self.context.new_page()
        self.page.on("request", self.refuse_foreign)
        self.page.on("requestfailed", self.note_failure)
        self.page.on("response", self.note_status)
        self.page.on("console", self.note_console)
        self.page.on("pageerror", lambda error: self.trouble.append(f"script error: {error}"))
        self.page.goto(base + page, wait_until="load")

    def refuse_foreign(self, request):
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.trouble.append(f"asks another host: {request.url}")

    def note_failure(self, request):
        # the front door leads on before its icon has come: an aborted icon is no missing one
        if request.failure != "net::ERR_ABORTED":
            self.trouble.append(f"failed: {request.url}: {request.failure}")

    def note_status(self, response):
        if response.status >= 400:
            self.trouble.append(f"answered {response.status}: {response.url}")

    def note_console(self, message):
        if message.type in {"error", "warning"}:
            self.trouble.append(f"console {message.type}: {message.text}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def see(self, script):
        return self.page.evaluate(script)


def violations(visit, part="html"):
    """Run axe on a part of the page; give each violation with the first places where it is."""
    visit.see(AXE.read_text(encoding="utf-8"))
    found = visit.page.evaluate(
        "async ([part, rules, preload]) =>"
        " (await axe.run(part, {runOnly: rules, preload})).violations.map(v =>"
        " `${v.id}: ${v.nodes.slice(0, 4).map(n => n.target.join(' ')"
        " + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`)",
        [part, AXE_RULES, visit.base.startswith("http")],  # a folder lets nobody read them
    )
    return found
