"""A real Ctrl-C in the middle of a long fit, in a process of its own."""

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

INTERRUPTED = (
    "SIGINT in the middle of a long fit",
    "The last complete iteration, and its log-likelihood.",
)

PROGRAMS = {
    "emlib": """
import numpy as np, emlib
X = np.random.default_rng(7).normal(size=(100_000, 2))
start = emlib.start_from_kmeans_plusplus(X, 8, rng=7)
def said(n_iter, log_likelihood, parameters):
    if n_iter == 3:
        print("running", flush=True)
result = emlib.fit_em(
    X, start, tol=0, max_iter=10**9, callback=said, on_interrupt="return", keep_history=True
)
again = emlib.log_likelihood(X, result.parameters)
assert result.interrupted and not result.converged and result.n_iter >= 3
assert len(result.history) == len(result.log_likelihoods)
assert result.history[-1] is result.parameters
assert abs(again - result.log_likelihood) <= 1e-9 * abs(again)
print("the last complete iteration, with its log-likelihood")
""",
    "sklearn": """
import numpy as np
from sklearn.mixture import GaussianMixture
X = np.random.default_rng(7).normal(size=(100_000, 2))
class Said(GaussianMixture):
    def _m_step(self, *arguments, **options):
        self.steps = getattr(self, "steps", 0) + 1
        if self.steps == 3:
            print("running", flush=True)
        return super()._m_step(*arguments, **options)
model = Said(8, tol=0, max_iter=10**9, init_params="random_from_data", random_state=7)
try:
    model.fit(X)
except KeyboardInterrupt:
    left = "left" if hasattr(model, "means_") else "not left"
    try:
        model.predict(X[:1])
        print(f"parameters are {left} in the object, and predict answers from them")
    except Exception as error:
        print(f"parameters are {left} in the object; predict raises {type(error).__name__}")
""",
}


def interrupt(library):
    """Start a long fit, interrupt it, and return what the program then said of what is left."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAMS[library]],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        if process.stdout.readline() != "running\n":
            return f"did not start: {process.communicate(timeout=30)[1].strip()}"
        process.send_signal(signal.SIGINT)
        said, complaint = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    return said.strip() or f"nothing: {complaint.strip().splitlines()[-1]}"
