"""Matches the rows of a student's table to the rows of the question.

A table may list every layer of the network, or leave out layers without anything to fill in, such
as a ReLU. Rows are matched by their names, or without names by their order and their numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from convcalc.homework.marking.summaries import summary_rows
from convcalc.homework.marking.table_rows import NUMBER, WrittenRow, one_row, written_rows
from convcalc.homework.questions.networks import Listed, plain_name
from convcalc.homework.questions.rows import channels_first
from convcalc.homework.sheets.sheet import Question
from convcalc.text import shortened

_INPUT = Listed("input", frozenset({"input", "image", "inputlayer"}))  # any shape
_MAX_KINDS = 8  # of rows that may be left out: with or without each kind
_MAX_NOTES = 5
_ROWS_PER_LAYER, _MORE_ROWS = 3, 20  # most rows read: a table may list every layer, and more
_MAX_PAIRS = 200_000  # most comparisons of a row with a layer
_SURE = 2  # how many more cells must be right to use another order than the plain one
_MISSING, _EXTRA = -5, -5  # the score of a layer without a row, or a row without a layer
_RIGHT, _NEAR, _PASSED_ON, _NOT_PASSED_ON = 4, 1, 2, -2
_PER_LAYER = re.compile(r"(.*[A-Za-z]\w*)-(\d{1,4})")  # Conv2d-1, ReLU-2, as torchsummary writes
_LAYER = re.compile(
    r"(?<![A-Za-z])(?:layers?|after)(?![A-Za-z])|(?<!\w)\d{1,4} ?[x×] ?\d{1,4}(?!\w)", re.IGNORECASE
)
_TOTAL = re.compile(r"(?:grand|sub|non)?(?:total|trainable)|(?:sum|overall|altogether|all)$")
_FRAMEWORKS = re.compile(r"[123]?d?_?\d*$")
_KINDS = {
    "maxpooling": "maxpool", "averagepooling": "avgpool", "averagepool": "avgpool", "avgpooling": "avgpool",
    "pooling": "pool", "subsampling": "pool", "convolution": "conv", "convolutional": "conv",
    "batchnormalization": "bn", "batchnorm": "bn",
}  # fmt: skip


@dataclass(slots=True)
class Table:
    """A table as it was read.

    Attributes:
        cells: the written cells, by part, such as ``3.shape``.
        notes: rows that could not be used.
    """

    cells: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_table(question: Question, raw: Any) -> Table:
    """The cells of a table, by the parts of its question."""
    task: Any = question.task
    asks = list(dict.fromkeys(part.name.partition(".")[2] for part in question.parts))
    listed = task.listed()
    most = _ROWS_PER_LAYER * len(listed) + _MORE_ROWS
    if len({part.name.partition(".")[0] for part in question.parts}) == 1:
        raw = one_row(raw, asks)
    summary = summary_rows(raw, asks, task.order) if isinstance(raw, str) else []
    # as many for each column, if every cell has its own name
    rows = summary[: most + 1] or written_rows(raw, asks, (most + 1) * len(asks))
    table = Table()
    if len(rows) > most:
        table.notes.append(f"the table has more than {most:,} rows; the rest is ignored")
    rows = rows[:most]
    for row, place in zip(rows, _places(question, listed, rows, table.notes)):
        if place is not None:
            for ask, cell in row.cells.items():
                table.cells.setdefault(f"{place + 1}.{ask}", cell)
    return table


def _places(
    question: Question, listed: Sequence[Listed], rows: Sequence[WrittenRow], notes: list[str]
) -> Sequence[int | None]:
    """The question's row for each row of the student; None if there is none."""
    found: list[int | None] = [None] * len(rows)
    kept = list(_about_layers(listed, rows, notes))
    numbers = {i: NUMBER.fullmatch(rows[i].name.strip()) for i in kept}
    free = list(listed)
    named = [i for i in kept if rows[i].name]
    if all(numbers[i] for i in named):
        named = []
    else:
        places, free = _by_name(listed, [rows[i] for i in named], notes)
        for i, place in zip(named, places):
            found[i] = place
    rest = [i for i in kept if i not in set(named)]
    counted = enumerate((numbers[i] for i in rest), start=1)
    order = [int(number[1]) if number else place for place, number in counted]
    asked = {each.row + 1 for each in listed if each.row is not None}
    some = asked != set(range(1, len(asked) + 1))  # then the numbers are those of the question
    if some and all(numbers[i] for i in rest) and asked.issuperset(order):
        for i, number in zip(rest, order):
            found[i] = number - 1
    elif rest:
        by_order = _ByOrder(question, free, [rows[i] for i in rest], order, rest)
        for i, place in zip(rest, by_order.places(notes)):
            found[i] = place
    return found


