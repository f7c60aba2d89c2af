"""Questions about each axis of an image by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from convcalc.homework.answers.types import AnswerType, Misfit
from convcalc.homework.questions.base import Part
from convcalc.homework.questions.given import axes_of, each


def alike(*values: Any) -> list[tuple[Any, ...]]:
    """The numbers along each axis; one axis stands for all where they are alike.

    >>> alike(7, (3, 3)), alike(7, (3, 5))
    ([(7, 3)], [(7, 3), (7, 5)])

    Raises:
        GivenError: there are numbers for different axes.
    """
    axes = axes_of(*values) or 1
    found = list(zip(*(each(value, axes) for value in values)))
    return found[:1] if len(set(found)) == 1 else found


def one_or_all(values: Sequence[Any]) -> Any:
    """The one number, where all are alike, or one per axis."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def per_axis(
    answer_type: AnswerType,
    topic: str,
    along: list[Any],
    evaluate: Callable[[Any], Any],
    method: str,
) -> Part:
    """The one part of a question about each axis by itself; mistakes are known where axes are alike."""
    if len(along) == 1:
        return Part.of(answer_type, topic, along[0], evaluate, method)
    found = [evaluate(axis) for axis in along]
    wrong = next((each for each in found if isinstance(each, Misfit)), None)
    if wrong is not None:
        return Part("", answer_type, wrong, method=method)
    return sides_part("", answer_type, found, method)


class Sides(NamedTuple):
    """An answer for each axis, where the axes differ.

    Attributes:
        sides: the right answers.
        given: the sides before, where an axis can be left as it was; else ().
    """

    sides: tuple[int, ...]
    given: tuple[int, ...] = ()


def sides_part(
    name: str, answer_type: AnswerType, sides: Sequence[Any], method: str, given: Sequence[int] = ()
) -> Part:
    """A part with an answer for each axis; where they differ, one can be taken for another."""
    if len(set(sides)) == 1:
        return Part(name, answer_type, sides[0], label=name, method=method)
    numbers = Sides(tuple(sides), tuple(given))
    return Part(name, answer_type, numbers.sides, "sides", numbers, label=name, method=method)
