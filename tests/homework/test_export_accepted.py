"""Further right answers (`accept:`) and void questions, for every type of answer on every platform."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest

from convcalc.homework import Sheet, check, loads
from convcalc.homework.answers.types import ANSWER_TYPES
from convcalc.homework.exports import EXPORTS
from homework.test_export_banks import BANKS, NAMES
from homework.test_export_moodle import BOX, made, marked_by_moodle, parsed, questions, unescaped
from homework.test_export_quizzes import answered, files, filled, quiz, quizzed, scored


class Row(NamedTuple):
    """A question, a further right answer in the sheet, the text typed into its boxes, and a wrong answer."""

    asked: str
    accept: str
    typed: tuple[str, ...]
    wrong: tuple[str, ...] = ("91",)
    given: dict[str, Any] | None = None


X, W = "[[0,1,2],[3,4,5],[6,7,8]]", "[[0,1],[2,3]]"
ROWS = {
    "count": Row("type: params, given: {k: 5, c_in: 3, filters: 10}", "750", ("750",)),
    "size": Row("type: output-size, given: {n: 32, k: 5, s: 1}", "27", ("27",)),
    "fit": Row("type: fit, conventions: {fit: strict}, given: {n: 32, k: 5, s: 1}", "29", ("29",)),
    "misfit": Row("type: fit, conventions: {fit: strict}, given: {n: 32, k: 5, s: 1}", "no", ("does not fit",)),
    "fits": Row("type: fit, conventions: {fit: strict}, given: {n: 32, k: 5, s: 2}", "14", ("14",)),
    "volume": Row("type: volume, given: {n: 32, k: 5, c_in: 3, filters: 6}", "28x27x6", ("28", "27", "6"), ("28", "26", "6")),
    "ratio": Row("type: scaling, given: {c_in: 3, filters: 2}", "5", ("5",)),
    "share": Row("type: fraction, given: {k: 4}", "25 %", ("25",)),
    "bytes": Row("type: memory, given: {volume: 10x10x8, copies: 3}", "0.5 MB", ("0.5",)),
    "matrix": Row(f"type: conv-by-hand, given: {{x: {X}, w: {W}}}", "[[19, 25], [37, 44]]", ("19", "25", "37", "44"), ("19", "25", "37", "45")),
    "decimals": Row("type: softmax-by-hand, given: {x: [[1, 2, 3]]}", "[0.09, 0.25, 0.67]", ("0.09", "0.25", "0.67"), ("0.09", "0.26", "0.67")),
    "number": Row("type: dot-product, given: {x: [[1, 2], [3, 4]], w: [[2, 0], [1, 5]]}", "7", ("7",)),
    "range": Row('type: pixels-seen, given: {input: 32x32x3, arch: "conv:k3c8p1 pool:k2", unit: [0, 5], ask: rows}', "4 to 9", ("4", "9"), ("4", "10")),
    "c-squared": Row("type: stacks, given: {layers: 2, k: 3, against: 5, ask: small}", "20C²", ("20",)),
    "word": Row("type: image-kernel, given: {w: [[0,0,0],[0,1,0],[0,0,0]]}", "sharpen", ("sharpen",), ("edges",)),
}  # fmt: skip
ELSEWHERE = {
    "network",
    "choice",
    "true-false",
    "prose",
    "settings",
    "formula",
}  # tested separately, or without a key


def test_every_type_of_answer_is_here() -> None:
    for kind, row in ROWS.items():
        types = {type(part.answer_type) for part in sheet_of(row)["q"].parts}
        assert types == {ANSWER_TYPES.find({"misfit": "fit", "fits": "fit"}.get(kind, kind))}
    assert set(ROWS) - {"misfit", "fits"} | ELSEWHERE == set(ANSWER_TYPES)


def sheet_of(row: Row, more: str = "") -> Sheet:
    return loads(
        f"convcalc_sheet: 1\nid: s\nquestions:\n  - {{id: q, partial: cells, {more}{row.asked}}}\n"
    )


def cloze_share(text: str, typed: tuple[str, ...]) -> float:
    """Moodle's rule for boxes in a text: in each box the first matching answer counts."""
    found = BOX.findall(text)
    assert len(found) == len(typed)
    points = 0.0
    for (weight, kind, inside), value in zip(found, typed):
        for answer in re.split(r"(?<!\\)~", inside):
            match = re.match(r"(=|%([\d.]+)%)([^#]*)#", answer)
            assert match, answer
            word = html.unescape(match[3])
            if kind == "NUMERICAL":
                number, off = word.split(":")
                same = abs(Fraction(number) - Fraction(value)) <= Fraction(off)
            else:
                same = word in ("*", value)
            if same:
                points += int(weight) * (100 if match[1] == "=" else float(match[2])) / 100
                break
    return points / sum(int(weight) for weight, *_ in found)