def _about_layers(
    listed: Sequence[Listed], rows: Sequence[WrittenRow], notes: list[str]
) -> Iterator[int]:
    """The positions of the rows about layers, without totals and the input."""
    for place, row in enumerate(rows):
        name = plain_name(_without_layer(row.name))
        is_input = name in _INPUT.names
        if (is_input or _TOTAL.match(name)) and _named(listed, name) is None:
            if not is_input:
                _note(notes, f"{shortened(row.name, 40)!r} is not a layer of this network; ignored")
            continue
        yield place


def _note(notes: list[str], text: str) -> None:
    if len(notes) < _MAX_NOTES:
        notes.append(text)


# ------------------------------------------------------------------------------------ by order


class _ByOrder:
    """Matches a table without names to the layers that it lists."""

    def __init__(
        self, question: Question, listed: Sequence[Listed], rows: Sequence[WrittenRow], order: list[int],
        numbers: Sequence[int],
    ) -> None:  # fmt: skip
        self.needed = [each for each in listed if each.row is not None]
        self.every = [_INPUT, *listed]
        self.rows, self.order, self.numbers = rows, order, numbers
        self.parts = {part.name: part for part in question.parts}
        self.size = max(order, default=0)
        types = {part.name.partition(".")[2]: part.answer_type for part in question.parts}
        self.values = [
            {ask: types[ask].read(cell).value for ask, cell in row.cells.items()} for row in rows
        ]
        task: Any = question.task
        shapes = [values.get("shape") for values in self.values]
        self.shapes = [
            channels_first(shape, task.order) if isinstance(shape, tuple) and shape else None
            for shape in shapes
        ]

    def places(self, notes: list[str]) -> Sequence[int | None]:
        """The question's row for each row: in plain order if that fits well, else by the numbers."""
        near = list(self._layouts())
        plain = max(near, key=lambda each: self._right(self._in_order(each)), default=None)
        plain = self.needed if plain is None and self.size < len(self.needed) else plain
        found = self._in_order(self.needed if plain is None else plain)
        can_fit = self.order == list(range(1, self.size + 1))
        if can_fit and len(self.rows) * len(self.every) <= _MAX_PAIRS:
            count = self._right(found)
            most = sum(len(row.cells) for row in self.rows)
            if plain is None or (count + _SURE <= most and not self._all_near(plain)):
                fitted = self._fitted()
                if self._right(fitted) >= count + (0 if plain is None else _SURE):
                    return self._said(fitted, notes)
        if plain is None and self.size > len(self.needed):
            notes.append(
                f"the table has {self.size} rows, but this one needs {len(self.needed)}; the rest is ignored"
            )
        return found

    def _layouts(self) -> Iterator[Sequence[Listed]]:
        """Layouts with this number of rows: first those whose channels agree, then the usual ones."""
        counts = Counter(each.kind for each in self.every if each.row is None)
        kinds = list(counts)[:_MAX_KINDS]
        usual = (self.needed, self.every[1:], self.every, [_INPUT, *self.needed])
        fitting = [each for each in usual if len(each) == self.size]
        near = [each for each in fitting if self._all_near(each)]
        yield from near
        for number in range(1, len(kinds) + 1):
            for chosen in combinations(kinds, number):
                if len(self.needed) + sum(counts[kind] for kind in chosen) == self.size:
                    layout = [e for e in self.every if e.row is not None or e.kind in chosen]
                    if self._all_near(layout):
                        near.append(layout)
                        yield layout
        if not near:
            yield from fitting

    def _in_order(self, layout: Sequence[Listed]) -> list[int | None]:
        return [layout[n - 1].row if 0 < n <= len(layout) else None for n in self.order]

    def _all_near(self, layout: Sequence[Listed]) -> bool:
        """Whether a table has a layout's channels in each row, so that only sizes differ."""
        whole = len(layout) == self.size == len(self.rows)
        return whole and all(map(self._is_near, range(self.size), layout))

    def _right(self, places: Sequence[int | None]) -> int:
        """How many cells are right if a table is read with a layout."""
        return sum(
            self._cells_right(i, place) for i, place in enumerate(places) if place is not None
        )

    def _cells_right(self, row: int, place: int) -> int:
        count = 0
        for ask, value in self.values[row].items():
            part = self.parts.get(f"{place + 1}.{ask}")
            count += (
                part is not None
                and value is not None
                and (value == part.expected or value in part.also)
            )
        return count  # fmt: skip

    def _shape(self, row: int) -> tuple[int, ...] | None:
        """The shape of a row, channels first; the image has no row."""
        return self.shapes[row] if row >= 0 else None

    def _is_near(self, row: int, layer: Listed) -> bool:
        """Whether a row has the axes and the channels of a layer, with any size."""
        if layer is _INPUT:
            return self.shapes[row] is not None
        shape, right = self._shape(row), layer.output
        if shape is None or len(shape) != len(right):
            return False
        flattened = layer.is_view and len(right) == 1  # the number of values follows from these
        return flattened or shape[:1] == right[:1]

    def _score(self, row: int, layer: Listed) -> int:
        """How well a row fits a layer."""
        values = self.values[row]
        near = self._is_near(row, layer)
        if layer.row is not None:
            return _RIGHT * self._cells_right(row, layer.row) + _NEAR * near
        if any(values.get(ask) for ask in ("params", "weights", "biases")):
            return _NOT_PASSED_ON
        if "shape" not in values or self._shape(row) in (layer.output, self._shape(row - 1)):
            return _PASSED_ON
        return 0 if near else _NOT_PASSED_ON

    def _fitted(self) -> list[int | None]:
        """Rows matched to layers in order with the best total score."""
        layers, count = self.every, len(self.rows)
        best = [0] * (count + 1)  # best scores of the first rows with the layers so far
        for row in range(count):
            best[row + 1] = best[row] + _EXTRA
        moves: list[bytearray] = []  # 0: the layer has no row, 1: the row no layer, 2: they match
        for layer in layers:
            skip = 0 if layer.row is None else _MISSING
            after, move = [best[0] + skip], bytearray(count + 1)
            for row in range(count):
                paired = best[row] + self._score(row, layer)
                choices = (best[row + 1] + skip, after[row] + _EXTRA, paired)
                after.append(max(choices))
                move[row + 1] = 2 if paired == after[-1] else choices.index(after[-1])
            best = after
            moves.append(move)
        found: list[int | None] = [None] * count
        self.fits = [False] * count
        row = count
        for layer, move in zip(reversed(layers), reversed(moves)):
            while row and move[row] == 1:
                row -= 1
            if row and move[row] == 2:
                row -= 1
                found[row], self.fits[row] = layer.row, True
        return found

    def _said(self, places: list[int | None], notes: list[str]) -> list[int | None]:
        """The positions, and the rows that belong to no layer."""
        extra = [str(i + 1) for i, fits in zip(self.numbers, self.fits) if not fits]
        if extra:
            rows = ("row " if len(extra) == 1 else "rows ") + ", ".join(extra[:_MAX_NOTES])
            notes.append(f"{rows} of the table cannot be put to a layer of this network; ignored")
        return places


