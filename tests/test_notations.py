"""Networks as people write them: words from exams, PyTorch, Keras; every refusal word by word.

The summaries of real PyTorch and Keras for the same networks are in ``data/summaries``.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import ConvcalcError
from convcalc.layers.options import yaml_of
from convcalc.network.notations import MAX_TEXT, NOTATIONS, network_of, read

SUMMARIES = Path(__file__).parent / "data" / "summaries"
RGB = (3, 32, 32)


def layers(text: str, shape: tuple[int, ...] | None = RGB) -> list[str]:
    """The layers of a text, as items of a YAML file."""
    return [yaml_of(node.layer) for node in network_of(text, shape)[0].nodes]


def outputs(text: str, shape: tuple[int, ...] | None = RGB) -> list[tuple[int, ...]]:
    """The output shape of each layer."""
    return [step.output for step in network_of(text, shape)[0].walk().steps]


def refusal(text: str, shape: tuple[int, ...] | None = RGB) -> str:
    """The error about a text."""
    with pytest.raises(ConvcalcError) as caught:
        network_of(text, shape)
    return str(caught.value)


# ------------------------------------------------------------------------------------------ words

SMALL = [
    "conv: {kernel_size: 5, out_channels: 64}",
    "maxpool: {kernel_size: 2}",
    "flatten",
    "linear: {out_features: 10}",
]


@pytest.mark.parametrize(
    "text",
    [
        "CONV5-64, POOL2, FC-10",
        "CONV-5-64 POOL-2 FC-10",
        "conv5x5x64 -> maxpool2x2 -> fc10",
        "CONV5x5-64 → POOL2x2 → FC10",
        "5x5 conv, 64; 2x2 max pool; 10 fc",
        "5×5 conv 64\n2×2 pooling\nfully connected 10",
        "1. Conv layer: 64 filters of size 5 × 5\n2. Pool: 2x2\n3. FC: 10 neurons",
        "Convolutional layer with 64 5x5 filters, max-pooling layer with 2 × 2 windows, dense layer with 10 units",
        "(CONV 5x5 64) - (MAX POOL 2) - (FC – 10)",
        "conv (5, 5), 64 filters | maxpool (2, 2) | linear 10",
        "Conv1: number of filters: 64, kernel size = 5; Pool1: window size 2; FC1: units: 10",
        "conv:k5c64 POOL2 fc:10",
        "conv, k=5, filters=64 then pool k=2 then dense(10)",
        "first a 5x5 convolution with 64 kernels followed by 2x2 max pooling followed by 10 outputs fc",
        "The network is composed of a conv layer with 64 5x5 filters, a 2x2 max pool and a dense layer with 10 units",
        "Consider the following CNN: CONV5-64, POOL2, FC-10",
        "a small convolutional neural network that consists of the following layers: CONV5-64, POOL2, FC-10",
        "made up of 64 filters of size 5x5; POOL2, FC-10",
        "* CONV5-64 * ".strip(" *") + "\n* POOL2\n* FC-10",
    ],
)
def test_words_of_lectures_and_exams(text: str) -> None:
    assert layers(text) == SMALL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3x3 conv, 64, stride 2, pad 1", "conv: {kernel_size: 3, stride: 2, padding: 1, out_channels: 64}"),
        ("CONV-3-64-s2-p1", "conv: {kernel_size: 3, stride: 2, padding: 1, out_channels: 64}"),
        ("7x7 conv, 64, /2", "conv: {kernel_size: 7, stride: 2, out_channels: 64}"),
        ("CONV3-8 (stride of 2, zero-padding of P=1)", "conv: {kernel_size: 3, stride: 2, padding: 1, out_channels: 8}"),
        ("CONV3-8, same padding", "conv: {kernel_size: 3, padding: same, out_channels: 8}"),
        ("CONV-3-8-same", "conv: {kernel_size: 3, padding: same, out_channels: 8}"),
        ("CONV3-8 valid padding", "conv: {kernel_size: 3, out_channels: 8}"),
        ("CONV3-8, no padding, without bias", "conv: {kernel_size: 3, bias: false, out_channels: 8}"),
        ("3x5 conv, 8", "conv: {kernel_size: [3, 5], out_channels: 8}"),
        ("CONV3-8 dilation 2", "conv: {kernel_size: 3, dilation: 2, out_channels: 8}"),
        ("conv 3x3, 9 filters, groups 3", "conv: {kernel_size: 3, out_channels: 9, groups: 3}"),
        ("conv 5x5x3, 10 filters", "conv: {kernel_size: 5, out_channels: 10}"),
        ("POOL-3-2", "maxpool: {kernel_size: 3, stride: 2}"),
        ("AVGPOOL2", "avgpool: {kernel_size: 2}"),
        ("average pooling 2x2, stride 1", "avgpool: {kernel_size: 2, stride: 1}"),
        ("global average pooling", "global_avgpool"),
        ("BN", "batchnorm"),
        ("batch normalization", "batchnorm"),
        ("Leaky ReLU", "leaky_relu"),
        ("dropout 0.25", "dropout: {p: 0.25}"),
        ("depthwise conv 3x3, pad 1", "depthwise_conv: {kernel_size: 3, padding: 1}"),
        ("transposed convolution 4x4, 8, stride 2, pad 1", "conv_transpose: {out_channels: 8, kernel_size: 4, stride: 2, padding: 1}"),
        ("tanh", "tanh"),
        ("soft-max", "softmax"),
        ("relu6", "relu6"),
        ("gap", "global_avgpool"),
        ("layer norm", "layernorm"),
        ("layer normalization", "layernorm"),
        ("group norm 3", "groupnorm: {num_groups: 3}"),
        ("instance normalisation", "instancenorm"),
        ("upsample 2", "upsample: {scale_factor: 2}"),
        ("2x upsampling", "upsample: {scale_factor: 2}"),
        ("upsample x2", "upsample: {scale_factor: 2}"),
        ("conv1 3x3 8", "conv: {kernel_size: 3, out_channels: 8}"),
        ("Conv2 (3x3, 8 filters)", "conv: {kernel_size: 3, out_channels: 8}"),
        ("conv5 64", "conv: {kernel_size: 5, out_channels: 64}"),
        ("pool1 2x2", "maxpool: {kernel_size: 2}"),
        ("Conv (3→8, 3x3)", "conv: {kernel_size: 3, out_channels: 8}"),
        ('3x3 conv, 8, "same" padding', "conv: {kernel_size: 3, padding: same, out_channels: 8}"),
        ("conv: kernel: 3, filters: 8, stride: 2, padding: 1", "conv: {kernel_size: 3, stride: 2, padding: 1, out_channels: 8}"),
        ("Conv Layer 1: Kernel Size (F): 3x3, Number of Kernels (K): 8, Stride (S): 2", "conv: {kernel_size: 3, stride: 2, out_channels: 8}"),
        ("Pooling Layer 1: Pool Size: 2x2, Stride (S): 2", "maxpool: {kernel_size: 2, stride: 2}"),
        ("dropout rate: 0.25", "dropout: {p: 0.25}"),
        ("conv kernel 3, filters 8", "conv: {kernel_size: 3, out_channels: 8}"),
        ("conv kernel 3x3 filters 8 stride 2", "conv: {kernel_size: 3, stride: 2, out_channels: 8}"),
        ("conv with 8 filters, kernel 3", "conv: {kernel_size: 3, out_channels: 8}"),
        ("conv filter 3, 8 filters", "conv: {kernel_size: 3, out_channels: 8}"),
        ("conv2, 8 filters, kernel size 3", "conv: {kernel_size: 3, out_channels: 8}"),
        ("conv1, kernel 3, filters 8", "conv: {kernel_size: 3, out_channels: 8}"),
        ("conv 3x3, 8, pad 1 on each side", "conv: {kernel_size: 3, padding: 1, out_channels: 8}"),
        ("conv 3x3, 8, padding of 1 on all sides", "conv: {kernel_size: 3, padding: 1, out_channels: 8}"),
        ("conv 3x3, 8, pad 1 at the borders, stride 2", "conv: {kernel_size: 3, stride: 2, padding: 1, out_channels: 8}"),
        ("CONV-3-8-stride-2-pad-1", "conv: {kernel_size: 3, stride: 2, padding: 1, out_channels: 8}"),
        ("Conv1: 5x5 convolution, 8 filters", "conv: {kernel_size: 5, out_channels: 8}"),
        ("Conv layer (Conv1): 5x5, 8 filters", "conv: {kernel_size: 5, out_channels: 8}"),
        ("Layer 1—Convolutional 5x5, 8", "conv: {kernel_size: 5, out_channels: 8}"),
        ("Pool1: 2x2 pooling with stride 2", "maxpool: {kernel_size: 2, stride: 2}"),
        ("Pool1: 3x3 average pooling", "avgpool: {kernel_size: 3}"),
        ("MaxPool: apply max pooling over 2x2 regions", "maxpool: {kernel_size: 2}"),
        ("8 kernels of size 5 × 5, which are used with no padding", "conv: {kernel_size: 5, out_channels: 8}"),
        ("8 filters that are each 7x7, using a stride of 2", "conv: {kernel_size: 7, stride: 2, out_channels: 8}"),
        ("The first hidden layer convolves 16 8x8 filters with stride 4", "conv: {kernel_size: 8, stride: 4, out_channels: 16}"),
        ("one convolutional layer with 10 units of 3-by-3 pixels kernels", "conv: {kernel_size: 3, out_channels: 10}"),
        ("conv 3 by 3, 8 filters", "conv: {kernel_size: 3, out_channels: 8}"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_layer(text: str, expected: str) -> None:
    assert layers(text) == [expected]


@pytest.mark.parametrize(
    "text",
    ["Output layer with 10 neurons", "Output(10)", "Output: 10 classes", "one densely connected layer with 10 units"],
)  # fmt: skip
def test_what_has_units_only_is_fully_connected(text: str) -> None:
    assert layers(text) == ["flatten", "linear: {out_features: 10}"]


def test_what_is_said_below_a_heading_is_said_of_its_layer() -> None:
    text = (
        "Convolution Layer 1:\n  • Input Size: 32x32x3\n  • Kernel Size (F): 3x3\n  • Number of Kernels (K): 8\n  • Stride (S): 2\n"
        "Pooling Layer 1:\n  • Pool Size: 2x2\nConv:\nFilters: 4\nKernel: 3x3\n\nReLU"
    )
    assert layers(text, None) == layers("conv3-8 stride 2, pool2, conv3-4, relu")
    assert layers("Network:\nConv3-8\nPool2") == layers("conv3-8, pool2")


def test_two_layers_of_a_line_are_two_though_the_first_has_a_label() -> None:
    assert layers("Conv: 3x3, 8, conv 5x5, 16") == layers("conv3-8, conv5-16")


def test_a_layer_several_times() -> None:
    assert layers("CONV3-8 x2, 2 x CONV3-4, 2*relu") == [
        *["conv: {kernel_size: 3, out_channels: 8}"] * 2,
        *["conv: {kernel_size: 3, out_channels: 4}"] * 2,
        *["relu"] * 2,
    ]


TWICE = ["conv3-8", "pool2"] * 2


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        *((text, TWICE) for text in (
            "(conv3-8, pool2) x 2", "2x(conv3-8 → pool2)", "[conv3-8, pool2] x2", "2 × [conv3-8; pool2]", "{conv3-8, pool2}{2}",
            "(conv3-8, pool2)^2", "repeat 2: (conv3-8, pool2)", "repeat 2 times: [conv3-8, pool2]", "2 times (conv3-8, pool2)",
            "(conv3-8, pool2) 2 times", "(conv3-8, pool2) twice", "(conv3-8, pool2), x2", "2*(conv3-8 pool2)",
            "(conv3-8, pool2) (x2)", "(conv3-8, pool2) (2x)", "(conv3-8, pool2) (2 times)", "(conv3-8, pool2) repeated 2 times", "2 copies of (conv3-8, pool2)", "1x((conv3-8, pool2)*2)",
        )),
        ("2 × (2 × (conv3-8, relu), pool2), fc-10", ["conv3-8", "relu", "conv3-8", "relu", "pool2"] * 2 + ["fc-10"]),
        ("conv:k3c8 2*(relu conv:k3c8)", ["conv3-8", "relu", "conv3-8", "relu", "conv3-8"]),
        ("2x(conv (3x3), 8), pool (2)", ["conv3-8", "conv3-8", "pool2"]),
        ("3x3 conv, 8, stride 2, (relu), 2x2 pool", ["conv-3-8-s2", "relu", "pool2"]),
        ("conv3-8 (relu), 2 x 2 pool", ["conv3-8", "relu", "pool2"]), ("conv3-8 (relu) 2x2 pool", ["conv3-8", "relu", "pool2"]),
        ("conv3-8 (pad 1) x2", ["conv3-8 pad 1"] * 2),
        ("2 x 3x3 conv, 8", ["conv3-8"] * 2), ("2 × 3×3 conv, 8", ["conv3-8"] * 2), ("conv 3x3 8 x2", ["conv3-8"] * 2),
        ("3x 3x3 conv, 8", ["conv3-8"] * 3), ("2× 3×3 conv, 8", ["conv3-8"] * 2), ("2x 3 x 3 conv, 8", ["conv3-8"] * 2),
        ("conv 3x3, 8 (2x)", ["conv3-8"] * 2), ("conv 3x3, 8 (2 times)", ["conv3-8"] * 2), ("conv 3x3, 8 [x2]", ["conv3-8"] * 2),
        ("conv 3x3 8 (2x), pool 2", ["conv3-8", "conv3-8", "pool2"]), ("conv 3x3 8 (2x) pool 2", ["conv3-8", "conv3-8", "pool2"]),
        ("3 x 3 conv, 8", ["conv3-8"]), ("pool 2 × 2", ["pool2"]), ("dropout 0.5 x2", ["dropout", "dropout"]), ("relu x2", ["relu", "relu"]),
    ],
)  # fmt: skip
def test_a_group_is_repeated(text: str, plain: list[str]) -> None:
    assert layers(text, (3, 40, 40)) == layers(", ".join(plain), (3, 40, 40))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("3x(conv3-8, pool2) x 2", "(conv3-8, pool2): is repeated by 3x and x 2; keep one of them"),
        ("n x (conv3-8)", "(conv3-8): a letter is the number of repeats; write the number"),
        ("0 x (conv3-8)", "(conv3-8): is repeated 0 times; use 1 to 10,000"),
        ("repeat 2: conv3-8, pool2", "repeat 2: conv3-8, pool2: put what is repeated in brackets, as in 2 x (CONV3-8, POOL2)"),
        ("9000x(9000x(relu))", "9,000 x (relu → relu → relu → relu → relu → relu …): has "
         "567,054,000 characters when it is written out; at most 200,000: repeat less"),
    ],
)  # fmt: skip
def test_a_repeat_that_cannot_be_read_is_refused_in_these_words(text: str, said: str) -> None:
    assert refusal(text) == said


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("two transpose convolutions with a kernel size of 4, 8 filters", ["transposed conv 4x4, 8"] * 2),
        ("three 3x3 depthwise convolutions", ["depthwise conv 3x3"] * 3), ("3 depthwise convolutions, 3x3", ["depthwise conv 3x3"] * 3),
        ("2 max pools of 2x2", ["pool2"] * 2), ("max pools (two) of 2x2", ["pool2"] * 2), ("3x3 conv, 8, twice", ["conv3-8"] * 2),
        ("2 3x3 convolutions with 8 filters", ["conv3-8"] * 2), ("two layers of 3x3 convolution with 8 filters", ["conv3-8"] * 2),
        ("conv3-8, two relus, a pair of 2x2 average pools", ["conv3-8", "relu", "relu", "avgpool2", "avgpool2"]),
        ("2 dense layers of 10 units", ["fc-10"] * 2), ("two CONV3-8 layers", ["conv3-8"] * 2), ("Conv1: 3x3 convolutions, 8", ["conv3-8"]),
        ("two times (conv3-8, pool2)", TWICE), ("(conv3-8, pool2) two times", TWICE),
        ("(conv3-8, relu), two 2x2 max pools", ["conv3-8", "relu", "pool2", "pool2"]),
    ],
)  # fmt: skip
def test_several_layers_are_counted_in_digits_or_words(text: str, plain: list[str]) -> None:
    assert layers(text, (3, 40, 40)) == layers("; ".join(plain), (3, 40, 40))


def test_an_activation_does_not_take_what_is_said_of_the_layer_before_it() -> None:
    text = (
        "Convolution layer with rectified linear units (ReLU): 2 filters of size 3x3x3, padding P=1"
    )
    assert layers(text) == ["conv: {kernel_size: 3, padding: 1, out_channels: 2}", "relu"]


def test_what_an_activation_cannot_have_is_said_of_the_layer_before_it() -> None:
    text = "Conv 1: 16 filters (8×8 kernel, stride 4) with ReLU activation; Fully Connected: 256 ReLU units; fc, 10 softmax"
    assert layers(text) == [
        *("conv: {kernel_size: 8, stride: 4, out_channels: 16}", "relu", "flatten"),
        *("linear: {out_features: 256}", "relu", "linear: {out_features: 10}", "softmax"),
    ]
    text = "conv layer with the ReLU nonlinear activation function, 8 5×5 filters with stride 2"
    assert layers(text) == ["conv: {kernel_size: 5, stride: 2, out_channels: 8}", "relu"]


def test_what_goes_in_and_comes_out_may_be_written_with_an_arrow() -> None:
    assert layers("Flatten → Linear(3072→9) → ReLU → Linear(9 -> 2)") == [
        *("flatten", "linear: {out_features: 9}", "relu", "linear: {out_features: 2}")
    ]


# As published: a midterm of Stanford's CS230, an assignment at Waterloo, an NPTEL quiz and two quizzes
# on the web; the sizes after each are computed by hand.
PUBLISHED: dict[str, tuple[str, tuple[int, ...], list[tuple[int, ...]]]] = {
    "CS230": (
        "CONV-9-32\nPOOL-2\nCONV-5-64\nPOOL-2\nCONV-5-64\nPOOL-2\nFC-64\nFC-3",
        (3, 128, 128),
        [(32, 120, 120), (32, 60, 60), (64, 56, 56), (64, 28, 28), (64, 24, 24), (64, 12, 12), (9216,), (64,), (3,)],
    ),
    "Waterloo": (
        "conv: 100 filters size 3 × 3 stride 1 → conv: 50 filters size 5 × 5 stride 3 → pooling: size 2 × 2 → "
        "conv: 30 filters size 3 × 3 stride 1 → pooling: size 2 × 4 → fully connected: 10 outputs",
        (3, 256, 256),
        [(100, 254, 254), (50, 84, 84), (50, 42, 42), (30, 40, 40), (30, 20, 10), (6000,), (10,)],
    ),
    "NPTEL": (
        "- Layer-1: Filter Size 3 × 3, Number of Filters 10, Stride 1, Padding 0\n"
        "- Layer-2: Filter Size 5 × 5, Number of Filters 20, Stride 2, Padding 0\n"
        "- Layer-3: Filter Size 5 × 5, Number of Filters 40, Stride 2, Padding 0",
        (3, 39, 39),
        [(10, 37, 37), (20, 17, 17), (40, 7, 7)],
    ),
    "quiz": (
        "Input layer: 5x5x1\nConvolution layer with rectified linear units (ReLU): 2 filters of size 3x3x1, applied "
        "with zero-padding of P=1 and Stride S=1.\nMax Pooling layer: size = 3x3, zero-padding P=0, and stride S = 2;\n"
        "Fully Connected layer: 2 neurons",
        (1, 5, 5),
        [(2, 5, 5), (2, 5, 5), (2, 2, 2), (8,), (2,)],
    ),
    "web": (
        "2D convolution layer of 10 filters of the size 3 x 3 with stride 2 and ReLU activation function; "
        "2 x 2 max pooling layer; dense layer of 2 neurons with sigmoid activation function",
        (3, 64, 64),
        [(10, 31, 31), (10, 31, 31), (10, 15, 15), (2250,), (2,), (2,)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_networks_as_courses_publish_them(name: str) -> None:
    text, shape, expected = PUBLISHED[name]
    assert outputs(text, shape) == expected


def test_lists_of_filters_are_a_layer_each() -> None:
    assert outputs("8 filters of size 3x3, stride 2, 16 kernels of size 5x5, pad 2") == [
        (8, 15, 15),
        (16, 15, 15),
    ]
    assert outputs("8 filters of size 3x3 and 16 filters of size 5x5") == [
        (8, 30, 30),
        (16, 26, 26),
    ]
    assert outputs("The encoder has 8 3x3 filters and 16 filters of size 3x3; POOL2")[-1] == (
        16,
        14,
        14,
    )


# The whole messages.
REFUSED_WORDS = {
    "CONV-5": "CONV-5: a convolution has a kernel and filters; write CONV-3-64, or 3x3 conv, 64, stride 1, pad 1",
    "Conv layer with 64 filters": "Conv layer with 64 filters: a convolution has a kernel and filters; "
    "write CONV-3-64, or 3x3 conv, 64, stride 1, pad 1",
    "POOL": "POOL: a pool has a window; write POOL-2, or POOL-3-2 for a window of 3 and a stride of 2",
    "FC": "FC: a fully connected layer has units; write FC-10",
    "CONV3-N": "CONV3-N: a letter stands for a number; write the number",
    "CONV-3-8-2": "CONV-3-8-2: has 3 numbers; write CONV-3-64, or 3x3 conv, 64, stride 1, pad 1",
    "CONV3-8 zero padding": "CONV3-8 zero padding: zero padding can mean none, or zeros; write pad 0 or pad 1",
    "conv 3 64": "conv 3 64: '64' is one number too many for conv; write CONV-3-64, or 3x3 conv, 64, stride 1, pad 1",
    "2 conv 3x3, 8": "2 conv 3x3, 8: '8' is one number too many for conv: '2' can be how many layers, or their filters; "
    "write 2 x (CONV3-8), or 2 filters",
    "8 filters of size 3x3, 16 channels": "16 channels: '16 channels' is one number too many for conv; "
    "write CONV-3-64, or 3x3 conv, 64, stride 1, pad 1",
    "3 x 3x3 conv, 8": "3 x 3x3 conv: '3 x 3x3' can be 3 layers or one kernel; write 3 x (CONV3-8), or 3x3x3",
    "pool 2 x2": "pool 2 x2: '2 x2' can be a size or how often; write 2x2, or 2 x (CONV3-8)",
    "conv3-8, relu (x3)": "relu x3: 'x3' comes after relu; put what is repeated in brackets, as in 2 x (CONV3-8, POOL2)",
    "2 conv layers 5x5": "2 conv layers 5x5: the number can mean layers or filters; "
    "write 2 x (CONV3-8), or 8 filters",
    "convs 3x3 8": "convs 3x3 8: does not say how many layers; write 2 x (CONV3-8), or one layer",
    "transpose convolutions 4x4, 8": "transpose convolutions 4x4: does not say how many layers; write 2 x (CONV3-8), or one layer",
    "several 2x2 pools": "several 2x2 pools: does not say how many layers; write 2 x (CONV3-8), or one layer",
    "layers of 3x3 conv, 8": "layers of 3x3 conv: does not say how many layers; write 2 x (CONV3-8), or one layer",
    "2 max pools": "2 max pools: a pool has a window; write POOL-2, or POOL-3-2 for a window of 3 and a stride of 2",
    "three depthwise convolutions": "three depthwise convolutions: a depthwise convolution has a kernel; "
    "write 3x3 depthwise conv, stride 1, pad 1",
    "conv two 3x3, 8": "conv two 3x3: 'two' can be how many layers, or which one; "
    "put what is repeated in brackets, as in 2 x (CONV3-8, POOL2)",
    "conv3-8, relu twice": "relu twice: 'twice' comes after relu; put what is repeated in brackets, as in 2 x (CONV3-8, POOL2)",
    "two CONV3-8 with ReLU": "two CONV3-8 with ReLU: relu can come after each layer, or after the last; "
    "put what is repeated in brackets, as in 2 x (CONV3-8, POOL2)",
    "two 3x3 convs, 8, each followed by ReLU": "each followed by: put what is repeated in brackets, as in 2 x (CONV3-8, POOL2)",
    "Convolutional layers: 3x3, 8": "Convolutional layers: 3x3: does not say how many layers; write 2 x (CONV3-8), or one layer",
    "(" * 31 + "relu" + ")" * 31: "more than 30 brackets are inside one another; use fewer",
    "3 fc layers": "3 fc layers: the number can mean layers or filters; write 2 x (CONV3-8), or 8 filters",
    "conv 8x5x5": "conv 8x5x5: 8x5x5 can be 8 filters or a side; write 5x5, 8 filters",
    "3x3 conv, stride: 2": "3x3 conv, stride: 2: a convolution has a kernel and filters; "
    "write CONV-3-64, or 3x3 conv, 64, stride 1, pad 1",
    "conv 5x5 kernel=3": "conv 5x5 kernel=3: 'kernel=3' is one number too many for conv; "
    "write CONV-3-64, or 3x3 conv, 64, stride 1, pad 1",
    "conv:k3c8, stride 2": "stride 2: 'stride 2' belongs to no layer; write layers such as CONV5-64, POOL2, FC-10",
    "pool 2x2x2": "maxpool1 (pool 2x2x2): kernel_size [2, 2, 2] is for 3 axes, but the input has 2; give one number, or 2",
    "Linear(9→10)": "Linear 9 to 10: is written for 9 values, but 3×32×32 = 3,072 come in; write 3072",
    "softmax-2": "softmax-2: softmax takes no numbers, but has '2'; leave it out",
    "10 FC-20": "10 FC-20: '20' is one number too many for linear; write one, as in FC-10",
    "pool(3, 2)": "pool 3, 2: '2' is one number too many for maxpool; "
    "write POOL-2, or POOL-3-2 for a window of 3 and a stride of 2",
    "relu, CONV3-8 p=0.5": "CONV3-8 p=0.5: conv cannot use 'p=0.5'; leave it out",
    "stride 2": "stride 2: 'stride 2' belongs to no layer; write layers such as CONV5-64, POOL2, FC-10",
    "CONV5-8 sideways FC-3": "CONV5-8 sideways FC-3: cannot read 'sideways'; write layers such as CONV5-64, POOL2, FC-10",
    "cnv, POOL2": "no layer kind 'cnv'; did you mean 'conv'?",
    "CONV5-8, add": "add: add merges several paths, and a chain has only one; write a YAML file",
    "conv 3x3, 8, pad -1": "conv 3x3, 8, pad -1: -1 is below 0; write 0 or more, or 1 without the sign",
    "conv 3x3, 8, pad=−1": "conv 3x3, 8, pad=-1: -1 is below 0; write 0 or more, or 1 without the sign",
    "conv 3x3, 8, pad of -1": "conv 3x3, 8, pad of -1: -1 is below 0; write 0 or more, or 1 without the sign",
    "CONV3-8 (stride: -2)": "CONV3-8 stride: -2: -2 is below 0; write 0 or more, or 2 without the sign",
    "FC -10": "FC -10: -10 is below 0; write 0 or more, or 10 without the sign",
    "dropout -.5": "dropout -.5: -.5 is below 0; write 0 or more, or .5 without the sign",
    "conv 3x3, 8, output 28x28": "output 28x28: convcalc computes the output; leave it out",
    "conv 3x3, 8, output size: 28x28x8": "output size: 28x28x8: convcalc computes the output; leave it out",
    "Conv1: conv3-8": "Conv1: a convolution has a kernel and filters; write CONV-3-64, or 3x3 conv, 64, stride 1, pad 1",
    "conv2, 64 filters": "conv2, 64 filters: 2 can be the number of the layer or its kernel; write 2x2, or the kernel that it has",
    "conv3 with 8 filters, pad 1": "conv3 with 8 filters, pad 1: 3 can be the number of the layer or its kernel; "
    "write 3x3, or the kernel that it has",
    "CONV3-8 x99999": "CONV3-8 x99999: use 1 to 10,000 times",
    " ; ": "no layers are named; write for example CONV5-64, POOL2, FC-10",
    "INPUT 16x16x3, CONV3-8": "the network's own input is 16×16×3, but the input given is 32×32×3 "
    "(height × width × channels); make them the same",
    "INPUT 0x16x3, CONV3-8": "INPUT 0x16x3: the input has a side of 0; use 1 or more",
    "conv 5x5x4, 10 filters": "conv 5x5x4, 10 filters: is written for 4 channels, but 3 come in; write 3",
    "CONV5-8 FC-0": "linear1 (FC-0): out_features is 0; use 1 or more",
    "CONV40-8": "conv1 (CONV40-8): a 40-wide window does not fit 32 along the height; raise the padding by 4 per side, "
    "or use a kernel of at most 32",
    "FC-10 99999999999": "FC-10 99999999999: cannot read '99999999999'; write layers such as CONV5-64, POOL2, FC-10",
    "FC-10\x1b": "FC-10\\x1b: cannot read '\\x1b'; write layers such as CONV5-64, POOL2, FC-10",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED_WORDS)
def test_words_that_cannot_be_read_are_refused_in_these_words(text: str) -> None:
    assert refusal(text) == REFUSED_WORDS[text]


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert refusal("CONV3-N, POOL, FC").count("\n  ") == 3


def test_of_many_problems_the_first_are_shown_and_the_others_are_counted() -> None:
    said = refusal("\n".join(f"FC-{n} 0" for n in range(20))).split("\n")
    assert (said[0], said[1]) == (
        "20 things in the network are wrong:",
        "  FC-0 0: '0' is one number too many for linear; write one, as in FC-10",
    )
    assert (len(said), said[-1]) == (10, "  … and 12 more")
    said = refusal("\n".join(f"FC-{n} 0" for n in range(999))).split("\n")
    assert (said[0], said[-1]) == (
        "more than 300 things in the network are wrong:",
        "  … and 292 more",
    )


# ---------------------------------------------------------------------------------------- PyTorch

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)

net = Net()
print(net)
"""


