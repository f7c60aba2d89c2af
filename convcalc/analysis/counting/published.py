"""A number as printed on a page or in a paper: ``4.13G``, ``3.47M``, ``93 MB``, ``25557032``."""

from __future__ import annotations

import re
from typing import NamedTuple

from convcalc.errors import UsageError
from convcalc.text import quoted

_TEXT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,20})(?:\.(\d{1,9}))?\s*([A-Za-z]*)", re.ASCII)
_COUNTS = {"": 1, "k": 10**3, "m": 10**6, "mm": 10**6, "g": 10**9, "b": 10**9, "t": 10**12}
_BYTES = {
    "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30, "bytes": 1,
}  # fmt: skip
# Words after the prefix of a count that do not change the number.
_WORDS = ("flops", "flop", "macs", "mac", "madds", "madd", "params", "param", "maccs", "macc", "fl")


class Published(NamedTuple):
    """A printed number.

    Attributes:
        text: the typed text.
        tenths: the number without its decimal point.
        places: digits after the decimal point.
        unit: the unit as a factor.
        is_bytes: whether it is an amount of memory.
    """

    text: str
    tenths: int
    places: int
    unit: int
    is_bytes: bool

    @property
    def value(self) -> float:
        """The number."""
        return self.tenths * self.unit / float(10**self.places)

    @property
    def digits(self) -> int:
        """The number of significant digits, without zeros at the start or at the end of a round number."""
        text = str(self.tenths)
        return len(text if self.places else text.rstrip("0")) or 1

    def rounded(self, number: int) -> bool:
        """Whether a number, rounded, is this one.

        >>> read_published("4.13G").rounded(4_133_742_592), read_published("3.8G").rounded(3_857_973_248)
        (True, False)
        """
        scale: int = 10**self.places
        return (2 * number * scale + self.unit) // (2 * self.unit) == self.tenths

    def cut_off(self, number: int) -> bool:
        """Whether a number, cut off after the same digits, is this one.

        >>> read_published("3.8G").cut_off(3_857_973_248)
        True
        """
        scale: int = 10**self.places
        return number * scale // self.unit == self.tenths


def read_published(text: str) -> Published:
    """Read a printed number.

    Raises:
        UsageError: it is not a number.
    """
    found = _TEXT.fullmatch(text.strip())
    word = found[3].lower() if found else ""
    for ending in _WORDS:
        if word.endswith(ending) and word.removesuffix(ending) in _COUNTS:
            word = word.removesuffix(ending)
            break
    if not found or (word not in _COUNTS and word not in _BYTES):
        message = f"VALUE {quoted(text)}: is not a number; write for example 4.13G, 3.47M, 93MB or 25557032"
        raise UsageError(message)
    whole, part = found[1].replace(",", ""), found[2] or ""
    unit = _BYTES.get(word) or _COUNTS[word]
    published = Published(text.strip(), int(whole + part), len(part), unit, word in _BYTES)
    if not published.tenths:
        message = f"VALUE {quoted(text)}: 0 cannot be explained; give the published number"
        raise UsageError(message)
    return published
