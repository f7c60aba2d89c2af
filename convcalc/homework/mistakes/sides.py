"""Mistakes in answers for each axis by itself: one axis taken for another, or a slip on all of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from convcalc.homework.mistakes.base import Mistake, Way, by_topic, mistake, values, ways_of
from convcalc.homework.questions.axes import Sides
from convcalc.homework.questions.base import Part

_MANY = {1: "one number", 2: "two numbers", 3: "three numbers"}


def on_each_axis(quantities: Sides) -> dict[Mistake, list[Way]]:
    """The mistakes of one axis, made along all axes, or along one of them only."""
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


def _by_formula(each: Mistake, part: Part) -> dict[str, int | Fraction]:
    """The wrong sides that a mistake leads to along one axis, by what gives them."""
    sides: dict[str, int | Fraction] = {}
    ways = ways_of(each.wrong, part.quantities)
    for value, how in values(ways, part, part.quantities, each.formula).items():
        if isinstance(value, int | Fraction):
            sides.setdefault(how.formula, value)
    return sides


def _turned(quantities: Sides) -> Any:
    """The sides in the reverse order."""
    return quantities.asked(quantities.sides[::-1])


def _square(quantities: Sides) -> list[Any]:
    """The answer of one axis for all of them."""
    sides = quantities.sides
    return [quantities.asked([side] * len(sides)) for side in dict.fromkeys(sides)]


def _one_number(quantities: Sides) -> dict[Any, str]:
    """The answer of one axis, where there is one for each."""
    sides = quantities.sides
    return {} if quantities.pixels else dict.fromkeys(sides, _MANY[len(sides)])


def _one_axis(quantities: Sides) -> list[Any]:
    """One axis left as it was."""
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
    "The axes differ here: work out each of them by itself.",
)  # fmt: skip
mistake(
    "sides.one-number", "sides", "the answer of one axis only", "one side", _one_number,
    "The answer has {0}, one for each axis.",
)  # fmt: skip
mistake(
    "sides.one-axis", "sides", "one axis left as it was", "one side as before", _one_axis,
    "The window moves along every axis.",
)  # fmt: skip
