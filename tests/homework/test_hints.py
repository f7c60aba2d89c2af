"""Hints: four levels, and below the fourth never the answer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convcalc.errors import ConvcalcError
from convcalc.homework import check
from convcalc.homework.answers.ranges import CELL_RANGE
from convcalc.homework.conventions import PRESETS, conventions
from convcalc.homework.marking import hints
from convcalc.homework.questions import QUESTIONS, Part, create_question
from convcalc.homework.sheets.sheet import Question, Sheet
from homework.cases import CASES, Case
from homework.mistake_cases import MISTAKE_CASES
from homework.test_questions import sheet_with

QUESTIONS.load()

SMALL = st.integers(1, 12)
SIZES = st.integers(1, 40)

DRAWS: dict[str, dict[str, Any]] = {
    "output-size": {"n": SIZES, "k": SMALL, "s": SMALL, "p": st.integers(0, 4)},
    "dilated-size": {"n": SIZES, "k": SMALL, "d": SMALL},
    "fit": {"n": SIZES, "k": SMALL, "s": SMALL},
    "volume": {"n": SIZES, "k": SMALL, "s": SMALL, "c_in": SMALL, "filters": SMALL},
    "pool-volume": {"n": SIZES, "k": SMALL, "c_in": SMALL},
    "padded-volume": {"n": SIZES, "p": SMALL, "c_in": SMALL},
    "pad-to-keep": {"k": SMALL},
    "same-size": {"n": SIZES, "s": SMALL},
    "transposed-size": {"n": SMALL, "k": SMALL, "s": SMALL},
    "params": {"k": SMALL, "c_in": SMALL, "filters": SMALL},
    "params-fc": {"input": st.tuples(SMALL, SMALL, SMALL).map(list), "units": SMALL},
    "params-bn": {"c_in": SMALL},
    "params-pool": {"k": SMALL, "c_in": SMALL},
    "macs": {"out_n": SMALL, "k": SMALL, "c_in": SMALL, "filters": SMALL},
    "neurons": {"n": SIZES, "k": SMALL, "filters": SMALL},
    "receptive-field": {"layers": st.lists(st.tuples(SMALL, st.integers(1, 3)).map(lambda p: f"{p[0]}/{p[1]}"), min_size=1, max_size=4)},
    "layers-to-reach": {"n": SIZES, "k": SMALL, "target": SMALL},
    "compose": {"kernels": st.lists(SMALL, min_size=2, max_size=3)},
    "fraction": {"k": SMALL},
    "stacks": {"layers": SMALL, "k": SMALL, "against": SMALL},
    "memory": {"volume": st.tuples(SMALL, SMALL, SMALL).map(list)},
    "lenet-c3": {},
}  # fmt: skip

QUESTION = st.sampled_from(sorted(DRAWS)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.fixed_dictionaries(DRAWS[kind]))
)


def numbers_in(text: str) -> set[str]:
    """Every number in a text, with and without its separators."""
    found = set(re.findall(r"\d+(?:[.,]\d+)*", text))
    return found | {each.replace(",", "") for each in found}


def answers_of(question: Question) -> set[str]:
    """The right answers of a question as texts of numbers."""
    found: set[str] = set()
    for part in question.parts:
        value = part.expected
        if (
            part.answer_type is CELL_RANGE
        ):  # its ends may be numbers of the question; see gives_range
            continue
        if isinstance(value, tuple) and value and not isinstance(value[0], str | tuple):
            found |= {str(item) for item in value if item is not None}
        elif value is not None and not isinstance(value, tuple | bool):
            found |= numbers_in(part.answer_type.text(value))
    return {each for each in found if each}


def gives_range(part: Part, text: str) -> bool:
    """Whether a text has both ends of a part's range of cells, one after the other."""
    if part.answer_type is not CELL_RANGE:
        return False
    first, last = part.expected
    return re.search(rf"(?<!\d){first}\W+(to\W+)?{last}(?!\d)", text) is not None


def asked(kind: str, drawn: dict[str, Any], preset: str) -> Sheet | None:
    """A sheet of one question with drawn numbers; None if the type refuses them."""
    fixed = conventions(preset)
    try:
        question = Question("q", create_question(kind, drawn, fixed), fixed, given=drawn)
        assert question.parts
    except ConvcalcError:
        return None
    return Sheet("s", "s", fixed, [question], max_level=4)


@settings(max_examples=300, deadline=None)
@given(
    QUESTION,
    st.sampled_from(sorted(PRESETS)),
    st.integers(0, 400),
    st.integers(0, 3),
    st.integers(0, 20),
)
@pytest.mark.unmeasured
def test_no_hint_below_level_four_holds_the_right_answer(
    drawn: tuple[str, dict[str, Any]], preset: str, guess: int, level: int, pick: int
) -> None:
    sheet = asked(*drawn, preset)
    if sheet is None:
        return
    question = sheet["q"]
    hidden = answers_of(question)
    text = "\n".join(hints.hint(question, level))
    assert not hidden & numbers_in(text), text
    for part in question.parts:
        assert not gives_range(part, text)
        wrong = list(question.single(part))
        answer = part.answer_type.text(wrong[pick % len(wrong)]) if wrong else str(guess)
        result = check(sheet, "q", {part.name: answer} if part.name else answer, level=level)
        if result.status == "unreadable":
            continue
        for verdict in result.parts:
            assert not hidden & numbers_in(verdict.hint), (answer, verdict.hint)
            assert "expected" not in verdict.to_dict()


