"""Counts of real multiplications, compared with counts by hand. test_agreement compares the two ways."""

from typing import Any

import numpy as np
import pytest

from convcalc.reference import Tally
from convcalc.reference.backends import FAST, LOOPS, Backend

both_backends = pytest.mark.parametrize("backend", [LOOPS, FAST], ids=["loops", "fast"])


def ones(*shape: Any) -> Any:
    """Values do not matter here."""
    return np.ones(shape, np.float32)


@both_backends
def test_conv_counts_every_tap_of_every_window(backend: Backend) -> None:
    """2 maps out x 3x3 places x 2 maps in x 2x2 taps = 144."""
    tally = Tally()
    backend["conv"](ones(2, 4, 4), ones(2, 2, 2, 2), ones(2), tally=tally)
    assert tally == Tally(macs=144, bias_adds=18)


@both_backends
def test_products_on_padding_are_told_apart(backend: Backend) -> None:
    """3x3 over 4x4 with padding 1: per axis 4·3 = 12 taps, 2 of them on padding.

    12 x 12 = 144 taps in all, 10 x 10 = 100 on real cells, 44 on zeros.
    """
    tally = Tally()
    backend["conv"](ones(1, 4, 4), ones(1, 1, 3, 3), padding=1, tally=tally)
    assert (tally.macs, tally.on_padding, tally.on_real_cells) == (144, 44, 100)


def test_the_first_layer_of_vgg16() -> None:
    """86,704,128 products; per axis 224·3 - 2 of 672 taps are real, so (672² - 670²)·3·64 are not."""
    tally = Tally()
    FAST["conv"](ones(3, 224, 224), ones(64, 3, 3, 3), padding=1, tally=tally)
    assert tally.macs == 86_704_128
    assert tally.on_padding == (672**2 - 670**2) * 3 * 64


def test_transposed_conv_counts_on_the_input() -> None:
    """8 maps x 16x16 cells x 16 maps x 4x4 taps = 524,288, for any later crop.

    thop and torchinfo count on the output and print four times as many. Of the 64 taps per axis
    one at either end falls outside: 64² - 62² = 252 taps per pair of maps are cropped.
    """
    tally = Tally()
    y = FAST["conv_transpose"](ones(8, 16, 16), ones(8, 16, 4, 4), stride=2, padding=1, tally=tally)
    assert y.shape == (16, 32, 32)
    assert tally == Tally(macs=524_288, cropped=252 * 8 * 16)


@both_backends
def test_grouped_and_depthwise_transposed_conv(backend: Backend) -> None:
    """8 -> 16 in 4 groups: a quarter of the products. Depthwise k3: 8 maps x 4x4 cells x 9 taps."""
    tally = Tally()
    backend["conv_transpose"](
        ones(8, 4, 4), ones(8, 4, 4, 4), stride=2, padding=1, groups=4, tally=tally
    )
    assert tally.macs == 8 * 16 * 4 * 16
    tally = Tally()
    backend["conv_transpose"](ones(8, 4, 4), ones(8, 1, 3, 3), stride=2, groups=8, tally=tally)
    assert tally == Tally(macs=8 * 16 * 9)


@both_backends
def test_depthwise_and_separable(backend: Backend) -> None:
    """Depthwise 2 maps x 2 x 9 places x 4 taps = 144; then 1x1: 3 maps x 9 places x 4 maps = 108."""
    tally = Tally()
    backend["separable_conv"](ones(2, 4, 4), ones(4, 1, 2, 2), ones(3, 4, 1, 1), tally=tally)
    assert tally.macs == 144 + 108


def test_lenets_connection_table() -> None:
    """C3: 60 connections x 10x10 places x 25 taps = 150,000 (LeCun et al. 1998, Table I)."""
    table = [
        *([i % 6, (i + 1) % 6, (i + 2) % 6] for i in range(6)),
        *([i % 6, (i + 1) % 6, (i + 2) % 6, (i + 3) % 6] for i in range(6)),
        *([i % 6, (i + 1) % 6, (i + 3) % 6, (i + 4) % 6] for i in range(3)),
        [0, 1, 2, 3, 4, 5],
    ]
    tally = Tally()
    y = FAST["conv"](ones(6, 14, 14), ones(60, 5, 5), connections=table, tally=tally)
    assert y.shape == (16, 10, 10)
    assert tally.macs == 150_000


