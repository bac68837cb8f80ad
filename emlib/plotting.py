"""Matplotlib pictures of mixtures: every function takes an Axes first and returns it.

Nothing here fits or refits a model: parameters and responsibilities come in, a picture goes out.
A cluster is never told by colour alone: it has a marker and a dash as well (`palette.json`).
"""

import io
import re
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .extras import missing
from .gaussian import log_gaussian
from .mixture import Parameters
from .palette import CLUSTERS, ROLES, blend, cluster_names

try:
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
except ModuleNotFoundError as error:
    raise missing("emlib.plotting", error.name, "figures") from error

__all__ = [
    "blend",
    "cluster_names",
    "mark_observation",
    "plot_densities",
    "plot_ellipses",
    "plot_observations",
    "plot_shares",
    "plot_trace",
    "to_svg",
    "use_book_style",
]

INK, MUTED, PAPER = (ROLES[role]["light"] for role in ("ink", "muted", "paper"))


def use_book_style() -> None:
    """Draw in the book's style from here on; in a notebook, show pictures as SVG.

    The SVG is the same to the letter whenever the same figure is drawn, and its text is text.

    Examples
    --------
    >>> with plt.rc_context():
    ...     emlib.plotting.use_book_style()
    ...     print(plt.rcParams["axes.prop_cycle"].keys == {"color", "linestyle"})
    True
    """
    plt.style.use("emlib.emlib")
    plt.rc("text", color=INK)
    plt.rc("xtick", color=INK)
    plt.rc("ytick", color=INK)
    plt.rc("axes", labelcolor=INK, edgecolor=INK)
    plt.rcParams["axes.prop_cycle"] = plt.cycler(
        color=[style["color"] for style in CLUSTERS.values()],
        linestyle=[style["dash"] for style in CLUSTERS.values()],
    )
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        plt.switch_backend(plt.get_backend())  # loads the backend, which sets formatters of its own
        formatters = shell.display_formatter.formatters
        formatters["image/svg+xml"].for_type(Figure, to_svg)
        formatters["image/png"].pop(Figure, None)


