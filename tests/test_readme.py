"""The README's first screen is true: its code runs and gives the numbers in its comments."""

import ast
import re
from pathlib import Path

import numpy as np

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_code_of_the_readme_gives_the_values_in_its_comments():
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    space = {}
    exec(code, space)
    claims = re.findall(r"^(result\.[\w.]+)  # (.+)$", code, re.MULTILINE)
    assert len(claims) == 3
    for expression, value in claims:
        actual, claimed = eval(expression, space), ast.literal_eval(value)
        if isinstance(claimed, tuple):
            assert actual == claimed
        else:
            digits = max(len(part) for part in re.findall(r"\.(\d+)", value))
            np.testing.assert_allclose(actual, claimed, rtol=0, atol=0.51 * 10**-digits)
