"""The Keras layers that can be read: their arguments, and their layers here."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from convcalc.errors import did_you_mean
from convcalc.layers import Shape, get_kind
from convcalc.network.chain import Written
from convcalc.network.notations.code import Code, UnreadableError, last_name
from convcalc.network.notations.code_expressions import ValueCode
from convcalc.network.notations.code_values import Library, Module, Unread
from convcalc.text import quoted, shortened

# The arguments of each layer in Keras's order; * means its 1-D, 2-D and 3-D versions.
_LAYERS = {
    "Conv*": "filters kernel_size strides padding data_format dilation_rate groups activation use_bias",
    "Conv*Transpose": "filters kernel_size strides padding output_padding data_format dilation_rate activation use_bias",
    "DepthwiseConv*": "kernel_size strides padding depth_multiplier data_format dilation_rate activation use_bias",
    "SeparableConv*": "filters kernel_size strides padding data_format dilation_rate depth_multiplier activation use_bias",
    "MaxPooling*": "pool_size strides padding data_format",
    "AveragePooling*": "pool_size strides padding data_format",
    "GlobalAveragePooling*": "data_format keepdims",
    "GlobalMaxPooling*": "data_format keepdims",
    "ZeroPadding*": "padding data_format",
    "UpSampling*": "size data_format interpolation",
    "SpatialDropout*": "rate",
    "Dense": "units activation use_bias",
    "Dropout": "rate",
    "BatchNormalization": "axis momentum epsilon center scale",
    "Flatten": "data_format",
    "Reshape": "target_shape",
    "Activation": "activation",
    "ReLU": "max_value negative_slope threshold",
    "LeakyReLU": "negative_slope alpha",
    "ELU": "alpha",
    "Softmax": "axis mask",
}
_SHORT = {"MaxPool*": "MaxPooling*", "AvgPool*": "AveragePooling*", "GlobalAvgPool*": "GlobalAveragePooling*",
    "GlobalMaxPool*": "GlobalMaxPooling*", "Convolution*": "Conv*"}  # fmt: skip
_UNCHANGED = (  # layers without a count that keep the shape
    "Rescaling", "Normalization", "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast",
    "RandomBrightness", "GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization",
)  # fmt: skip
_OPTIONS = {
    "filters": "out_channels", "units": "out_features", "strides": "stride", "dilation_rate": "dilation",
    "use_bias": "bias", "pool_size": "kernel_size", "rate": "p", "depth_multiplier": "multiplier",
    "size": "scale_factor", "interpolation": "mode",
}  # fmt: skip
ACTIVATIONS = {
    "relu": "relu", "relu6": "relu6", "sigmoid": "sigmoid", "tanh": "tanh", "softmax": "softmax", "log_softmax": "log_softmax",
    "elu": "elu", "gelu": "gelu", "silu": "silu", "swish": "silu", "leaky_relu": "leaky_relu", "hard_swish": "hardswish",
    "hard_silu": "hardswish", "hard_sigmoid": "hardsigmoid", "hard_tanh": "hardtanh", "mish": "mish", "selu": "selu",
    "softplus": "softplus", "softsign": "softsign", "log_sigmoid": "logsigmoid", "glu": "glu", "linear": "",
}  # fmt: skip
_NO_MATTER = frozenset(
    {"name", "trainable", "dtype", "momentum", "epsilon", "seed", "noise_shape", "autocast", "weights",
     "shared_axes", "threshold", "activation", "batch_size", "sparse"}
)  # fmt: skip
_NO_ACTIVATION = "is not an activation that is read; write its name, such as 'relu'"
_INPUTS = ("input_shape", "batch_input_shape", "batch_shape", "input_dim", "shape")
_NAME = re.compile(r"([A-Za-z]+?)([123]D)(Transpose)?")

_Special = Callable[[dict[str, Any]], str]  # changes the arguments; returns errors


def is_layer(called: str) -> bool:
    """Whether a name is a layer's name."""
    return _split(called)[0] in _LAYERS or called in _UNCHANGED


