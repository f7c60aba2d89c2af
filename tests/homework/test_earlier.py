"""Answers that follow from a student's earlier answers, also if these are in another order."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from convcalc.homework import loads
from convcalc.homework.classroom.grader import Grader
from convcalc.homework.exports import cells
from convcalc.homework.marking.mark import mark
from convcalc.homework.sheets.sheet import Sheet

HALF = Fraction(1, 2)
SAID = "follows from what you wrote before: right numbers, but in another order; this sheet writes "
WORDS = {"hwc": "height × width × channels", "chw": "channels × height × width"}


def sheet_of(order: str, more: str = "") -> Sheet:
    """Three layers: 12 - 3 + 1 = 10 and 4 maps; 10 - 2 + 1 = 9 and 6 maps; 9 - 3 + 1 = 7 and 5 maps."""
    return loads(
        f"convcalc_sheet: 1\nid: s\nconventions: {{order: {order}}}\n"
        f"grading: {{other_convention: half{more}}}\nquestions:\n"
        '  - {id: q, type: chain, points: 3, given: {input: 12x12x3, arch: "conv:k3c4 conv:k2c6 conv:k3c5", ask: shape}}\n'
    )


def written(side: int, maps: int, order: str) -> str:
    sides = (side, side, maps) if order == "hwc" else (maps, side, side)
    return "x".join(map(str, sides))


def marked(sheet: Sheet, rows: list[str]) -> list[tuple[str, Any]]:
    """The status and the points of each row."""
    (result,) = mark(sheet, {"q": rows}, level=1).results
    return [(part.status, part.points) for part in result.parts]


@pytest.mark.parametrize("ours", ["hwc", "chw", "nchw"])
@pytest.mark.parametrize("orders", ["TTT", "OTT", "OOT", "OTO", "TOO", "TTO", "OOO"])
@pytest.mark.unmeasured
def test_half_credit_for_another_order_stays_where_a_row_follows(ours: str, orders: str) -> None:
    theirs = "chw" if ours == "hwc" else "hwc"
    sheet = sheet_of(ours)
    shapes = [(11, 4), (10, 6), (8, 5)]  # one too large in the first row; the rest follows from it
    rows = [written(*shape, ours if one == "O" else theirs) for shape, one in zip(shapes, orders)]
    expected = [("follow-through", 1) if one == "O" else ("other-convention", HALF) for one in orders[1:]]  # fmt: skip
    first, *others = mark(sheet, {"q": rows}, level=1).results[0].parts
    found: list[Any] = [(part.status, part.points) for part in others]
    assert found == expected
    assert first.status == "wrong"
    assert first.points == 0
    hints = [part.hint for part in others]
    right = f"{SAID}{WORDS['hwc' if ours == 'hwc' else 'chw']}."
    if ours != "nchw":
        assert hints == [
            "follows correctly from what you wrote before" if one == "O" else right
            for one in orders[1:]
        ]


def test_a_right_row_in_another_order_leads_on_as_the_sheet_would_write_it() -> None:
    sheet = sheet_of("hwc")
    rows = ["4x10x10", "8x8x6", "6x6x5"]  # 8 is wrong; 8 - 3 + 1 = 6
    assert marked(sheet, rows) == [("other-convention", HALF), ("wrong", 0), ("follow-through", 1)]


@pytest.mark.unmeasured
def test_nothing_follows_where_the_sheet_gives_no_points_for_it() -> None:
    sheet = sheet_of("hwc", ", follow_through: false")
    for rows in (["11x11x4", "10x10x6", "8x8x5"], ["11x11x4", "6x10x10", "5x8x8"]):
        assert [points for _, points in marked(sheet, rows)] == [0, 0, 0]


def test_a_size_under_another_convention_is_not_turned() -> None:
    sheet = loads(
        "convcalc_sheet: 1\nid: s\ngrading: {other_convention: half}\nquestions:\n"
        '  - {id: q, type: chain, points: 2, given: {input: 12x12x3, arch: "pool:k3s2 conv:k3c5", ask: shape}}\n'
    )
    # 4.5 + 1 rounds down to 5, and up to 6 in Caffe, from which 6 - 3 + 1 = 4 follows
    assert marked(sheet, ["6x6x3", "4x4x5"])[0] == ("other-convention", HALF)
    assert marked(sheet, ["6x6x3", "4x4x5"])[1][1] >= HALF


CHAIN = """convcalc_sheet: 1
id: s
questions:
  - {id: a, type: params, given: {k: 5, c_in: 3, filters: 10}}
  - {id: b, type: from-answers, given: {formula: 2*a}}
  - {id: c, type: from-answers, given: {formula: b + 1}}
"""


@pytest.mark.parametrize("answers", [{"a": 760, "b": 1520, "c": 1521}, {"a": 750, "b": 1500, "c": 1501}, {"a": 750, "b": 1, "c": 2}, {"b": 3, "c": 4}])  # fmt: skip
def test_check_a_class_and_a_notebook_mark_what_follows_alike(answers: dict[str, int]) -> None:
    sheet = loads(CHAIN)
    results = {each.id: each.points for each in mark(sheet, answers).results}
    graded = Grader(sheet).mark(sheet, answers)
    assert {entry.result.id: entry.points for entry in graded} == results
    for name, points in results.items():
        if points:
            assert cells.points(CHAIN, name, answers) == points
        else:
            with pytest.raises(AssertionError):
                cells.points(CHAIN, name, answers)
    assert results["c"] == 1
