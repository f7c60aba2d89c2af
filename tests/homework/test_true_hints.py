"""In hints, the text before "=" gives the value after it, for any numbers and conventions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convcalc.errors import ConvcalcError
from convcalc.homework.answers.types import Misfit
from convcalc.homework.conventions import PRESETS, RULES, Conventions, conventions
from convcalc.homework.marking import hints
from convcalc.homework.questions import QUESTIONS, Part, create_question
from homework.cases import CASES
from homework.reading_formulas import Unread, worked_out

QUESTIONS.load()

GIVEN: dict[str, list[dict[str, Any]]] = {
    kind: [*cls.examples, *(case.given for case in CASES if case.type == kind)]
    for kind, cls in QUESTIONS.items()
    if cls.examples
}
COURSES = [
    *map(conventions, PRESETS),
    *(conventions(**{key: value}) for key, rule in RULES.items() for value in rule.values),
]


def varied(given: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The same words with other whole numbers."""
    return st.fixed_dictionaries(
        {
            word: st.integers(1, 40) | st.just(value)
            if isinstance(value, int) and not isinstance(value, bool)
            else st.just(value)
            for word, value in given.items()
        }
    )


ASKED = st.sampled_from(sorted(GIVEN)).flatmap(
    lambda kind: st.tuples(
        st.just(kind), st.sampled_from(GIVEN[kind]).flatmap(varied), st.sampled_from(COURSES)
    )
)


def parts_of(kind: str, words: dict[str, Any], course: Conventions) -> list[Part]:
    try:
        return create_question(kind, words, course).parts()
    except ConvcalcError:
        return []


def formulas_of(part: Part) -> list[tuple[str, Any]]:
    """The formulas of a method, each with its expected value: one, or one per side."""
    if isinstance(part.expected, Misfit):  # there is no number to compute
        return []
    if hints._is_formula(part):
        return [(part.method, part.expected)]
    texts = part.method.split("; ")[0].split(", ")
    if isinstance(part.expected, tuple) and len(texts) == len(part.expected) > 1:
        return list(zip(texts, part.expected, strict=True))
    if isinstance(part.expected, tuple) and part.topic in ("volume", "padded"):
        form: Any = part.answer_type
        sides = part.expected[:-1] if form.order == "hwc" else part.expected[1:]
        return [(texts[0], sides[0])]
    return []


@pytest.mark.unmeasured
@settings(max_examples=600, deadline=None)
@given(ASKED)
def test_a_formula_that_a_hint_works_out_gives_the_answer(
    asked: tuple[str, dict[str, Any], Conventions],
) -> None:
    for part in parts_of(*asked):
        for text, value in formulas_of(part):
            try:
                found = worked_out(text, {})
            except Unread:
                continue
            assert found == value, (part.name, text, value)


@pytest.mark.parametrize(
    ("kind", "given", "course", "said"),
    [
        ("output-size", {"n": 64, "k": 7, "s": 2, "p": 3}, {}, "With your numbers: ⌊(64 + 2·3 − 7)/2⌋ + 1 = 32."),
        ("pool-volume", {"n": 10, "k": 3, "s": 2}, {"fit": "ceil"}, "With your numbers: ⌈(10 − 3)/2⌉ + 1 = 5."),
        ("pool-volume", {"n": 9, "k": 3, "s": 4, "p": 1}, {"fit": "ceil"}, "With your numbers: (9 + 2·1 − 3)/4 + 1 = 3."),
        ("same-padding", {"n": 21, "k": 4, "s": 7}, {}, "With your numbers, for after: ⌈max((⌈21/7⌉ − 1)·7 + 4 − 21, 0)/2⌉ = 0."),
        ("arch-table", {"input": "15x15x2", "arch": "CONV-3-7 POOL-2"}, {}, "With your numbers, for row 2, shape: ⌊(13 + 0 − 2)/2⌋ + 1. Answer: 6×6×7."),
        ("solve-size", {"find": "k", "n": 32, "out": 26, "d": 2}, {"fit": "floor"}, "With your numbers: ⌊(32 − (2·(k − 1) + 1))/1⌋ + 1 = 26, solved for k. Answer: 4."),
        ("solve-size", {"find": "n", "k": 5, "s": 2, "p": 2, "out": 20}, {}, "With your numbers: ⌊(n + 4 − 5)/2⌋ + 1 = 20, solved for n. Answer: 39."),
        ("solve-params", {"find": "c_in", "params": 1520, "k": 5, "filters": 20}, {}, "With your numbers: (5·5·cin + 1)·20 = 1,520, solved for cin. Answer: 3."),
        ("layers-for-rf", {"k": 4, "size": 21}, {}, "With your numbers: ⌈(21 − 1)/(4 − 1)⌉ = 7."),
        ("layers-to-reach", {"n": 50, "k": 4, "target": 8}, {}, "With your numbers: (50 − 8)/(4 − 1) = 14."),
        ("macs-transposed", {"n": 5, "k": 3, "s": 2, "c_in": 2, "filters": 4}, {"flops": "2macs"}, "With your numbers: 2·3·3·2·4·5·5 = 3,600."),
        ("macs-transposed", {"n": 5, "k": 3, "s": 2, "c_in": 2, "filters": 4}, {"flops": "exact"}, "With your numbers: 2·3·3·2·4·5·5 − 4·((5 − 1)·2 + 3)·((5 − 1)·2 + 3) = 3,116."),
        ("savings-separable", {"n": 10, "k": 3, "c_in": 4, "filters": 6}, {"flops": "exact"}, "With your numbers, for ratio: (2·3·3·4·6 − 6)/(2·(3·3·4 + 4·6) − (4 + 6)) ≈ 3.87273."),
    ],
)  # fmt: skip
def test_the_last_line_worked_out(
    kind: str, given: dict[str, Any], course: dict[str, Any], said: str
) -> None:
    fixed = conventions(**course)
    part = create_question(kind, given, fixed).parts()[-1]
    assert hints._worked_out(part, "With your numbers") == said
