"""The canvas that a kernel slides over: the padded input; for a transposed layer, stretched by zeros.

A transposed convolution is drawn as the equal convolution: its inputs are one stride apart, with zeros
between and around them, and the kernel, turned by 180°, moves by one cell. The positions of the cells
come only from the layer's `Reads`, as in `ruler`.

Source: Dumoulin & Visin, arXiv:1603.07285, chapter 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from convcalc.draw.ruler import IDLE, INPUT, OVER, PADDING, UNREAD, Ruler, rulers_of
from convcalc.errors import UsageError
from convcalc.layers.window import axis_names
from convcalc.text import times

if TYPE_CHECKING:
    from convcalc.layers import Layer, Shape

ZERO = "bare"  # the role of a zero between two inputs, from the stride

MAX_SIDE = 48  # largest side of the canvas and of the output, in cells

Place = tuple[int, ...]


@dataclass(frozen=True)
class Track:
    """One axis of the canvas.

    Attributes:
        first: the number of its first cell.
        roles: the role of each cell.
        holds: the input in each cell; None for zeros.
        windows: for each output, the cells under the kernel, in order.
    """

    first: int
    roles: tuple[str, ...]
    holds: tuple[int | None, ...]
    windows: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> int:
        """Cells of the canvas."""
        return len(self.roles)


def _of_windows(ruler: Ruler) -> Track:
    """The padded input."""
    cells = range(ruler.first, ruler.last + 1)
    holds = tuple(cell if 0 <= cell < ruler.size else None for cell in cells)
    return Track(ruler.first, ruler.cells, holds, tuple(map(tuple, ruler.windows)))


def _of_patches(ruler: Ruler) -> Track:
    """The inputs, each in the first cell that its patch writes, and zeros elsewhere.

    An output is connected through a tap to the input that is the tap's offset before it; so
    the kernel is turned by 180° there.
    """
    starts = {patch[0]: number for number, patch in enumerate(ruler.windows)}
    offsets = [cell - ruler.windows[0][0] for cell in ruler.windows[0]]
    windows = tuple(
        tuple(unit - offset for offset in reversed(offsets)) for unit in range(ruler.size)
    )
    first = min(*starts, windows[0][0])
    last = max(*starts, windows[-1][-1])
    touched = set().union(*windows)

    def role(cell: int) -> str:
        if cell in starts:
            return INPUT if cell in touched else UNREAD
        if min(starts) < cell < max(starts):
            return ZERO
        return PADDING if cell in touched else IDLE

    cells = range(first, last + 1)
    return Track(first, tuple(map(role, cells)), tuple(map(starts.get, cells)), windows)


@dataclass(frozen=True)
class Plane:
    """The canvas of a layer with one or two axes; one axis is drawn as a single row.

    Attributes:
        rows, columns: its axes.
        axes: the number of the layer's axes.
    """

    rows: Track
    columns: Track
    axes: int

    @cached_property
    def outputs(self) -> tuple[int, int]:
        """Rows and columns of the output."""
        return len(self.rows.windows), len(self.columns.windows)

    def steps(self) -> list[tuple[int, int]]:
        """Every position in the output, row by row."""
        rows, columns = self.outputs
        return list(product(range(rows), range(columns)))

    def taps(self, step: tuple[int, int]) -> list[tuple[int, int]]:
        """The cells of the canvas under the kernel, counted from its first row and column."""
        rows, columns = self.rows.windows[step[0]], self.columns.windows[step[1]]
        return [(r - self.rows.first, c - self.columns.first) for r in rows for c in columns]

    def kernel(self, step: tuple[int, int]) -> tuple[int, int]:
        """Rows and columns of the window at a position."""
        return len(self.rows.windows[step[0]]), len(self.columns.windows[step[1]])

    def role(self, row: int, column: int) -> str:
        """The role of a cell, from its roles along both axes."""
        roles = (self.rows.roles[row], self.columns.roles[column])
        return next(role for role in (OVER, IDLE, PADDING, ZERO, UNREAD, INPUT) if role in roles)

    def is_real(self, row: int, column: int) -> bool:
        """Whether a cell contains an input."""
        return self.rows.holds[row] is not None and self.columns.holds[column] is not None

    def place(self, step: tuple[int, int]) -> Place:
        """A position in the output, with the layer's number of axes."""
        return step[2 - self.axes :]


_ONE_ROW = Track(0, (INPUT,), (0,), ((0,),))


def plane_of(layer: Layer, shape: Shape, out: Shape) -> Plane:
    """The canvas of a layer.

    Raises:
        UsageError: the layer has no window, or does not have one or two axes.
    """
    rulers = {name: ruler for ruler in rulers_of(layer, shape, out) for name in ruler.axes}
    names = axis_names(shape)
    if len(names) > 2:
        message = f"draw: {times(shape)} has {len(names)} axes, and a window is drawn on 1 or 2; draw fit shows each axis separately"
        raise UsageError(message)
    for ruler in rulers.values():
        _check_side(max(ruler.size, len(ruler.cells) // 2))  # every canvas is at least as long
    tracks = [
        (_of_patches if rulers[name].patches else _of_windows)(rulers[name]) for name in names
    ]
    rows, columns = [_ONE_ROW, *tracks][-2:]
    plane = Plane(rows, columns, len(names))
    _check_side(max(rows.size, columns.size, *plane.outputs))
    return plane


def _check_side(cells: int) -> None:
    """Refuse a canvas that is too large to read."""
    if cells > MAX_SIDE:
        message = f"draw window: {cells} cells side by side are too many to draw (at most {MAX_SIDE}); draw a smaller input, or all windows with convcalc draw fit"
        raise UsageError(message)
