"""Whether a fit can be trusted: how thin a cluster is, which run to keep; right and wrong."""

import numpy as np

from course.author import Variant


def tilted_covariances(rng):
    """Make covariances of ellipses that lie askew, so that their axes are not the features."""
    turns = np.linalg.qr(rng.normal(size=(4, 3, 3)))[0]
    spreads = rng.uniform(0.2, 3.0, (4, 3))
    covariances = np.einsum("kij,kj,klj->kil", turns, spreads**2, turns)
    return ((covariances + covariances.transpose(0, 2, 1)) / 2,)


def smallest_spread(covariances):
    """Return the standard deviation of each cluster in the direction in which it is thinnest."""
    return np.sqrt(np.linalg.eigvalsh(covariances)[:, 0])


SMALLEST_SPREAD = (
    Variant(
        "along the features only",
        "This looks along the features only. An ellipse that lies askew can be wide in every "
        "feature and thin across: which matrix tells its own axes?",
        lambda covariances: np.sqrt(np.diagonal(covariances, axis1=1, axis2=2).min(axis=1)),
    ),
    Variant(
        "variance",
        "This is the smallest variance, in squared units. A standard deviation was asked for.",
        lambda covariances: np.linalg.eigvalsh(covariances)[:, 0],
    ),
    Variant(
        "largest",
        "This is the direction in which the cluster is widest.",
        lambda covariances: np.sqrt(np.linalg.eigvalsh(covariances)[:, -1]),
    ),
    Variant(
        "volume",
        "This comes from the determinant, which mixes all directions: a cluster can be thin in one "
        "and make up for it in another.",
        lambda covariances: np.linalg.det(covariances) ** (1 / (2 * covariances.shape[1])),
    ),
    Variant(
        "smallest of all clusters",
        "This is one number for all clusters, repeated or alone. Each cluster has its own.",
        lambda covariances: np.full(
            len(covariances), np.sqrt(np.linalg.eigvalsh(covariances).min())
        ),
    ),
)


def runs(rng):
    """Make ends of several runs, the best of which has collapsed: ends, spreads, floor."""
    ends = (-400 + 30 * rng.permutation(7) + rng.uniform(0, 20, 7)).round(3)
    spreads = rng.uniform(0.5, 2.0, 7).round(3)
    spreads[np.argsort(ends)[-2:]] = 1e-6
    best = ends.argmax()  # to the front: so that it shows if the others move up in its place
    ends[[0, best]], spreads[[0, best]] = ends[[best, 0]], spreads[[best, 0]]
    kept = np.where(spreads > 0.01, ends, -np.inf).argmax()
    spreads[kept] = 0.01  # exactly the floor, which is enough
    return ends, spreads, 0.01


def sound_runs(rng):
    """Make runs none of which has collapsed."""
    ends, spreads, floor = runs(rng)
    return ends, np.maximum(spreads, 0.5), floor


def lost_runs(rng):
    """Make runs all of which have collapsed."""
    ends, spreads, floor = runs(rng)
    return ends, spreads * 1e-4, floor


def choose(ends, spreads, floor):
    """Return the number of the best run that has not collapsed, or -1."""
    sound = np.where(spreads >= floor, ends, -np.inf)
    return int(sound.argmax()) if np.isfinite(sound).any() else -1


def _among_the_sound(ends, spreads, floor):
    sound = ends[spreads >= floor]
    return int(sound.argmax()) if sound.size else -1


CHOOSE = (
    Variant(
        "collapsed runs kept",
        "This is the run with the highest log-likelihood, and it has collapsed: its likelihood is "
        "high because it has no top. Which runs may be compared at all?",
        lambda ends, spreads, floor: int(ends.argmax()),
    ),
    Variant(
        "number among the sound",
        "This is the position among the runs that are left over, not the number of the run: after "
        "the others were taken out, everything moved up.",
        _among_the_sound,
    ),
    Variant(
        "floor left out",
        'A run whose smallest spread is exactly the floor was left out. "At least" takes it in.',
        lambda ends, spreads, floor: (
            int(np.where(spreads > floor, ends, -np.inf).argmax())
            if (spreads > floor).any()
            else -1
        ),
    ),
    Variant(
        "worst run",
        "This is the run with the lowest log-likelihood of those that are sound.",
        lambda ends, spreads, floor: (
            int(np.where(spreads >= floor, ends, np.inf).argmin())
            if (spreads >= floor).any()
            else -1
        ),
    ),
    Variant(
        "log-likelihood instead of number",
        "This is the log-likelihood of the run. Its number was asked for.",
        lambda ends, spreads, floor: (
            ends[choose(ends, spreads, floor)] if (spreads >= floor).any() else -1
        ),
    ),
    Variant(
        "some run though all are lost",
        "All runs have collapsed and this names one all the same. -1 was asked for then: no answer "
        "is better than one that cannot be trusted.",
        lambda ends, spreads, floor: max(choose(ends, spreads, floor), 0),
    ),
)
