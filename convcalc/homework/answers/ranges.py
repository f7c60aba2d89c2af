"""Answers that are ranges of cells, from the first to the last."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from convcalc.homework.answers.numbers import Number
from convcalc.homework.answers.parsing import Reading, Unreadable, clean, raw_text
from convcalc.homework.answers.types import AnswerType, Tolerance, answer_type

# A minus directly after a number separates two numbers; any other belongs to the number after it.
_CELL = re.compile(r"(?:(?<!\d)(?<!\d\s)-\s?)?\d{1,12}(?!\d)")
_REMARK = re.compile(r"\s\([^()]{0,60}\)[\s.]*$")
_DECIMAL = re.compile(r"\d\.\d|\d{13}")


@answer_type("range")
class CellRange(AnswerType):
    """The first and the last cell: ``3 to 7``, ``3-7``, ``[3, 7]``, ``-2 … 4``; one number if they are equal."""

    counts = False
    wants = "the first and the last"
    takes_mapping = True

    def name_of(self, place: int, count: int) -> str:
        return ("first", "last")[place]

    def parse(self, raw: Any, reading: Reading) -> Reading:
        if isinstance(raw, list | tuple):
            raw = " to ".join(raw_text(item) for item in raw[:4])
        elif isinstance(raw, dict):
            raw = " to ".join(raw_text(item) for item in list(raw.values())[:4])
        text = _REMARK.sub("", clean(raw_text(raw)))
        found = [int(cell.replace(" ", "")) for cell in _CELL.findall(text)]
        if not 1 <= len(found) <= 2 or _DECIMAL.search(text):
            message = "it is not a pair of whole numbers such as 3 to 7"
            raise Unreadable(message)
        value = (found[0], found[-1])
        numbers = tuple([Number(Fraction(end)) for end in value])
        return reading.but(value=value, numbers=numbers, echo=self.text(value))

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        return bool(reading.value == expected)

    def text(self, value: Any) -> str:
        return f"{value[0]} to {value[1]}"

    def secrets(self, value: Any) -> set[str]:
        low, high = value
        return {f"{low}{sign}{high}" for sign in (" to ", "-", "–", "..", ", ", ":")}


CELL_RANGE = CellRange()
