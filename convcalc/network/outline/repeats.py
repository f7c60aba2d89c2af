"""Equal neighbouring parts become a repeat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convcalc.network.outline.parts import Call, Join, Layer, Part, Repeat, Use

MAX_PERIOD = 4  # parts in a turn


def with_repeats(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts, with equal ones in a row as one repeat.

    Uses can differ in their names. Other parts must have no name, because the turns would repeat it.
    """
    keys = [_key(part) for part in parts]
    found: list[Part] = []
    at = 0
    while at < len(parts):
        period, times = _turns(keys, parts, at)
        if times > 1:
            starts = range(at, at + times * period, period)
            turns = [tuple(parts[start : start + period]) for start in starts]
            if period > 1:
                turns = [with_repeats(turn) for turn in turns]
            found.append(Repeat(tuple(turns)))
        else:
            found.append(parts[at])
        at += period * times
    return tuple(found)


def _turns(keys: Sequence[Any], parts: Sequence[Part], at: int) -> tuple[int, int]:
    """How many parts from a place on are repeated, and how often; 1 and 1 if none."""
    for period in range(1, MAX_PERIOD + 1):
        turn = keys[at : at + period]
        if len(turn) < period or None in turn:
            break
        if period == 1 and not isinstance(parts[at], Use):
            continue
        if period > 1 and any(_named(part) for part in parts[at : at + period]):
            continue
        stop = at + period
        while keys[stop : stop + period] == turn:
            stop += period
        if stop > at + period:
            return period, (stop - at) // period
    return 1, 1


def _named(part: Part) -> bool:
    return bool(getattr(part, "name", ""))


def _key(part: Part) -> Any:
    """What must be equal in parts of a repeat; None if a part cannot be repeated."""
    match part:
        case Layer():
            return ("layer", part.name, _call(part.call))
        case Join():
            paths = [[_key(each) for each in path] for path in part.paths]
            if any(None in path for path in paths):
                return None
            return ("join", part.name, _call(part.call), *[tuple(path) for path in paths])
        case Use():
            return ("use", part.block, tuple([(k, repr(v)) for k, v in part.values.items()]))
        case Repeat():
            return ("repeat", len(part.turns), *map(_key, part.turns[0]))
    return None


def _call(call: Call) -> Any:
    return (call.word, tuple([(name, repr(value)) for name, value in call.arguments.items()]))
