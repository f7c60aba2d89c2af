"""Types of answers: how each is read, compared, written back, and kept out of hints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from convcalc.homework.answers import parsing as answers
from convcalc.homework.answers.parsing import Number, Reading, Unreadable
from convcalc.registry import Registry
from convcalc.text import shortened


class Misfit(NamedTuple):
    """The answer for a window that does not fit, with the result of the division where it is given."""

    unrounded: Fraction | None = None


class Tolerance(NamedTuple):
    """How far an answer may be from the right one: not at all, by rounding, or by a share of it."""

    share: Fraction = Fraction(0)
    rounded: bool = False

    def sentence(self) -> str:
        """In words.

        >>> Tolerance(Fraction(1, 100)).sentence()
        'within 1 %'
        """
        if self.share:
            return f"within {answers.number_text(self.share * 100)} %"
        return "rounded if you like" if self.rounded else "exact"

    def allows(self, number: Number, expected: Fraction) -> bool:
        """Whether a number is near enough to the right one."""
        off = abs(number.value - expected)
        if not off:
            return True
        if self.share and off <= abs(expected) * self.share:
            return True
        return self.rounded and bool(number.half) and off <= number.half


EXACT = Tolerance()
_ABOUT = Tolerance(Fraction(1, 100))


def as_int_if_whole(value: Fraction | int) -> Fraction | int:
    """A whole number as int."""
    return int(value) if value.denominator == 1 else value


def _values_of(numbers: Iterable[Number]) -> tuple[Fraction | int, ...]:
    """The values of some numbers."""
    return tuple(as_int_if_whole(number.value) for number in numbers)


ANSWER_TYPES: Registry[type[AnswerType]] = Registry("answer type")
_T = TypeVar("_T", bound="type[AnswerType]")


def answer_type(name: str) -> Callable[[_T], _T]:
    """Register a type of answer; a second one of the same name is refused."""
    return lambda cls: ANSWER_TYPES.register(name, cls)


@answer_type("count")
class AnswerType:
    """One type of answer: a whole number, or a sum that gives one.

    Attributes:
        wants: what to write, for the sheet and for messages.
        tolerance: how far off it may be unless the sheet says otherwise.
        counts: whether it is a number, in which typing errors can happen.
        takes_mapping: whether an answer may name its values, as in ``{k: 3, s: 1}``.
    """

    wants = "a whole number"
    tolerance = EXACT
    counts = True
    takes_mapping = False

    def read(self, raw: Any) -> Reading:
        """Read an answer; what is unreadable comes back with its problem."""
        text = shortened(answers.raw_text(raw).strip()[:400])
        if answers.is_blank(raw):
            return Reading(text, blank=True)
        try:
            return self.parse(raw, Reading(text))
        except Unreadable as error:
            return Reading(text, problem=f"{error}; write {self.wants}", echo=text)

    def parse(self, raw: Any, reading: Reading) -> Reading:
        """The reading with its value, or `Unreadable`."""
        if isinstance(raw, list | tuple) and len(raw) == 1:
            raw = raw[0]
        number = answers.number(answers.raw_text(raw))
        if number.value.denominator != 1:
            message = f"{answers.number_text(number.value)} is not a whole number"
            raise Unreadable(message)
        return reading.but(
            value=as_int_if_whole(number.value),
            numbers=(number,),
            echo=answers.number_text(number.value),
        )

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        """Whether an answer that was read is this one."""
        if reading.value == expected:
            return True
        return len(reading.numbers) == 1 and tolerance.allows(
            reading.numbers[0], Fraction(expected)
        )

    def text(self, value: Any) -> str:
        """A value for people."""
        return answers.number_text(value)

    def json(self, value: Any) -> Any:
        """A value for programs: numbers, lists and strings."""
        if isinstance(value, Misfit):
            return "does not fit"
        if isinstance(value, tuple):
            return [self.json(item) for item in value]
        if isinstance(value, Fraction):
            return int(value) if value.denominator == 1 else float(value)
        return value

    def secrets(self, value: Any) -> set[str]:
        """The texts that would give this value away in a hint."""
        return _number_secrets(value)


def _number_secrets(value: Any) -> set[str]:
    """The ways to write a number."""
    found = {answers.number_text(value)}
    unrounded = Fraction(value)
    if unrounded.denominator == 1:
        found.add(str(unrounded.numerator))
    else:
        found |= {f"{float(unrounded):.{digits}f}" for digits in (1, 2, 3, 4)}
        found.add(f"{unrounded.numerator}/{unrounded.denominator}")
    return found | _number_secrets(-unrounded) if unrounded < 0 else found


@answer_type("size")
class Size(AnswerType):
    """A size along an axis, one per axis, or that there is none."""

    wants = "a size, or: does not fit"

    def parse(self, raw: Any, reading: Reading) -> Reading:
        fits, numbers = answers.size(raw)
        values = _values_of(numbers)
        if len(values) > 1 and len(set(values)) == 1:
            values = values[:1]
        value: Any = values[0] if len(values) == 1 else values
        echo = answers.shape_text(values) if len(values) > 1 else "".join(map(self.number, values))
        if fits is False:
            echo = f"does not fit ({echo})" if echo else "does not fit"
            value = Misfit(Fraction(values[0]) if len(values) == 1 else None)
        elif not values:
            value, echo = "fits", "it fits"
        return reading.but(value=value, numbers=numbers, fits=fits, echo=echo)

    @staticmethod
    def number(value: Any) -> str:
        return answers.number_text(value)

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        if isinstance(expected, Misfit):
            return isinstance(reading.value, Misfit) or reading.value == expected.unrounded
        if isinstance(expected, tuple) and len(set(expected)) == 1:
            expected = expected[0]
        return bool(reading.value == expected)

    def text(self, value: Any) -> str:
        if isinstance(value, Misfit):
            unrounded = (
                "" if value.unrounded is None else f" ({answers.number_text(value.unrounded)})"
            )
            return f"does not fit{unrounded}"
        if isinstance(value, tuple):
            return answers.shape_text(value)
        return answers.number_text(value)

    def secrets(self, value: Any) -> set[str]:
        if isinstance(value, Misfit):
            return _number_secrets(value.unrounded) if value.unrounded is not None else set()
        if isinstance(value, tuple):
            return {answers.shape_text(value)} | {str(item) for item in value}
        return _number_secrets(value)


@answer_type("fit")
class Fit(Size):
    """Whether a window fits, and the size if it does."""

    wants = "a size, or: no"

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        if reading.value == "fits":
            return not isinstance(expected, Misfit)
        return super().same(reading, expected, tolerance)


@answer_type("volume")
class Volume(AnswerType):
    """The numbers of a shape, in the sheet's order."""

    counts = False

    def __init__(self, wants: str = "a volume, its numbers separated by ×") -> None:
        self.wants = wants

    def parse(self, raw: Any, reading: Reading) -> Reading:
        fits = None
        if isinstance(raw, str) and answers.NO.search(raw[:200].lower()) and raw.count(",") < 2:
            fits, numbers = answers.size(raw)
            if fits is False and len(numbers) < 2:
                value = Misfit(numbers[0].value if numbers else None)
                return reading.but(value=value, numbers=numbers, fits=False, echo="does not fit")
        numbers = answers.shape(raw)
        values = _values_of(numbers)
        return reading.but(value=values, numbers=numbers, echo=answers.shape_text(values))

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        if isinstance(expected, Misfit):
            return isinstance(reading.value, Misfit)
        return bool(reading.value == expected)

    def text(self, value: Any) -> str:
        return SIZE.text(value) if isinstance(value, Misfit) else answers.shape_text(value)

    def secrets(self, value: Any) -> set[str]:
        if isinstance(value, Misfit):
            return SIZE.secrets(value)
        return {answers.shape_text(value)} | {str(item) for item in value}


