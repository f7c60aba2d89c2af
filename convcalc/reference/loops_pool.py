"""The loop nests of pooling."""

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
from convcalc.reference.windows import Axis, corners, inside, out_shape, slide, under


def pool_axes(
    owner: str,
    image: Array,
    kernel_size: Spatial,
    stride: Spatial | None,
    padding: Padding = 0,
    dilation: Spatial = 1,
    fit: str = "floor",
    *,
    ceil_mode: bool = False,
) -> tuple[Axis, ...]:
    """The windows of a pool; without a stride they do not overlap. ceil_mode is fit ceil."""
    kernel = checks.per_axis(owner, "kernel_size", kernel_size, image.ndim - 1)
    if ceil_mode and fit == "strict":
        message = f"{owner}: ceil_mode and fit strict cannot be used together; give one of them"
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
    """The maxima, and the index of each: the cell's number in its map, row by row.

    Of equal cells the first counts. A window with only padding gives −∞, with index −1.

    >>> maxpool_with_indices([[3, 1, 4, 1, 5]], 2)
    (array([[3, 4]]), array([[0, 2]]))
    """
    image = checks.feature_map("maxpool", x)
    axes = pool_axes(
        "maxpool", image, kernel_size, stride, padding, dilation, fit, ceil_mode=ceil_mode
    )
    tally = tally or Tally()
    dtype = checks.result_type(image)
    y = np.zeros((len(image), *out_shape(axes)), dtype=dtype)
    found = np.full(y.shape, -1, dtype=np.int64)
    for channel in range(len(image)):
        for position, start in corners(axes):
            best = None
            for number, cell in enumerate(_cells_under(axes, start)):
                tally.comparisons += number > 0
                if not inside(axes, cell):
                    continue  # −∞ is compared, but never the largest
                value = image[(channel, *cell)]
                if best is None or value > best or (np.isnan(value) and not np.isnan(best)):
                    best = value
                    found[(channel, *position)] = np.ravel_multi_index(cell, image.shape[1:])
            y[(channel, *position)] = lowest("maxpool", dtype) if best is None else best
    return y, found


def lowest(owner: str, dtype: np.dtype[np.generic]) -> float:
    """−∞, the maximum of nothing; integers have none."""
    if dtype.kind != "f":
        message = f"{owner}: a window lies on padding only, which has no maximum; lower padding"
        raise ValueError(message)
    return -np.inf


def _cells_under(axes: Sequence[Axis], start: Shape) -> Iterator[Shape]:
    """All cells of the window with this start, including padding, in row-major order."""
    for tap in np.ndindex(*(axis.kernel for axis in axes)):
        yield under(axes, start, tap)


def window(axes: Sequence[Axis], start: Shape) -> Iterator[Shape]:
    """The real cells of the window with this start, in row-major order."""
    return (cell for cell in _cells_under(axes, start) if inside(axes, cell))


