"""Operations without computation: views, permutations, slices, concatenations, pads, copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convcalc import formulas
from convcalc.interop.readers.aten import Batch, Call, Unknown, Value, operation
from convcalc.interop.readers.aten_program import Program
from convcalc.interop.rules import along, cut
from convcalc.interop.rules import reshaped as as_layer

if TYPE_CHECKING:
    from convcalc.layers import Shape

_END = 2**31  # a stop beyond it is the end of the axis


def axis_of(dim: int, sides: Sequence[int], more: int = 0) -> int:
    """A dimension counted from 0."""
    rank = len(sides) + more
    if not -rank <= dim < rank:
        raise Unknown
    return dim % rank


def inner_axis(value: Value, dim: int) -> int:
    """The index of a dimension in the size without the batch."""
    axis = axis_of(dim, value.sides)
    if value.batch is None:
        return axis
    place, outer, inner = value.batch
    if axis == place and (outer == inner == 1):
        raise Unknown
    return axis - (axis > place and outer == inner == 1)


def _moved_batch(value: Value, sides: Shape, samples: int) -> Batch | None:
    """The batch axis after a reshape.

    Raises:
        Unknown: no side is the batch.
    """
    if samples == 1 and sides[:1] == (1,):
        return 0, 1, 1
    if value.batch is None:
        return None
    axis, outer, _ = value.batch
    before = formulas.product([1, *value.sides[:axis]]) * outer
    found: list[Batch] = []
    so_far = 1
    for place, side in enumerate(sides):
        if before % so_far == 0:
            left = before // so_far
            if side % (left * samples) == 0:
                found.append((place, left, side // (left * samples)))
        so_far *= side
    if samples == 1:  # at any axis: there is only one sample
        return next((batch for batch in found if batch[1:] == (1, 1)), None)
    if not found:
        raise Unknown
    return min(found, key=lambda batch: (batch[1] * batch[2] != 1, batch[1] != 1, batch[0]))


def reshaped(program: Program, value: Value, sides: Shape, part: str = "") -> Value:
    """The same values with other sides; one side may be −1."""
    sides = _filled(sides, formulas.product([1, *value.sides]))
    if sides == value.sides:
        return value
    if value.place is None:
        return (
            Value(sides, None, None, value.source)
            if not value.turned
            else _reshaped_transposed(program, value, sides)
        )
    like = Value(sides, _moved_batch(value, sides, program.samples), None)
    shape, before = like.shape or (1,), value.shape or (1,)
    made = as_layer(before, shape)
    if made is None:
        return Value(sides, like.batch, value.place)
    kind, options = made
    found = program.layer(kind, [value], like, part=part, **options)
    if kind == "reshape":
        program.views.add(len(program.graph.nodes) - 1)
    return found


def _reshaped_transposed(program: Program, value: Value, sides: Shape) -> Value:
    """A parameter with swapped axes, with other sides."""
    return reshaped(program, Value(value.sides, None, program.place(value)), sides)


def _filled(sides: Shape, values: int) -> Shape:
    """The sides with −1 filled in; they must fit the number of values."""
    known = formulas.product([1, *[side for side in sides if side != -1]])
    filled = tuple([values // known if side == -1 and known else side for side in sides])
    if formulas.product([1, *filled]) != values or min(filled, default=1) < 1:
        raise Unknown
    return filled


def permuted(program: Program, value: Value, order: Sequence[int], part: str = "") -> Value:
    """The axes in another order."""
    order = [axis_of(dim, value.sides) for dim in order]
    if sorted(order) != list(range(len(value.sides))):
        raise Unknown
    sides = tuple([value.sides[axis] for axis in order])
    if order == sorted(order):
        return value
    if value.place is None:
        if order == [1, 0]:
            return value._replace(sides=sides, turned=not value.turned)
        value = Value(value.sides, None, program.place(value))
    kept, batch = list(range(len(order))), value.batch
    if batch is not None:
        batch = (order.index(batch[0]), *batch[1:])
        if batch[1] == batch[2] == 1:
            kept.remove(order[batch[0]])
    inner = [kept.index(axis) for axis in order if axis in kept]
    like = Value(sides, batch, None)
    moved = [axis for axis in inner if value.shape[axis] != 1]
    if inner == sorted(inner) or (moved == sorted(moved) and like.shape == value.shape):
        return Value(sides, batch, value.place)
    made = program.layer("permute", [value], like, part=part, order=tuple(inner))
    program.orders[len(program.graph.nodes) - 1] = tuple(inner)
    return made


@operation("view_as", "reshape_as")
def _view_as(program: Program, call: Call) -> Value:
    return reshaped(program, call.tensor("self"), call.tensor("other").sides)


@operation("view", "reshape", "_unsafe_view", "view_copy", "_reshape_alias", "_unsafe_reshape")
def _view(program: Program, call: Call) -> Value:
    value = call.tensor("self")
    found = _shuffle(program, call, value)
    if found is not None:
        return found
    sides = _stated_or(
        program, call, tuple(call.wholes("size" if "size" in call.given else "shape", []))
    )
    return reshaped(program, value, sides)


def _stated_or(program: Program, call: Call, sides: Shape) -> Shape:
    """The sides in the file, unless the user gave another input."""
    return sides if program.is_changed else program.stated(call.outputs[0])


def _shuffle(program: Program, call: Call, value: Value) -> Value | None:
    """A channel shuffle written as a view, a transpose and a view; None for other views."""
    batch, shape = value.batch, value.shape
    if value.place is None or value.place < 0 or (batch and batch != (0, 1, 1)) or not shape:
        return None
    nodes, view = program.graph.nodes, value.place - 1
    order = program.orders.get(value.place)
    if order is None or view not in program.views or value.place != len(nodes) - 1:
        return None
    if nodes[value.place].inputs != (view,):
        return None
    source = nodes[view].inputs[0]
    whole = program.graph.shape(source)
    split = program.graph.shape(view)
    sides = tuple(call.wholes("size" if "size" in call.given else "shape", []))
    is_one = (
        split == (split[0], split[1], *whole[1:])
        and split[0] * split[1] == whole[0]
        and order == (1, 0, *range(2, len(split)))
    )
    kept = Value((program.samples, *whole) if batch else whole, batch, source)
    if not is_one or _filled(sides, formulas.product(kept.sides)) != kept.sides:
        return None
    program.views.discard(view)
    del program.orders[value.place]
    program.graph.take_back(2)
    program.forget(source)
    return program.layer("channel_shuffle", [kept], kept, groups=split[0])


@operation("flatten")
def _flatten(program: Program, call: Call) -> Value:
    value = call.tensor("self")
    if not value.sides:
        raise Unknown
    first, last = (
        axis_of(call.whole(key, dim), value.sides)
        for key, dim in (("start_dim", 0), ("end_dim", -1))
    )
    row = formulas.product([1, *value.sides[first : last + 1]])
    return reshaped(program, value, (*value.sides[:first], row, *value.sides[last + 1 :]))


@operation("unflatten")
def _unflatten(program: Program, call: Call) -> Value:
    value = call.tensor("self")
    axis = axis_of(call.whole("dim"), value.sides)
    parts = _filled(tuple(call.wholes("sizes")), value.sides[axis])
    return reshaped(program, value, (*value.sides[:axis], *parts, *value.sides[axis + 1 :]))


@operation("unsqueeze")
def _unsqueeze(program: Program, call: Call) -> Value:
    value = call.tensor("self")
    axis = axis_of(call.whole("dim"), value.sides, 1)
    sides = (*value.sides[:axis], 1, *value.sides[axis:])
    return with_sides(program, value, sides, lambda place: place + (axis <= place))


@operation("squeeze")
def _squeeze(program: Program, call: Call) -> Value:
    value = call.tensor("self")
    dims = call.wholes("dim", range(len(value.sides)))
    gone = {axis for dim in dims if value.sides[axis := axis_of(dim, value.sides)] == 1}
    sides = tuple([side for axis, side in enumerate(value.sides) if axis not in gone])
    if value.batch is not None and value.batch[0] in gone:
        return reshaped(program, value, sides)
    return with_sides(
        program, value, sides, lambda place: place - sum(axis < place for axis in gone)
    )


def with_sides(program: Program, value: Value, sides: Shape, move: Any) -> Value:
    """A tensor with more or fewer sides of 1."""
    if value.place is None and value.source and not value.turned:
        return value._replace(sides=sides)
    value = Value(value.sides, value.batch, program.place(value))
    batch = None if value.batch is None else (move(value.batch[0]), *value.batch[1:])
    like = Value(sides, batch, None)
    made = as_layer(value.shape or (1,), like.shape or (1,))
    if made is None:
        return Value(sides, batch, value.place)
    kind, options = made
    return program.layer(kind, [value], like, **options)


@operation("permute", "permute_copy")
def _permute(program: Program, call: Call) -> Value:
    return permuted(program, call.tensor("self"), call.wholes("dims"))


@operation("transpose", "swapaxes", "swapdims", "transpose_copy")
def _transpose(program: Program, call: Call) -> Value:
    value = call.tensor("self")
    names = ("dim0", "dim1") if "dim0" in call.given else ("axis0", "axis1")
    one, other = (axis_of(call.whole(name), value.sides) for name in names)
    order = list(range(len(value.sides)))
    order[one], order[other] = other, one
    return permuted(program, value, order)


@operation("t", "numpy_T", "mT", "adjoint", "matrix_H")
def _turned(program: Program, call: Call) -> Value:
    value = call.tensor("self")
    order = list(range(len(value.sides)))
    return permuted(program, value, [*order[:-2], *order[:-3:-1]])


@operation("movedim")
def _movedim(program: Program, call: Call) -> Value:
    value = call.tensor("self")
    sources, targets = (
        [axis_of(dim, value.sides) for dim in call.wholes(key)] for key in ("source", "destination")
    )
    rest = [axis for axis in range(len(value.sides)) if axis not in sources]
    for target, source in sorted(zip(targets, sources)):
        rest.insert(target, source)
    return permuted(program, value, rest)


@operation(
    "contiguous", "clone", "detach", "alias", "to", "_to_copy", "lift_fresh_copy", "type_as", "_assert_tensor_metadata",
    "view_as_real_copy", "detach_copy", "alias_copy", "positive", "float", "fill_", "requires_grad_",
)  # fmt: skip
def _same(program: Program, call: Call) -> Value | list[Value | None]:
    del program
    return call.tensor("self", "input", "a") if call.outputs else []


@operation(
    "split",
    "split_with_sizes",
    "chunk",
    "tensor_split",
    "unsafe_split",
    "unsafe_chunk",
    "split_copy",
    "split_with_sizes_copy",
)
def _split(program: Program, call: Call) -> list[Value | None]:
    value, dim = call.tensor("self", "tensor"), call.whole("dim", 0)
    side = value.sides[axis_of(dim, value.sides)]
    number = len(call.outputs)
    if "chunk" in call.op or call.op == "tensor_split":
        sizes = [-(-side // call.whole("chunks" if "chunk" in call.op else "sections"))]
    else:
        sizes = call.wholes("split_sizes" if "split_sizes" in call.given else "split_size")
    if len(sizes) == 1:
        sizes = sizes * (number - 1) + [side - sizes[0] * (number - 1)]
    if sum(sizes) != side or len(sizes) != number:
        raise Unknown
    found: list[Value | None] = []
    start = 0
    for place, (name, size) in enumerate(zip(call.outputs, sizes)):
        used = bool(name) and program.is_read(name)
        is_even = len(set(sizes)) == 1
        found.append(
            taken(program, value, dim, start, start + size, 1, (number, place) if is_even else None)
            if used
            else None
        )
        start += size
    return found


def taken(
    program: Program,
    value: Value,
    dim: int,
    start: int,
    stop: int,
    step: int = 1,
    parts: tuple[int, int] | None = None,
) -> Value:
    """A range of an axis."""
    axis = axis_of(dim, value.sides)
    side = value.sides[axis]
    if (start, stop, step) == (0, side, 1):
        return value
    if not 0 <= start < stop <= side or step < 1:
        raise Unknown
    cells = -(-(stop - start) // step)
    value = Value(value.sides, value.batch, program.place(value))
    like = Value(
        (*value.sides[:axis], cells, *value.sides[axis + 1 :]), kept_batch(value, axis), None
    )
    inner = inner_axis(value, dim)
    options: dict[str, Any] = cut(inner, side, start, stop, step)
    if parts:
        options = {"into": parts[0], "take": parts[1], **along(inner)}
    return program.layer("slice", [value], like, **options)


def kept_batch(value: Value, axis: int) -> Batch | None:
    """The batch axis of an operation that keeps all axes; the batch cannot be cut."""
    if value.batch is not None and value.batch[0] == axis:
        raise Unknown
    return value.batch


@operation("slice", "slice_copy")
def _slice(program: Program, call: Call) -> Value:
    value, dim = call.tensor("self"), call.whole("dim", 0)
    side = value.sides[axis_of(dim, value.sides)]
    start, stop = call.whole("start", 0), call.whole("end", _END)
    start, stop = (
        max(0, place + side) if place < 0 else min(place, side) for place in (start, stop)
    )
    return taken(program, value, dim, start, stop, call.whole("step", 1))


@operation("narrow")
def _narrow(program: Program, call: Call) -> Value:
    start = call.whole("start")
    return taken(
        program, call.tensor("self"), call.whole("dim"), start, start + call.whole("length")
    )


@operation("select", "select_copy")
def _select(program: Program, call: Call) -> Value:
    value, dim = call.tensor("self"), call.whole("dim", 0)
    return _selected(program, value, dim, call.whole("index"))


def _selected(program: Program, value: Value, dim: int, index: int) -> Value:
    """One cell of an axis; the axis is removed."""
    axis = axis_of(dim, value.sides)
    side = value.sides[axis]
    index = axis_of(index, (0,) * side) if -side <= index < side else side
    cell = taken(program, value, dim, index, index + 1)
    sides = (*cell.sides[:axis], *cell.sides[axis + 1 :])
    if cell.batch is not None and cell.batch[0] == axis:
        return reshaped(program, cell, sides)
    return with_sides(program, cell, sides, lambda place: place - (axis < place))


@operation("unbind", "unbind_copy")
def _unbind(program: Program, call: Call) -> list[Value | None]:
    value, dim = call.tensor("self"), call.whole("dim", 0)
    return [
        _selected(program, value, dim, index) if name and program.is_read(name) else None
        for index, name in enumerate(call.outputs)
    ]
