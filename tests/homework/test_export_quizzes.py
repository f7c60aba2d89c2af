"""QTI for Canvas, JupyterQuiz and PrairieLearn, each compared with an independent reference."""

from __future__ import annotations

import io
import json
import re
import warnings
import zipfile
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from convcalc.homework import Sheet, check, load, loads
from convcalc.homework.exports import EXPORTS
from convcalc.homework.exports.items import items
from homework.test_export_moodle import SHEETS, tricky

HERE = Path(__file__).parent
QTI = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"


def files(sheet: Sheet, name: str, variants: int = 1) -> dict[str, bytes]:
    return {out.name: out.data for out in EXPORTS.find(name)(sheet, variants).files()}


def ps1() -> Sheet:
    return load(str(HERE / "data" / "ps1.yaml"))


# -------------------------------------------------------------------------------------- QTI

REFERENCE = """Quiz title: t
Quiz description: d

Title: a
Points: 1
1.  What is 2+2?
=   4 +- 1

2.  Exactly?
=   760

3.  Which?
... General
a)  one
... no
*b) two
... yes

4.  Which are right?
[*] a
[ ] b
[*] c

5.  Word?
*   word
*   words

6.  Write.
____

GROUP
pick: 1
points per question: 1

7.  How many?
=   3

END_GROUP
"""


def shapes(root: ET.Element, above: str = "") -> set[tuple[str, frozenset[str]]]:
    """Every path of elements, with the attributes at its end."""
    path = f"{above}/{root.tag}".replace(f"{QTI}section/{QTI}section", f"{QTI}section")
    here = frozenset(name for name in root.attrib if not name.startswith("{"))
    found = {(path, here)}
    for child in root:
        found |= shapes(child, path)
    return found


def archive(data: bytes) -> dict[str, ET.Element]:
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        return {
            name: ET.fromstring(made.read(name))
            for name in made.namelist()
            if name.endswith(".xml")
        }


def quiz(sheet: Sheet, name: str = "qti", variants: int = 1) -> ET.Element:
    made = archive(files(sheet, name, variants)[""])
    (found,) = [root for path, root in made.items() if root.tag.endswith("questestinterop")]
    return found


@pytest.fixture(scope="module")
def reference() -> dict[str, ET.Element]:
    """A quiz with every kind of question, written by text2qti."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("text2qti")
        config_of = import_module("text2qti.config").Config
        archive_of = import_module("text2qti.qti").QTI
        quiz_of = import_module("text2qti.quiz").Quiz

        config = config_of()
        config["pandoc_mathml"] = False
        found = archive(archive_of(quiz_of(REFERENCE, config=config)).zip_bytes())
    for root in found.values():
        if root.tag.endswith("questestinterop"):
            section = next(root.iter(f"{QTI}section"))
            section.append(ET.fromstring(BLANKS))
    return found


# A question with several blanks (text2qti does not write these), as exported by Canvas.
BLANKS = """<item xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2" ident="g1" title="t">
<presentation><material><mattext texttype="text/html">[a] [b]</mattext></material>
<response_lid ident="response_a"><material><mattext>a</mattext></material><render_choice>
<response_label ident="1"><material><mattext texttype="text/plain">5</mattext></material></response_label>
</render_choice></response_lid></presentation>
<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>
<respcondition><conditionvar><varequal respident="response_a">1</varequal></conditionvar>
<setvar varname="SCORE" action="Add">50.00</setvar></respcondition></resprocessing></item>"""


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", ["qti", "qti-choice"])
def test_every_element_is_one_that_text2qti_writes_there(
    name: str, reference: dict[str, ET.Element]
) -> None:
    theirs = {root.tag: shapes(root) for root in reference.values()}
    for sheet in (ps1(), tricky(), *(load(str(path)) for path in SHEETS)):
        for root in archive(files(sheet, name, 3)[""]).values():
            known = theirs[root.tag]
            paths = {path for path, _ in known}
            for path, attributes in shapes(root):
                assert path in paths, path
                allowed = frozenset().union(*(names for other, names in known if other == path))
                assert attributes <= allowed, (path, attributes - allowed)


@pytest.mark.unmeasured
def test_the_archive_is_laid_out_as_text2qtis(reference: dict[str, ET.Element]) -> None:
    ours = archive(files(ps1(), "qti")[""])
    assert sorted(name.count("/") for name in ours) == sorted(name.count("/") for name in reference)
    manifest = ours["imsmanifest.xml"]
    named = {element.get("href") for element in manifest.iter() if element.tag.endswith("}file")}
    assert named == set(ours) - {"imsmanifest.xml"}
    kinds = {
        element.get("type") for element in manifest.iter() if element.tag.endswith("}resource")
    }
    theirs = reference["imsmanifest.xml"]
    assert kinds == {
        element.get("type") for element in theirs.iter() if element.tag.endswith("}resource")
    }


def scored(item: ET.Element, value: str) -> float:
    """Canvas's rule for a box: the first true condition sets the score."""

    def holds(test: ET.Element) -> bool:
        tag = test.tag.removeprefix(QTI)
        if tag in ("and", "conditionvar"):
            return all(map(holds, test))
        if tag == "or":
            return any(map(holds, test))
        if tag == "not":
            return not holds(test[0])
        if tag == "other":
            return True
        text = test.text or ""
        if tag == "varequal":
            return value == text
        return (
            Fraction(value) >= Fraction(text)
            if tag == "vargte"
            else Fraction(value) <= Fraction(text)
        )

    for condition in item.iter(f"{QTI}respcondition"):
        test = condition.find(f"{QTI}conditionvar")
        assert test is not None
        if condition.get("continue") == "No" and holds(test):
            return float(condition.findtext(f"{QTI}setvar") or 0)
    return 0.0


