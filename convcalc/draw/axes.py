"""The numbers of an axis."""

from __future__ import annotations

_LETTERS = ("", "k", "M", "G", "T", "P")  # of powers of a thousand


def ticks(most: int, count: int = 5) -> list[int]:
    """Round numbers from 0 up to a value; about ``count`` of them.

    >>> ticks(23_000_000), ticks(7), ticks(0)
    ([0, 5000000, 10000000, 15000000, 20000000], [0, 2, 4, 6], [0])
    """
    if most < 1:
        return [0]
    step = 1
    while most // step > count:
        step = _next(step)
    return [*range(0, most + 1, step)]


def _next(step: int) -> int:
    """The next of 1, 2, 5, 10, 20, 50 …"""
    return step * 5 // 2 if str(step)[0] == "2" else 2 * step


def powers(low: float, high: float) -> list[int]:
    """The exponents of the powers of ten around two numbers.

    >>> powers(0.3, 250), powers(1, 10)
    ([-1, 0, 1, 2, 3], [0, 1])
    """
    first, last = 0, 0
    while 10**first > low:
        first -= 1
    while 10 ** (first + 1) <= low:
        first += 1
    last = first
    while 10**last < high:
        last += 1
    return [*range(first, last + 1)]


def power_text(power: int) -> str:
    """A power of ten as people say it.

    >>> power_text(-2), power_text(1), power_text(4), power_text(12), power_text(18)
    ('0.01', '10', '10 k', '1 T', '1,000 P')
    """
    if power < 0:
        return f"{10.0**power:.{-power}f}"
    letter = min(power // 3, len(_LETTERS) - 1)
    return f"{10 ** (power - 3 * letter):,} {_LETTERS[letter]}".rstrip()
