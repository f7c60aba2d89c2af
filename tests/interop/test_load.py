"""Loading: files are recognized by their content; refusals list the formats that can be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import convcalc as library
from convcalc.errors import ConvcalcError
from convcalc.interop.load import load, loads
from convcalc.interop.readers import READERS
from convcalc.interop.signs import format_of

CFG = b"[net]\nwidth=8\nheight=8\nchannels=3\n[maxpool]\nsize=2\nstride=2\n"

HEADS = {
    b"# a comment\n\n[net]\nbatch=1\n": "darknet",
    b"[network]\n": "darknet",
    b"[net, work]\n": "",
    b"name: lenet\ninput: [1, 8, 8]\nlayers: [relu]\n": "",
    b'name: "net"\nlayer {\n': "caffe",
    b"# x\nlayers { name: 'a' type: RELU }\n": "caffe",
    b'{"class_name": "Sequential", "config": []}': "keras",
    b"{input: [1, 8, 8], layers: [relu]}": "",
    b"\x08\x08\x12\x07pytorch\x1a\x032.1": "onnx",
    (2).to_bytes(8, "little") + b"{}": "safetensors",
    b"": "",
}


@pytest.mark.parametrize("head", HEADS, ids=repr)
def test_formats_are_told_by_their_first_bytes(head: bytes) -> None:
    assert format_of(head) == HEADS[head]


@pytest.mark.parametrize("name", READERS)
def test_every_reader_says_what_it_reads(name: str) -> None:
    cls = READERS[name]
    assert cls.about
    assert cls.suffix.startswith(".")
    page = (Path(__file__).parents[2] / "docs/bring-your-network.md").read_text(encoding="utf-8")
    assert cls.suffix in page


SAID = {
    b"\x89HDF\r\n\x1a\n\0": "net: is a Keras model or its weights in HDF5; save the text of model.to_json()",
    b"\x1c\0\0\0TFL3": "net: is a model of TensorFlow Lite; export to ONNX: ",
    b"\x7fELF\0": "net: is not a network file that convcalc reads; known are YAML, ",
}


@pytest.mark.parametrize("data", SAID, ids=repr)
def test_other_files_are_refused_with_what_is_read(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "net"
    path.write_bytes(data)
    for read in (partial(load, str(path)), partial(loads, data, path="net")):
        with pytest.raises(ConvcalcError) as caught:
            read()
        assert SAID[data] in str(caught.value)


def test_a_file_is_read_wherever_a_network_is_taken(
    convcalc: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.txt").write_bytes(CFG)
    assert library.load("net.txt").walk().totals["layers"] == 1
    for words in (
        ("arch", "net.txt"),
        ("compare", "net.txt", "lenet5"),
        ("verify", "net.txt"),
        ("check", "net.txt"),
    ):
        assert convcalc(*words).code == 0
    shown = json.loads(convcalc("arch", "net.txt", "--format", "json").out)
    assert shown["layers"][0]["output"] == [3, 4, 4]
