"""Operations with weights: convolutions, fully connected layers, norms, embeddings, recurrent layers."""

from __future__ import annotations

from typing import Any

from convcalc import formulas
from convcalc.interop.readers.aten import Call, Unknown, Value, operation
from convcalc.interop.readers.aten_program import Program
from convcalc.interop.readers.aten_shapes import inner_axis, permuted
from convcalc.interop.readers.aten_values import combined
from convcalc.interop.rules import one_or_all
from convcalc.layers.window import Shape


@operation(
    *[f"conv{word}{axes}d" for word in ("", "_transpose") for axes in (1, 2, 3)],
    "convolution",
    "_convolution",
)
def _convolution(program: Program, call: Call) -> Value:
    value, weight, bias = call.tensor("input"), call.tensor("weight"), call.maybe("bias")
    axes = len(weight.sides) - 2
    is_transposed = call.flag("transposed", default="transpose" in call.op)
    groups = call.whole("groups", 1)
    like = Value(program.stated(call.outputs[0]), value.batch, None)
    how, fresh = program.claim("conv_transpose" if is_transposed else "conv", weight, bias)
    out = weight.sides[1] * groups if is_transposed else weight.sides[0]
    is_plain = (
        len(value.shape) == axes + 1 and value.batch in (None, (0, 1, 1)) and not weight.turned
    )
    if how == "mixed" or not is_plain:
        if program.is_changed or (value.batch is not None and value.batch[0] != 0):
            raise Unknown
        positions = formulas.product(value.shape if is_transposed else like.shape)
        macs = positions * formulas.product(weight.sides[1:])
        counts = {"bias_adds": formulas.product(like.shape) if bias else 0}
        for one in (weight, bias):
            if one is not None and one.source and not program.sources[one.source].is_trained:
                program.alone(one)
        made = program.custom(value, like, params=fresh, macs=macs, counts=counts, rf="unknown")
        return program.owned(made, "mixed", weight, bias)
    options = _windows(call, weight.sides[2:], is_transposed=is_transposed)
    options |= {"groups": groups} if groups != 1 else {}
    options |= {} if bias else {"bias": False}
    kind = "conv_transpose" if is_transposed else "conv"
    made = program.layer(kind, [value], like, out_channels=out, **options)
    if bias and not is_transposed:
        program.convolutions[call.name] = out
    return program.owned(made, how, weight, bias)


def _windows(call: Call, kernel: Shape, *, is_transposed: bool) -> dict[str, Any]:
    """The options of a convolution's windows that differ from their defaults."""
    options: dict[str, Any] = {"kernel_size": one_or_all(list(kernel))}
    padding = call.given.get("padding")
    if isinstance(padding, str):
        options["padding"] = padding
    names = {"stride": 1, "padding": 0, "dilation": 1} | (
        {"output_padding": 0} if is_transposed else {}
    )
    for name, default in names.items():
        if name in options:
            continue
        cells = one_or_all(call.wholes(name, [default]))
        if cells != default:
            options[name] = cells
    return options


@operation("linear")
def _linear(program: Program, call: Call) -> Value:
    return _multiplied(
        program, call, call.tensor("input"), call.tensor("weight"), call.maybe("bias")
    )


@operation("addmm")
def _addmm(program: Program, call: Call) -> Value:
    value, weight, bias = call.tensor("mat1"), call.tensor("mat2"), call.tensor("self")
    if not weight.source or value.source:  # computed weights
        made = product_of(program, program.fixed(value), program.fixed(weight), "product")
        return combined(program, "add", made, bias)
    return _multiplied(program, call, value, weight._replace(turned=not weight.turned), bias)


def _multiplied(
    program: Program, call: Call, value: Value, weight: Value, bias: Value | None
) -> Value:
    """A fully connected layer along the last axis; the weights are (out, in) unless they are transposed."""
    sides = weight.sides if call.op == "linear" else weight.sides[::-1]
    value = program.fixed(value)
    if len(sides) != 2 or not value.shape or value.place is None:
        raise Unknown
    inner_axis(value, -1)
    like = Value((*value.sides[:-1], sides[0]), value.batch, None)
    is_own = not weight.turned if call.op == "linear" else True
    how, fresh = program.claim("linear", weight, bias)
    if how == "mixed" or not is_own or (bias is not None and bias.sides != sides[:1]):
        positions = formulas.product([1, *value.shape[:-1]])
        counts = {"bias_adds": positions * sides[0] if bias else 0}
        macs = positions * formulas.product(sides)
        made = program.custom(value, like, params=fresh, macs=macs, counts=counts, rf="unknown")
        for one in (weight, bias):
            if one is not None and one.source and not program.sources[one.source].is_trained:
                program.alone(one)
        return program.owned(made, "mixed", weight, bias)
    options: dict[str, Any] = {"axis": -1} if len(value.shape) > 1 else {}
    options |= {} if bias else {"bias": False}
    made = program.layer("linear", [value], like, out_features=sides[0], **options)
    return program.owned(made, how, weight, bias)


