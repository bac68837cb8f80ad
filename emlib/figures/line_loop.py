"""The loop along one axis: clusters as curves, observations shaded, every number in a table."""

from typing import ClassVar

import numpy as np

from ..gaussian import log_gaussian
from ..mixture import Parameters, log_likelihood
from ..palette import cluster_names, paint
from .figure import LiveFigure
from .loop import has_collapsed, look_at, needle, run_half_steps
from .picture import Picture
from .state import Numbers

MOST = 60  # half-steps
RIGHT, TALL = (-7.0, 12.0), (0.0, 0.62)
GRID = np.linspace(*RIGHT, 191)


class LineLoop(LiveFigure):
    """Drive the loop on seven numbers and see every responsibility.

    Parameters
    ----------
    start : (3,) list
        The means that the loop starts from.
    half_steps : int
        How far it has gone: odd after an E-step, even after an M-step.
    x, variances : list
        The observations, and the variances of the start; its weights are equal.
    collapse : str
        Where a reader is told what it means that a cluster collapses: a link.
    """

    kind = "line-loop"
    options: ClassVar[dict] = {
        "x": (-3, -2.5, -1, 0, 2, 4, 5),
        "variances": (1, 0.2, 3),
        "collapse": "",
    }
    start = Numbers([-4.0, 0.0, 8.0], low=RIGHT[0], high=RIGHT[1])
    half_steps = Numbers(0, low=0, high=MOST, whole=True)

    def cluster_names(self):
        """Return fuchsia, green and blue."""
        return cluster_names(3)

    def run(self):
        """Return the parameters before each iteration so far and the responsibilities used."""
        X = np.reshape(self.options["x"], (-1, 1))
        means = np.reshape(self.start, (-1, 1))
        covariances = np.reshape(self.options["variances"], (-1, 1, 1)).astype(float)
        start = Parameters(np.full(3, 1 / 3), means, covariances)
        return X, *run_half_steps(X, start, int(self.half_steps))

    def collapsed(self):
        """Return whether the last M-step on screen has left a cluster without width."""
        _, parameters, resp = self.run()
        return has_collapsed(parameters, resp, int(self.half_steps))

    def view(self):
        """Return the parameters and the responsibilities on screen (None before the first)."""
        X, parameters, resp = self.run()
        done, shown = look_at(parameters, resp, int(self.half_steps))
        return X, parameters[done], shown

    def values(self):
        """Return the log-likelihood, a row of parameters for each cluster, and responsibilities."""
        X, now, resp = self.view()
        rows = np.column_stack([now.weights, now.means[:, 0], now.covariances[:, 0, 0]])
        shown = [] if resp is None else resp
        return {"likelihood": log_likelihood(X, now), "parameters": rows, "resp": shown}

    def summary(self):
        """Say how far the loop is and what the log-likelihood is."""
        return f"{self.half_steps:g} half-steps, log-likelihood {self.values()['likelihood']:.4f}"

    def alt(self):
        """Say what the picture shows."""
        _, now, resp = self.view()
        shade = "grey" if resp is None else "shaded by responsibility"
        means = ", ".join(f"{mean:.2f}" for mean in now.means[:, 0])
        return (
            f"Three bell curves, weight times density, with means {means} over seven observations "
            f"on the axis, which are {shade}."
        )

    def draw(self):
        """Draw the curves, the observations on the axis, and where the means start."""
        picture = Picture(height=250)
        plane = picture.plane("main", RIGHT, TALL, (8, 26, 344, 176))
        plane.axis([-5, 0, 5, 10], "observed value x")
        plane.words(8, 16, "weight × density")
        X, now, resp = self.view()
        densities = now.weights * np.exp(log_gaussian(GRID[:, None], now.means, now.covariances))
        inside = plane.clip(self.name)
        for k, name in enumerate(self.cluster_names()):
            points = np.column_stack([GRID, densities[:, k]])
            plane.line(points, name, parent=inside, part=f"curve-{k}", link=f"cluster-{k}")
        zero = np.column_stack([X[:, 0], np.zeros(len(X))])
        plane.observations(zero, resp, self.cluster_names(), part="obs")
        collapsed = needle(X, resp) if self.collapsed() else None
        for k, name in enumerate(self.cluster_names()):
            seen = collapsed is not None and collapsed[0] == k
            look = {"stroke": paint(name), "class_": "em-needle", "seen": seen}
            at = float(collapsed[1].mean()) if seen else self.start[k]
            plane.pole(at, 26, 202, part=f"needle-{k}", **look)
        for k, (mean, name) in enumerate(zip(self.start, self.cluster_names(), strict=True)):
            grip = {"words": name, "cluster": name, "link": f"cluster-{k}"}
            plane.grip(mean, TALL[1] * 0.82, f"start-{k}", seen=self.half_steps == 0, **grip)
        return picture
