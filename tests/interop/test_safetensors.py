"""Files of weights: only names and shapes in the header."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import ConvcalcError
from convcalc.interop.load import load, loads


def packed(header: Any) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text


def array(*shape: int, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [0, 0]}


def refusal(header: Any, **options: Any) -> str:
    with pytest.raises(ConvcalcError) as caught:
        loads(packed(header), path="w.safetensors", **options)
    return str(caught.value)


def test_parameters_are_counted_and_operations_are_not(tmp_path: Path) -> None:
    header = {
        "__metadata__": {"format": "pt"}, "blocks.10.weight": array(5, 2, dtype="BF16"),
        "blocks.2.weight": array(4, 3, 3, 3), "bn.running_mean": array(4), "ids": array(7, dtype="I64"), "scale": array(),
        "nothing": array(0, 3),
    }  # fmt: skip
    (tmp_path / "w.safetensors").write_bytes(packed(header))
    analysis = load(str(tmp_path / "w.safetensors")).walk()
    assert [step.name for step in analysis.steps] == [
        "blocks.2.weight",
        "blocks.10.weight",
        "scale",
        "layers",
    ]
    assert int(analysis.totals["params"]) == 10 + 108 + 1
    assert dict(analysis.unavailable) == {"computation": 1}
    assert (
        "11 numbers of running statistics and whole numbers are not counted"
        in analysis.network.notes
    )


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({}, "the file has no trained arrays; check that it has weights"),
        (b'{"a": ', "the header is damaged: Expecting value; download the file again"),
        (b'{"a": {"shape": [1]}, "a": {}}', "the header is damaged: a name appears twice; download the file again"),
        (b'{"a":' + b"[" * 100_000, "the header is nested too deep; the file is damaged"),
        ({"a": 5}, "'a' has no shape; download the file again"),
        ({"a": array(-1)}, "'a' has no shape; download the file again"),
        ({"a": array(10**9, 10**9)}, "'a' is larger than any array; the file is damaged"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(header: Any, message: str) -> None:
    assert refusal(header) == f"w.safetensors:1:1: {message}"


def test_an_input_makes_no_sense() -> None:
    said = refusal({"a": array(3)}, input=(3, 8, 8))
    assert (
        said
        == "w.safetensors:1:1: the file has weights, not layers, so it takes no --input; leave it out"
    )


def test_lengths_are_checked_before_anything_is_read() -> None:
    with pytest.raises(
        ConvcalcError, match="the header has 200,000,000 bytes, more than the 100,000,000"
    ):
        loads((200_000_000).to_bytes(8, "little") + b"{", path="w.safetensors")
    with pytest.raises(ConvcalcError, match="the header has 50 bytes, but the file ends after 1"):
        loads((50).to_bytes(8, "little") + b"{", path="w.safetensors")


def test_too_much_is_refused_before_it_is_read() -> None:
    many = b",".join([b'"%d":{"dtype":"F32","shape":[3]}' % number for number in range(101)])
    assert refusal(b"{" + many + b"}", max_layers=100) == (
        "w.safetensors: more than 100 layers: the header names 101 arrays; raise --max-layers if you mean it"
    )
    for inner in (b'"a":[],' * 1_000_001, b'"a":{"shape":[' + b"1," * 2_000_001):
        assert "commas and colons, more than 2,000,000; the file is damaged" in refusal(
            b"{" + inner + b'"b":1}'
        )


@pytest.mark.parametrize(
    "name", ["\u00b2", "\u0663", "x\u00b3.1", "", "..", "input", "\x1b[31mred", "\u202egnp", "a\nb", "[bold]x[/bold]", "\ud800", "9" * 5000, "a." * 3000]
)  # fmt: skip
def test_names_may_be_anything(name: str) -> None:
    found = loads(packed({name: array(3), "b2": array(2)}), path="w.safetensors").walk()
    assert int(found.totals["params"]) == 5
    assert all(step.name.isprintable() and step.name for step in found)


@pytest.mark.parametrize("offsets", [[-5, -1], [0, 2**70], [7, 3], [], "x", None])
def test_where_the_numbers_lie_does_not_matter(offsets: Any) -> None:
    entry = {**array(3), "data_offsets": offsets}
    assert int(loads(packed({"a": entry}), path="w.safetensors").walk().totals["params"]) == 3


def test_damaged_headers_are_read_or_refused_in_a_line() -> None:
    draw = random.Random(4)
    whole = packed(
        {"__metadata__": {"format": "pt"}, "a.0.weight": array(3, 4), "a.1.bias": array(5)}
    )
    signs = b'{}[]",:0123456789-eE.\\u\x00\xff nt'
    refused = 0
    for number in range(600):
        data = bytearray(whole[: draw.randrange(9, len(whole))] if number % 4 == 0 else whole)
        for _ in range(draw.randrange(1, 4)):
            data[draw.randrange(8, len(data))] = draw.choice(signs)
        data[:8] = (len(data) - 8).to_bytes(8, "little")
        data[8:9] = b"{"
        try:
            loads(bytes(data), path="w.safetensors").walk()
        except ConvcalcError:
            refused += 1
    assert 300 < refused < 600
