"""Pooling with shifted slices: tap by tap over whole maps, and one axis after the other.

The largest cell of a 3×3 window is the largest of three row maxima, so one axis at a time needs
3 + 3 comparisons instead of 9; the same is true for sums. A tap of all windows is a slice whose step
is the stride; windows whose tap is on padding are left out, so nothing is padded.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Padding, Spatial
from convcalc.reference.fast import depthwise_conv, most_of, working_type
from convcalc.reference.kernels import bias_or_zeros
from convcalc.reference.loops_pool import (
    adaptive_shares,
    blur_parts,
    lowest,
    mean_type,
    norm_of,
    on_padded_input,
    pool_axes,
)
from convcalc.reference.loops_upsample import MODES, blend, unpool_axes, unpool_places
from convcalc.reference.tally import Tally
from convcalc.reference.windows import Axis, out_shape


def along(number: int, part: slice) -> tuple[Any, ...]:
    """An index for a part of spatial axis `number` and all of the others."""
    return (slice(None),) * (1 + number) + (part,)


def _reduced(x: Array, axes: Sequence[Axis], ufunc: np.ufunc, nothing: float) -> Array:
    """The ufunc over each window's real cells, one axis after the other."""
    for number, axis in enumerate(axes):
        shape = (*x.shape[: 1 + number], len(axis.starts), *x.shape[2 + number :])
        made = None
        for tap in range(axis.kernel):
            places, cells = axis.reading(tap)
            read = x[along(number, cells)]
            if made is None and read.shape == shape:
                made = read.copy()  # every window has this tap on a real cell
                continue
            if made is None:
                made = np.full(shape, nothing, dtype=x.dtype)
            part = made[along(number, places)]
            ufunc(part, read, out=part)
        x = made if made is not None else x
    return x


def maxpool(
    x: npt.ArrayLike,
    kernel_size: Spatial,
    *,
    stride: Spatial | None = None,
    padding: Padding = 0,
    dilation: Spatial = 1,
    fit: str = "floor",
    ceil_mode: bool = False,
    tally: Tally | None = None,
) -> Array:
    """The largest real cell of each window; arguments as in `loops_pool.maxpool`.

    >>> maxpool([[[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]], 2)
    array([[[6, 8],
            [3, 4]]])
    """
    image = checks.feature_map("maxpool", x)
    axes = pool_axes(
        "maxpool", image, kernel_size, stride, padding, dilation, fit, ceil_mode=ceil_mode
    )
    dtype = checks.result_type(image)
    bare = any(_bare(axis) for axis in axes)
    nothing = lowest("maxpool", dtype) if bare or dtype.kind == "f" else np.iinfo(dtype).min
    y = _reduced(image.astype(dtype, copy=False), axes, np.maximum, nothing)
    if tally is not None:
        tally.count(y.size, comparisons=_taps(axes) - 1)
    return y


def _taps(axes: Sequence[Axis]) -> int:
    """Cells of one window, including padding."""
    return prod(axis.kernel for axis in axes)


def _bare(axis: Axis) -> bool:
    """Whether a window of this axis covers only padding."""
    taps = range(axis.kernel)
    return not all(any(axis.holds(axis.cell(start, tap)) for tap in taps) for start in axis.starts)


def maxpool_with_indices(
    x: npt.ArrayLike,
    kernel_size: Spatial,
    *,
    stride: Spatial | None = None,
    padding: Padding = 0,
    dilation: Spatial = 1,
    fit: str = "floor",
    ceil_mode: bool = False,
) -> tuple[Array, Array]:
    """The maxima and the cells they were found in; as `loops_pool.maxpool_with_indices`.

    >>> maxpool_with_indices([[3, 1, 4, 1, 5]], 2)
    (array([[3, 4]]), array([[0, 2]]))
    """
    image = checks.feature_map("maxpool", x)
    axes = pool_axes(
        "maxpool", image, kernel_size, stride, padding, dilation, fit, ceil_mode=ceil_mode
    )
    best = maxpool(
        image,
        kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        fit=fit,
        ceil_mode=ceil_mode,
    )
    found = np.full(best.shape, -1, dtype=np.int64)
    numbers = np.arange(prod(image.shape[1:]), dtype=np.int64).reshape(image.shape[1:])
    for tap in np.ndindex(*(axis.kernel for axis in axes)):
        parts = [axis.reading(t) for axis, t in zip(axes, tap, strict=True)]
        places = (slice(None), *(windows for windows, _ in parts))
        cells = tuple(part for _, part in parts)
        value, target = image[(slice(None), *cells)], best[places]
        same = (value == target) | (np.isnan(value) & np.isnan(target))
        first = same & (found[places] == -1)
        found[places] = np.where(first, numbers[cells], found[places])
    return best, found


