"""The one writer of figures as SVG: planes with coordinates, marks, lines and words.

What it writes is the picture without JavaScript, in print, and the very elements that the live
figure moves: each that can move has a name (`part`) and says what it is (`kind`), so that a
figure's script returns a value for it and `js/stage.js` moves it; each that can be pointed at
carries `link`, the name of what it stands for. Colours of clusters are the palette's; everything
else is `currentColor` or a class, so that it follows the page.
"""

import xml.etree.ElementTree as ET

import numpy as np

from ..palette import CLUSTERS, blend, cluster_names, paint

# d of each cluster's mark around (0, 0), about 10 across
MARKS = {
    "o": "M5 0A5 5 0 1 1 -5 0A5 5 0 1 1 5 0Z",
    "^": "M0 -6L5.6 4.2L-5.6 4.2Z",
    "s": "M-4.6 -4.6H4.6V4.6H-4.6Z",
}
DASHES = {"-": None, "--": "7 4", "-.": "8 3 2 3", ":": "2 3"}
BESIDE = object()  # the words "this one" beside a ring, and not above it
TURN = np.linspace(0, 2 * np.pi, 72, endpoint=False)


def number(value):
    """Spell a coordinate: two decimals at most, and no negative zero."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def decimal(value, decimals=2):
    """Spell a number as `show` in panel.js does: a true minus sign, and no negative zero."""
    text = f"{value:.{decimals}f}"
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", "\u2212")


class Picture:
    """An SVG picture of so many units; 360 wide is legible on a phone and on a desktop."""

    def __init__(self, height, width=360):
        self.width, self.height = width, height
        self.root = ET.Element("svg", viewBox=f"0 0 {number(width)} {number(height)}")

    def add(self, tag, parent=None, text=None, seen=True, **attributes):
        """Add an element: part, kind and link become data attributes, None leaves one out.

        What is not `seen` is hidden, and the live figure may show it.
        """
        element = ET.SubElement(self.root if parent is None else parent, tag)
        attributes["visibility"] = None if seen else "hidden"
        for key, value in attributes.items():
            if value is None:
                continue
            name = f"data-{key}" if key in ("part", "kind", "link", "radius", "room") else key
            name = "class" if key == "class_" else name.replace("_", "-")
            element.set(name, value if isinstance(value, str) else number(value))
        if text is not None:
            element.text = text
        return element

    def text(self, x, y, words, parent=None, **attributes):
        """Write words at a place of the picture, in units of the picture."""
        attributes = {"class_": "em-words", "fill": "currentColor", "font_size": 12.5} | attributes
        attributes.setdefault("kind", "words" if attributes.get("part") else None)
        return self.add("text", parent, words, x=x, y=y, **attributes)

    def plane(self, name, x, y, box):
        """Lay a plane with data ranges x and y into the box (left, top, width, height)."""
        return Plane(self, name, x, y, box)

    def markup(self, alt):
        """Return the SVG as text, with its words for whoever does not see it."""
        self.root.set("role", "img")
        self.root.set("aria-label", alt)
        return ET.tostring(self.root, encoding="unicode")


class Plane:
    """A rectangle of a picture with data coordinates; everything here is given in them."""

    def __init__(self, picture, name, x, y, box):
        self.picture, self.x, self.y, self.box = picture, x, y, box
        numbers = {"x": x, "y": y, "box": box}
        ranges = {f"data_{key}": " ".join(f"{v:g}" for v in vs) for key, vs in numbers.items()}
        self.group = picture.add("g", data_plane=name, **ranges)
        left, top, width, height = box
        size = {"x": left, "y": top, "width": width, "height": height}
        self.add("rect", **size, fill="none", class_="em-ground")

    def add(self, tag, text=None, **attributes):
        """Add an element to the plane, in units of the picture."""
        return self.picture.add(tag, self.group, text, **attributes)

    def clip(self, name):
        """Return a group of the plane whose contents end at its edge; `name` is the figure's."""
        left, top, width, height = self.box
        shape = self.picture.add("clipPath", self.group, id=f"clip-{name}")
        self.picture.add("rect", shape, x=left, y=top, width=width, height=height)
        return self.add("g", clip_path=f"url(#clip-{name})")

    def px(self, x):
        """From data to the picture, to the right."""
        left, _, width, _ = self.box
        return left + (np.asarray(x) - self.x[0]) / (self.x[1] - self.x[0]) * width

    def py(self, y):
        """From data to the picture, downwards."""
        _, top, _, height = self.box
        return top + (self.y[1] - np.asarray(y)) / (self.y[1] - self.y[0]) * height

    def path(self, points, closed=False):
        """Return d for a line through data points, shape (n, 2)."""
        pixels = zip(self.px(points[:, 0]), self.py(points[:, 1]), strict=True)
        d = "L".join(f"{number(right)} {number(down)}" for right, down in pixels)
        return f"M{d}Z" if closed else f"M{d}"

    def axis(self, ticks, label, along="x"):
        """Draw the axis at the foot (x) or on the left (y): ticks at these values, and its name."""
        left, top, width, height = self.box
        foot = top + height
        if along == "x":
            self.add("line", x1=left, y1=foot, x2=left + width, y2=foot, stroke="currentColor")
            for tick in ticks:
                at = self.px(tick)
                self.add("line", x1=at, y1=foot, x2=at, y2=foot + 4, stroke="currentColor")
                self.words(at, foot + 16, f"{tick:g}".replace("-", "−"), text_anchor="middle")
            self.words(left + width / 2, foot + 32, label, text_anchor="middle")
        else:
            self.add("line", x1=left, y1=top, x2=left, y2=foot, stroke="currentColor")
            for tick in ticks:
                at = self.py(tick)
                self.add("line", x1=left - 4, y1=at, x2=left, y2=at, stroke="currentColor")
                self.words(left - 7, at + 4.5, f"{tick:g}".replace("-", "−"), text_anchor="end")
            self.words(left, top - 8, label, text_anchor="start")
        return self

    def words(self, right, down, words, **attributes):
        """Write words at a place in units of the picture, as part of this plane."""
        return self.picture.text(right, down, words, self.group, **attributes)

    def line(self, points, cluster=None, parent=None, **attributes):
        """Draw a line through data points, in a cluster's colour and dash or in ink."""
        parent = self.group if parent is None else parent
        d = self.path(np.asarray(points)) if len(points) else ""
        look = _stroke(cluster) | {"kind": "curve" if attributes.get("part") else None}
        return self.picture.add("path", parent, d=d, **(look | attributes))

    def area(self, points, cluster, parent=None, **attributes):
        """Fill the area that data points enclose with a cluster's colour."""
        look = {"fill": paint(cluster), "kind": "area"} | attributes
        d = self.path(np.asarray(points), closed=True)
        return self.picture.add("path", self.group if parent is None else parent, d=d, **look)

    def pole(self, x, top, foot, parent=None, **attributes):
        """Draw an upright line at a data x, between two heights in units of the picture."""
        ends = {"x1": self.px(x), "x2": self.px(x), "y1": top, "y2": foot, "kind": "pole"}
        parent = self.group if parent is None else parent
        return self.picture.add("line", parent, **ends, **attributes)

    def contour(self, function, columns=44, rows=30, **attributes):
        """Draw where a function, from points (n, 2) to values (n,), is zero.

        The plane is cut into so many cells, and within a cell the line is straight.
        """
        x = np.linspace(*self.x, columns + 1)
        y = np.linspace(*self.y, rows + 1)
        points = np.stack(np.meshgrid(x, y), axis=-1)
        values = function(points.reshape(-1, 2)).reshape(rows + 1, columns + 1)
        d = ""
        for j in range(rows):
            for i in range(columns):
                corners = [(j, i), (j, i + 1), (j + 1, i + 1), (j + 1, i)]
                crossed = [
                    points[a] + (points[b] - points[a]) * values[a] / (values[a] - values[b])
                    for a, b in zip(corners, corners[1:] + corners[:1], strict=True)
                    if (values[a] > 0) != (values[b] > 0)
                ]
                for m in range(0, len(crossed), 2):
                    d += self.path(np.array(crossed[m : m + 2]))
        return self.add("path", d=d, kind="contour", **_stroke(None), **attributes)

    def ellipse(self, mean, covariance, cluster=None, radius=1, parent=None, **attributes):
        """Outline a covariance, shape (2, 2), at so many standard deviations."""
        circle = np.column_stack([np.cos(TURN), np.sin(TURN)])
        points = np.asarray(mean) + radius * circle @ np.linalg.cholesky(covariance).T
        d = self.path(points, closed=True)
        parent = self.group if parent is None else parent
        part = {"kind": "outline", "radius": radius} if attributes.get("part") else {}
        return self.picture.add("path", parent, d=d, **_stroke(cluster), **part, **attributes)

    def beside(self, x):
        """Return where words beside a ring at x stand, from its middle: where there is room."""
        left, _, width, _ = self.box
        return (16 if self.px(x) < left + 0.72 * width else -16), 4.5

    def observations(self, X, resp=None, names=None, part=None, size=1.0, parent=None):
        """Mark observations, shape (n, 2): muted dots, or shaded by responsibility.

        Each is a part of its own if `part` is a prefix: part "obs" names obs-0, obs-1, … They are
        put into `parent`, a group, or straight into the plane.
        """
        n = len(X)
        if resp is None:
            fills, markers, mixes = ["currentColor"] * n, ["o"] * n, [None] * n
        else:
            names = names or cluster_names(resp.shape[1])
            fills = [hex_color(color) for color in blend(resp, names)]
            mixes = [mixed(row, names) for row in resp]
            markers = [CLUSTERS[names[k]]["marker"] for k in np.argmax(resp, axis=1)]
        for i, (x, y) in enumerate(np.asarray(X)):
            place = f"translate({number(self.px(x))} {number(self.py(y))})"
            self.picture.add(
                "path",
                self.group if parent is None else parent,
                d=MARKS[markers[i]],
                transform=place if size == 1 else f"{place} scale({number(size)})",
                fill=fills[i],
                style=mixes[i],
                class_="em-observation em-mixed" if mixes[i] else "em-observation em-grey",
                part=f"{part}-{i}" if part else None,
                kind="observation" if part else None,
            )
        return self

    def this_one(self, x, y, part="this-one", words="this one", **attributes):
        """Ring one observation: a thick pink outline between two of ink, and words beside it."""
        place = f"translate({number(self.px(x))} {number(self.py(y))})"
        look = {"class_": "em-this-one", "kind": "place"} | attributes
        group = self.add("g", part=part, transform=place, **look)
        self.picture.add("circle", group, r=17, fill="transparent", class_="em-target")
        # plain strokes, which the style sheet refines: a notebook viewer may not bring it
        for radius, ring in ((11, "outer"), (9, "pink"), (7, "inner")):
            plain = {"fill": "none", "stroke": "currentColor", "class_": f"em-ring-{ring}"}
            self.picture.add("circle", group, r=radius, **plain)
        self.picture.add("circle", group, r=2.6, fill="currentColor")
        if words is BESIDE:
            right, down = self.beside(x)
            anchor = "start" if right > 0 else "end"
            look = {"class_": "em-words em-halo", "text_anchor": anchor, "kind": "beside"}
            self.picture.text(right, down, "this one", group, part=f"{part}-words", **look)
        elif words:
            at = float(self.px(x))
            inside = np.clip(at, 28, self.picture.width - 28) - at
            look = {"text_anchor": "middle", "class_": "em-words em-halo", "kind": "above"}
            self.picture.text(inside, -16, words, group, **look)
        return group

    def grip(self, x, y, part, words=None, cluster=None, **attributes):
        """Add a plain handle: a ringed dot of at least 24 pixels on a small screen."""
        place = f"translate({number(self.px(x))} {number(self.py(y))})"
        look = {"class_": "em-grip", "kind": "place"} | attributes
        group = self.add("g", part=part, transform=place, **look)
        self.picture.add("circle", group, r=17, fill="transparent", class_="em-target")
        color = paint(cluster) if cluster else "currentColor"
        self.picture.add("circle", group, r=7, class_="em-grip-ring", fill="none", stroke=color)
        self.picture.add("circle", group, r=2.6, fill=color)
        if words:
            self.picture.text(0, -13, words, group, text_anchor="middle", class_="em-words em-halo")
        return group


