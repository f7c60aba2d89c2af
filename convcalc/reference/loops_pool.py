"""The loop nests of pooling, and of what undoes it: unpooling and upsampling."""

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Padding, Shape, Spatial
from convcalc.reference.kernels import bias_or_zeros
from convcalc.reference.loops import add_bias, exact, rounded
from convcalc.reference.tally import Tally
from convcalc.reference.windows import Axis, corners, inside, out_shape, padding_pairs, slide, under

MODES = ("nearest", "linear")


def pool_axes(
    owner: str,
    image: Array,
    kernel_size: Spatial,
    stride: Spatial | None,
    *,
    padding: Padding = 0,
    dilation: Spatial = 1,
    fit: str = "floor",
    ceil_mode: bool = False,
) -> tuple[Axis, ...]:
    """The windows of a pool; without a stride they lie side by side. ceil_mode is fit ceil."""
    kernel = checks.per_axis(owner, "kernel_size", kernel_size, image.ndim - 1)
    if ceil_mode and fit == "strict":
        message = f"{owner}: ceil_mode and fit strict exclude each other; give one of them"
        raise ValueError(message)
    return slide(
        owner,
        image.shape[1:],
        kernel,
        stride=kernel if stride is None else stride,
        padding=padding,
        dilation=dilation,
        fit="ceil" if ceil_mode and fit == "floor" else fit,
    )


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
    """y[c, p] = the largest real cell of the window at p; padding never wins, NaN always does

    >>> maxpool([[[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]], 2)
    array([[[6, 8],
            [3, 4]]])
    """
    best, _ = maxpool_with_indices(
        x,
        kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        fit=fit,
        ceil_mode=ceil_mode,
        tally=tally,
    )
    return best


def maxpool_with_indices(
    x: npt.ArrayLike,
    kernel_size: Spatial,
    *,
    stride: Spatial | None = None,
    padding: Padding = 0,
    dilation: Spatial = 1,
    fit: str = "floor",
    ceil_mode: bool = False,
    tally: Tally | None = None,
) -> tuple[Array, Array]:
    """The maxima, and where each was found: the cell's number in its map, row by row.

    Of equal cells the first counts. A window that lies on padding alone is −∞, found at −1.

    >>> maxpool_with_indices([[3, 1, 4, 1, 5]], 2)
    (array([[3, 4]]), array([[0, 2]]))
    """
    image = checks.feature_map("maxpool", x)
    axes = pool_axes(
        "maxpool",
        image,
        kernel_size,
        stride,
        padding=padding,
        dilation=dilation,
        fit=fit,
        ceil_mode=ceil_mode,
    )
    tally = tally or Tally()
    dtype = checks.result_type(image)
    y = np.zeros((len(image), *out_shape(axes)), dtype=dtype)
    found = np.full(y.shape, -1, dtype=np.int64)
    for channel in range(len(image)):
        for position, start in corners(axes):
            best = None
            for number, cell in enumerate(cells_under(axes, start)):
                tally.comparisons += number > 0
                if not inside(axes, cell):
                    continue  # −∞: compared, and never the largest
                value = image[(channel, *cell)]
                if best is None or value > best or (np.isnan(value) and not np.isnan(best)):
                    best = value
                    found[(channel, *position)] = np.ravel_multi_index(cell, image.shape[1:])
            y[(channel, *position)] = lowest("maxpool", dtype) if best is None else best
    return y, found


def lowest(owner: str, dtype: np.dtype[np.generic]) -> float:
    """−∞, the maximum of nothing; integers have none."""
    if dtype.kind != "f":
        message = f"{owner}: a window lies on padding alone, which has no maximum; lower padding"
        raise ValueError(message)
    return -np.inf


def cells_under(axes: Sequence[Axis], start: Shape) -> Iterator[Shape]:
    """All cells of the window with this start, those of the padding too, in row-major order."""
    for tap in np.ndindex(*(axis.kernel for axis in axes)):
        yield under(axes, start, tap)


def window(axes: Sequence[Axis], start: Shape) -> Iterator[Shape]:
    """The real cells of the window with this start, in row-major order."""
    return (cell for cell in cells_under(axes, start) if inside(axes, cell))


def read(cells: Array, channel: int, axes: Sequence[Axis], start: Shape) -> list[Any]:
    """What the window with this start reads in one map: a 0 for each cell that is not there."""
    return [
        cells[(channel, *cell)] if inside(axes, cell) else 0 for cell in cells_under(axes, start)
    ]


