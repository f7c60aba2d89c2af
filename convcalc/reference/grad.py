"""Backward passes: the gradient of the sum of dy · y for each input cell, weight and bias.

dy is the gradient of a loss with respect to the output; each function returns the gradients with
respect to the inputs. With columns as in im2col, y = W @ columns, so

    d weight = dy @ columnsᵀ      d bias = Σ dy      d columns = weightᵀ @ dy, added up by col2im

All of it in floats; tile by tile, as in `fast`.
"""

from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Padding, Spatial
from convcalc.reference.fast import product
from convcalc.reference.fast_pool import divisors, maxpool_with_indices
from convcalc.reference.gather import blocks, columns, scatter
from convcalc.reference.kernels import kernels, transposed_kernels
from convcalc.reference.loops import linear_parts
from convcalc.reference.loops_pool import pool_axes
from convcalc.reference.tally import Tally
from convcalc.reference.transposed import scatter_axes
from convcalc.reference.windows import out_shape, slide


class Gradients(NamedTuple):
    """The gradients of one layer, each with the shape of its array."""

    x: Array
    weight: Array
    bias: Array


def _floats(owner: str, *arrays: Array) -> list[Array]:
    """All arrays in one float type, at least float32; integers have no gradient."""
    common = np.result_type(np.float32, *arrays)
    if any(array.dtype.kind != "f" for array in arrays):
        message = f"{owner}: gradients are of floats; give x, weight and dy as floats"
        raise TypeError(message)
    return [array.astype(common, copy=False) for array in arrays]


