"""Points of a sheet as numbers: fractions inside, plain numbers outside."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from convcalc.homework.answers.reading import plain_decimal, to_decimals
from convcalc.text import quoted

_PLACES = 4  # decimals of points that are not whole
_MAX_TYPED = 60  # most characters of typed points
_ONE = r"(?:\d{1,30}(?:[.,]\d{0,30})?|[.,]\d{1,30})(?:e[+-]?\d{1,2})?"
_FRACTION = re.compile(r"(?:(\d{1,9}) )?(\d{1,9}) ?/ ?(\d{1,9})")
_OF = re.compile(rf"({_ONE}) ?(?:out )?of ?({_ONE})")
_PERCENT = re.compile(rf"({_ONE}) ?%")
_UNIT = re.compile(r" ?(?:points?|pts?|p)\.?$")
_DATE = re.compile(
    r"\d{1,4}[-./ ]+(?:[^\W\d]{3,9}(?:[-./ ]+\d{2,4})?|\d{1,2}[-./]\d{2,4})|[^\W\d]{3,9}[-./ ]+\d{1,4}"
)


def points_number(value: Fraction) -> int | float:
    """Points for programs: whole if possible, else rounded to four digits.

    >>> points_number(Fraction(3)), points_number(Fraction(1, 3))
    (3, 0.3333)
    """
    return int(value) if value.denominator == 1 else float(to_decimals(value, _PLACES))


def points_text(value: Fraction) -> str:
    """Points for a table: 3, 0.5 or 0.3333.

    >>> points_text(Fraction(3)), points_text(Fraction(1, 2)), points_text(Fraction(1, 3))
    ('3', '0.5', '0.3333')
    """
    return str(value.numerator) if value.denominator == 1 else plain_decimal(value, _PLACES)


def points_change(before: Fraction, after: Fraction) -> Fraction:
    """How many points change; rounding in a table does not count.

    >>> points_change(Fraction("5.3334"), Fraction(16, 3)), points_change(Fraction(3), Fraction(5, 2))
    (Fraction(0, 1), Fraction(-1, 2))
    """
    change = after - before
    return Fraction(0) if abs(change) < Fraction(1, 1000) else to_decimals(change, 3)


def typed_points(text: str, most: Fraction) -> Fraction:
    """Points that a person typed into a spreadsheet: 1.5, 1,5, +2, 1/2, 1 1/2, ½, 75 %, 2 of 3, 2 points.

    >>> [str(typed_points(text, Fraction(3))) for text in (" 1.50 ", "1,5", "1 1/2", "50 %", "2 of 3")]
    ['3/2', '3/2', '3/2', '3/2', '2']

    Raises:
        ValueError: the reason in words: it is not a number, below 0, or above the most.
    """
    plain = re.sub(r"(?<=\d)(?=[\u00bc-\u00be\u2150-\u215e])", " ", text[: _MAX_TYPED + 1])
    plain = unicodedata.normalize("NFKC", plain).replace("\u2044", "/").replace("\u2212", "-")
    plain = " ".join(plain.split()).casefold().lstrip("'").strip()
    sign = plain[:1]
    plain = _UNIT.sub("", plain[1:].strip() if sign in ("+", "-") else plain)
    value = _typed_value(plain, most) if len(text) <= _MAX_TYPED else None
    limit = f"a number from 0 to {points_text(most)}"
    if value is None:
        date = " (a spreadsheet may have changed it into a date)" if _DATE.fullmatch(plain) else ""
        message = (
            f"{quoted(text)} is not a number of points{date}; write {limit}, or empty the cell"
        )
        raise ValueError(message)
    if sign == "-" and value:
        message = f"{quoted(text)} is below 0; write {limit}"
        raise ValueError(message)
    if value > most:
        message = (
            f"{quoted(text)} is more than the {points_text(most)} that there are; write {limit}"
        )
        raise ValueError(message)
    return value


def may_be_a_share(text: str, most: Fraction) -> bool:
    """Whether points were typed as 1/2 if 2 are the most: read as a half, but perhaps 1 of 2 was meant.

    >>> may_be_a_share("1/2", Fraction(2)), may_be_a_share("1/2", Fraction(3))
    (True, False)
    """
    found = _FRACTION.fullmatch(text.strip())
    return found is not None and most != 1 and int(found[3]) == most


def _typed_value(plain: str, most: Fraction) -> Fraction | None:
    """The value of typed points without their sign; None if there is none."""
    if re.fullmatch(_ONE, plain):
        thousands = plain.replace(",", "")
        if re.fullmatch(r"\d{1,3},\d{3}", plain) and int(thousands) <= most:
            return None  # 1,000 may mean one or a thousand
        return _number(plain)
    if found := _FRACTION.fullmatch(plain):
        whole, above, below = (int(part or 0) for part in found.groups())
        return whole + Fraction(above, below) if below else None
    if found := _PERCENT.fullmatch(plain):
        return _number(found[1]) * most / 100
    if found := _OF.fullmatch(plain):
        return _number(found[1]) if _number(found[2]) == most else None
    return None


def _number(plain: str) -> Fraction:
    """A number with a decimal point or comma."""
    return Fraction(plain.replace(",", "."))
