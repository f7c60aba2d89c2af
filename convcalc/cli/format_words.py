"""What is said of a place for a report whose format is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convcalc.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_DIGITS = 9  # of a size


def format_text(output: str, suffix: str, known: Iterable[str]) -> str:
    """What is wrong with a place for a report whose format is not known."""
    what, size = f"no format has the suffix {suffix!r}", ""
    if not suffix:
        what = "this is for a report, not a folder, and without a suffix its format is not known"
        ctx = click.get_current_context(silent=True)
        if ctx and any("--out" in param.opts for param in ctx.command.params):
            what += f"; the folder is --out {printable(output)}"
        size = _of_size(output, ctx.params.get("n")) if ctx else ""
    return f"-o {printable(output)}: {what}; use one of {', '.join(known)}, or --format{size}"


def _of_size(output: str, sides: Any) -> str:
    """The end of a message where a size stands for a file: the question that it is meant for."""
    if not (sides and output.isdecimal() and len(output) <= _MOST_DIGITS):
        return ""
    line = f"convcalc solve size --n {'x'.join(map(str, sides))} --o {output}"
    return f"; for an output of size {output} type {line}"
