"""How the commands on networks show a walked network: their options, and the report they choose."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convcalc.cli.network_words import CAUSES, COLUMN, COLUMNS, LAYER, UNIT

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.network.network import Network
    from convcalc.report import Report

F = TypeVar("F", bound=Callable[..., Any])

rf_through_option = click.option(
    "--rf-through",
    type=CAUSES,
    default="",
    help="Ignore in receptive fields: norms, gates.",
)
_VIEW_OPTIONS = (
    click.option("--batch", default=1, type=click.IntRange(1, 10**9), help="Samples in a batch."),
    click.option("--columns", type=COLUMNS, help="Columns to show; help lists them."),
    click.option(
        "--sort",
        type=COLUMN,
        help="Sort the rows, largest first; shows every row.",
    ),
    click.option(
        "--depth", type=click.IntRange(1, 100), help="Show blocks at this depth as one row each."
    ),
    click.option("--all", "every", is_flag=True, help="Show every row of repeated blocks."),
    click.option("--rf", is_flag=True, help="Show the receptive field: size, stride, padding."),
    rf_through_option,
    click.option(
        "--rate", type=click.IntRange(1, 10**9), help="Samples per second: fields in seconds too."
    ),
    click.option("--memory", is_flag=True, help="Add memory: weights, outputs, peak, training."),
    click.option("--explain", type=LAYER, help="Show the working of one layer."),
    click.option(
        "--sees",
        type=UNIT,
        help="Show which pixels one unit sees, or several: 0-6,0-6.",
    ),
    click.option("--sizes", is_flag=True, help="Show which inputs fit, and which divide evenly."),
)


def view_options(function: F) -> F:
    """Add the options that choose how a walked network is shown."""
    for option in reversed(_VIEW_OPTIONS):
        function = option(function)
    return function


def view_report(
    network: Network,
    walked: Callable[[], Analysis],
    *,
    columns: str | None,
    rf: bool,
    rate: int | None,
    explain: str | None,
    sees: str | None,
    sizes: bool,
    **view: Any,
) -> Report:
    """The report on a walked network that the options of `view_options` choose.

    Args:
        network: the network.
        walked: returns its analysis; called only if needed.
    """
    from convcalc.analysis.rows import RF_COLUMNS, columns_help

    if columns == "help":
        return columns_help()
    if sizes:
        from convcalc.analysis.sizes import sizes_report

        return sizes_report(network)
    analysis = walked()
    if explain:
        from convcalc.analysis.explain import explain_report

        return explain_report(analysis, explain)
    if sees:
        from convcalc.analysis.trace import unit_report

        return unit_report(analysis, sees)
    from convcalc.analysis.table import network_report

    names = columns.split(",") if columns is not None else RF_COLUMNS if rf or rate else ()
    return network_report(analysis, columns=names, outputs=rf or bool(rate), rate=rate, **view)
