"""The legend under a picture: the meaning of each look."""

from __future__ import annotations

from collections.abc import Iterable

from convcalc.draw.figure import WIDTH, Mark, Rectangle, Text
from convcalc.draw.metrics import text_width

SPACE = 12  # around the picture
BOX = 13  # of a sample of a look
LINE = 20  # from row to row


def legend(entries: Iterable[tuple[str, str]], y: float) -> tuple[list[Mark], float]:
    """Samples of roles with their meanings, in rows, and the bottom of the legend.

    Args:
        entries: roles and their meanings.
        y: the baseline of the first row.
    """
    marks: list[Mark] = []
    x = float(SPACE)
    for role, meaning in entries:
        wide = BOX + 5 + text_width(meaning)
        if x > SPACE and x + wide > WIDTH - SPACE:
            x, y = float(SPACE), y + LINE
        marks.append(Rectangle(x, y - 11, BOX, BOX, role))
        marks.append(Text(x + BOX + 5, y, meaning))
        x += wide + SPACE
    return marks, y + LINE
