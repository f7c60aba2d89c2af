"""Markdown for GitHub and notebooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from convcalc.formats.base import (
    Format,
    View,
    cells,
    document_parts,
    input_text,
    is_laid_out,
    output_format,
    total_cells,
)
from convcalc.text import escape_markdown as clean
from convcalc.text import printable

if TYPE_CHECKING:
    from convcalc.report import Column, Report


@output_format("markdown", suffix=".md")
class Markdown(Format):
    """A GitHub-flavoured table with the totals in bold."""

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        if report.title:
            yield f"## {clean(report.title)}"
            yield ""
        if report.subtitle:
            yield clean(report.subtitle)
            yield ""
        if said := input_text(report):
            yield clean(said)
            yield ""
        columns, lines = document_parts(report)
        if columns:
            yield from _table(report, columns)
        yield from _fenced(lines)
        for table in report.tables:
            yield from (clean(table.title), "")
            yield from _table(table, table.printed_columns)
        for line in report.all_notes:
            yield f"- {clean(line)}"
        if report.all_notes:
            yield ""
        laid_out = [line for line in report.all_lines if is_laid_out(line)]
        yield from _fenced(laid_out)
        yield from (f"*{clean(line)}*" for line in report.all_lines if line not in laid_out)


def _table(report: Report, columns: Sequence[Column]) -> Iterator[str]:
    """The rows, with headings and totals."""
    yield f"| {' | '.join(clean(column.heading) for column in columns)} |"
    yield f"|{'|'.join('---:' if column.right else '---' for column in columns)}|"
    for row in cells(report, columns):
        yield f"| {' | '.join(map(clean, row))} |"
    total = total_cells(report, columns)
    if total:
        yield f"| {' | '.join(f'**{clean(cell)}**' if cell else '' for cell in total)} |"
    yield ""


def _fenced(lines: Sequence[str]) -> Iterator[str]:
    """Lines that keep their spaces; empty if there are none."""
    if lines:
        fence = "```"
        while any(fence in line for line in lines):
            fence += "`"
        yield from (fence, *map(printable, lines), fence, "")
