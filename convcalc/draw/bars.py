"""Bars in rows, as marks and on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from convcalc.analysis.rows import not_counted
from convcalc.draw.figure import TEXT, WIDTH, Mark, Rectangle, Text
from convcalc.draw.metrics import fitted, text_width
from convcalc.text import shortened, width, wrap

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis

SPACE = 12  # around a picture
ROW = 20  # from one bar to the next
_BAR = 13
_NAME = 200  # the widest name
_GAP = 6
_LEAST_BAR = 6  # columns of the longest bar on a narrow terminal
USUAL_WIDTH = 100
SIGNS = "█░"  # of the parts of a bar on a terminal


class Bar(NamedTuple):
    """A bar.

    Attributes:
        name: its label.
        values: its parts, from the left.
        text: the text after it.
    """

    name: str
    values: Sequence[int]
    text: str


class Panel(NamedTuple):
    """Bars with the same scale.

    Attributes:
        heading: what they measure.
        bars: from top to bottom.
        roles: the looks of the parts of a bar; or with ``each``, of the bars.
        each: whether bars, not their parts, differ in their looks.
    """

    heading: str
    bars: Sequence[Bar]
    roles: Sequence[str] = ("series1", "series2")
    each: bool = False

    @property
    def most(self) -> int:
        """The longest bar."""
        return max([sum(bar.values) for bar in self.bars], default=0) or 1


def lower_bound(analysis: Analysis) -> list[str]:
    """A note on uncounted layers; empty if all are counted."""
    missing = not_counted(analysis)
    return [f"at least this much: {missing}"] if missing else []


def panel_marks(panel: Panel, y: float) -> tuple[list[Mark], float]:
    """The marks of a panel, and its bottom.

    Args:
        panel: the panel.
        y: its top.
    """
    marks: list[Mark] = [Text(SPACE, y + TEXT, panel.heading, "strong")]
    y += ROW + 2
    names = [fitted(bar.name, _NAME) for bar in panel.bars]
    left = SPACE + max(map(text_width, names), default=0) + _GAP
    said = max([text_width(bar.text) for bar in panel.bars], default=0)
    unit = max(WIDTH - SPACE - said - _GAP - left, 20) / panel.most
    for number, (bar, name) in enumerate(zip(panel.bars, names)):
        marks.append(Text(left - _GAP, y + TEXT, name, anchor="end"))
        x = left
        for part, value in enumerate(bar.values):
            if value:
                role = panel.roles[(number if panel.each else part) % len(panel.roles)]
                long = max(value * unit, 0.5)
                marks.append(Rectangle(x, y + 2, long, _BAR, role, f"{bar.name}: {value:,}"))
                x += long
        marks.append(Text(x + _GAP, y + TEXT, bar.text, "muted"))
        y += ROW
    return marks, y


def panel_lines(panel: Panel, columns: int | None) -> Iterator[str]:
    """The lines of a panel on a terminal.

    Args:
        panel: the panel.
        columns: the width of the terminal.
    """
    yield from wrap(panel.heading, columns)
    whole = columns or USUAL_WIDTH
    said = max([width(bar.text) for bar in panel.bars], default=0)
    names = max([width(bar.name) for bar in panel.bars], default=0)
    names = max(min(names, whole - said - _LEAST_BAR - 3), 4)
    room = max(whole - said - names - 3, _LEAST_BAR)
    for bar in panel.bars:
        name = bar.name if width(bar.name) <= names else shortened(bar.name, names - 1)
        drawn = _signs(bar.values, room / panel.most)
        yield f"{name}{' ' * (names - width(name))} {drawn} {bar.text}".rstrip()


def _signs(values: Sequence[int], unit: float) -> str:
    """A bar as signs; a thin one if it is shorter than a sign."""
    line, end, total = "", 0, 0
    for value, sign in zip(values, SIGNS):
        total += value
        line += sign * (round(total * unit) - end)
        end = round(total * unit)
    return line or ("|" if total else "")
