"""Markdown, as GitHub and notebooks read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convcalc.formats.base import (
    Format,
    View,
    cells,
    document_parts,
    output_format,
    total_cells,
)
from convcalc.text import escape_markdown as clean
from convcalc.text import printable

if TYPE_CHECKING:
    from convcalc.report import Report


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
        columns, lines = document_parts(report)
        if columns:
            yield f"| {' | '.join(clean(column.heading) for column in columns)} |"
            yield f"|{'|'.join('---:' if column.right else '---' for column in columns)}|"
            for row in cells(report, columns):
                yield f"| {' | '.join(map(clean, row))} |"
            total = total_cells(report, columns)
            if total:
                yield f"| {' | '.join(f'**{clean(cell)}**' if cell else '' for cell in total)} |"
            yield ""
        if lines:
            fence = "```"
            while any(fence in line for line in lines):
                fence += "`"
            yield from (fence, *map(printable, lines), fence, "")
        for line in report.notes:
            yield f"- {clean(line)}"
        if report.notes:
            yield ""
        yield from (f"*{clean(line)}*" for line in report.footer)
