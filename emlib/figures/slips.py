"""What a known slip writes into each box of the worksheet, and the words that name it.

A box holds weight times density (`product`), the sum of a row's three (`sum`), a responsibility
(`resp`) or a soft count (`count`); seven boxes a row, then the counts.
"""

import numpy as np

from ..mixture import log_joint, responsibilities

WORDS = {
    "product": "Square the distance to the mean, divide it by twice the variance, take exp of "
    "minus that; divide by the root of 2π times the variance; multiply by the weight.",
    "sum": "Add the three boxes to its left, nothing else.",
    "resp": "Divide this row’s product by this row’s sum.",
    "count": "Add up the seven responsibilities above.",
    "weight": "That is the density alone. The prior, one third, has to come in, once.",
    "twice": "The weight is in there twice; it enters once.",
    "deviation": "The variance was used as if it were a standard deviation: inside exp, divide by "
    "twice the variance itself, and take its root in front.",
    "determinant": "The variance is missing in front: a cluster that spreads widely has less "
    "density at each place. It cancels only where all variances are equal.",
    "root": "In front you divided by the variance; divide by its root.",
    "two_pi": "The factor of 2π in front is missing.",
    "half": "The one half in the exponent is missing.",
    "unscaled": "The squared distance has to be divided by the variance.",
    "logarithm": "That is the logarithm; the number itself was asked for.",
    "average": "That is the average of the three; their sum was asked for.",
    "columns": "This is divided by the column’s sum: which observation, given the cluster. Here "
    "the row’s sum is asked for: which cluster, given the observation.",
    "total": "This is divided by the sum of all 21 products. The observation is known: divide by "
    "the sum of its own row.",
    "undivided": "That is the product, the numerator; it has not been divided yet.",
    "percent": "That is in percent; write it as a share of one.",
    "softmax": "That is exp of a product over a sum of such. The products are no logarithms: "
    "divide them as they are.",
    "misprint": "That is what the textbook prints, and the textbook slipped. Trust, but compute.",
    "hard": "That counts whole observations, each for its likeliest cluster. Add the fractions.",
    "share": "That is the soft count over seven, a weight. The count itself was asked for.",
    "evidence": "That adds up the products. Add the responsibilities.",
    "follow": "The step is right, with a number of yours that is not: look at the boxes before.",
    "decimals": "Close. Give one more decimal.",
    "nan": "That is not a number yet.",
    "right": "",
}
PRINTED_ROW, PRINTED = 3, {"resp": (0.001, 0.999, 0.0), "count": (2.058, 2.008, 2.934)}


def products(x, weights, means, variances, slip):
    """Return weight times density, shape (n, K), as a slip computes it: wrong on purpose."""
    squares = (x[:, None] - means) ** 2
    inside = {"deviation": variances**2, "unscaled": 1.0, "half": variances / 2}
    front = {
        "deviation": np.sqrt(2 * np.pi) * variances,
        "root": np.sqrt(2 * np.pi) * variances,
        "determinant": np.sqrt(2 * np.pi),
        "two_pi": np.sqrt(variances),
    }
    density = np.exp(-squares / (2 * inside.get(slip, variances)))
    density = density / front.get(slip, np.sqrt(2 * np.pi * variances))
    power = {"weight": 0, "twice": 2}.get(slip, 1)
    return weights**power * density


def right(x, weights, means, variances):
    """Return the 52 numbers that belong into the sheet, as emlib computes them."""
    mixture = (x[:, None], weights, means[:, None], variances, "spherical")
    rows, resp = np.exp(log_joint(*mixture)), responsibilities(*mixture)
    return np.r_[np.c_[rows, rows.sum(axis=1), resp].ravel(), resp.sum(axis=0)]


def boxes(*problem, slip):
    """Return the 52 numbers of the sheet if every product is computed with this slip."""
    rows = products(*problem, slip=slip)
    sums = rows.sum(axis=1, keepdims=True)
    resp = rows / sums
    return np.r_[np.c_[rows, sums, resp].ravel(), resp.sum(axis=0)]


def known(*problem):
    """Return for each box the numbers that slips lead to, as [number, slip], less the right one."""
    wanted = right(*problem)
    # where two slips lead to the same number, the plainer one comes first
    wrong = _in_normalising(*problem) | {slip: boxes(*problem, slip=slip) for slip in _SLIPS}
    found = [[] for _ in wanted]
    for slip, numbers in wrong.items():
        for box, value in enumerate(numbers):
            if np.isfinite(value) and not _near(box, value, wanted):
                found[box].append([float(f"{value:.6g}"), slip])
    return found


_SLIPS = ("weight", "twice", "deviation", "determinant", "root", "two_pi", "half", "unscaled")


def _near(box, value, right):
    """Whether the sheet takes the one for the other: see `judge` in js/worksheet.js."""
    if box >= 49 or box % 7 > 3:
        return abs(value - right[box]) <= 6e-4
    mixture = right[box - box % 7 + 3]
    return abs(value - right[box]) <= max(0.03 * right[box], 5e-4 * mixture)


def _in_normalising(*problem):
    """Return slips that begin with the right products."""
    sheet = right(*problem)[:49].reshape(7, 7)
    rows, sums, resp = sheet[:, :3], sheet[:, 3:4], sheet[:, 4:]
    e = np.exp(rows)
    n, K = rows.shape
    hard = np.bincount(resp.argmax(axis=1), minlength=K)
    printed = np.full((n, K), np.nan)
    printed[PRINTED_ROW] = PRINTED["resp"]
    return {
        "misprint": _sheet(resp=printed, count=PRINTED["count"]),
        "undivided": _sheet(resp=rows),
        "columns": _sheet(resp=rows / rows.sum(axis=0)),
        "total": _sheet(resp=rows / rows.sum()),
        "percent": _sheet(resp=100 * resp),
        "softmax": _sheet(resp=e / e.sum(axis=1, keepdims=True)),
        "logarithm": _sheet(product=np.log(rows), mixture=np.log(sums)),
        "average": _sheet(mixture=sums / K),
        "hard": _sheet(count=hard),
        "share": _sheet(count=resp.sum(axis=0) / n),
        "evidence": _sheet(count=rows.sum(axis=0)),
    }


def _sheet(product=None, mixture=None, resp=None, count=None):
    """Return 52 numbers, not a number where nothing is given."""
    rows = np.full((7, 7), np.nan)
    for columns, part in ((slice(0, 3), product), (slice(3, 4), mixture), (slice(4, 7), resp)):
        if part is not None:
            rows[:, columns] = part
    return np.r_[rows.ravel(), np.full(3, np.nan) if count is None else count]
