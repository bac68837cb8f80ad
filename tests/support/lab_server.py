"""A real JupyterLab for tests: started, waited for, and ended with its kernels."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from book_builder import ROOT

SECONDS = 120  # a slow machine starts a server, a kernel and a page of many scripts


@dataclass
class Lab:
    """A running server: where it is, what opens it, and how to end it."""

    process: subprocess.Popen
    address: str
    token: str
    patience: float = 20

    def end(self):
        """End the server, which ends its kernels; then whatever of them is left."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.patience)
        self.process.kill()
        self.process.wait(20)
        _, left = psutil.wait_procs(family, self.patience)
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, 10)


def environment(home: Path) -> dict[str, str]:
    """Give the server folders of its own for settings, secrets and kernels."""
    folders = {
        "HOME": home,
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "IPYTHONDIR": home / "ipython",
    }
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    ours = {key: value for key, value in os.environ.items() if not key.startswith("JUPYTER")}
    return ours | {key: str(folder) for key, folder in folders.items()} | {"PYTHONPATH": str(ROOT)}


@contextlib.contextmanager
def jupyterlab(work: Path, home: Path, *options: str):
    """Start JupyterLab over a folder on a free port; end it and its kernels, whatever happens."""
    token, log = secrets.token_hex(16), home / "log.txt"
    quiet = "jupyterlab.handlers.announcements.NeverCheckForUpdate"
    settings = ["--no-browser", "--port=0", "--ip=127.0.0.1", f"--IdentityProvider.token={token}"]
    settings += [f"--ServerApp.root_dir={work}", "--LabApp.news_url=", *options]
    settings += ["--LabApp.extension_manager=readonly", f"--LabApp.check_for_updates_class={quiet}"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *settings],
            cwd=work,
            env=environment(home),
            stdout=output,
            stderr=output,
        )
    running = Lab(process, "", token)
    try:
        running.address = wait_for_address(home / "runtime", process, log)
        yield running
    finally:
        running.end()


def wait_for_address(runtime: Path, process, log: Path) -> str:
    """Read where the server listens from the note that it leaves."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        for note in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(json.JSONDecodeError):
                return json.loads(note.read_text("utf-8"))["url"]
        if process.poll() is not None:
            break
        time.sleep(0.2)
    pytest.fail(f"JupyterLab does not start:\n{log.read_text('utf-8')}", pytrace=False)
