"""Training memory compared with PyTorch's, and the multiply-adds of backward passes with loops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import convcalc
from convcalc.analysis.kept import backward_macs, kept_in_training
from convcalc.analysis.training import OPTIMIZERS, largest_batch, segments, training
from convcalc.layers import make
from convcalc.network.network import Network
from convcalc.reference.grad import conv_gradients
from convcalc.reference.tally import Tally
from strategies import few, graphs

DATA = Path(__file__).parent.parent / "data" / "kept_by_torch.yaml"
ROWS: list[dict[str, Any]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
# PyTorch's counter counts the weight gradient of a grouped convolution as one without groups, and
# leaves out the operations of its fused attention on the CPU.
GROUPED = {"depthwise_conv", "separable_conv", "attention"}


def test_each_kind_keeps_what_pytorch_keeps() -> None:
    wrong = []
    for row in ROWS:
        layer, shapes = make(row["kind"], row["options"]), [tuple(each) for each in row["inputs"]]
        kept = layer.kept_for_backward(shapes[0], layer.checked_out_shape(*shapes))
        values = kept.values + kept.masks + kept.statistics
        found = {
            "input": kept.input, "output": kept.output, "values": values, "indices": kept.indices,
        }  # fmt: skip
        if found != {key: row[key] for key in found}:
            wrong.append((row, found))
    assert not wrong


def test_backward_passes_multiply_as_often_as_pytorchs_counter_says() -> None:
    rows = [r for r in ROWS if r["kind"] not in GROUPED and "groups" not in r["options"]]
    for row in rows:
        layer, shapes = make(row["kind"], row["options"]), [tuple(each) for each in row["inputs"]]
        macs = layer.backward_macs(shapes[0], layer.checked_out_shape(*shapes))
        assert 2 * sum(macs) == row["backward_flops"], row
    assert sum(bool(row["backward_flops"]) for row in rows) >= 4


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_the_gradients_of_grouped_convolutions_are_counted_in_loops(groups: int) -> None:
    options = {"out_channels": 8, "kernel_size": 3, "stride": 2, "groups": groups, "bias": False}
    layer, shape = make("conv", options), (4, 9, 7)
    out = layer.checked_out_shape(shape)
    tally = Tally()
    x, weight = np.ones(shape), np.ones((8, 4 // groups, 3, 3))
    conv_gradients(x, weight, np.ones(out), stride=2, groups=groups, tally=tally)
    assert sum(layer.backward_macs(shape, out)) == tally.macs


# Bytes that PyTorch 2.13.0 keeps of torchvision 0.28's networks in training, dropout on, measured with
# saved_tensors_hooks on meta tensors: network, batch, all bytes, of them the indices of max pools.
KEPT = [
    ("resnet18_torchvision", 32, 709_793_280, 51_380_224),
    ("resnet50_torchvision", 1, 86_121_984, 1_605_632),
    ("resnet50_torchvision", 32, 2_749_316_608, 51_380_224),
    ("mobilenet_v2", 1, 78_345_984, 0),
    ("mobilenet_v2", 32, 2_502_841_600, 0),
    ("squeezenet1_0", 1, 35_767_328, 4_424_704),
    ("googlenet_torchvision", 32, 1_541_526_400, 362_872_832),
    ("shufflenet_v2_x1_0", 1, 20_449_680, 602_112),
    ("shufflenet_v2_x1_0", 32, 652_383_440, 19_267_584),
    # torchvision's also drops whole branches (stochastic depth), with 9 numbers for each sample.
    ("efficientnet_b0", 1, 88_362_116 - 9 * 4, 0),
    ("densenet121", 1, 130_695_936, 1_605_632),
    ("inception_v3", 1, 98_318_380, 5_669_120),
    ("mobilenet_v3_small", 1, 16_218_272, 0),
    # on the CPU, with the fused kernel for attention
    ("vit_b_16", 1, 118_160_680, 0),
]


@pytest.mark.parametrize(("name", "batch", "expected", "indices"), KEPT)
@pytest.mark.unmeasured
def test_networks_keep_what_pytorch_keeps(
    name: str, batch: int, expected: int, indices: int
) -> None:
    kept = kept_in_training(convcalc.load(name).walk(batch))
    assert (kept.bytes(4), 8 * sum(kept.indices.values())) == (expected, indices)


def _vgg(*words: str) -> list[str]:
    """torchvision's head after the convolutions of a VGG."""
    head = "aap:7 flatten fc:4096 relu dropout fc:4096 relu dropout fc:1000"
    return [*" ".join(words).split(), *head.split()]