def by_moodle(sheet: Sheet, typed: tuple[str, ...]) -> float:
    ((_, question),) = questions(made(sheet, "moodle-xml"))
    kind = question.get("type")
    if kind == "cloze":
        return cloze_share(question.findtext("questiontext/text") or "", typed)
    if kind == "numerical":
        return marked_by_moodle(question, Fraction(typed[0]))[0] / 100
    assert kind == "shortanswer"
    for answer in question.findall("answer"):
        if answer.findtext("text") in (typed[0], "*"):
            return float(answer.get("fraction") or 0) / 100
    return 0


def by_gift(sheet: Sheet, typed: tuple[str, ...]) -> float:
    shares = []
    for question, value in zip(parsed(made(sheet, "gift")), typed, strict=True):
        numeric = type(question.answers).__name__ == "NumericAnswerSet"
        shares.append(0.0)
        for answer in question.answers.answers:
            if numeric:
                same = abs(Fraction(str(answer.value)) - Fraction(value)) <= Fraction(
                    str(answer.tolerance)
                )
            else:
                same = unescaped(answer.answer).strip() == value
            if same:
                shares[-1] = answer.fraction / 100
                break
    return sum(shares) / len(shares)


CANVAS = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"


def in_a_box(item: ET.Element, value: str) -> float:
    """Canvas's rule for a box, also for words: any of the listed answers."""
    if item.find(f".//{CANVAS}vargte") is not None:
        return scored(item, value) / 100
    return float(value in {each.text for each in item.iter(f"{CANVAS}varequal")})


def by_canvas(sheet: Sheet, typed: tuple[str, ...]) -> float:
    found = list(quiz(sheet).iter(f"{CANVAS}item"))
    if len(found) == 1 and len(typed) > 1:
        return round(filled(found[0], list(typed)) / 100, 4)
    return sum(in_a_box(item, value) for item, value in zip(found, typed, strict=True)) / len(typed)


def by_canvas_choices(sheet: Sheet, typed: tuple[str, ...]) -> float:
    """A number is chosen: accepted ones may not be among the wrong options, which must exist."""
    shares = []
    for item, value in zip(quiz(sheet, "qti-choice").iter(f"{CANVAS}item"), typed, strict=True):
        labels = list(item.iter(f"{CANVAS}response_label"))
        options = [
            re.sub("<.*?>", "", each.findtext(f"{CANVAS}material/{CANVAS}mattext") or "")
            for each in labels
        ]
        if any(options):
            right = item.findtext(
                f"{CANVAS}resprocessing/{CANVAS}respcondition[@continue='No']/{CANVAS}conditionvar/{CANVAS}varequal"
            )
            chosen = {each.get("ident"): text for each, text in zip(labels, options)}[right or ""]
            shares.append(float(value == chosen or value not in options))
        else:
            shares.append(in_a_box(item, value))
    return sum(shares) / len(shares)


def by_jupyterquiz(sheet: Sheet, typed: tuple[str, ...]) -> float:
    found = json.loads(files(sheet, "jupyterquiz")[""])
    right = [
        quizzed(each, float(value) if each["type"] == "numeric" else value)[0]
        for each, value in zip(found, typed, strict=True)
    ]
    return sum(right) / len(right)


def by_prairielearn(sheet: Sheet, typed: tuple[str, ...]) -> float:
    out = files(sheet, "prairielearn")
    page = out["s_q/question.html"].decode()
    elements = re.findall(r"<pl-(\w+)-input", page)
    read: dict[str, Callable[[str], Any]] = {"integer": int, "number": float, "string": str}
    given = {
        f"a{i}": read[kind](value)
        for i, (kind, value) in enumerate(zip(elements, typed, strict=True), 1)
    }
    return float(answered(out["s_q/server.py"], page, given)["score"])


MARKED: dict[str, Callable[[Sheet, tuple[str, ...]], float]] = {
    "moodle-xml": by_moodle, "gift": by_gift, "cloze": lambda sheet, typed: cloze_share(made(sheet, "cloze"), typed),
    "qti": by_canvas, "qti-choice": by_canvas_choices, "jupyterquiz": by_jupyterquiz,
    "prairielearn": by_prairielearn,
}  # fmt: skip


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.unmeasured
def test_an_accepted_answer_gets_all_points(kind: str, name: str) -> None:
    row = ROWS[kind]
    before, after = sheet_of(row), sheet_of(row, f"accept: ['{row.accept}'], ")
    assert check(before, "q", row.accept).status != "right"
    assert check(after, "q", row.accept).status == "right"
    marked = MARKED[name]
    assert marked(after, row.typed) == 1
    if name != "qti-choice":
        assert marked(before, row.typed) < 1
        assert marked(after, row.wrong) < 1


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize("kind", ROWS)
def test_a_void_question_is_in_no_bank(kind: str, name: str) -> None:
    sheet = sheet_of(ROWS[kind], "void: true, points: 3, ")
    export = EXPORTS.find(name)(sheet, 1)
    assert export.items == []
    assert export.notes == [
        "q does not count any more (void), so it is left out; give everybody its points: 3"
    ]


# --------------------------------------------------------------- choices, settings, omissions