def bars(picture, values, names, box, part, words, total=1.0, link=None, parent=None):
    """Draw one bar a cluster, side by side below each other: swatch, name, bar, number.

    `values` fill the box (left, top, width, height) up to `total`; parts are called
    part-0, part-1, … and their numbers part-0-number, …
    """
    left, top, width, height = box
    step = height / len(names)
    for k, (value, name) in enumerate(zip(values, names, strict=True)):
        down = top + k * step
        group = picture.add("g", parent, link=f"{link}-{k} {link}" if link else None)
        _name(picture, group, left, down + step / 2 + 4.5, name)
        start, room = left + 78, width - 78 - 52
        frame = {"x": start, "y": down + 3, "width": room, "height": step - 6}
        picture.add("rect", group, **frame, fill="none", class_="em-track")
        frame["width"] = room * min(max(value / total, 0), 1)
        color = paint(name)
        bar = {"part": f"{part}-{k}", "kind": "bar", "room": room}
        picture.add("rect", group, **frame, fill=color, **bar)
        place = (left + width, down + step / 2 + 4.5)
        attributes = {"text_anchor": "end", "part": f"{part}-{k}-number"}
        picture.text(*place, words(value), group, **attributes)


def share_bar(picture, resp, names, box, part="share", parent=None):
    """Draw one bar that the clusters divide by responsibility, as one part."""
    left, top, width, height = box
    start, parent = left, picture.add("g", parent, part=part, kind="share")
    for _k, (share, name) in enumerate(zip(resp, names, strict=True)):
        size = {"x": start, "y": top, "width": width * share, "height": height}
        color = paint(name)
        picture.add("rect", parent, **size, fill=color, class_="em-share")
        start += width * share
    frame = {"x": left, "y": top, "width": width, "height": height}
    frame |= {"fill": "none", "stroke": "currentColor"}
    picture.add("rect", parent, **frame)


def _name(picture, parent, x, y, name):
    glyph = CLUSTERS[name]["glyph"]
    picture.text(x, y, glyph, parent, class_="em-words", fill=paint(name))
    picture.text(x + 15, y, name, parent)


def _stroke(cluster):
    if cluster is None:
        return {"fill": "none", "stroke": "currentColor", "stroke_width": 1.5}
    dash = DASHES[CLUSTERS[cluster]["dash"]]
    ink = {"fill": "none", "stroke": paint(cluster), "stroke_width": 2}
    return ink | {"stroke_dasharray": dash}


def mixed(resp, names):
    """Return the style by which the page mixes the clusters' colours in these shares."""
    return ";".join(f"--{name}:{number(r)}" for name, r in zip(names, resp, strict=True))


def tell_share(share):
    """Spell a share with two decimals, and with four where two would say none or all of it."""
    text = f"{share:.2f}"
    return f"{share:.4f}" if text in ("0.00", "1.00") else text


def hex_color(color):
    """Spell red, green and blue from 0 to 1 as the page does."""
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in color)
