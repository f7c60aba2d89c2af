"""A figure as SVG: the same bytes each time, without scripts and without loading anything."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from convcalc import __version__
from convcalc.draw.extras import imported
from convcalc.draw.figure import Figure, Line, Mark, Polygon, Rectangle, Text, least_text
from convcalc.draw.metrics import fitted
from convcalc.draw.roles import PAGE, PATTERNS, ROLES, Look
from convcalc.text import printable

FONT = "'DejaVu Sans',Verdana,sans-serif"  # their letters are as wide as in the table
SECONDS = 1.5  # for each step
EDGE = 8  # around the line in the corner
HEAD = 5  # width of an arrow head


def svg_text(figure: Figure, scheme: str = "", *, inline: bool = False) -> str:
    """A figure as SVG.

    Args:
        figure: what to draw.
        scheme: ``light`` or ``dark``; by default it follows the reader's choice, and prints are light.
        inline: whether it is inserted into a page, instead of a file.

    Raises:
        UsageError: drawsvg is not installed.
    """
    draw = imported("drawsvg")
    corner = corner_text(figure)
    size = least_text(figure.width)
    height = figure.height + size + 2 * EDGE
    name = f"c{zlib.crc32(f'{figure.title}{corner}'.encode('utf-8', 'replace')):08x}"
    drawing = draw.Drawing(
        number(figure.width),
        number(height),
        role="img",
        **{"class": "cc", "aria-labelledby": f"{name}t {name}d"},
    )
    drawing.append(draw.Raw(_element("title", f"{name}t", figure.title)))
    drawing.append(draw.Raw(_element("desc", f"{name}d", figure.description)))
    last = Text(figure.width - EDGE, figure.height + size + EDGE / 2, corner, "muted", size, "end")
    marks = [*figure.marks, last]
    steps = figure.steps
    used = dict.fromkeys(mark.role for group in (marks, *steps) for mark in group)
    drawing.append(draw.Raw(f"<style>{''.join(styles(used, scheme, len(steps)))}</style>"))
    for pattern in patterns(used):
        drawing.append_def(draw.Raw(pattern))
    page = {"class": "cc-page"}
    drawing.append(draw.Rectangle(0, 0, number(figure.width), number(height), **page))
    drawing.extend(_elements(draw, marks))
    for place, step in enumerate(steps):
        drawing.append(_group(draw, step, place, len(steps)))
    text = str(drawing.as_svg(header="" if inline else '<?xml version="1.0" encoding="UTF-8"?>\n'))
    return text if inline else text + "\n"


def corner_text(figure: Figure) -> str:
    """The line in the corner: the source of the data, and convcalc's version."""
    ours = f"convcalc {__version__}"
    if not figure.source:
        return ours
    size = least_text(figure.width)
    room = figure.width - 2 * EDGE - size * len(ours)
    return f"{fitted(printable(figure.source), room, size)} · {ours}"


def _element(tag: str, name: str, text: str) -> str:
    """A title or a description."""
    return f'<{tag} id="{name}">{escaped(text)}</{tag}>'


def escaped(text: str) -> str:
    """A text for XML, which allows no control characters and no unpaired surrogates."""
    shown = printable(text)
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def number(value: float) -> float:
    """A coordinate with two decimals, without zeros at the end."""
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded


# ------------------------------------------------------------------------------------- styles


def class_of(role: str) -> str:
    return f"cc-{role}"


def styles(used: Iterable[str], scheme: str, steps: int) -> Iterator[str]:
    """The style sheet: the looks of the used roles, and the times of the steps."""
    looks = {"page": PAGE, **{role: ROLES[role] for role in used}}
    yield f".cc text{{font-family:{FONT};paint-order:stroke;stroke-linejoin:round}}"
    for role, look in looks.items():
        yield f".{class_of(role)}{{{_colors(role, look, dark=scheme == 'dark')}{_strokes(look)}}}"
        yield from _pattern_style(role, look, dark=scheme == "dark")
    if not scheme:
        yield "@media screen and (prefers-color-scheme:dark){"
        for role, look in looks.items():
            yield f".{class_of(role)}{{{_colors(role, look, dark=True)}}}"
            yield from _pattern_style(role, look, dark=True)
        yield "}"
    if steps > 1:
        yield from _step_styles(steps)


def _colors(role: str, look: Look, *, dark: bool) -> str:
    """Fill and stroke."""
    fill, stroke = (look.dark_fill, look.dark_stroke) if dark else (look.fill, look.stroke)
    if look.pattern:
        fill = f"url(#{class_of(role)}-p)"
    return f"fill:{fill or 'none'};stroke:{stroke or 'none'}"


