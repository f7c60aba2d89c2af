"""Layers that join branches elementwise (except sums and products), over whole arrays at once."""

import math
from collections.abc import Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array
from convcalc.reference.fast import count, largest, working_type
from convcalc.reference.loops_joins import joined_type, pair
from convcalc.reference.loops_rearrange import branches, joined_shape
from convcalc.reference.tally import Tally


def subtract(inputs: Sequence[npt.ArrayLike], *, tally: Tally | None = None) -> Array:
    """x₁ - x₂"""
    arrays = pair("subtract", inputs)
    count(tally, math.prod(joined_shape("subtract", arrays)), adds=1)
    result = checks.result_type(*arrays)
    working = working_type("subtract", result, sum(map(largest, arrays)))
    first, second = (array.astype(working, copy=False) for array in arrays)
    with np.errstate(all="ignore"):
        return checks.in_type(first - second, result)


def divide(inputs: Sequence[npt.ArrayLike], *, tally: Tally | None = None) -> Array:
    """x₁ / x₂"""
    arrays = pair("divide", inputs)
    count(tally, math.prod(joined_shape("divide", arrays)), divisions=1)
    result = joined_type(arrays)
    working = np.promote_types(result, np.float32)
    first, second = (array.astype(working, copy=False) for array in arrays)
    with np.errstate(all="ignore"):
        return checks.in_type(first / second, result)


def maximum(inputs: Sequence[npt.ArrayLike], *, tally: Tally | None = None) -> Array:
    """The largest of x₁, x₂, …"""
    return _chosen("maximum", inputs, np.maximum, tally)


def minimum(inputs: Sequence[npt.ArrayLike], *, tally: Tally | None = None) -> Array:
    """The smallest of x₁, x₂, …"""
    return _chosen("minimum", inputs, np.minimum, tally)


def _chosen(
    owner: str, inputs: Sequence[npt.ArrayLike], ufunc: np.ufunc, tally: Tally | None
) -> Array:
    """In each cell one of the values."""
    arrays = branches(owner, inputs)
    count(tally, math.prod(joined_shape(owner, arrays)) * (len(arrays) - 1), comparisons=1)
    result = checks.result_type(*arrays)
    y: Array = reduce(ufunc, arrays).astype(result)
    return y


def average(inputs: Sequence[npt.ArrayLike], *, tally: Tally | None = None) -> Array:
    """(x₁ + x₂ + …) / how many there are"""
    arrays = branches("average", inputs)
    cells = math.prod(joined_shape("average", arrays))
    count(tally, cells, adds=len(arrays) - 1, divisions=1)
    result = joined_type(arrays)
    working = np.promote_types(result, np.float32)
    y = arrays[0].astype(working)
    with np.errstate(all="ignore"):
        for other in arrays[1:]:
            y = y + other.astype(working, copy=False)
        return checks.in_type(y / len(arrays), result)
