"""A quotient in the ways in which people round it."""

from __future__ import annotations

from fractions import Fraction

from convcalc.homework.mistakes.base import Way


def quotient(above: int, below: int, text: str, *, up: bool = False) -> list[Way]:
    """A quotient rounded down, as a fraction, and rounded up if wanted; only once if it is whole.

    >>> [way.formula for way in quotient(7, 2, "n/s", up=True)]
    ['⌊n/s⌋', 'n/s', '⌈n/s⌉']
    >>> quotient(8, 2, "n/s")
    [Way(result=4, formula='n/s')]
    """
    exact = Fraction(above, below)
    if exact.denominator == 1:
        return [Way(exact.numerator, text)]
    down, rounded_up = Way(above // below, f"⌊{text}⌋"), Way(-(-above // below), f"⌈{text}⌉")
    return [down, Way(exact, text), *([rounded_up] if up else [])]
