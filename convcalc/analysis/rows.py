"""A network's steps as rows: their columns, as text for people, and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError, did_you_mean
from convcalc.layers.operations import OPERATIONS
from convcalc.layers.rf import UnknownField
from convcalc.report import Column, Report
from convcalc.text import amount_text, listed, per_axis, plural, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step

STATED = "stated by the author, not proven"
UNAVAILABLE = "convcalc does not know this operation, and its author states no cost"
CONVENTION = "macs = multiply-adds, bias not counted; flops = 2 · macs"


def batch_lines(batch: int) -> list[str]:
    """Which numbers are for the whole batch; empty for one sample."""
    return [f"macs are for a batch of {batch}, shapes per sample"] if batch > 1 else []


def field_part(name: str) -> Callable[[Any], Any]:
    """Make a getter for the size, stride or padding of a step's field, per axis, or why it is unknown."""

    def part(step: Step) -> list[Any] | UnknownField:
        rf = step.rf
        return rf if isinstance(rf, UnknownField) else [getattr(axis, name) for axis in rf]

    return part


def field_text(value: list[Any] | UnknownField) -> str:
    """A part of a receptive field for people: ``all`` if everything is seen."""
    if isinstance(value, UnknownField):
        return "all" if value.whole else "?"
    return per_axis(value) if value else "–"


def plain_field(value: list[Any] | UnknownField) -> list[int | str] | None:
    """A part of a receptive field for programs: numbers per axis; null if unknown."""
    if isinstance(value, UnknownField):
        return None
    # After upsampling the stride is a fraction; it stays exact as a string such as "1/2".
    return [number if isinstance(number, int) else str(number) for number in value]


