"""Ranges of values for a sweep: ``8..64:8``, ``1,2,4``; and the points of several together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import UsageError
from convcalc.network.expression import as_number
from convcalc.network.parameters import Setting
from convcalc.text import quoted, shortened

if TYPE_CHECKING:
    from fractions import Fraction

    Number = int | Fraction

_NUMBER = r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(?::({_NUMBER}))?", re.ASCII)
_EXAMPLE = "write for example 8..64:8 (from 8 to 64 in steps of 8), or 1,2,4"
MAX_LISTED = 100_000  # most values stored one by one; a range of whole numbers stores none


class Axis(NamedTuple):
    """One value that a sweep changes.

    Attributes:
        name: its name: a parameter, or a side of an input.
        values: its values, in order.
    """

    name: str
    values: Sequence[Any]


def is_swept(text: str) -> bool:
    """Whether a text gives several values.

    >>> is_swept("8..64:8"), is_swept("1,2,4"), is_swept("[1, 2]"), is_swept("64")
    (True, True, False, False)
    """
    return len(_parts(text)) > 1 or bool(_RANGE.fullmatch(text.strip())) or ".." in text


def values_of(text: str, what: str) -> Sequence[Any]:
    """The values in a text: ranges, and single values, separated by commas.

    Args:
        text: such as ``8..64:8``, ``0.5..1:0.25``, ``1,2,4`` or ``[1, 2],[3, 4]``.
        what: its name in messages.

    Raises:
        UsageError: it contains something else, or nothing.

    >>> list(values_of("8..32:8,64", "--set width"))
    [8, 16, 24, 32, 64]
    """
    found = [_values(part.strip(), what) for part in _parts(text)]
    if len(found) == 1:
        return found[0]
    if sum(map(len, found)) > MAX_LISTED:
        message = (
            f"{what}: {shortened(text)} lists more than {MAX_LISTED:,} values; write one range"
        )
        raise UsageError(message)
    return tuple(dict.fromkeys(chain(*found)))


def _parts(text: str) -> list[str]:
    """The parts between commas outside brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _values(text: str, what: str) -> Sequence[Any]:
    """The values of a range, or the one value."""
    found = _RANGE.fullmatch(text)
    if found:
        return _range(text, what, *[_as_signed(part) if part else 1 for part in found.groups()])
    if ".." in text:
        message = f"{what}: {quoted(text)} is not a range; {_EXAMPLE}"
        raise UsageError(message)
    return (Setting(text, what).read(),)


def _as_signed(text: str) -> Number:
    """A number that may have a minus before it."""
    return -as_number(text[1:]) if text.startswith("-") else as_number(text)


def _range(text: str, what: str, first: Any, last: Any, step: Any) -> Sequence[Any]:
    """The numbers from the first to the last, which is included if a step reaches it."""
    if step <= 0:
        message = f"{what}: {quoted(text)} has steps of {shown(step)}; use a step above 0"
        raise UsageError(message)
    if last < first:
        message = f"{what}: {quoted(text)} has no values in it; write the smaller one first"
        raise UsageError(message)
    if type(first) is type(step) is int:
        return range(first, int(last // 1) + 1, step)
    count = int((last - first) // step) + 1
    if count > MAX_LISTED:
        message = f"{what}: {quoted(text)} has {count:,} values, which are not whole; give at most {MAX_LISTED:,}"
        raise UsageError(message)
    return tuple([whole(first + place * step) for place in range(count)])


def whole(number: Any) -> Number:
    """A whole fraction as an int."""
    return number.numerator if number.denominator == 1 else number  # type: ignore[no-any-return]


def shown(value: Any) -> str:
    """A value for a file, a table or a CSV file.

    >>> from fractions import Fraction
    >>> shown(Fraction(3, 4)), shown(True), shown((1, 2)), shown("relu"), shown(Fraction(1, 10**7))
    ('0.75', 'true', '[1, 2]', 'relu', '0.0000001')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, int | str):
        return str(value)
    for decimal in (f"{float(value):.12g}", f"{float(value):.12f}".rstrip("0")):
        if "e" not in decimal and _as_signed(decimal) == value:
            return decimal
    return str(value)


def plain(value: Any) -> Any:
    """A value for JSON; a finite decimal as a number, another fraction as text.

    >>> from fractions import Fraction
    >>> plain(Fraction(3, 4)), plain(Fraction(1, 3)), plain((1, Fraction(1, 2)))
    (0.75, '1/3', [1, 0.5])
    """
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    if isinstance(value, bool | int | str):
        return value
    text = shown(value)
    return text if "/" in text else float(text)


Box = tuple[range, ...]
"""For each axis the places of some of its values; all their combinations."""


class Grid:
    """All combinations of the values of some axes; the last axis changes fastest.

    >>> grid = Grid([Axis("a", (1, 2)), Axis("b", range(10, 13))])
    >>> grid.size, grid.values(4)
    (6, (2, 11))

    Attributes:
        axes: the axes.
        sizes: the number of values of each axis.
        size: the number of points.
    """

    def __init__(self, axes: Sequence[Axis]) -> None:
        self.axes = axes
        self.sizes = [len(axis.values) for axis in axes]
        self.size = prod(self.sizes)

    def places(self, point: int) -> tuple[int, ...]:
        """The index of a point's value on each axis."""
        found = []
        for size in reversed(self.sizes):
            point, place = divmod(point, size)
            found.append(place)
        return tuple(found[::-1])

    def values(self, point: int) -> tuple[Any, ...]:
        """The values of a point, by its number."""
        return tuple([axis.values[i] for axis, i in zip(self.axes, self.places(point))])

    def start(self, box: Box) -> int:
        """The number of the first point of a box."""
        number = 0
        for size, places in zip(self.sizes, box):
            number = number * size + places.start
        return number

    def boxes(self, most: int, start: int = 0) -> Iterator[Box]:
        """All points in order, in boxes of limited size; nothing is stored.

        Args:
            most: the most points of a box.
            start: the first axis that is not fixed yet.
        """
        inner = prod(self.sizes[start + 1 :])
        rest = tuple([range(size) for size in self.sizes[start + 1 :]])
        if start == len(self.sizes):
            yield ()
        elif inner <= most:
            size, step = self.sizes[start], max(1, most // inner)
            for first in range(0, size, step):
                yield (range(first, min(first + step, size)), *rest)
        else:
            for place in range(self.sizes[start]):
                for box in self.boxes(most, start + 1):
                    yield (range(place, place + 1), *box)
