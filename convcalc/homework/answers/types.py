"""Types of answers: how each is read, compared, printed, and kept out of hints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from convcalc.homework.answers import parsing as answers
from convcalc.homework.answers.numbers import Written
from convcalc.homework.answers.parsing import Number, Reading, Unreadable
from convcalc.registry import Registry
from convcalc.text import shortened


class Misfit(NamedTuple):
    """The answer for a window that does not fit, with the result of the division if given."""

    unrounded: Fraction | None = None

    def said_by(self, reading: Reading) -> bool:
        """Whether an answer says so: in words, or by the result of the division.

        The words may be followed by the result, exact or rounded down, or by the quotient, not whole.
        """
        result = self.unrounded
        if not isinstance(reading.value, Misfit):
            return result is not None and any(EXACT.allows(n, result) for n in reading.numbers)
        if result is None:
            return True
        return all(
            EXACT.allows(n, result)
            or n.value == result // 1
            or (n.value == result - 1 and not n.half)
            for n in reading.numbers
        )


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
        """Whether a number is near enough to the right one.

        A right answer that is a fraction may be rounded: the digits given must be right.

        >>> [EXACT.allows(answers.number(text), Fraction(7, 3)) for text in ("7/3", "2.3", "2.333", "2.34", "2", "2e0")]
        [True, True, True, False, False, False]
        """
        if self.share and abs(number.value - expected) <= abs(expected) * self.share:
            return True
        if self.rounded:
            return number.is_rounded(expected)
        if expected.denominator != 1:
            decimals = number.half < Fraction(1, 2)
            return number.is_rounded(expected) and (decimals or number.value == expected)
        return number.value == expected


class Asked(NamedTuple):
    """What is asked for, to choose the words on how to write the answer.

    Attributes:
        tolerance: how far off it may be.
        example: another answer of this form; empty if there is none.
        several: whether there is one number per axis, or more than one right option.
    """

    tolerance: Tolerance
    example: str = ""
    several: bool = False


EXACT = Tolerance()


def as_int_if_whole(value: Fraction | int) -> Fraction | int:
    """A whole number as int."""
    return int(value) if value.denominator == 1 else value


def _values_of(numbers: Iterable[Number]) -> tuple[Fraction | int, ...]:
    """The values of some numbers."""
    return tuple(as_int_if_whole(number.value) for number in numbers)


_WORDING = ("wants", "may_not_fit", "names")  # attributes with words on what to write

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
        takes_lines: whether an answer may be written over several lines.
        is_size: whether it is a size; sizes are not rounded by students.
        may_not_fit: whether a window may not fit, so that there is no answer.
        box: what to write into a box for one of the numbers.
        half: how far off one of the numbers may be by rounding.
    """

    wants = "a whole number"
    box = "a whole number"
    half = Fraction(0)
    tolerance = EXACT
    counts = True
    takes_mapping = False
    takes_lines = False
    is_size = False
    may_not_fit = False

    def form(self, asked: Asked) -> str:
        """How to write an answer, in words that do not tell it."""
        like = f", for example {asked.example}" if asked.example else ""
        return f"{self.noun(asked)}{self.precision(asked.tolerance)}{like}{self.or_misfit}"

    @property
    def or_misfit(self) -> str:
        """What else to write if a window may not fit."""
        return ", or: does not fit" if self.may_not_fit else ""

    def noun(self, asked: Asked) -> str:
        """What an answer is, in words."""
        return self.wants

    def precision(self, tolerance: Tolerance) -> str:
        """How near an answer must be, in words; empty if nobody would round it."""
        if tolerance != EXACT:
            return f" ({tolerance.sentence()})"
        return ", with every digit" if self.counts and not self.is_size else ""

    def name_of(self, place: int, count: int) -> str:
        """The name of one of several numbers, if each has its own box."""
        del count
        return str(place + 1)

    def said_if_wrong(self, expected: Any, value: Any) -> str:
        """The note on a wrong answer that no mistake explains; empty if there is nothing to add."""
        return ""

    def undecided(self, reading: Reading) -> str:
        """Why a person must decide about an answer that was read; empty if convcalc decides."""
        return ""

    def our_rule(self, key: str) -> str:
        """A sheet's rule for this type of answer, in words; empty for the usual words."""
        return ""

    def read(self, raw: Any) -> Reading:
        """Read an answer; an unreadable one is returned with its problem."""
        text = shortened(answers.raw_text(raw).strip()[:400])
        if answers.is_blank(raw):
            return Reading(text, blank=True)
        try:
            return self.parse(raw, Reading(text))
        except Unreadable as error:
            problem = f"{error}; write {self.wants}{self.or_misfit}"
            return Reading(text, problem=problem, echo=text)

    def reads_as(self, other: AnswerType) -> bool:
        """Whether another type reads every answer in the same way, even if it asks for something else."""
        return self is other or (type(self) is type(other) and self._reads_by == other._reads_by)

    @property
    def _reads_by(self) -> dict[str, Any]:
        """What the reading of an answer depends on."""
        return {name: own for name, own in vars(self).items() if name not in _WORDING}

    def parse(self, raw: Any, reading: Reading) -> Reading:
        """The reading with its value, or `Unreadable`."""
        if isinstance(raw, list | tuple) and len(raw) == 1:
            raw = raw[0]
        found = self.written(answers.raw_text(raw))
        meant = [number for number in (found.number, found.other) if number is not None]
        readings: list[Reading] = []
        for number in meant:
            try:
                readings.append(self.understood(number, reading))
            except Unreadable:
                if number is meant[-1] and not readings:
                    raise
        return readings[0].but(others=tuple(readings[1:])).after(found.before)

    def written(self, text: str) -> Written:
        """The number written in an answer."""
        return answers.written(text)

    def understood(self, number: Number, reading: Reading) -> Reading:
        """The reading of a number, or `Unreadable` if it cannot be an answer."""
        if number.value.denominator != 1:
            message = f"{answers.number_text(number.value)} is not a whole number"
            raise Unreadable(message)
        return self.reading_of(number, reading)

    def reading_of(self, number: Number, reading: Reading) -> Reading:
        """The reading whose value is this number."""
        value = as_int_if_whole(number.value)
        return reading.but(value=value, numbers=(number,), echo=self.text(value))

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
        return number_secrets(value)


