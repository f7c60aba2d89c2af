"""Formats for documents: Markdown, LaTeX and HTML."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from convcalc.errors import printable
from convcalc.formats.base import Format, View, cells, output_format, total_cells

if TYPE_CHECKING:
    from convcalc.report import Report

MARKDOWN_MARKS = str.maketrans({c: f"\\{c}" for c in "\\|`*_[]<>#~"})
LATEX_MARKS = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "_": r"\_",
        "%": r"\%",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "×": r"$\times$",
        "·": r"$\cdot$",
        "−": r"$-$",
        "…": r"\ldots{}",
        "→": r"$\to$",
        "⌊": r"$\lfloor$",
        "⌋": r"$\rfloor$",
        "⌈": r"$\lceil$",
        "⌉": r"$\rceil$",
        "≥": r"$\geq$",
        "≤": r"$\leq$",
        "–": "--",
        "≈": r"$\approx$",
        "°": r"$^\circ$",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
    }
)


def shows_lines(report: Report) -> bool:
    """Whether a document shows the lines of a report: not where its rows say the same."""
    return not report.rows or bool(report.lines and not report.lines_repeat_rows)


@output_format("markdown", suffix=".md")
class Markdown(Format):
    """A GitHub-flavoured table with the totals in bold."""

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        def clean(text: str) -> str:
            return printable(text).translate(MARKDOWN_MARKS)

        if report.title:
            yield f"## {clean(report.title)}"
            yield ""
        if report.subtitle:
            yield clean(report.subtitle)
            yield ""
        columns = report.columns
        if report.rows:
            yield f"| {' | '.join(clean(column.heading) for column in columns)} |"
            yield f"|{'|'.join('---:' if column.right else '---' for column in columns)}|"
            for row in cells(report, columns):
                yield f"| {' | '.join(map(clean, row))} |"
            total = total_cells(report, columns)
            if total:
                yield f"| {' | '.join(f'**{clean(cell)}**' if cell else '' for cell in total)} |"
            yield ""
        if shows_lines(report):
            yield from ("```", *report.lines, "```", "")
        for line in report.notes:
            yield f"- {clean(line)}"
        if report.notes:
            yield ""
        yield from (f"*{clean(line)}*" for line in report.footer)


@output_format("latex", suffix=".tex")
class Latex(Format):
    """A tabular that needs no packages."""

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        def clean(text: str) -> str:
            return printable(text).translate(LATEX_MARKS)

        columns = report.columns
        heads = filter(None, (report.title, report.subtitle))
        yield from (f"% {printable(head)}" for head in heads)
        if report.rows:
            yield rf"\begin{{tabular}}{{{''.join('r' if c.right else 'l' for c in columns)}}}"
            yield r"\hline"
            yield rf"{' & '.join(clean(column.heading) for column in columns)} \\"
            yield r"\hline"
            for row in cells(report, columns):
                yield rf"{' & '.join(map(clean, row))} \\"
            total = total_cells(report, columns)
            if total:
                yield r"\hline"
                yield rf"{' & '.join(map(clean, total))} \\"
            yield r"\hline"
            yield r"\end{tabular}"
            if shows_lines(report):
                yield ""
        if report.math:
            yield from (r"\[", *report.math, r"\]")
        if shows_lines(report):
            yield from (rf"{clean(line)} \\" for line in report.lines)
        yield from (rf"\par {clean(line)}" for line in (*report.notes, *report.footer))


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


@output_format("html", suffix=".html")
class Html(Format):
    """A page of its own, without scripts or anything from elsewhere."""

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        yield "<!DOCTYPE html>"
        yield '<html lang="en"><head><meta charset="utf-8">'
        yield f"<title>{clean_html(report.title or 'convcalc')}</title></head><body>"
        yield from self.fragment(report)
        yield "</body></html>"

    def fragment(self, report: Report) -> Iterator[str]:
        columns = report.columns
        sides = [' class="r"' if column.right else "" for column in columns]

        def row(texts: list[str], tag: str) -> str:
            parts = (f"<{tag}{side}>{clean_html(text)}</{tag}>" for text, side in zip(texts, sides))
            return f"<tr>{''.join(parts)}</tr>"

        yield f"<style>{STYLE}</style>"
        if report.rows:
            yield '<table class="convcalc">'
            if report.title:
                yield f"<caption>{clean_html(report.title)}</caption>"
            yield f"<thead>{row([column.heading for column in columns], 'th')}</thead>"
            yield "<tbody>"
            for texts in cells(report, columns):
                yield row(texts, "td")
            yield "</tbody>"
            total = total_cells(report, columns)
            if total:
                yield f"<tfoot>{row(total, 'td')}</tfoot>"
            yield "</table>"
        if shows_lines(report):
            yield f"<pre>{clean_html(chr(10).join(report.lines))}</pre>"
        if report.subtitle:
            yield f'<p class="convcalc">{clean_html(report.subtitle)}</p>'
        for line in (*report.notes, *report.footer):
            yield f'<p class="convcalc">{clean_html(line)}</p>'


def clean_html(text: str) -> str:
    """Text that is only text in a page."""
    return escape("\n".join(map(printable, text.split("\n"))))
