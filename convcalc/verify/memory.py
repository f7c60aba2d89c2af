"""The memory that the witness will use, found before any of it is allocated.

At each layer there are the maps still to be read, its weights, its output, and what its kind makes
on the way there (`ON_THE_WAY`). Nothing here makes an array; the tests hold it against real peaks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.layers.window import Axis
from convcalc.reference.depthwise import DEPTHWISE_TILE, LARGEST_COPIES
from convcalc.reference.gather import most_places

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.layers import Layer, Shape

SEEN_UNIT = 700  # bytes for the claim about one unit's field along one axis, and its witness
FLOAT64 = 8
BYTES = {"float32": 4, "float64": FLOAT64}


class Need(NamedTuple):
    """What one part of the checks needs at its worst.

    Attributes:
        part: what is done then, as the subject of a sentence.
        size: bytes.
        where: the layer.
    """

    part: str
    size: int
    where: str


class Work(NamedTuple):
    """One layer at work.

    Attributes:
        layer: with its options.
        shape: of its first input.
        out: the shape it gives.
        kept: numbers in the arrays it keeps.
        each: bytes of a number.
    """

    layer: Layer
    shape: Shape
    out: Shape
    kept: int
    each: int

    @property
    def widest(self) -> int:
        """Numbers in a map as long along each axis as the longer of input and output."""
        if len(self.shape) != len(self.out):
            return max(prod(self.shape), prod(self.out))
        return prod(map(max, self.shape, self.out))


OnTheWay = Callable[[Work], int]


# ------------------------------------------------------------------------- windows and stamps


def padded_sides(axes: Sequence[Axis], places: Sequence[int]) -> list[int]:
    """Cells from the first that so many windows read to the last."""
    return [(n - 1) * axis.s + axis.effective_kernel for axis, n in zip(axes, places, strict=True)]


def slab(channels: int, axes: Sequence[Axis], sides: Sequence[int], places: int) -> int:
    """Numbers in the padded cells under a tile; the next ones are made before the last are gone."""
    if not any(axis.before or axis.after for axis in axes):
        return 0
    block: list[int] = []
    for n in reversed(sides):
        block.insert(0, max(1, min(n, places)))
        places //= n
    return 2 * channels * prod(padded_sides(axes, block))


def depthwise(channels: int, kept: int, axes: Sequence[Axis], sides: Sequence[int]) -> int:
    """Numbers in the copies of the map that `convcalc.reference.depthwise` adds up."""
    if prod(sides) < channels:
        padded = prod(padded_sides(axes, sides))
        return channels * padded + 2 * kept + kept // axes[0].k * prod(sides)
    each = copies_of_a_map(axes, sides)
    return min(channels, max(1, DEPTHWISE_TILE // each)) * each


def copies_of_a_map(axes: Sequence[Axis], sides: Sequence[int]) -> int:
    """Numbers in one map's copies, one per tap of its last axis."""
    return axes[-1].k * prod(padded_sides(axes[:-1], sides[:-1])) * sides[-1]


def convolved(
    channels: int,
    maps: int,
    groups: int,
    kept: int,
    axes: Sequence[Axis],
    sides: Sequence[int],
    *,
    by_table: bool = False,
) -> int:
    """Numbers in what a convolution makes on the way: tile, cells under it, products gathered."""
    taps = prod(axis.k for axis in axes)
    small = copies_of_a_map(axes, sides) <= LARGEST_COPIES
    if groups == channels > 1 and small and not by_table:
        return depthwise(channels, kept, axes, sides)
    if taps == 1 and all(a.s == 1 and a.n == n for a, n in zip(axes, sides, strict=True)):
        return 0
    rows = channels * taps
    places = min(prod(sides), most_places(rows))
    gathered = rows if by_table else maps  # with a table the rows it names are copied instead
    return (rows + gathered) * places + slab(channels, axes, sides, places)