def noted(asked: str, name: str) -> list[str]:
    sheet = loads(f"convcalc_sheet: 1\nid: s\nquestions:\n  - {{id: q, {asked}}}\n")
    export = EXPORTS.find(name)(sheet, 1)
    list(export.files())
    return [note for note in export.notes if "accepted" in note or "left out" in note]


CHOICE = "type: choice, text: Which?, options: [one, two, three], answer: b"


@pytest.mark.parametrize("name", BANKS)
def test_another_option_is_right_too_where_a_platform_holds_that(name: str) -> None:
    held = name in ("moodle-xml", "gift", "cloze", "jupyterquiz")
    said = [f"q: {NAMES[name]} takes only one right option; left out: three"]
    assert noted(f"accept: [c], {CHOICE}", name) == ([] if held else said)


def test_another_right_option_has_all_points() -> None:
    sheet = loads(f"convcalc_sheet: 1\nid: s\nquestions:\n  - {{id: q, accept: [c], {CHOICE}}}\n")
    ((_, question),) = questions(made(sheet, "moodle-xml"))
    shares = [answer.get("fraction") for answer in question.findall("answer")]
    assert shares == ["0", "100", "100"]
    (gift,) = parsed(made(sheet, "gift"))
    assert [(each.answer, each.fraction) for each in gift.answers.answers] == [
        ("one", 0), ("two", 100), ("three", 100),
    ]  # fmt: skip
    assert "{1:MULTICHOICE_V:%0%one~=two~=three}" in made(sheet, "cloze")
    (asked,) = json.loads(files(sheet, "jupyterquiz")[""])
    assert [each["correct"] for each in asked["answers"]] == [False, True, True]


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("accept: ['a, b'], type: choice, text: Which?, options: [one, two, three], answer: [b]", "a, b"),
        ("accept: [a], type: choice, text: Which?, options: [one, two, three], answer: [b, c]", "a"),
        ("accept: [false], type: true-false, text: Pools have no weights., answer: true", "false"),
        ("accept: ['k=3, s=1, p=same'], type: solve-for, given: {n: 10, out: 8}", "k=3, s=1, p=same"),
    ],
)  # fmt: skip
def test_what_no_platform_can_hold_is_said(asked: str, answer: str, name: str) -> None:
    assert noted(asked, name) == [
        f"q: the answer {answer}, which is accepted too, cannot be stored; left out"
    ]


def test_an_accepted_setting_is_right_on_prairielearn() -> None:
    row = "accept: ['k=5, s=1, p=0', 'k=4, s=2, p=1'], type: solve-for, given: {n: 10, out: 8}"
    sheet = loads(f"convcalc_sheet: 1\nid: s\nquestions:\n  - {{id: q, {row}}}\n")
    out = files(sheet, "prairielearn")
    server, page = out["s_q/server.py"], out["s_q/question.html"].decode()
    for k, s, p, score in ((3, 1, 0, 1), (5, 1, 0, 1), (4, 2, 1, 1), (4, 1, 0, 0)):
        assert answered(server, page, {"k": k, "s": s, "p": p})["score"] == score
    ((_, question),) = questions(made(sheet, "moodle-xml"))
    assert [marked_by_moodle(question, Fraction(k))[0] for k in (3, 4, 5)] == [100, 0, 100]


def test_what_boxes_lose_of_accepted_answers_is_said() -> None:
    volume = ROWS["volume"].asked
    assert noted(f"accept: [6x28x28, 30x30x6, no, many], {volume}", "cloze") == [
        "q: each box takes a number of 6×28×28 by itself, which is accepted as a whole",
        "q: each box takes a number of 30×30×6 by itself, which is accepted as a whole",
        "q: the answer does not fit, which is accepted too, has no such boxes; left out",
        "q: the answer many, which is accepted too, has no such boxes; left out",
    ]
    assert noted(f"accept: [many], {ROWS['count'].asked}", "moodle-xml") == [
        "q: the answer many, which is accepted too, is not a number; left out"
    ]


def test_that_nothing_fits_is_0_in_every_box_where_it_is_accepted() -> None:
    row = Row(
        "type: volume, conventions: {fit: strict}, given: {n: 32, k: 5, s: 3, c_in: 3, filters: 6}",
        "no", (),
    )  # fmt: skip
    sheet = sheet_of(row, "accept: ['no'], ")
    assert cloze_share(made(sheet, "cloze"), ("0", "0", "0")) == 1
    assert cloze_share(made(sheet_of(row), "cloze"), ("0", "0", "0")) == 0


def test_the_boxes_of_canvas_choices_say_which_number_is_asked() -> None:
    root = quiz(sheet_of(ROWS["volume"]), "qti-choice")
    texts = [
        item.findtext(f"{CANVAS}presentation/{CANVAS}material/{CANVAS}mattext") or ""
        for item in root.iter(f"{CANVAS}item")
    ]
    assert [re.findall(r"\((height|width|channels)\)", text) for text in texts] == [
        ["height"], ["width"], ["channels"],
    ]  # fmt: skip
    ET.tostring(root)
