"""What parts of emlib need beside NumPy, and the sentence that says how to get it."""


def missing(part, package, extra):
    """Return the error to raise where `part` of emlib needs a package that is not installed."""
    return ModuleNotFoundError(
        f"{part} needs {package}, which is not installed: "
        f"pip install 'who-is-responsible[{extra}]'",
        name=package,
    )
