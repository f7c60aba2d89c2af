"""The rows of a student's table, put to the rows of the question.

A table may list every layer of the network, or leave out those that have nothing to fill in, such as
a ReLU. Rows are told apart by their names; where they have none, by how many there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

from convcalc.homework.answers import parsing as answers
from convcalc.homework.questions.networks import Listed, plain_name
from convcalc.homework.sheets.sheet import Question
from convcalc.text import shortened

_INPUT = Listed("input", frozenset({"input", "image"}))
_MAX_KINDS = 8  # of rows that may be left out, each kind or not
_MAX_NOTES = 5
_LABEL = re.compile(r"\s*([A-Za-z][\w .()/-]{0,60}?|\d{1,3})\s*[:=]\s*(?=\S)")
_NUMBER = re.compile(r"(?:row|layer)?\s*(\d{1,5})", re.IGNORECASE)
_RULE = re.compile(r"[\s|:+-]*")  # the line under the heading of a table in Markdown
_HEADINGS = frozenset({"layer", "name", "row", "kind", "type", ""})


@dataclass(slots=True)
class Table:
    """A table as it was read.

    Attributes:
        cells: what is written, by part, such as ``3.shape``.
        notes: rows that could not be used.
    """

    cells: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class _Row(NamedTuple):
    """A row as the student wrote it: its name or number, and its cells by what is asked."""

    name: str
    cells: dict[str, Any]


def read_table(question: Question, raw: Any) -> Table:
    """The cells of a table, by the parts of its question."""
    task: Any = question.task
    asks = list(dict.fromkeys(part.name.partition(".")[2] for part in question.parts))
    rows = _joined(_rows(raw, asks))
    right = {part.name: part for part in question.parts}
    table = Table()
    for row, place in zip(rows, _places(task.listed(), rows, right, table.notes)):
        if place is not None:
            for ask, cell in row.cells.items():
                table.cells.setdefault(f"{place + 1}.{ask}", cell)
    return table


# ------------------------------------------------------------------------------- what is written


def _rows(raw: Any, asks: list[str]) -> Iterator[_Row]:
    """The rows of an answer, whatever form it has."""
    if isinstance(raw, dict):
        for key, value in raw.items():
            name, dot, ask = str(key).rpartition(".")
            if dot and ask.lower() in asks:
                yield _Row(name, {ask.lower(): value})
            else:
                yield _Row(str(key), _cells(value, asks).cells)
        return
    items = raw.replace(";", "\n").split("\n") if isinstance(raw, str) else raw
    for item in items if isinstance(items, list | tuple) else ():
        if isinstance(raw, str) and not item.strip():
            continue
        row = _cells(item, asks)
        if not _is_heading(row, asks):
            yield row


def _cells(value: Any, asks: list[str]) -> _Row:
    """One row: its name, where it has one, and its cells."""
    if isinstance(value, dict):
        lower = {str(key).lower(): cell for key, cell in value.items()}
        name = next((answers.raw_text(lower[key]) for key in ("layer", "name") if key in lower), "")
        return _Row(name, {ask: lower[ask] for ask in asks if ask in lower})
    name = ""
    if isinstance(value, str):
        found = _LABEL.match(value)
        if found and "x" not in plain_name(found[1])[:1]:
            name, value = found[1], value[found.end() :]
        value = _split(value, len(asks))
    cells = list(value) if isinstance(value, list | tuple) else [value]
    if len(asks) == 1 and len(cells) > 1 and not _is_label(cells[0]):
        return _Row(name, {asks[0]: value})
    if len(cells) > 1 and (len(cells) > len(asks) or len(asks) == 1) and _is_label(cells[0]):
        name, cells = answers.raw_text(cells[0]).strip(), cells[1:]
        cells = [cells] if len(asks) == 1 and len(cells) > 1 else cells
    return _Row(name, dict(zip(asks, cells)))


def _split(text: str, count: int) -> Any:
    """The cells of a line: columns of Markdown, else what tabs or commas part."""
    if "|" in text:
        return [cell.strip() for cell in text.strip().strip("|").split("|")]
    for separator in ("\t", ", ", ","):
        cells = text.split(separator)
        if len(cells) in (count, count + 1) and (count > 1 or _is_label(cells[0])):
            return [cell.strip() for cell in cells] if len(cells) > 1 else text
    return text


def _is_label(cell: Any) -> bool:
    """Whether a cell names its row rather than answers."""
    text = answers.raw_text(cell).strip() if not isinstance(cell, list | tuple | dict) else ""
    return bool(re.match(r"[A-Za-z]{2}|[A-Za-z]\d", text)) and not answers.is_blank(cell)


def _is_heading(row: _Row, asks: list[str]) -> bool:
    """Whether a row is the heading of the table, or the line under it."""
    texts = [answers.raw_text(cell).strip().lower() for cell in row.cells.values()]
    if (
        row.cells
        and all(text and _RULE.fullmatch(text) for text in texts)
        and len("".join(texts)) > 2
    ):
        return True
    return plain_name(row.name) in _HEADINGS and texts == asks[: len(texts)] and bool(texts)


def _joined(rows: Iterator[_Row]) -> list[_Row]:
    """Rows of one name put together, as where cells are given one by one."""
    found: list[_Row] = []
    named: dict[str, _Row] = {}
    for row in rows:
        before = named.get(plain_name(row.name)) if row.name else None
        if before is not None and not before.cells.keys() & row.cells.keys():
            before.cells.update(row.cells)
            continue
        found.append(row)
        named[plain_name(row.name)] = row
    return found


# ------------------------------------------------------------------------------ where it belongs


def _places(
    listed: Sequence[Listed], rows: Sequence[_Row], right: dict[str, Any], notes: list[str]
) -> list[int | None]:
    """The row of the question that each row of the student belongs to; None where it has none."""
    numbers = [_NUMBER.fullmatch(row.name.strip()) for row in rows]
    if any(row.name and not number for row, number in zip(rows, numbers)):
        return list(_by_name(listed, rows, notes))
    order = [int(number[1]) if number else place for place, number in enumerate(numbers, start=1)]
    layout = _layout(listed, rows, order, right)
    if any(number > len(layout) for number in order):
        notes.append(
            f"the table has {max(order)} rows, but this one needs {len(layout)}; the rest is ignored"
        )
    return [layout[n - 1].row if 0 < n <= len(layout) else None for n in order]


def _layout(
    listed: Sequence[Listed], rows: Sequence[_Row], order: Sequence[int], right: dict[str, Any]
) -> Sequence[Listed]:
    """The layers that a table without names lists: as many as it has rows, those that fit best."""
    needed = [each for each in listed if each.row is not None]
    size = max(order, default=0)
    if size <= len(needed):
        return needed
    kinds = list(dict.fromkeys(each.kind for each in (_INPUT, *listed) if each.row is None))
    best: Sequence[Listed] = needed
    most = _matches(needed, rows, order, right)
    for count in range(1, min(len(kinds), _MAX_KINDS) + 1):
        for chosen in combinations(kinds[:_MAX_KINDS], count):
            layout = [e for e in (_INPUT, *listed) if e.row is not None or e.kind in chosen]
            if len(layout) == size:
                score = _matches(layout, rows, order, right)
                if score > most or (score == most and best is needed):
                    best, most = layout, score
    return best


def _matches(
    layout: Sequence[Listed], rows: Sequence[_Row], order: Sequence[int], right: dict[str, Any]
) -> int:
    """How many cells are right if a table is read so."""
    count = 0
    for row, number in zip(rows, order):
        place = layout[number - 1].row if 0 < number <= len(layout) else None
        if place is None:
            continue
        for ask, cell in row.cells.items():
            part = right.get(f"{place + 1}.{ask}")
            if part is not None:
                reading = part.answer_type.read(cell)
                count += not reading.problem and reading.value == part.expected
    return count


def _by_name(
    listed: Sequence[Listed], rows: Sequence[_Row], notes: list[str]
) -> Iterator[int | None]:
    """Rows by their names; a kind alone is the next layer of that kind."""
    free = [_INPUT, *listed]
    needed = [each.row for each in listed if each.row is not None]
    for row in rows:
        number = _NUMBER.fullmatch(row.name.strip())
        if number:
            place = int(number[1]) - 1
            yield place if place in needed else None
            continue
        name = plain_name(row.name)
        at = next((i for i, each in enumerate(free) if name in each.names), None)
        if at is None:
            at = next((i for i, each in enumerate(free) if name in each.aliases), None)
        if at is None:
            if name and len(notes) < _MAX_NOTES:
                notes.append(
                    f"{shortened(row.name, 40)!r} is not a layer of this network, or is listed twice; ignored"
                )
            yield None
        else:
            yield free.pop(at).row
