"""Bounds of whole numbers: from the bounds of two numbers, the bounds of their sum, product, …"""

from __future__ import annotations

Bound = int | None
Bounds = tuple[Bound, Bound]
"""The least and the largest value of a number; None where that is not known."""
UNKNOWN: Bounds = (None, None)


def bounds_of(sign: str, one: Bounds, other: Bounds) -> Bounds:
    """The bounds of a result, from the bounds of the two numbers.

    >>> bounds_of("*", (-2, 3), (4, 5)), bounds_of("//", (1, 9), (2, 4)), bounds_of("//", (1, 9), (0, 4))
    ((-10, 15), (0, 4), (None, None))
    """
    a, b = one
    c, d = other
    if a is None or b is None or c is None or d is None:
        return UNKNOWN
    match sign:
        case "+":
            return a + c, b + d
        case "-":
            return a - d, b - c
        case "*":
            corners = a * c, a * d, b * c, b * d
            return min(corners), max(corners)
        case "neg":
            return -b, -a
        case "abs":
            return (0 if a <= 0 <= b else min(abs(a), abs(b))), max(abs(a), abs(b))
        case "max":
            return max(a, c), max(b, d)
        case "min":
            return min(a, c), min(b, d)
    if c <= 0 <= d:  # perhaps a division by 0
        return UNKNOWN
    if sign == "//":
        corners = a // c, a // d, b // c, b // d
        return min(corners), max(corners)
    if a >= 0 and b < c:
        return a, b
    return (0, d - 1) if c > 0 else (c + 1, 0)


def answer_of(sign: str, one: Bounds, other: Bounds) -> bool | None:
    """The answer to a comparison of two numbers with these bounds; None if it is not certain.

    >>> answer_of("<", (1, 3), (4, 9)), answer_of("<", (1, 4), (4, 9)), answer_of("==", (1, 3), (4, 9))
    (True, None, False)
    """
    a, b = one
    c, d = other
    if a is None or b is None or c is None or d is None:
        return None
    if sign == "==":
        if a == b == c == d:
            return True
        return False if b < c or d < a else None
    if sign == "<":
        return True if b < c else False if d <= a else None
    return True if b <= c else False if d < a else None