@answer_type("ratio")
class Ratio(AnswerType):
    """A ratio."""

    wants = "a number"
    tolerance = _ABOUT

    def parse(self, raw: Any, reading: Reading) -> Reading:
        number = answers.number(answers.raw_text(raw))
        return reading.but(
            value=as_int_if_whole(number.value),
            numbers=(number,),
            echo=answers.number_text(number.value),
        )

    def secrets(self, value: Any) -> set[str]:
        found = _number_secrets(value)
        return found | {f"{float(value):.3g}", f"{float(value):.1f}"}


@answer_type("share")
class Share(Ratio):
    """A share: 75 %, 0.75 or 3/4."""

    wants = "a percentage"

    def parse(self, raw: Any, reading: Reading) -> Reading:
        number = answers.number(answers.raw_text(raw))
        if number.unit == "%" or abs(number.value) > 1:
            number = number._replace(value=number.value / 100, half=number.half / 100)
        return reading.but(
            value=as_int_if_whole(number.value), numbers=(number,), echo=self.text(number.value)
        )

    def text(self, value: Any) -> str:
        return f"{answers.number_text(Fraction(value) * 100)} %"

    def secrets(self, value: Any) -> set[str]:
        return super().secrets(value) | super().secrets(Fraction(value) * 100)


@answer_type("bytes")
class Bytes(Ratio):
    """An amount of memory; numbers without a unit are in the sheet's own."""

    counts = False

    def __init__(self, unit: str) -> None:
        self.unit, self.scale = unit, 2**20 if unit == "MiB" else 10**6
        self.wants = f"an amount of memory in {unit}"

    def parse(self, raw: Any, reading: Reading) -> Reading:
        number = answers.number(answers.raw_text(raw))
        value, half = number.value, number.half
        if not number.unit and not number.scaled and abs(value) < 10**5:
            value, half = value * self.scale, half * self.scale
        number = number._replace(value=value, half=half)
        return reading.but(value=as_int_if_whole(value), numbers=(number,), echo=self.text(value))

    def text(self, value: Any) -> str:
        return f"{answers.number_text(round(Fraction(value) / self.scale, 4))} {self.unit}"

    def secrets(self, value: Any) -> set[str]:
        amount = Fraction(value) / self.scale
        return _number_secrets(value) | _number_secrets(amount) | {f"{float(amount):.3g}"}


