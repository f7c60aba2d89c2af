"""Checks of every argument before any arithmetic.

Each message is one sentence: where, what is wrong with which numbers, what to do.
"""

from collections.abc import Sequence
from operator import index
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Shape = tuple[int, ...]
Spatial = int | Sequence[int]
"""One number for all spatial axes, or one per axis."""
Padding = int | str | Sequence[int | Sequence[int]]
"""A number, one per axis, a [before, after] pair per axis, or a word."""

MOST_AXES = 3
LARGEST = int(np.iinfo(np.int64).max)
LONGEST = 10_000_000
"""Cells along an axis that are walked one by one; far more than memory holds of a square map."""


class TooLongError(ValueError):
    """More cells along an axis than `LONGEST`."""


def numbers(owner: str, name: str, value: npt.ArrayLike) -> Array:
    """The value as an array of integers or floats, at least one of them.

    >>> numbers("conv", "x", [[1, 2], [3, 4]]).shape
    (2, 2)
    """
    try:
        array = np.asarray(value)
    except ValueError:
        message = f"{owner}: {name} is ragged; give every row the same length"
        raise ValueError(message) from None
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > np.dtype(np.float64).itemsize:
        message = (
            f"{owner}: {name} contains {array.dtype}; give integers or floats of up to 64 bits"
        )
        raise TypeError(message)
    if array.size == 0:
        message = f"{owner}: {name} has shape {array.shape}; every axis needs at least one cell"
        raise ValueError(message)
    if array.ndim == 0:
        message = f"{owner}: {name} is a single number, {array}; give an array"
        raise ValueError(message)
    if array.dtype.kind == "u" and array.dtype.itemsize == np.dtype(np.int64).itemsize:
        if (most := int(array.max())) > LARGEST:
            message = f"{owner}: {name} contains {most}, which does not fit 64 bits with a sign; give floats instead"
            raise ValueError(message)
        return array.astype(np.int64)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def feature_map(owner: str, value: npt.ArrayLike, *, name: str = "x") -> Array:
    """An array (C, L), (C, H, W) or (C, D, H, W)."""
    array = numbers(owner, name, value)
    if not 1 <= array.ndim - 1 <= MOST_AXES:
        message = (
            f"{owner}: {name} has shape {array.shape}; "
            "give channels first and 1 to 3 spatial axes, without a batch axis"
        )
        raise ValueError(message)
    return array


def of_shape(owner: str, name: str, value: npt.ArrayLike, shape: Shape) -> Array:
    """An array of exactly this shape."""
    array = numbers(owner, name, value)
    if array.shape != shape:
        message = f"{owner}: {name} has shape {array.shape}; it must be {shape}"
        raise ValueError(message)
    return array


def whole(owner: str, name: str, value: object, *, least: int) -> int:
    """An integer of at least `least`.

    >>> whole("conv", "stride", 2, least=1)
    2
    """
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError  # noqa: TRY301  (True is an int in Python, but never meant as one)
        number = index(value)  # type: ignore[arg-type]  # index() refuses other types itself
    except TypeError:
        message = f"{owner}: {name} is {value!r}; give a whole number"
        raise TypeError(message) from None
    if number < least:
        message = f"{owner}: {name} is {number}; give {least} or more"
        raise ValueError(message)
    return number


