"""The picture *window* as marks: grids of cells side by side, and the marks of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convcalc.draw.figure import TEXT, WIDTH, Mark, Rectangle, Text
from convcalc.draw.legend import SPACE
from convcalc.draw.metrics import text_width
from convcalc.draw.roles import ROLES
from convcalc.errors import UsageError
from convcalc.text import times

if TYPE_CHECKING:
    from convcalc.draw.plane import Plane
    from convcalc.draw.window_numbers import Numbers

GAP = 30  # between grids
USUAL, LEAST = 26, 7  # units across a cell
LEAST_BESIDE = 17  # if grids are side by side
LINE = 18  # of text


@dataclass(frozen=True)
class Grid:
    """A grid of cells on the page.

    Attributes:
        x, y: its upper left corner.
        wide, high: the size of a cell.
        rows, columns: the number of cells.
    """

    x: float
    y: float
    wide: float
    high: float
    rows: int
    columns: int

    @property
    def bottom(self) -> float:
        """Its bottom."""
        return self.y + self.high * self.rows

    def cell(
        self, row: int, column: int, role: str, text: str = "", title: str = ""
    ) -> Iterator[Mark]:
        """One cell, with its number."""
        x, y = self.x + self.wide * column, self.y + self.high * row
        yield Rectangle(x, y, self.wide, self.high, role, title)
        if text:
            middle = x + self.wide / 2
            look = "label" if ROLES[role].pattern else "text"
            yield Text(middle, y + self.high / 2 + TEXT * 0.36, text, look, anchor="middle")

    def frame(self, cells: list[tuple[int, int]], role: str) -> Rectangle:
        """A frame around cells."""
        rows, columns = [row for row, _ in cells], [column for _, column in cells]
        x, y = self.x + self.wide * min(columns), self.y + self.high * min(rows)
        wide = self.wide * (max(columns) - min(columns) + 1)
        return Rectangle(x, y, wide, self.high * (max(rows) - min(rows) + 1), role)

    def numbers(self, rows: Sequence[int | None], columns: Sequence[int | None]) -> Iterator[Mark]:
        """The numbers of rows and columns, if there is space."""
        widest = max(text_width(str(number or 0)) for number in (*rows, *columns))
        if self.wide < widest + 2 or self.high < TEXT:
            return
        for place, number in enumerate(columns):
            if number is not None:
                x = self.x + self.wide * (place + 0.5)
                yield Text(x, self.y - 5, str(number), "muted", anchor="middle")
        for place, number in enumerate(rows):
            if number is not None and len(rows) > 1:
                y = self.y + self.high * (place + 0.5) + TEXT * 0.36
                yield Text(self.x - 5, y, str(number), "muted", anchor="end")


@dataclass(frozen=True)
class Layout:
    """The places of the picture's grids.

    Attributes:
        names: the caption of each sort of grid.
        grids: for each sort, its grids, one per channel: input, kernel, products; and one output.
    """

    names: list[str]
    grids: list[list[Grid]]

    @property
    def inputs(self) -> list[Grid]:
        return self.grids[0]

    @property
    def output(self) -> Grid:
        return self.grids[-1][0]

    @property
    def kernels(self) -> list[Grid]:
        return self.grids[1] if len(self.grids) > 2 else []

    @property
    def products(self) -> list[Grid]:
        return self.grids[2] if len(self.grids) > 3 else []

    @property
    def bottom(self) -> float:
        """The bottom of the lowest grid."""
        return max(grid.bottom for grids in self.grids for grid in grids)

    def captions(self) -> Iterator[Mark]:
        """The captions above the grids and their numbers, with the number of channels."""
        for name, grids in zip(self.names, self.grids):
            for channel, grid in enumerate(grids):
                which = f" {channel}" if len(grids) > 1 else ""
                yield Text(grid.x, grid.y - LINE - 6, f"{name}{which}")


def layout_of(plane: Plane, numbers: Numbers | None, names: list[str], top: float) -> Layout:
    """Lay out the grids side by side if there is space, else the input above the others.

    Args:
        plane: the canvas.
        numbers: the numbers in the cells.
        names: the captions of the grids, from left to right, for the existing sorts.
        top: the top of the grids.

    Raises:
        UsageError: the input is too large for the page.
    """
    texts = _texts(numbers) if numbers else []
    least = max([text_width(text) for text in texts], default=LEAST - 5) + 5
    middle = [plane.kernel((0, 0))] * (len(names) - 2)
    sizes = [(plane.rows.size, plane.columns.size), *middle, plane.outputs]
    usual = max(USUAL, least)
    least_wide = max(least, LEAST_BESIDE)
    wide = next((wide for wide in (usual, usual - 3, usual - 6, least_wide)
                 if wide >= least_wide and _across(names, sizes, wide) <= WIDTH - SPACE), 0.0)  # fmt: skip
    if not wide:
        return Layout(names, _stacked(names, sizes, least, top, numbers))
    high = min(wide, USUAL)
    channels = len(numbers.inputs) if numbers else 1
    band = max(rows for rows, _ in sizes[:-1]) * high + 2 * LINE + 8
    grids: list[list[Grid]] = []
    x = SPACE + GAP / 2
    for name, (rows, columns) in zip(names, sizes):
        count = channels if len(grids) < len(names) - 1 else 1
        tops = [top + 2 * LINE + channel * band for channel in range(count)]
        grids.append([Grid(x, y, wide, high, rows, columns) for y in tops])
        x += max(columns * wide, text_width(name + " 0")) + GAP
    return Layout(names, grids)


def _across(names: list[str], sizes: list[tuple[int, int]], wide: float) -> float:
    """The right end of grids side by side."""
    each = [
        max(columns * wide, text_width(name + " 0")) + GAP
        for name, (_, columns) in zip(names, sizes)
    ]
    return SPACE - GAP / 2 + sum(each)


def _texts(numbers: Numbers) -> list[str]:
    """All numbers in cells."""
    grids = (*numbers.inputs, *numbers.kernels, numbers.results)
    products = [text for channels in numbers.products.values() for row in channels for text in row]
    return [text for grid in grids for row in grid for text in row] + products


def _stacked(
    names: list[str],
    sizes: list[tuple[int, int]],
    least: float,
    top: float,
    numbers: Numbers | None,
) -> list[list[Grid]]:
    """The input above, the others below it."""
    (rows, columns), *rest = sizes
    room = WIDTH - 2 * SPACE - GAP
    wide = min(max(USUAL, least), room / columns)
    small = (room - GAP * (len(rest) - 1)) / sum(columns for _, columns in rest)
    below = min(max(USUAL, least), small)
    if min(wide, below) < least or (numbers and len(numbers.inputs) > 1):
        message = f"draw: an input of {times((rows, columns))} cells with its padding, and what belongs to it, is too wide for a page; draw a smaller one"
        raise UsageError(message)
    first = Grid(SPACE + GAP / 2, top + 2 * LINE, wide, min(wide, USUAL), rows, columns)
    grids, x = [[first]], first.x
    for name, (rows, columns) in zip(names[1:], rest):
        grids.append([Grid(x, first.bottom + 3 * LINE, below, min(below, USUAL), rows, columns)])
        x += max(columns * below, text_width(name)) + GAP
    return grids


Cell = Callable[[int, int], str]


def grid_marks(grid: Grid, role: Cell, text: Cell, title: Cell) -> Iterator[Mark]:
    """All cells of a grid; those with solid borders last, so that these are visible."""
    cells = [(role(r, c), r, c) for r in range(grid.rows) for c in range(grid.columns)]
    for name, row, column in sorted(cells, key=lambda cell: not ROLES[cell[0]].dashes):
        yield from grid.cell(row, column, name, text(row, column), title(row, column))
