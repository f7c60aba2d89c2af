"""Normalisations, and layers that move cells, over whole arrays at once."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Padding
from convcalc.reference.fast import count, floats, largest, one_number_per_map, working_type
from convcalc.reference.loops_pointwise import EPSILON, affine_parts, lrn_parts, scale_parts
from convcalc.reference.loops_rearrange import (
    axes_in_row,
    branches,
    check_shuffle,
    concat_axis,
    crop_pairs,
    joined_shape,
    new_shape,
    pad_pairs,
)
from convcalc.reference.tally import Tally


def batchnorm(
    x: npt.ArrayLike,
    mean: npt.ArrayLike,
    variance: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    *,
    tally: Tally | None = None,
) -> Array:
    """x · scale + shift, where scale = weight / √(variance + 10⁻⁵) and shift = bias − mean · scale

    With given statistics, a batch normalisation is one multiplication and one addition per cell.
    """
    cells, dtype = floats("batchnorm", x)
    means = checks.of_shape("batchnorm", "mean", mean, cells.shape[:1])
    variances = checks.of_shape("batchnorm", "variance", variance, cells.shape[:1])
    gain, offset = affine_parts("batchnorm", cells.shape[:1], weight, bias)
    count(tally, cells.size, multiplications=1, adds=1)
    with np.errstate(all="ignore"):
        scale = 1 / np.sqrt(variances.astype(np.float64) + EPSILON)
        if gain is not None:
            scale *= gain
        shift = (0 if offset is None else offset) - means.astype(np.float64) * scale
        per_map = (-1, *(1 for _ in cells.shape[1:]))
        with one_number_per_map():
            y = cells * scale.astype(cells.dtype).reshape(per_map)
            y += shift.astype(cells.dtype).reshape(per_map)
    return checks.in_type(y, dtype)


def scale(
    x: npt.ArrayLike,
    weight: npt.ArrayLike | None,
    bias: npt.ArrayLike | None = None,
    *,
    tally: Tally | None = None,
) -> Array:
    """x · weight + bias, each if given; each has one number per map, or one for all"""
    y, dtype = floats("scale", x)
    factors, offsets = scale_parts(y, weight, bias)
    per_map = (-1, *(1 for _ in y.shape[1:]))
    count(tally, y.size, multiplications=factors is not None, adds=offsets is not None)
    with np.errstate(all="ignore"), one_number_per_map():
        if factors is not None:
            y = y * factors.astype(y.dtype).reshape(per_map)
        if offsets is not None:
            y = y + offsets.astype(y.dtype).reshape(per_map)
    return checks.in_type(y, dtype)


def layernorm(
    x: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    *,
    axes: object = None,
    tally: Tally | None = None,
) -> Array:
    """(x − mean) / √(variance + 10⁻⁵) over the whole sample or some axes, weight and bias per cell"""
    cells = checks.numbers("layernorm", "x", x)
    over = tuple(range(cells.ndim)) if axes is None else checks.sides("layernorm", axes, cells.ndim)
    others = [axis for axis in range(cells.ndim) if axis not in over]
    gain, offset = affine_parts("layernorm", tuple(cells.shape[a] for a in over), weight, bias)
    gain, offset = (
        None if each is None else each.reshape(*(1 for _ in others), *each.shape)
        for each in (gain, offset)
    )
    pools = math.prod(cells.shape[axis] for axis in others)
    moved = cells.transpose(*others, *over)  # the axes that are normalised over come last
    y = _normalised("layernorm", moved, pools, gain, offset, tally)
    return np.ascontiguousarray(y.transpose(np.argsort([*others, *over])))


def groupnorm(
    x: npt.ArrayLike,
    num_groups: int,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    *,
    tally: Tally | None = None,
) -> Array:
    """(x − mean) / √(variance + 10⁻⁵) over each group of maps, weight and bias per map"""
    cells = checks.numbers("groupnorm", "x", x)
    groups = checks.whole("groupnorm", "num_groups", num_groups, least=1)
    checks.divides("groupnorm", groups, channels=len(cells))
    gain, offset = affine_parts("groupnorm", cells.shape[:1], weight, bias)
    return _normalised("groupnorm", cells, groups, gain, offset, tally)


def instancenorm(
    x: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    *,
    tally: Tally | None = None,
) -> Array:
    """(x − mean) / √(variance + 10⁻⁵) over each map, weight and bias per map"""
    cells = checks.feature_map("instancenorm", x)
    gain, offset = affine_parts("instancenorm", cells.shape[:1], weight, bias)
    return _normalised("instancenorm", cells, len(cells), gain, offset, tally)


def _normalised(
    owner: str,
    x: Array,
    groups: int,
    gain: Array | None,
    offset: Array | None,
    tally: Tally | None,
) -> Array:
    cells, dtype = floats(owner, x)
    count(tally, cells.size, multiplications=2, adds=3)
    count(tally, groups, adds=-1, divisions=3, roots=1)
    count(tally, cells.size, multiplications=int(gain is not None), adds=int(offset is not None))
    pools = cells.reshape(groups, -1)
    with np.errstate(all="ignore"):
        # Sums in float64: a float32 sum over a large map would lose the last digits.
        mean = pools.mean(axis=1, dtype=np.float64, keepdims=True)
        variance = pools.var(axis=1, dtype=np.float64, keepdims=True)
        y = ((pools - mean) / np.sqrt(variance + EPSILON)).reshape(x.shape)
        for extra, ufunc in ((gain, np.multiply), (offset, np.add)):
            if extra is not None:
                y = ufunc(y, extra.reshape(*extra.shape, *(1 for _ in x.shape[extra.ndim :])))
    return checks.in_type(y, dtype)


def lrn(
    x: npt.ArrayLike,
    size: int = 5,
    *,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
    tally: Tally | None = None,
) -> Array:
    """x / (k + alpha/size · sum of squares over the `size` channels around)^beta"""
    cells, dtype = floats("lrn", x)
    size = checks.whole("lrn", "size", size, least=1)
    alpha, beta, k = lrn_parts(alpha, beta, k)
    if tally is not None:
        tally.count(cells.size, multiplications=2, adds=size, divisions=1)
        tally.count_powers(cells.size, beta)
    with np.errstate(all="ignore"):
        squares = cells * cells
        sums = np.zeros_like(squares)
        for away in range(max(-(size // 2), -len(cells)), min(size - size // 2, len(cells))):
            first, last = max(0, -away), min(len(cells), len(cells) - away)
            if first < last:
                sums[first:last] += squares[first + away : last + away]
        return checks.in_type(cells / (k + alpha / size * sums) ** beta, dtype)


def dropout(x: npt.ArrayLike) -> Array:
    """x, unchanged"""
    return checks.numbers("dropout", "x", x).copy()


def pad(x: npt.ArrayLike, padding: Padding = 0, *, size: object = None) -> Array:
    """x with zeros around"""
    image = checks.feature_map("pad", x)
    return np.pad(image, ((0, 0), *pad_pairs(image, padding, size)))


def crop(x: npt.ArrayLike, *, size: object = None, padding: Padding | None = None) -> Array:
    """x without the cells cut off its ends"""
    image = checks.feature_map("crop", x)
    cuts = crop_pairs(image, size, padding)
    kept = (slice(b, n - a) for n, (b, a) in zip(image.shape[1:], cuts, strict=True))
    return image[(slice(None), *kept)].copy()


def flatten(x: npt.ArrayLike, *, start_axis: object = 0, end_axis: object = -1) -> Array:
    """The cells of x in a row, or those from one axis to another"""
    cells = checks.numbers("flatten", "x", x)
    first, last = axes_in_row(cells, start_axis, end_axis)
    return cells.copy().reshape(*cells.shape[:first], -1, *cells.shape[last + 1 :])


def reshape(x: npt.ArrayLike, shape: Sequence[int]) -> Array:
    """The cells of x in a new shape"""
    cells = checks.numbers("reshape", "x", x)
    return cells.flatten().reshape(new_shape(cells, shape))


def channel_shuffle(x: npt.ArrayLike, groups: int) -> Array:
    """(groups, each, …) turned into (each, groups, …)"""
    cells = checks.numbers("channel_shuffle", "x", x)
    groups = checks.whole("channel_shuffle", "groups", groups, least=1)
    checks.divides("channel_shuffle", groups, channels=len(cells))
    dealt = cells.reshape(groups, -1, *cells.shape[1:]).swapaxes(0, 1)
    return dealt.copy().reshape(cells.shape)


def pixel_shuffle(x: npt.ArrayLike, upscale_factor: int, *, order: str = "pytorch") -> Array:
    """(C·r², H, W) seen as (C, r, r, H, W), turned into (C, H, r, W, r)"""
    image = checks.feature_map("pixel_shuffle", x)
    r = checks.whole("pixel_shuffle", "upscale_factor", upscale_factor, least=1)
    order = checks.one_of("pixel_shuffle", "order", order, ["pytorch", "onnx"])
    rank = image.ndim - 1
    check_shuffle(image, r, r**rank)
    block = (r,) * rank
    if order == "pytorch":
        split = image.reshape(-1, *block, *image.shape[1:])
    else:
        split = np.moveaxis(image.reshape(*block, -1, *image.shape[1:]), rank, 0)
    axes = [axis for i in range(rank) for axis in (1 + rank + i, 1 + i)]
    finer = split.transpose(0, *axes).copy()
    return finer.reshape(len(split), *(n * r for n in image.shape[1:]))


def add(inputs: Sequence[npt.ArrayLike], *, tally: Tally | None = None) -> Array:
    """x₁ + x₂ + …"""
    arrays = branches("add", inputs)
    shape = joined_shape("add", arrays)
    result = checks.result_type(*arrays)
    working = working_type("add", result, sum(largest(array) for array in arrays))
    y = arrays[0].astype(working, copy=len(arrays) == 1)
    with np.errstate(all="ignore"):
        for other in arrays[1:]:
            y = y + other.astype(working, copy=False)
    count(tally, math.prod(shape) * (len(arrays) - 1), adds=1)
    return checks.in_type(y, result)


def multiply(inputs: Sequence[npt.ArrayLike], *, tally: Tally | None = None) -> Array:
    """x₁ · x₂ · …"""
    arrays = branches("multiply", inputs)
    shape = joined_shape("multiply", arrays)
    result = checks.result_type(*arrays)
    working = working_type("multiply", result, math.prod(largest(array) for array in arrays))
    y = arrays[0].astype(working, copy=len(arrays) == 1)
    with np.errstate(all="ignore"):
        for other in arrays[1:]:
            y = y * other.astype(working, copy=False)
    count(tally, math.prod(shape) * (len(arrays) - 1), multiplications=1)
    return checks.in_type(y, result)


def concat(inputs: Sequence[npt.ArrayLike], axis: object = 0) -> Array:
    """The maps of each input, one after the other; or their cells along another axis"""
    arrays = branches("concat", inputs)
    return np.concatenate(arrays, axis=concat_axis(arrays, axis))
