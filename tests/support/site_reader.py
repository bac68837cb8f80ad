"""Read built pages without a browser: what they link to, load, and can be linked by."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

LOADS = {"src", "srcset", "poster", "data"}


@dataclass
class Page(HTMLParser):
    """One page: its anchors, where its links lead, and what it loads."""

    path: Path
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self.feed(self.path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in {"id", "name"} and value:
                self.ids.add(value)
            elif name in LOADS or (name == "href" and tag == "link"):
                self.loads.append(value or "")
            elif name in {"href", "xlink:href"} and value:
                self.links.append(value)


def is_foreign(address: str) -> bool:
    """Say whether an address leads to another host."""
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in {"", "data", "mailto", "javascript"}


def read_site(site: Path) -> dict[Path, Page]:
    """Read every page of a built site; what lies in _static are templates of the theme."""
    pages = (path for path in sorted(site.rglob("*.html")) if "_static" not in path.parts)
    return {path.resolve(): Page(path) for path in pages}


def dead_links(site: Path) -> list[str]:
    """Give each address within the site that leads to no file or to no anchor."""
    pages = read_site(site)
    dead = []
    for path, page in pages.items():
        for address in page.links + page.loads:
            if is_foreign(address) or urlsplit(address).scheme:
                continue
            file, anchor = urldefrag(address)
            target = (path.parent / unquote(urlsplit(file).path)).resolve() if file else path
            target = target / "index.html" if target.is_dir() else target
            missing = not target.exists()
            if not missing and anchor and target in pages:
                missing = unquote(anchor) not in pages[target].ids
            if missing:
                dead.append(f"{path.relative_to(site.resolve())}: {address} leads nowhere")
    return dead


def foreign_loads(site: Path) -> list[str]:
    """Give each thing that a page would fetch from another host."""
    return [
        f"{path.relative_to(site.resolve())}: {address} lies on another host"
        for path, page in read_site(site).items()
        for address in page.loads
        if is_foreign(address)
    ]
