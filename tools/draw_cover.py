"""Draw the cover, book/web/cover.svg: the same observations before and after soft assignment."""

from pathlib import Path

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt

import emlib
from emlib import plotting

COVER = Path(__file__).resolve().parent.parent / "book" / "web" / "cover.svg"

MIXTURE = emlib.Parameters(
    weights=[0.3, 0.45, 0.25],
    means=[[-2.0, 0.6], [0.9, 1.3], [1.0, -1.5]],
    covariances=[
        [[0.9, 0.5], [0.5, 0.9]],
        [[1.3, -0.5], [-0.5, 0.6]],
        [[1.1, 0.3], [0.3, 0.4]],
    ],
)


def draw():
    """Return the cover as SVG text."""
    plotting.use_book_style()
    X, _ = emlib.sample_mixture(MIXTURE, 150, rng=7)
    resp = emlib.responsibilities(X, MIXTURE.weights, MIXTURE.means, MIXTURE.covariances)
    figure, (before, after) = plt.subplots(1, 2, figsize=(7.2, 3.1), sharex=True, sharey=True)
    plotting.plot_observations(before, X, size=30)
    plotting.plot_observations(after, X, resp, size=30)
    before.set_title("who made which?")
    after.set_title("who is responsible?")
    for ax in (before, after):
        ax.set(xticks=[], yticks=[], aspect="equal")
        ax.spines[:].set_visible(False)
    svg = plotting.to_svg(figure)
    plt.close(figure)
    return svg


if __name__ == "__main__":
    COVER.write_text(draw(), encoding="utf-8")
