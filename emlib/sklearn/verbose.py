"""What an estimator with `verbose` prints about its runs."""

import time


class Report:
    """What `verbose` prints, in scikit-learn's words."""

    def __init__(self, number, verbose, interval, before, total_weight):
        self.verbose, self.interval, self.total_weight = verbose, interval, total_weight
        self.before, self.began = before, time.perf_counter()
        self.last = self.began
        if verbose:
            print(f"Initialization {number}")

    def iteration(self, n_iter, log_likelihood, _):
        """Print a line for every so many iterations; a callback of `emlib.em`."""
        change, self.before = log_likelihood - self.before, log_likelihood
        if (n_iter + 1) % self.interval:
            return
        line, now = f"  Iteration {n_iter + 1}", time.perf_counter()
        if self.verbose > 1:
            lapse, change = now - self.last, change / self.total_weight
            line += f"\t time lapse {lapse:.5f}s\t ll change {change:.5f}"
        self.last = now
        print(line)

    def end(self, result):
        """Print how the run ended."""
        line = f"Initialization {'converged' if result.converged else 'did not converge'}."
        if self.verbose > 1:
            lapse, bound = time.perf_counter() - self.began, result.log_likelihood
            line += f" time lapse {lapse:.5f}s\t lower bound {bound / self.total_weight:.5f}."
        if self.verbose:
            print(line)
