"""The sample for authors in CONTRIBUTING.md is a whole figure."""

import re
import shutil
import subprocess
import sys

import numpy as np
from book_builder import ROOT
from browsing import Visit
from figure_pages import figures_in
from figure_reader import Hand, differences, same_numbers

from emlib.figures import assets

SHOW = "from emlib.figures.lighthouse import Lighthouse; print({}.to_html())"
MODULES = (*assets.CORE, "lighthouse", "page")


def test_the_sample_for_authors_is_a_whole_figure(browser, tmp_path):
    """The class, the file and the line of CONTRIBUTING.md, in a copy of emlib."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (script,) = re.findall(r"```js\n(.*?)```", text, re.DOTALL)
    module, line = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    folder = tmp_path / "emlib" / "figures"
    shutil.copytree(
        ROOT / "emlib", tmp_path / "emlib", ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / "lighthouse.py").write_text(module, "utf-8")
    (folder / "js" / "lighthouse.js").write_text(script, "utf-8")
    ruff = [sys.executable, "-m", "ruff", "check", "--quiet", "--config", ROOT / "pyproject.toml"]
    subprocess.run([*ruff, folder / "lighthouse.py"], check=True)
    subprocess.run(
        [*ruff[:3], "format", "--check", *ruff[4:], folder / "lighthouse.py"], check=True
    )
    program = SHOW.format(line.strip().removeprefix("figures."))
    command = [sys.executable, "-c", program]
    markup = subprocess.check_output(command, cwd=tmp_path, text=True, encoding="utf-8")
    scripts = "".join(f'<script src="emlib/figures/js/{name}.js"></script>' for name in MODULES)
    page = f'<!doctype html><meta charset="utf-8"><body style="width: 30rem">{markup}{scripts}'
    (tmp_path / "page.html").write_text(page, "utf-8")
    with Visit(browser, f"{tmp_path.as_uri()}/", "page.html") as visit:
        hand = Hand(visit, figures_in("page.html", markup)[0])
        (handle,) = hand.handles()
        assert hand.drag(handle, hand.aim(handle)) != hand.drawn.first
        keyed = hand.keys(handle, "End", "Shift+ArrowLeft")
        assert keyed["x"] == 3.99
        assert hand.type(["0.5"])["x"] == 0.5
        assert same_numbers([hand.numbers()[0][1]], [np.exp(-0.125) / np.sqrt(2 * np.pi)])
        hand.reset()
        assert hand.state() == hand.drawn.first
        assert differences(hand.picture(), hand.picture(markup)) == []
        assert visit.trouble == []
