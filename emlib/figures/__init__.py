"""Live figures: alive in a page without a kernel, and ipywidgets in JupyterLab.

    from emlib import figures
    figures.TwoClusters("nearer", "Drag the observation.", boundary=True)

Needs the extra `figures` (anywidget). A figure is a class here and a file of the same name in `js`.
"""

from . import requirements  # noqa: F401 - first: says what is missing, if anything is
from .balance import Balance
from .bound import Bound
from .cloud import Cloud
from .coins import Coins
from .covariance_shape import CovarianceShape
from .figure import LiveFigure
from .likelihood_surface import LikelihoodSurface
from .line_loop import LineLoop
from .linkage import Linkage
from .log_odds import LogOdds
from .loop import Loop
from .normaliser import Normaliser
from .one_dimension import OneDimension
from .planks import Planks
from .prediction import PlacePrediction, Prediction
from .prior_times_likelihood import PriorTimesLikelihood
from .quiz import Ask, AskNumber, Quiz
from .temperature import Temperature
from .tiles import Tiles
from .two_clusters import TwoClusters
from .underflow import Underflow
from .worksheet import Worksheet

__all__ = [
    "Ask",
    "AskNumber",
    "Balance",
    "Bound",
    "Cloud",
    "Coins",
    "CovarianceShape",
    "LikelihoodSurface",
    "LineLoop",
    "Linkage",
    "LiveFigure",
    "LogOdds",
    "Loop",
    "Normaliser",
    "OneDimension",
    "PlacePrediction",
    "Planks",
    "Prediction",
    "PriorTimesLikelihood",
    "Quiz",
    "Temperature",
    "Tiles",
    "TwoClusters",
    "Underflow",
    "Worksheet",
]