def _strokes(look: Look) -> str:
    """The properties that do not depend on the page."""
    text = f";stroke-width:{look.width}" if look.stroke and look.width != 1 else ""
    text += f";stroke-dasharray:{look.dashes}" if look.dashes else ""
    return text + (";font-weight:bold" if look.bold else "")


def _pattern_style(role: str, look: Look, *, dark: bool) -> Iterator[str]:
    """The two parts of a pattern: its background, and its lines."""
    if look.pattern:
        fill, stroke = (look.dark_fill, look.dark_stroke) if dark else (look.fill, look.stroke)
        yield f".{class_of(role)}-f{{fill:{fill}}}.{class_of(role)}-l{{stroke:{stroke}}}"


def patterns(used: Iterable[str]) -> Iterator[str]:
    """The patterns of the used roles."""
    for role in used:
        if not ROLES[role].pattern:
            continue
        size, path, width = PATTERNS[ROLES[role].pattern]
        name = class_of(role)
        yield (
            f'<pattern id="{name}-p" width="{size}" height="{size}" patternUnits="userSpaceOnUse">'
            f'<rect class="{name}-f" width="{size}" height="{size}"/>'
            f'<path class="{name}-l" d="{path}" fill="none" stroke-width="{width}" '
            'stroke-linecap="round"/></pattern>'
        )


def _step_styles(steps: int) -> Iterator[str]:
    """Steps are shown one after the other; with reduced motion, and in print, only the first.

    Pointing at the picture stops it.
    """
    share = number(100 / steps)
    yield ".cc-step{visibility:hidden}.cc-first{visibility:visible}"
    yield "@media screen and (prefers-reduced-motion:no-preference){"
    yield f".cc-step{{visibility:hidden;animation:cc-show{steps} {number(SECONDS * steps)}s step-end infinite}}"
    yield ".cc:hover .cc-step{animation-play-state:paused}}"
    yield f"@keyframes cc-show{steps}{{0%{{visibility:visible}}{share}%{{visibility:hidden}}}}"


# -------------------------------------------------------------------------------------- marks


def _group(draw: Any, step: Iterable[Mark], place: int, steps: int) -> Any:
    """The marks of one step."""
    names = {"class": "cc-step" if place else "cc-step cc-first"} if steps > 1 else {}
    late = {"style": f"animation-delay:{number((place - steps) * SECONDS)}s"} if place else {}
    group = draw.Group(**names, **late)
    group.extend(_elements(draw, step))
    return group


def _elements(draw: Any, marks: Iterable[Mark]) -> Iterator[Any]:
    """The marks, each as one or two elements."""
    for mark in marks:
        yield from _MAKERS[type(mark)](draw, mark)


def _rectangle(draw: Any, mark: Rectangle) -> Iterator[Any]:
    x, y, width, height = map(number, (mark.x, mark.y, mark.width, mark.height))
    rounded = {"rx": number(mark.corner)} if mark.corner else {}
    made = draw.Rectangle(x, y, width, height, **rounded, **{"class": class_of(mark.role)})
    yield _titled(made, mark.title)


def _line(draw: Any, mark: Line) -> Iterator[Any]:
    points = [number(value) for point in mark.points for value in point]
    yield draw.Lines(*points, fill="none", **{"class": class_of(mark.role)})
    if mark.arrow:
        yield draw.Lines(*head_of(mark), fill="none", **{"class": class_of(mark.role)})


def head_of(mark: Line) -> list[float]:
    """The two strokes of an arrow's head."""
    (x0, y0), (x, y) = mark.points[-2:]
    length = ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5 or 1
    along, across = ((x - x0) / length * HEAD, (y - y0) / length * HEAD)
    ends = (
        (x - along + across / 2, y - across - along / 2),
        (x, y),
        (x - along - across / 2, y - across + along / 2),
    )
    return [number(value) for end in ends for value in end]


def _polygon(draw: Any, mark: Polygon) -> Iterator[Any]:
    points = [number(value) for point in mark.points for value in point]
    yield _titled(draw.Lines(*points, close=True, **{"class": class_of(mark.role)}), mark.title)


def _text(draw: Any, mark: Text) -> Iterator[Any]:
    anchor = {} if mark.anchor == "start" else {"text_anchor": mark.anchor}
    made = draw.Text(
        printable(mark.text),
        number(mark.size),
        number(mark.x),
        number(mark.y),
        **anchor,
        **{"class": class_of(mark.role)},
    )
    yield made


def _titled(made: Any, title: str) -> Any:
    """An element with a tooltip."""
    if title:
        made.append_title(printable(title))
    return made


_MAKERS: dict[type, Any] = {
    Rectangle: _rectangle,
    Line: _line,
    Polygon: _polygon,
    Text: _text,
}
