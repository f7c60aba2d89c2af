"""The temporary memory of a layer, without its input, its arrays and its output.

It is computed from options and shapes before anything is allocated; nothing here makes an array. These
are upper bounds of what the fast path allocates, tile by tile, and follow its code.
"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

from convcalc.reference.checks import Shape
from convcalc.reference.depthwise import DEPTHWISE_TILE, LARGEST_COPIES
from convcalc.reference.gather import most_places


class LayerRun(NamedTuple):
    """One run of a layer.

    Attributes:
        options: its options by name.
        shape: the shape of its first input.
        out: its output shape.
        kept: the numbers in its arrays.
        each: bytes of a number.
    """

    options: Mapping[str, Any]
    shape: Shape
    out: Shape
    kept: int
    each: int

    def copies(self, arrays: float, bytes_per_cell: int = 0) -> int:
        """Bytes of a number of arrays as large as the map, plus some bytes for each of its cells.

        Along each axis, the map is as long as the longer of input and output.
        """
        if len(self.shape) == len(self.out):
            cells = prod(map(max, self.shape, self.out))
        else:
            cells = max(prod(self.shape), prod(self.out))
        return int(cells * (arrays * self.each + bytes_per_cell))


class Span(NamedTuple):
    """The windows along one axis, or the stamps of a transposed convolution.

    Attributes:
        cells: cells of the input.
        places: places of the output.
        kernel: taps.
        stride: cells from one window to the next.
        extent: cells from the first tap to the last.
        before: padding cells at the front, or cells cut off there.
        is_padded: whether there is padding.
    """

    cells: int
    places: int
    kernel: int
    stride: int
    extent: int
    before: int
    is_padded: bool

    @property
    def reach(self) -> int:
        """Cells from the first to the last that the windows read."""
        return (self.places - 1) * self.stride + self.extent


def spans(options: Mapping[str, Any], shape: Shape, out: Shape) -> list[Span]:
    """The windows of a layer along each axis; without a stride they do not overlap."""
    kernel = options["kernel_size"]
    stride = options.get("stride", 1)
    axes = len(shape) - 1
    per_axis = (
        value if isinstance(value, tuple | list) else (value,) * axes
        for value in (
            kernel,
            kernel if stride is None else stride,
            options.get("dilation", 1),
            options.get("padding", 0),
        )
    )
    return [_span(*numbers) for numbers in zip(shape[1:], out[1:], *per_axis, strict=True)]


def _span(cells: int, places: int, kernel: int, stride: int, dilation: int, padding: Any) -> Span:
    """One axis; padding is a number, a pair or a word."""
    extent = dilation * (kernel - 1) + 1
    if not isinstance(padding, str):
        before, after = padding if isinstance(padding, tuple | list) else (padding, padding)
        return Span(cells, places, kernel, stride, extent, before, bool(before or after))
    if padding == "valid":
        return Span(cells, places, kernel, stride, extent, 0, is_padded=False)
    same = padding.startswith("same")
    is_padded = (places - 1) * stride + extent > cells if same else extent > 1
    before = max(0, extent - stride) // 2 if same else extent - 1
    return Span(cells, places, kernel, stride, extent, before, is_padded)


def of_conv(
    channels: int,
    maps: int,
    groups: int,
    kept: int,
    axes: Sequence[Span],
    *,
    by_table: bool = False,
) -> int:
    """Temporary numbers of a convolution: the tile, its cells, the collected products."""
    taps = prod(axis.kernel for axis in axes)
    small = _copies_of_a_map(axes) <= LARGEST_COPIES
    if groups == channels > 1 and small and not by_table:
        return _of_depthwise(channels, kept, axes)
    if taps == 1 and all(axis.stride == 1 and axis.cells == axis.places for axis in axes):
        return 0
    rows = channels * taps
    places = min(prod(axis.places for axis in axes), most_places(rows))
    gathered = rows if by_table else maps  # with a table, its rows are copied instead
    return (rows + gathered) * places + of_padded_block(channels, axes, places)


def of_padded_block(channels: int, axes: Sequence[Span], places: int) -> int:
    """Numbers in the padded cells of a tile; the next ones are made before the last are freed."""
    if not any(axis.is_padded for axis in axes):
        return 0
    block: list[Span] = []
    for axis in reversed(axes):
        block.insert(0, axis._replace(places=max(1, min(axis.places, places))))
        places //= axis.places
    return 2 * channels * prod(axis.reach for axis in block)


def _of_depthwise(channels: int, kept: int, axes: Sequence[Span]) -> int:
    """Numbers in the copies of the map that `depthwise` adds."""
    places = prod(axis.places for axis in axes)
    if places < channels:
        padded = prod(axis.reach for axis in axes)
        return channels * padded + 2 * kept + kept // axes[0].kernel * places
    each = _copies_of_a_map(axes)
    return min(channels, max(1, DEPTHWISE_TILE // each)) * each


def _copies_of_a_map(axes: Sequence[Span]) -> int:
    """Numbers in one map's copies, one per tap of its last axis."""
    *lead, last = axes
    return last.kernel * prod(axis.reach for axis in lead) * last.places


def of_conv_transpose(maps: int, axes: Sequence[Span]) -> int:
    """Numbers in the tile of a transposed convolution and on the canvas it is stamped on."""
    rows = maps * prod(axis.kernel for axis in axes)
    tile = rows * min(prod(axis.cells for axis in axes), most_places(rows))
    stamps = [(axis.cells - 1) * axis.stride + axis.extent for axis in axes]
    canvas = (max(end, axis.before + axis.places) for end, axis in zip(stamps, axes, strict=True))
    return tile + maps * prod(canvas)
