"""Values computed from the answers to other questions, and results that follow from wrong answers."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import ConvcalcError, SpecError, UsageError
from convcalc.homework import loads
from convcalc.homework.classroom.distribute import make, sheet_text
from convcalc.homework.classroom.grader import Grader
from convcalc.homework.classroom.roster import Roster, Student
from convcalc.homework.exports.items import items
from convcalc.homework.marking.mark import mark
from convcalc.homework.questions import create_question
from convcalc.homework.questions.given import GivenError
from convcalc.homework.sheets.sheet import Sheet
from convcalc.homework.variants.draw import Maker

SHEET = """
convcalc_sheet: 1
id: chain
questions:
  - {id: q1, type: params, given: {k: 5, c_in: 3, filters: 10}}
  - {id: q2, type: neurons, given: {n: 32, k: 5, filters: 10}}
  - {id: q3, type: from-answers, given: {formula: q1*q2}}
  - {id: q4, type: from-answers, given: {formula: q3/q1}}
  - {id: q5, type: savings-separable, given: {n: 10, k: 3, c_in: 4, filters: 6}}
  - {id: q6, type: from-answers, given: {formula: "q5.weights + q1 * images", values: {images: 2}}}
"""


def marked(sheet: Sheet, **answers: Any) -> dict[str, tuple[str, Any]]:
    """The status and the points of each question."""
    results = mark(sheet, answers).results
    return {result.id: (result.status, result.points) for result in results}


def test_the_right_value_follows_from_the_right_answers() -> None:
    sheet = loads(SHEET)
    # (5·5·3 + 1)·10 = 760 and 28·28·10 = 7,840; the separable weights are 9·4 + 4·6 = 60
    assert [sheet[name].parts[0].expected for name in ("q3", "q4", "q6")] == [760 * 7840, 7840, 60 + 2 * 760]  # fmt: skip
    assert sheet["q3"].sentence == "Work out q1·q2 with your answers to q1 and q2."
    found = marked(sheet, q1="760", q2="7840", q3="5,958,400", q4=7840)
    assert [found[name] for name in ("q1", "q2", "q3", "q4")] == [("right", 1)] * 4


def test_what_follows_from_wrong_answers_counts() -> None:
    sheet = loads(SHEET)
    found = marked(sheet, q1=750, q2=7840, q3=750 * 7840, q4=7840, q5={"weights": 50}, q6=50 + 1500)
    assert found["q1"] == ("wrong", 0)
    assert found["q3"] == ("follow-through", 1)
    assert found["q4"] == ("right", 1)
    assert found["q6"] == ("follow-through", 1)
    wrong = mark(sheet, {"q1": 750, "q2": 7840, "q3": 750 + 7840}).results[2]
    assert (wrong.status, wrong.mistakes) == ("wrong", ["formula.other-operation"])


def test_an_answer_that_is_missing_or_unreadable_stands_for_the_right_one() -> None:
    sheet = loads(SHEET)
    assert marked(sheet, q1="?", q2="many", q3=760 * 7840)["q3"] == ("right", 1)
    assert marked(sheet, q1=750, q2="many", q3=750 * 7840)["q3"] == ("follow-through", 1)
    assert marked(sheet, q1=0, q4=5)["q4"] == ("wrong", 0)  # no division by 0


def test_follow_through_can_be_switched_off() -> None:
    sheet = loads(SHEET + "grading: {follow_through: false}\n")
    assert marked(sheet, q1=750, q2=7840, q3=750 * 7840)["q3"] == ("wrong", 0)


def test_a_question_that_is_called_like_a_part_is_another_one() -> None:
    sheet = loads("""
convcalc_sheet: 1
questions:
  - {id: mean, type: params, given: {k: 5, c_in: 3, filters: 10}}
  - {id: norm, type: batch-norm-by-hand, given: {x: [[1, 5]]}}
