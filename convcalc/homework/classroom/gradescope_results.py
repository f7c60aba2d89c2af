"""The results.json for Gradescope: the points, and a line per question."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from convcalc.homework.marking.verdicts import Result
from convcalc.homework.sheets.points import points_number
from convcalc.homework.sheets.sheet import Sheet

_MAX_OUTPUT = 2_000  # characters about one question
_GOOD = ("right", "other-convention", "follow-through", "marked")


def results(
    sheet: Sheet, marked: Sequence[Result], variant: str = "", notes: Sequence[str] = ()
) -> dict[str, Any]:
    """The data that Gradescope reads: the points, and a line per question."""
    points = sum((result.points for result in marked), Fraction(0))
    most = sum((result.max for result in marked), Fraction(0))
    manual = {question.id for question in sheet.questions if question.manual}
    later = [
        result.id
        for result in marked
        if result.id in manual and (result.status == "by-hand" or not result.max)
    ]
    kinds = {question.id: question.task.about for question in sheet.questions}
    tags = {question.id: question.kind for question in sheet.questions}
    lines = [
        f"{sheet.title}{f', variant {variant}' if variant else ''}: {points_number(points)} of {points_number(most)} points."
    ]
    lines += list(notes)
    if later:
        lines.append(f"{len(later)} more to be marked by a person: {', '.join(later)}.")
    return {
        "score": points_number(points),
        "output": "\n".join(lines),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "tests": [
            {
                "number": result.id,
                "name": kinds.get(result.id, ""),
                "score": points_number(result.points),
                "max_score": points_number(result.max),
                "status": "passed"
                if result.status in _GOOD and result.points == result.max
                else "failed",
                "output": _result_text(result)[:_MAX_OUTPUT],
                "tags": [tags.get(result.id, "")],
                "extra_data": {
                    "mistakes": result.mistakes,
                    "status": result.status,
                    "read": result.said,
                },
            }
            for result in marked
            if result.id not in later
        ],
    }


def _result_text(result: Result) -> str:
    """The text about a question for the student."""
    if result.status == "blank":
        return "Not answered."
    read = f"Read as {result.said}." if result.said else ""
    return "\n".join(filter(None, (read, result.hint)))
