"""Marking: conventions, points, follow-through, feedback, and what feedback must not contain."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import ConvcalcError
from convcalc.homework import WrongAnswer, assert_right, check, loads
from convcalc.homework.answers.measures import RATIO, SHARE
from convcalc.homework.answers.types import COUNT, MATRIX, SIZE, Volume
from convcalc.homework.marking.lines import count_line, result_lines
from convcalc.homework.marking.mark import mark
from convcalc.homework.marking.verdicts import STATUSES, Marked
from convcalc.homework.questions import Part
from convcalc.homework.sheets.forms import part_form
from homework.mistake_cases import MISTAKE_CASES, MistakeCase
from homework.test_questions import sheet_with

PS1 = """
convcalc_sheet: 1
id: ps1
title: Convolution arithmetic
conventions: {fit: strict}
grading: {other_convention: full}
questions:
  - {id: q1, type: volume, points: 3, given: {n: 32, k: 5, s: 1, p: 0, c_in: 3, filters: 6}}
  - {id: q2, type: fit, given: {n: 32, k: 5, s: 2, p: 0}}
  - {id: q4, type: params, given: {k: 5, c_in: 3, filters: 10}, credit: {par.no-bias: 0.5}}
  - id: q5
    type: arch-table
    points: 12
    input: 128x128x3
    arch: CONV-9-32 POOL-2 CONV-5-64 POOL-2 CONV-5-64 POOL-2 FC-64 FC-3
    ask: [shape, weights, biases]
  - {id: q7, type: macs, given: {n: 32, k: 5, p: 0, c_in: 3, filters: 10}}
  - {id: q11, type: text, points: 2, text: Why?}
