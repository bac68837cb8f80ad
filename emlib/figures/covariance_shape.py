"""A covariance as a factor: the two columns of L bend a circle into the ellipse."""

from typing import ClassVar

import numpy as np

from ..gaussian import log_gaussian
from .equation import equation, fraction, sign, symbol
from .figure import LiveFigure
from .picture import Picture, decimal
from .state import Numbers

NAME = "green"
REACH = 4  # of the plane in which the observation is solved for, in standard deviations
RIGHT = 246  # where the second plane and the matrices begin


class CovarianceShape(LiveFigure):
    """Pull the columns of a Cholesky factor; see the covariance, and one observation's density.

    Parameters
    ----------
    l11, l21, l22 : float
        The factor: its first column is (l11, l21), its second (0, l22).
    x : (2,) list
        The observation; the mean is at (0, 0).
    """

    kind = "covariance-shape"
    options: ClassVar[dict] = {}
    l11 = Numbers(1.2, low=0.1, high=2.5)
    l21 = Numbers(0.7, low=-2, high=2)
    l22 = Numbers(0.8, low=0.02, high=2.5)
    x = Numbers([2.4, 1.8], low=-3, high=3)

    def factor(self):
        """Return L, shape (2, 2)."""
        return np.array([[self.l11, 0.0], [self.l21, self.l22]])

    def values(self):
        """Return the covariance, its determinant, the solution of L y = x, and the density."""
        L, x = self.factor(), np.array(self.x)
        y, covariance = np.linalg.solve(L, x), L @ L.T
        log_density = log_gaussian([x], [[0, 0]], [covariance])[0, 0]
        return {
            "covariance": covariance,
            "determinant": (self.l11 * self.l22) ** 2,
            "solved": y,
            "distance": np.linalg.norm(y),
            "log_density": log_density,
            "density": np.exp(log_density),
        }

    def cluster_names(self):
        """Return green alone."""
        return (NAME,)

    def constants(self):
        """Return how far the second plane reaches."""
        return {"reach": REACH}

    def equation(self):
        """Return the density through the solution of L y = x - mu."""
        size = f"{sign('|')}<mi>y</mi><msup>{sign('|')}<mn>2</mn></msup>"
        square = f'<mrow data-link="solved">{size}</mrow>'
        exponent = f"<mrow>{sign('−')}<mfrac><mn>1</mn><mn>2</mn></mfrac>{square}</mrow>"
        above = f"<msup><mi>e</mi>{exponent}</msup>"
        diagonal = symbol("l", "first", "11") + symbol("l", "second", "22")
        below = f'<mn>2</mn><mi>π</mi><mrow data-link="determinant">{diagonal}</mrow>'
        given = symbol("x", "observation") + sign("|") + symbol("μ", "mean") + sign(",")
        density = f"<mi>𝒩</mi>{sign('(')}{given}{symbol('Σ', 'covariance')}{sign(')')}"
        return equation(density, sign("="), fraction(above, below))

    def summary(self):
        """Say the factor, and what it makes of the observation."""
        values = self.values()
        factor = f"L = [{self.l11:g} 0; {self.l21:g} {self.l22:g}]"
        return f"{factor}; distance {values['distance']:.3f}, density {values['density']:.4g}"

    def alt(self):
        """Say what the picture shows."""
        values = self.values()
        return (
            "On the left an ellipse of one and of two standard deviations, with an arrow for each "
            "column of the factor, and a ringed observation. On the right the ellipse has become a "
            f"circle and the observation lies {values['distance']:.2f} from its centre. The "
            f"determinant is {values['determinant']:.3g}, the density {values['density']:.3g}."
        )

    def draw(self):
        """Draw the ellipse with its handles, the circle it came from, and both matrices."""
        picture = Picture(height=250)
        plane = picture.plane("main", (-3, 3), (-3, 3), (8, 26, 216, 216))
        picture.text(8, 16, "the data", font_weight="650")
        inside, covariance = plane.clip(self.name), self.factor() @ self.factor().T
        for radius in (1, 2):
            look = {"part": f"ellipse-{radius}", "link": "covariance"}
            ellipse = plane.ellipse((0, 0), covariance, NAME, radius=radius, **look)
            plane.group.remove(ellipse)
            inside.append(ellipse)
        for column, tip in (("first", (self.l11, self.l21)), ("second", (0, self.l22))):
            plane.line([(0, 0), tip], part=f"arrow-{column}", link=column)
        look = {"font_size": 26, "text_anchor": "middle", "link": "mean"}
        plane.words(plane.px(0), plane.py(0) + 8, "+", **look)
        plane.grip(self.l11, self.l21, "first", "1st", NAME, link="first")
        plane.grip(0, self.l22, "second", "2nd", NAME, link="second")
        plane.this_one(*self.x, link="observation")
        self._draw_solved(picture)
        self._draw_matrices(picture, covariance)
        return picture

    def _draw_solved(self, picture):
        box = (RIGHT, 26, 106, 106)
        circle = picture.plane("circle", (-REACH, REACH), (-REACH, REACH), box)
        picture.text(RIGHT, 16, "L y = x − μ", font_weight="650", link="solved")
        for radius in (1, 2):
            circle.ellipse((0, 0), np.eye(2), NAME, radius=radius)
        y = self.values()["solved"]
        at = y * min(1, 0.96 * REACH / np.abs(y).max()) if y.any() else y
        circle.line([(0, 0), at], part="length", link="solved")
        circle.this_one(*at, part="solved", words=None, link="solved")

    def _draw_matrices(self, picture, covariance):
        rows = (("L", self.factor(), 152), ("Σ", covariance, 192))
        for name, matrix, top in rows:
            look = {"link": "first second"}
            if name == "Σ":
                look = {"link": "covariance", "class_": "em-reveal"}
            group = picture.add("g", **look)
            picture.text(RIGHT, top + 10, f"{name} =", group)
            for i in range(2):
                for j in range(2):
                    place = (RIGHT + 68 + 40 * j, top + 2 + 17 * i)
                    words = "0" if name == "L" and i < j else decimal(matrix[i, j])
                    picture.text(*place, words, group, text_anchor="end", part=f"{name}-{i}{j}")
        determinant = f"det Σ = {self.values()['determinant']:.4f}"
        look = {"part": "determinant", "link": "determinant", "class_": "em-words em-reveal"}
        picture.text(RIGHT, 238, determinant, **look)
