"""Clusters along one axis: curves of weight times density, and one observation below them."""

from functools import cached_property
from typing import ClassVar

import numpy as np
from traitlets import TraitError, validate

from ..mixture import Parameters, entropy, log_joint, responsibilities
from .curves import CELLS, SCALES, STICK, WIDE, draw
from .figure import LiveFigure
from .state import Choice, Numbers

ROOM = 1.25  # the frame is so much higher than the highest curve at first


class OneDimension(LiveFigure):
    """Drag an observation along an axis; each cluster's height above it is its claim.

    Parameters
    ----------
    x : float
        The observation.
    weights : (K,) list
        How often each cluster is used, compared with the others: [18, 1, 1] is [0.9, 0.05, 0.05].
    means, variances : (K,) lists
    scale : {"linear", "log"}
        The curves' heights as they are, or their logarithms.
    clusters : tuple of 2 or 3 names
    reach : (low, high)
        The stretch of the axis that is shown.
    observations : tuple of float
        Further observations, as dots on the axis.
    adjust : tuple of "weights", "means", "variances"
        What the reader may change with sliders.
    scales, bands, boundary, table, entropy : bool
        Offer the choice of scale; draw everybody's share along the whole axis; draw where the
        largest share changes hands; tell how far away each cluster is, and its height here; tell
        the entropy.
    """

    kind = "one-dimension"
    options: ClassVar[dict] = {
        "clusters": ("green", "blue"),
        "reach": (-4.0, 4.0),
        "observations": (),
        "adjust": (),
        "scales": False,
        "bands": False,
        "boundary": False,
        "table": False,
        "entropy": True,
    }
    x = Numbers(0.0)
    weights = Numbers([1, 1], low=0.05, high=20, lengths=(2, 3))
    means = Numbers([-1.5, 1.5], lengths=(2, 3))
    variances = Numbers([1, 1], low=0.05, high=25, lengths=(2, 3))
    scale = Choice("linear", SCALES)

    def parameters(self):
        """Return the mixture on screen, an `emlib.Parameters`."""
        weights = np.array(self.weights) / np.sum(self.weights)
        return Parameters(weights, np.array(self.means)[:, None], self.variances, "spherical")

    def log_heights(self, x):
        """Return the logarithms of weight times density at places x, shape (len(x), K)."""
        p = self.parameters()
        return log_joint(np.reshape(x, (-1, 1)), p.weights, p.means, p.covariances, "spherical")

    def resp(self, x):
        """Return the responsibilities at places x, shape (len(x), K)."""
        p = self.parameters()
        X = np.reshape(x, (-1, 1))
        return responsibilities(X, p.weights, p.means, p.covariances, "spherical")

    def boundaries(self):
        """Return the places within reach where the largest share changes hands, as a list."""
        grid = np.linspace(*self.options["reach"], CELLS + 1)
        winner = self.log_heights(grid).argmax(axis=1)
        return [
            self._bisect(grid[i], grid[i + 1], winner[i])
            for i in range(CELLS)
            if winner[i] != winner[i + 1]
        ]

    def _bisect(self, low, high, winner):
        for _ in range(60):
            middle = (low + high) / 2
            if self.log_heights(middle).argmax() == winner:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    @cached_property
    def _frame(self):
        """Floor and top of the picture as logarithms, from the first state: a frame stays put.

        Above the floor lie the highest curve at every place within reach, and every curve at the
        observation that the figure starts with.
        """
        on_grid = self.log_heights(np.linspace(*self.options["reach"], CELLS + 1))
        top = np.log(ROOM) + np.diag(self.log_heights(self.means)).max()
        low = min(on_grid.max(axis=1).min(), self.log_heights(self.x).min())
        return [low - 0.05 * (top - low), top]

    def level(self, log_heights):
        """Return how far up the frame these heights are drawn, from 0 to 1."""
        floor, top = self._frame
        if self.scale == "log":
            return np.clip((log_heights - floor) / (top - floor), 0, 1)
        return np.minimum(np.exp(log_heights - top), 1)

    def constants(self):
        """Return what the page needs to draw as `draw` does."""
        return {
            "frame": self._frame,
            "cells": CELLS,
            "scales": SCALES,
            "stick": STICK,
            "wide": WIDE,
        }

    def limits(self):
        """Return the bounds: an observation and a mean stay where they can be seen."""
        reach = list(self.options["reach"])
        return super().limits() | {"x": reach, "means": reach}

    def cluster_names(self):
        """Return the clusters' names, in order."""
        return tuple(self.options["clusters"])

    def values(self):
        """Return what is on screen: shares and their entropy, boundaries, the table's columns."""
        resp, p = self.resp(self.x)[0], self.parameters()
        distances = np.abs(self.x - p.means[:, 0])
        in_sd = distances / np.sqrt(p.covariances)
        heights = np.exp(self.log_heights(self.x)[0])
        return {
            "resp": resp,
            "entropy": entropy([resp])[0],
            "boundary": self.boundaries(),
            "table": np.column_stack([distances, in_sd, heights]),
        }

    def summary(self):
        """Say where the observation is and who takes how much."""
        shares = zip(self.cluster_names(), self.resp(self.x)[0], strict=True)
        return f"x {self.x:g}; " + ", ".join(f"{name} {share:.3f}" for name, share in shares)

    def alt(self):
        """Say what the picture shows."""
        each = zip(self.cluster_names(), self.means, self.variances, strict=True)
        curves = "; ".join(f"{name} around {mean:g}, variance {var:g}" for name, mean, var in each)
        return (
            f"Bell curves over one axis: {curves}. One observation is ringed on the axis, at "
            f"{self.x:g}. Responsibilities: {self.summary().split('; ')[1]}."
        )

    def draw(self):
        """Draw curves, axis, observation, sticks, and the bar that the clusters divide."""
        return draw(self)

    @validate("x", "means")
    def _within_reach(self, proposal):
        low, high = self.options["reach"]
        if np.any(np.less(proposal.value, low)) or np.any(np.greater(proposal.value, high)):
            name = f"{type(self).__name__}.{proposal.trait.name}"
            raise TraitError(f"{name} lies from {low:g} to {high:g}; not {proposal.value!r}.")
        return self._one_a_cluster(proposal) if proposal.trait.name == "means" else proposal.value

    @validate("weights", "variances")
    def _one_a_cluster(self, proposal):
        count = len(self.options["clusters"])
        if len(proposal.value) != count:
            name = f"{type(self).__name__}.{proposal.trait.name}"
            raise TraitError(
                f"{name} takes {count} numbers, one a cluster; not {proposal.value!r}."
            )
        return proposal.value