CHAINS = [
    (
        ["conv:k11s4p2c64", "relu", "pool:k3s2", "conv:k5p2c192", "relu", "pool:k3s2", "conv:k3p1c384", "relu", "conv:k3p1c256", "relu", "conv:k3p1c256", "relu", "pool:k3s2", "aap:6", "flatten", "dropout", "fc:4096", "relu", "dropout", "fc:4096", "relu", "fc:1000"],
        {1: 3_741_184, 32: 119_717_888},
    ),
    (
        _vgg(
            *(f"conv:k3p1c{c} relu {pool}" for c, pool in
              ((64, "pool:k2"), (128, "pool:k2"), (256, ""), (256, "pool:k2"), (512, ""), (512, "pool:k2"),
               (512, ""), (512, "pool:k2")))
        ),
        {1: 48_869_376, 32: 1_563_820_032},
    ),
    (
        _vgg(
            *(f"conv:k3p1c{c} relu {pool}" for c, pool in
              ((64, ""), (64, "pool:k2"), (128, ""), (128, "pool:k2"), (256, ""), (256, ""), (256, "pool:k2"),
               (512, ""), (512, ""), (512, "pool:k2"), (512, ""), (512, ""), (512, "pool:k2")))
        ),
        {1: 73_355_264, 32: 2_347_368_448},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("words", "expected"), CHAINS, ids=["alexnet", "vgg11", "vgg16"])
def test_chains_keep_what_pytorch_keeps(words: list[str], expected: dict[int, int]) -> None:
    network = convcalc.chain("3x224x224", *words)
    found = {batch: kept_in_training(network.walk(batch)).bytes(4) for batch in expected}
    assert found == expected


def test_nothing_is_kept_before_the_first_trained_layer() -> None:
    # the pool and the relu pass on no gradient; the linear layer keeps the 16 values that it reads
    kept = kept_in_training(convcalc.chain("1x8x8", "pool:k2", "relu", "flatten", "fc:3").walk())
    assert (kept.values, kept.indices) == (16, {})


def test_a_relu_does_not_write_over_what_another_layer_keeps() -> None:
    # silu keeps its input and gelu its own; relu after sigmoid must not overwrite sigmoid's output
    chain = convcalc.chain("1x8x8", "conv:k3p1c1", "sigmoid", "relu", "conv:k3p1c1")
    kept = kept_in_training(chain.walk())
    # the image, sigmoid's output (in the convolution's place), relu's output
    assert kept.values == 3 * 64


def test_optimizers_by_hand() -> None:
    # conv 3·3·3·4 + 4 = 112 parameters, linear 4·10 + 10 = 50
    analysis = convcalc.chain("3x8x8", "conv:k3c4", "gap", "fc:10").walk()
    assert analysis.totals["params"] == 162
    found = {name: training(analysis, optimizer=name).optimizer // 4 for name in OPTIMIZERS}
    factored = (
        4 * 3 * (3 + 3) + 4 + (10 + 4) + 10
    )  # rows and columns of 4×3×3×3 and 10×4; vectors whole
    assert found == {"sgd": 0, "momentum": 162, "adam": 324, "adamw": 324, "adafactor": factored}


def test_mixed_precision_with_adam_takes_sixteen_bytes_a_parameter() -> None:
    # Rajbhandari et al. 2020, arXiv:1910.02054, section 3.1
    analysis = convcalc.load("vgg16").walk()
    found = training(analysis, optimizer="adam", precision="mixed")
    assert found.weights + found.gradients + found.optimizer == 16 * 138_357_544


def test_running_statistics_have_no_state() -> None:
    analysis = convcalc.chain("3x8x8", "conv:k3c4", "batchnorm").walk()
    assert training(analysis, optimizer="momentum").optimizer == 4 * (112 + 8)


def test_resnet50_needs_three_gigabytes_not_ten() -> None:
    found = training(convcalc.load("resnet50_torchvision").walk(32))
    assert found.weights + found.gradients + found.saved == 2_953_985_344
    assert found.total == 2_953_985_344


def test_checkpoints_by_hand() -> None:
    # maps of 64 values: image, four convolutions with a relu each; every layer is a separate part
    words = ["conv:k3p1c1", "sigmoid"] * 4
    analysis = convcalc.chain("1x8x8", *words).walk()
    assert training(analysis).saved == 4 * 64 * 5  # the image and every sigmoid
    parts = segments(analysis, "every")
    assert [(start.name, [step.name for step in steps]) for start, steps in parts][:2] == [
        ("input", ["conv1"]),
        ("conv1", ["sigmoid1"]),
    ]
    # eight inputs of parts; the largest part also keeps a sigmoid's output
    every = training(analysis, checkpoint="every")
    assert (every.saved, every.segments) == (4 * 64 * 9, 8)
    # two parts of four layers: their inputs, and in one of them two sigmoids' outputs
    joined = training(analysis, checkpoint="sqrt")
    assert (joined.saved, joined.segments) == (4 * 64 * (2 + 2), 2)


@few
@given(graphs())
def test_parts_are_connected_by_one_map(network: Network) -> None:
    analysis = network.walk()
    for checkpoint in ("every", "sqrt"):
        parts = segments(analysis, checkpoint)
        assert [step for _, steps in parts for step in steps] == analysis.steps
        for start, steps in parts:
            outside = {each for step in steps for each in step.before} - set(steps)
            assert outside <= {start}


SMALL = ["lenet5", "mlp_mnist", "squeezenet1_1", "mobilenet_v3_small"]


@few
@given(
    st.sampled_from(SMALL),
    st.sampled_from(["", "every", "sqrt"]),
    st.sampled_from(sorted(OPTIMIZERS)),
    st.integers(0, 10**9),
)
@pytest.mark.unmeasured
def test_the_largest_batch_fits_and_one_more_does_not(
    name: str, checkpoint: str, optimizer: str, room: int
) -> None:
    network, options = convcalc.load(name), {"checkpoint": checkpoint, "optimizer": optimizer}
    batch = largest_batch(network, room, **options)
    needed = [
        training(network.walk(batch + more), **options).total for more in (0, 1) if batch + more
    ]
    assert [total <= room for total in needed] == [True, False][-len(needed) :]


def test_the_first_layer_has_no_gradient_of_the_picture() -> None:
    analysis = convcalc.chain("3x8x8", "conv:k3c4", "relu", "conv:k3c5").walk(2)
    first, relu, second = analysis.steps
    assert backward_macs(analysis) == {first: first.macs, relu: 0, second: 2 * second.macs}
