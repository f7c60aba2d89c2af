"""Kinds that slice, reorder and reduce arrays, and arrays of parameters."""

from __future__ import annotations

from typing import ClassVar, Literal

from convcalc import formulas
from convcalc.errors import ShapeError
from convcalc.layers.axes import (
    AxisName,
    AxisNames,
    axis_name,
    check_axis_names,
    place_of,
    places_of,
    side_names,
    with_side,
)
from convcalc.layers.base import Counts, Kept, Layer, NoParameters, kind
from convcalc.layers.checks import check_at_least, check_axes, check_divides
from convcalc.layers.rf import Reads, Slide, UnknownField, Whole
from convcalc.layers.shape import Rearrangement
from convcalc.layers.window import Shape
from convcalc.text import plural, times

BlockOrder = Literal["pytorch", "onnx", "focus"]
Reduction = Literal["mean", "sum", "max", "min"]


def _from_start(place: int, n: int) -> int:
    """A place on an axis of n cells; negative numbers count from the end."""
    if (place < 0) is True:
        return n + place
    if (place < 0) is False:
        return place
    return place + n * formulas.smaller(formulas.positive(-place), 1)  # an array


@kind("slice")
class Slice(Rearrangement):
    """Takes a range of an axis, from `start` up to but not including `stop`; or one of equal parts.

    Formula:
        o = ⌈(stop − start) / step⌉, or n / into; no parameters, no operations

    Options:
        start, stop: cells; negative numbers count from the end, as in Python.
        into, take: instead of these, the number of equal parts, and which of them to take, counted from 0.

    Source:
        ONNX Slice and Split; PyTorch chunk; Darknet's route with groups and group_id.

    Common mistake:
        Writing a split as a layer with two outputs: a layer has one. Each path of a concat or an add takes
        its own part.
    """

    is_part_view: ClassVar = True
    unclear_short: ClassVar = dict.fromkeys(("split", "chunk"), "slice:into{}take0")
    aliases: ClassVar = {
        "short": ("split", "chunk"),
        "pytorch": ("narrow",),
        "caffe": ("Slice",),
        "onnx": ("Slice", "Split"),
    }
    example: ClassVar = ({"into": 2, "take": 1}, (64, 28, 28))

    start: int = 0
    stop: int | None = None
    step: int = 1
    into: int | None = None
    take: int = 0
    axis: AxisName = "channels"

    def first(self, n: int) -> int:
        """The first cell of the range."""
        if self.into is None:
            return _from_start(self.start, n)
        return _from_start(self.take, self.into) * (n // self.into)

    def taken(self, n: int) -> int:
        """The number of cells taken from n."""
        if self.into is not None:
            return n // self.into
        cells = n if self.stop is None else _from_start(self.stop, n)
        first = _from_start(self.start, n)
        if (first == 0) is not True:
            cells = cells - first
        return cells if (self.step == 1) is True else formulas.ceil_div(cells, self.step)

    def out_shape(self, shape: Shape) -> Shape:
        place = place_of(self.axis, shape)
        return with_side(shape, place, self.taken(shape[place]))

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        place = place_of(self.axis, shape)
        if place == 0:
            return None
        step = self.step if self.into is None else 1
        along = Slide(1, step, -self.first(shape[place]))
        return tuple([along if at == place else Slide(1) for at in range(1, len(shape))])

    def check(self, shape: Shape) -> None:
        place = place_of(self.axis, shape)
        n, name = shape[place], axis_name(place, shape)
        if self.into is None:
            self.check_range(n, name)
            return
        if (self.start, self.stop, self.step) != (0, None, 1):
            message = "got into and a range; give into and take, or start, stop and step"
            raise ShapeError(message)
        check_divides(f"the number of cells along the {name}", n, "into", self.into)
        if not -self.into <= self.take < self.into:
            message = f"take is {self.take}, but there {_with_verb(self.into, 'part')}; use 0 to {self.into - 1}"
            raise ShapeError(message)

    def check_range(self, n: int, name: str) -> None:
        """Refuse a range that is empty or not on an axis of n cells."""
        if self.take:
            message = f"take is {self.take}, but there are no parts; give into too"
            raise ShapeError(message)
        check_at_least("step", self.step)
        there = f"along the {name} there {_with_verb(n, 'cell')}"
        if not -n <= self.start < n:
            message = f"start is {self.start}, but {there}; use 0 to {n - 1}, or -1 for the last"
            raise ShapeError(message)
        stop = n if self.stop is None else self.stop
        if not -n <= stop <= n:
            message = f"stop is {stop}, but {there}; use at most {n}, or leave it out"
            raise ShapeError(message)
        first, end = _from_start(self.start, n), _from_start(stop, n)
        if first >= end:
            message = (
                f"a range from cell {first} up to but not including {end} is empty; "
                f"use a stop of {first + 1} to {n}"
            )
            raise ShapeError(message)


def _with_verb(number: int, word: str) -> str:
    """A number and a word, with the verb is or are."""
    return f"{'is' if number == 1 else 'are'} {plural(number, word)}"


@kind("space_to_depth")
class SpaceToDepth(Rearrangement):
    """Puts each block of cells into the channels: the inverse of a pixel shuffle.

    Formula:
        (c, H, W) becomes (c·r·r, H/r, W/r), r the block size; no parameters, no operations

    Options:
        order: which channel a cell goes to. pytorch: the cells of a channel stay together (c·r·r + i·r + j).
            onnx, as TensorFlow: the channels of a cell stay together ((i·r + j)·C + c). focus, as YOLOv5's
            Focus: the same, with the columns first ((j·r + i)·C + c). The shape is the same.

    Source:
        PyTorch PixelUnshuffle; ONNX SpaceToDepth; Sajjadi, Vemulapalli & Brown, arXiv:1801.04590.

    Common mistake:
        Moving weights between libraries: shapes and counts agree, but the channels come in another order.
        Darknet's reorg has the same shape, but mixes cells of different blocks.
    """

    aliases: ClassVar = {
        "short": ("pixel_unshuffle", "focus"),
        "pytorch": ("PixelUnshuffle",),
        "onnx": ("SpaceToDepth",),
        "darknet": ("reorg",),
    }
    onnx_defaults: ClassVar = {"order": "onnx"}
    option_words: ClassVar = {"blocksize": "block_size"}
    example: ClassVar = ({"block_size": 2}, (3, 640, 640))

    block_size: int
    order: BlockOrder = "pytorch"

    def out_shape(self, shape: Shape) -> Shape:
        r = self.block_size
        cells = formulas.product([r] * (len(shape) - 1))
        return (shape[0] * cells, *[n // r for n in shape[1:]])

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        return (Slide(self.block_size, self.block_size),) * (len(shape) - 1)

    def check(self, shape: Shape) -> None:
        check_axes(shape)
        check_at_least("block_size", self.block_size)
        for name, n in zip(side_names(shape)[1:], shape[1:]):
            check_divides(f"the input's {name}", n, "block_size", self.block_size)


@kind("permute")
class Permute(Rearrangement):
    """Puts the axes in another order: (C, L) with order [1, 0] becomes (L, C).

    Formula:
        side i of the output is side order[i] of the input; no parameters, no operations

    Options:
        order: every axis once, by name or number; 0 is the channels (there is no batch).

    Source:
        PyTorch permute, ONNX Transpose. The values are counted as a new array, as after contiguous().

    Common mistake:
        Using reshape for it: that keeps the values in their order, so they get to other places.
        Keras's Permute counts from 1, PyTorch's counts the batch: both are one higher.
    """

    aliases: ClassVar = {
        "pytorch": ("permute",),
        "keras": ("Permute",),
        "caffe": ("Permute",),
        "onnx": ("Transpose",),
    }
    example: ClassVar = ({"order": (1, 0)}, (768, 196))

    order: AxisNames

    def out_shape(self, shape: Shape) -> Shape:
        return tuple([shape[place] for place in places_of(self.order, shape)])

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        if places_of(self.order, shape) == tuple(range(len(shape))):
            return None
        return UnknownField("permute puts the axes in another order", moved=True)

    def check(self, shape: Shape) -> None:
        check_axis_names(self.order, shape)
        if len(self.order) != len(shape):
            names = ", ".join(axis_name(place, shape) for place in range(len(shape)))
            message = f"order lists {len(self.order)} of the {len(shape)} axes of {times(shape)}; name {names}"
            raise ShapeError(message)


@kind("reduce")
class Reduce(NoParameters):
    """The mean, sum, largest or smallest value over whole axes: every axis but the channels, or those named.

    Formula:
        an axis becomes 1, or is gone without keep; over m values m − 1 additions (mean, sum) or comparisons
        (max, min) per output, and a division for the mean; no parameters

    Options:
        axes: names or numbers, such as [h, w] or [-1]; by default all but the channels.
        keep: whether the axis stays, with one cell.

    Source:
        ONNX ReduceMean, ReduceSum, ReduceMax, ReduceMin; PyTorch mean(dim, keepdim).

    Common mistake:
        Forgetting keep: PyTorch and NumPy drop the axis by default, ONNX keeps it.
    """

    aliases: ClassVar = {
        "caffe": ("Reduction",),
        "onnx": ("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"),
    }
    family: ClassVar = "pool"
    example: ClassVar = ({"op": "mean", "axes": ("h", "w")}, (512, 7, 7))

    op: Reduction = "mean"
    axes: AxisNames | None = None
    keep: bool = True

    def places(self, shape: Shape) -> tuple[int, ...]:
        """The sides that become one cell."""
        return tuple(range(1, len(shape))) if self.axes is None else places_of(self.axes, shape)

    def out_shape(self, shape: Shape) -> Shape:
        gone = self.places(shape)
        if self.keep:
            return tuple([1 if place in gone else side for place, side in enumerate(shape)])
        return tuple([side for place, side in enumerate(shape) if place not in gone])

    def counts(self, shape: Shape, out: Shape) -> Counts:
        outputs = formulas.product(out)
        joined = formulas.product(shape) - outputs
        if self.op in ("max", "min"):
            return {"comparisons": joined}
        return {"adds": joined, "divisions": outputs} if self.op == "mean" else {"adds": joined}

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        gone = self.places(shape)
        if not self.keep and gone != tuple(range(1, len(shape))):
            return UnknownField("reduce removes an axis, so the others move up")
        every = range(1, len(shape))
        return tuple([Whole(shape[at]) if at in gone else Slide(1) for at in every]) or None

    def check(self, shape: Shape) -> None:
        if self.axes is not None:
            check_axis_names(self.axes, shape)
        gone = self.places(shape)
        if not gone:
            message = (
                f"{times(shape)} has no axis other than the channels; name one: axes: [channels]"
            )
            raise ShapeError(message)
        if not self.keep and len(gone) == len(shape):
            message = f"nothing is left of {times(shape)} without any axis; use keep: true"
            raise ShapeError(message)

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        extreme = self.op in ("max", "min")
        return Kept(input=extreme, output=extreme)


@kind("parameter")
class Parameter(Layer):
    """A trained array that has no input: a class token, a position embedding.

    Formula:
        params = the product of the sides of `shape`; no operations

    Options:
        trainable: false has fixed numbers, such as a mask: buffers instead of params.

    Source:
        Dosovitskiy et al., arXiv:2010.11929, equation 1; PyTorch nn.Parameter.

    Common mistake:
        Using it as a layer after others: it must be the first item of its own path, and
        the input of that path is not used. Its memory counts as weights.
    """

    keeps_input: ClassVar = False
    aliases: ClassVar = {
        "pytorch": ("Parameter",),
        "onnx": ("Initializer",),
    }
    family: ClassVar = "shape"
    is_source: ClassVar = True
    is_view: ClassVar = True
    example: ClassVar = ({"shape": (768, 1)}, (768, 196))

    shape: Shape
    trainable: bool = True

    def out_shape(self, shape: Shape) -> Shape:
        return self.shape

    def weights(self, shape: Shape, out: Shape) -> int:
        return formulas.product(out) if self.trainable else 0

    def buffers(self, shape: Shape, out: Shape) -> int:
        return 0 if self.trainable else formulas.product(out)

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        return {"weight" if self.trainable else "fixed_weight": self.shape}

    def biases(self, shape: Shape, out: Shape) -> int:
        return 0

    def params(self, shape: Shape, out: Shape) -> int:
        return self.weights(shape, out)

    def macs(self, shape: Shape, out: Shape) -> int:
        return 0

    def check(self, shape: Shape) -> None:
        check_at_least("a side of shape", min(self.shape))
