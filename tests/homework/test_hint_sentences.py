"""Hints read as sentences: at every level, of every question type, and the line of every mistake."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from convcalc.homework import loads
from convcalc.homework.marking import hints
from convcalc.homework.mistakes import MISTAKES
from convcalc.homework.questions import QUESTIONS
from homework.cases import CASES
from homework.test_sheet_schema import plain

ODD = (" = ?", "..", " .", "?.", " ;", "see the rule", "for if ", "For if ")


def asked(kind: str, given: dict[str, Any]) -> Any:
    question = {"type": kind, "given": plain(given)}
    return loads(json.dumps({"convcalc_sheet": 1, "questions": [question]})).questions[0]


def is_sentence(text: str) -> bool:
    """Whether a line begins like a sentence and ends like one; a formula may begin it."""
    begins = re.match(r"[A-Z\"⌊⌈(\d]|dw: |[kpn] ", text)
    return bool(begins) and text[-1] in ".?" and not any(each in text for each in ODD)


def equations(text: str) -> list[str]:
    """The equations in a text, between punctuation and small words."""
    ends = r"[;:?]\s|[.,]\s|\s(?:and|or|with|for|gives|by)\s|[()]"
    return re.split(ends, text, flags=re.IGNORECASE)


@pytest.mark.parametrize("kind", list(QUESTIONS))
@pytest.mark.unmeasured
def test_no_two_equations_run_together(kind: str) -> None:
    given = [*QUESTIONS[kind].examples, *(case.given for case in CASES if case.type == kind)][:6]
    texts = {
        line
        for values in given
        for level in (1, 2, 3, 4)
        for line in hints.hint(asked(kind, values), level)
    }
    run_on = [text for text in texts for part in equations(text)
              if len(re.findall(r"(?<![<>!=])=(?!=)|≈", part)) > 1]  # fmt: skip
    assert run_on == []


@pytest.mark.parametrize("kind", list(QUESTIONS))
@pytest.mark.parametrize("level", [1, 2, 3, 4])
@pytest.mark.unmeasured
def test_every_line_of_every_level_is_a_sentence(kind: str, level: int) -> None:
    given = [*QUESTIONS[kind].examples, *(case.given for case in CASES if case.type == kind)][:6]
    for values in given:
        lines = hints.hint(asked(kind, values), level)
        assert lines or kind == "text"
        for line in lines:
            assert is_sentence(line), line
        assert level > 1 or len(lines) == 1


def test_the_line_of_every_mistake_is_a_sentence() -> None:
    lines = [mistake.line for mistake in MISTAKES.values() if mistake.line != "{0}"]
    assert [line for line in lines if not is_sentence(line) or len(line.split()) < 3] == []


@pytest.mark.parametrize(
    ("kind", "given", "level", "said"),
    [
        ("output-size", {"n": 19, "k": 4, "s": 3}, 1, "Which rule in your notes is about this: output size?"),
        ("params", {"k": 5, "c_in": 3, "filters": 4}, 1, "Which rule in your notes is about this: parameters of a convolution? Think of this: One filter has k × k × (input channels) weights and one bias."),
        ("choice", {"options": ["x", "y"], "answer": "a"}, 1, "Compare every option with your notes."),
        ("params", {"k": 5, "c_in": 3, "filters": 4}, 3, "With your numbers: work out (5·5·3 + 1)·4."),
        ("volume", {"n": 50, "k": 8, "s": 3, "filters": 9}, 3, "With your numbers: (50 − 8)/3 + 1; depth = filters. What is the answer?"),
        ("savings-separable", {"n": 14, "k": 5, "c_in": 16, "filters": 8}, 3, "With your numbers, for ratio: work out 1/(1/8 + 1/(5·5))."),
        ("params", {"k": 5, "c_in": 3, "filters": 4}, 4, "With your numbers: (5·5·3 + 1)·4 = 304."),
        ("volume", {"n": 50, "k": 8, "s": 3, "filters": 9}, 4, "With your numbers: (50 − 8)/3 + 1; depth = filters. Answer: 15×15×9."),
        ("toeplitz", {"n": 8, "k": 3}, 4, "With your numbers, for dense: outputs · inputs. Answer: 48."),
        ("compare", {"input": "9x9x1", "designs": ["fc:2", "fc:3"]}, 4, "With your numbers, for fc:3: follow the rule above. Answer: 246."),
        ("solve-for", {"n": 9, "out": 7}, 4, "With your numbers: ⌊(9 + 2p − k)/s⌋ + 1. Answer: k=3, s=1, p=0."),
        ("pool-by-hand", {"x": [[1, 2], [3, 4]], "k": 2}, 3, "With your numbers: one window after the other. What is the answer?"),
    ],
)  # fmt: skip
def test_the_last_line_of_a_level(kind: str, given: dict[str, Any], level: int, said: str) -> None:
    assert hints.hint(asked(kind, given), level)[-1] == said


def test_an_example_says_that_its_numbers_are_others() -> None:
    line = hints.hint(asked("im2col", {"n": 9, "k": 3, "filters": 5, "c_in": 4}), 2)[-1]
    assert line.startswith("An example with other numbers: ")
    assert "For filters: " in line
    assert "For columns: " in line
    assert line.endswith("Answer: 18×324.")