def published(name: str) -> list[tuple[tuple[int, ...], int]]:
    """The output, without the batch, and the parameters of each layer that torchinfo lists."""
    found = []
    for line in (SUMMARIES / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        match = re.search(r"─(\w+): [\d-]+ +\[([\d, ]+)\] +([\d,]+|--)$", line)
        if match and match[1] not in ("Sequential", "Flatten", "Dropout"):
            count = 0 if match[3] == "--" else int(match[3].replace(",", ""))
            found.append((tuple(map(int, match[2].split(", ")))[1:], count))
    return found


def counted(
    text: str, shape: tuple[int, ...], without: tuple[str, ...] = ()
) -> list[tuple[tuple[int, ...], int]]:
    """The same, computed by convcalc."""
    steps = network_of(text, shape)[0].walk().steps
    return [
        (step.output, step.params)
        for step in steps
        if step.layer.kind not in ("flatten", "dropout", *without)
    ]


def test_a_class_is_read_as_pytorch_counts_it() -> None:
    assert counted(NET, RGB, without=("relu",)) == published("torchinfo_net")


@pytest.mark.parametrize(("name", "shape"), [("seq", (1, 28, 28)), ("alex", (3, 224, 224))])
def test_a_printed_model_is_read_as_pytorch_counts_it(name: str, shape: tuple[int, ...]) -> None:
    text = (SUMMARIES / f"print_{name}.txt").read_text(encoding="utf-8")
    assert counted(text, shape) == published(f"torchinfo_{name}")


def test_a_printed_model_without_its_forward_is_held_against_its_own_numbers() -> None:
    text = (SUMMARIES / "print_net.txt").read_text(encoding="utf-8")  # its pool is used twice
    assert refusal(text) == (
        "line 5: Linear(in_features=400, out_features=120, bias=True): is written for 400 values, "
        "but 16×10×10 = 1,600 come in; write 1600"
    )


LINES = [
    "nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.LazyLinear(10)",
    "nn.Sequential(nn.Conv2d(1, 6, kernel_size=5), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(864, 10))",
    "nn.LazyConv2d(6, 5)\nnn.ReLU()\nnn.MaxPool2d(kernel_size=2)\nnn.Flatten()\nnn.Linear(6 * 12 * 12, 10)",
    "    self.conv = nn.Conv2d(in_channels=1, out_channels=6, kernel_size=(5, 5))\n    self.act = nn.ReLU()\n"
    "    self.pool = nn.MaxPool2d(2, stride=2)\n    self.fc = nn.Linear(864, 10)",
    "import torch.nn as nn\nclasses = 10\nlayers = [nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2)]\n"
    "model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(864, classes))",
    "model = nn.Sequential(OrderedDict([('conv', nn.Conv2d(1, 6, 5)), ('relu', nn.ReLU()), ('pool', nn.MaxPool2d(2)), "
    "('fc', nn.Linear(864, 10))]))",
    "torch.nn.Conv2d(1, 6, 5, 1, 0, 1, 1, True, 'zeros', device=device); nn.ReLU(); nn.MaxPool2d(2); nn.Linear(864, 10)",
]  # fmt: skip


@pytest.mark.parametrize("text", LINES)
def test_lines_of_pytorch(text: str) -> None:
    found = [item.split(":")[0] for item in layers(text, (1, 28, 28))]
    assert found == ["conv", "relu", "maxpool", "flatten", "linear"]
    assert outputs(text, (1, 28, 28)) == [(6, 24, 24), (6, 24, 24), (6, 12, 12), (864,), (10,)]


# The expected sizes and parameters are from torch 2.13.
MODULES: list[tuple[str, tuple[int, ...], tuple[int, ...], int]] = [
    ("nn.Conv2d(3, 8, (3, 5), stride=(2, 1), padding=(1, 2), dilation=1, bias=False)", (3, 9, 9), (8, 5, 9), 360),
    ("nn.Conv2d(4, 8, 3, padding='same', groups=2)", (4, 9, 9), (8, 9, 9), 152),
    ("nn.Conv1d(3, 8, 3)", (3, 20), (8, 18), 80),
    ("nn.Conv3d(3, 8, 3)", (3, 9, 9, 9), (8, 7, 7, 7), 656),
    ("nn.ConvTranspose2d(3, 8, 4, 2, 1)", (3, 9, 9), (8, 18, 18), 392),
    ("nn.ConvTranspose2d(3, 8, 3, 2, 1, 1)", (3, 9, 9), (8, 18, 18), 224),
    ("nn.MaxPool2d(3, 2, 1)", (3, 9, 9), (3, 5, 5), 0),
    ("nn.MaxPool2d(2, ceil_mode=True)", (3, 9, 9), (3, 5, 5), 0),
    ("nn.AvgPool2d(3, stride=None)", (3, 9, 9), (3, 3, 3), 0),
    ("nn.AdaptiveAvgPool2d((1, 1))", (3, 9, 9), (3, 1, 1), 0),
    ("nn.BatchNorm2d(3)", (3, 9, 9), (3, 9, 9), 6),
    ("nn.BatchNorm2d(3, affine=False)", (3, 9, 9), (3, 9, 9), 0),
    ("nn.GroupNorm(1, 3)", (3, 9, 9), (3, 9, 9), 6),
    ("nn.LayerNorm([3, 9, 9])", (3, 9, 9), (3, 9, 9), 486),
    ("nn.Conv2d(3, 8, 3, bias=None)", (3, 9, 9), (8, 7, 7), 216),
    ("nn.Conv2d(3, 8, 3, bias=0)", (3, 9, 9), (8, 7, 7), 216),
    ("nn.LayerNorm([3, 9, 9], elementwise_affine=False)", (3, 9, 9), (3, 9, 9), 0),
    ("nn.PReLU()", (3, 9, 9), (3, 9, 9), 1),
    ("nn.PReLU(3)", (3, 9, 9), (3, 9, 9), 3),
    ("nn.ZeroPad2d((1, 2, 3, 4))", (3, 9, 9), (3, 16, 12), 0),
    ("nn.Upsample(scale_factor=2, mode='bilinear')", (3, 9, 9), (3, 18, 18), 0),
    ("nn.PixelShuffle(2)", (4, 9, 9), (1, 18, 18), 0),
    ("nn.LeakyReLU(0.2), nn.Dropout2d(0.1), nn.Identity(), nn.LogSoftmax(dim=1)", (3, 9, 9), (3, 9, 9), 0),
    ("nn.LayerNorm([3, 9, 9], bias=False)", (3, 9, 9), (3, 9, 9), 243),
    ("nn.Conv2d(3, 8, 3), nn.GLU(dim=1), nn.Mish()", (3, 9, 9), (4, 7, 7), 224),
]  # fmt: skip


def test_activations_of_both_libraries_are_the_kinds_they_mean() -> None:
    assert layers(
        "nn.Sequential(nn.Hardsigmoid(), nn.Hardtanh(), nn.Hardtanh(0, 6.5), nn.SELU(), nn.Softplus(1), nn.Softsign(), "
        "nn.LogSigmoid(), nn.GELU(approximate='tanh'), nn.GELU(), nn.LogSoftmax(1))"
    ) == [
        "hardsigmoid", "clip: {min: -1.0, max: 1.0}", "clip: {min: 0.0, max: 6.5}", "selu", "softplus", "softsign",
        "logsigmoid", "gelu: {approximate: tanh}", "gelu", "log_softmax",
    ]  # fmt: skip
    assert layers(
        "layers.ReLU(), layers.ReLU(6), layers.ReLU(max_value=1), layers.Activation('hard_sigmoid'), "
        "layers.Activation('mish'), layers.Dense(10, activation='selu'), layers.Activation('log_softmax')",
        (8,),
    ) == [
        "relu", "relu6", "clip: {min: 0.0, max: 1.0}", "hardsigmoid", "mish", "linear: {out_features: 10}", "selu",
        "log_softmax",
    ]  # fmt: skip
    assert layers(
        "layers.BatchNormalization(scale=False), layers.BatchNormalization(center=False), "
        "layers.BatchNormalization(center=False, scale=False), layers.BatchNormalization()"
    ) == [
        "batchnorm: {scale: false}", "batchnorm: {shift: false}", "batchnorm: {affine: false}", "batchnorm",
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "shape", "output", "params"), MODULES)
def test_modules_as_pytorch_has_them(
    text: str, shape: tuple[int, ...], output: tuple[int, ...], params: int
) -> None:
    walked = network_of(text, shape)[0].walk()
    assert walked.steps[-1].output == output
    assert sum(step.params for step in walked.steps) == params