def layers_of(code: ValueCode, call: ast.Call) -> list[Written]:
    """The layers of a call: the layer itself, any layers that Keras adds, and its activation."""
    called = last_name(call.func)
    base, axes = _split(called)
    if called in _UNCHANGED:
        return []
    if base not in _LAYERS:
        near = did_you_mean(called, [name.replace("*", "2D") for name in _LAYERS])
        way_out = near or "; known are Conv2D, Dense, MaxPooling2D and the like"
        code.refuse(call, f"{called or 'this'} is not a layer that can be read here{way_out}")
        return []
    arguments = code.arguments(call, _LAYERS[base].split(), called, _is_ignored)
    if arguments.get("use_bias", "") in (None, 0, 1):  # Python compares True with 1
        arguments["use_bias"] = bool(arguments["use_bias"])
    problem = (
        _frozen(call)
        or _of_keras_1(call, called)
        or _refusal(arguments)
        or (_SPECIAL[base](arguments) if base in _SPECIAL else "")
    )
    if problem:
        code.refuse(call, problem)
        return []
    options = {
        _OPTIONS.get(word, word): value for word, value in arguments.items() if value is not None
    }
    kind, more = options.pop("kind", base.replace("*", axes)), options.pop("more", "")
    label, name = code.where(call), _own_name(code, call)
    found = []
    if base != "Activation":
        layer = Written(label, get_kind(kind), options, is_text=False, name=name, flattens=False)
        found.append(
            layer._replace(called=name or shortened(code.label(call)), code=code.label(call))
        )
    found += [Written(label, get_kind(more), is_text=False, called=more)] if more else []
    return found + _activation(code, call, base)


def input_of(code: Code, call: ast.Call) -> Shape:
    """The input in a call, channels first; empty if it has none; 0 for a side of any size."""
    called = last_name(call.func)
    given = {word.arg: word.value for word in call.keywords if word.arg in _INPUTS}
    if called == "Input" and call.args:
        given["shape"] = call.args[0]
    for word, node in given.items():
        if word == "shape" and called not in ("Input", "InputLayer"):
            continue
        try:
            shape = code.value(node)
        except UnreadableError as error:
            code.refuse(call, f"{word}: {error}")
            return ()
        sides = shape if isinstance(shape, tuple) else (shape,)
        sides = sides[1:] if word and word.startswith("batch") else sides
        if not 1 <= len(sides) <= 4 or not all(
            n is None or (type(n) is int and n > 0) for n in sides
        ):
            code.refuse(call, f"{word} is not the sizes of an input; write for example (28, 28, 1)")
            return ()
        numbers = tuple([side or 0 for side in sides])
        return (numbers[-1], *numbers[:-1])
    return ()


def _split(called: str) -> tuple[str, str]:
    """A name with * for its axes, and the number of axes."""
    match = _NAME.fullmatch(called)
    if not match:
        return called, ""
    base = f"{match[1]}*{match[3] or ''}"
    return _SHORT.get(base, base), match[2]


def _is_ignored(name: str) -> bool:
    """Whether an argument changes no size and no count."""
    return (
        name in _NO_MATTER
        or name in _INPUTS
        or name.endswith(("_initializer", "_regularizer", "_constraint"))
    )


def _frozen(call: ast.Call) -> str:
    """The error about a layer that is not trained."""
    for word in call.keywords:
        if word.arg == "trainable" and getattr(word.value, "value", None) is not True:
            return "trainable is not read, because all parameters are counted; leave it out"
    return ""


def _of_keras_1(call: ast.Call, called: str) -> str:
    """The error about convolution arguments that may be in the order of Keras 1."""
    if called.startswith("Convolution") and len(call.args) > 2:
        return (
            "the third argument is the columns of the kernel in Keras 1, and the stride today; "
            "write kernel_size=(3, 3), or strides=3"
        )
    return ""


def _own_name(code: Code, call: ast.Call) -> str:
    """The name given to a layer."""
    for word in call.keywords:
        if word.arg == "name":
            try:
                return str(code.value(word.value) or "")
            except UnreadableError as error:
                code.refuse(call, f"name: {error}")
    return ""


def _activation(code: ValueCode, call: ast.Call, base: str) -> list[Written]:
    """The layer for a layer's activation; none if it has none.

    If earlier lines define the name, their value counts; otherwise it is Keras's own name.
    """
    given = {word.arg: word.value for word in call.keywords}
    given |= dict(zip(_LAYERS[base].split(), call.args))
    node: Any = given.get("activation")
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return []
    value = code.run.value(node)
    if isinstance(value, Module) and not value.is_trained:  # activation=layers.LeakyReLU()
        return value.layers
    if isinstance(value, Library):
        value = value.last
    elif isinstance(value, Unread) and value.why and not code.run.has_value(node):
        value = last_name(node)
    if value is None:
        return []
    if not isinstance(value, str) or not value:
        if not (isinstance(value, Unread) and not value.why):
            code.refuse(call, f"activation: {quoted(code.label(node))} {_NO_ACTIVATION}")
        return []
    plain = value.lower()
    for word, kind in ACTIVATIONS.items():
        if plain in (word, word.replace("_", "")):
            return (
                [Written(code.where(call), get_kind(kind), is_text=False, called=kind)]
                if kind
                else []
            )
    code.refuse(call, f"no activation {quoted(value)}{did_you_mean(plain, ACTIVATIONS)}")
    return []


