"""A network line by line, like ``git log --graph``: a row for each box, a track for each path.

A track contains a box's output, from its row to the row of its last reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Row:
    """The row of a box.

    Attributes:
        box: its number.
        track: its column, from 0.
        passing: the tracks that continue below the row.
        before: the tracks that come from above.
        read: the tracks that lead into the box.
    """

    box: int
    track: int
    passing: set[int] = field(default_factory=set)
    before: set[int] = field(default_factory=set)
    read: set[int] = field(default_factory=set)


def rows_of(count: int, edges: Iterable[tuple[int, int]]) -> list[Row]:
    """The rows of boxes, in their order.

    A box takes the track of an input for which it is the last reader; the leftmost if there are several;
    else the first free track.

    Args:
        count: the number of boxes.
        edges: pairs of a box and its reader; boxes have smaller numbers than their readers.
    """
    sources: list[list[int]] = [[] for _ in range(count)]
    last_reader: dict[int, int] = {}
    for source, target in edges:
        sources[target].append(source)
        last_reader[source] = max(target, last_reader.get(source, 0))
    holder: dict[int, int] = {}  # track: the box whose output it contains
    track_of: dict[int, int] = {}
    rows = []
    for box in range(count):
        before = set(holder)
        read = {track_of[source] for source in sources[box]}
        ended = {track_of[source] for source in sources[box] if last_reader[source] == box}
        for track in ended:
            del holder[track]
        taken = set(holder)
        track = min(ended) if ended else next(n for n in range(count) if n not in taken)
        if box in last_reader:
            holder[track], track_of[box] = box, track
        rows.append(Row(box, track, set(holder), before, read))
    return rows


def signs(row: Row) -> str:
    """A row's tracks as signs, two columns each.

    >>> [signs(row) for row in rows_of(4, [(0, 1), (1, 2), (0, 3), (2, 3)])]
    ['●', '├─●', '│ ●', '●─╯']
    """
    reach = {row.track, *row.read}
    low, high = min(reach), max(reach)
    line = ""
    for track in range(max([high, *row.passing, *row.before], default=0) + 1):
        inside = low <= track < high
        line += _sign(row, track, low, high) + ("─" if inside else " ")
    return line.rstrip()


def _sign(row: Row, track: int, low: int, high: int) -> str:
    """The sign in the column of a track."""
    if track == row.track:
        return "●"
    above, below = track in row.before, track in row.passing
    if track not in row.read:
        return "│" if above and below else "─" if low < track < high else " "
    if track == low:
        return "├" if below else "╰"
    if track == high:
        return "┤" if below else "╯"
    return "┼" if below else "┴"


def between(rows: Sequence[Row], number: int) -> str:
    """The tracks above a row, for a line inserted there.

    >>> rows = rows_of(4, [(0, 1), (1, 2), (0, 3), (2, 3)])
    >>> between(rows, 2)
    '│ │'
    """
    passing = rows[number - 1].passing if number else set()
    return " ".join("│" if n in passing else " " for n in range(max(passing, default=-1) + 1))
