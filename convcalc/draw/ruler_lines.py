"""A ruler on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from convcalc.draw.ruler import CUT, IDLE, OVER, PADDING, UNREAD, Ruler
from convcalc.draw.ruler_view import folded
from convcalc.text import wrap

USUAL_WIDTH = 100  # if the terminal's width is unknown
MOST_WINDOWS = 24

# The sign of a cell under a window, by its role; and of one next to it.
READ, ON_PADDING, ON_NOTHING, BESIDE, NEVER, NOWHERE = "█", "░", "+", "-", "×", " "


def ruler_lines(ruler: Ruler, width: int | None) -> Iterator[str]:
    """The cells' numbers, a line for each window, and the meaning of the signs."""
    windows = folded(len(ruler.windows), MOST_WINDOWS)
    what = "output" if ruler.patches else "input"
    margin = len(ruler.called(len(ruler.windows) - 1)) + 2
    room = max(8, (width or USUAL_WIDTH) - margin)
    each = 3 if 3 * len(ruler.cells) <= room else 2 if 2 * len(ruler.cells) <= room else 1
    places = folded(len(ruler.cells), room // each)
    yield f"{what:<{margin}}{_numbers(ruler, places, each)}".rstrip()
    for window in windows:
        if window is None:
            hidden = len(ruler.windows) - len(windows) + 1
            yield f"{'':<{margin}}… {hidden:,} more".rstrip()
            continue
        signs = [_sign(ruler, window, place) for place in places]
        yield f"{ruler.called(window):<{margin}}{''.join(_wide(sign, each) for sign in signs)}".rstrip()
    yield from _legend(ruler, width)


def _wide(sign: str, each: int) -> str:
    """A sign as wide as a cell, with a space if it fits."""
    return sign if each == 1 else sign * (each - 1) + " "


def _numbers(ruler: Ruler, places: list[int | None], each: int) -> str:
    """The numbers above the cells, as many as fit without touching."""
    line = ""
    for place, cell in enumerate(places):
        if cell is None:
            line = line.ljust(place * each) + "…"
            continue
        number = cell + ruler.first
        start = place * each
        wide = each == 3 or number % (5 if each == 2 else 10) == 0
        if wide and 0 <= number < ruler.size and (not line or len(line) < start):
            line = line.ljust(start) + str(number)
    return line


def _sign(ruler: Ruler, window: int, place: int | None) -> str:
    """The sign at a place of a window's line."""
    if place is None:
        return "…"
    role = ruler.cells[place]
    if place + ruler.first in ruler.windows[window]:
        return {PADDING: ON_PADDING, CUT: ON_PADDING, OVER: ON_NOTHING}.get(role, READ)
    if role == UNREAD:
        return NEVER
    return NOWHERE if role in (PADDING, IDLE, OVER, CUT) else BESIDE


def _legend(ruler: Ruler, width: int | None) -> Iterator[str]:
    """The meanings of the signs in use."""
    if ruler.patches:
        meanings = {
            READ: "written",
            ON_PADDING: "cut off",
            NEVER: "written by no patch",
            BESIDE: "output",
        }
    else:
        meanings = {
            READ: "read", ON_PADDING: "mirrored" if ruler.mirrors else "padding", ON_NOTHING: "past the end, left out",
            NEVER: "never read", BESIDE: "read by others",
        }  # fmt: skip
    seen = {
        _sign(ruler, window, place)
        for window in {0, len(ruler.windows) - 1, *range(min(len(ruler.windows), 9))}
        for place in range(len(ruler.cells))
    }
    found = [f"{sign} {meaning}" for sign, meaning in meanings.items() if sign in seen]
    yield from wrap("   ".join(found), width)
