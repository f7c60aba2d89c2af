"""Which picture a command on networks shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.draw import Picture


def view_picture(
    walked: Callable[[], Analysis],
    *,
    sees: str | None,
    depth: int | None,
    every: bool,
    explain: str | None,
    sizes: bool,
    columns: str | None,
    **_view: Any,
) -> Picture:
    """The picture of a walked network, or of what one of its units sees.

    Raises:
        UsageError: the chosen view has no picture.
    """
    others = {"--explain": explain, "--sizes": sizes, "--columns help": columns == "help"}
    for name, given in others.items():
        if given:
            message = f"--draw draws the network, or with --sees what a unit sees; leave {name} out"
            raise UsageError(message)
    if sees:
        from convcalc.draw.field import Field

        return Field(walked(), sees)
    from convcalc.draw.net import Net

    return Net(walked(), 0 if every else depth)
