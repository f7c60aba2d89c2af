"""What banks of questions hold: void and accepted answers, formulas, points, part marks, all settings."""

from __future__ import annotations

import itertools
import json
import re
import zipfile
from fractions import Fraction
from io import BytesIO
from typing import Any

import pytest

from convcalc.homework import loads
from convcalc.homework.answers.text_types import Choice, Settings
from convcalc.homework.exports import EXPORTS
from convcalc.homework.exports.base import Export, fraction, option_share
from convcalc.homework.exports.items import items

BANKS = ("moodle-xml", "gift", "cloze", "qti", "qti-choice", "jupyterquiz", "prairielearn")
NAMES = {"moodle-xml": "Moodle", "gift": "GIFT", "cloze": "Cloze", "qti": "Canvas", "qti-choice": "Canvas",
         "jupyterquiz": "JupyterQuiz", "prairielearn": "PrairieLearn"}  # fmt: skip
HOLDS_NO_POINTS = ("gift", "jupyterquiz", "prairielearn")


def exported(text: str, name: str) -> tuple[str, Export]:
    """All files of an export as one text, and the export with its notes."""
    export = EXPORTS.find(name)(loads(f"convcalc_sheet: 1\nid: s\nquestions:\n{text}"), 1)
    found = []
    for out in export.files():
        if out.data.startswith(b"PK"):
            with zipfile.ZipFile(BytesIO(out.data)) as archive:
                found += [archive.read(each).decode() for each in archive.namelist()]
        else:
            found.append(out.data.decode())
    return "\n".join(found), export


def notes(text: str, name: str) -> list[str]:
    """What a teacher is told, without that Cloze is pasted."""
    return [note for note in exported(text, name)[1].notes if not note.startswith("paste the file")]


# ------------------------------------------------------------------------------- void and accepted

ASKED = {
    "count": "type: params, given: {k: 5, c_in: 3, filters: 10}",
    "size": "type: output-size, given: {n: 32, k: 5, s: 1}",
    "fit": "type: fit, conventions: {fit: strict}, given: {n: 32, k: 5, s: 1}",
    "volume": "type: volume, given: {n: 32, k: 5, c_in: 3, filters: 6}",
    "matrix": "type: conv-by-hand, given: {x: [[0,1,2],[3,4,5],[6,7,8]], w: [[0,1],[2,3]]}",
    "choice": "type: choice, text: Which?, options: [one, two, three], answer: b",
    "true-false": "type: true-false, statement: Pools have no weights., answer: true",
    "formula": "type: formula, given: {of: output-size}",
    "settings": "type: solve-for, given: {n: 10, out: 8}",
}


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize("kind", ASKED)
def test_a_void_question_is_left_out_and_said(kind: str, name: str) -> None:
    text, export = exported(
        f"  - {{id: gone, points: 3, void: true, {ASKED[kind]}}}\n"
        "  - {id: kept, type: params, given: {k: 3, c_in: 2, filters: 4}}\n",
        name,
    )
    assert "gone" not in text
    assert export.notes[0] == (
        "gone does not count any more (void), so it is left out; its points in this sheet are 3"
    )


ACCEPTED: dict[str, tuple[str, str, str]] = {  # how it is written, as a bank holds it, what is lost
    "count": ("765", "765", ""),
    "size": ("29", "29", ""),
    "fit": ("27", "27", ""),
    "volume": ("29x28x6", "29", ""),
    "matrix": ("[[19, 25], [37, 44]]", "44", ""),
    "choice": ("c", "", "the answer c, which is accepted too, cannot be held; left out"),
}  # fmt: skip


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize("kind", ACCEPTED)
def test_an_accepted_answer_is_right_in_its_box_and_never_wrong(kind: str, name: str) -> None:
    written, held, lost = ACCEPTED[kind]
    sheet = loads(
        f"convcalc_sheet: 1\nquestions:\n  - {{id: q, accept: ['{written}'], {ASKED[kind]}}}\n"
    )
    ((item,),) = list(items(sheet))
    if held:
        right = {
            text
            for box in item.fields
            for text in (*map(str, (v for v, _ in box.right)), *box.words)
        }
        assert held in right
        for box in item.fields:
            values = {value for value, _ in box.right} | set(box.words)
            assert not any(
                wrong.value in values or str(wrong.value) in values for wrong in box.known
            )
    export = EXPORTS.find(name)(sheet, 1)
    list(export.files())
    assert (f"q: {lost}" in export.notes) is bool(lost)


