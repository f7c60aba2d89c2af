"""Kinds whose inputs each write a patch of the output: transposed convolution, and unpooling."""

from __future__ import annotations

from typing import ClassVar

from convcalc import formulas
from convcalc.errors import ShapeError
from convcalc.layers.base import Counts, Layer, NoParameters, SizeRule, kind, with_bias
from convcalc.layers.checks import (
    check_at_least,
    check_axes,
    check_divides,
    check_padding,
    check_spatial,
)
from convcalc.layers.conv import per_group
from convcalc.layers.names import with_dimensions
from convcalc.layers.rf import Reads, Spread, UnknownField
from convcalc.layers.window import (
    Axis,
    Padding,
    Shape,
    Spatial,
    axis_names,
    both_sides,
    per_axis,
)


@kind("conv_transpose")
class ConvTranspose(Layer):
    """The transpose of a convolution: every input cell writes a k×k patch, s cells apart; patches add up.

    Formula:
        o = (n − 1)·s − 2p + d·(k − 1) + a + 1, where a is output_padding
        params = k·k·cin·cout/g + cout, macs = k·k·cin·cout/g·n·n (on the input positions)

    Options:
        padding removes cells from the output; the words same and same_lower give n·s, and remove an odd
        cell at the end, or at the start.
        output_shape gives o itself. If the padding is in numbers, output_padding is computed from it (PyTorch's
        output_size). If not, the padding is computed (ONNX): the extra cells are cut off at both ends, an odd
        one at the start, or with padding: same at the end.
        size_rule: keras gives (n − 1)·s + max(d·(k − 1) + 1, s), which differs if s is larger than the kernel.

    Source:
        Dumoulin & Visin, arXiv:1603.07285, relationship 14; PyTorch ConvTranspose2d; Keras Conv2DTranspose;
        ONNX ConvTranspose.

    Common mistake:
        Counting the operations on the output positions: that is s·s times too much, and several counting
        tools print it that way.
    """

    aliases: ClassVar = {
        "short": ("tconv", "deconv", "up_conv", "transposed", "transposed_conv"),
        "pytorch": with_dimensions("ConvTranspose{}d"),
        "keras": with_dimensions("Conv{}DTranspose"),
        "caffe": ("Deconvolution",),
        "onnx": ("ConvTranspose",),
        "darknet": ("deconvolutional",),
    }
    refused_options: ClassVar = {
        "darknet": {
            "pad": "pad: 1 of Darknet pads size // 2 per side; write padding: with cells per side"
        }
    }
    example: ClassVar = (
        {"out_channels": 16, "kernel_size": 4, "stride": 2, "padding": 1},
        (8, 16, 16),
    )

    family: ClassVar = "conv"
    incoming: ClassVar = ("in_channels",)
    keras_defaults: ClassVar = {"size_rule": "keras"}

    out_channels: int
    kernel_size: Spatial
    stride: Spatial = 1
    padding: Padding = 0
    output_padding: Spatial = 0
    output_shape: Spatial | None = None
    dilation: Spatial = 1
    groups: int = 1
    bias: bool = True
    size_rule: SizeRule = "pytorch"

    def patches(self, shape: Shape) -> list[tuple[Axis, int]]:
        """The patch of one input cell along each axis, with the output padding."""
        axes = len(shape) - 1
        options = (self.kernel_size, self.stride, self.dilation, self.output_padding)
        numbers = zip(shape[1:], *(per_axis(option, axes) for option in options))
        if self.output_shape is not None:
            sizes, pairs = per_axis(self.output_shape, axes), self.cuts(axes)
            return [
                self.sized_axis(n, k, s, d, a, o, pair)
                for (n, k, s, d, a), o, pair in zip(numbers, sizes, pairs)
            ]
        if isinstance(self.padding, str):
            return [self.worded_axis(n, k, s, d, a) for n, k, s, d, a in numbers]
        pairs = both_sides(self.padding, axes)
        return [
            (Axis(n, k, s, before, after, d), a)
            for (n, k, s, d, a), (before, after) in zip(numbers, pairs)
        ]

    def worded_axis(self, n: int, k: int, s: int, d: int, a: int) -> tuple[Axis, int]:
        """One axis with padding valid, or with same, whose output is n·s."""
        if not self.is_same():
            return Axis(n, k, s, 0, 0, d), a
        extra = formulas.effective_kernel(k, d) - s
        less, more = _halves(formulas.positive(extra))
        before, after = (more, less) if self.padding == "same_lower" else (less, more)
        return Axis(n, k, s, before, after, d), formulas.positive(-extra)

    def cuts(self, axes: int) -> list[tuple[int, int]] | list[None]:
        """The padding in numbers along each axis; None if there is none, or a word."""
        pairs = [] if isinstance(self.padding, str) else both_sides(self.padding, axes)
        return pairs if any(side for pair in pairs for side in pair) else [None] * axes

    def sized_axis(
        self, n: int, k: int, s: int, d: int, a: int, o: int, pair: tuple[int, int] | None
    ) -> tuple[Axis, int]:
        """One axis with a given output size; its output padding or its padding is computed."""
        if pair:
            return Axis(n, k, s, *pair, d), o - formulas.transposed_size_padded(
                n, k, s, *pair, d, 0
            )
        extra = formulas.transposed_size(n, k, s, 0, d, a) - o
        less, more = _halves(formulas.positive(extra))
        before, after = (less, more) if self.padding == "same" else (more, less)
        return Axis(n, k, s, before, after, d), a + formulas.positive(-extra)

    def out_shape(self, shape: Shape) -> Shape:
        if self.output_shape is not None:
            return (self.out_channels, *per_axis(self.output_shape, len(shape) - 1))
        return (self.out_channels, *[self.size(axis, a) for axis, a in self.patches(shape)])

    def size(self, axis: Axis, a: int) -> int:
        """The output size along one axis."""
        n, k, s, before, after, d = axis
        if (before == after) is True:  # equal sides as in a textbook
            size = formulas.transposed_size(n, k, s, before, d, a)
        else:
            size = formulas.transposed_size_padded(n, k, s, before, after, d, a)
        if self.size_rule != "keras" or self.is_same():
            return size
        keras = formulas.transposed_size_keras(n, k, s, d)
        if (before + after == 0) is not True:
            keras = keras - before - after
        given = formulas.smaller(a, 1)  # 1 with output padding: Keras then uses PyTorch's rule
        if (given == 0) is True:
            return keras
        return size if (given == 1) is True else keras + given * (size - keras)

    def is_same(self) -> bool:
        """Whether the padding is same or same_lower."""
        return isinstance(self.padding, str) and self.padding in ("same", "same_lower")

    def kernel(self, shape: Shape) -> int:
        """Cells of one patch: k·k."""
        return formulas.product(per_axis(self.kernel_size, len(shape) - 1))

    def filter_channels(self) -> int:
        """Output channels that one input channel writes to."""
        return per_group(self.out_channels, self.groups)

    def weights(self, shape: Shape, out: Shape) -> int:
        return formulas.conv_weights(self.kernel(shape), shape[0], self.filter_channels())

    def biases(self, shape: Shape, out: Shape) -> int:
        return out[0] if self.bias else 0

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        kernel = per_axis(self.kernel_size, len(shape) - 1)
        weight = (shape[0], self.filter_channels(), *kernel)
        return with_bias({"weight": weight}, out[0], bias=self.bias)

    def macs(self, shape: Shape, out: Shape) -> int:
        return self.weights(shape, out) * formulas.product(shape[1:])

    def counts(self, shape: Shape, out: Shape) -> Counts:
        return {"bias_adds": formulas.product(out)} if self.bias else {}

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        return tuple([Spread(a.k, a.s, a.before, a.d) for a, _ in self.patches(shape)])

    def check(self, shape: Shape) -> None:
        check_axes(shape)
        axes = len(shape) - 1
        check_at_least("out_channels", self.out_channels)
        check_spatial("kernel_size", self.kernel_size, axes, least=1)
        check_spatial("stride", self.stride, axes, least=1)
        check_spatial("dilation", self.dilation, axes, least=1)
        check_spatial("output_padding", self.output_padding, axes, least=0)
        check_padding(self.padding, axes)
        check_divides("the input's channel count", shape[0], "groups", self.groups)
        check_divides("out_channels", self.out_channels, "groups", self.groups)
        if self.padding in ("full", "causal"):
            message = (
                f"padding {self.padding} has no meaning when transposed; use numbers, valid, same or "
                "same_lower"
            )
            raise ShapeError(message)
        self.check_output(shape)
        names, outputs = axis_names(shape), self.out_shape(shape)[1:]
        for name, (axis, a), given, o in zip(
            names, self.patches(shape), per_axis(self.output_padding, axes), outputs
        ):
            if self.output_shape is not None:
                self.check_reach(name, axis, a, o)
            else:
                self.check_axis(name, axis, given)

    def check_output(self, shape: Shape) -> None:
        """Refuse output padding if the size is fixed in another way."""
        axes = len(shape) - 1
        if self.output_shape is not None:
            check_spatial("output_shape", self.output_shape, axes, least=1)
        if not max(per_axis(self.output_padding, axes)):
            return
        if self.is_same():
            message = (
                f"padding {self.padding} fixes the output at n·s, so output_padding has no meaning; leave it "
                "out, or give the padding in numbers (Keras then takes k // 2 per side)"
            )
            raise ShapeError(message)
        if self.output_shape is not None and self.cuts(axes)[0] is not None:
            message = (
                "with output_shape and padding in numbers the output padding is computed; leave "
                "output_padding out"
            )
            raise ShapeError(message)

    def check_reach(self, name: str, axis: Axis, a: int, o: int) -> None:
        """Refuse a given size that is only possible with invalid output padding."""
        most = max(axis.s, axis.d) - 1
        if 0 <= a <= most:
            return
        least, padding = o - a, f"{axis.before} + {axis.after}"
        if axis.before + axis.after == 0:
            reached = f"it is at most {least + most}; use less, or a larger stride"
        elif least + most >= 1:
            reached = (
                f"with padding {padding} it is {max(least, 1)} to {least + most}; use one of these"
            )
        else:
            reached = f"padding {padding} leaves nothing; lower the padding"
        message = f"output_shape {o} along the {name} is not possible: {reached}"
        raise ShapeError(message)

    def check_axis(self, name: str, axis: Axis, a: int) -> None:
        """Refuse the output padding that PyTorch refuses, and padding that leaves nothing."""
        if a and a >= max(axis.s, axis.d):
            message = (
                f"output_padding {a} along the {name} must be smaller than the stride {axis.s} or the "
                f"dilation {axis.d}; use at most {max(axis.s, axis.d) - 1}"
            )
            raise ShapeError(message)
        if not self.is_same() and self.size(axis, a) < 1:
            message = (
                f"padding {axis.before} + {axis.after} removes the whole output along the {name}: "
                f"({axis.n} − 1)·{axis.s} + {axis.effective_kernel} = {(axis.n - 1) * axis.s + axis.effective_kernel} cells; "
                "lower the padding"
            )
            raise ShapeError(message)

    def notes(self, shape: Shape, out: Shape) -> list[str]:
        axis = max(
            (axis for axis, _ in self.patches(shape)),
            key=lambda axis: axis.s - axis.effective_kernel,
        )
        lines = []
        if axis.s > axis.effective_kernel:
            lines.append(
                f"stride {axis.s} is wider than the {axis.effective_kernel}-wide kernel: outputs between the patches "
                f"are bias only; size_rule keras gives {formulas.transposed_size_keras(*axis[:3], axis.d)}, "
                f"pytorch {formulas.transposed_size(*axis[:3], 0, axis.d, 0)} without padding"
            )
        return lines


