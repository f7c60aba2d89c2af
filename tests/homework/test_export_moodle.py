"""Moodle XML, GIFT and Cloze: right answers first, then each known wrong number with its feedback."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from convcalc.homework import Sheet, check, load, loads
from convcalc.homework.exports import EXPORTS
from convcalc.homework.exports.base import FRACTIONS, Export, export, fraction
from convcalc.homework.exports.fields import decimal
from convcalc.homework.exports.items import items

HERE = Path(__file__).parent
SHEETS = [HERE / "data" / "ps1.yaml", *sorted((HERE.parents[1] / "homework").glob("*.yaml"))]

TRICKY = """
convcalc_sheet: 1
id: tricky
title: "<b>&amp; ]]> {~=#:}"
conventions: {fit: strict}
questions:
  - {id: a, type: choice, text: "Is {k} = 3~ : # ]]> <script>?", options: ["yes: =1", "no; # not", "#~ x"], answer: [a, b]}
  - {id: b, type: true-false, statement: "A < B & C", answer: false}
  - {id: c, type: text, text: "Why?\\nReally: {x}"}
  - {id: d, type: fit, given: {n: 32, k: 5, s: 2}}
  - {id: e, type: image-kernel, given: {w: [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]}}
  - {id: f, type: savings-separable, given: {n: 56, k: 3, c_in: 64, filters: 128}}
  - {id: g, type: memory, given: {volume: 224x224x64}}
  - {id: h, type: fraction, given: {k: 2, s: 2}}
  - {id: i, type: stacks, given: {layers: 3, k: 3, against: 7}}
"""


def tricky() -> Sheet:
    """Every kind of question, with special characters of the formats."""
    return loads(TRICKY)


def made(sheet: Sheet, name: str, variants: int = 1) -> str:
    (out,) = EXPORTS.find(name)(sheet, variants).files()
    return out.data.decode()


def questions(text: str) -> Iterator[tuple[str, ET.Element]]:
    root = ET.fromstring(text)
    assert root.tag == "quiz"
    for question in root:
        if question.get("type") != "category":
            yield question.findtext("name/text") or "", question


def marked_by_moodle(question: ET.Element, value: Fraction) -> tuple[float, str]:
    """Moodle's rule for a numerical question: the first answer that matches counts."""
    for answer in question.findall("answer"):
        text = answer.findtext("text") or ""
        said = answer.findtext("feedback/text") or ""
        if text == "*" or abs(Fraction(text) - value) <= Fraction(
            answer.findtext("tolerance") or "0"
        ):
            return float(answer.get("fraction") or 0), said
    return 0.0, ""


# ----------------------------------------------------------------------------------- Moodle XML


@pytest.mark.unmeasured
@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_every_sheet_is_well_formed_with_every_question_in_it(path: Path) -> None:
    sheet = load(str(path))
    text = made(sheet, "moodle-xml")
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    assert [name for name, _ in questions(text)] == [f"{sheet.id} {q.id}" for q in sheet.questions]


@pytest.mark.unmeasured
@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_right_numbers_come_first_and_no_wrong_one_equals_them(path: Path) -> None:
    sheet = load(str(path))
    numerical = 0
    for _, question in questions(made(sheet, "moodle-xml")):
        if question.get("type") != "numerical":
            continue
        numerical += 1
        answers = question.findall("answer")
        shares = [answer.get("fraction") for answer in answers]
        right = [answer for answer in answers if answer.get("fraction") == "100"]
        assert shares[0] == "100"
        assert (answers[-1].findtext("text"), shares[-1]) == ("*", "0")
        texts = [answer.findtext("text") for answer in answers]
        assert len(texts) == len(set(texts))
        for answer in answers[:-1]:
            if answer.get("fraction") == "0":
                value = Fraction(answer.findtext("text") or "")
                for each in right:
                    off = Fraction(each.findtext("tolerance") or "0")
                    assert abs(value - Fraction(each.findtext("text") or "")) > off
    assert numerical


