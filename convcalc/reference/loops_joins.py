"""The loop nests of layers that join branches elementwise, except sums and products."""

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array
from convcalc.reference.loops import exact, rounded
from convcalc.reference.loops_pool import mean_type
from convcalc.reference.loops_rearrange import branches, joined_shape
from convcalc.reference.tally import Tally


def pair(owner: str, inputs: Sequence[npt.ArrayLike]) -> list[Array]:
    """Exactly two arrays with as many axes."""
    arrays = branches(owner, inputs)
    if len(arrays) != 2:
        message = f"{owner}: the number of inputs is {len(arrays)}; give two"
        raise ValueError(message)
    return arrays


def joined_type(arrays: Sequence[Array]) -> np.dtype[Any]:
    """The type of a quotient: the widest of the inputs' floats; float64 if all are integers."""
    return np.result_type(*map(mean_type, arrays))


def _joined(
    owner: str,
    arrays: list[Array],
    dtype: np.dtype[Any],
    formula: Callable[[list[Any]], Any],
) -> Array:
    """The formula applied to the branches' values in each cell; an axis of 1 is repeated."""
    shape = joined_shape(owner, arrays)
    spread = np.broadcast_arrays(*(exact(array, dtype) for array in arrays))
    y = np.zeros(shape, dtype=spread[0].dtype)
    with np.errstate(all="ignore"):
        for cell in np.ndindex(*shape):
            y[cell] = formula([array[cell] for array in spread])
    return rounded(owner, y, dtype)


def subtract(inputs: Sequence[npt.ArrayLike], *, tally: Tally | None = None) -> Array:
    """y = x₁ - x₂; an axis of 1 is repeated if the other input has more

    >>> subtract([[1, 2], [10, 20]])
    array([ -9, -18])
    """
    arrays, tally = pair("subtract", inputs), tally or Tally()
    dtype = checks.result_type(*arrays)
    return _joined("subtract", arrays, dtype, lambda values: tally.subtract(*values))


def divide(inputs: Sequence[npt.ArrayLike], *, tally: Tally | None = None) -> Array:
    """y = x₁ / x₂; an axis of 1 is repeated if the other input has more

    >>> divide([[1, 2], [10, 5]])
    array([0.1, 0.4])
    """
    arrays, tally = pair("divide", inputs), tally or Tally()
    return _joined("divide", arrays, joined_type(arrays), lambda values: tally.divide(*values))


def maximum(inputs: Sequence[npt.ArrayLike], *, tally: Tally | None = None) -> Array:
    """y = the largest of x₁, x₂, …

    >>> maximum([[1, 20], [10, 2], [5, 5]])
    array([10, 20])
    """
    arrays, tally = branches("maximum", inputs), tally or Tally()
    return _joined("maximum", arrays, checks.result_type(*arrays), partial(reduce, tally.larger))


def minimum(inputs: Sequence[npt.ArrayLike], *, tally: Tally | None = None) -> Array:
    """y = the smallest of x₁, x₂, …

    >>> minimum([[1, 20], [10, 2], [5, 5]])
    array([1, 2])
    """
    arrays, tally = branches("minimum", inputs), tally or Tally()
    return _joined("minimum", arrays, checks.result_type(*arrays), partial(reduce, tally.smaller))


def average(inputs: Sequence[npt.ArrayLike], *, tally: Tally | None = None) -> Array:
    """y = (x₁ + x₂ + …) / how many there are

    >>> average([[1, 2], [3, 10], [5, 0]])
    array([3., 4.])
    """
    arrays, tally = branches("average", inputs), tally or Tally()

    def mean(values: list[Any]) -> Any:
        return tally.divide(np.float64(tally.sum(values)), len(values))

    return _joined("average", arrays, joined_type(arrays), mean)
