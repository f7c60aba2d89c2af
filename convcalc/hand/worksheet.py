"""A worksheet as a page to print: grids to fill in, and the answers on a separate page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from convcalc.hand.layout import Texts, spread, sum_text
from convcalc.hand.matrices import size_text
from convcalc.hand.model import Array, Part, Section, Stamp, Window, element_name
from convcalc.hand.text import BOX, Page
from convcalc.pages import PAGE_END, page_start
from convcalc.report import Report
from convcalc.text import escape_html as clean
from convcalc.text import times

# Printed on A4, always with light colours; no page break inside a window.
STYLE = (
    "@page{size:A4;margin:16mm}:root{color-scheme:light dark}"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:178mm;margin:1.2em auto;padding:0 1em}"
    "h1{font-size:1.25em}h2{font-size:1.1em}figure{display:inline-block;margin:.3em 1.2em .6em 0}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "td{border:1.5px solid;min-width:2.1em;height:2.1em;padding:0 .3em;text-align:center}"
    "td.pad{border:1px dashed;opacity:.7}td.none{border:1px dotted;opacity:.4}"
    ".step{display:flex;flex-wrap:wrap;align-items:center;gap:.7em;margin:.3em 0 .9em}"
    ".window,figure{break-inside:avoid}.key{break-before:page}"
    ".box{display:inline-block;border:1.5px solid;min-width:3.4em;height:1.7em;vertical-align:middle}"
    ".name{text-align:right}.line{display:inline-block;border-bottom:1px solid;width:18em}"
    "p{margin:.3em 0}"
    "@media print{:root{color-scheme:light}body{margin:0;padding:0;max-width:none}}"
)


@dataclass(slots=True, eq=False, repr=False)
class Worksheet(Report):
    """A report of an empty exercise, which is a separate page in HTML.

    Attributes:
        page: the exercise with boxes.
        answers: the exercise with numbers, if the key is requested.
    """

    page: Page | None = None
    answers: Page | None = None

    def document(self, format_name: str) -> Iterator[str] | None:
        if format_name != "html" or self.page is None:
            return None
        return _document(self, self.page, self.answers)


def _document(report: Report, page: Page, answers: Page | None) -> Iterator[str]:
    """The whole page."""
    title = clean(page.title())
    yield from page_start(page.title(), STYLE)
    yield '<p class="name">Name: <span class="line"></span></p>'
    yield f"<h1>{title}</h1>"
    yield from filter(None, (figure.markup() for figure in report.figures))
    yield from _working(page)
    for note in report.all_notes:
        yield f"<p>{clean(note)}</p>"
    if answers:
        yield '<section class="key"><h1>answer key</h1>'
        yield f"<p>{title}</p>"
        yield from _working(answers)
        yield "</section>"
    yield PAGE_END


BOX_HTML = '<span class="box"></span>'


def _with_boxes(text: str) -> str:
    """A line of text, with its boxes."""
    return clean(text).replace(clean(BOX), BOX_HTML)


def _working(page: Page) -> Iterator[str]:
    """The given data, then window after window."""
    yield "<div>"
    yield from _matrices(page)
    yield "</div>"
    for section in page.work.sections:
        if len(page.work.sections) > 1 or section.stamps:
            yield f"<h2>{clean(section.about)}</h2>"
        for stamp in page.first(section.stamps):
            yield from _stamp(page, section, stamp)
        inline = not section.reading or bool(section.stamping[0])
        for window in page.first(section.windows):
            if inline:
                yield from (
                    f"<p>{_with_boxes(line.strip())}</p>" for line in page.sentence(section, window)
                )
            else:
                yield from _window(page, section, window)
        for items, what in ((section.stamps, "more of them"), (section.windows, "more windows")):
            yield from (f"<p>{clean(line)}</p>" for line in page.left_out(items, what) if line)


def _matrices(page: Page) -> Iterator[str]:
    """The given data and the output, map by map."""
    work = page.work
    arrays = [("x", work.given["x"], 1, page.given_text)]
    arrays += [("k", work.given["k"], 2, page.given_text)] if "k" in work.given else []
    arrays += [("dy", work.given["dy"], 1, page.given_text)] if "dy" in work.given else []
    if "bias" in work.given:
        arrays.append(("bias", work.given["bias"], 0, page.given_text))
    for section in work.sections:
        if section.name == "c":
            turned = np.flip(work.given["k"], tuple(range(2, work.given["k"].ndim)))
            arrays.append(("k turned", turned, 2, page.given_text))
    for section in work.sections:
        if section.result is not None:
            arrays.append((section.name, section.result, section.lead, page.result_text))
    for name, cells, lead, texts in arrays:
        pads = page.cells_around() if name == "x" else ()
        for place in np.ndindex(*cells.shape[:lead]):
            several = [str(i) for n, i in zip(cells.shape[:lead], place) if n > 1]
            one = cells[place]
            caption = f"{name}[{','.join(several)}]" if several else name
            yield _figure(page, f"{caption} {size_text(one.shape)}", one, texts, pads)


def _figure(
    page: Page, caption: str, cells: Array, texts: Texts, pads: tuple[tuple[int, int], ...]
) -> str:
    """A matrix under its name; x with its padding around it."""
    outside = np.zeros(cells.shape, dtype=bool)
    if any(map(any, pads)):
        cells, outside = np.pad(cells, pads), np.pad(outside, pads, constant_values=True)
        caption += f", padded to {times(cells.shape)}"
    if cells.size > page.most_cells:
        return f"<figure>{clean(caption)} (too large to write out)</figure>"
    padding = "0" if page.work.counts_padding else ""
    grid = _grid(cells, texts, outside, padding)
    return f"<figure><figcaption>{clean(caption)}</figcaption>{grid}</figure>"


def _grid(cells: Array, texts: Texts, outside: Array | None = None, padding: str = "0") -> str:
    """A matrix as cells with borders; boxes are empty cells, and None is a cell outside a stamp."""
    rows = cells if cells.ndim == 2 else cells.reshape(1, -1)
    hidden = np.zeros(rows.shape, dtype=bool) if outside is None else outside.reshape(rows.shape)
    lines = []
    for row, out in zip(rows.tolist(), hidden.tolist()):
        lines.append(
            "".join(
                _cell(cell, texts, padding if is_out else None) for cell, is_out in zip(row, out)
            )
        )
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _cell(cell: Any, texts: Texts, padding: str | None) -> str:
    """One cell of a grid."""
    if padding is not None:
        return f'<td class="pad">{padding}</td>'
    if cell is None:
        return '<td class="none"></td>'
    text = texts(cell)
    return f"<td>{'' if text == BOX else clean(text)}</td>"


def _window(page: Page, section: Section, window: Window) -> Iterator[str]:
    """A window: its cells, the kernel, the products, the sum."""
    words = ("row", "column") if len(window.reads) == 2 else ("cell",)
    where = ", ".join(
        f"{word}{'s' * (first != last)} {spread(first, last, step)}"
        for word, (first, last, step) in zip(words, window.reads)
    )
    yield f'<div class="window"><b>{clean(section.element_name(window.place))}</b> {section.reading} {where}'
    for part in window.parts:
        yield f'<div class="step">{"".join(_part(page, window, part))}</div>'
    if len(window.parts) > 1 or window.bias is not None:
        totals = sum_text([page.result_text(part.total) for part in window.parts])
        yield f"<p>{_with_boxes(f'{totals}{page.bias(window)} = {page.result_text(window.value)}')}</p>"
    yield "</div>"


def _part(page: Page, window: Window, part: Part) -> Iterator[str]:
    """One patch with its kernel."""
    if part.label:
        yield f"<span>{clean(part.label)}:</span>"
    yield _grid(part.left, page.given_text, part.outside, "" if part.right is None else "0")
    if part.right is None:
        yield f"<span>{_with_boxes(page.of_pool(window, part).strip())}</span>"
        return
    terms = sum_text([page.result_text(cell) for cell in part.products.ravel().tolist()])
    total = f"{BOX}" if page.blank else f"{terms} = {page.given_text(part.total)}"
    yield f"<span>×</span>{_grid(part.right, page.given_text)}<span>=</span>"
    yield f"{_grid(part.products, page.result_text)}<span>sum = {_with_boxes(total)}</span>"


def _stamp(page: Page, section: Section, stamp: Stamp) -> Iterator[str]:
    """The contribution of one number to the result."""
    source, _ = section.stamping
    name = element_name(source, stamp.place, page.work.given[source].shape, 1)
    given = f"{name} = {page.given_text(stamp.value)}"
    if stamp.right is None:
        why = f"to x{BOX}" if page.blank else stamp.why
        yield f"<p>{_with_boxes(f'{given} {why}')}</p>"
        return
    target = section.name + (f"[{stamp.target}]" if section.shape[0] > 1 else "")
    laid: Any = np.full(section.shape[1:], None, dtype=object)
    for cell, value in stamp.laid:
        laid[cell] = value
    yield f'<div class="window">{clean(given)} on {clean(target)}<div class="step">'
    yield f"<span>{clean(page.given_text(stamp.value))} ×</span>{_grid(stamp.right, page.given_text)}"
    if laid.size <= page.most_cells:
        yield f"<span>→</span>{_grid(laid, page.result_text)}"
    yield "</div></div>"
