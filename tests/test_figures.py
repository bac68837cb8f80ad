"""The Python side of live figures: states that hold, one output in three forms, plain sentences."""

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import ipywidgets
import numpy as np
import pytest
from figure_pages import FIGURE, figures_of_the_book, kinds
from traitlets import HasTraits, TraitError

from emlib import figures
from emlib.figures.state import Choice, Index, Numbers, Words, round_off

VIEW = "application/vnd.jupyter.widget-view+json"


def two(**options):
    return figures.TwoClusters("two", "Drag it.", **options)


class State(HasTraits):
    point = Numbers([0.0, 1.0], low=-2, high=3)
    free = Numbers(0.5)
    word = Choice("soft", ["soft", "hard"])
    words = Words(2)
    which = Index(1)


# --- What a state may be


def test_a_number_is_stored_with_six_digits_and_no_negative_zero():
    state = State(point=np.array([1 / 3, -1e-9]), free=2)
    assert state.point == [0.333333, 0.0]
    assert json.dumps(state.point) == "[0.333333, 0.0]"
    assert isinstance(state.free, float)
    assert round_off([[1e-7, -1e-7]]) == [[0.0, 0.0]]


def test_what_is_stored_is_stored_again_unchanged():
    rng = np.random.default_rng(7)
    state = State()
    for value in rng.uniform(-1e3, 1e3, size=200):
        state.free = value
        before = state.free
        state.free = before
        assert state.free == before


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("point", [1.0], r"State.point takes numbers of shape \(2,\); \[1.0\] is something else"),
        ("point", [[1.0, 2.0]], "something else"),
        ("point", 1.0, "something else"),
        ("point", "here", "something else"),
        ("point", None, "something else"),
        ("point", [1.0, np.nan], "all finite"),
        ("point", [np.inf, 0.0], "all finite"),
        ("point", [0.0, 3.5], r"between -2 and 3; \[0.0, 3.5\] is outside"),
        ("free", [1.0], r"State.free takes a number; \[1.0\] is something else"),
        ("word", "warm", r"State.word is one of 'soft', 'hard'; not 'warm'"),
        ("words", ["a", 1], "State.words takes words"),
        ("words", "ab", "State.words takes words"),
    ],
)
def test_a_wrong_value_is_refused_with_what_would_be_right(name, value, sentence):
    state = State()
    before = getattr(state, name)
    with pytest.raises((ValueError, TraitError), match=sentence):
        setattr(state, name, value)
    assert getattr(state, name) == before


def test_an_index_counts_from_zero_in_whole_numbers():
    state = State()
    for wrong in (-1, 1.5, "1"):
        with pytest.raises(TraitError):
            state.which = wrong


def test_two_figures_share_no_state():
    one, other = two(), two()
    one.x = [1, 1]
    assert other.x != one.x
    assert two().x == other.x


# --- What a figure may be called and given


@pytest.mark.parametrize("name", ["", "Two", "2nd", "a b", "a<b", "-a", "a_b", "über"])
def test_a_name_that_could_not_stand_in_a_link_is_refused(name):
    with pytest.raises(ValueError, match="small letters, digits and hyphens"):
        figures.TwoClusters(name, "")


def test_an_option_that_is_none_is_named_and_those_that_are_listed():
    with pytest.raises(TypeError, match=r"TwoClusters has no 'border'; it has boundary, .*weight"):
        two(border=True)


def test_every_kind_is_public_and_has_its_script():
    folder = figures.assets.FOLDER / "js"
    for kind, cls in kinds().items():
        assert getattr(figures, cls.__name__) is cls
        assert cls.__name__ in figures.__all__
        source = (folder / f"{kind}.js").read_text("utf-8")
        assert f'emlib.kinds["{kind}"]' in source or f"emlib.kinds.{kind} =" in source
        assert cls.__doc__


# --- One output in three forms


def bundle(figure):
    data, _ = figure._repr_mimebundle_()
    return data


def test_the_output_is_a_widget_a_picture_with_its_state_and_a_line_of_text():
    data = bundle(two())
    assert data[VIEW]["model_id"]
    assert set(data) >= {VIEW, "text/html", "text/plain"}
    found = FIGURE.fullmatch(data["text/html"])
    assert (found[1], found[2]) == ("two", "two-clusters")
    assert "<svg" in data["text/html"]
    assert data["text/plain"].startswith("TwoClusters: ")


def defaults():
    """One of every kind, as its defaults make it."""
    given = {"quiz": {"questions": []}}
    return [(cls, given.get(kind, {})) for kind, cls in sorted(kinds().items())]