def avgpool(
    x: npt.ArrayLike,
    kernel_size: Spatial,
    *,
    stride: Spatial | None = None,
    padding: Padding = 0,
    fit: str = "floor",
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    tally: Tally | None = None,
) -> Array:
    """y[c, p] = sum of the window at p / number of its cells

    With count_include_pad the cells are those of the padded input, so zeros count, but the part of
    a ceil window that hangs over the padding does not (as PyTorch divides). Without, only real
    cells.

    >>> avgpool([[[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]], 2)
    array([[[3.25, 5.25],
            [2.  , 2.  ]]])
    >>> avgpool([[4, 4, 4]], 2, padding=1)
    array([[2., 4.]])
    >>> avgpool([[4, 4, 4]], 2, padding=1, count_include_pad=False)
    array([[4., 4.]])
    """
    image = checks.feature_map("avgpool", x)
    axes = pool_axes(
        "avgpool", image, kernel_size, stride, padding=padding, fit=fit, ceil_mode=ceil_mode
    )
    tally = tally or Tally()
    dtype = mean_type(image)
    cells = exact(image, dtype)
    y = np.zeros((len(image), *out_shape(axes)))
    with np.errstate(all="ignore"):  # a window without any cell is 0/0, nan
        for channel in range(len(image)):
            for position, start in corners(axes):
                counted = sum(
                    inside(axes, cell) or (count_include_pad and on_padded_input(axes, cell))
                    for cell in cells_under(axes, start)
                )
                total = np.float64(tally.sum(read(cells, channel, axes, start)))
                y[(channel, *position)] = tally.divide(total, counted)
    return rounded("avgpool", y, dtype)


def on_padded_input(axes: Sequence[Axis], cell: Shape) -> bool:
    """The cell is a real one or a padding zero, not past the end of both."""
    return all(
        -axis.before <= number < axis.size + axis.after
        for axis, number in zip(axes, cell, strict=True)
    )


def mean_type(image: Array) -> np.dtype[np.generic]:
    """The image's own float type; the mean of integers is a float64."""
    return image.dtype if image.dtype.kind == "f" else np.dtype(np.float64)


def lppool(
    x: npt.ArrayLike,
    kernel_size: Spatial,
    *,
    stride: Spatial | None = None,
    norm_type: float = 2,
    fit: str = "floor",
    ceil_mode: bool = False,
    tally: Tally | None = None,
) -> Array:
    """y[c, p] = (Σ of the window's x^norm_type)^(1 / norm_type)

    As in PyTorch the sign is kept, so norm_type 1 is the plain sum. A window that hangs over the
    end (fit ceil) sums the cells there are; PyTorch scales that up to a whole window's.

    >>> lppool([[3, 4, 6, 8]], 2)
    array([[ 5., 10.]])
    """
    image = checks.feature_map("lppool", x)
    axes = pool_axes("lppool", image, kernel_size, stride, fit=fit, ceil_mode=ceil_mode)
    norm_type = norm_of(norm_type)
    tally = tally or Tally()
    dtype = mean_type(image)
    cells = exact(image, dtype)
    y = np.zeros((len(image), *out_shape(axes)))
    with np.errstate(all="ignore"):
        for channel in range(len(image)):
            for position, start in corners(axes):
                values = map(np.float64, read(cells, channel, axes, start))
                total = tally.sum([tally.power(value, norm_type) for value in values])
                y[(channel, *position)] = tally.power(total, 1 / norm_type)
    return rounded("lppool", y, dtype)


def norm_of(norm_type: float) -> float:
    """A power that has a root."""
    power = checks.real("lppool", "norm_type", norm_type)
    if power == 0:
        message = "lppool: norm_type is 0, and there is no root of order 0; give another number"
        raise ValueError(message)
    return power


def shares(cells: int, bins: int) -> list[range]:
    """Which of the cells each bin reads: those it overlaps when both are spread over one length.

    >>> shares(7, 3)
    [range(0, 3), range(2, 5), range(4, 7)]
    """
    found = []
    for place in range(bins):
        # In units of 1/(cells·bins) of the length a cell is `bins` wide and a bin `cells` wide.
        left, right = place * cells, (place + 1) * cells
        overlapped = [
            cell for cell in range(cells) if cell * bins < right and (cell + 1) * bins > left
        ]
        found.append(range(overlapped[0], overlapped[-1] + 1))
    return found


def adaptive_shares(owner: str, image: Array, output_size: object) -> list[list[range]]:
    """The cells of each output position, axis by axis; None keeps an axis."""
    spatial = image.shape[1:]
    if isinstance(output_size, (list, tuple)) and len(output_size) == len(spatial):
        output_size = [
            n if size is None else size for n, size in zip(spatial, output_size, strict=True)
        ]
    sizes = checks.per_axis(owner, "output_size", output_size, len(spatial))
    return [shares(n, size) for n, size in zip(spatial, sizes, strict=True)]


