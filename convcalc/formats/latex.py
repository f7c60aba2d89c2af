"""LaTeX: tables, mathematics and text for a document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from convcalc.formats.base import (
    Format,
    View,
    cells,
    input_text,
    is_laid_out,
    output_format,
    total_cells,
)
from convcalc.text import escape_latex as clean
from convcalc.text import printable

if TYPE_CHECKING:
    from convcalc.report import Column, Report

MAX_ROWS = 40  # of a table on one page; longer ones break over pages
_SIZES = (
    ("", 72),
    ("footnotesize", 96),
    ("scriptsize", 120),
)  # characters that fit a line of article
MAX_LINE = 50  # characters of a text in one line of a cell


@output_format("latex", suffix=".tex")
class Latex(Format):
    """A tabular that needs no packages; a long one is a longtable, which says so.

    Columns are not aligned by spaces, so a report is shown by its rows wherever it has them.
    """

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        heads = filter(None, (report.title, report.subtitle))
        yield from (f"% {printable(head)}" for head in heads)
        columns, lines = report.printed_columns, report.text()
        if columns:
            yield from self.table(report, columns)
            if report.layout or report.lines_repeat_rows:
                lines = report.appendix
        if report.math:
            yield from (r"\[", *report.math, r"\]")
            lines = lines[report.math_replaces :]
        yield from _text_block(lines)
        below = [*report.all_notes, *report.all_lines]
        yield from (rf"\par {clean(line)}" for line in below if not is_laid_out(line))
        yield from _text_block([line for line in below if is_laid_out(line)])

    def table(self, report: Report, columns: Sequence[Column]) -> Iterator[str]:
        """The rows, with headings and totals."""
        texts = cells(report, columns)
        total = total_cells(report, columns)
        long = len(texts) > MAX_ROWS
        name = "longtable" if long else "tabular"
        aligned = "".join(
            alignment(column, [row[i] for row in texts]) for i, column in enumerate(columns)
        )
        said = input_text(report)
        caption = ", ".join(filter(None, (report.title, said)))
        size = _size(columns, texts)
        if long:
            yield r"% needs \usepackage{longtable}"
        elif said:
            yield rf"\par\noindent {clean(caption)}\par"
        if size:
            yield rf"{{\{size}\setlength{{\tabcolsep}}{{3pt}}%"
        yield rf"\begin{{{name}}}{{{aligned}}}"
        if long and caption:
            yield rf"\caption{{{clean(caption)}}} \\"
        yield r"\hline"
        yield rf"{' & '.join(clean(column.heading) for column in columns)} \\"
        yield r"\hline"
        if long:
            yield r"\endhead"
        for row in texts:
            yield rf"{' & '.join(map(clean, row))} \\"
        if total:
            yield r"\hline"
            yield rf"{' & '.join(map(clean, total))} \\"
        yield r"\hline"
        yield rf"\end{{{name}}}{'}' if size else ''}"


def alignment(column: Column, texts: Sequence[str]) -> str:
    """How a column is set: numbers to the right, long texts over several lines."""
    if column.right:
        return "r"
    return r"p{.4\linewidth}" if max(map(len, texts), default=0) > MAX_LINE else "l"


def _size(columns: Sequence[Column], texts: Sequence[Sequence[str]]) -> str:
    """The size of letters in which a table is as wide as a page; empty for the usual one."""
    widths = [
        max(len(column.heading), *(len(row[i]) for row in texts), 0)
        for i, column in enumerate(columns)
    ]
    wide = sum([min(each, MAX_LINE) for each in widths]) + 2 * len(widths)
    return next((size for size, most in _SIZES if wide <= most), "tiny")


def _text_block(lines: Sequence[str]) -> Iterator[str]:
    """Lines as they are, in letters of one width; nothing where there are none."""
    first = next((place for place, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return
    yield ""
    yield r"\begin{flushleft}\ttfamily"
    for line in lines[first:]:
        # Spaces at the beginning, and those that follow each other, must stay.
        kept = re.sub(r"^ +| {2,}", lambda spaces: "~" * len(spaces[0]), clean(line))
        yield kept + (r" \\" if kept else r"\strut \\")
    yield r"\end{flushleft}"
