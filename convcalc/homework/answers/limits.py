"""Limits of a number as a sheet writes them: ``<= 1M``, ``>= 10k <= 1M``, or only one number."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import NamedTuple

from convcalc.homework.answers.notation import Unreadable
from convcalc.network.budget import is_budget, read_budget
from convcalc.text import shortened

ALL = "all"  # means layers of every kind, if limits are given by kind
_SIGN = re.compile(r"(?<=[0-9A-Za-z])[\s,]+(?=[<>≤≥])")  # between two limits
_EXAMPLE = 'write for example "<= 1M", ">= 100", or one number'


class Limits(NamedTuple):
    """The allowed whole numbers, from least to most; None means no limit on that side."""

    least: int | None = None
    most: int | None = None

    def holds(self, number: int, *, is_all: bool = True) -> bool | None:
        """Whether a number keeps the limits; None if it is only a part and the rest decides.

        >>> limits("<= 1M").holds(1_200_000, is_all=False), limits("<= 1M").holds(500_000, is_all=False)
        (False, None)
        """
        if self.most is not None and number > self.most:
            return False
        enough = self.least is None or number >= self.least
        if is_all:
            return enough
        return True if enough and self.most is None else None

    def __str__(self) -> str:
        if self.least == self.most:
            return f"exactly {self.least:,}"
        if self.least is None:
            return f"at most {self.most:,}"
        if self.most is None:
            return f"at least {self.least:,}"
        return f"{self.least:,} to {self.most:,}"


def limits(text: str) -> Limits:
    """The limits of a text.

    >>> str(limits(">= 10k <= 1M")), str(limits("61706")), str(limits("< 4"))
    ('10,000 to 1,000,000', 'exactly 61,706', 'at most 3')

    Raises:
        Unreadable: it is not a limit, or no number keeps both limits.
    """
    least: int | None = None
    most: int | None = None
    parts = _SIGN.split(text.strip())
    for part in parts:
        low, high = _one(part, text)
        if (low is not None and least is not None) or (high is not None and most is not None):
            message = f"{shortened(text, 30)!r} has two limits on the same side; keep one"
            raise Unreadable(message)
        least, most = (least if low is None else low), (most if high is None else high)
    if least is not None and most is not None and least > most:
        message = f"no whole number is both {parts[0]} and {parts[-1]}"
        raise Unreadable(message)
    if most is not None and most < 0:
        message = f"no number of this kind is {shortened(text, 30)}"
        raise Unreadable(message)
    return Limits(least, most)


def _one(part: str, whole: str) -> tuple[int | None, int | None]:
    """The least and the most that one limit allows."""
    exact = not is_budget(part)
    try:
        budget = read_budget(f"<={part}" if exact else part)
    except ValueError:
        message = f"{shortened(whole, 30)!r} is not a limit; {_EXAMPLE}"
        raise Unreadable(message) from None
    value: Fraction = budget.value
    if exact:
        if value.denominator != 1:
            message = f"{shortened(whole, 30)!r} is not a whole number; {_EXAMPLE}"
            raise Unreadable(message)
        return int(value), int(value)
    if budget.is_most:
        return None, math.ceil(value) - 1 if budget.sign == "<" else math.floor(value)
    return math.floor(value) + 1 if budget.sign == ">" else math.ceil(value), None
