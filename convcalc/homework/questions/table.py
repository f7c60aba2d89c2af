"""Questions about whole networks: tables layer by layer, totals, shares, comparisons.

A network is written as a chain (``conv:k5c6 pool:k2``), in the notation of exams
(``CONV-9-32 POOL-2 FC-10``), or as the name of a YAML file or of a bundled network.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from typing import Any, ClassVar

from convcalc.homework.answers.measures import SHARE, Bytes
from convcalc.homework.answers.types import COUNT, SIZE, AnswerType, Volume
from convcalc.homework.questions import cells
from convcalc.homework.questions.asking import check_names, unnamed_if_alone
from convcalc.homework.questions.axes import one_or_all
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.cost import WIDTHS
from convcalc.homework.questions.given import GivenError, Hwc, Names
from convcalc.homework.questions.meaning import (
    NOTHING_COUNTED,
    Arch,
    Archs,
    ByteUnit,
    InPixels,
    Order,
    default,
)
from convcalc.homework.questions.networks import Design, Listed, plain_name
from convcalc.homework.questions.quantities import (
    COUNTED,
    Flat,
    counted_layer,
    flattened,
)
from convcalc.homework.questions.rows import (
    OPERATION_WORDS,
    Model,
    Row,
    channels_first,
    recompute,
    value_of,
)
from convcalc.homework.questions.size import positions_text
from convcalc.homework.questions.words import on_input, volume_words
from convcalc.text import shortened

_MAX_SIDE = 10**6  # largest size in a student's shape from which the next row is computed
_FEW = 12  # most rows of a table in which, for each row, one mistake in all rows so far is searched
_MAX_CARRIED = 40  # … and for the last row
_ASKS = {
    "shape": "the output shape", "weights": "the number of weights", "biases": "the number of biases",
    "params": "the number of parameters", "macs": "the number of {operations}", "values": "the number of output values",
    "rf": "the receptive field", "memory": "the memory of the output values", "connections": "the number of connections",
    "buffers": "the number of running means and variances",
}  # fmt: skip
_TABLE_RULE = (
    "Go layer by layer: the size follows from the layer before, the depth is the number of filters. Weights are k·k·(input channels)·filters, "
    "with one bias for each filter; pools have none. Flattening keeps all channels."
)

_AMOUNTS = {"params": "parameters", "weights": "weights"}


def _amount_words(of: str, arch: Design) -> str:
    """The amount that a question about a network asks for, in words."""
    return _AMOUNTS.get(of) or OPERATION_WORDS[arch.counting.operations]


_ANSWERS: dict[str, AnswerType] = {"rf": SIZE}


def _row_method(row: Row, ask: str) -> str:
    """How one cell of a table is computed, without the result."""
    layer: Any = row.layers[-1]
    if ask == "shape" and layer.windows(row.input) and len(row.output) > 1 and len(row.layers) == 1:
        axes = dict.fromkeys(
            positions_text(a, size, f"({a.n} + {a.before + a.after} − {a.effective_kernel})/{a.s}")
            for a, size in zip(layer.windows(row.input), row.output[1:])
        )
        return ", ".join(axes)
    return {"weights": "(window)·(input channels)·filters", "biases": "one per filter"}.get(
        ask, "follow the rule above"
    )


@question("arch-table")
class ArchTable(Task):
    """A table of a network, layer by layer.

    `ask` names the columns: shape, weights, biases, params, macs, values, rf (receptive field), memory (of the
    output values of one image), connections, buffers (running means and variances). `rows` names the layers, by
    number, by name, or `last`; without it all layers are asked for.
    """

    partial: ClassVar = "parts"
    rule: ClassVar = _TABLE_RULE
    examples: ClassVar = (
        {"input": "20x20x2", "arch": "CONV-3-7 POOL-2 FC-11", "ask": ["shape", "params"]},
        {"input": "30x30x1", "arch": "CONV-5-8 POOL-2", "ask": ["shape"]},
    )

    arch: Arch
    input: Hwc | None = None
    dtype: str = "fp32"
    rows: Names = ()
    ask: Names = ("shape",)
    order: Order
    unit: ByteUnit
    in_pixels: InPixels

    def check(self) -> None:
        check_names("ask", self.ask, _ASKS, self.kind)
        if self.dtype not in WIDTHS:
            raise GivenError("dtype", f"must be one of {', '.join(WIDTHS)}")
        rows = self.every_row()
        without = [n for n in self.asked_rows() if not rows[n - 1].field]
        if "rf" in self.ask and without:
            label = shortened(rows[without[0] - 1].label, 40)
            message = f"row {without[0]} ({label}) does not have its own receptive field; leave out rf, or name other rows"
            raise GivenError("ask", message)

    def every_row(self) -> list[Row]:
        """The rows of the table; an elementwise layer has no row."""

        def found() -> list[Row]:
            every = self.arch.rows(self.input)
            return [row for row in every if row.computes] or every

        rows: list[Row] = self.once("rows", found)
        return rows

    def asked_rows(self) -> list[int]:
        """The numbers of the requested rows, from 1, in the order of the network."""
        rows: list[int] = self.once("asked", self._asked_rows)
        return rows

    def _asked_rows(self) -> list[int]:
        count = len(self.every_row())
        found = [self._row_number(name, count) for name in self.rows]
        for place, number in enumerate(found):
            if number in found[:place]:
                raise GivenError("rows", f"lists row {number} twice; keep one")
        return sorted(found) or list(range(1, count + 1))

    def _row_number(self, name: str, count: int) -> int:
        """The row with this number or name."""
        if name == "last":
            return count
        if name.isascii() and name.isdigit():
            if not 1 <= int(name[:9]) <= count:
                message = f"there is no row {shortened(name)}; the table has rows 1 to {count}"
                raise GivenError("rows", message)
            return int(name[:9])
        plain = plain_name(name)
        filled = [(each.row, each) for each in self._every_layer() if each.row is not None]
        named = [row for row, each in filled if plain in each.names]
        named = named or [row for row, each in filled if plain in each.aliases]
        if not named:
            message = f"no layer with a row is called {shortened(name)!r}; give numbers from 1 to {count}, or last"
            raise GivenError("rows", message)
        if len(named) > 1:
            message = f"{len(named)} layers are called {shortened(name)!r}; give their numbers"
            raise GivenError("rows", message)
        return named[0] + 1

    def sentence(self) -> str:
        network = f"Network: {self.arch}{on_input(self.input)}."
        columns = ", ".join(map(self._column, self.ask))
        if not self.rows:
            return f"{network} Give for each layer: {columns}."
        rows, asked = self.every_row(), self.asked_rows()
        layers = [f"{n} ({rows[n - 1].label})" for n in asked]
        last = f"the last layer ({rows[-1].label})" if asked == [len(rows)] else ""
        if len(layers) == len(self.ask) == 1:
            what = _ASKS[self.ask[0]].format(operations=_amount_words("macs", self.arch))
            more = f" in {self.unit} ({self.dtype})" if self.ask == ("memory",) else ""
            return f"{network} What is {what}{more} of {last or f'layer {layers[0]}'}?"
        many = f"the layers {', '.join(layers[:-1])} and {layers[-1]}"
        where = last or (many if len(layers) > 1 else f"layer {layers[0]}")
        return f"{network} Give for {where}: {columns}."

    def _column(self, ask: str) -> str:
        """The name of a column, with its unit if there are several."""
        if ask == "memory":
            return f"memory (of the output, in {self.unit}, {self.dtype})"
        return "rf (in pixels)" if ask == "rf" and self.in_pixels else ask

    def _value(self, row: Row, ask: str) -> Any:
        """The right value of a cell."""
        if ask == "rf":
            return prod(row.field) if self.in_pixels else one_or_all(row.field)
        if ask == "memory":
            return Fraction(row.out_values * WIDTHS[self.dtype])
        return value_of(row, ask, self.order)

    def _answer_type(self, ask: str, expected: Any) -> AnswerType:
        """The type of a cell's answer."""
        if ask == "memory":
            return Bytes(self.unit)
        is_map = ask == "shape" and 1 < len(expected) < 5
        if is_map:
            words = volume_words(self.order, len(expected) - 1)
            return Volume(words, self.order, len(expected))
        if ask == "shape":
            return Volume(sides=len(expected))
        return _ANSWERS.get(ask, COUNT)

    def _every_layer(self) -> list[Listed]:
        return self.arch.walk(self.input).listed

    def listed(self) -> list[Listed]:
        """Every layer that may have a row in a table of this network."""
        asked = {number - 1 for number in self.asked_rows()}
        return [
            each if each.row in asked else each._replace(row=None) for each in self._every_layer()
        ]

    def parts(self) -> list[Part]:
        rows = self.every_row()
        found = [self._part(n, rows[n - 1], ask) for n in self.asked_rows() for ask in self.ask]
        return unnamed_if_alone(found) if self.rows else found

    def _part(self, number: int, row: Row, ask: str) -> Part:
        """One cell of the table."""
        expected = self._value(row, ask)
        behind = self._behind(number, row, ask)
        if behind.evaluate is not None and behind.evaluate(behind.quantities) != expected:
            behind = cells.Behind()
        part = Part(
            f"{number}.{ask}", self._answer_type(ask, expected), expected, *behind,
            f"row {number}, {ask}", _row_method(row, ask),
        )  # fmt: skip
        if ask == "shape" and len(expected) == 1:
            part.also = ((1, 1, *expected), (*expected, 1, 1))
        part.optional = ask != "shape" and expected == 0
        return part

    def passes_on(self, name: str) -> bool:
        number, _, ask = name.partition(".")
        return ask == "shape" and int(number) != self.asked_rows()[-1]

    def _behind(self, number: int, row: Row, ask: str) -> cells.Behind:
        """The numbers behind a cell."""
        if ask == "shape":
            asked = self.asked_rows()
            carried = number <= _MAX_CARRIED and (len(asked) <= _FEW or number == asked[-1])
            before = self.every_row()[: number - 1] if carried else []
            return cells.of_shape([*before, row], self.order, self.arch.writing.fit)
        if ask in ("weights", "params"):
            bias = ask == "params" and bool(row.biases and row.counts_biases)
            return cells.of_parameters(row, bias=bias)
        if ask in ("macs", "connections", "values"):
            return cells.of_uses(row, ask)
        if ask == "memory":
            return cells.of_memory(row, WIDTHS[self.dtype], self.unit)
        if ask == "buffers":
            return cells.of_statistics(row)
        if ask == "rf":
            rows = self.every_row()[: number - 1]
            return cells.of_field([*rows, row], pixels=self.in_pixels)
        return cells.Behind()

    def follow(self, name: str, earlier: Mapping[str, Any]) -> Part | None:
        """The part as if the student's previous row were right."""
        if not name:  # a single cell follows from nothing
            return None
        number, _, ask = name.partition(".")
        rows = self.every_row()
        row = rows[int(number) - 1]

        def own(place: int) -> tuple[int, ...] | None:
            """The student's shape of a row, channels first."""
            shape, right = earlier.get(f"{place + 1}.shape"), rows[place].output
            if not isinstance(shape, tuple) or len(shape) != len(right):
                return None
            if not all(isinstance(n, int) and 0 < n < _MAX_SIDE for n in shape):
                return None
            return channels_first(shape, self.order)

        shape = self.arch.walk(self.input).shape_at(row.reads, own)
        if shape is None or shape == row.input:
            return None
        after = recompute(row, shape)
        return None if after is None else self._part(int(number), after, ask)


