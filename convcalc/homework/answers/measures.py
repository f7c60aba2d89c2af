"""Types of answers that are measured: a number near the right one is accepted."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from convcalc.homework.answers import parsing as answers
from convcalc.homework.answers.numbers import Written
from convcalc.homework.answers.parsing import Number, Reading
from convcalc.homework.answers.reading import to_decimals
from convcalc.homework.answers.types import AnswerType, Tolerance, answer_type, number_secrets

_ABOUT = Tolerance(Fraction(1, 100))


@answer_type("ratio")
class Ratio(AnswerType):
    """A ratio."""

    wants = "a number"
    tolerance = _ABOUT

    def written(self, text: str) -> Written:
        return answers.written(answers.one_to(text))

    def understood(self, number: Number, reading: Reading) -> Reading:
        return self.reading_of(number.of_100() if number.unit == "%" else number, reading)

    def secrets(self, value: Any) -> set[str]:
        found = number_secrets(value)
        return found | {f"{float(value):.3g}", f"{float(value):.1f}"}


@answer_type("share")
class Share(Ratio):
    """A share: 75 %, 0.75 or 3/4."""

    wants = "a percentage"

    def understood(self, number: Number, reading: Reading) -> Reading:
        if number.unit == "%" or abs(number.value) > 1:
            number = number.of_100()
        return self.reading_of(number, reading)

    def text(self, value: Any) -> str:
        return f"{answers.number_text(Fraction(value) * 100)} %"

    def secrets(self, value: Any) -> set[str]:
        return super().secrets(value) | super().secrets(Fraction(value) * 100)


@answer_type("bytes")
class Bytes(Ratio):
    """An amount of memory; a number without a unit has the sheet's unit."""

    counts = False

    def __init__(self, unit: str) -> None:
        self.unit, self.scale = unit, 2**20 if unit == "MiB" else 10**6
        self.wants = f"an amount of memory in {unit}"

    def written(self, text: str) -> Written:
        return answers.written(text, memory=True)

    def understood(self, number: Number, reading: Reading) -> Reading:
        value, half = number.value, number.half
        if not number.unit and not number.scaled and abs(value) < 10**5:
            value, half = value * self.scale, half * self.scale
        return self.reading_of(number._replace(value=value, half=half), reading)

    def text(self, value: Any) -> str:
        return f"{answers.number_text(to_decimals(Fraction(value) / self.scale, 4))} {self.unit}"

    def secrets(self, value: Any) -> set[str]:
        amount = Fraction(value) / self.scale
        return number_secrets(value) | number_secrets(amount) | {f"{float(amount):.3g}"}


RATIO = Ratio()
SHARE = Share()
