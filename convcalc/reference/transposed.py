"""Where a transposed convolution puts its kernel: one stamp per input cell, then a crop.

A convolution reads a window of cells into one; its transpose writes one cell out to a window. The
size of the output is where the last stamp ends, less what padding cuts off both ends.
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
        """The output cell under a tap; outside 0 … size-1 it has been cut off."""
        return start + tap * self.dilation - self.before

    def holds(self, cell: int) -> bool:
        """The cell is part of the output."""
        return 0 <= cell < self.size

    def kept_taps(self) -> int:
        """How many taps, over all stamps, fall inside the output."""
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
) -> tuple[ScatterAxis, ...]:
    """The stamps of a transposed convolution, axis by axis.

    Args:
        owner: who asks, for the messages.
        spatial: cells of the input per axis.
        kernel_size: taps per axis.
        stride: cells from one stamp to the next.
        padding: cells to cut off, as numbers, or valid (none), or same / same_lower: the padding of
            the `same` convolution that turns stride · n cells into n, so stride · n come out.
        output_padding: cells added at the end, because several sizes convolve to the same n.
        dilation: cells from one tap to the next.
        size_rule: pytorch ends the canvas where the last tap falls. keras gives every input cell at
            least `stride` cells, so a stride wider than the kernel leaves bare cells at the end.
    """
    axes = len(spatial)
    size_rule = one_of(owner, "size_rule", size_rule, SIZE_RULES)
    strides = per_axis(owner, "stride", stride, axes)
    dilations = per_axis(owner, "dilation", dilation, axes)
    extra = per_axis(owner, "output_padding", output_padding, axes, least=0)
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
    """Refuse words that mean nothing here, and output padding that no convolution could lose."""
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
