"""Questions about each axis of an image by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

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
    return Part("", answer_type, one_or_all(found) if wrong is None else wrong, method=method)
