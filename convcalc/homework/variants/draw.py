"""One sheet per student: numbers drawn from an HMAC of a secret, never from `random`.

A draw is used only if the answer and the wrong numbers of the usual mistakes all differ, so that a
wrong answer shows which mistake was made. A student's numbers depend only on the secret, the sheet
and the student's id: not on the roster, the order, the machine or the version of Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import gcd, prod
from typing import Any

from convcalc.errors import UsageError
from convcalc.homework.answers.types import Misfit
from convcalc.homework.questions.base import Part, create_question
from convcalc.homework.sheets.beside import find_beside
from convcalc.homework.sheets.constraints import meets
from convcalc.homework.sheets.sheet import Question, Sheet
from convcalc.homework.sheets.vary import values_of
from convcalc.homework.variants.secret import (
    code,
    digest,
    fingerprint,
    read_secret,
    refuse_other_secret,
    same_student,
)
from convcalc.network.problems import Problems
from convcalc.text import shortened

MAX_DRAWS = 4_096  # most combinations of a question that are tried; of more, an even sample
MAX_OF_SHEET = 8 * MAX_DRAWS  # … of all questions of a sheet together, in equal shares

# Mistakes that a draw must distinguish, unless the question lists its own, by topic.
_CORE = {
    "size": "no-plus-one one-sided-pad no-pad double-pad no-stride plus-k",
    "volume": "no-plus-one one-sided-pad no-pad double-pad no-stride plus-k",
    "params": "no-bias no-channels one-bias k-not-squared",
    "linear": "no-bias fc-no-depth fc-one-bias bias-wrong-side",
}
_MAX_DEFAULT = 4  # how many common mistakes of a topic without a row in `_CORE`


# ---------------------------------------------------------------------------------- the draws


@dataclass(slots=True)
class Draws:
    """The possible numbers of a question.

    Attributes:
        question: the question.
        possible: combinations that ``vary:`` allows.
        looked_at: how many of these were tried; all, unless there are very many.
        impossible: dropped because they give no valid question.
        unmet: … because ``require:`` rules them out.
        alike: … because two mistakes, or a mistake and the answer, give the same number.
        kept: the remaining draws.
        hiding: how often each pair of mistakes, or a mistake and "the answer", gave the same number.
    """

    question: Question
    possible: int
    looked_at: int
    impossible: int = 0
    unmet: int = 0
    alike: int = 0
    kept: list[dict[str, str]] = field(default_factory=list)
    hiding: dict[tuple[str, str], int] = field(default_factory=dict)

    def sentence(self) -> str:
        """How many are possible, dropped and kept, in a line."""
        if self.possible == self.looked_at:
            text = f"{self.possible:,} possible draws"
        else:
            text = f"{self.looked_at:,} of {self.possible:,} possible draws tried"
        if self.impossible:
            text += f", {self.impossible:,} make no valid question"
        if self.unmet:
            text += f", {self.unmet:,} ruled out by require"
        if self.alike:
            text += f", {self.alike:,} dropped because two mistakes, or a mistake and the answer, give the same number"
        return f"{text}, {len(self.kept):,} left"


def _combinations(question: Question, most: int) -> tuple[int, int, Iterator[dict[str, str]]]:
    """The number of draws, the number of tried draws, and these: all, or an even sample."""
    names = list(question.vary)
    lists = [values_of(name, question.vary[name]) for name in names]
    possible = prod(map(len, lists))
    looked_at = min(possible, most)
    step = 1
    if looked_at < possible:
        step = int(possible * 0.6180339887) | 1
        while gcd(step, possible) != 1:
            step += 2 if possible % 2 == 0 else 1

    def each() -> Iterator[dict[str, str]]:
        for i in range(looked_at):
            place = i * step % possible
            draw: dict[str, str] = {}
            for name, items in zip(reversed(names), reversed(lists)):
                place, index = divmod(place, len(items))
                draw[name] = items[index]
            yield {name: draw[name] for name in names}

    return possible, looked_at, each()


def draws(sheet: Sheet, question: Question) -> Draws:
    """The draws of a question that distinguish its mistakes.

    Raises:
        UsageError: ``vary`` or ``require`` cannot be understood, or no draw remains.
    """
    most = min(MAX_DRAWS, MAX_OF_SHEET // max(1, len(varies(sheet))))
    possible, looked_at, items = _combinations(question, most)
    found = Draws(question, possible, looked_at)
    names = wanted(question)
    for draw in items:
        try:
            asked = draw_question(sheet, question, draw)
            parts = asked.parts
        except UsageError:
            found.impossible += 1
            continue
        if any(
            isinstance(part.expected, Misfit) and (part.expected.unrounded or 0) < 1
            for part in parts
        ):
            found.impossible += 1  # the window is larger than its input
            continue
        if not all(meets(text, asked) for text in question.require):
            found.unmet += 1
            continue
        pair = _coincidence(parts, names)
        if pair:
            found.alike += 1
            found.hiding[pair] = found.hiding.get(pair, 0) + 1
            continue
        found.kept.append(draw)
    if not found.kept:
        message = (
            f"{question.id}: {found.sentence()}; give vary more values, or separate fewer mistakes"
        )
        if found.hiding:
            first, second = max(found.hiding, key=lambda pair: found.hiding[pair])
            message += f" (most often {first} and {second} give the same number)"
        raise UsageError(message)
    return found


def all_draws(sheet: Sheet) -> dict[str, Draws]:
    """The draws of every question that varies, by its id.

    Raises:
        SpecError: no draw of a question remains; every such question is named.
    """
    problems = Problems()
    found = {}
    for question in sheet.questions:
        if question.vary:
            try:
                found[question.id] = draws(sheet, question)
            except UsageError as error:
                problems.add(sheet.error(question, str(error)))
    problems.tell()
    return found


def draw_question(sheet: Sheet, question: Question, draw: dict[str, str]) -> Question:
    """A question with the numbers of a draw."""
    given = {**question.given, **draw}
    return replace(
        question,
        task=create_question(question.kind, find_beside(given, sheet.path), question.conventions),
        given=given,
        vary={},
        require=[],
        drawn=True,
        key=None,
        _parts=None,
        _secrets=None,
        _others=None,
    )


def wanted(question: Question) -> tuple[str, ...]:
    """The mistakes that a draw must distinguish, if the question lists its own."""
    return tuple(question.separate)


def _coincidence(parts: list[Part], names: tuple[str, ...]) -> tuple[str, str] | None:
    """Two mistakes that give the same wrong number, or one that gives the right one."""
    for part in parts:
        if part.expected is None or not part.topic:
            continue
        seen = {_unrounded(part.expected): "the answer"}
        for name, values in wrong_numbers(part, names):
            fresh = {_unrounded(value) for value in values}
            for value in fresh:
                if value in seen:
                    return seen[value], name
            seen.update(dict.fromkeys(fresh, name))
    return None


def _unrounded(value: Any) -> Any:
    """A right answer as a number to compare with wrong ones."""
    return value.unrounded if isinstance(value, Misfit) else value


def wrong_numbers(part: Part, names: tuple[str, ...] = ()) -> Iterator[tuple[str, list[Any]]]:
    """The numbers of some mistakes, including the right number if a mistake gives it.

    Args:
        names: the mistakes; if empty, the core ones of the part's topic.
    """
    from convcalc.homework.mistakes.search import of_topic

    bare = replace(part, expected=None, also=())
    every = of_topic(part.topic)
    core = {name for name in _CORE.get(part.topic, "").split()}
    chosen = [
        mistake
        for mistake in every
        if (mistake.id in names if names else mistake.id.partition(".")[2] in core)
    ]
    if not names and not core:
        chosen = every[:_MAX_DEFAULT]
    for mistake in chosen:
        values = [value for value in mistake.values(bare) if not isinstance(value, str)]
        if mistake.id == "out.no-plus-one" or not names:
            values = _integers(values)
        if not names and not core:
            values = values[:1]  # the most common way
        if values:
            yield mistake.id, values


def _integers(values: list[Any]) -> list[Any]:
    """The whole numbers that a mistake gives; all its numbers if none is whole."""
    whole = [
        value for value in values if not (isinstance(value, Fraction) and value.denominator != 1)
    ]
    return whole or values


# --------------------------------------------------------------------------------- the sheets


class Maker:
    """The sheets of a class, one per student.

    Args:
        sheet: the sheet, with questions that ``vary``.
        secret: the secret from which the numbers are drawn.
    """

    def __init__(self, sheet: Sheet, secret: bytes) -> None:
        refuse_other_secret(sheet.path or sheet.id, sheet.secret, secret)
        self.sheet, self.secret = sheet, secret
        self.draws = all_draws(sheet)
        self.used: dict[str, dict[int, int]] = {name: {} for name in self.draws}
        self._made: dict[tuple[str, int], Question] = {}

    def numbers(self, student: str) -> dict[str, int]:
        """The kept draw that a student gets, by question."""
        found = {}
        for name, each in self.draws.items():
            words = ("draw", self.sheet.id, name, same_student(student))
            number = int.from_bytes(digest(self.secret, *words)[:16], "big")
            found[name] = number % len(each.kept)
        return found

    def of(self, student: str, variant: str = "") -> Sheet:
        """A student's sheet."""
        numbers = self.numbers(student)
        for name, number in numbers.items():
            counts = self.used[name]
            counts[number] = counts.get(number, 0) + 1
        questions = [self.question(q, numbers[q.id]) if q.vary else q for q in self.sheet.questions]
        variant = variant or code(self.secret, "variant", self.sheet.id, student)
        return replace(
            self.sheet, questions=questions, student=student, variant=variant,
            secret=fingerprint(self.secret) if self.draws else "",
        )  # fmt: skip

    def question(self, question: Question, number: int) -> Question:
        """A question with one of its draws; always the same object."""
        key = (question.id, number)
        if key not in self._made:
            self._made[key] = draw_question(
                self.sheet, question, self.draws[question.id].kept[number]
            )
        return self._made[key]


