"""A question contains everything that its answer depends on: different answers have different questions."""

from __future__ import annotations

from typing import Any

import pytest

from convcalc.errors import ConvcalcError
from convcalc.homework.answers.written import as_written
from convcalc.homework.questions import QUESTIONS, create_question
from homework.cases import CASES

# Values of words with few values, or rare in examples.
VALUES: dict[str, list[Any]] = {
    "input": ["32x32x3", "64x64x3", "40x40x1"],
    "layer": ["conv", "transposed", "fc"],
    "of": ["params", "weights", "macs", "activations", "w", "x"],
    "mode": ["max", "avg", "nails", "nearest", "bilinear", "zero", "reflect", "replicate"],
    "activation": ["none", "relu", "sigmoid"],
    "dtype": ["fp32", "fp16", "int8"],
    **{word: [0, 1, 2] for word in ("b", "a", "p", "frozen", "beta")},
    **{word: [1, 2] for word in ("s", "d", "groups", "batch", "pool_s", "axes", "multiplier", "blocks", "gamma", "eps", "lr")},
    **{word: [True, False] for word in ("bias", "relu", "flip", "gradients", "clip", "pool")},
    **{word: [2, 3] for word in ("decimals", "squeeze")},
}  # fmt: skip


def others(value: Any) -> list[Any]:
    """Other values of the same form."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value + 2, 2 * value]
    if isinstance(value, list) and value and all(isinstance(each, int) for each in value):
        return [[each + 1 for each in value], [*value, value[0]]]
    return []


def asked(kind: str, given: dict[str, Any]) -> tuple[str, list[tuple[str, Any]]] | None:
    """The text of a question, and its answers; None if the values are invalid."""
    try:
        task = create_question(kind, given)
        return task.question_text(), [(part.name, part.expected) for part in task.parts()]
    except ConvcalcError:
        return None


@pytest.mark.unmeasured
@pytest.mark.parametrize("kind", list(QUESTIONS))
def test_what_changes_the_answer_changes_the_question(kind: str) -> None:
    cls = QUESTIONS[kind]
    cases = [as_written(case.given) for case in CASES if case.type == kind]
    hidden, tried = {}, 0
    for given in [*cls.examples, *cases]:
        first = asked(kind, given)
        if first is None:
            continue
        for word in cls.words:
            for value in [*others(given.get(word)), *VALUES.get(word, [])]:
                second = asked(kind, {**given, word: value})
                tried += second is not None
                if second and second[0] == first[0] and second[1] != first[1]:
                    hidden[word] = (given, value, first[0])
    assert tried or not VALUES.keys() & cls.words.keys()
    assert hidden == {}
