"""Mistakes in answers for each axis by itself: one axis taken for the other, or left as it was."""

from __future__ import annotations

from typing import Any

from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.questions.axes import Sides


def _turned(quantities: Sides) -> tuple[int, ...]:
    """The sides in the reverse order."""
    return quantities.sides[::-1]


def _square(quantities: Sides) -> list[Any]:
    """The answer of one axis for all of them, written once or for each."""
    each = dict.fromkeys(quantities.sides)
    return [*((side,) * len(quantities.sides) for side in each), *each]


def _one_axis(quantities: Sides) -> list[Any]:
    """One axis left as it was."""
    return [
        Way(
            (*quantities.sides[:place], before, *quantities.sides[place + 1 :]),
            "one side as before",
        )
        for place, before in enumerate(quantities.given)
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
    "sides.one-axis", "sides", "one axis left as it was", "one side as before", _one_axis,
    "The window moves along every axis.",
)  # fmt: skip
