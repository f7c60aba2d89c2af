"""The libraries for picture files, imported only when one is written."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from convcalc.errors import UsageError


def imported(name: str) -> Any:
    """A library of the extra ``convcalc[draw]``.

    Raises:
        UsageError: it is not installed.
    """
    if not is_there(name):
        package = name.replace("resvg_py", "resvg-py")
        message = f"a picture in a file is drawn by {package}, which is not installed; pip install 'convcalc[draw]', or leave -o out to draw in the terminal"
        raise UsageError(message)
    return import_module(name)


def is_there(name: str) -> bool:
    """Whether a library is installed."""
    return find_spec(name) is not None
