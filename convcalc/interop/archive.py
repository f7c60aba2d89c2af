"""Archives of other tools: what can be wrong with one is told in a line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from zipfile import BadZipFile
from zlib import error as zlib_error

if TYPE_CHECKING:
    from convcalc.errors import SpecError


@contextmanager
def unpacking(damaged: SpecError) -> Iterator[None]:
    """Within it, an archive that cannot be opened or unpacked is refused.

    Args:
        damaged: what is said of it.

    Raises:
        SpecError: that.
    """
    try:
        yield
    except (BadZipFile, zlib_error, EOFError, OSError, ValueError, RuntimeError):
        raise damaged from None
