"""Hints: level 0 right or wrong, 1 a question that points at the mistake, 2 the rule with other
numbers, 3 the formula with the student's own numbers and no result, 4 worked out.

Below level 4 no hint contains the right answer: every text goes through `safe`, which knows the
ways to write the answer and falls back to words.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from convcalc.homework.answers.types import Misfit, Size

if TYPE_CHECKING:
    from convcalc.homework.questions import Part, Task
    from convcalc.homework.sheets.sheet import Question

_WORDS = re.compile(r"\b(?!max\()[A-Za-z]{3,}|[;:=]")  # of a method that is not a formula
_LEAST_WORDS = 5  # of the shortest useful beginning of a rule
_MAX_PARTS, _MAX_EXAMPLE_PARTS = 12, 6  # most answers that are computed
_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")


def _gives_away(text: str, hidden: AbstractSet[str]) -> bool:
    """Whether a text contains one of some answers as a separate number or word.

    >>> _gives_away("three 3×3 layers", {"3"}), _gives_away("13 of 31", {"3"})
    (True, False)
    """
    tokens = set(_NUMBERS.findall(text))
    tokens |= {token.replace(",", "") for token in tokens}
    if not tokens.isdisjoint(hidden):
        return True
    plain = text.lower()
    return any(
        re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text, re.IGNORECASE)
        for each in _words_among(frozenset(hidden))
        if each.lower() in plain
    )


@lru_cache(maxsize=64)  # a table may have a thousand answers, and as many texts to check for them
def _words_among(hidden: frozenset[str]) -> tuple[str, ...]:
    """The answers that are not only a number."""
    return tuple([each for each in hidden if each and not _NUMBERS.fullmatch(each)])


def safe(text: str, hidden: AbstractSet[str], instead: str) -> str:
    """The text, or another one if it would give an answer away."""
    return instead if _gives_away(text, hidden) else text


def lines(question: Question, level: int, *, part: Part | None = None) -> list[str]:
    """The hint at a level: the method, never with more help than asked for."""
    hidden = question.secrets
    found: list[str] = []
    task = question.task
    if level >= 2 and task.rule:
        found.append(safe(task.rule, hidden, "Write down the rule from the notes, with letters."))
        if level in (2, 4):
            example = _other_numbers(question, hidden)
            if example:
                found.append(example)
    if level >= 3:
        parts = [part] if part is not None else question.parts[:_MAX_PARTS]
        for each in parts:
            if not each.method:
                continue
            if level == 3:
                text = safe(_to_work_out(each), hidden, "Use your own numbers in the formula.")
            else:
                text = _worked_out(each, "With your numbers")
            if text not in found:
                found.append(text)
    return found


def _other_numbers(question: Question, hidden: AbstractSet[str]) -> str:
    """A solved example of the same type with other numbers; empty if none is safe."""
    from convcalc.homework.questions import create_question

    task = question.task
    for given in task.examples:
        other = create_question(task.kind, given, question.conventions)
        if other == task:
            continue
        text = _example(other)
        if text and not _gives_away(text, hidden):
            return text
    return ""


def _example(task: Task) -> str:
    """One example in a line or two."""
    parts = task.parts()
    if any(part.expected is None or not part.method for part in parts):
        return ""
    worked = " ".join(map(_worked_out, parts[:_MAX_EXAMPLE_PARTS]))
    return f"An example with other numbers: {task.question_text()} {worked}"


def _is_formula(part: Part) -> bool:
    """Whether the method of a part is a formula in numbers, equal to the answer, without words."""
    number = isinstance(part.expected, int | Fraction) and not isinstance(part.expected, bool)
    return number and not _WORDS.search(part.method)


def _asks_for_number(part: Part) -> bool:
    """Whether a part asks for a number with a formula; also if a window does not fit, to hide that."""
    return _is_formula(part) or (
        isinstance(part.answer_type, Size) and isinstance(part.expected, Misfit)
    )


def _head(part: Part, lead: str) -> str:
    """The beginning of a sentence about a part: its name in the question or table."""
    name = part.name if part.name.replace("-", "").isalpha() else part.label or part.name
    if not name:
        return f"{lead}: " if lead else ""
    return f"{lead}, for {name}: " if lead else f"For {name}: "


def _method(part: Part) -> str:
    """The method of a part; for a design, whose method is only its name, the rule."""
    return "follow the rule above" if part.method == part.label else part.method


def _to_work_out(part: Part) -> str:
    """A sentence with the formula of a part, without its result."""
    head = _head(part, "With your numbers")
    if _asks_for_number(part):
        return f"{head}work out {part.method}."
    return f"{head}{_method(part)}. What is the answer?"


def _worked_out(part: Part, lead: str = "") -> str:
    """A sentence with the formula of a part, and its result."""
    answer = part.answer_type.text(part.expected)
    if _is_formula(part):
        return f"{_head(part, lead)}{part.method} {_equals(part, answer)} {answer}."
    return f"{_head(part, lead) or 'Like this: '}{_method(part)}. Answer: {answer}."


def _equals(part: Part, answer: str) -> str:
    """The sign between a formula and its result: ≈ if the result has fewer digits."""
    try:
        written = Fraction(answer.replace(",", ""))
    except ValueError:
        return "="
    return "=" if written == part.expected else "≈"


def hint(question: Question, level: int) -> list[str]:
    """What ``hw hint`` prints about a question."""
    hidden = question.secrets
    if level < 1:
        return []
    first = safe(
        _first_question(question),
        hidden,
        "Read the question again: what is given, and what is asked?",
    )
    return [first] if level == 1 else lines(question, level)


def _first_question(question: Question) -> str:
    """A question that leads to the method; how to begin, if nothing is calculated."""
    task = question.task
    sentence = task.rule.split(". ")[0].rstrip(".")
    if not any(part.method for part in question.parts):
        return f"{sentence}." if sentence else "Look it up in the notes."
    begins = sentence.split(": ")[0]
    thought = f" Think of this: {begins}." if len(begins.split()) >= _LEAST_WORDS else ""
    return f"Which rule in your notes is about this: {task.about}?{thought}"
