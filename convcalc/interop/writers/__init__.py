"""One writer for each format: a class under ``@writer("name")``, imported when it is asked for."""

from __future__ import annotations

import os

from convcalc.errors import UsageError
from convcalc.interop.writers.base import WRITERS, Writer, Written
from convcalc.text import printable

WRITERS.modules(
    "convcalc.interop.writers", {"mermaid": "graphs", "dot": "graphs", "pytorch": "pytorch"}
)


def tool_for(path: str) -> str:
    """The name of the writer that a file's suffix stands for.

    Args:
        path: of the file; empty where none is written.

    Raises:
        UsageError: it stands for none, or for several.
    """
    suffix = os.path.splitext(path)[1].lower()
    found = [name for name, each in WRITERS.items() if suffix in each.suffixes]
    if len(found) == 1:
        return found[0]
    names = ", ".join(found or WRITERS.names())
    if not path:
        message = f"--to: say what to write: {names}"
    elif found:
        message = f"-o {printable(path)}: {suffix} may be several; say which with --to: {names}"
    else:
        what = suffix or "a name without a suffix"
        message = f"-o {printable(path)}: nothing is written to {what}; say what with --to: {names}"
    raise UsageError(message)


__all__ = ["WRITERS", "Writer", "Written", "tool_for"]
