"""Convolutions of every sort."""

from __future__ import annotations

from typing import ClassVar

from convcalc import formulas
from convcalc.errors import ShapeError
from convcalc.layers.base import Layer, SizeRule, Window, frozen, kind
from convcalc.layers.checks import (
    check_at_least,
    check_axes,
    check_divides,
    check_padding,
    check_spatial,
)
from convcalc.layers.names import with_dimensions
from convcalc.layers.rf import Reads, Spread
from convcalc.layers.window import (
    Axis,
    Fit,
    Padding,
    Shape,
    Spatial,
    axis_names,
    both_sides,
    per_axis,
)

Connections = tuple[tuple[int, ...], ...]


def per_group(channels: int, groups: int) -> int:
    """Channels of one group; without groups there is nothing to divide, nor to show in a working."""
    return channels if (groups == 1) is True else channels // groups


@frozen
class Filters(Window):
    """A window kind with trainable filters."""

    family: ClassVar = "conv"

    stride: Spatial = 1
    padding: Padding = 0
    dilation: Spatial = 1
    fit: Fit = "floor"
    bias: bool = True

    def pads(self) -> Padding:
        return self.padding

    def dilations(self) -> Spatial:
        return self.dilation

    def rounding(self) -> Fit:
        return self.fit

    def biases(self, shape: Shape, out: Shape) -> int:
        return out[0] if self.bias else 0

    def seen_channels(self, shape: Shape) -> int:
        """Input channels that one filter looks at."""
        return shape[0]

    def weights_per_unit(self, shape: Shape) -> int:
        return formulas.fan_in(self.kernel(shape), self.seen_channels(shape))

    def weights(self, shape: Shape, out: Shape) -> int:
        return formulas.conv_weights(self.kernel(shape), self.seen_channels(shape), out[0])

    def params(self, shape: Shape, out: Shape) -> int:
        if self.bias:
            return formulas.conv_params(self.kernel(shape), self.seen_channels(shape), out[0])
        return self.weights(shape, out)

    def macs(self, shape: Shape, out: Shape) -> int:
        return self.weights(shape, out) * formulas.product(out[1:])

    def valid_macs(self, shape: Shape, out: Shape) -> int:
        return self.weights(shape, out) // self.kernel(shape) * self.real_taps(shape, out)


@kind("conv")
class Conv(Filters):
    """Slides `out_channels` filters over the input; each looks at a window of all channels of its group.

    Formula:
        o = ⌊(n + 2p − (d·(k − 1) + 1)) / s⌋ + 1 along each axis
        params = (k·k·cin/g + 1)·cout, macs = k·k·cin/g·cout·o·o (bias not counted: one addition per output)

    Options:
        padding: numbers per side, [before, after] per axis, or valid, same (the odd cell at the end),
            same_lower, full, causal. fit: floor, strict (14.5 is an error), ceil, caffe.
        connections: for each output map the input maps it sees (LeNet-5's C3), instead of groups.

    Source:
        Dumoulin & Visin, arXiv:1603.07285, relationships 6 and 15; PyTorch Conv2d.

    Common mistake:
        Leaving the input channels out: (k·k + 1)·cout is right only for one input channel. A filter
        is as deep as its input. Some slides print it so, and a 5×5 layer on RGB then loses two thirds.
    """

    aliases: ClassVar = {
        "short": ("cv",),
        "pytorch": with_dimensions("Conv{}d"),
        "keras": with_dimensions("Conv{}D"),
        "caffe": ("Convolution",),
        "onnx": ("Conv",),
        "darknet": ("convolutional",),
    }
    example: ClassVar = ({"out_channels": 5, "kernel_size": 5, "stride": 3}, (3, 32, 32))

    out_channels: int
    groups: int = 1
    connections: Connections | None = None

    def out_shape(self, shape: Shape) -> Shape:
        return (self.out_channels, *self.out_sizes(shape))

    def seen_channels(self, shape: Shape) -> int:
        return per_group(shape[0], self.groups)

    def weights_per_unit(self, shape: Shape) -> int:
        return (
            super().weights_per_unit(shape) if self.connections is None else 0
        )  # each map sees its own

    def weights(self, shape: Shape, out: Shape) -> int:
        if self.connections is None:
            return super().weights(shape, out)
        return self.kernel(shape) * sum(map(len, self.connections))

    def params(self, shape: Shape, out: Shape) -> int:
        if self.connections is None:
            return super().params(shape, out)
        return self.weights(shape, out) + self.biases(shape, out)

    def check_options(self, shape: Shape) -> None:
        super().check_options(shape)
        check_at_least("out_channels", self.out_channels)
        check_divides("the input's channel count", shape[0], "groups", self.groups)
        check_divides("out_channels", self.out_channels, "groups", self.groups)
        if self.connections is not None:
            self.check_connections(shape)

    def check_connections(self, shape: Shape) -> None:
        """Refuse a table that does not name existing input maps for every output map."""
        table = self.connections or ()
        if self.groups != 1:
            message = f"connections and groups {self.groups} exclude each other; leave groups out"
            raise ShapeError(message)
        if len(table) != self.out_channels:
            message = (
                f"connections has {len(table)} rows for {self.out_channels} output maps; "
                "give one list of input maps per output map"
            )
            raise ShapeError(message)
        for row, maps in enumerate(table):
            if (
                not maps
                or len(set(maps)) != len(maps)
                or not 0 <= min(maps) <= max(maps) < shape[0]
            ):
                message = (
                    f"connections row {row} is {list(maps)}; name different input maps from 0 to "
                    f"{shape[0] - 1}, at least one"
                )
                raise ShapeError(message)

    def notes(self, shape: Shape, out: Shape) -> list[str]:
        lines = super().notes(shape, out)
        uneven = [a for a in self.windows(shape) if a.before != a.after]
        if self.padding == "same" and uneven:
            axis = uneven[0]
            lines.append(
                f"same pads {axis.before} before and {axis.after} after, as TensorFlow, Keras and "
                f"ONNX SAME_UPPER do; same_lower swaps them, padding: {axis.after} pads both sides alike"
            )
        return lines