def avgpool(
    x: npt.ArrayLike,
    kernel_size: Spatial,
    *,
    stride: Spatial | None = None,
    padding: Padding = 0,
    dilation: Spatial = 1,
    fit: str = "floor",
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    tally: Tally | None = None,
) -> Array:
    """Sum of each window / number of its cells; arguments as in `loops_pool.avgpool`.

    >>> avgpool([[[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]], 2)
    array([[[3.25, 5.25],
            [2.  , 2.  ]]])
    """
    image = checks.feature_map("avgpool", x)
    axes = pool_axes(
        "avgpool", image, kernel_size, stride, padding, dilation, fit, ceil_mode=ceil_mode
    )
    if tally is not None:
        tally.count(len(image) * prod(out_shape(axes)), adds=_taps(axes) - 1, divisions=1)
    dtype = mean_type(image)
    working = np.promote_types(dtype, np.float32)
    with np.errstate(all="ignore"):
        sums = _reduced(image.astype(working, copy=False), axes, np.add, 0)
        return checks.in_type(
            sums / divisors(axes, working, count_include_pad=count_include_pad), dtype
        )


def divisors(axes: Sequence[Axis], dtype: np.dtype[Any], *, count_include_pad: bool) -> Array:
    """How many cells each window counts: the product of the cells it counts on each axis."""
    made: Array = np.ones((), dtype=dtype)
    for axis in axes:
        counted = [
            sum(
                axis.holds(cell) or (count_include_pad and on_padded_input([axis], (cell,)))
                for cell in (axis.cell(start, tap) for tap in range(axis.kernel))
            )
            for start in axis.starts
        ]
        made = np.multiply.outer(made, np.array(counted, dtype=dtype))
    return made


def lppool(
    x: npt.ArrayLike,
    kernel_size: Spatial,
    *,
    stride: Spatial | None = None,
    norm_type: float = 2,
    padding: Padding = 0,
    dilation: Spatial = 1,
    fit: str = "floor",
    ceil_mode: bool = False,
    tally: Tally | None = None,
) -> Array:
    """(Σ x^norm_type)^(1 / norm_type) of each window; arguments as in `loops_pool.lppool`.

    >>> lppool([[3, 4, 6, 8]], 2)
    array([[ 5., 10.]])
    """
    image = checks.feature_map("lppool", x)
    axes = pool_axes(
        "lppool", image, kernel_size, stride, padding, dilation, fit, ceil_mode=ceil_mode
    )
    norm_type = norm_of(norm_type)
    dtype = mean_type(image)
    working = np.promote_types(dtype, np.float32)
    with np.errstate(all="ignore"):
        powers = image.astype(working) ** norm_type
        sums = _reduced(powers, axes, np.add, 0)
        if tally is not None:
            tally.count_powers(sums.size * _taps(axes), norm_type)
            tally.count(sums.size, adds=_taps(axes) - 1)
            tally.count_powers(sums.size, 1 / norm_type)
        return checks.in_type(sums ** (1 / norm_type), dtype)


def adaptive_avgpool(x: npt.ArrayLike, output_size: object, *, tally: Tally | None = None) -> Array:
    """Mean of the cells each output position overlaps.

    >>> adaptive_avgpool([[1, 2, 3, 4, 5, 6, 7]], 3)
    array([[2., 4., 6.]])
    """
    return _adaptive("adaptive_avgpool", x, output_size, np.add, tally)


def adaptive_maxpool(x: npt.ArrayLike, output_size: object, *, tally: Tally | None = None) -> Array:
    """Largest of the cells each output position overlaps.

    >>> adaptive_maxpool([[1, 2, 3, 4, 5, 6, 7]], 3)
    array([[3, 5, 7]])
    """
    return _adaptive("adaptive_maxpool", x, output_size, np.maximum, tally)


def _adaptive(
    owner: str, x: npt.ArrayLike, output_size: object, ufunc: np.ufunc, tally: Tally | None
) -> Array:
    image = checks.feature_map(owner, x)
    bins = adaptive_shares(owner, image, output_size)
    mean = ufunc is np.add
    dtype = mean_type(image) if mean else checks.result_type(image)
    y = image.astype(np.promote_types(dtype, np.float32) if mean else dtype)
    with np.errstate(all="ignore"):
        for number, shares in reversed(list(enumerate(bins))):  # rows first: NumPy sums in pairs
            parts = [y[along(number, slice(cells[0], cells[-1] + 1))] for cells in shares]
            y = np.stack([ufunc.reduce(part, axis=1 + number) for part in parts], axis=1 + number)
            if mean:
                counted = np.array([len(cells) for cells in shares], dtype=y.dtype)
                y /= counted.reshape(-1, *(1 for _ in bins[number + 1 :]))
    if tally is not None:
        read = len(image) * prod(sum(map(len, shares)) for shares in bins)
        tally.count(read - y.size, **({"adds": 1} if mean else {"comparisons": 1}))
        tally.divisions += y.size if mean else 0
    return checks.in_type(y, dtype)


