"""im2col by tiles: windows as the columns of a matrix, no more at once than a cache holds.

A convolution is a matrix product once every window is written out as a column:

    y            =  weight                     @  columns
    (out × places)  (out × maps in · taps)        (maps in · taps × places)

All the columns of a large map are `taps` times the map: 115 MB for the second layer of VGG-16.
So the places are taken in tiles, each a run of places in row-major order, small enough to stay in
the cache while it is multiplied.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convcalc.reference.checks import Array, Shape
from convcalc.reference.windows import Axis, out_shape

TILE = 1 << 19
"""Numbers in a tile: 2 MiB of float32, 4 MiB of float64."""

LEAST_PLACES = 1024
"""Places in a tile, however many rows it has: each tile reads all the weights again."""

Block = tuple[range, ...]
"""The places of a tile: a range of windows on each axis."""


def blocks(shape: Shape, rows: int) -> Iterator[tuple[Block, slice]]:
    """Cut an output of this shape into runs of places, for columns of so many rows.

    Yields each run as a range per axis, and as a slice of the flattened output. Whole rows are
    taken together; only when one row is too long is it cut.

    >>> [(block, run) for block, run in blocks((2, 4), TILE // 4)]
    [((range(0, 2), range(0, 4)), slice(0, 8, None))]
    """
    most = max(TILE // rows, LEAST_PLACES)
    together = 1  # places in one step along the axis that is cut
    cut = len(shape) - 1
    while cut > 0 and together * shape[cut] <= most:
        together *= shape[cut]
        cut -= 1
    pieces = -(-shape[cut] // (most // together))  # tiles along the cut axis, of even size
    edges = [shape[cut] * piece // pieces for piece in range(pieces + 1)]
    begin = 0
    for outer in product(*(range(n) for n in shape[:cut])):
        for first, last in pairwise(edges):
            block = (
                *(range(place, place + 1) for place in outer),
                range(first, last),
                *(range(n) for n in shape[cut + 1 :]),
            )
            end = begin + (last - first) * together
            yield block, slice(begin, end)
            begin = end


def slab(x: Array, axes: Sequence[Axis], block: Block) -> Array:
    """The part of the padded input that the windows of a block read, zeros where it is padding."""
    wanted, real, shape = [], [], [len(x)]
    for axis, places in zip(axes, block, strict=True):
        first = axis.starts[places[0]] - axis.before
        last = axis.starts[places[-1]] - axis.before + axis.extent
        low, high = min(max(first, 0), axis.size), max(min(last, axis.size), 0)
        wanted.append(slice(low, high))
        real.append(slice(low - first, high - first))
        shape.append(last - first)
    if all(part.start == 0 and part.stop == n for part, n in zip(real, shape[1:], strict=True)):
        return x[(slice(None), *wanted)]  # no padding in sight: no copy
    padded = np.zeros(shape, dtype=x.dtype)
    padded[(slice(None), *real)] = x[(slice(None), *wanted)]
    return padded


def windows(padded: Array, axes: Sequence[Axis]) -> Array:
    """A view (C, *taps, *places) of a slab: cell [c, t, p] is what tap t of window p reads.

    Nothing is copied: the view walks the same memory with other steps.
    """
    rank = len(axes)
    extents = [axis.extent for axis in axes]
    every = sliding_window_view(padded, extents, axis=tuple(range(1, rank + 1)))
    places = tuple(slice(None, None, axis.stride) for axis in axes)
    taps = tuple(slice(None, None, axis.dilation) for axis in axes)
    chosen = every[(slice(None), *places, *taps)]  # (C, *places, *taps)
    return chosen.transpose(0, *range(1 + rank, 1 + 2 * rank), *range(1, 1 + rank))


def columns(x: Array, axes: Sequence[Axis], buffer: Array) -> Iterator[tuple[Array, slice]]:
    """Each tile as (C, taps, places) with the places of the flattened output it belongs to.

    The tile lives in the buffer (see `buffer_for`) and is overwritten by the next.
    """
    taps = tuple(axis.kernel for axis in axes)
    for block, run in blocks(out_shape(axes), len(x) * int(np.prod(taps))):
        view = windows(slab(x, axes, block), axes)
        tile = buffer[: view.size].reshape(view.shape)
        np.copyto(tile, view)
        yield tile.reshape(len(x), int(np.prod(taps)), run.stop - run.start), run


def buffer_for(rows: int, shape: Shape, dtype: np.dtype[np.generic]) -> Array:
    """Room for the largest tile of an output of this shape."""
    largest = max(run.stop - run.start for _, run in blocks(shape, rows))
    return np.empty(rows * largest, dtype=dtype)


def im2col(x: Array, axes: Sequence[Axis]) -> Array:
    """All the columns at once: (C · taps, places)."""
    view = windows(slab(x, axes, tuple(range(n) for n in out_shape(axes))), axes)
    rows = len(x) * int(np.prod([axis.kernel for axis in axes]))
    return view.reshape(rows, -1)


def scatter(into: Array, axes: Sequence[Axis], block: Block, tile: Array) -> None:
    """col2im: add each cell of a tile (C, taps, places) to the input cell it was read from.

    Cells that several windows read get several contributions; those read from padding are dropped.
    """
    kernel = tuple(axis.kernel for axis in axes)
    spread = tile.reshape(len(into), *kernel, *map(len, block))
    for tap in np.ndindex(*kernel):
        parts = [a.reading(t, places) for a, t, places in zip(axes, tap, block, strict=True)]
        source, target = zip(*parts, strict=True)
        into[(slice(None), *target)] += spread[(slice(None), *tap, *source)]
