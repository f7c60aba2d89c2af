"""Witnesses of the kinds that multiply by weights: convolutions, fully connected layers, RBF units."""

from collections.abc import Sequence
from math import prod

import numpy as np

from convcalc.reference import checks, fast, scratch
from convcalc.reference.base import Call, Inputs, Kept, Options, Plain, Rows, Witness, pick, witness
from convcalc.reference.checks import Array, Shape
from convcalc.reference.scratch import LayerRun, spans
from convcalc.reference.windows import out_shape, slide

WINDOW = ("stride", "padding", "dilation", "fit")
STAMP = ("padding", "output_padding", "output_shape", "dilation", "size_rule")


def _kernel_of(owner: str, options: Options, in_shape: Shape) -> Shape:
    """The taps of the kernel along each axis."""
    return checks.per_axis(owner, "kernel_size", options["kernel_size"], len(in_shape) - 1)


def with_bias(options: Options, shapes: dict[str, Shape], channels: int) -> dict[str, Shape]:
    """The shapes, with that of a bias unless it is left out."""
    return {**shapes, "bias": (channels,)} if options.get("bias", True) else shapes


class Windows(Witness):
    """A kind whose units each read a window."""

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        rows = inputs[0]
        ones = np.ones((len(rows), 1, options["kernel_size"]))
        return fast.depthwise_conv(rows, ones, **pick(options, *WINDOW))

    def axis_scratch(self, options: Options, rows: int, cells: int, out: int) -> int:
        kept: int = rows * options["kernel_size"]
        return (
            scratch.of_conv(rows, rows, rows, kept, spans(options, (rows, cells), (rows, out)))
            + kept
        )


@witness("conv")
class Conv(Windows):
    """A convolution; with a connection table it has only the kernels in the table."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        kernel, channels = _kernel_of("conv", options, in_shape), options["out_channels"]
        table = options.get("connections")
        if table is None:
            groups = options.get("groups", 1)
            checks.divides("conv", groups, in_channels=in_shape[0], out_channels=channels)
            return with_bias(
                options, {"weight": (channels, in_shape[0] // groups, *kernel)}, channels
            )
        rows = checks.connection_table("conv", table, in_shape[0])
        if len(rows) != channels:
            message = (
                f"conv: connections has {len(rows)} rows for {channels} output maps; give one each"
            )
            raise ValueError(message)
        return with_bias(options, {"weight": (sum(map(len, rows)), *kernel)}, channels)

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        named = pick(options, *WINDOW, "groups", "connections")
        return call("conv", inputs[0], arrays["weight"], arrays.get("bias"), **named)

    def scratch(self, run: LayerRun) -> int:
        """Memory by tiles, unless it is depthwise or 1×1."""
        groups, by_table = (
            run.options.get("groups", 1),
            run.options.get("connections") is not None,
        )
        axes = spans(run.options, run.shape, run.out)
        numbers = scratch.of_conv(
            run.shape[0], run.out[0], groups, run.kept, axes, by_table=by_table
        )
        return numbers * run.each


@witness("conv_transpose")
class ConvTranspose(Witness):
    """A transposed convolution; its weight is that of the convolution it transposes."""

    stamps = True

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        channels, groups = options["out_channels"], options.get("groups", 1)
        checks.divides("conv_transpose", groups, in_channels=in_shape[0], out_channels=channels)
        kernel = _kernel_of("conv_transpose", options, in_shape)
        return with_bias(options, {"weight": (in_shape[0], channels // groups, *kernel)}, channels)

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        names = ("stride", *STAMP, "groups")
        weight, bias = arrays["weight"], arrays.get("bias")
        return call("conv_transpose", inputs[0], weight, bias, **pick(options, *names))

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        return stamp_along_axis(options, inputs[0])

    def scratch(self, run: LayerRun) -> int:
        """Tile and canvas, and the output before its bias."""
        axes = spans(run.options, run.shape, run.out)
        return (scratch.of_conv_transpose(run.out[0], axes) + prod(run.out)) * run.each

    def axis_scratch(self, options: Options, rows: int, cells: int, out: int) -> int:
        return stamp_axis_scratch(options, rows, cells, out)


def stamp_along_axis(options: Options, rows: Rows) -> Rows:
    """The cells to which each cell writes; without a given stride, stamps do not overlap."""
    kernel, stride = options["kernel_size"], options.get("stride")
    return fast.conv_transpose(
        rows,
        np.ones((len(rows), 1, kernel)),
        stride=kernel if stride is None else stride,
        groups=len(rows),
        **pick(options, *STAMP),
    )


def stamp_axis_scratch(options: Options, rows: int, cells: int, out: int) -> int:
    """The temporary numbers of `stamp_along_axis`."""
    axes = spans(options, (rows, cells), (rows, out))
    each: int = options["kernel_size"] + out
    return scratch.of_conv_transpose(rows, axes) + rows * each


@witness("depthwise_conv")
class DepthwiseConv(Windows):
    """A convolution of each map separately, `multiplier` times."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        channels = in_shape[0] * options.get("multiplier", 1)
        kernel = _kernel_of("depthwise_conv", options, in_shape)
        return with_bias(options, {"weight": (channels, 1, *kernel)}, channels)

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        weight, bias = arrays["weight"], arrays.get("bias")
        return call("depthwise_conv", inputs[0], weight, bias, **pick(options, *WINDOW))

    def scratch(self, run: LayerRun) -> int:
        channels, axes = run.shape[0], spans(run.options, run.shape, run.out)
        return scratch.of_conv(channels, run.out[0], channels, run.kept, axes) * run.each


