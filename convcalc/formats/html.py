"""HTML: a page without scripts, or a part of one."""

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
from convcalc.pages import PAGE_END, page_start
from convcalc.text import escape_html as clean

if TYPE_CHECKING:
    from convcalc.report import Column, Report

# The class is repeated in some rules, so that they override Jupyter's styles of tables and texts.
STYLE = (
    "table.convcalc{border-collapse:collapse;font:14px/1.4 system-ui,sans-serif;"
    "font-variant-numeric:tabular-nums}"
    "table.convcalc.convcalc th,table.convcalc.convcalc td{padding:.2em .8em;text-align:left;vertical-align:top}"
    "table.convcalc.convcalc .r{text-align:right;white-space:nowrap}"
    "table.convcalc.convcalc td:first-child{white-space:nowrap}"
    "table.convcalc thead,table.convcalc tfoot{font-weight:bold}"
    "table.convcalc thead tr{border-bottom:1px solid}table.convcalc tfoot tr{border-top:1px solid}"
    "table.convcalc caption{text-align:left;font-weight:bold;padding:.4em .8em}"
    "p.convcalc{font:13px/1.4 system-ui,sans-serif;margin:.3em .8em}"
    "pre.convcalc.convcalc{font:13px/1.4 ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;"
    "margin:.3em .8em;white-space:pre-wrap}"
)
_PAGE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:1em auto;max-width:75em;padding:0 .5em}"
    "h1{font-size:1.3em;margin:.4em .6em}div.convcalc{overflow-x:auto}"
    "svg{max-width:100%;height:auto}"
    "@media print{div.convcalc{overflow:visible}table.convcalc{font-size:11px}"
    "table.convcalc.convcalc th,table.convcalc.convcalc td{padding:.15em .5em}}"
)


@output_format("html", suffix=".html")
class Html(Format):
    """A complete page, without scripts and without loading anything."""

    pictures = True

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        title = report.title or (report.lines[0] if report.lines else "") or _called(report)
        scheme = any(self.figures(report))  # pictures also follow the reader's choice
        yield from page_start(title, STYLE + _PAGE, both_schemes=scheme)
        yield f"<h1>{clean(title)}</h1>"
        yield from self._parts(report)
        yield PAGE_END

    def fragment(self, report: Report) -> Iterator[str]:
        yield f"<style>{STYLE}</style>"
        yield from self._parts(report, caption=report.title)

    def _parts(self, report: Report, caption: str = "") -> Iterator[str]:
        """The pictures, the table and the lines of a report."""
        columns, lines = document_parts(report)
        yield from self.figures(report)
        if said := input_text(report):
            yield f'<p class="convcalc">{clean(said)}</p>'
        if columns:
            yield from _table(report, columns, caption)
        if lines:
            yield f'<pre class="convcalc">{clean(chr(10).join(lines))}</pre>'
        for table in report.tables:
            yield from _table(table, table.printed_columns, table.title)
        if report.subtitle:
            yield f'<p class="convcalc">{clean(report.subtitle)}</p>'
        for line in (*report.all_notes, *report.all_lines):
            tag = "pre" if is_laid_out(line) else "p"
            yield f'<{tag} class="convcalc">{clean(line)}</{tag}>'

    def figures(self, report: Report) -> Iterator[str]:
        """The pictures that can be inserted into a page."""
        yield from filter(None, (figure.markup() for figure in report.figures))


def _called(report: Report) -> str:
    """The caption of a report without a title: the name of its rows."""
    return f"convcalc: {report.key}" if report.key else "convcalc"


def _table(report: Report, columns: Sequence[Column], caption: str) -> Iterator[str]:
    """The rows, with headings and totals."""
    sides = [' class="r"' if column.right else "" for column in columns]

    def row(texts: list[str], tag: str) -> str:
        parts = (f"<{tag}{side}>{clean(text)}</{tag}>" for text, side in zip(texts, sides))
        return f"<tr>{''.join(parts)}</tr>"

    yield '<div class="convcalc">'
    yield '<table class="convcalc">'
    if caption:
        yield f"<caption>{clean(caption)}</caption>"
    heads = row([column.heading for column in columns], "th").replace("<th", '<th scope="col"')
    yield f"<thead>{heads}</thead>"
    yield "<tbody>"
    for texts in cells(report, columns):
        yield row(texts, "td")
    yield "</tbody>"
    total = total_cells(report, columns)
    if total:
        yield f"<tfoot>{row(total, 'td')}</tfoot>"
    yield "</table>"
    yield "</div>"
