"""The table for a terminal.

Columns are laid out here rather than by rich: its tables cost about 0.9 ms a row, forty times the
walk, and they shorten numbers where a terminal is narrow. Here whole columns go instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from convcalc.formats.base import Format, View, cells, output_format, total_cells
from convcalc.text import printable, times, width, wrap

if TYPE_CHECKING:
    from convcalc.report import Column, Report

GAP = "  "
LEAST_NAME = 12  # a name may be shortened to this many characters, a number never

BOLD, DIM, YELLOW, RESET = "\x1b[1m", "\x1b[2m", "\x1b[33m", "\x1b[0m"


@output_format("table", suffix=".txt")
class Table(Format):
    """Columns of text, as wide as they need to be and no wider than the terminal."""

    draws = True

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        view = view or View()
        above = False
        for line in self.above(report, view):
            above = True
            yield line
        if above and (report.notes or report.footer):
            yield ""
        for note in report.notes:
            yield from _style(wrap(printable(f"note: {note}"), view.width, "      "), YELLOW, view)
        for line in report.footer:
            yield from _style(wrap(printable(line), view.width), DIM, view)
        if report.hint:
            yield from _style(wrap(printable(f"next: {report.hint}"), view.width), DIM, view)

    def above(self, report: Report, view: View) -> Iterator[str]:
        """All that stands above the notes."""
        yield from self.heading(report, view)
        for figure in report.figures:
            yield from figure.lines(view)
        lines = report.text(view.width)
        if lines:
            for line in lines:
                yield from wrap(printable(line), view.width, indent=_hanging(line))
        elif report.printed_columns:
            yield from self.body(report, view)

    def heading(self, report: Report, view: View) -> Iterator[str]:
        """Title, source and input."""
        if not report.title:
            return
        yield from _style([printable(report.title)], BOLD, view)
        if report.subtitle:
            yield from _style(wrap(printable(report.subtitle), view.width), DIM, view)
        if "input" in report.facts and report.rows and not report.lines:
            shapes = report.facts.get("inputs", {})
            if len(shapes) > 1:
                said = ", ".join(f"{name} {times(shape)}" for name, shape in shapes.items())
                yield from wrap(printable(f"inputs {said}"), view.width)
            else:
                yield f"input {times(report.facts['input'])}"
        yield ""

    def body(self, report: Report, view: View) -> Iterator[str]:
        """The table itself."""
        columns = report.printed_columns
        texts = [[printable(cell) for cell in row] for row in cells(report, columns)]
        total = total_cells(report, columns)
        rows = [[column.heading for column in columns], *texts, *([total] if total else [])]
        kept, widths = _fit(columns, rows, view.width)
        headings, *body = [[row[i] for i in kept] for row in rows]
        rights = [columns[i].right for i in kept]
        wraps = [columns[i].wraps for i in kept]
        foot = body.pop() if total else None
        yield from _style([_line(headings, widths, rights)], BOLD, view)
        rule = "─" * (sum(widths) + len(GAP) * (len(widths) - 1))
        yield rule
        for row in body:
            parts = _in_lines(row, widths, wraps) if any(wraps) else (row,)
            yield from (_line(part, widths, rights) for part in parts)
        if foot:
            yield rule
            yield from _style([_line(foot, widths, rights)], BOLD, view)
        if len(kept) < len(columns):
            gone = ", ".join(column.heading for i, column in enumerate(columns) if i not in kept)
            message = f"left out for width: {gone} (a wider terminal or -o FILE has them)"
            yield from wrap(message, view.width)


def _fit(
    columns: Sequence[Column], rows: list[list[str]], limit: int | None
) -> tuple[list[int], list[int]]:
    """Which columns fit into a terminal, and how wide each is.

    Long texts that may be cut are, then the least important columns go; names are shortened where
    little is missing and they stay different.
    """
    wide = [max(map(width, column)) for column in zip(*rows)]
    kept = list(range(len(columns)))
    if limit is None:
        return kept, wide

    def missing() -> int:
        return sum(wide[i] for i in kept) + len(GAP) * (len(kept) - 1) - limit

    def narrow(places: list[int], least: Sequence[int]) -> bool:
        """Take what is missing from the widest of some columns; whether there was one."""
        wider = [i for i in places if wide[i] > least[i] > 0]
        if wider:
            widest = max(wider, key=lambda i: wide[i])
            wide[widest] = max(least[widest], wide[widest] - missing())
        return bool(wider)

    whole = list(wide)
    while True:
        wide[:] = whole  # texts have the room of the columns that went
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


def _names_can_be_cut(names: list[str], wide: int, missing: int, columns: int) -> bool:
    """Whether shorter names are better than one column less: little is missing, and they differ."""
    if missing > wide - LEAST_NAME or (missing > 6 and columns > 4):
        return False
    different = {_without_middle(name, wide - missing) for name in names}
    return columns <= 3 or len(different) == len(set(names))


def _line(row: list[str], widths: list[int], rights: list[bool]) -> str:
    """One line of the table."""
    texts = []
    for place, (text, limit, right) in enumerate(zip(row, widths, rights)):
        shown, wide = text, width(text)
        if wide > limit and not right:
            shown = _without_middle(text, limit) if place == 0 else _without_end(text, limit)
            wide = width(shown)
        space = " " * (limit - wide)
        texts.append(space + shown if right else shown + space)
    return GAP.join(texts).rstrip()


def _in_lines(row: list[str], widths: list[int], wraps: list[bool]) -> Iterator[list[str]]:
    """A row, and further ones for the rest of the texts that go on in the next line."""
    parts = [
        wrap(text, limit, least=LEAST_NAME) if long and text else [text]
        for text, limit, long in zip(row, widths, wraps)
    ]
    for place in range(max(map(len, parts))):
        yield [part[place] if place < len(part) else "" for part in parts]


def _without_end(text: str, limit: int) -> str:
    """A sentence with its end left out."""
    shown = text[: limit - 1]
    while width(shown) > limit - 1:
        shown = shown[:-1]
    return f"{shown.rstrip()}…"


def _without_middle(text: str, limit: int) -> str:
    """A name with its middle left out: both ends tell layers apart."""
    head = (limit - 1) // 2
    tail = limit - 1 - head
    ends = f"{text[:head]}…{text[len(text) - tail :]}"
    return ends if width(ends) <= limit else _without_end(ends, limit)


_MOST_INDENT = 32


def _hanging(line: str) -> str:
    """The indentation under which a line's continuation stands: its second column, if it has one."""
    head = len(line) - len(line.lstrip())
    gap = line.find("  ", head)
    start = gap + len(line[gap:]) - len(line[gap:].lstrip()) if gap > 0 else head
    if line.startswith("- ", head):  # an item of a list, as in YAML
        start = head + 2
    return " " * min(start, _MOST_INDENT)


def _style(lines: Sequence[str], style: str, view: View) -> list[str]:
    """Lines in a style, where colour is wanted."""
    return [f"{style}{line}{RESET}" for line in lines] if view.color else list(lines)
