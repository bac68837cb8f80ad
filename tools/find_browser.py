"""Print the path of a Chromium on this machine; with --install, get one where there is none."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ELSEWHERE = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "${PROGRAMFILES}/Google/Chrome/Application/chrome.exe",
    "${PROGRAMFILES(X86)}/Google/Chrome/Application/chrome.exe",
    "${LOCALAPPDATA}/Google/Chrome/Application/chrome.exe",
)


class NoBrowserError(Exception):
    """No Chromium; the message says how to come by one."""


def find_browser():
    """Return the path of a Chromium: CHROMIUM's, an installed one, or Playwright's download.

    Raises NoBrowserError where there is none, or where CHROMIUM names none.
    """
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        if shutil.which(chosen):
            return shutil.which(chosen)
        raise NoBrowserError(
            f"CHROMIUM is set to {chosen}, which is no program; correct it or unset it."
        )
    installed = [shutil.which(name) for name in ON_PATH]
    installed += [os.path.expanduser(os.path.expandvars(place)) for place in ELSEWHERE]
    for path in filter(None, installed):
        if starts(path):
            return path
    if starts(playwrights_own()):
        return playwrights_own()
    raise NoBrowserError(
        "No Chromium or Chrome was found; install one, or set CHROMIUM to its path, "
        "or run: python tools/find_browser.py --install"
    )


def starts(path):
    """Say whether a program is there and runs; Ubuntu's chromium may be a stub that wants snap."""
    if not Path(path).is_file():
        return False
    if os.name == "nt":  # Chrome on Windows opens a window whatever it is asked
        return True
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and b"chrom" in answer.stdout.lower()


def playwrights_own():
    """Return where Playwright would put its own Chromium, whether or not it is there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def install_browser():
    """Install a Chromium: Debian's package where we are root on Debian, else Playwright's."""
    if shutil.which("apt-get") and os.name == "posix" and os.geteuid() == 0:
        quiet = {"stdout": sys.stderr, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        for command in (["update", "-q"], ["install", "-q", "-y", "chromium"]):
            if subprocess.run(["apt-get", *command], check=False, **quiet).returncode:
                break
        if any(starts(path) for path in filter(None, map(shutil.which, ON_PATH))):
            return
    # what it says goes to stderr: stdout is for the path alone
    download = [sys.executable, "-m", "playwright", "install", "chromium"]
    subprocess.run(download, check=False, stdout=sys.stderr)


def main():
    """Print the path, or one sentence and exit code 1."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--install", action="store_true", help="get one where there is none")
    try:
        if arguments.parse_args().install and not os.environ.get("CHROMIUM"):
            try:
                find_browser()
            except NoBrowserError:
                print("No Chromium yet: installing one.", file=sys.stderr)
                install_browser()
        print(find_browser())
    except NoBrowserError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
