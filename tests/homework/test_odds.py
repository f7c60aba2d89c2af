"""Rare cases: odd answers, odd sheets, odd files, each with its whole message."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import ConvcalcError
from convcalc.homework import WrongAnswer, assert_right, check, loads
from convcalc.homework.answers.parsing import Number
from convcalc.homework.answers.types import EXACT, Tolerance
from convcalc.homework.answers.vocabulary import scale_of
from convcalc.homework.classroom import answer_files as submissions
from convcalc.homework.classroom.platforms import tables
from convcalc.homework.marking.hints import hint
from convcalc.homework.marking.lint import lint
from convcalc.homework.marking.mark import mark
from convcalc.homework.marking.why import why
from convcalc.homework.mistakes.base import Found, changed_quantities, values, ways_of
from convcalc.homework.questions.given import RfLayer
from convcalc.homework.sheets.find import MAX_SHEET
from convcalc.layers.conv import Conv
from homework.test_questions import sheet_with

PARAMS = {"k": 3, "c_in": 3, "filters": 4}  # 112 of them


def sheet(question: str, head: str = "") -> Any:
    text = f"convcalc_sheet: 1\nid: s\n{head}questions:\n  - {{{question}}}\n"
    return loads(text, "s.yaml")


def first(kind: str, given: dict[str, Any], answer: Any, **settings: Any) -> Any:
    return check(sheet_with(kind, given, **settings), "q1", answer).parts[0]


def findings(question: str, head: str = "") -> list[str]:
    return [each.text for each in lint(sheet(question, head)) if each.kind != "gap"]


# ------------------------------------------------------------------------------------ sheets


@pytest.mark.parametrize(
    ("question", "head", "said"),
    [
        (
            "type: text",
            "grading: {other_convention: {flps: half}}\n",
            "s.yaml:3:30: no convention 'flps'; did you mean 'flops'?",
        ),
        (
            "type: params, vary: [1]",
            "",
            "s.yaml:4:26: vary must be name: value pairs, but this is a list; write for example {k: [3, 5]}",
        ),
        (
            "type: params, k: 3, given: {k: 5}",
            "",
            "s.yaml:4:20: k is given here and under given; keep one",
        ),
        (
            "type: text, credit: {par.no-bias: lots}",
            "",
            "s.yaml:4:40: credit must be a share from 0 to 1, but is 'lots'",
        ),
        (
            "type: receptive-field, layers: [1500*3, 1500*3]",
            "",
            "s.yaml:4:37: q1.given.layers: more than 2,000 layers",
        ),
        (
            "type: receptive-field, layers: 5/2 3/1, blocks: 300000000",
            "",
            "s.yaml:4:54: q1.given.blocks: 300,000,000 blocks of 2 layers are 600,000,000; "
            "at most 2,000 layers are read",
        ),
        (
            "type: receptive-field, layers: 1000*3/2",
            "",
            "s.yaml:4:37: q1.given.layers: the product of all strides has more than 30 digits; "
            "use smaller strides or fewer layers",
        ),
        (
            "type: params-model, input: 3x3x3, arch: 100000*conv:k1c1",
            "",
            "s.yaml:4:46: q1.given.arch: 100000*conv:k1c1: the chain has more than 2,000 layers; use fewer",
        ),
        (
            "type: min-input, layers: ['1999*relu', 'relu relu']",
            "",
            "s.yaml:4:31: q1.given.layers: relu: the chain has more than 2,000 layers; use fewer",
        ),
        (
            "type: flatten, arch: {a: 1}, input: 3x3x3",
            "",
            "s.yaml:4:27: q1.given.arch: it must be a text, but is a mapping",
        ),
        (
            f"type: params-model, input: 3x3x3, arch: {'conv:k1c1 ' * 2001}",
            "",
            "s.yaml:4:46: q1.given.arch: it has 20,009 characters; at most 20,000 are read",
        ),
        (
            f"type: choice, options: [{', '.join('abcdefghijklmnopqrstuvwxyz')}, aa], answer: a",
            "",
            "s.yaml:4:29: q1.given.options: it lists 27 texts; give 1 to 26",
        ),
        (
            "type: params-model, input: 4x4x3, arch: conv:k5c1",
            "",
            "s.yaml:4:46: q1.given.arch: conv1 (conv:k5c1): a 5-wide window does not fit 4 along the height; "
            "raise the padding by 1 per side, or use a kernel of at most 4",
        ),
        (
            "type: conv-by-hand, given: {x: [[1, 2], [3, 4]], w: [[1]], cells: [[2, 0]]}",
            "",
            "s.yaml:4:72: q1.given.cells: names a cell outside the map; count cells from 0",
        ),
        (
            "type: conv-by-hand, given: {x: [[1, 2]], w: [[1], [2]], cells: [[0, 0]]}",
            "",
            "s.yaml:4:33: q1: the window does not fit; give a larger map or more padding",
        ),
        (
            "type: volume, given: {n: [8, 8], k: [0, 3], c_in: 1, filters: 1}",
            "",
            "s.yaml:4:42: q1.given.k: the kernel size must be 1 or more, got 0",
        ),
        (
            "type: text, tolerance: 60%",
            "",
            "s.yaml:4:29: tolerance cannot be '60%'; write exact, rounded, or a percentage such as 1%",
        ),
    ],
)
def test_a_refusal_says_where_what_and_the_way_out(question: str, head: str, said: str) -> None:
    with pytest.raises(ConvcalcError) as caught:
        sheet(question, head)
    assert str(caught.value).split("\n")[0] == said


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("kind", "word"), [("params-model", "arch"), ("receptive-field-net", "net")]
)
def test_a_network_file_of_a_question_may_have_two_thousand_layers(
    kind: str, word: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.yaml"
    for layers in (2_000, 2_001):
        text = f"input: [1, 4, 4]\nlayers: [{{repeat: {layers}, layers: [{{conv: {{out_channels: 1, kernel_size: 1}}}}]}}]"
        path.write_text(text, encoding="utf-8")
        if layers == 2_000:
            assert why("1", kind, {word: str(path)}).result.status
            continue
        with pytest.raises(ConvcalcError) as caught:
            why("1", kind, {word: str(path)})
        assert str(caught.value).endswith(" has 2,001 layers; at most 2,000 are read")


def test_a_sheet_of_more_than_four_mebibytes_is_not_read() -> None:
    with pytest.raises(ConvcalcError) as caught:
        loads("#" * (MAX_SHEET + 1), "s.yaml")
    assert str(caught.value) == "s.yaml: larger than 4 MiB; split the sheet into several"


def test_settings_that_few_sheets_use_are_read() -> None:
    found = sheet(
        "type: params, given: {k: 3, c_in: 3, filters: 4}, vary: {k: [5, 7]}",
        "hints: {after_tries: 2}\ngrading: {tolerance: exact, other_convention: {flops: half, fit: none}}\n",
    )
    assert (found.after_tries, found.max_level) == (2, 2)
    assert found.other_convention == {"flops": Fraction(1, 2), "fit": 0}
    assert found.questions[0].allowed(found.questions[0].parts[0]) == EXACT
    assert found.questions[0].task.k == 3  # given values stay, even if others vary


def test_a_default_tolerance_is_for_numbers_and_a_questions_own_goes_before_it() -> None:
    head = "grading: {tolerance: 1%}\n"
    near = "type: params, given: {k: 3, c_in: 3, filters: 4}"
    assert check(sheet(near, head), "q1", "113").right
    assert not check(sheet(f"{near}, tolerance: exact", head), "q1", "113").right
    assert not check(sheet(near), "q1", "113").right
    assert sheet("type: true-false, answer: true", head).questions[0].tolerance is None


def test_a_void_question_gives_its_points_for_any_answer() -> None:
    result = check(sheet("type: params, void: true, given: {k: 3, c_in: 3, filters: 4}"), "q1", "1")
    assert result.right
    assert result.points == 1
    assert result.parts[0].hint == ""


def test_a_table_of_nothing_that_needs_an_answer_is_not_right_while_blank() -> None:
    pool = sheet("type: arch-table, input: 8x8x1, arch: maxpool:k2s2, ask: [weights]")
    blank, none, wrong = (check(pool, "q1", raw) for raw in ([""], ["0"], ["7"]))
    assert [each.status for each in (blank, none, wrong)] == ["blank", "right", "wrong"]
    assert [int(each.points) for each in (blank, none, wrong)] == [0, 1, 0]


def test_further_answers_can_be_accepted() -> None:
    found = sheet(
        "type: params, accept: ['', 99, 36], given: {k: 3, c_in: 3, filters: 4}",
    )
    statuses = [check(found, "q1", raw).status for raw in ("112", "99", "36", "35")]
    assert statuses == ["right", "right", "right", "wrong"]


def test_no_more_than_twenty_strange_names_are_listed() -> None:
    given = {f"z{i}": 1 for i in range(30)}
    notes = mark(sheet("type: text"), given).notes
    assert len(notes) == 20
    assert notes[0] == "'z0' is not a question of this sheet; ignored"


def test_an_answer_and_a_part_of_it_leave_the_answer() -> None:
    marked = mark(sheet_with("params", PARAMS), {"q1": "112", "q1.x": "5"})
    assert marked.results[0].right


# -------------------------------------------------------------------------------------- lint


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "type: params, answer: '', given: {k: 3, c_in: 3, filters: 4}",
            ["the key is empty; fill it in or remove answer:"],
        ),
        (
            "type: params, accept: [99, '', 36], given: {k: 3, c_in: 3, filters: 4}",
            [
                "accept: '' cannot be read",
                "accept: 36 is what the mistake par.no-channels-no-bias gives",
            ],
        ),
        (
            "type: params, credit: {out.no-plus-one: 0.5}, given: {k: 3, c_in: 3, filters: 4}",
            ["credit: out.no-plus-one cannot happen in this question"],
        ),
        (
            "type: params, tolerance: exact, given: {k: 3, c_in: 3, filters: 4}",
            [],
        ),
        (
            "type: params-fc, tolerance: rounded, given: {input: 10x10x3, units: 100}",
            [
                "with par.no-bias (biases forgotten), an answer rounded to three digits is marked right too"
            ],
        ),
    ],
)
def test_lint_says(question: str, said: list[str]) -> None:
    assert findings(question) == said


def test_lint_knows_a_wrong_key_of_several_sides() -> None:
    said = findings(
        "type: fit, answer: 14x14, given: {n: [33, 35], k: 5, s: 2, p: 0}",
        "conventions: {fit: strict}\n",
    )
    assert len(said) == 1
    assert said[0].startswith("your key is 14, but the answer is 15×16.") or said[0].startswith(
        "your key is 14×14, but the answer is 15×16."
    )


# ----------------------------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("kind", "given", "answer", "said"),
    [
        (
            "conv-by-hand",
            {"x": [[1, 2], [3, 4]], "w": [[1]]},
            [["1"]] * 100_000,
            "cannot be read: too many rows; write rows of numbers, each row in brackets",
        ),
        (
            "conv-by-hand",
            {"x": [[1, 2], [3, 4]], "w": [[1]]},
            "1 " * 20_000,
            "cannot be read: 40,000 characters; an answer here has at most 20,000; write rows of numbers, each row in brackets",
        ),
        (
            "image-kernel",
            {"w": [[1, 1, 1], [1, -8, 1], [1, 1, 1]]},
            "t" * 30_000,
            "cannot be read: 30,000 characters; an answer here has at most 20,000; write a word",
        ),
        (
            "params",
            PARAMS,
            "10**50*10**50",
            "cannot be read: the number is too large; write a whole number",
        ),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_write(
    kind: str, given: dict[str, Any], answer: Any, said: str
) -> None:
    part = first(kind, given, answer)
    assert (part.status, part.points) == ("unreadable", 0)
    assert part.hint == said


def test_a_list_of_rows_written_as_texts_is_a_matrix() -> None:
    part = first("conv-by-hand", {"x": [[1, 2], [3, 4]], "w": [[1]]}, ["1 2;", "3 4"])
    assert part.right
    assert part.read == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("pct", (1, "%", "")),
        ("bytes", (1, "B", "")),
        ("kbytes", (1000, "B", "")),
        ("GMACs", (10**9, "", "macs")),
        ("%", (1, "%", "")),
    ],
)
def test_units_have_a_scale(word: str, read: tuple[Any, str, str]) -> None:
    assert scale_of(word) == read


def test_the_right_number_is_allowed_by_every_tolerance() -> None:
    right = Number(Fraction(7))
    assert Tolerance().allows(right, Fraction(7))
    assert not Tolerance().allows(right, Fraction(8))
    assert Tolerance(Fraction(1, 7)).allows(right, Fraction(8))


@pytest.mark.parametrize(
    ("kind", "given", "answer"),
    [
        # 17·17 outputs of 3·3·3 products, ten filters
        ("macs", {"n": 33, "k": 3, "s": 2, "p": "same", "c_in": 3, "filters": 10}, "78030"),
        ("output-size", {"n": 33, "k": 3, "s": 1, "p": "full"}, "35"),
        ("output-size", {"n": 33, "k": 3, "s": 1, "p": "valid"}, "31"),
        ("image-kernel", {"w": [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]}, "horizontal edges"),
        ("image-kernel", {"w": [[1, 1, 1], [1, -8, 1], [1, 1, 1]]}, "edges"),
        ("scaling", {"of": "macs", "n": 2, "k": 3}, "36"),
        ("scaling", {"of": "weights", "k": 3}, "9"),
        ("min-input", {"layers": ["conv:k7c1", "conv:k5c1"]}, "11"),
        ("min-input", {"layers": ["pool:k3s2", "conv:k4c1"]}, "9"),
        ("params-model", {"input": "3x3x3", "arch": ["fc:2", "fc:1"]}, "59"),
        ("fc-to-conv", {"input": "7x7x512", "units": 4096}, "7"),
        ("conv-by-hand", {"x": [[1]], "w": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "p": 1}, "5"),
        ("fit", {"n": 33, "k": 5, "s": 2, "p": 0}, "fits"),
    ],
)
def test_numbers_worked_out_by_hand_are_right(
    kind: str, given: dict[str, Any], answer: str
) -> None:
    part = first(kind, given, answer, fit="strict")
    assert part.status == "right", part.expected


def test_under_ceil_a_pool_with_padding_counts_windows_that_begin_inside() -> None:
    # starts at -1, 1, 3 and 5 of 6 cells; a window that begins at 6 would be in the padding
    assert first(
        "pool-volume", {"n": 6, "k": 3, "s": 2, "p": 1, "c_in": 2}, "4x4x2", fit="ceil"
    ).right
    assert first(
        "pool-volume", {"n": 5, "k": 2, "s": 2, "p": 1, "c_in": 2}, "3x3x2", fit="ceil"
    ).right


# ------------------------------------------------------------------------------- the reasons


@pytest.mark.parametrize(
    ("kind", "given", "answer", "name"),
    [
        (
            "conv-by-hand",
            {"x": [[1, 2], [3, 4], [5, 6], [7, 8]], "w": [[1, 2], [3, 4]]},
            "[[7, 10], [15, 22], [23, 34], [31, 46]]",
            "hand.matmul",
        ),
        (
            "transposed-by-hand",
            {"x": [[1]], "w": [[1, 2], [3, 4]]},
            "[[1, 2], [3, 5]]",
            "hand.cell",
        ),
        ("receptive-field", {"layers": ["40*3"]}, "120", "rf.sum-k"),
    ],
)
def test_rare_numbers_have_their_reason(
    kind: str, given: dict[str, Any], answer: str, name: str
) -> None:
    assert first(kind, given, answer).mistakes == [(name, "sure")]


@pytest.mark.parametrize("broken", [ZeroDivisionError, ValueError, IndexError, TypeError])
def test_a_formula_without_a_value_names_nothing(broken: type[Exception]) -> None:
    def wrong(work: Any) -> Any:
        raise broken

    part = sheet_with("params", PARAMS).questions[0].parts[0]
    assert values(ways_of(wrong, part.quantities), part, part.quantities) == {}
    assert list(changed_quantities(ways_of(wrong, part.quantities), part.quantities)) == []


def test_a_formula_may_lead_to_nothing_or_to_the_right_answer_and_names_neither() -> None:
    part = sheet_with("params", PARAMS).questions[0].parts[0]
    assert values(ways_of(lambda work: [(), None, 112, 84], None), part, part.quantities) == {
        84: Found()
    }


def test_a_slip_of_two_digits_is_no_matrix_of_another_shape() -> None:
    given = {"x": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "w": [[1, 2]]}
    part = first("conv-by-hand", given, [[1, 2], [3, 4], [5, 6], [7, 8]])
    assert (part.status, part.mistakes) == ("wrong", [])


def test_an_answer_by_another_convention_and_a_right_one_are_right_together() -> None:
    table = sheet("type: arch-table, input: 8x8x1, arch: conv:k3c4 conv:k3c2, ask: [shape]")
    result = check(table, "q1", ["6x6x4", "2x4x4"])
    assert [part.status for part in result.parts] == ["right", "other-convention"]
    assert result.status == "other-convention"


@pytest.mark.parametrize(
    ("arch", "input_", "total"),
    [
        # the linear layer reads 4 values; with a wider map before it, the other total changes
        ("maxpool:k2s2 conv:k3c4 fc:2", "8x8x1", 40 + 2 * (4 * 2 * 2 + 1)),
        ("conv:k3c4 maxpool:k2s2 conv:k3c4 fc:2", "8x8x1", 40 + 148 + 10),
    ],
)
def test_totals_of_small_networks_are_added_up(arch: str, input_: str, total: int) -> None:
    found = sheet(f"type: params-model, input: {input_}, arch: {arch}")
    assert check(found, "q1", str(total)).right


def test_every_mistake_by_hand_stands_aside_where_it_cannot_happen() -> None:
    one = {"x": [[4]], "w": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "p": 1}
    assert first("conv-by-hand", one, "[[36]]").status == "wrong"  # 4 · 5 = 20
    assert first("conv-by-hand", one, "[[20]]").right
    strided = {"x": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "w": [[1, 0], [0, 1]], "s": 2}
    assert first("conv-by-hand", strided, "[[6]]").right
    assert first("conv-by-hand", strided, "[[7]]").status == "wrong"


def test_a_word_of_the_notes_is_right_only_for_its_own_kernel() -> None:
    blur = {"w": [[1, 2, 1], [2, 4, 2], [1, 2, 1]]}
    assert first("image-kernel", blur, "gaussian blur").right
    assert first("image-kernel", blur, "sharpen").status == "wrong"


def test_rounded_numbers_are_asked_for_every_digit() -> None:
    given = {"n": 32, "k": 5, "p": 0, "c_in": 3, "filters": 10}
    assert first("macs", given, "about 1.2 million FLOPs").hint == (
        "This question asks for the exact number, with every digit."
    )


def test_a_window_that_fits_without_its_size_is_right_only_where_it_fits() -> None:
    given = {"k": 5, "s": 2, "p": 0}
    assert first("fit", {"n": 33, **given}, "yes", fit="strict").right
    assert first("fit", {"n": 32, **given}, "yes", fit="strict").status == "other-convention"


def test_rows_that_follow_from_a_wrong_one_are_named_with_it() -> None:
    table = sheet(
        "type: arch-table, input: 16x16x1, arch: conv:k3c4 conv:k3c4 conv:k3c2 conv:k3c2, ask: [shape]"
    )
    result = check(table, "q1", ["13x13x4", "11x11x4", "1x1x1", "14x14x2"])
    assert result.hint == "rows 1, 3-4; row 2 follows correctly from your row 1"


def test_a_row_that_the_students_own_map_cannot_feed_does_not_follow() -> None:
    table = sheet("type: arch-table, input: 16x16x1, arch: conv:k3c4 conv:k5c4, ask: [shape]")
    result = check(table, "q1", ["2x2x4", "1x1x4"])
    assert [part.status for part in result.parts] == ["wrong", "wrong"]


def test_parts_of_which_none_can_be_read_are_unreadable_only_together() -> None:
    given = {"n": 5, "k": 3, "s": 1, "p": 0, "c_in": 3, "filters": 32}
    found = sheet_with("im2col", given)
    assert check(found, "q1", ["abc", "1x1"]).status == "unreadable"
    assert check(found, "q1", ["abc", "27x9"]).status == "partial"


def test_an_assertion_about_a_question_without_points_fails_for_a_wrong_answer() -> None:
    found = sheet("type: params, points: 0, given: {k: 3, c_in: 3, filters: 4}")
    assert_right(found, "q1", "112")
    with pytest.raises(
        WrongAnswer, match=r"q1: This is wrong, and we do not know how you got it\."
    ):
        assert_right(found, "q1", "1009")


def test_a_sheet_that_is_not_there_is_named() -> None:
    with pytest.raises(ConvcalcError, match=r"^no file 'nowhere\.yaml' and no bundled sheet"):
        check("nowhere.yaml", "q1", "5")


def test_a_text_has_no_hint_but_a_choice_has() -> None:
    head = "hints: {max_level: 4}\n"
    assert hint(sheet("type: text", head).questions[0], 4) == []
    assert hint(sheet("type: text", head).questions[0], 1) == ["Look it up in the notes."]
    choice = sheet("type: choice, options: [yes, no], answer: no", head).questions[0]
    assert "Compare every option with your notes." in hint(choice, 2)


# ------------------------------------------------------------------------------------- files


def test_a_table_reads_one_student_and_skips_empty_rows() -> None:
    text = "student,id,q1,variant,q1.x,note\na,b,5,v2,7,z\n,,,,,\n"
    found = submissions.parse(text, sheet("type: text"), "f.csv")
    assert [(each.student, each.variant, each.values) for each in found] == [
        ("a", "v2", {"q1": "5"})
    ]


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"student,q1\na,{'9' * 300_000}\n",
            "f.csv: cannot be read as a table: field larger than field limit (200000); save it as CSV",
        ),
        ("student,q1\n" + "a,1\n" * 100_001, "f.csv: more than 100,000 rows; split the file"),
    ],
)
def test_a_table_without_end_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConvcalcError) as caught:
        submissions.parse(text, sheet("type: text"), "f.csv")
    assert str(caught.value) == said


def test_a_form_without_a_column_for_a_question_is_refused() -> None:
    with pytest.raises(
        ConvcalcError, match=r"^f\.csv: no column is named after a question; known: q1$"
    ):
        tables.parse_table("student,q9\na,5\n", sheet("type: text"), "f.csv")


def test_a_name_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(ConvcalcError, match=r"is not a file name; check the name$"):
        submissions.load("a\0b")


def test_assignments_of_other_kinds_in_a_notebook_are_passed_over() -> None:
    code = [
        "answers = {'q1': 4, **x, 3: 2}\n",
        "a, b = 1, 2\n",
        "c = d = 3\n",
        "answers[0] = {'a': 1}\n",
        "answers['q2'] = {'a': (1, 2)}\n",
        "student_id = 'x'",
    ]
    cells = [{"cell_type": "code", "source": code}, 3, {"cell_type": "code", "source": 7}]
    (found,) = submissions.parse(json.dumps({"cells": cells}), sheet("type: text"), "f.ipynb")
    assert (found.student, found.values) == ("x", {"q1": "4", "q2": {"a": ["1", "2"]}})


@pytest.mark.parametrize("text", ['{"cells": 3, "q1": 4}', '{"q1": 4, "cells": [}'])
def test_what_only_looks_like_a_notebook_is_read_as_something_else(text: str) -> None:
    try:
        (found,) = submissions.parse(text, sheet("type: text"), "f.ipynb")
    except ConvcalcError as error:
        assert "f.ipynb:1:" in str(error)  # noqa: PT017
    else:
        assert found.values["q1"] == "4"


def test_a_file_of_nobody_is_anybodys() -> None:
    found = submissions.parse("q1: 4", sheet("type: text"), "f")
    assert submissions.answers_of(found, "s9", "f").values == {"q1": "4"}


# ---------------------------------------------------------------------------------- commands


def test_why_refuses_a_network_where_the_type_has_none(convcalc: Any) -> None:
    ran = convcalc("why", "7", "--params", "--k", "3", "--arch", "conv:k3c1")
    assert (ran.code, ran.out) == (2, "")
    assert "--arch: params does not use it" in ran.err


def test_layers_are_made_of_a_kernel_a_stride_and_a_dilation() -> None:
    task = sheet_with("receptive-field", {"layers": ["2*3/2", "5/1/2"]}).questions[0].task
    assert task.layers == (RfLayer(3, 2), RfLayer(3, 2), RfLayer(5, 1, 2, is_dilated=True))  # type: ignore[attr-defined]


@pytest.mark.parametrize("layers", [29, 58])
@pytest.mark.unmeasured
def test_a_wrong_total_of_many_layers_is_diagnosed_in_a_few_walks(
    layers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    out_shape = Conv.out_shape

    def counted(self: Conv, shape: tuple[int, ...]) -> tuple[int, ...]:
        nonlocal calls
        calls += 1
        return out_shape(self, shape)

    monkeypatch.setattr(Conv, "out_shape", counted)
    arch = " ".join([*(f"conv:k3c{16 + place % 8}p1" for place in range(layers - 1)), "fc:10"])
    sheet = sheet_with("params-model", {"input": "32x32x3", "arch": arch})
    assert check(sheet, "q1", 1_234_567).status == "wrong"
    assert calls < 50 * layers  # each layer on each shape once, not once per mistake