@pytest.mark.unmeasured
def test_a_slip_gets_the_same_words_from_moodle_as_from_check() -> None:
    sheet = load(str(HERE / "data" / "ps1.yaml"))
    (four,) = [
        question for name, question in questions(made(sheet, "moodle-xml")) if name == "ps1 q4"
    ]
    for number in (260, 750, 251, 751, 780, 76, 160):
        result = check(sheet, "q4", number)
        share, said = marked_by_moodle(four, Fraction(number))
        assert said == result.hint
        assert share / 100 == result.points
    assert marked_by_moodle(four, Fraction(760)) == (100.0, "Right.")
    assert marked_by_moodle(four, Fraction(123457))[0] == 0


def test_an_answer_under_another_convention_gets_what_the_sheet_gives_for_it() -> None:
    for share, points in (("full", 100), ("half", 50), ("none", 0)):
        sheet = loads(
            f"{{convcalc_sheet: 1, id: m, grading: {{other_convention: {share}}}, questions: "
            "[{type: macs, given: {n: 32, k: 5, c_in: 3, filters: 10}}]}"
        )
        ((_, question),) = questions(made(sheet, "moodle-xml"))
        assert marked_by_moodle(question, Fraction(1_176_000))[0] == points
        assert "right as FLOPs" in marked_by_moodle(question, Fraction(1_176_000))[1]


def test_signs_of_xml_and_html_are_only_text() -> None:
    text = made(tricky(), "moodle-xml")
    found = dict(questions(text))
    shown = found["tricky a"].findtext("questiontext/text") or ""
    assert "]]&gt; &lt;script&gt;" in shown
    assert "<script" not in shown


def test_of_several_right_options_each_gives_its_share() -> None:
    found = dict(questions(made(tricky(), "moodle-xml")))["tricky a"]
    assert found.findtext("single") == "false"
    assert [answer.get("fraction") for answer in found.findall("answer")] == ["50", "50", "-50"]


def test_a_window_that_does_not_fit_is_asked_in_words() -> None:
    found = dict(questions(made(tricky(), "moodle-xml")))["tricky d"]
    assert found.get("type") == "shortanswer"
    words = [answer.findtext("text") for answer in found.findall("answer")]
    assert {"does not fit", "no", "14.5"} <= set(words)


@pytest.mark.unmeasured
def test_variants_come_in_a_category_of_their_own_with_other_numbers() -> None:
    sheet = load(str(HERE / "data" / "ps1.yaml"))
    text = made(sheet, "moodle-xml", 30)
    assert "<text>$course$/convcalc/ps1/q10</text>" in text
    variants = [
        question for name, question in questions(text) if name.startswith("ps1 q10 variant")
    ]
    assert len(variants) == 30
    wordings = {question.findtext("questiontext/text") for question in variants}
    assert len(wordings) == 30
    for question in variants:
        numbers = re.search(
            r"has a (\d+)×\d+ layer from (\d+) to (\d+)",
            question.findtext("questiontext/text") or "",
        )
        assert numbers
        k, c_in, filters = map(int, numbers.groups())
        assert marked_by_moodle(question, Fraction((k * k * c_in + 1) * filters))[0] == 100
        assert marked_by_moodle(question, Fraction((k * k + 1) * filters))[0] == 0


def test_a_share_is_one_that_moodle_knows_and_never_too_much() -> None:
    for top in range(11):
        for bottom in range(max(1, top), 12):
            share = Fraction(top, bottom)
            assert float(fraction(share)) in FRACTIONS
            assert float(fraction(share)) <= float(share * 100) + 1e-3


# ------------------------------------------------------------------------------------- GIFT


ELSE = re.compile(
    r" ~#(?:[^\\}]|\\.)*\}"
)  # Moodle's feedback on any other number, last in the braces