def number_secrets(value: Any) -> set[str]:
    """The ways to write a number."""
    found = {answers.number_text(value)}
    unrounded = Fraction(value)
    if unrounded.denominator == 1:
        found.add(str(unrounded.numerator))
    else:
        found |= {f"{float(unrounded):.{digits}f}" for digits in (1, 2, 3, 4)}
        found.add(f"{unrounded.numerator}/{unrounded.denominator}")
    return found | number_secrets(-unrounded) if unrounded < 0 else found


@answer_type("size")
class Size(AnswerType):
    """A size along an axis, one per axis, or "none".

    Args:
        may_not_fit: whether a window may not fit, so that there is no size.
    """

    wants = "a number"
    is_size = True

    def __init__(self, *, may_not_fit: bool = False) -> None:
        self.may_not_fit = may_not_fit

    def noun(self, asked: Asked) -> str:
        return "one number per axis" if asked.several else "a number"

    def name_of(self, place: int, count: int) -> str:
        return ("depth", "height", "width")[3 - count :][place]

    def said_if_wrong(self, expected: Any, value: Any) -> str:
        if isinstance(value, Misfit):
            return "" if self.may_not_fit else "There is an answer to this one: a number."
        if isinstance(expected, int | Fraction) and isinstance(value, tuple):
            return "The question asks for one number, and these differ."
        if isinstance(expected, tuple) and not isinstance(expected, Misfit):
            numbers = value if isinstance(value, tuple) else (value,)
            if len(numbers) != len(expected):
                return (
                    f"The answer has {answers.in_words(len(expected))} numbers, one for each axis."
                )
        return ""

    def parse(self, raw: Any, reading: Reading) -> Reading:
        fits, numbers, others, before = answers.size(raw)
        found = self.size_of(reading, fits, numbers)
        others_read = tuple(self.size_of(reading, fits if numbers else None, n) for n in others)
        return found.but(others=others_read).after(before)

    @staticmethod
    def size_of(reading: Reading, fits: bool | None, numbers: tuple[Number, ...]) -> Reading:  # noqa: FBT001 - None is a third
        """The reading of a size, or of "none"."""
        values = _values_of(numbers)
        if len(values) > 1 and len(set(values)) == 1:
            values = values[:1]
        value: Any = values[0] if len(values) == 1 else values
        echo = (
            answers.shape_text(values)
            if len(values) > 1
            else "".join(map(answers.number_text, values))
        )
        if fits is False:
            echo = f"does not fit ({echo})" if echo else "does not fit"
            value = Misfit(Fraction(values[0]) if len(values) == 1 else None)
        elif not values:
            value, echo = "fits", "it fits"
        return reading.but(value=value, numbers=numbers, fits=fits, echo=echo)

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        if isinstance(expected, Misfit):
            return expected.said_by(reading)
        if isinstance(expected, tuple) and len(set(expected)) == 1:
            expected = expected[0]
        if reading.value == expected:
            return True
        alone = isinstance(reading.value, Fraction) and isinstance(expected, Fraction)
        return alone and EXACT.allows(reading.numbers[0], expected)

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
            return number_secrets(value.unrounded) if value.unrounded is not None else set()
        if isinstance(value, tuple):
            return {answers.shape_text(value)} | {str(item) for item in value}
        return number_secrets(value)


@answer_type("fit")
class Fit(Size):
    """Whether a window fits, and the size if it does."""

    def __init__(self) -> None:
        super().__init__(may_not_fit=True)

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        if reading.value == "fits":
            return not isinstance(expected, Misfit)
        return super().same(reading, expected, tolerance)


