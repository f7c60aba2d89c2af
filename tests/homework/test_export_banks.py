"""The content of question banks: void and accepted answers, formulas, points, partial points, all settings."""

from __future__ import annotations

import html
import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from io import BytesIO
from typing import Any

import pytest

from convcalc.homework import Sheet, check, loads
from convcalc.homework.answers.text_types import Choice, Settings
from convcalc.homework.exports import EXPORTS
from convcalc.homework.exports.base import Export, boxes_line, fraction, option_share
from convcalc.homework.exports.items import items
from convcalc.homework.questions import QUESTIONS, Part, create_question
from convcalc.homework.questions.given import GivenError
from convcalc.homework.sheets.forms import answer_help
from homework.test_export_quizzes import answered

BANKS = ("moodle-xml", "gift", "cloze", "qti", "qti-choice", "jupyterquiz", "prairielearn")
NAMES = {"moodle-xml": "Moodle", "gift": "GIFT", "cloze": "Cloze", "qti": "Canvas", "qti-choice": "Canvas",
         "jupyterquiz": "JupyterQuiz", "prairielearn": "PrairieLearn"}  # fmt: skip


def exported(text: str, name: str) -> tuple[str, Export]:
    """All files of an export as one text, and the export with its notes."""
    export = EXPORTS.find(name)(loads(f"convcalc_sheet: 1\nid: s\nquestions:\n{text}"), 1)
    return joined(export), export


def joined(export: Export) -> str:
    """All files of an export as one text."""
    found = []
    for out in export.files():
        if out.data.startswith(b"PK"):
            with zipfile.ZipFile(BytesIO(out.data)) as archive:
                found += [archive.read(each).decode() for each in archive.namelist()]
        else:
            found.append(out.data.decode())
    return "\n".join(found)


def notes(text: str, name: str) -> list[str]:
    """The notes for a teacher, without the one on pasting Cloze."""
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
@pytest.mark.unmeasured
def test_a_void_question_is_left_out_and_said(kind: str, name: str) -> None:
    text, export = exported(
        f"  - {{id: gone, points: 3, void: true, {ASKED[kind]}}}\n"
        "  - {id: kept, type: params, given: {k: 3, c_in: 2, filters: 4}}\n",
        name,
    )
    assert "gone" not in text
    assert export.notes[0] == (
        "gone does not count any more (void), so it is left out; give everybody its points: 3"
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


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "gift",
            "GIFT has no points: every question gives 1; set them on the platform: a 3, c 0.5 in 3 questions",
        ),
        ("jupyterquiz", "JupyterQuiz gives no points; this sheet gives: a 3, c 0.5 in 3 questions"),
        (
            "prairielearn",
            "PrairieLearn has no points in a question; set them in infoAssessment.json, where 1 is usual: a 3, c 0.5",
        ),
    ],
)
@pytest.mark.unmeasured
def test_points_that_a_file_cannot_hold_are_said(name: str, said: str) -> None:
    asked = (
        f"  - {{id: a, points: 3, {ASKED['count']}}}\n  - {{id: b, {ASKED['count']}}}\n"
        f"  - {{id: c, points: 1/2, {ASKED['volume']}}}\n"
    )
    assert notes(asked, name) == [said]
    assert notes(f"  - {{id: b, {ASKED['count']}}}\n", name) == []


# -------------------------------------------------------------------------------- how to write it


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("count", "Answer: a whole number, with every digit, for example "), ("size", "Answer: a number, for example "),
        ("fit", "Answer: a number"), ("volume", "a whole number."), ("matrix", "a number."),
    ],
)  # fmt: skip
@pytest.mark.unmeasured
def test_how_to_write_an_answer_is_said_on_every_platform(kind: str, line: str, name: str) -> None:
    text, _ = exported(f"  - {{id: q, {ASKED[kind]}}}\n", name)
    if name == "qti-choice" and kind != "fit":
        assert "Answer" not in text  # options are chosen, or are in separate boxes
        return
    plain = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), text).replace("\\:", ":")
    assert line in plain


