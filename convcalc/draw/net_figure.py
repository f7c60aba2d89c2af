"""A network's boxes as marks: their sizes, their looks, and which detail fits on a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from convcalc.draw.boxes import BLOCK, INPUT, Box, Bracket, Parts
from convcalc.draw.figure import TEXT, WIDTH, Line, Mark, Polygon, Rectangle, Text
from convcalc.draw.lanes import BESIDE_LINE, SPACING, Layout, Place, Side, Size, lay_out, rows_in
from convcalc.draw.metrics import fitted, flowed, text_width

MARGIN = 8
ROOM = WIDTH - 2 * MARGIN  # width for boxes and lines
PAGE = 920  # height for the same: 25 cm of an A4 page, without the title and the lines below
TALLEST = 1800  # height, if a picture with more detail does not fit on a page
_LINE = 16  # from one line of text to the next
_PAD = 6  # between a box's border and its text
_BAR = 4  # the height of the bar for the cost
_LEAST_BOX = 40  # units of width for a box and the space next to it
_NAME = 90  # for the name next to a bracket

ROLES = {
    "conv": "layer",
    "linear": "layer",
    "attention": "layer",
    "pool": "pool",
    "activation": "small",
    "regularization": "small",
    "norm": "small",
    "shape": "box",
    "merge": "join",
    "stated": "stated",
    INPUT: "group",
    BLOCK: "block",
}


class Words(NamedTuple):
    """A piece of text in a box: its look, and its start relative to the middle of the box."""

    text: str
    role: str


class _Manner(NamedTuple):
    """How the text of a box is laid out.

    Attributes:
        room: units per line.
        lines: whether the text after the heading gets its own lines.
    """

    room: float
    lines: bool


_MANNERS = (
    _Manner(330, lines=False),
    _Manner(230, lines=True),
    _Manner(130, lines=True),
    _Manner(100, lines=True),
    _Manner(76, lines=True),
)
"""From the widest and lowest to the narrowest and tallest."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Boxes with their texts and places."""

    parts: Parts
    texts: list[list[list[Words]]]  # for each box, its lines
    labels: list[str]
    layout: Layout


def fitting(parts: Parts, page: float) -> Drawn | None:
    """A network's boxes, laid out to be readable on a page of this height; None if they do not fit."""
    rows, beside = rows_in(len(parts.boxes), parts.edges)
    if rows * (_LINE + _PAD + SPACING.arrow) > page or beside * _LEAST_BOX > ROOM:
        return None
    for manner in _MANNERS:
        found = _drawn(parts, manner)
        if found.layout.width <= ROOM and found.layout.height <= page:
            return found
        if found.layout.height > page:
            return None  # the others are higher
    return None


def readable(parts: Parts) -> Drawn:
    """A network's boxes, as low as readable; else as narrow as possible."""
    _, beside = rows_in(len(parts.boxes), parts.edges)
    manners = _MANNERS[-1:] if beside * _LEAST_BOX > ROOM else _MANNERS
    found = [_drawn(parts, manner) for manner in manners]
    return min(
        found,
        key=lambda each: (max(each.layout.width, ROOM), each.layout.height),
    )


def _drawn(parts: Parts, manner: _Manner) -> Drawn:
    """A network's boxes, with their texts laid out in one manner."""
    texts = [_lines(box, manner) for box in parts.boxes]
    labels = labels_of(parts)
    sizes = [
        Size(
            max(_width(line) for line in lines) + 2 * _PAD,
            _LINE * len(lines) + _PAD,
            BESIDE_LINE + text_width(label) if label else 0,
        )
        for lines, label in zip(texts, labels)
    ]
    sides = [Side(each.first, each.last, _bracket_width(each)) for each in parts.brackets]
    return Drawn(parts, texts, labels, lay_out(sizes, parts.edges, sides))


def _lines(box: Box, manner: _Manner) -> list[list[Words]]:
    """The text of a box, line by line."""
    heading = box.heading + (f" ×{box.count}" if box.count > 1 else "")
    phrases = [*box.over, heading, *box.more]
    if not manner.lines:
        words = [Words(each, "text" if each is heading else "muted") for each in phrases]
        if sum(text_width(each) for each in phrases) + 12 * len(phrases) <= manner.room:
            return [words]
    over, more = ", ".join(box.over), ", ".join(box.more).replace(", →", " →")
    found = [[Words(line, "muted")] for line in _set(over, manner.room)]
    found += [[Words(line, "text")] for line in _set(heading, manner.room)]
    return found + [[Words(line, "muted")] for line in _set(more, manner.room)]


def _set(text: str, room: float) -> list[str]:
    """A text in lines that are not wider than the room."""
    return [fitted(line, room) for line in flowed(text, room)] if text else []


