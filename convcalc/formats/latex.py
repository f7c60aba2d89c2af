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
from convcalc.formats.latex_fit import breakable, fitted
from convcalc.text import escape_latex as clean
from convcalc.text import printable

if TYPE_CHECKING:
    from convcalc.report import Column, Report

MAX_LINES = 42  # of a table on one page; longer ones continue on more pages


@output_format("latex", suffix=".tex")
class Latex(Format):
    """A tabular that needs no packages; a long one is a longtable, with a comment about its package.

    Spaces do not align columns, so a report is shown by its rows if it has any.
    """

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        heads = filter(None, (report.title, report.subtitle))
        yield from (f"% {printable(head)}" for head in heads)
        columns, lines = report.printed_columns, report.text()
        if columns:
            said = input_text(report)
            caption = ", ".join(filter(None, (report.title, said)))
            yield from self.table(report, columns, caption, above=bool(said))
            if report.layout or report.lines_repeat_rows:
                lines = report.appendix
        if report.math:
            yield from (r"\[", *report.math, r"\]")
            lines = lines[report.math_replaces :]
        yield from _text_block(lines)
        for table in report.tables:
            yield ""
            yield from self.table(table, table.printed_columns, table.title, above=True)
        below = [*report.all_notes, *report.all_lines]
        yield from (
            rf"{{\sloppy\par {breakable(clean(line))}\par}}"
            for line in below
            if not is_laid_out(line)
        )
        yield from _text_block([line for line in below if is_laid_out(line)])

    def table(
        self, report: Report, columns: Sequence[Column], caption: str, *, above: bool
    ) -> Iterator[str]:
        """The rows, with headings and totals.

        Args:
            report: the report with the rows.
            columns: the columns to show.
            caption: the caption of a table over several pages.
            above: whether a shorter table also has it above.
        """
        texts = cells(report, columns)
        total = total_cells(report, columns)
        headings = [column.heading for column in columns]
        size, aligned, high = fitted(columns, [headings, *texts, *([total] if total else [])])
        long = high > MAX_LINES
        name = "longtable" if long else "tabular"
        if long:
            yield r"% needs \usepackage{longtable}"
        elif above:
            yield rf"\par\noindent {clean(caption)}\par\nopagebreak"
        if size.name:
            yield rf"{{\{size.name}\setlength{{\tabcolsep}}{{{size.space:g}pt}}%"
        sides, end = _sides(size.over, long=long)
        yield rf"{sides}\begin{{{name}}}{{{aligned}}}"
        if long and caption:
            yield rf"\caption{{{clean(caption)}}} \\"
        yield r"\hline"
        yield rf"{' & '.join(map(clean, headings))} \\"
        yield r"\hline"
        if long:
            yield r"\endhead"
        wraps = "p{" in aligned
        for row in texts:
            line = " & ".join(map(clean, row))
            yield rf"{breakable(line) if wraps else line} \\"
        if total:
            yield r"\hline"
            yield rf"{' & '.join(map(clean, total))} \\"
        yield r"\hline"
        yield rf"\end{{{name}}}{end}{'}' if size.name else ''}"


def _sides(over: float, *, long: bool) -> tuple[str, str]:
    """The commands before and after a table that extends into both margins; empty if it does not."""
    if not long:
        return (r"\noindent\makebox[\linewidth][c]{", "}") if over else (r"\noindent", "")
    if not over:
        return "", ""
    fill = f"-{over:g}pt plus 1fil"
    return rf"\setlength{{\LTleft}}{{{fill}}}\setlength{{\LTright}}{{{fill}}}%" + "\n", ""


def _text_block(lines: Sequence[str]) -> Iterator[str]:
    """Lines in a monospaced font; empty if there are none."""
    first = next((place for place, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return
    yield ""
    yield r"\begin{flushleft}\ttfamily"
    for line in lines[first:]:
        # Spaces at the beginning, and repeated spaces, must stay.
        kept = re.sub(r"^ +| {2,}", lambda spaces: "~" * len(spaces[0]), clean(line))
        yield kept + (r" \\" if kept else r"\strut \\")
    yield r"\end{flushleft}"