def by_title(root: ET.Element) -> dict[str, ET.Element]:
    return {item.get("title") or "": item for item in root.iter(f"{QTI}item")}


@pytest.mark.unmeasured
def test_the_right_number_scores_and_a_wrong_one_does_not() -> None:
    found = by_title(quiz(ps1()))
    assert (scored(found["q4"], "760"), scored(found["q4"], "750"), scored(found["q4"], "761")) == (
        100,
        0,
        0,
    )
    assert filled(found["q1"], ["28", "28", "6"]) == pytest.approx(100, abs=0.001)
    assert filled(found["q1"], ["28", "28", "3"]) == pytest.approx(200 / 3, abs=0.001)
    apart = by_title(quiz(ps1(), "qti-choice"))
    assert {"q1 height", "q1 width", "q1 channels"} <= set(apart)


def filled(item: ET.Element, typed: list[str]) -> float:
    """Canvas's rule for blanks: each whose text is one of its answers adds its share."""
    names = [each.get("ident") or "" for each in item.iter(f"{QTI}response_lid")]
    known = {
        name: {
            label.findtext(f"{QTI}material/{QTI}mattext")
            for label in response.iter(f"{QTI}response_label")
        }
        for name, response in zip(names, item.iter(f"{QTI}response_lid"))
    }
    shares = {
        (equal.get("respident") or ""): float(condition.findtext(f"{QTI}setvar") or 0)
        for condition in item.iter(f"{QTI}respcondition")
        for equal in condition.iter(f"{QTI}varequal")
    }
    assert set(shares) == set(names)
    assert len(names) == len(typed)
    return sum(shares[name] for name, text in zip(names, typed) if text in known[name])


@pytest.mark.unmeasured
def test_a_table_is_one_question_with_blanks() -> None:
    made = EXPORTS.find("qti")(ps1(), 1)
    list(made.files())
    assert "q5: Canvas gives every blank the same share of the points" in made.notes
    item = by_title(quiz(ps1()))["q5"]
    text = item.findtext(f"{QTI}presentation/{QTI}material/{QTI}mattext") or ""
    blanks = re.findall(r"\[(blank\d+)\]", text)
    assert blanks == [f"blank{place}" for place in range(1, len(blanks) + 1)]
    (table,) = [each for (each,) in items(ps1()) if each.id == "q5"]
    right = [str(box.right[0][0]) for box in table.fields]
    assert filled(item, right) == pytest.approx(100, abs=0.01)
    assert filled(item, ["x", *right[1:]]) < 99


def test_points_are_whole_or_half_and_a_line_says_what_was_changed() -> None:
    sheet = loads(
        "{convcalc_sheet: 1, questions: [{id: third, type: params-pool, points: 1/3, given: {k: 2, c_in: 16}}]}"
    )
    made = EXPORTS.find("qti")(sheet, 1)
    (out,) = made.files()
    assert made.notes == ["third: Canvas takes only whole and half points, 0.5 for 0.333333"]
    assert b"<fieldentry>0.5</fieldentry>" in zipfile.ZipFile(io.BytesIO(out.data)).read(
        next(
            name
            for name in zipfile.ZipFile(io.BytesIO(out.data)).namelist()
            if name.count("/") and "meta" not in name
        )
    )


