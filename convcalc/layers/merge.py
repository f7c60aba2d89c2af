"""Kinds that join several paths: value by value, or by stacking channels."""

from __future__ import annotations

from functools import reduce
from typing import ClassVar

from convcalc import formulas
from convcalc.errors import ShapeError
from convcalc.layers.axes import AxisName, axis_name, place_of, with_side
from convcalc.layers.base import Counts, NoParameters, kind
from convcalc.layers.frozen import frozen
from convcalc.layers.rf import Reads, UnknownField
from convcalc.layers.window import Shape
from convcalc.text import plural, times


@frozen
class Merge(NoParameters):
    """A kind that reads several paths."""

    merges: ClassVar = True
    family: ClassVar = "merge"

    def check(self, *shapes: Shape) -> None:
        if len(shapes) < 2:
            message = (
                f"it joins {plural(len(shapes), 'path')}; give two or more ([] is the input itself)"
            )
            raise ShapeError(message)

    def out_shape(self, *shapes: Shape) -> Shape:
        raise NotImplementedError

    def all_counts(self, shapes: tuple[Shape, ...], out: Shape) -> Counts:
        return {}


def larger(one: int, other: int) -> int:
    """The larger of two sides; for arrays, element by element."""
    is_less: object = one < other
    if isinstance(is_less, bool):
        return other if is_less else one
    return one + formulas.positive(other - one)


@frozen
class Broadcast(Merge):
    """A join value by value; a side of 1 is repeated to fit the others."""

    in_place: ClassVar = True
    verb: ClassVar[str] = (
        ""  # verb for messages about shapes that do not fit; the kind's name if empty
    )

    def out_shape(self, *shapes: Shape) -> Shape:
        return tuple([reduce(larger, sides) for sides in zip(*shapes)])

    def even_out_shape(self, *shapes: Shape) -> Shape:
        from convcalc.layers.even import require_equal  # noqa: PLC0415 - few commands ask for it

        return tuple(
            [
                require_equal([side for side in sides if side != 1] or sides)
                for sides in zip(*shapes)
            ]
        )

    def check(self, *shapes: Shape) -> None:
        super().check(*shapes)
        sides = list(zip(*shapes)) if len({len(shape) for shape in shapes}) == 1 else []
        if not sides or any(side not in (1, max(each)) for each in sides for side in each):
            found = " and ".join(times(shape) for shape in shapes)
            message = (
                f"cannot {self.verb or self.kind} {found}: sides must be equal or 1; "
                "match the channels with a 1×1 conv and the size with stride, padding or crop"
            )
            raise ShapeError(message)


@kind("add")
class Add(Broadcast):
    """The sum of several paths, value by value: the shortcut of a residual block.

    Formula:
        shapes must agree (a side of 1 is repeated); one addition per value and further path

    Source:
        He et al., arXiv:1512.03385, equation 1.

    Common mistake:
        Forgetting the projection if the block changes size or channels: 256×56×56 and 512×28×28 do
        not add.
    """

    keeps_input: ClassVar = False
    aliases: ClassVar = {
        "short": ("sum", "residual"),
        "keras": ("Add",),
        "caffe": ("Eltwise",),
        "onnx": ("Add", "Sum"),
        "darknet": ("shortcut",),
    }
    refused_options: ClassVar = {
        "darknet": {
            "from": "from of Darknet counts the sections of a file; list the paths, each a list of layers: "
            "the path from an earlier layer is [from: its name]"
        }
    }
    example: ClassVar = ({}, (256, 56, 56))

    def all_counts(self, shapes: tuple[Shape, ...], out: Shape) -> Counts:
        return {"adds": (len(shapes) - 1) * formulas.product(out)}


@kind("multiply")
class Multiply(Broadcast):
    """The product of several paths, value by value: gates and squeeze-and-excitation.

    Formula:
        shapes must agree (a side of 1 is repeated: (C, 1, 1) scales whole channels);
        one multiplication per value and further path

    Source:
        Hu, Shen & Sun, arXiv:1709.01507; van den Oord et al., arXiv:1609.03499, equation 2. Caffe's Scale
        with two bottoms does the same; with one it is the kind scale.

    Common mistake:
        Counting it as multiply-adds: nothing is summed, and tools differ on it.
    """

    aliases: ClassVar = {
        "short": ("gate",),
        "keras": ("Multiply",),
        "onnx": ("Mul",),
        "darknet": ("scale_channels",),
    }
    example: ClassVar = ({}, (32, 112, 112))

    def all_counts(self, shapes: tuple[Shape, ...], out: Shape) -> Counts:
        return {"multiplications": (len(shapes) - 1) * formulas.product(out)}


@frozen
class Pairwise(Broadcast):
    """A join of exactly two paths, whose order matters."""

    def check(self, *shapes: Shape) -> None:
        if len(shapes) > 2:
            message = (
                f"it joins {plural(len(shapes), 'path')}, but takes exactly two; "
                "join the others before it"
            )
            raise ShapeError(message)
        super().check(*shapes)


@kind("subtract")
class Subtract(Pairwise):
    """The first of two paths minus the second, value by value.

    Formula:
        a − b; shapes must agree (a side of 1 is repeated); one subtraction per value

    Source:
        Keras Subtract; ONNX Sub.

    Common mistake:
        Swapping the paths: unlike add, it subtracts the second from the first.
    """

    keeps_input: ClassVar = False
    aliases: ClassVar = {"short": ("sub",), "keras": ("Subtract",), "onnx": ("Sub",)}
    example: ClassVar = ({}, (64, 28, 28))

    def all_counts(self, shapes: tuple[Shape, ...], out: Shape) -> Counts:
        return {"adds": formulas.product(out)}


