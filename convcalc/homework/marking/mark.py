"""Marks an answer to a question, with the reason if it is not right.

In this order: right; right under another convention; one known mistake; two at once; right after
the student's own earlier row; a typing error; else "no known mistake". Nothing here prints, and no
message contains the right answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from convcalc.homework.answers import parsing as answers
from convcalc.homework.answers.parsing import Reading
from convcalc.homework.answers.text_types import Choice
from convcalc.homework.answers.types import EXACT, Matrix, Tolerance
from convcalc.homework.marking import hints
from convcalc.homework.marking.diagnosis import diagnose, feedback
from convcalc.homework.marking.earlier import Earlier, marked_in_order
from convcalc.homework.marking.neighbours import by_question, right_answers, with_neighbour
from convcalc.homework.marking.parts_given import split
from convcalc.homework.marking.verdicts import Marked, Result, Verdict, ranges
from convcalc.homework.sheets.handed_in import Folder, with_files

if TYPE_CHECKING:
    from convcalc.homework.questions import Part
    from convcalc.homework.sheets.handed_in import Place
    from convcalc.homework.sheets.sheet import Question, Sheet


_MAX_NOTES = 20  # most notes on answers to unknown questions

# ------------------------------------------------------------------------------ the sheet


def mark(
    sheet: Sheet,
    values: Mapping[str, Any],
    *,
    level: int | None = None,
    place: Place | None = None,
    student: str = "",
    variant: str = "",
) -> Marked:
    """Mark a sheet.

    Args:
        values: the answers as written, by question; parts also as ``q5.1.shape``.
        level: the level of hints; at most the level that the sheet allows.
        place: where the files are that answers name; by default the current folder.
    """
    ids = {question.id.lower(): question.id for question in sheet.questions}
    merged, notes = by_question(ids, values, _MAX_NOTES)
    merged = with_files(sheet, merged, place or Folder(""))
    results = mark_questions(sheet, sheet.questions, merged, level=level)
    notes += [f"{result.id}: {note}" for result in results for note in result.notes]
    owners = right_answers(sheet)
    for result in results:
        result.parts = [with_neighbour(part, owners) for part in result.parts]
    return Marked(sheet, results, student or sheet.student, variant or sheet.variant, notes)


# --------------------------------------------------------------------------- one question


def mark_questions(
    sheet: Sheet,
    questions: Iterable[Question],
    values: Mapping[str, Any],
    *,
    level: int | None = None,
) -> list[Result]:
    """Mark some questions in the order of the sheet; later answers may follow from earlier ones.

    Args:
        values: the answers as written, by question.
        level: the level of hints; at most the level that the sheet allows.
    """

    def one(question: Question, raw: Any, own: Mapping[str, Any]) -> Result:
        return mark_question(sheet, question, raw, level=level, own=own)

    return marked_in_order(questions, values, one, lambda result: result)


def mark_question(
    sheet: Sheet,
    question: Question,
    raw: Any,
    *,
    level: int | None = None,
    own: Mapping[str, Any] = MappingProxyType({}),
) -> Result:
    """Mark one question; the answer as written, or plain numbers and lists.

    Args:
        own: the student's answers to earlier questions, from which this one follows.

    Raises:
        UsageError: the question draws numbers per student, and they are unknown.
    """
    if not answers.is_blank(raw):
        question.need_numbers("check against")
    finest = sheet.max_level if level is None else min(level, sheet.max_level)
    finest = min(finest, 1) if level is None else finest
    if question.manual:
        return _manual(question, raw)
    parts = question.parts
    if question.task.takes_file and not question.void:
        parts = _one_if_unread(parts, raw)
    is_table = "." in parts[0].name
    table = split(question, raw, parts)
    weight = question.points / len(parts)
    verdicts: list[Verdict] = []
    earlier = Earlier(question, own)
    for part in parts:
        given = table.cells.get(part.name)
        verdict = mark_part(sheet, question, part, given, weight, finest)
        if verdict.status == "wrong" and not question.void:
            verdict = _follow_through(sheet, question, part, given, earlier, verdict, finest)
        earlier.add(part, verdict)
        if question.void:
            verdict.status, verdict.points, verdict.hint = "right", verdict.max, ""
        verdicts.append(verdict)
    if is_table:
        _count_empty_cells(parts, verdicts)
    if question.partial == "none" and len(parts) > 1:
        _all_or_nothing(verdicts)
    said = verdicts[0].said if len(verdicts) == 1 else ranges(question, verdicts)
    return Result(question.id, verdicts, said, table.notes)


def _one_if_unread(parts: list[Part], raw: Any) -> list[Part]:
    """The parts of a question that a file answers; only one part if the file cannot be read."""
    first = parts[0]
    return [replace(first, name="", label="")] if first.answer_type.read(raw).problem else parts


def _manual(question: Question, raw: Any) -> Result:
    """The result for a question that a person marks."""
    text = answers.raw_text(raw)[: answers.MAX_TEXT]
    status = "blank" if answers.is_blank(raw) else "by-hand"
    none = Fraction(0)
    return Result(
        question.id, [Verdict(question.id, "", text, None, "text", status, none, none)], "text"
    )


def _count_empty_cells(parts: list[Part], verdicts: list[Verdict]) -> None:
    """Empty cells count as 0 if their row has an answer; in a table of one column, if any row has."""
    one_column = len({part.name.partition(".")[2] for part in parts}) == 1
    answered = {
        "" if one_column else verdict.part.partition(".")[0]
        for verdict in verdicts
        if verdict.status != "blank"
    }
    for part, verdict in zip(parts, verdicts):
        row = "" if one_column else part.name.partition(".")[0]
        if verdict.status == "blank" and part.optional and row in answered:
            verdict.status, verdict.points = "right", verdict.max


def _all_or_nothing(verdicts: list[Verdict]) -> None:
    """No points unless every part is right."""
    full = all(verdict.points == verdict.max for verdict in verdicts)
    if not full:
        for verdict in verdicts:
            verdict.points = Fraction(0)


# ------------------------------------------------------------------------------- one part


def read(question: Question, part: Part, raw: Any) -> Reading:
    """The reading of an answer to a part: the right one, if there are several."""
    reading = part.answer_type.read(raw)
    return next((each for each in reading.others if is_right(question, part, each)), reading)


def mark_part(
    sheet: Sheet, question: Question, part: Part, raw: Any, weight: Fraction, level: int
) -> Verdict:
    """Mark one part, without follow-through."""
    reading = read(question, part, raw)
    verdict = Verdict(
        question.id, part.name, reading.text, part.answer_type.json(reading.value), reading.echo, "wrong",
        Fraction(0), weight, expected=part.answer_type.json(part.expected),
        reading=reading,
    )  # fmt: skip
    if reading.blank:
        verdict.status = "blank"
        return verdict
    if reading.problem:
        verdict.status, verdict.hint_level = "unreadable", 1
        said = f"cannot be read: {reading.problem}"
        verdict.hint = hints.safe(
            said, question.secrets, f"cannot be read; write {part.answer_type.wants}"
        )
        return verdict
    if is_right(question, part, reading):
        verdict.status, verdict.points = "right", weight
        return verdict
    undecided = part.answer_type.undecided(reading)
    if undecided:
        verdict.status, verdict.hint, verdict.hint_level = "by-hand", undecided, 1
        return verdict
    diagnose(sheet, question, part, reading, verdict, raw)
    credit = _credit(question, part, verdict)
    verdict.points = max([verdict.points, *(weight * share for share in credit)])
    cells = _partial_share(question, part, reading)
    if cells and weight * cells > verdict.points:
        verdict.points = weight * cells
    if verdict.status == "wrong" and verdict.points:
        verdict.status = "partial"
    feedback(question, part, verdict, level, raw)
    return verdict


def _credit(question: Question, part: Part, verdict: Verdict) -> list[Fraction]:
    """The shares that a sheet gives for the mistakes of an answer.

    Where the exact number is asked for, the right number gets nothing if it is rounded. So a wrong one
    that is rounded gets nothing, either.
    """
    exact = question.allowed(part) == EXACT
    counted = [each for each in verdict.found if not (exact and each.rounded)]
    names = [each.id for found in counted for each in (found.mistake, found.other) if each]
    return [question.credit[name] for name in names if name in question.credit]


def is_right(question: Question, part: Part, reading: Reading) -> bool:
    """Whether an answer is right under the sheet's conventions."""
    tolerance = question.allowed(part)
    if part.answer_type.same(reading, part.expected, tolerance):
        return True
    if any(_is_this(part, reading, value, tolerance) for value in part.also):
        return True
    accepts = getattr(question.task, "accepts", None)
    if accepts and any(part.answer_type.same(reading, value, tolerance) for value in accepts()):
        return True
    if question.accept and len(question.parts) == 1:
        for raw in question.accept:
            also = part.answer_type.read(raw)
            if also.problem or also.blank:
                continue
            if _is_this(part, reading, also.value, tolerance):
                return True
    return False


