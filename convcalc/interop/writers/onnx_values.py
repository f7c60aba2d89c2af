"""Activations, norms and joins as operators of ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from convcalc.interop.writers.onnx_graph import At, operator
from convcalc.layers.axes import place_of

EPSILON = 1e-5  # the constant that PyTorch's norms add to the variance
_LRN: dict[str, Any] = {
    "alpha": 1e-4,
    "beta": 0.75,
    "bias": 1.0,
}  # PyTorch's approximation, which ONNX also has

# ------------------------------------------------------------------------------- activations

_ACTIVATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "relu": ("Relu", {}),
    "elu": ("Elu", {}),
    "selu": ("Selu", {}),
    "sigmoid": ("Sigmoid", {}),
    "tanh": ("Tanh", {}),
    "hardswish": ("HardSwish", {}),
    "hardsigmoid": ("HardSigmoid", {"alpha": 1 / 6, "beta": 0.5}),
    "softplus": ("Softplus", {}),
    "mish": ("Mish", {}),
    "softsign": ("Softsign", {}),
}


@operator(*_ACTIVATIONS)
def _activation(at: At) -> str:
    op, attributes = _ACTIVATIONS[at.step.kind]
    return at.node(op, at.x, **attributes)


@operator("leaky_relu")
def _leaky(at: At) -> str:
    return at.node("LeakyRelu", at.x, alpha=float(at.layer.negative_slope))


@operator("prelu")
def _prelu(at: At) -> str:
    sides = (at.shape[0], *(1,) * at.axes) if at.layer.per_channel else (1,)
    return at.node("PRelu", at.x, at.array("weight", *sides, fill=0.25))


@operator("gelu")
def _gelu(at: At) -> str:
    return at.node("Gelu", at.x, approximate=at.layer.approximate)


@operator("silu")
def _silu(at: At) -> str:
    return at.node("Mul", at.x, at.node("Sigmoid", at.x))


@operator("logsigmoid")
def _logsigmoid(at: At) -> str:
    return at.node("Neg", at.node("Softplus", at.node("Neg", at.x)))


@operator("relu6")
def _relu6(at: At) -> str:
    return at.node("Clip", at.x, at.numbers([0.0]), at.numbers([6.0]))


@operator("hardtanh")
def _hardtanh(at: At) -> str:
    return at.node("Clip", at.x, at.numbers([-1.0]), at.numbers([1.0]))


@operator("clip")
def _clip(at: At) -> str:
    limits = [at.layer.min, at.layer.max]
    given = ["" if limit is None else at.numbers([float(limit)]) for limit in limits]
    return at.node("Clip", at.x, *(given if given[1] else given[:1]))


@operator("softmax")
def _softmax(at: At) -> str:
    return at.node("Softmax", at.x, axis=place_of(at.layer.axis, at.shape) + 1)


@operator("log_softmax")
def _log_softmax(at: At) -> str:
    return at.node("LogSoftmax", at.x, axis=place_of(at.layer.axis, at.shape) + 1)


@operator("glu")
def _glu(at: At) -> str:
    one, other = at.split(at.x, [at.out[0]] * 2, 1, "halves")
    return at.node("Mul", one, at.node("Sigmoid", other))


@operator("dropout")
def _dropout(at: At) -> str:
    return at.node("Dropout", at.x, at.numbers([float(at.layer.p)]))


# ------------------------------------------------------------------------------- norms


def _affine(at: At, sides: Sequence[int]) -> list[str]:
    """The scale and the shift of a norm; fixed neutral ones if it has none."""
    return [
        at.array(name, *sides, fill=fill) if at.has(name) else _unchanging(at, sides, fill)
        for name, fill in (("weight", 1.0), ("bias", 0.0))
    ]


def _unchanging(at: At, sides: Sequence[int], fill: float) -> str:
    name = f"{at.step.name}.{'one' if fill else 'zero'}"
    return at.graph.filled(name, tuple(sides), fill)


@operator("batchnorm")
def _batchnorm(at: At) -> str:
    if not at.layer.track_running_stats:
        return _instancenorm(at)
    mean, variance = at.fixed("running_mean"), at.fixed("running_var", fill=1.0)
    given = _affine(at, at.shape[:1])
    return at.node("BatchNormalization", at.x, *given, mean, variance, epsilon=EPSILON)


@operator("instancenorm")
def _instancenorm(at: At) -> str:
    return _by_channel(at, "InstanceNormalization")


@operator("groupnorm")
def _groupnorm(at: At) -> str:
    return _by_channel(at, "GroupNormalization", num_groups=at.layer.num_groups)


def _by_channel(at: At, op: str, **attributes: Any) -> str:
    """A norm with a scale and a shift for each channel, which takes only maps."""
    given = _affine(at, at.shape[:1])
    if at.axes:
        return at.node(op, at.x, *given, epsilon=EPSILON, **attributes)
    x = at.reshape(at.x, *at.shape, 1, part="map")
    y = at.node(op, x, *given, epsilon=EPSILON, **attributes)
    return at.reshape(y, *at.shape)


@operator("layernorm")
def _layernorm(at: At) -> str:
    """Over the last sides; others are moved there and back."""
    over = [*at.layer.places(at.shape)]
    order = [place for place in range(len(at.shape)) if place not in over] + over
    is_moved = order != sorted(order)
    x = at.transpose(at.x, *order, part="to_end") if is_moved else at.x
    given = _affine(at, [at.shape[place] for place in over])
    y = at.node("LayerNormalization", x, *given, axis=-len(over), epsilon=EPSILON)
    back = [order.index(place) for place in range(len(order))]
    return at.transpose(y, *back, part="back") if is_moved else y


@operator("lrn")
def _lrn(at: At) -> str:
    """On a map as an image, which all runtimes support; even sizes, which they do not, as steps."""
    channels, *sides = at.shape
    if at.layer.size % 2 == 0:
        return _lrn_of_even_size(at)
    if at.axes == 2:
        return at.node("LRN", at.x, size=at.layer.size, **_LRN)
    picture = at.reshape(at.x, channels, prod(sides), 1, part="picture")
    return at.reshape(at.node("LRN", picture, size=at.layer.size, **_LRN), *at.shape)


def _lrn_of_even_size(at: At) -> str:
    """x / (k + α·m)^β, with the mean m of the squares of neighbours, one more before than after."""
    channels, size = at.shape[0], at.layer.size
    squares = at.node("Mul", at.x, at.x, part="squares")
    column = at.reshape(squares, 1, channels, prod(at.shape[1:]), part="column")
    column = at.pad(column, [(0, 0), (size // 2, size // 2 - 1), (0, 0)])
    mean = at.node("AveragePool", column, kernel_shape=[size, 1], strides=[1, 1])
    part = at.node("Mul", at.reshape(mean, *at.shape, part="means"), at.numbers([_LRN["alpha"]]))
    below = at.node("Add", part, at.numbers([_LRN["bias"]]))
    return at.node("Div", at.x, at.node("Pow", below, at.numbers([_LRN["beta"]])))


@operator("scale")
def _scale(at: At) -> str:
    layer, x = at.layer, at.x
    sides = (at.shape[0], *(1,) * at.axes) if layer.per_channel else (1,)
    array, prefix = (at.array, "") if layer.trainable else (at.fixed, "fixed_")
    if layer.factor:
        x = at.node("Mul", x, array(f"{prefix}weight", *sides, fill=1.0))
    return at.node("Add", x, array(f"{prefix}bias", *sides)) if layer.bias else x


# ------------------------------------------------------------------------------- joins


@operator("add")
def _add(at: At) -> str:
    return at.node("Add" if len(at.reads) == 2 else "Sum", *at.reads)


_JOINS = {"maximum": "Max", "minimum": "Min", "average": "Mean", "subtract": "Sub", "divide": "Div"}


@operator(*_JOINS)
def _join(at: At) -> str:
    return at.node(_JOINS[at.step.kind], *at.reads)


@operator("multiply")
def _multiply(at: At) -> str:
    product = at.x
    for other in at.reads[1:]:
        product = at.node("Mul", product, other)
    return product


@operator("concat")
def _concat(at: At) -> str:
    place = place_of(at.layer.axis, at.out)
    batched = [x for x in at.reads if x in at.graph.batched]
    reads = [
        _for_each_sample(at, x, step.output, batched[0])
        if batched and x not in at.graph.batched
        else x
        for x, step in zip(at.reads, at.step.before)
    ]
    return at.node("Concat", *reads, axis=place + 1)


def _for_each_sample(at: At, x: str, shape: Sequence[int], batched: str) -> str:
    """An array that is the same for all samples, repeated for each."""
    samples = at.node("Shape", batched, start=0, end=1, part="samples")
    sides = at.node("Concat", samples, at.whole(*shape), axis=0, part="sides")
    return at.node("Expand", x, sides, part="each")
