"""Answers as read, words as answers, and values printed for people."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from convcalc.homework.answers.notation import Unreadable, without_markup
from convcalc.homework.answers.numbers import Number
from convcalc.text import nearest

MAX_TEXT = 20_000  # characters of one answer; a matrix of a by-hand question needs some
MAX_CELLS = 4_096
_MAX_PLACES = 30  # decimals longer than this are written as fractions

_BLANKS = ("", "-", "–", "—", "?", "null", "~", "n/a", "...", "…", "todo", "nan")


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """An answer as it was read.

    Attributes:
        text: the printable text of the answer.
        value: its meaning: a number, a tuple, rows of a matrix, a word; None if it has no meaning.
        numbers: the numbers behind the value, as they were written.
        fits: what was said about fitting: False for "doesn't fit", None if nothing was said.
        problem: why it cannot be read; empty where it can.
        blank: nothing was answered.
        echo: the value as shown to the student.
        others: other meanings of the same text: 2,333 may be 2.333.
        before: the sum or product that was computed wrongly.
    """

    text: str
    value: Any = None
    numbers: tuple[Number, ...] = ()
    fits: bool | None = None
    problem: str = ""
    blank: bool = False
    echo: str = ""
    others: tuple[Reading, ...] = ()
    before: str = ""

    def but(self, **changes: Any) -> Reading:
        """A copy with other attributes."""
        return replace(self, **changes)

    def after(self, before: str) -> Reading:
        """A copy with a sum or product that was computed wrongly; an empty text changes nothing."""
        if not before:
            return self
        said = f"{self.echo} (but {before} is another number)"
        return self.but(before=before, echo=said)


def raw_text(raw: Any) -> str:
    """An answer of any type as one text, to show it."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, dict):
        return ", ".join(f"{key}: {raw_text(item)}" for key, item in list(raw.items())[:20])
    if isinstance(raw, list | tuple):
        return "[" + ", ".join(raw_text(item) for item in raw[:50]) + "]"
    return "" if raw is None else str(raw)


def is_blank(raw: Any) -> bool:
    """Whether nothing was answered."""
    if isinstance(raw, str):
        return len(raw) < 16 and raw.strip().lower() in _BLANKS
    if isinstance(raw, list | tuple):
        return all(is_blank(item) for item in raw[:MAX_CELLS])
    if isinstance(raw, dict):
        return all(is_blank(item) for item in raw.values())
    return raw is None


# -------------------------------------------------------------------------------------- words


def word(raw: Any) -> str:
    """Words in lower case, with single spaces, without punctuation around them.

    >>> word("  **Gaussian  Blur**. "), word("Answer: (b)")
    ('gaussian blur', 'b')
    """
    text = raw_text(raw)
    if len(text) > MAX_TEXT:
        message = f"{len(text):,} characters; an answer here has at most {MAX_TEXT:,}"
        raise Unreadable(message)
    text = unicodedata.normalize("NFKC", without_markup(text)).translate(_UNSEEN).casefold()
    text = " ".join(text.split())
    return _ANSWER_IS.sub("", text.strip(_AROUND_WORDS)).strip(_AROUND_WORDS)


_AROUND_WORDS = " .!,;:'\"()[]{}*_`$=→>"
_UNSEEN = {0x200B: None, 0xFEFF: None}
_ANSWER_IS = re.compile(
    r"^(?:the |my )?(?:final )?(?:answers?|ans|options?|statements?|it)\b\.?(?: is\b| are\b)?\s?[:=]?|^(?:options?|it is|it's)\b"
)


# ------------------------------------------------------------------------------ written back


def number_text(value: Fraction | int) -> str:
    """A number for people.

    >>> number_text(Fraction(29, 2)), number_text(7600), number_text(Fraction(1, 3))
    ('14.5', '7,600', '0.333333')
    """
    value = Fraction(value)
    if value.denominator == 1:
        return f"{value.numerator:,}"
    places = decimal_places(value.denominator)
    return f"{float(value):,.6g}" if places is None else plain_decimal(value, places, ",")


def exact_text(value: Fraction | int) -> str:
    """An exact number: a decimal if it ends, else a fraction.

    >>> exact_text(Fraction(1, 10**7)), exact_text(Fraction(-1, 3)), exact_text(-7600)
    ('0.0000001', '-1/3', '-7600')
    """
    places = decimal_places(value.denominator)
    return str(value) if places is None else plain_decimal(Fraction(value), places)


def decimal_places(denominator: int) -> int | None:
    """How many decimal places a fraction needs; None if its decimal is very long or never ends.

    >>> decimal_places(8), decimal_places(10**7), decimal_places(1), decimal_places(3)
    (3, 7, 0, None)
    """
    return next((n for n in range(_MAX_PLACES + 1) if 10**n % denominator == 0), None)


def to_decimals(value: Fraction, places: int) -> Fraction:
    """A number rounded to a number of decimals, halves away from zero.

    >>> to_decimals(Fraction(1, 3), 2), to_decimals(Fraction(-1, 8), 2)
    (Fraction(33, 100), Fraction(-13, 100))
    """
    return Fraction(nearest(value.numerator * 10**places, value.denominator), 10**places)


def plain_decimal(value: Fraction, places: int, thousands: str = "") -> str:
    """A fraction as a decimal, rounded to a number of places, without an exponent.

    >>> plain_decimal(Fraction(-1, 8), 3), plain_decimal(Fraction(12345), 1, ",")
    ('-0.125', '12,345')
    """
    whole, rest = divmod(nearest(abs(value.numerator) * 10**places, value.denominator), 10**places)
    after = f"{rest:0{places}d}".rstrip("0") if places else ""
    sign = "-" if value < 0 and (whole or after) else ""
    return f"{sign}{whole:{thousands}}{'.' if after else ''}{after}"


def shape_text(values: Sequence[Fraction | int]) -> str:
    """Numbers of a shape for people.

    >>> shape_text((28, 28, 6))
    '28×28×6'
    """
    return "×".join(number_text(value).replace(",", "") for value in values)


def matrix_text(rows: Sequence[Sequence[Fraction | int]]) -> str:
    """A matrix on one line.

    >>> matrix_text(((19, 25), (Fraction(1, 3), Fraction(1, 2))))
    '[[19, 25], [1/3, 0.5]]'
    """
    inner = ["[" + ", ".join(map(exact_text, row)) + "]" for row in rows]
    return inner[0] if len(inner) == 1 else "[" + ", ".join(inner) + "]"


_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ("", "", *["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])


def in_words(value: int) -> str:
    """A count in words, so that 1,234 is not taken for 1.234.

    >>> in_words(1234)
    'one thousand two hundred thirty-four'
    """
    for size_, name in (
        (10**12, "trillion"),
        (10**9, "billion"),
        (10**6, "million"),
        (1000, "thousand"),
    ):
        if value >= size_:
            rest = f" {in_words(value % size_)}" if value % size_ else ""
            return f"{in_words(value // size_)} {name}{rest}"
    if value >= 100:
        rest = f" {in_words(value % 100)}" if value % 100 else ""
        return f"{_ONES[value // 100]} hundred{rest}"
    if value >= 20:
        return _TENS[value // 10] + (f"-{_ONES[value % 10]}" if value % 10 else "")
    return _ONES[value]
