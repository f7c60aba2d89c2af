"""``require:`` of a question: a comparison of its numbers and its answer, such as ``params < 100000``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError, did_you_mean
from convcalc.homework.answers.notation import Unreadable
from convcalc.homework.answers.numbers import Sum, check_size
from convcalc.homework.questions.given_schemas import ALIASES
from convcalc.text import quoted

if TYPE_CHECKING:
    from convcalc.homework.sheets.sheet import Question

MAX_TEXT = 200

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_PRODUCTS: dict[str, Callable[[Any, Any], Any]] = {
    "*": operator.mul,
    "//": operator.floordiv,
    "/": operator.truediv,
    "%": operator.mod,
}
_COMPARISON = re.compile(r"[<>]=?|[=!]=")
_PRODUCT = re.compile(r"\*(?!\*)|//|/|%")
_INTEGER = re.compile(r"[0-9]{1,30}(?![0-9.])")
_NAME = re.compile(r"[^\W\d]\w*")


def meets(text: str, question: Question) -> bool:
    """Whether a question meets its requirement.

    Names are the numbers of the question, its parts, its type, and ``answer``.

    Raises:
        UsageError: the requirement cannot be understood.
    """
    if len(text) > MAX_TEXT:
        message = (
            f"{question.id}: require is {len(text):,} characters long; at most {MAX_TEXT} are read"
        )
        raise UsageError(message)
    names = _names_of(question)
    try:
        return _Requirement(text, names).holds()
    except KeyError as error:
        name = str(error.args[0])
        message = (
            f"{question.id}: require has an unknown name {quoted(name)}{did_you_mean(name, names)}"
        )
        raise UsageError(message) from None
    except (Unreadable, TypeError):
        message = (
            f"{question.id}: require {quoted(text)} is not a comparison such as params < 100000"
        )
        raise UsageError(message) from None


def _names_of(question: Question) -> dict[str, Any]:
    """The numbers that a requirement may use."""
    found: dict[str, Any] = {}
    for name in (*ALIASES, *question.task.words):
        value = question.task.given().get(ALIASES.get(name, name))
        if isinstance(value, int | Fraction):
            found[name] = value
    numbers = [p for p in question.parts if isinstance(p.expected, int | Fraction)]
    for part in numbers:
        found[part.name.replace("-", "_") or "answer"] = part.expected
    if numbers:
        found.setdefault("answer", numbers[0].expected)
        found.setdefault(question.kind.replace("-", "_"), found["answer"])
    return found


class _Truth:
    """The result of a comparison; not a number, so that no sum takes it for 0 or 1."""

    def __init__(self, *, holds: bool) -> None:
        self.holds = holds


class _Requirement(Sum):
    """Comparisons of sums, joined by ``and``, ``or`` and ``not``; the limits are those of `Sum`."""

    def __init__(self, text: str, names: Mapping[str, Any]) -> None:
        super().__init__(text)
        self.names = names

    def holds(self) -> bool:
        """Whether the requirement is true."""
        found = self.either()
        self.finish()
        return _truth(found)

    def skip(self) -> None:
        """Skip only spaces; every word has a meaning here."""
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1

    def inside(self) -> Any:
        return self.either()

    def either(self) -> Any:
        found = self.both()
        while self.word("or"):
            other = self.both()
            found = _Truth(holds=_truth(found) | _truth(other))
        return found

    def both(self) -> Any:
        found = self.negation()
        while self.word("and"):
            other = self.negation()
            found = _Truth(holds=_truth(found) & _truth(other))
        return found

    def negation(self) -> Any:
        if not self.word("not"):
            return self.comparison()
        self.deeper()
        found = _Truth(holds=not _truth(self.negation()))
        self.depth -= 1
        return found

    def comparison(self) -> Any:
        left = self.sum()
        signs = 0
        holds = True
        while sign := self.match(_COMPARISON):
            right = self.sum()
            holds &= _COMPARISONS[sign](_number(left), _number(right))
            left, signs = right, signs + 1
        return _Truth(holds=holds) if signs else left

    def product(self) -> Any:
        total = self.signed()
        while sign := self.match(_PRODUCT):
            part = self.signed()
            if sign != "*" and part == 0:
                message = "it divides by 0"
                raise Unreadable(message)
            total = _PRODUCTS[sign](total, part)
            check_size(Fraction(total))
        return total

    def atom(self) -> Any:
        self.skip()
        if self.text.startswith("(", self.at):
            return super().atom()
        if digits := self.match(_INTEGER):
            return Fraction(int(digits))
        if name := self.match(_NAME):
            return Fraction(self.names[name])
        raise self.refusal()

    def match(self, pattern: re.Pattern[str]) -> str:
        """The next text, if it matches."""
        self.skip()
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found[0] if found else ""

    def word(self, wanted: str) -> bool:
        """Whether a word comes next; then it is skipped."""
        self.skip()
        found = _NAME.match(self.text, self.at)
        if found and found[0] == wanted:
            self.at = found.end()
            return True
        return False


def _truth(found: Any) -> bool:
    """Whether a comparison holds; a number alone is not one."""
    if isinstance(found, _Truth):
        return found.holds
    message = "nothing is compared"
    raise Unreadable(message)


def _number(found: Any) -> Fraction:
    """A number; a comparison is not one."""
    if isinstance(found, _Truth):
        message = "a comparison is compared"
        raise Unreadable(message)
    return Fraction(found)
