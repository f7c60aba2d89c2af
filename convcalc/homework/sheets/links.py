"""Questions that use the answers to earlier questions of their sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convcalc.homework.answers.expressions import plain_name
from convcalc.homework.questions.given import GivenError

if TYPE_CHECKING:
    from convcalc.homework.sheets.sheet import Question


def with_links(question: Question, earlier: Sequence[Question]) -> Question:
    """A question with the right answers to the earlier questions that it names; others are unchanged.

    Raises:
        GivenError: a named answer is not a number, or has several parts; or the question's words vary.
    """
    needed = question.task.needs()
    if not needed:
        return question
    if question.vary:
        raise GivenError("", "vary belongs to the questions that it is worked out from; leave it out here")  # fmt: skip
    values, drawn = {}, True
    for name in needed:
        for each, value in _named(name, earlier):
            values[name], drawn = value, drawn and each.drawn
    task = question.task.linked(values)
    return replace(question, task=task, drawn=drawn, _parts=None, _others=None)  # fmt: skip


def needed_by(question: Question, earlier: Sequence[Question]) -> list[Question]:
    """The earlier questions that a question uses, directly or through others, in their order."""
    ids = {plain_name(name.partition(".")[0]) for name in question.task.needs()}
    found: list[Question] = []
    for each in reversed(earlier):
        if plain_name(each.id) in ids:
            found.append(each)
            ids |= {plain_name(name.partition(".")[0]) for name in each.task.needs()}
    return found[::-1]


def used_by(question: Question, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The student's answers that a question uses directly."""
    names = set(map(plain_name, question.task.needs()))
    return {name: value for name, value in answers.items() if plain_name(name) in names}


def _named(name: str, earlier: Sequence[Question]) -> Iterator[tuple[Question, Fraction]]:
    """The question of a name, or of one of its parts, and the right answer."""
    identity, _, part_name = name.partition(".")
    for question in earlier:
        if plain_name(question.id) != plain_name(identity):
            continue
        if question.manual:
            raise GivenError("formula", f"{question.id} is marked by a person; name a question that asks for a number")  # fmt: skip
        parts = question.parts
        if not part_name and len(parts) > 1:
            raise GivenError("formula", f"{question.id} has several parts; name one, such as {question.id}.{parts[0].name}")  # fmt: skip
        for part in parts:
            if plain_name(part.name) != plain_name(part_name):
                continue
            value = part.expected
            if isinstance(value, bool) or not isinstance(value, int | Fraction):
                raise GivenError(
                    "formula", f"{question.id} asks for something that is not a number"
                )
            yield question, Fraction(value)