@operation("matmul", "mm", "bmm", "__matmul__")
def _matmul(program: Program, call: Call) -> Value:
    one, other = call.tensor("self"), call.tensor("mat2" if "mat2" in call.values else "other")
    one, other = program.fixed(one), program.fixed(other)
    if other.source and other.place is None and len(other.sides) == 3 and one.place is not None:
        rows = other._replace(sides=other.sides[-2:])
        if formulas.product(rows.sides) == formulas.product(program.sources[other.source].sides):
            return _multiplied(program, call, one, rows._replace(turned=not rows.turned), None)
    if other.source and len(other.sides) == 2 and one.place is not None and len(one.sides) > 1:
        return _multiplied(program, call, one, other._replace(turned=not other.turned), None)
    return product_of(program, one, other)


def product_of(
    program: Program, one: Value, other: Value, part: str = "", *, turned: bool = False
) -> Value:
    """The matrix product of two tensors, matrix by matrix; ``turned``: the second one is transposed."""
    if min(len(one.sides), len(other.sides)) < 2:
        raise Unknown
    rank = max(len(one.sides), len(other.sides))
    padded = [(1,) * (rank - len(value.sides)) + value.sides for value in (one, other)]
    front = tuple([max(pair) for pair in zip(padded[0][:-2], padded[1][:-2])])
    out = other.sides[-2] if turned else other.sides[-1]
    batches = {
        (value.batch[0] + rank - len(value.sides), *value.batch[1:])
        for value in (one, other)
        if value.batch is not None
    }
    if len(batches) > 1:
        raise Unknown
    batch = next(iter(batches), None)
    is_in_matrix = batch is not None and batch[0] >= rank - 2
    if is_in_matrix and (
        batch is None or batch[0] != rank - 2 or one.batch is None
    ):  # but in the rows of the first
        raise Unknown
    like = Value((*front, one.sides[-2], out), batch, None)
    options: dict[str, Any] = {"transpose_b": True} if turned else {}
    if is_in_matrix and batch is not None and batch[1:] == (1, 1):  # each sample is one row
        row = program.layer(
            "reshape", [one], Value((*padded[0][:-2], 1, one.sides[-1]), None, None), part="row",
            shape=(*padded[0][:-2], 1, one.sides[-1]),
        )  # fmt: skip
        other = _matrices(program, other, padded[1], None)
        rows = Value((*front, 1, out), None, None)
        made = program.layer("matmul", [row, other], rows, part=part, **options)
        shape = like.shape
        made = program.layer("reshape", [made], Value(shape, None, None), part="view", shape=shape)
        return Value(like.sides, batch, made.place)
    parts = []
    for value, sides in zip((one, other), padded):
        parts.append(_matrices(program, value, sides, batch))
    return program.layer("matmul", parts, like, part=part, **options)


def _matrices(program: Program, value: Value, sides: Shape, batch: Any) -> Value:
    """A tensor with as many sides as the other factor of a product, without the batch."""
    if batch is not None and value.batch is None and batch[0] < len(sides) - 2:
        if sides[batch[0]] != 1:
            raise Unknown
        if batch[1:] == (1, 1):
            sides = (*sides[: batch[0]], *sides[batch[0] + 1 :])
    elif value.batch is not None:
        extra = len(sides) - len(value.sides)
        shape = Value(sides, (value.batch[0] + extra, *value.batch[1:]), None).shape
        if shape == value.shape:
            return value
        return program.layer("reshape", [value], Value(shape, None, None), part="view", shape=shape)
    if value.place is None:
        return value._replace(sides=sides)
    if program.graph.shape(value.place) == sides:
        return value
    return program.layer("reshape", [value], Value(sides, None, None), part="view", shape=sides)


@operation("baddbmm")
def _baddbmm(program: Program, call: Call) -> Value:
    made = product_of(program, call.tensor("batch1"), call.tensor("batch2"), "product")
    return combined(program, "add", call.tensor("self"), made)


# ------------------------------------------------------------------------------- norms


