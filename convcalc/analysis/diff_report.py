"""Two networks layer by layer: the layers that differ, and what that costs."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from convcalc.analysis.diff import differences, folded
from convcalc.analysis.rows import CONVENTION, batch_lines, unproven_lines
from convcalc.network.axes import order_notes, turned_lines
from convcalc.report import Column, Report
from convcalc.text import grouped, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from convcalc.analysis.analysis import Analysis
    from convcalc.analysis.diff import Difference

_COSTS = ("params", "macs")


def diff_report(first: Analysis, second: Analysis, *, every: bool = False) -> Report:
    """The layers that differ between two networks, with the differences in parameters and work.

    Args:
        first, second: the walked networks, with the same batch.
        every: show every layer in its own row, including equal ones.
    """
    found = differences(first, second)
    unlike = [row for row in found if row.sort != "same"]
    rows = found if every else unlike
    pair = first, second
    report = Report(
        title=f"{first.network.name} → {second.network.name}",
        subtitle="; ".join(_total(key, *pair) for key in ("layers", *_COSTS)),
        columns=_columns(rows),
        rows=rows,
        key="differences",
        facts=_facts(pair, same=not unlike),
        totals={key: _sum([getattr(row, key) for row in rows]) for key in _COSTS},
        remarks=[f"{a.network.name}: {note}" for a in pair for note in order_notes(a.network)],
        footer=[
            *dict.fromkeys(f"{a.network.name}: {line}" for a in pair for line in unproven_lines(a)),
            *batch_lines(first.batch),
            *dict.fromkeys(line for a in pair for line in turned_lines(a.network)),
        ],
        legend=[
            *(["params and macs: how many more the second network has"] if unlike else []),
            CONVENTION,
        ],
        row_dict=_row_dict,
        fold=None if every else lambda: folded(unlike),
        hint="" if every or not unlike else "--all also shows the layers that are the same",
    )
    if not unlike:
        line = f"the same: {plural(len(first), 'layer')} with the same options, inputs and shapes"
        if every:
            report.footer.insert(0, line)
        else:
            report.lines = [line]
    return report


def _columns(rows: Sequence[Difference]) -> list[Column]:
    """The columns; the second network's names only if they differ."""
    renamed = any(row.first != row.second for row in rows if row.first and row.second)
    return [
        Column(
            "first",
            "layer",
            lambda row: (row.first, row.second),
            right=False,
            text=lambda names: names[0] or names[1],
            plain=lambda names: names[0],
            keep=9,
        ),
        Column(
            "second",
            "in the second",
            lambda row: (row.first, row.second),
            right=False,
            text=lambda names: names[1] if names[0] else "",
            plain=lambda names: names[1],
            keep=6,
            for_programs=not renamed,
        ),
        Column("kind", "kind", lambda row: row.kind, right=False, keep=3),
        Column("difference", "difference", lambda row: row.sort, right=False, for_programs=True),
        Column("change", "what differs", _change, right=False, keep=8, least=24, wraps=True),
        *(Column(key, key, attrgetter(key), text=signed, keep=7) for key in _COSTS),
    ]


def _change(row: Difference) -> str:
    """The differences, and the layer that they follow from."""
    words = "; ".join(row.changes)
    return f"{words}{f', because of {row.cause}' if row.cause else ''}"


def signed(number: int | None) -> str:
    """A difference with its sign; ``?`` if it is unknown.

    >>> signed(1234), signed(-5), signed(0), signed(None)
    ('+1,234', '−5', '0', '?')
    """
    if number is None:
        return "?"
    return f"{'+' if number > 0 else '−' if number < 0 else ''}{grouped(abs(number))}"


def _sum(numbers: Sequence[int | None]) -> int | None:
    """A sum; None if one number is unknown."""
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _total(key: str, first: Analysis, second: Analysis) -> str:
    """A total of both networks."""
    one, other = first.totals[key], second.totals[key]
    if one == other and f"{one:,}" == f"{other:,}":
        return f"{key} {one:,} in both"
    return f"{key} {one:,} → {other:,}"


def _facts(pair: Sequence[Analysis], *, same: bool) -> dict[str, Any]:
    """The networks, for JSON."""
    networks = [
        {
            "network": analysis.network.name,
            "inputs": {name: list(shape) for name, shape in analysis.network.inputs.items()},
            **{key: analysis.totals[key] for key in ("layers", *_COSTS)},
            **({"unavailable": analysis.unavailable} if analysis.unavailable else {}),
        }
        for analysis in pair
    ]
    return {"networks": networks, "same": same}


def _row_dict(row: Difference) -> dict[str, Any]:
    """A row as JSON."""
    one, other = (None if shape is None else list(shape) for shape in row.outputs)
    return {
        "first": row.first or None,
        "second": row.second or None,
        "kind": row.kind,
        "difference": row.sort,
        "changes": list(row.changes),
        "cause": row.cause or None,
        "first_output": one,
        "second_output": other,
        "params": row.params,
        "macs": row.macs,
    }
