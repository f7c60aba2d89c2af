"""An editor's language server with the schema of networks: no false alarms, and words and help while typing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convcalc.network.find import bundled_folder
from convcalc.network.schema import schema
from convcalc.network.schema_words import NO_KIND, SCHEMA_FILE, SCHEMA_LINE, WITH_OPTIONS
from editor.language_runs import Server, absent, has_server

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.skipif(not has_server(), reason=absent()),
]
START = f"{SCHEMA_LINE}\ninput: [3, 4, 4]\nlayers:\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("networks")
    (folder / SCHEMA_FILE).write_text(json.dumps(schema()), encoding="utf-8")
    return folder


def test_bundled_networks_have_no_fault(server: Server, folder: Path) -> None:
    for path in sorted(Path(bundled_folder()).glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        assert server.diagnose(folder / path.name, f"{SCHEMA_LINE}\n{text}") == [], path.name


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("conv: {out_channels: 3, kernel_size: 3, fit: flor}", ['4: Value is not accepted. Valid values: "floor", "strict", "ceil", "caffe".']),
        ("conv: {out_channels: 3, kernel_siz: 3}", ["4: Property kernel_siz is not allowed.", '4: Missing property "kernel_size".']),
        ("convv: {out_channels: 3, kernel_size: 3}", ["4: Property convv is not allowed."]),
        ("convv", [f"4: {NO_KIND}"]),
        ("conv", [f"4: {WITH_OPTIONS}"]),
        ("conv: 3", ['4: Incorrect type. Expected "conv_options".']),
        ("add: [[reluu], []]", [f"4: {NO_KIND}"]),
        ("{repeat: 2, layers: [{convv: {out_channels: 3}}]}", ["4: Property convv is not allowed."]),
        ("{repeat: 2, layer: [relu]}", ['4: Missing property "layers".', "4: Property layer is not allowed."]),
    ],
)  # fmt: skip
def test_a_wrong_option_is_named(layer: str, said: list[str], server: Server, folder: Path) -> None:
    assert server.diagnose(folder / f"wrong{len(layer)}.yaml", f"{START}  - {layer}\n") == said


def test_blocks_may_have_any_name(server: Server, folder: Path) -> None:
    blocks = "blocks:\n  convv: {layers: [relu]}\nlayers:\n  - convv\n"
    assert server.diagnose(folder / "b.yaml", START.replace("layers:\n", blocks)) == []
    assert server.diagnose(folder / "e.yaml", f"{SCHEMA_LINE}\nextends: b.yaml\nlayers:\n  - convv\n") == []  # fmt: skip


def test_a_wrong_key_is_named(server: Server, folder: Path) -> None:
    text = START.replace("input", "nam: x\ninput") + "  - relu\n"
    assert server.diagnose(folder / "key.yaml", text) == ["2: Property nam is not allowed."]


def test_keys_kinds_and_options_are_offered_and_explained(server: Server, folder: Path) -> None:
    top, kinds, options = (folder / name for name in ("top.yaml", "kinds.yaml", "options.yaml"))
    server.diagnose(top, f"{SCHEMA_LINE}\n\n")
    assert set(schema()["properties"]) <= set(server.complete(top, 1, 0))
    server.diagnose(kinds, f"{START}  - con\n")
    assert server.complete(kinds, 3, 7)["relu"] == "max(x, 0)"
    server.diagnose(options, f"{START}  - conv:\n      out_channels: 3\n      kern\n")
    assert "stride" in server.complete(options, 5, 10)
    channels = schema()["$defs"]["conv_options"]["properties"]["out_channels"]
    assert channels["description"] in server.hover(options, 4, 8)
    with_blocks = folder / "with_blocks.yaml"
    text = START.replace("layers:\n", "blocks:\n  b: {layers: [relu]}\nlayers:\n  - con\n")
    server.diagnose(with_blocks, text)
    assert server.complete(with_blocks, 5, 7)["relu"] == "max(x, 0)"
    assert "kernel_size: 5\nstride: 3" in server.hover(options, 3, 5)