@operation(
    "batch_norm", "_native_batch_norm_legit", "_native_batch_norm_legit_functional", "_native_batch_norm_legit_no_training",
    "native_batch_norm", "cudnn_batch_norm", "miopen_batch_norm", "_batch_norm_with_update", "_batch_norm_no_update",
    "_batch_norm_with_update_functional",
)  # fmt: skip
def _batch_norm(program: Program, call: Call) -> list[Value | None]:
    value = call.tensor("input")
    weight, bias = call.maybe("weight"), call.maybe("bias")
    stats = call.maybe("running_mean"), call.maybe("running_var")
    how, _ = program.claim("batchnorm", weight, bias)
    if how == "mixed" or any(one is not None and not one.source for one in stats):
        raise Unknown
    if stats[0] is not None and (call.flag("training") or call.flag("train")):
        program.graph.note(
            "it was exported in training: batch norms take mean and variance of the batch"
        )
    options: dict[str, Any] = _affine(weight, bias, default=True)
    if stats[0] is None:
        options["track_running_stats"] = False
    back: list[int] = []
    if len(value.sides) != len(value.shape) + 1 or value.batch != (0, 1, 1):
        if (value.batch is None and program.samples != 1) or len(value.sides) < 2:
            raise Unknown
        if value.batch is not None and value.batch[0] != 0:
            raise Unknown
        order = [1, 0, *range(2, len(value.sides))]
        value, back = permuted(program, value, order, "channels"), order
    made = program.owned(program.layer("batchnorm", [value], value, **options), how, weight, bias)
    for one in stats:
        if one is not None:
            program.count(one, made)
    return [permuted(program, made, back, "back") if back else made]


def _affine(weight: Value | None, bias: Value | None, *, default: bool) -> dict[str, Any]:
    """The options of a norm on its trained parameters."""
    if weight is None and bias is None:
        return {"affine": False} if default else {}
    options: dict[str, Any] = {} if default else {"affine": True}
    options |= {} if weight is not None else {"scale": False}
    return options if bias is not None else {**options, "shift": False}


@operation("layer_norm", "native_layer_norm", "rms_norm", "_fused_rms_norm")
def _layer_norm(program: Program, call: Call) -> list[Value | None]:
    value, weight, bias = call.tensor("input"), call.maybe("weight"), call.maybe("bias")
    number = len(call.wholes("normalized_shape"))
    inner = [inner_axis(value, dim) for dim in range(-number, 0)]
    how, fresh = program.claim("layernorm", weight, bias)
    if how == "mixed" or "rms" in call.op:
        cells = formulas.product(value.shape)
        pools = cells // formulas.product([value.shape[axis] for axis in inner])
        factors = 3 if weight is not None else 2
        counts = {
            "multiplications": factors * cells,
            "adds": cells,
            "divisions": 2 * pools,
            "roots": pools,
        }
        if "rms" not in call.op:
            counts |= {
                "adds": 3 * cells - pools + (cells if bias is not None else 0),
                "divisions": 3 * pools,
            }
        made = program.custom(value, value, params=fresh, counts=counts, rf="unknown")
        return [program.owned(made, "mixed", weight, bias)]
    options = _affine(weight, bias, default=True)
    if len(inner) < len(value.shape):
        options["axes"] = tuple(inner)
    return [program.owned(program.layer("layernorm", [value], value, **options), how, weight, bias)]


@operation("group_norm", "native_group_norm")
def _group_norm(program: Program, call: Call) -> list[Value | None]:
    value, weight, bias = call.tensor("input"), call.maybe("weight"), call.maybe("bias")
    how, _ = program.claim("groupnorm", weight, bias)
    if how == "mixed" or value.batch not in (None, (0, 1, 1)):
        raise Unknown
    options = _affine(weight, bias, default=True)
    groups = call.whole("num_groups" if "num_groups" in call.given else "group")
    return [
        program.owned(
            program.layer("groupnorm", [value], value, num_groups=groups, **options),
            how,
            weight,
            bias,
        )
    ]


@operation("instance_norm")
def _instance_norm(program: Program, call: Call) -> Value:
    value, weight, bias = call.tensor("input"), call.maybe("weight"), call.maybe("bias")
    how, _ = program.claim("instancenorm", weight, bias)
    if how == "mixed" or value.batch not in (None, (0, 1, 1)):
        raise Unknown
    made = program.layer("instancenorm", [value], value, **_affine(weight, bias, default=False))
    for name in ("running_mean", "running_var"):
        program.alone(call.maybe(name))
    return program.owned(made, how, weight, bias)


# ------------------------------------------------------------------------------- tables and steps


@operation("embedding")
def _embedding(program: Program, call: Call) -> Value:
    weight, value = call.tensor("weight"), call.tensor("indices")
    _, fresh = program.claim("", weight)
    sides = (*value.sides, weight.sides[1])
    like = Value(sides, value.batch, None)
    if value.place is None:
        program.alone(value)
        shape = weight._replace(sides=weight.sides)
        return program.custom(
            Value(shape.sides, None, program.place(shape)), Value(sides, None, None)
        )
    made = program.custom(value, like, params=fresh, rf="unknown")
    return program.owned(made, "mixed", weight)