def _softmax(arguments: dict[str, Any]) -> str:
    """Along the channels."""
    axis = arguments.pop("axis", -1)
    if axis != -1 or arguments.pop("mask", None) is not None:
        return "is read along the last axis only; leave its arguments out"
    return ""


def _refusal(arguments: dict[str, Any]) -> str:
    """Remove the argument for the axis order, which must be channels last."""
    if arguments.pop("data_format", None) not in (None, "channels_last"):
        return "has the channels first; Keras code is read with the channels last"
    return ""


# --------------------------------------------------------------- layers with other arguments


def _pool(arguments: dict[str, Any]) -> str:
    """A pool's window is 2 by default."""
    arguments.setdefault("pool_size", 2)
    return ""


def _conv(arguments: dict[str, Any]) -> str:
    """Convert Keras's words to small letters."""
    if isinstance(arguments.get("padding"), str):
        arguments["padding"] = arguments["padding"].lower()
    return ""


def _pool_padded(arguments: dict[str, Any]) -> str:
    return _conv(arguments) or _pool(arguments)


def _transposed(arguments: dict[str, Any]) -> str:
    """Use Keras's rule for the size."""
    if arguments.get("output_padding") is None:
        arguments["size_rule"] = "keras"
    return _conv(arguments)


def _zero_padding(arguments: dict[str, Any]) -> str:
    """One cell on each side by default."""
    arguments.setdefault("padding", 1)
    return ""


def _global(arguments: dict[str, Any]) -> str:
    """The output is a row, unless the axes are kept."""
    if not arguments.pop("keepdims", False):
        arguments["more"] = "flatten"
    return ""


def _relu(arguments: dict[str, Any]) -> str:
    """ReLU can have an upper limit, or leak."""
    most, slope = arguments.pop("max_value", None), arguments.pop("negative_slope", 0)
    if slope:
        return "is read without a slope; write LeakyReLU for a slope"
    arguments["kind"] = "relu" if most is None else "relu6" if most == 6 else "clip"
    if arguments["kind"] == "clip":
        arguments |= {"min": 0, "max": most}
    return ""


def _leaky(arguments: dict[str, Any]) -> str:
    """Keras's default slope is 0.3; Keras 2 calls it alpha."""
    slope = arguments.pop("alpha", 0.3)
    arguments.setdefault("negative_slope", slope)
    return ""


def _nothing(arguments: dict[str, Any]) -> str:
    """No argument changes a count."""
    arguments.clear()
    return ""


def _batch_norm(arguments: dict[str, Any]) -> str:
    """Scale and shift are called scale and center."""
    axis = arguments.pop("axis", -1)
    if axis not in (-1, 3):
        return f"normalises along axis {axis}, and only the last one, -1, is read; leave it out"
    center, scale = bool(arguments.pop("center", True)), bool(arguments.pop("scale", True))
    if center != scale:
        arguments |= {"scale": scale, "shift": center}
    else:
        arguments["affine"] = center
    return ""


def _reshape(arguments: dict[str, Any]) -> str:
    """Move the channels to the front."""
    shape = arguments.pop("target_shape", ())
    sides = shape if isinstance(shape, tuple) else (shape,)
    if not sides or not all(type(side) is int and side > 0 for side in sides):
        return "is read with plain sizes only; write each of them"
    arguments["shape"] = (sides[-1], *sides[:-1])
    return ""


def _up(arguments: dict[str, Any]) -> str:
    """The factor is 2 by default."""
    arguments.setdefault("size", 2)
    if arguments.get("interpolation") == "bilinear":
        arguments["interpolation"] = "linear"
    return ""


_SPECIAL: dict[str, _Special] = {
    "Conv*": _conv,
    "DepthwiseConv*": _conv,
    "SeparableConv*": _conv,
    "Conv*Transpose": _transposed,
    "MaxPooling*": _pool_padded,
    "AveragePooling*": _pool_padded,
    "ZeroPadding*": _zero_padding,
    "GlobalAveragePooling*": _global,
    "GlobalMaxPooling*": _global,
    "UpSampling*": _up,
    "BatchNormalization": _batch_norm,
    "Softmax": _softmax,
    "Reshape": _reshape,
    "ReLU": _relu,
    "LeakyReLU": _leaky,
    "ELU": _nothing,
}
