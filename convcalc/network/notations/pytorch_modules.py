"""The PyTorch modules that can be read: their arguments, and their layers here."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from convcalc.errors import did_you_mean
from convcalc.layers import get_kind
from convcalc.network.chain import Written
from convcalc.network.notations.code import Code, last_name
from convcalc.text import shortened

# The arguments of each module in PyTorch's order; a name means its 1-D, 2-D and 3-D versions.
_CONV = "in_channels out_channels kernel_size stride padding dilation groups bias padding_mode"
_NORM = "num_features eps momentum affine track_running_stats"
_MODULES = {
    "Conv": _CONV,
    "ConvTranspose": "in_channels out_channels kernel_size stride padding output_padding groups bias dilation padding_mode",
    "Linear": "in_features out_features bias",
    "MaxPool": "kernel_size stride padding dilation return_indices ceil_mode",
    "AvgPool": "kernel_size stride padding ceil_mode count_include_pad divisor_override",
    "LPPool": "norm_type kernel_size stride ceil_mode",
    "AdaptiveAvgPool": "output_size",
    "AdaptiveMaxPool": "output_size return_indices",
    "BatchNorm": _NORM,
    "InstanceNorm": _NORM,
    "LayerNorm": "normalized_shape eps elementwise_affine bias",
    "GroupNorm": "num_groups num_channels eps affine",
    "LocalResponseNorm": "size alpha beta k",
    "ReLU": "inplace",
    "ReLU6": "inplace",
    "LeakyReLU": "negative_slope inplace",
    "PReLU": "num_parameters init",
    "ELU": "alpha inplace",
    "GELU": "approximate",
    "SiLU": "inplace",
    "Hardswish": "inplace",
    "Hardsigmoid": "inplace",
    "Hardtanh": "min_val max_val inplace",
    "Mish": "inplace",
    "SELU": "inplace",
    "Softplus": "beta threshold",
    "Softsign": "",
    "LogSigmoid": "",
    "GLU": "dim",
    "Sigmoid": "",
    "Tanh": "",
    "Softmax": "dim",
    "LogSoftmax": "dim",
    "Dropout": "p inplace",
    "Flatten": "start_dim end_dim",
    "ZeroPad": "padding",
    "PixelShuffle": "upscale_factor",
    "ChannelShuffle": "groups",
    "Upsample": "size scale_factor mode align_corners recompute_scale_factor",
    "Identity": "",
}
_KINDS = {"Hardtanh": "clip"}
_READS = ("in_channels", "in_features", "num_features", "num_channels")
_NO_MATTER = (
    "inplace", "eps", "momentum", "return_indices", "padding_mode", "divisor_override", "dim", "alpha", "beta",
    "k", "init", "threshold", "align_corners", "recompute_scale_factor", "device", "dtype",
)  # fmt: skip
_MATTER = {"GLU": ("dim",)}  # those of them that change the module's meaning
_SWITCHES = ("bias", "affine", "elementwise_affine", "ceil_mode", "count_include_pad")
_RENAMED = {"elementwise_affine": "affine", "min_val": "min", "max_val": "max"}
_NAME = re.compile(r"(Lazy)?([A-Za-z]+?6?)([123]d)?")
_Special = Callable[[dict[str, Any]], str]  # changes the arguments; returns errors


def layer_of(code: Code, call: ast.Call, name: str) -> list[Written]:
    """The layer of a call; empty if it changes nothing, or cannot be read."""
    called = last_name(call.func)
    order = order_of(called)
    if order is None:
        near = (
            did_you_mean(called, _all_names())
            or "; known are Conv2d, Linear, MaxPool2d and the like"
        )
        code.refuse(call, f"{called or 'this'} is not a layer that can be read here{near}")
        return []
    if called == "Identity":  # accepts any argument, and changes nothing
        return []
    base, axes = _split(called)
    no_matter = {*_NO_MATTER} - {*_MATTER.get(base, ())}
    arguments = code.arguments(call, order, called, no_matter.__contains__)
    for word in _SWITCHES:
        if word in arguments and arguments[word] in (None, 0, 1):  # Python compares True with 1
            arguments[word] = bool(arguments[word])
    problem = _SPECIAL[base](arguments) if base in _SPECIAL else ""
    if arguments.get("padding") == "same" and arguments.get("stride") not in (
        None,
        1,
        (1,),
        (1, 1),
        (1, 1, 1),
    ):
        problem = "PyTorch has padding 'same' for stride 1 only; write the padding as a number"
    if problem:
        code.refuse(call, problem)
        return []
    reads = next((arguments[word] for word in _READS if word in arguments), 0)
    options = {
        _RENAMED.get(word, word): value
        for word, value in arguments.items()
        if word not in _READS and value is not None
    }
    sides = options.pop("sides", ())
    cls = get_kind(_KINDS.get(base, base) + axes)
    reads = reads if isinstance(reads, int) else 0
    written = Written(code.where(call), cls, options, is_text=False, name=name, reads=reads)
    called = name or shortened(code.label(call))
    return [
        written._replace(
            called=called, code=code.label(call), reads_values=cls.needs_flat, reads_shape=sides
        )
    ]


def _split(called: str) -> tuple[str, str]:
    """A name without Lazy and its axes, and the number of axes."""
    match = _NAME.fullmatch(called)
    return (match[2], match[3] or "") if match else ("", "")


def order_of(called: str) -> list[str] | None:
    """The argument names of a module in order; None if it is not a readable module."""
    base, axes = _split(called)
    if base not in _MODULES or (bool(axes) != _has_axes(base) and base != "Dropout"):
        return None
    order = _MODULES[base].split()
    return order[1:] if called.startswith("Lazy") else order


def _has_axes(base: str) -> bool:
    """Whether a module's name contains its axes."""
    return base.endswith(("Conv", "ConvTranspose", "Pool", "ZeroPad")) or base in (
        "BatchNorm",
        "InstanceNorm",
    )


