"""The measures of a sweep's points: parameters, work, memory, receptive field."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.analysis.analysis import widest
from convcalc.analysis.memory import bytes_to_run
from convcalc.analysis.rows import field_text, plain_field
from convcalc.errors import UsageError, did_you_mean
from convcalc.layers.rf import UnknownField
from convcalc.text import grouped, quoted, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis


def _same(value: Any) -> Any:
    """The value unchanged."""
    return value


class Measure(NamedTuple):
    """One measure of a network.

    Attributes:
        about: what it means.
        of: returns its value for a walked network: a whole number, or the parts of a shape in a tuple.
        text: makes its value a text for people.
        plain: makes its value data for JSON.
        number: returns the number for comparing values; minus infinity if there is none.
    """

    about: str
    of: Callable[[Analysis], Any]
    text: Callable[[Any], str] = grouped
    plain: Callable[[Any], Any] = _same
    number: Callable[[Any], Any] = _same


def _total(key: str) -> Callable[[Analysis], Any]:
    """One of a walk's totals."""
    return lambda analysis: analysis.totals[key]


def _field(analysis: Analysis) -> Any:
    """The widest receptive field of the outputs: its sizes, or why they are unknown."""
    rf = widest(list(analysis.rf.values()))
    if isinstance(rf, UnknownField):
        return UnknownField(rf.reason, whole=rf.whole)
    return tuple([axis.size for axis in rf])


def _widest_side(rf: Any) -> Any:
    """A receptive field as a number: along its widest axis; larger than any other if all is seen."""
    if isinstance(rf, UnknownField):
        return inf if rf.whole else -inf
    return max(rf, default=-inf)


def _output(analysis: Analysis) -> Any:
    """The shape of the first output."""
    return analysis.outputs[0].output


MEASURES = {
    "params": Measure("trained numbers", _total("params")),
    "buffers": Measure("stored numbers that are not trained", _total("buffers")),
    "macs": Measure("multiply-adds", _total("macs")),
    "flops": Measure("2 operations for each multiply-add", _total("flops")),
    "activations": Measure("output values of all layers", _total("activations")),
    "memory": Measure(
        "bytes to run it in float32: weights, and the most values in memory at once", bytes_to_run
    ),
    "layers": Measure("number of layers", _total("layers")),
    "rf": Measure(
        "receptive field before a global pool or flatten",
        _field,
        lambda rf: field_text(rf if isinstance(rf, UnknownField) else list(rf)),
        lambda rf: plain_field(rf if isinstance(rf, UnknownField) else list(rf)),
        _widest_side,
    ),
    "output": Measure("the output shape", _output, times, list, max),
}
USUAL = ("params", "macs", "activations", "memory", "rf")


def measures_in(text: str) -> tuple[str, ...]:
    """The names of measures, from a text with commas between them.

    Raises:
        UsageError: there is no such measure.
    """
    names = tuple(dict.fromkeys(filter(None, [word.strip() for word in text.split(",")])))
    for name in names:
        if name not in MEASURES:
            message = f"--columns: no column {quoted(name)}{did_you_mean(name, MEASURES)}"
            raise UsageError(message)
    if not names:
        message = f"--columns names nothing; known: {', '.join(MEASURES)}"
        raise UsageError(message)
    return names
