"""A pasted ``model.summary()`` as the answer to a table: real outputs of frameworks, old and new."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convcalc.homework import check, loads
from convcalc.homework.marking.summaries import summary_rows

SUMMARIES = Path(__file__).parent.parent / "data" / "summaries"
CIFAR = "CONV5-6, POOL2, CONV5-16, POOL2, FC-120, FC-84, FC-10"
LENET = "CONV5-6 (pad 2), sigmoid, AVGPOOL2, CONV5-16, sigmoid, AVGPOOL2, FC-120, sigmoid, FC-84, sigmoid, FC-10"
ALEX = "CONV11-64-s4-p2, relu, POOL3-2, CONV5-192-p2, relu, POOL3-2, adaptive_avgpool:6, flatten, dropout, FC-4096, relu, FC-10"
MNIST = "CONV3-32, POOL2, CONV3-64, POOL2, FC-10"


def summary(name: str) -> str:
    """What a framework printed."""
    return (SUMMARIES / f"{name}.txt").read_text(encoding="utf-8")


def marked(text: str, arch: str, shape: str, order: str = "hwc", ask: str = "shape, params") -> Any:
    """The result of a table with this answer."""
    sheet = loads(
        f"{{convcalc_sheet: 1, conventions: {{order: {order}}}, questions: [{{id: q, type: arch-table, "
        f"ask: [{ask}], input: {shape}, arch: '{arch}'}}]}}"
    )
    return check(sheet, "q", text)


RIGHT = {
    "Keras 3": (summary("keras3"), MNIST, "28x28x1"),
    "Keras 3, compiled": (summary("keras3_trainable"), MNIST, "28x28x1"),
    "Keras 2": (summary("keras2"), "CONV4-32, POOL2, CONV4-32, POOL2, FC-32, FC-10", "32x32x3"),
    "Keras 2.8": (summary("keras2_wrapped"), MNIST, "28x28x1"),
    "torchsummary": (summary("torchsummary_net"), CIFAR, "32x32x3"),
    "torchsummary with activations": (summary("torchsummary_seq"), LENET, "28x28x1"),
    "torchinfo": (summary("torchinfo_net"), CIFAR, "32x32x3"),
    "torchinfo with activations": (summary("torchinfo_seq"), LENET, "28x28x1"),
    "torchinfo with more columns": (summary("torchinfo_cols"), LENET, "28x28x1"),
    "torchinfo with containers": (summary("torchinfo_alex"), ALEX, "224x224x3"),
}


@pytest.mark.parametrize("order", ["hwc", "chw"])
@pytest.mark.parametrize("name", RIGHT)
def test_what_frameworks_print_is_read_as_an_answer(name: str, order: str) -> None:
    text, arch, shape = RIGHT[name]
    result = marked(text, arch, shape, order)
    assert result.right, [(part.name, part.given) for part in result.parts if not part.right]
    assert result.notes == []


def test_a_summary_in_a_comment() -> None:
    text, arch, shape = RIGHT["Keras 2.8"]
    assert marked("\n".join(f"#  {line}" for line in text.splitlines()), arch, shape).right


def test_only_what_is_asked_is_read() -> None:
    text, arch, shape = RIGHT["Keras 3"]
    assert marked(text, arch, shape, ask="params").right
    assert marked(text, arch, shape, ask="shape").right
    assert marked(text, arch, shape, ask="params, shape").right


def test_a_wrong_network_gets_the_points_of_its_right_cells() -> None:
    text = summary("keras3").replace("26, 26, 32", "28, 28, 32").replace("13, 13, 32", "14, 14, 32")
    result = marked(text, MNIST, "28x28x1")
    assert [part.part for part in result.parts if not part.right] == ["1.shape", "2.shape"]


def test_rows_of_a_functional_model() -> None:
    rows = summary_rows(summary("keras3_functional"), ["shape", "params"], "hwc")
    assert [(row.name, *row.cells.values()) for row in rows] == [
        ("conv", "28×28×8", "80"),
        ("batchnorm", "28×28×8", "32"),
        ("global_avgpool", "1×1×8", "0"),
        ("linear", "3", "27"),
    ]


def test_connections_and_inputs_are_passed_over() -> None:
    rows = summary_rows(summary("keras2_connected"), ["shape", "params"], "chw")
    assert [(row.name, *row.cells.values()) for row in rows] == [
        ("conv", "64×112×112", "9472"),
        ("batchnorm", "64×112×112", "256"),
    ]


def test_a_narrow_table_breaks_its_cells() -> None:
    text = (
        "┏━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━┳━━━━━━━━━┓\n"
        "┃ Layer (type)  ┃ Output Shape   ┃ Param # ┃\n"
        "┡━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━╇━━━━━━━━━┩\n"
        "│ conv2d        │ (None, 26, 26, │     320 │\n"
        "│ (Conv2D)      │ 32)            │         │\n"
        "└───────────────┴────────────────┴─────────┘\n"
    )
    (row,) = summary_rows(text, ["shape", "params"], "hwc")
    assert (row.name, row.cells) == ("conv", {"shape": "26×26×32", "params": "320"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "conv1: 28x28x6, 456",
        "Layer | Shape | Params\nconv1 | 28x28x6 | 456",
        "Layer (type) Output Shape Param #",
        "Layer (type) Output Shape Param #\n" + "(" * 10_000,
        "Layer (type) Output Shape Param #\n" + "x (None, " + "1 , " * 10_000,
        "┃ Layer (type) ┃ Output Shape ┃ Param # ┃\n" + "│" * 10_000,
        "Layer (type:depth-idx) Output Shape Param #\n" + "a: 1-1 (None)\n" * 3,
        "\n" * 100_000,
    ],
)
def test_other_texts_are_no_summaries(text: str) -> None:
    assert summary_rows(text, ["shape"], "hwc") == []


def test_a_summary_in_a_file_of_answers(tmp_path: Path, convcalc: Any) -> None:
    sheet = tmp_path / "s.yaml"
    sheet.write_text(
        "convcalc_sheet: 1\nquestions:\n"
        f"  - {{id: q1, type: arch-table, ask: [shape, params], input: 28x28x1, arch: '{MNIST}'}}\n"
        "  - {id: q2, type: params, given: {k: 5, c_in: 3, filters: 10}}\n"
    )
    lines = tmp_path / "lines.txt"
    lines.write_text(f"q1:\n{summary('keras3')}\nq2: 760\n", encoding="utf-8")
    block = "\n".join(f"    {line}" for line in summary("keras2_wrapped").splitlines())
    as_yaml = tmp_path / "answers.yaml"
    as_yaml.write_text(
        f"convcalc_answers: 1\nanswers:\n  q1: |\n{block}\n  q2: 760\n", encoding="utf-8"
    )
    for path in (lines, as_yaml):
        ran = convcalc("hw", "check", str(sheet), str(path))
        assert ran.code == 0, ran
