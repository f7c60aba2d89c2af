"""A network on a terminal: a line for each box, with the paths as lines on the left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from convcalc.draw.boxes import Box, Bracket, Parts
from convcalc.draw.tracks import between, rows_of, signs
from convcalc.text import shortened

USUAL_WIDTH = 100  # if the terminal's width is unknown
_INDENT = 2
_BAR = 10  # columns of the longest bar
_LEAST = 32  # columns for the text of a box; below that, bars are left out


class _Table(NamedTuple):
    """Columns before the text, of the text, and of the size; and columns per cost."""

    margin: int
    text: int
    size: int
    unit: float


def net_lines(
    parts: Parts, labels: Sequence[str], costs: Sequence[int], columns: int | None
) -> Iterator[str]:
    """The lines of a network.

    Args:
        parts: its boxes.
        labels: the output size of each, if it is shown.
        costs: the cost of each box, for its bar.
        columns: the width of the terminal.
    """
    rows = rows_of(len(parts.boxes), parts.edges)
    depths, heads = depths_of(parts), heads_of(parts)
    table = _table(parts, [signs(row) for row in rows], labels, costs, columns)
    for number, box in enumerate(parts.boxes):
        for depth, bracket in heads.get(number, []):
            text = f"{' ' * _INDENT * depth}{called(bracket)}"
            line = _cut(between(rows, number), table.margin - 1).ljust(table.margin)
            yield f"{line}{shortened(text, table.text - 1)}".rstrip()
        text = " " * _INDENT * depths[number] + text_of(box, table.text - _INDENT * depths[number])
        tracks = _cut(signs(rows[number]), table.margin - 1)
        line = f"{tracks:<{table.margin}}{text:<{table.text}} {labels[number]:>{table.size}}"
        yield f"{line} {_bar(costs[number], table.unit)}".rstrip()


def _table(
    parts: Parts,
    lines: Sequence[str],
    labels: Sequence[str],
    costs: Sequence[int],
    columns: int | None,
) -> _Table:
    """The widths: the text gets the remaining space, but not more than it needs."""
    whole = columns or USUAL_WIDTH
    margin = min(max(map(len, lines), default=0), max(whole // 2, 4)) + 1
    size = max(map(len, labels), default=0)
    room = whole - margin - size - 1
    most = max(costs, default=0)
    bars = most and room - _BAR - 1 >= _LEAST
    if bars:
        room -= _BAR + 1
    needed = [
        len(text_of(box, 200)) + _INDENT * depth
        for box, depth in zip(parts.boxes, depths_of(parts))
    ]
    return _Table(
        margin, max(8, min(room, max(needed, default=0))), size, _BAR / most if bars else 0
    )


def _cut(tracks: str, room: int) -> str:
    """The first tracks, if there is no space for all."""
    return tracks if len(tracks) <= room else f"{tracks[: room - 1]}…"


def depths_of(parts: Parts) -> list[int]:
    """The number of brackets around each box."""
    return [_depth(parts, number, number) for number in range(len(parts.boxes))]


def heads_of(parts: Parts) -> dict[int, list[tuple[int, Bracket]]]:
    """The brackets that begin at a box, outer ones first, each with the number around it."""
    heads: dict[int, list[tuple[int, Bracket]]] = {}
    for bracket in reversed(parts.brackets):  # inner ones are made first
        depth = _depth(parts, bracket.first, bracket.last) - 1
        heads.setdefault(bracket.first, []).append((depth, bracket))
    return heads


def _depth(parts: Parts, first: int, last: int) -> int:
    """The number of brackets around some boxes."""
    return sum([bracket.first <= first and last <= bracket.last for bracket in parts.brackets])


def called(bracket: Bracket) -> str:
    """The name of a bracket, and how often it is repeated."""
    return f"{bracket.name}{f' ×{bracket.times}' * (bracket.times > 1)}".strip() + ":"


def text_of(box: Box, room: int) -> str:
    """The text of a box on one line; without the smaller layers if they do not fit."""
    heading = box.heading + (f" ×{box.count}" if box.count > 1 else "")
    whole = ", ".join([*box.over, heading, *box.more]).replace(", →", " →")
    for text in (whole, f"{heading}, …" if box.more else heading, heading):
        if len(text) <= room:
            return text
    return shortened(heading, max(room - 1, 1))


def _bar(cost: int, unit: float) -> str:
    """A bar; at least one sign if there is any cost."""
    return "█" * max(round(cost * unit), 1) if cost and unit else ""