def every_type() -> Sheet:
    """A sheet with a question of every type."""
    asked = [
        {"id": f"q{place}", "type": kind, "given": dict(QUESTIONS[kind].examples[0])}
        for place, kind in enumerate(QUESTIONS)
        if kind not in ("text", "choice", "true-false")
    ]
    return loads(json.dumps({"convcalc_sheet": 1, "id": "s", "questions": asked}))


@pytest.fixture(scope="module")
def types() -> Sheet:
    return every_type()


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", BANKS)
def test_an_answer_is_written_as_the_sheet_says(types: Sheet, name: str) -> None:
    text = joined(EXPORTS.find(name)(types, 1))
    if name == "prairielearn":  # its programs contain the texts as Python literals
        text += text.encode("ascii", "ignore").decode("unicode_escape")
    plain = re.sub(r"\\([:=#~{}])", r"\1", html.unescape(html.unescape(text)))
    for (item,) in items(types):
        left_out = name == "jupyterquiz" and item.spelled
        chosen = name == "qti-choice" and any(len(box.known) > 1 for box in item.fields)
        if len(item.fields) != 1 or item.setting or left_out or chosen:
            continue
        shape = isinstance(item.question.parts[0].expected, tuple)
        form = "a whole number" if shape else answer_help(item.question)
        assert f"Answer: {form}" in plain, item.question.kind


def test_boxes_say_the_commonest_form_and_then_the_others() -> None:
    lines = {}
    for (item,) in items(every_type()):
        if len(item.fields) > 1:
            lines[item.question.kind] = boxes_line(item)
    assert lines["volume"] == "Answer in each box: a whole number."
    assert lines["gradient"] == "Answer in each box: a number."
    assert lines["arch-table"] == "Answer in each box: a whole number, with every digit."
    assert lines["softmax-by-hand"] == "Answer in each box: a number, to 3 decimals."
    assert lines["shrink"] == (
        "Answer in each box: a number; share lost: a percentage (within 1 %)."
    )
    assert lines["savings-separable"] == (
        "Answer in each box: a whole number, with every digit; ratio: a number (within 1 %)."
    )


def test_rounded_numbers_are_right_as_far_as_they_are_asked() -> None:
    asked = "type: softmax-by-hand, given: {x: [[1, 2, 3]]}"
    text, _ = exported(f"  - {{id: q, partial: cells, {asked}}}\n", "cloze")
    assert "NUMERICAL:=0.09:0.005#" in text
    assert "NUMERICAL:=0.67:0.005#" in text


def test_one_cell_is_asked_as_a_number() -> None:
    asked = "type: conv-by-hand, given: {x: [[1, 2], [3, 4]], w: [[1, 2], [3, 4]]}"
    text, _ = exported(f"  - {{id: q, {asked}}}\n", "moodle-xml")
    assert "<p><em>Answer: a number.</em></p>" in text


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
    said = (
        f"q: {NAMES[name]} gives 1/3 of the points for each right option, less 1/3 for each wrong one; "
        "convcalc gives all or none"
    )
    found = notes(f"  - {{id: q, {CHECK_ALL}}}\n", name)
    assert found == ([] if name in ("prairielearn", "jupyterquiz") else [said])
    assert notes(f"  - {{id: q, partial: parts, {CHECK_ALL}}}\n", name) == []


@pytest.mark.parametrize("name", BANKS)
def test_more_right_options_than_a_platform_has_shares_for_are_marked_by_a_person(
    name: str,
) -> None:
    options = ", ".join(f"option {place}" for place in range(12))
    asked = (
        f"type: choice, text: Which?, options: [{options}], answer: [{', '.join('abcdefghijk')}]"
    )
    text, export = exported(f"  - {{id: q, partial: parts, {asked}}}\n", name)
    said = (
        f"q: {NAMES[name]} has no share of 1/11 for each of 11 right options, so a person marks it"
    )
    few = name in ("moodle-xml", "gift", "cloze")
    assert (said in export.notes) is few
    assert ("l) option 11. Answer" in text.replace("\\:", ":")) is few