def parsed(text: str) -> list[Any]:
    """The questions read by pygiftparser, which supports neither a catch-all for numbers nor a minus."""
    text = re.sub(r"((?:#=|=%[\d.]+%))-(?=\d)", r"\1", text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parser = pytest.importorskip("pygiftparser.parser")
        return list(parser.parseFile(io.StringIO(ELSE.sub("}", text))))


def unescaped(text: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: str = import_module("pygiftparser.utils").transformSpecials(text)
    return found


@pytest.mark.unmeasured
@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_another_parser_reads_every_question_of_a_gift_file(path: Path) -> None:
    sheet = load(str(path))
    found = parsed(made(sheet, "gift"))
    boxes = [len(item.fields) or 1 for (item,) in items(sheet)]
    assert len(found) == sum(boxes)
    assert all(question.valid for question in found)
    assert all(question.cat.startswith("$course$/convcalc/") for question in found)


@pytest.mark.unmeasured
def test_another_parser_reads_the_numbers_and_feedback_of_a_gift_question() -> None:
    sheet = load(str(HERE / "data" / "ps1.yaml"))
    (four,) = [question for question in parsed(made(sheet, "gift")) if question.title == "q4"]
    assert type(four.answers).__name__ == "NumericAnswerSet"
    read = {
        answer.value: (answer.fraction, answer.tolerance, answer.feedback)
        for answer in four.answers.answers
    }
    assert next(iter(read)) == 760
    assert read[760] == (100, 0, "Right.")
    assert read[260] == (0, 0, "How deep is one filter?")
    assert read[750] == (50, 0, "What else is learned besides the filter weights?")


def test_signs_of_gift_are_only_text_to_another_parser() -> None:
    found = {question.title: question for question in parsed(made(tricky(), "gift"))}
    assert unescaped(found["a"].text) == (
        "Is {k} = 3~ : # ]]> <script>? (If a size is not a whole number, write: does not fit.)"
    )
    assert len(found["a"].answers.answers) == 3
    assert type(found["b"].answers).__name__ == "TrueFalseSet"
    assert type(found["c"].answers).__name__ == "Essay"


# ------------------------------------------------------------------------------------ Cloze

BOX = re.compile(
    r"\{(\d+):(NUMERICAL|SHORTANSWER|MULTICHOICE_V|MULTIRESPONSE):((?:[^\\{}]|\\.)*)\}"
)


@pytest.mark.unmeasured
@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_every_box_of_a_cloze_text_has_its_right_answer_first(path: Path) -> None:
    sheet = load(str(path))
    text = made(sheet, "cloze")
    boxes = BOX.findall(text)
    assert len(boxes) == text.count("{")
    assert len(boxes) == sum(len(item.fields) or (item.sort != "text") for (item,) in items(sheet))
    for _, kind, inside in boxes:
        assert "\n" not in inside
        if kind == "NUMERICAL":
            first, *others = re.split(r"(?<!\\)~", inside)
            assert re.match(r"=-?[\d.]+:[\d.]+#Right\.", first)
            value = first[1:].partition(":")[0]
            assert not any(re.match(rf"%0%{re.escape(value)}:", other) for other in others)


def test_a_shape_has_a_box_for_each_number_in_the_order_of_the_sheet() -> None:
    for order, right in (("hwc", [28, 28, 6]), ("chw", [6, 28, 28])):
        sheet = loads(
            f"{{convcalc_sheet: 1, id: v, conventions: {{order: {order}}}, questions: "
            "[{type: volume, given: {n: 32, k: 5, c_in: 3, filters: 6}}]}"
        )
        boxes = [inside for _, _, inside in BOX.findall(made(sheet, "cloze"))]
        assert [int(inside[1:].partition(":")[0]) for inside in boxes] == right
        assert not any("another order" in inside for inside in boxes)


def test_known_wrong_numbers_of_a_shape_stand_in_their_own_box() -> None:
    sheet = loads(
        "{convcalc_sheet: 1, id: v, questions: [{type: volume, given: {n: 32, k: 5, c_in: 3, filters: 6}}]}"
    )
    height, _, depth = [inside for _, _, inside in BOX.findall(made(sheet, "cloze"))]
    assert "~%0%27:0#" in height
    assert "~%0%3:0#Each filter makes one map." in depth
    assert "%0%3:0#" not in height


# ------------------------------------------------------------------------------- the registry


def test_every_export_says_what_it_is_for() -> None:
    for name, cls in EXPORTS.items():
        assert cls.name == name
        assert cls.about
        assert cls.suffix


def test_an_export_is_registered_once() -> None:
    cls = EXPORTS.find("gift")
    assert EXPORTS["gift"] is cls
    with pytest.raises(RuntimeError, match="duplicate platform 'gift'"):
        export("gift", suffix=".x", about="")(type("Second", (Export,), {}))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(760), "760"),
        (Fraction(-29, 2), "-14.5"),
        (Fraction(1, 3), "0.333333"),
        (Fraction(10**15), "1" + "0" * 15),
        (Fraction(1, 8), "0.125"),
    ],
)
def test_numbers_are_written_plainly(value: Fraction, text: str) -> None:
    assert decimal(value) == text


