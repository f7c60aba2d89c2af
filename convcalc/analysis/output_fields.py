"""What a unit of each output sees: before and after its own position, in seconds, and the halo of a tile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convcalc.analysis.graph import graph_lines
from convcalc.analysis.rows import field_text, plain_field
from convcalc.errors import UsageError
from convcalc.layers.rf import AnyField, UnknownField
from convcalc.network.axes import words_text
from convcalc.text import grouped, per_axis

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.layers.rf import Fields
    from convcalc.report import Report

_MEANING = "before, after = {} that a unit sees beyond its own stride; a tile of the input needs as many around it (its halo)"


def add_output_fields(report: Report, analysis: Analysis, rate: int | None = None) -> Report:
    """The report with a line for each output, and its fields as data.

    Args:
        report: the report of the analysis, without its own lines on outputs.
        analysis: the walk of a network on maps.
        rate: samples or frames per second along the first axis.

    Raises:
        UsageError: the first axis is not one of time.
    """
    if rate and len(analysis.network.input) == 3:
        message = "--rate is for sequences (C, L) and videos (C, D, H, W), but this network takes pictures; leave it out"
        raise UsageError(message)
    seen = list(_seen(analysis))
    several = len(analysis.images) > 1
    lines = [
        f"{output}{f', of {image}' * several}: {_words(rf, rate)}" for output, image, rf in seen
    ]
    data = [
        {"name": output, **({"input": image} if several else {}), **_data(rf, rate)}
        for output, image, rf in seen
    ]
    shapes = graph_lines(analysis, fields=False)
    meaning = _MEANING.format(words_text(analysis.network))
    return replace(
        report,
        footer=[*shapes, *lines, *report.footer],
        legend=[meaning, *report.legend],
        facts={**report.facts, "rf_of_outputs": data},
    )


def _seen(analysis: Analysis) -> Iterator[tuple[str, str, Fields]]:
    """Each output, each input that it depends on, and what a unit sees of it."""
    several = len(analysis.images) > 1
    for output in analysis.rf:
        for image, walked in analysis.by_input.items():
            rf = walked.rf[output]
            if rf or not several:
                yield output, image, rf


def before(field: AnyField) -> int:
    """Pixels that a unit sees before its own; the largest number of all units.

    A unit's own pixels begin at its position times the stride; there are as many as one stride.
    """
    return max(0, field.padding)


def after(field: AnyField) -> int:
    """The same after its own pixels."""
    ends = [seen[1] for seen in map(field.sees, range(field.period)) if seen]
    return max(0, max(ends, default=0) - (field.step - 1))


def _words(rf: Fields, rate: int | None) -> str:
    """A line on one output."""
    if isinstance(rf, UnknownField):
        if not rf.local:
            return f"{field_text(rf)} ({rf.reason})"
        return f"sees all ({rf.reason}); without that it {_words(rf.local, rate)}"
    if not rf:
        return "sees everything"
    sizes, strides = ([getattr(axis, name) for axis in rf] for name in ("size", "stride"))
    text = (
        f"sees {per_axis(sizes)}, moves by {per_axis(strides)}; "
        f"{per_axis(list(map(before, rf)))} before and {per_axis(list(map(after, rf)))} after"
    )
    if rate:
        first = rf[0]
        seconds = [_seconds(n, rate) for n in (first.size, before(first), after(first))]
        text += f"; in time {seconds[0]}: {seconds[1]} before and {seconds[2]} after, at {grouped(rate)} a second"
    return text


def _seconds(samples: int, rate: int) -> str:
    """A time for people: seconds, or milliseconds below one second."""
    seconds = samples / rate
    return f"{seconds:.4g} s" if seconds >= 1 or not seconds else f"{1000 * seconds:.4g} ms"


def _data(rf: Fields, rate: int | None) -> dict[str, Any]:
    """The fields of one output for programs; if it sees all, those without what combines the map."""
    local = rf.local if isinstance(rf, UnknownField) else rf
    found: dict[str, Any] = {
        "sees_all": isinstance(rf, UnknownField) and rf.whole,
        "size": [axis.size for axis in local],
        "stride": plain_field([axis.stride for axis in local]),
        "before": list(map(before, local)),
        "after": list(map(after, local)),
    }
    if rate and local:
        found["seconds"] = [n / rate for n in (local[0].size, before(local[0]), after(local[0]))]
    return found