@question("chain")
class Chain(ArchTable):
    """The volumes along a chain of layers."""

    examples: ClassVar = (
        {"input": "20x20x2", "arch": "conv:k3c7 conv:k3c9"}, {"input": "30x30x1", "arch": "conv:k5c8 pool:k2"},
    )  # fmt: skip


@question("flatten")
class Flatten(Task):
    """How many values flattening gives: after some layers, or of a volume."""

    ignores: ClassVar = NOTHING_COUNTED
    rule: ClassVar = "Compute the shapes layer by layer, then multiply height, width and channels."
    examples: ClassVar = (
        {"input": "20x20x2", "arch": "conv:k3c7 pool:k2"}, {"input": "9x9x5"},
    )  # fmt: skip

    input: Hwc
    arch: Arch = default("")

    def check(self) -> None:
        self.shapes()

    def shapes(self) -> list[tuple[int, ...]]:
        """The volumes from the input on, channels first."""
        start = (self.input[-1], *self.input[:-1])
        return (
            [start, *(row.output for row in self.arch.rows(self.input))]
            if self.arch.text
            else [start]
        )

    def sentence(self) -> str:
        shape = "×".join(map(str, self.input))
        if not self.arch.text:
            return f"How many values does a {shape} volume have after flattening?"
        return (
            f"A {shape} input goes through {self.arch}. How many values are there after flattening?"
        )

    def parts(self) -> list[Part]:
        rows = self.arch.rows(self.input) if self.arch.text else []
        quantities = Flat(tuple(self.shapes()), tuple(rows))
        method = "height · width · channels of the last volume"
        return [Part.of(COUNT, "flatten", quantities, flattened, method)]