@pytest.mark.parametrize("case", CASES, ids=[f"{c.row} {c.type}" for c in CASES])
def test_the_hints_of_published_questions_keep_their_answers(case: Case) -> None:
    question = sheet_with(case.type, case.given, **case.conventions)["q1"]
    if case.type == "solve-for":
        assert "k=3" not in "\n".join(hints.hint(question, 3))
        return
    if case.type == "formula":
        said = "".join("".join(hints.hint(question, level)) for level in (1, 2, 3)).replace(" ", "")
        assert str(question.parts[0].expected).replace(" ", "") not in said
        return
    hidden = answers_of(question)
    for level in (1, 2, 3):
        assert not hidden & numbers_in("\n".join(hints.hint(question, level)))


@pytest.mark.unmeasured
def test_the_lines_of_mistakes_keep_the_answers() -> None:
    told = {}
    for case in [case for case in MISTAKE_CASES if case.wrong is not None]:
        sheet = sheet_with(case.type, case.given, **case.conventions)
        result = check(sheet, "q1", {case.part: case.wrong} if case.part else case.wrong, level=3)
        hidden = answers_of(sheet["q1"])
        for part, verdict in zip(sheet["q1"].parts, result.parts):
            if hidden & numbers_in(verdict.hint) or gives_range(part, verdict.hint):
                told[case.id] = verdict.hint
    assert told == {}


def test_the_numbers_of_dilated_windows_are_in_the_hint() -> None:
    given = {"input": "20x20x1", "arch": "conv:k3c1d2 conv:k3c1s2", "unit": 3}
    said = hints.hint(sheet_with("pixels-seen", given)["q1"], 3)[1:]
    assert said == [
        f"With your numbers, for {axis}: k=3, s=2, p=0; then k=3, s=1, p=0, d=2. What is the answer?"
        for axis in ("rows", "columns")
    ]


def test_levels_say_more_and_more() -> None:
    sheet = sheet_with("params", {"k": 5, "c_in": 3, "filters": 10})
    question = sheet["q1"]
    assert hints.hint(question, 0) == []
    rule = "One filter has k × k × (input channels) weights and one bias. There is one filter for each output map."
    assert hints.hint(question, 2) == [
        rule,
        "An example with other numbers: A convolution has 4 filters of 3×3 on 8 input channels. How many parameters does it have? (3·3·8 + 1)·4 = 292.",
    ]
    assert hints.hint(question, 3) == [
        rule,
        "With your numbers: work out (5·5·3 + 1)·10.",
    ]
    assert hints.hint(question, 4)[-1] == "With your numbers: (5·5·3 + 1)·10 = 760."
    assert check(sheet, "q1", 260, level=0).hint == ""
    assert check(sheet, "q1", 260, level=1).hint == "How deep is one filter?"
    assert "\n" in check(sheet, "q1", 260, level=2).hint


def test_the_sheet_caps_the_level() -> None:
    sheet = sheet_with("params", {"k": 5, "c_in": 3, "filters": 10})
    sheet.max_level = 1
    assert check(sheet, "q1", 260, level=4).hint == "How deep is one filter?"
    sheet.max_level = 0
    assert check(sheet, "q1", 260).hint == ""


def test_an_example_that_would_give_the_answer_is_left_out() -> None:
    sheet = sheet_with("params", {"k": 1, "c_in": 291, "filters": 1})  # 292, as the first example
    assert "292" not in "\n".join(hints.hint(sheet["q1"], 2))


def test_where_the_answer_is_a_given_number_the_formula_keeps_its_letters() -> None:
    sheet = sheet_with("output-size", {"n": 28, "k": 5, "p": 2})
    assert hints.hint(sheet["q1"], 3)[-1] == "Use your own numbers in the formula."


@pytest.mark.parametrize("kind", sorted(set(QUESTIONS) - {"text", "choice", "true-false"}))
def test_every_type_has_a_rule(kind: str) -> None:
    assert QUESTIONS[kind].rule


def test_a_hint_about_a_formula_gives_numbers_to_try_it_with() -> None:
    for formula, tried in (
        ("(n+2p-k)/s+1", "; with n = 25, k = 7, s = 4, p = 3 it gives 7"),  # (25 + 6 − 7)/4 + 1
        ("n/k+2p+s-1", ""),  # no whole number
        ("n+7-k+0s+0p", ""),  # it would contain a number of the answer
    ):
        sheet = sheet_with("formula", {"formula": formula, "symbols": ["n", "k", "s", "p"]})
        said = hints.hint(sheet["q1"], 3)[-1]
        assert said == f"With your numbers: the rule, with letters{tried}. What is the answer?"
