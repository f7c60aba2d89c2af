"""Caffe's layers that are elementwise, combine blobs, or change their shape."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from convcalc.formulas import product
from convcalc.interop.graph import BROKEN
from convcalc.interop.readers.caffe_layers import Reading, layer_type
from convcalc.interop.rules import PER_VALUE, power
from convcalc.text import times

if TYPE_CHECKING:
    from convcalc.interop.readers.caffe_text import Block

_MAX_SIDES = 8
# Types that correspond directly to a kind.
_KINDS: dict[str, str] = {
    "Sigmoid": "sigmoid", "TanH": "tanh", "BNLL": "softplus", "ReLU6": "relu6", "Swish": "silu", "Mish": "mish",
    "GELU": "gelu", "HSwish": "hardswish", "HardSwish": "hardswish", "HSigmoid": "hardsigmoid",
    "HardSigmoid": "hardsigmoid", "ELU": "elu", "SELU": "selu", "SoftPlus": "softplus", "Dropout": "dropout",
}  # fmt: skip
# Elementwise types, and their operations per value.
_UNITS: dict[str, dict[str, Any]] = {
    "AbsVal": PER_VALUE["abs"], "Exp": PER_VALUE["exp"], "Log": PER_VALUE["log"],
    "Threshold": {"comparisons": 1}, "Noise": {}, "Reverse": {}, "Quantize": {"multiplications": 1},
}  # fmt: skip


@layer_type(*_KINDS)
def _kind(reading: Reading, places: list[int]) -> int:
    return reading.layer(_KINDS[reading.part.kind], places)


@layer_type(*_UNITS)
def _unit(reading: Reading, places: list[int]) -> int:
    return reading.unit(places, **_UNITS[reading.part.kind])


@layer_type("Split")
def _split(_: Reading, places: list[int]) -> int:
    return places[0]


@layer_type("ReLU")
def _relu(reading: Reading, places: list[int]) -> int:
    slope = reading.numbers.decimal(reading.part.param("relu_param"), "negative_slope", 0)
    if slope:
        return reading.layer("leaky_relu", places, negative_slope=slope)
    return reading.layer("relu", places)


@layer_type("PReLU")
def _prelu(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("prelu_param")
    shared = reading.numbers.flag(block, "channel_shared", default=False)
    return reading.layer("prelu", places, per_channel=not shared)


@layer_type("Clip")
def _clip(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("clip_param")
    ends: dict[str, Any] = {
        word: reading.numbers.decimal(block, word, 0) for word in ("min", "max")
    }
    return reading.layer("clip", places, **ends)


@layer_type("Power")
def _power(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("power_param")
    exponent, scale, shift = (
        reading.numbers.decimal(block, word, default)
        for word, default in (("power", 1), ("scale", 1), ("shift", 0))
    )
    counts: dict[str, Any] = {"adds": int(shift != 0), **power(exponent)}
    counts["multiplications"] = counts.get("multiplications", 0) + int(scale != 1)
    if not any(counts.values()) and exponent == 1:
        return places[0]
    return reading.unit(places, **counts)


@layer_type("Softmax")
def _softmax(reading: Reading, places: list[int]) -> int:
    axis = reading.axis(
        reading.part.param("softmax_param"), "axis", 1, reading.graph.shape(places[0])
    )
    if axis < 0:
        return BROKEN
    along: dict[str, Any] = {"axis": axis} if axis else {}
    return reading.layer("softmax", places, **along)


@layer_type("ArgMax")
def _argmax(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("argmax_param")
    shape, numbers = reading.graph.shape(places[0]), reading.numbers
    most = numbers.whole(block, "top_k", 1)
    counts = {"comparisons": product(shape)}
    if "axis" not in block.values:
        out = (2 if numbers.flag(block, "out_max_val", default=False) else 1, most)
        return reading.stated(places, (*out, *[1] * (len(shape) - 2)), counts=counts, rf="all")
    axis = reading.axis(block, "axis", 1, shape)
    if axis < 0:
        return BROKEN
    sides = (*shape[:axis], most, *shape[axis + 1 :])
    return reading.stated(places, sides, counts=counts, rf="all" if axis else "unit")


# ----------------------------------------------------------------------------- normalisation


@layer_type("BatchNorm")
def _batch_norm(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("batch_norm_param")
    has_scale = reading.numbers.flag(block, "scale_bias", default=False)  # of NVIDIA's Caffe
    return reading.layer("batchnorm", places, affine=has_scale)


@layer_type("BN", "SyncBN")
def _bn(reading: Reading, places: list[int]) -> int:
    return reading.layer("batchnorm", places)


@layer_type("Scale", "Bias")
def _scale(reading: Reading, places: list[int]) -> int:
    is_scale = reading.part.kind == "Scale"
    block = reading.part.param("scale_param" if is_scale else "bias_param")
    shape = reading.graph.shape(places[0])
    axis = reading.axis(block, "axis", 1, shape) if block.text("axis", "1") != "0" else -1
    has_bias = is_scale and reading.numbers.flag(block, "bias_term", default=False)
    if len(places) > 1:
        other = reading.graph.shape(places[1])
        if len(other) < len(shape):
            before = max(axis, 0)
            wide = (*[1] * before, *other, *[1] * (len(shape) - before - len(other)))
            places = [
                places[0],
                reading.layer("reshape", [places[1]], called="reshape", shape=wide),
            ]
        at = reading.layer("multiply" if is_scale else "add", places)
        bias = {"factor": False, "bias": True}
        return reading.layer("scale", [at], called="bias", **bias) if has_bias else at
    axes = (
        int(block.text("num_axes", "1")) if block.text("num_axes", "1").lstrip("-").isdigit() else 1
    )
    options: dict[str, Any] = {"factor": is_scale, "bias": has_bias or not is_scale}
    if axis == 0 and (axes == 1 or (axes == -1 and len(shape) == 1)):
        return reading.layer("scale", places, **options)
    if axes == 0:
        return reading.layer("scale", places, per_channel=False, **options)
    if axis < 0:
        return reading.refuse("axis 0 has a number for each sample of the batch; use axis 1")
    last = len(shape) if axes == -1 else axis + axes
    params = product(shape[axis:last]) * (is_scale + options["bias"])
    counts = {
        "multiplications": product(shape) * is_scale,
        "adds": product(shape) * options["bias"],
    }
    return reading.stated(places, shape, params=params, counts=counts, rf="unit")


@layer_type("LRN")
def _lrn(reading: Reading, places: list[int]) -> int:
    block, numbers = reading.part.param("lrn_param"), reading.numbers
    size = numbers.whole(block, "local_size", 5)
    region = numbers.word(
        block, "norm_region", ("ACROSS_CHANNELS", "WITHIN_CHANNEL"), "ACROSS_CHANNELS"
    )
    if region == "ACROSS_CHANNELS":
        return reading.layer("lrn", places, size=size)
    shape = reading.graph.shape(places[0])
    cells = product(shape)
    counts = {
        "multiplications": 3 * cells, "adds": size ** (len(shape) - 1) * cells, "divisions": cells,
        "roots": cells,
    }  # fmt: skip
    return reading.stated(places, shape, counts=counts, rf=[size, 1, (size - 1) // 2])  # type: ignore[arg-type]


@layer_type("MVN")
def _mvn(reading: Reading, places: list[int]) -> int:
    block, numbers = reading.part.param("mvn_param"), reading.numbers
    if not numbers.flag(block, "normalize_variance", default=True):
        return reading.unknown(places, reading.graph.shape(places[0]))
    across = numbers.flag(block, "across_channels", default=False)
    return reading.layer("layernorm" if across else "instancenorm", places, affine=False)


@layer_type("Normalize", "L2Norm", "L2Normalization", "NormalizeL2")
def _normalize(reading: Reading, places: list[int]) -> int:
    block, numbers = reading.part.param("norm_param"), reading.numbers
    shape = reading.graph.shape(places[0])
    across = numbers.flag(block, "across_spatial", default=True)
    has_scale = reading.part.kind == "Normalize"
    each = 1 if numbers.flag(block, "channel_shared", default=True) else shape[0]
    cells = product(shape)
    counts = {
        "multiplications": (1 + has_scale) * cells, "adds": cells, "divisions": cells,
        "roots": 1 if across else cells // shape[0],
    }  # fmt: skip
    rf = "all" if across and len(shape) > 1 else "unit"
    return reading.stated(places, shape, params=each * has_scale, counts=counts, rf=rf)


# ------------------------------------------------------------------------- several blobs at once


@layer_type("Eltwise")
def _eltwise(reading: Reading, places: list[int]) -> int:
    block, numbers = reading.part.param("eltwise_param"), reading.numbers
    operation = numbers.word(block, "operation", ("PROD", "SUM", "MAX"), "SUM")
    if len(places) < 2:
        return places[0]
    if operation != "SUM":
        return reading.layer({"PROD": "multiply", "MAX": "maximum"}[operation], places)
    texts = block.texts("coeff")
    factors = [numbers.decimal(_one(block, at), "coeff", 1) for at in range(len(texts))]
    if texts and len(texts) != len(places):
        return reading.refuse(
            f"has {len(texts)} coeff for {len(places)} bottoms; give one for each"
        )
    if factors == [1, -1]:
        return reading.layer("subtract", places)
    parts = [
        place if factor == 1 else reading.unit([place], called=f"coeff{number}", multiplications=1)
        for number, (place, factor) in enumerate(zip(places, factors or [1.0] * len(places)), 1)
    ]
    return reading.layer("add", parts)


def _one(block: Block, at: int) -> Block:
    """A block with only one of the coefficients."""
    from convcalc.interop.readers.caffe_text import Block as Inner  # noqa: PLC0415 - few have any

    found = Inner(block.line)
    found.values["coeff"] = [block.all("coeff")[at]]
    return found


@layer_type("Axpy")
def _axpy(reading: Reading, places: list[int]) -> int:
    if len(places) != 3:
        return reading.refuse(f"reads {len(places)} blobs, but takes a, x and y")
    scaled = reading.layer("multiply", places[:2], called="scale")
    return reading.layer("add", [scaled, places[2]])


@layer_type("Concat")
def _concat(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("concat_param")
    word = "concat_dim" if "concat_dim" in block.values else "axis"
    axis = reading.axis(block, word, 1, reading.graph.shape(places[0]))
    if axis < 0 or len(places) == 1:
        return places[0] if axis >= 0 else BROKEN
    return reading.layer("concat", places, axis=axis) if axis else reading.layer("concat", places)


@layer_type("Slice")
def _slice(reading: Reading, places: list[int]) -> list[int]:
    block, tops = reading.part.param("slice_param"), reading.part.tops
    shape = reading.graph.shape(places[0])
    axis = reading.axis(block, "slice_dim" if "slice_dim" in block.values else "axis", 1, shape)
    points = reading.numbers.wholes(block, "slice_point")
    if axis < 0 or len(tops) < 2:
        return places if axis >= 0 else [BROKEN]
    if points and len(points) != len(tops) - 1:
        what = f"has {len(points)} slice_point for {len(tops)} tops; give {len(tops) - 1}"
        return [reading.refuse(what)] * len(tops)
    along = {"axis": axis} if axis else {}
    if not points:
        return [
            reading.layer("slice", places, called=str(number), into=len(tops), take=number, **along)
            for number in range(len(tops))
        ]
    ends = [0, *points, shape[axis]]
    return [
        reading.layer("slice", places, called=str(number), start=start, stop=stop, **along)
        for number, (start, stop) in enumerate(pairwise(ends))
    ]


@layer_type("Crop")
def _crop(reading: Reading, places: list[int]) -> int:
    if len(places) != 2:
        return reading.refuse("reads one blob; give a second bottom with the size to take")
    block, graph = reading.part.param("crop_param"), reading.graph
    shape, wanted = graph.shape(places[0]), graph.shape(places[1])
    axis = reading.axis(block, "axis", 2, shape)
    offsets = reading.numbers.wholes(block, "offset", least=0) or [0]
    if axis < 0 or len(shape) != len(wanted):
        return (
            BROKEN if axis < 0 else reading.refuse(f"cannot cut {times(shape)} to {times(wanted)}")
        )
    if len(offsets) not in (1, len(shape) - axis):
        return reading.refuse(
            f"has {len(offsets)} offset for {len(shape) - axis} axes; give one for each"
        )
    offsets = offsets * (len(shape) - axis) if len(offsets) == 1 else offsets
    at = places[0]
    if axis == 0 and wanted[0] != shape[0]:
        stop = offsets[0] + wanted[0]
        at = reading.layer("slice", [at], called="channels", start=offsets[0], stop=stop)
    spatial = [0] * (axis - 1) + offsets[1 if axis == 0 else 0 :]
    sizes = [*shape[1:axis], *wanted[max(axis, 1) :]]
    return reading.layer("crop", [at], size=sizes, offset=spatial)


# ------------------------------------------------------------------------------- other shapes


@layer_type("Flatten")
def _flatten(reading: Reading, places: list[int]) -> int:
    block, shape = reading.part.param("flatten_param"), reading.graph.shape(places[0])
    first, last = reading.axis(block, "axis", 1, shape), reading.axis(block, "end_axis", -1, shape)
    if min(first, last) < 0 or first == last:
        return places[0] if first == last >= 0 else BROKEN
    if (first, last) == (0, len(shape) - 1):
        return reading.layer("flatten", places)
    return reading.layer("flatten", places, start_axis=first, end_axis=last)


@layer_type("Reshape")
def _reshape(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("reshape_param")
    shape, inner = reading.graph.shape(places[0]), block.block("shape")
    if not inner.values:
        return places[0]
    full = [1, *shape]
    start = reading.numbers.whole(block, "axis", 0, least=-len(full) - 1)
    start += len(full) + 1 if start < 0 else 0
    count = reading.numbers.whole(block, "num_axes", -1, least=-1)
    stop = len(full) if count == -1 else start + count
    dims = reading.numbers.wholes(inner, "dim", least=-1)
    if start == 0 and dims[:1] > [1] and product([1, *dims[1:]]) == product(shape):
        dims[0] = 1  # the batch of the file
    if len(dims) > _MAX_SIDES:
        return reading.refuse(f"lists {len(dims):,} dim; use at most {_MAX_SIDES}")
    before, cut, after = full[:start], full[start:stop], full[stop:]
    sides = [cut[at] if dim == 0 and at < len(cut) else dim for at, dim in enumerate(dims)]
    known, all_ = product([1, *[side for side in sides if side > 0]]), product([1, *cut])
    sides = [all_ // known if side == -1 else side for side in sides]
    new = [*before, *sides, *after]
    if len(new) < 2 or new[0] != 1 or min(new) < 1:
        what = f"makes {times(shape)} to {times(new[1:])} with {new[0] if new else 0} samples"
        return reading.refuse(f"{what}; one sample is counted here, so it must keep the batch")
    return (
        reading.layer("reshape", places, shape=tuple(new[1:]))
        if tuple(new[1:]) != shape
        else places[0]
    )


@layer_type("Permute")
def _permute(reading: Reading, places: list[int]) -> int:
    shape = reading.graph.shape(places[0])
    order = reading.numbers.wholes(reading.part.param("permute_param"), "order", least=0)
    order += [axis for axis in range(len(shape) + 1) if axis not in order]
    if order[0] != 0:
        return reading.refuse(
            "moves the batch, and one sample is counted here; begin with order: 0"
        )
    return reading.layer("permute", places, order=[axis - 1 for axis in order[1:]])


@layer_type("ShuffleChannel", "ChannelShuffle")
def _shuffle(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("shuffle_channel_param")
    return reading.layer("channel_shuffle", places, groups=reading.numbers.whole(block, "group", 1))


@layer_type("Interp")
def _interp(reading: Reading, places: list[int]) -> int:
    block, numbers = reading.part.param("interp_param"), reading.numbers
    sides = reading.graph.shape(places[0])[1:]
    cut = -sum(numbers.whole(block, word, 0, least=-100_000) for word in ("pad_beg", "pad_end"))
    inner = [side - cut for side in sides]
    shrink, zoom = numbers.whole(block, "shrink_factor", 1), numbers.whole(block, "zoom_factor", 1)
    sizes = [((side - 1) // shrink + 1) for side in inner]
    sizes = [side + (side - 1) * (zoom - 1) for side in sizes]
    sizes = [numbers.whole(block, word, size) for word, size in zip(("height", "width"), sizes)]
    if len(places) > 1:
        sizes = list(reading.graph.shape(places[1])[1:])
    return reading.layer("resize", places[:1], size=sizes, mode="linear", align_corners=True)


@layer_type("Tile")
def _tile(reading: Reading, places: list[int]) -> int:
    block, shape = reading.part.param("tile_param"), reading.graph.shape(places[0])
    axis = reading.axis(block, "axis", 1, shape)
    if axis < 0:
        return BROKEN
    side = shape[axis] * reading.numbers.whole(block, "tiles", 1)
    return reading.stated(places, (*shape[:axis], side, *shape[axis + 1 :]))


@layer_type("Reduction")
def _reduction(reading: Reading, places: list[int]) -> int:
    block, shape = reading.part.param("reduction_param"), reading.graph.shape(places[0])
    operation = reading.numbers.word(
        block, "operation", ("", "SUM", "ASUM", "SUMSQ", "MEAN"), "SUM"
    )
    axis = reading.axis(block, "axis", 0, shape)
    if axis < 0:
        return BROKEN
    out = shape[:axis] or (1,)
    if operation in ("ASUM", "SUMSQ") or axis == 0:
        counts = {
            "adds": product(shape),
            "multiplications": product(shape) * (operation == "SUMSQ"),
        }
        return reading.stated(places, out, counts=counts, rf="unknown")
    axes = tuple(range(axis, len(shape)))
    return reading.layer("reduce", places, op=operation.lower(), axes=axes, keep=False)


@layer_type("Parameter")
def _parameter(reading: Reading, places: list[int]) -> int:
    shape = reading.part.param("parameter_param").block("shape")
    sides = reading.numbers.wholes(shape, "dim")
    return reading.layer("parameter", places or [-1], shape=tuple(sides[1:] or sides))


# ----------------------------------------------------------------------------------- detection


@layer_type("PriorBox")
def _prior_box(reading: Reading, places: list[int]) -> int:
    block, numbers = reading.part.param("prior_box_param"), reading.numbers
    _, *sides = reading.graph.shape(places[0])
    ratios = {1.0}
    flip = numbers.flag(block, "flip", default=True)
    for text in block.texts("aspect_ratio"):
        try:
            ratio = float(text)
        except ValueError:
            return reading.refuse("has an aspect_ratio that is not a number; correct it")
        ratios |= {round(ratio, 6), round(1 / ratio, 6)} if flip and ratio else {round(ratio, 6)}
    boxes = max(len(block.texts("min_size")), 1) * len(ratios) + len(block.texts("max_size"))
    return reading.stated(places, (2, product([1, *sides]) * boxes * 4))


@layer_type("DetectionOutput")
def _detections(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("detection_output_param")
    most = reading.numbers.whole(block, "keep_top_k", 1)
    reading.graph.note(
        f"{reading.part.name}: how many boxes it gives depends on the picture; at most {most:,}"
    )
    return reading.unknown(places, (1, most, 7), rf="all")
