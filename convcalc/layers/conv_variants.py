"""Convolutions whose filters see one channel or one position: depthwise, separable, locally connected."""

from __future__ import annotations

from typing import ClassVar

from convcalc import formulas
from convcalc.layers.base import Kept, Layer, kind, with_bias
from convcalc.layers.checks import check_at_least
from convcalc.layers.conv import Conv, Filters
from convcalc.layers.names import with_dimensions
from convcalc.layers.window import Shape, per_axis


@kind("depthwise_conv")
class DepthwiseConv(Filters):
    """Each channel has `multiplier` filters; no filter sees another channel.

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

    def generalised(self, shape: Shape) -> Layer:
        return Conv(
            out_channels=shape[0] * self.multiplier, kernel_size=self.kernel_size, stride=self.stride,
            padding=self.padding, dilation=self.dilation, fit=self.fit, bias=self.bias, groups=shape[0],
        )  # fmt: skip

    def out_shape(self, shape: Shape) -> Shape:
        return (shape[0] * self.multiplier, *self.out_sizes(shape))

    def weights_per_unit(self, shape: Shape) -> int:
        return self.kernel(shape)

    def weights(self, shape: Shape, out: Shape) -> int:
        return self.kernel(shape) * out[0]

    def params(self, shape: Shape, out: Shape) -> int:
        return (self.kernel(shape) + 1) * out[0] if self.bias else self.weights(shape, out)

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        kernel = per_axis(self.kernel_size, len(shape) - 1)
        return with_bias({"weight": (out[0], 1, *kernel)}, out[0], bias=self.bias)

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
        Forgetting the 1×1 half, which has most of the operations if there are more than k·k channels.
    """

    aliases: ClassVar = {
        "short": ("sep", "sepconv", "separable", "depthwise_separable"),
        "keras": with_dimensions("SeparableConv{}D"),
    }
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

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        kernel, middle = per_axis(self.kernel_size, len(shape) - 1), shape[0] * self.multiplier
        made = {
            "depthwise_weight": (middle, 1, *kernel),
            "pointwise_weight": (out[0], middle, *[1 for _ in kernel]),
        }
        return with_bias(made, out[0], bias=self.bias)

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

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        """Its input, and the maps between its two convolutions."""
        inner = formulas.product(out[1:]) * shape[0] * self.multiplier
        return Kept(input=True, values=inner)


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

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        kernel = per_axis(self.kernel_size, len(shape) - 1)
        return with_bias({"weight": (*out, shape[0], *kernel)}, *out, bias=self.bias)

    def macs(self, shape: Shape, out: Shape) -> int:
        return self.weights(shape, out)

    def valid_macs(self, shape: Shape, out: Shape) -> int:
        return shape[0] * out[0] * self.real_taps(shape, out)

    def check_options(self, shape: Shape) -> None:
        super().check_options(shape)
        check_at_least("out_channels", self.out_channels)