@pytest.mark.parametrize(("cls", "more"), defaults(), ids=lambda value: str(value)[:40])
def test_two_that_are_made_alike_are_the_same_to_the_letter(cls, more):
    one, other = (bundle(cls("same", "Caption.", **more)) for _ in range(2))
    assert one["text/html"] == other["text/html"]
    assert one["text/plain"] == other["text/plain"]
    assert "0x" not in one["text/plain"]
    assert "\n" not in one["text/plain"]


@pytest.mark.parametrize(("cls", "more"), defaults(), ids=lambda value: str(value)[:40])
def test_every_kind_says_its_numbers_and_what_its_picture_shows(cls, more):
    figure = cls("one", "Caption.", **more)
    assert len(figure.summary()) > 3
    if figure.draw() is not None:
        assert len(figure.alt()) > 40
        assert 'role="img"' in figure.to_html()
    for name, value in figure.values().items():
        assert np.asarray(value, dtype=float).dtype == float, name


@pytest.mark.parametrize("half_steps", [0, 3, 4])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_loop_draws_as_many_clusters_as_are_asked_for(count, half_steps):
    start = [[-1, 1], [1, -1], [0, 1]]
    X = [[-2, 0], [-1.5, 1], [-1, -0.5], [1, 0.5], [1.5, -1], [2, 0], [0, 1], [0.5, 2], [-1, 2]]
    state = {"n_components": count, "half_steps": half_steps, "start": start}
    figure = figures.Loop("loop", "", X=X, paint=True, **state)
    assert len(figure.values()["parameters"]) == count
    drawn = [e for e in figure.draw().root.iter() if "ellipse" in e.get("data-part", "")]
    assert sum(e.get("visibility") != "hidden" for e in drawn) == 2 * count
    for few, said in (
        (X[: 3 * count - 1], "1 more"),
        ([[0.1 * i, 0.8] for i in range(9)], "beside"),
    ):
        figure.X = few
        assert said in figure.missing()
        assert np.isnan(figure.values()["likelihood"])
        assert figure.draw() is not None
    figure.X = []
    assert "too few" in figure.alt()


SPELLED = r'data-part="L-10"[^>]*>([^<]*)<'


def test_a_matrix_shows_no_negative_zero_as_the_page_shows_none():
    shape = figures.CovarianceShape("shape", "", l21=-0.003, l22=0.8)
    assert re.findall(SPELLED, shape.to_html()) == ["0.00"]
    shape.l21 = -0.3
    assert re.findall(SPELLED, shape.to_html()) == ["−0.30"]


def test_the_order_of_another_machines_sets_and_dicts_changes_nothing():
    program = "from emlib import figures; print(figures.TwoClusters('a', 'b').to_html())"
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            cwd=figures.assets.FOLDER.parent.parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_nothing_that_an_author_writes_becomes_markup():
    gaps = {"a": "</script><b>", "unsure": "<i>"}
    prediction = figures.Prediction("<b>Who?</b>", {"a": "<u>A</u>"}, "a", gaps)
    html = figures.TwoClusters("two", "<em>Caption</em>", prediction).to_html()
    assert html.count("<script") == html.count("</script>") == 1
    assert not any(f"<{tag}>" in html for tag in ("b", "i", "u", "em"))


def test_the_state_beside_the_picture_is_the_figures():
    figure = two(x=[1, 0.25], weight=0.7)
    stored = json.loads(
        figure.to_html().split('<script type="application/json">')[1].split("</script>")[0]
    )
    assert stored["state"] == figure.state()
    assert stored["state"]["x"] == [1.0, 0.25]
    assert figure.to_html().startswith(figure.markup.removesuffix("</figure>"))


def test_a_figure_is_drawn_once_for_each_state(monkeypatch):
    drawn = []
    draw = figures.TwoClusters.draw
    monkeypatch.setattr(figures.TwoClusters, "draw", lambda self: drawn.append(1) or draw(self))
    figure = two()
    bundle(figure)
    bundle(figure)
    assert len(drawn) == 1
    figure.x = [1, 1]
    assert "translate(220" in bundle(figure)["text/html"]
    assert len(drawn) == 2


# --- An ipywidget among others


def test_a_stock_slider_moves_a_figure_and_is_moved_by_it():
    figure = two(turn=True)
    slider = ipywidgets.FloatSlider(min=0.02, max=0.98)
    link = ipywidgets.link((slider, "value"), (figure, "weight"))
    slider.value = 0.8
    assert figure.weight == 0.8
    figure.weight = 0.3
    assert slider.value == 0.3
    link.unlink()


def test_a_change_is_heard_once_with_what_was_and_what_is():
    figure, heard = two(), []
    figure.observe(lambda change: heard.append((change["old"], change["new"])), "x")
    before = figure.x
    figure.x = [1, 1]
    figure.x = [1.0000001, 1]  # the same once it is rounded
    assert heard == [(before, [1.0, 1.0])]


# --- Predictions


