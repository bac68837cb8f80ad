"""Build the book, serve it, and rebuild and reload while its files are edited: `make serve`.

sphinx-autobuild first builds and then begins to watch: what is edited between is never built. So
its own first build is left out; once it answers it watches, and a file in a folder beside the book
is touched, which starts the first build. What is edited from then on is heard.
"""

import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "_build" / "serve"
IGNORED = r"/(_build|__pycache__|\.[^/]+|[^/]*\.egg-info|node_modules)(/|$)"


def wait(ready, process):
    """Wait until something is so, or the server has ended."""
    while process.poll() is None and not ready():
        time.sleep(0.2)


def answers(address):
    """Say whether a server answers there, with whatever page."""
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def free_port():
    """Return a port that nothing listens on."""
    from sphinx_autobuild.utils import find_free_port

    return find_free_port()


def serve(out=OUT, port=None, look=webbrowser.open):
    """Serve until Ctrl-C; return the exit code."""
    port = port or free_port()
    address, html = f"http://127.0.0.1:{port}/", out / "html"
    with tempfile.TemporaryDirectory() as trigger:
        command = [sys.executable, "-m", "sphinx_autobuild", "--no-initial", f"--port={port}"]
        command += ["-c", ROOT / "tools/serve", "-d", out / "doctrees", "--watch", trigger]
        command += ["--re-ignore", IGNORED, ROOT, html]
        started = time.time()
        with subprocess.Popen([*map(str, command)], cwd=ROOT) as process:
            try:
                wait(lambda: answers(address), process)
                Path(trigger, "build").touch()
                first = html / "index.html"
                wait(lambda: first.exists() and first.stat().st_mtime >= started, process)
                if process.poll() is None:
                    look(address)
                return process.wait()
            except KeyboardInterrupt:
                return 0
            finally:
                process.terminate()


if __name__ == "__main__":
    sys.exit(serve())
