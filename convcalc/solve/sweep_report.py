"""A sweep as a report: a row for each point; CSV and JSON lines as the points come, the rest at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from convcalc.network.network import FIRST_INPUT
from convcalc.report import Column, Report
from convcalc.solve.blocks import axis_values
from convcalc.solve.choice import check_held
from convcalc.solve.measures import MEASURES
from convcalc.solve.points import OWN, Side
from convcalc.solve.ranges import plain, shown
from convcalc.text import escape_json, grouped, guard_cell, plural, times

if TYPE_CHECKING:
    from convcalc.solve.blocks import Block
    from convcalc.solve.points import Sides
    from convcalc.solve.sweep import Sweep


class _Column(NamedTuple):
    """A column of a sweep.

    Attributes:
        key: its name.
        values: returns the values of the points of a block.
        text, plain: make a value a text for people, and data for JSON.
        about: its meaning.
        right: whether it is a number.
    """

    key: str
    values: Callable[[Block], list[Any]]
    text: Callable[[Any], str]
    plain: Callable[[Any], Any]
    about: str
    right: bool = True


def _columns_of(sweep: Sweep, names: Iterable[str]) -> list[_Column]:
    """The columns: the swept values, and these measures."""
    setup = sweep.setup
    return [
        *[_parameter(sweep, name) for name in setup.parameters],
        *[
            _input(sweep, name, sides)
            for name, sides in setup.shapes.items()
            if any(isinstance(side, Side) for side in sides)
        ],
        *[_measure(name) for name in names],
    ]


def _parameter(sweep: Sweep, name: str) -> _Column:
    """The column of a parameter."""
    grid = sweep.setup.grid

    def values(block: Block) -> list[Any]:
        return list(axis_values(grid, block.points, name).tolist())

    key = f"set.{name}" if name in MEASURES or name in sweep.setup.shapes else name
    return _Column(key, values, shown, plain, f"the parameter {name}")


def _input(sweep: Sweep, name: str, sides: Sides) -> _Column:
    """The column of an input, with the requested sides."""
    grid = sweep.setup.grid

    def values(block: Block) -> list[Any]:
        asked = [side for side in sides if side != OWN]
        found = [
            axis_values(grid, block.points, grid.axes[side.axis].name)
            if isinstance(side, Side)
            else np.full(len(block), side)
            for side in asked
        ]
        return list(zip(*[column.tolist() for column in found]))

    what = (
        "the sides of the input, without its channels" if OWN in sides else "the shape of the input"
    )
    return _Column(name, values, times, list, what if name == FIRST_INPUT else f"{what} {name}")


def _measure(name: str) -> _Column:
    """The column of a measure."""
    measure = MEASURES[name]
    return _Column(
        name,
        lambda block: block.columns[name].tolist(),
        measure.text,
        measure.plain,
        measure.about,
    )


@dataclass(slots=True, eq=False, repr=False)
class SweepReport(Report):
    """A report that is written while points come.

    Attributes:
        sweep: the sweep.
        told: its columns.
    """

    sweep: Any = None
    told: list[_Column] = field(default_factory=list)

    def document(self, format_name: str) -> Iterable[str] | None:
        """The rows as they come, for formats with only rows; other formats wait for all rows."""
        if format_name in _STREAMS:
            return _STREAMS[format_name](self.told, self.sweep.blocks())
        self._gather()
        return None

    def _gather(self) -> None:
        """Walk all points, and keep the rows."""
        rows: list[tuple[Any, ...]] = []
        for block in self.sweep.blocks():
            check_held(len(rows) + len(block))
            rows += zip(*[told.values(block) for told in self.told])
        self.rows = rows
        self.notes = notes_of(self.sweep)
        points = self.sweep.setup.grid.size
        if len(rows) < points:
            name, _, counted = self.title.rpartition(": ")
            self.title = f"{name}: {grouped(len(rows))} of {counted}"

    def to_dict(self) -> dict[str, Any]:
        if not self.rows:
            self._gather()
        return Report.to_dict(self)


def sweep_report(sweep: Sweep, names: Iterable[str], title: str) -> SweepReport:
    """The report on a sweep; the sweep runs when the report is printed.

    Args:
        sweep: the sweep.
        names: the measures to show.
        title: the title.
    """
    told = _columns_of(sweep, names)
    columns = [
        Column(
            each.key,
            each.key,
            lambda row, place=place: row[place],  # type: ignore[misc]
            each.about,
            each.right,
            text=each.text,
            plain=each.plain,
            keep=9 if place < len(told) - 5 else 8,
        )
        for place, each in enumerate(told)
    ]
    batch = sweep.setup.batch
    points = sweep.setup.grid.size
    return SweepReport(
        title=f"{title}: {plural(points, 'point')}",
        columns=columns,
        rows=[],
        key="points",
        facts={"points_in_all": points, "batch": batch},
        footer=[f"macs, flops, activations and memory are for a batch of {batch}"]
        if batch > 1
        else [],
        legend=[f"{each.key} = {each.about}" for each in told if each.key in ("memory", "rf")],
        sweep=sweep,
        told=told,
    )


def notes_of(sweep: Sweep) -> list[str]:
    """The notes on a finished sweep: points without a network."""
    if not sweep.misfits:
        return []
    assert sweep.first_misfit
    point, why = sweep.first_misfit
    which = sweep.setup.text(point)
    one = sweep.misfits == 1
    verb = "does" if one else "do"
    if sweep.misfits < sweep.walked:
        what = f"{grouped(sweep.misfits)} of {plural(sweep.walked, 'point')} {verb} not fit and {'is' if one else 'are'} left out"
    else:
        what = (
            "the 1 point does not fit"
            if one
            else f"none of the {plural(sweep.walked, 'point')} fits"
        )
    return [f"{what}; {'it' if one else 'the first'} is {which}: {why}"]


def rows_of(sweep: Sweep, names: Iterable[str]) -> list[dict[str, Any]]:
    """The kept points of a sweep, for JSON.

    Raises:
        UsageError: there are too many for the memory.
    """
    told = _columns_of(sweep, names)
    found: list[dict[str, Any]] = []
    for block in sweep.blocks():
        check_held(len(found) + len(block))
        columns = [list(map(each.plain, each.values(block))) for each in told]
        keys = [each.key for each in told]
        found += [dict(zip(keys, row)) for row in zip(*columns)]
    return found


# ----------------------------------------------------------------------- rows as they come


def _csv(told: list[_Column], blocks: Iterator[Block]) -> Iterator[str]:
    """Comma-separated values, with a line of keys."""
    yield ",".join(_quoted(each.key) for each in told)
    for block in _short(blocks):
        columns = [_texts(each.values(block), _cell(each.plain)) for each in told]
        yield from map(",".join, zip(*columns))


def _jsonl(told: list[_Column], blocks: Iterator[Block]) -> Iterator[str]:
    """One JSON object per line."""
    keys = [f"{json.dumps(each.key, ensure_ascii=False)}: " for each in told]
    for block in _short(blocks):
        columns = [
            map(key.__add__, _texts(each.values(block), _json_of(each.plain)))
            for key, each in zip(keys, told)
        ]
        yield from (f"{{{row}}}" for row in map(", ".join, zip(*columns)))


def _short(blocks: Iterator[Block]) -> Iterator[Block]:
    """Blocks in parts, so that only few rows are text at a time."""
    for block in blocks:
        for first in range(0, len(block), _ROWS):
            yield block.take(np.arange(first, min(first + _ROWS, len(block))))


_ROWS = 8192
_STREAMS = {"csv": _csv, "jsonl": _jsonl}


def _texts(values: list[Any], text: Callable[[Any], str]) -> Iterable[str]:
    """The text of each value; other values than whole numbers are written only once each."""
    if all(type(value) is int for value in islice(values, 1)) and set(map(type, values)) == {int}:
        return map(str, values)
    known: dict[Any, str] = {}
    found = []
    for value in values:
        key = (type(value), value)
        if key not in known:
            known[key] = text(value)
        found.append(known[key])
    return found


def _json_of(plain: Callable[[Any], Any]) -> Callable[[Any], str]:
    """A function for the JSON text of a value, with letters unchanged and control characters escaped."""
    return lambda value: escape_json(json.dumps(plain(value), ensure_ascii=False))


def _cell(plain: Callable[[Any], Any]) -> Callable[[Any], str]:
    """A function for the cell of a value."""

    def cell(value: Any) -> str:
        found = plain(value)
        if isinstance(found, bool):
            return "true" if found else "false"
        text = "x".join(map(str, found)) if isinstance(found, list) else found
        return "" if text is None else _quoted(str(guard_cell(text)))

    return cell


def _quoted(text: str) -> str:
    """A cell, in quotes if it contains a character that would end it."""
    if any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
