"""One witness per kind of layer."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convcalc.reference import checks
from convcalc.reference.backends import Backend
from convcalc.reference.base import Options, Witness, witness
from convcalc.reference.checks import Array, Shape
from convcalc.reference.tally import Tally
from convcalc.reference.windows import out_shape, slide

Inputs = Sequence[Array]
Kept = Mapping[str, Array]


def _picked(options: Options, *names: str) -> dict[str, Any]:
    """The named options, as keyword arguments; the functions know the defaults of the rest."""
    return {name: options[name] for name in names if name in options}


def _kernel(owner: str, options: Options, in_shape: Shape) -> Shape:
    return checks.per_axis(owner, "kernel_size", options["kernel_size"], len(in_shape) - 1)


def _with_bias(options: Options, shapes: dict[str, Shape], channels: int) -> dict[str, Shape]:
    return {**shapes, "bias": (channels,)} if options.get("bias", True) else shapes


WINDOW = ("stride", "padding", "dilation", "fit")
POOL = ("stride", "fit", "ceil_mode")


@witness("conv")
class Conv(Witness):
    """A convolution; with a connection table it keeps only the kernels the table names."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        kernel, channels = _kernel("conv", options, in_shape), options["out_channels"]
        table = options.get("connections")
        if table is None:
            groups = options.get("groups", 1)
            checks.divides("conv", groups, in_channels=in_shape[0], out_channels=channels)
            return _with_bias(
                options, {"weight": (channels, in_shape[0] // groups, *kernel)}, channels
            )
        rows = checks.connection_table("conv", table, in_shape[0])
        if len(rows) != channels:
            message = (
                f"conv: connections has {len(rows)} rows for {channels} output maps; give one each"
            )
            raise ValueError(message)
        return _with_bias(options, {"weight": (sum(map(len, rows)), *kernel)}, channels)

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        return backend["conv"](
            inputs[0],
            arrays["weight"],
            arrays.get("bias"),
            **_picked(options, *WINDOW, "groups", "connections"),
            tally=tally,
        )


@witness("conv_transpose")
class ConvTranspose(Witness):
    """A transposed convolution; its weight is that of the convolution it transposes."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        channels, groups = options["out_channels"], options.get("groups", 1)
        checks.divides("conv_transpose", groups, in_channels=in_shape[0], out_channels=channels)
        kernel = _kernel("conv_transpose", options, in_shape)
        return _with_bias(options, {"weight": (in_shape[0], channels // groups, *kernel)}, channels)

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        names = ("stride", "padding", "output_padding", "dilation", "groups", "size_rule")
        return backend["conv_transpose"](
            inputs[0],
            arrays["weight"],
            arrays.get("bias"),
            **_picked(options, *names),
            tally=tally,
        )


@witness("depthwise_conv")
class DepthwiseConv(Witness):
    """A convolution of each map by itself, `multiplier` times."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        channels = in_shape[0] * options.get("multiplier", 1)
        kernel = _kernel("depthwise_conv", options, in_shape)
        return _with_bias(options, {"weight": (channels, 1, *kernel)}, channels)

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        return backend["depthwise_conv"](
            inputs[0],
            arrays["weight"],
            arrays.get("bias"),
            **_picked(options, *WINDOW),
            tally=tally,
        )


@witness("separable_conv")
class SeparableConv(Witness):
    """Two weights: the depthwise kernels, and the 1×1 that mixes their maps."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        channels = options["out_channels"]
        between = in_shape[0] * options.get("multiplier", 1)
        kernel = _kernel("separable_conv", options, in_shape)
        weights = {
            "depthwise_weight": (between, 1, *kernel),
            "pointwise_weight": (channels, between, *(1 for _ in kernel)),
        }
        return _with_bias(options, weights, channels)

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        return backend["separable_conv"](
            inputs[0],
            arrays["depthwise_weight"],
            arrays["pointwise_weight"],
            arrays.get("bias"),
            **_picked(options, *WINDOW),
            tally=tally,
        )


@witness("local_conv")
class LocalConv(Witness):
    """A weight and a bias for every position of the output, as many as windows are found."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        kernel = _kernel("local_conv", options, in_shape)
        axes = slide("local_conv", in_shape[1:], kernel, **_picked(options, *WINDOW))
        outputs = (options["out_channels"], *out_shape(axes))
        made = {"weight": (*outputs, in_shape[0], *kernel)}
        return {**made, "bias": outputs} if options.get("bias", True) else made

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        return backend["local_conv"](
            inputs[0],
            arrays["weight"],
            arrays.get("bias"),
            **_picked(options, *WINDOW),
            tally=tally,
        )


@witness("linear")
class Linear(Witness):
    """A fully connected layer on a vector."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        if len(in_shape) != 1:
            message = (
                f"linear: the input has shape {in_shape}; it reads a vector, so flatten it first"
            )
            raise ValueError(message)
        features = options["out_features"]
        return _with_bias(options, {"weight": (features, in_shape[0])}, features)

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        del options
        return backend["linear"](inputs[0], arrays["weight"], arrays.get("bias"), tally=tally)


@witness("rbf")
class Rbf(Witness):
    """Squared distances to vectors that are fixed, so its weight is a buffer."""

    buffers = frozenset({"weight"})

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        return {"weight": (options["out_features"], *in_shape)}

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        del options
        return backend["rbf"](inputs[0], arrays["weight"], tally=tally)


@witness("subsample")
class Subsample(Witness):
    """LeNet-5's trainable pool: a coefficient and a bias per map."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        return _with_bias(options, {"weight": in_shape[:1]}, in_shape[0])

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        return backend["subsample"](
            inputs[0],
            arrays["weight"],
            arrays.get("bias"),
            options["kernel_size"],
            **_picked(options, "stride"),
            tally=tally,
        )


@witness("batchnorm")
class BatchNorm(Witness):
    """With tracked statistics they are buffers; without, those of the sample itself are used."""

    buffers = frozenset({"running_mean", "running_var"})

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        trained = ("weight", "bias") if options.get("affine", True) else ()
        kept = ("running_mean", "running_var") if options.get("track_running_stats", True) else ()
        return dict.fromkeys((*trained, *kept), in_shape[:1])

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        del options
        gain, offset = arrays.get("weight"), arrays.get("bias")
        if "running_mean" not in arrays:  # a batch of one: its statistics are those of each map
            return backend["instancenorm"](inputs[0], gain, offset, tally=tally)
        mean, variance = arrays["running_mean"], arrays["running_var"]
        return backend["batchnorm"](inputs[0], mean, variance, gain, offset, tally=tally)


@witness("layernorm")
class LayerNorm(Witness):
    """Over the whole sample, with a weight and a bias per cell."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        return {"weight": in_shape, "bias": in_shape} if options.get("affine", True) else {}

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        del options
        return backend["layernorm"](
            inputs[0], arrays.get("weight"), arrays.get("bias"), tally=tally
        )


@witness("groupnorm")
class GroupNorm(Witness):
    """Over groups of maps, with a weight and a bias per map."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        each = in_shape[:1]
        return {"weight": each, "bias": each} if options.get("affine", True) else {}

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        gain, offset = arrays.get("weight"), arrays.get("bias")
        return backend["groupnorm"](inputs[0], options["num_groups"], gain, offset, tally=tally)


@witness("instancenorm")
class InstanceNorm(Witness):
    """Over each map, by default without weight and bias."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        each = in_shape[:1]
        return {"weight": each, "bias": each} if options.get("affine", False) else {}

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        del options
        return backend["instancenorm"](
            inputs[0], arrays.get("weight"), arrays.get("bias"), tally=tally
        )


@witness("prelu")
class Prelu(Witness):
    """One slope for all maps, or one per map."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        return {"weight": in_shape[:1] if options.get("per_channel", False) else (1,)}

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        del options
        return backend["prelu"](inputs[0], arrays["weight"], tally=tally)


@witness("unpool")
class Unpool(Witness):
    """Undoes a max pool. A second input, if given, says which cells the values came from."""

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        del arrays, tally
        return backend["unpool"](
            inputs[0],
            options["kernel_size"],
            **_picked(options, "stride", "padding"),
            indices=inputs[1] if len(inputs) > 1 else None,
        )


@witness("pad")
class Pad(Witness):
    """Zeros around the maps, then whole maps of zeros before and after them."""

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        del arrays, tally
        padded = backend["pad"](inputs[0], options.get("padding", 0))
        before, after = options.get("channels", (0, 0))
        zeros = [np.zeros_like(padded[:1])] * max(before, after)
        parts = [*zeros[:before], padded, *zeros[:after]]
        return backend["concat"](parts) if len(parts) > 1 else padded


@witness("crop")
class Crop(Witness):
    """To a size, by a number of cells, or to the size of a second input; centred or from an offset."""

    def cuts(self, options: Options, inputs: Inputs) -> list[tuple[int, int]]:
        """Cells to cut off both ends of each axis, where the first are given as an offset."""
        sides = inputs[0].shape[1:]
        wanted = options.get("size")
        kept = inputs[1].shape[1:] if wanted is None else wanted
        firsts = checks.per_axis("crop", "offset", options["offset"], len(sides), least=0)
        lengths = kept if isinstance(kept, tuple | list) else (kept,) * len(sides)
        return [(cut, n - cut - o) for cut, n, o in zip(firsts, sides, lengths, strict=True)]

    def run(
        self, backend: Backend, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None
    ) -> Array:
        del arrays, tally
        if options.get("offset") is not None:
            return backend["crop"](inputs[0], padding=self.cuts(options, inputs))
        if options.get("like") is not None:
            return backend["crop"](inputs[0], size=inputs[1].shape[1:])
        return backend["crop"](inputs[0], **_picked(options, "size", "padding"))


def _keeps_nothing(
    kind: str, *required: str, names: tuple[str, ...] = (), many: bool = False
) -> None:
    """Register a kind that has no arrays: its input, then options in order, then options by name."""

    class Plain(Witness):
        def run(
            self,
            backend: Backend,
            options: Options,
            inputs: Inputs,
            arrays: Kept,
            tally: Tally | None,
        ) -> Array:
            del arrays
            function = backend[kind]
            counted = {"tally": tally} if "tally" in function.__annotations__ else {}
            given = [options[name] for name in required]
            x = inputs if many else inputs[0]
            return function(x, *given, **_picked(options, *names), **counted)

    Plain.__name__ = Plain.__qualname__ = kind
    Plain.__doc__ = f"{kind} keeps no arrays."
    witness(kind)(Plain)


_keeps_nothing("maxpool", "kernel_size", names=(*POOL, "padding", "dilation"))
_keeps_nothing("avgpool", "kernel_size", names=(*POOL, "padding", "count_include_pad"))
_keeps_nothing("lppool", "kernel_size", names=(*POOL, "norm_type"))
for _kind in ("adaptive_avgpool", "adaptive_maxpool"):
    _keeps_nothing(_kind, "output_size")
_keeps_nothing("upsample", "scale_factor", names=("mode",))
_keeps_nothing("lrn", names=("size",))
_keeps_nothing("leaky_relu", names=("negative_slope",))
for _kind in (
    *("global_avgpool", "global_maxpool", "dropout", "flatten", "softmax"),
    *("relu", "relu6", "elu", "gelu", "silu", "hardswish", "sigmoid", "tanh"),
):
    _keeps_nothing(_kind)
_keeps_nothing("reshape", "shape")
_keeps_nothing("channel_shuffle", "groups")
_keeps_nothing("pixel_shuffle", "upscale_factor")
for _kind in ("add", "multiply", "concat"):
    _keeps_nothing(_kind, many=True)
