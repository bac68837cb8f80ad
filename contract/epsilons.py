"""Every small number in emlib, found in its source, and where it is explained."""

import ast
from pathlib import Path

import emlib

SOURCE = Path(emlib.__file__).parent
OTHERS = {"__init__", "datasets", "plotting"}
"""Modules that compute nothing of a fit."""

SMALL = 1e-3

EPSILONS = (
    "An epsilon that nobody mentions is a wrong answer waiting for its data. In the source of "
    "`emlib` a number below a thousandth, or a multiple of the machine's rounding, may stand in "
    "two places: as the default of an argument, in the signature, or as a named constant with a "
    "sentence below it. These are the constants, read from the source."
)


def small_numbers(folder=SOURCE):
    """(module.NAME, value, sentence) of every constant that is small."""
    found = []
    for path in _modules(folder):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        for statement, below in zip(body, [*body[1:], None], strict=True):
            if isinstance(statement, ast.Assign) and _small(statement.value):
                name = statement.targets[0].id
                found.append((f"{path.stem}.{name}", _value(statement.value), _sentence(below)))
    return found


def hidden_numbers(folder=SOURCE):
    """Lines with a small number that is neither an explained constant nor a default."""
    hidden = []
    for path in _modules(folder):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        allowed = set()
        for statement, below in zip(tree.body, [*tree.body[1:], None], strict=True):
            if isinstance(statement, ast.Assign) and _sentence(below):
                allowed.update(ast.walk(statement))
        for node in ast.walk(tree):
            if isinstance(node, ast.arguments):
                for default in [*node.defaults, *filter(None, node.kw_defaults)]:
                    allowed.update(ast.walk(default))
        for node in ast.walk(tree):
            if node not in allowed and _is_small(node):
                hidden.append(f"{path.name}:{node.lineno}: {ast.unparse(node)}")
    return hidden


def _modules(folder):
    return [path for path in sorted(Path(folder).glob("*.py")) if path.stem not in OTHERS]


def _small(expression):
    return any(_is_small(node) for node in ast.walk(expression))


def _is_small(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        return 0 < abs(node.value) < SMALL
    return isinstance(node, ast.Attribute) and node.attr in ("eps", "tiny", "smallest_normal")


def _value(expression):
    import numpy as np

    return float(eval(ast.unparse(expression), {"np": np, "float": float}))


def _sentence(statement):
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return " ".join(str(statement.value.value).split())
    return ""