def real(owner: str, name: str, value: object) -> float:
    """A single number, with or without a fraction.

    >>> real("elu", "alpha", 1)
    1.0
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        message = f"{owner}: {name} is {value!r}; give a number"
        raise TypeError(message)
    return float(value)


def walkable(owner: str, name: str, cells: int) -> int:
    """A number of cells; refused if walking along them would take minutes.

    >>> walkable("conv", "kernel_size", 3)
    3
    """
    if cells > LONGEST:
        message = f"{owner}: {name} is {cells}; give {LONGEST} or less"
        raise TooLongError(message)
    return cells


def per_axis(owner: str, name: str, value: object, axes: int, *, least: int = 1) -> Shape:
    """The option, once per spatial axis.

    >>> per_axis("conv", "stride", 2, 3)
    (2, 2, 2)
    >>> per_axis("conv", "stride", [1, 2], 2)
    (1, 2)
    """
    value = listed(value)
    if not isinstance(value, Sequence) or isinstance(value, str):
        return (walkable(owner, name, whole(owner, name, value, least=least)),) * axes
    if len(value) != axes:
        message = (
            f"{owner}: {name} has {len(value)} numbers for {axes} spatial axes; "
            f"give one number or {axes}"
        )
        raise ValueError(message)
    return tuple(walkable(owner, name, whole(owner, name, n, least=least)) for n in value)


def listed(value: object) -> Any:
    """An array of options as a list or number."""
    return value.tolist() if isinstance(value, np.ndarray) else value


def one_of(owner: str, name: str, value: object, allowed: Sequence[str]) -> str:
    """One of the allowed words.

    >>> one_of("conv", "fit", "floor", ["floor", "strict"])
    'floor'
    """
    for word in allowed:
        if value == word:
            return word
    message = f"{owner}: {name} is {value!r}; give one of {', '.join(allowed)}"
    raise ValueError(message)


def divides(owner: str, groups: int, **channels: int) -> None:
    """Refuse groups that do not divide every one of the channel counts."""
    for name, count in channels.items():
        if count % groups:
            message = (
                f"{owner}: groups {groups} does not divide {name} {count}; choose a divisor of both"
            )
            raise ValueError(message)


def connection_table(owner: str, table: object, channels: int) -> tuple[Shape, ...]:
    """For every output map the input maps it reads, checked against the number of channels.

    >>> connection_table("conv", [[0, 1], [2]], 3)
    ((0, 1), (2,))
    """
    if not isinstance(table, Sequence) or not all(isinstance(row, Sequence) for row in table):
        message = f"{owner}: connections is {table!r}; give one list of input maps per output map"
        raise TypeError(message)
    rows = tuple(
        tuple(whole(owner, "an input map in connections", number, least=0) for number in row)
        for row in table
    )
    for output, row in enumerate(rows):
        if not row or len(set(row)) != len(row) or max(row) >= channels:
            message = (
                f"{owner}: connections of output map {output} are {list(row)}; "
                f"name each input map from 0 to {channels - 1} at most once, and at least one"
            )
            raise ValueError(message)
    return rows


NAMES = {
    1: ("channels",),
    2: ("channels", "length"),
    3: ("channels", "height", "width"),
    4: ("channels", "depth", "height", "width"),
}
"""What the axes of an array are called, by how many there are."""


def side(owner: str, axis: object, ndim: int) -> int:
    """An axis of an array, from its name, its first letter, or its number from either end.

    >>> side("concat", "h", 3), side("concat", -1, 3)
    (1, 2)
    """
    names = NAMES.get(ndim, ("channels",))
    for number, name in enumerate(names):
        if axis in (name, name[0]):
            return number
    if axis in {name for each in NAMES.values() for name in each}:
        message = f"{owner}: axis is {axis}, and an array of {ndim} axes has {', '.join(names)}"
        raise ValueError(message)
    number = whole(owner, "axis", axis, least=-ndim)
    if number >= ndim:
        message = f"{owner}: axis is {number}; give up to {ndim - 1}"
        raise ValueError(message)
    return number + ndim if number < 0 else number


def sides(owner: str, axes: object, ndim: int) -> Shape:
    """Axes of an array, each at most once.

    >>> sides("reduce", ["w", 0], 3)
    (2, 0)
    """
    listed_axes = listed(axes)
    if not isinstance(listed_axes, Sequence) or isinstance(listed_axes, str):
        listed_axes = (listed_axes,)
    found = tuple(side(owner, axis, ndim) for axis in listed_axes)
    if len(set(found)) < len(found):
        message = f"{owner}: axes are {listed_axes!r}; name each at most once"
        raise ValueError(message)
    return found


def result_type(*arrays: Array | None) -> np.dtype[Any]:
    """int64 for integers, else the widest float among the arrays.

    >>> result_type(np.array([1], dtype=np.int8))
    dtype('int64')
    >>> result_type(np.array([1.0], dtype=np.float32), None)
    dtype('float32')
    """
    floats = [array.dtype for array in arrays if array is not None and array.dtype.kind == "f"]
    return np.result_type(*floats) if floats else np.dtype(np.int64)


def in_type(array: Array, dtype: np.dtype[Any]) -> Array:
    """The array in this type; unchanged if it already has it."""
    if array.dtype == dtype:
        return array
    with np.errstate(all="ignore"):  # numbers too large for the type become inf
        return array.astype(dtype)


def integers_that_fit(owner: str, array: Array) -> Array:
    """An object array of Python integers as int64; refused if one is too large."""
    worst = max(array.flat, key=abs)
    if not -LARGEST <= worst <= LARGEST:
        message = f"{owner}: the result {worst} does not fit 64 bits; give floats instead"
        raise ValueError(message)
    return array.astype(np.int64)