def _all_names() -> list[str]:
    """The names of all modules; those with axes, for an image."""
    return [f"{name}2d" if _has_axes(name) else name for name in _MODULES]


# --------------------------------------------------------------- modules with other arguments


def _flatten(arguments: dict[str, Any]) -> str:
    """Only a flatten of all axes except the batch is allowed."""
    if (arguments.pop("start_dim", 1), arguments.pop("end_dim", -1)) != (1, -1):
        return "flattens some axes only, which is not read; flatten all of them"
    return ""


def _upsample(arguments: dict[str, Any]) -> str:
    """The factor must be whole."""
    factor = arguments.get("scale_factor")
    if arguments.pop("size", None) is not None or factor is None:
        return "is read with scale_factor only; write by how much it grows"
    factors = [
        int(f) if isinstance(f, float) and f == int(f) else f
        for f in (factor if isinstance(factor, tuple) else (factor,))
    ]
    arguments["scale_factor"] = tuple(factors) if isinstance(factor, tuple) else factors[0]
    mode = arguments.pop("mode", "nearest")
    arguments["mode"] = "linear" if mode in ("bilinear", "trilinear") else mode
    return ""


def _zero_pad(arguments: dict[str, Any]) -> str:
    """PyTorch's order begins with the last axis: left, right, top, bottom."""
    padding = arguments.get("padding")
    if isinstance(padding, tuple):
        pairs = [padding[i : i + 2] for i in range(0, len(padding), 2)]
        arguments["padding"] = tuple(reversed(pairs))
    return ""


def _prelu(arguments: dict[str, Any]) -> str:
    """One slope, or one per channel."""
    number = arguments.pop("num_parameters", 1)
    arguments["per_channel"] = number != 1
    if number != 1:
        arguments["num_channels"] = number
    return ""


def _layer_norm(arguments: dict[str, Any]) -> str:
    """It must normalise over all values, as ours does."""
    shape = arguments.pop("normalized_shape", ())
    sides = shape if isinstance(shape, tuple) else (shape,)
    if all(isinstance(side, int) for side in sides):
        arguments["sides"] = sides
    if arguments.pop("bias", True) is False and arguments.get("elementwise_affine", True):
        arguments["shift"] = False
    return ""


def _hardtanh(arguments: dict[str, Any]) -> str:
    """Its limits are -1 and 1 by default."""
    arguments.setdefault("min_val", -1)
    arguments.setdefault("max_val", 1)
    return ""


def _glu(arguments: dict[str, Any]) -> str:
    """The channels are axis 1; in a row of values, also the last axis."""
    if arguments.pop("dim", -1) != 1:
        return "is read with dim=1 only, which halves the channels; write it"
    return ""


_SPECIAL: dict[str, _Special] = {
    "Flatten": _flatten,
    "Upsample": _upsample,
    "ZeroPad": _zero_pad,
    "PReLU": _prelu,
    "LayerNorm": _layer_norm,
    "Hardtanh": _hardtanh,
    "GLU": _glu,
}
