"""How an answer is written; sheets, answer files and exports all use this module.

The form depends on the type of the answer. Its example comes from the question type's examples,
under the same conventions: it has other numbers, and is left out if it would be right here too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from convcalc.errors import UsageError
from convcalc.homework.answers.parsing import Reading
from convcalc.homework.answers.text_types import Choice
from convcalc.homework.answers.types import Asked, Misfit
from convcalc.homework.questions import QUESTIONS, Part, create_question

if TYPE_CHECKING:
    from convcalc.homework.answers.types import AnswerType
    from convcalc.homework.conventions import Conventions
    from convcalc.homework.sheets.sheet import Question

_ASK = "ask"  # the word that chooses the columns of a table
_PER_AXIS = ("n", "k", "s", "p")  # most words with a number per axis
_LONGEST = 60  # longest example, in characters


class _Example(NamedTuple):
    """An answer to another question of the same type, how it is read, and its form."""

    text: str
    reading: Reading
    form: type[AnswerType]


def answer_help(question: Question) -> str:
    """What to write, in words: ``a whole number, with every digit, for example 292``."""
    if question.manual:
        return "a few sentences, marked by a person"
    parts, others = question.parts, _examples(question)
    if is_table(question):
        return _table_form(question, others)
    forms = [part_form(question, part, others) for part in parts]
    if len(parts) == 1 or question.task.takes_file:
        return forms[0]
    return "; ".join(f"{part.name}: {form}" for part, form in zip(parts, forms))


def is_table(question: Question) -> bool:
    """Whether an answer has a row for each layer."""
    return "." in question.parts[0].name


def columns_of(question: Question) -> list[str]:
    """The columns of a table."""
    return list(dict.fromkeys(part.name.partition(".")[2] for part in question.parts))


def part_form(
    question: Question, part: Part, others: list[dict[str, _Example]] | None = None
) -> str:
    """What to write for one part."""
    others = _examples(question) if others is None else others
    form = type(part.answer_type)
    named = [each[part.name] for each in others if part.name in each]
    alike = [each for other in others for each in other.values() if each.form is form]
    example = next((text for each in named or alike if (text := _shown(question, part, each))), "")
    return part.answer_type.form(
        Asked(question.allowed(part), example, _asks_for_several(question, part))
    )


def _asks_for_several(question: Question, part: Part) -> bool:
    """Whether there is a number per axis, or several right options; the same if a window does not fit."""
    if isinstance(part.answer_type, Choice):
        return len(part.expected) > 1
    given = question.task.given()
    return any(isinstance(given.get(name), tuple) for name in _PER_AXIS)


def _table_form(question: Question, others: list[dict[str, _Example]]) -> str:
    """What to write into a table: its columns, and an example row with other numbers."""
    asks = columns_of(question)
    form = f"one row per layer: {', '.join(asks)}"
    own = {part.name.partition(".")[2]: part for part in question.parts}
    for each in others:
        cells = [_shown(question, own[ask], each[f"1.{ask}"]) for ask in asks if f"1.{ask}" in each]
        if len(cells) == len(asks) and all(cells):
            return f"{form}; for example conv1: {', '.join(cells)}"
    return form


def _shown(question: Question, part: Part, other: _Example) -> str:
    """The text of an example; empty if it would be right for this part too."""
    allowed = question.allowed(part)
    for right in (part.expected, *part.also):
        if part.answer_type.same(other.reading, right, allowed):
            return ""
    return other.text


def _examples(question: Question) -> list[dict[str, _Example]]:
    """The answers, by part, of each example of a question's type, under the same conventions."""
    given = question.task.given()
    ask = given.get(_ASK) or None
    return _solved(question.kind, ask, question.conventions)


@lru_cache(maxsize=512)
def _solved(
    kind: str, ask: tuple[str, ...] | None, conventions: Conventions
) -> list[dict[str, _Example]]:
    """The answers of the examples of a type, without examples that are invalid here."""
    found = []
    for given in QUESTIONS[kind].examples:
        values = given if ask is None else {**given, _ASK: ask}
        try:
            parts = create_question(kind, values, conventions).parts()
        except UsageError:
            continue
        found.append({part.name: example for part in parts if (example := _example_of(part))})
    return found


def _example_of(part: Part) -> _Example | None:
    """The right answer of a part as students would write it; None if it is too long, or there is none."""
    if part.expected is None or isinstance(part.expected, Misfit):
        return None
    text = part.answer_type.text(part.expected)
    reading = part.answer_type.read(text)
    return (
        None
        if reading.problem or len(text) > _LONGEST
        else _Example(text, reading, type(part.answer_type))
    )
