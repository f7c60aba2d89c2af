"""Amounts as people and programs write them: one reader for every typed threshold."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from convcalc.network.budget import read_budget, read_bytes, read_count, read_most, read_rate

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1e12", 10**12), ("1E12", 10**12), ("1e+3", 1000), ("2.5e3", 2500), ("5e-1k", 500), ("1G", 10**9),
        ("4.1G", 4_100_000_000), ("4.1g", 4_100_000_000), ("5,000,000", 5_000_000), ("300 m", 300_000_000),
        ("  7  ", 7), ("9223372036854775808", 2**63),
    ],
)  # fmt: skip
def test_numbers(text: str, number: int) -> None:
    assert read_count(text) == read_rate(text) == read_most(text) == number
    assert read_budget(f"< {text}").value == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("24MB", 24 * 10**6), ("24mb", 24 * 10**6), ("1.5 KiB", 1536), ("1,024 b", 1024), ("2e9", 2 * 10**9), ("1gib", 2**30)],
)  # fmt: skip
def test_bytes(text: str, number: int) -> None:
    assert read_bytes(text) == read_most(text, of_bytes=True) == number
    assert read_budget(f">= {text}", of_bytes=True).value == number


WRONG = [
    "",
    "M",
    "1e",
    "1e123",
    "1,00",
    "1,0000",
    "1.5.2",
    "-1",
    "+1",
    "1_000",
    "٣",
    "5X",
    "0x10",
    "inf",
    "nan",
    "1 2",
]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_amount(text: str) -> None:
    for read in (read_bytes, read_count, read_rate, read_most):
        with pytest.raises(ValueError, match="write for example"):
            read(text)
    with pytest.raises(ValueError, match="write for example"):
        read_budget(f"< {text}")


@given(st.text(max_size=40))
def test_no_text_is_more_than_refused(text: str) -> None:
    for read in (read_bytes, read_count, read_rate, read_most, read_budget):
        with suppress(ValueError):
            read(text)


def test_thresholds_of_all_commands_take_them(convcalc: Run) -> None:
    lines = {
        "sweep lenet5 --set classes=1,2 --where macs<1e12": 0,
        "sweep lenet5 --set classes=1,2 --where memory<24mb --max-points 1k": 0,
        "budget lenet5 --vary classes --macs 4.1e6 --params 1,000,000 --memory 2e6": 0,
        "memory lenet5 --device 24gb": 0,
        "roofline lenet5 --peak 1e13 --bandwidth 100g": 0,
        "verify lenet5 --limit 500MB": 0,
        "verify lenet5 --limit 1": 0,
        "sweep lenet5 --set classes=1..2000 --max-points 1e3": 2,
    }
    assert {line: convcalc(*line.split()).code for line in lines} == lines


ONE = """
name: One
input: [1, 1, 1]
parameters: {width: 1}
layers: [conv: {out_channels: $width, kernel_size: 1, bias: false}]
"""
ONES = (
    "arch one.yaml --memory", "arch one.yaml --explain conv1", "arch one.yaml --sizes", "diff one.yaml one.yaml",
    "compare one.yaml one.yaml", "layer --n 1 --k 1", "layer --n 2 --k 1 --s 2", "chain --input 1x1x1 conv:k1c1",
    "solve --n 1 --o 1 --k 1 --s 1 --p 0", "solve --n 32 --o 8 --k 4 --s 4", "solve --n 32 --o 7 --k 4 --s 4 --p 0",
    "solve field --rf 1", "solve field --rf 2", "solve field --rf 3 --layers 1", "solve input one.yaml",
    "solve mirror --input 1x2x2 conv:k1c1 --sizes 2..2", "count one.yaml", "count one.yaml --like thop",
    "reconcile one.yaml 7", "memory one.yaml --precision int8", "budget one.yaml --params 1 --vary width=1",
    "budget one.yaml --params 1 --vary width=1,2", "budget one.yaml --memory 3 --vary width=1",
    "sweep one.yaml --set width=1,2 --limit 1", "sweep one.yaml --set width=0,1",
    "roofline one.yaml --device a100 --precision int8", "draw net one.yaml", "draw cost one.yaml", "draw fit --n 1 --k 1",
    "export one.yaml --to pytorch", "verify one.yaml", "check one.yaml", "hand --size 1 --k 1",
)  # fmt: skip
# "1 more fits", "1 of them is": these are verbs, as are all words of this list; "bias" and "less" are single.
SINGLE = "is|has|was|fits|makes|gives|takes|needs|leaves|less|bias|cost|plus|minus|class|axis|pass"


def test_one_thing_is_not_said_as_many(
    convcalc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one.yaml").write_text(ONE)
    monkeypatch.chdir(tmp_path)
    wrong = {}
    for line in ONES:
        ran = convcalc(*line.split())
        said = re.findall(
            rf"(?<![\d.,×·/:=+−-])(?<![=+−*] )\b1 (?:more |other )?(?!(?:{SINGLE})\b)[a-z-]{{2,}}s\b",
            ran.out + ran.err,
        )
        if said:
            wrong[line] = said
    assert not wrong
