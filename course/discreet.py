"""What a report may repeat of a student's code: nothing that can carry a hidden input out.

A function that is called with hidden inputs chooses its exceptions, the names of its types, the
place that the child reports. Repeated are words from short lists, and names that stand in the
student's own source, in sentences that Python or NumPy would write.
"""

import builtins
import re

ERRORS = {
    name for name, thing in vars(builtins).items()
    if isinstance(thing, type) and issubclass(thing, BaseException)
} | {"LinAlgError"}  # fmt: skip
TYPES = {
    name for name, thing in vars(builtins).items() if isinstance(thing, type)
} | {"function", "generator", "module", "Series", "DataFrame", "matrix", "MaskedArray"}  # fmt: skip
TYPES |= {"array of object", "array of bool", "array of complex128", "something nested too deeply"}
NAMES = re.compile(r"'([A-Za-z_]\w{0,59})'|\b([A-Za-z_]\w{0,59})\(\)")
SENTENCES = [
    r"name '\w+' is not defined(\. Did you mean: '\w+'\?)?",
    r"cannot access local variable '\w+' where it is not associated with a value",
    r"local variable '\w+' referenced before assignment",
    r"No module named '\w+'",
    r"module '\w+' has no attribute '\w+'",
    r"'\w+' object has no attribute '\w+'",
    r"'\w+' object is not (callable|iterable|subscriptable)",
    r"\w+\(\) missing \d required positional arguments?: '\w+'( and '\w+')?",
    r"\w+\(\) takes \d positional arguments? but \d (was|were) given",
    r"\w+\(\) got an unexpected keyword argument '\w+'",
    r"(operands could not be broadcast|shapes .* not aligned|matmul: Input operand).*",
    r"(Singular matrix|Matrix is not positive definite|math domain error|division by zero)",
    r"(The grader does not have|the grader does not have) emlib.*",
    r"maximum recursion depth exceeded.*",
]
WITHOUT_NUMBERS = re.compile(r"(operands could not be broadcast|shapes |matmul: ).*", re.DOTALL)
PLACE = re.compile(r"cell (\d{1,4}), line (\d{1,4})")


def error_name(name):
    """Return the name of an exception, if it is one that everybody has."""
    return name if name in ERRORS else "an error of its own kind"


def type_name(name):
    """Return the name of a type, if it is one that everybody has."""
    return name if name in TYPES else "a kind of its own"


def text(said, source):
    """Return what an exception says, if Python would say it and its names are the student's own."""
    said = " ".join(said.split())
    if not any(re.fullmatch(sentence, said) for sentence in SENTENCES):
        return ""
    if found := WITHOUT_NUMBERS.fullmatch(said):
        return f"{found[1].strip(': ')}: the shapes do not fit together, broadcast or matmul"
    names = [first or second for first, second in NAMES.findall(said)]
    known = set(re.findall(r"[A-Za-z_]\w*", source)) | TYPES
    return said if all(name in known for name in names) else ""


def place(said, code):
    """Return where it happened, if there is such a place; code is a list of (cell, source)."""
    found = PLACE.fullmatch(said)
    lines = {number: source.count("\n") + 1 for number, source in code}
    if found and int(found[2]) <= lines.get(int(found[1]), 0):
        return said
    return ""
