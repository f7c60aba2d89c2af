"""Keras's layers with trained numbers or windows, and its activations."""

from __future__ import annotations

from typing import Any

from convcalc.errors import did_you_mean
from convcalc.formulas import product
from convcalc.interop.graph import BROKEN
from convcalc.interop.readers.keras_model import Reading, layer_class
from convcalc.text import quoted

_ACTIVATIONS = {
    "relu": "relu", "relu6": "relu6", "sigmoid": "sigmoid", "tanh": "tanh", "softmax": "softmax",
    "log_softmax": "log_softmax", "elu": "elu", "gelu": "gelu", "silu": "silu", "swish": "silu",
    "leaky_relu": "leaky_relu", "hard_swish": "hardswish", "hard_silu": "hardswish", "hard_sigmoid": "hardsigmoid",
    "hard_tanh": "hardtanh", "mish": "mish", "selu": "selu", "softplus": "softplus", "softsign": "softsign",
    "log_sigmoid": "logsigmoid", "glu": "glu", "linear": "",
}  # fmt: skip
_OTHER_ACTIVATIONS = frozenset(
    ("exponential", "celu", "squareplus", "tanh_shrink", "soft_shrink", "hard_shrink", "sparse_plus",
     "sparse_sigmoid", "sparsemax", "threshold")
)  # fmt: skip


def _dimensions(*names: str) -> list[str]:
    """Names for one, two and three axes, from a name with a star."""
    return [name.replace("*", axes) for name in names for axes in ("1D", "2D", "3D")]


def _activated(reading: Reading, at: int, called: str = "", word: str = "activation") -> int:
    """Add an activation after a place."""
    given = reading.part.config.get(word)
    if given is None or at == BROKEN:
        return at
    if isinstance(given, dict):  # a separate function, or a layer
        inner = given.get("config")
        if given.get("class_name") in ("function", "Function") or not isinstance(inner, dict):
            given = inner if isinstance(inner, str) else given.get("class_name")
        else:
            return reading.call(
                {**given, "name": f"{reading.part.name}_{called or word}"}, [at], ""
            )[0]
    name = str(given).rpartition(">")[2].lower()
    name = "log_softmax" if name == "logsoftmax" else name
    if name in _OTHER_ACTIVATIONS:
        return reading.unit([at], called=called, exponentials=1)
    if name not in _ACTIVATIONS:
        near = did_you_mean(name, _ACTIVATIONS)
        return reading.refuse(f"no activation {quoted(str(given))}{near}")
    kind = _ACTIVATIONS[name]
    more = {}
    if kind in ("softmax", "log_softmax"):
        more = {"axis": reading.axis(-1, reading.shape(at))}
    return reading.layer(kind, [at], called=called and kind, **more) if kind else at


def _sized(reading: Reading, word: str, default: Any = 1) -> Any:
    """An option with one number, or one for each axis."""
    value = reading.part.config.get(word)
    value = default if value is None else value
    if not isinstance(value, list):
        return value
    return value[0] if len(set(map(str, value))) == 1 else tuple(value)


def _padding(reading: Reading) -> str:
    """The word for the padding, in lower case."""
    return str(
        reading.part.config.get("padding", reading.part.config.get("border_mode", "valid"))
    ).lower()


def _window(reading: Reading) -> dict[str, Any]:
    """The window of a convolution."""
    return {
        "kernel_size": _sized(reading, "kernel_size"),
        "stride": _sized(reading, "strides"),
        "padding": _padding(reading),
        "dilation": _sized(reading, "dilation_rate"),
        "bias": reading.flag("use_bias", default=True),
    }


@layer_class(*_dimensions("Conv*", "Convolution*"))
def _convolution(reading: Reading, places: list[int]) -> int:
    config = reading.part.config
    at = reading.layer(
        "conv",
        places,
        **_window(reading),
        out_channels=config["filters"],
        groups=reading.number("groups"),
    )
    return _activated(reading, at, "activation")


