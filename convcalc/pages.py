"""The beginning of every HTML page: no script, nothing loaded, readable on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterator

from convcalc.text import escape_html

# The head of a table is repeated on every sheet, and no row, picture or question is split.
PRINT = (
    "@media print{:root{color-scheme:light}body{margin:0;max-width:none}"
    "thead{display:table-header-group}tfoot{display:table-row-group}"
    "svg{max-height:85vh}tr,figure,svg,pre{break-inside:avoid}h1,h2,h3{break-after:avoid}}"
)
SCHEME = '<meta name="color-scheme" content="light dark">'


def page_start(title: str, style: str, *, both_schemes: bool = False) -> Iterator[str]:
    """The lines before the first element of a page.

    Args:
        title: the title of the page, in plain text.
        style: its own CSS.
        both_schemes: whether the page follows the reader's choice of light or dark.
    """
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield '<head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    if both_schemes:
        yield SCHEME
    yield f"<title>{escape_html(title)}</title>"
    yield f"<style>{style}{PRINT}</style></head>"
    yield "<body>"


PAGE_END = "</body></html>"
