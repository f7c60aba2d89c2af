"""The textbook loop nests: one operation at a time, each counted; simple, not fast.

Arrays are channels first and have no batch axis: x is (C, L), (C, H, W) or (C, D, H, W).
As every framework does, "convolution" here means cross-correlation: the kernel is not flipped.
Integers are computed with Python's exact integers, floats in 64 bits and rounded once at the end.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Padding, Shape, Spatial
from convcalc.reference.kernels import bias_or_zeros, kernels, transposed_kernels
from convcalc.reference.tally import Tally
from convcalc.reference.transposed import ScatterAxis, scatter_axes
from convcalc.reference.windows import Axis, corners, inside, out_shape, slide, under


def exact(array: Array, dtype: np.dtype[Any]) -> Array:
    """The array in float64 if the result is to be floats, else in Python's unbounded integers."""
    return array.astype(np.float64 if dtype.kind == "f" else object)


def rounded(owner: str, y: Array, dtype: np.dtype[Any]) -> Array:
    """An exact result in the type of the output."""
    if dtype.kind != "f":
        return checks.integers_that_fit(owner, y)
    return checks.in_type(y, dtype)


def add_bias(y: Array, bias: object, offsets: Array, tally: Tally) -> None:
    """Add the bias of its map, or its own bias, to every output; nothing without a bias."""
    if bias is not None:
        for cell in np.ndindex(*y.shape):
            y[cell] += offsets[cell[: offsets.ndim]]
            tally.bias_adds += 1


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
    """y[o, p] = bias[o] + Σ over maps c and taps t of weight[o, c, t] · x[c, p·stride + t·dilation]

    Args:
        x: input, (C, *spatial).
        weight: (out_channels, C / groups, *kernel_size). With connections, one kernel for each of
            them: (number of connections, *kernel_size), in the order of the table.
        bias: (out_channels,) or None.
        stride: cells from one window to the next.
        padding: cells of zeros around x, or valid, same, same_lower, full, causal.
        dilation: cells from one tap to the next.
        groups: input and output maps are split into this many groups that do not mix.
        connections: for each output map the input maps it reads (LeNet-5's C3).
        fit: floor, strict, ceil or caffe: the rule if the last window does not end at the input's end.
        tally: counts the operations, if given.

    >>> x = [[[0, 1, 2], [3, 4, 5], [6, 7, 8]]]
    >>> conv(x, [[[[0, 1], [2, 3]]]])
    array([[[19, 25],
            [37, 43]]])
    """
    image = checks.feature_map("conv", x)
    layer = kernels("conv", image, weight, bias, groups, connections)
    axes = slide("conv", image.shape[1:], layer.kernel_size, stride, padding, dilation, fit)
    tally = tally or Tally()
    dtype = checks.result_type(image, layer.weight, layer.bias)
    cells, offsets = exact(image, dtype), exact(layer.bias, dtype)

    y = np.zeros((len(offsets), *out_shape(axes)), dtype=cells.dtype)
    with np.errstate(all="ignore"):  # inf · 0 is nan, as in hardware; no warning
        for out, maps in enumerate(layer.maps):
            kernels_here = exact(layer.of(out), dtype)
            for position, start in corners(axes):
                total = _window_sum(cells, maps, kernels_here, axes, start, tally)
                y[(out, *position)] = total
        add_bias(y, bias, offsets, tally)
    return rounded("conv", y, dtype)


def _window_sum(
    cells: Array,
    maps: Sequence[int],
    weights: Array,
    axes: tuple[Axis, ...],
    start: Shape,
    tally: Tally,
) -> Any:
    """Σ over maps and taps of weight · cell, in the window with this start: each a multiply-add."""
    total: Any = 0
    for kernel, channel in zip(weights, maps, strict=True):
        for tap in np.ndindex(*kernel.shape):
            cell = under(axes, start, tap)
            real = inside(axes, cell)
            total = total + kernel[tap] * (cells[(channel, *cell)] if real else 0)
            tally.macs += 1
            tally.on_padding += not real
    return total


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
    """y[o, p·stride + t·dilation − padding] += weight[c, o, t] · x[c, p], on top of bias[o]

    Every input cell stamps the kernel, scaled by its value, onto the output; overlapping stamps add
    up. Padding cuts cells *off* the result. The products are counted on the input, cells times
    taps, including those whose result is cut off (`tally.cropped`).

    Args:
        x: input, (C, *spatial).
        weight: (C, out_channels / groups, *kernel_size).
        bias: (out_channels,) or None.
        stride: output cells from one stamp to the next.
        padding: cells cut off the result, or valid, same, same_lower.
        output_padding: cells added at the end of the result.
        dilation: cells from one tap to the next.
        groups: input and output maps are split into this many groups that do not mix.
        size_rule: pytorch, or keras (the output is at least stride · n).
        output_shape: cells of the result per axis, instead of output_padding or padding.
        tally: counts the operations, if given.

    >>> conv_transpose([[[0, 1], [2, 3]]], [[[[0, 1], [2, 3]]]])
    array([[[ 0,  0,  1],
            [ 0,  4,  6],
            [ 4, 12,  9]]])
    """
    image = checks.feature_map("conv_transpose", x)
    layer = transposed_kernels("conv_transpose", image, weight, bias, groups)
    how = (stride, padding, output_padding, dilation, size_rule, output_shape)
    axes = scatter_axes("conv_transpose", image.shape[1:], layer.kernel_size, *how)
    tally = tally or Tally()
    dtype = checks.result_type(image, layer.weight, layer.bias)
    cells, offsets = exact(image, dtype), exact(layer.bias, dtype)
    y = np.zeros((len(offsets), *(axis.size for axis in axes)), dtype=cells.dtype)
    with np.errstate(all="ignore"):
        for channel, maps in enumerate(layer.maps):
            kernels_here = exact(layer.of(channel), dtype)
            for position, start in corners(axes):
                for kernel, out in zip(kernels_here, maps, strict=True):
                    _stamp(y[out], kernel, cells[(channel, *position)], axes, start, tally)
        add_bias(y, bias, offsets, tally)
    return rounded("conv_transpose", y, dtype)