@both_backends
def test_layers_without_convolution(backend: Backend) -> None:
    """Linear, RBF, subsampling multiply; pools compare and add, once less than a window has cells."""
    tally = Tally()
    backend["linear"](ones(10), ones(4, 10), tally=tally)
    backend["rbf"](ones(10), ones(4, 10), tally=tally)
    assert tally == Tally(macs=80, adds=40)  # the RBF units' differences
    tally = Tally()
    backend["subsample"](ones(2, 4, 4), ones(2), ones(2), 2, tally=tally)
    assert tally == Tally(macs=8, adds=8 * 3, bias_adds=8)
    tally = Tally()
    backend["maxpool"](ones(1, 4, 4), 2, tally=tally)
    assert tally == Tally(comparisons=4 * 3)
    tally = Tally()
    backend["avgpool"](ones(1, 4), 2, padding=1, tally=tally)  # (0 1) (2 3) (4 0)
    assert tally == Tally(adds=3, divisions=3)
    tally = Tally()
    backend["batchnorm"](ones(2, 3), ones(2), ones(2), ones(2), ones(2), tally=tally)
    backend["multiply"]([ones(2, 3), ones(2, 1)], tally=tally)
    assert tally == Tally(multiplications=6 + 6, adds=6)


PROJECTIONS = ("query", "key", "value", "out")
ONE_BY_ONE = {f"{name}_weight": ones(1, 1) for name in PROJECTIONS}

