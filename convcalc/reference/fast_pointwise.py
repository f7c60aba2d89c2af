"""Activations, normalisations, and layers that move cells, over whole arrays at once."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Padding
from convcalc.reference.fast import largest, one_number_per_map, working_type
from convcalc.reference.loops_pointwise import EPSILON, affine_parts, lrn_parts, prelu_parts
from convcalc.reference.loops_pool import mean_type
from convcalc.reference.loops_rearrange import (
    axes_in_row,
    branches,
    check_shuffle,
    concat_axis,
    crop_pairs,
    joined_shape,
    new_shape,
    number_pairs,
)
from convcalc.reference.tally import Tally

CELLS_TOGETHER = 1 << 16
"""Cells made into Python's numbers at once; each takes four times as much memory as in an array."""


def _erf(cells: Array) -> Array:
    """Python's erf, cell by cell, for NumPy has none."""
    flat, y = cells.ravel(), np.empty(cells.size)
    for first in range(0, cells.size, CELLS_TOGETHER):
        run = slice(first, first + CELLS_TOGETHER)
        y[run] = [math.erf(cell) for cell in flat[run].tolist()]
    return y.reshape(cells.shape)


def _floats(owner: str, x: npt.ArrayLike) -> tuple[Array, np.dtype[np.generic]]:
    """The input in a type to compute in (at least float32), and the type of the result."""
    cells = checks.numbers(owner, "x", x)
    dtype = mean_type(cells)
    return cells.astype(np.promote_types(dtype, np.float32), copy=False), dtype


def _count(tally: Tally | None, times: int, **operations: int) -> None:
    """What the definition asks for, if somebody counts."""
    if tally is not None:
        tally.count(times, **operations)


