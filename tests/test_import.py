"""``convcalc import``: a file of any format, or a bundled network, as a network file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convcalc.interop.load import load, loads
from convcalc.network.yaml_writer.write import network_yaml

Run = Callable[..., Any]

CFG = """[net]
width=32
height=32
channels=3
""" + "".join(
    f"""
[convolutional]
batch_normalize=1
filters={filters}
size={size}
stride={1 + (size == 3)}
pad=1
activation=leaky
"""
    for filters, size in ((16, 3), (8, 1), (32, 3), (16, 1), (64, 3), (32, 1)) * 4
)
PROTOTXT = """name: "net" input: "data" input_shape { dim: 1 dim: 3 dim: 12 dim: 10 }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 8 kernel_size: 3 } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
"""


def test_a_file_is_written_whole_and_what_comes_next_is_said(convcalc: Run, tmp_path: Path) -> None:
    source, made = tmp_path / "net.prototxt", tmp_path / "net.yaml"
    source.write_text(PROTOTXT, encoding="utf-8")
    ran = convcalc("import", str(source), "-o", str(made))
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"wrote {made}\nnext: convcalc arch {made}\n"
    assert made.read_text(encoding="utf-8") == (
        "# yaml-language-server: $schema=convcalc.schema.json\n"
        "# Written by convcalc import from net.prototxt.\n"
        "name: net\n"
        "input: {data: [3, 12, 10]}\n"
        "layers:\n"
        "  - conv: {name: conv, out_channels: 8, kernel_size: 3}\n"
        "  - relu: {name: relu}\n"
        "expect: {params: 224, macs: 17280, rf_size: 3}\n"
    )
    assert load(str(made)).walk().totals == load(str(source)).walk().totals


def test_a_file_that_is_there_is_replaced_only_if_that_is_wanted(
    convcalc: Run, tmp_path: Path
) -> None:
    made = tmp_path / "net.yaml"
    made.write_text("mine\n", encoding="utf-8")
    ran = convcalc("import", "lenet5", "-o", str(made))
    assert ran.code == 2
    assert ran.err == (
        f"convcalc: -o {made}: already exists; choose another name, or add --overwrite to replace it\n"
    )
    assert made.read_text(encoding="utf-8") == "mine\n"
    assert convcalc("import", "lenet5", "-o", str(made), "--overwrite").code == 0
    assert load(str(made)).walk().totals == load("lenet5").walk().totals


def test_without_a_file_it_is_printed(convcalc: Run) -> None:
    ran = convcalc("import", "lenet5", "--input", "1x40x40")
    assert (ran.code, ran.err) == (0, "")
    network = loads(ran.out.encode(), path="<stdin>")
    assert network.input == (1, 40, 40)
    assert convcalc("import", "lenet5", "-o", "-").out.startswith("# yaml-language-server:")


def test_parameters_are_filled_in(convcalc: Run) -> None:
    assert "out_features: 10}" in convcalc("import", "resnet50", "--set", "classes=10").out


def test_a_long_file_with_flat_names_has_blocks(convcalc: Run, tmp_path: Path) -> None:
    source = tmp_path / "net.cfg"
    source.write_text(CFG, encoding="utf-8")
    out = convcalc("import", str(source)).out
    assert "# 72 of 72 layers have other names here" in out
    assert "  conv_bn_leaky:\n    parameters: {width: , kernel: , stride: 1}\n" in out
    again = loads(out.encode(), path="net.yaml").walk()
    assert again.totals == load(str(source)).walk().totals


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nosuch.onnx",), "no file 'nosuch.onnx' and no bundled network of that name"),
        (("lenet5", "-o", "no/such/net.yaml"), "-o no/such/net.yaml: cannot be written"),
        (("lenet5", "--max-layers", "3"), "the network has more than 3 layers"),
    ],
)
def test_what_cannot_be_done_is_said(convcalc: Run, words: tuple[str, ...], said: str) -> None:
    ran = convcalc("import", *words)
    assert ran.code == 2
    assert said in ran.err


TORCHVISION = {
    "pool1": "maxpool", "global_avgpool1": "avgpool", "conv4": "downsample.0", "batchnorm4": "downsample.1",
    "add1": "add", "relu1": "relu.relu", "relu2": "relu.relu_2", "relu3": "relu.relu_3", "batchnorm1": "bn1",
    "batchnorm2": "bn2", "batchnorm3": "bn3",
}  # fmt: skip


def as_torchvision_calls(name: str) -> str:
    """The name of a layer of the bundled ResNet-50 in an exported program of torchvision."""
    block, _, layer = name.rpartition(".")
    layer = TORCHVISION.get(layer, layer)
    if not block:
        return layer.replace("relu.relu", "relu")
    stage, number = block.split("_x.")
    return f"layer{int(stage[-1]) - 1}.{int(number) - 1}.{layer}"


def test_resnet_50_of_torchvision_keeps_its_names_in_60_lines() -> None:
    network = load("resnet50_torchvision")
    nodes = [node._replace(name=as_torchvision_calls(node.name)) for node in network.nodes]
    named = replace(network, nodes=nodes, expect={})
    text = network_yaml(named)
    assert len(text.splitlines()) <= 60
    again = loads(text.encode(), path="net.yaml")
    assert {node.name for node in again.nodes} == {node.name for node in nodes}
    assert "layer1.0.downsample.1" in {node.name for node in again.nodes}
    assert again.walk().totals == network.walk().totals
