"""Keras's layers that combine arrays, change their shape, or change nothing counted; and functions."""

from __future__ import annotations

from typing import Any

from convcalc.formulas import product
from convcalc.interop.readers.keras_model import Reading, layer_class, operation
from convcalc.interop.readers.keras_written import turned
from convcalc.interop.rules import PER_VALUE
from convcalc.text import quoted, times

_MAX_SIDES = 8
_JOINS = {
    "Add": "add", "Multiply": "multiply", "Subtract": "subtract", "Average": "average", "Maximum": "maximum",
    "Minimum": "minimum", "TrueDivide": "divide", "Divide": "divide",
}  # fmt: skip
_UNITS: dict[str, dict[str, Any]] = {
    "Add": {"adds": 1}, "Subtract": {"adds": 1}, "Multiply": {"multiplications": 1}, "Divide": {"divisions": 1},
    "TrueDivide": {"divisions": 1}, "Maximum": {"comparisons": 1}, "Minimum": {"comparisons": 1},
    "Power": {"roots": 1}, "Square": PER_VALUE["square"], "Sqrt": PER_VALUE["sqrt"], "Rsqrt": PER_VALUE["rsqrt"],
    "Exp": PER_VALUE["exp"], "Log": PER_VALUE["log"], "Absolute": PER_VALUE["abs"], "Abs": PER_VALUE["abs"],
    "Negative": PER_VALUE["neg"], "Clip": {"comparisons": 2}, "Cast": {}, "Identity": {},
}  # fmt: skip
_SAME = ("Cast", "Identity")  # layers that change no value
_FUNCTIONS = {
    "Relu": "relu", "Relu6": "relu6", "Sigmoid": "sigmoid", "Tanh": "tanh", "Gelu": "gelu", "Silu": "silu", "Elu": "elu",
    "Selu": "selu", "Softplus": "softplus", "Softsign": "softsign", "LeakyRelu": "leaky_relu",
    "HardSigmoid": "hardsigmoid", "HardSilu": "hardswish", "LogSigmoid": "logsigmoid",
}  # fmt: skip
# Functions of TensorFlow that Keras 2 writes as layers, and the same operations of keras.ops.
_TENSORFLOW = {
    "__operators__.add": "Add", "math.add": "Add", "math.subtract": "Subtract", "math.multiply": "Multiply",
    "math.truediv": "TrueDivide", "math.divide": "TrueDivide", "math.maximum": "Maximum", "math.minimum": "Minimum",
    "math.pow": "Power", "math.square": "Square", "math.sqrt": "Sqrt", "math.exp": "Exp", "math.log": "Log",
    "math.abs": "Abs", "math.negative": "Negative", "clip_by_value": "Clip", "cast": "Cast", "nn.relu": "Relu",
    "nn.relu6": "Relu6", "math.sigmoid": "Sigmoid", "nn.sigmoid": "Sigmoid", "math.tanh": "Tanh", "nn.tanh": "Tanh",
    "nn.gelu": "Gelu", "nn.silu": "Silu", "identity": "Identity",
}  # fmt: skip


@layer_class(*_JOINS)
def _join(reading: Reading, places: list[int]) -> int:
    if len(places) == 1:
        return places[0]
    return reading.layer(_JOINS[reading.part.kind], _broadcast(reading, places))


def _broadcast(reading: Reading, places: list[int]) -> list[int]:
    """Arrays with an equal number of sides, as Keras broadcasts those with fewer."""
    most = max(len(reading.shape(at)) for at in places)
    found = []
    for place in places:
        sides, at = reading.written(reading.shape(place)), place
        if len(sides) < most:
            wide = turned((*[1] * (most - len(sides)), *sides), is_last=reading.is_last)
            at = reading.layer("reshape", [at], called="reshape", shape=wide)
        found.append(at)
    return found


@layer_class("CustomScaleLayer")
def _scaled_sum(reading: Reading, places: list[int]) -> int:
    scaled = reading.unit(places[1:], called="scale", multiplications=1)
    return reading.layer("add", [places[0], scaled])


@layer_class("Concatenate")
def _concat(reading: Reading, places: list[int]) -> int:
    if len(places) == 1:
        return places[0]
    axis = reading.part.config.get("axis", -1)
    place = reading.axis(axis, reading.shape(places[0]))
    if place < 0:
        return reading.refuse(f"axis {quoted(str(axis))} is not an axis of its input, or the batch")
    along: dict[str, Any] = {"axis": place} if place else {}
    return reading.layer("concat", places, **along)


@layer_class("Merge")
def _merge(reading: Reading, places: list[int]) -> int:
    mode = str(reading.part.config.get("mode"))
    kinds = {
        "sum": "add",
        "mul": "multiply",
        "ave": "average",
        "max": "maximum",
        "concat": "concat",
    }
    if mode not in kinds:
        return reading.refuse(f"mode {quoted(mode)} is not known")
    return reading.layer(kinds[mode], places)


