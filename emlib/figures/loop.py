"""The loop in the plane: E-step and M-step as half-steps that go forward and back."""

from typing import ClassVar

import numpy as np

from ..maximization import m_step
from ..mixture import Parameters, log_likelihood, responsibilities
from ..palette import cluster_names
from ..statistics import statistics
from .figure import LiveFigure
from .picture import MARKS, Picture, decimal, number
from .state import Index, Numbers, Points

MOST = 240  # half-steps
FAR = 1e3
THREE = (*cluster_names(3)[1:], cluster_names(1)[0])
LEAST = 3  # observations for each cluster: fewer have no ellipse
FLAT = 1e-9  # determinant over squared trace, below which observations lie on one line
BOX = (40, 8, 312, 218)
TRACE = (58, 282, 290, 74)


class Loop(LiveFigure):
    """Drive the loop by hand: hold the parameters, then the responsibilities, and look at both.

    Every component starts with the same weight and with the covariance of all observations.

    Parameters
    ----------
    X : (n, 2) list
        The observations, which the reader may move, and with `paint` add and remove.
    start : (2, 2) or (3, 2) list
        The means that the loop starts from.
    n_components : int
        How many clusters there are: the first so many of `start`.
    half_steps : int
        How far it has gone: odd after an E-step, even after an M-step.
    chosen : int
        The observation that is ringed.
    right, up : (low, high)
        The ranges of the picture.
    labels : (2,) list of str
        What the axes show.
    paint : bool
        Whether observations can be added and removed, and the number of clusters chosen.
    clouds : dict
        Other clouds to choose from, by name.
    collapse : str
        Where a reader is told what it means that a cluster collapses: a link.
    """

    kind = "loop"
    options: ClassVar[dict] = {
        "right": (-4.0, 4.0),
        "up": (-3.0, 3.0),
        "labels": ("", ""),
        "right_ticks": (),
        "up_ticks": (),
        "paint": False,
        "clouds": {},
        "collapse": "",
    }
    X = Points([[-2, 0], [-1.5, 1], [-1, -0.5], [1, 0.5], [1.5, -1], [2, 0]])
    start = Numbers([[-1.0, 1.0], [1.0, -1.0]], low=-FAR, high=FAR, lengths=(2, 3))
    n_components = Numbers(2, low=1, high=3, whole=True)
    half_steps = Numbers(0, low=0, high=MOST, whole=True)
    chosen = Index(0)

    def cluster_names(self):
        """Return green and blue, and fuchsia where there is a third start."""
        return THREE[: len(self.start)]

    def count(self):
        """Return how many clusters there are."""
        return min(int(self.n_components), len(self.start))

    def missing(self):
        """Say why the loop cannot start with these observations; nothing if it can."""
        few = LEAST * self.count() - len(self.X)
        if few > 0:
            return f"{few} more observation{'s' if few > 1 else ''}"
        (xx, xy), (_, yy) = np.cov(np.transpose(self.X), bias=True)
        return "" if xx * yy - xy**2 > FLAT * (xx + yy) ** 2 else "an observation beside the line"

    def run(self):
        """Return the parameters before every iteration so far, and the responsibilities used.

        The run ends early where a component has collapsed.
        """
        X, k = np.array(self.X), self.count()
        spread = np.cov(X.T, bias=True)
        start = Parameters(np.full(k, 1 / k), self.start[:k], np.stack([spread] * k))
        return run_half_steps(X, start, int(self.half_steps))

    def view(self):
        """Return the parameters and the responsibilities on screen (None before the first step).

        Then all parameters so far, and the cluster that the last M-step has collapsed, with the
        ends of its needle (None if there is none). Where too much is missing for a run, there are
        none of them.
        """
        if self.missing():
            return None, None, [], None
        parameters, resp = self.run()
        done, shown = look_at(parameters, resp, int(self.half_steps))
        ended = has_collapsed(parameters, resp, int(self.half_steps))
        collapsed = needle(np.array(self.X), resp[-1]) if ended else None
        return parameters[done], shown, parameters[: done + 1], collapsed

    def constants(self):
        """Return what a run needs."""
        return {"least": LEAST, "flat": FLAT}

    def limits(self):
        """Bound the observations and the starts by the picture."""
        ends = [list(pair) for pair in zip(self.options["right"], self.options["up"], strict=True)]
        return super().limits() | {"X": ends, "start": ends}

    def values(self):
        """Return the log-likelihood and a row of parameters for each cluster."""
        now, *_ = self.view()
        if now is None:
            return {"likelihood": np.nan, "parameters": []}
        sds = np.sqrt(np.diagonal(now.covariances, axis1=1, axis2=2))
        correlations = now.covariances[:, 0, 1] / sds.prod(axis=1)
        rows = np.column_stack([now.weights, now.means, sds, correlations])
        return {"likelihood": log_likelihood(self.X, now), "parameters": rows}

    def summary(self):
        """Say how far the loop is and what the log-likelihood is."""
        if self.missing():
            return f"{len(self.X)} observations; missing: {self.missing()}"
        return f"{self.half_steps:g} half-steps, log-likelihood {self.values()['likelihood']:.3f}"

    def alt(self):
        """Say what the picture shows."""
        now, resp, *_ = self.view()
        if now is None:
            return (
                f"Grey observations and nothing else, {len(self.X)} of them: too few for the loop."
            )
        shade = "grey" if resp is None else "shaded by responsibility"
        means = ", ".join(f"({x:.2f}, {y:.2f})" for x, y in now.means)
        return (
            f"A cloud of observations with an ellipse for each cluster, around {means}. The "
            f"{len(self.X)} observations are {shade}. Below, the log-likelihood by iteration "
            "so far."
        )

    def draw(self):
        """Draw observations, ellipses and the trace."""
        picture = Picture(height=384)
        o = self.options
        plane = picture.plane("main", o["right"], o["up"], BOX)
        plane.axis(o["right_ticks"], o["labels"][0])
        plane.axis(o["up_ticks"], "", along="y")
        plane.words(BOX[0] + 6, BOX[1] + 14, o["labels"][1])
        now, resp, sofar, collapsed = self.view()
        self._draw_observations(plane, resp)
        self._draw_ellipses(plane, now, collapsed)
        for k, (mean, name) in enumerate(zip(self.start, self.cluster_names(), strict=True)):
            seen = self.half_steps == 0 and k < self.count()
            grip = {"words": name, "cluster": name, "link": f"cluster-{k}"}
            plane.grip(*mean, f"start-{k}", seen=seen, **grip)
        self._draw_chosen(plane)
        self._draw_trace(picture, sofar)
        return picture

    def _draw_observations(self, plane, resp):
        group = plane.add("g", part="observations", class_="em-many")
        if resp is not None:
            names = self.cluster_names()[: resp.shape[1]]
            plane.observations(self.X, resp, names, size=0.8, parent=group)
            return
        plane.observations(self.X, size=0.8, parent=group)

    def _draw_ellipses(self, plane, now, collapsed):
        inside = plane.clip(self.name)
        for k, name in enumerate(self.cluster_names()):
            there = now is not None and k < len(now.means)
            shape = (now.means[k], now.covariances[k]) if there else (self.start[k], np.eye(2))
            for radius in (1, 2):
                more = {"part": f"ellipse-{k}-{radius}", "link": f"cluster-{k}", "parent": inside}
                plane.ellipse(*shape, name, radius, seen=there, **more)
            fallen = collapsed is not None and collapsed[0] == k
            look = {"part": f"needle-{k}", "class_": "em-needle", "stroke_dasharray": None}
            ends = collapsed[1] if fallen else [self.start[k]] * 2
            plane.line(ends, name, inside, seen=fallen, **look)

    def _draw_chosen(self, plane):
        """Ring the chosen observation, twice: the one to choose another with, and one to move."""
        middle = [sum(plane.x) / 2, sum(plane.y) / 2]
        place = [*self.X, middle][min(self.chosen, len(self.X))]
        seen = {"seen": bool(self.X), "kind": "place"}
        at = f"translate({number(plane.px(place[0]))} {number(plane.py(place[1]))})"
        picker = plane.add("g", part="pick", transform=at, pointer_events="none", **seen)
        plane.picture.add("circle", picker, r=21, fill="transparent", class_="em-target")
        plane.this_one(*place, words="", link="chosen", **seen)

    def _draw_trace(self, picture, sofar):
        heights = np.array([log_likelihood(self.X, parameters) for parameters in sofar])
        low, high = trace_range(heights) if len(heights) else (0, 1)
        plane = picture.plane("trace", (0, MOST / 2), (0, 1), TRACE)
        plane.axis([0, 40, 80, 120], "iteration")
        plane.words(TRACE[0], TRACE[1] - 8, "log-likelihood", text_anchor="start")
        begun = f"the start, {decimal(heights[0], 0)}, lies below" if len(heights) > 2 else ""
        end = {"text_anchor": "end", "part": "trace-start"}
        plane.words(TRACE[0] + TRACE[2], TRACE[1] - 8, begun, **end)
        for part, value, up, few in (("high", high, 1, 1), ("low", low, 0, 0)):
            label = decimal(value, 0) if len(heights) > few else ""
            down = plane.py(up) + 8 * up + 1
            plane.words(TRACE[0] - 6, down, label, text_anchor="end", part=f"trace-{part}")
        shown = np.clip((heights - low) / (high - low), 0, 1)
        points = np.column_stack([np.arange(len(heights)), shown])
        plane.line(points, part="trace")
        right, up = points[-1] if len(points) else (0, 0)
        place = f"translate({number(plane.px(right))} {number(plane.py(up))})"
        dot = {"d": MARKS["o"], "fill": "currentColor", "transform": place, "kind": "place"}
        plane.add("path", seen=len(points) > 0, part="trace-now", **dot)