@pytest.mark.parametrize("name", BANKS)
def test_boxes_that_give_points_together_only_are_named(name: str) -> None:
    asked = "".join(
        f"  - {{id: {kind[0]}{place}, points: 6, {more}{ASKED[kind]}}}\n"
        for kind, own in (("volume", "parts"), ("matrix", "cells"))
        for place, more in enumerate(("partial: none, ", f"partial: {own}, "))
    )
    asked += "  - {id: s, points: 3, partial: none, type: savings-separable, given: {n: 8, k: 3, c_in: 4, filters: 8}}\n"
    said = (
        f"{NAMES[name]} marks every box by itself; convcalc gives points only for these together: "
        "v0 3 boxes, m0 4 boxes, s 3 boxes"
    )
    assert (said in notes(asked, name)) is (name not in ("prairielearn", "jupyterquiz"))


@pytest.mark.parametrize("partial", ["none", "parts", "cells"])
@pytest.mark.parametrize(
    ("asked", "typed"),
    [
        (ASKED["volume"], ["28", "28", "6"]),
        (ASKED["matrix"], ["19", "25", "37", "43"]),
        ("type: same-padding, given: {n: 5, k: 4, s: 2}", ["3", "1", "2"]),
    ],
)
def test_prairielearn_gives_what_check_gives_for_several_boxes(
    asked: str, typed: list[str], partial: str
) -> None:
    source = f"  - {{id: q, points: 4, partial: {partial}, {asked}}}\n"
    sheet = loads(f"convcalc_sheet: 1\nid: s\nquestions:\n{source}")
    text, _ = exported(source, "prairielearn")
    server, page = text[text.index('"""Made by') :], text
    names = [part.name for part in sheet["q"].parts]

    def share(values: list[str]) -> tuple[float, float]:
        """The shares of the points that the platform and check give."""
        given = {f"a{place}": int(value) for place, value in enumerate(values, start=1)}
        answer: Any = values
        if len(names) > 1:
            answer = dict(zip(names, values))
        elif asked == ASKED["matrix"]:
            answer = [values[:2], values[2:]]
        else:
            answer = "x".join(values)
        found = answered(server.encode(), page, given)["score"]
        return found, float(check(sheet, "q", answer).points / 4)

    assert share(typed) == (1, 1)
    for place in range(len(typed)):
        theirs, ours = share([*typed[:place], "971", *typed[place + 1 :]])
        assert theirs == pytest.approx(ours), place


def test_prairielearn_gives_part_marks_only_where_the_sheet_does() -> None:
    whole, _ = exported(f"  - {{id: q, {CHECK_ALL}}}\n", "prairielearn")
    parts, _ = exported(f"  - {{id: q, partial: parts, {CHECK_ALL}}}\n", "prairielearn")
    assert re.findall(r" partial-credit[^ >]*", whole) == [' partial-credit="false"']
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
@pytest.mark.unmeasured
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
        "q: boxes for numbers take no words, so it says: Write 0 in every box if a window does not fit."
        in export.notes
    )


# ------------------------------------------------------------- answers that follow from wrong ones

