"""What a mistake is, and how the wrong numbers it leads to are found.

A mistake is a formula on the numbers behind an answer (a tuple of `questions.quantities`): it gives the
wrong number, or the numbers as the student saw them, from which the wrong number then follows by
the right formula. The second sort can be combined: two mistakes at once cost no further code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.homework.answers.types import Misfit
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
        wrong: the formula; None where the mistake cannot happen.
    """

    id: str
    topics: tuple[str, ...]
    about: str
    formula: str
    line: str
    wrong: Callable[[Any], Any]

    def values(self, part: Part) -> dict[Any, str]:
        """The wrong answers it leads to, each with a detail that the line may name."""
        return values(self.wrong, part, part.quantities)


class Candidate(NamedTuple):
    """A mistake that may have led to a number, alone or together with a second one."""

    mistake: Mistake
    detail: str = ""
    other: Mistake | None = None


MISTAKES: Registry[Mistake] = Registry("mistake")
BY_TOPIC: dict[str, list[Mistake]] = {}


def mistake(
    identity: str, topics: str, about: str, formula: str, wrong: Callable[[Any], Any], line: str
) -> None:
    """Add a row to the catalogue; a second one of the same name is refused."""
    new = Mistake(identity, tuple(topics.split()), about, formula, line, wrong)
    MISTAKES.register(identity, new)
    for topic in new.topics:
        BY_TOPIC.setdefault(topic, []).append(new)


def values(wrong: Callable[[Any], Any], part: Part, quantities: Any) -> dict[Any, str]:
    """What a mistake leads to from some numbers, the right answer left out."""
    try:
        results = wrong(quantities)
    except (ZeroDivisionError, ValueError, IndexError, TypeError):
        return {}
    found: dict[Any, str] = {}
    items = results if isinstance(results, list) else [results]
    for item in items:
        if isinstance(item, dict):
            for value, detail in item.items():
                _keep(found, part, value, detail)
        elif item is not None and type(item) is type(quantities) and part.evaluate is not None:
            for value in _evaluate(part, item):
                _keep(found, part, value, "")
        else:
            _keep(found, part, item, "")
    return found


def _keep(found: dict[Any, str], part: Part, value: Any, detail: str) -> None:
    """Note a wrong answer, unless it is the right one, or none that anybody would give."""
    if value is None or value == part.expected or isinstance(value, Misfit) or value in part.also:
        return
    if isinstance(value, tuple) and not value:
        return
    found.setdefault(value, detail)


def _evaluate(part: Part, quantities: Any) -> list[Any]:
    """What follows from numbers as the student saw them."""
    if isinstance(quantities, Windows):
        floored = [sizes(quantities._replace(fit="floor"))]
        if not quantities.volume and quantities.scalar and not quantities.axes[0].fits:
            floored.append(quantities.axes[0].unrounded)
        return floored
    assert part.evaluate is not None
    return [part.evaluate(quantities)]


def changed_quantities(wrong: Callable[[Any], Any], quantities: Any) -> Iterator[Any]:
    """The numbers as the student saw them, where a mistake is of that sort."""
    try:
        results = wrong(quantities)
    except (ZeroDivisionError, ValueError, IndexError, TypeError):
        return
    for item in results if isinstance(results, list) else [results]:
        if item is not None and type(item) is type(quantities) and item != quantities:
            yield item
