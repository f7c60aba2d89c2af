"""Pooling: windows without parameters (except LeNet-5's), global and adaptive pools."""

from __future__ import annotations

from typing import ClassVar

from convcalc import formulas
from convcalc.errors import ShapeError
from convcalc.layers.base import Counts, Kept, NoParameters, Window, kind
from convcalc.layers.checks import check_at_least, check_axes, check_spatial
from convcalc.layers.frozen import frozen
from convcalc.layers.names import with_dimensions
from convcalc.layers.rf import Adaptive, Mirrored, Reads, UnknownField, Whole
from convcalc.layers.window import (
    Axis,
    Fit,
    Padding,
    Shape,
    Spatial,
    axis_names,
    out_sizes,
    per_axis,
)
from convcalc.text import as_decimal


@frozen
class Pool(Window, NoParameters):
    """A kind with windows that does not mix channels."""

    family: ClassVar = "pool"

    ceil_mode: bool = False
    fit: Fit = "floor"

    def rounding(self) -> Fit:
        return "ceil" if self.ceil_mode else self.fit

    def check_options(self, shape: Shape) -> None:
        super().check_options(shape)
        if self.ceil_mode and self.fit not in ("floor", "ceil"):
            message = f"ceil_mode and fit {self.fit} cannot be used together; leave one of them out"
            raise ShapeError(message)

    def out_shape(self, shape: Shape) -> Shape:
        return (shape[0], *self.out_sizes(shape))

    def notes(self, shape: Shape, out: Shape) -> list[str]:
        lines = super().notes(shape, out)
        windows = self.windows(shape)
        caffe = out_sizes(windows, "caffe")
        if self.rounding() == "ceil" and caffe != out[1:]:
            ours, theirs = next((o, c) for o, c in zip(out[1:], caffe) if o != c)
            lines.append(
                f"ceil gives {ours} here, Caffe {theirs}: PyTorch and ONNX drop a window that starts "
                "past the input; use fit: caffe for Caffe's size"
            )
        rounded = [axis for axis, o in zip(windows, out[1:]) if axis.floor != o]
        if rounded:
            axis = rounded[0]
            floor = f"floor gives {axis.floor}" if axis.floor > 0 else "floor refuses it"
            lines.append(
                f"{as_decimal(axis.exact)} is rounded up: the last window goes past the end ({floor})"
            )
        return lines


@frozen
class PaddedPool(Pool):
    """A pool with padding and dilation; every window must reach a real cell."""

    padding: Padding = 0
    dilation: Spatial = 1

    def pads(self) -> Padding:
        return self.padding

    def dilations(self) -> Spatial:
        return self.dilation

    def max_padding(self, axis: Axis) -> int:
        return axis.k // 2  # larger padding is allowed, but advice must also work in PyTorch

    def check_options(self, shape: Shape) -> None:
        super().check_options(shape)
        for name, axis in zip(axis_names(shape), self.windows(shape)):
            given, most = max(axis.before, axis.after), axis.effective_kernel - 1
            if given > most:
                message = (
                    f"padding {given} is not less than the {axis.effective_kernel}-wide window along the "
                    f"{name}, so some windows would contain only padding; use at most {most}"
                )
                raise ShapeError(message)

    def notes(self, shape: Shape, out: Shape) -> list[str]:
        lines = super().notes(shape, out)
        for axis in [] if isinstance(self.padding, str) else self.windows(shape):
            given = max(axis.before, axis.after)
            if given > self.max_padding(axis):
                lines.append(
                    f"padding {given} is more than half of the kernel {axis.k}: "
                    f"ONNX takes it, PyTorch refuses it"
                )
                break
        return lines


@kind("maxpool")
class MaxPool(PaddedPool):
    """The largest value of each window; channels pass through one by one.

    Formula:
        o = ⌊(n + 2p − (d·(k − 1) + 1)) / s⌋ + 1; with ceil_mode ⌈…⌉ + 1, without a window that would
        start past the input; no parameters, no multiply-adds, k·k − 1 comparisons per output (cells of the
        padding are compared too)

    Options:
        padding: below the width of the window, as in ONNX; PyTorch takes at most half of the kernel.

    Source:
        PyTorch MaxPool2d and Pool.h; ONNX MaxPool; Caffe pooling_layer.cpp for fit: caffe.

    Common mistake:
        Taking the stride as 1: a pool's stride is its kernel by default. And 2×2 pooling
        removes 75 %, not half.
    """

    keeps_indices: ClassVar = True
    aliases: ClassVar = {
        "short": ("pool", "mp"),
        "pytorch": with_dimensions("MaxPool{}d"),
        "keras": with_dimensions("MaxPooling{}D"),
        "onnx": ("MaxPool",),
        "darknet": ("maxpool",),
    }
    example: ClassVar = ({"kernel_size": 3, "stride": 2, "padding": 1}, (64, 112, 112))

    def counts(self, shape: Shape, out: Shape) -> Counts:
        return {"comparisons": (self.kernel(shape) - 1) * formulas.product(out)}


