"""Pools in Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.interop.writers.keras.said import (
    SAYS,
    Piece,
    Said,
    UnsaidError,
    axis_at,
    function,
    layer,
    one,
    text,
)
from convcalc.interop.writers.keras.windows import padded, zeros
from convcalc.layers.window import per_axis

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step

_AT_LEAST_0 = frozenset(("relu", "relu6", "sigmoid", "hardsigmoid", "softmax", "softplus"))
_CUT_OFF = "a mean in its last window leaves out what lies beyond the padding; use fit floor"


def _pool(step: Step, callee: str, word: str, ending: str = "") -> Piece:
    """A pool in Keras."""
    kind: Any = step.layer
    windows = kind.windows(step.input)
    if any(axis.d != 1 for axis in windows):
        message = "Keras's pools take no dilation; use dilation 1"
        raise UnsaidError(message)
    size, strides = one([axis.k for axis in windows]), one([axis.s for axis in windows])
    name = f"{callee}{len(windows)}D"
    return layer(
        name, ("pool_size", size), strides=(strides, size), padding=(word, "valid"), ending=ending
    )


@SAYS.under("maxpool")
def maxpool(step: Step) -> Said:
    """A max pool: padded with zeros if nothing is below 0, else with minus infinity."""
    kind: Any = step.layer
    how = padded(kind.windows(step.input), step.output[1:])
    made = _pool(step, "layers.MaxPooling", how.word)
    if not how.is_there:
        return (made,)
    if step.before[0].kind in _AT_LEAST_0:
        return zeros(how.pads), made
    pads = ((0, 0), *how.pads, (0, 0))
    return function("ops.pad", ("pad_width", pads), constant_values=(float("-inf"), None)), made


@SAYS.under("avgpool")
def avgpool(step: Step) -> Said:
    """An average pool; Keras's padding is not counted in the mean."""
    kind: Any = step.layer
    windows, sizes = kind.windows(step.input), step.output[1:]
    how = padded(windows, sizes)
    is_given = any(axis.before or axis.after for axis in windows)
    if how.word == "valid" and not how.is_there:
        return (_pool(step, "layers.AveragePooling", "valid"),)
    overhangs = any(axis.floor != o for axis, o in zip(windows, sizes))
    if not kind.count_include_pad or not is_given:
        if how.word == "same":
            return (_pool(step, "layers.AveragePooling", "same"),)
        made = _pool(step, "layers.AveragePooling", "valid")
        called = f"mean_pool{len(windows)}d"
        pads = Piece(
            called, (*made.args[:2], made.args[0]._replace(name="pads", value=how.pads)), "function"
        )
        return (pads,)
    if overhangs:
        raise UnsaidError(_CUT_OFF)
    pads_given = tuple([(axis.before, axis.after) for axis in windows])
    return zeros(pads_given), _pool(step, "layers.AveragePooling", "valid")


@SAYS.under("lppool")
def lppool(step: Step) -> Said:
    """The root of a sum of powers: the mean of the powers times the cells of a window."""
    kind: Any = step.layer
    how = padded(kind.windows(step.input), step.output[1:])
    if how.word == "same":
        pads = [(axis.before, axis.after) for axis in kind.windows(step.input)]
        how = how._replace(pads=tuple(pads))
    cells, p = kind.kernel(step.input), kind.norm_type
    power = [text("ops.square({0})" if p == 2 else f"ops.power({{0}}, {p})")]
    root = [text("ops.sqrt({0})" if p == 2 else f"ops.power({{0}}, 1 / {p})")]
    before = [zeros(how.pads)] if any(map(any, how.pads)) else []
    made = _pool(step, "layers.AveragePooling", "valid", "_mean")
    whole = layer("layers.Rescaling", ("scale", cells))
    if p == 1:
        return *before, made, whole
    return *power, *before, made, whole, *root


@SAYS.under("subsample")
def subsample(step: Step) -> Said:
    """The sum of a window (its mean times its cells), scaled and shifted."""
    kind: Any = step.layer
    cells = kind.kernel(step.input)
    made = _pool(step, "layers.AveragePooling", "valid", "_mean")
    return (
        made,
        layer("layers.Rescaling", ("scale", cells), ending="_sum"),
        layer("Scale", shift=(True, False)),
    )


@SAYS.under("global_avgpool")
def global_avgpool(step: Step) -> Said:
    """The mean of each map, as a map of one cell."""
    return (_global(step, "Average"),)


@SAYS.under("global_maxpool")
def global_maxpool(step: Step) -> Said:
    """The largest value of each map."""
    return (_global(step, "Max"),)


def _global(step: Step, word: str) -> Piece:
    name = f"layers.Global{word}Pooling{len(step.input) - 1}D"
    return layer(name, keepdims=(True, False))


@SAYS.under("adaptive_avgpool")
def adaptive_avgpool(step: Step) -> Said:
    """An average pool whose windows are all equal."""
    return (_adaptive(step, "Average"),)


@SAYS.under("adaptive_maxpool")
def adaptive_maxpool(step: Step) -> Said:
    """A max pool whose windows are all equal."""
    return (_adaptive(step, "Max"),)


def _adaptive(step: Step, word: str) -> Piece:
    sizes, outputs = step.input[1:], step.output[1:]
    if set(outputs) == {1}:
        return _global(step, word)
    for n, o in zip(sizes, outputs):
        if n % o:
            message = f"its {o} windows on {n} cells differ; use a size that divides {n}"
            raise UnsaidError(message)
    size = one([n // o for n, o in zip(sizes, outputs)])
    return layer(f"layers.{word}Pooling{len(sizes)}D", ("pool_size", size))


@SAYS.under("blur_pool")
def blur_pool(step: Step) -> Said:
    """A fixed kernel, stored once per channel."""
    kind: Any = step.layer
    axes = len(step.input) - 1
    strides = per_axis(kind.stride, axes)
    if axes != 2 or len({*strides}) > 1:
        message = "it is written for pictures with one stride for both axes"
        raise UnsaidError(message)
    kernel = per_axis(kind.kernel_size, axes)
    return (layer("BlurPool", ("kernel_size", kernel), ("strides", strides[0])),)


@SAYS.under("unpool")
def unpool(_step: Step) -> Said:
    """Refused: Keras's pools do not give the positions of maxima."""
    message = "Keras's pools do not give the places of their maxima; use upsample or conv_transpose"
    raise UnsaidError(message)


@SAYS.under("reduce")
def reduce(step: Step) -> Said:
    """A mean, sum, largest or smallest value along axes."""
    kind: Any = step.layer
    places = kind.places(step.input)
    axes = tuple(sorted([axis_at(place) for place in places], key=lambda axis: axis % 9))
    axis = axes[0] if len(axes) == 1 else axes
    keep = (kind.keep, False)
    made = function(f"ops.{kind.op}", axis=(axis, None), keepdims=keep)
    if not kind.keep and 0 in places and len(step.output) > 1:
        return made, text("ops.moveaxis({0}, 1, -1)")
    return (made,)