def forward(
    body: str, made: str = "self.c = nn.Conv2d(3, 6, 5); self.fc = nn.Linear(4704, 10)"
) -> str:
    """A class with a forward()."""
    lines = "\n        ".join(body.split("; "))
    return f"class Net(nn.Module):\n    def __init__(self):\n        {made}\n    def forward(self, x):\n        {lines}"


@pytest.mark.parametrize(
    "body",
    [
        "x = F.relu(self.c(x)); x = x.view(-1, 6 * 28 * 28); return self.fc(x)",
        "x = self.c(x).relu(); x = x.view(x.size(0), -1); x = self.fc(x); return x",
        "n = x.size(0); y = torch.relu(self.c(x)); return self.fc(y.flatten(1))",
        "return self.fc(torch.flatten(F.relu(self.c(x)), start_dim=1))",
        "x = self.c(x).relu().contiguous(); x = x.view(-1, 4704); return self.fc(x)",
        "x = nn.functional.relu(self.c(x), inplace=True).reshape(x.shape[0], -1); return self.fc(x)",
    ],
)
def test_a_forward_is_followed(body: str) -> None:
    assert [item.split(":")[0] for item in layers(forward(body))] == [
        "conv",
        "relu",
        "flatten",
        "linear",
    ]


BLOCKS = """
def block(i, o, n=2):
    layers = []
    for _ in range(n):
        layers.append(nn.Conv2d(i, o, 3, padding=1))
        layers += [nn.ReLU()]
        i = o
    return nn.Sequential(*layers, nn.MaxPool2d(2))

class Block(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.conv = nn.Conv2d(i, o, kernel_size=3, padding=1)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.conv(x))
"""
CONVS = ["conv3-8 pad 1", "relu"] * 2 + ["pool2"]


