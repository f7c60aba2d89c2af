"""A figure as SVG for a page, written without a library, because a slider redraws it at every move.

It has the same elements as `convcalc.draw.svg`; the tests compare the two.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from convcalc.draw.figure import Figure, Line, Mark, Polygon, Rectangle, Text, least_text
from convcalc.draw.svg import (
    EDGE,
    SECONDS,
    class_of,
    corner_text,
    escaped,
    head_of,
    number,
    patterns,
    styles,
)


def inline_svg(figure: Figure, scheme: str = "") -> str:
    """A figure as an element of a page, not wider than the page.

    Args:
        figure: what to draw.
        scheme: ``light`` or ``dark``; by default it follows the reader's choice.
    """
    corner = corner_text(figure)
    size = least_text(figure.width)
    width, height = number(figure.width), number(figure.height + size + 2 * EDGE)
    name = f"c{zlib.crc32(f'{figure.title}{corner}'.encode('utf-8', 'replace')):08x}"
    last = Text(figure.width - EDGE, figure.height + size + EDGE / 2, corner, "muted", size, "end")
    marks, steps = [*figure.marks, last], figure.steps
    used = dict.fromkeys(mark.role for group in (marks, *steps) for mark in group)
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" class="cc" aria-labelledby="{name}t {name}d">',
            f"<defs>{''.join(patterns(used))}</defs>",
            f'<title id="{name}t">{escaped(figure.title)}</title>',
            f'<desc id="{name}d">{escaped(figure.description)}</desc>',
            f"<style>{''.join(styles(used, scheme, len(steps)))}</style>",
            f'<rect x="0" y="0" width="{width}" height="{height}" class="cc-page"/>',
            *_elements(marks),
            *_groups(steps),
            "</svg>",
        ]
    )


def _groups(steps: tuple[tuple[Mark, ...], ...]) -> Iterator[str]:
    """The steps of an animation."""
    for place, step in enumerate(steps):
        several = ' class="cc-step"' if place else ' class="cc-step cc-first"'
        late = (
            f' style="animation-delay:{number((place - len(steps)) * SECONDS)}s"' if place else ""
        )
        yield f"<g{several if len(steps) > 1 else ''}{late}>{''.join(_elements(step))}</g>"


def _elements(marks: Iterable[Mark]) -> Iterator[str]:
    """The marks, each as one or two elements."""
    for mark in marks:
        yield from _MAKERS[type(mark)](mark)


def _rectangle(mark: Rectangle) -> Iterator[str]:
    round_ = f' rx="{number(mark.corner)}"' if mark.corner else ""
    yield (
        f'<rect x="{number(mark.x)}" y="{number(mark.y)}" width="{number(mark.width)}" height="{number(mark.height)}"'
        f'{round_} class="{class_of(mark.role)}"{_end("rect", mark.title)}'
    )


def _line(mark: Line) -> Iterator[str]:
    yield _path(mark.points, "", ' fill="none"', mark.role, "")
    if mark.arrow:
        ends = head_of(mark)
        yield _path([*zip(ends[::2], ends[1::2])], "", ' fill="none"', mark.role, "")


def _polygon(mark: Polygon) -> Iterator[str]:
    yield _path(mark.points, " Z", "", mark.role, mark.title)


def _path(
    points: Iterable[tuple[float, float]], close: str, look: str, role: str, title: str
) -> str:
    """An open or closed path."""
    (x, y), *others = points
    way = f"M{number(x)},{number(y)}" + "".join([f" L{number(x)},{number(y)}" for x, y in others])
    return f'<path d="{way}{close}"{look} class="{class_of(role)}"{_end("path", title)}'


def _text(mark: Text) -> Iterator[str]:
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    yield (
        f'<text x="{number(mark.x)}" y="{number(mark.y)}" font-size="{number(mark.size)}"{anchor} '
        f'class="{class_of(mark.role)}">{escaped(mark.text)}</text>'
    )


def _end(tag: str, title: str) -> str:
    """The end of an element, with its tooltip."""
    return f"><title>{escaped(title)}</title></{tag}>" if title else "/>"


_MAKERS: dict[type, Any] = {
    Rectangle: _rectangle,
    Line: _line,
    Polygon: _polygon,
    Text: _text,
}