@layer_class("Dot")
def _dot(reading: Reading, places: list[int]) -> int:
    axes = reading.part.config.get("axes")
    pair: list[Any] = axes if isinstance(axes, list) else [axes, axes]
    if len(places) != 2 or len(pair) != 2:
        return reading.refuse("it takes two arrays and one axis of each")
    shapes = [reading.shape(at) for at in places]
    if {len(shape) for shape in shapes} == {1}:
        rows = [
            reading.layer("reshape", [at], called="reshape", shape=(side, 1))
            for at, (side,) in zip(places, shapes)
        ]
        at = reading.layer("matmul", rows, transpose_a=True)
        return reading.layer("flatten", [at], called="flatten")
    if {len(shape) for shape in shapes} != {2}:
        return reading.refuse(
            f"it multiplies {times(shapes[0])} and {times(shapes[1])}; 1 or 2 sides are known"
        )
    # Keras's (T, C) is (C, T) here, so the product is the second array times the first.
    first, second = (axis % 3 for axis in pair)
    order = places[::-1] if reading.is_last else places
    along = (second == 2, first == 1) if reading.is_last else (first == 1, second == 2)
    return reading.layer("matmul", order, transpose_a=along[0], transpose_b=along[1])


# --------------------------------------------------------------------------------- other shapes


@layer_class("Flatten")
def _flatten(reading: Reading, places: list[int]) -> int:
    return reading.layer("flatten", places) if len(reading.shape(places[0])) > 1 else places[0]


@layer_class("Reshape")
def _reshape(reading: Reading, places: list[int]) -> int:
    return _reshaped(reading, places, reading.part.config["target_shape"])