def _width(line: Sequence[Words]) -> float:
    """The width of a line in units: phrases are separated by a dot."""
    return sum([text_width(words.text) for words in line]) + 12 * (len(line) - 1)


def labels_of(parts: Parts) -> list[str]:
    """The output size of each box, if it differs from the input's."""
    sources: dict[int, list[int]] = {}
    for source, target in parts.edges:
        sources.setdefault(target, []).append(source)
    found = []
    for number, box in enumerate(parts.boxes):
        comes_in = {parts.boxes[each].sizes for each in sources.get(number, [])}
        found.append("" if comes_in == {box.sizes} else box.sizes)
    return found


def _bracket_width(bracket: Bracket) -> float:
    """The width of a bracket with its text."""
    return max([text_width(text) for text in _bracket_texts(bracket)], default=0) + 14


def _bracket_texts(bracket: Bracket) -> list[str]:
    times = [f"×{bracket.times}"] if bracket.times > 1 else []
    return [*times, *([fitted(bracket.name, _NAME)] if bracket.name else [])]


# ---------------------------------------------------------------------------------------- marks


def marks_of(drawing: Drawn, costs: Sequence[int], x: float, y: float) -> Iterator[Mark]:
    """The marks of a network, with its upper left corner at x and y.

    Args:
        drawing: boxes with their places.
        costs: the cost of each box, for its bar.
        x, y: the upper left corner.
    """
    layout = drawing.layout
    for edge, points in layout.wires.items():
        role = "skip" if edge in drawing.parts.hints else "edge"
        yield Line(tuple([(x + u, y + v) for u, v in points]), role, arrow=True)
    for bracket, place in zip(drawing.parts.brackets, layout.sides):
        yield from _bracket_marks(bracket, _moved(place, x, y))
    unit = _unit(drawing, costs)
    for number, box in enumerate(drawing.parts.boxes):
        place = _moved(layout.boxes[number], x, y)
        yield from _box_marks(box, place, drawing.texts[number])
        if costs[number]:
            bar = max(costs[number] * unit, 0.5)
            yield Rectangle(place.x, place.y + place.height - _BAR, bar, _BAR, "bar")
    for (u, v), label in zip(layout.labels, drawing.labels):
        if label:
            yield Text(x + u, y + v, label, "muted")


def _moved(place: Place, x: float, y: float) -> Place:
    return Place(place.x + x, place.y + y, place.width, place.height)


def _unit(drawing: Drawn, costs: Sequence[int]) -> float:
    """Units of length per cost, so that no bar is longer than its box."""
    ratios = [box.width / cost for box, cost in zip(drawing.layout.boxes, costs) if cost]
    return min(ratios, default=0)


def _box_marks(box: Box, place: Place, lines: Sequence[Sequence[Words]]) -> Iterator[Mark]:
    """A box and its text."""
    role, title = ROLES[box.look], _tooltip(box)
    x, y, width, height = place
    if box.look == "pool":
        cut = min(5, height / 4)
        corners = ((x, y), (x + width, y), (x + width - cut, y + height), (x + cut, y + height))
        yield Polygon(corners, role, title)
    else:
        round_ = box.look in (INPUT, "merge")
        yield Rectangle(x, y, width, height, role, title, corner=height / 2 if round_ else 2)
    base = y + 1 + TEXT
    for line in lines:
        at = x + (width - _width(line)) / 2
        for number, words in enumerate(line):
            if number and not words.text.startswith("→"):
                yield Text(at - 8, base, "·", "muted")
            yield Text(at, base, words.text, words.role)
            at += text_width(words.text) + 12
        base += _LINE


def _tooltip(box: Box) -> str:
    """The tooltip of a box."""
    first, params = box.shown[0], sum([step.params for step in box.steps])
    macs = sum([step.macs for step in box.steps])
    words = [box.name, f"{box.sizes} out", f"{params:,} params", f"{macs:,} multiply-adds"]
    return "; ".join(words) if first.before else f"{box.name}; {box.sizes}"


def _bracket_marks(bracket: Bracket, place: Place) -> Iterator[Mark]:
    """A bracket that is open on the right, with its text on the left."""
    line = place.x + place.width - 6
    top, bottom = place.y, place.y + place.height
    yield Line(((line + 6, top), (line, top), (line, bottom), (line + 6, bottom)), "axis")
    texts = _bracket_texts(bracket)
    if _LINE * len(texts) > place.height:
        del texts[1:]
    base = (top + bottom - _LINE * len(texts)) / 2 + TEXT
    for number, text in enumerate(texts):
        role = "strong" if text.startswith("×") and not number else "muted"
        yield Text(line - 4, base + _LINE * number, text, role, anchor="end")
