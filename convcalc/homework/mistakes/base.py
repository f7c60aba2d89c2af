"""What a mistake is, and how its wrong numbers are found.

A mistake is a formula on the numbers behind an answer (a tuple of `questions.quantities`): it gives the
wrong number, or the numbers as the student saw them, from which the right formula then gives the
wrong number. Mistakes of the second kind can be combined: two at once need no further code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.homework.answers.types import Misfit
from convcalc.homework.mistakes.letters import USUAL, Letters
from convcalc.homework.questions.quantities import Windows, sizes
from convcalc.registry import Registry

if TYPE_CHECKING:
    from convcalc.homework.questions.base import Part


@dataclass(frozen=True, slots=True, eq=False)
class Mistake:
    """One known mistake.

    Attributes:
        id: such as ``par.no-bias``.
        topics: the topics of parts it can happen in.
        about: what went wrong, for teachers.
        formula: the wrong number, for teachers.
        line: the hint for the student, which does not contain the answer.
        wrong: the formula; None if the mistake cannot happen.
        seldom: whether it is searched for last.
        letters: the meaning of the letters in the formula.
    """

    id: str
    topics: tuple[str, ...]
    about: str
    formula: str
    line: str
    wrong: Callable[[Any], Any]
    seldom: bool = False
    letters: Letters = USUAL

    def values(self, part: Part) -> dict[Any, Found]:
        """The wrong answers it leads to, each with how it does so."""
        return values(ways_of(self.wrong, part.quantities), part, part.quantities, self.formula)


class Way(NamedTuple):
    """One of the ways in which a mistake is made.

    Attributes:
        result: the wrong number, or the numbers as the student saw them.
        formula: what gives the number, if it differs from the mistake's `formula`.
    """

    result: Any
    formula: str


class Found(NamedTuple):
    """How a mistake leads to a number.

    Attributes:
        detail: what its line may name.
        formula: what gives the number; empty if it is the formula of the mistake.
    """

    detail: str = ""
    formula: str = ""


class Candidate(NamedTuple):
    """A mistake that may have led to a number, alone or together with a second one.

    Attributes:
        mistake: the mistake.
        detail: what its feedback says of this answer.
        other: the second mistake.
        formula: how the number is calculated, if not as the mistake says.
        rounded: whether the answer is only a rounded form of the number.
    """

    mistake: Mistake
    detail: str = ""
    other: Mistake | None = None
    formula: str = ""
    rounded: bool = False

    @property
    def gives(self) -> str:
        """The formula that gives the number."""
        return self.formula or self.mistake.formula


MISTAKES: Registry[Mistake] = Registry("mistake")
_COMMON: dict[str, list[Mistake]] = {}
_CARRIED: dict[str, list[Mistake]] = {}
_SELDOM: dict[str, list[Mistake]] = {}


def mistake(
    identity: str,
    topics: str,
    about: str,
    formula: str,
    wrong: Callable[[Any], Any],
    line: str,
    *,
    carried: str = "",
    seldom: bool = False,
    letters: Letters = USUAL,
) -> None:
    """Add a row to the catalogue; a second one of the same name is refused.

    Args:
        topics: its topics.
        carried: topics of larger questions that it also affects: a wrong size leads to
            wrong operations. The mistakes of those topics themselves are more common.
        seldom: whether it is one of those that are looked for last.
        letters: the meaning of the letters in the formula.
    """
    every = (*topics.split(), *carried.split())
    new = Mistake(identity, every, about, formula, line, wrong, seldom, letters)
    MISTAKES.register(identity, new)
    for topic in every:
        places = _SELDOM if seldom else _COMMON if topic in topics.split() else _CARRIED
        places.setdefault(topic, []).append(new)


def by_topic(topic: str) -> list[Mistake]:
    """The mistakes of a topic in loaded modules, most common first."""
    return [each for places in (_COMMON, _CARRIED, _SELDOM) for each in places.get(topic, [])]


def values(ways: Iterable[Way], part: Part, quantities: Any, formula: str = "") -> dict[Any, Found]:
    """The wrong answers that a mistake gives for some numbers, without the right answer.

    Args:
        ways: the ways to make the mistake with the numbers.
        part: the part of the question.
        quantities: the numbers.
        formula: the mistake's formula, for ways without their own.
    """
    found: dict[Any, Found] = {}
    for item, own in ways:
        if isinstance(item, dict):
            for value, detail in item.items():
                _keep(found, part, value, Found(detail, own))
        elif item is not None and type(item) is type(quantities) and part.evaluate is not None:
            for value, text in _evaluate(part, item, own or formula):
                _keep(found, part, value, Found("", text))
        else:
            _keep(found, part, item, Found("", own))
    return found


def ways_of(wrong: Callable[[Any], Any], quantities: Any) -> Iterator[Way]:
    """The ways to make a mistake with some numbers; none if it cannot happen there."""
    try:
        results = wrong(quantities)
    except (ZeroDivisionError, ValueError, IndexError, TypeError, AttributeError):
        return
    for item in results if isinstance(results, list) else [results]:
        yield item if isinstance(item, Way) else Way(item, "")


def _keep(found: dict[Any, Found], part: Part, value: Any, how: Found) -> None:
    """Keep a wrong answer, unless it is the right one or nobody would give it."""
    if value is None or value == part.expected or isinstance(value, Misfit) or value in part.also:
        return
    if isinstance(value, tuple) and not value:
        return
    found.setdefault(value, how)


def _evaluate(part: Part, quantities: Any, formula: str) -> list[Way]:
    """The result of numbers as the student saw them, with its formula."""
    if not isinstance(quantities, Windows):
        assert part.evaluate is not None
        return [Way(part.evaluate(quantities), formula)]
    fits = all(axis.fits for axis in quantities.axes)
    ways = [Way(sizes(quantities._replace(fit="floor")), formula if fits else _floored(formula))]
    if not quantities.volume and quantities.scalar and not quantities.axes[0].fits:
        ways.append(Way(quantities.axes[0].unrounded, formula))
    return ways


def _floored(formula: str) -> str:
    """A formula for a size with its quotient rounded down.

    >>> _floored("(n − k)/s + 1"), _floored("⌊n/s⌋")
    ('⌊(n − k)/s⌋ + 1', '⌊n/s⌋')
    """
    found = _QUOTIENT.fullmatch(formula)
    return f"⌊{found[1]}⌋{found[2] or ''}" if found else formula


_QUOTIENT = re.compile(r"(\((?:[^()]|\([^()]*\))*\)/\w+)( [+−] \d+)?")


def changed_quantities(ways: Iterable[Way], quantities: Any) -> Iterator[Any]:
    """The numbers as the student saw them, if the mistake gives such numbers."""
    for item, _ in ways:
        if item is not None and type(item) is type(quantities) and item != quantities:
            yield item
