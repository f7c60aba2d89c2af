"""Witnesses of the pools, of what undoes them, and of upsampling."""

from collections.abc import Sequence
from math import prod

from convcalc.reference import fast_pool
from convcalc.reference.base import Call, Inputs, Kept, Options, Plain, Rows, pick, witness
from convcalc.reference.checks import Array, Shape
from convcalc.reference.kinds.conv import Windows, stamp_along_axis, stamp_axis_scratch, with_bias
from convcalc.reference.scratch import LayerRun

POOL = ("stride", "fit", "ceil_mode")


class Pool(Plain, Windows):
    """Windows that lie side by side unless a stride is given."""

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
    """Undoes a max pool. A second input, if given, says which cells the values came from."""

    stamps = True

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        del arrays
        indices = inputs[1] if len(inputs) > 1 else None
        named = pick(options, "stride", "padding")
        return call("unpool", inputs[0], options["kernel_size"], **named, indices=indices)

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        return stamp_along_axis(options, inputs[0])

    def scratch(self, run: LayerRun) -> int:
        """Where each cell goes: tuples for one map, then 64-bit numbers for all."""
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
        """Blended: both neighbours, their shares of it and the sum."""
        if run.options.get("mode", "nearest") == "nearest":
            return run.copies(1)
        return run.copies(6) + 400 * sum(run.out[1:])

    def axis_scratch(self, options: Options, rows: int, cells: int, out: int) -> int:
        return 6 * super().axis_scratch(options, rows, cells, out)
