"""Where a command leaves its report or picture if a notebook magic runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from convcalc.formats import Format


def shelf(output: str | None, chosen: Format | None = None) -> list[Any] | None:
    """The object of the command's context, to which reports and pictures are added.

    Args:
        output: a file; None or ``-`` for standard output.
        chosen: the format; None for a picture. A format for programs is printed as text, in a notebook too.

    Returns:
        None if no notebook runs the command, or the result is not an object to show.
    """
    if output not in (None, "", "-") or (chosen and not (chosen.draws or chosen.pictures)):
        return None
    context = click.get_current_context(silent=True)
    return context.find_object(list) if context else None