@kind("divide")
class Divide(Pairwise):
    """The first of two paths divided by the second, value by value.

    Formula:
        a / b; shapes must agree (a side of 1 is repeated); one division per value

    Source:
        ONNX Div; torch.div.

    Common mistake:
        Swapping the paths: unlike multiply, it divides the first by the second.
    """

    aliases: ClassVar = {"short": ("div",), "onnx": ("Div",)}
    example: ClassVar = ({}, (64, 28, 28))

    def all_counts(self, shapes: tuple[Shape, ...], out: Shape) -> Counts:
        return {"divisions": formulas.product(out)}


@kind("maximum")
class Maximum(Broadcast):
    """The largest of several paths, value by value (maxout).

    Formula:
        shapes must agree (a side of 1 is repeated); one comparison per value and further path

    Source:
        Goodfellow et al., arXiv:1302.4389 (maxout), section 3; Keras Maximum; ONNX Max.

    Common mistake:
        Mixing it up with maxpool, which compares neighbours on one map; this compares maps, cell by cell.
    """

    aliases: ClassVar = {"short": ("maxout",), "keras": ("Maximum",), "onnx": ("Max",)}
    verb: ClassVar = "take the maximum of"
    example: ClassVar = ({}, (64, 28, 28))

    def all_counts(self, shapes: tuple[Shape, ...], out: Shape) -> Counts:
        return {"comparisons": (len(shapes) - 1) * formulas.product(out)}


@kind("minimum")
class Minimum(Broadcast):
    """The smallest of several paths, value by value.

    Formula:
        shapes must agree (a side of 1 is repeated); one comparison per value and further path

    Source:
        Keras Minimum; ONNX Min.

    Common mistake:
        Using it for a fixed limit, as in min(x, 6): that is a clip, which reads one path.
    """

    aliases: ClassVar = {"keras": ("Minimum",), "onnx": ("Min",)}
    verb: ClassVar = "take the minimum of"
    example: ClassVar = ({}, (64, 28, 28))

    def all_counts(self, shapes: tuple[Shape, ...], out: Shape) -> Counts:
        return {"comparisons": (len(shapes) - 1) * formulas.product(out)}


@kind("average")
class Average(Broadcast):
    """The mean of several paths, value by value.

    Formula:
        shapes must agree (a side of 1 is repeated); one addition per value and further path, and one
        division per value

    Source:
        Keras Average; ONNX Mean.

    Common mistake:
        Leaving the division out: it is one per value, for any number of paths.
    """

    keeps_input: ClassVar = False
    aliases: ClassVar = {"keras": ("Average",)}  # ONNX's Mean is short for avgpool here
    example: ClassVar = ({}, (64, 28, 28))

    def all_counts(self, shapes: tuple[Shape, ...], out: Shape) -> Counts:
        values = formulas.product(out)
        return {"adds": (len(shapes) - 1) * values, "divisions": values}


@kind("concat")
class Concat(Merge):
    """Stacks the channels of several paths, or puts them side by side along another axis.

    Formula:
        channels add up, the other sides must agree; no parameters, no operations

    Options:
        axis: the axis that adds up, by name or number.

    Source:
        Szegedy et al., arXiv:1409.4842 (Inception); Huang et al., arXiv:1608.06993 (DenseNet).

    Common mistake:
        Adding the channels of a residual block, or summing those of an Inception module: concat stacks,
        add does not.
    """

    keeps_input: ClassVar = False
    aliases: ClassVar = {
        "short": ("depthconcat",),
        "pytorch": ("cat",),
        "keras": ("Concatenate",),
        "caffe": ("Concat",),
        "onnx": ("Concat",),
        "darknet": ("route",),
    }
    in_steps: ClassVar = True
    refused_options: ClassVar = {
        "darknet": {
            "layers": "layers of Darknet counts the sections of a file; list the paths, each a list of "
            "layers: the path from an earlier layer is [from: its name]"
        }
    }
    example: ClassVar = ({}, (64, 28, 28))

    axis: AxisName = "channels"

    def out_shape(self, *shapes: Shape) -> Shape:
        place = place_of(self.axis, shapes[0])
        total, *others = [shape[place] for shape in shapes]
        for more in others:
            total = total + more  # no leading 0, so that the explanation reads as in a textbook
        return with_side(shapes[0], place, total)

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        place = place_of(self.axis, shape)
        if place == 0:
            return None
        name = axis_name(place, shape)
        reason = f"concat puts maps side by side along the {name}, so units differ"
        return UnknownField(reason, moved=True)

    def even_out_shape(self, *shapes: Shape) -> Shape:
        from convcalc.layers.even import require_equal  # noqa: PLC0415 - few commands ask for it

        place = place_of(self.axis, shapes[0])
        return tuple(
            sum(sides) if axis == place else require_equal(sides)
            for axis, sides in enumerate(zip(*shapes))
        )

    def check(self, *shapes: Shape) -> None:
        super().check(*shapes)
        place = place_of(self.axis, shapes[0])
        others = with_side(shapes[0], place, 0)
        if any(len(s) != len(others) or with_side(s, place, 0) != others for s in shapes):
            found = " and ".join(times(shape) for shape in shapes)
            name = axis_name(place, shapes[0])
            message = (
                f"cannot concat {found}: only the {name} may differ; "
                "match the sizes with stride, padding, crop or upsample"
            )
            raise ShapeError(message)
