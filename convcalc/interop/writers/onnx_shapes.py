"""Matrix products, and layers that move, add or drop cells, as ONNX operators."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from convcalc.interop.writers.onnx_graph import OWN_DOMAIN, At, operator
from convcalc.interop.writers.onnx_windows import one_by_one
from convcalc.layers.axes import place_of, places_of
from convcalc.layers.window import ratio

# ------------------------------------------------------------------------------- products


@operator("linear")
def _linear(at: At) -> str:
    """A vector; channels at each position; any other axis is moved to the end and back."""
    place, bias = at.layer.place(at.shape), at.has("bias")
    units, inputs = at.out[place], at.shape[place]
    if not at.axes:
        reads = [at.x, at.array("weight"), *([at.array("bias")] if bias else [])]
        return at.node("Gemm", *reads, transB=1)
    if place == 0:
        weight = at.array("weight", units, inputs, *(1,) * at.axes)
        return one_by_one(at, at.x, weight, at.array("bias") if bias else "")
    weight = at.node("Transpose", at.array("weight"), perm=[1, 0], part="weights")
    order = [other for other in range(at.axes + 1) if other != place] + [place]
    is_last = place == at.axes
    x = at.x if is_last else at.transpose(at.x, *order, part="to_end")
    y = at.node("MatMul", x, weight)
    y = at.node("Add", y, at.array("bias")) if bias else y
    back = [order.index(other) for other in range(at.axes + 1)]
    return y if is_last else at.transpose(y, *back, part="back")


@operator("rbf")
def _rbf(at: At) -> str:
    """The differences; each row multiplied by itself."""
    (inputs,), (units,) = at.shape, at.out
    away = at.node("Sub", at.reshape(at.x, 1, inputs), at.fixed("weight"))
    row = at.reshape(away, units, 1, inputs, part="row")
    column = at.reshape(away, units, inputs, 1, part="column")
    return at.reshape(at.node("MatMul", row, column), units)


@operator("matmul")
def _matmul(at: At) -> str:
    turns = at.layer.transpose_a, at.layer.transpose_b
    sides = len(at.shape)
    order = [*range(sides - 2), sides - 1, sides - 2]
    reads = [at.transpose(x, *order) if turn else x for x, turn in zip(at.reads, turns)]
    return at.node("MatMul", *reads)


@operator("attention")
def _attention(at: At) -> str:
    """Tokens in a row; heads that share keys and values are next to each other along a separate side."""
    channels, tokens = at.shape[0], prod(at.shape[1:])
    groups, key, value = at.layer.widths(at.shape)
    heads = at.layer.heads
    x = at.x if at.axes == 1 else at.reshape(at.x, channels, tokens, part="tokens")
    made = {
        name: _projected(at, x, name, width, channels)
        for name, width in (
            ("query", heads * key),
            ("key", groups * key),
            ("value", groups * value),
        )
    }
    split = (heads,) if groups == heads else (groups, heads // groups)
    shared = (groups,) if groups == heads else (groups, 1)
    queries = at.reshape(made["query"], *split, key, tokens, part="query_heads")
    places = len(split)
    queries = at.transpose(queries, *range(places), places + 1, places, part="query_rows")
    keys = at.reshape(made["key"], *shared, key, tokens, part="key_heads")
    values = at.reshape(made["value"], *shared, value, tokens, part="value_heads")
    scores = at.node("MatMul", queries, keys, part="scores")
    scores = at.node("Mul", scores, at.numbers([key**-0.5]), part="scaled")
    shares = at.node("Softmax", scores, axis=-1, part="shares")
    shares = at.transpose(shares, *range(places), places + 1, places, part="share_columns")
    sums = at.node("MatMul", values, shares, part="sums")
    sums = at.reshape(sums, heads * value, tokens, part="side_by_side")
    y = _projected(at, sums, "out", channels, heads * value)
    return y if at.axes == 1 else at.reshape(y, *at.out)


def _projected(at: At, x: str, name: str, width: int, inputs: int) -> str:
    weight = at.array(f"{name}_weight", width, inputs, 1)
    bias = at.array(f"{name}_bias") if at.has(f"{name}_bias") else ""
    return one_by_one(at, x, weight, bias, part=name)


# ------------------------------------------------------------------------------- cells


@operator("pad")
def _pad(at: At) -> str:
    pairs = at.layer.pads_of(*at.step.shapes)
    return at.pad(at.x, [at.layer.channels, *pairs])


@operator("crop")
def _crop(at: At) -> str:
    cuts = at.layer.cuts(*at.step.shapes)
    sizes = zip(at.shape[1:], cuts)
    ranges = [
        (place, before, n - after, 1)
        for place, (n, (before, after)) in enumerate(sizes, 1)
        if before or after
    ]
    return at.slices(at.x, ranges) if ranges else at.x


@operator("slice")
def _slice(at: At) -> str:
    place = place_of(at.layer.axis, at.shape)
    n, step = at.shape[place], 1 if at.layer.into else at.layer.step
    first = at.layer.first(n)
    stop = first + (at.out[place] - 1) * step + 1
    return at.cut(at.x, place, first, stop, step)


@operator("flatten")
def _flatten(at: At) -> str:
    if len(at.out) == 1:
        return at.node("Flatten", at.x, axis=1)
    return at.reshape(at.x, *at.out)


@operator("reshape")
def _reshape(at: At) -> str:
    return at.reshape(at.x, *at.out)


@operator("permute")
def _permute(at: At) -> str:
    return at.transpose(at.x, *places_of(at.layer.order, at.shape))


@operator("channel_shuffle")
def _channel_shuffle(at: At) -> str:
    channels, *sides = at.shape
    groups = at.layer.groups
    x = at.reshape(at.x, groups, channels // groups, *sides, part="groups")
    x = at.transpose(x, 1, 0, *range(2, 2 + len(sides)), part="exchange")
    return at.reshape(x, *at.shape)


@operator("pixel_shuffle")
def _pixel_shuffle(at: At) -> str:
    """ONNX has an operator for images; for other maps a reshape and a transpose move the cells."""
    r, axes, channels, last = (
        at.layer.upscale_factor,
        at.axes,
        at.out[0],
        at.layer.order == "pytorch",
    )
    if axes == 2:
        return at.node("DepthToSpace", at.x, blocksize=r, mode="CRD" if last else "DCR")
    cells, sides = [r] * axes, at.shape[1:]
    parts = [channels, *cells] if last else [*cells, channels]
    x = at.reshape(at.x, *parts, *sides, part="cells")
    first = 1 if last else 0  # the axes of a block's cells
    order = [0 if last else axes]
    for axis in range(axes):
        order += [1 + axes + axis, first + axis]
    return at.reshape(at.transpose(x, *order), *at.out)


@operator("space_to_depth")
def _space_to_depth(at: At) -> str:
    r, axes, order = at.layer.block_size, at.axes, at.layer.order
    if axes == 2 and order == "onnx":
        return at.node("SpaceToDepth", at.x, blocksize=r)
    if axes == 2 and order == "pytorch":  # and the channels shuffled
        x = at.node("SpaceToDepth", at.x, blocksize=r)
        x = at.reshape(x, r * r, at.shape[0], *at.out[1:], part="groups")
        return at.reshape(at.transpose(x, 1, 0, 2, 3, part="exchange"), *at.out)
    split = [side for n in at.shape[1:] for side in (n // r, r)]
    x = at.reshape(at.x, at.shape[0], *split, part="blocks")
    cells = [2 + 2 * axis for axis in range(axes)]
    places = [1 + 2 * axis for axis in range(axes)]
    moved = {
        "pytorch": [0, *cells, *places],
        "onnx": [*cells, 0, *places],
        "focus": [*cells[::-1], 0, *places],
    }[order]
    return at.reshape(at.transpose(x, *moved), *at.out)


_REDUCTIONS = {"mean": "ReduceMean", "sum": "ReduceSum", "max": "ReduceMax", "min": "ReduceMin"}


@operator("reduce")
def _reduce(at: At) -> str:
    axes = at.whole(*[place + 1 for place in at.layer.places(at.shape)])
    return at.node(_REDUCTIONS[at.layer.op], at.x, axes, keepdims=int(at.layer.keep))


@operator("parameter")
def _parameter(at: At) -> str:
    """The same for all samples, so its batch is 1."""
    layer, sides = at.layer, (1, *at.out)
    return at.array("weight", *sides) if layer.trainable else at.fixed("fixed_weight", *sides)


# ------------------------------------------------------------------------------- sizes


@operator("upsample")
def _upsample(at: At) -> str:
    return _to_sizes(at)


@operator("resize")
def _resize(at: At) -> str:
    """By sizes; by ratios if these are more exact; by cell indices if rounded ratios would miss a cell."""
    layer, sizes = at.layer, [*zip(at.shape[1:], at.out[1:])]
    steps = [(o, n) for n, o in sizes]
    if layer.scale is not None:
        steps = [ratio(scale) for scale in layer.scales(at.axes)]
    if layer.align_corners or all(n * p == o * q for (n, o), (p, q) in zip(sizes, steps)):
        scales = [o / n for n, o in sizes]
        make: Callable[[At, Sequence[float]], str] = _to_sizes
    else:
        scales = [_scale(n, o, p / q) for (n, o), (p, q) in zip(sizes, steps)]
        make = _by_ratios
    is_exact = [_finds(o, scale, *step) for (_, o), scale, step in zip(sizes, scales, steps)]
    if layer.mode == "nearest" and not all(is_exact):
        return _picked(at, steps)
    return make(at, scales)


def _to_sizes(at: At, _: Sequence[float] = ()) -> str:
    sizes = at.whole(*at.out[1:])
    return at.node("Resize", at.x, "", "", sizes, **_interpolation(at))


def _by_ratios(at: At, scales: Sequence[float]) -> str:
    return at.node("Resize", at.x, "", at.numbers(scales, len(scales)), **_interpolation(at))


def _interpolation(at: At) -> dict[str, Any]:
    """The attributes for finding and interpolating cells, along the axes of maps."""
    options = at.layer.options()
    place = "align_corners" if options.get("align_corners") else "half_pixel"
    nearest = {"nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}
    blended = {"coordinate_transformation_mode": place}
    found = nearest if at.layer.mode == "nearest" else blended
    return {"mode": at.layer.mode, "axes": [*range(2, 2 + at.axes)], **found}


def _scale(n: int, o: int, scale: float) -> float:
    """A 32-bit ratio that makes o from n cells, rounded down: the nearest, or the next above.

    >>> 3 * _scale(3, 5, 5 / 3) >= 5
    True
    """
    short = _short(scale)
    if int(n * short) == int(_short(n * short)) == o:
        return short
    (bits,) = struct.unpack("i", struct.pack("f", short))
    (above,) = struct.unpack("f", struct.pack("i", bits + 1))
    return float(above)


def _finds(o: int, scale: float, p: int, q: int) -> bool:
    """Whether ratios of 32 and of 64 bits both find cell ⌊i·q/p⌋ for every index i of o."""
    short = _short(scale)
    return all(int(_short(i / short)) == int(i / scale) == i * q // p for i in range(o))


def _short(number: float) -> float:
    """A number in 32 bits."""
    (found,) = struct.unpack("f", struct.pack("f", number))
    return float(found)


def _picked(at: At, steps: Sequence[tuple[int, int]]) -> str:
    """The nearest cells, by their indices along each axis."""
    x = at.x
    for place, (o, (p, q)) in enumerate(zip(at.out[1:], steps), 2):
        cells = at.whole(*[i * q // p for i in range(o)])
        x = at.node("Gather", x, cells, axis=place, part="nearest")
    return x


# ------------------------------------------------------------------------------- stated layers


@operator("custom", "opaque", "opaque_join")
def _stated(at: At) -> str:
    """A node of convcalc's domain, with the number of parameters that the network states."""
    name = at.layer.called()
    at.graph.own[at.step.name] = name
    count = at.step.layer.params(at.shape, at.out)
    weights = (
        [at.graph.filled(f"{at.step.name}.weight", (count,), 0.0, trained=True)] if count else []
    )
    return at.node(_identifier(name), *at.reads, *weights, domain=OWN_DOMAIN)


def _identifier(name: str) -> str:
    """The name of an operation in the letters that ONNX allows for operators."""
    word = "".join(c if c.isascii() and c.isalnum() else "_" for c in name)
    return word if word[:1].isalpha() else f"Op{word}"
