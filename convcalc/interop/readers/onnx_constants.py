"""Stored arrays of ONNX files: their sides, and the numbers of small ones."""

from __future__ import annotations

from typing import Any

from convcalc.interop.arrays import Array

_MOST_VALUES = 64  # of a constant that is looked into
_WHOLE, _FRACTION = (6, 7), (1, 11)  # types of numbers


def constant(tensor: Any, *, trained: bool) -> Array:
    """A stored array; small ones with their numbers.

    Args:
        tensor: as the file has it, without its numbers where they are many.
        trained: whether it is one of the weights.
    """
    dims = tuple(tensor.dims)
    values = None
    size = 1
    for side in dims:
        size *= max(side, 0)
    if size <= _MOST_VALUES and tensor.data_type in _WHOLE + _FRACTION:
        values = _numbers(tensor)
    return Array(dims, None, tensor.name, trained, values)


def _numbers(tensor: Any) -> tuple[Any, ...] | None:
    """The numbers of a small array; None where the file does not hold them."""
    from onnx import numpy_helper  # noqa: PLC0415 - only once a file is read

    if tensor.data_location == 1:  # in another file, which is not opened
        return None
    try:
        return tuple(numpy_helper.to_array(tensor).ravel().tolist())
    except Exception:  # noqa: BLE001 - an array that does not hold what its type and sides say
        return None