def read(cells: Array, channel: int, axes: Sequence[Axis], start: Shape) -> list[Any]:
    """The cells of one map that the window with this start reads; 0 for each cell outside."""
    return [
        cells[(channel, *cell)] if inside(axes, cell) else 0 for cell in _cells_under(axes, start)
    ]


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
    """y[c, p] = sum of the window at p / number of its cells

    With count_include_pad the cells of the padded input count, also zeros, but not the part of a ceil
    window past the end of the padding (as in PyTorch). Without it, only real cells count.

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
        "avgpool", image, kernel_size, stride, padding, dilation, fit, ceil_mode=ceil_mode
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
                    for cell in _cells_under(axes, start)
                )
                total = np.float64(tally.sum(read(cells, channel, axes, start)))
                y[(channel, *position)] = tally.divide(total, counted)
    return rounded("avgpool", y, dtype)


def on_padded_input(axes: Sequence[Axis], cell: Shape) -> bool:
    """Whether the cell is a real one or a padding zero, not past the end of both."""
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
    padding: Padding = 0,
    dilation: Spatial = 1,
    fit: str = "floor",
    ceil_mode: bool = False,
    tally: Tally | None = None,
) -> Array:
    """y[c, p] = (Σ of the window's x^norm_type)^(1 / norm_type)

    As in PyTorch the sign is kept, so norm_type 1 is the plain sum. A window past the end (fit ceil)
    sums its existing cells; PyTorch scales that sum up to a whole window.

    >>> lppool([[3, 4, 6, 8]], 2)
    array([[ 5., 10.]])
    """
    image = checks.feature_map("lppool", x)
    axes = pool_axes(
        "lppool", image, kernel_size, stride, padding, dilation, fit, ceil_mode=ceil_mode
    )
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
    """The cells that each bin reads: those it overlaps if both are spread over the same length.

    >>> shares(7, 3)
    [range(0, 3), range(2, 5), range(4, 7)]
    """
    found, first = [], 0
    for place in range(bins):
        # In units of 1/(cells·bins) of the length a cell is `bins` wide and a bin `cells` wide.
        left, right = place * cells, (place + 1) * cells
        while (first + 1) * bins <= left:
            first += 1
        last = first
        while last + 1 < cells and (last + 1) * bins < right:
            last += 1
        found.append(range(first, last + 1))
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


def blur_pool(
    x: npt.ArrayLike, kernel: npt.ArrayLike, *, stride: Spatial = 2, tally: Tally | None = None
) -> Array:
    """y[c, p] = Σ over taps of kernel[c, tap] · x[c, p · stride + tap − before], mirrored at the border

    Outside, cell −1 is cell 1 and cell n is cell n − 2. Of k taps, ⌊(k − 1)/2⌋ are before the cell.

    Args:
        x: map, (C, *spatial).
        kernel: its taps, (C, 1, *taps).
        stride: cells from one window to the next, per axis.

    >>> blur_pool([[1, 2, 4, 8]], [[[1, 2, 1]]])
    array([[ 6, 18]])
    """
    image, given, axes = blur_parts(x, kernel, stride)
    dtype, tally = checks.result_type(image, given), tally or Tally()
    cells, taps = exact(image, dtype), exact(given, dtype)
    y = np.zeros((len(image), *out_shape(axes)), dtype=cells.dtype)
    with np.errstate(all="ignore"):
        for channel in range(len(image)):
            for position, start in corners(axes):
                total: Any = 0
                for tap in np.ndindex(*given.shape[2:]):
                    places = (axis.cell(s, t) for axis, s, t in zip(axes, start, tap, strict=True))
                    cell = tuple(
                        _mirrored(p, axis.size) for p, axis in zip(places, axes, strict=True)
                    )
                    total += taps[(channel, 0, *tap)] * cells[(channel, *cell)]
                    tally.macs += 1
                y[(channel, *position)] = total
    return rounded("blur_pool", y, dtype)


def _mirrored(cell: int, size: int) -> int:
    """The cell inside the map whose value is used for a cell outside."""
    if cell < 0:
        return -cell
    return cell if cell < size else 2 * (size - 1) - cell


def blur_parts(
    x: npt.ArrayLike, kernel: npt.ArrayLike, stride: Spatial
) -> tuple[Array, Array, tuple[Axis, ...]]:
    """The map, its kernel, and the windows on the padded map."""
    image = checks.feature_map("blur_pool", x)
    given = checks.numbers("blur_pool", "kernel", kernel)
    taps = given.shape[2:]
    given = checks.of_shape("blur_pool", "kernel", given, (len(image), 1, *taps))
    pairs = [[(k - 1) // 2, k // 2] for k in taps]
    if len(taps) != image.ndim - 1 or any(
        after >= n for (_, after), n in zip(pairs, image.shape[1:], strict=True)
    ):
        message = f"blur_pool: the kernel {taps} cannot be mirrored on {image.shape[1:]}; give a smaller one"
        raise ValueError(message)
    axes = slide("blur_pool", image.shape[1:], taps, stride, pairs, 1, "floor")
    return image, given, axes