""")
    result = mark(sheet, {"mean": 2, "norm": {"variance": 5}}).results[1]
    assert [part.status for part in result.parts] == ["blank", "wrong", "blank"]


VARIED = """
convcalc_sheet: 1
id: chain
questions:
  - {id: q1, type: params, vary: {k: [3, 5, 7], filters: [10, 20]}, given: {c_in: 3}}
  - {id: q2, type: from-answers, given: {formula: 2*q1}}
  - {id: q3, type: from-answers, given: {formula: q2+1}}
"""


def test_every_student_has_the_value_of_the_own_numbers() -> None:
    maker = Maker(loads(VARIED), b"an old and well kept secret")
    seen = set()
    for number in range(12):
        sheet = maker.of(f"s{number}")
        q1, q2, q3 = (sheet[name].parts[0].expected for name in ("q1", "q2", "q3"))
        assert (q2, q3) == (2 * q1, 2 * q1 + 1)
        seen.add(q1)
        again = loads(sheet_text(sheet))
        assert again["q2"].parts[0].expected == q2
        assert str(q1) not in sheet_text(sheet)
        assert "values" not in sheet_text(sheet)
    assert len(seen) > 1


def test_the_key_of_a_class_has_the_value_of_the_own_numbers(tmp_path: Path) -> None:
    roster = Roster()
    for number in range(6):
        roster.add(Student(f"s{number}"))
    make(loads(VARIED), roster, b"an old and well kept secret", str(tmp_path / "made"))
    with (tmp_path / "made" / "key.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    key = {(row["student_id"], row["question"]): row for row in rows}
    values = set()
    for number in range(6):
        q1, q2, q3 = (
            int(key[f"s{number}", name]["expected"].replace(",", "")) for name in ("q1", "q2", "q3")
        )
        assert (q2, q3) == (2 * q1, 2 * q1 + 1)
        assert key[f"s{number}", "q2"]["given"] == f"q1={q1}"
        values.add(q1)
    assert len(values) > 1


def test_a_class_gets_points_for_what_follows_from_the_own_answers() -> None:
    sheet = loads(SHEET)
    grader = Grader(sheet)
    for q1, q3, points in [
        (760, 760 * 7840, 1), (750, 750 * 7840, 1), (740, 750 * 7840, 0), (750, 750 * 7840, 1),
    ]:  # fmt: skip
        entries = grader.mark(sheet, {"q1": q1, "q2": 7840, "q3": q3})
        assert entries[2].points == Fraction(points), q1
        assert entries[2].result.status == marked(sheet, q1=q1, q2=7840, q3=q3)["q3"][0]
    (entry,) = [each for each in grader.mark(sheet, {"q5": {"weights": 50}, "q6": 1570}) if each.result.id == "q6"]  # fmt: skip
    assert entry.result.status == "follow-through"


def test_nobody_is_marked_or_exported_by_the_first_draw() -> None:
    sheet = loads(VARIED)
    with pytest.raises(UsageError, match="q2 draws numbers per student"):
        mark(sheet, {"q2": 5})
    with pytest.raises(SpecError) as caught:
        list(items(sheet, 3))
    assert [each.what for each in caught.value.problems] == [
        f"{name} uses the answers of questions with varying numbers, but a platform draws these for each question "
        f"separately; leave {name} out, or export the sheet of one student"
        for name in ("q2", "q3")
    ]
    assert [len(variants) for variants in items(loads(SHEET))] == [1] * 6


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{formula: q1*q9}", "there is no earlier question q9; put it before this one, or give its number under values"),
        ("{formula: q2*q3}", "there is no earlier question q2"),
        ("{formula: q1*v}", "v asks for something that is not a number"),
        ("{formula: q1*t}", "t is marked by a person"),
        ("{formula: q1*s}", "s has several parts; name one, such as s.macs"),
        ("{formula: q1*s.gold}", "there is no earlier question s.gold"),
        ("{formula: q1/(q1-760)}", "has no value for these answers: it divides by 0, or is too large"),
        ("{formula: 'q1*'}", "'q1*' is not a formula: the formula ends too early"),
        ("{formula: '2*3'}", "names no other question; write for example q1*q2"),
        ("{formula: 3, values: {q1: 12}}", "names no other question; write for example q1*q2"),
        ("{formula: q1, values: {q1: x}}", "q1: it must be a number, but is 'x'"),
        ("{formula: q1, values: 7}", "must be names and their numbers, such as {images: 32}"),
        ("{formula: q1, values: [7]}", "must be names and their numbers, such as {images: 32}"),
        ("{formula: q1, values: {2q: 7}}", "'2q' is not a name; use letters, then digits or _"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(line: str, said: str) -> None:
    with pytest.raises(ConvcalcError) as caught:
        loads(f"""