@kind("depthwise_conv")
class DepthwiseConv(Filters):
    """Each channel has its own `multiplier` filters and no others look at it.

    Formula:
        o as for conv; params = (k·k + 1)·cin·m, macs = k·k·cin·m·o·o

    Source:
        Chollet, arXiv:1610.02357; Howard et al., arXiv:1704.04861, equation 4.

    Common mistake:
        Counting k·k·cin·cout as for a full convolution: a depthwise filter is one channel deep.
    """

    aliases: ClassVar = {
        "short": ("dw", "dwconv", "depthwise"),
        "keras": with_dimensions("DepthwiseConv{}D"),
    }
    example: ClassVar = ({"kernel_size": 3, "padding": 1}, (32, 112, 112))

    multiplier: int = 1

    def out_shape(self, shape: Shape) -> Shape:
        return (shape[0] * self.multiplier, *self.out_sizes(shape))

    def weights_per_unit(self, shape: Shape) -> int:
        return self.kernel(shape)

    def weights(self, shape: Shape, out: Shape) -> int:
        return self.kernel(shape) * out[0]

    def params(self, shape: Shape, out: Shape) -> int:
        return (self.kernel(shape) + 1) * out[0] if self.bias else self.weights(shape, out)

    def check_options(self, shape: Shape) -> None:
        super().check_options(shape)
        check_at_least("multiplier", self.multiplier)