TABLE = 'given: {input: 12x12x3, arch: "conv:k3c4 pool:k2 conv:k3c5", '
FOLLOWING = {
    "several shapes": (f"type: arch-table, {TABLE}ask: shape}}", True),
    "shapes and weights": (f"type: arch-table, {TABLE}ask: [shape, weights]}}", True),
    "only the weights": (f"type: arch-table, {TABLE}ask: weights}}", False),
    "one row": (f"type: arch-table, {TABLE}ask: [shape, weights], rows: [3]}}", False),
    "all or nothing": (f"type: arch-table, partial: none, {TABLE}ask: shape}}", False),
    "mean and variance": ("type: batch-norm-by-hand, given: {x: [[1, 5]], ask: [mean, variance]}", True),
    "one part": ("type: batch-norm-by-hand, given: {x: [[1, 5]], ask: [y]}", False),
    "a count": (ASKED["count"], False),
}  # fmt: skip


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", EXPORTS.names())
@pytest.mark.parametrize("kind", FOLLOWING)
def test_marks_for_what_follows_that_a_platform_cannot_give_are_said(kind: str, name: str) -> None:
    asked, follows = FOLLOWING[kind]
    said = [note for note in notes(f"  - {{id: q, {asked}}}\n", name) if "follows" in note]
    lost = f"{NAMES.get(name)} marks what follows from the student's own wrong answer as wrong; convcalc gives points for it: q"
    assert said == ([lost] if follows and name in BANKS else [])


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", EXPORTS.names())
def test_nothing_is_said_where_the_sheet_gives_no_points_for_it(name: str) -> None:
    asked = f"  - {{id: q, {FOLLOWING['several shapes'][0]}}}\n"
    assert not any(
        "follows" in note for note in notes(f"{asked}grading: {{follow_through: false}}\n", name)
    )


def changed(part: Part) -> Any:
    """A wrong answer instead of a right one, if it consists of numbers."""
    right = part.expected
    if isinstance(right, tuple):
        return tuple(n + 1 if isinstance(n, int) else n for n in right)
    return right + 1 if isinstance(right, int | Fraction) else right


@pytest.mark.parametrize("kind", QUESTIONS.names())
@pytest.mark.unmeasured
def test_a_type_says_of_which_parts_others_follow(kind: str) -> None:
    for given in QUESTIONS[kind].examples:
        task = create_question(kind, given)
        parts = task.parts()
        for place, part in enumerate(parts):
            earlier = {part.name: changed(part)}
            after = [task.follow(each.name, earlier) for each in parts[place + 1 :]]
            moved = [new for new, old in zip(after, parts[place + 1 :]) if new and new.expected != old.expected]  # fmt: skip
            assert task.passes_on(part.name) == bool(moved), (given, part.name)


@pytest.mark.parametrize("name", EXPORTS.names())
@pytest.mark.unmeasured
def test_a_bank_says_that_only_the_right_answers_to_other_questions_count(name: str) -> None:
    asked = (
        f"  - {{id: a, {ASKED['count']}}}\n  - {{id: b, {ASKED['count']}}}\n"
        "  - {id: c, type: from-answers, given: {formula: a*b}}\n"
        "  - {id: d, type: from-answers, given: {formula: 2*a}}\n"
        "  - {id: e, type: from-answers, given: {formula: 2*a, values: {a: 3}}}\n"
    )
    text, export = exported(asked, name)
    said = [note for note in export.notes if "counts here" in note or "follows" in note]
    if name not in BANKS:
        assert said == []
        return
    assert sorted(said) == [
        f"{NAMES[name]} marks what follows from the student's own wrong answer as wrong; convcalc gives points for it: c, d",
        "c: a platform does not know the student's answers to other questions, so it says: Only the result of the right answers counts here.",
        "d: a platform does not know the student's answers to other questions, so it says: Only the result of the right answer counts here.",
    ]
    assert text.count("Only the result of the right answer") == 2


# --------------------------------------------------------------------- boxes and their feedback


def on_other_axes() -> Iterator[dict[str, Any]]:
    """Questions of all types that can have sizes along two or three axes."""
    for kind in QUESTIONS.names():
        for given in QUESTIONS[kind].examples:
            for axes in (2, 3):
                one = {name: [given[name]] * axes for name in ("n", "k") if isinstance(given.get(name), int)}  # fmt: skip
                with suppress(GivenError):
                    create_question(kind, {**given, **one})
                    yield {"type": kind, "given": {**given, **one}}


