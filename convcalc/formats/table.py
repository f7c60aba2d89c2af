"""The table for a terminal.

Columns are laid out here, not by rich: its tables take about 0.9 ms per row, forty times the walk,
and on a narrow terminal they shorten numbers. Here whole columns are left out instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from convcalc.formats.base import (
    Format,
    View,
    cells,
    figure_lines,
    input_text,
    output_format,
    total_cells,
)
from convcalc.text import PAPER, VERDICTS, as_ascii, is_latin, printable, widest, width, wrap

if TYPE_CHECKING:
    from convcalc.report import Column, Report

GAP = "  "
LEAST_NAME = 12  # a name can be shortened to this many characters, a number cannot

BOLD, DIM, RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"
RED, GREEN, YELLOW = "\x1b[31m", "\x1b[32m", "\x1b[33m"

_COLORS = {
    "✓": GREEN,
    "o": GREEN,
    "~": YELLOW,
    "✗": RED,
    "x": RED,
    "?": RED,
}  # by the sign of the verdict
_SIGNS = dict.fromkeys([*VERDICTS.values(), *map(as_ascii, VERDICTS.values())])
_VERDICT = re.compile(rf"(?<= )(?:{'|'.join(map(re.escape, _SIGNS))})")


@output_format("table", suffix=".txt")
class Table(Format):
    """Columns of text, as wide as necessary, and together not wider than the terminal."""

    draws = True

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        view = view or View()
        above = False
        for line in self.above(report, view):
            above = True
            yield line
        if above and (report.notes or report.footer):
            yield ""
        yield from _notes(report.notes, view)
        for line in report.footer:
            yield from wrap(_shown(line, view), view.width, _hanging(line))

    def asides(self, report: Report, view: View | None = None) -> Iterator[str]:
        """Surprises, how the numbers count, and a useful next command."""
        view = view or View()
        if not (report.notes or report.footer) and (report.remarks or report.legend):
            yield ""
        yield from _notes(report.remarks, view)
        for line in report.legend:
            yield from _style(wrap(_shown(line, view), view.width, _hanging(line)), DIM, view)
        if report.hint:
            yield from _style(wrap(_shown(f"next: {report.hint}", view), view.width), DIM, view)

    def above(self, report: Report, view: View) -> Iterator[str]:
        """Everything above the notes."""
        yield from self.heading(report, view)
        for figure in report.figures:
            yield from figure_lines(figure, view)
        lines = report.text(view.width)
        if lines or report.layout:
            for line in lines:
                parts = wrap(_shown(line, view), view.width, indent=_hanging(line))
                yield from _colored(parts, view)
        elif report.printed_columns:
            yield from self.body(report, view)
        for table in report.tables:
            yield ""
            yield from wrap(_shown(table.title, view), view.width)
            yield from self.body(table, view)

    def heading(self, report: Report, view: View) -> Iterator[str]:
        """Title, source and input."""
        if not report.title:
            return
        yield from _style(wrap(_shown(report.title, view), view.width), BOLD, view)
        if report.subtitle:
            yield from _style(wrap(_shown(report.subtitle, view), view.width), DIM, view)
        if said := input_text(report):
            yield from wrap(_shown(said, view), view.width)
        yield ""

    def body(self, report: Report, view: View) -> Iterator[str]:
        """The table itself."""
        columns = report.printed_columns
        texts = [_shown_row(row, view) for row in cells(report, columns)]
        total = total_cells(report, columns)
        rows = [
            [_shown(column.heading, view) for column in columns],
            *texts,
            *([total] if total else []),
        ]
        kept, widths = _fit(columns, rows, view.width)
        if report.stacks and len(kept) < len(columns):
            yield from _stacked(rows, view)
            return
        headings, *body = [[row[i] for i in kept] for row in rows]
        dots = "..." if view.ascii else "…"
        layout = _Layout(widths, [columns[i].right for i in kept], dots)
        wraps = [columns[i].wraps for i in kept]
        foot = body.pop() if total else None
        yield from _style([layout.line(headings)], BOLD, view)
        rule = "─" * layout.width
        yield rule
        for row in body:
            yield from map(layout.line, _in_lines(row, widths, wraps) if any(wraps) else [row])
        if foot:
            yield rule
            yield from _style([layout.line(foot)], BOLD, view)
        if len(kept) < len(columns):
            gone = ", ".join(column.heading for i, column in enumerate(columns) if i not in kept)
            message = f"left out for width: {gone} (a wider terminal or -o FILE has them)"
            yield from wrap(message, view.width)


def _fit(
    columns: Sequence[Column], rows: list[list[str]], limit: int | None
) -> tuple[list[int], list[int]]:
    """Which columns fit into a terminal, and their widths.

    First, long texts that may be cut are cut; then the least important columns are left out. Names are
    shortened if little space is missing and they stay different.
    """
    wide = [*map(widest, zip(*rows))]
    kept = list(range(len(columns)))
    most = PAPER if limit is None else limit

    def missing() -> int:
        return sum(wide[i] for i in kept) + len(GAP) * (len(kept) - 1) - most

    def narrow(places: list[int], least: Sequence[int]) -> bool:
        """Reduce the widest of some columns by the missing space; returns whether there was one."""
        wider = [i for i in places if wide[i] > least[i] > 0]
        if wider:
            widest = max(wider, key=lambda i: wide[i])
            wide[widest] = max(least[widest], wide[widest] - missing())
        return bool(wider)

    if limit is None:  # only texts that continue on more lines are made narrower: nothing is lost
        least = [
            max(column.least, *_word_widths(rows, i)) if column.wraps and missing() > 0 else 0
            for i, column in enumerate(columns)
        ]
        while missing() > 0 and narrow(kept, least):
            pass
        return kept, wide
    whole = list(wide)
    while True:
        wide[:] = whole  # texts get the space of the removed columns
        while missing() > 0 and narrow(kept, [column.least for column in columns]):
            pass
        if missing() <= 0 or len(kept) <= 2:
            break
        names = [] if columns[0].whole else [row[0] for row in rows]
        if names and _names_can_be_cut(names, wide[0], missing(), len(kept)):
            break
        kept.remove(min(kept[1:], key=lambda i: (columns[i].keep, i)))
    texts = [i for i in kept if not columns[i].right]
    while missing() > 0 and narrow(texts, [LEAST_NAME] * len(columns)):
        pass
    return kept, [wide[i] for i in kept]


def _word_widths(rows: Sequence[Sequence[str]], place: int) -> Iterator[int]:
    """The width of the longest word of each text in a column, which must fit on a line."""
    return (max(map(width, row[place].split()), default=0) for row in rows)


def _names_can_be_cut(names: list[str], wide: int, missing: int, columns: int) -> bool:
    """Whether to shorten names instead of removing a column: little space is missing, and they stay different."""
    if missing > wide - LEAST_NAME or (missing > 6 and columns > 4):
        return False
    different = {_without_middle(name, wide - missing) for name in names}
    return columns <= 3 or len(different) == len(set(names))


class _Layout:
    """The layout of a table's lines.

    Args:
        limits: the width of each column.
        rights: which columns are aligned right.
        dots: the sign for the rest of a text that is cut.

    Attributes:
        width: the width of a whole line.
    """

    def __init__(self, limits: Sequence[int], rights: Sequence[bool], dots: str) -> None:
        self.width = sum(limits) + len(GAP) * (len(limits) - 1)
        self._dots = dots
        self._columns = list(zip(limits, rights))
        self._plain = GAP.join(
            f"{{:{'>' if right else '<'}{limit}}}" for limit, right in self._columns
        )

    def line(self, row: Sequence[str]) -> str:
        """One line of the table."""
        line = self._plain.format(*row)
        if len(line) != self.width or not is_latin(line):
            # A text must be cut, or has wide letters.
            line = GAP.join(map(self._cell, row, self._columns, range(len(row))))
        return line.rstrip()

    def _cell(self, text: str, column: tuple[int, bool], place: int) -> str:
        """A text padded to the width of its column, cut if it is wider."""
        limit, right = column
        shown, wide = text, width(text)
        if wide > limit and not right:
            cut = _without_end if place else _without_middle
            shown = cut(text, limit, self._dots)
            wide = width(shown)
        space = " " * (limit - wide)
        return space + shown if right else shown + space


def _in_lines(row: list[str], widths: list[int], wraps: list[bool]) -> Iterator[list[str]]:
    """A row, and more lines for the rest of its long texts."""
    parts = [
        wrap(text, limit, least=LEAST_NAME) if long and text else [text]
        for text, limit, long in zip(row, widths, wraps)
    ]
    for place in range(max(map(len, parts))):
        yield [part[place] if place < len(part) else "" for part in parts]


def _stacked(rows: list[list[str]], view: View) -> Iterator[str]:
    """Each row on several lines: its name, then the other columns with their headings."""
    _, *headings = rows[0]
    label = max(map(width, headings))
    for place, (name, *texts) in enumerate(rows[1:]):
        if place:
            yield ""
        yield from _style([name], BOLD, view)
        for heading, text in zip(headings, texts):
            if text:
                indent = " " * (label + 2 * len(GAP))
                first = f"{GAP}{heading}{' ' * (label - width(heading))}{GAP}{text}"
                yield from wrap(first, view.width, indent)


def _without_end(text: str, limit: int, dots: str = "…") -> str:
    """A sentence with its end cut off."""
    most = limit - len(dots)
    shown = text[:most]
    while width(shown) > most:
        shown = shown[:-1]
    return f"{shown.rstrip()}{dots}"


def _without_middle(text: str, limit: int, dots: str = "…") -> str:
    """A name without its middle, because both ends distinguish layers."""
    head = (limit - len(dots)) // 2
    tail = limit - len(dots) - head
    ends = f"{text[:head]}{dots}{text[len(text) - tail :]}"
    return ends if width(ends) <= limit else _without_end(ends, limit, dots)


_MOST_INDENT = 32


def _hanging(line: str) -> str:
    """The indentation for a line's continuation: its second column, if it has one."""
    head = len(line) - len(line.lstrip())
    gap = line.find("  ", head)
    start = gap + len(line[gap:]) - len(line[gap:].lstrip()) if gap > 0 else head
    if line[start : start + 1].isdigit():  # numbers are aligned right, without a left edge
        start = head + 2
    if line.startswith("- ", head):  # a list item, as in YAML
        start = head + 2
    return " " * min(start, _MOST_INDENT)


def _shown_row(row: list[str], view: View) -> list[str]:
    """The texts of a row after `_shown`; most do not change."""
    if not view.ascii and "".join(row).isprintable():
        return row
    return [_shown(text, view) for text in row]


def _shown(text: str, view: View) -> str:
    """A text in characters that the terminal can show."""
    return as_ascii(printable(text)) if view.ascii else printable(text)


def _notes(notes: Sequence[str], view: View) -> Iterator[str]:
    """Notes, each with its word before it."""
    for note in notes:
        yield from _style(wrap(_shown(f"note: {note}", view), view.width, "      "), YELLOW, view)


def _colored(lines: list[str], view: View) -> list[str]:
    """Lines in the colour of the first one's verdict."""
    if not view.color or not lines or not (found := _VERDICT.search(lines[0])):
        return lines
    before, after = lines[0][: found.start()], lines[0][found.end() :]
    first = f"{before}{_COLORS[found[0][0]]}{found[0]}{RESET}{after}"
    return [first, *lines[1:]]


def _style(lines: Sequence[str], style: str, view: View) -> list[str]:
    """Lines in a style, if colour is on."""
    return [f"{style}{line}{RESET}" for line in lines] if view.color else list(lines)
