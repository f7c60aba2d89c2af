"""The error about an output file whose format is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from convcalc.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable


def format_text(output: str, suffix: str, known: Iterable[str]) -> str:
    """The error about an output file whose format is unknown."""
    what = f"no format has the suffix {suffix!r}"
    if not suffix:
        what = "this is for a report, not a folder, and without a suffix its format is not known"
        ctx = click.get_current_context(silent=True)
        if ctx and any("--out" in param.opts for param in ctx.command.params):
            what += f"; the folder is --out {printable(output)}"
    return f"-o {printable(output)}: {what}; use one of {', '.join(known)}, or --format"
