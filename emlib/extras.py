"""What parts of emlib need beside NumPy, and the sentence that says how to get it."""


def missing(part, module, extra):
    """Return the error to raise where `part` of emlib needs a module that is not installed."""
    package = module.partition(".")[0]
    return ModuleNotFoundError(
        f"{part} needs {package}, which is not installed: "
        f"pip install 'who-is-responsible[{extra}]'",
        name=package,
    )