@kind("avgpool")
class AvgPool(PaddedPool):
    """The mean of each window; channels pass through one by one.

    Formula:
        o as for maxpool; no parameters, no multiply-adds,
        k·k − 1 additions (zeros of the padding are added too) and one division per output

    Options:
        count_include_pad: whether padded zeros count in the mean (PyTorch's default), or not (Keras, ONNX).
        dilation is in ONNX since version 19 of AveragePool; PyTorch and Keras have none.

    Source:
        PyTorch AvgPool2d; ONNX AveragePool.

    Common mistake:
        Comparing values at the border between libraries: the sizes agree, the means there do not.
    """

    aliases: ClassVar = {
        "short": ("ap", "mean"),
        "pytorch": with_dimensions("AvgPool{}d"),
        "keras": with_dimensions("AveragePooling{}D"),
        "onnx": ("AveragePool",),
    }
    onnx_defaults: ClassVar = {"count_include_pad": False}
    example: ClassVar = ({"kernel_size": 2}, (6, 28, 28))

    count_include_pad: bool = True

    def idle_options(self, shape: Shape) -> frozenset[str]:
        is_padded = any(axis.before or axis.after for axis in self.windows(shape))
        return super().idle_options(shape) | (set() if is_padded else {"count_include_pad"})

    def counts(self, shape: Shape, out: Shape) -> Counts:
        outputs = formulas.product(out)
        return {"adds": (self.kernel(shape) - 1) * outputs, "divisions": outputs}


@kind("lppool")
class LpPool(PaddedPool):
    """The p-norm of each window: norm_type 1 sums, 2 is the root of the sum of squares.

    Formula:
        o as for maxpool; no parameters, no multiply-adds; per output k·k·(norm_type − 1)
        multiplications, k·k − 1 additions (zeros of the padding too), and one root unless norm_type is 1

    Options:
        padding and dilation are in ONNX LpPool; PyTorch has neither.

    Source:
        PyTorch LPPool2d; ONNX LpPool.

    Common mistake:
        Reading norm_type 1 as a mean: it is the sum, k·k times the mean.
    """

    aliases: ClassVar = {"pytorch": with_dimensions("LPPool{}d"), "onnx": ("LpPool",)}
    example: ClassVar = ({"kernel_size": 2}, (8, 16, 16))

    norm_type: int = 2

    def counts(self, shape: Shape, out: Shape) -> Counts:
        outputs, higher = formulas.product(out), self.norm_type - 1
        taps = self.kernel(shape) * outputs
        return {
            "multiplications": higher * taps,
            "adds": taps - outputs,
            "roots": formulas.smaller(higher, 1) * outputs,
        }

    def check_options(self, shape: Shape) -> None:
        super().check_options(shape)
        check_at_least("norm_type", self.norm_type)

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        """Like PyTorch, which builds it from an average pool and powers."""
        return Kept(input=True, values=formulas.product(shape) + 4 * formulas.product(out))


@kind("subsample")
class Subsample(Window):
    """LeNet-5's trainable subsampling: the sum of each window, times a weight, plus a bias, per map.

    Formula:
        o = ⌊(n − k) / s⌋ + 1; params = 2·c, macs = c·o·o (one product per output), k·k − 1 additions
        and one bias addition per output,
        connections = (k·k + 1)·c·o·o as the paper counts

    Source:
        LeCun et al. 1998, section II.B: S2 has 12 parameters and 5,880 connections.

    Common mistake:
        Giving it none, as a modern pool: S2 and S4 train a weight and a bias per map.
    """

    aliases: ClassVar = {"short": ("trainable_pool",)}
    family: ClassVar = "pool"
    example: ClassVar = ({"kernel_size": 2}, (6, 28, 28))

    def out_shape(self, shape: Shape) -> Shape:
        return (shape[0], *self.out_sizes(shape))

    def weights(self, shape: Shape, out: Shape) -> int:
        return shape[0]

    def biases(self, shape: Shape, out: Shape) -> int:
        return shape[0]

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        return {"weight": shape[:1], "bias": shape[:1]}

    def macs(self, shape: Shape, out: Shape) -> int:
        return formulas.product(out)

    def counts(self, shape: Shape, out: Shape) -> Counts:
        outputs = formulas.product(out)
        return {"adds": (self.kernel(shape) - 1) * outputs, "bias_adds": outputs}

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        """Its input, and the sums before the multiplication by the weights."""
        return Kept(input=True, values=formulas.product(out))


