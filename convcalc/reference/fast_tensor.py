"""Layers that split arrays, reorder their axes or work along a named axis, over whole arrays."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array
from convcalc.reference.fast import largest, most_of, product, working_type
from convcalc.reference.loops import linear_parts
from convcalc.reference.loops_pool import mean_type
from convcalc.reference.loops_tensor import check_blocks, kept_places, reduced_axes, whole_order
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
    """The cells of some places along an axis"""
    cells = checks.numbers("slice", "x", x)
    along = checks.side("slice", axis, cells.ndim)
    return cells.take(kept_places(cells.shape[along], start, stop, step, into, take), axis=along)


def permute(x: npt.ArrayLike, order: Sequence[object]) -> Array:
    """x with its axes in another order"""
    cells = checks.numbers("permute", "x", x)
    return cells.transpose(whole_order(cells, order)).copy()


def space_to_depth(x: npt.ArrayLike, block_size: int, *, order: str = "pytorch") -> Array:
    """(C, H, W) seen as (C, H/r, r, W/r, r), the places in a block moved to the channels"""
    image = checks.feature_map("space_to_depth", x)
    r = checks.whole("space_to_depth", "block_size", block_size, least=1)
    order = checks.one_of("space_to_depth", "order", order, ["pytorch", "onnx", "focus"])
    check_blocks(image, r)
    split = image.reshape(len(image), *(part for n in image.shape[1:] for part in (n // r, r)))
    places = [*range(1, split.ndim, 2)]
    shifts = [*range(2, split.ndim, 2)]
    lead = {"pytorch": [0, *shifts], "onnx": [*shifts, 0], "focus": [*shifts[::-1], 0]}[order]
    return split.transpose(*lead, *places).copy().reshape(-1, *(n // r for n in image.shape[1:]))


def reduce(
    x: npt.ArrayLike,
    op: str = "mean",
    *,
    axes: object = None,
    keep: bool = True,
    tally: Tally | None = None,
) -> Array:
    """The mean, sum, largest or smallest along some axes"""
    cells = checks.numbers("reduce", "x", x)
    op = checks.one_of("reduce", "op", op, ["mean", "sum", "max", "min"])
    gone, shape = reduced_axes(cells, axes, keep=keep)
    dtype = mean_type(cells) if op == "mean" else checks.result_type(cells)
    joined = cells.size - math.prod(shape)
    if tally is not None:
        means = math.prod(shape) if op == "mean" else 0
        sums = op in ("mean", "sum")
        tally.count(joined, adds=int(sums), comparisons=int(not sums))
        tally.count(means, divisions=1)
    with np.errstate(all="ignore"):
        if op in ("max", "min"):
            found = (np.max if op == "max" else np.min)(cells, axis=gone)
        else:
            # Sums in float64: a float32 sum over a large map would lose the last digits.
            rows = cells.size // math.prod(shape)
            working = np.dtype(np.float64)
            if dtype.kind != "f":
                working = working_type("reduce", dtype, rows * largest(cells))
            found = np.sum(cells, axis=gone, dtype=working)
            found = found / rows if op == "mean" else found
        return checks.in_type(np.asarray(found).reshape(shape), dtype)


def linear_along(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    *,
    axis: object,
    tally: Tally | None = None,
) -> Array:
    """weight @ x + bias, the axis moved to the front and back"""
    cells = checks.numbers("linear", "x", x)
    along = checks.side("linear", axis, cells.ndim)
    moved = np.moveaxis(cells, along, 0)
    columns = moved.reshape(len(moved), -1)
    _, matrix, shift = linear_parts("linear", columns[:, 0], weight, bias)
    result = checks.result_type(cells, matrix, shift)
    working = working_type("linear", result, most_of(cells, matrix, shift, len(moved)))
    tally = tally or Tally()
    y = product(matrix.astype(working, copy=False), columns.astype(working, copy=False), tally)
    tally.bias_adds += 0 if bias is None else y.size
    with np.errstate(all="ignore"):
        y += shift.astype(working).reshape(-1, 1)
    found = np.moveaxis(y.reshape(len(matrix), *moved.shape[1:]), 0, along)
    return checks.in_type(np.ascontiguousarray(found), result)


def parameter(weight: npt.ArrayLike) -> Array:
    """The trained array itself"""
    return checks.numbers("parameter", "weight", weight).copy()