def stamped(maps: int, axes: Sequence[Axis], sides: Sequence[int]) -> int:
    """Numbers in the tile of a transposed convolution and on the canvas it is stamped on."""
    rows = maps * prod(axis.k for axis in axes)
    tile = rows * min(prod(axis.n for axis in axes), most_places(rows))
    ends = padded_sides(axes, [axis.n for axis in axes])
    canvas = [max(end, a.before + n) for end, a, n in zip(ends, axes, sides, strict=True)]
    return tile + maps * prod(canvas)


def axes_of(layer: Layer, shape: Shape) -> list[Axis]:
    """The window along each axis; of an unpool its stamp."""
    if layer.kind not in ("conv_transpose", "unpool"):
        return layer.windows(shape)
    patches: list[Any] = layer.patches(shape)  # type: ignore[attr-defined]
    return [axis if isinstance(axis, Axis) else axis[0] for axis in patches]


# ------------------------------------------------------------------------------ kind by kind


def copies(number: float, each: int = 0) -> OnTheWay:
    """So many arrays as large as the map, and so many bytes for each of its cells."""
    return lambda work: int(work.widest * (number * work.each + each))


def conv(work: Work) -> int:
    """A convolution, by tiles unless it is depthwise or 1×1."""
    layer: Any = work.layer
    axes, sides = axes_of(layer, work.shape), work.out[1:]
    table = getattr(layer, "connections", None) is not None
    groups = getattr(layer, "groups", work.shape[0])  # depthwise kinds have no such option
    args = (work.shape[0], work.out[0], groups, work.kept, axes, sides)
    return convolved(*args, by_table=table) * work.each


def separable(work: Work) -> int:
    """The depthwise maps between, and what they take."""
    layer: Any = work.layer
    axes, sides = axes_of(layer, work.shape), work.out[1:]
    between: int = work.shape[0] * layer.multiplier
    on_the_way = convolved(work.shape[0], between, work.shape[0], work.kept, axes, sides)
    return (on_the_way + 2 * between * prod(sides)) * work.each


def local(work: Work) -> int:
    """All columns at once, and the output three times."""
    axes, sides = axes_of(work.layer, work.shape), work.out[1:]
    places = prod(sides)
    columns: int = work.shape[0] * prod(axis.k for axis in axes) * places
    read = slab(work.shape[0], axes, sides, places)
    return (columns + read + 3 * prod(work.out)) * work.each


def transposed(work: Work) -> int:
    """Tile and canvas, and the output before its bias."""
    numbers = stamped(work.out[0], axes_of(work.layer, work.shape), work.out[1:])
    return (numbers + prod(work.out)) * work.each


def unpool(work: Work) -> int:
    """Where each cell goes: tuples for one map, then 64-bit numbers for all."""
    return 200 * prod(work.shape[1:]) + 24 * prod(work.shape)


def upsample(work: Work) -> int:
    """Blended: both neighbours, their shares of it and the sum."""
    if getattr(work.layer, "mode", "nearest") == "nearest":
        return copies(1)(work)
    return copies(6)(work) + 400 * sum(work.out[1:])


def batchnorm(work: Work) -> int:
    """Nothing with statistics of its own; without, those of the sample in float64."""
    tracked = getattr(work.layer, "track_running_stats", True)
    return 0 if tracked else copies(0, 24)(work)


