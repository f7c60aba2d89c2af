"""Layers of receptive-field questions: every way to write them gives the same question."""

from __future__ import annotations

from typing import Any

import pytest

from convcalc.homework.questions import GivenError, create_question

SAME = [
    "3/2 3/1 5/2/2", "3/2, 3/1, 5/2/2", ["3/2", "3", "5/2/2"], [[3, 2], [3, 1], [5, 2, 2]],
    [{"k": 3, "s": 2}, {"k": 3}, {"k": 5, "s": 2, "d": 2}],
    [{"kernel_size": "3", "stride": "2"}, {"kernel": 3, "stride": 1}, {"k": 5, "s": 2, "dilation": 2}],
]  # fmt: skip


@pytest.mark.parametrize("layers", SAME, ids=str)
def test_every_spelling_is_the_same_question(layers: Any) -> None:
    first = create_question("receptive-field", {"layers": SAME[0]})
    found = create_question("receptive-field", {"layers": layers})
    assert found.parts()[0].expected == first.parts()[0].expected
    assert found.sentence() == first.sentence()


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ({"k": 3, "x": 1}, "layers: a layer has no 'x'; write {k: 3, s: 2}, and d for a dilation"),
        ({"s": 2}, "layers: a layer has no k, its kernel size; write for example {k: 3, s: 2}"),
        ({"k": 3, "kernel": 3}, "layers: a layer has k twice, once as kernel; leave one out"),
        ({"k": {"a": 1}}, "layers: the value must be a whole number, but is \"{'a': 1}\""),
        ({"k": 0}, "layers: the value must be 1 or more, got 0"),
    ],
)
def test_what_is_no_layer_is_said(layer: dict[str, Any], said: str) -> None:
    with pytest.raises(GivenError) as caught:
        create_question("receptive-field", {"layers": [layer]})
    assert str(caught.value) == said