@pytest.mark.unmeasured
def test_points_add_up_to_those_of_the_sheet() -> None:
    for path in SHEETS:
        sheet = load(str(path))
        made = archive(files(sheet, "qti")[""])
        points = Fraction(0)
        (root,) = [root for root in made.values() if root.tag.endswith("questestinterop")]
        for item in root.iter(f"{QTI}item"):
            fields = {
                field.findtext(f"{QTI}fieldlabel"): field.findtext(f"{QTI}fieldentry")
                for field in item.iter(f"{QTI}qtimetadatafield")
            }
            points += Fraction(fields["points_possible"] or "0")
        total = sum((question.points for question in sheet.questions), Fraction(0))
        assert abs(points - total) < Fraction(1, 1000)
        (meta,) = [root for root in made.values() if root.tag.endswith("}quiz")]
        said = next(child.text for child in meta if child.tag.endswith("}points_possible"))
        assert Fraction(said or "0") == round(total, 6)


@pytest.mark.unmeasured
def test_names_of_elements_are_never_used_twice() -> None:
    for path in SHEETS:
        root = quiz(load(str(path)), "qti-choice", 5)
        names = [
            item.get("ident") for item in root.iter() if item.tag in (f"{QTI}item", f"{QTI}section")
        ]
        assert len(names) == len(set(names))
        for item in root.iter(f"{QTI}item"):
            labels = [label.get("ident") for label in item.iter(f"{QTI}response_label")]
            assert len(labels) == len(set(labels))
            told = {feedback.get("ident") for feedback in item.iter(f"{QTI}itemfeedback")}
            asked = {each.get("linkrefid") for each in item.iter(f"{QTI}displayfeedback")}
            assert told == asked


@pytest.mark.unmeasured
def test_wrong_options_of_a_choice_are_known_slips_with_their_feedback() -> None:
    sheet = ps1()
    item = by_title(quiz(sheet, "qti-choice"))["q4"]
    texts = {
        label.get("ident"): (label.findtext(f"{QTI}material/{QTI}mattext") or "")[3:-4]
        for label in item.iter(f"{QTI}response_label")
    }
    said = {
        (feedback.get("ident") or "").removesuffix("_fb"): (
            feedback.findtext(f".//{QTI}mattext") or ""
        )[3:-4]
        for feedback in item.iter(f"{QTI}itemfeedback")
    }
    right = [ident for ident in texts if scored(item, ident or "") == 100]
    assert [texts[ident] for ident in right] == ["760"]
    assert len(texts) == 5
    for ident, text in texts.items():
        if text != "760":
            assert said[ident or ""] == check(sheet, "q4", text).hint


def test_variants_are_a_group_of_which_one_is_drawn() -> None:
    root = quiz(ps1(), "qti", 12)
    (group,) = [s for s in root.iter(f"{QTI}section") if s.get("ident") != "root_section"]
    assert len(list(group.iter(f"{QTI}item"))) == 12
    assert group.findtext(f".//{QTI}selection_number") == "1"
    assert group.findtext(f".//{QTI}points_per_item") == "1"


@pytest.mark.unmeasured
def test_an_archive_is_the_same_every_time() -> None:
    assert files(ps1(), "qti", 5) == files(ps1(), "qti", 5)


# -------------------------------------------------------------------------------- JupyterQuiz


def matches(answer: dict[str, Any], given: float | str) -> bool:
    """Whether a value matches an answer of a quiz."""
    if isinstance(given, str):
        return bool(given.lower() == answer["answer"].lower())
    if "range" in answer:
        low, high = answer["range"]
        return bool(low <= given < high)
    return bool(given == answer["value"])


def quizzed(question: dict[str, Any], given: float | str) -> tuple[bool, str]:
    """JupyterQuiz's rule: values and ranges in order, else the default."""
    fallback = ""
    for answer in question["answers"]:
        if answer.get("type") == "default":
            fallback = answer["feedback"]
        elif matches(answer, given):
            return answer["correct"], answer["feedback"]
    return False, fallback


@pytest.mark.unmeasured
@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_every_question_of_a_quiz_has_what_jupyterquiz_reads(path: Path) -> None:
    sheet = load(str(path))
    data = json.loads(files(sheet, "jupyterquiz")[""])
    boxes = sum(len(item.fields) or (item.sort != "text") for (item,) in items(sheet))
    assert len(data) == boxes
    for question in data:
        assert question["type"] in ("numeric", "string", "multiple_choice", "many_choice")
        assert "precision" not in question
        assert any(answer.get("correct") for answer in question["answers"])
        for answer in question["answers"]:
            assert answer.get("feedback")


@pytest.mark.unmeasured
def test_a_quiz_answers_a_slip_as_check_does() -> None:
    sheet = ps1()
    data = json.loads(files(sheet, "jupyterquiz")[""])
    (four,) = [
        question
        for question in data
        if "10 filters of 5×5" in question["question"] and "parameters" in question["question"]
    ]
    assert quizzed(four, 760) == (True, "Right.")
    assert quizzed(four, 260) == (False, check(sheet, "q4", 260).hint)
    assert quizzed(four, 9) == (
        False,
        "This is wrong, and we do not know how you got it. Write the formula down first.",
    )