"""

TABLE = [
    ["120x120x32", "7776", "32"], "60x60x32", ["56x56x64", "51200", "64"], "28x28x64",
    ["24x24x64", "102400", "64"], "12x12x64", ["64", "589824", "64"], ["3", "192", "3"],
]  # fmt: skip


def test_points_are_given_part_by_part() -> None:
    sheet = loads(PS1)
    assert check(sheet, "q1", "28x28x6").points == 3
    assert check(sheet, "q1", "28x28x3").points == 2
    assert check(sheet, "q1", "28x28x3").status == "partial"
    assert check(sheet, "q1", "1x2x3").points == 0
    assert check(sheet, "q4", "750").points == Fraction(1, 2)
    assert check(sheet, "q4", "260").points == 0
    assert check(sheet, "q5", TABLE).points == 12
    assert check(sheet, "q5", TABLE).right
    assert sheet.max_points == 18


@pytest.mark.parametrize(
    ("kind", "given", "answer", "said"),
    [
        ("solve-size", {"find": "k", "n": 32, "out": 26}, "7x5", "The question asks for one number, and these differ."),
        ("solve-params", {"find": "k", "params": 880, "c_in": 6, "filters": 16}, "3x2", "The question asks for one number, and these differ."),
        ("same-size", {"n": [51, 40], "s": 2}, "20", "The answer has two numbers, one for each axis."),
        ("same-size", {"n": 51, "s": 2}, "does not fit", "There is an answer to this one: a number."),
        ("padded-volume", {"n": 20, "p": 3, "c_in": 5}, "does not fit", "There is an answer to this one: a volume."),
        ("volume", {"n": [1, 8, 8], "k": 1, "c_in": 3, "filters": 7}, "9x9x9",
         "There are three numbers in your answer, and four in depth × height × width × channels."),
        ("volume", {"n": [3, 3], "k": 3, "c_in": 2, "filters": 2}, "7",
         "There is one number in your answer, and three in height × width × channels."),
    ],
)  # fmt: skip
def test_an_answer_of_too_few_or_too_many_numbers_is_told_so(
    kind: str, given: dict[str, Any], answer: str, said: str
) -> None:
    result = check(sheet_with(kind, given), "q1", answer)
    assert (result.status, result.hint) == ("wrong", said)


@pytest.mark.parametrize(
    ("n", "order", "answer", "words"),
    [
        ([10], "hwc", "7x8", "length × channels"),
        ([1, 10, 10], "hwc", "7x1x8x8", "depth × height × width × channels"),
        ([1, 10, 10], "chw", "1x8x8x7", "channels × depth × height × width"),
        ([1, 10, 10], "nchw", "1x8x8x7", "batch × channels × depth × height × width"),
    ],
)
def test_the_order_is_said_in_the_words_of_the_question(
    n: list[int], order: str, answer: str, words: str
) -> None:
    k = [1, 3, 3][-len(n) :]
    given = {"n": n, "k": k, "c_in": 3, "filters": 7}
    assert check(sheet_with("volume", given, order=order), "q1", answer).hint == (
        f"right numbers, but in another order; this sheet writes {words}."
    )


def test_sides_alone_are_not_called_another_order() -> None:
    given = {"n": [1, 8, 8], "k": 1, "c_in": 3, "filters": 7}
    found = check(sheet_with("volume", given, order="chw"), "q1", "8x8x7")
    assert found.mistakes == []


@pytest.mark.parametrize(
    ("fit", "said"),
    [
        ("floor", "cannot be read: 'about' is not a number; write a number"),
        ("strict", "cannot be read: 'about' is not a number; write a number, or: does not fit"),
    ],
)
def test_what_to_write_instead_follows_the_question(fit: str, said: str) -> None:
    assert check(sheet_with("output-size", {"n": 32, "k": 3}, fit=fit), "q1", "about").hint == said


@pytest.mark.parametrize("answer", ["0x0x0", [0, 0, 0], "0, 0, 0"])
def test_0_in_every_box_says_that_a_window_does_not_fit(answer: Any) -> None:
    given = {"n": 32, "k": 3, "s": 2, "c_in": 3, "filters": 6}
    assert check(sheet_with("volume", given, fit="strict"), "q1", answer).right
    assert not check(sheet_with("volume", given, fit="strict"), "q1", "0").right
    assert not check(sheet_with("volume", given), "q1", answer).right


def test_a_table_is_marked_by_the_students_own_rows() -> None:
    sheet = loads(PS1)
    wrong = [
        ["119x119x32", "7776", "32"],
        "59x59x32",
        ["55x55x64", "51200", "64"],
        "27x27x64",
        ["23x23x64", "102400", "64"],
        "11x11x64",
        ["64", "495616", "64"],
        ["3", "192", "3"],
    ]
    result = check(sheet, "q5", wrong)
    assert result.hint == "row 1; rows 2-8 follow correctly from your row 1"
    # of 8 shapes, 8 weights and 8 biases only one is wrong
    assert result.points == 12 * Fraction(23, 24)
    assert [p.status for p in result.parts].count("wrong") == 1
    assert result.parts[0].mistakes[0][0] == "out.no-plus-one"
    sheet.follow_through = False
    strict = check(sheet, "q5", wrong)
    assert strict.points == 12 * Fraction(23 - 6, 24)


def test_a_pool_without_weights_may_be_left_blank_or_0() -> None:
    sheet = loads(PS1)
    rows = [row if isinstance(row, list) else [row, "0", "0"] for row in TABLE]
    assert check(sheet, "q5", rows).points == 12
    counted = [row if isinstance(row, list) else [row, "128", "0"] for row in TABLE]
    assert not check(sheet, "q5", counted).right


@pytest.mark.parametrize(
    ("kind", "given", "answer", "key", "value", "settings"),
    [
        ("volume", {"n": 32, "k": 5, "c_in": 3, "filters": 6}, "6x28x28", "order", "chw", {}),
        (
            "volume",
            {"n": 32, "k": 5, "c_in": 3, "filters": 6},
            "28x28x6",
            "order",
            "hwc",
            {"order": "chw"},
        ),
        ("fit", {"n": 32, "k": 5, "s": 2}, "14", "fit", "floor", {"fit": "strict"}),
        ("output-size", {"n": 32, "k": 5, "s": 2}, "does not fit", "fit", "strict", {}),
        ("pool-volume", {"n": 112, "k": 3, "s": 2}, "56", "fit", "ceil", {}),
        ("macs", {"n": 32, "k": 5, "c_in": 3, "filters": 10}, "1,176,000", "flops", "2macs", {}),
        (
            "macs",
            {"n": 32, "k": 5, "c_in": 3, "filters": 10},
            "588,000",
            "flops",
            "macs",
            {"flops": "2macs"},
        ),
        ("macs", {"n": 32, "k": 5, "c_in": 3, "filters": 10}, "1,168,160", "flops", "exact", {}),
        ("dilated-size", {"n": 64, "k": 3, "d": 2}, "58", "dilation_base", "0", {}),
        ("memory", {"volume": "224x224x64"}, "12.25", "bytes", "MiB", {}),
        ("receptive-field", {"layers": "5*3"}, "121", "rf", "pixels", {}),
        ("params-bn", {"c_in": 64}, "256", "bn", "all", {}),
        ("params-pool", {"k": 2, "c_in": 6}, "12", "pool_bias", "lenet", {}),
        ("lenet-c3", {}, "1,516", "lenet_c3", "paper", {}),
        ("neurons", {"n": 9, "k": 4, "c_in": 3, "filters": 10}, "10", "neurons", "filters", {}),
        (
            "transposed-size",
            {"n": 2, "k": 3, "s": 2, "p": 1},
            "4",
            "transposed_out_pad",
            "match",
            {},
        ),
        (
            "pool-by-hand",
            {"x": [[4, 8], [12, 16]], "p": 1, "mode": "avg"},
            "4 8; 12 16",
            "avg_pool_border",
            "ignore",
            {},
        ),
    ],
)
def test_right_under_another_convention_is_told_and_not_called_wrong(
    kind: str, given: dict[str, Any], answer: str, key: str, value: str, settings: dict[str, str]
) -> None:
    sheet = sheet_with(kind, given, **settings)
    result = check(sheet, "q1", answer)
    assert result.status == "other-convention"
    assert result.parts[0].convention[key] == value
    assert result.hint.startswith(("right", "exactly right"))


@pytest.mark.parametrize(
    ("kind", "given", "answer", "key"),
    [
        ("params", {"k": 5, "c_in": 3, "filters": 10}, "750", "bias"),
        ("pad-to-keep", {"k": 7}, "6", "padding"),
        (
            "conv-by-hand",
            {"x": [[0, 1, 2], [3, 4, 5], [6, 7, 8]], "w": [[0, 1], [2, 3]]},
            "5 11; 23 29",
            "conv",
        ),
    ],
)
def test_what_the_sheet_defines_is_a_slip_unless_it_allows_it_by_name(
    kind: str, given: dict[str, Any], answer: str, key: str
) -> None:
    sheet = sheet_with(kind, given)
    result = check(sheet, "q1", answer)
    assert result.status == "wrong"
    assert key in result.parts[0].convention
    assert result.mistakes
    sheet.other_convention = {key: Fraction(1)}
    result = check(sheet, "q1", answer)
    assert result.status == "other-convention"
    assert result.points == 1


def test_points_for_another_convention_are_the_sheets_choice() -> None:
    sheet = sheet_with("macs", {"n": 32, "k": 5, "c_in": 3, "filters": 10})
    assert check(sheet, "q1", 1_176_000).points == 0
    for word, points in (("full", 1), ("half", Fraction(1, 2)), ("none", 0)):
        sheet.other_convention = {"": Fraction(points)}
        assert check(sheet, "q1", 1_176_000).points == points, word
    order = sheet_with("volume", {"n": 32, "k": 5, "c_in": 3, "filters": 6})
    assert check(order, "q1", "6x28x28").points == 1


def test_counts_are_exact_and_say_so() -> None:
    # without the biases of AlexNet's first layer the error is 0.27 %
    sheet = sheet_with("params", {"k": 11, "c_in": 3, "filters": 96})
    assert check(sheet, "q1", 34944).right
    assert check(sheet, "q1", 34848).mistakes == ["par.no-bias"]
    assert part_form(sheet["q1"], sheet["q1"].parts[0]).startswith(
        "a whole number, with every digit"
    )
    rounded = check(sheet, "q1", "35k")
    assert rounded.hint == "This question asks for the exact number, with every digit."


def test_an_answer_in_any_python_form_is_read() -> None:
    np = pytest.importorskip("numpy")
    volume = sheet_with("volume", {"n": 32, "k": 5, "c_in": 3, "filters": 6})
    for answer in ((28, 28, 6), [28, 28, 6], np.array([28, 28, 6]), "28x28x6"):
        assert check(volume, "q1", answer).right
    hand = sheet_with(
        "conv-by-hand", {"x": [[0, 1, 2], [3, 4, 5], [6, 7, 8]], "w": [[0, 1], [2, 3]]}
    )
    for answer in (
        [[19, 25], [37, 43]],
        np.array([[19, 25], [37, 43]]),
        np.array([[19.0, 25.0], [37.0, 43.0]]),
    ):
        assert check(hand, "q1", answer).right
    params = sheet_with("params", {"k": 5, "c_in": 3, "filters": 10})
    for right in (760, 760.0, np.int64(760), "760"):
        assert check(params, "q1", right).right
    for odd in (None, float("nan"), float("inf"), object(), {}, b"760", 10**400, True):
        assert not check(params, "q1", odd).right


def test_void_questions_give_everybody_the_points() -> None:
    sheet = sheet_with("params", {"k": 5, "c_in": 3, "filters": 10})
    sheet["q1"].void = True
    for answer in ("", "1", "abc"):
        assert check(sheet, "q1", answer).points == 1


def test_accepted_answers_are_right() -> None:
    sheet = sheet_with("params", {"k": 5, "c_in": 3, "filters": 10})
    sheet["q1"].accept = ["751"]
    assert check(sheet, "q1", 751).right


def test_cells_give_part_marks_where_the_sheet_says_so() -> None:
    sheet = sheet_with(
        "conv-by-hand", {"x": [[0, 1, 2], [3, 4, 5], [6, 7, 8]], "w": [[0, 1], [2, 3]]}
    )
    sheet["q1"].partial = "cells"
    result = check(sheet, "q1", "19 25; 37 44")
    assert result.points == Fraction(3, 4)
    assert result.hint == "All cells but one are right; check the second row again."


def test_a_long_matrix_with_one_wrong_cell_is_told_its_row() -> None:
    x = [[(3 * row + 7 * column) % 10 for column in range(12)] for row in range(12)]
    sheet = sheet_with("conv-by-hand", {"x": x, "w": [[1, 0], [0, 1]]})
    answer = [[x[i][j] + x[i + 1][j + 1] for j in range(11)] for i in range(11)]
    answer[4][6] += 1
    result = check(sheet, "q1", answer)
    assert len(str(answer)) > 60
    assert result.hint == "All cells but one are right; check the fifth row again."
    assert [(each.mistake.id, each.detail) for each in result.parts[0].found] == [
        ("hand.cell", "All cells but one are right; check the fifth row again.")
    ]


MATRICES = [case for case in MISTAKE_CASES if isinstance(case.wrong, list) and not case.part]


@pytest.mark.parametrize("case", MATRICES, ids=[f"{s.id}={s.wrong}"[:40] for s in MATRICES])
def test_a_hint_does_not_depend_on_what_is_cut_for_printing(case: MistakeCase) -> None:
    sheet = sheet_with(case.type, case.given, **case.conventions)
    long = str(case.wrong).replace("'", "").replace(" ", " " * 60)
    assert check(sheet, "q1", long).hint == check(sheet, "q1", case.wrong).hint
    assert "Something is" not in check(sheet, "q1", long).hint


def test_a_rounded_number_is_noticed_however_long_the_working() -> None:
    sheet = sheet_with("macs", {"n": 32, "k": 5, "c_in": 3, "filters": 10})
    working = " + ".join(["0"] * 40)
    assert check(sheet, "q1", f"{working} = about 600000").hint == (
        "This question asks for the exact number, with every digit."
    )


def test_a_neighbours_answer_is_noticed() -> None:
    sheet = loads(
        "{convcalc_sheet: 1, questions: [{type: params, given: {k: 5, c_in: 3, filters: 10}}, {type: params, given: {k: 9, c_in: 17, filters: 11}}]}"
    )
    marked = mark(sheet, {"q1": "15158", "q2": "1"})
    assert marked.results[0].mistakes == ["slip.neighbour"]
    assert "15,158" not in marked.results[0].hint


def test_checking_writes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    sheet = loads(PS1)
    for answer in ("28x28x6", "abc", "", "9**9**9", [[1], [2, 3]], {"x": "y"}, 10**30):
        for question in ("q1", "q2", "q4", "q5", "q7", "q11"):
            check(sheet, question, answer, level=4)
    with pytest.raises(WrongAnswer):
        assert_right(sheet, "q4", 1)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_assert_right_raises_the_hint_as_its_message(tmp_path: Path) -> None:
    path = tmp_path / "ps1.yaml"
    path.write_text(PS1, encoding="utf-8")
    assert_right(str(path), "q4", 760)
    assert_right(path, "q7", 1_176_000)  # right by another convention, with full points
    with pytest.raises(WrongAnswer, match="q4: How deep is one filter\\?") as caught:
        assert_right(str(path), "q4", 260)
    assert caught.value.result.mistakes == ["par.no-channels"]
    assert isinstance(caught.value, AssertionError)


def test_the_json_has_the_documented_keys() -> None:
    sheet = loads(PS1)
    marked = mark(sheet, {"q4": "260", "q7": "1,176,000", "q5": TABLE}, student="s042")
    data = json.loads(json.dumps(marked.to_dict()))
    assert {"schema": 1, "sheet": "ps1", "student": "s042", "max": 18}.items() <= data.items()
    found = {(item["id"], item["part"]): item for item in data["results"]}
    assert found["q4", None] == {
        "id": "q4", "part": None, "given": "260", "read": 260, "status": "wrong", "points": 0, "max": 1,
        "mistakes": [{"id": "par.no-channels", "confidence": "sure"}], "hint": "How deep is one filter?", "hint_level": 1,
    }  # fmt: skip
    other = found["q7", None]
    assert (other["status"], other["convention"], other["points"]) == (
        "other-convention",
        {"flops": "2macs"},
        1,
    )
    assert found["q5", "1.shape"]["status"] == "right"
    assert found["q1", None]["status"] == "blank"
    assert not any("expected" in item for item in data["results"])
    assert all("expected" in item for item in marked.to_dict(with_answers=True)["results"])


def test_an_unknown_question_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConvcalcError, match="no question 'q44'; did you mean 'q4'"):
        check(loads(PS1), "q44", 1)


def test_parts_are_answered_by_name_in_order_or_in_one_line() -> None:
    given = {"n": 5, "k": 3, "c_in": 3, "filters": 32}
    for answer in (
        {"filters": "32x27", "columns": "27x9"},
        {"Columns": "27x9", "Filters": "32x27"},
        ["32x27", "27x9"],
        "32x27; 27x9",
        "32x27, 27x9",
        "32x27 and 27x9",
        "filters = 32x27; columns = 27x9",
        "32x27\n27x9",
    ):
        assert check(sheet_with("im2col", given), "q1", answer).right, answer
    half = check(sheet_with("im2col", given), "q1", "32x27")
    assert half.points == 0
    assert half.status == "partial"
    assert half.hint == "columns not answered"


def test_what_is_wrong_with_several_parts_is_said_part_by_part() -> None:
    sheet = sheet_with("im2col", {"n": 5, "k": 3, "c_in": 3, "filters": 32})
    sheet["q1"].partial = "parts"
    result = check(sheet, "q1", "32x27; 9x27")
    assert result.hint == "columns: One column is one window with all its channels."
    assert result.points == Fraction(1, 2)
    assert result.to_dict()["results"][1]["mistakes"] == [
        {"id": "im2col.swapped", "confidence": "sure"}
    ]


def test_rows_of_a_table_can_be_lines_or_named() -> None:
    sheet = loads(PS1)
    lines = "\n".join(row if isinstance(row, str) else ", ".join(row) for row in TABLE)
    assert check(sheet, "q5", lines).right
    rows = {str(i): row for i, row in enumerate(TABLE, start=1)}
    assert check(sheet, "q5", rows).right
    cells = {"1": {"shape": "120x120x32", "weights": "7776"}, "2.shape": "60x60x32"}
    found = {part.part: part.status for part in check(sheet, "q5", cells).parts}
    assert [found[name] for name in ("1.shape", "1.weights", "1.biases", "2.shape")] == [
        "right",
        "right",
        "blank",
        "right",
    ]
    short = check(sheet, "q5", TABLE[:3])
    assert short.hint == "rows 4-8 not completely answered"


def test_a_table_of_one_column_takes_its_volumes_as_lists() -> None:
    sheet = sheet_with("chain", {"input": "32x32x3", "arch": "conv:k5c10 conv:k5c10"})
    assert check(sheet, "q1", [(28, 28, 10), (24, 24, 10)]).right


def test_answers_to_unknown_questions_are_noted() -> None:
    marked = mark(
        loads(PS1), {"Q4": "760", "q99": "1", "q5.1.shape": "120x120x32", "zzz\x1b[31m": "1"}
    )
    assert marked.results[2].right
    assert len(marked.notes) == 2
    assert all(note.isprintable() for note in marked.notes)
    assert not marked.right
    assert marked.points == 1 + 12 * Fraction(1, 24)


@pytest.mark.parametrize(
    ("kind", "given", "right", "wrong"),
    [
        ("fit", {"n": 7, "k": 3, "s": 3}, ("2.33", "2.3", "2.333", "7/3", "2⅓", "no", "no, 2.33"), ("2.34", "2", "2.4")),
        ("fit", {"n": 32, "k": 3, "s": 3}, ("10.67", "10.7", "10.667", "32/3"), ("10.66", "11", "10.6")),
        ("fit", {"n": 163, "k": 3, "s": 3}, ("54.33", "54.3", "163/3"), ("54", "54.4", "54.34")),
        ("output-size", {"n": 7, "k": 3, "s": 3}, ("2.33", "7/3"), ("2.34", "2")),
        ("volume", {"n": 7, "k": 3, "s": 3, "filters": 5}, ("2.33x2.33x5", "no"), ("2x2x5", "2.34x2.34x5")),
        ("pool-volume", {"n": 7, "k": 2, "s": 3, "c_in": 5}, ("2.67x2.67x5", "2.7x2.7x5"), ("2x2x5", "2.6x2.6x5")),
        ("pool-volume", {"n": 7, "k": 2, "s": 3}, ("2.67", "2.7"), ("2", "2.6")),
        ("pad-to-keep", {"k": 4}, ("1.5", "3/2", "1½", "no"), ("1", "2", "1.6")),
        ("pool-by-hand", {"x": [[1, 2, 4], [0, 3, 1], [2, 5, 3]], "k": 3, "mode": "avg"}, ("2.33", "2.3", "7/3", "[[2.333]]"), ("2", "2.34", "2.2")),
        ("pool-by-hand", {"x": [[1, 2], [0, 2]], "k": 2, "mode": "avg"}, ("1.25", "1.3", "1.2", "5/4"), ("1", "1.35")),
        ("savings-separable", {"n": 10, "k": 3, "c_in": 4, "filters": 7}, ("63/16",), ()),
        ("fraction", {"k": 3}, ("8/9", "88.9 %", "0.889", "88.89%"), ("80 %", "0.8")),
        ("dot-product", {"x": [[0.5, 1.5]], "w": [[0.5, 0.5]]}, ("1",), ("1.01",)),
        ("dot-product", {"x": [[0.5, 0.75]], "w": [[0.5, 0.5]]}, ("0.625", "5/8"), ("1",)),
    ],
)  # fmt: skip
def test_a_rounded_quotient_is_right_to_the_digits_given(
    kind: str, given: dict[str, Any], right: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    sheet = sheet_with(kind, given, fit="strict")
    name = next((part.name for part in sheet["q1"].parts if part.name == "ratio"), "")
    for text in right:
        assert verdict_of(sheet, text, name).status == "right", text
    for text in wrong:
        assert verdict_of(sheet, text, name).status != "right", text


def verdict_of(sheet: Any, text: str, part: str) -> Any:
    """The verdict on an answer to one part."""
    result = check(sheet, "q1", {part: text} if part else text)
    return next(each for each in result.parts if each.part == part)


def test_a_further_right_answer_may_be_rounded_too() -> None:
    text = "{convcalc_sheet: 1, conventions: {fit: strict}, questions: [{type: fit, given: {n: 7, k: 3, s: 2}, accept: [10/3, none]}]}"
    for answer, right in (
        ("3", True),
        ("3.33", True),
        ("3.3", True),
        ("none", True),
        ("3.34", False),
    ):
        assert check(loads(text), "q1", answer).right == right, answer


def test_an_answer_is_read_once_where_another_convention_reads_it_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = "\n".join(f"{i}x{i}x{i}" for i in range(2, 9))
    question = {"input": "64x64x3", "arch": "conv:k3c4 " * 6 + "fc:5", "ask": ["shape"]}
    sheet = sheet_with("arch-table", question)
    mark(sheet, {"q1": "1x1x1"})
    reads: list[Any] = []
    parse = Volume.parse

    def counted(self: Volume, raw: Any, reading: Any) -> Any:
        reads.append(raw)
        return parse(self, raw, reading)

    monkeypatch.setattr(Volume, "parse", counted)
    assert not mark(sheet, {"q1": rows}).right
    assert (
        max(map(reads.count, rows.split("\n"))) <= 5
    )  # placed, marked, followed, the following part, that in another order


@pytest.mark.parametrize(
    ("after", "answer", "points"),
    [
        (Part("", SHARE, Fraction(1, 2)), "50", 1),  # read with the type of `after`
        (Part("", SHARE, Fraction(1, 2)), "50.5", 1),  # with its tolerance
        (Part("", RATIO, Fraction(5, 4)), "1,25", 1),
        (Part("", SIZE, Fraction(7, 3)), "2.333", 1),
        (Part("", RATIO, Fraction(2333, 1000)), "2,333", 1),  # read in the other way
        (Part("", COUNT, 50), "50.5", 0),
        (Part("", MATRIX, ((50,),)), "5", 0),
    ],
)
@pytest.mark.parametrize("follow_through", [True, False])
def test_what_follows_is_marked_as_the_type_of_answer_that_it_is(
    after: Part, answer: str, points: int, follow_through: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = sheet_with("output-size", {"n": 32, "k": 5})
    sheet.follow_through = follow_through
    monkeypatch.setattr(type(sheet["q1"].task), "follow", lambda *_: after)
    result = check(sheet, "q1", answer)
    right = points and follow_through
    assert result.status == ("follow-through" if right else "wrong")
    assert result.points == (1 if right else 0)
    assert result.parts[0].expected == 28
    if right:
        assert result.hint == "follows correctly from what you wrote before"


@pytest.mark.parametrize("status", [name for name in STATUSES if name != "marked"])
def test_the_last_line_counts_a_question_in_the_words_of_its_own_line(status: str) -> None:
    marked = mark(loads(PS1), {"q4": "760"})
    result = next(result for result in marked.results if result.id == "q4")
    before = count_line(Marked(marked.sheet, [result]))
    result.parts[0].status = status
    assert result.status == status
    (said,) = result_lines(result, 3, None)
    counted = count_line(Marked(marked.sheet, [result]))
    words = counted.partition(" (")[0].removeprefix("0 correct, 1 ").removeprefix("1 ")
    words = words.removeprefix("to be ")  # "marked by a person" is what the line says
    assert before.startswith("1 correct (")
    assert all(word in said for word in words.replace("correct under another", "other").split())


def test_a_rounded_number_is_called_rounded_only_where_it_must_be_exact_and_its_mistake_is_named() -> (
    None
):
    given = {"n": 56, "k": 3, "c_in": 64, "filters": 128, "p": 1}  # 231,211,008 MACs
    exactly = "This question asks for the exact number, with every digit."
    exact = sheet_with("macs", given)
    about = loads(
        f"{{convcalc_sheet: 1, questions: [{{id: q1, type: macs, tolerance: 1 %, given: {json.dumps(given)}}}]}}"
    )
    for text in ("231 M", "2.31e8", "0.231 GMACs", "about 231000000"):
        verdict = check(exact, "q1", text).parts[0]
        assert (verdict.status, verdict.mistakes, verdict.hint) == ("wrong", [], exactly)
        assert check(about, "q1", text).right
    for sheet, ends in ((exact, True), (about, False)):
        verdict = check(sheet, "q1", "215 M").parts[0]  # 54·54·64·9·128 = 214,990,848
        assert verdict.status == "wrong"
        assert verdict.mistakes[0] == ("out.no-pad", "might")
        assert verdict.hint.endswith(exactly) is ends
        assert exactly not in check(sheet, "q1", "231211009").parts[0].hint
    assert check(exact, "q1", "0.2 M").parts[0].mistakes == []  # one digit fits too many numbers


def test_a_rounded_mistake_has_credit_only_where_the_right_number_may_be_rounded() -> None:
    sheet = """{convcalc_sheet: 1, questions: [{id: q1, type: macs, points: 2, credit: {out.no-pad: 0.5}, %s
        given: {n: 56, k: 3, c_in: 64, filters: 128, p: 1}}]}"""
    exact, about = loads(sheet % ""), loads(sheet % "tolerance: 1 %,")
    points = {
        text: tuple(float(check(each, "q1", text).points) for each in (exact, about))
        for text in ("231211008", "231 M", "214990848", "215 M")
    }
    assert points == {"231211008": (2, 2), "231 M": (0, 2), "214990848": (1, 1), "215 M": (0, 1)}