def relu(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """max(x, 0)

    >>> relu([-1, 0, 2])
    array([0, 0, 2])
    """
    cells = checks.numbers("relu", "x", x)
    _count(tally, cells.size, comparisons=1)
    if cells.dtype.kind != "f":
        y: Array = np.maximum(cells.astype(checks.result_type(cells)), 0)
        return y
    # The same as maximum, NaN included, but NumPy's clip works on many cells at once.
    return np.clip(cells, 0, np.inf)


def relu6(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """min(max(x, 0), 6)"""
    cells, dtype = _floats("relu6", x)
    _count(tally, cells.size, comparisons=2)
    return checks.in_type(np.clip(cells, 0, 6), dtype)


def leaky_relu(
    x: npt.ArrayLike, negative_slope: float = 0.01, *, tally: Tally | None = None
) -> Array:
    """x where x > 0, else negative_slope · x"""
    cells, dtype = _floats("leaky_relu", x)
    _count(tally, cells.size, comparisons=1, multiplications=1)
    negative_slope = checks.real("leaky_relu", "negative_slope", negative_slope)
    with np.errstate(all="ignore"):
        return checks.in_type(np.where(cells <= 0, cells * negative_slope, cells), dtype)


def prelu(x: npt.ArrayLike, weight: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """x where x > 0, else weight · x, one weight for all maps or one per map"""
    given, slopes = prelu_parts(x, weight)
    dtype = np.result_type(mean_type(given), checks.result_type(given, slopes))
    _count(tally, given.size, comparisons=1, multiplications=1)
    cells = given.astype(np.promote_types(dtype, np.float32))
    slopes = slopes.astype(cells.dtype).reshape(-1, *(1 for _ in given.shape[1:]))
    with np.errstate(all="ignore"):
        return checks.in_type(np.where(cells <= 0, cells * slopes, cells), dtype)


def elu(x: npt.ArrayLike, alpha: float = 1.0, *, tally: Tally | None = None) -> Array:
    """x where x > 0, else alpha · (eˣ − 1)"""
    cells, dtype = _floats("elu", x)
    alpha = checks.real("elu", "alpha", alpha)
    scaled = int(alpha != 1)
    _count(tally, cells.size, comparisons=1, exponentials=1, adds=1, multiplications=scaled)
    with np.errstate(all="ignore"):
        below = alpha * np.expm1(np.minimum(cells, 0))
        return checks.in_type(np.where(cells <= 0, below, cells), dtype)


def gelu(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """x · (1 + erf(x/√2)) / 2; NumPy has no erf, so Python's is called for every cell"""
    cells, dtype = _floats("gelu", x)
    _count(tally, cells.size, exponentials=1, multiplications=3, adds=1)
    with np.errstate(all="ignore"):
        errors = _erf(cells / np.float64(math.sqrt(2)))
        return checks.in_type(cells * (1 + errors) / 2, dtype)


def sigmoid(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """1 / (1 + e⁻ˣ)"""
    cells, dtype = _floats("sigmoid", x)
    _count(tally, cells.size, exponentials=1, adds=1, divisions=1)
    with np.errstate(all="ignore"):
        return checks.in_type(1 / (1 + np.exp(-cells)), dtype)


def silu(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """x / (1 + e⁻ˣ)"""
    cells, dtype = _floats("silu", x)
    _count(tally, cells.size, exponentials=1, adds=1, divisions=1, multiplications=1)
    with np.errstate(all="ignore"):
        return checks.in_type(cells / (1 + np.exp(-cells)), dtype)


def hardswish(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """x · min(max(x + 3, 0), 6) / 6"""
    cells, dtype = _floats("hardswish", x)
    _count(tally, cells.size, comparisons=2, adds=1, multiplications=2)
    with np.errstate(all="ignore"):
        return checks.in_type(cells * np.clip(cells + 3, 0, 6) / 6, dtype)


def tanh(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)"""
    cells, dtype = _floats("tanh", x)
    _count(tally, cells.size, exponentials=2, adds=2, divisions=1)
    return checks.in_type(np.tanh(cells), dtype)


def softmax(x: npt.ArrayLike, axis: object = 0, *, tally: Tally | None = None) -> Array:
    """e^(x − largest) / its sum over the channels, or along another axis"""
    cells, dtype = _floats("softmax", x)
    along = checks.side("softmax", axis, cells.ndim)
    _count(tally, cells.size, adds=1, exponentials=1, divisions=1)
    _count(tally, cells.size - cells.size // cells.shape[along], comparisons=1, adds=1)
    with np.errstate(all="ignore"):
        powers = np.exp(cells - cells.max(axis=along, keepdims=True))
        return checks.in_type(powers / powers.sum(axis=along, keepdims=True), dtype)


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

    With the statistics given a batch normalisation is one multiplication and one addition per cell.
    """
    cells, dtype = _floats("batchnorm", x)
    means = checks.of_shape("batchnorm", "mean", mean, cells.shape[:1])
    variances = checks.of_shape("batchnorm", "variance", variance, cells.shape[:1])
    gain, offset = affine_parts("batchnorm", cells.shape[:1], weight, bias)
    _count(tally, cells.size, multiplications=1, adds=1)
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
    cells, dtype = _floats(owner, x)
    _count(tally, cells.size, multiplications=2, adds=3)
    _count(tally, groups, adds=-1, divisions=3, roots=1)
    _count(tally, cells.size, multiplications=int(gain is not None), adds=int(offset is not None))
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
    cells, dtype = _floats("lrn", x)
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


def pad(x: npt.ArrayLike, padding: Padding) -> Array:
    """x with zeros around"""
    image = checks.feature_map("pad", x)
    return np.pad(image, ((0, 0), *number_pairs("pad", image, padding)))


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
    _count(tally, math.prod(shape) * (len(arrays) - 1), adds=1)
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
    _count(tally, math.prod(shape) * (len(arrays) - 1), multiplications=1)
    return checks.in_type(y, result)


def concat(inputs: Sequence[npt.ArrayLike], axis: object = 0) -> Array:
    """The maps of each input, one after the other; or their cells along another axis"""
    arrays = branches("concat", inputs)
    return np.concatenate(arrays, axis=concat_axis(arrays, axis))