def conv_gradients(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    dy: npt.ArrayLike,
    *,
    stride: Spatial = 1,
    padding: Padding = 0,
    dilation: Spatial = 1,
    groups: int = 1,
    fit: str = "floor",
    tally: Tally | None = None,
) -> Gradients:
    """The gradients of `conv` with respect to x, weight and bias.

    >>> conv_gradients([[1.0, 2.0, 3.0]], [[[10.0, 20.0]]], [[1.0, 1.0]])
    Gradients(x=array([[10., 30., 20.]]), weight=array([[[3., 5.]]]), bias=array([2.]))
    """
    owner, tally = "conv_gradients", tally or Tally()
    image = checks.feature_map(owner, x)
    layer = kernels(owner, image, weight, None, groups)
    axes = slide(owner, image.shape[1:], layer.kernel_size, stride, padding, dilation, fit)
    shape = (len(layer.weight), *out_shape(axes))
    above = checks.of_shape(owner, "dy", dy, shape)
    image, weights, above = _floats(owner, image, layer.weight, above)

    rows = len(image) * prod(layer.kernel_size)
    split = weights.reshape(groups, len(weights) // groups, -1)
    flat = above.reshape(groups, len(weights) // groups, -1)
    dx, dweight = np.zeros_like(image), np.zeros_like(split)
    cut = blocks(out_shape(axes), rows)
    with np.errstate(all="ignore"):
        for (tile, run), (block, _) in zip(columns(image, axes, cut), cut, strict=True):
            part, read = flat[..., run], tile.reshape(groups, rows // groups, -1)
            dweight += product(part, read.transpose(0, 2, 1), tally)
            scatter(dx, axes, block, product(split.transpose(0, 2, 1), part, tally))
        dbias = flat.sum(axis=2).ravel()
    return Gradients(dx, dweight.reshape(weights.shape), dbias)


def conv_transpose_gradients(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    dy: npt.ArrayLike,
    *,
    stride: Spatial = 1,
    padding: Padding = 0,
    output_padding: Spatial = 0,
    dilation: Spatial = 1,
    groups: int = 1,
    size_rule: str = "pytorch",
    output_shape: Spatial | None = None,
    tally: Tally | None = None,
) -> Gradients:
    """The gradients of `conv_transpose`: with respect to x it is a convolution of dy.

    >>> conv_transpose_gradients([[1.0, 2.0]], [[[10.0, 20.0]]], [[1.0, 1.0, 1.0]])
    Gradients(x=array([[30., 30.]]), weight=array([[[3., 3.]]]), bias=array([3.]))
    """
    owner, tally = "conv_transpose_gradients", tally or Tally()
    image = checks.feature_map(owner, x)
    layer = transposed_kernels(owner, image, weight, None, groups)
    how = (stride, padding, output_padding, dilation, size_rule, output_shape)
    axes = scatter_axes(owner, image.shape[1:], layer.kernel_size, *how)
    shape = (len(layer.bias), *(axis.size for axis in axes))
    above = checks.of_shape(owner, "dy", dy, shape)
    image, weights, above = _floats(owner, image, layer.weight, above)

    canvas = np.zeros((len(above), *(axis.canvas for axis in axes)), dtype=above.dtype)
    canvas[(slice(None), *(slice(a.before, a.before + a.size) for a in axes))] = above
    each, taps = weights.shape[1], prod(layer.kernel_size)
    cells = image.reshape(groups, len(image) // groups, -1)
    split = weights.reshape(groups, len(image) // groups, each * taps)
    dx, dweight = np.empty_like(cells), np.zeros_like(split)
    for block, run in blocks(image.shape[1:], groups * each * taps):
        read = np.empty((len(canvas), *layer.kernel_size, *map(len, block)), dtype=above.dtype)
        for tap in np.ndindex(*layer.kernel_size):
            under = (
                axis.writing(t, places[0], places[-1] + 1)
                for axis, places, t in zip(axes, block, tap, strict=True)
            )
            read[(slice(None), *tap)] = canvas[(slice(None), *under)]
        tile = read.reshape(groups, each * taps, -1)
        dx[..., run] = product(split, tile, tally)
        with np.errstate(all="ignore"):
            dweight += product(cells[..., run], tile.transpose(0, 2, 1), tally)
    with np.errstate(all="ignore"):
        dbias = above.reshape(len(above), -1).sum(axis=1)
    return Gradients(dx.reshape(image.shape), dweight.reshape(weights.shape), dbias)


def linear_gradients(
    x: npt.ArrayLike, weight: npt.ArrayLike, dy: npt.ArrayLike, *, tally: Tally | None = None
) -> Gradients:
    """dx = weightᵀ @ dy, d weight = dy xᵀ, d bias = dy

    >>> linear_gradients([1.0, 2.0], [[3.0, 4.0]], [10.0]).x
    array([30., 40.])
    """
    owner, tally = "linear_gradients", tally or Tally()
    vector, matrix, bias = linear_parts(owner, x, weight, None)
    above = checks.of_shape(owner, "dy", dy, bias.shape)
    vector, matrix, above = _floats(owner, vector, matrix, above)
    dx = product(matrix.T, above, tally)
    dweight = product(above[:, np.newaxis], vector[np.newaxis, :], tally)
    return Gradients(dx, dweight, above.copy())


def maxpool_gradient(
    x: npt.ArrayLike,
    dy: npt.ArrayLike,
    kernel_size: Spatial,
    *,
    stride: Spatial | None = None,
    padding: Padding = 0,
    dilation: Spatial = 1,
    fit: str = "floor",
    ceil_mode: bool = False,
) -> Array:
    """dx: each dy goes to the cell that won its window; of equal cells to the first

    >>> maxpool_gradient([[1.0, 3.0, 2.0]], [[10.0, 20.0]], 2, stride=1)
    array([[ 0., 30.,  0.]])
    """
    owner = "maxpool_gradient"
    image = checks.feature_map(owner, x)
    best, found = maxpool_with_indices(
        image,
        kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        fit=fit,
        ceil_mode=ceil_mode,
    )
    above = checks.of_shape(owner, "dy", dy, best.shape)
    image, above = _floats(owner, image, above)
    dx = np.zeros((len(image), prod(image.shape[1:])), dtype=above.dtype)
    places = found.reshape(len(image), -1)
    maps = np.broadcast_to(np.arange(len(image))[:, np.newaxis], places.shape)
    won = places >= 0  # a window with only padding has no winner
    with np.errstate(all="ignore"):
        np.add.at(dx, (maps[won], places[won]), above.reshape(places.shape)[won])
    return dx.reshape(image.shape)


def avgpool_gradient(
    x: npt.ArrayLike,
    dy: npt.ArrayLike,
    kernel_size: Spatial,
    *,
    stride: Spatial | None = None,
    padding: Padding = 0,
    fit: str = "floor",
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """dx: each dy is divided evenly among the cells that its window counted

    >>> avgpool_gradient([[1.0, 3.0, 2.0]], [[10.0, 20.0]], 2, stride=1)
    array([[ 5., 15., 10.]])
    """
    owner = "avgpool_gradient"
    image = checks.feature_map(owner, x)
    axes = pool_axes(
        owner, image, kernel_size, stride, padding=padding, fit=fit, ceil_mode=ceil_mode
    )
    above = checks.of_shape(owner, "dy", dy, (len(image), *out_shape(axes)))
    image, above = _floats(owner, image, above)
    dx = np.zeros_like(image)
    kernel = tuple(axis.kernel for axis in axes)
    with np.errstate(all="ignore"):  # a window that counts no cell has no share
        share = above / divisors(axes, above.dtype, count_include_pad=count_include_pad)
        for tap in np.ndindex(*kernel):
            parts = [axis.reading(t) for axis, t in zip(axes, tap, strict=True)]
            places, cells = (tuple(part[side] for part in parts) for side in (0, 1))
            dx[(slice(None), *cells)] += share[(slice(None), *places)]
    return dx


__all__ = [
    "Gradients",
    "avgpool_gradient",
    "conv_gradients",
    "conv_transpose_gradients",
    "linear_gradients",
    "maxpool_gradient",
]