def to_svg(figure: Figure) -> str:
    """Return the figure as SVG text that is the same wherever it is drawn.

    No date, coordinates to a hundredth of a point, and ids in the order of their appearance:
    Matplotlib hashes coordinates to the last bit into them, and last bits differ by machine.

    Examples
    --------
    >>> emlib.plotting.to_svg(plt.figure())[:4]
    '<svg'
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    for number, hashed in enumerate(dict.fromkeys(re.findall(r'id="(\w*[0-9a-f]{10})"', svg))):
        svg = svg.replace(hashed, f"shape{number}")
    return re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", svg)


def plot_observations(
    ax: Axes,
    X: ArrayLike,
    resp: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    size: float = 36,
) -> Axes:
    """Scatter observations, shape (n_samples, 2): grey, or shaded by responsibility.

    With `resp`, shape (n_samples, n_components), the fill mixes the clusters' colours, and the
    marker is that of the cluster with the largest share.

    Examples
    --------
    >>> X, resp = emlib.load_faithful().X[:3], [[1, 0], [0, 1], [0.5, 0.5]]
    >>> ax = plt.figure().subplots()
    >>> ax = emlib.plotting.plot_observations(ax, X, resp)
    >>> len(ax.collections)  # a marker for each cluster
    2
    """
    X, edges = np.asarray(X), {"edgecolors": PAPER, "linewidths": 0.6}
    if resp is None:
        ax.scatter(X[:, 0], X[:, 1], s=size, c=MUTED, marker="o", **edges)
        return ax
    resp = np.asarray(resp)
    names = names or cluster_names(resp.shape[1])
    colors, largest = blend(resp, names), resp.argmax(axis=1)
    for k, name in enumerate(names):
        mine = largest == k
        marker = CLUSTERS[name]["marker"]
        ax.scatter(X[mine, 0], X[mine, 1], s=size, c=colors[mine], marker=marker, **edges)
    return ax


def plot_ellipses(
    ax: Axes,
    parameters: Parameters,
    names: Sequence[str] | None = None,
    radii: Sequence[float] = (1, 2),
) -> Axes:
    """Outline each component of a two-dimensional full mixture at so many standard deviations.

    Examples
    --------
    >>> two = emlib.Parameters([0.5, 0.5], [[0, 0], [4, 1]], [[[1, 0], [0, 1]]] * 2)
    >>> ax = plt.figure().subplots()
    >>> ax = emlib.plotting.plot_ellipses(ax, two, radii=(1, 2))
    >>> len(ax.lines)  # two ellipses and a centre for each cluster
    6
    """
    names = names or cluster_names(parameters.n_components)
    turn = np.linspace(0, 2 * np.pi, 73)
    circle = np.column_stack([np.cos(turn), np.sin(turn)])
    factors = np.linalg.cholesky(parameters.covariances)
    for mean, factor, name in zip(parameters.means, factors, names, strict=True):
        for radius in radii:
            ax.plot(*(mean + radius * circle @ factor.T).T, **line(name))
        ax.plot(*mean, marker="+", color=INK, markersize=9, markeredgewidth=1.6)
    return ax


def plot_densities(
    ax: Axes,
    x: ArrayLike,
    parameters: Parameters,
    names: Sequence[str] | None = None,
    label_offset: float = 0.04,
) -> Axes:
    """Draw weight times density of each component of a one-dimensional mixture over a grid x.

    Examples
    --------
    >>> two = emlib.Parameters([0.5, 0.5], [[0.0], [4.0]], [1.0, 1.0], "spherical")
    >>> ax = plt.figure().subplots()
    >>> ax = emlib.plotting.plot_densities(ax, np.linspace(-3, 7, 50), two)
    >>> [text.get_text() for text in ax.texts]
    ['● fuchsia', '▲ green']
    """
    names, x = names or cluster_names(parameters.n_components), np.asarray(x)
    densities = parameters.weights * np.exp(
        log_gaussian(
            x[:, None], parameters.means, parameters.covariances, parameters.covariance_type
        )
    )
    for density, name in zip(densities.T, names, strict=True):
        ax.plot(x, density, **line(name))
        peak = density.argmax()
        lift = label_offset * densities.max()
        ax.text(x[peak], density[peak] + lift, cluster_label(name), ha="center", va="bottom")
    ax.set_ylim(0, densities.max() * 1.2)
    return ax


def plot_shares(
    ax: Axes, x: ArrayLike, resp: ArrayLike, names: Sequence[str] | None = None
) -> Axes:
    """Draw responsibilities along a grid x as bands that fill the height from 0 to 1.

    Examples
    --------
    >>> x = np.linspace(-1, 3, 5)
    >>> resp = emlib.responsibilities(x[:, None], [0.5, 0.5], [[0], [2]], [1, 1], "spherical")
    >>> ax = plt.figure().subplots()
    >>> ax = emlib.plotting.plot_shares(ax, x, resp)
    >>> len(ax.collections)  # a band for each cluster
    2
    """
    x, resp = np.asarray(x), np.asarray(resp)
    names = names or cluster_names(resp.shape[1])
    tops = np.column_stack([np.zeros(len(x)), resp.cumsum(axis=1)])
    for k, name in enumerate(names):
        color = CLUSTERS[name]["color"]
        ax.fill_between(x, tops[:, k], tops[:, k + 1], color=color, linewidth=2, edgecolor=PAPER)
    ax.set_ylim(0, 1)
    ax.set_xlim(x[0], x[-1])
    return ax


def mark_observation(ax: Axes, x: ArrayLike, y: ArrayLike, label_at: tuple[float, float]) -> Axes:
    """Ring one observation twice, so that it is never taken for a cluster, and say "this one".

    Examples
    --------
    >>> ax = plt.figure().subplots()
    >>> ax = emlib.plotting.mark_observation(ax, 1.0, 2.0, label_at=(2.0, 3.0))
    >>> ax.texts[0].get_text()
    'this one'
    """
    ax.annotate("this one", (x, y), label_at, arrowprops={"arrowstyle": "-", "color": MUTED})
    for size, color, width in ((16, PAPER, 5), (18, INK, 1.4), (13, INK, 1.4)):
        ax.plot(x, y, "o", color=color, markersize=size, fillstyle="none", mew=width, clip_on=False)
    return ax


def plot_trace(ax: Axes, iterations: ArrayLike, log_likelihoods: ArrayLike) -> Axes:
    """Draw the log-likelihood by iteration, both of shape (n,).

    Examples
    --------
    >>> ax = plt.figure().subplots()
    >>> ax = emlib.plotting.plot_trace(ax, [0, 1, 2], [-3.0, -2.0, -1.9])
    >>> ax.get_ylabel()
    'log-likelihood'
    """
    ax.plot(iterations, log_likelihoods, color=INK, linestyle="-", marker="o", ms=3.5, lw=1.2)
    ax.set(xlabel="iteration", ylabel="log-likelihood")
    return ax


def cluster_label(name):
    """Return the glyph and the name of a cluster, for a label in text colour."""
    return f"{CLUSTERS[name]['glyph']} {name}"


def line(name):
    """Return Matplotlib's keywords for a line of this cluster: colour and dash."""
    return {"color": CLUSTERS[name]["color"], "linestyle": CLUSTERS[name]["dash"]}
