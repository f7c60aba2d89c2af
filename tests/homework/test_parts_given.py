"""Answers to questions with several parts: matched by name, else by position; the rest is noted."""

from __future__ import annotations

from typing import Any

import pytest

from convcalc.homework import check, mark
from homework.test_questions import sheet_with

# ⌈50/2⌉ = 25 outputs read 24·2 + 7 = 55 cells: 5 zeros, 2 before and 3 after.
PADDING = ("same-padding", {"n": 50, "k": 7, "s": 2})
# 6 filters of 5·5·3 = 75 weights; 28·28 = 784 windows.
IM2COL = ("im2col", {"n": 32, "k": 5, "c_in": 3, "filters": 6})
GRADIENT = (
    "gradient",
    {"x": [[1, 2, 0], [3, 1, 2], [0, 1, 4]], "w": [[1, 0], [2, 3]], "g": [[1, 2], [0, 1]]},
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (PADDING, "5, 2, 3"),
        (PADDING, "5; 2; 3"),
        (PADDING, "before: 2, after: 3, total: 5"),
        (PADDING, "after = 3; total = 5; before = 2"),
        (PADDING, "before 2, after 3, total 5"),
        (PADDING, "2 before, 3 after, 5 total"),
        (PADDING, "before: 2\nafter: 3\ntotal: 5"),
        (PADDING, "**total**: 5\n- before: 2\n- after: 3"),
        (PADDING, "total 5, before 2 and after 3"),
        (PADDING, "before=2 after=3 total=5"),
        (PADDING, "after: 3, total: 2 + 3 = 5, before: 2"),
        (PADDING, "total: 5, 2, 3"),
        (PADDING, ["before: 2", "after: 3", "total: 5"]),
        (PADDING, [{"before": 2}, {"after": 3}, {"total": 5}]),
        (PADDING, {"Before": 2, "after": 3, "total": 5}),
        (IM2COL, "columns: 75x784; filters: 6x75"),
        (IM2COL, "75x784 columns, 6x75 filters"),
        (IM2COL, "6x75 and 75x784"),
        (GRADIENT, "db: 4, dw: [[6, 4], [6, 9]], dx: [[1, 2, 0], [2, 8, 6], [0, 2, 3]]"),
        (GRADIENT, "db: 4\ndw: 6 4; 6 9\ndx: 1 2 0; 2 8 6; 0 2 3"),
        (("compare", {"input": "20x20x2", "designs": ["fc:30", "conv:k3c7"]}), "2: 133, 1: 24030"),
    ],
)
def test_parts_are_known_by_their_names(question: tuple[str, dict[str, Any]], answer: Any) -> None:
    result = check(sheet_with(*question), "q1", answer)
    assert result.right, [(part.part, part.said, part.status) for part in result.parts]
    assert result.notes == []


@pytest.mark.parametrize(
    ("question", "answer", "statuses"),
    [
        (PADDING, "before: 5, after: 2, total: 3", ["wrong", "wrong", "wrong"]),
        (PADDING, "before: 2, after: 3", ["blank", "right", "right"]),
        (PADDING, "total 5; before 3; after 2", ["right", "wrong", "wrong"]),
        (IM2COL, "columns: 6x75; filters: 75x784", ["wrong", "wrong"]),
    ],
)
def test_the_right_number_under_a_wrong_name_is_not_right(
    question: tuple[str, dict[str, Any]], answer: str, statuses: list[str]
) -> None:
    found = [part.status for part in check(sheet_with(*question), "q1", answer).parts]
    assert [("wrong" if status == "other-convention" else status) for status in found] == statuses


@pytest.mark.parametrize(
    ("answers", "notes"),
    [
        (
            {"q1": {"totl": "5", "before": "2", "after": "3"}},
            ["q1: 'totl' is not a part of this question, which has total, before, after; ignored"],
        ),
        (
            {"q1": ["5", "2", "3", "9"]},
            ["q1: '9' belongs to no part of this question, which has total, before, after; ignored"],
        ),
        (
            {"q1.total": "5", "q1.befor": "2", "q1.after": "3"},
            ["q1: 'befor' is not a part of this question, which has total, before, after; ignored"],
        ),
        ({"q1": "total: 4, total: 5, before: 2, after: 3"}, ["q1: total is given twice; the last one counts"]),
        (
            {"q1": "first 5; before: 2; after: 3; total: 5"},
            ["q1: 'first 5' belongs to no part of this question, which has total, before, after; ignored"],
        ),
        (
            {"q1": "5, 2, 3", "q1.total": "4"},
            ["'q1.total' is not read, because q1 is answered as a whole"],
        ),
    ],
)  # fmt: skip
def test_what_belongs_to_no_part_is_said(answers: dict[str, Any], notes: list[str]) -> None:
    assert mark(sheet_with(*PADDING), answers).notes == notes


def test_parts_may_be_given_one_by_one_beside_a_mapping() -> None:
    answers = {"q1": {"total": "5", "before": "2"}, "q1.after": "3"}
    assert mark(sheet_with(*PADDING), answers).right
