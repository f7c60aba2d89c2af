"""Sweeps: published tables, ranges, selections, every refusal word by word."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from convcalc.solve.choice import front
from convcalc.solve.ranges import Axis, Grid, is_swept, plain, shown, values_of
from sizing.test_families import MOBILENET_V1, MOBILENET_V2

Run = Callable[..., Any]

NET = """
input: [3, 8, 8]
parameters: {width: 4, k: 3, gate: true, act: relu}
layers:
  - conv: {out_channels: $width, kernel_size: $k}
  - flatten
  - linear: {out_features: 10}
"""


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "net.yaml").write_text(NET)
    monkeypatch.chdir(tmp_path)
    return "net.yaml"


def rows_of(ran: Any) -> list[dict[str, str]]:
    assert ran.code == 0, ran.err
    return list(csv.DictReader(io.StringIO(ran.out)))


@pytest.mark.unmeasured
def test_the_16_rows_of_mobilenet_v1(convcalc: Run) -> None:
    words = (
        "sweep mobilenet_v1 --set width=8..32:8 --input 128..192:32,224 --columns macs --format csv"
    )
    found = {
        (int(row["width"]), int(row["input"].partition("x")[0])): int(row["macs"])
        for row in rows_of(convcalc(*words.split()))
    }
    assert found == {
        (width, side): exact
        for width, row in MOBILENET_V1.items()
        for side, (_, exact) in row.items()
    }
    assert len(found) == 16


@pytest.mark.unmeasured
def test_the_22_rows_of_mobilenet_v2(convcalc: Run) -> None:
    words = "sweep mobilenet_v2 --set width=0.35,0.5,0.75,1,1.3,1.4 --set classes=1001 --input 96..224:32 --format csv"
    found = {
        (Fraction(row["width"]), int(row["input"].partition("x")[0])): int(row["macs"]) // 10**6
        for row in rows_of(convcalc(*words.split()))
    }
    printed = {
        (Fraction(width), side): macs
        for width, (row, _) in MOBILENET_V2.items()
        for side, macs in row.items()
    }
    assert len(printed) == 22
    assert {key: found[key] for key in printed} == printed


# ------------------------------------------------------------------------------------ ranges


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("8..32:8", [8, 16, 24, 32]),
        ("8..30:8", [8, 16, 24]),
        ("3..5", [3, 4, 5]),
        ("-1..1", [-1, 0, 1]),
        ("7", [7]),
        ("1,2,4", [1, 2, 4]),
        ("1..3,2..5", [1, 2, 3, 4, 5]),
        ("0.5..1:0.25", [Fraction(1, 2), Fraction(3, 4), 1]),
        ("1..2:0.5", [1, Fraction(3, 2), 2]),
        ("[1, 2],[3, 4]", [(1, 2), (3, 4)]),
        ("relu,relu6", ["relu", "relu6"]),
        ("true,false", [True, False]),
    ],
)
def test_ranges(text: str, values: list[Any]) -> None:
    assert list(values_of(text, "--set x")) == values
    assert is_swept(text) is (len(values) > 1)


def test_a_long_range_is_not_written_out() -> None:
    assert values_of("1..999999999999", "--set x") == range(1, 10**12)


def test_values_are_shown_as_a_file_has_them() -> None:
    values = (7, True, "relu", Fraction(3, 4), Fraction(1, 3), (1, Fraction(1, 2)))
    assert [shown(value) for value in values] == ["7", "true", "relu", "0.75", "1/3", "[1, 0.5]"]
    assert [plain(value) for value in values] == [7, True, "relu", 0.75, "1/3", [1, 0.5]]


@given(st.lists(st.integers(1, 7), min_size=1, max_size=4), st.integers(1, 40))
def test_boxes_hold_every_point_once_and_in_order(sizes: list[int], most: int) -> None:
    grid = Grid([Axis(str(place), range(size)) for place, size in enumerate(sizes)])
    seen: list[tuple[int, ...]] = []
    for box in grid.boxes(most):
        inside = list(product(*box))
        assert 1 <= len(inside) <= most
        assert grid.start(box) == len(seen)
        seen += inside
    assert seen == list(product(*map(range, sizes)))
    assert seen == [grid.values(point) for point in range(grid.size)]


# ------------------------------------------------------------------------------- selections


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=30), st.integers(1, 3))
def test_the_front_is_that_of_its_definition(points: list[tuple[int, ...]], ways: int) -> None:
    rows = [point[:ways] for point in points]
    best = [
        place
        for place, row in enumerate(rows)
        if not any(other != row and all(a <= b for a, b in zip(other, row)) for other in rows)
    ]
    assert front([np.array(column) for column in zip(*rows)]).tolist() == best


def test_the_front_of_nothing_is_empty() -> None:
    assert front([np.array([], int), np.array([], int)]).tolist() == []


def test_conditions_orders_and_limits(net: str, convcalc: Run) -> None:
    words = (
        "sweep",
        net,
        "--set",
        "width=1..6",
        "--set",
        "k=1..4",
        "--columns",
        "macs,rf",
        "--format",
        "csv",
    )
    every = [{key: row[key] for key in row} for row in rows_of(convcalc(*words))]
    assert len(every) == 24
    macs = [int(row["macs"]) for row in every]

    def kept(*more: str) -> list[int]:
        found = rows_of(convcalc(*words, *more))
        return [every.index(row) for row in found]

    assert kept("--where", "macs < 2k") == [i for i in range(24) if macs[i] < 2000]
    assert kept("--where", "macs >= 2k", "--where", "k == 3") == [
        i for i in range(24) if macs[i] >= 2000 and every[i]["k"] == "3"
    ]
    assert kept("--where", "rf != 3") == [i for i in range(24) if every[i]["k"] != "3"]
    assert kept("--where", "k > 2.5", "--where", "k <= 3.5") == kept("--where", "k = 3")
    assert kept("--where", "k == 2.5") == []
    assert kept("--where", "k != 2.5") == list(range(24))
    assert kept("--limit", "5") == [0, 1, 2, 3, 4]
    assert kept("--sort", "macs") == sorted(range(24), key=macs.__getitem__)
    assert (
        kept("--sort", "max:macs", "--limit", "3") == sorted(range(24), key=lambda i: -macs[i])[:3]
    )
    widths = [int(row["width"]) for row in every]
    best = [
        i
        for i in range(24)
        if not any(macs[j] <= macs[i] and widths[j] >= widths[i] and j != i for j in range(24))
    ]
    assert sorted(kept("--pareto", "macs,max:width")) == best
    assert (
        kept("--pareto", "macs,max:width", "--limit", "2") == sorted(best, key=macs.__getitem__)[:2]
    )


def test_points_that_do_not_fit_are_counted_and_said(net: str, convcalc: Run) -> None:
    ran = convcalc("sweep", net, "--set", "k=1..10", "--columns", "macs")
    assert ran.code == 0
    assert (
        "note: 2 of 10 points do not fit and are left out; the first is k=9: net.yaml:5:5: conv1 (conv): "
        "a 9-wide window does not fit 8 along the height"
    ) in ran.out
    ran = convcalc("sweep", net, "--set", "k=8..9", "--format", "csv")
    assert ran.err.startswith(
        "note: 1 of 2 points does not fit and is left out; it is k=9: net.yaml:5:5: "
    )
    assert len(ran.out.splitlines()) == 2
    assert "note: none of the 2 points fits" in convcalc("sweep", net, "--set", "k=9..10").out
    assert "the 1 point does not fit" in convcalc("sweep", net, "--set", "k=9,9").out


def test_words_flags_and_inputs_can_be_swept(net: str, convcalc: Run) -> None:
    found = convcalc(
        "sweep", net, "--set", "gate=true,false", "--set", "act=relu,relu6", "--format", "jsonl"
    )
    lines = [json.loads(line) for line in found.out.splitlines()]
    assert [(line["gate"], line["act"]) for line in lines] == list(
        product((True, False), ("relu", "relu6"))
    )
    found = convcalc(
        "sweep", net, "--input", "3x8..9x4..5", "--columns", "output", "--format", "jsonl"
    )
    assert [json.loads(line)["input"] for line in found.out.splitlines()] == [
        [3, 8, 4], [3, 8, 5], [3, 9, 4], [3, 9, 5],
    ]  # fmt: skip
    square = convcalc("sweep", net, "--input", "6..7", "--set", "width=2", "--json")
    points = json.loads(square.out)["points"]
    assert [(point["input"], point["macs"]) for point in points] == [
        ([6, 6], 16 * 54 + 32 * 10), ([7, 7], 25 * 54 + 50 * 10),
    ]  # fmt: skip


def test_every_format_tells_the_same(net: str, convcalc: Run, tmp_path: Path) -> None:
    words = (
        "sweep",
        net,
        "--set",
        "k=1..9:2",
        "--columns",
        "params,macs,flops,buffers,layers,rf,output",
    )
    table = json.loads(convcalc(*words, "--json").out)
    lines = [json.loads(line) for line in convcalc(*words, "--format", "jsonl").out.splitlines()]
    assert lines == table["points"]
    assert convcalc(*words, "-o", "x.jsonl").err.startswith("wrote x.jsonl")
    assert [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()] == lines
    cells = rows_of(convcalc(*words, "--format", "csv"))
    assert cells == [
        {
            key: "x".join(map(str, value)) if isinstance(value, list) else str(value)
            for key, value in line.items()
        }
        for line in lines
    ]


def test_a_network_can_come_through_a_pipe(
    net: str, convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--set", "k=1..3", "--format", "csv")
    from_file = convcalc("sweep", net, *words).out
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(NET.encode())))
    assert convcalc("sweep", "-", *words).out == from_file


REFUSED = {
    "net.yaml": "there is nothing to sweep; give ranges, such as --set width=8..64:8 or --input 128..256:32",
    "net.yaml --set k=8..2": "--set k: '8..2' has no values in it; write the smaller one first",
    "net.yaml --set k=1..x": "--set k: '1..x' is not a range; write for example 8..64:8 (from 8 to 64 in steps of 8), or 1,2,4",
    "net.yaml --set k=1..9:0": "--set k: '1..9:0' has steps of 0; use a step above 0",
    "net.yaml --set k=0..9:0.00001": "--set k: '0..9:0.00001' has 900,001 values, which are not whole; give at most 100,000",
    "net.yaml --set k=1..90000,1..100000:2": "--set k: 1..90000,1..100000:2 lists more than 100,000 values; write one range",
    "net.yaml --set k": "--set k: has no values; write --set name=8..64:8",
    "net.yaml --set k=1..2 --set k=3": "--set k is given twice; give all its values in one, as in --set k=1,2,4",
    "net.yaml --set kk=1..2": "net.yaml: no parameter 'kk'; did you mean 'k'?",
    "net.yaml --set k=a,b": "parameter k must be a number, as in the file (3), but is 'a'; give one",
    "net.yaml --input 1,2x3": "--input: '1,2x3' lists values in a shape; write a range, such as 3x128..256:32x224",
    "net.yaml --input 0..3": "--input has a side below 1; use 1 or more",
    "net.yaml --input 1..2:0.5": "--input must be sizes, such as 128..256:32, but is '1..2:0.5'",
    "net.yaml --input a,b": "--input must be sizes, such as 128..256:32, but is 'a,b'",
    "net.yaml --input x=1..3": "--input x: no input 'x'; known: input",
    "net.yaml --input 1..3 --input 3x4": "--input is given twice; give all its sizes in one, as in --input 128..256:32",
    "net.yaml --input 8..9 --where macs": "--where: 'macs' is not a condition; write for example \"macs < 300M\"",
    "net.yaml --input 8..9 --where mac<3": "--where: no column 'mac'; did you mean 'macs'?",
    "net.yaml --input 8..9 --where macs<3x": "--where: 'macs<3x' is not a limit; write for example \"macs < 5M\" (units: k, K, M, G, T)",
    "net.yaml --input 8..9 --pareto big:macs": "--pareto: 'big:macs' begins with 'big'; write min: or max:, as in max:rf",
    "net.yaml --input 8..9 --sort width": "--sort: no column 'width'; known: activations, buffers, flops, layers, macs, memory, output, params, rf",
    "net.yaml --input 8..9 --columns ,": "--columns names nothing; known: params, buffers, macs, flops, activations, memory, layers, rf, output",
    "net.yaml --set width=1..9999 --set k=1..9999": (
        "these are 99,980,001 points (9999×9999), more than 10,000,000; use wider steps, or raise --max-points if you mean it"
    ),
    "net.yaml --set width=1..99 --max-points 98": (
        "these are 99 points, more than 98; use wider steps, or raise --max-points if you mean it"
    ),
    "net.yaml lenet5 --input 8..9": "net.yaml, lenet5: give one network, or the layers of a chain",
    "conv:k3c4 --input 3..5": "--input: nothing gives the number of channels of '3..5'; write a whole shape, such as 3x3..5x224",
    "conv:k3c4 --set c=3..5": (
        "--set: sets a parameter of a file, but conv:k3c4 is a layer; write a file with parameters:, "
        "and $names where they belong"
    ),
}  # fmt: skip


def test_what_is_refused(net: str, convcalc: Run) -> None:
    wrong = {}
    for words, said in REFUSED.items():
        ran = convcalc("sweep", *words.split())
        if (ran.code, ran.out, ran.err) != (2, "", f"convcalc: {said}\n"):
            wrong[words] = ran.err
    assert not wrong, net


def test_too_many_rows_are_not_held(
    monkeypatch: pytest.MonkeyPatch, net: str, convcalc: Run
) -> None:
    monkeypatch.setattr("convcalc.solve.choice.MAX_HELD", 5)
    said = "more than 5 rows must be in memory together; select fewer with --where or --limit, or write them to a .csv or .jsonl file in the order of the sweep"
    for words in (("--sort", "macs"), ()):
        ran = convcalc("sweep", net, "--set", "width=1..6", *words)
        assert (ran.code, ran.err) == (2, f"convcalc: {said}\n")
    assert convcalc("sweep", net, "--set", "width=1..6", "--format", "csv").code == 0
