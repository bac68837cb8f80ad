"""Code that is equal after renaming: pairs for a person to look at, never a verdict."""

import builtins
import hashlib
import io
import keyword
import tokenize
from collections import defaultdict
from itertools import combinations

FEWEST_TOKENS = 40
"""Shorter answers are equal by chance."""
LONGEST = 20_000
MOST_STUDENTS, MOST_PAIRS = 3, 40
"""What more than so many have written alike is how one writes it; so many pairs are listed."""
FIXED = set(keyword.kwlist) | set(dir(builtins)) | {"np", "numpy", "scipy", "plt"}


def pairs(results, given=()):
    """Return (student, student, titles of questions), those with most in common first.

    Parameters
    ----------
    given : sources that everybody may have: the solution and the empty cells
    """
    ours, groups = {fingerprint(source) for source in given}, defaultdict(list)
    for result in results:
        for question in result["questions"]:
            mark = fingerprint(question.get("code", ""))
            if mark and mark not in ours:
                groups[question["title"], mark].append(result["student"])
    shared = defaultdict(list)
    for (title, _), students in groups.items():
        if len(set(students)) > MOST_STUDENTS:
            continue
        for pair in combinations(sorted(set(students)), 2):
            shared[pair].append(title)
    found = sorted(((*pair, titles) for pair, titles in shared.items()), key=_most_first)
    return found[:MOST_PAIRS]


def _most_first(pair):
    return (-len(pair[2]), pair[0], pair[1])


def fingerprint(source):
    """Return a hash of code that does not depend on names, comments or spacing; "" if it is short.

    Names after a dot stay, since they are a library's; so do keywords, built-in names and numbers.
    """
    names, words, before = {}, [], ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source[:LONGEST]).readline):
            word = token.string
            if token.type in (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING):
                continue
            if token.type == tokenize.STRING and before in ("\n", "", "INDENT"):
                before = "docstring"
                continue
            if token.type == tokenize.NEWLINE and before == "docstring":
                before = "\n"
                continue
            if token.type in (tokenize.INDENT, tokenize.DEDENT):
                word = tokenize.tok_name[token.type]
            elif token.type == tokenize.NAME and word not in FIXED and before != ".":
                word = names.setdefault(word, f"name {len(names)}")
            words.append(word)
            before = token.string if token.type != tokenize.INDENT else "INDENT"
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return ""
    if len(words) < FEWEST_TOKENS:
        return ""
    return hashlib.sha256("\0".join(words).encode("utf-8", "replace")).hexdigest()
