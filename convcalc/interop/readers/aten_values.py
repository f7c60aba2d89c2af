"""Operations that are elementwise, combine tensors, or reduce values: activations, sums, pools."""

from __future__ import annotations

from typing import Any

from convcalc import formulas
from convcalc.interop.readers.aten import Call, Unknown, Value, operation
from convcalc.interop.readers.aten_program import Program
from convcalc.interop.readers.aten_shapes import axis_of, inner_axis, with_sides
from convcalc.interop.rules import PER_VALUE, along, clipped, one_or_all, power, resized

# Operations that correspond directly to a kind.
_SAME_KIND = {
    "relu": "relu", "relu6": "relu6", "silu": "silu", "hardswish": "hardswish", "sigmoid": "sigmoid",
    "tanh": "tanh", "hardsigmoid": "hardsigmoid", "softplus": "softplus", "mish": "mish", "selu": "selu",
    "softsign": "softsign", "log_sigmoid": "logsigmoid", "elu": "elu", "celu": "elu",
}  # fmt: skip
# Operations that are not a kind, with their names in `PER_VALUE`; equal names are not listed.
_PER_VALUE = {name: name for name in PER_VALUE} | {
    "logical_not": "not", "bitwise_not": "not", "logical_and": "and", "logical_or": "or", "logical_xor": "xor",
    "bitwise_and": "and", "bitwise_or": "or", "bitwise_xor": "xor",
}  # fmt: skip
_JOINS = {
    "add": ("add", "adds"), "sub": ("subtract", "adds"), "rsub": ("subtract", "adds"),
    "mul": ("multiply", "multiplications"), "div": ("divide", "divisions"), "true_divide": ("divide", "divisions"),
    "maximum": ("maximum", "comparisons"), "minimum": ("minimum", "comparisons"),
}  # fmt: skip

# With a plain number, these need only that number for the gradient.
_LINEAR = ("add", "sub", "rsub", "mul", "div", "true_divide")
# What PyTorch keeps for the gradient of an operation on one tensor, measured with its saved_tensors_hooks.
_KEEPS = {
    "neg": "none", "abs": "input", "square": "input", "sin": "input", "cos": "input", "log": "input",
    "exp": "output", "sqrt": "output", "rsqrt": "output", "reciprocal": "output",
}  # fmt: skip


@operation(*_SAME_KIND)
def _activation(program: Program, call: Call) -> Value:
    value = call.tensor("self", "input")
    return program.layer(_SAME_KIND[call.op], [value], value)


@operation("leaky_relu")
def _leaky(program: Program, call: Call) -> Value:
    value = call.tensor("self", "input")
    return program.layer(
        "leaky_relu", [value], value, negative_slope=call.number("negative_slope", 0.01)
    )


@operation("gelu")
def _gelu(program: Program, call: Call) -> Value:
    value = call.tensor("self", "input")
    options: dict[str, Any] = (
        {"approximate": "tanh"} if call.given.get("approximate") == "tanh" else {}
    )
    return program.layer("gelu", [value], value, **options)


@operation("hardtanh", "clamp", "clip", "clamp_min", "clamp_max")
def _clip(program: Program, call: Call) -> Value:
    value = call.tensor("self", "input")
    default = 1.0 if call.op == "hardtanh" else None
    least = call.number("min_val" if default else "min", -default if default else None)
    most = call.number("max_val" if default else "max", default)
    if any(isinstance(call.values.get(key), Value) for key in ("min", "max")):
        raise Unknown
    made = clipped(least, most)
    return value if made is None else program.layer(made[0], [value], value, **made[1])


@operation("softmax", "_softmax", "log_softmax", "_log_softmax", "_safe_softmax", "special_softmax")
def _softmax(program: Program, call: Call) -> Value:
    value = call.tensor("self", "input")
    inner = inner_axis(value, call.whole("dim"))
    kind = "log_softmax" if "log" in call.op else "softmax"
    return program.layer(kind, [value], value, **along(inner))


