"""The loop nests of layers that split arrays, reorder their axes, or work along a named axis."""

from collections.abc import Sequence
from functools import reduce as fold
from itertools import product

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Shape
from convcalc.reference.loops import exact, linear, rounded, rows_along
from convcalc.reference.loops_pool import mean_type
from convcalc.reference.tally import Tally


def slice_axis(
    x: npt.ArrayLike,
    axis: object = 0,
    *,
    start: int = 0,
    stop: int | None = None,
    step: int = 1,
    into: int | None = None,
    take: int = 0,
) -> Array:
    """y[i] = x[first + i·step] along the axis, until the stop; or one of equal parts

    >>> slice_axis([1, 2, 3, 4], start=1, stop=-1), slice_axis([1, 2, 3, 4], into=2, take=1)
    (array([2, 3]), array([3, 4]))
    """
    cells = checks.numbers("slice", "x", x)
    along = checks.side("slice", axis, cells.ndim)
    places = kept_places(cells.shape[along], start, stop, step, into, take)
    shape = [*cells.shape]
    shape[along] = len(places)
    y = np.zeros(shape, dtype=cells.dtype)
    for cell in np.ndindex(*shape):
        old = list(cell)
        old[along] = places[cell[along]]
        y[cell] = cells[tuple(old)]
    return y


