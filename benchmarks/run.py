"""Run emlib beside its peers on the same problems, from the same starts, and write down the ratios.

    python benchmarks/run.py            measure everything and write benchmarks/results.json
    python benchmarks/run.py --rounds 1 the same in a third of the time, and rougher
    python benchmarks/run.py --quick    a tenth of the rows, printed only: does it still run?

Times are CPU seconds, one thread each, and then wall-clock on every core (every_core.py). Runs are
interleaved A B C A B C, and what is compared is the median of the ratios of neighbours. All fit the
same number of iterations.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
import warnings
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from peers import (
    PEERS,
    fit_emlib,
    hold_daal4py_to_one_thread,
    log_likelihood,
    sklearn_mixture,
)
from problems import problem
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_info

import emlib

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
PACKAGES = ("numpy", "scipy", "scikit-learn", "scikit-learn-intelex")

CASES = {
    # name: (covariance_type, n_samples, n_features, n_components, iterations, target ratio)
    "full, n 1e6, d 2, K 8": ("full", 10**6, 2, 8, 10, 8),
    "full, n 1e5, d 16, K 16": ("full", 10**5, 16, 16, 10, 4.5),
    "full, n 1e5, d 64, K 32": ("full", 10**5, 64, 32, 6, 3),
    "full, n 1e4, d 128, K 10": ("full", 10**4, 128, 10, 10, 1.4),
    "diag, n 1e6, d 16, K 16": ("diag", 10**6, 16, 16, 10, 4),
    "diag, n 1e5, d 784, K 10": ("diag", 10**5, 784, 10, 10, 1.4),
    "tied, n 1e5, d 16, K 16": ("tied", 10**5, 16, 16, 10, 7),
    "spherical, n 1e5, d 16, K 16": ("spherical", 10**5, 16, 16, 10, 2.5),
}


def timed(fit, *arguments):
    """CPU seconds of one fit, and its result."""
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = fit(*arguments)
    return time.process_time() - began, result


def compare(X, start, iterations, repeats):
    """Seconds of every peer in every round, after checking that all say the same."""
    names = [name for name, (_, shapes) in PEERS.items() if start.covariance_type in shapes]
    seconds = {name: [] for name in names}
    for _ in range(repeats):
        for name in names:
            spent, fitted = timed(PEERS[name][0], X, start, iterations)
            seconds[name].append(spent)
            found = log_likelihood(X, fitted)
            if name == "emlib":
                expected = found
            elif not np.isclose(found, expected, rtol=1e-9):
                raise SystemExit(f"{name} ends at {found!r} and emlib at {expected!r}: not a race.")
    return seconds


def ratios(seconds):
    """Median ratio of every peer to emlib, round by round."""
    base = np.array(seconds["emlib"])
    return {
        name: round(float(np.median(np.array(spent) / base)), 2)
        for name, spent in seconds.items()
        if name != "emlib"
    }


def old_faithful(repeats):
    """Fit Old Faithful fifty times a round, and compare; a whole fit, and one from a given start.

    The whole fit is what a user calls, `GaussianMixture(2).fit(X)` with its own start and stop.
    """
    X = emlib.load_faithful().X
    start = emlib.start_from_kmeans_plusplus(X, 2, rng=7)
    classes = {"emlib": emlib.GaussianMixture, "scikit-learn": GaussianMixture}
    mixture = sklearn_mixture(start, 12)  # so that making it is not in the race, 1 % of it
    given = {"emlib": lambda: fit_emlib(X, start, 12), "scikit-learn": lambda: mixture.fit(X)}
    whole = {name: lambda cls=cls: cls(2, random_state=0).fit(X) for name, cls in classes.items()}
    ends = [fit().lower_bound_ for fit in whole.values()]
    if not np.isclose(*ends, rtol=1e-3):
        raise SystemExit(f"on Old Faithful the two end at {ends}: not a race.")
    found = {}
    for kind, fits in {"a whole fit": whole, "12 iterations": given}.items():
        seconds = {name: [] for name in fits}
        for _ in range(repeats):
            for name, fit in fits.items():
                seconds[name].append(timed(lambda fit=fit: [fit() for _ in range(50)])[0])
        found[kind] = ratios(seconds)
    return found


def imports(repeats):
    """CPU seconds of importing, each in a process of its own."""
    modules = {"numpy": "numpy", "emlib": "emlib", "scikit-learn": "sklearn.mixture"}
    code = "import time; import {}; print(time.process_time())"
    seconds = {name: [] for name in modules}
    for _ in range(repeats):
        for name, module in modules.items():
            out = subprocess.check_output([sys.executable, "-c", code.format(module)], text=True)
            seconds[name].append(float(out))
    return seconds


def memory(n_samples):
    """Extra memory at the peak of two iterations, in MB, each in a process of its own."""
    out = {}
    for name in ("emlib", "scikit-learn"):
        command = [sys.executable, str(HERE / "peak_memory.py"), name, str(n_samples)]
        out[name] = float(subprocess.check_output(command, text=True))
    return out


def on_every_core(rounds):
    """Return what every_core.py measures, in a process with everybody's own number of threads."""
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    command = [sys.executable, str(HERE / "every_core.py"), str(rounds)]
    return json.loads(subprocess.check_output(command, env=environment, text=True))


