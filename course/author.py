"""What the source of an assignment says about its questions.

A source is a notebook as text, `book/assignments/<name>.py`. Its teacher's cells build these
objects; `course.source` finds them. Nothing here runs or compares anything.
"""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Output:
    """One thing that a function returns: its name, and where it stands in what is returned.

    `at` is a path of indices: (1,) is the second of several things, (0, -1, 0) the first entry of
    the last entry of the first. () is the whole.
    """

    name: str
    at: tuple = ()


@dataclass(frozen=True)
class Part:
    """Marks for some outputs on one kind of input; all or nothing.

    `if_wrong` is what a student reads who loses these marks by a mistake that nobody foresaw.
    """

    name: str
    points: float
    kind: str
    outputs: tuple
    if_wrong: str


@dataclass(frozen=True)
class Variant:
    """A known-wrong way to answer: its name for the teacher, a hint for the student, the function.

    The hint says first what is so, then what to think about, and never the code.
    """

    name: str
    hint: str
    function: Callable


@dataclass(frozen=True)
class Question:
    """A function to write.

    Attributes
    ----------
    name : str, of the function; the solution in the source is the reference
    title : str, as reports print it
    outputs : tuple of str or Output; several names are several things returned in a row
    inputs : dict, kind -> function of a numpy Generator that returns a tuple of arguments. The
        first kind is the usual one. n, d and K should all be different, weights and covariances
        unequal, so that mistakes show.
    parts : tuple of Part
    needs : names of earlier questions; where marks were lost there, the reference stands in
    variants : tuple of Variant
    """

    name: str
    title: str
    outputs: tuple
    inputs: dict
    parts: tuple
    needs: tuple = ()
    variants: tuple = field(default=(), repr=False)

    def __post_init__(self):
        outputs = tuple(
            output
            if isinstance(output, Output)
            else Output(output, () if len(self.outputs) == 1 else (number,))
            for number, output in enumerate(self.outputs)
        )
        object.__setattr__(self, "outputs", outputs)
        known = {output.name for output in outputs}
        for part in self.parts:
            if part.kind not in self.inputs or not set(part.outputs) <= known:
                raise ValueError(
                    f"{self.name}, part {part.name!r}: its kind must be one of "
                    f"{sorted(self.inputs)} and its outputs among {sorted(known)}"
                )
        names = [variant.name for variant in self.variants]
        if len(set(names)) < len(names):
            raise ValueError(f"{self.name}: two variants have the same name")

    @property
    def points(self):
        """Marks for the whole question."""
        return sum(part.points for part in self.parts)


@dataclass(frozen=True)
class Numbers:
    """A result that students compute from their own data and leave in a variable.

    Attributes
    ----------
    name : str, of the variable
    expected : function of the student's id that returns the right value
    shape : tuple, told to the student
    tolerance : float, relative; wide enough for every sensible way to get there
    needs : names of earlier questions; where marks were lost there, the reference stands in
    """

    name: str
    title: str
    points: float
    expected: Callable
    if_wrong: str
    shape: tuple = ()
    tolerance: float = 1e-6
    needs: tuple = ()


@dataclass(frozen=True)
class FreeText:
    """An answer in words, marked by hand; its answer cell in the source has the same name.

    `rubric` is a tuple of (marks, what they are given for).
    """

    name: str
    title: str
    rubric: tuple

    @property
    def points(self):
        """Marks for the whole answer."""
        return sum(points for points, _ in self.rubric)


@dataclass(frozen=True)
class Picture(FreeText):
    """A picture made by an answer cell, marked by hand."""


@dataclass(frozen=True)
class Tests:
    """Tests that a student writes, `def test_m_step(m_step)`, to tell right from wrong.

    They must pass on every function of `right` and fail on each of `wrong`.

    Attributes
    ----------
    name : str, of the student's test function
    right : tuple of functions; the student's test never sees their source
    wrong : tuple of Variant; a hint says what a test that misses it does not look at
    points_each : marks for each wrong function that is told apart; none if a right one fails
    """

    name: str
    title: str
    right: tuple
    wrong: tuple
    points_each: float = 1

    @property
    def points(self):
        """Marks for the whole question."""
        return self.points_each * len(self.wrong)


BY_HAND = (FreeText, Picture)
KINDS = (Question, Numbers, FreeText, Picture, Tests)
