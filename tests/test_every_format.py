"""Every command that takes a network, on a small network in every readable format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import ConvcalcError
from convcalc.homework import load as load_sheet
from convcalc.homework.classroom.distribute import make
from convcalc.homework.classroom.roster import Roster, Student
from convcalc.interop.load import load
from convcalc.network.load import load as load_yaml
from homework.test_networks_handed_in import CAFFE, DARKNET, YAML, keras, onnx, packed
from interop.pt2_files import small
from interop.test_safetensors import array
from interop.test_safetensors import packed as tensors

KERAS = keras([8, 8, 1])
FORMATS: dict[str, Any] = {
    "net.yaml": YAML.encode(),
    "net.onnx": onnx(),
    "net.prototxt": CAFFE.encode(),
    "net.cfg": DARKNET.encode(),
    "net.json": KERAS,
    "net.keras": packed({"config.json": KERAS, "metadata.json": b"{}"}),
    "net.pt2": small().file(),
}
# The command, with its output for a network of a convolution and a linear layer.
COMMANDS = {
    "arch": (["arch", "{}"], "linear"),
    "explain": (["arch", "{}", "--explain", "{last}"], "params"),
    "compare": (["compare", "{}", "lenet5"], "LeNet-5"),
    "diff": (["diff", "{}", "{}"], "the same:"),
    "check": (["check", "{}"], "1 as expected"),
    "verify": (["verify", "{}"], " numbers agree\n"),
}


@pytest.fixture
def nets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in FORMATS.items():
        content(tmp_path / name) if callable(content) else (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", FORMATS)
def test_every_command_takes_every_format(
    name: str, command: str, nets: Path, convcalc: Callable[..., Any]
) -> None:
    words, said = COMMANDS[command]
    last = load(name).nodes[-1].name if command == "explain" else ""
    ran = convcalc(*(word.format(name, last=last) for word in words))
    assert ran.code == 0, ran.err
    assert said in ran.out


def test_a_folder_is_checked_with_the_files_of_other_tools(nets: Path, convcalc: Any) -> None:
    (nets / "setup.cfg").write_text("[flake8]\nmax-line-length = 100\n")
    (nets / "package.json").write_text('{"name": "net"}')
    (nets / "weights.safetensors").write_bytes(tensors({"conv.weight": array(4, 1, 3, 3)}))
    (nets / "open.json").write_bytes(keras([None, None, 1]))
    (nets / "cut.onnx").write_bytes(onnx()[:200])
    ran = convcalc("check", ".", "--format", "json")
    assert ran.code == 1
    found = json.loads(ran.out)
    assert (found["files"], found["wrong"]) == (len(FORMATS) + 2, 1)
    assert [row["file"] for row in found["findings"]] == ["./cut.onnx"]
    assert "5 files: 5 as expected" in convcalc("check", "net.[ojkp]*").out
    assert "1 file: 1 as expected" in convcalc("check", "*.cfg").out


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "net.yaml"])
def test_a_network_in_yaml_holds_a_file_of_another_tool(name: str, nets: Path) -> None:
    channels = 3 if name == "net.pt2" else 1
    (nets / "holds.yaml").write_text(
        f"input: [2, 8, 8]\nlayers:\n  - conv: {{out_channels: {channels}, kernel_size: 1}}\n"
        f"  - network: {{file: {name}, name: held}}\n  - linear: {{out_features: 3}}\n"
    )
    alone, found = load(name).walk(), load("holds.yaml").walk()
    assert [step.name for step in found][1:-1] == [f"held.{step.name}" for step in alone]
    # a 1×1 convolution before it, and 10 values into 3 after it
    assert found.totals["params"] == alone.totals["params"] + 3 * channels + 33
    assert [Path(file).name for file in found.network.files] == [name, "holds.yaml"]


def test_what_a_held_file_refuses(nets: Path) -> None:
    def refusal(text: str) -> str:
        (nets / "bad.yaml").write_text(text)
        with pytest.raises(ConvcalcError) as caught:
            load("bad.yaml")
        return str(caught.value).partition("\n")[0]

    assert refusal("input: [2, 8, 8]\nlayers: [network: {file: net.onnx}]") == (
        "bad.yaml:2:10: net takes 1 channel at x, but gets 2; give it as many"
    )
    assert refusal("extends: net.onnx\nname: mine") == (
        "bad.yaml:1:10: extends 'net.onnx', a file of ONNX (.onnx), which cannot be changed; "
        "write layers: with network: {file: net.onnx}"
    )
    assert "has no parameter 'a'; it has none" in refusal(
        "input: [1, 8, 8]\nlayers: [network: {file: net.onnx, parameters: {a: 1}}]"
    )
    (nets / "many.yaml").write_text("input: [1, 8, 8]\nlayers: [network: net.cfg]")
    with pytest.raises(ConvcalcError, match="has more than 2 layers"):
        load("many.yaml", max_layers=2)
    with pytest.raises(ConvcalcError, match="not UTF-8"):  # without the readers
        load_yaml("bad.yaml")


def test_a_held_file_stops_after_a_layer_and_shares_its_weights(nets: Path) -> None:
    (nets / "twice.yaml").write_text(
        "input: [1, 8, 8]\nlayers:\n  - network: {file: net.cfg, name: one, until: conv1}\n"
        "  - from: input\n  - network: {file: net.cfg, name: two, until: conv1, weights: one}\n"
    )
    names = [node.name for node in load("net.cfg").nodes]
    text = (nets / "twice.yaml").read_text().replace("conv1", names[0])
    (nets / "twice.yaml").write_text(text)
    assert load("twice.yaml").walk().totals["params"] == 40


@pytest.mark.parametrize("name", FORMATS)
def test_a_question_names_a_network_of_any_format(name: str, nets: Path) -> None:
    (nets / "sheet.yaml").write_text(
        f"convcalc_sheet: 1\nid: ps\nquestions:\n  - {{type: params-model, arch: {name}}}\n"
    )
    sheet = load_sheet(str(nets / "sheet.yaml"))
    assert sheet.questions[0].parts[0].expected == load(name).walk().totals["params"]
    roster = Roster()
    roster.add(Student("s1"))
    make(sheet, roster, b"an old and well kept secret", str(nets / "dist"))
    copy = load_sheet(str(nets / "dist" / "s1.yaml"))
    assert copy.questions[0].parts[0].expected == sheet.questions[0].parts[0].expected
