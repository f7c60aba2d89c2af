"""Activations, norms and joins in Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.interop.writers.keras.said import (
    SAYS,
    Piece,
    Said,
    Says,
    UnsaidError,
    axis_at,
    function,
    layer,
    text,
)
from convcalc.layers.axes import place_of

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step

_ACTIVATIONS = {
    "sigmoid": "sigmoid", "tanh": "tanh", "silu": "silu", "hardswish": "hard_silu", "hardtanh": "hard_tanh",
    "hardsigmoid": "hard_sigmoid", "softplus": "softplus", "mish": "mish", "selu": "selu", "softsign": "softsign",
    "logsigmoid": "log_sigmoid",
}  # fmt: skip
_JOINS = {
    "add": "Add", "multiply": "Multiply", "subtract": "Subtract", "maximum": "Maximum", "minimum": "Minimum",
    "average": "Average",
}  # fmt: skip


def _always(said: Piece) -> Says:
    """A function that writes a layer in the same way for all options."""
    return lambda _step: (said,)


for _kind, _word in _ACTIVATIONS.items():
    SAYS.register(_kind, _always(layer("layers.Activation", ("activation", _word))))
for _kind, _word in _JOINS.items():
    SAYS.register(_kind, _always(layer(f"layers.{_word}")))
SAYS.register("divide", _always(text("{0} / {1}")))
SAYS.register("glu", _always(text("ops.glu({0})")))  # Activation's shape would be its input's
SAYS.register("relu", _always(layer("layers.ReLU")))
SAYS.register("relu6", _always(layer("layers.ReLU", max_value=(6, None))))
SAYS.register("elu", _always(layer("layers.ELU")))


@SAYS.under("leaky_relu")
def leaky_relu(step: Step) -> Said:
    """A small slope below 0."""
    kind: Any = step.layer
    return (layer("layers.LeakyReLU", negative_slope=(kind.negative_slope, None)),)


@SAYS.under("prelu")
def prelu(step: Step) -> Said:
    """A trained slope, shared along all axes, or all but the channels."""
    kind: Any = step.layer
    sides = len(step.input)
    shared = [*range(1, sides if kind.per_channel else sides + 1)]
    return (layer("layers.PReLU", shared_axes=(shared or None, None)),)


@SAYS.under("gelu")
def gelu(step: Step) -> Said:
    """With the normal distribution, or its approximation by tanh."""
    kind: Any = step.layer
    if kind.approximate == "none":
        return (layer("layers.Activation", ("activation", "gelu")),)
    return (text("ops.gelu({0}, approximate=True)"),)


@SAYS.under("softmax")
def softmax(step: Step) -> Said:
    """Along the channels, or another axis."""
    kind: Any = step.layer
    return (layer("layers.Softmax", axis=(axis_at(place_of(kind.axis, step.input)), -1)),)


@SAYS.under("log_softmax")
def log_softmax(step: Step) -> Said:
    """Likewise."""
    kind: Any = step.layer
    axis = axis_at(place_of(kind.axis, step.input))
    if axis == -1:
        return (layer("layers.Activation", ("activation", "log_softmax")),)
    return (function("ops.log_softmax", axis=(axis, -1)),)


@SAYS.under("clip")
def clip(step: Step) -> Said:
    """Limits on one side or both."""
    kind: Any = step.layer
    if kind.min is None:
        return (text(f"ops.minimum({{0}}, {kind.max!r})"),)
    if kind.max is None:
        return (text(f"ops.maximum({{0}}, {kind.min!r})"),)
    return (function("ops.clip", ("x_min", kind.min), ("x_max", kind.max)),)


@SAYS.under("dropout")
def dropout(step: Step) -> Said:
    """A share of values that becomes 0 in training."""
    kind: Any = step.layer
    return (layer("layers.Dropout", ("rate", kind.p)),)


# ------------------------------------------------------------------------------------- norms


def _trained(step: Step) -> dict[str, Any]:
    """Whether a norm has its scale and its shift."""
    kind: Any = step.layer
    is_shifted, is_scaled = kind.affine and kind.shift, kind.affine and kind.scale
    return {"center": (is_shifted, True), "scale": (is_scaled, True)}


@SAYS.under("batchnorm")
def batchnorm(step: Step) -> Said:
    """With running statistics, which Keras always keeps."""
    kind: Any = step.layer
    if not kind.track_running_stats:
        message = "Keras's BatchNormalization always keeps running statistics; use instancenorm"
        raise UnsaidError(message)
    return (layer("layers.BatchNormalization", **_trained(step)),)


@SAYS.under("layernorm")
def layernorm(step: Step) -> Said:
    """Over the channels, or other axes."""
    kind: Any = step.layer
    places = kind.places(step.input)
    axes = sorted([place or len(step.input) for place in places])
    axis = -1 if axes == [len(step.input)] else axes if len(axes) > 1 else axes[0]
    return (layer("layers.LayerNormalization", axis=(axis, -1), **_trained(step)),)


@SAYS.under("groupnorm")
def groupnorm(step: Step) -> Said:
    """Over groups of channels."""
    kind: Any = step.layer
    return (_groups(step, kind.num_groups),)


@SAYS.under("instancenorm")
def instancenorm(step: Step) -> Said:
    """Over each channel separately: as many groups as channels."""
    return (_groups(step, -1),)


def _groups(step: Step, groups: int) -> Piece:
    return layer("layers.GroupNormalization", groups=(groups, 32), **_trained(step))


@SAYS.under("lrn")
def lrn(step: Step) -> Said:
    """Across neighbouring channels."""
    kind: Any = step.layer
    return (function("local_response_norm", size=(kind.size, 5)),)


@SAYS.under("scale")
def scale(step: Step) -> Said:
    """A number for each channel, or one for all."""
    kind: Any = step.layer
    return (
        layer(
            "Scale",
            scale=(kind.factor, True),
            shift=(kind.bias, False),
            per_channel=(kind.per_channel, True),
            trainable=(kind.trainable, True),
        ),
    )


# ------------------------------------------------------------------------------------- joins


@SAYS.under("concat")
def concat(step: Step) -> Said:
    """Along the channels, or another axis."""
    kind: Any = step.layer
    axis = axis_at(place_of(kind.axis, step.input))
    return (layer("layers.Concatenate", axis=(axis, -1)),)


@SAYS.under("matmul")
def matmul(step: Step) -> Said:
    """A sum of products by letters, because the first side is last."""
    kind: Any = step.layer
    one, other = step.shapes[:2]
    if one[:-2] != other[:-2]:
        message = "it repeats a side of 1, which einsum does not; give both paths the same sides"
        raise UnsaidError(message)
    more = "acdefg"[: len(one) - 2]
    first = more + ("km" if kind.transpose_a else "mk")
    second = more + ("nk" if kind.transpose_b else "kn")
    last = more + "mn"
    letters = f"{_last(first)},{_last(second)}->{_last(last)}"
    return (text(f'ops.einsum("{letters}", {{0}}, {{1}})'),)


def _last(letters: str) -> str:
    """The batch, then all letters with the first one last."""
    return f"b{letters[1:]}{letters[0]}"


def _stated(step: Step) -> Said:
    """Refused: its computation is unknown."""
    message = f"what {step.layer.called()} computes is not known; replace it by layers that are"
    raise UnsaidError(message)


SAYS.under("custom", "opaque", "opaque_join")(_stated)
