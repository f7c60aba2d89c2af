"""The table of a network with the user's options: columns, order, blocks as one row, memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any

from convcalc.analysis.folding import fold
from convcalc.analysis.report import report_of
from convcalc.analysis.rows import RF_COLUMNS, find_columns
from convcalc.formulas import product
from convcalc.layers.rf import UnknownField

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.report import Column, Report


def _rf_columns() -> list[Column]:
    """The columns on receptive fields; on a narrow terminal, the field itself is left out last."""
    columns = find_columns(RF_COLUMNS)
    return [each._replace(keep=8) if each.key.startswith("rf") else each for each in columns]


def _sort_rows(report: Report, column: Column) -> Report:
    """The rows sorted by one column, largest first, or by the alphabet; the totals stay."""

    def size(row: Any) -> Any:
        value = column.value(row)
        if isinstance(value, UnknownField):
            return inf if value.whole else -1
        if value is None:
            return inf  # the number is unknown
        return product(value) if isinstance(value, tuple | list) else value

    numbers = not any(isinstance(size(row), str) for row in report.rows)
    rows = sorted(report.rows, key=size, reverse=numbers)
    shown = list(report.columns)
    return replace(report, rows=rows, columns=shown if column in shown else [*shown, column])


def network_report(
    analysis: Analysis,
    *,
    columns: Sequence[str] = (),
    sort: str = "",
    depth: int | None = None,
    every: bool = False,
    memory: bool = False,
    outputs: bool = False,
    rate: int | None = None,
) -> Report:
    """The table of a network with the user's options.

    Args:
        analysis: the walked network.
        columns: names of the columns; the usual ones by default.
        sort: a column to sort by, largest first; then every row is shown.
        depth: show each block at this depth as one row.
        every: show every row of repeated blocks.
        memory: add the memory that it needs, in each meaning.
        outputs: add what a unit of each output sees, and the halo that a tile needs.
        rate: samples per second, for fields in seconds.

    Raises:
        UsageError: a column does not exist, or there is no time axis for the rate.
    """
    chosen = find_columns(columns) if columns else ()
    fields = outputs and len(analysis.network.input) > 1  # a vector has none
    report = report_of(
        analysis,
        _rf_columns() if tuple(columns) == RF_COLUMNS else chosen,
        outputs=not fields,
    )
    if columns and tuple(columns) != RF_COLUMNS:
        report = replace(report, row_dict=None)  # JSON has the chosen columns, too
    if memory:
        from convcalc.analysis.memory import add_memory  # noqa: PLC0415 - few tables have it

        report = add_memory(report, analysis)
    if fields:
        from convcalc.analysis.output_fields import add_output_fields  # noqa: PLC0415 - as above

        report = add_output_fields(report, analysis, rate)
    if sort:
        report = _sort_rows(report, find_columns([sort.replace(",", " ")], "--sort")[0])
    elif depth is not None or not every:
        report = replace(report, fold=lambda: fold(analysis, depth))
    return replace(report, hint=_next_command(analysis, depth))


def _next_command(analysis: Analysis, depth: int | None) -> str:
    """A useful next command."""
    costly = max(analysis.steps, key=lambda step: step.macs).name
    stages = "; --depth 1 for stages" if analysis.blocks and depth is None else ""
    return f"--explain {costly} shows a working; --rf, --memory, --sort macs{stages}"