@question("params-model")
class ParamsModel(Task):
    """The parameters of a whole network; `of: macs` asks for its multiply-adds."""

    rule: ClassVar = _TABLE_RULE + " Then add up."
    examples: ClassVar = (
        {"input": "20x20x2", "arch": "conv:k3c7 pool:k2 fc:11"}, {"input": "30x30x1", "arch": "conv:k5c8 fc:5"},
    )  # fmt: skip

    arch: Arch
    input: Hwc | None = None
    of: str = "params"

    def check(self) -> None:
        if self.of not in ("params", "weights", "macs"):
            raise GivenError("of", "must be params, weights or macs")
        self.amounts()

    def amounts(self) -> tuple[int, ...]:
        """The amount of each layer."""
        found = [value_of(row, self.of, "chw") for row in self.arch.rows(self.input)]
        return tuple(amount for amount in found if amount)

    def sentence(self) -> str:
        verb = "need" if self.of == "macs" else "have"
        return f"How many {_amount_words(self.of, self.arch)} does {self.arch} {verb}{on_input(self.input)}?"

    def parts(self) -> list[Part]:
        rows = self.arch.rows(self.input)
        return [
            Part(
                "",
                COUNT,
                sum(self.amounts()),
                "model",
                Model(self.amounts(), tuple(rows), self.of),
                method="the sum over the layers",
            )
        ]