# ------------------------------------------------------------------------------------- by name


def _kind_alone(name: str) -> str:
    """The kind in a name made by a framework, such as ``max_pooling2d_1``.

    >>> _kind_alone("max_pooling2d_1"), _kind_alone("Conv2D"), _kind_alone("dense_2")
    ('maxpool', 'conv', 'dense')
    """
    first = re.split(r"\s*\(", name.strip().lower())[0].strip()
    plain = plain_name(_FRAMEWORKS.sub("", first.replace("-", "_")).rstrip("_"))
    return _KINDS.get(plain, plain)


def _without_layer(name: str) -> str:
    """A name without the word layer and a kernel size, unless nothing remains.

    >>> _without_layer("Conv layer 1"), _without_layer("3x3 conv layer"), _without_layer("Layer")
    ('Conv 1', 'conv', 'Layer')
    """
    return " ".join(_LAYER.sub(" ", name).split()) or name


def _without_counter(rows: Sequence[WrittenRow]) -> list[str]:
    """The names; without their numbers if they are numbered 1, 2, 3, …"""
    names = [row.name for row in rows]
    counted = [_PER_LAYER.fullmatch(name) for name in names]
    if len(rows) > 1 and all(
        match and int(match[2]) == place for place, match in enumerate(counted, start=1)
    ):
        return [match[1] for match in counted if match]
    return names


def _by_name(
    listed: Sequence[Listed], rows: Sequence[WrittenRow], notes: list[str]
) -> tuple[list[int | None], list[Listed]]:
    """Rows by their names (a kind alone means the next layer of that kind), and the remaining layers."""
    free = list(listed)
    found: list[int | None] = [None] * len(rows)
    open_rows: list[tuple[int, str]] = []
    for place, written in enumerate(_without_counter(rows)):
        name = _without_layer(written)
        number = NUMBER.fullmatch(written.strip())
        at = (
            _named(free, plain_name(name))
            if number is None
            else next((i for i, e in enumerate(free) if e.row == int(number[1]) - 1), None)
        )
        if at is not None:
            found[place] = free.pop(at).row
        elif number is None:
            open_rows.append((place, name))
    for place, name in open_rows:
        kind = _kind_alone(name)
        at = next((i for i, each in enumerate(free) if kind in each.aliases), None)
        if at is not None:
            found[place] = free.pop(at).row
        elif plain_name(name):
            shown = shortened(rows[place].name, 40)
            _note(notes, f"{shown!r} is not a layer of this network, or is listed twice; ignored")
    return found, free


def _named(free: Sequence[Listed], name: str) -> int | None:
    """The first layer with a name, or with another name for the same."""
    at: Iterator[int] = (i for i, each in enumerate(free) if name in each.names)
    also: Iterator[int] = (i for i, each in enumerate(free) if name in each.aliases)
    return next(at, next(also, None))
