"""Operations that concatenate, copy or move values: joins, expansions, pads, shuffles."""

from __future__ import annotations

from convcalc.interop.readers.aten import Batch, Call, Unknown, Value, operation
from convcalc.interop.readers.aten_program import Program
from convcalc.interop.readers.aten_shapes import axis_of, inner_axis, kept_batch, taken, with_sides
from convcalc.interop.rules import along, padded, reads_its_place


@operation("cat", "concat", "concatenate")
def _cat(program: Program, call: Call) -> Value:
    values = [value for value in call.tensors("tensors") if value.sides != (0,)]
    if len(values) == 1:
        return values[0]
    return joined(program, values, call.whole("dim", 0))


@operation("stack")
def _stack(program: Program, call: Call) -> Value:
    values = call.tensors("tensors")
    axis = axis_of(call.whole("dim", 0), values[0].sides, 1)
    more = [
        with_sides(
            program,
            value,
            (*value.sides[:axis], 1, *value.sides[axis:]),
            lambda place: place + (axis <= place),
        )
        for value in values
    ]
    return joined(program, more, axis)


def joined(program: Program, values: list[Value], dim: int) -> Value:
    """Tensors concatenated along an axis."""
    axis = axis_of(dim, values[0].sides)
    batches = {value.batch for value in values if value.batch is not None}
    total = sum(value.sides[axis] for value in values)
    if len(batches) > 1:
        raise Unknown
    values = [program.fixed(value) for value in values]
    batch = next(iter(batches), None)
    sides = (*values[0].sides[:axis], total, *values[0].sides[axis + 1 :])
    like = Value(sides, kept_batch(Value(sides, batch, None), axis), None)
    parts = [_as_sample(program, value, batch) for value in values]
    inner = inner_axis(like, axis)
    return program.layer("concat", parts, like, **along(inner))


def _as_sample(program: Program, value: Value, batch: Batch | None) -> Value:
    """A tensor that is the same for all samples, as a tensor of one sample."""
    if batch is None or value.batch is not None:
        return value
    if batch[1:] != (1, 1) or value.sides[batch[0]] not in (1, program.samples):
        raise Unknown
    if value.sides[batch[0]] != 1:
        raise Unknown
    sides = (*value.sides[: batch[0]], *value.sides[batch[0] + 1 :])
    return with_sides(program, value, sides, None)


@operation("expand", "expand_copy", "expand_as", "broadcast_to")
def _expand(program: Program, call: Call) -> Value:
    value = call.tensor("self")
    sides = call.tensor("other").sides if call.op == "expand_as" else tuple(call.wholes("size"))
    extra = len(sides) - len(value.sides)
    own = (1,) * extra + value.sides
    sides = tuple([before if side == -1 else side for before, side in zip(own, sides)])
    batch = None if value.batch is None else (value.batch[0] + extra, *value.batch[1:])
    if value.source and value.place is None and own[-2:] == sides[-2:] and len(value.sides) == 2:
        return value._replace(sides=sides)  # weights, repeated for each row
    if value.batch is None and program.samples and sides[0] == program.samples and own[0] == 1:
        if own[1:] == sides[1:]:  # one copy for each sample
            return (
                Value(own, None, value.place, value.source)
                if extra == 0
                else with_sides(program, value, own, None)
            )
        batch = (0, 1, 1)
    if own == sides:
        return with_sides(program, value, sides, lambda place: place + extra) if extra else value
    return copied(program, value, Value(sides, batch, None))


def copied(program: Program, value: Value, like: Value, *, is_moved: bool = False) -> Value:
    """Values copied, at no cost.

    Args:
        value: the tensor.
        like: the size of the output, and its batch.
        is_moved: whether values may be moved to other positions.
    """
    if program.is_changed and not like.sides:
        raise Unknown
    stays = not is_moved and reads_its_place(value.shape, like.shape)
    value = Value(value.sides, value.batch, program.place(value))
    return program.custom(value, like, rf="" if stays else "unknown")