def _stamp(
    onto: Array,
    kernel: Array,
    value: Any,
    axes: tuple[ScatterAxis, ...],
    start: Shape,
    tally: Tally,
) -> None:
    """Add kernel · value to a map, from this start on: each a multiply-add; cells outside are lost."""
    for tap in np.ndindex(*kernel.shape):
        result = kernel[tap] * value
        tally.macs += 1
        cell = under(axes, start, tap)
        if inside(axes, cell):
            onto[cell] += result
        else:
            tally.cropped += 1


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
    """A convolution with as many groups as input maps: each map has its own kernels.

    The weight is (C · multiplier, 1, *kernel_size); output maps c·multiplier … read input map c.

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
    """A depthwise convolution without bias, then a 1×1 convolution with bias (Keras SeparableConv).

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
    """A convolution without shared weights: every output position has its own kernels and biases.

    The weight is (out_channels, *output, C, *kernel_size), the bias (out_channels, *output).

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
    tally = tally or Tally()
    dtype = checks.result_type(image, given, shift)
    cells, weights, offsets = exact(image, dtype), exact(given, dtype), exact(shift, dtype)
    y = np.zeros(shape, dtype=cells.dtype)

    with np.errstate(all="ignore"):
        for out in range(len(y)):
            for position, start in corners(axes):
                here = weights[(out, *position)]
                y[(out, *position)] = _window_sum(
                    cells, range(len(cells)), here, axes, start, tally
                )
        add_bias(y, bias, offsets, tally)
    return rounded("local_conv", y, dtype)


def local_weight(x: Array, weight: npt.ArrayLike) -> Array:
    """The weight of a locally connected layer, refused if it has the wrong number of axes."""
    given = checks.numbers("local_conv", "weight", weight)
    rank = x.ndim - 1
    if given.ndim != 2 * rank + 2:
        message = (
            f"local_conv: weight has {given.ndim} axes and x has shape {x.shape}; give weight "
            f"{2 * rank + 2} axes, (out_channels, *output, in_channels, *kernel_size)"
        )
        raise ValueError(message)
    return given


def linear(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    *,
    tally: Tally | None = None,
) -> Array:
    """y[o] = bias[o] + Σ over i of weight[o, i] · x[i]

    >>> linear([1, 2], [[3, 4], [5, 6]], [100, 200])
    array([111, 217])
    """
    vector, matrix, shift = linear_parts("linear", x, weight, bias)
    tally = tally or Tally()
    dtype = checks.result_type(vector, matrix, shift)
    values, weights, offsets = exact(vector, dtype), exact(matrix, dtype), exact(shift, dtype)
    y = np.zeros(len(offsets), dtype=values.dtype)
    with np.errstate(all="ignore"):
        for out in range(len(y)):
            for i in range(len(values)):
                y[out] += weights[out, i] * values[i]
                tally.macs += 1
        add_bias(y, bias, offsets, tally)
    return rounded("linear", y, dtype)


def rbf(x: npt.ArrayLike, weight: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y[o] = Σ over i of (x[i] − weight[o, i])²

    LeNet-5's output layer: the squared distance to one fixed vector per class.

    >>> rbf([1, 2], [[1, 2], [0, 0]])
    array([0, 5])
    """
    vector, matrix, _ = linear_parts("rbf", x, weight, None)
    tally = tally or Tally()
    dtype = checks.result_type(vector, matrix)
    values, centres = exact(vector, dtype), exact(matrix, dtype)
    y = np.zeros(len(centres), dtype=values.dtype)
    with np.errstate(all="ignore"):
        for out in range(len(y)):
            for i in range(len(values)):
                away = tally.subtract(values[i], centres[out, i])
                y[out] += away * away
                tally.macs += 1
    return rounded("rbf", y, dtype)


def linear_parts(
    owner: str, x: npt.ArrayLike, weight: npt.ArrayLike, bias: npt.ArrayLike | None
) -> tuple[Array, Array, Array]:
    """A vector, a matrix that fits it, and a bias that fits the matrix."""
    vector = checks.numbers(owner, "x", x)
    if vector.ndim != 1:
        message = f"{owner}: x has shape {vector.shape}; it reads a vector, so flatten x first"
        raise ValueError(message)
    matrix = checks.numbers(owner, "weight", weight)
    matrix = checks.of_shape(owner, "weight", matrix, (*matrix.shape[:1], len(vector)))
    return vector, matrix, bias_or_zeros(owner, bias, len(matrix))


def rows_along(shape: Shape, *axes: int) -> list[list[Shape]]:
    """The cells of an array in rows: cells of a row differ only along the given axes.

    >>> rows_along((2, 2), 1)
    [[(0, 0), (0, 1)], [(1, 0), (1, 1)]]
    """
    rows: dict[Shape, list[Shape]] = {}
    for cell in np.ndindex(*shape):
        place = tuple(number for axis, number in enumerate(cell) if axis not in axes)
        rows.setdefault(place, []).append(cell)
    return list(rows.values())