convcalc_sheet: 1
questions:
  - {{id: q1, type: params, given: {{k: 5, c_in: 3, filters: 10}}}}
  - {{id: v, type: volume, given: {{n: 32, k: 5, filters: 10}}}}
  - {{id: t, type: text}}
  - {{id: s, type: savings-separable, given: {{n: 10, k: 3, c_in: 4, filters: 6}}}}
  - {{id: q2, type: from-answers, given: {line}}}
  - {{id: q3, type: params, given: {{k: 5, c_in: 3, filters: 10}}}}
""")
    assert said in str(caught.value)


def test_its_own_numbers_cannot_vary() -> None:
    with pytest.raises(
        ConvcalcError, match="q2: vary belongs to the questions that it is worked out from"
    ):
        loads("""
convcalc_sheet: 1
questions:
  - {id: q1, type: params, given: {k: 5, c_in: 3, filters: 10}}
  - {id: q2, type: from-answers, vary: {formula: [q1, 2*q1]}}
""")


def test_without_a_sheet_the_numbers_are_given() -> None:
    task = create_question("from-answers", {"formula": "a/b", "values": {"a": "3", "b": "1/2"}})
    assert task.parts()[0].expected == 6
    with pytest.raises(GivenError, match="there is no earlier question q1"):
        create_question("from-answers", {"formula": "2*q1"}).parts()


def test_the_sheet_as_it_is_shown_keeps_the_answers(tmp_path: Path) -> None:
    sheet = loads(SHEET)
    said = " ".join(question.sentence for question in sheet.questions)
    assert "760" not in said
    assert "7840" not in said


def _hints_of_level_3(sheet: Sheet, **answers: Any) -> dict[str, str]:
    """The last line of each hint at level 3."""
    marked = mark(sheet, answers, level=3)
    return {
        each.id: each.parts[0].hint.splitlines()[-1]
        for each in marked.results
        if each.parts[0].hint
    }


def test_a_hint_names_the_numbers_that_the_student_knows_and_no_others() -> None:
    sheet = loads(SHEET + "hints: {max_level: 3}\n")
    found = _hints_of_level_3(sheet, q1=750, q2="many", q3=5, q4=6, q6=7)
    assert found["q3"] == "With your numbers: work out 750·q2."
    assert found["q4"] == "With your numbers: work out 5/750."
    assert found["q6"] == "With your numbers: q5.weights + 750·2. What is the answer?"
    right = _hints_of_level_3(sheet, q1=760, q2=7840, q3=5)
    assert right["q3"] == "With your numbers: work out 760·7840."
    for text in _hints_of_level_3(sheet, q3=5, q4=6, q6=7).values():
        assert not {"760", "7840", "60"} & set(text.replace("·", " ").replace(".", " ").split()), (
            text
        )


def test_numbers_that_the_question_gives_are_said() -> None:
    sheet = loads(SHEET)
    assert (
        sheet["q6"].sentence
        == "Work out q5.weights + q1·images with images = 2 and your answers to q5.weights and q1."
    )
    task = create_question(
        "from-answers", {"formula": "a/b", "values": {"a": "3", "b": "-1/2", "c": "9"}}
    )
    assert task.question_text() == "Work out a/b with a = 3 and b = -0.5."
    assert task.parts()[0].method == "3/(−0.5)"
