"""The same layers through matrix products, like in libraries, in plain NumPy.

    conv            im2col: every window a column, then weight @ columns  (gather.py)
    1×1 conv        the map is its own column matrix: no copying at all
    grouped conv    a stack of smaller products, one per group
    depthwise conv  a sum over shifted copies of the map: too thin for a matrix product
    conv_transpose  the other way round: weightᵀ @ map gives columns, col2im adds them up

Floats keep their type (float16 is computed in float32); integers come out as exact int64.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Padding, Spatial
from convcalc.reference.depthwise import depthwise, small_enough
from convcalc.reference.gather import Block, blocks, columns, im2col, length
from convcalc.reference.kernels import Kernels, kernels, transposed_kernels
from convcalc.reference.loops import linear_parts, local_weight
from convcalc.reference.loops_pool import mean_type
from convcalc.reference.tally import Tally
from convcalc.reference.transposed import ScatterAxis, scatter_axes
from convcalc.reference.windows import Axis, out_shape, slide

EXACT_IN_FLOAT64 = 1 << 53
"""Below this float64 holds every integer, so BLAS, which has no integers, may do the work."""

WEIGHTS_TOGETHER = 1 << 19
"""Weights of a linear layer per product; one product over 400 MB of weights takes a tenth longer."""


def working_type(owner: str, result: np.dtype[Any], most: int) -> np.dtype[Any]:
    """The type for computing if no sum is larger than `most` (used only for integers).

    Integers whose sums may exceed 64 bits are refused: int64 would overflow silently.
    """
    if result.kind == "f":
        return np.promote_types(result, np.float32)
    if most > checks.LARGEST:
        message = (
            f"{owner}: sums could reach {most}, which does not fit 64 bits; give floats instead"
        )
        raise ValueError(message)
    return np.dtype(np.float64 if most < EXACT_IN_FLOAT64 else np.int64)


def floats(owner: str, x: npt.ArrayLike) -> tuple[Array, np.dtype[np.generic]]:
    """The input in a type for computing (at least float32), and the type of the result."""
    cells = checks.numbers(owner, "x", x)
    dtype = mean_type(cells)
    return cells.astype(np.promote_types(dtype, np.float32), copy=False), dtype


def count(tally: Tally | None, times: int, **operations: int) -> None:
    """Count the operations of the definition, if a tally is given."""
    if tally is not None:
        tally.count(times, **operations)


def largest(array: Array) -> int:
    """The largest absolute value of integers; 0 for floats, which are not bounded."""
    return 0 if array.dtype.kind == "f" else max(abs(int(array.min())), abs(int(array.max())))


def most_of(x: Array, weight: Array, bias: Array, terms: int) -> int:
    """The largest possible absolute value of bias + a sum of this many products."""
    return terms * largest(x) * largest(weight) + largest(bias)


def product(a: Array, b: Array, tally: Tally, out: Array | None = None) -> Array:
    """A @ b, a matrix product or a stack of them, counted by its shapes."""
    with np.errstate(all="ignore"):  # inf · 0 is nan; no warning
        result = np.matmul(a, b, out=out)
    tally.macs += result.size * a.shape[-1]
    return result


@contextmanager
def one_number_per_map() -> Iterator[None]:
    """A context for arithmetic with one number per feature map, such as a bias; inf - inf is nan.

    If two maps fit into NumPy's buffer of 8192 numbers, NumPy first copies such a number to every
    cell, which takes longer than the arithmetic; with a smaller buffer it does not.
    """
    with np.errstate(all="ignore"):
        before = np.setbufsize(1024)
        try:
            yield
        finally:
            np.setbufsize(before)


def conv(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    *,
    stride: Spatial = 1,
    padding: Padding = 0,
    dilation: Spatial = 1,
    groups: int = 1,
    connections: object = None,
    fit: str = "floor",
    tally: Tally | None = None,
) -> Array:
    """weight (maps out × maps in · taps) @ columns (maps in · taps × places), tile by tile

    Arguments as in `loops.conv`. Memory beyond the result: `scratch.of_conv`.

    >>> conv([[[0, 1, 2], [3, 4, 5], [6, 7, 8]]], [[[[0, 1], [2, 3]]]])
    array([[[19, 25],
            [37, 43]]])
    """
    image = checks.feature_map("conv", x)
    layer = kernels("conv", image, weight, bias, groups, connections)
    axes = slide("conv", image.shape[1:], layer.kernel_size, stride, padding, dilation, fit)
    taps = prod(layer.kernel_size)
    terms = taps * layer.most_read
    result = checks.result_type(image, layer.weight, layer.bias)
    working = working_type("conv", result, most_of(image, layer.weight, layer.bias, terms))
    cells, weights = image.astype(working, copy=False), layer.weight.astype(working, copy=False)
    made = Tally(bias_adds=0 if bias is None else len(layer.bias) * prod(out_shape(axes)))

    y = np.empty((len(layer.bias), *out_shape(axes)), dtype=working)
    shift = layer.bias.astype(working)
    if connections is not None:
        _by_table(cells, weights, layer, axes, y, made)
    elif groups == len(cells) > 1 and small_enough(axes):
        depthwise(cells, weights, axes, y, made)
    elif taps == 1 and all(axis.stride == 1 and axis.size == len(axis.starts) for axis in axes):
        _pointwise(cells, weights, groups, y, made)
    else:
        _by_tiles(cells, weights, groups, axes, y, shift, made)
        bias = None  # already added
    if bias is not None:
        with one_number_per_map():
            y += shift.reshape(-1, *(1 for _ in axes))

    if tally is not None:
        read = prod(out_shape(axes)) * taps
        on_real = prod(axis.real_taps() for axis in axes)
        tally.count(1, macs=made.macs, bias_adds=made.bias_adds)
        tally.on_padding += made.macs // read * (read - on_real)  # for each pair of maps
    return checks.in_type(y, result)


def _pointwise(x: Array, weight: Array, groups: int, y: Array, tally: Tally) -> None:
    """1×1: weight @ map, one product over all places."""
    split = weight.reshape(groups, len(weight) // groups, -1)
    cells = x.reshape(groups, len(x) // groups, -1)
    product(split, cells, tally, out=y.reshape(*split.shape[:2], -1))


def _by_tiles(
    x: Array,
    weight: Array,
    groups: int,
    axes: tuple[Axis, ...],
    y: Array,
    shift: Array,
    tally: Tally,
) -> None:
    """im2col, one tile at a time; groups are a stack of products over their own rows.

    The products of a tile are stored together first, and added to the bias when copied to y, whose
    rows (one per map) are far apart in memory.
    """
    rows = len(x) * prod(axis.kernel for axis in axes)
    maps = len(weight) // groups
    split = weight.reshape(groups, maps, rows // groups)
    flat, added = y.reshape(groups, maps, -1), shift.reshape(groups, maps, 1)
    cut = blocks(out_shape(axes), rows)
    gathered = np.empty(len(weight) * max(length(run) for _, run in cut), dtype=y.dtype)
    with one_number_per_map():
        for tile, run in columns(x, axes, cut):
            sums = gathered[: len(weight) * length(run)].reshape(groups, maps, -1)
            product(split, tile.reshape(groups, rows // groups, -1), tally, out=sums)
            np.add(sums, added, out=flat[..., run])


def _by_table(
    x: Array, weight: Array, layer: Kernels, axes: tuple[Axis, ...], y: Array, tally: Tally
) -> None:
    """Every output map separately, from the rows of the input maps in its table entry."""
    flat = y.reshape(len(y), -1)
    bounds = np.cumsum([0, *map(len, layer.maps)])
    rows = len(x) * prod(layer.kernel_size)
    for tile, run in columns(x, axes, blocks(out_shape(axes), rows)):
        for out, maps in enumerate(layer.maps):
            kernel = weight[bounds[out] : bounds[out + 1]].reshape(1, -1)
            read = tile[list(maps)].reshape(kernel.size, -1)
            product(kernel, read, tally, out=flat[out : out + 1, run])


def conv_transpose(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    *,
    stride: Spatial = 1,
    padding: Padding = 0,
    output_padding: Spatial = 0,
    dilation: Spatial = 1,
    groups: int = 1,
    size_rule: str = "pytorch",
    output_shape: Spatial | None = None,
    tally: Tally | None = None,
) -> Array:
    """weightᵀ (maps out · taps × maps in) @ map (maps in × places), then col2im

    Arguments as in `loops.conv_transpose`. Each product row belongs to one output map and one tap:
    it is added to the output, shifted by that tap and spaced by the stride.

    >>> conv_transpose([[[0, 1], [2, 3]]], [[[[0, 1], [2, 3]]]])
    array([[[ 0,  0,  1],
            [ 0,  4,  6],
            [ 4, 12,  9]]])
    """
    image = checks.feature_map("conv_transpose", x)
    layer = transposed_kernels("conv_transpose", image, weight, bias, groups)
    how = (stride, padding, output_padding, dilation, size_rule, output_shape)
    axes = scatter_axes("conv_transpose", image.shape[1:], layer.kernel_size, *how)
    taps, each = prod(layer.kernel_size), layer.weight.shape[1]
    terms = len(image) // groups * taps
    result = checks.result_type(image, layer.weight, layer.bias)
    most = most_of(image, layer.weight, layer.bias, terms)
    working = working_type("conv_transpose", result, most)
    tally = tally or Tally()
    before = tally.macs

    cells = image.astype(working, copy=False).reshape(groups, len(image) // groups, -1)
    weights = layer.weight.astype(working, copy=False)
    rows = weights.reshape(groups, len(image) // groups, each * taps).transpose(0, 2, 1)
    canvas = np.zeros((groups * each, *(axis.canvas for axis in axes)), dtype=working)
    with np.errstate(all="ignore"):
        for block, run in blocks(image.shape[1:], groups * each * taps):
            tile = product(rows, cells[..., run], tally)
            stamp(canvas, axes, block, tile)
        kept = canvas[(slice(None), *(slice(a.before, a.before + a.size) for a in axes))]
        y = kept + layer.bias.astype(working).reshape(-1, *(1 for _ in axes))

    in_all = prod(image.shape[1:]) * taps
    kept_taps = prod(axis.kept_taps() for axis in axes)
    tally.bias_adds += 0 if bias is None else y.size
    tally.cropped += (tally.macs - before) // in_all * (in_all - kept_taps)
    return checks.in_type(y, result)


def stamp(canvas: Array, axes: tuple[ScatterAxis, ...], block: Block, tile: Array) -> None:
    """Add a tile (maps · taps × places) to the canvas, each tap at its shift."""
    kernel = tuple(axis.kernel for axis in axes)
    spread = tile.reshape(len(canvas), *kernel, *map(len, block))
    for tap in np.ndindex(*kernel):
        target = (
            axis.writing(t, places[0], places[-1] + 1)
            for axis, places, t in zip(axes, block, tap, strict=True)
        )
        canvas[(slice(None), *target)] += spread[(slice(None), *tap)]


def depthwise_conv(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    *,
    stride: Spatial = 1,
    padding: Padding = 0,
    dilation: Spatial = 1,
    fit: str = "floor",
    tally: Tally | None = None,
) -> Array:
    """A convolution with a group per input map; arguments as in `loops.depthwise_conv`.

    >>> depthwise_conv([[1, 2, 3], [4, 5, 6]], [[[1, 1]], [[1, -1]]])
    array([[ 3,  5],
           [-1, -1]])
    """
    image = checks.feature_map("depthwise_conv", x)
    return conv(
        image,
        weight,
        bias,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=len(image),
        fit=fit,
        tally=tally,
    )


def separable_conv(
    x: npt.ArrayLike,
    depthwise_weight: npt.ArrayLike,
    pointwise_weight: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    *,
    stride: Spatial = 1,
    padding: Padding = 0,
    dilation: Spatial = 1,
    fit: str = "floor",
    tally: Tally | None = None,
) -> Array:
    """A depthwise convolution, then a 1×1 one; arguments as in `loops.separable_conv`.

    >>> separable_conv([[1, 2, 3], [4, 5, 6]], [[[1, 1]], [[1, -1]]], [[[2], [10]]])
    array([[-4,  0]])
    """
    each = depthwise_conv(
        x,
        depthwise_weight,
        stride=stride,
        padding=padding,
        dilation=dilation,
        fit=fit,
        tally=tally,
    )
    return conv(each, pointwise_weight, bias, tally=tally)


def local_conv(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    *,
    stride: Spatial = 1,
    padding: Padding = 0,
    dilation: Spatial = 1,
    fit: str = "floor",
    tally: Tally | None = None,
) -> Array:
    """A product per place: its own weight (maps out × maps in · taps) @ its own column

    Arguments as in `loops.local_conv`.

    >>> local_conv([[1, 2, 3]], [[[[1, 0]], [[0, 10]]]])
    array([[ 1, 30]])
    """
    image = checks.feature_map("local_conv", x)
    given = local_weight(image, weight)
    kernel_size = given.shape[-(image.ndim - 1) :]
    axes = slide("local_conv", image.shape[1:], kernel_size, stride, padding, dilation, fit)
    shape = (len(given), *out_shape(axes))
    given = checks.of_shape("local_conv", "weight", given, (*shape, len(image), *kernel_size))
    shift = np.zeros(shape, dtype=np.int8)
    if bias is not None:
        shift = checks.of_shape("local_conv", "bias", bias, shape)
    rows = len(image) * prod(kernel_size)
    result = checks.result_type(image, given, shift)
    working = working_type("local_conv", result, most_of(image, given, shift, rows))
    tally = tally or Tally()

    column = im2col(image.astype(working, copy=False), axes).T[:, :, np.newaxis]
    matrices = given.astype(working, copy=False).reshape(len(given), -1, rows).transpose(1, 0, 2)
    y = product(matrices, column, tally)[..., 0].T.reshape(shape)
    places = prod(out_shape(axes)) * prod(kernel_size)
    on_real = prod(axis.real_taps() for axis in axes)
    tally.bias_adds += 0 if bias is None else y.size
    tally.on_padding += len(given) * len(image) * (places - on_real)
    with np.errstate(all="ignore"):
        y += shift.astype(working)
    return checks.in_type(y, result)


def linear(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    *,
    tally: Tally | None = None,
) -> Array:
    """weight @ x + bias

    >>> linear([1, 2], [[3, 4], [5, 6]], [100, 200])
    array([111, 217])
    """
    vector, matrix, shift = linear_parts("linear", x, weight, bias)
    result = checks.result_type(vector, matrix, shift)
    working = working_type("linear", result, most_of(vector, matrix, shift, len(vector)))
    rows, column = matrix.astype(working, copy=False), vector.astype(working, copy=False)
    tally = tally or Tally()
    y = np.empty(len(rows), dtype=working)
    together = max(1, WEIGHTS_TOGETHER // len(column))
    for first in range(0, len(rows), together):
        run = slice(first, first + together)
        product(rows[run], column, tally, out=y[run])
    tally.bias_adds += 0 if bias is None else y.size
    with np.errstate(all="ignore"):
        y += shift.astype(working)
    return checks.in_type(y, result)


def rbf(x: npt.ArrayLike, weight: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """Σ (x − weight)², row by row

    >>> rbf([1, 2], [[1, 2], [0, 0]])
    array([0, 5])
    """
    vector, matrix, _ = linear_parts("rbf", x, weight, None)
    result = checks.result_type(vector, matrix)
    most = len(vector) * (largest(vector) + largest(matrix)) ** 2
    working = working_type("rbf", result, most)
    with np.errstate(all="ignore"):
        away = vector.astype(working) - matrix.astype(working)
        y = np.einsum("oi,oi->o", away, away)
    if tally is not None:
        tally.count(away.size, adds=1, macs=1)
    return checks.in_type(y, result)