@answer_type("matrix")
class Matrix(AnswerType):
    """Rows of numbers."""

    counts = False
    wants = "rows of numbers, each row in brackets"

    def parse(self, raw: Any, reading: Reading) -> Reading:
        rows = answers.matrix(raw)
        value = tuple(tuple(as_int_if_whole(cell) for cell in row) for row in rows)
        echo = answers.matrix_text(value).replace(", ", ",")
        return reading.but(value=value, echo=echo if len(echo) < 200 else shortened(echo, 190))

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        given = reading.value
        return self.shape(given) == self.shape(expected) and all(
            near(a, b) for row, want in zip(given, expected) for a, b in zip(row, want)
        )

    @staticmethod
    def shape(rows: Any) -> tuple[int, int]:
        """Rows and columns."""
        return len(rows), len(rows[0])

    def text(self, value: Any) -> str:
        return answers.matrix_text(value)

    def secrets(self, value: Any) -> set[str]:
        found = {answers.matrix_text(value)}
        if self.shape(value) == (1, 1):
            found |= _number_secrets(value[0][0])
        return found


def near(given: Any, expected: Any) -> bool:
    """Whether two cells are the same, up to the rounding of a decimal fraction."""
    return bool(given == expected) or (
        Fraction(expected).denominator not in (1, 2, 4, 5, 8, 10)
        and abs(given - expected) <= Fraction(1, 200)
    )


COUNT = AnswerType()
SIZE = Size()
FIT = Fit()
RATIO = Ratio()
SHARE = Share()
MATRIX = Matrix()
PAIR = Volume("rows × columns")
