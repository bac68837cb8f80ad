"""Predict, then look: a question that the reader answers before the figure shows its numbers."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Prediction:
    """A question with a few answers.

    Parameters
    ----------
    ask : str
        The question.
    options : dict
        From key to label, the answers to choose from; "not sure" is always added as the last.
    answer : str
        The key of the right one.
    gaps : dict
        From key (and "unsure") to the words that explain the gap between this guess and what
        is seen; for the right answer, why it is right.
    """

    ask: str
    options: dict
    answer: str
    gaps: dict

    def __post_init__(self):
        missing = [key for key in (*self.options, "unsure") if key not in self.gaps]
        if missing:
            raise ValueError(f"gaps has no words for {', '.join(missing)}; add them.")
        if self.answer not in self.options:
            raise ValueError(f"answer={self.answer!r} is not one of {', '.join(self.options)}.")

    def config(self):
        """Return what the page needs."""
        options = [*self.options.items(), ("unsure", "I am not sure")]
        return {"ask": self.ask, "options": [list(pair) for pair in options], "gaps": self.gaps}

    def keys(self):
        """Return what a guess may be."""
        return ("", *self.options, "unsure")

    def words(self):
        """Return the answer for who has no JavaScript: the option and its reason."""
        return f"{self.options[self.answer]}. {self.gaps[self.answer]}"


@dataclass(frozen=True)
class PlacePrediction:
    """A place to find by moving the figure: the reader moves `key` there and commits.

    Parameters
    ----------
    ask, how : str
        The question, and what to move.
    key, index : str, int
        The number in the state that is the guess; in a list, the one with this index.
    answer, tolerance : float
        Where it is, and how near is near.
    gaps : dict
        Words for "near", "below", "above" and "unsure".
    spell : str
        The answer in words, for who has no JavaScript.
    """

    ask: str
    how: str
    key: str
    answer: float
    tolerance: float
    gaps: dict
    spell: str = field(default="")
    index: int | None = None

    def __post_init__(self):
        missing = [key for key in ("near", "below", "above", "unsure") if key not in self.gaps]
        if missing:
            raise ValueError(f"gaps has no words for {', '.join(missing)}; add them.")

    def config(self):
        """Return what the page needs."""
        keys = ("how", "key", "index", "answer", "tolerance")
        place = {key: getattr(self, key) for key in keys}
        return {"ask": self.ask, "place": place, "gaps": self.gaps}

    def keys(self):
        """Return None: any number may be a guess."""

    def words(self):
        """Return the answer in words."""
        return self.spell or f"{self.answer:.2f}. {self.gaps['near']}"
