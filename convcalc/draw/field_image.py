"""A field on a picture: the part inside it, and the whole field."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from convcalc.draw.figure import TEXT, WIDTH, Mark, Rectangle, Text
from convcalc.draw.metrics import text_width
from convcalc.draw.scene import Grid, scene

if TYPE_CHECKING:
    from convcalc.draw.field_levels import Seen

MOST_CELLS = 48  # along the longer side of the picture
LEVELS = 6  # of grey
_SIDE = 300  # units for the longer side, with everything around it
_RAMP = ":-=*#%@"  # from light to dark
_SEAM = 0.6  # overlap of cells, so that no background is visible between them
_ROWS = 20  # on a terminal


def grid_size(rows: int, columns: int, most: int = MOST_CELLS) -> tuple[int, int]:
    """The number of cells for drawing a picture of this many pixels.

    >>> grid_size(224, 224), grid_size(100, 400), grid_size(5, 3)
    ((48, 48), (12, 48), (5, 3))
    """
    scale = min(1, most / max(rows, columns))
    return max(1, round(rows * scale)), max(1, round(columns * scale))


def image_marks(seen: Seen, picture: Grid | None, y: float) -> tuple[list[Mark], float]:
    """The picture with the field on it, and its bottom.

    Args:
        seen: what a unit sees.
        picture: grey levels; None for our own picture.
        y: its top.
    """
    (top, bottom), (left, right) = (_ends(each) for each in seen.pixels)
    rows, columns = seen.image
    (low_y, high_y), (low_x, high_x) = _covered(seen)
    unit = _SIDE / max(high_y - low_y, high_x - low_x)
    x0 = (WIDTH - unit * (high_x - low_x)) / 2 - low_x * unit
    y0 = y + 2 * TEXT - low_y * unit
    marks = list(_cells(seen, picture or scene(*grid_size(rows, columns)), x0, y0, unit))
    marks.append(Rectangle(x0, y0, columns * unit, rows * unit, "frame"))
    field = Rectangle(
        x0 + left * unit, y0 + top * unit, (right - left) * unit, (bottom - top) * unit, "beyond"
    )
    marks.append(field)
    if None not in seen.inside:
        (first_y, last_y), (first_x, last_x) = (_ends(each) for each in seen.inside)
        marks.append(
            Rectangle(
                x0 + first_x * unit,
                y0 + first_y * unit,
                (last_x - first_x) * unit,
                (last_y - first_y) * unit,
                "window",
            )
        )
    marks += _numbers(field, (top, bottom - 1), (left, right - 1))
    return marks, y0 + high_y * unit + 14


def _ends(cells: tuple[int, int] | None) -> tuple[int, int]:
    """The first cell, and the one after the last."""
    return (cells[0], cells[1] + 1) if cells else (0, 0)


def _covered(seen: Seen) -> list[tuple[int, int]]:
    """The extent along each axis that contains the image and the field."""
    ends = [_ends(each) for each in seen.pixels]
    return [(min(0, first), max(n, after)) for n, (first, after) in zip(seen.image, ends)]


def _numbers(field: Rectangle, down: tuple[int, int], across: tuple[int, int]) -> Iterator[Mark]:
    """The first and last pixel along both sides of the field."""
    right, below = field.x + field.width, field.y + field.height
    first, last = (f"{n:,}" for n in across)
    middle = field.x + field.width / 2
    is_low = field.height <= 2.5 * TEXT  # then the numbers next to it also need the space above
    above = field.y - (14 if is_low else 5)
    if text_width(first) + text_width(last) + 12 < field.width:
        yield Text(field.x, above, first, "label")
        yield Text(right, above, last, "label", anchor="end")
    else:
        yield Text(
            middle,
            above,
            first if first == last else f"{first} to {last}",
            "label",
            anchor="middle",
        )
    high, low = (f"{n:,}" for n in down)
    if not is_low:
        yield Text(field.x - 5, field.y + TEXT, high, "label", anchor="end")
        yield Text(field.x - 5, below - 2, low, "label", anchor="end")
    else:
        text = high if high == low else f"{high} to {low}"
        yield Text(field.x - 5, field.y + field.height / 2 + 4, text, "label", anchor="end")


def _cells(seen: Seen, grid: Grid, x: float, y: float, unit: float) -> Iterator[Mark]:
    """The picture in a few grey levels, pale where it is not seen; equal neighbours are joined."""
    rows, columns = seen.image
    high, wide = rows * unit / len(grid), columns * unit / len(grid[0])
    inside = [_ends(each) for each in seen.inside]
    for number, line in enumerate(grid):
        row = (number + 0.5) * rows / len(grid)
        roles = [
            _role(level, row, (column + 0.5) * columns / len(line), inside)
            for column, level in enumerate(line)
        ]
        start = 0
        for role, run in groupby(roles):
            count = len(list(run))
            right = _SEAM if start + count < len(line) else 0
            below = _SEAM if number + 1 < len(grid) else 0
            left, top = x + start * wide, y + number * high
            yield Rectangle(left, top, count * wide + right, high + below, role)
            start += count


def _role(level: int, row: float, column: float, inside: list[tuple[int, int]]) -> str:
    """The role of a cell."""
    (top, bottom), (left, right) = inside
    seen = top <= row < bottom and left <= column < right
    return f"{'grey' if seen else 'pale'}{min(level * LEVELS // 256, LEVELS - 1)}"


def image_lines(seen: Seen, picture: Grid | None, columns: int) -> Iterator[str]:
    """The picture on a terminal: letters where it is seen, pale signs elsewhere.

    Args:
        seen: what a unit sees.
        picture: grey levels; None for our own picture.
        columns: the width of the terminal.
    """
    rows, across = seen.image
    (low_y, high_y), (low_x, high_x) = _covered(seen)
    scale = min(_ROWS / (high_y - low_y), (columns / 2 - 1) / (high_x - low_x))
    down, wide = (
        max(1, round((high_y - low_y) * scale)),
        max(1, round(2 * (high_x - low_x) * scale)),
    )
    grid = picture or scene(*grid_size(rows, across))
    for line in range(down):
        y = low_y + (line + 0.5) / down * (high_y - low_y)
        signs = []
        for place in range(wide):
            x = low_x + (place + 0.5) / wide * (high_x - low_x)
            signs.append(_letter(seen, grid, y, x))
        yield "".join(signs).rstrip()


def _letter(seen: Seen, grid: Grid, y: float, x: float) -> str:
    """The sign at a place."""
    (top, bottom), (left, right) = (_ends(each) for each in seen.pixels)
    rows, columns = seen.image
    within = top <= y < bottom and left <= x < right
    if not (0 <= y < rows and 0 <= x < columns):
        return "+" if within else " "
    if not within:
        return "░"
    level = grid[int(y / rows * len(grid))][int(x / columns * len(grid[0]))]
    return _RAMP[(255 - level) * len(_RAMP) // 256]