@kind("separable_conv")
class SeparableConv(Filters):
    """A depthwise convolution without bias, then a 1×1 convolution that mixes the channels.

    Formula:
        o as for conv; params = k·k·cin·m + (cin·m + 1)·cout
        macs = (k·k·cin·m + cin·m·cout)·o·o, which is 1/cout + 1/k² of a full convolution

    Source:
        Chollet, arXiv:1610.02357; Keras SeparableConv2D.

    Common mistake:
        Forgetting the 1×1 half, which is most of the work once there are more than k·k channels.
    """

    aliases: ClassVar = {"short": ("sep", "sepconv"), "keras": with_dimensions("SeparableConv{}D")}
    example: ClassVar = ({"out_channels": 128, "kernel_size": 3, "padding": 1}, (64, 56, 56))

    out_channels: int
    multiplier: int = 1

    def out_shape(self, shape: Shape) -> Shape:
        return (self.out_channels, *self.out_sizes(shape))

    def weights_per_unit(self, shape: Shape) -> int:
        return 0  # neurons of the two halves differ

    def weights(self, shape: Shape, out: Shape) -> int:
        middle = shape[0] * self.multiplier
        return self.kernel(shape) * middle + middle * out[0]

    def params(self, shape: Shape, out: Shape) -> int:
        return self.weights(shape, out) + self.biases(shape, out)

    def valid_macs(self, shape: Shape, out: Shape) -> int:
        middle = shape[0] * self.multiplier
        pointwise = middle * out[0] * formulas.product(out[1:])
        return middle * self.real_taps(shape, out) + pointwise

    def parts(self, shape: Shape) -> tuple[Layer, ...]:
        depthwise = DepthwiseConv(
            kernel_size=self.kernel_size, stride=self.stride, padding=self.padding,
            dilation=self.dilation, fit=self.fit, multiplier=self.multiplier, bias=False,
        )  # fmt: skip
        return depthwise, Conv(out_channels=self.out_channels, kernel_size=1, bias=self.bias)

    def check_options(self, shape: Shape) -> None:
        super().check_options(shape)
        check_at_least("out_channels", self.out_channels)
        check_at_least("multiplier", self.multiplier)


@kind("local_conv")
class LocalConv(Filters):
    """A locally connected layer: windows as in a convolution, but every position has its own filters.

    Formula:
        o as for conv; params = (k·k·cin + 1)·cout·o·o, macs = k·k·cin·cout·o·o

    Source:
        Keras LocallyConnected2D; CS231n, AlexNet's first layer without sharing: 105,705,600.

    Common mistake:
        Counting the filters once: nothing is shared, so the parameters grow with the picture.
    """

    aliases: ClassVar = {
        "short": ("locally_connected",),
        "keras": with_dimensions("LocallyConnected{}D"),
        "darknet": ("local",),
    }
    example: ClassVar = ({"out_channels": 96, "kernel_size": 11, "stride": 4}, (3, 227, 227))

    out_channels: int

    def out_shape(self, shape: Shape) -> Shape:
        return (self.out_channels, *self.out_sizes(shape))

    def weights(self, shape: Shape, out: Shape) -> int:
        return self.weights_per_unit(shape) * formulas.product(out)

    def biases(self, shape: Shape, out: Shape) -> int:
        return formulas.product(out) if self.bias else 0

    def params(self, shape: Shape, out: Shape) -> int:
        return self.weights(shape, out) + self.biases(shape, out)

    def macs(self, shape: Shape, out: Shape) -> int:
        return self.weights(shape, out)

    def valid_macs(self, shape: Shape, out: Shape) -> int:
        return shape[0] * out[0] * self.real_taps(shape, out)

    def check_options(self, shape: Shape) -> None:
        super().check_options(shape)
        check_at_least("out_channels", self.out_channels)