@pytest.mark.parametrize(
    "text",
    [
        BLOCKS + "m = nn.Sequential(block(3, 8))",
        BLOCKS + "m = nn.Sequential(Block(3, 8), Block(8, 8), nn.MaxPool2d(2))",
        BLOCKS + "class Net(nn.Module):\n    def __init__(self, width=8):\n        super().__init__()\n        self.a, self.b = "
        "Block(3, width), Block(width, width)\n    def forward(self, x):\n        return F.max_pool2d(self.b(self.a(x)), 2)",
        BLOCKS + "class Net(nn.Module):\n    def __init__(self, width):\n        super().__init__()\n        self.w = width\n        "
        "self.all = nn.ModuleList([Block(3, self.w), Block(self.w, self.w), nn.MaxPool2d(2)])\n    def forward(self, x):\n        "
        "for each in self.all:\n            x = each(x)\n        return x\nnet = Net(width=16 // 2).to(device)\ny = net(torch.randn(1, 3, 32, 32))",
        "m = nn.Sequential()\nc = 3\nfor n in [8] * 2:\n    m.append(nn.Conv2d(c, n, 3, padding=1))\n    m.append(nn.ReLU())\n    c = n\n"
        "m.append(nn.MaxPool2d(2))",
        "x = torch.randn(1, 3, 32, 32)\na, b = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 2 ** 3, 3, padding=1)\n"
        "x = F.relu(a(x))\nx = F.relu(b(x))\nx = nn.MaxPool2d(2)(x)",
        "kw = dict(kernel_size=3, padding=1)\nm = nn.Sequential(OrderedDict([(f'c{i}', nn.Conv2d(3 + 5 * i, 8, **kw) if i < 2 else nn.ReLU()) "
        "for i in range(3)]))\nm.insert(1, nn.ReLU())\nm.add_module('p', nn.MaxPool2d(2))\nm.append(nn.Tanh())\nm.pop(-1)",
        "class Net(nn.Sequential):\n    def __init__(self):\n        super().__init__(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), "
        "nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))\nm = Net()",
    ],
)  # fmt: skip
def test_functions_classes_loops_and_lists_are_followed(text: str) -> None:
    assert layers(text) == layers(", ".join(CONVS))
    assert read(text).notes == []


