"""Witnesses of pools, of their inverses, and of upsampling."""

from collections.abc import Sequence
from math import comb, prod

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks, fast_pool, fast_resize
from convcalc.reference.base import Call, Inputs, Kept, Options, Plain, Rows, pick, witness
from convcalc.reference.checks import Array, Shape
from convcalc.reference.kinds.conv import Windows, stamp_along_axis, stamp_axis_scratch, with_bias
from convcalc.reference.scratch import LayerRun, of_conv, spans

POOL = ("stride", "fit", "ceil_mode")


class Pool(Plain, Windows):
    """Windows that do not overlap, unless a stride is given."""

    required = ("kernel_size",)

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        kernel, stride, fit = options["kernel_size"], options.get("stride"), options.get("fit")
        given = {**options, "stride": kernel if stride is None else stride, "fit": fit or "floor"}
        if options.get("ceil_mode") and given["fit"] == "floor":
            given["fit"] = "ceil"
        return Windows.along_axis(self, given, inputs)

    def axis_scratch(self, options: Options, rows: int, cells: int, out: int) -> int:
        return Windows.axis_scratch(self, {"stride": None, **options}, rows, cells, out)


@witness("maxpool")
class MaxPool(Pool):
    optional = (*POOL, "padding", "dilation")
    copies = (2, 0)


@witness("avgpool")
class AvgPool(Pool):
    optional = (*POOL, "padding", "dilation", "count_include_pad")
    copies = (3, 0)


@witness("lppool")
class LpPool(Pool):
    optional = (*POOL, "padding", "dilation", "norm_type")
    copies = (4, 0)


@witness("subsample")
class Subsample(Pool):
    """LeNet-5's trainable pool: a coefficient and a bias per map."""

    copies = (4, 0)

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        return with_bias(options, {"weight": in_shape[:1]}, in_shape[0])

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        weight, bias = arrays["weight"], arrays.get("bias")
        named = pick(options, "stride")
        return call("subsample", inputs[0], weight, bias, options["kernel_size"], **named)


class Adaptive(Plain):
    """A pool that gives maps of a certain size."""

    required = ("output_size",)
    copies = (3, 40)

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        return fast_pool.adaptive_avgpool(inputs[0], options["output_size"])


@witness("adaptive_avgpool")
class AdaptiveAvgPool(Adaptive):
    pass


@witness("adaptive_maxpool")
class AdaptiveMaxPool(Adaptive):
    pass


class Whole(Plain):
    """A kind whose one unit reads the whole axis."""

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        del options
        total: Rows = inputs[0].sum(axis=1, keepdims=True)
        return total


@witness("global_avgpool")
class GlobalAvgPool(Whole):
    copies = (2, 0)


@witness("global_maxpool")
class GlobalMaxPool(Whole):
    copies = (2, 0)


@witness("unpool")
class Unpool(Plain):
    """Inverts a max pool. A second input, if given, has the cells of the maxima."""

    stamps = True

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        del arrays
        indices = inputs[1] if len(inputs) > 1 else None
        named = pick(options, "stride", "padding")
        return call("unpool", inputs[0], options["kernel_size"], **named, indices=indices)

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        return stamp_along_axis(options, inputs[0])

    def scratch(self, run: LayerRun) -> int:
        """The target of each cell: tuples for one map, then 64-bit numbers for all."""
        return 200 * prod(run.shape[1:]) + 24 * prod(run.shape)

    def axis_scratch(self, options: Options, rows: int, cells: int, out: int) -> int:
        return stamp_axis_scratch({"stride": None, **options}, rows, cells, out)


@witness("upsample")
class Upsample(Plain):
    required = ("scale_factor",)
    optional = ("mode",)

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        named = pick(options, *self.optional)
        return fast_pool.upsample(inputs[0], options["scale_factor"], **named)

    def scratch(self, run: LayerRun) -> int:
        """Interpolation: both neighbours, their shares and the sum."""
        if run.options.get("mode", "nearest") == "nearest":
            return run.copies(1)
        return run.copies(6) + 400 * sum(run.out[1:])

    def axis_scratch(self, options: Options, rows: int, cells: int, out: int) -> int:
        return 6 * super().axis_scratch(options, rows, cells, out)


@witness("resize")
class Resize(Plain):
    """To a size, by a ratio, or to the size of a second input."""

    optional = ("mode", "align_corners")

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        del arrays
        return call("resize", inputs[0], **self.given(options, inputs))

    def given(self, options: Options, inputs: Sequence[Array]) -> dict[str, object]:
        """The output size, or the ratio, and the other options."""
        size = inputs[1].shape[1:] if len(inputs) > 1 else options.get("size")
        return {"size": size, "scale": options.get("scale"), **pick(options, *self.optional)}

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        return fast_resize.resize(inputs[0], **self.given(options, inputs))  # type: ignore[arg-type]  # by name

    def scratch(self, run: LayerRun) -> int:
        """The map before and after an axis, the cells of one tap, their shares, and the sum."""
        if run.options.get("mode", "nearest") == "nearest":
            return run.copies(2) + 100 * sum(run.out[1:])
        return run.copies(6) + 1000 * sum(run.out[1:])

    def axis_scratch(self, options: Options, rows: int, cells: int, out: int) -> int:
        return 6 * super().axis_scratch(options, rows, cells, out) + 100 * out


@witness("blur_pool")
class BlurPool(Plain):
    """The kernel is Pascal's triangle along each axis, and its sum is 1."""

    buffers = frozenset({"kernel"})

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        size = options.get("kernel_size", 4)
        kernel = checks.per_axis("blur_pool", "kernel_size", size, len(in_shape) - 1)
        return {"kernel": (in_shape[0], 1, *kernel)}

    def arrays(
        self,
        options: Options,
        in_shapes: Sequence[Shape],
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
    ) -> dict[str, Array]:
        del rng
        shape = self.shapes(options, in_shapes)["kernel"]
        made = np.ones(())
        for taps in shape[2:]:
            made = np.multiply.outer(
                made, [comb(taps - 1, t) / 2 ** (taps - 1) for t in range(taps)]
            )
        return {"kernel": np.broadcast_to(made, shape).astype(dtype)}

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        return call("blur_pool", inputs[0], arrays["kernel"], stride=options.get("stride", 2))

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        ones = np.ones((len(inputs[0]), 1, options.get("kernel_size", 4)))
        return fast_pool.blur_pool(inputs[0], ones, stride=options.get("stride", 2))

    def scratch(self, run: LayerRun) -> int:
        """The mirrored map, and the memory of its depthwise convolution."""
        kernel = self.shapes(run.options, [run.shape])["kernel"][2:]
        padded = (run.shape[0], *(n + k - 1 for n, k in zip(run.shape[1:], kernel, strict=True)))
        options = {"kernel_size": kernel, "stride": run.options.get("stride", 2)}
        axes, channels = spans(options, padded, run.out), run.shape[0]
        numbers = of_conv(channels, channels, channels, run.kept, axes)
        return (numbers + prod(padded) + prod(run.out)) * run.each

    def axis_scratch(self, options: Options, rows: int, cells: int, out: int) -> int:
        kernel = options.get("kernel_size", 4)
        given = {"kernel_size": kernel, "stride": options.get("stride", 2)}
        padded = cells + kernel - 1
        axes = spans(given, (rows, padded), (rows, out))
        each: int = kernel + padded + out
        return of_conv(rows, rows, rows, rows * kernel, axes) + rows * each