@pytest.mark.unmeasured
def test_the_command_writes_to_the_terminal_or_a_file(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps1.yaml").write_bytes((HERE / "data" / "ps1.yaml").read_bytes())
    ran = convcalc("hw", "export", "ps1.yaml", "--to", "moodle-xml", "--variants", "30")
    assert ran.code == 0
    assert ran.err == (
        "30 variants of q10\n"
        "note: Moodle marks what follows from the student's own wrong answer as wrong; convcalc gives points for it: q5\n"
        "note: Moodle marks every box by itself; convcalc gives points only for these together: q5 36 boxes\n"
        "note: q1: boxes for numbers take no words, so it says: Write 0 in every box if a window does not fit.\n"
        "note: q5: Moodle gives a box whole points, 72 in all for 12; set the mark in the quiz to 12\n"
        "note: q8: Moodle gives a box whole points, 4 in all for 1; set the mark in the quiz to 1\n"
    )
    written = convcalc(
        "hw", "export", "ps1.yaml", "--to", "moodle-xml", "--variants", "30", "-o", "ps1.xml"
    )
    assert Path("ps1.xml").read_text(encoding="utf-8") == ran.out
    assert "wrote ps1.xml" in written.err
    for name in ("qti", "prairielearn", "gradescope", "nbgrader"):
        refused = convcalc("hw", "export", "ps1.yaml", "--to", name)
        assert refused.code == 2
        assert "name it with -o ps1" in refused.err
    refused = convcalc("hw", "export", "ps1.yaml", "--to", "moodle")
    assert "did you mean" in refused.err
    assert convcalc("hw", "export", "ps1.yaml", "--to", "otter", "-o", "out").code == 0
    again = convcalc("hw", "export", "ps1.yaml", "--to", "otter", "-o", "out")
    assert again.code == 2
    assert "out has an earlier run (ps1.ipynb" in again.err
    assert convcalc("hw", "export", "ps1.yaml", "--to", "otter", "-o", "out", "--force").code == 0


ODD = """
convcalc_sheet: 1
id: odd/one
questions:
  - {id: a, type: params, given: {k: 5, c_in: 3, filters: 10}, accept: ["750", 7.5e2, "no number"]}
  - {id: b, type: choice, options: [a pool, a convolution], answer: b}
  - {id: c, type: params, vary: {k: [3, 5], c_in: [3, 4], filters: [8, 16]}}
  - {id: d, type: fit, given: {n: 33, k: 5, s: 2}}
"""


def test_further_right_answers_are_right_and_no_longer_wrong() -> None:
    ((_, question), *_) = questions(made(loads(ODD), "moodle-xml"))
    assert marked_by_moodle(question, Fraction(760))[0] == 100
    assert marked_by_moodle(question, Fraction(750)) == (100.0, "Right.")


def test_a_slash_in_the_name_of_a_sheet_makes_no_category() -> None:
    assert "<text>$course$/convcalc/odd//one</text>" in made(loads(ODD), "moodle-xml")


def test_one_right_option_of_a_gift_question_has_an_equals_sign() -> None:
    text = made(loads(ODD), "gift")
    assert "{~%0%a pool =a convolution}" in text


def test_cloze_says_that_it_holds_one_variant() -> None:
    export_ = EXPORTS.find("cloze")(loads(ODD), 3)
    list(export_.files())
    assert export_.notes == [
        "Cloze takes one variant of each question",
        "paste the file into the question text of Moodle's editor in its HTML view",
    ]
