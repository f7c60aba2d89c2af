"""Stored arrays of ONNX files: their sides, and the numbers of small ones."""

from __future__ import annotations

from typing import Any

from convcalc.interop.arrays import Array

MOST_VALUES = 64  # of an array that is looked into
_WHOLE, _FRACTION, _TRUTH = (6, 7), (1, 11), (9,)  # types of numbers


def constant(tensor: Any, *, trained: bool) -> Array:
    """A stored array; small ones with their numbers.

    Args:
        tensor: as the file has it, without its numbers where they are many.
        trained: whether it is one of the weights.
    """
    values = numbers(tensor, _WHOLE + _FRACTION)
    return Array(
        tuple(tensor.dims), None, tensor.name, trained, None if values is None else tuple(values)
    )


def whole_numbers(tensor: Any) -> list[Any] | None:
    """The numbers of a small array of whole numbers, or of truths, in a row; None of any other."""
    return numbers(tensor, _WHOLE + _TRUTH)


def numbers(tensor: Any, types: tuple[int, ...] = ()) -> list[Any] | None:
    """The numbers of a small array in a row; None where the file does not hold them.

    Args:
        tensor: as the file has it.
        types: those that it may be of, by their numbers in ONNX; all of them if none is given.
    """
    from onnx import numpy_helper  # noqa: PLC0415 - only once a file is read

    size = 1
    for side in tensor.dims:
        size *= max(side, 0)
    is_elsewhere = tensor.data_location == 1  # in another file, which is not opened
    if is_elsewhere or size > MOST_VALUES or (types and tensor.data_type not in types):
        return None
    try:
        found: list[Any] = numpy_helper.to_array(tensor).ravel().tolist()
    except Exception:  # noqa: BLE001 - an array that does not hold what its type and sides say
        return None
    return found