def student_sheet(sheet: Sheet, student: str | None, secret_file: str | None) -> Sheet:
    """The sheet with a student's numbers; unchanged if neither is given.

    Raises:
        UsageError: only one of the two is given, or the secret cannot be read.
        SpecError: no draw of a question remains.
    """
    if not student and not secret_file:
        return sheet
    if not student or not secret_file:
        message = "--student and --secret-file belong together; give both"
        raise UsageError(message)
    return Maker(sheet, read_secret(secret_file)).of(student)


def with_numbers(
    sheet: Sheet,
    given: dict[str, dict[str, str]],
    student: str,
    variant: str,
    known: dict[tuple[str, ...], Question],
) -> Sheet:
    """The sheet with given numbers in the questions that vary.

    Args:
        known: questions made before, so that equal numbers give the same object.

    Raises:
        UsageError: a varied question has no numbers, or impossible ones.
    """
    questions = []
    for question in sheet.questions:
        if question.vary:
            draw = given.get(question.id)
            if draw is None or set(draw) != set(question.vary):
                message = f"{question.id}: no numbers are stored for {shortened(student)!r}; give --secret-file"
                raise UsageError(message)
            key = (question.id, *(draw[name] for name in question.vary))
            if key not in known:
                known[key] = draw_question(sheet, question, draw)
            questions.append(known[key])
        else:
            questions.append(question)
    return replace(sheet, questions=questions, student=student, variant=variant)


def varies(sheet: Sheet) -> list[str]:
    """The questions whose numbers are drawn per student."""
    return [question.id for question in sheet.questions if question.vary]
