"""The visible part of a ruler, if there is no space for all of it, and remarks on it."""

from __future__ import annotations

from collections.abc import Sequence

from convcalc.draw.ruler import ADDED, CUT, IDLE, OVER, PADDING, Ruler
from convcalc.text import listed, plural

# The name of one cell along each axis.
_CELLS = {"length": "cell", "depth": "slice", "height": "row", "width": "column"}
MAX_RANGES = 6  # of listed cells


def folded(count: int, most: int) -> list[int | None]:
    """Places from 0; if there are too many, a None stands for the middle ones.

    >>> folded(3, 5), folded(9, 5)
    ([0, 1, 2], [0, 1, None, 7, 8])
    """
    if count <= most:
        return list(range(count))
    head = most // 2
    tail = most - 1 - head
    return [*range(head), None, *range(count - tail, count)]


def numbers_text(cells: Sequence[int]) -> str:
    """Numbers in order, with ranges; if there are many, their count.

    >>> numbers_text([31]), numbers_text([3, 7, 8, 9]), numbers_text([0, 2, 4, 6, 8, 10, 12])
    ('31', '3 and 7 to 9', '0, 2, 4, … 12')
    """
    ranges: list[list[int]] = []
    for cell in cells:
        if ranges and cell == ranges[-1][-1] + 1:
            ranges[-1][1:] = [cell]
        else:
            ranges.append([cell])
    texts = [" to ".join(map(str, each)) for each in ranges]
    if len(texts) > MAX_RANGES:
        return f"{', '.join(texts[:3])}, … {texts[-1]}"
    *before, last = texts
    return f"{', '.join(before)} and {last}" if before else last


def remarks(ruler: Ruler) -> list[str]:
    """Which parts of the ruler are padding, never read, or left out: a clause each."""
    return _of_patches(ruler) if ruler.patches else _of_windows(ruler)


def _of_windows(ruler: Ruler) -> list[str]:
    found = []
    padding, idle, over = map(ruler.count, (PADDING, IDLE, OVER))
    if padding + idle:
        before = -ruler.first
        what = "mirrored cells" if ruler.mirrors else "padding"
        found.append(f"{what}: {before} before and {padding + idle - before} after")
    if idle:
        found.append(f"{plural(idle, 'cell')} of the padding {_is(idle)} never read")
    if over:
        found.append(
            f"the last window goes past the end by {plural(over, 'cell')}, which {_is(over)} left out"
        )
    lost = ruler.untouched()
    return [*found, f"{_called(ruler, lost)} never read" if lost else "every cell is read"]


def _of_patches(ruler: Ruler) -> list[str]:
    found = []
    cut, added = map(ruler.count, (CUT, ADDED))
    if cut:
        before = max(0, -ruler.first)
        sides = f"{before} before and {cut - before} after"
        found.append(f"padding cuts {plural(cut, 'cell')} off: {sides}")
    if added:
        found.append(f"output padding keeps {plural(added, 'cell')} at the end")
    bare = ruler.untouched()
    said = f"{_called(ruler, bare)} written by no patch" if bare else "every cell is written"
    return [*found, said]


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _called(ruler: Ruler, cells: Sequence[int]) -> str:
    """The name of cells with a verb, by axes: row and column 31 are."""
    names = [_CELLS[axis] + ("s" if len(cells) > 1 else "") for axis in ruler.axes]
    return f"{listed(names)} {numbers_text(cells)} {_is(len(cells) * len(names))}"
