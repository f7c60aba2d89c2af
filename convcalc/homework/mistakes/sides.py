"""Mistakes in answers per axis: axes confused, or a mistake on one or all axes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from convcalc.homework.answers.types import SIZE, as_int_if_whole
from convcalc.homework.mistakes.base import (
    MISTAKES,
    Mistake,
    Way,
    by_topic,
    mistake,
    values,
    ways_of,
)
from convcalc.homework.questions.axes import Sides
from convcalc.homework.questions.base import Part
from convcalc.homework.questions.quantities import Windows, as_asked, sizes

_MANY = {1: "one number", 2: "two numbers", 3: "three numbers"}


def on_each_axis(quantities: Sides) -> dict[Mistake, list[Way]]:
    """The mistakes of one axis, made along all axes, or along only one."""
    right, along = quantities.sides, quantities.along
    found = {}
    for each in by_topic(along[0].topic):
        wrong = [_by_formula(each, part) for part in along]
        ways = []
        for formula in dict.fromkeys(text for sides in wrong for text in sides):
            slips = [sides.get(formula, side) for sides, side in zip(wrong, right)]
            ways.append(Way(quantities.asked(slips), formula))
            ways += [
                Way(
                    quantities.asked([*right[:axis], slip, *right[axis + 1 :]]),
                    f"{formula or each.formula}, along one axis",
                )
                for axis, slip in enumerate(slips)
            ]
        found[each] = ways
    return found


def along_one_axis(part: Part) -> dict[Mistake, list[Way]]:
    """The mistakes of a window made along one axis only, if each side is asked for."""
    quantities: Windows = part.quantities
    right = [axis.floor for axis in quantities.axes]
    if len(right) < 2 or (quantities.scalar and not quantities.volume):
        return {}
    alone = quantities._replace(scalar=True, volume=False, rows=())
    columns = []
    for axis, given in zip(quantities.axes, quantities.given * len(right)):
        one = alone._replace(axes=(axis,), given=(given,), fit="floor")
        columns.append(Part.of(SIZE, "size", one, sizes, ""))
    found: dict[Mistake, list[Way]] = {}
    for each in by_topic("size"):
        ways = []
        for place, column in enumerate(columns):
            for formula, slip in _by_formula(each, column).items():
                side = as_int_if_whole(slip)
                if isinstance(side, int):
                    sides = [*right[:place], side, *right[place + 1 :]]
                    value = as_asked(quantities, sides, quantities.filters)
                    ways.append(Way(value, f"{formula or each.formula}, along one axis"))
        if ways:  # searched for last, and not together with a second mistake
            found[replace(each, seldom=True, wrong=lambda _: None)] = ways
    return found


def _by_formula(each: Mistake, part: Part) -> dict[str, int | Fraction]:
    """The wrong sides that a mistake gives along one axis, by their formulas."""
    sides: dict[str, int | Fraction] = {}
    ways = ways_of(each.wrong, part.quantities)
    for value, how in values(ways, part, part.quantities, each.formula).items():
        if isinstance(value, int | Fraction):
            sides.setdefault(how.formula, value)
    return sides


def _turned(quantities: Sides) -> Any:
    """The sides in reverse order."""
    return quantities.asked(quantities.sides[::-1])


def _square(quantities: Sides) -> list[Any]:
    """The answer of one axis for all axes."""
    sides = quantities.sides
    return [quantities.asked([side] * len(sides)) for side in dict.fromkeys(sides)]


def _one_number(quantities: Sides) -> dict[Any, str]:
    """The answer of only one axis, although each is asked for."""
    sides = quantities.sides
    return {} if quantities.pixels else dict.fromkeys(sides, _MANY[len(sides)])


def _one_axis(quantities: Sides) -> list[Any]:
    """One axis left unchanged."""
    sides = quantities.sides
    return [
        quantities.asked([*sides[:axis], before, *sides[axis + 1 :]])
        for axis, before in enumerate(quantities.given)
    ]


mistake(
    "sides.swapped", "sides", "the sides in another order", "width × height", _turned,
    "Check which number is the height.",
)  # fmt: skip
mistake(
    "sides.square", "sides", "the answer of one axis for all of them", "one side for all", _square,
    "The axes differ here: work out each axis separately.",
)  # fmt: skip
mistake(
    "sides.one-number", "sides", "the answer of one axis only", "one side", _one_number,
    "The answer has {0}, one for each axis.",
)  # fmt: skip
mistake(
    "sides.one-axis", "sides", "one axis left as it was", "one side as before", _one_axis,
    "The window moves along every axis.",
)  # fmt: skip


def _one_off(quantities: Any) -> list[Any]:
    """One side larger or smaller by one."""
    if isinstance(quantities, Sides):
        right, asked = quantities.sides, quantities.asked
    else:
        right = tuple([axis.floor for axis in quantities.axes])
        whole = quantities._replace(scalar=False)

        def asked(sides: Any) -> Any:
            return as_asked(whole, list(sides), whole.filters)

    if len(right) < 2:
        return []
    return [
        Way(asked([*right[:axis], side + more, *right[axis + 1 :]]), f"one side {sign} 1")
        for axis, side in enumerate(right)
        for more, sign in ((1, "+"), (-1, "−"))
    ]


mistake(
    "sides.one-off", "sides size volume", "one side one more or one less", "one side + 1 or − 1", _one_off,
    "Work out each side separately, with its own n, k, s and p.",
    seldom=True,
)  # fmt: skip
ONE_OFF = MISTAKES["sides.one-off"]
