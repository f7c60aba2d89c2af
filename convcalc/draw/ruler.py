"""One axis of a layer as a ruler: its cells, and every window or patch on them.

The layer's `Reads` tell which cells a window reads; receptive fields are computed from them, and the
tests compare them with what the witness reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError
from convcalc.layers.rf import UnknownField
from convcalc.layers.window import axis_names, per_axis

if TYPE_CHECKING:
    from convcalc.layers import Layer, Shape
    from convcalc.layers.rf import Reads

MAX_CELLS = 20_000  # on one axis
MAX_READ = 2_000_000  # by all windows on one axis

# The possible roles of a cell; they are names in `roles.ROLES`.
INPUT, UNREAD, PADDING, IDLE, OVER = "input", "unread", "padding", "idle", "over"
OUTPUT, BARE, CUT, ADDED = "output", "unread", "cut", "added"


@dataclass(frozen=True)
class Ruler:
    """One axis, or several equal ones.

    Attributes:
        axes: their names.
        size: cells of the map on the ruler: the input, or for patches the output.
        first: the number of its first cell; cells before the map have negative numbers.
        cells: the role of each cell.
        windows: the cells that each window reads, or that each patch writes.
        patches: whether they are patches of a transposed layer, one for each input cell.
        mirrors: whether cells outside of the input are mirrored cells, not padding.
    """

    axes: tuple[str, ...]
    size: int
    first: int
    cells: tuple[str, ...]
    windows: tuple[range, ...]
    patches: bool = False
    mirrors: bool = False

    @property
    def last(self) -> int:
        """The number of its last cell."""
        return self.first + len(self.cells) - 1

    def called(self, window: int) -> str:
        """The name of a window by its output, or of a patch by its input."""
        return f"{'input' if self.patches else 'output'} {window}"

    def role(self, cell: int) -> str:
        """The role of a cell by its number."""
        return self.cells[cell - self.first]

    def untouched(self) -> list[int]:
        """The cells of the map that no window reads, or no patch writes."""
        return [cell for cell in range(self.size) if self.role(cell) == UNREAD]

    def outside(self) -> tuple[int, int]:
        """The number of cells before the map, and after it, that are padding or cut off."""
        after = self.cells[self.size - self.first :]
        return -self.first, len(after) - after.count(OVER)

    def count(self, role: str) -> int:
        """How many cells have a role."""
        return self.cells.count(role)


def rulers_of(layer: Layer, shape: Shape, out: Shape) -> list[Ruler]:
    """The axes of a layer; equal ones as one.

    Args:
        layer: the layer.
        shape: the input.
        out: the output.

    Raises:
        UsageError: the layer has no windows, or too many cells to draw.
    """
    reads = layer.reads(shape, out)
    if reads is None or isinstance(reads, UnknownField):
        why = reads.reason if isinstance(reads, UnknownField) else "it works position by position"
        message = f"draw: {layer.kind} has no window to draw: {why}; draw a layer such as conv, maxpool or conv_transpose"
        raise UsageError(message)
    axes = layer.windows(shape)
    pads = [(axis.before, axis.after) for axis in axes] if axes else [None] * len(reads)
    added = per_axis(layer.options().get("output_padding", 0), len(reads))
    names = axis_names(shape)
    alike: dict[tuple[Any, ...], list[str]] = {}
    for name, *axis in zip(names, shape[1:], out[1:], reads, pads, added):
        _check_size(name, *axis[:4])
        alike.setdefault(tuple(axis), []).append(name)
    return [
        _of_patches(tuple(names), n, o, read, more)
        if read.writes
        else _of_windows(tuple(names), n, o, read, pad)
        for (n, o, read, pad, more), names in alike.items()
    ]


def _check_size(name: str, n: int, o: int, read: Reads, pad: tuple[int, int] | None) -> None:
    """Refuse rulers that are slow to draw and unreadable."""
    found, what, most = max(n, o), "cells", MAX_CELLS
    if found <= most:
        found, what = _span(n, o, read, pad), "cells with padding"
    if found <= most:
        found = n * len(read.writes(0)) if read.writes else o * len(read.cells(o // 2))
        what, most = "cells under all windows", MAX_READ
    if found > most:
        message = f"draw: {found:,} {what} along the {name} are too many to draw (at most {most:,}); draw a smaller layer"
        raise UsageError(message)


def _span(n: int, o: int, read: Reads, pad: tuple[int, int] | None) -> int:
    """The length of the ruler, from only the first and the last window or patch."""
    size, count, cells = (o, n, read.writes) if read.writes else (n, o, read.cells)
    before, after = (0, 0) if pad is None or read.mirrors or read.writes else pad
    ends = [end for unit in (0, count - 1) for end in (cells(unit)[:1], cells(unit)[-1:])]
    places = [cell for end in ends for cell in end]
    return max(size + after, *[cell + 1 for cell in places]) - min(-before, *places)


def _of_windows(
    axes: tuple[str, ...], n: int, o: int, read: Reads, pad: tuple[int, int] | None
) -> Ruler:
    """The input along an axis, and the o windows on it."""
    windows = tuple(read.cells(unit) for unit in range(o))
    touched = set().union(*windows)
    before, after = (0, 0) if pad is None or read.mirrors else pad
    first = min(-before, min(touched, default=0))
    last = max(n - 1 + after, max(touched, default=0))
    past = (
        last + 1 if pad is None or read.mirrors else n + after
    )  # later cells are not even padding

    def role(cell: int) -> str:
        if 0 <= cell < n:
            return INPUT if cell in touched else UNREAD
        if cell >= past:
            return OVER
        return PADDING if cell in touched else IDLE

    cells = tuple(role(cell) for cell in range(first, last + 1))
    return Ruler(axes, n, first, cells, windows, mirrors=read.mirrors)


def _of_patches(axes: tuple[str, ...], n: int, o: int, read: Reads, more: int) -> Ruler:
    """The output along an axis, and the patches that the n cells of the input write on it."""
    assert read.writes is not None
    patches = tuple(read.writes(cell) for cell in range(n))
    touched = set().union(*patches)
    first, last = min(0, *touched), max(o - 1, *touched)

    def role(cell: int) -> str:
        if not 0 <= cell < o:
            return CUT
        if cell not in touched:
            return BARE
        return ADDED if cell >= o - more else OUTPUT

    cells = tuple(role(cell) for cell in range(first, last + 1))
    return Ruler(axes, o, first, cells, patches, patches=True)
