"""Cells of a table in a picture: a number over a bar that is as long as the number is large."""

from ..palette import paint


def cell(picture, box, words, share, part, cluster=None, parent=None, secret="words"):
    """Draw a cell (left, top, width, height): its words, over a bar of this share of its width.

    The live figure moves both through `emlib.stage.cell` (js/stage.js) by the same part name.
    Before a guess the words stay hidden, and the bar as well if `secret` is "all".
    """
    left, top, width, height = box
    room = width - 4
    frame = {"x": left + 2, "y": top + 2, "width": room, "height": height - 4}
    group = picture.add("g", parent, part=part, kind="cell")
    fill = paint(cluster) if cluster else "currentColor"
    picture.add("rect", group, **frame, fill="none", class_="em-cell-frame")
    hidden = " em-reveal" if secret == "all" else ""
    size = frame | {"width": room * min(max(share, 0), 1)}
    picture.add("rect", group, **size, fill=fill, class_=f"em-cell-bar{hidden}")
    place = (left + width - 6, top + height / 2 + 4.5)
    picture.text(*place, words, group, text_anchor="end", class_="em-words em-reveal")
    return group
