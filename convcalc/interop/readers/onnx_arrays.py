"""ONNX operations that join, cut, move and gather arrays."""

from __future__ import annotations

from math import prod
from typing import Any

from convcalc.interop.arrays import Array, axis_of, shape_of
from convcalc.interop.readers.onnx_node import SEVERAL, Node, Read, operation, unknown
from convcalc.interop.rules import along, padded, reads_its_place, resized

# ------------------------------------------------------------------------------- joins

_JOINS = {
    "Add": "add", "Sum": "add", "Sub": "subtract", "Mul": "multiply", "Div": "divide",
    "Max": "maximum", "Min": "minimum", "Mean": "average",
}  # fmt: skip
_WITH_CONSTANTS = ("add", "subtract", "multiply", "divide")


@operation(*_JOINS)
def _join(reading: Read, node: Node) -> Array:
    kind = _JOINS[node.op]
    reads = [array for array in node.reads if array is not None]
    if len(reads) == 1:
        return Array(node.out, reads[0].place)
    constants = [array for array in reads if array.place is None]
    if len(reads) == 2 and len(constants) == 1 and kind in _WITH_CONSTANTS:
        (other,) = constants
        (own,) = [array for array in reads if array.place is not None]
        doubled = (
            own.place in reading.norms and other.trained and other.size == shape_of(own.dims)[0]
        )
        if doubled:  # the norm already has a factor and an offset
            reading.doubled += 1
            other = other._replace(trained=False)
        made = reading.made.with_constant(kind, own, other, node.out, node.name)
        if doubled:
            reading.norms.add(made.place)
        return made
    return reading.made.join(kind, reads, node.out, node.name)


@operation("Concat")
def _concat(reading: Read, node: Node) -> Array:
    reads = [array for array in node.reads if array is not None]
    if len(reads) == 1:
        return Array(node.out, reads[0].place)
    side = axis_of(node.out, node.whole("axis", 1))
    lengths = {len(shape_of(array.dims)) for array in reads}
    if side is None or lengths != {len(shape_of(node.out))}:
        return reading.made.opaque("Concat", reads, node.out, node.name)
    return reading.made.layer("concat", reads, node.out, node.name, **along(side))


@operation("Einsum")
def _einsum(reading: Read, node: Node) -> Array:
    return unknown(reading, node)


# ------------------------------------------------------------------------------- shapes


@operation("Identity", "Cast")
def _same(_: Read, node: Node) -> Array:
    return Array(node.out, node.first.place)


@operation("Reshape", "Flatten", "Squeeze", "Unsqueeze")
def _reshape(reading: Read, node: Node) -> Array:
    return reading.made.reshape(node.first, node.out, node.name)


@operation("Transpose")
def _transpose(reading: Read, node: Node) -> Array:
    order = node.wholes("perm") or tuple(range(len(node.first.dims)))[::-1]
    return reading.made.permute(node.first, order, node.out, node.name)


@operation("ChannelShuffle")
def _shuffle(reading: Read, node: Node) -> Array:
    return reading.made.layer(
        "channel_shuffle", [node.first], node.out, node.name, groups=node.groups
    )


@operation("Expand", "Tile")
def _repeat(reading: Read, node: Node) -> Array:
    if node.first.size == prod(node.out):
        return reading.made.reshape(node.first, node.out, node.name)
    stays = reads_its_place(shape_of(node.first.dims), shape_of(node.out))
    rf = "unit" if stays else "unknown"
    return reading.made.stated(node.op, [node.first], node.out, node.name, rf=rf)


@operation("DepthToSpace", "SpaceToDepth")
def _blocks(reading: Read, node: Node) -> Array:
    size = node.whole("blocksize", 1)
    if node.op == "SpaceToDepth":
        return reading.made.layer(
            "space_to_depth", [node.first], node.out, node.name, block_size=size, order="onnx"
        )
    order = "pytorch" if node.word("mode", "DCR") == "CRD" else "onnx"
    return reading.made.layer(
        "pixel_shuffle", [node.first], node.out, node.name, upscale_factor=size, order=order
    )


@operation("Pad")
def _pad(reading: Read, node: Node) -> Array:
    pads = node.values(1) or node.wholes("pads")
    sides = len(node.first.dims)
    if not pads or len(pads) != 2 * sides or sides != len(node.out) or sides < 3:
        return reading.made.stated("Pad", [node.first], node.out, node.name)
    pairs = [(int(pads[axis]), int(pads[axis + sides])) for axis in range(1, sides)]
    if (
        min(map(min, pairs)) < 0
        or pads[0]
        or pads[sides]
        or shape_of(node.first.dims) == node.first.dims
    ):
        return reading.made.stated("Pad", [node.first], node.out, node.name)
    return reading.made.layer("pad", [node.first], node.out, node.name, **padded(pairs))


