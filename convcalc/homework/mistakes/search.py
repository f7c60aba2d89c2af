"""The wrong answers from the mistakes of the catalogue: one mistake alone, or two at once."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from convcalc.homework.mistakes import MODULES
from convcalc.homework.mistakes.base import (
    Candidate,
    Mistake,
    Way,
    by_topic,
    changed_quantities,
    values,
    ways_of,
)
from convcalc.homework.mistakes.letters import spelled
from convcalc.homework.questions.axes import Sides
from convcalc.homework.questions.quantities import Rf, Windows

if TYPE_CHECKING:
    from convcalc.homework.questions.base import Part

# The modules with the mistakes of a topic; only those on exercises by hand need NumPy.
_HAND_TOPICS = ("hand", "gradient")
_HAND = ("hand", "maps", "normalised", "typos")
_NUMBER = tuple([name for name in MODULES if name not in ("hand", "maps", "normalised")])

MAX_PAIRS = 4_000  # most wrong answers of two mistakes at once kept for one answer
_MOST_LAYERS = 100  # most layers of a stack in which two mistakes at once are searched


Ways = dict[Mistake, list[Way]]  # the ways to make each mistake with the numbers of a part


def ways_of_part(part: Part) -> Ways:
    """The mistakes of a part's topic, most common first, with the ways to make each."""
    found = {each: list(ways_of(each.wrong, part.quantities)) for each in of_topic(part.topic)}
    if isinstance(part.quantities, Sides):
        from convcalc.homework.mistakes.sides import on_each_axis

        found |= on_each_axis(part.quantities)
    elif isinstance(part.quantities, Windows):
        from convcalc.homework.mistakes.sides import ONE_OFF, along_one_axis

        found |= along_one_axis(part)
        found[ONE_OFF] = found.pop(ONE_OFF, [])  # after a mistake that gives the number
    return found


def single(part: Part, ways: Ways) -> dict[Any, list[Candidate]]:
    """Every wrong answer of one mistake, with the mistakes that give it, most common first.

    A seldom mistake is named only if no other one leads to the answer.
    """
    found: dict[Any, list[Candidate]] = {}
    for each, made in sorted(ways.items(), key=lambda item: item[0].seldom):
        for value, how in values(made, part, part.quantities, each.formula).items():
            if each.seldom and value in found:
                continue
            formula = spelled(each.letters, how.formula or each.formula, part.quantities)
            own = formula if formula != each.formula else ""
            found.setdefault(value, []).append(Candidate(each, how.detail, None, own))
    return found


def double(part: Part, ways: Ways, *, seldom: bool = True) -> dict[Any, list[Candidate]]:
    """Every wrong answer of two mistakes at once that one alone does not give.

    Args:
        part: a part of a question.
        ways: the result of `ways_of_part`.
        seldom: whether to include seldom mistakes, which takes much longer.
    """
    found: dict[Any, list[Candidate]] = {}
    mistakes = [each for each in ways if seldom or not each.seldom]
    if part.quantities is None or _is_tall(part.quantities):
        return found
    for first in mistakes:
        for quantities in changed_quantities(ways[first], part.quantities):
            for second in mistakes:
                if second is first:
                    continue
                for value in values(ways_of(second.wrong, quantities), part, quantities):
                    if len(found) < MAX_PAIRS:
                        found.setdefault(value, []).append(Candidate(first, "", second))
    return found


def of_topic(topic: str) -> list[Mistake]:
    """The mistakes of a topic, most common first."""
    for module in _HAND if topic.startswith(_HAND_TOPICS) else _NUMBER:
        import_module(f"convcalc.homework.mistakes.{module}")
    return by_topic(topic)


def _is_tall(quantities: Any) -> bool:
    """Whether a stack has too many layers for two mistakes at once by hand."""
    return isinstance(quantities, Rf) and len(quantities.layers) > _MOST_LAYERS