def test_a_ratio_is_right_within_its_tolerance() -> None:
    data = json.loads(files(tricky(), "jupyterquiz")[""])
    (ratio,) = [
        q
        for q in data
        if q["type"] == "numeric"
        and any("range" in a for a in q["answers"])
        and quizzed(q, 8.41)[0]
    ]
    assert not quizzed(ratio, 7.9)[0]


# ------------------------------------------------------------------------------- PrairieLearn

# The fields in PrairieLearn's schema for info.json, as far as they are written here.
INFO = {
    "type": "object",
    "additionalProperties": False,
    "required": ["uuid", "type", "title", "topic"],
    "properties": {
        "uuid": {
            "type": "string",
            "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        },
        "type": {"enum": ["v3"]},
        "title": {"type": "string"},
        "topic": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "singleVariant": {"type": "boolean"},
        "partialCredit": {"type": "boolean"},
        "gradingMethod": {"enum": ["Internal", "External", "Manual"]},
    },
}


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
@pytest.mark.unmeasured
def test_every_question_is_a_folder_that_prairielearn_knows(path: Path) -> None:
    sheet = load(str(path))
    made = files(sheet, "prairielearn", 3)
    infos = [json.loads(data) for name, data in made.items() if name.endswith("info.json")]
    for info in infos:
        jsonschema.validate(info, INFO)
    assert len({info["uuid"] for info in infos}) == len(infos) == len(sheet.questions)
    for name, data in made.items():
        if name.endswith(".html"):
            ET.fromstring(f"<page>{data.decode()}</page>")
        if name.endswith(".py"):
            compile(data, name, "exec")


def answered(server: bytes, page: str, given: dict[str, Any], seed: int = 0) -> dict[str, Any]:
    """PrairieLearn's steps for a question: generate, exact marking by its elements, then grade."""
    space: dict[str, Any] = {}
    exec(compile(server, "server.py", "exec"), space)
    data: dict[str, Any] = {
        "params": {},
        "correct_answers": {},
        "variant_seed": str(seed),
        "submitted_answers": {},
        "partial_scores": {},
    }
    space["generate"](data)
    for name, right in data["correct_answers"].items():
        assert f'answers-name="{name}"' in page
        data["submitted_answers"][name] = given.get(name)
        data["partial_scores"][name] = {"score": float(given.get(name) == right), "weight": 1}
    space["grade"](data)
    json.dumps(data)
    return data


@pytest.mark.unmeasured
def test_a_question_is_marked_without_convcalc() -> None:
    made = files(ps1(), "prairielearn", 20)
    server, page = made["ps1_q4/server.py"], made["ps1_q4/question.html"].decode()
    assert b"import convcalc" not in server
    assert answered(server, page, {"a1": 760})["score"] == 1
    slip = answered(server, page, {"a1": 260})
    assert (slip["score"], slip["partial_scores"]["a1"]["feedback"]) == (
        0,
        "How deep is one filter?",
    )
    assert answered(server, page, {"a1": 750})["score"] == 0.5
    assert answered(server, page, {})["score"] == 0


@pytest.mark.unmeasured
def test_seeds_choose_among_the_variants() -> None:
    made = files(ps1(), "prairielearn", 20)
    server, page = made["ps1_q10/server.py"], made["ps1_q10/question.html"].decode()
    texts = {answered(server, page, {}, seed)["params"]["text"] for seed in range(60)}
    assert len(texts) == 20


@pytest.mark.unmeasured
def test_counts_are_exact_and_measures_are_not() -> None:
    made = files(tricky(), "prairielearn")
    assert b"pl-integer-input" in files(ps1(), "prairielearn")["ps1_q4/question.html"]
    assert b'comparison="relabs" rtol="0" atol="' in made["tricky_f/question.html"]


def test_words_that_mean_the_same_are_accepted() -> None:
    made = files(tricky(), "prairielearn")
    page = made["tricky_d/question.html"].decode()
    for word in ("does not fit", "No", "14.5"):
        assert answered(made["tricky_d/server.py"], page, {"a1": word})["score"] == 1
    assert answered(made["tricky_d/server.py"], page, {"a1": "14"})["score"] == 0


def test_braces_of_a_question_are_no_template() -> None:
    sheet = loads(
        '{convcalc_sheet: 1, id: b, questions: [{type: choice, text: "{{x}}?", options: ["{{a}}", b], answer: b}]}'
    )
    page = files(sheet, "prairielearn")["b_q1/question.html"]
    assert b"{{" not in page