@witness("separable_conv")
class SeparableConv(Windows):
    """Two weights: the depthwise kernels, and the 1×1 that mixes their maps."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        channels = options["out_channels"]
        between = in_shape[0] * options.get("multiplier", 1)
        kernel = _kernel_of("separable_conv", options, in_shape)
        weights = {
            "depthwise_weight": (between, 1, *kernel),
            "pointwise_weight": (channels, between, *(1 for _ in kernel)),
        }
        return with_bias(options, weights, channels)

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        weights = arrays["depthwise_weight"], arrays["pointwise_weight"]
        named = pick(options, *WINDOW)
        return call("separable_conv", inputs[0], *weights, arrays.get("bias"), **named)

    def scratch(self, run: LayerRun) -> int:
        """The depthwise maps, and their temporary memory."""
        channels, axes = run.shape[0], spans(run.options, run.shape, run.out)
        between: int = channels * run.options.get("multiplier", 1)
        on_the_way = scratch.of_conv(channels, between, channels, run.kept, axes)
        return (on_the_way + 2 * between * prod(run.out[1:])) * run.each


@witness("local_conv")
class LocalConv(Windows):
    """A weight and a bias for every output position found by the windows."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        kernel = _kernel_of("local_conv", options, in_shape)
        axes = slide("local_conv", in_shape[1:], kernel, **pick(options, *WINDOW))
        outputs = (options["out_channels"], *out_shape(axes))
        made = {"weight": (*outputs, in_shape[0], *kernel)}
        return {**made, "bias": outputs} if options.get("bias", True) else made

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        weight, bias = arrays["weight"], arrays.get("bias")
        return call("local_conv", inputs[0], weight, bias, **pick(options, *WINDOW))

    def scratch(self, run: LayerRun) -> int:
        """All columns at once, and the output three times."""
        axes, places = spans(run.options, run.shape, run.out), prod(run.out[1:])
        columns: int = run.shape[0] * prod(axis.kernel for axis in axes) * places
        read = scratch.of_padded_block(run.shape[0], axes, places)
        return (columns + read + 3 * prod(run.out)) * run.each


@witness("linear")
class Linear(Plain):
    """A fully connected layer on a vector, or along an axis at each position of the others."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        axis = options.get("axis")
        if axis is None and len(in_shape) != 1:
            message = (
                f"linear: the input has shape {in_shape}; it reads a vector, so flatten it first"
            )
            raise ValueError(message)
        along = 0 if axis is None else checks.side("linear", axis, len(in_shape))
        features = options["out_features"]
        return with_bias(options, {"weight": (features, in_shape[along])}, features)

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        given = (inputs[0], arrays["weight"], arrays.get("bias"))
        if options.get("axis") is None:
            return call("linear", *given)
        return call("linear_along", *given, axis=options["axis"])

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        if not options.get("axis"):
            return inputs[0]
        total: Rows = inputs[0].sum(axis=1, keepdims=True)
        return np.repeat(total, options["out_features"], axis=1)

    def scratch(self, run: LayerRun) -> int:
        """Along an axis: copies of input and output with that axis first."""
        if run.options.get("axis") is None:
            return super().scratch(run)
        return (prod(run.shape) + 2 * prod(run.out)) * run.each


@witness("rbf")
class Rbf(Plain):
    """Squared distances to fixed vectors, so its weight is a buffer."""

    buffers = frozenset({"weight"})

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        return {"weight": (options["out_features"], *in_shape)}

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        del options
        return call("rbf", inputs[0], arrays["weight"])

    def scratch(self, run: LayerRun) -> int:
        return 2 * run.kept * run.each
