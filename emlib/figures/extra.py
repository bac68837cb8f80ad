"""What figures need besides emlib's core: refuse to go on without it, and say how to get it."""

from importlib.util import find_spec

for package in ("anywidget", "matplotlib"):
    if find_spec(package) is None:
        raise ModuleNotFoundError(
            f"emlib.figures needs {package}: pip install emlib[figures]", name=package
        )