@frozen
class OnePerMap(NoParameters):
    """A pool over the whole map."""

    family: ClassVar = "pool"

    def out_shape(self, shape: Shape) -> Shape:
        return (shape[0], *(1,) * (len(shape) - 1))

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        return tuple([Whole(n) for n in shape[1:]])

    def check(self, shape: Shape) -> None:
        check_axes(shape)


@kind("global_avgpool")
class GlobalAvgPool(OnePerMap):
    """The mean of each whole map, whatever its size: (C, H, W) becomes (C, 1, 1).

    Formula:
        no parameters, no multiply-adds; n·n − 1 additions and one division per channel

    Source:
        Lin, Chen & Yan, Network in Network, arXiv:1312.4400, section 3.2.

    Common mistake:
        Putting linear straight after it: the 1×1 maps still need a flatten.
    """

    keeps_input: ClassVar = False
    aliases: ClassVar = {
        "short": ("gap", "global_average_pool"),
        "keras": with_dimensions("GlobalAveragePooling{}D"),
        "onnx": ("GlobalAveragePool",),
    }
    example: ClassVar = ({}, (2048, 7, 7))

    def counts(self, shape: Shape, out: Shape) -> Counts:
        outputs = formulas.product(out)
        return {"adds": formulas.product(shape) - outputs, "divisions": outputs}


@kind("global_maxpool")
class GlobalMaxPool(OnePerMap):
    """The largest value of each whole map: (C, H, W) becomes (C, 1, 1).

    Formula:
        no parameters, no multiply-adds; n·n − 1 comparisons per channel

    Source:
        Keras GlobalMaxPooling2D; ONNX GlobalMaxPool.

    Common mistake:
        Putting linear straight after it: the 1×1 maps still need a flatten.
    """

    keeps_indices: ClassVar = True
    aliases: ClassVar = {
        "short": ("gmp",),
        "keras": with_dimensions("GlobalMaxPooling{}D"),
        "onnx": ("GlobalMaxPool",),
    }
    example: ClassVar = ({}, (512, 7, 7))

    def counts(self, shape: Shape, out: Shape) -> Counts:
        return {"comparisons": formulas.product(shape) - formulas.product(out)}


@frozen
class AdaptivePool(NoParameters):
    """A pool that chooses its windows for a given output size."""

    family: ClassVar = "pool"

    output_size: Spatial

    def out_shape(self, shape: Shape) -> Shape:
        return (shape[0], *per_axis(self.output_size, len(shape) - 1))

    def even_out_shape(self, *shapes: Shape) -> Shape:
        out = self.out_shape(*shapes)
        for n, o in zip(shapes[0][1:], out[1:]):
            if not isinstance(n, int):
                n.must_divide(o)  # all windows are equal then
        return out

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        return tuple([Adaptive(n, o) if o > 1 else Whole(n) for n, o in zip(shape[1:], out[1:])])

    def taps(self, shape: Shape, out: Shape) -> int:
        """Cells read by all windows; overlapping windows count a cell twice."""
        per_channel = formulas.product([windowed(n, o) for n, o in zip(shape[1:], out[1:])])
        return shape[0] * per_channel

    def check(self, shape: Shape) -> None:
        check_axes(shape)
        check_spatial("output_size", self.output_size, len(shape) - 1, least=1)

    def notes(self, shape: Shape, out: Shape) -> list[str]:
        uneven = [(n, o) for n, o in zip(shape[1:], out[1:]) if n % o]
        if not uneven:
            return []
        n, o = uneven[0]
        return [f"{n} is not a multiple of {o}: the {o} windows differ in size or overlap"]


def windowed(n: int, o: int) -> int:
    """Cells in all o windows of adaptive pooling along one axis: n, and one more for each shared cell."""
    # A window's end ⌈(i+1)·n/o⌉ is the next start ⌊(i+1)·n/o⌋ if o divides (i+1)·n; else they share a cell.
    if isinstance(n, int) and isinstance(o, int):
        from math import gcd  # noqa: PLC0415 - only adaptive pools need it
    else:
        from numpy import gcd  # noqa: PLC0415 - an array means numpy is loaded
    return n + o - gcd(n, o)


