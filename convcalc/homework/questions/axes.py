"""Questions about each axis of an image separately."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple

from convcalc.homework.answers.types import AnswerType, Misfit
from convcalc.homework.questions.base import Part
from convcalc.homework.questions.given import axes_of, each


def alike(*values: Any) -> list[tuple[Any, ...]]:
    """The numbers along each axis; only one axis if all are equal.

    >>> alike(7, (3, 3)), alike(7, (3, 5))
    ([(7, 3)], [(7, 3), (7, 5)])

    Raises:
        GivenError: there are numbers for different axes.
    """
    axes = axes_of(*values) or 1
    found = list(zip(*(each(value, axes) for value in values)))
    return found[:1] if len(set(found)) == 1 else found


def one_or_all(values: Sequence[Any]) -> Any:
    """One number if all are equal, or one per axis."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def per_axis(
    answer_type: AnswerType,
    topic: str,
    along: list[Any],
    evaluate: Callable[[Any], Any],
    method: str,
) -> Part:
    """The single part of a question about each axis separately."""
    found = [Part.of(answer_type, topic, axis, evaluate, method) for axis in along]
    if len(found) == 1:
        return found[0]
    wrong = next((each.expected for each in found if isinstance(each.expected, Misfit)), None)
    if wrong is not None:
        return Part("", answer_type, wrong, method=method)
    return sides_part(found, method)


class Sides(NamedTuple):
    """An answer for each axis, if the axes differ.

    Attributes:
        along: one part for each axis, with the numbers that its mistakes change.
        given: the input sides, if an axis may be left unchanged by mistake; else ().
        pixels: whether the question asks for the number of cells, the product of the sides.
    """

    along: tuple[Part, ...]
    given: tuple[int, ...] = ()
    pixels: bool = False

    @property
    def sides(self) -> tuple[Any, ...]:
        """The right answer along each axis."""
        return tuple([part.expected for part in self.along])

    def asked(self, sides: Sequence[Any]) -> Any:
        """Some sides in the form that the question asks for."""
        return prod(sides) if self.pixels else tuple(sides)


def sides_part(
    along: Sequence[Part], method: str, given: Sequence[int] = (), *, pixels: bool = False
) -> Part:
    """One part with the answers along several axes; if they are equal, one number is the answer.

    Args:
        along: the part of each axis, all with the same name.
        method: the formulas with the numbers filled in.
        given: the input sides, if an axis may be left unchanged by mistake.
        pixels: whether the question asks for the number of cells.
    """
    first, numbers = along[0], Sides(tuple(along), tuple(given), pixels)
    sides = numbers.sides
    expected = sides[0] if len(set(sides)) == 1 and not pixels else numbers.asked(sides)
    return Part(
        first.name, first.answer_type, expected, "sides", numbers, label=first.name, method=method
    )
