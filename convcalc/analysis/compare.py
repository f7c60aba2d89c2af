"""Several networks side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from convcalc.analysis.analysis import widest
from convcalc.analysis.fields import GATED
from convcalc.analysis.report import left_out
from convcalc.analysis.rows import CONVENTION, field_text, plain_field, unproven_lines
from convcalc.layers.rf import Fields, UnknownField
from convcalc.network.axes import order_notes, turned_lines
from convcalc.report import Column, Report
from convcalc.text import AtLeast, grouped, listed, per_axis, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis

SORTS = ("params", "macs", "activations", "layers", "network")
_SUMS = ("layers", "params", "macs", "flops", "activations")


def compare_report(analyses: Sequence[Analysis], sort: str | None = None) -> Report:
    """A row for each network: parameters, work, activations, receptive field.

    Args:
        analyses: the walked networks, all with the same batch.
        sort: a key of `SORTS`, largest first; without it, the given order.
    """
    rows = [_row(analysis) for analysis in analyses]
    if sort:
        rows.sort(key=lambda row: row[sort], reverse=sort != "network")
    first = rows[0]["macs"]
    for row in rows:
        known = not any(isinstance(macs, AtLeast) for macs in (first, row["macs"]))
        row["times"] = row["macs"] / (first or 1) if known else None
    batch = max((analysis.batch for analysis in analyses), default=1)
    return Report(
        title="",
        columns=[
            Column.of_mapping("network", "network", right=False, keep=9),
            Column(
                "input",
                "input",
                lambda row: row["inputs"],
                text=lambda shapes: " + ".join(map(times, shapes.values())),
                plain=lambda shapes: next(iter(shapes.values())),
                keep=2,
            ),
            Column.of_mapping("layers", "layers", grouped, keep=3),
            Column.of_mapping("params", "params", grouped, keep=8),
            Column.of_mapping("macs", "macs", grouped, keep=8),
            Column.of_mapping("times", "× first", _times_text, keep=7),
            Column.of_mapping("activations", "activations", grouped, keep=4),
            Column.of_mapping("rf", "rf", field_text, plain=plain_field, keep=5),
        ],
        rows=rows,
        key="networks",
        notes=[note for each in analyses for note in _notes(each)],
        remarks=[*_order_notes(analyses)],
        footer=[
            *(f"{a.network.name}: {line}" for a in analyses for line in unproven_lines(a)),
            *([f"macs and activations are for a batch of {batch}"] if batch > 1 else []),
            *dict.fromkeys(line for a in analyses for line in turned_lines(a.network)),
            *(left_out(analyses[0]) if analyses else ()),
        ],
        legend=[CONVENTION, "rf = receptive field before global pooling or flatten"],
        row_dict=lambda row: {**row, "rf": plain_field(row["rf"])},
    )


def _times_text(number: float | None) -> str:
    """How many times as much; ``?`` if one of the two is only a lower bound."""
    return "?" if number is None else f"{number:.2f}"


def _row(analysis: Analysis) -> dict[str, Any]:
    """The row of one network."""
    return {
        "network": analysis.network.name,
        "input": list(analysis.network.input),
        "inputs": {name: list(shape) for name, shape in analysis.network.inputs.items()},
        **{key: analysis.totals[key] for key in _SUMS},
        **({"unavailable": analysis.unavailable} if analysis.unavailable else {}),
        "rf": _sizes(widest(list(analysis.rf.values()))),
        "rf_of_outputs": {name: plain_field(_sizes(rf)) for name, rf in analysis.rf.items()},
    }


def _sizes(rf: Fields) -> list[int] | UnknownField:
    """The size along each axis, or why it is unknown."""
    return rf if isinstance(rf, UnknownField) else [axis.size for axis in rf]


def _order_notes(analyses: Sequence[Analysis]) -> Iterator[str]:
    """Notes on inputs with an unclear axis order, each once, with the networks that it is about."""
    found: dict[str, list[str]] = {}
    for analysis in analyses:
        for note in order_notes(analysis.network):
            found.setdefault(note, []).append(analysis.network.name)
    yield from (f"{listed(names)}: {note}" for note, names in found.items())


def _notes(analysis: Analysis) -> list[str]:
    """Expected numbers that differ, and what the receptive field alone does not show."""
    name = analysis.network.name
    notes = [f"{name}: {note}" for note in analysis.notes if note.startswith("expect")]
    several = len(analysis.images) > 1  # an output that does not see the first input has no note
    seen = {output: rf for output, rf in analysis.rf.items() if rf or not several}
    texts = {output: _field_words(rf) for output, rf in seen.items()}
    if len(set(texts.values())) > 1:
        ends = ", ".join(f"{text} at {output}" for output, text in texts.items())
        notes.append(f"{name}: rf of its {len(texts)} outputs: {ends}")
    elif any(isinstance(rf, UnknownField) for rf in seen.values()):
        notes.append(f"{name}: rf is {next(iter(texts.values()))}")
    return notes


def _field_words(rf: Fields) -> str:
    """A receptive field in words, with the reason if it is not a number."""
    if not isinstance(rf, UnknownField):
        return field_text(_sizes(rf))
    if not rf.local:
        return f"{field_text(rf)} ({rf.reason})"
    local = per_axis([axis.size for axis in rf.local])
    if rf.reason == GATED:
        return f"{field_text(rf)} because of its gates, {local} without them"
    return f"{field_text(rf)} ({rf.reason}), {local} without that"
