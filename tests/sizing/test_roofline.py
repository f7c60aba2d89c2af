"""Rooflines: known ridge points, bytes counted by hand, and refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import convcalc as library
from convcalc.analysis.devices import DEVICES
from convcalc.analysis.memory import BYTES
from convcalc.analysis.roofline import MODELS, Roof, roofline, whole_bytes
from convcalc.analysis.roofline_report import roof_of
from convcalc.draw.asked import layer_picture
from convcalc.errors import UsageError
from convcalc.layers import make
from convcalc.network.budget import read_rate

Run = Callable[..., Any]
ROOF = Roof("given", 2 * 10**9, 10**9, "float32", "")


@pytest.mark.parametrize(
    ("device", "precision", "ridge"),
    [("tpu-v1", "int8", 1353), ("k80", "float32", 8.75), ("haswell", "float32", 12.7)],
)
def test_ridge_points_of_jouppi(device: str, precision: str, ridge: float) -> None:
    # Jouppi et al. 2017, arXiv:1704.04760, section 4: multiply-adds per byte
    assert roof_of(device, 0, 0, precision).ridge == pytest.approx(ridge, rel=0.005)


def test_devices_are_twelve_with_known_precisions_and_sources() -> None:
    assert len(DEVICES) == 12
    for name, device in DEVICES.items():
        assert set(device.peaks) <= set(BYTES), name
        assert device.source
        assert device.about
        assert device.bandwidth > 10**10


def test_bytes_by_hand() -> None:
    # image 3·8·8 = 192; conv 4·3·3·3 + 4 = 112 numbers, 4·8·8 = 256 values; relu; flatten; linear 2570
    chain = library.chain("3x8x8", "conv:k3c4p1", "relu", "flatten", "fc:10").walk(2)
    moved = {model: [load.bytes // 4 for load in roofline(chain, ROOF, model)] for model in MODELS}
    batch = 2
    assert moved["layers"] == [
        batch * (192 + 256) + 112, batch * (256 + 256), 0, batch * (256 + 10) + 2570,
    ]  # fmt: skip
    assert moved["fused"] == [batch * (192 + 256) + 112, 0, 0, batch * (256 + 10) + 2570]
    assert whole_bytes(chain, "float32") == 4 * (112 + 2570 + batch * (192 + 10))


def test_time_is_the_larger_of_both_limits() -> None:
    chain = library.chain("3x8x8", "conv:k3c4p1", "relu").walk()
    conv, relu = roofline(chain, ROOF)
    assert conv.macs == 27 * 256
    assert (conv.bound, conv.seconds) == (
        "arithmetic",
        27 * 256 / 10**9,
    )  # 1 G multiply-adds per second
    assert (relu.bound, relu.seconds) == ("memory", 4 * 512 / 10**9)
    assert conv.intensity == 27 * 256 / (4 * (192 + 256 + 112))


def test_depthwise_layers_lie_below_the_ridge_and_large_convolutions_above() -> None:
    roof = roof_of("a100", 0, 0, "float16")
    depthwise = roofline(library.load("mobilenet_v1").walk(), roof)
    assert {load.bound for load in depthwise if load.step.kind == "depthwise_conv"} == {"memory"}
    large = [
        load for load in roofline(library.load("vgg16").walk(), roof) if load.step.kind == "conv"
    ]
    assert {load.bound for load in large[1:]} == {"arithmetic"}


@pytest.mark.parametrize("model", MODELS)
def test_rows_add_up_and_none_is_slower_than_the_whole(convcalc: Run, model: str) -> None:
    ran = convcalc("roofline", "resnet18", "--device", "t4", "--bytes", model, "--json")
    found = json.loads(ran.out)
    for key in ("macs", "bytes"):
        assert sum(row[key] for row in found["layers"]) == found["totals"][key]
    times = [row["microseconds"] for row in found["layers"]]
    assert sum(times) == pytest.approx(found["totals"]["microseconds"])
    assert found["seconds_at_least"] * 1e6 <= found["totals"]["microseconds"]
    assert (found["precision"], found["peak"], found["bandwidth"]) == ("float32", 8.1e12, 320e9)


def test_the_screens(convcalc: Run, golden: Callable[[str, str], None]) -> None:
    lines = [
        "roofline lenet5 --device k80",
        "roofline lenet5 --peak 10G --bandwidth 1G --precision int8 --bytes fused --batch 4",
        "roofline vgg11 --device a100 --precision float16",
    ]
    said = [convcalc(*line.split(), watched=True) for line in lines]
    assert [each.code for each in said] == [0] * len(lines)
    golden(
        "roofline.txt",
        "\n".join(f"$ convcalc {line}\n{run.out}{run.err}" for line, run in zip(lines, said)),
    )


def test_what_is_not_known_is_said(convcalc: Run, tmp_path: Any) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "{input: [3, 8, 8], layers: [{opaque: {output: [3, 8, 8], type: Warp}}]}", encoding="utf-8"
    )
    ran = convcalc("roofline", str(path), "--device", "l4")
    assert "note: at least this much: 1 layer of Warp not counted" in ran.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            "",
            "give --device (tpu-v1, k80, haswell, v100, t4, a100, h100, l4, rtx4090, tpu-v3, tpu-v4, tpu-v5e), or --peak 10T and --bandwidth 100G",
        ),
        (
            "--device k80 --peak 1T",
            "--device sets the peak and the bandwidth; leave --peak and --bandwidth out, or --device",
        ),
        (
            "--device k80 --precision int8",
            "--precision int8: no peak of k80 is known for it; give float32",
        ),
        (
            "--peak 0T --bandwidth 1G",
            "--peak: '0T' is not a number per second; write for example 10T (prefixes: k, K, M, G, T)",
        ),
        (
            "--peak 1T --bandwidth fast",
            "--bandwidth: 'fast' is not a number per second; write for example 10T (prefixes: k, K, M, G, T)",
        ),
    ],
)
def test_what_is_refused(convcalc: Run, options: str, message: str) -> None:
    ran = convcalc("roofline", "lenet5", *options.split())
    assert (ran.code, ran.out, ran.err) == (2, "", f"convcalc: {message}\n")


def test_rates() -> None:
    assert [read_rate(text) for text in ("10T", "2.5G", "7")] == [10**13, 25 * 10**8, 7]


def test_python_reads_devices_and_rates_as_the_command_does() -> None:
    analysis = library.load("lenet5").walk()
    assert str(analysis.draw("cost", device="A100")) == str(analysis.draw("cost", device="a100"))
    given = analysis.draw("cost", peak="10T", bandwidth="100G")
    assert str(given) == str(analysis.draw("cost", peak=10**13, bandwidth=10**11))
    refused: dict[str, dict[str, Any]] = {
        "--device: 'gtx1' is not one of the devices tpu-v1, k80, haswell, v100, t4, a100, h100, l4, rtx4090, tpu-v3, tpu-v4, "
        "tpu-v5e; for another device give --peak 10T --bandwidth 100G": {"device": "gtx1"},
        "--precision: 'float61' is not known; did you mean 'float64'?": {"device": "t4", "precision": "float61"},
        "peak: '10X' is not a number per second; write for example 10T (prefixes: k, K, M, G, T)": {"peak": "10X"},
        "bandwidth must be a number per second such as 10**13 or '10T', but is 0.5": {"peak": 1, "bandwidth": 0.5},
        "--peak is given without --bandwidth; give both, such as --bandwidth 100G": {"peak": 10},
        "--bandwidth is given without --peak; give both, such as --peak 10T": {"bandwidth": 10},
        "model='all': not known; known: fused, layers": {"device": "t4", "model": "all"},
        "the picture cost has no option 'dtype'; known: bandwidth, by, device, model, of, peak, precision": {"dtype": "x"},
    }  # fmt: skip
    for said, options in refused.items():
        with pytest.raises(UsageError) as caught:
            analysis.draw("cost", **options)
        assert str(caught.value) == said
    with pytest.raises(UsageError, match="the picture fit has no option 'step'; it has none"):
        layer_picture(make("conv", {"out_channels": 1, "kernel_size": 3}), (1, 8, 8), "fit", step=1)
