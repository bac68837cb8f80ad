"""The picture of clusters along one axis: curves, sticks, the axis, bands and the bar."""

import numpy as np

from ..palette import CLUSTERS, paint
from .picture import MARKS, Picture, number, share_bar, tell_share

CELLS = 240  # a curve is so many straight pieces
STICK = 7  # width of a stick, in units of the picture
WIDE = 66  # a name needs so much room; in less stands its mark alone
SCALES = {"linear": "weight × density", "log": "log(weight × density)"}


def draw(figure):
    """Draw curves, axis, observation, sticks, and the bar that the clusters divide."""
    reach, lower = figure.options["reach"], 74 if figure.options["bands"] else 0
    picture = Picture(height=278 + lower)
    _curves(figure, picture.plane("main", reach, (0, 1), (8, 22, 344, 148)))
    rail = picture.plane("rail", reach, (0, 1), (8, 170, 344, 20))
    _rail(figure, rail)
    if figure.options["bands"]:
        _bands(figure, picture.plane("bands", reach, (0, 1), (8, 248, 344, 40)))
    rail.this_one(figure.x, 0.45, words=None, link="observation label")
    _shares(figure, picture, 242 + lower)
    return picture


def _curves(figure, plane):
    grid = np.linspace(*figure.options["reach"], CELLS + 1)
    levels, peaks = (figure.level(figure.log_heights(at)) for at in (grid, figure.means))
    if figure.options["boundary"]:
        _boundaries(figure, plane)
    at = float(plane.px(figure.x))
    flag = {"link": "observation label"}
    plane.pole(figure.x, 18, 190, class_="em-pole", part="pole", **flag)
    middle = {"text_anchor": "middle", "class_": "em-words em-halo"}
    plane.words(np.clip(at, 28, 332), 13, "this one", part="flag", kind=None, **flag, **middle)
    for k, name in enumerate(figure.cluster_names()):
        points = _above_floor(np.column_stack([grid, levels[:, k]]))
        plane.line(points, name, part=f"curve-{k}", link=f"cluster-{k} covariance")
    _sticks(figure, plane, at)
    right = np.clip(plane.px(figure.means), 36, 324)
    down = apart(right, np.maximum(plane.py(np.diag(peaks)) - 7, 36))
    for k, name in enumerate(figure.cluster_names()):
        words = {"part": f"label-{k}", "kind": None, "link": f"cluster-{k} mean"}
        plane.words(right[k], down[k], _words(name), **words, **middle)


def _sticks(figure, plane, at):
    names, now = figure.cluster_names(), figure.level(figure.log_heights(figure.x)[0])
    for k, name in enumerate(names):
        style = {"fill": paint(name), "class_": "em-stick em-reveal"}
        style["link"] = f"product product-{k}"
        left, top = at + (k - len(names) / 2) * STICK, float(plane.py(now[k]))
        size = {"x": left, "y": top, "width": STICK, "height": 170 - top}
        plane.add("rect", **size, **style, part=f"stick-{k}")
        place = f"translate({number(left + STICK / 2)} {number(top)})"
        d = MARKS[CLUSTERS[name]["marker"]]
        plane.add("path", d=d, transform=place, **style, part=f"head-{k}")


def _boundaries(figure, plane):
    places = figure.boundaries()
    for i in range(2 * len(figure.means) - 2):
        seen = i < len(places)
        ink = {"stroke": "currentColor", "stroke_width": 1.5, "class_": "em-boundary em-reveal"}
        at = places[i] if seen else plane.x[0]
        plane.pole(at, 22, 170, part=f"boundary-{i}", seen=seen, **ink)


def _rail(figure, rail):
    low, high = figure.options["reach"]
    step = next(step for step in (1, 2, 5, 10, 20, 50) if (high - low) / step <= 9)
    words = f"value x; height of a curve: {SCALES[figure.scale]}"
    rail.axis(np.arange(np.ceil(low / step), high / step + 1e-9) * step, "")
    rail.words(180, 222, words, text_anchor="middle", part="axis-words")
    for value in figure.options["observations"]:
        rail.add("circle", cx=rail.px(value), cy=rail.py(0.45), r=3.5, class_="em-grain")


def _bands(figure, plane):
    reach, names = figure.options["reach"], figure.cluster_names()
    grid = np.linspace(*reach, CELLS + 1)
    tops = figure.resp(grid).cumsum(axis=1)
    shown = plane.add("g", class_="em-reveal", link="responsibility")
    for k in reversed(range(len(names))):
        area = np.column_stack([grid, tops[:, k]]).tolist()
        corners = np.array([*area, [reach[1], 0], [reach[0], 0]])
        plane.area(corners, names[k], shown, class_="em-territory", part=f"band-{k}")
    plane.pole(figure.x, 248, 288, shown, class_="em-pole-over", part="pole-over")
    edges = [reach[0], *figure.boundaries(), reach[1]]
    for i in range(2 * len(names) - 1):
        low, high = edges[i : i + 2] if i + 1 < len(edges) else (reach[0], reach[0])
        words, middle = _region(figure, plane, low, high), float(plane.px((low + high) / 2))
        where = {"text_anchor": "middle", "part": f"region-{i}"}
        plane.picture.text(middle, 243, words, shown, **where)


def _region(figure, plane, low, high):
    name = figure.cluster_names()[figure.log_heights((low + high) / 2).argmax()]
    room = plane.px(high) - plane.px(low)
    return _words(name) if room > WIDE else CLUSTERS[name]["glyph"] if room > 12 else ""


def _shares(figure, picture, down):
    names, resp = figure.cluster_names(), figure.resp(figure.x)[0]
    shown = picture.add("g", class_="em-reveal", link="responsibility")
    share_bar(picture, resp, names, (8, down + 8, 344, 24), parent=shown)
    for k, (name, share) in enumerate(zip(names, resp, strict=True)):
        part = k / (len(names) - 1)
        anchor = {0: "start", 1: "end"}.get(part, "middle")
        place, words = (8 + 344 * part, down), f"{_words(name)} {tell_share(share)}"
        picture.text(*place, words, shown, text_anchor=anchor, part=f"share-{k}-words")


def _words(name):
    return f"{CLUSTERS[name]['glyph']} {name}"


def _above_floor(points):
    """Leave out the points on the floor, but for those beside a higher one."""
    high = np.pad(points[:, 1] > 0, 1)
    seen = high[:-2] | high[1:-1] | high[2:]
    return points[seen] if seen.any() else points[:1]


def apart(right, down):
    """Move labels that would overlap below each other, the sooner the nearer they are."""
    down, placed = np.array(down), []
    for k in np.argsort(down, kind="stable"):
        for other in placed:
            near = np.clip((76 - abs(right[k] - right[other])) / 12, 0, 1)
            down[k] = max(down[k], down[other] + 16 * near)
        placed.append(k)
    return down
