"""Limits in a file on the network's own numbers: ``params: "<= 5M"``, ``memory: "<= 64 MB"``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

_SIGNS: dict[str, Callable[[int, Fraction], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_COUNTS = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_BYTES = {
    "": 1, "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30,
}  # fmt: skip
_Units = dict[str, int]
# Numbers as people and programs write them: 5M, 5000000, 5,000,000, 5e6, 4.1g, 24 MB.
_NUMBER = re.compile(
    r"(?P<whole>\d{1,3}(?:,\d{3}){1,9}|\d{1,30})(?P<part>\.\d{1,30})?(?P<power>[eE][+-]?\d{1,2})?\s?(?P<unit>[A-Za-z]{0,3})",
    re.ASCII,
)
_LIMIT = re.compile(r"(<=|>=|<|>|≤|≥)\s*(.*)")
_SAME = {"≤": "<=", "≥": ">="}


class Budget(NamedTuple):
    """A limit on a number.

    Attributes:
        sign: ``<=``, ``>=``, ``<`` or ``>``.
        value: the limit.
        text: the limit as written.
        unit: what is counted, if the number alone does not show it.
    """

    sign: str
    value: Fraction
    text: str
    unit: str = ""

    def allows(self, found: int) -> bool:
        """Whether a number is within the limit.

        >>> read_budget("<= 5M").allows(5_000_000), read_budget("> 2.5k").allows(2_500)
        (True, False)
        """
        return _SIGNS[self.sign](found, self.value)

    @property
    def is_most(self) -> bool:
        """Whether it is an upper limit, which uncounted parts can break."""
        return self.sign.startswith("<")

    def broken(self, found: int) -> str:
        """The message about a number outside the limit.

        >>> read_budget("<= 5M").broken(6_000_000), read_budget("<= 1 kB", of_bytes=True).broken(1_280)
        ('should be <= 5M, but is 6,000,000 (1,000,000 too many)', 'should be <= 1 kB, but is 1,280 bytes (280 too many)')
        """
        off = abs(found - self.value)
        many = "too many" if self.sign.startswith("<") else "too few"
        said = f" ({int(off):,} {many})" if off and off.denominator == 1 else ""
        return f"should be {self.text}, but is {found:,}{self.unit}{said}"


def read_most(text: str, *, of_bytes: bool = False) -> int:
    """An upper limit, given without a sign.

    Args:
        text: a number with a prefix or unit: ``5M``, ``64 MB``.
        of_bytes: whether it is an amount of memory.

    Raises:
        ValueError: it cannot be read or is less than 1; the message says how to write it.

    >>> read_most("5M"), read_most("1.5 KiB", of_bytes=True), read_most("3504872")
    (5000000, 1536, 3504872)
    """
    units = _BYTES if of_bytes else _COUNTS
    value = _amount(text, units)
    if not value:
        example, known = "64MB" if of_bytes else "5M", ", ".join(filter(None, units))
        message = f"is not a limit of at least 1; write for example {example} (units: {known})"
        raise ValueError(message)
    return value


def read_bytes(text: str) -> int:
    """An amount of memory.

    Args:
        text: a number and its unit, such as ``24GB`` or ``512 KiB``.

    Raises:
        ValueError: it cannot be read; the message says how to write it.

    >>> read_bytes("24GB"), read_bytes("1.5 KiB")
    (24000000000, 1536)
    """
    value = _amount(text, _BYTES)
    if value is None:
        known = ", ".join(filter(None, _BYTES))
        message = f"is not an amount of memory; write for example 24GB (units: {known})"
        raise ValueError(message)
    return value


def read_rate(text: str) -> int:
    """A number per second.

    Args:
        text: a number and its prefix, such as ``10T`` or ``1.5G``.

    Raises:
        ValueError: it cannot be read or is 0; the message says how to write it.

    >>> read_rate("10T"), read_rate("1.5G")
    (10000000000000, 1500000000)
    """
    value = _amount(text, _COUNTS)
    if not value:
        known = ", ".join(filter(None, _COUNTS))
        message = f"is not a number per second; write for example 10T (prefixes: {known})"
        raise ValueError(message)
    return value


def read_count(text: str) -> int:
    """A number of things, at least 1.

    Args:
        text: a number and its prefix, such as ``10M`` or ``1e9``.

    Raises:
        ValueError: it cannot be read or is less than 1; the message says how to write it.

    >>> read_count("10M"), read_count("1e9"), read_count("1,500")
    (10000000, 1000000000, 1500)
    """
    value = _amount(text, _COUNTS)
    if not value:
        known = ", ".join(filter(None, _COUNTS))
        message = f"is not a number of at least 1; write for example 10M (prefixes: {known})"
        raise ValueError(message)
    return value


def _amount(text: str, units: _Units) -> int | None:
    """A number with its unit, rounded down to a whole number; None if it cannot be read."""
    value = _exact(text, units)
    return None if value is None else int(value)


def is_budget(text: str) -> bool:
    """Whether a text begins like a limit."""
    return text[:1] in ("<", ">", "≤", "≥")


def read_budget(text: str, *, of_bytes: bool = False) -> Budget:
    """Read a limit.

    Args:
        text: a sign, a number, and a prefix or unit.
        of_bytes: whether it is an amount of memory.

    Raises:
        ValueError: it cannot be read; the message says how to write it.
    """
    units = _BYTES if of_bytes else _COUNTS
    found = _LIMIT.fullmatch(text.strip())
    value = _exact(found[2], units) if found else None
    if not found or value is None:
        example = "<= 64 MB" if of_bytes else "<= 5M"
        known = ", ".join(filter(None, units))
        message = f'is not a limit; write for example "{example}" (units: {known})'
        raise ValueError(message)
    sign = _SAME.get(found[1], found[1])
    return Budget(sign, value, text.strip(), " bytes" if of_bytes else "")


def _exact(text: str, units: _Units) -> Fraction | None:
    """A number with its unit, in any case; None if it cannot be read."""
    from fractions import Fraction  # noqa: PLC0415 - 2 ms of start-up that few networks need

    found = _NUMBER.fullmatch(text.strip())
    if not found:
        return None
    unit, small = found["unit"], {name.lower(): times for name, times in units.items()}
    times = units.get(unit, small.get(unit.lower()))
    if times is None:
        return None
    digits = found["whole"].replace(",", "") + (found["part"] or "") + (found["power"] or "")
    return Fraction(digits) * times
