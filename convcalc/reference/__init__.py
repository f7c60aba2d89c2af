"""The witness: convolution arithmetic with real arrays, only in NumPy.

It shares no formula with the calculator that it checks. Every size is the shape of an array that it
made, and every count was made while multiplying: one by one in the loops, by the sizes of the
multiplied arrays in the fast way. There are two ways to the same numbers:

    loops, loops_pool …              textbook loop nests, one number at a time
    fast, fast_pool …                matrix products, and steps over whole arrays

The functions here are the fast ones, with the number of spatial axes in their names. Arrays are
channels first without a batch axis: (C, L), (C, H, W), (C, D, H, W).

>>> import numpy as np
>>> from convcalc.reference import Tally, conv2d
>>> tally = Tally()
>>> conv2d(np.ones((3, 32, 32)), np.ones((5, 3, 5, 5)), stride=3, tally=tally).shape
(5, 10, 10)
>>> tally.macs  # 5 maps x 10 x 10 places x 3 maps x 5 x 5 taps
37500

`WITNESSES` has one witness per kind of layer, for checking a calculator's numbers layer by layer.
"""

from collections.abc import Callable, Sequence
from functools import update_wrapper
from inspect import cleandoc
from math import prod
from typing import Concatenate, ParamSpec

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks, fast, fast_pool, gather
from convcalc.reference import kinds as _kinds  # noqa: F401 - it fills WITNESSES
from convcalc.reference.backends import LOOPS
from convcalc.reference.base import WITNESSES, Witness, witness
from convcalc.reference.checks import Array, Padding, Spatial
from convcalc.reference.fast import linear
from convcalc.reference.grad import (
    Gradients,
    avgpool_gradient,
    conv_gradients,
    conv_transpose_gradients,
    linear_gradients,
    maxpool_gradient,
)
from convcalc.reference.tally import Tally
from convcalc.reference.windows import out_shape, slide

__all__ = [
    "WITNESSES",
    "Gradients",
    "Tally",
    "Witness",
    "avgpool1d",
    "avgpool2d",
    "avgpool3d",
    "avgpool_gradient",
    "col2im",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_gradients",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "conv_transpose_gradients",
    "depthwise_conv2d",
    "im2col",
    "linear",
    "linear_gradients",
    "local_conv2d",
    "maxpool1d",
    "maxpool2d",
    "maxpool3d",
    "maxpool_gradient",
    "separable_conv2d",
    "witness",
]

_P = ParamSpec("_P")
_Layer = Callable[Concatenate[npt.ArrayLike, _P], Array]


def _of_rank(axes: int, name: str, layer: _Layer[_P]) -> _Layer[_P]:
    """The layer, for inputs with exactly this many spatial axes; described as its loop nest is."""

    def checked(x: npt.ArrayLike, *args: _P.args, **kwargs: _P.kwargs) -> Array:
        image = checks.numbers(name, "x", x)
        if image.ndim != axes + 1:
            message = (
                f"{name}: x has shape {image.shape}; give {axes + 1} axes, channels first and "
                "without a batch axis"
            )
            raise ValueError(message)
        return layer(image, *args, **kwargs)

    described = cleandoc(LOOPS[layer.__name__].__doc__ or "")
    text = described.partition(">>>")[0]  # the example stays in the loop nest
    update_wrapper(checked, layer)
    checked.__module__ = __name__
    checked.__name__ = checked.__qualname__ = name
    checked.__doc__ = f"{text.rstrip()}\n\nx has {axes + 1} axes, channels first."
    return checked  # type: ignore[return-value]  # Callable cannot say that x has a name


conv1d = _of_rank(1, "conv1d", fast.conv)
conv2d = _of_rank(2, "conv2d", fast.conv)
conv3d = _of_rank(3, "conv3d", fast.conv)
conv_transpose1d = _of_rank(1, "conv_transpose1d", fast.conv_transpose)
conv_transpose2d = _of_rank(2, "conv_transpose2d", fast.conv_transpose)
conv_transpose3d = _of_rank(3, "conv_transpose3d", fast.conv_transpose)
depthwise_conv2d = _of_rank(2, "depthwise_conv2d", fast.depthwise_conv)
separable_conv2d = _of_rank(2, "separable_conv2d", fast.separable_conv)
local_conv2d = _of_rank(2, "local_conv2d", fast.local_conv)
maxpool1d = _of_rank(1, "maxpool1d", fast_pool.maxpool)
maxpool2d = _of_rank(2, "maxpool2d", fast_pool.maxpool)
maxpool3d = _of_rank(3, "maxpool3d", fast_pool.maxpool)
avgpool1d = _of_rank(1, "avgpool1d", fast_pool.avgpool)
avgpool2d = _of_rank(2, "avgpool2d", fast_pool.avgpool)
avgpool3d = _of_rank(3, "avgpool3d", fast_pool.avgpool)


def im2col(
    x: npt.ArrayLike,
    kernel_size: Spatial,
    *,
    stride: Spatial = 1,
    padding: Padding = 0,
    dilation: Spatial = 1,
    fit: str = "floor",
) -> Array:
    """Every window of x as a column: (C · taps, places)

    Row c · taps + t has, for all places, the cell that tap t of the window reads in map c. The convolution
    is then `weight.reshape(out_channels, -1) @ im2col(x, ...)`.

    >>> im2col([[1, 2, 3, 4]], 2)
    array([[1, 2, 3],
           [2, 3, 4]])
    >>> im2col([[1, 2, 3, 4]], 2, stride=2)
    array([[1, 3],
           [2, 4]])
    """
    image = checks.feature_map("im2col", x)
    kernel = checks.per_axis("im2col", "kernel_size", kernel_size, image.ndim - 1)
    axes = slide("im2col", image.shape[1:], kernel, stride, padding, dilation, fit)
    return gather.im2col(image, axes)


def col2im(
    columns: npt.ArrayLike,
    shape: Sequence[int],
    kernel_size: Spatial,
    *,
    stride: Spatial = 1,
    padding: Padding = 0,
    dilation: Spatial = 1,
    fit: str = "floor",
) -> Array:
    """Add columns back to a map of the given shape (C, *spatial), at the cells that im2col read

    Not the inverse of im2col but its transpose: a cell that several windows read becomes the sum.

    >>> col2im([[1, 2, 3], [2, 3, 4]], (1, 4), 2)
    array([[1, 4, 6, 4]])
    """
    given = checks.numbers("col2im", "columns", columns)
    sizes = checks.listed(shape)
    if not isinstance(sizes, Sequence) or not 1 <= len(sizes) - 1 <= checks.MOST_AXES:
        message = f"col2im: shape is {shape!r}; give channels first and 1 to 3 spatial axes"
        raise ValueError(message)
    maps, *spatial = (checks.whole("col2im", "shape", n, least=1) for n in sizes)
    kernel = checks.per_axis("col2im", "kernel_size", kernel_size, len(spatial))
    axes = slide("col2im", tuple(spatial), kernel, stride, padding, dilation, fit)
    places = out_shape(axes)
    given = checks.of_shape("col2im", "columns", given, (maps * prod(kernel), prod(places)))
    dtype = checks.result_type(given)
    most = prod(kernel) * fast.largest(given)
    total = np.zeros((maps, *spatial), dtype=fast.working_type("col2im", dtype, most))
    gather.scatter(total, axes, tuple(range(n) for n in places), given)
    return checks.in_type(total, dtype)