ON_THE_WAY: dict[str, OnTheWay] = {
    "conv": conv,
    "depthwise_conv": conv,
    "separable_conv": separable,
    "local_conv": local,
    "conv_transpose": transposed,
    "linear": copies(0),
    "rbf": lambda work: 2 * work.kept * work.each,
    "maxpool": copies(2),
    "avgpool": copies(3),
    "lppool": copies(4),
    "subsample": copies(4),
    "adaptive_avgpool": copies(3, 40),
    "adaptive_maxpool": copies(3, 40),
    "global_avgpool": copies(2),
    "global_maxpool": copies(2),
    "unpool": unpool,
    "upsample": upsample,
    "pixel_shuffle": copies(0),
    "channel_shuffle": copies(0),
    "flatten": copies(0),
    "reshape": copies(0),
    "pad": copies(2),
    "crop": copies(0),
    "add": copies(1),
    "multiply": copies(1),
    "concat": copies(0),
    "batchnorm": batchnorm,
    "layernorm": copies(0, 24),
    "groupnorm": copies(0, 24),
    "instancenorm": copies(0, 24),
    "lrn": copies(4),
    "relu": copies(0),
    "relu6": copies(1),
    "leaky_relu": copies(2),
    "prelu": copies(3),
    "elu": copies(3),
    "gelu": copies(1, 24),  # errors in float64
    "silu": copies(2),
    "hardswish": copies(2),
    "sigmoid": copies(2),
    "tanh": copies(1),
    "softmax": copies(2),
    "dropout": copies(0),
}


# ---------------------------------------------------------------------------------- the parts


def run_need(analysis: Analysis, each: int) -> Need:
    """The full run, with numbers of so many bytes."""
    most = Need("running it", 0, "")
    numbers = prod(analysis.network.input)
    for step, _, freed in analysis.schedule():
        kept = step.params + step.buffers
        work = Work(step.layer, step.input, step.output, kept, each)
        numbers += prod(step.output)
        size = (numbers + kept) * each + ON_THE_WAY[step.kind](work)
        if size > most.size:
            most = most._replace(size=size, where=step.name)
        numbers -= sum([prod(source.output) for source in freed])
    return most


def fields_need(analysis: Analysis, images: Sequence[int]) -> Need:
    """The receptive fields, with so many images along each axis, one per perturbed pixel."""
    most, seen = Need("finding its receptive fields", 0, ""), 0
    for axis, rows in enumerate(images):
        alive = n = _side(analysis.image, axis)
        for step, _, freed in analysis.schedule():
            into, out = max([_side(source, axis) for source in step.before]), _side(step, axis)
            alive += out
            if rows == n:
                seen += SEEN_UNIT * out
            # Besides those alive: the rows before they are marked, and a byte for each mark.
            numbers = rows * (alive + out) + along(step, axis, rows, into)
            size = numbers * FLOAT64 + rows * out + seen
            if size > most.size:
                most = most._replace(size=size, where=step.name)
            alive -= sum([_side(source, axis) for source in freed])
    return most


def _side(step: Step, axis: int) -> int:
    """Cells of a step's output along an axis of the image; 1 for a vector."""
    return step.output[1 + axis] if len(step.output) > 1 else 1


def along(step: Step, axis: int, rows: int, into: int) -> int:
    """Numbers that a layer makes on the way along one axis, run on so many rows at once."""
    layer, out = step.layer, _side(step, axis)
    if not hasattr(layer, "kernel_size"):
        return rows * max(into, out) * (6 if step.kind == "upsample" else 1)
    one = axes_of(layer, step.input)[axis]
    if step.kind in ("conv_transpose", "unpool"):
        return stamped(rows, [one], [out]) + rows * (one.k + out)
    return convolved(rows, rows, rows, rows * one.k, [one], [out]) + rows * one.k


# ------------------------------------------------------------------------------ what to say


def apart(one: int, other: int) -> tuple[str, str]:
    """Two different sizes as text, with as many decimals as tell them apart."""
    for decimals in range(1, 10):
        texts = (size_text(one, decimals), size_text(other, decimals))
        if texts[0] != texts[1]:
            break
    return texts


def size_text(size: int, decimals: int = 1) -> str:
    """Bytes in the unit that suits them.

    >>> size_text(12_004_000_000), size_text(1_500_000), size_text(900)
    ('12.0 GB', '1.5 MB', '900 bytes')
    """
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:,.{decimals}f} {name}"
    return f"{size} bytes"


__all__ = ["BYTES", "ON_THE_WAY", "Need", "apart", "fields_need", "run_need", "size_text"]
