"""Tables of networks: the cells of the question are found and marked for any rows that a student lists."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import pytest

import clock
import convcalc
from convcalc.homework import check, loads, mark
from convcalc.homework.answers.written import as_written
from convcalc.homework.marking.verdicts import summary
from convcalc.homework.sheets.sheet import Sheet
from convcalc.network.load import load as load_network

CHAIN = "conv:k5c6 relu pool:k2 conv:k5c16 relu pool:k2 flatten dropout fc:120 relu fc:10 softmax"
# by hand: 32 − 5 + 1, halved, − 4, halved; 5·5·3·6 + 6, 5·5·6·16 + 16, 400·120 + 120, 120·10 + 10
NEEDED = [
    ("conv1", "28x28x6", 456), ("pool1", "14x14x6", 0), ("conv2", "10x10x16", 2416),
    ("pool2", "5x5x16", 0), ("fc1", "120", 48120), ("fc2", "10", 1210),
]  # fmt: skip
EVERY = [
    NEEDED[0], ("relu1", "28x28x6", 0), NEEDED[1], NEEDED[2], ("relu2", "10x10x16", 0), NEEDED[3],
    ("flatten", "400", 0), ("dropout", "400", 0), NEEDED[4], ("relu3", "120", 0), NEEDED[5], ("softmax", "10", 0),
]  # fmt: skip
WITHOUT = {
    "no ReLU": [row for row in EVERY if "relu" not in row[0]],
    "no flatten": [row for row in EVERY if row[0] != "flatten"],
    "only flatten": [row for row in EVERY if row in NEEDED or row[0] == "flatten"],
    "only softmax": [row for row in EVERY if row in NEEDED or row[0] == "softmax"],
    "needed": NEEDED,
    "all": EVERY,
    "with the input": [("input", "32x32x3", 0), *EVERY],
    "input and needed": [("input", "32x32x3", 0), *NEEDED],
}
FORMS: dict[str, Callable[[Any], Any]] = {
    "lists": lambda rows: [[shape, params] for _, shape, params in rows],
    "lists with names": lambda rows: [list(row) for row in rows],
    "mapping by name": lambda rows: {name: [shape, params] for name, shape, params in rows},
    "mapping by number": lambda rows: {i: list(row[1:]) for i, row in enumerate(rows, start=1)},
    "cells by name": lambda rows: {
        f"{name}.{ask}": cell for name, *cells in rows for ask, cell in zip(("shape", "params"), cells)
    },
    "rows with keys": lambda rows: [{"layer": n, "shape": s, "params": p} for n, s, p in rows],
    "lines": lambda rows: "\n".join(f"{shape}, {params}" for _, shape, params in rows),
    "lines with names": lambda rows: "\n".join(f"{n}: {s}, {p}" for n, s, p in rows),
    "commas": lambda rows: "\n".join(f"{n}, {s}, {p}" for n, s, p in rows),
    "Markdown": lambda rows: "| layer | shape | params |\n|---|---|---|\n"
    + "\n".join(f"| {n} | {s} | {p} |" for n, s, p in rows),
    "tabs": lambda rows: "\n".join(f"{n}\t{s}\t{p}" for n, s, p in rows),
}  # fmt: skip


def sheet_of(arch: str, size: str = "", ask: str = "[shape, params]", more: str = "") -> Sheet:
    """A sheet of one table."""
    where = f"input: {size}, " if size else ""
    return loads(
        f"{{convcalc_sheet: 1, questions: [{{type: arch-table, points: 12, {more}given: {{{where}arch: '{arch}', ask: {ask}}}}}]}}"
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("rows", WITHOUT)
def test_rows_with_nothing_to_fill_in_may_be_listed_or_left_out(rows: str, form: str) -> None:
    sheet = sheet_of(CHAIN, "32x32x3")
    marked = mark(sheet, {"q1": as_written(FORMS[form](WITHOUT[rows]))})
    assert marked.right, [(p.part, p.given, p.status) for p in marked.results[0].parts]
    assert marked.points == 12
    assert marked.notes == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.unmeasured
def test_a_wrong_cell_is_found_in_its_row_whatever_is_listed(form: str) -> None:
    sheet = sheet_of(CHAIN, "32x32x3")
    for rows in WITHOUT.values():
        wrong = [("pool2", "5x5x16", 7) if row[0] == "pool2" else row for row in rows]
        result = check(sheet, "q1", FORMS[form](wrong))
        assert [p.part for p in result.parts if p.status == "wrong"] == ["4.params"]
        assert result.points == 11


NETWORKS = ("lenet5", "alexnet", "vgg11", "resnet18", "squeezenet1_0")


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.unmeasured
def test_every_row_that_arch_lists_is_read(name: str) -> None:
    """The numbers come from the walk, the names from the file."""
    sheet = sheet_of(name)
    steps = list(convcalc.load(name).walk())
    rows = {step.name: [[*step.output[1:], step.output[0]], step.params] for step in steps}
    marked = mark(sheet, {"q1": as_written(rows)})
    assert marked.right, [
        (p.part, p.given, p.status) for p in marked.results[0].parts if not p.right
    ]
    assert marked.notes == []
    some = {key: cells for key, cells in rows.items() if cells[1] or "pool" in key.lower()}
    assert all(
        p.right
        for p in mark(sheet, {"q1": as_written(some)}).results[0].parts
        if p.status != "blank"
    )


def carried(side: int, slip: int) -> list[list[Any]]:
    """The needed rows for an image, by the textbook formula, with two cells too many in row `slip`."""
    rows: list[list[Any]] = []
    n, c = side, 3
    for place, (k, s, out) in enumerate(((5, 1, 6), (2, 2, 6), (5, 1, 16), (2, 2, 16))):
        n = (n - k) // s + 1 + 2 * (place == slip)
        params = 0 if s == 2 else k * k * c * out + out
        c = out
        rows.append([f"{n}x{n}x{c}", params])
    rows.append(["120", n * n * c * 120 + 120])
    rows.append(["10", 1210])
    return rows


@pytest.mark.parametrize("slip", range(4))
@pytest.mark.unmeasured
def test_a_slip_carried_on_costs_one_cell(slip: int) -> None:
    sheet = sheet_of(CHAIN, "32x32x3")
    result = check(sheet, "q1", carried(32, slip))
    assert [p.part for p in result.parts if p.status == "wrong"] == [f"{slip + 1}.shape"]
    assert result.points == 11
    assert {p.status for p in result.parts} <= {"right", "wrong", "follow-through"}
    assert result.parts[8].status in ("right", "follow-through")
    sheet.follow_through = False
    assert check(sheet, "q1", carried(32, slip)).points < 11


def test_a_slip_is_named_from_the_students_own_row_before() -> None:
    sheet = sheet_of(CHAIN, "32x32x3")
    # row 1: 27 for 28; row 2 follows (13); row 3 is 13 − 5 without the 1, not 14 − 5
    rows = [
        ["27x27x6", 456],
        ["13x13x6", 0],
        ["8x8x16", 2416],
        ["4x4x16", 0],
        ["120", 30840],
        ["10", 1210],
    ]
    found = {p.part: p for p in check(sheet, "q1", rows).parts}
    assert found["1.shape"].mistakes[0][0] == "out.no-plus-one"
    assert found["2.shape"].status == "follow-through"
    assert found["3.shape"].status == "wrong"
    assert found["3.shape"].mistakes[0][0] == "out.no-plus-one"
    assert found["4.shape"].status == "follow-through"
    # 4·4·16·120 + 120 follows from row 4; without the biases it is a separate mistake
    assert found["5.params"].status == "follow-through"
    rows[4][1] = 30720
    found = {p.part: p for p in check(sheet, "q1", rows).parts}
    assert [name for name, _ in found["5.params"].mistakes] == ["par.no-bias"]
    assert found["5.params"].expected == 48120


@pytest.mark.unmeasured
def test_only_rows_that_read_a_row_follow_from_it() -> None:
    """In a ResNet the pool of the shortcut reads what the block reads, not the row before it."""
    sheet = sheet_of("resnet18", ask="[shape]")
    steps = [s for s in convcalc.load("resnet18").walk() if s.params or s.kind == "maxpool"]
    rows = {step.name: [*step.output[1:], step.output[0]] for step in steps}
    block = "conv3_x.1."
    for name in ("conv1", "batchnorm1", "conv2", "batchnorm2"):
        rows[block + name] = [30, 30, 128]
    rows[block + "maxpool1"] = [30, 30, 64]
    places = {step.name: f"{place}.shape" for place, step in enumerate(steps, start=1)}
    found = {p.part: p.status for p in check(sheet, "q1", rows).parts if p.status != "right"}
    assert found == {
        places[block + "conv1"]: "wrong",
        places[block + "batchnorm1"]: "follow-through",
        places[block + "conv2"]: "follow-through",
        places[block + "batchnorm2"]: "follow-through",
        places[block + "maxpool1"]: "wrong",
    }


def test_a_cell_whose_right_value_is_0_counts_like_the_others() -> None:
    sheet = sheet_of("conv:k3c4 pool:k2 conv:k3c4 pool:k2", "22x22x1")
    rows: list[list[Any]] = [["20x20x4", 40], ["10x10x4", 0], ["8x8x4", 148], ["4x4x4", 0]]
    assert check(sheet, "q1", rows).points == 12
    rows[1][1] = 4
    assert check(sheet, "q1", rows).points == 12 * Fraction(7, 8)
    for empty in ("", "-", None):
        rows[1][1] = empty
        assert check(sheet, "q1", rows).points == 12
    rows[1] = ["", ""]  # a row without any answer
    result = check(sheet, "q1", rows)
    assert result.points == 12 * Fraction(6, 8)
    assert result.hint == "row 2 not completely answered"


def test_an_untouched_table_is_not_answered() -> None:
    for ask in ("[shape, params]", "[params]"):
        sheet = sheet_of("conv:k3c4 pool:k2", "22x22x1", ask)
        for raw in (
            None,
            "",
            [["", ""], ["", ""]],
            {"conv1": "", "pool1": ""},
            [{"layer": "conv1"}],
        ):
            result = check(sheet, "q1", raw)
            assert result.status == "blank", raw
            assert result.points == 0


def test_in_a_table_of_one_column_an_empty_cell_is_0_once_a_row_is_answered() -> None:
    sheet = sheet_of("conv:k3c4 pool:k2 conv:k3c4", "22x22x1", "[params]")
    assert check(sheet, "q1", ["40", "", "148"]).right
    assert check(sheet, "q1", {"conv1": 40, "conv2": 148}).right
    assert check(sheet, "q1", [40, 0, 148]).right
    assert check(sheet, "q1", "40\n0\n148").right


@pytest.mark.parametrize(
    ("raw", "notes"),
    [
        (
            {"conv1": ["20x20x4", 40], "conv9": ["1x1x1", 0], "pool1": ["10x10x4", 0]},
            ["q1: 'conv9' is not a layer of this network, or is listed twice; ignored"],
        ),
        (
            [["20x20x4", 40], ["10x10x4", 0], ["9x9x9", 9]],
            ["q1: row 3 of the table cannot be put to a layer of this network; ignored"],
        ),
        (
            {"\x1b[31mconv": ["1x1x1", 0], "conv1": ["20x20x4", 40], "pool1": ["10x10x4", 0]},
            ["q1: '\\\\x1b[31mconv' is not a layer of this network, or is listed twice; ignored"],
        ),
    ],
)
def test_rows_that_are_not_of_the_network_are_said(raw: Any, notes: list[str]) -> None:
    marked = mark(sheet_of("conv:k3c4 pool:k2", "22x22x1"), {"q1": as_written(raw)})
    assert marked.notes == notes
    assert marked.right


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_0"])
@pytest.mark.unmeasured
def test_a_slip_is_carried_through_the_layers_that_join_paths(name: str) -> None:
    """The student's numbers are the layers' own, each from the shapes before it."""
    network = load_network(name)
    steps = list(convcalc.load(name).walk())
    shapes: dict[int, tuple[int, ...]] = {-1: network.input}
    rows: dict[str, list[Any]] = {}
    for place, node in enumerate(network.nodes):
        before = [shapes[each] for each in node.inputs]
        out = node.layer.out_shape(*before)
        params = 0 if len(before) > 1 else node.layer.params(before[0], out)
        if node.name == "conv1":
            out = (out[0], *(side + 2 for side in out[1:]))
        shapes[place] = out
        rows[node.name] = [[*out[1:], out[0]], params]
    assert rows != {step.name: [[*step.output[1:], step.output[0]], step.params] for step in steps}
    marked = mark(sheet_of(name), {"q1": as_written(rows)})
    found = {p.part: p.status for p in marked.results[0].parts if p.status != "right"}
    assert found.pop("1.shape") == "wrong"
    assert set(found.values()) == {"follow-through"}
    assert len(found) >= 10


def test_where_no_layer_makes_new_values_every_layer_is_a_row() -> None:
    sheet = sheet_of("relu dropout", "4x4x2", "[shape]")
    assert check(sheet, "q1", ["4x4x2", "4x4x2"]).right
    assert check(sheet, "q1", {"relu1": "4x4x2", "dropout1": "4x4x2"}).right


# forms of a table of shapes and parameters: columns of torchsummary and Keras' summary(), spreadsheets, plain text
OTHER_FORMS: dict[str, Callable[[Any], Any]] = {
    "semicolons": lambda rows: "layer;shape;params\n" + "\n".join(f"{n};{s};{p}" for n, s, p in rows),
    "other order": lambda rows: "params,layer,shape\n" + "\n".join(f"{p},{n},{s}" for n, s, p in rows),
    "Keras": lambda rows: [{"Layer (type)": n, "Output Shape": s, "Param #": p} for n, s, p in rows],
    "numbered": lambda rows: "\n".join(f"{i}. {s}, {p}" for i, (_, s, p) in enumerate(rows, start=1)),
    "points": lambda rows: "\n".join(f"- {n}: {s}, {p}" for n, s, p in rows),
    "spaces": lambda rows: "\n".join(f"{n} {s} {p}" for n, s, p in rows),
    "brackets": lambda rows: "\n".join(f"{n}: ({s.replace('x', ', ')}), {p}" for n, s, p in rows),
    "thousands": lambda rows: "\n".join(f"{n}: {s}, {p:,}" for n, s, p in rows),
    "a mapping each": lambda rows: [{n: [s, p]} for n, s, p in rows],
    "columns": lambda rows: {"shape": [s for _, s, _ in rows], "params": [p for *_, p in rows]},
    "a column of numbers": lambda rows: "\n".join(f"{i},{n},{s},{p}" for i, (n, s, p) in enumerate(rows, start=1)),
}  # fmt: skip


@pytest.mark.parametrize("form", OTHER_FORMS)
@pytest.mark.parametrize("rows", WITHOUT)
def test_tables_are_read_as_they_are_written(rows: str, form: str) -> None:
    marked = mark(sheet_of(CHAIN, "32x32x3"), {"q1": as_written(OTHER_FORMS[form](WITHOUT[rows]))})
    assert marked.right, [(p.part, p.given, p.status) for p in marked.results[0].parts]
    assert marked.notes == []


@pytest.mark.parametrize(
    "names",
    [
        ["Conv2d-1", "MaxPool2d-2", "Conv2d-3", "MaxPool2d-4", "Linear-5", "Linear-6"],
        ["conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1", "dense", "dense_1"],
        ["Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Dense", "Dense"],
        ["Conv2D (5x5, 6)", "Pooling", "Conv2D (5x5, 16)", "Subsampling", "FC", "Linear"],
    ],
)
def test_names_of_frameworks_are_known(names: list[str]) -> None:
    rows = [[name, *row[1:]] for name, row in zip(names, NEEDED)]
    marked = mark(sheet_of(CHAIN, "32x32x3"), {"q1": as_written(rows)})
    assert marked.right
    assert marked.notes == []


@pytest.mark.parametrize("ask", ["shape", "params"])
def test_a_table_of_one_column_may_stand_in_one_line_or_have_names(ask: str) -> None:
    sheet = sheet_of(CHAIN, "32x32x3", f"[{ask}]")
    column = 1 if ask == "shape" else 2
    cells = [str(row[column]) for row in NEEDED]
    for text in (
        ", ".join(cells),
        " -> ".join(cells),
        "\n".join(f"{row[0]},{row[column]}" for row in NEEDED),
        "\n".join(f"{row[0]} {row[column]}" for row in NEEDED),
    ):
        assert check(sheet, "q1", text).right, text


@pytest.mark.parametrize("name", ["lenet5", "vgg11", "alexnet", "squeezenet1_0", "resnet18"])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.unmeasured
def test_any_choice_of_rows_without_names_is_put_in_its_place(name: str, seed: int) -> None:
    """Every layer without a cell to fill in may be listed or not, independently."""
    choice = Random(seed)
    sheet = sheet_of(name, ask="[shape, params]")
    rows = [
        [[*step.output[1:], step.output[0]], step.params]
        for step in convcalc.load(name).walk()
        if step.params or "pool" in step.kind or choice.random() < 0.5
    ]
    marked = mark(sheet, {"q1": as_written(rows)})
    assert marked.right, [(p.part, p.given) for p in marked.results[0].parts if not p.right]
    weighted = [row for row in rows if row[1]]
    found = {p.status for p in mark(sheet, {"q1": as_written(weighted)}).results[0].parts}
    assert found <= {"right", "blank"}


def test_a_missing_row_and_one_too_many_do_not_shift_the_others() -> None:
    sheet = sheet_of(CHAIN, "32x32x3")
    rows = [list(row[1:]) for row in NEEDED]
    result = check(sheet, "q1", rows[:1] + rows[2:])
    assert result.points == 10
    assert result.hint == "row 2 not completely answered"
    marked = mark(sheet, {"q1": as_written([*rows[:2], ["14x14x9", 3], *rows[2:]])})
    assert marked.points == 12
    assert marked.notes == [
        "q1: row 3 of the table cannot be put to a layer of this network; ignored"
    ]


@pytest.mark.parametrize("slip", range(4))
@pytest.mark.parametrize("listed", WITHOUT)
@pytest.mark.unmeasured
def test_a_slip_carried_on_keeps_rows_in_place_in_a_table_of_shapes(listed: str, slip: int) -> None:
    own = dict(zip((row[0] for row in NEEDED), (row[0] for row in carried(32, slip))))
    rows, before = [], "32x32x3"
    for name, *_ in WITHOUT[listed]:
        if name == "flatten":
            h, w, c = map(int, own["pool2"].split("x"))
            before = str(h * w * c)
        before = own.get(name, before)
        rows.append(before)
    result = check(sheet_of(CHAIN, "32x32x3", "[shape]"), "q1", rows)
    assert [p.part for p in result.parts if p.status == "wrong"] == [f"{slip + 1}.shape"]


# 20 − 3 + 1 = 18, halved; (3·3·2 + 1)·7, (9·9·7 + 1)·11
SMALL = ("conv:k3c7 pool:k2 fc:11", "20x20x2")
TOTAL = "q1: 'Total' is not a layer of this network; ignored"


@pytest.mark.parametrize(
    ("table", "notes"),
    [
        ("18x18x7, 133\n9x9x7, 0\n11, 6248\nTotal: 6381", [TOTAL]),
        ("Total 6381\n18x18x7 133\n9x9x7 0\n11 6248", [TOTAL]),
        (
            [["18x18x7", 133], ["9x9x7", 0], ["11", 6248], ["total", 6381]],
            ["q1: 'total' is not a layer of this network; ignored"],
        ),
        ("input: 20x20x2, 0\n18x18x7, 133\n9x9x7, 0\n11, 6248", []),
        ("conv: 18x18x7, 133\n9x9x7, 0\n11, 6248", []),
        ("18x18x7, 133\npool: 9x9x7, 0\n11, 6248", []),
        ("conv: 18x18x7, 133\n9x9x7, 0\nfc: 11, 6248", []),
        (
            "conv: 18x18x7, 133\n9x9x7, 0\n11, 6248\n5, 5",
            ["q1: row 4 of the table cannot be put to a layer of this network; ignored"],
        ),
        ("Conv layer: 18x18x7, 133\nPooling layer: 9x9x7, 0\nFully connected layer: 11, 6248", []),
        ("Conv layer 18x18x7 133\nPool layer 9x9x7 0\nFC layer 11 6248", []),
        ("FC layer: 11, 6248\nPool layer 1: 9x9x7, 0\nConv layer 1: 18x18x7, 133", []),
        ("Layer 1 (conv): 18x18x7, 133\nLayer 2 (pool): 9x9x7, 0\nLayer 3 (fc): 11, 6248", []),
        ("Layer 1 (conv) 18x18x7 133\nLayer 2 (pool) 9x9x7 0\nLayer 3 (fc) 11 6248", []),
        ("Layer 1 - conv: 18x18x7, 133\nLayer 2 - pool: 9x9x7, 0\nLayer 3 - fc: 11, 6248", []),
        ("1 conv 18x18x7 133\n2 pool 9x9x7 0\n3 fc 11 6248", []),
        ("conv (3x3, 7 maps) 18x18x7 133\npool (2 x 2) (9, 9, 7) 0\nfc 11 6248", []),
        ("3x3 conv: 18x18x7, 133\n2x2 pool: 9x9x7, 0\nfc: 11, 6248", []),
    ],
)
def test_a_row_with_a_name_leaves_the_others_in_place(table: Any, notes: list[str]) -> None:
    marked = mark(sheet_of(*SMALL), {"q1": as_written(table)})
    assert marked.right, [(p.part, p.given, p.status) for p in marked.results[0].parts]
    assert marked.notes == notes


def test_numbered_layers_may_count_those_without_a_row() -> None:
    rows = "\n".join(f"Layer {i} ({n}): {s}, {p}" for i, (n, s, p) in enumerate(EVERY, start=1))
    assert mark(sheet_of(CHAIN, "32x32x3"), {"q1": rows}).right


@pytest.mark.parametrize(
    ("answers", "notes"),
    [
        (
            {"q1.1.shape": "18x18x7", "q1.7.shape": "9x9x7"},
            ["q1: the table has 7 rows, but this one needs 3; the rest is ignored"],
        ),
        (
            {"q1.1.shape": "18x18x7", "q1.2.shap": "9x9x7"},
            ["q1: '2.shap' is not a layer of this network, or is listed twice; ignored"],
        ),
        (
            {"q1": "18x18x7, 133", "q1.2.shape": "9x9x7"},
            ["'q1.2.shape' is not read, because q1 is answered as a whole"],
        ),
    ],
)
def test_cells_that_are_not_of_the_table_are_said(
    answers: dict[str, str], notes: list[str]
) -> None:
    marked = mark(sheet_of(*SMALL), answers)
    assert marked.notes == notes
    assert marked.results[0].parts[0].status == "right"


def test_a_table_of_far_too_many_rows_is_cut_and_said() -> None:
    # 3 rows for each of 3 layers and the flatten before the last, and 20 more
    marked = mark(sheet_of(*SMALL), {"q1": ["18x18x7", "9x9x7", "11", *["1"] * 4_900]})
    assert marked.notes[0] == "q1: the table has more than 32 rows; the rest is ignored"


HOSTILE = {
    "commas": "," * 9_000, "spaces": "a" + " " * 9_500 + "b", "tabs": "a" + "\t" * 9_500 + "b",
    "crosses": "x " * 4_700, "brackets": "[1," * 3_000, "open": "(," * 4_700, "one by one": "1\n" * 4_900,
    "letters": "a\n" * 4_900, "a long name": "a" * 9_500 + ": 1", "dashes": "conv" + "-1" * 4_000 + ": 1",
    "arrows": "=>" * 4_800, "kinds": "conv\n" * 1_900, "one name": "conv1: 1\n" * 1_000, "ones": "1 " * 4_800,
}  # fmt: skip


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("ask", ["[shape, params]", "[shape]", "[params]"])
def test_a_table_is_read_in_linear_time(name: str, ask: str) -> None:
    sheet = sheet_of("vgg16", "224x224x3", ask)
    mark(sheet, {"q1": "5x5x5, 1"})  # values computed only once
    start = clock.seconds()
    mark(sheet, {"q1": HOSTILE[name]})
    mark(sheet, {"q1": HOSTILE[name].strip("\n").split("\n")})
    assert clock.seconds() - start < 1


ONE_CELL = (
    "convcalc_sheet: 1\nquestions:\n  - {id: a, type: chain, input: 9x9x3, arch: 'conv:k3c2'}\n"
)
ONE_ROW = "convcalc_sheet: 1\nquestions:\n  - {id: a, type: arch-table, input: 9x9x1, arch: 'conv:k3c2', ask: [shape, params]}\n"
TWO_ROWS = "convcalc_sheet: 1\nquestions:\n  - {id: a, type: arch-table, input: 9x9x3, arch: 'conv:k3c2 pool:k2', ask: [shape, params]}\n"


@pytest.mark.parametrize("raw", ["7x7x2", ["7x7x2"], [["7x7x2"]], ("7x7x2",), "conv1: 7x7x2"])
def test_a_table_of_one_cell_is_read_however_it_is_written(raw: Any) -> None:
    assert mark(loads(ONE_CELL), {"a": raw}).results[0].right


def test_a_cell_that_cannot_be_read_is_named_with_its_reason() -> None:
    said = "cannot be read: 'q' is not a number; write height × width × channels"
    result = mark(loads(TWO_ROWS), {"a": [["7x7xq", 56], ["3x3x2", 0]]}).results[0]
    assert summary(result.parts) == f"row 1, shape: {said}"
    result = mark(loads(TWO_ROWS), {"a": [["7x7xq", 57], ["3x3x2", "zero point"]]}).results[0]
    assert summary(result.parts) == (
        f"row 1; row 1, shape: {said}; row 2, params: cannot be read: 'zero point' is not a number; write a whole number"
    )
    result = mark(loads(TWO_ROWS), {"a": [["7x7xq", "u"], ["3x3xq", "u"]]}).results[0]
    assert summary(result.parts).endswith("1 more cell cannot be read")


@pytest.mark.parametrize(
    "raw",
    [
        [[7, 7, 2], 20],
        ["7x7x2", 20],
        ["7 x 7 x 2", "20"],
        {"shape": [7, 7, 2], "params": 20},
        {"Output shape": "7x7x2", "parameters": 20},
        {"shape": ["7x7x2"], "params": [20]},
        [["7x7x2", 20]],
        {"conv1": ["7x7x2", 20]},
        "conv1: 7x7x2, 20",
        ["conv1: 7x7x2, 20"],
        "7x7x2 20",
    ],
)
def test_a_table_of_one_row_may_be_its_cells_alone(raw: Any) -> None:
    assert mark(loads(ONE_ROW), {"a": raw}).results[0].right
