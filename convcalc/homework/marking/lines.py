"""A marked question or sheet in lines: the answer as read, whether it is right, the hint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.homework.sheets.points import points_text
from convcalc.text import VERDICTS, wrap
from convcalc.text import width as cells

if TYPE_CHECKING:
    from convcalc.homework.marking.verdicts import Marked, Result

# Columns for an answer as read; after a longer one the verdict gets its own line.
_READ_WIDTH = 15

# The counts of the last line in their order, with the statuses that each includes.
_COUNTED = (
    ("correct", ("right",)),
    ("correct under another convention", ("other-convention",)),
    ("partly correct", ("follow-through", "partial")),
    ("wrong", ("wrong",)),
    ("not understood", ("unreadable",)),
    ("not answered", ("blank",)),
    ("to be marked by a person", ("by-hand",)),
)


def result_lines(result: Result, width: int, columns: int | None) -> list[str]:
    """One question: the answer as read, and whether it is right; a long hint stays in its column."""
    read = result.said.replace("\n", " ") or "-"
    if result.status == "blank":
        read, comment = "-", "not answered"
    elif result.status == "by-hand":
        comment = f"marked by a person{result.hint and ': '}{result.hint}"
    else:
        comment = f"{VERDICTS[result.status]}{result.hint and ': '}{result.hint}"
    first, *more = comment.split("\n")
    start = " " * (width + _READ_WIDTH + 2)
    lines = [f" {result.id:<{width}} {read}"]
    if cells(read) < _READ_WIDTH:
        lines[0] += " " * (_READ_WIDTH - cells(read)) + first
    else:
        lines = [*wrap(lines[0], columns, " " * (width + 2)), start + first]
    lines += [f"{start}  {line}" for line in more]
    return [part.rstrip() for line in lines for part in wrap(line, columns, f"{start}  ")]


def count_line(marked: Marked) -> str:
    """How many questions of each status, and the points.

    Each question is in one of the counts, with the words of its line, as in
    ``3 correct, 2 partly correct, 3 wrong, 11 not answered (8 of 27 points)``.
    """
    statuses = [result.status for result in marked.results]
    counts = [
        f"{number} {words}"
        for words, names in _COUNTED
        if (number := sum(statuses.count(name) for name in names)) or words == "correct"
    ]
    points = f"{points_text(marked.points)} of {points_text(marked.max)} points"
    return f"{', '.join(counts)} ({points})"
