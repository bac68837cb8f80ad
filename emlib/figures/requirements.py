"""What figures need beside emlib's core; imported first, it says what is missing."""

from importlib.util import find_spec

from ..extras import missing

for package in ("anywidget", "matplotlib"):
    if find_spec(package) is None:
        raise missing("emlib.figures", package, "figures")
