"""Columns of tables other than sizes and counts: receptive fields, memory, connections, buffers."""

from __future__ import annotations

from typing import Any

import pytest

from convcalc.homework import check, loads
from convcalc.homework.conventions import conventions
from convcalc.homework.questions import create_question
from convcalc.homework.questions.given import GivenError

LENET = {"input": "32x32x1", "arch": "CONV-5-6 POOL-2 CONV-5-16 POOL-2 FC-120 FC-84"}


def column(ask: str, given: dict[str, Any], **settings: str) -> list[Any]:
    task = create_question("arch-table", {**given, "ask": ask}, conventions(**settings))
    return [part.expected for part in task.parts()]


def test_the_columns_of_lenet() -> None:
    # LeCun et al. 1998, section II.B: 122,304, 5,880, 2,000, 48,120 and 10,164 connections; its C3 reads
    # only some maps, one that reads all has 16·(150 + 1)·100
    assert column("connections", LENET, pool_bias="lenet") == [
        122304,
        5880,
        241600,
        2000,
        48120,
        10164,
    ]
    assert column("connections", LENET, bias="false") == [117600, 0, 240000, 0, 48000, 10080]
    # 5; + 1; + 4·2; + 1·2; then the whole image
    assert column("rf", LENET)[:5] == [5, 6, 14, 16, 32]
    assert column("rf", LENET, rf="pixels")[:5] == [25, 36, 196, 256, 1024]
    # 4 bytes for each of 28·28·6, 14·14·6, 10·10·16, 5·5·16, 120 and 84 values
    assert column("memory", LENET) == [18816, 4704, 6400, 1600, 480, 336]
    assert column("memory", {**LENET, "dtype": "fp16"}) == [9408, 2352, 3200, 800, 240, 168]
    assert column("buffers", {"input": "8x8x3", "arch": "conv:k3c4 bn relu conv:k3c5 bn"}) == [
        0,
        8,
        0,
        10,
    ]


def test_fields_of_rectangles_and_lines() -> None:
    flat = {"input": "20x30x1", "arch": "conv:k3x5c4 pool:k2x1 conv:k3c2"}
    assert column("rf", flat) == [(3, 5), (4, 5), (8, 7)]
    assert column("rf", flat, rf="pixels") == [15, 20, 56]
    assert column("rf", {"input": "50x1", "arch": "conv:k3c4 pool:k2 conv:k3c4"}) == [3, 4, 8]
    assert column("rf", {"input": "9x9x9x1", "arch": "conv:k3c4 conv:k3c4"}, rf="pixels") == [
        27,
        125,
    ]


def test_the_sentence_names_units() -> None:
    words = {**LENET, "ask": ["rf", "memory"], "rows": [1, 2]}
    text = "rf (in pixels), memory (of the output, in MiB, fp32)."
    assert (
        create_question("arch-table", words, conventions(rf="pixels", bytes="MiB"))
        .question_text()
        .endswith(text)
    )
    words = {**LENET, "ask": "memory", "rows": "last"}
    assert (
        create_question("arch-table", words)
        .question_text()
        .endswith("What is the memory of the output values in MB (fp32) of the last layer (FC-84)?")
    )


@pytest.mark.parametrize(
    "heading",
    [
        "layer, receptive field, memory (MB), connections, non-trainable params",
        "Layer name, RF size, Memory in MB, Number of connections, buffers",
        "layer, rf, mem, links, running statistics",
    ],
)
def test_headings_of_students_are_known(heading: str) -> None:
    sheet = loads(
        "{convcalc_sheet: 1, questions: [{type: arch-table, partial: parts, given: {input: 32x32x3, "
        "arch: 'conv:k3c8 bn pool:k2', ask: [memory, buffers, rf, connections]}}]}"
    )
    # 30·30·8 values of 4 bytes; 27·8·900 + 8·900 connections; a scale and a shift for each value
    table = (
        f"{heading}\nconv, 3, 0.0288, 201600, 0\nbn, 3, 0.0288 MB, 14400, 16\npool, 4, 0.0072, 0, 0"
    )
    result = check(sheet, "q1", table)
    assert result.right, [
        (part.part, part.given, part.status, part.expected) for part in result.parts
    ]


def test_what_a_table_cannot_ask_is_refused() -> None:
    with pytest.raises(GivenError) as caught:
        create_question("arch-table", {"input": "8", "arch": "fc:3 fc:2", "ask": "rf"})
    assert str(caught.value) == (
        "ask: row 1 (fc:3) does not have its own receptive field; leave out rf, or name other rows"
    )
    with pytest.raises(GivenError, match="dtype: must be one of fp64"):
        create_question("arch-table", {**LENET, "dtype": "fp8"})
