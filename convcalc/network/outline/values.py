"""The values in a block's uses: which stay fixed, and which become parameters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from convcalc.network.outline.parts import Scaled

_WORD = re.compile(r"[^\W\d][\w.-]{0,99}")
_DECIMAL = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,12}")
_NO_WORDS = ("true", "false", "yes", "no", "on", "off", "y", "n", "null")
_LARGEST = 10**15
_LEAST_SIZE = 8  # smaller numbers can be multiples of one another by chance
_MOST_TIMES = 16


def can_vary(value: Any, depth: int = 1) -> bool:
    """Whether a parameter can have this value: a number, true or false, a word, or a list of these."""
    if isinstance(value, tuple):
        return depth <= 3 and 1 <= len(value) <= 100 and all(can_vary(v, depth + 1) for v in value)
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return abs(value) < _LARGEST
    if isinstance(value, float):
        return bool(_DECIMAL.fullmatch(repr(value)))
    return (
        isinstance(value, str) and bool(_WORD.fullmatch(value)) and value.lower() not in _NO_WORDS
    )


class Slot(NamedTuple):
    """An argument in a block, with its value in each use.

    Attributes:
        part: the name of its layer or use.
        word: the word of that layer or use.
        name: the name of the argument.
        values: one for each use.
    """

    part: str
    word: str
    name: str
    values: tuple[Any, ...]


class Parameters:
    """The parameters of a block.

    Args:
        slots: the arguments that differ from use to use.

    Attributes:
        values: of each parameter in each use.
        meant: for each slot, its parameter.
    """

    def __init__(self, slots: Sequence[Slot]) -> None:
        bases: list[tuple[Any, ...]] = []  # the values of the parameters, smaller ones first
        ways: dict[int, tuple[int, int, int]] = {}  # by slot: the base, times and over
        for at in sorted(range(len(slots)), key=lambda at: _order(slots[at], at)):
            values = slots[at].values
            ratios = ((number, _ratio(values, base)) for number, base in enumerate(bases))
            number, ratio = next(((n, r) for n, r in ratios if r), (len(bases), (1, 1)))
            if number == len(bases):
                bases.append(values)
            ways[at] = (number, *ratio)
        meant: dict[int, Slot] = {}  # by base: the slot that gives the name
        for at, slot in enumerate(slots):
            number, *factors = ways[at]
            if factors == [1, 1] and (number not in meant or _says_more(slot, meant[number])):
                meant[number] = slot
        firsts = sorted(meant, key=lambda number: slots.index(meant[number]))
        names = dict(zip(firsts, _names([meant[number] for number in firsts])))
        self.values = {names[number]: bases[number] for number in firsts}
        self.meant = [Scaled(names[ways[at][0]], *ways[at][1:]) for at in range(len(slots))]


def _says_more(slot: Slot, other: Slot) -> bool:
    """Whether the first slot gives a better name: width instead of groups."""
    return _SHORT.get(slot.name) == "width" != _SHORT.get(other.name)


def _order(slot: Slot, at: int) -> Any:
    """Smaller values first, so that others are multiples of them; kernels before their padding."""
    numbers = all(type(value) is int for value in slot.values)
    is_size = numbers and min(slot.values) >= _LEAST_SIZE
    return (not is_size, sum(slot.values) if is_size else "pad" in slot.name, at)


def _ratio(values: tuple[Any, ...], base: tuple[Any, ...]) -> tuple[int, int] | None:
    """How values follow from a parameter's: times and over; None if there is no simple rule."""
    if values == base and [*map(type, values)] == [*map(type, base)]:
        return 1, 1
    if any(type(value) is not int or value < 0 for value in (*values, *base)):
        return None
    if min(base) >= _LEAST_SIZE and not values[0] % base[0]:
        times = values[0] // base[0]
        if 1 < times <= _MOST_TIMES and all(v == times * b for v, b in zip(values, base)):
            return times, 1
    if all(b % 2 and v == b // 2 for v, b in zip(values, base)):
        return 1, 2
    return None


# ------------------------------------------------------------------------------------- names

_SHORT = {
    "out_channels": "width", "out_features": "width", "filters": "width", "units": "width",
    "kernel_size": "kernel", "negative_slope": "slope", "multiplier": "multiplier",
}  # fmt: skip


def identifier(text: str) -> str:
    """A text as a valid name of a parameter or block.

    >>> identifier("3x3_reduce"), identifier("branch2.0"), identifier("--")
    ('n3x3_reduce', 'branch2_0', '')
    """
    word = re.sub(r"\W+", "_", text).strip("_")[:40].lower()
    return f"n{word}" if word[:1].isdigit() else word


def _names(slots: Sequence[Slot]) -> list[str]:
    """Names for parameters: the argument, with its layer if several have the same name."""
    short = [_SHORT.get(slot.name, identifier(slot.name)) or "value" for slot in slots]
    found: list[str] = []
    for slot, word in zip(slots, short):
        part = identifier(slot.part) if short.count(word) > 1 else ""
        name = (part if word == "width" else f"{part}_{word}") if part else word
        found.append(_free(name, [*found, "name", "weights", "in"]))
    return found


def _free(name: str, taken: Sequence[str]) -> str:
    """A free name, with a number if necessary."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}_{number}" if name[-1:].isdigit() else f"{name}{number}"
    return free
