"""A network line by line, as ``git log --graph`` draws a history: a row for each box, a track for each path.

A track holds what a box gives, from its row to the row of the last box that reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Row:
    """The row of a box.

    Attributes:
        box: its number.
        track: where it stands, from 0.
        passing: the tracks that go on below the row.
        before: the tracks that came in from above.
        read: the tracks that lead into the box.
    """

    box: int
    track: int
    passing: set[int] = field(default_factory=set)
    before: set[int] = field(default_factory=set)
    read: set[int] = field(default_factory=set)


def rows_of(count: int, edges: Iterable[tuple[int, int]]) -> list[Row]:
    """The rows of boxes, in their order.

    A box takes the track of what it reads last of all its readers; the leftmost, if there are several;
    else the first that is free.

    Args:
        count: of boxes.
        edges: who is read by whom; boxes have smaller numbers than those that read them.
    """
    sources: list[list[int]] = [[] for _ in range(count)]
    last_reader: dict[int, int] = {}
    for source, target in edges:
        sources[target].append(source)
        last_reader[source] = max(target, last_reader.get(source, 0))
    holder: dict[int, int] = {}  # track: the box whose output it holds
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
    """What stands in the column of a track."""
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
    """The tracks above a row, where another line comes between.

    >>> rows = rows_of(4, [(0, 1), (1, 2), (0, 3), (2, 3)])
    >>> between(rows, 2)
    '│ │'
    """
    passing = rows[number - 1].passing if number else set()
    return " ".join("│" if n in passing else " " for n in range(max(passing, default=-1) + 1))