def kept_places(
    n: int, start: int, stop: int | None, step: int, into: int | None, take: int
) -> list[int]:
    """The places on an axis of n cells that a slice keeps, walked one by one."""
    checks.whole("slice", "step", step, least=1)
    if into is not None:
        checks.divides("slice", checks.whole("slice", "into", into, least=1), cells=n)
        piles = [[*range(n)][pile * (n // into) : (pile + 1) * (n // into)] for pile in range(into)]
        found = piles[take] if -into <= take < into else []
    else:
        found = [*range(n)][start:stop:step]
    if not found:
        message = f"slice: nothing is left of {n} cells; take at least one"
        raise ValueError(message)
    return found


def permute(x: npt.ArrayLike, order: Sequence[object]) -> Array:
    """y[cell in the new order of axes] = x[cell]

    >>> permute([[1, 2, 3]], [1, 0])
    array([[1],
           [2],
           [3]])
    """
    cells = checks.numbers("permute", "x", x)
    axes = whole_order(cells, order)
    y = np.zeros([cells.shape[axis] for axis in axes], dtype=cells.dtype)
    for cell in np.ndindex(*cells.shape):
        y[tuple(cell[axis] for axis in axes)] = cells[cell]
    return y


def whole_order(cells: Array, order: Sequence[object]) -> Shape:
    """All axes of an array, each once."""
    axes = checks.sides("permute", order, cells.ndim)
    if len(axes) != cells.ndim:
        message = f"permute: order names {len(axes)} of {cells.ndim} axes; name each once"
        raise ValueError(message)
    return axes


def _block_shifts(order: str, r: int, rank: int) -> list[Shape]:
    """The places in a block of r cells along each axis, in the order of their channels.

    >>> _block_shifts("onnx", 2, 2), _block_shifts("focus", 2, 2)
    ([(0, 0), (0, 1), (1, 0), (1, 1)], [(0, 0), (1, 0), (0, 1), (1, 1)])
    """
    shifts = list(product(range(r), repeat=rank))
    return [shift[::-1] for shift in shifts] if order == "focus" else shifts


def space_to_depth(x: npt.ArrayLike, block_size: int, *, order: str = "pytorch") -> Array:
    """y[channel of c and shift, p] = x[c, p·r + shift], r the block size

    The channels of one map stay together (pytorch), or those of one shift (onnx, focus).

    >>> space_to_depth([[1, 2, 3, 4]], 2)
    array([[1, 3],
           [2, 4]])
    """
    image = checks.feature_map("space_to_depth", x)
    r = checks.whole("space_to_depth", "block_size", block_size, least=1)
    order = checks.one_of("space_to_depth", "order", order, ["pytorch", "onnx", "focus"])
    check_blocks(image, r)
    shifts = _block_shifts(order, r, image.ndim - 1)
    places = [n // r for n in image.shape[1:]]
    y = np.zeros((len(image) * len(shifts), *places), dtype=image.dtype)
    for channel in range(len(image)):
        for number, shift in enumerate(shifts):
            together = channel * len(shifts) + number, number * len(image) + channel
            for place in np.ndindex(*places):
                cell = [p * r + i for p, i in zip(place, shift, strict=True)]
                y[(together[order != "pytorch"], *place)] = image[(channel, *cell)]
    return y


def check_blocks(image: Array, r: int) -> None:
    """Refuse maps that cannot be divided into whole blocks."""
    if any(n % r for n in image.shape[1:]):
        message = f"space_to_depth: x has shape {image.shape}; give sides that are multiples of {r}"
        raise ValueError(message)


def reduce(
    x: npt.ArrayLike,
    op: str = "mean",
    *,
    axes: object = None,
    keep: bool = True,
    tally: Tally | None = None,
) -> Array:
    """The mean, sum, largest or smallest of all cells that differ only along the axes

    >>> reduce([[1, 2], [3, 6]], "sum"), reduce([[1, 2], [3, 6]], "max", axes=0, keep=False)
    (array([[3],
           [9]]), array([3, 6]))
    """
    cells = checks.numbers("reduce", "x", x)
    op = checks.one_of("reduce", "op", op, ["mean", "sum", "max", "min"])
    gone, shape = reduced_axes(cells, axes, keep=keep)
    tally = tally or Tally()
    dtype = mean_type(cells) if op == "mean" else checks.result_type(cells)
    values = exact(cells, dtype)
    found = []
    with np.errstate(all="ignore"):
        for row in rows_along(cells.shape, *gone):
            given = [values[cell] for cell in row]
            if op in ("max", "min"):
                found.append(fold(tally.larger if op == "max" else tally.smaller, given))
                continue
            total = tally.sum(given)
            found.append(tally.divide(total, len(given)) if op == "mean" else total)
    return rounded("reduce", np.array(found, dtype=values.dtype).reshape(shape), dtype)


def reduced_axes(cells: Array, axes: object, *, keep: bool) -> tuple[Shape, Shape]:
    """The reduced axes, and the remaining shape."""
    every = tuple(range(1, cells.ndim))
    gone = every if axes is None else checks.sides("reduce", axes, cells.ndim)
    left = [1 if axis in gone else n for axis, n in enumerate(cells.shape)]
    shape = left if keep else [n for axis, n in enumerate(cells.shape) if axis not in gone]
    if not gone or not shape:
        message = (
            f"reduce: axes {gone} of an array of shape {cells.shape}; name some, and leave one"
        )
        raise ValueError(message)
    return gone, tuple(shape)


def linear_along(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    *,
    axis: object,
    tally: Tally | None = None,
) -> Array:
    """A fully connected layer along an axis, at each position of the others

    >>> linear_along([[1, 2], [3, 4]], [[1, 1]], [10], axis=-1)
    array([[13],
           [17]])
    """
    cells = checks.numbers("linear", "x", x)
    along = checks.side("linear", axis, cells.ndim)
    rows = [
        (row[0], linear([cells[cell] for cell in row], weight, bias, tally=tally))
        for row in rows_along(cells.shape, along)
    ]
    shape = [*cells.shape]
    shape[along] = len(rows[0][1])
    y = np.zeros(shape, dtype=rows[0][1].dtype)
    for first, values in rows:
        for unit, value in enumerate(values):
            y[(*first[:along], unit, *first[along + 1 :])] = value
    return y


def parameter(weight: npt.ArrayLike) -> Array:
    """The trained array itself

    >>> parameter([1.0, 2.0])
    array([1., 2.])
    """
    return checks.numbers("parameter", "weight", weight).copy()
