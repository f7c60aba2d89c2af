"""Arrays in NumPy's .npy files, never unpickled."""

from __future__ import annotations

import warnings
from io import BytesIO
from tokenize import TokenError
from typing import Any

import numpy as np
import numpy.typing as npt

from convcalc.errors import UsageError

# Errors of NumPy's reader on broken headers.
BROKEN = (
    ValueError, EOFError, OverflowError, TypeError, SyntaxError, LookupError, AttributeError,
    MemoryError, RecursionError, TokenError,
)  # fmt: skip


def array_of(data: bytes, name: str, max_axes: int, max_cells: int) -> npt.NDArray[Any]:
    """The array in a file; true is 1.

    Args:
        data: the bytes of the file.
        name: its name in messages.
        max_axes, max_cells: the largest size.

    Raises:
        UsageError: not an .npy file, objects or complex numbers, nan or inf, or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warnings of NumPy and Python on odd headers
            array = _small_array(data, name, max_axes, max_cells)
    except BROKEN:
        message = f"{name} is not a whole .npy file; save it with numpy.save"
        raise UsageError(message) from None
    if not np.isfinite(array).all():
        place = tuple(map(int, np.argwhere(~np.isfinite(array))[0]))
        message = f"{name} contains {array[place]} at {list(place)}; give finite numbers"
        raise UsageError(message)
    return array.astype(np.uint8) if array.dtype.kind == "b" else array


def _small_array(data: bytes, name: str, max_axes: int, max_cells: int) -> npt.NDArray[Any]:
    """The array, after its header was checked: numbers, and not too many."""
    file = BytesIO(data)
    version = np.lib.format.read_magic(file)
    header = (
        np.lib.format.read_array_header_1_0
        if version == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    shape, _, dtype = header(file)
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        message = f"{name} contains {dtype}; give integers or floats of up to 64 bits"
        raise UsageError(message)
    cells = 1
    for size in shape:
        cells *= size
    if not 1 <= cells <= max_cells or not 1 <= len(shape) <= max_axes:
        message = (
            f"{name} has shape {shape}; give 1 to {max_axes} axes and 1 to {max_cells:,} cells"
        )
        raise UsageError(message)
    return np.lib.format.read_array(BytesIO(data), allow_pickle=False)