@answer_type("volume")
class Volume(AnswerType):
    """The numbers of a shape, in the sheet's order.

    Args:
        wants: what to write.
        order: the sheet's order, by which named numbers are sorted; without it they stay as written.
        sides: how many numbers there are if a batch may come before them; 0 if it may not.
        may_not_fit: whether a window may not fit, so that there is no volume.
        names: the name of each number; without them those of `wants`.
    """

    counts = False
    is_size = True

    def __init__(
        self,
        wants: str = "a volume, its numbers separated by ×",
        order: str = "",
        sides: int = 3,
        *,
        may_not_fit: bool = False,
        names: tuple[str, ...] = (),
    ) -> None:
        self.wants, self.order, self.sides = wants, order, sides
        self.may_not_fit = may_not_fit
        self.names = names or tuple(wants.removeprefix("1 × ").split(" × "))

    def name_of(self, place: int, count: int) -> str:
        return self.names[place] if len(self.names) == count else super().name_of(place, count)

    def form(self, asked: Asked) -> str:
        batch = "1×" if self.wants.startswith("1 × ") and asked.example else ""
        return super().form(asked._replace(example=f"{batch}{asked.example}"))

    def said_if_wrong(self, expected: Any, value: Any) -> str:
        if isinstance(value, Misfit):
            return "" if self.may_not_fit else "There is an answer to this one: a volume."
        if not self.order or value is None or len(value) == self.sides:
            return ""
        given, asked = answers.in_words(len(value)), answers.in_words(self.sides)
        are = "is one number" if len(value) == 1 else f"are {given} numbers"
        return f"There {are} in your answer, and {asked} in {self.wants}."

    def our_rule(self, key: str) -> str:
        words = self.wants.replace("1 × ", "batch × ") if self.order else " × ".join(self.names)
        return f"writes {words}" if key == "order" and (self.order or len(self.names) > 1) else ""

    def parse(self, raw: Any, reading: Reading) -> Reading:
        fits = None
        if isinstance(raw, str) and answers.says_no(raw) and raw.count(",") < 2:
            fits, numbers, *_ = answers.size(raw)
            if fits is False and len(numbers) < 2:
                value = Misfit(numbers[0].value if numbers else None)
                return reading.but(value=value, numbers=numbers, fits=False, echo="does not fit")
        numbers, after = answers.written_shape(raw, self.order, self.sides)
        values = _values_of(numbers)
        found = reading.but(value=values, numbers=numbers, echo=answers.shape_text(values))
        return found.but(echo=f"{found.echo} (which is not {after})") if after else found

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        if isinstance(expected, Misfit):  # 0 in every box means it, because boxes take no words
            zeros = [number.value == 0 for number in reading.numbers]
            return expected.said_by(reading) or (len(zeros) == self.sides and all(zeros))
        return bool(reading.value == expected)

    def text(self, value: Any) -> str:
        if isinstance(value, Misfit) or not isinstance(value, tuple):
            return SIZE.text(value)  # one number for a volume is a wrong answer
        return answers.shape_text(value)

    def secrets(self, value: Any) -> set[str]:
        if isinstance(value, Misfit):
            return SIZE.secrets(value)
        return {answers.shape_text(value)} | {str(item) for item in value}


@answer_type("matrix")
class Matrix(AnswerType):
    """Rows of numbers."""

    counts = False
    takes_lines = True
    wants = "rows of numbers, each row in brackets"
    box = "a number"

    def parse(self, raw: Any, reading: Reading) -> Reading:
        others = [self.reading_of_rows(rows, reading) for rows in answers.other_rows(raw)]
        try:
            found = self.reading_of_rows(answers.written_rows(raw), reading)
        except Unreadable:
            if not others:
                raise
            return others[0].but(others=tuple(others[1:]))
        return found.but(others=tuple(others))

    @staticmethod
    def reading_of_rows(rows: tuple[tuple[Number, ...], ...], reading: Reading) -> Reading:
        """The reading with these rows as its value."""
        value = tuple(_values_of(row) for row in rows)
        echo = answers.matrix_text(value).replace(", ", ",")
        echo = echo if len(echo) < 200 else shortened(echo, 190)
        return reading.but(
            value=value, numbers=tuple(cell for row in rows for cell in row), echo=echo
        )

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        if not isinstance(reading.value, tuple):  # a number, read as another type of answer
            return False
        same_shape = self.shape(reading.value) == self.shape(expected)
        return same_shape and all(self.right_cells(reading, expected))

    def right_cells(self, reading: Reading, expected: Any) -> list[bool]:
        """Whether each cell is right, row by row, of a matrix of the same shape."""
        wanted = (Fraction(cell) for row in expected for cell in row)
        return [EXACT.allows(cell, want) for cell, want in zip(reading.numbers, wanted)]

    @staticmethod
    def shape(rows: Any) -> tuple[int, int]:
        """Rows and columns."""
        return len(rows), len(rows[0])

    def text(self, value: Any) -> str:
        return answers.matrix_text(value)

    def secrets(self, value: Any) -> set[str]:
        found = {answers.matrix_text(value)}
        if self.shape(value) == (1, 1):
            found |= number_secrets(value[0][0])
        return found


COUNT = AnswerType()
SIZE = Size()
FIT = Fit()
MATRIX = Matrix()
PAIR = Volume("rows × columns", "hwc", 2)
