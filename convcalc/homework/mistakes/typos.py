"""Typing errors, possible in every answer that is a count."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convcalc.homework.mistakes.base import MISTAKES, Mistake, mistake

if TYPE_CHECKING:
    from convcalc.homework.questions.base import Part

_MIN_DIGITS = 4  # shorter numbers match something by chance

_POWERS = tuple(Fraction(10) ** i for i in (1, -1, 2, -2, 3, -3, 6, -6))
_MIXED = (
    Fraction(1024, 1000),
    Fraction(1000, 1024),
    Fraction(2**20, 10**6),
    Fraction(10**6, 2**20),
)

mistake(
    "slip.power-of-ten", "", "wrong power of ten, or 1000 and 1024 mixed up", "10ⁿ · right",
    lambda w: None,
    "Check the number of zeros, and whether k means 1000 or 1024.",
)  # fmt: skip
mistake(
    "slip.swapped-digits", "", "two digits swapped", "digits swapped",
    lambda w: None,
    "This may be a typing error: check the digits of your answer.",
)  # fmt: skip
mistake(
    "slip.dropped-digit", "", "one digit dropped, doubled or mistyped", "one digit differs",
    lambda w: None,
    "This may be a typing error: check the digits of your answer.",
)  # fmt: skip
mistake(
    "slip.worked-out", "", "a sum or product worked out wrongly", "another number after the =",
    lambda w: None,
    "The sum or product that you wrote does not give the number after it. Work it out again.",
)  # fmt: skip
mistake(
    "slip.neighbour", "", "the answer to another question", "another question's answer",
    lambda w: None,
    "This answers another question of this sheet. Did you mix up two answers?",
)  # fmt: skip


def typos(part: Part, value: Any) -> Iterator[Mistake]:
    """The typing errors that lead from the right number to this one."""
    if isinstance(value, tuple | str) or not part.answer_type.counts or part.expected is None:
        return
    try:
        right, given = Fraction(part.expected), Fraction(value)
    except (TypeError, ValueError):
        return
    if right and given / right in _POWERS + _MIXED and max(right, given) >= 1000:
        yield MISTAKES["slip.power-of-ten"]
        return
    if right.denominator != 1 or given.denominator != 1 or right < 10 ** (_MIN_DIGITS - 1):
        return
    a, b = str(right), str(given)
    if _is_swap(a, b):
        yield MISTAKES["slip.swapped-digits"]
    elif _is_one_off(a, b):
        yield MISTAKES["slip.dropped-digit"]


def _is_swap(a: str, b: str) -> bool:
    """Whether two digits next to each other changed places."""
    if len(a) != len(b):
        return False
    places = [i for i, (x, y) in enumerate(zip(a, b)) if x != y]
    return (
        len(places) == 2
        and places[1] == places[0] + 1
        and a[places[0]] == b[places[1]]
        and a[places[1]] == b[places[0]]
    )


def _is_one_off(a: str, b: str) -> bool:
    """Whether one digit was dropped, added or mistyped."""
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b)) == 1
    if abs(len(a) - len(b)) != 1:
        return False
    short, long = sorted((a, b), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
