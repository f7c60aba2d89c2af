"""HTML: a page without scripts, or a part of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convcalc.formats.base import Format, View, cells, document_parts, output_format, total_cells
from convcalc.text import escape_html as clean

if TYPE_CHECKING:
    from convcalc.report import Report

STYLE = (
    "table.convcalc{border-collapse:collapse;font:14px/1.4 system-ui,sans-serif;"
    "font-variant-numeric:tabular-nums}"
    "table.convcalc th,table.convcalc td{padding:.2em .8em;text-align:left}"
    "table.convcalc .r{text-align:right}"
    "table.convcalc thead,table.convcalc tfoot{font-weight:bold}"
    "table.convcalc thead tr{border-bottom:1px solid}table.convcalc tfoot tr{border-top:1px solid}"
    "table.convcalc caption{text-align:left;font-weight:bold;padding:.4em .8em}"
    "p.convcalc{font:13px/1.4 system-ui,sans-serif;margin:.3em .8em}"
)
SCHEME = '<meta name="color-scheme" content="light dark">'  # pictures follow the reader's wish, too


@output_format("html", suffix=".html")
class Html(Format):
    """A page of its own, without scripts or anything from elsewhere."""

    pictures = True

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        yield "<!DOCTYPE html>"
        yield '<html lang="en"><head><meta charset="utf-8">'
        scheme = SCHEME if any(self.figures(report)) else ""
        yield f"{scheme}<title>{clean(report.title or 'convcalc')}</title></head><body>"
        yield from self.fragment(report)
        yield "</body></html>"

    def fragment(self, report: Report) -> Iterator[str]:
        columns, lines = document_parts(report)
        sides = [' class="r"' if column.right else "" for column in columns]

        def row(texts: list[str], tag: str) -> str:
            parts = (f"<{tag}{side}>{clean(text)}</{tag}>" for text, side in zip(texts, sides))
            return f"<tr>{''.join(parts)}</tr>"

        yield f"<style>{STYLE}</style>"
        yield from self.figures(report)
        if columns:
            yield '<table class="convcalc">'
            if report.title:
                yield f"<caption>{clean(report.title)}</caption>"
            yield f"<thead>{row([column.heading for column in columns], 'th')}</thead>"
            yield "<tbody>"
            for texts in cells(report, columns):
                yield row(texts, "td")
            yield "</tbody>"
            total = total_cells(report, columns)
            if total:
                yield f"<tfoot>{row(total, 'td')}</tfoot>"
            yield "</table>"
        if lines:
            yield f"<pre>{clean(chr(10).join(lines))}</pre>"
        if report.subtitle:
            yield f'<p class="convcalc">{clean(report.subtitle)}</p>'
        for line in (*report.notes, *report.footer):
            yield f'<p class="convcalc">{clean(line)}</p>'

    def figures(self, report: Report) -> Iterator[str]:
        """The pictures that can be a part of a page."""
        yield from filter(None, (figure.markup() for figure in report.figures))
