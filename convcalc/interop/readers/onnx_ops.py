"""ONNX operations as layers: those with weights, windows and norms, and activations."""

from __future__ import annotations

from math import prod
from typing import Any

from convcalc.interop.arrays import Array, axis_of, shape_of
from convcalc.interop.readers.onnx_node import Node, Read, operation, unknown
from convcalc.interop.rules import PER_VALUE, Counts, clipped, one_or_all, power

_NO_LIMIT = 1e30  # larger limits cut nothing

# ------------------------------------------------------------------------------- windows


def _pairs(pads: tuple[int, ...], axes: int) -> Any:
    """Padding before and after along each axis; ONNX lists first all values before."""
    sides = tuple([(pads[axis], pads[axis + axes]) for axis in range(axes)])
    if all(side == (0, 0) for side in sides):
        return 0
    if all(before == after for before, after in sides):
        each = tuple([before for before, _ in sides])
        return each[0] if len(set(each)) == 1 else each
    return sides


def _window(node: Node, axes: int) -> dict[str, Any]:
    """The options of a window."""
    ones = (1,) * axes
    auto = node.word("auto_pad", "NOTSET")
    pads = {"SAME_UPPER": "same", "SAME_LOWER": "same_lower", "VALID": 0}.get(auto)
    if pads is None:
        pads = _pairs(node.wholes("pads") or (0,) * (2 * axes), axes)
    return {
        "stride": one_or_all(node.wholes("strides") or ones),
        "padding": pads,
        "dilation": one_or_all(node.wholes("dilations") or ones),
    }


@operation("Conv", "QLinearConv")
def _conv(reading: Read, node: Node) -> Array:
    weight, bias = (3, 8) if node.op == "QLinearConv" else (1, 2)
    kernel = node.read(weight)
    if kernel is None or kernel.place is not None or len(kernel.dims) < 3:
        return unknown(reading, node)
    sides = kernel.dims[2:]
    reading.check_takes(node, kernel.dims[1] * node.whole("group", 1))
    return reading.made.layer(
        "conv", [node.first], node.out, node.name,
        out_channels=kernel.dims[0], kernel_size=one_or_all(sides), groups=node.whole("group", 1),
        bias=node.read(bias) is not None, **_window(node, len(sides)),
    )  # fmt: skip


@operation("ConvTranspose")
def _transposed(reading: Read, node: Node) -> Array:
    kernel = node.read(1)
    if kernel is None or kernel.place is not None or len(kernel.dims) < 3:
        return unknown(reading, node)
    sides = kernel.dims[2:]
    groups = node.whole("group", 1)
    reading.check_takes(node, kernel.dims[0])
    options = _window(node, len(sides))
    extra = node.wholes("output_padding")
    if extra and any(extra):
        options["output_padding"] = one_or_all(extra)
    if node.wholes("output_shape") or isinstance(options["padding"], str):
        options["output_shape"] = shape_of(node.out)[1:]
        options["padding"] = 0
    return reading.made.layer(
        "conv_transpose", [node.first], node.out, node.name,
        out_channels=kernel.dims[1] * groups, kernel_size=one_or_all(sides), groups=groups,
        bias=node.read(2) is not None, **options,
    )  # fmt: skip


@operation("MaxPool", "AveragePool", "LpPool")
def _pool(reading: Read, node: Node) -> Array:
    kernel = node.wholes("kernel_shape") or (1,)
    options = _window(node, len(kernel))
    options["ceil_mode"] = bool(node.whole("ceil_mode", 0))
    if node.op == "AveragePool":
        options["count_include_pad"] = bool(node.whole("count_include_pad", 0))
    if node.op == "LpPool":
        options["norm_type"] = node.whole("p", 2)
    kind = {"MaxPool": "maxpool", "AveragePool": "avgpool", "LpPool": "lppool"}[node.op]
    return reading.made.layer(
        kind, [node.first], node.out, node.name, kernel_size=one_or_all(kernel), **options
    )


@operation("GlobalAveragePool", "GlobalMaxPool")
def _global_pool(reading: Read, node: Node) -> Array:
    kind = "global_avgpool" if node.op == "GlobalAveragePool" else "global_maxpool"
    return reading.made.layer(kind, [node.first], node.out, node.name)