def crawling():
    """Three clusters in the plane that overlap so much that plain EM crawls."""
    rng = np.random.default_rng(7)
    means = np.array([[0.0, 0.0], [1.6, 0.0], [0.0, 1.8]])
    truth = emlib.Parameters([0.5, 0.3, 0.2], means, np.tile(np.eye(2), (3, 1, 1)))
    X, _ = emlib.sample_mixture(truth, 5_000, rng=rng)
    return X, emlib.start_from_kmeans_plusplus(X, 3, rng=7)


def to_the_same_likelihood(X, start, plain, repeats, peers):
    """CPU seconds until what so many plain iterations reach; "emlib" may accelerate here."""
    run = partial(emlib.fit_em, X, start, tol=0, max_iter=plain)
    goal = timed(run)[1].log_likelihood
    trace = timed(partial(run, accelerate=True))[1].log_likelihoods
    if trace[-1] < goal:
        raise SystemExit("the accelerated run climbs another hill: not a race.")
    counts = {"plain": plain, "emlib": int(np.argmax(trace >= goal))}
    racers = {
        "emlib": lambda: fit_emlib(X, start, counts["emlib"], accelerate=True),
        "emlib, plain": lambda: fit_emlib(X, start, counts["plain"]),
    }
    for name in peers:
        racers[name] = lambda fit=PEERS[name][0]: fit(X, start, counts["plain"])
    seconds = {name: [] for name in racers}
    for _ in range(repeats):
        for name, spent in seconds.items():
            spent.append(timed(racers[name])[0])
    return {"iterations": counts, "ratios": ratios(seconds), "seconds": seconds}


RACES = {
    # name: (problem, iterations of plain EM, most turns, who else races)
    "three that overlap, n 5000, d 2, K 3": (crawling, 1000, 3, ("scikit-learn", "daal4py")),
} | {
    name: (lambda case=CASES[name]: problem(*case[:4]), 100, 2, ("daal4py",))
    for name in ("full, n 1e6, d 2, K 8", "diag, n 1e6, d 16, K 16")
}


def machine():
    """Say what the numbers belong to: processor, vector instructions, BLAS, versions."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    has = np._core._multiarray_umath.__cpu_features__
    return {
        "processor": models[0] if models else platform.processor() or "unknown",
        "cores": os.cpu_count(),
        "vector instructions": [
            name for name in ("AVX2", "FMA3", "X86_V4", "NEON") if has.get(name)
        ],
        "BLAS": sorted({pool["internal_api"] for pool in threadpool_info()}),
        "versions": {name: version(name) for name in PACKAGES if installed(name)},
    }


def installed(name):
    """Whether a distribution is there."""
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


def hold_to_one_thread():
    """Start anew with one thread for every BLAS: threads that spin while they wait would count."""
    pools = [f"{name}_NUM_THREADS" for name in ("OPENBLAS", "OMP", "MKL")]
    if any(os.environ.get(pool) != "1" for pool in pools):
        os.environ.update(dict.fromkeys(pools, "1"))
        os.execv(sys.executable, [sys.executable, *sys.argv])


def main():
    """Measure, print, and write the results down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=3, help="turns of every library, default 3")
    arguments = parser.parse_args()
    quick = arguments.quick
    repeats = 1 if quick else arguments.rounds
    results = {"machine": machine(), "cases": {}}
    for name, (shape, n, d, k, iterations, target) in CASES.items():
        X, start = problem(shape, max(n // 10, 40 * d) if quick else n, d, k)
        seconds = compare(X, start, 1 if quick else iterations, repeats)
        results["cases"][name] = {"ratios": ratios(seconds), "target": target, "seconds": seconds}
        print(f"{name:32}", results["cases"][name]["ratios"], "target", target, flush=True)
    results["Old Faithful"] = old_faithful(repeats)
    print("Old Faithful", results["Old Faithful"], flush=True)
    seconds = imports(3 * repeats)
    results["import"] = {name: round(float(np.median(s)), 3) for name, s in seconds.items()}
    print("import, CPU seconds", results["import"], flush=True)
    results["races"] = {}
    for name, (make, plain, turns, peers) in RACES.items():
        if quick and make is not crawling:
            continue
        peers = [peer for peer in peers if peer in PEERS]
        results["races"][name] = race = to_the_same_likelihood(
            *make(), plain, min(turns, repeats), peers
        )
        print(f"race: {name:32}", race["ratios"], race["iterations"], flush=True)
    if not quick:
        results["every core"] = on_every_core(repeats)
    results["memory"] = memory(10**5 if quick else 10**7)
    print("extra memory, MB", results["memory"], flush=True)
    if quick:
        print("quick: nothing is written down")
    else:
        RESULTS.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    hold_to_one_thread()
    hold_daal4py_to_one_thread()
    main()
