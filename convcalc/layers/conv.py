"""The convolution, and the code that all kinds with filters share."""

from __future__ import annotations

from typing import ClassVar

from convcalc import formulas
from convcalc.errors import ShapeError
from convcalc.layers.base import Counts, Window, kind, with_bias
from convcalc.layers.checks import check_at_least, check_divides
from convcalc.layers.frozen import frozen
from convcalc.layers.names import with_dimensions
from convcalc.layers.window import Fit, Padding, Shape, Spatial, per_axis

Connections = tuple[tuple[int, ...], ...]


def per_group(channels: int, groups: int) -> int:
    """Channels per group; without groups there is no division, and none in the explanation."""
    return channels if (groups == 1) is True else channels // groups


@frozen
class Filters(Window):
    """A kind with windows and trainable filters."""

    family: ClassVar = "conv"
    incoming: ClassVar = ("in_channels",)

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
        """Input channels of one filter."""
        return shape[0]

    def weights_per_unit(self, shape: Shape) -> int:
        return formulas.fan_in(self.kernel(shape), self.seen_channels(shape))

    def weights(self, shape: Shape, out: Shape) -> int:
        return formulas.conv_weights(self.kernel(shape), self.seen_channels(shape), out[0])

    def params(self, shape: Shape, out: Shape) -> int:
        # Without a bias there is no addition, and none in the explanation.
        return super().params(shape, out) if self.bias else self.weights(shape, out)

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        kernel = per_axis(self.kernel_size, len(shape) - 1)
        return with_bias(
            {"weight": (out[0], self.seen_channels(shape), *kernel)}, out[0], bias=self.bias
        )

    def macs(self, shape: Shape, out: Shape) -> int:
        return self.weights(shape, out) * formulas.product(out[1:])

    def counts(self, shape: Shape, out: Shape) -> Counts:
        return {"bias_adds": formulas.product(out)} if self.bias else {}

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
        is as deep as its input. Some slides print it that way; a 5×5 layer on RGB then loses two thirds.
    """

    aliases: ClassVar = {
        "short": ("cv",),
        "pytorch": with_dimensions("Conv{}d"),
        "keras": with_dimensions("Conv{}D"),
        "caffe": ("Convolution",),
        "onnx": ("Conv",),
        "darknet": ("convolutional",),
    }
    refused_options: ClassVar = {
        "darknet": {
            "pad": "pad: 1 of Darknet pads size // 2 per side; write padding: with cells per side"
        }
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
        # With a table, each output map has its own number of input maps.
        return super().weights_per_unit(shape) if self.connections is None else 0

    def weights(self, shape: Shape, out: Shape) -> int:
        if self.connections is None:
            return super().weights(shape, out)
        return self.kernel(shape) * sum(map(len, self.connections))

    def params(self, shape: Shape, out: Shape) -> int:
        if self.connections is None and self.bias:
            return formulas.conv_params(self.kernel(shape), self.seen_channels(shape), out[0])
        return super().params(shape, out)

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        if self.connections is None:
            return super().arrays(shape, out)
        kernel = per_axis(self.kernel_size, len(shape) - 1)
        weight = (sum(map(len, self.connections)), *kernel)
        return with_bias({"weight": weight}, out[0], bias=self.bias)

    def check_options(self, shape: Shape) -> None:
        super().check_options(shape)
        check_at_least("out_channels", self.out_channels)
        check_divides("the input's channel count", shape[0], "groups", self.groups)
        check_divides("out_channels", self.out_channels, "groups", self.groups)
        if self.connections is not None:
            self.check_connections(shape)

    def check_connections(self, shape: Shape) -> None:
        """Refuse a table that does not list existing input maps for every output map."""
        table = self.connections or ()
        if self.groups != 1:
            message = (
                f"connections and groups {self.groups} cannot be used together; leave groups out"
            )
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
                f"ONNX SAME_UPPER do; same_lower swaps them, padding: {axis.after} pads both sides equally"
            )
        return lines