def _costing(get: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make a getter for a cost of a row; it returns None if the cost is unavailable."""
    return lambda row: get(row) if row.is_costed else None


def _operations(name: str) -> Callable[[Any], int | None]:
    """Make a getter for an elementary count of a row."""
    return _costing(lambda row: row.counts.get(name, 0))


def _connections(step: Step) -> int:
    """Inputs and biases of each unit, over all units, as counted by LeCun et al. (1998).

    Trainable subsampling adds up its window before it multiplies, so those additions count.
    """
    if not (step.macs and step.biases):
        return step.macs
    return step.macs + step.counts.get("bias_adds", 0) + step.counts.get("adds", 0)


def _count(key: str, about: str, keep: int = 5) -> Column:
    value = attrgetter(key) if key == "activations" else _costing(attrgetter(key))
    return Column(key, key, value, about, text=amount_text, keep=keep)


def _shape(key: str, about: str, keep: int) -> Column:
    return Column(key, key, attrgetter(key), about, text=times, plain=list, keep=keep)


def _operation(name: str, about: str) -> Column:
    return Column(name, name, _operations(name), about, text=amount_text, keep=1)


def _field(key: str, part: str, about: str, keep: int) -> Column:
    return Column(key, key, field_part(part), about, text=field_text, plain=plain_field, keep=keep)


COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        Column("name", "layer", attrgetter("name"), "the layer's name", right=False, keep=9),
        Column("kind", "kind", attrgetter("kind"), "the layer kind", right=False, keep=7),
        Column(
            "options",
            "options",
            attrgetter("option_text"),
            "its options in short",
            right=False,
            keep=3,
        ),
        _shape("input", "input shape: channels first, no batch", 1),
        _shape("output", "output shape: channels first, no batch", 8),
        _count("params", "trained numbers: weights + biases", 8),
        _count("weights", "trained numbers that multiply"),
        _count("biases", "trained numbers that are added"),
        _count("buffers", "stored numbers that are not trained (running means and variances)"),
        _count("macs", OPERATIONS["macs"], 8),
        _count("flops", "2 · macs"),
        _count("activations", "output values"),
        _field("rf", "size", "receptive field: pixels of the image a unit sees, per axis", 6),
        _field("rf_stride", "stride", "pixels between neighbouring units' fields", 4),
        _field(
            "rf_padding",
            "padding",
            "pixels by which the first unit's field starts before the image",
            4,
        ),
        Column(
            "connections",
            "connections",
            _costing(_connections),
            "inputs and biases of each unit, over all units: k·k·cin + 1",
            text=amount_text,
        ),
        *(_operation(name, about) for name, about in OPERATIONS.items() if name != "macs"),
    )
}
SHOWN = ("name", "kind", "options", "output", "params", "macs", "rf")
_SELDOM_ASKED = 4  # columns in a legend; the others are in ``--columns help``
_KNOWN = {
    "name",
    "kind",
    "options",
    "input",
    "output",
    "params",
    "macs",
    "flops",
}  # or in CONVENTION
RF_COLUMNS = ("name", "kind", "options", "output", "rf", "rf_stride", "rf_padding")
IN_JSON = (
    "input",
    "output",
    "params",
    "weights",
    "biases",
    "buffers",
    "macs",
    "flops",
    "activations",
)
_JSON_COLUMNS = [COLUMNS[key] for key in IN_JSON]
_FIELD_PARTS = ("size", "stride", "padding")


def find_columns(names: Iterable[str], option: str = "--columns") -> list[Column]:
    """Columns by their names.

    Args:
        names: their keys.
        option: the option's name in a message.

    Raises:
        UsageError: a column does not exist, or none is given.
    """
    found = [name.strip() for name in names if name.strip()]
    for name in found:
        if name not in COLUMNS:
            near = did_you_mean(name, COLUMNS)
            message = f"{option}: no column {name!r}{near or '; known: ' + ', '.join(COLUMNS)}"
            raise UsageError(message)
    if not found:
        message = f"{option} names none; known: {', '.join(COLUMNS)}"
        raise UsageError(message)
    return [COLUMNS[name] for name in found]


def columns_help() -> Report:
    """The meanings of the columns."""
    columns = [
        Column("column", "column", attrgetter("key"), right=False, keep=9),
        Column("about", "what it means", attrgetter("about"), right=False, keep=8),
    ]
    return Report(
        title="",
        columns=columns,
        rows=list(COLUMNS.values()),
        key="columns",
        row_dict=lambda column: {"column": column.key, "about": column.about},
    )


def step_dict(step: Step, block: str | None = None) -> dict[str, Any]:
    """A step as JSON, with the documented keys.

    Args:
        step: the step.
        block: the block around it.
    """
    data: dict[str, Any] = {"name": step.name, "kind": step.kind, "options": step.option_text}
    data |= {"inputs": step.inputs, "block": block}
    for column in _JSON_COLUMNS:
        data[column.key] = column.plain(column.value(step))
    data["counts"] = dict(step.counts) if step.is_costed else None
    data["rf"] = rf_dict(step)
    return data if step.layer.is_proven else data | unproven_facts(step)


def column_legend(columns: Sequence[Column]) -> list[str]:
    """The meanings of columns whose headings are not clear."""
    asked = [column for column in columns if column.key not in _KNOWN]
    if len(asked) > _SELDOM_ASKED:
        return ["--columns help says what each column means"]
    return [f"{column.heading} = {column.about}" for column in asked]


def rf_dict(step: Step) -> dict[str, Any] | None:
    """A step's receptive field as JSON; null if unknown."""
    rf = step.rf
    if isinstance(rf, UnknownField):
        return None
    return {part: plain_field([getattr(axis, part) for axis in rf]) for part in _FIELD_PARTS}


def unproven_facts(step: Step) -> dict[str, Any]:
    """JSON keys of a layer that is not proven."""
    facts: dict[str, Any] = {"type": step.layer.called(), "stated": STATED}
    return facts if step.is_costed else facts | {"unavailable": UNAVAILABLE}


def unproven_lines(analysis: Analysis) -> list[str]:
    """Lines under a table: which numbers come from an author, and which are missing in the sums."""
    stated = [step.name for step in analysis.unproven]
    lines = [f"{STATED}: {listed(stated)}"] if stated else []
    missing = not_counted(analysis)
    return [*lines, f"at least: {missing}; {UNAVAILABLE}"] if missing else lines


def not_counted(analysis: Analysis) -> str:
    """The layers with unavailable cost, by name: ``3 layers of GridSample not counted``."""
    found = [
        f"{plural(number, 'layer')} of {name}" for name, number in analysis.unavailable.items()
    ]
    shown = found if len(found) <= 4 else [*found[:3], f"{len(found) - 3} other kinds"]
    return f"{', '.join(shown)} not counted" if found else ""