BY_HAND: list[tuple[str, tuple[Any, ...], dict[str, Any], Tally]] = [
    # One value.
    ("relu", (ones(1),), {}, Tally(comparisons=1)),
    ("relu6", (ones(1),), {}, Tally(comparisons=2)),
    ("leaky_relu", (ones(1),), {}, Tally(comparisons=1, multiplications=1)),
    ("prelu", (ones(1), ones(1)), {}, Tally(comparisons=1, multiplications=1)),
    ("elu", (ones(1),), {}, Tally(comparisons=1, exponentials=1, adds=1)),
    ("elu", (ones(1), 2.0), {}, Tally(comparisons=1, exponentials=1, adds=1, multiplications=1)),
    ("gelu", (ones(1),), {}, Tally(multiplications=3, exponentials=1, adds=1)),
    (
        "gelu",
        (ones(1),),
        {"approximate": "tanh"},
        Tally(multiplications=6, adds=4, exponentials=2, divisions=1),
    ),
    ("clip", (ones(1),), {"min": 0}, Tally(comparisons=1)),
    ("clip", (ones(1),), {"min": 0, "max": 6}, Tally(comparisons=2)),
    ("hardtanh", (ones(1),), {}, Tally(comparisons=2)),
    ("hardsigmoid", (ones(1),), {}, Tally(multiplications=1, adds=1, comparisons=2)),
    ("softplus", (ones(1),), {}, Tally(exponentials=2, adds=1)),
    ("logsigmoid", (ones(1),), {}, Tally(exponentials=2, adds=1)),
    ("mish", (ones(1),), {}, Tally(exponentials=4, adds=3, divisions=1, multiplications=1)),
    (
        "selu",
        (ones(1),),
        {},
        Tally(comparisons=1, exponentials=1, adds=1, multiplications=2),
    ),
    ("softsign", (ones(1),), {}, Tally(adds=1, divisions=1)),
    ("glu", (ones(2),), {}, Tally(exponentials=1, adds=1, divisions=1, multiplications=1)),
    # Softmax's without the 4 divisions; one logarithm, and 4 subtractions of it.
    ("log_softmax", (ones(4),), {}, Tally(comparisons=3, adds=11, exponentials=5)),
    ("sigmoid", (ones(1),), {}, Tally(exponentials=1, adds=1, divisions=1)),
    ("silu", (ones(1),), {}, Tally(exponentials=1, adds=1, divisions=1, multiplications=1)),
    ("hardswish", (ones(1),), {}, Tally(adds=1, comparisons=2, multiplications=2)),
    ("tanh", (ones(1),), {}, Tally(exponentials=2, adds=2, divisions=1)),
    # 3 comparisons for the largest, 4 subtractions of it, 4 exponentials, 3 additions, 4 divisions.
    ("softmax", (ones(4),), {}, Tally(comparisons=3, adds=7, exponentials=4, divisions=4)),
    # Mean 3 adds, distances 4, squares 4, their sum 3, epsilon 1; one root, three quotients; scale 4.
    ("layernorm", (ones(4),), {}, Tally(adds=11, multiplications=8, divisions=3, roots=1)),
    ("instancenorm", (ones(2, 4),), {}, Tally(adds=22, multiplications=16, divisions=6, roots=2)),
    (
        "layernorm",
        (ones(4), ones(4), ones(4)),
        {},
        Tally(adds=15, multiplications=12, divisions=3, roots=1),
    ),
    (
        "layernorm",
        (ones(4), None, ones(4)),
        {},
        Tally(adds=15, multiplications=8, divisions=3, roots=1),
    ),
    ("scale", (ones(2, 3), ones(2)), {}, Tally(multiplications=6)),
    ("scale", (ones(2, 3), None, ones(2)), {}, Tally(adds=6)),
    # Squares 3; for each of 3: 5 terms are 4 adds, alpha/size, + k, the power, the quotient.
    ("lrn", (ones(3, 1),), {}, Tally(multiplications=6, adds=15, roots=3, divisions=3)),
    # 3 rows of 2: an addition and a division each for the mean; a comparison for each row of 2.
    ("reduce", (ones(3, 2),), {}, Tally(adds=3, divisions=3)),
    ("reduce", (ones(3, 2), "sum"), {"axes": [0]}, Tally(adds=4)),
    ("reduce", (ones(3, 2), "max"), {"axes": ["channels", "length"]}, Tally(comparisons=5)),
    ("reduce", (ones(3, 2), "min"), {"keep": False}, Tally(comparisons=3)),
    # At 2 positions, 3 inputs to 4 units.
    (
        "linear_along",
        (ones(3, 2), ones(4, 3), ones(4)),
        {"axis": 0},
        Tally(macs=24, bias_adds=8),
    ),
    # 3 rows of 2, each as softmax of 2 values: 1 comparison, 2 + 1 adds, 2 exponentials, 2 quotients.
    (
        "softmax",
        (ones(3, 2),),
        {"axis": -1},
        Tally(comparisons=3, adds=9, exponentials=6, divisions=6),
    ),
    # At each of 2 positions, 3 values: 2 + 3 + 2 + 1 adds, 3 + 3 products, 3 quotients, 1 root.
    (
        "layernorm",
        (ones(3, 2),),
        {"axes": ["channels"]},
        Tally(adds=16, multiplications=12, divisions=6, roots=2),
    ),
    ("lppool", (ones(1, 4), 4), {"norm_type": 1}, Tally(adds=3)),
    ("lppool", (ones(1, 4), 4), {"norm_type": 2}, Tally(multiplications=4, adds=3, roots=1)),
    ("lppool", (ones(1, 4), 4), {"norm_type": 3}, Tally(multiplications=8, adds=3, roots=1)),
    ("lppool", (ones(1, 4), 4), {"norm_type": 0.5}, Tally(roots=4, adds=3, multiplications=1)),
    ("subtract", ([ones(2, 3), ones(2, 1)],), {}, Tally(adds=6)),
    ("divide", ([ones(2, 3), ones(2, 1)],), {}, Tally(divisions=6)),
    ("maximum", ([ones(2, 3)] * 3,), {}, Tally(comparisons=12)),
    ("minimum", ([ones(2, 3)] * 3,), {}, Tally(comparisons=12)),
    ("average", ([ones(2, 3)] * 3,), {}, Tally(adds=12, divisions=6)),
    # Between two cells along one axis, then along the next: 1, 2 + 1 and 4 + 2 + 1 times.
    ("upsample", (ones(1, 1), 2), {"mode": "linear"}, Tally(multiplications=4, adds=2)),
    ("upsample", (ones(1, 1, 1), 1), {"mode": "linear"}, Tally(multiplications=6, adds=3)),
    ("upsample", (ones(1, 1, 1, 1), 1), {"mode": "linear"}, Tally(multiplications=14, adds=7)),
    ("upsample", (ones(1, 2), 2), {"mode": "nearest"}, Tally()),
    # Four taps: along one axis, then that of 4 rows and between them, then of 4 planes.
    ("resize", (ones(1, 2),), {"size": 3, "mode": "cubic"}, Tally(multiplications=12, adds=9)),
    ("resize", (ones(1, 2, 2),), {"size": 1, "mode": "cubic"}, Tally(multiplications=20, adds=15)),
    (
        "resize",
        (ones(1, 1, 1, 1),),
        {"size": 1, "mode": "cubic"},
        Tally(multiplications=84, adds=63),
    ),
    ("resize", (ones(1, 2, 2),), {"size": 1, "mode": "linear"}, Tally(multiplications=6, adds=3)),
    ("resize", (ones(1, 2, 2),), {"size": 3}, Tally()),
    # 2 x 3 · 3 x 4: every one of 8 values is a sum of 3 products; twice.
    ("matmul", ([ones(2, 2, 3), ones(2, 3, 4)],), {}, Tally(macs=48)),
    # One head of one value, 3 tokens: 4 projections of 3, 9 scores and 9 summands; 9 scores scaled, and
    # 3 softmaxes of 3 (2 comparisons, 3 + 2 additions, 3 exponentials, 3 divisions); 12 biases.
    (
        "attention",
        (ones(1, 3), {**ONE_BY_ONE, **{f"{name}_bias": ones(1) for name in PROJECTIONS}}, 1),
        {},
        Tally(
            macs=30,
            bias_adds=12,
            multiplications=9,
            comparisons=6,
            adds=15,
            exponentials=9,
            divisions=9,
        ),
    ),
    # Mirrored cells are cells: nothing is on padding.
    ("blur_pool", (ones(2, 4), ones(2, 1, 3)), {}, Tally(macs=2 * 3 * 2)),
    ("adaptive_avgpool", (ones(1, 5), 2), {}, Tally(adds=4, divisions=2)),  # 3 cells + 3 cells
    ("adaptive_maxpool", (ones(1, 5), 2), {}, Tally(comparisons=4)),
    ("global_avgpool", (ones(1, 5),), {}, Tally(adds=4, divisions=1)),
    ("maxpool", (ones(1, 3), 2), {"fit": "ceil"}, Tally(comparisons=2)),  # the last hangs over
    ("conv_transpose", (ones(1, 2), ones(1, 3, 2), ones(3)), {}, Tally(macs=12, bias_adds=9)),
    ("local_conv", (ones(1, 2), ones(1, 2, 1, 1), ones(1, 2)), {}, Tally(macs=2, bias_adds=2)),
]


@both_backends
@pytest.mark.parametrize(("name", "given", "options", "expected"), BY_HAND)
def test_operations_counted_by_hand(
    backend: Backend, name: str, given: Any, options: Any, expected: Tally
) -> None:
    """Each operation of the definition, counted by hand."""
    tally = Tally()
    backend[name](*given, **options, tally=tally)
    assert tally == expected


def test_a_tally_adds_up_over_layers() -> None:
    """Pass the same tally to every layer of a network."""
    tally = Tally()
    x = FAST["conv"](ones(1, 4, 4), ones(2, 1, 3, 3), tally=tally)
    FAST["linear"](FAST["flatten"](x), ones(5, 8), tally=tally)
    assert tally.macs == 2 * 4 * 9 + 40
