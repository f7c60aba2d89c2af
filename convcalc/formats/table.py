"""The table for a terminal.

Columns are laid out here rather than by rich: its tables cost about 0.9 ms a row, forty times the
walk, and they shorten numbers where a terminal is narrow. Here whole columns go instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from convcalc.errors import printable
from convcalc.formats.base import Format, View, cells, output_format, total_cells

if TYPE_CHECKING:
    from convcalc.report import Column, Report

GAP = "  "
LEAST_NAME = 12  # a name may be shortened to this many characters, a number never

BOLD, DIM, YELLOW, RESET = "\x1b[1m", "\x1b[2m", "\x1b[33m", "\x1b[0m"


@output_format("table", suffix=".txt")
class Table(Format):
    """Columns of text, as wide as they need to be and no wider than the terminal."""

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        view = view or View()
        yield from self.heading(report, view)
        if report.lines:
            for line in report.lines:
                yield from wrapped(line, view.width, indent=hanging(line))
        elif report.rows:
            yield from self.body(report, view)
        if report.notes or report.footer:
            yield ""
        for note in report.notes:
            yield from styled(wrapped(f"note: {note}", view.width, "      "), YELLOW, view)
        for line in report.footer:
            yield from styled(wrapped(line, view.width), DIM, view)
        if report.hint:
            yield from styled(wrapped(f"next: {report.hint}", view.width), DIM, view)

    def heading(self, report: Report, view: View) -> Iterator[str]:
        """Title, source and input."""
        if not report.title:
            return
        yield from styled([printable(report.title)], BOLD, view)
        if report.subtitle:
            yield from styled(wrapped(report.subtitle, view.width), DIM, view)
        if "input" in report.facts and report.rows and not report.lines:
            yield f"input {'×'.join(map(str, report.facts['input']))}"
        yield ""

    def body(self, report: Report, view: View) -> Iterator[str]:
        """The table itself."""
        columns = list(report.columns)
        texts = [[printable(cell) for cell in row] for row in cells(report, columns)]
        total = total_cells(report, columns)
        rows = [[column.heading for column in columns], *texts, *([total] if total else [])]
        kept, widths = fitted(columns, rows, view.width)
        headings, *body = [[row[i] for i in kept] for row in rows]
        rights = [columns[i].right for i in kept]
        foot = body.pop() if total else None
        yield from styled([ruled(headings, widths, rights)], BOLD, view)
        rule = "─" * (sum(widths) + len(GAP) * (len(widths) - 1))
        yield rule
        for row in body:
            yield ruled(row, widths, rights)
        if foot:
            yield rule
            yield from styled([ruled(foot, widths, rights)], BOLD, view)
        if len(kept) < len(columns):
            gone = ", ".join(column.heading for i, column in enumerate(columns) if i not in kept)
            yield from wrapped(
                f"left out for width: {gone} (a wider terminal or -o FILE has them)", view.width
            )


def fitted(
    columns: Sequence[Column], rows: list[list[str]], width: int | None
) -> tuple[list[int], list[int]]:
    """Which columns fit, and how wide each is.

    Long texts that may be cut are, then the least important go; names are shortened where little is missing and they stay apart.
    """
    wide = [max(map(cell_width, column)) for column in zip(*rows)]
    kept = list(range(len(columns)))

    def room() -> int:
        return sum(wide[i] for i in kept) + len(GAP) * (len(kept) - 1)

    while width is not None and room() > width:
        loose = [i for i in kept if 0 < columns[i].least < wide[i]]
        if not loose:
            break
        widest = max(loose, key=lambda i: wide[i])
        wide[widest] = max(columns[widest].least, wide[widest] - (room() - width))
    while width is not None and room() > width and len(kept) > 2:
        over = room() - width
        if over <= wide[0] - LEAST_NAME and (over <= 6 or len(kept) <= 4):
            names = {row[0] for row in rows}
            told_apart = len({shortened(name, wide[0] - over) for name in names}) == len(names)
            if told_apart or len(kept) <= 3:
                break
        kept.remove(min(kept[1:], key=lambda i: (columns[i].keep, i)))
    while width is not None and room() > width:
        texts = [i for i in kept if not columns[i].right and wide[i] > LEAST_NAME]
        if not texts:
            break
        widest = max(texts, key=lambda i: wide[i])
        wide[widest] = max(LEAST_NAME, wide[widest] - (room() - width))
    return kept, [wide[i] for i in kept]


def ruled(row: list[str], widths: list[int], rights: list[bool]) -> str:
    """One line of the table."""
    texts = []
    for place, (text, width, right) in enumerate(zip(row, widths, rights)):
        shown = text
        if cell_width(text) > width and not right:
            shown = shortened(text, width) if place == 0 else cut(text, width)
        space = " " * (width - cell_width(shown))
        texts.append(space + shown if right else shown + space)
    return GAP.join(texts).rstrip()


def cut(text: str, width: int) -> str:
    """A sentence with its end left out."""
    shown = text[: width - 1]
    while cell_width(shown) > width - 1:
        shown = shown[:-1]
    return f"{shown.rstrip()}…"


def shortened(text: str, width: int) -> str:
    """A name with its middle left out: both ends tell layers apart."""
    head = (width - 1) // 2
    tail = width - 1 - head
    ends = f"{text[:head]}…{text[len(text) - tail :]}"
    return ends if cell_width(ends) <= width else cut(ends, width)


def cell_width(text: str) -> int:
    """Columns a text takes on a terminal."""
    if text.isascii() or all(character < "ᄀ" for character in text):
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - only wide scripts need it

    return cell_len(text)


def hanging(line: str) -> str:
    """The indentation under which a line's continuation stands: its second column, if it has one."""
    head = len(line) - len(line.lstrip())
    gap = line.find("  ", head)
    start = gap + len(line[gap:]) - len(line[gap:].lstrip()) if gap > 0 else head
    return " " * min(start, 24)


def wrapped(text: str, width: int | None, indent: str = "") -> list[str]:
    """A sentence over as many lines as the terminal needs."""
    text = printable(text)
    if width is None or len(text) <= width:
        return [text]
    from textwrap import wrap  # noqa: PLC0415 - only narrow terminals need it

    head = text[: len(text) - len(text.lstrip())]
    return wrap(
        text.lstrip(),
        max(width, 20),
        initial_indent=head,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=False,
    ) or [""]


def styled(lines: Sequence[str], style: str, view: View) -> list[str]:
    """Lines in a style, where colour is wanted."""
    return [f"{style}{line}{RESET}" for line in lines] if view.color else list(lines)
