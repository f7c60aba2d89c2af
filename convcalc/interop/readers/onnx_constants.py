"""Stored arrays of ONNX files: their sides, and the numbers of small ones."""

from __future__ import annotations

from typing import Any

from convcalc.interop.arrays import Array

MOST_VALUES = 64  # most numbers of an array that is read
_WHOLE, _FRACTION, _TRUTH = (6, 7), (1, 11), (9,)  # types of numbers


def constant(tensor: Any, *, trained: bool) -> Array:
    """A stored array; with its numbers if it is small.

    Args:
        tensor: the array in the file; a large one without its numbers.
        trained: whether it is one of the weights.
    """
    values = numbers(tensor, _WHOLE + _FRACTION)
    return Array(
        tuple(tensor.dims), None, tensor.name, trained, None if values is None else tuple(values)
    )


def whole_numbers(tensor: Any) -> list[Any] | None:
    """The numbers of a small array of integers or booleans, in a row; None for others."""
    return numbers(tensor, _WHOLE + _TRUTH)


def numbers(tensor: Any, types: tuple[int, ...] = ()) -> list[Any] | None:
    """The numbers of a small array in a row; None if the file does not contain them.

    Args:
        tensor: the array in the file.
        types: the allowed types, by their numbers in ONNX; all if none is given.
    """
    from onnx import numpy_helper  # noqa: PLC0415 - only when a file is read

    size = 1
    for side in tensor.dims:
        size *= max(side, 0)
    is_elsewhere = tensor.data_location == 1  # in another file, which is not opened
    if is_elsewhere or size > MOST_VALUES or (types and tensor.data_type not in types):
        return None
    try:
        found: list[Any] = numpy_helper.to_array(tensor).ravel().tolist()
    except Exception:  # noqa: BLE001 - an array that does not fit its type and sides
        return None
    return found
