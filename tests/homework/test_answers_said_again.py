"""The feedback on an answer with several parts: each part by its name, and whole sentences."""

from __future__ import annotations

import re
from typing import Any

import pytest

from convcalc.homework import check
from convcalc.homework.marking.lines import result_lines
from convcalc.homework.questions import QUESTIONS
from homework.test_questions import sheet_with

PADDING = sheet_with("same-padding", {"n": 224, "k": 7})


def said(answer: Any) -> str:
    return "\n".join(result_lines(check(PADDING, "q1", answer), 2, None))


@pytest.mark.parametrize(
    "answer",
    [
        {"total": 6, "before": 3, "after": 3},
        {"after": 3, "before": 3, "total": 6},
        [6, 3, 3],
        "total 6, before 3, after 3",
        "total=6 before=3 after=3",
    ],
)
def test_parts_that_are_equal_are_said_each_by_its_name(answer: Any) -> None:
    assert said(answer).startswith(" q1 total 6, before 3, after 3\n")
    assert "✓ correct" in said(answer)


def test_a_text_for_all_parts_that_cannot_be_read_is_said_once() -> None:
    assert said("many").startswith(" q1 many ")


def test_a_sentence_is_not_followed_by_a_semicolon() -> None:
    text = said({"total": 7, "before": 2, "after": 9})
    assert text.count("This is wrong") > 0
    assert re.search(r"[.?!] after: ", text)
    assert not re.search(r"[.?!];", text)


@pytest.mark.unmeasured
def test_the_right_answers_of_every_type_with_parts_are_named() -> None:
    named = 0
    for kind in QUESTIONS.load():
        sheet = sheet_with(kind, QUESTIONS[kind].examples[0])
        parts = sheet["q1"].parts
        if len(parts) < 2 or "." in parts[0].name or any(part.expected is None for part in parts):
            continue  # no parts with names
        named += 1
        answer = {part.name: part.answer_type.text(part.expected) for part in parts}
        result = check(sheet, "q1", answer)
        names = [name for name in answer if f"{name} " in result.said]
        assert names == [*answer] or result.said == f"{len(answer)} parts", kind
    assert named > 10
