"""Live figures: alive in a page without a kernel, and ipywidgets in JupyterLab.

    from emlib import figures
    figures.TwoClusters("nearer", "Drag the observation.", boundary=True)

Needs the extra `figures` (anywidget). A figure is a class here and a file of the same name in `js`.
"""

from .bound import Bound
from .figure import LiveFigure
from .likelihood_surface import LikelihoodSurface
from .linkage import Linkage
from .one_dimension import OneDimension
from .prediction import PlacePrediction, Prediction
from .quiz import Ask, AskNumber, Quiz
from .two_clusters import TwoClusters

__all__ = [
    "Ask",
    "AskNumber",
    "Bound",
    "LikelihoodSurface",
    "Linkage",
    "LiveFigure",
    "OneDimension",
    "PlacePrediction",
    "Prediction",
    "Quiz",
    "TwoClusters",
]