@operation("Resize", "Upsample")
def _resize(reading: Read, node: Node) -> Array:
    one, out = shape_of(node.first.dims), shape_of(node.out)
    mode = node.word("mode", "nearest")
    if len(one) != len(out) or len(out) < 2 or one[0] != out[0]:
        return reading.made.stated(node.op, [node.first], node.out, node.name)
    mode = mode if mode in ("linear", "cubic") else "nearest"
    where = node.word("coordinate_transformation_mode", "half_pixel")
    has_corners = where == "align_corners" and mode != "nearest"
    scales = node.values(2 if node.op == "Resize" else 1) or ()
    is_usual = where in ("half_pixel", "pytorch_half_pixel") or mode == "nearest"
    is_all = len(scales) == len(node.first.dims) and is_usual
    kind, options = resized(
        out[1:],
        scales[len(scales) - len(out) + 1 :] if is_all else (),
        mode,
        has_corners=has_corners,
    )
    return reading.made.layer(kind, [node.first], node.out, node.name, **options)


# ------------------------------------------------------------------------------- parts


@operation("Slice")
def _slice(reading: Read, node: Node) -> Array:
    starts = node.values(1) or node.wholes("starts")
    ends = node.values(2) or node.wholes("ends")
    axes = node.values(3) or node.wholes("axes") or tuple(range(len(starts or ())))
    steps = node.values(4) or (1,) * len(axes)
    if not starts or not ends or not len(starts) == len(ends) == len(axes) == len(steps):
        return reading.made.stated("Slice", [node.first], node.out, node.name)
    array = node.first
    names = [*[f"{node.name}_{number}" for number in range(1, len(axes))], node.name]
    for place, first, last, step, name in zip(axes, starts, ends, steps, names):
        axis = int(place) % len(array.dims)
        n = array.dims[axis]
        start, stop = (min(max(int(end) + n * (end < 0), 0), n) for end in (first, last))
        dims = (*array.dims[:axis], node.out[axis], *array.dims[axis + 1 :])
        array = reading.made.part(array, axis, start, stop, int(step), dims, name)
    return (
        array
        if array.dims == node.out
        else reading.made.stated("Slice", [node.first], node.out, node.name)
    )


@operation("Gather")
def _gather(reading: Read, node: Node) -> Array:
    array, chosen = node.first, node.read(1)
    assert chosen is not None
    if array.place is None:  # rows of a table of weights
        params = array.size if array.trained else 0
        return reading.made.stated("Embedding", [chosen], node.out, node.name, params=params)
    axis = node.whole("axis", 0) % len(array.dims)
    if not chosen.values or len(chosen.values) != 1:
        return reading.made.stated("Gather", [array], node.out, node.name)
    n = array.dims[axis]
    start = int(chosen.values[0]) % n
    dims = (*array.dims[:axis], 1, *array.dims[axis + 1 :])
    part = reading.made.part(array, axis, start, start + 1, 1, dims, node.name)
    return reading.made.reshape(part, node.out, f"{node.name}_shape")


@operation("GatherND", "GatherElements", "ScatterND", "ScatterElements", "TopK", "NonZero", "Compress",
           "ReverseSequence", "Trilu", "EyeLike", "OneHot")  # fmt: skip
def _pick(reading: Read, node: Node) -> Array:
    reads = [array for array in node.reads if array is not None and array.place is not None]
    return reading.made.stated(node.op, reads, node.out, node.name)


@operation("Shape", "Size")
def _sizes(_: Read, node: Node) -> Array:
    dims = node.first.dims
    values: tuple[int, ...] = (prod(dims),) if node.op == "Size" else dims
    start = node.whole("start", 0)
    return Array(
        node.out,
        None,
        node.name,
        values=values[start : node.attributes["end"].i]
        if "end" in node.attributes
        else values[start:],
    )


# ------------------------------------------------------------------------------- sums over axes

_REDUCES = {
    "ReduceMean": "mean", "ReduceSum": "sum", "ReduceMax": "max", "ReduceMin": "min", "ArgMax": "max", "ArgMin": "min",
}  # fmt: skip


@operation(*_REDUCES)
def _reduce(reading: Read, node: Node) -> Array:
    dims = node.first.dims
    if node.op.startswith("Arg"):
        axes: tuple[Any, ...] = (node.whole("axis", 0),)
    else:
        axes = node.wholes("axes") or node.values(1) or tuple(range(len(dims)))
    gone = {int(axis) % len(dims) for axis in axes}
    gone -= {axis for axis in gone if axis_of(dims, axis) is None and dims[axis] == 1}  # the batch
    sides = tuple([axis_of(dims, axis) for axis in sorted(gone)])
    if None in sides or not sides:
        return reading.made.stated(node.op, [node.first], node.out, node.name)
    return reading.made.reduce(
        node.first,
        _REDUCES[node.op],
        sides,
        node.out,
        node.name,
        keep=bool(node.whole("keepdims", 1)),
    )


# ------------------------------------------------------------------------------- several outputs


@SEVERAL.under("Split")
def _split(reading: Read, node: Node) -> None:
    array = node.first
    axis = node.whole("axis", 0) % len(array.dims)
    start = 0
    for place, name in enumerate(node.outputs):
        dims = reading.sizes.get(name)
        if dims is None:
            reading.give(
                node,
                Array(
                    (1,),
                    reading.graph.refuse(
                        f"node {node.name}: the sizes of its parts are not known; export the file with sizes"
                    ),
                ),
                place,
            )
            continue
        stop = start + dims[axis]
        if reading.users[name]:
            part = reading.made.part(array, axis, start, stop, 1, dims, f"{node.name}_{place}")
            reading.give(node, part, place)
        start = stop