# ------------------------------------------------------------------------------- matrices


@operation("Gemm")
def _gemm(reading: Read, node: Node) -> Array:
    weight = node.read(1)
    if (
        weight is None
        or weight.place is not None
        or len(weight.dims) != 2
        or node.whole("transA", 0)
    ):
        return unknown(reading, node)
    units = weight.dims[0] if node.whole("transB", 0) else weight.dims[1]
    bias = node.read(2) is not None
    return reading.made.linear(node.first, units, node.out, node.name, bias=bias)


@operation("Linear")
def _linear(reading: Read, node: Node) -> Array:
    return reading.made.linear(node.first, node.out[-1], node.out, node.name, bias=True)


@operation("MatMul")
def _matmul(reading: Read, node: Node) -> Array:
    one, other = node.first, node.read(1)
    assert other is not None
    if other.place is None and len(other.dims) == 2:
        return reading.made.linear(one, other.dims[1], node.out, node.name, bias=False)
    if one.place is None and len(one.dims) == 2 and len(other.dims) >= 2:
        return reading.made.linear(other, one.dims[0], node.out, node.name, bias=False, axis=-2)
    stored = [each for each in (one, other) if each.place is None]
    if any(not each.trained for each in stored):
        return unknown(reading, node)
    return reading.made.matmul(one, other, node.out, node.name)


# ------------------------------------------------------------------------------- norms


def _affine(reading: Read, node: Node) -> dict[str, bool]:
    """Whether a norm has a scale and a separate shift."""
    return {name: reading.keeps(node.read(at)) for at, name in ((1, "scale"), (2, "shift"))}


@operation("BatchNormalization")
def _batchnorm(reading: Read, node: Node) -> Array:
    made = reading.made.layer(
        "batchnorm", [node.first], node.out, node.name, **_affine(reading, node)
    )
    reading.norms.add(made.place)
    return made


@operation("InstanceNormalization")
def _instancenorm(reading: Read, node: Node) -> Array:
    options = _affine(reading, node)
    return reading.made.layer(
        "instancenorm", [node.first], node.out, node.name, affine=any(options.values()), **options
    )


@operation("GroupNormalization")
def _groupnorm(reading: Read, node: Node) -> Array:
    return reading.made.layer(
        "groupnorm", [node.first], node.out, node.name,
        num_groups=node.whole("num_groups", 1), **_affine(reading, node),
    )  # fmt: skip


@operation("LayerNormalization")
def _layernorm(reading: Read, node: Node) -> Array:
    dims = node.first.dims
    first = node.whole("axis", -1) % len(dims)
    axes = [axis_of(dims, axis) for axis in range(first, len(dims))]
    if None in axes:
        return unknown(reading, node)
    return reading.made.layer(
        "layernorm", [node.first], node.out, node.name,
        axes=axes, **_affine(reading, node),
    )  # fmt: skip


@operation("AxisNorm")
def _axisnorm(reading: Read, node: Node) -> Array:
    """A norm along an axis that is moved to the end for it."""
    axis = axis_of(node.first.dims, node.groups)
    if axis is None:
        return unknown(reading, node)
    return reading.made.layer(
        "layernorm", [node.first], node.out, node.name, axes=[axis], **_affine(reading, node)
    )


@operation("LRN")
def _lrn(reading: Read, node: Node) -> Array:
    return reading.made.layer("lrn", [node.first], node.out, node.name, size=node.whole("size", 5))


@operation("Dropout")
def _dropout(reading: Read, node: Node) -> Array:
    return reading.made.layer("dropout", [node.first], node.out, node.name)


# ------------------------------------------------------------------------------- activations

_ACTIVATIONS = {
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Elu": "elu",
    "Selu": "selu",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "HardSwish": "hardswish",
    "HardSigmoid": "hardsigmoid",
    "Mish": "mish",
    "Gelu": "gelu",
    "Swish": "silu",
    "Celu": "celu",
}


@operation(*_ACTIVATIONS)
def _activation(reading: Read, node: Node) -> Array:
    is_tanh = node.op == "Gelu" and node.word("approximate", "none") == "tanh"
    options = {"approximate": "tanh"} if is_tanh else {}
    return reading.made.layer(_ACTIVATIONS[node.op], [node.first], node.out, node.name, **options)