def _reshaped(reading: Reading, places: list[int], target: Any) -> int:
    """A reshape; one side may be -1."""
    sides = list(target) if isinstance(target, (list, tuple)) else [target]
    if len(sides) > _MAX_SIDES:
        return reading.refuse(f"the shape has {len(sides):,} sides; use at most {_MAX_SIDES}")
    if (
        not all(type(side) is int and (side == -1 or side > 0) for side in sides)
        or sides.count(-1) > 1
    ):
        return reading.refuse(f"the shape {quoted(str(target))} has sides that are not known")
    have, known = (
        product(reading.shape(places[0])),
        product([1, *[side for side in sides if side > 0]]),
    )
    shape = turned(
        [max(have // known, 1) if side == -1 else side for side in sides], is_last=reading.is_last
    )
    return reading.layer("reshape", places, shape=shape)


@layer_class("Permute")
def _permute(reading: Reading, places: list[int]) -> int:
    shape = reading.shape(places[0])
    dims = reading.part.config["dims"]
    order = turned([reading.axis(axis, shape) for axis in dims], is_last=reading.is_last)
    if sorted(order) != list(range(len(shape))):
        return reading.refuse(
            f"dims {quoted(str(dims))} does not list each axis once, counted from 1"
        )
    return reading.layer("permute", places, order=order)


@layer_class("RepeatVector")
def _repeat(reading: Reading, places: list[int]) -> int:
    count, (width,) = reading.number("n"), reading.shape(places[0])
    return reading.stated(places, turned((count, width), is_last=reading.is_last))


def _sides(value: Any) -> Any:
    """Cells before and after each axis: one number, one for each axis, or a pair for each."""
    if not isinstance(value, list):
        return value
    pairs = [(each[0], each[1]) if isinstance(each, list) else (each, each) for each in value]
    return tuple(pairs)


@layer_class(
    "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Cropping1D", "Cropping2D", "Cropping3D"
)
def _pad(reading: Reading, places: list[int]) -> int:
    is_pad = reading.part.kind.startswith("Zero")
    value = reading.part.config.get("padding" if is_pad else "cropping", 1)
    if isinstance(value, list) and reading.part.kind.endswith("1D"):
        value = [value]
    return reading.layer("pad" if is_pad else "crop", places, padding=_sides(value))


@layer_class("UpSampling1D", "UpSampling2D", "UpSampling3D")
def _up(reading: Reading, places: list[int]) -> int:
    size = reading.part.config.get("size", 2)
    size = tuple(size) if isinstance(size, list) else size
    word = reading.part.config.get("interpolation", "nearest")
    if word not in ("nearest", "bilinear"):
        return _resized(reading, places, word, scale=size)
    return reading.layer(
        "upsample", places, scale_factor=size, mode="linear" if word == "bilinear" else "nearest"
    )


@layer_class("Resizing")
def _resizing(reading: Reading, places: list[int]) -> int:
    size = (reading.number("height"), reading.number("width"))
    return _resized(
        reading, places, reading.part.config.get("interpolation", "bilinear"), size=size
    )


def _resized(reading: Reading, places: list[int], word: Any, **options: Any) -> int:
    modes = {"nearest": "nearest", "bilinear": "linear", "bicubic": "cubic"}
    if word not in modes:
        reading.graph.note(f"{reading.part.name}: {word} is counted as bilinear")
    return reading.layer("resize", places, mode=modes.get(word, "linear"), **options)


@layer_class("CenterCrop", "RandomCrop", "RandomResizedCrop")
def _cut(reading: Reading, places: list[int]) -> int:
    return reading.layer("crop", places, size=(reading.number("height"), reading.number("width")))


# ------------------------------------------------------------------- nothing that is counted


@layer_class(
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "GaussianDropout",
    "AlphaDropout",
    "StochasticDepth",
    "FixedDropout",
)
def _dropout(reading: Reading, places: list[int]) -> int:
    return reading.layer("dropout", places[:1])


@layer_class(
    "ActivityRegularization", "GaussianNoise", "Masking", "Identity", "RandomFlip", "RandomRotation",
    "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness", "RandomHue", "RandomSaturation",
    "RandomSharpness", "RandomShear", "RandomColorJitter", "RandomGrayscale", "RandomErasing", "RandomPosterization",
    "RandomColorDegeneration", "RandomInvert", "RandomPerspective", "RandomElasticTransform", "RandomGaussianBlur",
    "AutoContrast", "Equalization", "Solarization", "RandAugment", "AugMix", "MixUp", "CutMix",
)  # fmt: skip
def _nothing(_: Reading, places: list[int]) -> int:
    return places[0]


# ------------------------------------------------------------------------------------ functions


@operation(*_UNITS)
def _arithmetic(reading: Reading, places: list[int]) -> int:
    kind = reading.part.kind
    if len(places) > 1 and kind in _JOINS:
        return reading.layer(_JOINS[kind], _broadcast(reading, places))
    return places[0] if kind in _SAME else reading.unit(places, **_UNITS[kind])


@operation(*_FUNCTIONS)
def _function(reading: Reading, places: list[int]) -> int:
    return reading.layer(_FUNCTIONS[reading.part.kind], places)


@operation("Softmax", "LogSoftmax")
def _softmax(reading: Reading, places: list[int]) -> int:
    kind = "softmax" if reading.part.kind == "Softmax" else "log_softmax"
    return reading.layer(kind, places, axis=reading.axis(-1, reading.shape(places[0])))


@operation("Reshape")
def _reshape_op(reading: Reading, places: list[int]) -> int | list[int]:
    if reading.stated_shape(places):
        return reading.moved(places, "reshape")
    target = reading.part.config.get("newshape", reading.part.extras.get("newshape"))
    return _reshaped(reading, places, target[1:] if isinstance(target, list) else None)


@operation(
    "Transpose",
    "Squeeze",
    "ExpandDims",
    "GetItem",
    "Stack",
    "Split",
    "BroadcastTo",
    "Repeat",
    "Tile",
)
def _moved(reading: Reading, places: list[int]) -> int | list[int]:
    return reading.moved(places)


@operation("Concatenate")
def _concat_op(reading: Reading, places: list[int]) -> int | list[int]:
    axis = reading.axis(reading.part.config.get("axis", -1), reading.shape(places[0]))
    first, wanted = reading.shape(places[0]), reading.stated_shape(places)
    if len(first) == len(wanted):  # the file may state the shape without the axis
        axis = next((at for at, pair in enumerate(zip(first, wanted)) if len({*pair}) > 1), axis)
    along: dict[str, Any] = {"axis": axis} if axis > 0 else {}
    return reading.layer("concat", places, **along)


@operation("Mean", "Sum", "Max", "Min")
def _reduce(reading: Reading, places: list[int]) -> int | list[int]:
    shape = reading.shape(places[0])
    extras = reading.part.extras
    axis = extras.get("axis", extras.get("1", reading.part.config.get("axis")))
    axes = [reading.axis(each, shape) for each in (axis if isinstance(axis, list) else [axis])]
    keep = bool(extras.get("keepdims", reading.part.config.get("keepdims", False)))
    if min(axes) < 0:
        return reading.unknown(places)
    return reading.layer(
        "reduce", places, op=reading.part.kind.lower(), axes=tuple(axes), keep=keep
    )


@layer_class("TFOpLambda")
def _tensorflow(reading: Reading, places: list[int]) -> int | list[int]:
    word = str(reading.part.config.get("function", ""))
    name = _TENSORFLOW.get(word)
    if name is None:
        reading.part.kind = f"TensorFlow's {word}"
        return reading.unknown(places)
    reading.part.kind = name
    if name in _FUNCTIONS:
        return _function(reading, places)
    return _arithmetic(reading, places)


@layer_class("Lambda")
def _lambda(reading: Reading, places: list[int]) -> int | list[int]:
    return reading.unknown(places)
