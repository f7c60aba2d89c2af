"""im2col by tiles: windows as the columns of a matrix, only as many at once as fit the cache.

A convolution is a matrix product if every window is written as a column:

    y            =  weight                     @  columns
    (out × places)  (out × maps in · taps)        (maps in · taps × places)

All the columns of a large map are `taps` times the map: 115 MB for the second layer of VGG-16.
So the places are divided into tiles: runs of places in row-major order, small enough to stay in the
cache during the multiplication.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convcalc.reference.checks import Array, Shape
from convcalc.reference.windows import Axis, out_shape

TILE = 1 << 19
"""Numbers in a tile: 2 MiB of float32, 4 MiB of float64."""

LEAST_PLACES = 1024
"""Places in a tile even so, if it has many rows: each tile reads all the weights again …"""

LARGEST_TILE = 1 << 23
"""… but no more numbers than this: 32 MiB of float32, unless one place has more."""

Block = tuple[range, ...]
"""The places of a tile: a range of windows on each axis."""


def most_places(rows: int) -> int:
    """The most places in a tile whose columns have a number of rows.

    >>> most_places(TILE // 2000), most_places(TILE), most_places(LARGEST_TILE + 1)
    (2001, 16, 1)
    """
    return max(TILE // rows, min(LEAST_PLACES, LARGEST_TILE // rows), 1)


def blocks(shape: Shape, rows: int) -> list[tuple[Block, slice]]:
    """Cut an output of this shape into runs of places, for columns with a number of rows.

    Yields each run as a range per axis, and as a slice of the flattened output. Rows stay whole,
    unless a single row is too long.

    >>> blocks((2, 4), TILE // 4)
    [((range(0, 2), range(0, 4)), slice(0, 8, None))]
    """
    most = most_places(rows)
    together = 1  # places in one step along the axis that is cut
    cut = len(shape) - 1
    while cut > 0 and together * shape[cut] <= most:
        together *= shape[cut]
        cut -= 1
    pieces = -(-shape[cut] // (most // together))  # tiles along the cut axis, of about equal size
    edges = [shape[cut] * piece // pieces for piece in range(pieces + 1)]
    begin = 0
    found = []
    for outer in product(*(range(n) for n in shape[:cut])):
        for first, last in pairwise(edges):
            block = (
                *(range(place, place + 1) for place in outer),
                range(first, last),
                *(range(n) for n in shape[cut + 1 :]),
            )
            end = begin + (last - first) * together
            found.append((block, slice(begin, end)))
            begin = end
    return found


def length(run: slice) -> int:
    """Places in a run."""
    return int(run.stop - run.start)


class PaddedBlock:
    """The part of the padded input that the windows of a block read, zeros where it is padding.

    Blocks are read into the same memory one after the other, as long as their zeros are at the same
    cells and the view of their windows stays the same.
    """

    def __init__(self, x: Array, axes: Sequence[Axis]) -> None:
        self.x, self.axes = x, axes
        self.real: list[slice] = []
        self.padded = self.view = x[:0]

    def windows(self, block: Block) -> Array:
        """A view (C, *taps, *places): cell [c, t, p] is what tap t of window p reads."""
        wanted, real, shape = [], [], [len(self.x)]
        for axis, places in zip(self.axes, block, strict=True):
            first = axis.starts[places[0]] - axis.before
            last = axis.starts[places[-1]] - axis.before + axis.extent
            low, high = min(max(first, 0), axis.size), max(min(last, axis.size), 0)
            wanted.append(slice(low, high))
            real.append(slice(low - first, high - first))
            shape.append(last - first)
        cells = self.x[(slice(None), *wanted)]
        if cells.shape == tuple(shape):
            return windows(cells, self.axes)  # no padding: no copy
        if self.real != real or self.padded.shape != tuple(shape):
            self.real, self.padded = real, np.zeros(shape, dtype=self.x.dtype)
            self.view = windows(self.padded, self.axes)
        self.padded[(slice(None), *real)] = cells
        return self.view


def windows(padded: Array, axes: Sequence[Axis]) -> Array:
    """A view (C, *taps, *places) of padded cells: cell [c, t, p] is what tap t of window p reads.

    Nothing is copied: the view has other strides on the same memory. The distance between taps is
    `dilation` cells, and between places `stride` cells.
    """
    channel, *steps = padded.strides
    places = (
        len(range(0, cells - axis.extent + 1, axis.stride))
        for cells, axis in zip(padded.shape[1:], axes, strict=True)
    )
    return as_strided(
        padded,
        (len(padded), *(axis.kernel for axis in axes), *places),
        (
            channel,
            *(axis.dilation * step for axis, step in zip(axes, steps, strict=True)),
            *(axis.stride * step for axis, step in zip(axes, steps, strict=True)),
        ),
        writeable=False,
    )


def columns(
    x: Array, axes: Sequence[Axis], some: Sequence[tuple[Block, slice]]
) -> Iterator[tuple[Array, slice]]:
    """The tile of each block as (C, taps, places), with its run of places of the flattened output.

    All tiles use the same memory: the next one overwrites it.
    """
    taps = prod(axis.kernel for axis in axes)
    buffer = np.empty(len(x) * taps * max(length(run) for _, run in some), dtype=x.dtype)
    padded = PaddedBlock(x, axes)
    for block, run in some:
        view = padded.windows(block)
        tile = buffer[: view.size].reshape(view.shape)
        np.copyto(tile, view)
        yield tile.reshape(len(x), taps, length(run)), run


def im2col(x: Array, axes: Sequence[Axis]) -> Array:
    """All the columns at once: (C · taps, places)."""
    view = PaddedBlock(x, axes).windows(tuple(range(n) for n in out_shape(axes)))
    return view.copy().reshape(len(x) * prod(axis.kernel for axis in axes), -1)


def scatter(into: Array, axes: Sequence[Axis], block: Block, tile: Array) -> None:
    """col2im: add each cell of a tile (C, taps, places) to the input cell from which it was read.

    Cells that several windows read get several contributions; those from padding are dropped.
    """
    kernel = tuple(axis.kernel for axis in axes)
    spread = tile.reshape(len(into), *kernel, *map(len, block))
    with np.errstate(all="ignore"):
        for tap in np.ndindex(*kernel):
            parts = [a.reading(t, places) for a, t, places in zip(axes, tap, block, strict=True)]
            source, target = zip(*parts, strict=True)
            into[(slice(None), *target)] += spread[(slice(None), *tap, *source)]