@layer_class(*_dimensions("Conv*Transpose", "Convolution*Transpose"))
def _transposed(reading: Reading, places: list[int]) -> int:
    options, config = _window(reading), reading.part.config
    given = config.get("output_padding")
    if given is None:
        options["size_rule"] = "keras"
    else:
        kernel = options["kernel_size"]
        axes = len(reading.shape(places[0])) - 1
        kernels = kernel if isinstance(kernel, tuple) else (kernel,) * axes
        same = options["padding"] == "same"
        options["padding"] = tuple([each // 2 if same else 0 for each in kernels])
        options["output_padding"] = _sized(reading, "output_padding", 0)
    at = reading.layer("conv_transpose", places, **options, out_channels=config["filters"])
    return _activated(reading, at, "activation")


@layer_class(*_dimensions("DepthwiseConv*"))
def _depthwise(reading: Reading, places: list[int]) -> int:
    multiplier = reading.number("depth_multiplier")
    at = reading.layer("depthwise_conv", places, **_window(reading), multiplier=multiplier)
    return _activated(reading, at, "activation")


@layer_class(*_dimensions("SeparableConv*", "SeparableConvolution*"))
def _separable(reading: Reading, places: list[int]) -> int:
    at = reading.layer(
        "separable_conv", places, **_window(reading), out_channels=reading.part.config["filters"],
        multiplier=reading.number("depth_multiplier"),
    )  # fmt: skip
    return _activated(reading, at, "activation")


@layer_class(*_dimensions("LocallyConnected*"))
def _local(reading: Reading, places: list[int]) -> int:
    options = _window(reading)
    del options["dilation"]
    at = reading.layer("local_conv", places, **options, out_channels=reading.part.config["filters"])
    return _activated(reading, at, "activation")


@layer_class("Dense")
def _dense(reading: Reading, places: list[int]) -> int:
    shape = reading.shape(places[0])
    along: dict[str, Any] = {"axis": reading.axis(-1, shape)} if len(shape) > 1 else {}
    at = reading.layer(
        "linear", places, out_features=reading.part.config["units"],
        bias=reading.flag("use_bias", default=True), **along,
    )  # fmt: skip
    return _activated(reading, at, "activation")


@layer_class("Embedding")
def _embedding(reading: Reading, places: list[int]) -> int:
    config = reading.part.config
    rows, width = reading.number("input_dim"), reading.number("output_dim")
    shape = (*reading.written(reading.shape(places[0])), width)
    turned = (width, *shape[:-1]) if reading.is_last else shape
    rank = config.get("lora_rank")
    more = (rows + width) * rank if type(rank) is int else 0
    return reading.stated(places, turned, params=rows * width + more)


# ----------------------------------------------------------------------------------------- pools


@layer_class(*_dimensions("MaxPooling*", "MaxPool*", "AveragePooling*", "AvgPool*"))
def _pool(reading: Reading, places: list[int]) -> int:
    size = _sized(reading, "pool_size", 2)
    return reading.layer(
        "maxpool" if reading.part.kind.startswith("Max") else "avgpool", places,
        kernel_size=size, stride=_sized(reading, "strides", size), padding=_padding(reading),
    )  # fmt: skip


@layer_class(
    *_dimensions("GlobalMaxPooling*", "GlobalMaxPool*", "GlobalAveragePooling*", "GlobalAvgPool*")
)
def _global_pool(reading: Reading, places: list[int]) -> int:
    kind = "global_maxpool" if "Max" in reading.part.kind else "global_avgpool"
    at = reading.layer(kind, places)
    if reading.flag("keepdims", default=False):
        return at
    return reading.layer("flatten", [at], called="flatten")


@layer_class(*_dimensions("AdaptiveAveragePooling*", "AdaptiveMaxPooling*"))
def _adaptive(reading: Reading, places: list[int]) -> int:
    kind = "adaptive_maxpool" if "Max" in reading.part.kind else "adaptive_avgpool"
    return reading.layer(kind, places, output_size=_sized(reading, "output_size"))


# --------------------------------------------------------------------------------- normalisation


@layer_class("BatchNormalization", "SyncBatchNormalization", "BatchNormalizationV1")
def _batch_norm(reading: Reading, places: list[int]) -> int:
    shape = reading.shape(places[0])
    axis = reading.part.config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    scale, shift = reading.flag("scale", default=True), reading.flag("center", default=True)
    place = reading.axis(axis, shape)
    if place != 0:
        if place < 0:
            return reading.refuse(f"axis {quoted(str(axis))} is not an axis of its input")
        reading.graph.note(
            f"{reading.part.name}: its running statistics, along another axis, are not counted"
        )
        counts = {"multiplications": product(shape), "adds": product(shape)}
        return reading.stated(places, shape, params=(scale + shift) * shape[place], counts=counts)
    if scale == shift:
        return reading.layer("batchnorm", places, affine=scale)
    return reading.layer("batchnorm", places, scale=scale, shift=shift)


@layer_class("LayerNormalization")
def _layer_norm(reading: Reading, places: list[int]) -> int:
    axes = _places(reading, places)
    if axes is None:
        return BROKEN
    scale, shift = reading.flag("scale", default=True), reading.flag("center", default=True)
    return reading.layer("layernorm", places, axes=axes, scale=scale, shift=shift)


def _places(reading: Reading, places: list[int]) -> tuple[int, ...] | None:
    """The axes of a norm; None if the input does not have one of them."""
    shape = reading.shape(places[0])
    axis = reading.part.config.get("axis", -1)
    found = tuple(
        sorted(reading.axis(each, shape) for each in (axis if isinstance(axis, list) else [axis]))
    )
    if not found or found[0] < 0:
        reading.refuse(f"axis {quoted(str(axis))} is not an axis of its input")
        return None
    return found


@layer_class("RMSNormalization", "UnitNormalization")
def _root_norm(reading: Reading, places: list[int]) -> int:
    axes = _places(reading, places)
    if axes is None:
        return BROKEN
    shape = reading.shape(places[0])
    cells, each = product(shape), product([shape[at] for at in axes])
    has_scale = reading.part.kind == "RMSNormalization"
    counts = {
        "multiplications": (2 + has_scale) * cells, "adds": cells - cells // each,
        "roots": cells // each, "divisions": cells // each,
    }  # fmt: skip
    rf = "unit" if axes == (0,) or len(shape) == 1 else "all"
    return reading.stated(places, shape, params=each * has_scale, counts=counts, rf=rf)


@layer_class("GroupNormalization")
def _group_norm(reading: Reading, places: list[int]) -> int:
    shape = reading.shape(places[0])
    if reading.axis(reading.part.config.get("axis", -1), shape) != 0:
        return reading.refuse("it works along another axis than the channels; use that")
    groups = reading.number("groups", 32, least=-1)
    scale, shift = reading.flag("scale", default=True), reading.flag("center", default=True)
    groups = shape[0] if groups == -1 else groups
    return reading.layer("groupnorm", places, num_groups=groups, scale=scale, shift=shift)


@layer_class("Normalization")
def _normalization(reading: Reading, places: list[int]) -> int:
    axis = reading.part.config.get("axis", -1)
    if reading.part.config.get("mean") is not None:  # numbers stored in the model
        return reading.unit(places, multiplications=1, adds=1)
    per_channel = axis not in (None, [])
    return reading.layer(
        "scale", places, factor=True, bias=True, trainable=False, per_channel=per_channel
    )


@layer_class("Rescaling")
def _rescaling(reading: Reading, places: list[int]) -> int:
    return reading.unit(places, multiplications=1, adds=1)


@layer_class("LayerScale")
def _layer_scale(reading: Reading, places: list[int]) -> int:
    return reading.layer("scale", places)


# ----------------------------------------------------------------------------------- activations


@layer_class("Activation")
def _activation(reading: Reading, places: list[int]) -> int:
    return _activated(reading, places[0])


@layer_class("ReLU")
def _relu(reading: Reading, places: list[int]) -> int:
    config = reading.part.config
    most, slope = config.get("max_value"), config.get("negative_slope") or 0
    if slope and most is None:
        return reading.layer("leaky_relu", places, negative_slope=slope)
    if slope:
        return reading.unit(places, comparisons=2, multiplications=1)
    if most is None:
        return reading.layer("relu", places)
    return (
        reading.layer("relu6", places)
        if most == 6
        else reading.layer("clip", places, min=0, max=most)
    )


@layer_class("LeakyReLU")
def _leaky(reading: Reading, places: list[int]) -> int:
    config = reading.part.config
    slope = config.get("negative_slope", config.get("alpha", 0.3))
    slope = slope.get("value", 0.3) if isinstance(slope, dict) else slope
    return reading.layer("leaky_relu", places, negative_slope=slope)


@layer_class("PReLU")
def _prelu(reading: Reading, places: list[int]) -> int:
    shape = reading.shape(places[0])
    shared = reading.part.config.get("shared_axes") or []
    gone = {reading.axis(axis, shape) for axis in shared}
    if gone == set(range(1, len(shape))):
        return reading.layer("prelu", places, per_channel=True)
    params = product([1, *[side for at, side in enumerate(shape) if at not in gone]])
    counts = {"comparisons": product(shape), "multiplications": product(shape)}
    return reading.stated(places, shape, params=params, counts=counts, rf="unit")


@layer_class("ELU")
def _elu(reading: Reading, places: list[int]) -> int:
    return reading.layer("elu", places)


@layer_class("ThresholdedReLU")
def _thresholded(reading: Reading, places: list[int]) -> int:
    return reading.unit(places, comparisons=1)


@layer_class("Softmax")
def _softmax(reading: Reading, places: list[int]) -> int:
    shape, axis = reading.shape(places[0]), reading.part.config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    place = reading.axis(axis, shape)
    if place < 0:
        return reading.refuse(f"axis {quoted(str(axis))} is not an axis of its input")
    return reading.layer("softmax", places[:1], axis=place)
