"""``convcalc memory``: its rows, their sums, its refusals, and its layout."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import convcalc as library
from convcalc.analysis.memory_report import DTYPES, Ask, memory_report
from convcalc.network.budget import read_bytes

Run = Callable[..., Any]
CUSTOM = "{input: [3, 8, 8], layers: [{conv: {out_channels: 4, kernel_size: 3}}, {opaque: {output: [c, h, w], type: Warp}}]}"


def rows_of(network: str, ask: Ask | None = None, batch: int = 1) -> dict[str, int]:
    """The bytes of each row."""
    report = memory_report(library.load(network).walk(batch), ask)
    return {row.name: row.bytes for row in report.rows}


def test_the_screen(convcalc: Run, golden: Callable[[str, str], None]) -> None:
    said = [
        convcalc("memory", "resnet50_torchvision", "--batch", "32", "--optimizer", "adam", "--device", "24GB", watched=True),
        convcalc("memory", "lenet5", columns=60, watched=True),
        convcalc("memory", "alexnet_single", "--precision", "mixed", "--optimizer", "adamw", "--checkpoint", "sqrt", watched=True),
        convcalc("memory", "mobilenet_v1", "--precision", "int8", "--input", "3x96x96", "--device", "300KB", watched=True),
        convcalc("memory", "lenet5", "--device", "100KB", watched=True),
    ]  # fmt: skip
    assert {each.code for each in said} == {0}
    golden("memory.txt", "\n".join(each.out + each.err for each in said))


@pytest.mark.parametrize("precision", DTYPES)
def test_rows_add_up_to_their_sums(precision: str) -> None:
    ask = Ask(precision) if precision == "int8" else Ask(precision, "adam")
    rows = rows_of("resnet18", ask, 4)
    assert rows["to run"] == rows["weights"] + rows["peak in place"]
    if precision != "int8":
        parts = ("training: weights", "gradients", "optimizer", "saved")
        assert rows["to train"] == sum(rows[part] for part in parts)


def test_int8_has_a_quarter_of_everything_that_runs() -> None:
    whole, quarter = rows_of("mobilenet_v2"), rows_of("mobilenet_v2", Ask("int8"))
    assert {name: 4 * number for name, number in quarter.items()} == {
        name: whole[name] for name in quarter
    }
    assert "saved" not in quarter


def test_json_has_what_the_screen_says(convcalc: Run) -> None:
    ran = convcalc("memory", "vgg16", "--device", "24GB", "--checkpoint", "every", "--json")
    found = json.loads(ran.out)
    assert {key: found[key] for key in ("schema", "network", "input", "batch", "precision")} == {
        "schema": 1, "network": "VGG-16 (D)", "input": [3, 224, 224], "batch": 1,
        "precision": "float32",
    }  # fmt: skip
    assert found["peaks"]["in_place"] == {
        "values": 6_422_528, "where": "conv1_2", "alive": {"relu1": 3_211_264, "conv1_2": 3_211_264},
    }  # fmt: skip
    rows = {row["name"]: row["bytes"] for row in found["memory"]}
    assert rows["weights"] == 4 * 138_357_544
    assert (found["optimizer"], found["checkpoint"], found["device"]) == (
        "sgd",
        "every",
        24 * 10**9,
    )
    assert found["segments"] > 10
    assert found["largest_batch"]["train"] > 100


def test_what_is_not_known_is_said(convcalc: Run, tmp_path: Any) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(CUSTOM, encoding="utf-8")
    ran = convcalc("memory", str(path))
    assert "note: at least this much: 1 layer of Warp not counted" in ran.out
    assert "at least 448" in ran.out
    ran = convcalc("memory", str(path), "--device", "1GB")
    assert (ran.code, ran.err) == (
        2,
        "convcalc: --device: which batch fits is not known, because the memory of Warp is not known; leave --device out\n",
    )


def test_a_device_is_the_memory_of_its_data_sheet(convcalc: Run) -> None:
    for device, sizes in {"v100": (16, 32), "A100": (80,), "tpu-v3": (32 * 1.073741824,)}.items():
        found = json.loads(convcalc("memory", "resnet18", "--device", device, "--json").out)
        each = [found, *found.get("other_sizes", [])]
        typed = [f"{size * 10**9:.0f}" for size in sizes]
        assert [str(one["device"]) for one in each] == typed
        alone = [convcalc("memory", "resnet18", "--device", size, "--json") for size in typed]
        assert [one["largest_batch"] for one in each] == [
            json.loads(ran.out)["largest_batch"] for ran in alone
        ]


def test_a_device_with_several_memories_has_lines_for_each(convcalc: Run) -> None:
    lines = convcalc("memory", "lenet5", "--precision", "int8", "--device", "v100").out.split("\n")
    # 61,706 weights, and at most 5,880 values of a byte at one time
    assert lines[-4:] == [
        f"v100, 16 GB: enough to run {(16 * 10**9 - 61_706) // 5_880:,} samples at once, not more",
        f"v100, 32 GB: enough to run {(32 * 10**9 - 61_706) // 5_880:,} samples at once, not more",
        "source: NVIDIA V100 data sheet, January 2020",
        "",
    ]


def test_a_network_without_parameters_has_nothing_to_train(convcalc: Run, tmp_path: Any) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("{input: [3, 8, 8], layers: [relu]}", encoding="utf-8")
    found = json.loads(convcalc("memory", str(path), "--device", "1KB", "--json").out)
    assert found["largest_batch"] == {"run": 1}


DEVICE_NAMES = "k80, v100, t4, a100, h100, l4, rtx4090, tpu-v3, tpu-v4, tpu-v5e"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--precision", "int8", "--optimizer", "adam"],
            "--optimizer is about training, and nothing is trained in int8; choose another --precision",
        ),
        (
            ["--precision", "int8", "--checkpoint", "sqrt"],
            "--checkpoint is about training, and nothing is trained in int8; choose another --precision",
        ),
        (
            ["--device", "24XB"],
            f"--device: '24XB' is not an amount of memory; write for example 24GB (units: B, kB, KB, MB, GB, KiB, MiB, GiB), or name a device: {DEVICE_NAMES}",
        ),
        (
            ["--device", "a lot"],
            f"--device: 'a lot' is not an amount of memory; write for example 24GB (units: B, kB, KB, MB, GB, KiB, MiB, GiB), or name a device: {DEVICE_NAMES}",
        ),
        (
            ["--device", "haswell"],
            "--device: 'haswell' has no known size of memory; write what your machine has, such as 64GB",
        ),
    ],
)
def test_what_is_refused(convcalc: Run, options: list[str], message: str) -> None:
    ran = convcalc("memory", "lenet5", *options)
    assert (ran.code, ran.out, ran.err) == (2, "", f"convcalc: {message}\n")


def test_amounts_of_memory() -> None:
    said = {"24GB": 24 * 10**9, "24 GiB": 24 * 2**30, "512kB": 512_000, "7": 7, "1.5MB": 1_500_000}
    assert {text: read_bytes(text) for text in said} == said
