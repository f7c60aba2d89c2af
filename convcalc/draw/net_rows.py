"""A network as rows, if it has more parallel paths than fit on a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from convcalc.draw.boxes import Bracket, Parts
from convcalc.draw.figure import TEXT, WIDTH, Line, Mark, Rectangle, Text
from convcalc.draw.metrics import fitted, text_width
from convcalc.draw.net_figure import MARGIN, ROLES
from convcalc.draw.net_lines import called, depths_of, heads_of, text_of
from convcalc.draw.tracks import Row, rows_of
from convcalc.errors import UsageError

_ROW = 20  # from one row to the next
_TRACK = 12  # from one track to the next, at most
_TRACKS = 280  # width of all tracks
MOST_TRACKS = 70
_DOT = 5  # half the width of a box
_INDENT = 14
_BAR = 80  # the longest
_GAP = 10


class _Columns(NamedTuple):
    """The positions of the tracks.

    Attributes:
        x: the left end.
        pitch: the distance between tracks.
    """

    x: float
    pitch: float

    def middle(self, track: int) -> float:
        """The middle of a track."""
        return self.x + (track + 0.5) * self.pitch


def rows_height(parts: Parts) -> float:
    """The height of the rows."""
    return _ROW * (len(parts.boxes) + len(parts.brackets))


def row_marks(
    parts: Parts, labels: Sequence[str], costs: Sequence[int], x: float, y: float
) -> Iterator[Mark]:
    """The marks of a network, a row for each box.

    Args:
        parts: its boxes.
        labels: the output size of each, if it is shown.
        costs: the cost of each box, for its bar.
        x, y: the upper left corner.
    """
    rows = rows_of(len(parts.boxes), parts.edges)
    heads = heads_of(parts)
    tracks = max([max([row.track, *row.before]) for row in rows], default=0) + 1
    if tracks > MOST_TRACKS:
        message = f"{tracks:,} paths next to each other, but a picture has room for {MOST_TRACKS}; without -o a terminal shows the first of them"
        raise UsageError(message)
    at = _Columns(x, min(_TRACK, _TRACKS / tracks))
    dot = min(_DOT, at.pitch / 2)
    left = x + tracks * at.pitch + _GAP
    unit = _BAR / max([1, *costs])
    right = WIDTH - MARGIN - _BAR - _GAP
    sizes = max([text_width(label) for label in labels], default=0)
    for number, (row, box, depth) in enumerate(zip(rows, parts.boxes, depths_of(parts))):
        for outer, bracket in heads.get(number, []):
            passing = rows[number - 1].passing if number else set()
            yield from (_down(at, y, track, 0, _ROW) for track in sorted(passing))
            yield _head(bracket, left + _INDENT * outer, y)
            y += _ROW
        yield from _tracks(row, at, y)
        start = left + _INDENT * depth
        middle = at.middle(row.track)
        role = ROLES[box.look]
        yield Rectangle(
            middle - dot, y + _ROW / 2 - dot, 2 * dot, 2 * dot, role, box.name, corner=2
        )
        text = text_of(box, 200)
        yield Text(start, y + TEXT + 2, fitted(text, right - sizes - _GAP - start), "text")
        if labels[number]:
            yield Text(right, y + TEXT + 2, labels[number], "muted", anchor="end")
        if costs[number]:
            yield Rectangle(right + _GAP, y + 5, max(costs[number] * unit, 0.5), _ROW - 10, "bar")
        y += _ROW


def _head(bracket: Bracket, x: float, y: float) -> Mark:
    """The name of a bracket, above its rows."""
    return Text(x, y + TEXT + 2, called(bracket), "strong")


def _down(at: _Columns, y: float, track: int, start: float, end: float) -> Mark:
    """A piece of a track in a row."""
    middle = at.middle(track)
    return Line(((middle, y + start), (middle, y + end)), "edge")


def _tracks(row: Row, at: _Columns, y: float) -> Iterator[Mark]:
    """The lines of a row: down, and sideways into the box."""
    half = _ROW / 2
    for track in sorted(row.before - row.read - {row.track}):
        yield _down(at, y, track, 0, _ROW)
    for track in sorted(row.read):
        yield _down(at, y, track, 0, half)
    for track in sorted(row.passing & (row.read | {row.track})):
        yield _down(at, y, track, half, _ROW)
    ends = [at.middle(each) for each in (row.track, *row.read)]
    if len(set(ends)) > 1:
        yield Line(((min(ends), y + half), (max(ends), y + half)), "edge")
    for track in sorted(row.read - {row.track}):
        yield Rectangle(at.middle(track) - 1.5, y + half - 1.5, 3, 3, "bar", corner=1.5)
