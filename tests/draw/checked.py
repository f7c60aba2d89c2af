"""The rules for every figure: reads its file, and measures its marks."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree as ET

from convcalc.draw.figure import Figure, Line, Polygon, Rectangle, Text, least_text
from convcalc.draw.metrics import ASCENT, DESCENT, text_width
from convcalc.draw.roles import ROLES
from convcalc.draw.svg import svg_text

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {
    "svg", "title", "desc", "style", "defs", "pattern", "rect", "path", "text", "g",
}  # fmt: skip
ATTRIBUTES = {
    "id", "class", "width", "height", "viewBox", "role", "aria-labelledby", "x", "y", "rx", "d",
    "fill", "patternUnits", "stroke-width", "stroke-linecap", "font-size", "text-anchor", "style",
}  # fmt: skip


class Box(NamedTuple):
    """The rectangle of a text."""

    left: float
    top: float
    right: float
    bottom: float
    text: str

    def touches(self, other: Box) -> bool:
        """Whether two texts overlap by more than a small distance."""
        return (
            min(self.right, other.right) - max(self.left, other.left) > 0.5
            and min(self.bottom, other.bottom) - max(self.top, other.top) > 0.5
        )


def box_of(mark: Text) -> Box:
    """The box of a text, by the font's metrics."""
    wide = text_width(mark.text, mark.size, bold=ROLES[mark.role].bold)
    left = mark.x - wide * {"start": 0, "middle": 0.5, "end": 1}[mark.anchor]
    top, bottom = mark.y - ASCENT * mark.size, mark.y + DESCENT * mark.size
    return Box(left, top, left + wide, bottom, mark.text)


def check_figure(figure: Figure) -> str:
    """Check a figure against all rules for figures; returns its SVG."""
    assert min(len(figure.title), len(figure.description)) > 0, "title and description"
    assert figure.twin.rows or figure.twin.lines, "a figure has a twin"
    for frame in figure.frames():
        _check_marks(frame)
    return check_svg(figure)


def _check_marks(figure: Figure) -> None:
    """Texts are large enough, inside the picture, and do not overlap."""
    texts = [mark for mark in figure.marks if isinstance(mark, Text)]
    least = least_text(figure.width)
    assert all(mark.size >= least for mark in texts), "text is at least 9 pt at 16 cm"
    # A step may write the same text at the same place again, over a cell that it marks.
    boxes = list(dict.fromkeys(box_of(mark) for mark in texts if mark.text))
    outside = [
        box
        for box in boxes
        if box.left < -0.5
        or box.right > figure.width + 0.5
        or box.top < 0
        or box.bottom > figure.height + 0.5
    ]
    assert not outside, f"outside of {figure.width}×{figure.height}: {outside[:3]}"
    on_each_other = [(a.text, b.text) for a, b in combinations(boxes, 2) if a.touches(b)]
    assert not on_each_other, on_each_other[:3]
    for mark in figure.marks:
        assert mark.role in ROLES, mark.role
        if isinstance(mark, Rectangle):
            assert min(mark.x, mark.y, mark.width, mark.height) >= 0, mark
            assert mark.x + mark.width <= figure.width + 0.5, mark
            assert mark.y + mark.height <= figure.height + 0.5, mark
        if isinstance(mark, Line | Polygon):
            assert all(
                0 <= x <= figure.width and 0 <= y <= figure.height for x, y in mark.points
            ), mark


def check_svg(figure: Figure) -> str:
    """The SVG is XML of few elements and attributes, without scripts, and the same each time."""
    text = svg_text(figure)
    assert text == svg_text(figure), "the same bytes twice"
    root = ET.fromstring(text)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), "ids are unique"
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ELEMENTS, element.tag
        assert set(element.attrib) <= ATTRIBUTES, element.attrib
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc") is not None
    return text
