"""Points of a sheet as numbers: fractions inside, plain numbers outside."""

from __future__ import annotations

from fractions import Fraction


def points_number(value: Fraction) -> int | float:
    """Points for programs: whole where they are, else rounded to four digits.

    >>> points_number(Fraction(3)), points_number(Fraction(1, 3))
    (3, 0.3333)
    """
    return int(value) if value.denominator == 1 else round(float(value), 4)


def points_text(value: Fraction) -> str:
    """Points for a table: 3, 0.5 or 0.3333.

    >>> points_text(Fraction(3)), points_text(Fraction(1, 2)), points_text(Fraction(1, 3))
    ('3', '0.5', '0.3333')
    """
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.4f}".rstrip("0")