def adaptive_avgpool(x: npt.ArrayLike, output_size: object, *, tally: Tally | None = None) -> Array:
    """y[c, p] = mean of the cells that output position p overlaps

    >>> adaptive_avgpool([[1, 2, 3, 4, 5, 6, 7]], 3)
    array([[2., 4., 6.]])
    """
    return _adaptive("adaptive_avgpool", x, output_size, tally, mean=True)


def adaptive_maxpool(x: npt.ArrayLike, output_size: object, *, tally: Tally | None = None) -> Array:
    """y[c, p] = largest of the cells that output position p overlaps

    >>> adaptive_maxpool([[1, 2, 3, 4, 5, 6, 7]], 3)
    array([[3, 5, 7]])
    """
    return _adaptive("adaptive_maxpool", x, output_size, tally, mean=False)


def _adaptive(
    owner: str,
    x: npt.ArrayLike,
    output_size: object,
    tally: Tally | None,
    *,
    mean: bool,
) -> Array:
    image = checks.feature_map(owner, x)
    dtype = mean_type(image) if mean else checks.result_type(image)
    bins = adaptive_shares(owner, image, output_size)
    cells = exact(image, dtype)
    tally = tally or Tally()
    y = np.zeros((len(image), *map(len, bins)), dtype=cells.dtype)
    with np.errstate(all="ignore"):
        for channel in range(len(image)):
            for position in np.ndindex(*y.shape[1:]):
                reads = [bins[axis][place] for axis, place in enumerate(position)]
                values = [cells[(channel, *cell)] for cell in product(*reads)]
                if mean:
                    y[(channel, *position)] = tally.divide(tally.sum(values), len(values))
                else:
                    y[(channel, *position)] = reduce(tally.larger, values)
    return rounded(owner, y, dtype)


def global_avgpool(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y[c, 0, 0] = mean of map c

    >>> global_avgpool([[[1, 2], [3, 6]]])
    array([[[3.]]])
    """
    return _adaptive("global_avgpool", x, 1, tally, mean=True)


def global_maxpool(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y[c, 0, 0] = largest cell of map c

    >>> global_maxpool([[[1, 2], [3, 6]]])
    array([[[6]]])
    """
    return _adaptive("global_maxpool", x, 1, tally, mean=False)


def subsample(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None,
    kernel_size: Spatial,
    *,
    stride: Spatial | None = None,
    tally: Tally | None = None,
) -> Array:
    """y[c, p] = weight[c] · sum of the window at p + bias[c]

    LeNet-5's trainable pooling: one coefficient and one bias per map, and one product per output.

    >>> subsample([[1, 2, 3, 4]], [10], [1], 2)
    array([[31, 71]])
    """
    image = checks.feature_map("subsample", x)
    axes = pool_axes("subsample", image, kernel_size, stride)
    scale = checks.of_shape("subsample", "weight", weight, image.shape[:1])
    shift = bias_or_zeros("subsample", bias, len(image))
    tally = tally or Tally()
    dtype = checks.result_type(image, scale, shift)
    cells, scales, shifts = exact(image, dtype), exact(scale, dtype), exact(shift, dtype)
    y = np.zeros((len(image), *out_shape(axes)), dtype=cells.dtype)
    with np.errstate(all="ignore"):
        for channel in range(len(image)):
            for position, start in corners(axes):
                y[(channel, *position)] = scales[channel] * tally.sum(
                    read(cells, channel, axes, start)
                )
                tally.macs += 1
        add_bias(y, bias, shifts, tally)
    return rounded("subsample", y, dtype)


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
    indices each value goes to the first real cell of its window.

    Args:
        x: pooled map, (C, *spatial).
        kernel_size: taps of the pool, per axis.
        stride: its stride; without one, the kernel size.
        padding: its padding.
        indices: as `maxpool_with_indices` gives them, of the shape of x.

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
    """The windows of the pool to be undone, on the smallest input that has this many of them."""
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
    """The number, row by row, of the output cell each value goes to."""
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
    """y[c, i] = x[c, cell that i lies on], or a blend of the two cells i lies between

    linear is bilinear in 2-D and trilinear in 3-D, with align_corners false: cells are areas, so
    output cell i has its centre at (i + ½) / scale − ½ of the input, and the rim is flat.

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
    """The value between the cells of `parts`: along the first axis between two along the others."""
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
    """For each output cell of one axis, the input cells it is made of and their shares.

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