def test_what_boxes_lose_of_accepted_answers_is_said() -> None:
    asked = f"  - {{id: q, accept: [6x28x28, 30x30x6, no], {ASKED['volume']}}}\n"
    assert notes(asked, "cloze")[:3] == [
        "q: each box takes a number of 6×28×28 by itself, which is accepted as a whole",
        "q: each box takes a number of 30×30×6 by itself, which is accepted as a whole",
        "q: the answer does not fit, which is accepted too, has no such boxes; left out",
    ]
    asked = f"  - {{id: q, accept: ['many'], {ASKED['count']}}}\n"
    assert "q: the answer many, which is accepted too, is no number; left out" in notes(
        asked, "moodle-xml"
    )


# ----------------------------------------------------------------------------------------- formulas


@pytest.mark.parametrize("name", BANKS)
def test_a_formula_is_marked_by_a_person_where_only_one_spelling_can_be_held(name: str) -> None:
    text, export = exported(f"  - {{id: q, points: 2, {ASKED['formula']}}}\n", name)
    assert export.notes[0] == (
        f"q: {NAMES[name]} knows one spelling of a formula only, so a person marks it"
    )
    assert "2·p − k" not in text
    sort = {"moodle-xml": 'type="essay"', "qti": "essay_question", "qti-choice": "essay_question",
            "gift": "{}", "prairielearn": '"gradingMethod": "Manual"'}  # fmt: skip
    assert sort.get(name, "") in text
    if name in ("cloze", "jupyterquiz"):
        assert any("marked by a person" in note for note in export.notes)


# ------------------------------------------------------------------------------------------- points


@pytest.mark.parametrize("name", HOLDS_NO_POINTS)
def test_points_that_a_file_cannot_hold_are_said(name: str) -> None:
    asked = (
        f"  - {{id: a, points: 3, {ASKED['count']}}}\n  - {{id: b, {ASKED['count']}}}\n"
        f"  - {{id: c, points: 1/2, {ASKED['volume']}}}\n"
    )
    assert notes(asked, name) == [
        f"{NAMES[name]} holds no points, and every question gives 1; set them there: a 3, c 0.5 for 3 boxes"
    ]
    assert notes(f"  - {{id: b, {ASKED['count']}}}\n", name) == []


# -------------------------------------------------------------------------------- how to write it


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("count", "Answer: a whole number, not rounded, for example "), ("size", "Answer: a number, for example "),
        ("fit", "Answer: a number"), ("volume", "a whole number."), ("matrix", "a number."),
    ],
)  # fmt: skip
def test_how_to_write_an_answer_is_said_on_every_platform(kind: str, line: str, name: str) -> None:
    text, _ = exported(f"  - {{id: q, {ASKED[kind]}}}\n", name)
    if name == "qti-choice" and kind != "fit":
        assert "Answer" not in text  # options are chosen, or stand in boxes of their own
        return
    plain = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), text).replace("\\:", ":")
    assert line in plain


# ------------------------------------------------------------------------------------- check-all

OPTIONS = ("one", "two", "three", "four")
CHECK_ALL = "type: choice, text: Which?, options: [one, two, three, four], answer: [a, b, d]"


def picked(name: str, text: str, chosen: tuple[str, ...]) -> Fraction:
    """The share of the points that a platform gives, by the shares in its file, never below 0."""
    shares: dict[str, Fraction] = {}
    for option in OPTIONS:
        if name == "moodle-xml":
            found = re.search(rf'fraction="(-?[\d.]+)"[^>]*><text>{option}<', text)
        else:
            found = re.search(rf"%(-?[\d.]+)%{option}\b", text)
        assert found, option
        shares[option] = Fraction(found[1]) / 100
    total = sum((shares[OPTIONS[ord(each) - ord("a")]] for each in chosen), Fraction(0))
    return max(Fraction(0), min(Fraction(1), total))


@pytest.mark.parametrize("name", ["moodle-xml", "gift", "cloze"])
def test_part_marks_of_several_right_options_are_those_of_check(name: str) -> None:
    text, export = exported(f"  - {{id: q, partial: parts, {CHECK_ALL}}}\n", name)
    assert not any("part of the points" in note for note in export.notes)
    choice = Choice(OPTIONS)
    for count in range(5):
        for chosen in itertools.combinations("abcd", count):
            wanted = choice.share_right(chosen, ("a", "b", "d"))
            assert abs(picked(name, text, chosen) - wanted) < Fraction(1, 10_000), chosen


@pytest.mark.parametrize("name", BANKS)
def test_a_platform_that_cannot_give_all_or_nothing_is_named(name: str) -> None:
    said = f"q: {NAMES[name]} gives part of the points for some of the right options; convcalc gives all or none"
    assert (said in notes(f"  - {{id: q, {CHECK_ALL}}}\n", name)) is (name != "prairielearn")


def test_prairielearn_gives_part_marks_only_where_the_sheet_does() -> None:
    whole, _ = exported(f"  - {{id: q, {CHECK_ALL}}}\n", "prairielearn")
    parts, _ = exported(f"  - {{id: q, partial: parts, {CHECK_ALL}}}\n", "prairielearn")
    assert "partial-credit" not in whole
    assert 'partial-credit="true" partial-credit-method="PC"' in parts


