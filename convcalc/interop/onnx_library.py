"""The library of ONNX, imported only when such a file is read or written."""

from __future__ import annotations

from typing import Any

from convcalc.errors import UsageError


def onnx_library(where: str) -> Any:
    """The library.

    Args:
        where: the file or the option that needs it, for the message.

    Raises:
        UsageError: it is not installed.
    """
    try:
        import onnx  # noqa: PLC0415 - an optional library, slow to import
    except ImportError:
        way_out = "install it with pip install 'convcalc[onnx]'"
        raise UsageError(f"{where}: files of ONNX need the library onnx; {way_out}") from None
    return onnx