OPTIONS = {"green": "Green", "blue": "Blue"}
GAPS = {"green": "Nearer.", "blue": "Farther.", "unsure": "Look."}


def test_a_guess_is_one_of_the_options_or_unsure():
    prediction = figures.Prediction("Who?", OPTIONS, "green", GAPS)
    figure = figures.TwoClusters("two", "", prediction)
    for guess in ("green", "unsure", ""):
        figure.guess = guess
    with pytest.raises(TraitError, match="'red' is none of green, blue, unsure"):
        figure.guess = "red"
    with pytest.raises(TraitError):
        two().guess = "green"


def test_not_sure_is_always_offered_and_last():
    prediction = figures.Prediction("Who?", OPTIONS, "green", GAPS)
    assert prediction.config()["options"][-1] == ["unsure", "I am not sure"]


def test_a_prediction_without_words_for_a_guess_is_refused():
    for key in GAPS:
        gaps = {other: words for other, words in GAPS.items() if other != key}
        with pytest.raises(ValueError, match=key):
            figures.Prediction("Who?", OPTIONS, "green", gaps)
    with pytest.raises(ValueError, match="answer='red' is not one of green, blue"):
        figures.Prediction("Who?", OPTIONS, "red", GAPS)


def test_a_place_needs_words_for_near_below_above_and_unsure():
    gaps = {"near": "a", "below": "b", "above": "c"}
    with pytest.raises(ValueError, match="unsure"):
        figures.PlacePrediction("Where?", "Move.", "weight", 0.5, 0.05, gaps)
    place = figures.PlacePrediction("Where?", "Move.", "weight", 0.5, 0.05, gaps | {"unsure": "d"})
    figures.TwoClusters("two", "", place).guess = "0.44"
    assert place.words() == "0.50. a"


def test_the_answer_stands_on_the_page_for_who_has_no_scripts():
    prediction = figures.Prediction("Who?", OPTIONS, "green", GAPS)
    html = figures.TwoClusters("two", "", prediction).to_html()
    assert "<p><strong>Who?</strong> Green. Nearer.</p></details>" in html
    assert '<details class="em-answer"><summary>The answer</summary>' in html, "told at once"


def test_a_question_without_words_or_with_no_such_answer_is_refused():
    with pytest.raises(ValueError, match=r"'Who\?'"):
        figures.Ask("Who?", OPTIONS, "green", {"green": "Yes."})
    with pytest.raises(ValueError, match=r"'Who\?'"):
        figures.Ask("Who?", OPTIONS, "red", {"green": "Yes.", "blue": "No."})


# --- Nobody pays for figures who does not ask for them


def run(program):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )


def test_emlib_alone_loads_no_figures():
    done = run(
        "import sys, emlib; print([m for m in sys.modules if 'widget' in m or 'figures' in m])"
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize(
    ("part", "missing"),
    [("figures", "anywidget"), ("figures", "matplotlib"), ("plotting", "matplotlib")],
)
def test_without_the_extra_one_sentence_says_how_to_get_it(part, missing):
    block = f"import sys; sys.modules[{missing!r}] = None; "
    done = run(f"{block}from emlib import {part}")
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"ModuleNotFoundError: emlib.{part} needs {missing}, which is not")
    assert "pip install 'who-is-responsible[figures]'" in last
    assert run(f"{block}import emlib").returncode == 0


# --- What a picture is painted with

SHAPES = ("path", "circle", "rect", "ellipse", "polygon")
RULE = re.compile(r"([^{}]+)\{[^}]*\b(?:fill|stroke):")


def without_a_colour(markup):
    """List the shapes of a picture for which neither it nor the style sheet names a colour.

    A browser paints them black, on a dark page too.
    """
    sheet = (Path(figures.__file__).parent / "figures.css").read_text(encoding="utf-8")
    known = {name for rule in RULE.findall(sheet) for name in re.findall(r"\.(em-[a-z-]+)", rule)}
    picture = ElementTree.fromstring(re.search(r"<svg.*?</svg>", markup, re.DOTALL)[0])
    found = []

    def walk(element, coloured):
        classes = set(element.get("class", "").split())
        coloured = coloured or "fill" in element.attrib or bool(classes & known)
        tag = element.tag.rpartition("}")[2]
        if tag in SHAPES and not coloured:
            found.append(f"{tag} {element.get('data-part') or element.get('class')}")
        if tag not in ("defs", "clipPath"):
            for child in element:
                walk(child, coloured)

    walk(picture, False)
    return sorted(set(found))


@pytest.mark.parametrize(
    "drawn",
    [drawn for drawn in figures_of_the_book() if "<svg" in drawn.markup],
    ids=lambda drawn: drawn.name,
)
def test_no_shape_is_left_to_be_black(drawn):
    assert without_a_colour(drawn.markup) == []
