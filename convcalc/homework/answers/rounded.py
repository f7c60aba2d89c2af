"""Types of answers that are measured numbers: exact if possible, else to some decimals."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from convcalc.homework.answers.measures import Ratio
from convcalc.homework.answers.parsing import Reading
from convcalc.homework.answers.types import EXACT, Matrix, Tolerance, answer_type
from convcalc.text import plural


@answer_type("number")
class Number(Ratio):
    """A number, whole or not; a fraction may be rounded to the digits that are written."""

    tolerance = EXACT

    def precision(self, tolerance: Tolerance) -> str:
        return "" if tolerance == EXACT else super().precision(tolerance)


@answer_type("decimals")
class Decimals(Matrix):
    """Rows of numbers to some decimals; more digits are also right.

    Args:
        places: how many decimals.
    """

    def __init__(self, places: int = 2) -> None:
        self.wants = f"rows of numbers, to {plural(places, 'decimal')}"
        self.box = f"a number, to {plural(places, 'decimal')}"
        self.half = Fraction(1, 2 * 10**places)

    def right_cells(self, reading: Reading, expected: Any) -> list[bool]:
        wanted = (Fraction(cell) for row in expected for cell in row)
        return [abs(cell.value - want) <= self.half for cell, want in zip(reading.numbers, wanted)]


NUMBER = Number()
