"""Wall-clock of three iterations on every core, everybody's defaults, turn by turn.

    python benchmarks/every_core.py [rounds]     prints the ratios as JSON

Run by run.py in a process of its own, in which no library is held to one thread.
"""

import json
import sys
import time
import warnings

import numpy as np
from peers import PEERS, log_likelihood
from problems import problem

CASES = {
    # name: (covariance_type, n_samples, n_features, n_components), targets by peer
    "full, n 1e6, d 2, K 8": (("full", 10**6, 2, 8), {"scikit-learn": 35, "daal4py": 1.2}),
    "full, n 1e5, d 16, K 16": (("full", 10**5, 16, 16), {"scikit-learn": 14, "daal4py": 1.2}),
    "full, n 1e5, d 64, K 32": (("full", 10**5, 64, 32), {"scikit-learn": 8, "daal4py": 1.2}),
    "diag, n 1e6, d 16, K 16": (("diag", 10**6, 16, 16), {"scikit-learn": 12, "daal4py": 1.2}),
}
ITERATIONS = 3


def wall_clock(X, start, rounds):
    """Seconds of every library in every round, after checking that all end alike."""
    names = [name for name, (_, shapes) in PEERS.items() if start.covariance_type in shapes]
    seconds = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            began = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                fitted = PEERS[name][0](X, start, ITERATIONS)
            seconds[name].append(time.perf_counter() - began)
            reached = log_likelihood(X, fitted)
            if name == "emlib":
                expected = reached
            elif not np.isclose(reached, expected, rtol=1e-9):
                raise SystemExit(f"{name} ends at {reached!r}, emlib at {expected!r}: not a race.")
    return seconds


def main(rounds):
    """Print, for each case, the median ratio to emlib round by round, and all seconds."""
    results = {}
    for name, (case, targets) in CASES.items():
        seconds = wall_clock(*problem(*case), rounds)
        own = np.array(seconds["emlib"])
        ratios = {
            peer: round(float(np.median(np.array(spent) / own)), 2)
            for peer, spent in seconds.items()
            if peer != "emlib"
        }
        results[name] = {"ratios": ratios, "targets": targets, "seconds": seconds}
        print(f"every core: {name:28}", ratios, "targets", targets, file=sys.stderr, flush=True)
    print(json.dumps(results))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