@operation("_weight_norm", "_weight_norm_interface")
def _weight_norm(program: Program, call: Call) -> Value:
    """Weights scaled to a length; this does not depend on the image, so it costs nothing."""
    value, length = call.tensor("v"), call.tensor("g")
    if value.batch is not None or length.batch is not None:
        raise Unknown
    program.alone(length)
    return copied(program, value, Value(value.sides, None, None))


@operation(
    "repeat",
    "tile",
    "repeat_interleave",
    "roll",
    "flip",
    "rot90",
    "triu",
    "tril",
    "index",
    "index_select",
    "gather",
    "masked_fill",
    "diagonal",
    "_unsafe_index",
)
def _copies(program: Program, call: Call) -> Value:
    value = call.tensor("self")
    others = [
        one
        for key, given in call.values.items()
        if key != "self"
        for one in (given if isinstance(given, list) else [given])
    ]
    if program.is_changed and call.op not in ("roll", "flip", "triu", "tril", "masked_fill"):
        raise Unknown
    if any(one.place is not None and one.batch is not None for one in others):
        raise Unknown
    for one in others:  # indices that are the same for all samples
        program.loose = program.loose or one.place is not None
        program.alone(one)
    sides = value.sides if program.is_changed else program.stated(call.outputs[0])
    batch = value.batch
    if batch is not None and (batch[0] >= len(sides) or sides[batch[0]] != value.sides[batch[0]]):
        raise Unknown
    is_moved = call.op not in ("repeat", "tile", "triu", "tril", "masked_fill")
    return copied(program, value, Value(sides, batch, None), is_moved=is_moved)


@operation(
    "constant_pad_nd",
    "pad",
    "reflection_pad1d",
    "reflection_pad2d",
    "reflection_pad3d",
    "replication_pad1d",
    "replication_pad2d",
    "replication_pad3d",
)
def _pad(program: Program, call: Call) -> Value:
    value, cells = call.tensor("self"), call.wholes("pad" if "pad" in call.given else "padding")
    pairs = list(zip(cells[::2], cells[1::2]))[::-1]
    around = [(0, 0)] * (len(value.sides) - len(pairs)) + pairs
    if len(around) != len(value.sides):
        raise Unknown
    mode = call.given.get("mode") or (
        "constant" if call.op in ("pad", "constant_pad_nd") else call.op.split("_")[0]
    )
    if mode != "constant":
        program.graph.note(
            f"{call.name}: pads with {mode} values; zeros in the table have the same size and cost"
        )
    for axis, (before, after) in enumerate(around):
        side = value.sides[axis]
        if min(before, after) < 0:  # fewer cells
            value = taken(program, value, axis, max(0, -before), side + min(0, after))
    around = [(max(0, before), max(0, after)) for before, after in around]
    if not any(map(any, around)):
        return value
    sides = tuple([side + before + after for side, (before, after) in zip(value.sides, around)])
    wider = {axis for axis, pair in enumerate(around) if any(pair)}
    if value.batch is not None and value.batch[0] in wider:
        raise Unknown
    like = Value(sides, value.batch, None)
    inner = [(0, 0)] * len(value.shape)
    for axis in wider:
        inner[inner_axis(value, axis)] = around[axis]
    if not 2 <= len(value.shape) <= 4:
        return copied(program, value, like)
    return program.layer("pad", [value], like, **padded(inner))


@operation("pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "native_channel_shuffle")
def _shuffles(program: Program, call: Call) -> Value:
    value = call.tensor("self")
    channels, *sides = value.shape
    if value.batch not in (None, (0, 1, 1)):
        raise Unknown
    front = value.sides[: len(value.sides) - len(value.shape)]
    if "channel" in call.op:
        return program.layer("channel_shuffle", [value], value, groups=call.whole("groups"))
    if call.op == "pixel_shuffle":
        r = call.whole("upscale_factor")
        like = Value((*front, channels // (r * r), *[n * r for n in sides]), value.batch, None)
        return program.layer("pixel_shuffle", [value], like, upscale_factor=r)
    r = call.whole("downscale_factor")
    like = Value((*front, channels * r * r, *[n // r for n in sides]), value.batch, None)
    return program.layer("space_to_depth", [value], like, block_size=r)