@kind("adaptive_avgpool")
class AdaptiveAvgPool(AdaptivePool):
    """The mean of windows chosen to give `output_size`.

    Formula:
        window i reads the cells from ⌊i·n / o⌋ up to ⌈(i + 1)·n / o⌉; no parameters, no multiply-adds;
        per window one division, and additions: one less than its cells

    Source:
        PyTorch AdaptiveAvgPool2d.

    Common mistake:
        Expecting equal windows: unless o divides n they differ in size or overlap.
    """

    aliases: ClassVar = {
        "short": ("aap", "adaptive_average_pool"),
        "pytorch": with_dimensions("AdaptiveAvgPool{}d"),
    }
    example: ClassVar = ({"output_size": 7}, (256, 9, 9))

    def counts(self, shape: Shape, out: Shape) -> Counts:
        outputs = formulas.product(out)
        return {"adds": self.taps(shape, out) - outputs, "divisions": outputs}

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        """Its input; nothing if each map becomes one value, which is a plain mean."""
        return Kept(input=formulas.product(out) != out[0])


@kind("adaptive_maxpool")
class AdaptiveMaxPool(AdaptivePool):
    """The largest value of windows chosen to give `output_size`.

    Formula:
        window i reads the cells from ⌊i·n / o⌋ up to ⌈(i + 1)·n / o⌉; no parameters, no multiply-adds;
        per window comparisons: one less than its cells

    Source:
        PyTorch AdaptiveMaxPool2d.

    Common mistake:
        Expecting equal windows: unless o divides n they differ in size or overlap.
    """

    keeps_indices: ClassVar = True
    aliases: ClassVar = {"short": ("amp",), "pytorch": with_dimensions("AdaptiveMaxPool{}d")}
    example: ClassVar = ({"output_size": 3}, (256, 7, 7))

    def counts(self, shape: Shape, out: Shape) -> Counts:
        return {"comparisons": self.taps(shape, out) - formulas.product(out)}


@kind("blur_pool")
class BlurPool(Window):
    """Blurs each map by a fixed kernel before it takes every `stride`-th cell, so a shift of the picture changes less.

    Formula:
        o = ⌊(n − 1) / s⌋ + 1; no parameters, buffers = k·k·c (the kernel, kept once per channel)
        macs = k·k·c·o·o, as for a depthwise convolution; the padding mirrors cells of the map, so every
        product is on a real cell

    Options:
        kernel_size: the row of Pascal's triangle: 2 box, 3 triangle (1 2 1), 5 binomial (1 4 6 4 1).

    Source:
        Zhang, arXiv:1904.11486, section 4; antialiased-cnns BlurPool: ⌊(k − 1)/2⌋ mirrored cells before
        and ⌈(k − 1)/2⌉ after.

    Common mistake:
        Using it instead of the pool: a max pool of stride 2 becomes one of stride 1 and a
        blur_pool. Counting its kernel as parameters: it is fixed.
    """

    aliases: ClassVar = {"short": ("blur",)}
    family: ClassVar = "pool"
    example: ClassVar = ({}, (64, 112, 112))

    kernel_size: Spatial = 4
    stride: Spatial = 2

    def windows(self, shape: Shape) -> list[Axis]:
        return [
            axis._replace(before=(axis.k - 1) // 2, after=axis.k // 2)
            for axis in super().windows(shape)
        ]

    def out_shape(self, shape: Shape) -> Shape:
        return (shape[0], *self.out_sizes(shape))

    def weights(self, shape: Shape, out: Shape) -> int:
        return 0

    def biases(self, shape: Shape, out: Shape) -> int:
        return 0

    def buffers(self, shape: Shape, out: Shape) -> int:
        return formulas.conv_weights(self.kernel(shape), 1, shape[0])

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        return {"kernel": (shape[0], 1, *per_axis(self.kernel_size, len(shape) - 1))}

    def macs(self, shape: Shape, out: Shape) -> int:
        positions = formulas.product(out[1:])
        return formulas.conv_macs(self.kernel(shape), 1, shape[0], positions)

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        return tuple([Mirrored(a.k, a.s, a.before, a.n) for a in self.windows(shape)])

    def check_options(self, shape: Shape) -> None:
        super().check_options(shape)
        for name, axis in zip(axis_names(shape), self.windows(shape)):
            if axis.after >= axis.n:
                message = (
                    f"a {name} of {axis.n} cannot mirror {axis.after} cells; "
                    f"use a kernel of at most {2 * axis.n - 1}"
                )
                raise ShapeError(message)