# Each gives the layers of "conv3-8, relu".
PYTHON = {
    "a choice": "n = 8 if 3 > 2 and not False else 9\nm = nn.Sequential(nn.Conv2d(3, n, 3), nn.ReLU())",
    "an if": "if 0 or 'same' in ('same', 'valid'):\n    m = nn.Sequential(nn.Conv2d(3, 8, 3))\nelse:\n    m = nn.Sequential()\nm.append(nn.ReLU())",
    "a program": "if __name__ == '__main__':\n    m = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())",
    "slices": "l = [nn.Tanh(), nn.ReLU(), nn.Conv2d(3, 8, 3)][::-1]\nm = nn.Sequential(*l[:-1])",
    "a part of a model": "a = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Tanh())\nm = a[:2]",
    "items": "sizes = {'a': 8}\nsizes['k'] = 3\nm = nn.Sequential(nn.Conv2d(3, sizes['a'], sizes['k']), nn.ReLU())",
    "pairs": "m = nn.Sequential()\nfor i, (c, n) in enumerate(zip([3], [8])):\n    m.add_module(f'c{i}', nn.Conv2d(c, n, 3 - i))\nm.extend([nn.ReLU()])",
    "a dictionary": "d = {'a': nn.Conv2d(3, 8, 3), 'b': nn.ReLU()}\nm = nn.Sequential(*[each for _, each in d.items()])",
    "values": "d = dict(a=nn.Conv2d(3, 8, 3))\nd['b'] = nn.ReLU()\nm = nn.Sequential(*d.values())",
    "an ordered dictionary": "m = nn.Sequential(OrderedDict({'a': nn.Conv2d(3, 8, 3), 'b': nn.ReLU()}))",
    "changes of a list": "l = [nn.Tanh(), nn.ReLU()]\nl[0] = nn.GELU()\nl.pop(0)\nl.insert(0, nn.Tanh())\nl.reverse()\nl.pop()\n"
    "l.insert(0, nn.Conv2d(3, 8, 3))\nm = nn.Sequential(*l)",
    "changes of a model": "m = nn.Sequential(nn.Conv2d(3, 9, 3), nn.Tanh())\nm[0] = nn.Conv2d(3, 8, 3)\nm[-1] = nn.ReLU()",
    "an attribute of a model": "m = nn.Sequential(OrderedDict(a=nn.Conv2d(3, 9, 3), b=nn.ReLU()))\nm.a = nn.Conv2d(3, 8, 3)",
    "arguments": "def f(*sizes, act=None, **more):\n    return [nn.Conv2d(*sizes, **more), act]\n"
    "m = nn.Sequential(*f(3, 8, act=nn.ReLU(), kernel_size=3))",
    "only by name": "def f(n, *, k=3):\n    return nn.Conv2d(3, n, kernel_size=k)\nm = nn.Sequential(f(n=8), nn.ReLU())",
    "sums": "n = 2\nn *= 3\nn += int(9 / 4)\nm = nn.Sequential(nn.Conv2d(len([1, 1, 1]), n, max(1, abs(-3)) % 4), nn.ReLU())",
    "lists joined": "m = nn.Sequential(*([nn.Conv2d(3, 8, 3)] + [nn.ReLU()] * 1))",
    "packages": "import torch.nn as N\nfrom torch.nn import ReLU as R\nimport torch\nm = N.Sequential(N.Conv2d(3, 8, 3), R())\n"
    "o = torch.optim.SGD(m.parameters(), lr=0.1)\nloss = N.CrossEntropyLoss()",
    "a class above": "class A(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n        self.c = nn.Conv2d(3, n, 3)\n"
    "    def start(self, x):\n        return self.c(x)\nclass B(A):\n    def __init__(self):\n        super().__init__(8)\n"
    "        self.r = nn.ReLU()\n    def forward(self, x):\n        with torch.no_grad():\n            x = self.start(x) * 2\n"
    "        assert x.dim() == 4\n        return self.r.forward(x)",
    "modules by name": "class A(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.add_module('c', nn.Conv2d(3, 8, 3))\n"
    "        self.d = nn.ModuleDict({'r': nn.ReLU()})\n        self.register_buffer('b', torch.zeros(3))\n    def forward(self, x, mask=None):\n"
    "        b, h = x.size(0), x.shape[2]\n        return self.d['r'](self.c(x))",
    "two names": "a = b = nn.Conv2d(3, 8, 3)\nm = nn.DataParallel(nn.Sequential(b, nn.ReLU()))\nmodel = m",
    "settings": "torch.manual_seed(0)\ndevice = 'cuda' if torch.cuda.is_available() else 'cpu'\nm = nn.Sequential(nn.Conv2d(3, 8, 3), "
    "nn.ReLU()).to(device)\nm.apply(init)\nfor each in range(2):\n    pass\nprint(sum(p.numel() for p in m.parameters()))",
    "a function that nothing calls": "def make(n: int = 8) -> nn.Module:\n    'A model.'\n    c: nn.Module = nn.Conv2d(3, n, 3)\n    return nn.Sequential(c, nn.ReLU())",
}  # fmt: skip


@pytest.mark.parametrize("name", PYTHON)
def test_plain_python_around_layers_is_followed(name: str) -> None:
    assert layers(PYTHON[name]) == layers("conv3-8, relu")


PYTHON_REFUSED = {
    "m = nn.Sequential(nn.ReLU())\nm[3] = nn.Tanh()": "line 2: m[3]: is changed, which is not read; write each layer on its own line",
    "m = nn.Sequential(nn.ReLU())\nm._modules['0'] = nn.Tanh()": "line 2: m._modules['0']: is changed, which is not read; "
    "write each layer on its own line",
    "m = nn.Sequential(nn.ReLU())\nm.a.b = nn.Tanh()": "line 2: m.a.b: is changed, which is not read; "
    "make it with its final values",
    "m = nn.Sequential(nn.ReLU())\nsetattr(m, '0', nn.Tanh())": "line 2: setattr(m, '0', nn.Tanh()): is not read; leave it out",
    "def f():\n    x = nn.Sequential(nn.ReLU())\n    return x[0:'a']\nm = nn.Sequential(f())": "line 3: x[0:'a']: is not among its items; "
    "use a number or name that is there",
    "nn.ReLU()\nl = [nn.ReLU()]\nl.sort()": "line 3: l.sort(): is not read; write each layer on its own line",
    "a, b = nn.ReLU()": "(a, b): do not have the same number of values; write one per line",
    "m = nn.Sequential(nn.ReLU(), conv)": "conv: is not made in these lines; add the line that makes it",
    "def f():\n    return nn.ReLU()\nm = nn.Sequential(f(k=1))": "line 3: f(k=1): f has no argument 'k'; leave it out",
    "m = nn.Sequential(nn.Conv2d(3, 8, 7 // 0))": "nn.Conv2d(3, 8, 7 // 0): kernel_size: '7 // 0' is not a plain number; write the result",
    "m = nn.Sequential(nn.Conv2d(3, 8, 'a' * 3))": "nn.Conv2d(3, 8, 'a' * 3): kernel_size: \"'a' * 3\" is not a plain number; write the result",
    "m = nn.Sequential(nn.Conv2d(3, 8 if x else 9, 3))": "nn.Conv2d(3, 8 if x else 9, 3): out_channels: '8 if x else 9' depends on something "
    "that is not known; write its value",
    "m = nn.Sequential(*[nn.ReLU() for i in range(n)])": "*[nn.ReLU() for i in range(n)]: '*[nn.ReLU() for i in range(n)]' is not read; "
    "write each layer on its own line",
    "l = nn.ModuleList([nn.ReLU()])": "l: is a list of layers, which is not called; call each of them",
    "del x\nnn.ReLU()": "line 1: del x: 'delete' is not read; write each layer on its own line",
    "nn.Conv2d(3, f'{x}', 3)": "nn.Conv2d(3, f'{x}', 3): out_channels: \"f'{x}'\" is not a plain number; write the number",
    "@torch.no_grad()\ndef f():\n    return nn.ReLU()\nnn.Sequential(f())": "line 1: torch.no_grad(): is not read; leave it out",
}  # fmt: skip


@pytest.mark.parametrize("text", PYTHON_REFUSED)
def test_python_that_is_not_followed_is_refused_in_these_words(text: str) -> None:
    assert refusal(text) == PYTHON_REFUSED[text]


def test_the_layers_of_a_block_are_named_by_their_path() -> None:
    text = BLOCKS + "m = nn.Sequential(Block(3, 8), nn.Sequential(nn.ReLU()))"
    names = [node.name for node in network_of(text, RGB)[0].nodes]
    assert names == ["m.0.conv", "m.0.act", "m.1.0"]


def test_a_mean_over_the_maps_gives_a_row() -> None:
    assert outputs(forward("x = self.c(x).mean(dim=(2, 3)); return x")) == [
        (6, 28, 28),
        (6, 1, 1),
        (6,),
    ]


def test_a_squeeze_after_a_pool_of_all_gives_a_row() -> None:
    made = "self.c = nn.Conv2d(3, 6, 5); self.p = nn.AdaptiveAvgPool2d((1, 1)); self.fc = nn.Linear(6, 2)"
    text = forward("return self.fc(self.p(self.c(x)).squeeze())", made)
    assert outputs(text) == [(6, 28, 28), (6, 1, 1), (6,), (2,)]


FORWARD_REFUSED = {
    "y = self.c(x); z = self.c(x); return y + z": [
        "line 7: y + z: is not a call of one layer, and only these are followed; write a YAML file",
    ],
    "x = self.c(x); x = self.c(x); return x": [
        "line 6: self.c(x): uses c a second time, so its weights count only once; write a YAML file",
    ],
    "x = self.c(x); F.relu(x, inplace=True); return x": [
        "line 6: F.relu(x, inplace=True): changes its input in place; write x = in front of it",
    ],
    "x = self.c(x)": ["forward() returns nothing; add return x at its end"],
    "h = self.c(x); return h, x": [
        "line 6: (h, x): is not a call of one layer, and only these are followed; write a YAML file",
    ],
    "return nn.Conv2d(3, 4, 3)(x)": [
        "line 5: nn.Conv2d(3, 4, 3): is made again at each call, so it is never trained; make it in __init__()",
    ],
    "x = self.c(x).mean(1); return x": [
        "line 5: self.c(x).mean(1): is read only over the axes (2, 3) of an image; use nn.AdaptiveAvgPool2d(1)",
    ],
    "if self.training:;     x = self.c(x); return x": ["line 5: self.training: 'if' is not read; write each layer on its own line"],
    "x = self.d(x); return x": [
        "line 5: self.d: is not made in these lines; add the line that makes it",
    ],
    "x = self.c(x); x = x.view(-1, 400); return self.fc(x)": [
        "line 6: x.view(-1, 400): is written for 400 values, but 6×28×28 = 4,704 come in; write 4704",
    ],
    "x = self.c(x); x = x.view(2, 6, 784); return x": [
        "line 6: x.view(2, 6, 784): is read only where it flattens, as in x.view(-1, 400); write torch.flatten(x, 1)",
    ],
    "x = self.c(x).squeeze(); return x": [
        "line 5: self.c(x).squeeze(): is read only as .squeeze() after a pool to 1x1; write torch.flatten(x, 1)",
    ],
    "x = F.interpolate(self.c(x), 2); return x": [
        "line 5: F.interpolate: 'interpolate' is not a function that is followed; write a YAML file",
    ],
    "for i in range(3):;     x = self.c(x); return x": [
        "line 6: self.c(x): uses c a second time, so its weights count only once; write a YAML file",
    ],
    "while True:;     x = self.c(x); return x": ["line 5: True: 'while' is not read; write each layer on its own line"],
}  # fmt: skip


@pytest.mark.parametrize("body", FORWARD_REFUSED)
def test_a_forward_that_is_no_chain_is_refused_in_these_words(body: str) -> None:
    said = refusal(forward(body)).split("\n")
    assert [line.strip() for line in said][-len(FORWARD_REFUSED[body]) :] == FORWARD_REFUSED[body]


