"""In a real JupyterLab with a real kernel: a figure is an ipywidget that Python reads and sets."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import psutil
import pytest
from lab_server import SECONDS, Lab, jupyterlab

CELLS = [
    "import ipywidgets\nfrom emlib import figures\n"
    "figure = figures.TwoClusters('lab', 'Drag it.', turn=True)\n"
    "slider = ipywidgets.FloatSlider(0.5, min=0.02, max=0.98, step=0.01)\n"
    "link = ipywidgets.link((slider, 'value'), (figure, 'weight'))\nslider",
    "figure",
    "print('x is', figure.x)",
    "figure.x = [1.5, -1]",
    "slider.value = 0.9",
    "print('weight is', figure.weight)",
    "from IPython.display import display\n"
    "who = {'green': 'Green', 'blue': 'Blue'}\n"
    "why = who | {'unsure': 'Look.'}\n"
    "ask = figures.Prediction('Who?', who, 'green', why)\n"
    "quiz = figures.Quiz('quiz', 'Answer.', [figures.Ask('Who?', who, 'green', why)])\n"
    "figure.x = [1, 1]\n"
    "display(figure, figures.Coins('coins', 'Move.'))\n"
    "display(figures.TwoClusters('asking', 'Drag.', ask, turn=True), quiz, quiz)",
]
LAST = len(CELLS) - 1


def write_notebook(path: Path):
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    home, work = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work")
    write_notebook(work / "figure.ipynb")
    with jupyterlab(work, home, "--allow-root") as running:
        yield running


@pytest.fixture(scope="module")
def notebook(lab, browser):
    """The notebook, opened; its first two cells have run."""
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    page = context.new_page()
    page.set_default_timeout(1000 * SECONDS)
    foreign = []
    page.on(
        "request",
        lambda request: (
            request.url.startswith((lab.address, "data:", "blob:", "ws:"))
            or foreign.append(request.url)
        ),
    )
    page.goto(f"{lab.address}lab/tree/figure.ipynb?token={lab.token}&reset")
    page.locator(".jp-Notebook .jp-Cell").nth(len(CELLS) - 1).wait_for(state="attached")
    # a cell that is run before the kernel is ready may never run
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached")
    for cell in range(2):
        run(page, cell)
    page.locator(".em-figure.em-live").wait_for()
    yield page
    context.close()
    assert foreign == []


def run(page, number):
    """Run one cell, wait for its end, and give what it prints."""
    cell = page.locator(".jp-Notebook .jp-Cell").nth(number)
    prompt = cell.locator(".jp-InputArea-prompt")
    before = prompt.inner_text()
    cell.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        "([e, before]) => /\\[\\d+\\]/.test(e.textContent) && e.textContent !== before",
        arg=[prompt.element_handle(), before],
    )
    return [text.strip() for text in cell.locator(".jp-OutputArea-output").all_inner_texts()]


def state(page):
    return page.evaluate("emlib.live.lab.state()")


def wait_for_state(page, key, value):
    """Wait until what Python set has come to the figure."""
    page.wait_for_function(
        "([key, value]) => JSON.stringify(emlib.live.lab.state()[key]) === JSON.stringify(value)",
        arg=[key, value],
    )


def shown(page):
    """Give the responsibilities on screen."""
    return json.loads(page.locator("[data-readout=resp]").get_attribute("data-value"))


def responsibilities(x, weight):
    from emlib import figures

    return figures.TwoClusters("lab", "", x=x, weight=weight).values()["resp"]


def test_the_widget_appears_with_its_picture_and_its_numbers(notebook):
    figure = notebook.locator(".em-figure")
    assert figure.count() == 1
    assert figure.locator("svg").bounding_box()["width"] > 200
    assert shown(notebook) == pytest.approx(responsibilities([-0.6, 0.5], 0.5), rel=1e-9)


def test_a_drag_changes_the_python_trait(notebook):
    handle = notebook.locator(".em-handle")
    handle.scroll_into_view_if_needed()
    box = handle.locator(".em-target").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    notebook.mouse.move(x, y)
    notebook.mouse.down()
    notebook.mouse.move(x + 60, y + 20, steps=5)
    notebook.mouse.up()
    dragged = state(notebook)["x"]
    assert dragged != [-0.6, 0.5]
    assert run(notebook, 2) == [f"x is {[float(value) for value in dragged]}"]


def test_setting_the_trait_moves_the_figure(notebook):
    run(notebook, 3)
    wait_for_state(notebook, "x", [1.5, -1])
    assert shown(notebook) == pytest.approx(
        responsibilities([1.5, -1], state(notebook)["weight"]), rel=1e-9
    )
    assert notebook.locator(".em-number input").nth(0).input_value() == "1.5"


def test_a_linked_stock_slider_moves_the_figure_and_is_moved_by_it(notebook):
    run(notebook, 4)
    wait_for_state(notebook, "weight", 0.9)
    x = state(notebook)["x"]
    assert shown(notebook) == pytest.approx(responsibilities(x, 0.9), rel=1e-9)
    slider = notebook.locator(".widget-slider .widget-readout, .widget-readout").first
    assert slider.inner_text() == "0.90"
    field = notebook.get_by_label("weight of green").first
    field.fill("0.25")
    field.press("Enter")
    assert run(notebook, 5) == ["weight is 0.25"]
    notebook.wait_for_function("e => e.textContent === '0.25'", arg=slider.element_handle())


def test_undo_and_reset_reach_python_too(notebook):
    notebook.get_by_role("button", name="Reset", exact=True).click()
    assert run(notebook, 5) == ["weight is 0.5"]
    assert run(notebook, 2) == ["x is [-0.6, 0.5]"]


# ids that stand twice, labels of another figure's field, choices whose group reaches too far
SHARED = """() => {
  const figures = [...document.querySelectorAll('.em-figure')]
  const all = figures.flatMap(figure => [...figure.querySelectorAll('.em-panel [id]')])
  const twice = all.filter((one, i) => all.findIndex(other => other.id === one.id) !== i)
  const astray = figures.flatMap(figure => [...figure.querySelectorAll('label[for]')].filter(
    label => document.getElementById(label.htmlFor)?.closest('.em-figure') !== figure))
  const radios = figures.flatMap(figure => [...figure.querySelectorAll('input[type=radio]')])
  const wide = radios.filter(one => radios.some(
    other => other.name === one.name && other.closest('fieldset') !== one.closest('fieldset')))
  return [all.length, radios.length, twice.map(e => e.id), astray.map(e => e.htmlFor),
    wide.map(e => e.name)]
}"""


def test_figures_side_by_side_share_no_field_and_no_choice(notebook):
    run(notebook, LAST)
    for name, count in (("lab", 2), ("coins", 1), ("asking", 1), ("quiz", 2)):
        notebook.locator(f"#figure-{name}.em-live").nth(count - 1).wait_for()
    fields, choices, *shared = notebook.evaluate(SHARED)
    assert fields > 10
    assert choices == 2 + 3 + 2 * 2  # soft or hard; green, blue, not sure; twice the quiz
    assert shared == [[], [], []]
    quiz = notebook.locator("#figure-quiz input[value=green]")
    quiz.nth(0).check()
    notebook.wait_for_function("e => e.checked", arg=quiz.nth(1).element_handle())
    assert quiz.nth(0).is_checked()


def test_reset_in_a_later_view_goes_to_the_first_state_too(notebook):
    """The second view was shown when the state had been moved."""
    assert state(notebook)["x"] == [1, 1]
    notebook.locator("#figure-lab").nth(1).get_by_role("button", name="Reset", exact=True).click()
    wait_for_state(notebook, "x", [-0.6, 0.5])
    assert run(notebook, 2) == ["x is [-0.6, 0.5]"]


FAMILY = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)"])
print(child.pid, flush=True)
time.sleep(99)
"""


def test_nothing_is_left_running_even_by_a_server_that_will_not_go():
    with subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE) as process:
        child = psutil.Process(int(process.stdout.readline()))
        Lab(process, "", "", patience=0.5).end()
    assert not child.is_running()
