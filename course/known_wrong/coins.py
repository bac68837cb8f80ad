"""Rows of tosses of coins that are picked equally often, and the hard assignment, right and wrong.

Coins: (heads, tosses, biases), so many heads in each row out of so many tosses; (n, K).
"""

import numpy as np

from course.author import Variant

from .expectation import OVER_ALL, OVER_OBSERVATIONS, TRANSPOSED, hard


def inputs_of_coins(rng):
    """Heads of each row, tosses in a row, and the bias of each coin; no two alike."""
    heads = rng.permutation(np.arange(1, 12))[:7]
    return heads, 12, np.array([0.25, 0.45, 0.7]) + rng.uniform(-0.08, 0.08, 3).round(3)


def inputs_of_rows(rng):
    """Responsibilities: resp, in some of whose rows nobody has more than half."""
    clear, torn = rng.dirichlet(np.full(4, 0.4), size=6), rng.dirichlet(np.full(4, 9.0), size=5)
    return (rng.permutation(np.vstack([clear, torn])),)


def products(heads, tosses, biases):
    """Likelihood of each row under each coin; the prior is the same for all and is left out."""
    heads = np.asarray(heads)[:, None]
    return biases**heads * (1 - biases) ** (tosses - heads)


def responsibilities(heads, tosses, biases):
    """Responsibilities, shape (n, K)."""
    likelihood = products(heads, tosses, biases)
    return likelihood / likelihood.sum(axis=1, keepdims=True)


def _over_observations(*parameters):
    return products(*parameters) / products(*parameters).sum(axis=0)


def _heads_alone(heads, tosses, biases):
    likelihood = biases ** np.asarray(heads)[:, None]
    return likelihood / likelihood.sum(axis=1, keepdims=True)


RESPONSIBILITIES = (
    Variant("normalised over observations", OVER_OBSERVATIONS, _over_observations),
    Variant("normalised over everything", OVER_ALL, lambda *p: products(*p) / products(*p).sum()),
    Variant(
        "not normalised",
        "This is how likely each row is under each coin. What must the shares of one row add up "
        "to?",
        products,
    ),
    Variant(
        "heads alone",
        "The tails do not count yet. A coin that shows many heads also had to show these tails.",
        _heads_alone,
    ),
    Variant(
        "heads and tails exchanged",
        "Heads and tails have changed places. A bias is the probability of heads.",
        lambda heads, tosses, biases: responsibilities(heads, tosses, 1 - biases),
    ),
    Variant(
        "hard",
        "Every row is one 1 and zeros: a hard assignment. The runner-up's share is not zero.",
        lambda *p: hard(responsibilities(*p)),
    ),
    Variant("transposed", TRANSPOSED, lambda *p: responsibilities(*p).T),
)

HARD = (
    Variant(
        "rounded",
        "Some rows are all zeros: where nobody has more than half, rounding finds no winner. The "
        "largest share wins, however small it is.",
        lambda resp: (resp > 0.5).astype(float),
    ),
    Variant(
        "winners of columns",
        "There is one 1 in each column. Each observation goes to one cluster: look along the rows.",
        lambda resp: hard(resp.T).T,
    ),
    Variant(
        "largest kept as it is",
        "The largest share is left in its place, with its own value. Hard means that it takes all.",
        lambda resp: hard(resp) * resp,
    ),
    Variant("soft", "These are the responsibilities as they came in.", lambda resp: resp.copy()),
    Variant("transposed", TRANSPOSED, lambda resp: hard(resp).T),
)