def test_otter_gives_part_marks_of_several_right_options() -> None:
    text, _ = exported(f"  - {{id: q, points: 3, partial: parts, {CHECK_ALL}}}\n", "otter")
    assert len(re.findall(r"def test_q_\d", text)) == 3


def test_the_shares_of_options_add_up() -> None:
    sheet = loads(f"convcalc_sheet: 1\nquestions:\n  - {{id: q, {CHECK_ALL}}}\n")
    ((item,),) = list(items(sheet))
    assert [option_share(item, right=right) for right in (True, False)] == [
        Fraction(1, 3),
        Fraction(-1, 3),
    ]
    assert [fraction(Fraction(each)) for each in ("-1/3", "-1/2", "-1")] == [
        "-33.33333",
        "-50",
        "-100",
    ]


# --------------------------------------------------------------------------------- all settings


@pytest.mark.parametrize("total", [False, True])
@pytest.mark.parametrize("exact", [False, True])
def test_prairielearn_accepts_every_right_setting_and_no_other(total: bool, exact: bool) -> None:
    conventions = {
        "padding": "total" if total else "per-side",
        "fit": "strict" if exact else "floor",
    }
    given = ", ".join(f"{key}: {value}" for key, value in conventions.items())
    text, export = exported(
        f"  - {{id: q, type: solve-for, conventions: {{{given}}}, given: {{n: 12, out: 5}}}}\n",
        "prairielearn",
    )
    assert export.notes == []
    server = text[text.index('"""Made by convcalc') :]
    space: dict[str, Any] = {}
    exec(server, space)
    data: dict[str, Any] = {"params": {}, "correct_answers": {}, "variant_seed": 7}
    space["generate"](data)
    form = Settings(total=total, exact=exact)
    for k, s, p in itertools.product(range(-1, 14), range(4), range(-1, 5)):
        given_answers = {"k": k, "s": s, "p": p}
        data |= {"submitted_answers": given_answers, "partial_scores": {}}
        space["grade"](data)
        positive = k >= 1 and s >= 1 and p >= 0
        right = positive and form.same(form.read(f"k={k}, s={s}, p={p}"), (12, 5), form.tolerance)
        assert data["score"] == int(right), given_answers
    data["submitted_answers"] = dict(data["correct_answers"])
    space["grade"](data)
    assert data["score"] == 1
    data["submitted_answers"] = {"k": "x"}
    space["grade"](data)
    assert data["score"] == 0
    assert all(f'answers-name="{name}"' in text for name in "ksp")
    assert "Take stride" not in json.dumps(data["params"])


# ------------------------------------------------------------------------- windows that may not fit


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize("kind", ["output-size", "volume", "pool-volume"])
def test_a_strict_question_looks_the_same_whether_it_fits_or_not(kind: str, name: str) -> None:
    given = {"output-size": "", "volume": ", c_in: 3, filters: 6", "pool-volume": ", c_in: 6"}[kind]

    def shape_of(n: int) -> tuple[list[str], str]:
        """The kinds of elements of a question, and how an answer is written."""
        asked = f"type: {kind}, conventions: {{fit: strict}}, given: {{n: {n}, k: 3, s: 2{given}}}"
        sheet = loads(f"convcalc_sheet: 1\nquestions:\n  - {{id: q, {asked}}}\n")
        ((item,),) = list(items(sheet))
        text, _ = exported(f"  - {{id: q, {asked}}}\n", name)
        return re.findall(r"type=.\w+|pl-\w+|\d+:[A-Z]{6,}|question_type", text), (
            f"{item.sort} {len(item.fields)} {re.sub(r'[0-9]+', '#', item.fields[0].form)}"
        )

    fits, misfits = shape_of(33), shape_of(32)
    assert fits[1] == misfits[1]
    if name != "gift":
        assert set(fits[0]) == set(misfits[0])


def test_a_volume_that_does_not_fit_is_0_in_every_box() -> None:
    asked = "  - {id: q, type: volume, conventions: {fit: strict}, given: {n: 32, k: 3, s: 2, c_in: 3, filters: 6}}\n"
    sheet = loads(f"convcalc_sheet: 1\nquestions:\n{asked}")
    ((item,),) = list(items(sheet))
    assert [box.label for box in item.fields] == ["height", "width", "channels"]
    assert [box.right for box in item.fields] == [[(Fraction(0), Fraction(0))]] * 3
    assert 15 in {wrong.value for wrong in item.fields[0].known}  # rounded down
    text, export = exported(asked, "gift")
    assert "Write 0 in every box if a window does not fit." in text
    assert (
        "q: boxes for numbers take no words, so it asks: Write 0 in every box if a window does not fit."
        in export.notes
    )