REFUSED_PYTORCH = {
    "nn.Conv2d(1, 6, 5)": "nn.Conv2d(1, 6, 5): is written for 1 channel, but 3 come in; write 3",
    "nn.Linear(400, 10)": "nn.Linear(400, 10): is written for 400 values, but 3×32×32 = 3,072 come in; write 3072",
    "nn.Conv2d(3, 6, kernal_size=5)": "nn.Conv2d(3, 6, kernal_size=5): Conv2d has no argument 'kernal_size'; did you mean 'kernel_size'?",
    "nn.Conv2d(3, 6, 5, out_channels=7)": "nn.Conv2d(3, 6, 5, out_channels=7): out_channels is given twice; keep one",
    "nn.Flatten(1, -1, 3)": "nn.Flatten(1, -1, 3): takes 2 arguments, but is given 3; leave some out",
    "nn.LSTM(3, 4)": "nn.LSTM(3, 4): LSTM is not a layer that can be read here; known are Conv2d, Linear, MaxPool2d and the like",
    "nn.Conv2D(3, 6, 5)": "nn.Conv2D(3, 6, 5): Conv2D is not a layer that can be read here; did you mean 'Conv2d'?",
    "nn.Conv2d(3, k, 5)": "nn.Conv2d(3, k, 5): out_channels: 'k' is a name without a value here; write the number",
    "nn.Conv2d(3, open('x').read(), 5)": "nn.Conv2d(3, open('x').read(), 5): out_channels: \"open('x').read()\" is not a plain number; write the number",
    "nn.Conv2d(3, 2 ** 99, 5)": "nn.Conv2d(3, 2 ** 99, 5): out_channels: '2 ** 99' is not a plain number; write the result",
    "nn.Conv2d(3, 10 * 999999999999, 5)": "nn.Conv2d(3, 10 * 999999999999, 5): out_channels: a number is too large; use at most 1,000,000,000,000",
    "nn.Conv2d(3, 6, 3, stride=2, padding='same')": "nn.Conv2d(3, 6, 3, stride=2, padding='same'): "
    "PyTorch has padding 'same' for stride 1 only; write the padding as a number",
    "nn.Flatten(2)": "nn.Flatten(2): flattens some axes only, which is not read; flatten all of them",
    "nn.Upsample(size=64)": "nn.Upsample(size=64): is read with scale_factor only; write by how much it grows",
    "nn.Conv2d(3,": "this is not Python: '(' was never closed; copy whole lines",
    "nn.Conv2d(3, 6, 5)\nif x:\n    nn.ReLU()": "line 2: x: 'if' is not read; write each layer on its own line",
    "nn.Conv1d(3, 6, 5)": "conv1 (nn.Conv1d(3, 6, 5)): conv1d takes 1 axis, (C, L), but 3×32×32 has 2; use conv2d",
    "nn.ReLU() + nn.ReLU()": "nn.ReLU() + nn.ReLU(): is not a layer; write for example nn.Conv2d(3, 6, 5)",
    "nn.Sequential(nn.ReLU(), MyBlock())": "MyBlock(): MyBlock is not a layer that can be read here; known are Conv2d, Linear, "
    "MaxPool2d and the like",
    "class Net(nn.Module):\n    def __init__(self):\n        self.a = nn.ReLU()\n        self.b = MyBlock()": "line 4: MyBlock(): "
    "MyBlock is not a layer that can be read here; known are Conv2d, Linear, MaxPool2d and the like",
    "m = nn.Conv2d(3, 6, 5)\nm.weight.requires_grad = False": "line 2: m.weight.requires_grad: is not read, because all "
    "parameters are counted; leave it out",
    "m = nn.Sequential(*[nn.Conv2d(3, 3, 1)] * 3)": "m: uses m.0 a second time, so its weights count only once; write a YAML file",
    "nn.Sequential(*[nn.ReLU()] * 9999)": "[nn.ReLU()] * 9999: has more than 4,000 items; use fewer",
    "nn.Sequential(nn.utils.weight_norm(nn.Conv2d(3, 8, 3)))": "nn.utils.weight_norm(nn.Conv2d(3, 8, 3)): weight_norm "
    "is not read, because it adds a parameter for each filter or unit; write only the layer, or a YAML file",
    "w = nn.Parameter(torch.zeros(3))\nnn.ReLU()": "line 1: nn.Parameter(torch.zeros(3)): is a weight without a layer, "
    "which is not read; write a YAML file",
    "a = nn.Sequential(nn.ReLU())\nb = nn.Sequential(nn.Tanh())": "'a' and 'b' are separate models; keep the lines of one of them",
    "class A(nn.Module):\n    def forward(self, x):\n        return x\nb = nn.Sequential(nn.Tanh())": "'b' and 'A' are separate "
    "models; keep the lines of one of them",
    "m = nn.Sequential(nn.ReLU())\nm.register_forward_hook(f)": "line 2: m.register_forward_hook(f): is not read; "
    "write each layer on its own line",
    "m = nn.Sequential(nn.Conv2d(3, 8, 3))\nm[0].bias = None": "line 2: m[0].bias: is changed, which is not read; "
    "make it with its final values",
    "def f(n):\n    return nn.Conv2d(3, n, 3)\nm = nn.Sequential(f())": "line 2: nn.Conv2d(3, n, 3): out_channels: 'n' is a name "
    "without a value here; write the number",
    "def f(n):\n    return nn.ReLU()\nm = nn.Sequential(f(1, 2))": "line 3: f(1, 2): gives 2 arguments, but f takes 1; leave some out",
    "for i in range(2000):\n    for j in range(2000):\n        a = 1\nnn.ReLU()": "line 3: a = 1: takes more than 60,000 steps; "
    "write each layer on its own line",
    "nn.Sequential([nn.ReLU()][7])": "[nn.ReLU()][7]: is not among its items; use a number or name that is there",
    "nn.ReLU().__class__": "no layers are named; write for example CONV5-64, POOL2, FC-10",
    "nn.PReLU(2)": "nn.PReLU(2): is written for 2 channels, but 3 come in; write 3",
    "nn.LayerNorm(32)": "nn.LayerNorm(32): is over 32, but 3×32×32 comes in; only a norm of all its values is read; "
    "write [3, 32, 32]",
    "nn.LayerNorm([32, 3, 32])": "nn.LayerNorm([32, 3, 32]): is over 32×3×32, but 3×32×32 comes in; "
    "only a norm of all its values is read; write [3, 32, 32]",
    "nn.Linear(32, 10)": "nn.Linear(32, 10): works on the last axis, 32 of 3×32×32, which is not read; flatten the map before it",
    "nn.GLU()": "nn.GLU(): is read with dim=1 only, which halves the channels; write it",
    "nn.Hardtanh(2, 1)": "clip1 (nn.Hardtanh(2, 1)): min 2 is above max 1; swap the two",
    "nn.GELU('erf')": "nn.GELU('erf'): approximate cannot be 'erf'; known: none, tanh",
    "nn.ReLU()\n'\ud800'": "the code has half a character, which editors do not show; copy it again",
    "(" * 31 + "nn.ReLU()" + ")" * 31: "the code nests too many brackets; write one layer on each line",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED_PYTORCH)
def test_lines_of_pytorch_are_refused_in_these_words(text: str) -> None:
    assert refusal(text) == REFUSED_PYTORCH[text]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("nn.Conv2d(3, 8, 3).to(device)\nnn.ReLU().eval()", ["conv3-8", "relu"]),
        ("m = nn.Sequential(nn.Conv2d(3, 8, 3).cuda(), nn.ReLU()).half()\nm = m.to(device)\nm.eval()", ["conv3-8", "relu"]),
        ("m = nn.Conv2d(3, 8, 3)\nopt = optim.Adam(m.parameters())\nf = nn.CrossEntropyLoss()", ["conv3-8"]),
        ("layers.ZeroPadding2D(), layers.Conv2D(8, 3)", ["conv3-8 pad 1"]),
        ("m = Sequential([layers.Conv2D(8, 3), layers.Conv2D(4, 3)])\nm.pop()\nm.add(layers.ReLU())\nn = m", ["conv3-8", "relu"]),
        ("m = Sequential()\nfor n in (8, 4):\n    m.add(layers.Conv2D(n, 3))", ["conv3-8", "conv3-4"]),
        ("def block(x, n):\n    x = layers.Conv2D(n, 3)(x)\n    return keras.activations.relu(x)\ni = Input((32, 32, 3))\n"
         "x = block(block(i, 8), 4)\nm = Model(inputs=[i], outputs=[x])", ["conv3-8", "relu", "conv3-4", "relu"]),
        ("i = Input((32, 32, 3))\nx = layers.Conv2D(8, 3)(i)\na = Model(i, x)\nj = Input((30, 30, 8))\ny = layers.Conv2D(4, 3)(j)\n"
         "b = Model(j, y)\nm = Model(i, b(a(i)))", ["conv3-8", "conv3-4"]),
        ("def make(n=8):\n    m = Sequential([Input((32, 32, 3))] + [layers.Conv2D(n, 3) for _ in range(2)])\n    return m",
         ["conv3-8", "conv3-8"]),
        ("b = Sequential([layers.Conv2D(8, 3), layers.ReLU()])\ni = Input((32, 32, 3))\nx = layers.Conv2D(4, 3)(b(i))",
         ["conv3-8", "relu", "conv3-4"]),
        ("a = Sequential([layers.Conv2D(8, 3)])\nb = Sequential([a, layers.ReLU()])", ["conv3-8", "relu"]),
        ("i = Input((32, 32, 3))\nx = layers.Conv2D(8, 3)(i)\ny = layers.Conv2D(9, 3)(x)\nm = Model(i, x)", ["conv3-8"]),
        ("i = Input((32, 32, 3))\nx = layers.Conv2D(8, 3)(i)\ny = layers.ReLU()(x)\nModel(inputs=i, outputs=y)", ["conv3-8", "relu"]),
        (forward("y = self.c(x); z = F.relu(y); return y"), ["conv5-6"]),
        ("class Net(keras.Model):\n    def __init__(self):\n        self.a = layers.Conv2D(8, 3)\n        self.b = layers.Conv2D(4, 3)\n"
         "    def call(self, x):\n        x = self.a(x)\n        y = self.b(x)\n        return x", ["conv3-8"]),
    ],
)  # fmt: skip
def test_code_is_counted_as_the_framework_does(text: str, plain: list[str]) -> None:
    assert outputs(text)[-1] == outputs(", ".join(plain))[-1]
    of_text, of_words = (
        network_of(each, RGB)[0].walk().totals for each in (text, ", ".join(plain))
    )
    assert of_text["params"] == of_words["params"]


def test_a_printed_block_of_several_is_refused() -> None:
    text = "Sequential(\n  (0): Sequential(\n    (0-2): 3 x Sequential(\n      (0): ReLU()\n    )\n  )\n)"
    assert refusal(text) == (
        "line 3: 3 x 'Sequential' is not read; repeat its lines that many times instead"
    )


def test_a_printed_block_does_not_show_its_order() -> None:
    text = "ResNet(\n  (conv1): Conv2d(3, 8, kernel_size=(7, 7))\n  (0): BasicBlock(\n    (conv1): Conv2d(8, 8, 3)\n  )\n)"
    assert (
        refusal(text)
        == "line 3: 'BasicBlock' does not show how its layers are used; write a YAML file"
    )


def test_what_is_assumed_about_the_order_is_said() -> None:
    assert read("self.a = nn.ReLU()\nself.b = nn.Tanh()").notes == [
        "layers are read in the order in which they are written; no forward() gives another order"
    ]
    assert read("nn.ReLU()\nnn.Tanh()").notes == []
    assert read(NET).notes == []
    assert read("nn.Conv2d(3, 6, 5), nn.ReLU(), nn.Linear(4704, 10), nn.Linear(10, 2)").notes == [
        "a flatten is put before nn.Linear(4704, 10), which the code does not have"
    ]
    assert read("nn.Conv2d(3, 6, 5), nn.Flatten(), nn.Linear(4704, 10)").notes == []
    assert read((SUMMARIES / "print_net.txt").read_text(encoding="utf-8")).notes == [
        "layers are read in the order in which they are printed; a printed model does not show its forward()"
    ]


# ------------------------------------------------------------------------------------------ Keras

