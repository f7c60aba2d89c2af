"""Find a layer by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.errors import did_you_mean
from convcalc.text import listing, printable, quoted, shortened

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis

_SHOWN = 4  # layers in a message


def no_layer(analysis: Analysis, name: str) -> str:
    """The message that no layer has a name: with the nearest name, or how to list the layers.

    Args:
        analysis: the walked network.
        name: the name that the user gave.
    """
    message = f"no layer {quoted(name)}"
    if near := did_you_mean(name, analysis.names):
        return message + near
    more = len(analysis) - _SHOWN
    first = [shortened(printable(each)) for each in analysis.names[:_SHOWN]]
    return f"{message}; there are {listing([*first, f'{more:,} more'])}; convcalc arch NETWORK --all lists them"