@pytest.mark.unmeasured
@pytest.mark.parametrize("order", ["hwc", "chw", "nchw"])
def test_every_box_of_several_has_a_name(order: str) -> None:
    asked = [
        {"id": f"{kind}{place}", "type": kind, "given": dict(given)}
        for kind in QUESTIONS.names()
        for place, given in enumerate(QUESTIONS[kind].examples)
        if kind not in ("text", "choice", "true-false")
    ]
    more = [
        {"type": "volume", "given": {"n": [20], "k": 3, "filters": 4}},
        {"type": "volume", "given": {"n": [9, 9, 9], "k": 3, "filters": 4}},
        {"type": "padded-volume", "given": {"n": [20], "p": 3, "c_in": 5}},
        {"type": "weight-shape", "given": {"k": [3], "c_in": 4, "filters": 6}},
        {"type": "weight-shape", "given": {"layer": "fc", "c_in": 4, "filters": 6}},
        *on_other_axes(),
    ]
    sheet = loads(json.dumps({"convcalc_sheet": 1, "id": "s", "conventions": {"order": order}, "questions": asked + more}))  # fmt: skip
    for (item,) in items(sheet):
        labels = [box.label for box in item.fields]
        if len(labels) > 1:
            assert len(set(labels)) == len(labels), item.id
            for box in item.fields:
                assert box.row or not re.search(r"(?:^| )\d+$", box.label), (item.id, box.label)


@pytest.mark.parametrize(
    ("asked", "order", "labels"),
    [
        ("type: padded-volume, given: {n: 8, p: 1, c_in: 3}", "hwc", ["height", "width", "channels"]),
        ("type: padded-volume, given: {n: 8, p: 1, c_in: 3}", "nchw", ["channels", "height", "width"]),
        ("type: weight-shape, given: {k: 3, c_in: 4, filters: 6}", "chw", ["filters", "input channels", "kernel height", "kernel width"]),
        ("type: weight-shape, given: {k: 3, c_in: 4, filters: 6}", "hwc", ["kernel height", "kernel width", "input channels", "filters"]),
        ("type: shape-of-gradient, given: {n: 8, k: 3}", "hwc", ["rows", "columns"]),
        ("type: im2col, given: {n: 8, k: 3, c_in: 2, filters: 4, ask: [columns]}", "hwc", ["rows", "columns"]),
        ("type: volume, given: {n: [9], k: 3, filters: 4}", "chw", ["channels", "length"]),
        ("type: output-size, given: {n: [9, 8], k: 3}", "chw", ["height", "width"]),
        ("type: output-size, given: {n: [9, 8, 7], k: 3}", "chw", ["depth", "height", "width"]),
    ],
)  # fmt: skip
def test_a_box_is_called_as_the_number_in_it(asked: str, order: str, labels: list[str]) -> None:
    sheet = loads(f"convcalc_sheet: 1\nid: s\nconventions: {{order: {order}}}\nquestions:\n  - {{id: q, {asked}}}\n")  # fmt: skip
    ((item,),) = items(sheet)
    assert [box.label for box in item.fields] == labels


@pytest.mark.unmeasured
@pytest.mark.parametrize("fit", ["floor", "strict", "ceil"])
@pytest.mark.parametrize("kind", QUESTIONS.names())
def test_no_rule_beside_a_question_contradicts_how_to_write_it(kind: str, fit: str) -> None:
    if kind in ("text", "choice", "true-false"):
        return
    for given in QUESTIONS[kind].examples:
        asked = [{"type": kind, "given": dict(given)}]
        sheet = loads(json.dumps({"convcalc_sheet": 1, "id": "s", "conventions": {"fit": fit}, "questions": asked}))  # fmt: skip
        for (item,) in items(sheet):
            said = f"{item.alone} {boxes_line(item)} {item.wants}"
            assert "not rounded" not in said
            assert ("write: does not fit" in said) + ("Write 0 in every box if" in said) <= 1