KERAS = [
    "num_classes = 10\ninput_shape = (28, 28, 1)\nmodel = keras.Sequential([\n    keras.Input(shape=input_shape),\n"
    "    layers.Conv2D(32, kernel_size=(3, 3), activation='relu'),\n    layers.MaxPooling2D(pool_size=(2, 2)),\n"
    "    layers.Conv2D(64, kernel_size=(3, 3), activation='relu'),\n    layers.MaxPooling2D(pool_size=(2, 2)),\n"
    "    layers.Flatten(),\n    layers.Dropout(0.5),\n    layers.Dense(num_classes, activation='softmax'),\n])\nmodel.summary()",
    "model = Sequential()\nmodel.add(Conv2D(32, 3, activation='relu', input_shape=(28, 28, 1)))\nmodel.add(MaxPool2D())\n"
    "model.add(Conv2D(64, (3, 3)))\nmodel.add(Activation('relu'))\nmodel.add(MaxPooling2D(2, strides=2))\nmodel.add(Flatten())\n"
    "model.add(Dropout(rate=0.5))\nmodel.add(Dense(units=10, activation=tf.nn.softmax))\n"
    "model.compile(loss='mse', optimizer='adam')\nmodel.fit(x, y)",
    "def make_model():\n    inputs = keras.Input((28, 28, 1))\n    x = layers.Conv2D(32, 3, activation='relu', "
    "kernel_regularizer=keras.regularizers.l2(1e-4))(inputs)\n    x = layers.MaxPooling2D()(x)\n"
    "    x = layers.Conv2D(64, 3, activation=keras.activations.relu)(x)\n    x = layers.MaxPooling2D()(x)\n"
    "    x = layers.Dropout(0.5)(layers.Flatten()(x))\n    outputs = layers.Dense(10, activation='softmax')(x)\n"
    "    model = keras.Model(inputs, outputs)\n    return model",
]  # fmt: skip


KERAS.append(
    "class Net(keras.Model):\n    def __init__(self):\n        super().__init__()\n        self.conv1 = layers.Conv2D(32, 3)\n"
    "        self.conv2 = layers.Conv2D(64, 3, input_shape=(28, 28, 1))\n        self.pool = layers.MaxPooling2D()\n"
    "        self.flat = layers.Flatten()\n        self.drop = layers.Dropout(0.5)\n        self.out = layers.Dense(10)\n\n"
    "    def call(self, inputs):\n        x = self.pool(self.conv1(inputs))\n        x = self.pool(self.conv2(x))\n"
    "        x = self.drop(self.flat(x))\n        return self.out(x)\n"
)  # fmt: skip


def keras_rows() -> list[tuple[tuple[int, ...], int]]:
    """Keras 3's numbers for this network: the outputs, channels first, and the parameters."""
    found = []
    for line in (SUMMARIES / "keras3.txt").read_text(encoding="utf-8").splitlines():
        match = re.search(r"\(None, ([\d, ]+)\) +│ +([\d,]+) │", line)
        if match:
            sides = tuple(map(int, match[1].split(", ")))
            found.append(((sides[-1], *sides[:-1]), int(match[2].replace(",", ""))))
    return found


@pytest.mark.parametrize("text", KERAS)
def test_lines_of_keras_are_counted_as_keras_does(text: str) -> None:
    steps = network_of(text)[0].walk().steps  # the input is in the code
    ours = [(s.output, s.params) for s in steps if s.layer.kind not in ("relu", "softmax")]
    assert ours == keras_rows()


