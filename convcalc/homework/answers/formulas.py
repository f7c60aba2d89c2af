"""Answers that are formulas in symbols; two formulas are equal if they always have the same value."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from convcalc.homework.answers.expressions import Tree, parsed, printed, value_of
from convcalc.homework.answers.parsing import Reading, raw_text
from convcalc.homework.answers.types import AnswerType, Asked, Tolerance, answer_type

Points = list[dict[str, int]]

_POINTS = 24  # numbers for the symbols at which formulas are compared
_SMALL, _LARGE = 9, 9_973


class Formula:
    """A formula, equal to every other one that has the same values.

    Values are computed only when needed: most formulas already differ at the first point.

    Attributes:
        tree: the formula.
        points: the numbers for its symbols at which it is compared.
    """

    __slots__ = ("_values", "points", "tree")

    def __init__(self, tree: Tree, points: Points) -> None:
        self.tree, self.points = tree, points
        self._values: dict[int, Fraction | None] = {}

    def value(self, place: int) -> Fraction | None:
        """Its value at one of its points; None if it has none."""
        if place not in self._values:
            self._values[place] = value_of(self.tree, self.points[place])
        return self._values[place]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Formula) or self.points != other.points:
            return False
        places = range(len(self.points))
        return self.tree == other.tree or all(self.value(i) == other.value(i) for i in places)

    def __hash__(self) -> int:
        return hash((self.value(0), self.value(len(self.points) - 1)))

    def __str__(self) -> str:
        return printed(self.tree)

    __repr__ = __str__


@answer_type("formula")
class InSymbols(AnswerType):
    """A formula in given symbols, which stand for whole numbers from 1.

    Two formulas are compared exactly at some whole numbers, half of them small and half of them large. Sums,
    products and quotients that differ agree at all large ones with a probability below 10⁻²⁰; those
    that differ only by rounding differ at the small ones.

    Args:
        symbols: the allowed symbols.
        odd: the symbols that stand for odd numbers.
        right: the right formula; points at which it has no value are left out.
    """

    counts = False

    def __init__(self, symbols: Sequence[str] = ("n",), odd: Sequence[str] = (), right: Tree | None = None) -> None:  # fmt: skip
        self.symbols = tuple(symbols)
        self.wants = f"a formula in {', '.join(symbols)}"
        self.points: Points = [
            {name: _place(name, number, odd=name in odd) for name in symbols}
            for number in range(_POINTS)
        ]
        if right is not None:
            self.points = [point for point in self.points if value_of(right, point) is not None]

    def formula(self, tree: Tree) -> Formula:
        """A tree as a formula that can be compared."""
        return Formula(tree, self.points)

    def parse(self, raw: Any, reading: Reading) -> Reading:
        value = self.formula(parsed(raw_text(raw), self.symbols))
        return reading.but(value=value, echo=str(value))

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        return bool(reading.value == expected)

    def form(self, asked: Asked) -> str:
        return f"{self.wants}, with + - * / ^, brackets and floor(…)"

    def text(self, value: Any) -> str:
        return str(value)

    def json(self, value: Any) -> Any:
        return None if value is None else str(value)

    def secrets(self, value: Any) -> set[str]:
        return {str(value), str(value).replace(" ", "")}


def _place(name: str, number: int, *, odd: bool) -> int:
    """The number of a symbol at a point, the same everywhere."""
    digest = int.from_bytes(hashlib.sha256(f"{number} {name}".encode()).digest()[:8], "big")
    found = 1 + digest % (_SMALL if number < _POINTS // 2 else _LARGE)
    return found | 1 if odd else found