@kind("conv_transpose")
class ConvTranspose(Layer):
    """The transpose of a convolution: every input cell writes a k×k patch, s cells apart; patches add up.

    Formula:
        o = (n − 1)·s − 2p + d·(k − 1) + a + 1, where a is output_padding
        params = k·k·cin·cout/g + cout, macs = k·k·cin·cout/g·n·n (on the input positions)

    Options:
        padding takes cells away from the output; the word same gives n·s.
        size_rule: keras gives (n − 1)·s + max(d·(k − 1) + 1, s), which differs where s exceeds the kernel.

    Source:
        Dumoulin & Visin, arXiv:1603.07285, relationship 14; PyTorch ConvTranspose2d; Keras Conv2DTranspose.

    Common mistake:
        Counting the work on the output positions: that is s·s times too much, and several counting
        tools print it so.
    """

    aliases: ClassVar = {
        "short": ("tconv", "deconv", "up_conv"),
        "pytorch": with_dimensions("ConvTranspose{}d"),
        "keras": with_dimensions("Conv{}DTranspose"),
        "caffe": ("Deconvolution",),
        "onnx": ("ConvTranspose",),
        "darknet": ("deconvolutional",),
    }
    example: ClassVar = (
        {"out_channels": 16, "kernel_size": 4, "stride": 2, "padding": 1},
        (8, 16, 16),
    )

    family: ClassVar = "conv"

    out_channels: int
    kernel_size: Spatial
    stride: Spatial = 1
    padding: Padding = 0
    output_padding: Spatial = 0
    dilation: Spatial = 1
    groups: int = 1
    bias: bool = True
    size_rule: SizeRule = "pytorch"

    def patches(self, shape: Shape) -> list[tuple[Axis, int]]:
        """The patch that a cell writes, along each axis, with the output padding."""
        axes = len(shape) - 1
        options = (self.kernel_size, self.stride, self.dilation, self.output_padding)
        numbers = zip(shape[1:], *(per_axis(option, axes) for option in options))
        if isinstance(self.padding, str):
            return [self.worded_axis(n, k, s, d, a) for n, k, s, d, a in numbers]
        pairs = both_sides(self.padding, axes)
        return [
            (Axis(n, k, s, before, after, d), a)
            for (n, k, s, d, a), (before, after) in zip(numbers, pairs)
        ]

    def worded_axis(self, n: int, k: int, s: int, d: int, a: int) -> tuple[Axis, int]:
        """One axis under padding valid, or same, whose output is n·s."""
        if not self.is_same():
            return Axis(n, k, s, 0, 0, d), a
        extra = formulas.effective_kernel(k, d) - s
        cut = formulas.positive(extra)
        return Axis(n, k, s, cut // 2, cut - cut // 2, d), formulas.positive(-extra)

    def out_shape(self, shape: Shape) -> Shape:
        return (self.out_channels, *[self.size(axis, a) for axis, a in self.patches(shape)])

    def size(self, axis: Axis, a: int) -> int:
        """The output size along one axis."""
        n, k, s, before, after, d = axis
        if (before == after) is True:  # the same, as a textbook writes it
            size = formulas.transposed_size(n, k, s, before, d, a)
        else:
            size = formulas.transposed_size_padded(n, k, s, before, after, d, a)
        if self.size_rule != "keras" or self.is_same():
            return size
        keras = formulas.transposed_size_keras(n, k, s, d)
        if (before + after == 0) is not True:
            keras = keras - before - after
        given = formulas.smaller(a, 1)  # 1 with output padding, for which Keras has PyTorch's rule
        if (given == 0) is True:
            return keras
        return size if (given == 1) is True else keras + given * (size - keras)

    def is_same(self) -> bool:
        """Whether the padding is the word same."""
        return isinstance(self.padding, str) and self.padding == "same"

    def kernel(self, shape: Shape) -> int:
        """Cells of one patch: k·k."""
        return formulas.product(per_axis(self.kernel_size, len(shape) - 1))

    def filter_channels(self) -> int:
        """Output channels that one input channel writes."""
        return per_group(self.out_channels, self.groups)

    def weights(self, shape: Shape, out: Shape) -> int:
        return formulas.conv_weights(self.kernel(shape), shape[0], self.filter_channels())

    def biases(self, shape: Shape, out: Shape) -> int:
        return out[0] if self.bias else 0

    def macs(self, shape: Shape, out: Shape) -> int:
        return self.weights(shape, out) * formulas.product(shape[1:])

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | str | None:
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
        if self.padding in ("full", "causal", "same_lower"):
            message = (
                f"padding {self.padding} has no meaning when transposed; use numbers, valid or same"
            )
            raise ShapeError(message)
        if self.padding == "same" and max(per_axis(self.output_padding, axes)):
            message = (
                "padding same fixes the output at n·s, so output_padding has no meaning; leave it out, "
                "or give the padding in numbers (Keras then takes k // 2 per side)"
            )
            raise ShapeError(message)
        for name, (axis, _), a in zip(
            axis_names(shape), self.patches(shape), per_axis(self.output_padding, axes)
        ):
            self.check_axis(name, axis, a)

    def check_axis(self, name: str, axis: Axis, a: int) -> None:
        """Refuse output padding as PyTorch does, and padding that leaves nothing."""
        if a and a >= max(axis.s, axis.d):
            message = (
                f"output_padding {a} along the {name} must be smaller than the stride {axis.s} or the "
                f"dilation {axis.d}; use at most {max(axis.s, axis.d) - 1}"
            )
            raise ShapeError(message)
        if self.padding != "same" and self.size(axis, a) < 1:
            message = (
                f"padding {axis.before} + {axis.after} takes away the whole output along the {name}: "
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
