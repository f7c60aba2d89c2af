"""The positions of a transposed convolution's kernel: one stamp per input cell, then a crop.

A convolution reads a window of cells into one; its transpose writes one cell to a window. The
output ends where the last stamp ends, minus the cells that padding cuts off at both ends.
"""

from bisect import bisect_left
from dataclasses import dataclass

from convcalc.reference.checks import Padding, Shape, one_of, per_axis
from convcalc.reference.windows import extent, padding_pairs

SIZE_RULES = ("pytorch", "keras")


@dataclass(frozen=True)
class ScatterAxis:
    """One spatial axis of the output and the stamps on it.

    Attributes:
        starts: first cell of each input cell's stamp, on the uncut canvas.
        kernel: taps of a stamp.
        dilation: cells from one tap to the next.
        stride: cells from one stamp to the next.
        before: cells cut off the front of the canvas.
        size: cells of the output.
        canvas: cells of the uncut canvas, long enough for every stamp and for the output.
    """

    starts: range
    kernel: int
    dilation: int
    stride: int
    before: int
    size: int
    canvas: int

    def cell(self, start: int, tap: int) -> int:
        """The output cell under a tap; outside 0 … size-1 it is cut off."""
        return start + tap * self.dilation - self.before

    def holds(self, cell: int) -> bool:
        """Whether the cell is part of the output."""
        return 0 <= cell < self.size

    def kept_taps(self) -> int:
        """How many taps, over all stamps, are inside the output."""
        kept = 0
        for tap in range(self.kernel):
            first, last = self.cell(self.starts[0], tap), self.cell(self.starts[-1], tap)
            cells = range(first, last + 1, self.stride)
            kept += bisect_left(cells, self.size) - bisect_left(cells, 0)
        return kept

    def writing(self, tap: int, first: int, last: int) -> slice:
        """The canvas cells under a tap of the stamps first … last-1."""
        ahead = tap * self.dilation
        return slice(self.starts[first] + ahead, self.starts[last - 1] + ahead + 1, self.stride)


def scatter_axes(
    owner: str,
    spatial: Shape,
    kernel_size: Shape,
    stride: object = 1,
    padding: Padding = 0,
    output_padding: object = 0,
    dilation: object = 1,
    size_rule: str = "pytorch",
    output_shape: object = None,
) -> tuple[ScatterAxis, ...]:
    """The stamps of a transposed convolution, axis by axis.

    Args:
        owner: the layer's name in messages.
        spatial: cells of the input per axis.
        kernel_size: taps per axis.
        stride: cells from one stamp to the next.
        padding: cells to cut off, as numbers, or valid (none), or same / same_lower: the padding of
            the `same` convolution that turns stride · n cells into n, so the output is stride · n.
        output_padding: cells added at the end, because several sizes convolve to the same n.
        dilation: cells from one tap to the next.
        size_rule: pytorch ends the canvas at the last tap. keras gives every input cell at least
            `stride` cells, so a stride wider than the kernel leaves empty cells at the end.
        output_shape: cells of the output per axis: see `_of_sizes`.
    """
    axes = len(spatial)
    size_rule = one_of(owner, "size_rule", size_rule, SIZE_RULES)
    strides = per_axis(owner, "stride", stride, axes)
    dilations = per_axis(owner, "dilation", dilation, axes)
    extra = per_axis(owner, "output_padding", output_padding, axes, least=0)
    if output_shape is not None:
        sizes = per_axis(owner, "output_shape", output_shape, axes)
        return _of_sizes(owner, spatial, kernel_size, strides, padding, extra, dilations, sizes)
    same = isinstance(padding, str) and padding in ("same", "same_lower")
    _check(owner, padding, extra, strides, dilations)
    wholes = tuple(n * s for n, s in zip(spatial, strides, strict=True))
    pairs = padding_pairs(
        owner, padding, wholes if same else spatial, kernel_size, strides, dilations
    )

    found = []
    for number, (n, k, s, d) in enumerate(
        zip(spatial, kernel_size, strides, dilations, strict=True)
    ):
        starts = range(0, n * s, s)
        wide = extent(k, d)
        before, after = pairs[number]
        end = starts[-1] + (max(wide, s) if size_rule == "keras" and not extra[number] else wide)
        size = wholes[number] if same else end - before - after + extra[number]
        if size < 1:
            message = (
                f"{owner}: padding {before} + {after} cuts away all of the {end} cells of spatial "
                f"axis {number}; lower padding"
            )
            raise ValueError(message)
        canvas = max(starts[-1] + wide, before + size)
        found.append(ScatterAxis(starts, k, d, s, before, size, canvas))
    return tuple(found)


def _check(owner: str, padding: Padding, extra: Shape, strides: Shape, dilations: Shape) -> None:
    """Refuse words without a meaning here, and output padding that is too large."""
    same = padding in ("same", "same_lower")
    if isinstance(padding, str) and not same and padding != "valid":
        message = f"{owner}: padding is {padding!r}; give numbers, valid, same or same_lower"
        raise ValueError(message)
    for more, s, d in zip(extra, strides, dilations, strict=True):
        if more >= max(s, d) or (same and more):
            message = (
                f"{owner}: output_padding {more} with stride {s}, dilation {d} and padding "
                f"{padding!r}; give less than the larger of stride and dilation, and 0 with same"
            )
            raise ValueError(message)


def _of_sizes(
    owner: str,
    spatial: Shape,
    kernel_size: Shape,
    strides: Shape,
    padding: Padding,
    extra: Shape,
    dilations: Shape,
    sizes: Shape,
) -> tuple[ScatterAxis, ...]:
    """The stamps for a given output shape.

    With padding in numbers, missing cells are added at the end, as output padding. Without it, surplus
    cells are cut off both ends, the odd one at the front, or with `same` at the end.
    """
    pairs: tuple[tuple[int, int], ...] = ((0, 0),) * len(spatial)
    if not isinstance(padding, str):
        pairs = padding_pairs(owner, padding, spatial, kernel_size, strides, dilations)
    _check(owner, padding, extra, strides, dilations)
    cuts_given = any(map(any, pairs))
    found = []
    for number, (n, k, s, d, more, size) in enumerate(
        zip(spatial, kernel_size, strides, dilations, extra, sizes, strict=True)
    ):
        starts = range(0, n * s, s)
        end = starts[-1] + extent(k, d)
        before, after = pairs[number]
        if not cuts_given:
            last_first = padding == "same"
            while end + more - before - after > size:
                if before > after or (last_first and before == after):
                    after += 1
                else:
                    before += 1
        added = size - (end - before - after)
        if not 0 <= added < max(s, d):
            message = (
                f"{owner}: output_shape {size} on spatial axis {number} is not reached by the {end} cells "
                f"of the stamps, less {before} and {after}; give another"
            )
            raise ValueError(message)
        found.append(ScatterAxis(starts, k, d, s, before, size, max(end, before + size)))
    return tuple(found)