def global_avgpool(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """Mean of each map.

    >>> global_avgpool([[[1, 2], [3, 6]]])
    array([[[3.]]])
    """
    return _adaptive("global_avgpool", x, 1, np.add, tally)


def global_maxpool(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """Largest cell of each map.

    >>> global_maxpool([[[1, 2], [3, 6]]])
    array([[[6]]])
    """
    return _adaptive("global_maxpool", x, 1, np.maximum, tally)


def subsample(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None,
    kernel_size: Spatial,
    *,
    stride: Spatial | None = None,
    tally: Tally | None = None,
) -> Array:
    """weight · sum of each window + bias, one of each per map.

    >>> subsample([[1, 2, 3, 4]], [10], [1], 2)
    array([[31, 71]])
    """
    image = checks.feature_map("subsample", x)
    axes = pool_axes("subsample", image, kernel_size, stride)
    scale = checks.of_shape("subsample", "weight", weight, image.shape[:1])
    shift = bias_or_zeros("subsample", bias, len(image))
    result = checks.result_type(image, scale, shift)
    most = most_of(image, scale, shift, prod(axis.kernel for axis in axes))
    working = working_type("subsample", result, most)
    per_map = (-1, *(1 for _ in axes))
    with np.errstate(all="ignore"):
        sums = _reduced(image.astype(working, copy=False), axes, np.add, 0)
        y = sums * scale.astype(working).reshape(per_map) + shift.astype(working).reshape(per_map)
    if tally is not None:
        tally.count(y.size, adds=_taps(axes) - 1, macs=1, bias_adds=int(bias is not None))
    return checks.in_type(y, result)


def unpool(
    x: npt.ArrayLike,
    kernel_size: Spatial,
    *,
    stride: Spatial | None = None,
    padding: Padding = 0,
    indices: npt.ArrayLike | None = None,
) -> Array:
    """Values put at the indices of a larger map of zeros; arguments as in `loops_upsample.unpool`.

    >>> unpool([[7, 8]], 2, indices=[[1, 2]])
    array([[0, 7, 8, 0]])
    """
    image = checks.feature_map("unpool", x)
    axes = unpool_axes(image, kernel_size, stride, padding)
    shape = tuple(axis.size for axis in axes)
    places = unpool_places(image, axes, indices).reshape(len(image), -1)
    y = np.zeros((len(image), prod(shape)), dtype=image.dtype)
    np.put_along_axis(y, places, image.reshape(len(image), -1), axis=1)
    return y.reshape(len(image), *shape)


def upsample(
    x: npt.ArrayLike, scale_factor: Spatial, *, mode: str = "nearest", tally: Tally | None = None
) -> Array:
    """Cells repeated, or interpolated one axis after the other; arguments as in `loops_upsample.upsample`.

    >>> upsample([[1, 2]], 2, mode="linear")
    array([[1.  , 1.25, 1.75, 2.  ]])
    """
    image = checks.feature_map("upsample", x)
    mode = checks.one_of("upsample", "mode", mode, MODES)
    scales = checks.per_axis("upsample", "scale_factor", scale_factor, image.ndim - 1)
    if mode == "nearest":
        y = image
        for number, scale in enumerate(scales):
            y = np.repeat(y, scale, axis=1 + number)
        return y
    dtype = mean_type(image)
    y = image.astype(np.promote_types(dtype, np.float32))
    with np.errstate(all="ignore"):
        for number, (n, scale) in enumerate(zip(image.shape[1:], scales, strict=True)):
            blends = blend(n, scale, mode)
            left = y.take([parts[0][0] for parts in blends], axis=1 + number)
            right = y.take([parts[-1][0] for parts in blends], axis=1 + number)
            share = np.array([p[1][1] if len(p) > 1 else 0.0 for p in blends], dtype=y.dtype)
            share = share.reshape(-1, *(1 for _ in scales[number + 1 :]))
            # Without interpolation the cell is copied: 0 · inf would be nan.
            y = np.where(share == 0, left, left * (1 - share) + right * share)
    if tally is not None:
        tally.count(y.size * (2 ** len(scales) - 1), multiplications=2, adds=1)
    return checks.in_type(y, dtype)


def blur_pool(
    x: npt.ArrayLike, kernel: npt.ArrayLike, *, stride: Spatial = 2, tally: Tally | None = None
) -> Array:
    """A depthwise convolution of the mirrored map; arguments as in `loops_pool.blur_pool`.

    >>> blur_pool([[1, 2, 4, 8]], [[[1, 2, 1]]])
    array([[ 6, 18]])
    """
    image, given, axes = blur_parts(x, kernel, stride)
    padded = np.pad(image, ((0, 0), *((a.before, a.after) for a in axes)), mode="reflect")
    return depthwise_conv(padded, given, stride=stride, tally=tally)