@question("share")
class ShareTask(Task):
    """The share of a network's parameters (or multiply-adds) in its fully connected layers."""

    rule: ClassVar = "Add up the fully connected layers and divide by the total."
    examples: ClassVar = (
        {"input": "20x20x2", "arch": "conv:k3c7 pool:k2 fc:11"}, {"input": "30x30x1", "arch": "conv:k5c8 fc:5"},
    )  # fmt: skip

    arch: Arch
    input: Hwc | None = None
    of: str = "params"

    def check(self) -> None:
        if self.of not in ("params", "weights", "macs"):
            raise GivenError("of", "must be params, weights or macs")
        self.arch.rows(self.input)

    def sentence(self) -> str:
        return f"What share of the {_amount_words(self.of, self.arch)} of {self.arch}{on_input(self.input)} is in its fully connected layers?"

    def parts(self) -> list[Part]:
        rows = self.arch.rows(self.input)
        amounts = tuple(value_of(row, self.of, "chw") for row in rows)
        model = Model(amounts, tuple(rows), self.of)
        share = Fraction(sum(model.dense), sum(amounts) or 1)
        return [Part("", SHARE, share, "share", model, method="fully connected/total")]


@question("compare")
class Compare(Task):
    """Several designs for the same input: the parameters, weights or multiply-adds of each."""

    partial: ClassVar = "parts"
    rule: ClassVar = _TABLE_RULE
    examples: ClassVar = (
        {"input": "20x20x2", "designs": ["fc:30", "conv:k3c7"]}, {"input": "8x8x9", "designs": ["fc:10", "conv:k1c10 gap"]},
    )  # fmt: skip

    input: Hwc
    designs: Archs
    of: str = "params"

    def check(self) -> None:
        if self.of not in ("params", "weights", "macs"):
            raise GivenError("of", "must be params, weights or macs")
        for design in self.designs:
            design.rows(self.input)

    def sentence(self) -> str:
        verb = "need" if self.of == "macs" else "have"
        shape = "×".join(map(str, self.input))
        return f"How many {_amount_words(self.of, self.designs[0])} does each of these {verb} on a {shape} input: {'; '.join(map(str, self.designs))}?"

    def parts(self) -> list[Part]:
        found = []
        for number, design in enumerate(self.designs, start=1):
            rows = design.rows(self.input)
            amounts = tuple(value_of(row, self.of, "chw") for row in rows)
            bias = self.of == "params" and bool(rows[0].biases and rows[0].counts_biases)
            quantities: Any = Model(amounts, tuple(rows), self.of)
            if len(rows) == 1 and self.of != "macs":
                quantities = counted_layer(rows[0], bias=bias) or quantities
            topic, evaluate = COUNTED.get(type(quantities), ("model", None))
            total = sum(amounts)
            found.append(
                Part(
                    f"{number}", COUNT, total, topic, quantities, evaluate, str(design), str(design)
                )
            )
        return found