# The expected sizes (channels first) and parameters are from Keras 3.
KERAS_LAYERS: list[tuple[str, tuple[int, ...], tuple[int, ...], int]] = [
    ("layers.Conv2D(8, (3, 5), strides=2, padding='same')", (3, 9, 9), (8, 5, 5), 368),
    ("layers.Conv2D(8, 3, dilation_rate=2, use_bias=False)", (3, 9, 9), (8, 5, 5), 216),
    ("layers.Conv2DTranspose(8, 3, strides=2, padding='same')", (3, 9, 9), (8, 18, 18), 224),
    ("layers.Conv2DTranspose(8, 2, strides=3)", (3, 9, 9), (8, 27, 27), 104),
    ("layers.DepthwiseConv2D(3, depth_multiplier=2)", (3, 9, 9), (6, 7, 7), 60),
    ("layers.SeparableConv2D(8, 3)", (3, 9, 9), (8, 7, 7), 59),
    ("layers.AveragePooling2D(3, strides=1, padding='same')", (3, 9, 9), (3, 9, 9), 0),
    ("layers.MaxPooling2D((2, 3))", (3, 9, 9), (3, 4, 3), 0),
    ("layers.GlobalAveragePooling2D()", (3, 9, 9), (3,), 0),
    ("layers.GlobalMaxPooling2D(keepdims=True)", (3, 9, 9), (3, 1, 1), 0),
    ("layers.ZeroPadding2D(((1, 2), (3, 4)))", (3, 9, 9), (3, 12, 16), 0),
    ("layers.UpSampling2D(2)", (3, 9, 9), (3, 18, 18), 0),
    ("layers.BatchNormalization(axis=-1)", (3, 9, 9), (3, 9, 9), 6),
    ("layers.LeakyReLU(alpha=0.2)", (3, 9, 9), (3, 9, 9), 0),
    ("layers.Conv2D(8, 3, use_bias=None), layers.Softmax(axis=-1)", (3, 9, 9), (8, 7, 7), 216),
    ("layers.Rescaling(1./255), layers.ReLU(), layers.LeakyReLU(), layers.Softmax()", (3, 9, 9), (3, 9, 9), 0),
    ("layers.Conv1D(8, 3, padding='causal')", (3, 20), (8, 20), 80),
    ("layers.Flatten(), layers.Dense(48), layers.Reshape((4, 4, 3))", (3, 9, 9), (3, 4, 4), 11712),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shape", "output", "params"), KERAS_LAYERS)
def test_layers_as_keras_has_them(
    text: str, shape: tuple[int, ...], output: tuple[int, ...], params: int
) -> None:
    walked = network_of(text, shape)[0].walk()
    assert walked.steps[-1].output == output
    assert sum(step.params for step in walked.steps) == params


REFUSED_KERAS = {
    "layers.Conv2D(8, 3, input_shape=(28, 28, 1))": "the network's own input is 28×28×1, but the input given is 32×32×3 "
    "(height × width × channels); make them the same",
    "layers.Conv2D(8, 3, data_format='channels_first')": "layers.Conv2D(8, 3, data_format='channels_first'): "
    "has the channels first; Keras code is read with the channels last",
    "layers.Dense(10)": "linear1 (layers.Dense(10)): a fully connected layer takes a vector, but gets 3×32×32; "
    "put flatten (or a global pool and flatten) before it, or name the axis that it works on, as axis: -1",
    "layers.Dense(10, activation='rulu')": "layers.Dense(10, activation='rulu'): no activation 'rulu'; did you mean 'relu'?",
    "i = keras.Input((32, 32, 3))\nc = layers.Conv2D(3, 3)\nx = c(i)\nx = c(x)": "line 4: c(x): uses c a second time, "
    "so its weights count only once; write a YAML file",
    "layers.LSTM(3)": "layers.LSTM(3): LSTM is not a layer that can be read here; known are Conv2D, Dense, MaxPooling2D and the like",
    "layers.BatchNormalization(axis=1)": "layers.BatchNormalization(axis=1): normalises along axis 1, and only the last one, -1, "
    "is read; leave it out",
    "layers.Softmax(axis=1)": "layers.Softmax(axis=1): is read along the last axis only; leave its arguments out",
    "layers.ReLU(negative_slope=0.1)": "layers.ReLU(negative_slope=0.1): is read without a slope; write LeakyReLU for a slope",
    "layers.ReLU(max_value=[6])": "layers.ReLU(max_value=[6]): max must be a number such as 0.5, but is (6,)",
    "layers.Reshape((-1, 3))": "layers.Reshape((-1, 3)): is read with plain sizes only; write each of them",
    "keras.Input(shape=(3.5, 1))\nlayers.Flatten()": "line 1: keras.Input(shape=(3.5, 1)): shape is not the sizes of an input; "
    "write for example (28, 28, 1)",
    "i = keras.Input((32, 32, 3))\nx = layers.Conv2D(3, 3)(i)\ny = layers.Add()([x, i])": "line 3: layers.Add(): joins several "
    "paths, which is not followed; write a YAML file",
    "i = keras.Input((32, 32, 3))\nx = layers.Conv2D(3, 3)(i)\ny = layers.Conv2D(3, 3)(i)": "'x' and 'y' are separate outputs; "
    "keep the lines of one of them",
    "i = keras.Input((32, 32, 3))\nx = layers.Conv2D(3, 3)(i)\nm = Model(i, [x, i])": "line 3: [x, i]: "
    "is not a call of one layer, and only these are followed; write a YAML file",
    "i = keras.Input((32, 32, 3))\nx = layers.Conv2D(3, 3)(i)\ny = layers.ReLU()(x)\nm = Model(x, y)": "line 4: Model(x, y): "
    "begins after other layers; begin with its own Input",
    "i = keras.Input((32, 32, 3))\nj = keras.Input((32, 32, 3))\nx = layers.ReLU()(i)\nm = Model(j, x)": "line 4: Model(j, x): "
    "has an output that its input does not lead to; write a YAML file",
    "m = Sequential([layers.Conv2D(8, 3)])\nfor l in m.layers:\n    l.trainable = False": "line 2: m.layers: 'for' is not read; "
    "write each layer on its own line",
    "class A(Model):\n    def call(self, x):\n        return layers.Dense(3)(x)": "line 3: layers.Dense(3): is made again at each call, "
    "so it is never trained; make it in __init__()",
    "class A(keras.Model):\n    def call(self, x):\n        return self.a(x)": "line 3: self.a: is not made in these lines; "
    "add the line that makes it",
    "i = Input((9, 9, 3))\nx = layers.ReLU()(i)\nx = keras.ops.resize(x, 3)": "line 3: keras.ops.resize(x, 3): "
    "is not a call of one layer, and only these are followed; write a YAML file",
    "i = Input((9, 9, 3))\nx = layers.ReLU()(i)\nx = x.reshape(3)": "line 3: x.reshape(3): "
    "is not a call of one layer, and only these are followed; write a YAML file",
    "m = Sequential([layers.Conv2D(8, 3), layers.ReLU()])\nm._layers.pop()": "line 2: m._layers.pop(): is not read; "
    "write each layer on its own line",
    "model.add(layers.Flatten(input_shape=(4, 4, 1)))\nmodel.add(layers.Dense(3, input_shape=(16,)))": "line 2: "
    "layers.Dense(3, input_shape=(16,)): gives another input than a line before it; keep one",
    "layers.Conv2D(8, 3, trainable=False)": "layers.Conv2D(8, 3, trainable=False): trainable is not read, because all parameters "
    "are counted; leave it out",
    "c = layers.Conv2D(8, 3)\nc.trainable = False": "line 2: c.trainable: is not read, because all parameters are counted; leave it out",
    "a = Sequential([layers.Conv2D(8, 3)])\nb = Sequential([layers.Conv2D(8, 3)])": "'a' and 'b' are separate models; keep the "
    "lines of one of them",
    "m = Sequential([layers.Conv2D(8, 3)])\nb = MyBlock()": "line 2: MyBlock(): MyBlock is not a layer that can be read here; "
    "known are Conv2D, Dense, MaxPooling2D and the like",
    "model.add(layers.Flatten())\nwhile True:\n    pass": "line 2: True: 'while' is not read; write each layer on its own line",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED_KERAS)
def test_lines_of_keras_are_refused_in_these_words(text: str) -> None:
    assert refusal(text) == REFUSED_KERAS[text]


def test_an_input_that_nothing_says() -> None:
    assert refusal("CONV3-8", None) == "the network does not state its input shape; give the input"
    assert refusal("layers.Conv2D(8, 3, input_shape=(None, None, 3))", None) == (
        "the network does not state its input shape; give the input"
    )
    assert outputs("layers.Conv2D(8, 3, input_shape=(None, None, 3))", (3, 9, 9)) == [(8, 7, 7)]


# -------------------------------------------------------------------------------------- all of them


@pytest.mark.parametrize("name", NOTATIONS)
def test_each_notation_reads_its_own_example(name: str) -> None:
    cls = NOTATIONS[name]
    found = cls.read(cls.example, 2)
    assert cls.about
    assert found.problems == []
    assert len(found.layers) >= 4
    assert next(other.name for other in NOTATIONS.values() if other.fits(cls.example)) == name


def test_one_line_of_a_text_of_several() -> None:
    assert (
        read(NET)
        .line()
        .startswith("conv1: nn.Conv2d(3, 6, 5) → relu() → pool: nn.MaxPool2d(2, 2) → conv2: ")
    )
    assert read("CONV5-8\nPOOL2").line() == "CONV5-8 → POOL2"
    assert (
        read(KERAS[1])
        .line()
        .startswith("Conv2D(32, 3, activation='relu', input_shape=(28, 28, 1)) → MaxPool2D() → ")
    )


HOSTILE: dict[str, str] = {
    "deep brackets": "nn.Sequential(" * 5_000,
    "many minus signs": "nn.Conv2d(3, " + "-" * 15_000 + "1, 3)",
    "a long sum": "nn.Conv2d(3, " + "1+" * 9_000 + "1, 3)",
    "a long dotted name": "nn.Conv2d(3, a" + ".a" * 9_000 + ", 3)",
    "a huge number": "nn.Conv2d(3, " + "9" * 15_000 + ", 3)",
    "a huge power of two in hexadecimal": "nn.Conv2d(3, 0x" + "f" * 15_000 + ", 3)",
    "products that grow": "a = 999999\n" + "a = a * a\n" * 500 + "nn.Conv2d(3, a, 3)",
    "nothing but NULs": "nn.Conv2d(\0\0)",
    "half a surrogate pair": "nn.Conv2d(3, '\ud800', 3)",
    "a comprehension": "nn.Sequential(*[nn.Conv2d(3, 3, 3) for _ in range(10**9)])",
    "an import": "nn.ReLU()\n__import__('os').system('touch /tmp/convcalc-was-here')",
    "a walrus": "nn.Conv2d(3, (x := 5), 3)",
    "an f-string": "nn.Conv2d(3, f'{open}', 3)",
    "equals signs": "CONV3-8 stride" + "=" * 15_000,
    "spaces": "CONV3-8" + " " * 15_000 + "stride" + " " * 4_000 + "x",
    "digits": "CONV" + "1" * 15_000,
    "crosses": "conv " + "3x" * 9_000,
    "dashes": "CONV3-8 " + "-" * 15_000 + "x",
    "commas": "," * 19_000,
    "ones": "1 " * 9_900,
    "words that are no layers": "number of " * 1_900,
    "brackets": "(" * 9_900 + "relu" + ")" * 9_900,
    "strides": "stride: " * 2_400,
    "labels": "conv1 3x3 " * 1_900,
    "lists that grow": "l = [nn.ReLU()]\n" + "l = l + l\n" * 60 + "nn.Sequential(*l)",
    "lists of lists": "a = [1] * 2000\na = [a] * 2000\na = [a] * 2000\nb = str(a)\nc = a == a\nnn.Conv2d(3, a, 3)",
    "lists of lists of layers": "from keras.layers import *\na = [Dense(1)]\n" + "a = [a, a]\n" * 40 + "m = Sequential(a)",
    "a list of layers in itself": "from keras.layers import *\na = [Dense(1)]\na.append(a)\nm = Sequential(a)",
    "texts of lists": "a = list(range(2000))\n" + "a = list(str(a))\n" * 10 + "nn.Conv2d(3, a, 3)",
    "a list in itself": "l = [1]\nl.append(l)\nc = f'{l}'\nnn.Conv2d(3, l, 3)",
    "a model in itself": "s = nn.Sequential(nn.ReLU())\ns.append(s)\nx = s(torch.randn(1, 3, 2, 2))",
    "models that double": "s = nn.Sequential(nn.ReLU())\n" + "s = nn.Sequential(s, s)\n" * 60,
    "a function of itself": "def f(n):\n    return [f(n - 1), f(n - 1)] if n else nn.ReLU()\nm = nn.Sequential(*f(40))",
    "loops in loops": "".join(" " * i + f"for x{i} in range(2000):\n" for i in range(18)) + " " * 18 + "a = 1\nnn.ReLU()",
    "many arguments": "nn.Conv2d(" + "".join(f"a{i}=1," for i in range(1_900)) + ")",
    "a long word": "a = 'x'\n" + "a = a + a\n" * 60 + "nn.Conv2d(3, a, 3)",
    "repeats": "9999*conv:k1c1 " * 10,
    "repeats of a printed layer": "(0-9): 999999 x ReLU()",
    "brackets of print": "(a): Sequential(\n" * 1_000,
    "layers": "relu " * 3_900,
    "keras calls": "layers.ReLU()" + "(layers.ReLU()" * 29 + ")" * 29,
    "layers of layers": "model.add(" * 29 + ")" * 29,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_long_or_leaves_by_another_way(name: str) -> None:
    start = time.process_time()
    with pytest.raises(ConvcalcError) as caught:
        network_of(HOSTILE[name][:MAX_TEXT], RGB)
    assert time.process_time() - start < 3
    assert len(str(caught.value)) < 3_000
    assert str(caught.value).replace("\n", "").isprintable()
    assert not Path("/tmp/convcalc-was-here").exists()


def test_a_text_that_is_too_long_is_refused() -> None:
    assert (
        refusal("x" * (MAX_TEXT + 1))
        == "the network has 20,001 characters; at most 20,000 are read"
    )


def test_a_chain_does_not_pay_for_the_notations() -> None:
    code = (
        "import sys; from convcalc.network.chain import parse_chain; parse_chain(['conv:k3c8'], (3, 9, 9)); "
        "print([m for m in sys.modules if 'notations' in m])"
    )
    done: Any = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


# ------------------------------------------------------------------------------- on the command line


@pytest.mark.parametrize(
    "words",
    [
        ("CONV5-6", "POOL2", "FC-10"),
        ("5x5 conv, 6; 2x2 max pool; fc 10",),
        ("nn.Conv2d(3, 6, 5)", "nn.MaxPool2d(2)", "nn.Flatten()", "nn.LazyLinear(10)"),
        ("layers.Conv2D(6, 5)", "layers.MaxPooling2D()", "layers.Flatten()", "layers.Dense(10)"),
    ],
)
def test_a_chain_may_be_written_in_every_notation(words: tuple[str, ...], convcalc: Any) -> None:
    own = convcalc("chain", "--input", "3x32x32", "conv:k5c6", "pool:k2", "fc:10")
    assert own.code == 0
    assert convcalc("chain", "--input", "3x32x32", *words) == own


def test_a_chain_may_come_from_standard_input(
    convcalc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(NET.encode())))
    ran = convcalc(
        "chain", "--input", "3x32x32", "-", "--format", "csv", "--columns", "name,output"
    )
    assert ran.code == 0
    assert "fc1,120\n" in ran.out


def test_a_chain_may_be_a_line_of_words(convcalc: Any) -> None:
    plain = convcalc("chain", "--input", "3x32x32", "conv:k3c64p1")
    assert convcalc("chain", "--input", "3x32x32", "3x3 conv, 64, pad 1") == plain
    assert plain.code == 0


def test_words_and_code_are_not_mixed(convcalc: Any) -> None:
    ran = convcalc("chain", "--input", "3x32x32", "conv:k3c8", "nn.ReLU()")
    assert (ran.code, ran.err) == (
        2,
        "convcalc: 'conv:k3c8' is a word of convcalc and 'nn.ReLU()' is code; write all layers in one of the two ways\n",
    )


def test_layers_of_code_without_brackets_are_layers(convcalc: Any) -> None:
    for words in (
        ("nn.Conv2d(3,8,3)", "nn.ReLU()", "nn.MaxPool2d(2)", "Flatten()", "nn.Linear(1800,10)"),
        ("Conv2D(8, 3)", "ReLU()", "Flatten()", "Dense(10)"),
    ):
        ran = convcalc("chain", "--input", "3x32x32", *(word.removesuffix("()") for word in words))
        assert ran == convcalc("chain", "--input", "3x32x32", *words)
        assert (ran.code, ran.err) == (0, "")
        assert "relu1" in ran.out
    ran = convcalc("chain", "--input", "3x32x32", "Conv2d(3,8,3)", "relu")
    assert (ran.code, ran.err) == (
        2,
        "convcalc: 'relu' is a word of convcalc and 'Conv2d(3,8,3)' is code; write all layers in one of the two ways\n",
    )


def test_a_word_that_is_no_layer_is_refused_as_before(convcalc: Any) -> None:
    ran = convcalc("chain", "--input", "3x32x32", "cnv:k3", "fc:10")
    assert (ran.code, ran.err) == (2, "convcalc: no layer kind 'cnv'; did you mean 'conv'?\n")
    ran = convcalc("chain", "--input", "3x32x32", "nn.Conv2d(1, 6, 5)", "nn.Linear(3, 4)")
    assert (ran.code, ran.err) == (
        2,
        "convcalc: 2 things in the network are wrong:\n"
        "  line 1: nn.Conv2d(1, 6, 5): is written for 1 channel, but 3 come in; write 3\n"
        "  line 2: nn.Linear(3, 4): is written for 3 values, but 6×28×28 = 4,704 come in; write 4704\n",
    )


def test_verify_takes_layers_in_every_notation(convcalc: Any) -> None:
    ran = convcalc("verify", "--input", "3x16x16", "CONV3-4", "POOL2")
    assert ran.code == 0


def test_why_takes_a_network_in_every_notation(convcalc: Any) -> None:
    given = ("--type", "params-model", "--input", "28x28x1")
    ran = convcalc(
        "why", "1564", *given, "--arch", "nn.Conv2d(1, 6, 5), nn.MaxPool2d(8), nn.Linear(54, 10)"
    )
    assert (ran.code, ran.out) == (1, "1,564 is wrong, but no known mistake gives this number\n")
    ran = convcalc(
        "why", "706", *given, "--arch", "nn.Conv2d(1, 6, 5), nn.MaxPool2d(8), nn.Linear(54, 10)"
    )
    assert (ran.code, ran.out) == (0, "706 is right\n")
