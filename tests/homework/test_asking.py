"""Questions with only some parts: a single part, some rows of a table."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from convcalc.homework import check, loads
from convcalc.homework.answers.written import as_written
from convcalc.homework.conventions import PRESETS, conventions
from convcalc.homework.exports.items import items
from convcalc.homework.questions import QUESTIONS, create_question
from convcalc.homework.questions.asking import Parted
from convcalc.homework.questions.given import GivenError

QUESTIONS.load()
PARTED = sorted(name for name, cls in QUESTIONS.items() if issubclass(cls, Parted))
# Tables ask by column and row; a comparison has a part for each design that it lists.
OTHERS = {"arch-table", "chain", "compare", "network"}


def test_every_type_with_named_parts_can_ask_for_some() -> None:
    named = {
        name
        for name, cls in QUESTIONS.items()
        for given in cls.examples
        if len(create_question(name, given).parts()) > 1
    }
    assert named - OTHERS == set(PARTED)
    assert len(PARTED) >= 9


@pytest.mark.parametrize("preset", sorted(PRESETS))
@pytest.mark.parametrize("kind", PARTED)
@pytest.mark.unmeasured
def test_one_part_alone_is_a_question_with_one_plain_answer(kind: str, preset: str) -> None:
    for given in QUESTIONS[kind].examples:
        whole = create_question(kind, given, conventions(preset))
        parts = {part.name: part for part in whole.parts()}
        for name, part in parts.items():
            alone = create_question(kind, given | {"ask": name}, conventions(preset))
            (found,) = alone.parts()
            assert (found.name, found.label, found.expected) == ("", "", part.expected)
            assert (found.topic, found.method) == (part.topic, part.method)
            text = alone.question_text()
            assert f"({name})" in whole.question_text()
            assert not any(f"({other})" in text for other in parts)
            assert text.count("?") == 1


@pytest.mark.parametrize("kind", PARTED)
def test_two_parts_are_asked_in_the_order_of_the_sheet(kind: str) -> None:
    given = QUESTIONS[kind].examples[0]
    names = [part.name for part in create_question(kind, given).parts()]
    task = create_question(kind, given | {"ask": [names[-1], names[0]]})
    assert [part.name for part in task.parts()] == [names[-1], names[0]]
    text = task.question_text()
    assert text.index(f"({names[-1]})") < text.index(f"({names[0]})")
    assert text.count("?") == 2
    assert task.parts()[0].label or task.parts()[0].name


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("savings-separable", {"ask": "ratoi"},
         "ask: savings-separable has no 'ratoi'; did you mean 'ratio'?"),
        ("gradient", {"ask": ["dw", "gold"]}, "ask: gradient has no 'gold'; known: db, dw, dx"),
        ("gradient", {"ask": ["dw", "dw"]}, "ask: lists dw twice; keep one"),
        ("gradient", {"ask": []}, "ask: it lists 0 names; give 1 to 64"),
        ("gradient", {"ask": ["dw"] * 65}, "ask: it lists 65 names; give 1 to 64"),
        ("gradient", {"ask": {"dw": 1}}, "ask: it must be a text, but is a mapping"),
        ("arch-table", {"ask": ["shape", "shape"]}, "ask: lists shape twice; keep one"),
        ("arch-table", {"rows": "4"}, "rows: there is no row 4; the table has rows 1 to 3"),
        ("arch-table", {"rows": [0]}, "rows: there is no row 0; the table has rows 1 to 3"),
        ("arch-table", {"rows": "9" * 300},
         f"rows: there is no row {'9' * 60}…; the table has rows 1 to 3"),
        ("arch-table", {"rows": ["last", "3"]}, "rows: lists row 3 twice; keep one"),
        ("arch-table", {"rows": "conv9"},
         "rows: no layer with a row is called 'conv9'; give numbers from 1 to 3, or last"),
        ("chain", {"arch": "conv:k3c7 conv:k3c7", "rows": "conv:k3c7"},
         "rows: 2 layers are called 'conv:k3c7'; give their numbers"),
    ],
)  # fmt: skip
def test_what_a_question_does_not_have_is_refused(
    kind: str, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(GivenError) as caught:
        create_question(kind, QUESTIONS[kind].examples[0] | given)
    assert str(caught.value) == message


def test_a_part_alone_is_answered_by_a_number() -> None:
    sheet = loads(
        "{convcalc_sheet: 1, questions: ["
        "{type: savings-separable, given: {n: 8, k: 3, c_in: 4, filters: 8, ask: ratio}},"
        "{type: gradient, given: {x: [[1, 2], [3, 4]], w: [[1]], g: [[1, 0], [0, 2]], ask: dw}},"
        "{type: pipeline, given: {x: [[1, 2], [3, 4]], w: [[1]], k: 2, ask: [relu, pool]}}]}"
    )
    # 9·4·8 products for every output value of all maps, against 9·4 + 4·8
    assert check(sheet, "q1", f"{288 / 68:.4f}").right
    assert check(sheet, "q1", {"ratio": "288/68"}).right
    assert check(sheet, "q2", "9").right  # 1·1 + 4·2
    assert check(sheet, "q3", {"relu": [[1, 2], [3, 4]], "pool": 4}).right
    assert check(sheet, "q3", [[[1, 2], [3, 4]], 4]).right
    # the part's mistakes still give its wrong numbers
    wrong = check(sheet, "q2", "2.25")
    assert wrong.mistakes == ["grad.mean"]
    fields = [[each.label for each in item.fields] for (item,) in items(sheet)]
    assert fields[0] == [""]
    assert fields[2][-1].startswith("pool")


def test_what_is_asked_for_can_vary() -> None:
    sheet = loads(
        "{convcalc_sheet: 1, id: v, questions: [{id: q1, type: shrink, "
        "given: {n: 64, k: 5, layers: 3, ask: size}, vary: {n: [60, 80], ask: [size, lost]}}]}"
    )
    ((*variants,),) = items(sheet, variants=9)
    found = {
        (item.question.task.written("n"), item.question.task.written("ask")): item.fields[0].right[0][0]
        for item in variants
    }  # fmt: skip
    assert found == {
        (60, ("size",)): 48, (80, ("size",)): 68,
        (60, ("lost",)): 100 - Fraction(48 * 48 * 100, 3600),
        (80, ("lost",)): 100 - Fraction(68 * 68 * 100, 6400),
    }  # fmt: skip


# --------------------------------------------------------------------------------------- rows

NET = {"input": "32x32x3", "arch": "CONV-5-6 POOL-2 CONV-5-16 POOL-2 FC-120"}


def rows_sheet(**given: Any) -> Any:
    words = ", ".join(f"{key}: {value}" for key, value in (NET | given).items())
    return loads(
        f"{{convcalc_sheet: 1, questions: [{{type: arch-table, partial: parts, given: {{{words}}}}}]}}"
    )


def test_the_last_volume_of_a_chain_is_asked_alone() -> None:
    given = {"input": "32x32x3", "arch": "conv:k5c6 pool:k2 conv:k5c16", "rows": "last"}
    task = create_question("chain", given)
    assert task.question_text() == (
        "Network: conv:k5c6 pool:k2 conv:k5c16 on a 32×32×3 input. "
        "What is the output shape of the last layer (conv:k5c16)?"
    )
    (part,) = task.parts()
    assert (part.name, part.expected) == ("", (10, 10, 16))
    assert part.answer_type.wants == "height × width × channels"
    first = create_question("chain", given, conventions(order="chw")).parts()[0]
    assert (first.expected, first.answer_type.wants) == (
        (16, 10, 10),
        "channels × height × width",
    )
    sheet = loads(f"{{convcalc_sheet: 1, questions: [{{type: chain, given: {given}}}]}}")
    assert check(sheet, "q1", "10x10x16").right
    assert check(sheet, "q1", "9x9x16").status == "wrong"


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ("[2, 5]", "Give for the layers 2 (POOL-2) and 5 (FC-120): shape, params."),
        ("conv1", "Give for layer 1 (CONV-5-6): shape, params."),
        ("[fc, 1]", "Give for the layers 1 (CONV-5-6) and 5 (FC-120): shape, params."),
        ("last", "Give for the last layer (FC-120): shape, params."),
        ("'1, 2 last'", "Give for the layers 1 (CONV-5-6), 2 (POOL-2) and 5 (FC-120): shape, params."),
    ],
)  # fmt: skip
def test_rows_are_named_by_number_by_layer_or_as_the_last(rows: str, text: str) -> None:
    sheet = rows_sheet(rows=rows, ask="[shape, params]")
    assert sheet["q1"].sentence == f"Network: {NET['arch']} on a 32×32×3 input. {text}"


@pytest.mark.parametrize(
    "answer",
    [
        "2: 14x14x6\n5: 120",
        "14x14x6\n120",
        [[14, 14, 6], [120]],
        {"POOL-2": "14x14x6", "FC-120": "120"},
        {"2": "14x14x6", "5": "120"},
        "conv1: 1x1x1\npool1: 14x14x6\nconv2: 1x1x1\npool2: 1x1x1\nfc1: 120",
        "28x28x6\n14x14x6\n10x10x16\n5x5x16\n120",
    ],
)
def test_some_rows_are_read_from_a_table_of_them_or_of_all(answer: Any) -> None:
    sheet = rows_sheet(rows="[2, 5]")
    assert [part.name for part in sheet["q1"].parts] == ["2.shape", "5.shape"]
    result = check(sheet, "q1", as_written(answer))
    assert result.right, [(part.part, part.read) for part in result.parts]


def test_a_later_row_still_follows_from_an_earlier_one() -> None:
    sheet = rows_sheet(rows="[1, 2]")
    result = check(sheet, "q1", "30x30x6\n15x15x6")
    assert [part.status for part in result.parts] == ["wrong", "follow-through"]