@operation("LeakyRelu")
def _leaky(reading: Read, node: Node) -> Array:
    slope = round(node.number("alpha", 0.01), 7)
    return reading.made.layer("leaky_relu", [node.first], node.out, node.name, negative_slope=slope)


@operation("PRelu")
def _prelu(reading: Read, node: Node) -> Array:
    slope = node.read(1)
    if slope is None or slope.place is not None or slope.size not in (1, shape_of(node.out)[0]):
        return unknown(reading, node)
    return reading.made.layer(
        "prelu", [node.first], node.out, node.name, per_channel=slope.size > 1
    )


@operation("Clip")
def _clip(reading: Read, node: Node) -> Array:
    limits: list[Any] = []
    for place, name in ((1, "min"), (2, "max")):
        given = node.values(place)
        old = node.number(name, 0) if name in node.attributes else None  # before opset 11
        limits.append(given[0] if given else old)
    least, most = limits
    least, most = (
        None if limit is None or abs(limit) > _NO_LIMIT else limit for limit in (least, most)
    )
    made = clipped(least, most)
    if made is None:
        return Array(node.out, node.first.place)
    return reading.made.layer(made[0], [node.first], node.out, node.name, **made[1])


@operation("Softmax", "LogSoftmax")
def _softmax(reading: Read, node: Node) -> Array:
    side = axis_of(node.first.dims, node.whole("axis", -1))
    if side is None:
        return reading.made.opaque(node.op, [node.first], node.out, node.name)
    kind = "softmax" if node.op == "Softmax" else "log_softmax"
    options = {"axis": side} if side else {}
    return reading.made.layer(kind, [node.first], node.out, node.name, **options)


# Elementwise, not a kind: their names in `PER_VALUE`.
_POINTWISE = {
    "Abs": "abs", "Neg": "neg", "Sign": "sign", "Ceil": "ceil", "Floor": "floor", "Round": "round", "IsNaN": "isnan",
    "Not": "not", "Sqrt": "sqrt", "Reciprocal": "reciprocal", "Exp": "exp", "Log": "log", "Erf": "erf", "Sin": "sin",
    "Cos": "cos",
}  # fmt: skip
_OTHERS: dict[str, Counts] = {
    "ThresholdedRelu": {"comparisons": 1}, "QuantizeLinear": {"multiplications": 1},
    "DequantizeLinear": {"multiplications": 1},
}  # fmt: skip
# The same with a second array, often a number; the output may be larger than the input.
_COMPARISONS = {
    "Equal": "eq", "Greater": "gt", "Less": "lt", "GreaterOrEqual": "ge", "LessOrEqual": "le", "And": "and", "Or": "or",
    "Xor": "xor", "Where": "where",
}  # fmt: skip


@operation(*_POINTWISE, *_OTHERS)
def _pointwise(reading: Read, node: Node) -> Array:
    each = _OTHERS[node.op] if node.op in _OTHERS else PER_VALUE[_POINTWISE[node.op]]
    return _counted(reading, node, each)


@operation(*_COMPARISONS)
def _compared(reading: Read, node: Node) -> Array:
    return _counted(reading, node, PER_VALUE[_COMPARISONS[node.op]])


@operation("Pow")
def _power(reading: Read, node: Node) -> Array:
    values = node.values(1)
    if not values or len(values) != 1:
        return unknown(reading, node)
    return _counted(reading, node, power(float(values[0])))


def _counted(reading: Read, node: Node, each: Counts) -> Array:
    """An elementwise operation, with its cost per value."""
    cells = prod(node.out)
    reads = [array for array in node.reads if array is not None and array.place is not None]
    rf = "unit" if all(array.dims == node.out for array in reads) else "unknown"
    counts = {key: number * cells for key, number in each.items()}
    return reading.made.stated(node.op, reads, node.out, node.name, rf=rf, **counts)


# Operations that keep the dims of their input, even if the library does not infer them.
KEEPING_SHAPE = frozenset(
    (*_ACTIVATIONS, *_POINTWISE, *_OTHERS, "LeakyRelu", "PRelu", "Clip", "Softmax", "LogSoftmax", "BatchNormalization",
     "InstanceNormalization", "GroupNormalization", "LayerNormalization", "LRN", "Dropout")
)  # fmt: skip