def _halves(cells: int) -> tuple[int, int]:
    """The smaller half and the larger half."""
    return cells // 2, cells - cells // 2


@kind("unpool")
class Unpool(NoParameters):
    """Undoes a max pool: each value goes back to where its maximum was, the rest is zero.

    Formula:
        o = (n − 1)·s − 2p + k; no parameters, no operations

    Source:
        PyTorch MaxUnpool2d.

    Common mistake:
        Expecting odd sizes back: 5 pools to 2 and unpools to 4; add a pad for the lost row.
    """

    keeps_input: ClassVar = False
    aliases: ClassVar = {
        "short": ("max_unpool",),
        "pytorch": with_dimensions("MaxUnpool{}d"),
        "onnx": ("MaxUnpool",),
    }
    family: ClassVar = "pool"
    example: ClassVar = ({"kernel_size": 2}, (64, 7, 7))

    kernel_size: Spatial
    stride: Spatial | None = None
    padding: Padding = 0

    def patches(self, shape: Shape) -> list[Axis]:
        """The patch in which a value is put back, along each axis."""
        axes = len(shape) - 1
        strides = self.kernel_size if self.stride is None else self.stride
        numbers = zip(shape[1:], per_axis(self.kernel_size, axes), per_axis(strides, axes))
        pads = both_sides(self.padding, axes)  # type: ignore[arg-type]  # words are refused
        return [Axis(n, k, s, *sides) for (n, k, s), sides in zip(numbers, pads)]

    def out_shape(self, shape: Shape) -> Shape:
        return (shape[0], *[self.size(axis) for axis in self.patches(shape)])

    def size(self, axis: Axis) -> int:
        """The output size along one axis."""
        return formulas.transposed_size(axis.n, axis.k, axis.s, axis.before, 1, 0)

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        return tuple([Spread(a.k, a.s, a.before) for a in self.patches(shape)])

    def check(self, shape: Shape) -> None:
        check_axes(shape)
        axes = len(shape) - 1
        check_spatial("kernel_size", self.kernel_size, axes, least=1)
        if self.stride is not None:
            check_spatial("stride", self.stride, axes, least=1)
        check_padding(self.padding, axes)
        sides = self.padding if isinstance(self.padding, tuple) else (self.padding,)
        if not all(isinstance(side, int) for side in sides):
            message = f"padding is {self.padding}; unpool takes one number per axis"
            raise ShapeError(message)
        for name, axis in zip(axis_names(shape), self.patches(shape)):
            if self.size(axis) < 1:
                message = (
                    f"padding {axis.before} removes the whole output along the {name}; lower it"
                )
                raise ShapeError(message)
