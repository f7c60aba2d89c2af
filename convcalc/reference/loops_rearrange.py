"""The loop nests of layers that only move cells, and of layers that join branches."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Padding, Shape
from convcalc.reference.loops import exact, rounded
from convcalc.reference.tally import Tally
from convcalc.reference.windows import padding_pairs


def dropout(x: npt.ArrayLike) -> Array:
    """y = x: outside training nothing is dropped or scaled

    >>> dropout([1, 2])
    array([1, 2])
    """
    return checks.numbers("dropout", "x", x).copy()


def _number_pairs(owner: str, image: Array, padding: Padding) -> tuple[tuple[int, int], ...]:
    """[before, after] per axis from numbers; words need a window and have no meaning here."""
    if isinstance(padding, str):
        message = f"{owner}: padding is {padding!r}; give numbers"
        raise TypeError(message)
    ones = (1,) * (image.ndim - 1)
    return padding_pairs(owner, padding, image.shape[1:], ones, ones, ones)


def pad(x: npt.ArrayLike, padding: Padding = 0, *, size: object = None) -> Array:
    """y[c, p + before] = x[c, p], and 0 around: `padding` cells at each end, or up to the given size

    If an odd number of cells must be added, the odd one goes to the end.

    >>> pad([[7, 8]], [[0, 2]]), pad([[7, 8]], size=5)
    (array([[7, 8, 0, 0]]), array([[0, 7, 8, 0, 0]]))
    """
    image = checks.feature_map("pad", x)
    pairs = pad_pairs(image, padding, size)
    shape = [b + n + a for n, (b, a) in zip(image.shape[1:], pairs, strict=True)]
    y = np.zeros((len(image), *shape), dtype=image.dtype)
    for channel, *place in np.ndindex(*image.shape):
        moved = [p + before for p, (before, _) in zip(place, pairs, strict=True)]
        y[(channel, *moved)] = image[(channel, *place)]
    return y


def pad_pairs(image: Array, padding: Padding, size: object) -> tuple[tuple[int, int], ...]:
    """Cells to add before and after, per axis."""
    if size is None:
        return _number_pairs("pad", image, padding)
    sizes = checks.per_axis("pad", "size", size, image.ndim - 1)
    return tuple(_spread(n, wanted) for n, wanted in zip(image.shape[1:], sizes, strict=True))


def _spread(size: int, wanted: int) -> tuple[int, int]:
    """Add at the end, then at the front, and so on until the wanted size is reached."""
    if wanted < size:
        message = f"pad: size {wanted} is less than the {size} cells there are; crop instead"
        raise ValueError(message)
    before, after = _centred(wanted, size)
    return before, after


def crop(x: npt.ArrayLike, *, size: object = None, padding: Padding | None = None) -> Array:
    """y[c, p] = x[c, p + cut]: `padding` cells cut off each end, or the centre of the given size

    If an odd number of cells must be cut off, the odd one is cut at the end.

    >>> crop([[1, 2, 3, 4]], size=1), crop([[1, 2, 3, 4]], padding=[[0, 1]])
    (array([[2]]), array([[1, 2, 3]]))
    """
    image = checks.feature_map("crop", x)
    cuts = crop_pairs(image, size, padding)
    kept = [range(b, n - a) for n, (b, a) in zip(image.shape[1:], cuts, strict=True)]
    y = np.zeros((len(image), *map(len, kept)), dtype=image.dtype)
    for channel, *place in np.ndindex(*y.shape):
        cell = [cells[p] for cells, p in zip(kept, place, strict=True)]
        y[(channel, *place)] = image[(channel, *cell)]
    return y


def crop_pairs(image: Array, size: object, padding: Padding | None) -> tuple[tuple[int, int], ...]:
    """Cells to cut off before and after, per axis; something must remain."""
    spatial = image.shape[1:]
    if (size is None) == (padding is None):
        message = "crop: give either size or padding"
        raise ValueError(message)
    if padding is not None:
        pairs = _number_pairs("crop", image, padding)
    else:
        sizes = checks.per_axis("crop", "size", size, len(spatial))
        pairs = tuple(_centred(n, wanted) for n, wanted in zip(spatial, sizes, strict=True))
    for number, (n, (before, after)) in enumerate(zip(spatial, pairs, strict=True)):
        if before < 0 or before + after >= n:
            message = (
                f"crop: cutting {before} and {after} off the {n} cells of spatial axis {number} "
                "leaves nothing to return; cut less"
            )
            raise ValueError(message)
    return pairs


def _centred(size: int, wanted: int) -> tuple[int, int]:
    """Cut at the end, then at the front, and so on until the wanted size remains."""
    if wanted > size:
        message = f"crop: size {wanted} is more than the {size} cells there are; pad instead"
        raise ValueError(message)
    before = after = 0
    while size - before - after > wanted:
        if after == before:
            after += 1
        else:
            before += 1
    return before, after


def flatten(x: npt.ArrayLike, *, start_axis: object = 0, end_axis: object = -1) -> Array:
    """y = the cells of x in a row: last axis fastest; or only those from one axis to another

    >>> flatten([[1, 2], [3, 4]]), flatten([[[1, 2], [3, 4]]], start_axis=1)
    (array([1, 2, 3, 4]), array([[1, 2, 3, 4]]))
    """
    cells = checks.numbers("flatten", "x", x)
    first, last = axes_in_row(cells, start_axis, end_axis)
    places = {place: n for n, place in enumerate(np.ndindex(*cells.shape[first : last + 1]))}
    y = np.zeros((*cells.shape[:first], len(places), *cells.shape[last + 1 :]), dtype=cells.dtype)
    for cell in np.ndindex(*cells.shape):
        y[(*cell[:first], places[cell[first : last + 1]], *cell[last + 1 :])] = cells[cell]
    return y


def axes_in_row(cells: Array, start_axis: object, end_axis: object) -> tuple[int, int]:
    """The first and last of the axes that become one."""
    first, last = (checks.side("flatten", axis, cells.ndim) for axis in (start_axis, end_axis))
    if first > last:
        message = f"flatten: start_axis {first} comes after end_axis {last}; swap them"
        raise ValueError(message)
    return first, last


def reshape(x: npt.ArrayLike, shape: Sequence[int]) -> Array:
    """The cells of x in a row, broken into the new shape.

    >>> reshape([1, 2, 3, 4], [2, 2])
    array([[1, 2],
           [3, 4]])
    """
    cells = checks.numbers("reshape", "x", x)
    wanted = new_shape(cells, shape)
    y = np.zeros(wanted, dtype=cells.dtype)
    for old, new in zip(np.ndindex(*cells.shape), np.ndindex(*wanted), strict=True):
        y[new] = cells[old]
    return y


def new_shape(cells: Array, shape: Sequence[int] | int) -> Shape:
    """A shape with exactly as many cells; a side of -1 is counted up until it fits."""
    listed = list(shape) if isinstance(shape, Sequence) else [shape]
    if listed.count(-1) == 1:
        place = listed.index(-1)
        others = [checks.whole("reshape", "shape", n, least=1) for n in listed if n != -1]
        listed[place] = 1
        while np.prod(others) * listed[place] < cells.size:
            listed[place] += 1
    wanted = tuple(checks.whole("reshape", "shape", number, least=1) for number in listed)
    if np.prod(wanted) != cells.size:
        message = (
            f"reshape: shape {wanted} has {np.prod(wanted)} cells and x, of shape {cells.shape}, "
            f"{cells.size}; the two must be equal"
        )
        raise ValueError(message)
    return wanted


def channel_shuffle(x: npt.ArrayLike, groups: int) -> Array:
    """The channels in turn: the first of each group, then the second of each group …

    >>> channel_shuffle([[1], [2], [3], [4]], 2).ravel()
    array([1, 3, 2, 4])
    """
    cells = checks.numbers("channel_shuffle", "x", x)
    groups = checks.whole("channel_shuffle", "groups", groups, least=1)
    checks.divides("channel_shuffle", groups, channels=len(cells))
    piles = np.split(np.arange(len(cells)), groups)
    return cells[[card for cards in zip(*piles, strict=True) for card in cards]]


def pixel_shuffle(x: npt.ArrayLike, upscale_factor: int, *, order: str = "pytorch") -> Array:
    """y[c, h·r + i, w·r + j] = x[c·r² + i·r + j, h, w], r the upscale factor

    r² maps become one map r times as large each way; in 1-D and 3-D the same with r and r³. With the
    order onnx the map is number (i·r + j)·C + c instead.

    >>> pixel_shuffle([[1, 2], [3, 4]], 2)
    array([[1, 3, 2, 4]])
    """
    image = checks.feature_map("pixel_shuffle", x)
    r = checks.whole("pixel_shuffle", "upscale_factor", upscale_factor, least=1)
    order = checks.one_of("pixel_shuffle", "order", order, ["pytorch", "onnx"])
    shifts = list(product(range(r), repeat=image.ndim - 1))
    check_shuffle(image, r, len(shifts))
    spatial = image.shape[1:]
    y = np.zeros((len(image) // len(shifts), *(n * r for n in spatial)), dtype=image.dtype)
    for channel in range(len(y)):
        for number, shift in enumerate(shifts):
            for place in np.ndindex(*spatial):
                moved = [p * r + i for p, i in zip(place, shift, strict=True)]
                of_map, of_shift = channel * len(shifts) + number, number * len(y) + channel
                y[(channel, *moved)] = image[(of_map if order == "pytorch" else of_shift, *place)]
    return y


def check_shuffle(image: Array, r: int, together: int) -> None:
    """Refuse channels that cannot be divided among the finer cells."""
    if len(image) % together:
        message = (
            f"pixel_shuffle: {len(image)} channels cannot become cells of {together} with "
            f"upscale_factor {r}; give a multiple of {together} channels"
        )
        raise ValueError(message)


def branches(owner: str, inputs: Sequence[npt.ArrayLike]) -> list[Array]:
    """At least one array, all with as many axes."""
    arrays = [checks.numbers(owner, f"input {i}", x) for i, x in enumerate(inputs)]
    if not arrays or any(array.ndim != arrays[0].ndim for array in arrays):
        shapes = ", ".join(str(array.shape) for array in arrays) or "none"
        message = f"{owner}: the inputs have shapes {shapes}; give one or more with the same number of axes"
        raise ValueError(message)
    return arrays


def joined_shape(owner: str, arrays: Sequence[Array]) -> Shape:
    """The common shape of the arrays; an axis of 1 fits any size."""
    shape = []
    for sizes in zip(*(array.shape for array in arrays), strict=True):
        larger = {size for size in sizes if size != 1}
        if len(larger) > 1:
            shapes = ", ".join(str(array.shape) for array in arrays)
            message = (
                f"{owner}: the inputs have shapes {shapes}; "
                "make them equal, or 1 where one must be repeated"
            )
            raise ValueError(message)
        shape.append(larger.pop() if larger else 1)
    return tuple(shape)


def add(inputs: Sequence[npt.ArrayLike], *, tally: Tally | None = None) -> Array:
    """y = x₁ + x₂ + …; an axis of 1 is repeated if another input has more

    >>> add([[1, 2], [10, 20]])
    array([11, 22])
    """
    arrays = branches("add", inputs)
    shape, tally = joined_shape("add", arrays), tally or Tally()
    dtype = checks.result_type(*arrays)
    arrays = [exact(array, dtype) for array in arrays]
    y = np.zeros(shape, dtype=arrays[0].dtype)
    with np.errstate(all="ignore"):
        for cell in np.ndindex(*shape):
            first, *others = (_repeated(array, cell) for array in arrays)
            total = first
            for other in others:
                total = tally.add(total, other)
            y[cell] = total
    return rounded("add", y, dtype)


def multiply(inputs: Sequence[npt.ArrayLike], *, tally: Tally | None = None) -> Array:
    """y = x₁ · x₂ · …; an axis of 1 is repeated: (C, 1, 1) scales the maps of (C, H, W)

    >>> multiply([[[1, 2], [3, 4]], [[10], [100]]])
    array([[ 10,  20],
           [300, 400]])
    """
    arrays = branches("multiply", inputs)
    shape, tally = joined_shape("multiply", arrays), tally or Tally()
    dtype = checks.result_type(*arrays)
    arrays = [exact(array, dtype) for array in arrays]
    y = np.zeros(shape, dtype=arrays[0].dtype)
    with np.errstate(all="ignore"):
        for cell in np.ndindex(*shape):
            first, *others = (_repeated(array, cell) for array in arrays)
            result = first
            for other in others:
                result = tally.multiply(result, other)
            y[cell] = result
    return rounded("multiply", y, dtype)


def _repeated(array: Array, cell: Shape) -> float:
    """The value at a cell; an axis of 1 has only one."""
    place = tuple(0 if n == 1 else p for n, p in zip(array.shape, cell, strict=True))
    value: float = array[place]
    return value


def concat(inputs: Sequence[npt.ArrayLike], axis: object = 0) -> Array:
    """y = the maps of x₁, then those of x₂ …; or their cells along another axis

    >>> concat([[[1, 2]], [[3, 4], [5, 6]]])
    array([[1, 2],
           [3, 4],
           [5, 6]])
    """
    arrays = branches("concat", inputs)
    along = concat_axis(arrays, axis)
    shape = [*arrays[0].shape]
    shape[along] = sum(array.shape[along] for array in arrays)
    y, first = np.zeros(shape, dtype=np.result_type(*arrays)), 0
    for array in arrays:
        for cell in np.ndindex(*array.shape):
            y[(*cell[:along], first + cell[along], *cell[along + 1 :])] = array[cell]
        first += array.shape[along]
    return y


def concat_axis(arrays: Sequence[Array], axis: object) -> int:
    """The axis along which branches are concatenated; refuses branches that differ along another."""
    along = checks.side("concat", axis, arrays[0].ndim)
    others = [(*array.shape[:along], *array.shape[along + 1 :]) for array in arrays]
    if any(other != others[0] for other in others):
        shapes = ", ".join(str(array.shape) for array in arrays)
        what = "the channels" if along == 0 else f"axis {along}"
        message = f"concat: the inputs have shapes {shapes}; only {what} may differ"
        raise ValueError(message)
    return along