def run_half_steps(X, start, half_steps):
    """Return the parameters before every iteration so far, and the responsibilities used.

    The run ends early where a component has collapsed.
    """
    parameters, resp = [start], []
    for _ in range((half_steps + 1) // 2):
        now = parameters[-1]
        resp.append(responsibilities(X, now.weights, now.means, now.covariances))
        try:
            after = m_step(statistics(X, resp[-1]))
            log_likelihood(X, after)  # what can be made can still be too flat to be used
        except ValueError:
            break
        parameters.append(after)
    return parameters, resp


def look_at(parameters, resp, half_steps):
    """Return how many iterations are done, and the responsibilities on screen (None at first)."""
    done, half = divmod(half_steps, 2)
    done = min(done, len(parameters) - 1)
    ahead = half or has_collapsed(parameters, resp, half_steps)
    last = done if ahead and done < len(resp) else done - 1
    return done, resp[last] if last >= 0 else None


def has_collapsed(parameters, resp, half_steps):
    """Return whether the last of so many half-steps has left a cluster without width."""
    return len(resp) == len(parameters) and half_steps >= 2 * len(parameters)


def needle(X, resp):
    """Return which cluster's new covariance has least width, and the ends of its long axis.

    Shape (2, n_features).
    """
    clusters = []
    for r in resp.T:
        mean = r @ X / r.sum()
        covariance = (r[:, None] * (X - mean)).T @ (X - mean) / r.sum()
        spread, axes = np.linalg.eigh(covariance)
        half = np.sqrt(max(spread[-1], 0)) * axes[:, -1]
        clusters.append((spread[0], np.array([mean - half, mean + half])))
    k = int(np.argmin([width for width, _ in clusters]))
    ends = clusters[k][1]
    return k, ends if ends[0, 0] <= ends[1, 0] else ends[::-1]


def trace_range(heights):
    """Return the range to draw log-likelihoods in: the start is left out once there are others."""
    shown = heights[1:] if len(heights) > 2 else heights
    low, high = shown.min(), shown.max()
    return low, max(high, low + 1)
