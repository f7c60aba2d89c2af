"""The loop nests of layers that enlarge maps: unpooling and upsampling."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Padding, Shape, Spatial
from convcalc.reference.loops_pool import mean_type, window
from convcalc.reference.tally import Tally
from convcalc.reference.windows import Axis, corners, padding_pairs

MODES = ("nearest", "linear")


def unpool(
    x: npt.ArrayLike,
    kernel_size: Spatial,
    *,
    stride: Spatial | None = None,
    padding: Padding = 0,
    indices: npt.ArrayLike | None = None,
) -> Array:
    """y[c, indices[c, p]] = x[c, p], and 0 everywhere else

    The size is that of the smallest map from which a pool with these options makes x. Without
    indices, each value goes to the first real cell of its window.

    Args:
        x: pooled map, (C, *spatial).
        kernel_size: taps of the pool, per axis.
        stride: its stride; without one, the kernel size.
        padding: its padding.
        indices: the indices from `maxpool_with_indices`, in the shape of x.

    >>> unpool([[7, 8]], 2, indices=[[1, 2]])
    array([[0, 7, 8, 0]])
    """
    image = checks.feature_map("unpool", x)
    axes = unpool_axes(image, kernel_size, stride, padding)
    shape = tuple(axis.size for axis in axes)
    places = unpool_places(image, axes, indices)
    y = np.zeros((len(image), *shape), dtype=image.dtype)
    for channel in range(len(image)):
        for position in np.ndindex(*image.shape[1:]):
            cell = np.unravel_index(places[(channel, *position)], shape)
            y[(channel, *cell)] = image[(channel, *position)]
    return y


def unpool_axes(
    image: Array, kernel_size: Spatial, stride: Spatial | None, padding: Padding
) -> tuple[Axis, ...]:
    """The windows of the pool to invert, on the smallest input that has this many of them."""
    rank = image.ndim - 1
    kernel = checks.per_axis("unpool", "kernel_size", kernel_size, rank)
    strides = checks.per_axis("unpool", "stride", kernel if stride is None else stride, rank)
    if isinstance(padding, str) and padding != "valid":
        message = f"unpool: padding is {padding!r}; give the numbers the pool used"
        raise ValueError(message)
    ones = (1,) * rank
    pairs = padding_pairs("unpool", padding, image.shape[1:], kernel, strides, ones)
    axes = []
    for number, (n, k, s) in enumerate(zip(image.shape[1:], kernel, strides, strict=True)):
        before, after = pairs[number]
        starts = range(0, n * s, s)
        size = starts[-1] + k - before - after  # the input ends where the last window ends
        if size < 1:
            message = (
                f"unpool: padding {before} + {after} leaves nothing of the {starts[-1] + k} cells "
                f"of spatial axis {number}; lower padding"
            )
            raise ValueError(message)
        axes.append(Axis(size, k, s, 1, before, after, starts))
    return tuple(axes)


def unpool_places(
    image: Array, axes: Sequence[Axis], indices: npt.ArrayLike | None
) -> npt.NDArray[np.int64]:
    """The number (row by row) of each value's output cell."""
    shape = tuple(axis.size for axis in axes)
    if indices is None:
        first = [next(window(axes, start), (0,) * len(axes)) for _, start in corners(axes)]
        numbers = np.array([np.ravel_multi_index(cell, shape) for cell in first], dtype=np.int64)
        return np.broadcast_to(numbers.reshape(image.shape[1:]), image.shape)
    places = checks.of_shape("unpool", "indices", indices, image.shape)
    cells = int(np.prod(shape))
    if places.dtype.kind not in "iu" or places.min() < 0 or places.max() >= cells:
        message = (
            f"unpool: indices must be whole numbers from 0 to {cells - 1}, the cells of {shape}"
        )
        raise ValueError(message)
    return places.astype(np.int64)


def upsample(
    x: npt.ArrayLike, scale_factor: Spatial, *, mode: str = "nearest", tally: Tally | None = None
) -> Array:
    """y[c, i] = x[c, cell at i], or an interpolation of the two cells around i

    linear is bilinear in 2-D and trilinear in 3-D, with align_corners false: cells are areas, so
    output cell i has its centre at (i + ½) / scale − ½ of the input, and values beyond the border are constant.

    >>> upsample([[1, 2]], 2)
    array([[1, 1, 2, 2]])
    >>> upsample([[1, 2]], 2, mode="linear")
    array([[1.  , 1.25, 1.75, 2.  ]])
    """
    image = checks.feature_map("upsample", x)
    mode = checks.one_of("upsample", "mode", mode, MODES)
    scales = checks.per_axis("upsample", "scale_factor", scale_factor, image.ndim - 1)
    tally = tally or Tally()
    blends = [blend(n, s, mode) for n, s in zip(image.shape[1:], scales, strict=True)]
    dtype = image.dtype if mode == "nearest" else mean_type(image)
    y = np.zeros((len(image), *map(len, blends)), dtype=np.float64 if mode == "linear" else dtype)
    with np.errstate(all="ignore"):
        for channel in range(len(image)):
            for position in np.ndindex(*y.shape[1:]):
                parts = [blends[axis][place] for axis, place in enumerate(position)]
                if mode == "nearest":
                    y[(channel, *position)] = image[(channel, *(part[0][0] for part in parts))]
                    continue
                y[(channel, *position)] = _between(image[channel], (), parts, tally)
    return y.astype(dtype)


def _between(map_: Array, cell: Shape, parts: list[list[tuple[int, float]]], tally: Tally) -> Any:
    """The interpolated value of the cells in `parts`: along the first axis, of values along the others."""
    if not parts:
        return np.float64(map_[cell])
    (low, share_of_low), (high, share) = (parts[0][0], parts[0][-1])
    left = _between(map_, (*cell, low), parts[1:], tally)
    right = _between(map_, (*cell, high), parts[1:], tally)
    if low == high:
        share, share_of_low = 0.0, 1.0
    blended = tally.add(tally.multiply(share_of_low, left), tally.multiply(share, right))
    return left if low == high else blended  # 0 · inf would be nan


def blend(size: int, scale: int, mode: str) -> list[list[tuple[int, float]]]:
    """The input cells of each output cell of one axis, with their shares.

    >>> blend(2, 2, "linear")
    [[(0, 1.0)], [(0, 0.75), (1, 0.25)], [(0, 0.25), (1, 0.75)], [(1, 1.0)]]
    """
    if mode == "nearest":
        return [[(cell, 1.0)] for cell in range(size) for _ in range(scale)]
    made = []
    for place in range(size * scale):
        centre = (place + 0.5) / scale - 0.5
        left = min(max(centre, 0.0), size - 1.0)
        cell, share = int(left), left - int(left)
        made.append([(cell, 1.0 - share)] + ([(cell + 1, share)] if share else []))
    return made