@operation("glu")
def _glu(program: Program, call: Call) -> Value:
    value, dim = call.tensor("self"), call.whole("dim", -1)
    axis, inner = axis_of(dim, value.sides), inner_axis(value, dim)
    half = (*value.sides[:axis], value.sides[axis] // 2, *value.sides[axis + 1 :])
    like = Value(half, value.batch, None)
    if not inner:
        return program.layer("glu", [value], like)
    one, gate = (
        program.layer("slice", [value], like, part=f"half{take}", into=2, take=take, axis=inner)
        for take in (0, 1)
    )
    gate = program.layer("sigmoid", [gate], like, part="sigmoid")
    return program.layer("multiply", [one, gate], like)


@operation("prelu", "_prelu_kernel")
def _prelu(program: Program, call: Call) -> Value:
    value, weight = call.tensor("self"), call.tensor("weight")
    numbers = formulas.product([1, *weight.sides])
    how, fresh = program.claim("prelu", weight)
    options: dict[str, Any] = {"per_channel": True} if numbers > 1 else {}
    if how == "mixed" or (numbers > 1 and numbers != value.shape[0]):
        cells = formulas.product(value.shape)
        made = program.custom(
            value, value, params=fresh, counts={"comparisons": cells, "multiplications": cells}
        )
    else:
        made = program.layer("prelu", [value], value, **options)
    return program.owned(made, how, weight)


@operation("dropout", "native_dropout", "alpha_dropout", "feature_dropout")
def _dropout(program: Program, call: Call) -> list[Value | None]:
    value, p = call.tensor("input", "self"), call.number("p", 0.5)
    return [program.layer("dropout", [value], value, p=p if p is not None and 0 <= p < 1 else 0.5)]


def _pointwise(
    program: Program, value: Value, each: dict[str, int], part: str = "", keeps: str = "both"
) -> Value:
    """An elementwise operation that is not a kind; ``keeps`` as in `custom`."""
    value = Value(value.sides, value.batch, program.place(value))
    cells = formulas.product(value.shape or (1,))
    return program.custom(
        value,
        value,
        part=part,
        counts={key: number * cells for key, number in each.items()},
        keeps=keeps,
    )


@operation(*_PER_VALUE, "pow")
def _per_value(program: Program, call: Call) -> Value:
    values = [value for value in call.values.values() if isinstance(value, Value)]
    moving = [value for value in values if value.place is not None] or [
        value for value in values if value.source
    ]
    if len(moving) != 1:
        raise Unknown
    for value in values:
        if value is not moving[0]:
            program.alone(value)
    value = moving[0]
    if any(
        one.sides != value.sides
        and len(one.sides) >= len(value.sides)
        and max(one.sides, default=1) > 1
        for one in values
    ):
        raise Unknown
    if call.op == "pow":
        exponent = call.number("exponent")
        if exponent is None or "self" not in call.values:
            raise Unknown
        return _pointwise(program, value, power(exponent))
    keeps = _KEEPS.get(call.op, "both")
    return _pointwise(program, value, PER_VALUE[_PER_VALUE[call.op]], keeps=keeps)


@operation(*_JOINS)
def _join(program: Program, call: Call) -> Value:
    kind, count = _JOINS[call.op]
    one, other = call.tensor("self", "other"), call.maybe("other")
    if not isinstance(call.values.get("self"), Value):
        other = None
    if call.op == "rsub" and other is not None:
        one, other = other, one
    if other is None:
        keeps = "none" if call.op in _LINEAR else "both"
        return _pointwise(program, one, {count: 1}, keeps=keeps)
    if one.is_constant or other.is_constant:
        return _with_constant(program, one, other, count)
    return combined(program, kind, one, other)


def _with_constant(program: Program, one: Value, other: Value, count: str) -> Value:
    """A tensor and fixed numbers of the file."""
    value, fixed = (other, one) if one.is_constant else (one, other)
    rank = max(len(value.sides), len(fixed.sides))
    padded = [(1,) * (rank - len(each.sides)) + each.sides for each in (value, fixed)]
    sides = tuple([max(pair) for pair in zip(*padded)])
    value = Value(value.sides, value.batch, program.place(value))
    if sides == value.sides:
        return _pointwise(program, value, {count: 1})
    batch = value.batch and (value.batch[0] + rank - len(value.sides), *value.batch[1:])
    if batch and padded[1][batch[0]] not in (1, program.samples):
        raise Unknown
    like = Value(sides, batch, None)
    return program.custom(value, like, counts={count: formulas.product(like.shape or (1,))})


def combined(program: Program, kind: str, one: Value, other: Value, part: str = "") -> Value:
    """Two tensors combined elementwise; the smaller one is repeated."""
    scaled = _scaled(program, kind, one, other, part)
    if scaled is not None:
        return scaled
    rank = max(len(one.sides), len(other.sides))
    aligned = [_with_rank(program, value, rank) for value in (one, other)]
    batches = {value.batch for value in aligned if value.batch is not None}
    if len(batches) > 1:
        raise Unknown
    batch = next(iter(batches), None)
    sides = tuple([max(pair) for pair in zip(*(value.sides for value in aligned))])
    if any(side not in (1, most) for value in aligned for side, most in zip(value.sides, sides)):
        raise Unknown
    parts = [_for_samples(program, value, batch) for value in aligned]
    return program.layer(kind, parts, Value(sides, batch, None), part=part)


def _scaled(program: Program, kind: str, one: Value, other: Value, part: str) -> Value | None:
    """A trained or fixed number for each channel, or for all; None for other combinations."""
    if kind not in ("add", "multiply") or bool(one.source) == bool(other.source):
        return None
    value, weight = (other, one) if one.source else (one, other)
    shape, numbers = value.shape, formulas.product([1, *weight.sides])
    if value.place is None or not shape or weight.turned or len(weight.sides) > len(value.sides):
        return None
    sides = (1,) * (len(value.sides) - len(weight.sides)) + weight.sides
    if numbers > 1:
        channel = len(value.sides) - len(shape)
        if value.batch not in (None, (0, 1, 1)) or numbers != shape[0] or sides[channel] != numbers:
            return None
    source = program.sources[weight.source]
    how, _ = program.claim("scale", weight)
    if how == "mixed" and source.is_trained:
        return None
    if not source.is_trained and program.is_counted(weight):
        return None
    options: dict[str, Any] = {} if kind == "multiply" else {"factor": False, "bias": True}
    options |= {} if numbers > 1 else {"per_channel": False}
    options |= {} if source.is_trained else {"trainable": False}
    made = program.layer("scale", [value], value, part=part, **options)
    return program.owned(made, how, weight)


def _with_rank(program: Program, value: Value, rank: int) -> Value:
    """A tensor with sides of 1 at the front."""
    extra = rank - len(value.sides)
    if not extra:
        return value
    if value.batch is None and value.place is not None:
        return Value(
            (1,) * extra + value.sides, None, value.place
        )  # one place; its shape is set later
    return with_sides(program, value, (1,) * extra + value.sides, lambda place: place + extra)


def _for_samples(program: Program, value: Value, batch: Any) -> Value:
    """A tensor as it is combined with each sample: without the batch axis."""
    if value.batch is not None:
        return value
    sides = value.sides
    if batch is not None:
        axis = batch[0]
        if sides[axis] != 1:
            raise Unknown
        if batch[1:] == (1, 1):
            sides = (*sides[:axis], *sides[axis + 1 :])
    if value.place is None:
        return value._replace(sides=sides)
    shape = sides or (1,)
    if program.graph.shape(value.place) == shape:
        return Value(sides, None, value.place)
    return program.layer(
        "reshape",
        [Value(shape, None, value.place)],
        Value(shape, None, None),
        part="view",
        shape=shape,
    )


@operation(
    "full_like", "zeros_like", "ones_like", "empty_like", "rand_like", "randn_like", "new_zeros", "new_ones", "new_full",
    "new_empty",
)  # fmt: skip
def _like(program: Program, call: Call) -> Value:
    return Value(program.stated(call.outputs[0]), None, None)


# ------------------------------------------------------------------------------- reductions

_REDUCTIONS = {
    "mean": "mean",
    "sum": "sum",
    "amax": "max",
    "amin": "min",
    "max": "max",
    "min": "min",
    "argmax": "max",
    "argmin": "min",
    "any": "max",
    "all": "min",
}


@operation(*_REDUCTIONS)
def _reduce(program: Program, call: Call) -> list[Value | None]:
    value = call.tensor("self")
    if call.maybe("other") is not None:
        kind = {"max": "maximum", "min": "minimum"}[call.op]
        return [combined(program, kind, value, call.tensor("other"))]
    dims = {axis_of(dim, value.sides) for dim in call.wholes("dim", range(len(value.sides)))}
    keep, op = call.flag("keepdim"), _REDUCTIONS[call.op]
    if value.batch is not None and value.batch[0] in dims:
        return [_over_samples(program, call, value, dims)]
    inner = tuple(sorted(inner_axis(value, dim) for dim in dims))
    like = _reduced(value, dims, keep=keep)
    shape = value.shape
    if inner == tuple(range(1, len(shape))) and keep and op in ("mean", "max") and len(shape) > 1:
        return [
            program.layer("global_avgpool" if op == "mean" else "global_maxpool", [value], like)
        ]
    if len(inner) == len(shape) and not keep:
        return [_one_number(program, value, op, like)]
    return [program.layer("reduce", [value], like, op=op, axes=inner, keep=keep)]


def _one_number(program: Program, value: Value, op: str, like: Value) -> Value:
    """All numbers of a sample reduced to one, here a vector of length 1."""
    shape = value.shape or (1,)
    ones = Value((1,) * len(shape), None, None)
    value = Value(shape, None, program.place(value))
    made = program.layer("reduce", [value], ones, op=op, axes=tuple(range(len(shape))), keep=True)
    if len(shape) > 1:
        made = program.layer("flatten", [made], Value((1,), None, None), part="view")
    return Value(like.sides, like.batch, made.place)


def _over_samples(program: Program, call: Call, value: Value, dims: set[int]) -> Value:
    """Numbers also reduced over the samples, as in a loss: counted for one sample."""
    op, rank = _REDUCTIONS[call.op], len(value.sides)
    keep = call.flag("keepdim")
    like = _reduced(Value(value.sides, None, None), dims, keep=keep)
    if len(dims) == rank:
        if program.samples > 1:
            program.graph.note(
                f"{call.name} joins all samples of the batch; it is counted for one sample"
            )
        return _one_number(program, value, op, like)
    if program.samples != 1 or value.batch != (0, 1, 1):
        raise Unknown
    inner = tuple(sorted(inner_axis(value, dim) for dim in dims if dim))
    one = Value(value.shape, None, value.place)
    if not inner:
        return one._replace(sides=like.sides) if not keep else value
    if len(inner) == len(value.shape):
        raise Unknown
    made = program.layer(
        "reduce", [one], _reduced(one, {dim - 1 for dim in dims if dim}, keep=keep),
        op=op, axes=inner, keep=keep,
    )  # fmt: skip
    return Value(like.sides, value.batch if keep else None, made.place)


def _reduced(value: Value, dims: set[int], *, keep: bool) -> Value:
    """A tensor with some axes reduced to one cell."""
    if keep:
        sides = tuple([1 if axis in dims else side for axis, side in enumerate(value.sides)])
        return Value(sides, value.batch, None)
    sides = tuple([side for axis, side in enumerate(value.sides) if axis not in dims])
    batch = value.batch
    if batch is not None:
        batch = (batch[0] - sum(axis < batch[0] for axis in dims), *batch[1:])
    return Value(sides, batch, None)


@operation("var", "std", "linalg_vector_norm")
def _spread(program: Program, call: Call) -> Value:
    """Variances, standard deviations, and the Euclidean length of vectors."""
    value = call.tensor("self")
    dims = {axis_of(dim, value.sides) for dim in call.wholes("dim", range(len(value.sides)))}
    if (value.batch is not None and value.batch[0] in dims) or call.number("ord", 2) != 2:
        raise Unknown
    like = _reduced(value, dims, keep=call.flag("keepdim"))
    cells, pools = formulas.product(value.shape), formulas.product(like.shape or (1,))
    counts = {"multiplications": cells, "adds": cells - pools}
    if call.op != "linalg_vector_norm":  # of the differences from the mean
        counts |= {"adds": 3 * cells - 2 * pools, "divisions": 2 * pools}
    if call.op != "var":
        counts["roots"] = pools
    return program.custom(value, like, rf="unknown", counts=counts)


# ------------------------------------------------------------------------------- windows

_POOLS = {
    f"{word}_pool{axes}d{more}": (word, axes)
    for word in ("max", "avg")
    for axes in (1, 2, 3)
    for more in ("", "_with_indices")
}


def channels_first(value: Value, axes: int) -> None:
    """Refuse a tensor that is not channels and this many axes."""
    if len(value.shape) != axes + 1 or value.batch not in (None, (0, 1, 1)):
        raise Unknown


@operation(*_POOLS)
def _pool(program: Program, call: Call) -> list[Value | None]:
    word, axes = _POOLS[call.op]
    value = call.tensor("self")
    channels_first(value, axes)
    kernel = call.wholes("kernel_size")
    options: dict[str, Any] = {"kernel_size": one_or_all(kernel)}
    given = {"stride": kernel, "padding": [0], "dilation": [1]}
    for name, default in given.items():
        cells = call.wholes(name, default)
        if one_or_all(cells) != one_or_all(default):
            options[name] = one_or_all(cells)
    if call.flag("ceil_mode"):
        options["ceil_mode"] = True
    if word == "avg" and not call.flag("count_include_pad", default=True):
        options["count_include_pad"] = False
    return [program.layer(f"{word}pool", [value], _like_output(program, call, value), **options)]


def _like_output(program: Program, call: Call, value: Value) -> Value:
    """The size of the output stated in the file; the batch keeps its axis."""
    return Value(program.stated(call.outputs[0]), value.batch, None)


@operation(
    *[f"adaptive_{word}_pool{axes}d" for word in ("max", "avg") for axes in (1, 2, 3)],
    "_adaptive_avg_pool2d",
    "_adaptive_avg_pool3d",
)
def _adaptive(program: Program, call: Call) -> list[Value | None]:
    value, axes = call.tensor("self"), int(call.op[-2])
    channels_first(value, axes)
    size = call.wholes("output_size")
    word = "max" if "max" in call.op else "avg"
    like = _like_output(program, call, value)
    if set(size) == {1}:
        return [program.layer(f"global_{word}pool", [value], like)]
    return [program.layer(f"adaptive_{word}pool", [value], like, output_size=one_or_all(size))]


_MODES = {
    "nearest": "nearest",
    "linear": "linear",
    "bilinear": "linear",
    "trilinear": "linear",
    "bicubic": "cubic",
}


@operation(
    *[
        f"{mark}upsample_{word}{axes}d{more}"
        for mark in ("", "_")
        for word in (*_MODES, "nearest_exact")
        for axes in (1, 2, 3)
        for more in ("", "_aa")
    ]
)
def _upsample(program: Program, call: Call) -> Value:
    value = call.tensor("self", "input")
    axes = int(call.op.split("_aa")[0][-2])
    channels_first(value, axes)
    mode = _MODES[call.op.strip("_").split("_")[1].rstrip("d").rstrip("123")]
    like = _like_output(program, call, value)
    scales = call.given.get("scale_factors") or [
        call.given.get(key) for key in ("scales_d", "scales_h", "scales_w", "scales")
    ]
    scales = [scale for scale in scales if isinstance(scale, (int, float))]
    size = call.given.get("output_size")
    sides = (
        call.wholes("output_size") if isinstance(size, list) and size else list(like.sides[-axes:])
    )
    kind, options = resized(sides, scales, mode, has_corners=call.flag("align_corners"))
    if program.is_changed and not size and "size" in options:
        raise Unknown
    return program.layer(kind, [value], like, **options)
