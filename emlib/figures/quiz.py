"""Questions that answer back: choices and numbers, checked on the page without a kernel."""

from dataclasses import dataclass, field
from html import escape

from .figure import LiveFigure
from .state import Words, round_off


@dataclass(frozen=True)
class Ask:
    """A question with a few answers: `why` has words for each of the `options`' keys."""

    ask: str
    options: dict
    answer: str
    why: dict

    def __post_init__(self):
        missing = [key for key in self.options if key not in self.why]
        if missing or self.answer not in self.options:
            raise ValueError(
                f"{self.ask!r}: an option has no words in why, or answer is no option."
            )

    def config(self):
        """Return what the page needs."""
        options = [list(pair) for pair in self.options.items()]
        return {"ask": self.ask, "options": options, "answer": self.answer, "why": self.why}

    def words(self):
        """Return the answer."""
        return f"{self.options[self.answer]}. {self.why[self.answer]}"


@dataclass(frozen=True)
class AskNumber:
    """A question whose answer is a number, to be computed and not typed in by the author.

    Parameters
    ----------
    ask : str
    answer : float
    decimals : int
        To how many decimals the reader is asked to answer; half of the last one is forgiven.
    why : str
        Words for the right answer.
    slips : dict
        From a wrong number that a known slip leads to, to the words that name the slip.
    hint : str
        Words for any other wrong number.
    """

    ask: str
    answer: float
    decimals: int
    why: str
    hint: str
    slips: dict = field(default_factory=dict)

    def config(self):
        """Return what the page needs."""
        slips = [[round_off(number), words] for number, words in self.slips.items()]
        return {
            "ask": self.ask,
            "number": round_off(self.answer),
            "decimals": self.decimals,
            "why": self.why,
            "hint": self.hint,
            "slips": slips,
        }

    def words(self):
        """Return the answer."""
        return f"{self.answer:.{self.decimals}f}. {self.why}"


class Quiz(LiveFigure):
    """A few questions with feedback at once; the page says what is right, and why.

    Parameters
    ----------
    name, caption : str
    questions : list of Ask and AskNumber
    """

    kind = "quiz"
    given = Words()

    def __init__(self, name, caption, questions):
        self.questions = questions
        super().__init__(name, caption, given=[""] * len(questions))

    def constants(self):
        """Return the questions."""
        return {"questions": [question.config() for question in self.questions]}

    def values(self):
        """Return nothing: a quiz shows no numbers of its own."""
        return {}

    def summary(self):
        """Say how many questions there are, and how many have an answer."""
        return f"{len(self.questions)} questions, {sum(map(bool, self.given))} answered"

    def answer(self):
        """Return every question with its answer."""
        items = [
            f"<li><strong>{escape(question.ask)}</strong> {escape(question.words())}</li>"
            for question in self.questions
        ]
        return f"<ol>{''.join(items)}</ol>"
