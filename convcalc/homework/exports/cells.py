"""Functions for exported notebooks. Nothing here writes to stderr, because nbgrader then gives no points."""

from __future__ import annotations

import os
import sys
from fractions import Fraction
from typing import Any

from convcalc.homework.answers.written import as_written
from convcalc.homework.exports.packed import KEY
from convcalc.homework.marking.mark import mark_questions
from convcalc.homework.marking.verdicts import Result
from convcalc.homework.sheets.read import load, loads
from convcalc.homework.variants.draw import draw_question

_Numbers = dict[str, Any] | None


def points(
    sheet: str, name: str, answers: dict[str, Any], numbers: _Numbers = None
) -> float | None:
    """The points of an answer; None if they are given later.

    Args:
        sheet: the sheet's file, or its text.
        name: the question.
        answers: the student's answers by question; ``...`` means no answer.
        numbers: the drawn numbers, if the sheet varies them.

    Raises:
        AssertionError: the answer gets no points; the message is the hint.
    """
    result = _marked(sheet, name, answers, numbers)
    if result.status == "by-hand":
        sys.stdout.write(f"{name}: marked later\n")
        return None
    if not result.points and not result.right:
        message = f"{name}: {result.hint or 'not answered'}"
        raise AssertionError(message)
    if result.points < result.max:
        sys.stdout.write(f"{name}: {result.hint or 'partly right'}\n")
    return float(result.points)


def assert_share(
    sheet: str,
    name: str,
    step: int,
    steps: int,
    answers: dict[str, Any] | None,
    numbers: _Numbers = None,
) -> None:
    """Pass if an answer gets at least ``step`` of ``steps`` equal shares of the points.

    If a sheet with keys is next to ``sheet``, that one is used.

    Raises:
        AssertionError: it gets less; the first missing step says why.
    """
    key = os.path.splitext(sheet)[0] + KEY
    path = key if os.path.exists(key) else sheet
    result = _marked(path, name, answers or {}, numbers)
    share = result.points / result.max if result.max else Fraction(result.right)
    if result.status == "by-hand" or share >= Fraction(step, steps):
        return
    first = share >= Fraction(step - 1, steps)
    hint = result.hint or ("not answered" if result.status == "blank" else "not right yet")
    message = f"{name}: {hint if first else 'see the test before this one'}"
    raise AssertionError(message)


def _marked(sheet: str, name: str, answers: dict[str, Any], numbers: _Numbers) -> Result:
    """The result of an answer."""
    found = loads(sheet) if "\n" in sheet else load(sheet)
    question = found[name]
    if numbers and question.vary:
        question = draw_question(found, question, numbers)
    questions = [*found.needed_by(name), question]  # it may follow from the student's answers
    values = {each.id: as_written(answers.get(each.id)) for each in questions}
    return mark_questions(found, questions, values)[-1]
