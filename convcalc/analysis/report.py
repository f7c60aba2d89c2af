"""An analysis as a report: its columns, keys, and the lines under the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convcalc.analysis.graph import graph_keys, graph_lines, output_facts
from convcalc.analysis.notes import meanings, surprises
from convcalc.analysis.rows import (
    COLUMNS,
    CONVENTION,
    SHOWN,
    batch_lines,
    column_legend,
    step_dict,
    unproven_lines,
)
from convcalc.network.axes import turned_lines
from convcalc.report import Report

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.report import Column


def _totals(analysis: Analysis) -> dict[str, Any]:
    """The sums, and the number of layers of each sort that they do not contain."""
    missing = analysis.unavailable
    return {**analysis.totals, "unavailable": missing} if missing else dict(analysis.totals)


def report_of(
    analysis: Analysis, columns: Sequence[Column] = (), *, outputs: bool = True
) -> Report:
    """The table of an analysis.

    Args:
        analysis: the walked network.
        columns: from `convcalc.analysis.rows.COLUMNS`; the usual ones by default.
        outputs: whether to add lines on the outputs; `add_output_fields` adds longer ones.
    """
    network, batch = analysis.network, analysis.batch

    shown = list(columns) or [COLUMNS[key] for key in SHOWN]

    def row_dict(step: Step) -> dict[str, Any]:
        data = step_dict(step, analysis.block_names[step.place - 1])
        return {**data, **graph_keys(analysis, step)}

    return Report(
        title=network.name,
        subtitle=network.source,
        columns=shown,
        rows=analysis.steps,
        totals=_totals(analysis),
        notes=[*meanings(analysis)],
        remarks=[*surprises(analysis)],
        footer=[
            *(graph_lines(analysis) if outputs else ()),
            *unproven_lines(analysis),
            *batch_lines(batch),
            *left_out(analysis),
            *turned_lines(network),
        ],
        legend=[CONVENTION, *column_legend(shown)],
        facts={
            "network": network.name,
            "source": network.source,
            "input": list(network.input),
            "inputs": {name: list(shape) for name, shape in network.inputs.items()},
            "batch": batch,
            **({"axes": list(network.axes)} if network.axes else {}),
            **output_facts(analysis),
        },
        row_dict=row_dict,
    )


def left_out(analysis: Analysis) -> list[str]:
    """What the receptive fields leave out."""
    if not analysis.through:
        return []
    words = {"norms": "norms over the whole map", "gates": "gates of one cell"}
    return [
        f"rf leaves out {' and '.join(words[cause] for cause in words if cause in analysis.through)}"
    ]
