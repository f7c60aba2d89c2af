"""Activations, dropout and norms in PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.interop.writers.python_text import literal
from convcalc.interop.writers.pytorch.said import (
    SAYS,
    Code,
    Said,
    Say,
    UnsaidError,
    axes_of,
    function,
    module,
)
from convcalc.layers.axes import place_of

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step

_PLAIN = {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "elu": "ELU",
    "silu": "SiLU",
    "hardswish": "Hardswish",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "hardtanh": "Hardtanh",
    "hardsigmoid": "Hardsigmoid",
    "softplus": "Softplus",
    "mish": "Mish",
    "selu": "SELU",
    "softsign": "Softsign",
    "logsigmoid": "LogSigmoid",
}


def _plain(name: str) -> Say:
    """An activation without options."""
    return lambda _step: module(f"nn.{name}")


for _kind, _name in _PLAIN.items():
    SAYS.register(_kind, _plain(_name))


@SAYS.under("leaky_relu")
def leaky_relu(step: Step) -> Said:
    """A ReLU with a slope."""
    layer: Any = step.layer
    return module("nn.LeakyReLU", negative_slope=(layer.negative_slope, 0.01))


@SAYS.under("prelu")
def prelu(step: Step) -> Said:
    """A ReLU with trained slopes."""
    slopes = step.layer.weights(step.input, step.output)  # a step with shared weights has none
    return module("nn.PReLU", num_parameters=(slopes, 1))


@SAYS.under("gelu")
def gelu(step: Step) -> Said:
    """GELU, exact or by tanh."""
    layer: Any = step.layer
    return module("nn.GELU", approximate=(layer.approximate, "none"))


def _along(name: str) -> Say:
    """An activation along an axis."""

    def say(step: Step) -> Said:
        layer: Any = step.layer
        return module(f"nn.{name}", dim=(place_of(layer.axis, step.input) + 1, None))

    return say


SAYS.register("softmax", _along("Softmax"))
SAYS.register("log_softmax", _along("LogSoftmax"))


@SAYS.under("glu")
def glu(_step: Step) -> Said:
    """A gated linear unit over the channels."""
    return module("nn.GLU", dim=(1, -1))


@SAYS.under("clip")
def clip(step: Step) -> Said:
    """A clip; one limit may be missing."""
    layer: Any = step.layer
    limits = {"min": layer.min, "max": layer.max}
    given = ", ".join(
        f"{name}={literal(value)}" for name, value in limits.items() if value is not None
    )
    return function(f"{{0}}.clamp({given})")


@SAYS.under("dropout")
def dropout(step: Step) -> Said:
    """Dropout."""
    layer: Any = step.layer
    return module("nn.Dropout", p=(layer.p, 0.5))


# ------------------------------------------------------------------------------------- norms


def _halved(said: Said, layer: Any) -> Said:
    """A norm that trains only its scale or only its shift."""
    if not layer.affine or layer.scale == layer.shift:
        return said
    call: Any = said.module
    gone = "bias" if layer.scale else "weight"
    return module(
        "without",
        ("norm", call),
        ("name", gone),
    )


def _trains(layer: Any) -> bool:
    """Whether it has a scale or a shift."""
    return bool(layer.affine and (layer.scale or layer.shift))


@SAYS.under("batchnorm")
def batchnorm(step: Step) -> Said:
    """A batch norm; for vectors the one for one axis."""
    layer: Any = step.layer
    axes = axes_of(step.input, "BatchNorm") if len(step.input) > 1 else 1
    said = module(
        f"nn.BatchNorm{axes}d",
        ("num_features", step.input[0]),
        affine=(_trains(layer), True),
        track_running_stats=(layer.track_running_stats, True),
    )
    return _halved(said, layer)


@SAYS.under("layernorm")
def layernorm(step: Step) -> Said:
    """A layer norm; PyTorch's works over the last axes."""
    layer: Any = step.layer
    places = sorted(layer.places(step.input))
    sides = tuple([step.input[place] for place in places])
    shape = ("normalized_shape", sides[0] if len(sides) == 1 else Code(literal(sides)))
    trains = (_trains(layer), True)
    if places == list(range(len(step.input)))[-len(places) :]:
        said = module("nn.LayerNorm", shape, elementwise_affine=trains)
    elif len(places) == 1:
        said = module(
            "LayerNormAlong",
            shape,
            elementwise_affine=trains,
            dim=(places[0] + 1, 1),
        )
    else:
        message = "LayerNorm takes its mean over the last axes, or over one; permute them before it"
        raise UnsaidError(message)
    return _halved(said, layer)


@SAYS.under("groupnorm")
def groupnorm(step: Step) -> Said:
    """A group norm."""
    layer: Any = step.layer
    groups = ("num_groups", layer.num_groups), ("num_channels", step.input[0])
    return _halved(module("nn.GroupNorm", *groups, affine=(_trains(layer), True)), layer)


@SAYS.under("instancenorm")
def instancenorm(step: Step) -> Said:
    """An instance norm."""
    layer: Any = step.layer
    axes = axes_of(step.input, "InstanceNorm")
    if max(step.input[1:]) == 1:
        message = "InstanceNorm needs more than one cell in each map"
        raise UnsaidError(message)
    features = ("num_features", step.input[0])
    return _halved(
        module(f"nn.InstanceNorm{axes}d", features, affine=(_trains(layer), False)), layer
    )


@SAYS.under("lrn")
def lrn(step: Step) -> Said:
    """Local response normalisation."""
    layer: Any = step.layer
    return module("nn.LocalResponseNorm", ("size", layer.size))


@SAYS.under("scale")
def scale(step: Step) -> Said:
    """A factor or a bias for each channel."""
    layer: Any = step.layer
    if layer.factor and layer.trainable and not layer.bias:
        return module("ChannelScale", ("channels", layer.each(step.input)))
    return module(
        "Scale",
        ("channels", layer.each(step.input)),
        factor=(layer.factor, True),
        bias=(layer.bias, False),
        trainable=(layer.trainable, True),
    )