def _is_this(part: Part, reading: Reading, value: Any, tolerance: Tolerance) -> bool:
    """Whether an answer equals a further right one; words must match exactly."""
    if reading.value == value:
        return True
    return bool(reading.numbers) and part.answer_type.same(reading, value, tolerance)


def _partial_share(question: Question, part: Part, reading: Reading) -> Fraction:
    """The right share of a volume, matrix or choice, if the question gives points for it."""
    expected, value = part.expected, reading.value
    if (
        question.partial not in ("parts", "cells")
        or not isinstance(expected, tuple)
        or not isinstance(value, tuple)
    ):
        return Fraction(0)
    if isinstance(part.answer_type, Choice):
        return part.answer_type.share_right(value, expected)
    if isinstance(part.answer_type, Matrix):
        if question.partial != "cells" or part.answer_type.shape(value) != part.answer_type.shape(
            expected
        ):
            return Fraction(0)
        right = part.answer_type.right_cells(reading, expected)
        return Fraction(sum(right), len(right))
    if len(value) != len(expected) or len(question.parts) > 1:
        return Fraction(0)
    return Fraction(sum(a == b for a, b in zip(value, expected)), len(expected))


def _follow_through(
    sheet: Sheet,
    question: Question,
    part: Part,
    raw: Any,
    earlier: Earlier,
    verdict: Verdict,
    level: int,
) -> Verdict:
    """The verdict on a part that follows from the student's earlier parts."""
    best = verdict
    for place, meant in enumerate(earlier.meanings()):
        after = question.task.follow(part.name, meant)
        if after is None:
            continue
        if after.expected == part.expected:
            if place == 0 and after.method != part.method:  # hints may have the student's numbers
                best = mark_part(sheet, question, after, raw, verdict.max, level)
            continue
        asked = question.after(after, earlier.others(part.name, meant))
        own = mark_part(sheet, asked, after, raw, verdict.max, level)
        own.expected = verdict.expected
        if own.status == "unreadable" or (own.points > verdict.points and not sheet.follow_through):
            continue
        if own.right:
            own.status = "follow-through"
            own.hint, own.hint_level = "follows correctly from what you wrote before", 1
            return own
        if own.status == "other-convention":
            own.hint = own.hint and f"follows from what you wrote before: {own.hint}"
            return own
        if place == 0 and (own.mistakes or not verdict.mistakes or own.points > verdict.points):
            best = own
    return best


__all__ = ["Marked", "Result", "Verdict", "mark", "mark_part", "mark_question", "mark_questions"]
