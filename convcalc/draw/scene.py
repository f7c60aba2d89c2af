"""A small test picture: hills, a house and the sun, drawn by formulas at any size."""

from __future__ import annotations

from math import sin

Grid = list[list[int]]  # rows of grey levels from 0, black, to 255, white


def scene(rows: int, columns: int) -> Grid:
    """The picture with this many rows and columns.

    >>> [max(row) for row in scene(4, 4)], min(map(min, scene(40, 40)))
    ([190, 210, 215, 90], 30)
    """
    return [
        [_level((column + 0.5) / columns, (row + 0.5) / rows) for column in range(columns)]
        for row in range(rows)
    ]


def _level(x: float, y: float) -> int:
    """The brightness of a place; x and y are from 0 to 1."""
    found = 180 + int(80 * y)  # the sky
    if (x - 0.78) ** 2 + (y - 0.2) ** 2 < 0.012:
        found = 255
    if y > 0.55 - 0.12 * sin(5 * x + 0.5):
        found = 130
    if y > 0.68 - 0.06 * sin(7 * x + 2):
        found = 90
    return _house(x, y, found)


def _house(x: float, y: float, behind: int) -> int:
    """The same, with a house in front."""
    if abs(x - 0.36) < 0.16 and 0.55 < y < 0.82:
        door = abs(x - 0.42) < 0.035 and y > 0.68
        window = abs(x - 0.3) < 0.045 and 0.62 < y < 0.71
        return 30 if door or window else 215
    if 0.4 < y <= 0.55 and abs(x - 0.36) < (y - 0.4) / 0.15 * 0.21:
        return 60
    return behind
