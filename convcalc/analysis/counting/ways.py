"""The counting rules of tools and papers, as data: sums of proven numbers, by kind or family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Terms = Mapping[str, int]
"""Features of a layer, each with how often it is counted."""
Rules = Mapping[str, Terms]
"""Terms by kind, or by family; ``*`` for all other layers."""
Parameters = Literal["trained", "with buffers", "without batch norm"]

_MAC: Terms = {"macs": 1}
_MAC_BIAS: Terms = {"macs": 1, "bias additions": 1}
_TWO: Terms = {"macs": 2}
_ONE: Terms = {"outputs": 1}
_INPUTS: Terms = {"inputs": 1}
_PRODUCTS: Rules = {"*": _MAC}
# What PyTorch runs as linear layers in attention, without the scores and the weighted sums.
_PROJECTED: Terms = {"projections": 1}
_POOLS = (
    "maxpool",
    "avgpool",
    "adaptive_avgpool",
    "adaptive_maxpool",
    "global_avgpool",
    "global_maxpool",
)
# For norms without parameters, the tools count less.
_TRAINED_2: Terms = {"outputs": 1, "outputs with params": 1}
_TRAINED_4: Terms = {"outputs": 2, "outputs with params": 2}
_TRAINED_5: Terms = {"outputs": 4, "outputs with params": 1}
_OTHER_NORMS = ("groupnorm", "instancenorm", "layernorm")
_NORMS: Rules = {"batchnorm": _TRAINED_2, **dict.fromkeys(_OTHER_NORMS, _TRAINED_5)}
_TWICE: Terms = {"outputs": 2}
_INPUTS_TWICE: Terms = {"inputs": 2}
# onnx-tool's count for each output value.
_ONNX_TOOL = {
    "relu": 1, "relu6": 2, "leaky_relu": 2, "prelu": 2, "elu": 35, "gelu": 34, "silu": 33, "hardswish": 5, "sigmoid": 32,
    "hardsigmoid": 4, "tanh": 76, "softmax": 36, "add": 1, "subtract": 1, "multiply": 1, "divide": 4,
}  # fmt: skip
_NO_LAYER = "it has no such layer"
_MIB = 2**20
_MB = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A tool's definition of the memory of a forward pass.

    Attributes:
        values: the outputs that it sums.
        times: the factor of the sum.
        unit: bytes in its MB.
        called: its name for the sum.
    """

    values: Rules
    times: int = 1
    unit: int = _MB
    called: str = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of counting.

    Attributes:
        about: the tool or paper.
        called: its name for operations.
        operations: its rules; None if it does not count operations.
        leaves_out: what it leaves out or counts differently than expected; a sentence.
        bugs: rules that replace those above, where it has a known bug.
        bug: the bug; a sentence.
        params: the numbers that it calls parameters.
        activations: the outputs that it counts as activations; empty if it counts none.
        lacks: kinds without a rule, each with the reason; its numbers are lower bounds then.
        memory: its definition of memory.
        rounding: how it shortens numbers: ``rounded`` or ``cut off``.
        classes: the number of classes of its ImageNet networks.
        head: whether the last linear layer is counted.
        divisor: the divisor of the operations in its tables.
        source: where the rules are documented.
    """

    about: str
    called: str
    operations: Rules | None
    leaves_out: str
    source: str
    bugs: Rules = field(default_factory=dict)
    bug: str = ""
    params: Parameters = "trained"
    activations: Rules = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)
    memory: Memory | None = None
    rounding: Literal["rounded", "cut off"] = "rounded"
    classes: int = 1000
    head: bool = True
    divisor: int = 1


WAYS: dict[str, Way] = {
    "convcalc": Way(
        about="convcalc itself",
        called="macs",
        operations=_PRODUCTS,
        leaves_out="biases, norms, activations, pools and additions are counted separately, as other operations",
        source="docs/counting.md",
    ),
    "torchinfo": Way(
        about="torchinfo 1.8",
        called="mult-adds",
        operations={
            "conv": _MAC_BIAS, "linear": _MAC_BIAS, "norm": {"params": 1}, "scale": {}, "prelu": {"params": 1},
        },
        leaves_out=(
            "a bias counts as a multiply-add; a norm counts its parameters once for each sample; pools, activations, "
            "additions and attention count nothing"
        ),
        bugs={"conv_transpose": {"macs on outputs": 1, "bias additions": 1}, "linear": {"params": 1}},
        bug=(
            "transposed convolutions are counted on the output, stride² times too often; a linear layer on many "
            "tokens is counted for one token"
        ),
        memory=Memory(values={"*": {"outputs with params": 1}}, times=2, called="forward/backward pass"),
        source="torchinfo/layer_info.py, calculate_macs; torchinfo/model_statistics.py",
    ),
    "torchsummary": Way(
        about="torchsummary 1.5",
        called="",
        operations=None,
        leaves_out="no operations are counted; its memory is every layer's output twice, in-place layers included",
        memory=Memory(
            values={"flatten": {}, "reshape": {}, "softmax": {}, "merge": {}, "*": {"outputs": 1}},
            times=2, unit=_MIB, called="forward/backward pass",
        ),
        source="torchsummary/torchsummary.py",
    ),
    "ptflops": Way(
        about="ptflops, back end aten (the default)",
        called="MACs",
        operations={
            "conv": _MAC_BIAS, "linear": _MAC_BIAS, "matmul": _MAC, "custom": _MAC,
            "attention": {"projections": 1, "bias additions": 1},
        },
        leaves_out=(
            "a bias counts as a multiply-add; norms, activations, pools, additions, and the scores and sums of "
            "attention count nothing; always one sample"
        ),
        source="ptflops/aten_ops.py",
    ),
    "ptflops-pytorch": Way(
        about="ptflops, back end pytorch",
        called="MACs",
        operations={
            "conv": _MAC_BIAS, "linear": _MAC_BIAS, "batchnorm": _TRAINED_2, "layernorm": _ONE,
            "attention": {"macs": 1, "bias additions": 1, "exponentials": 1, "outputs": 1},
            **dict.fromkeys(("groupnorm", "instancenorm"), _TRAINED_2),
            **dict.fromkeys(("relu", "relu6", "leaky_relu", "prelu", "elu", "gelu", "silu", "softmax"), _ONE),
            **dict.fromkeys(_POOLS, _INPUTS), "upsample": _ONE, "resize": _ONE,
        },
        leaves_out=(
            "a bias counts as a multiply-add; norms count 2 a value, layernorm and most activations 1, pools 1 for "
            "each input value; sigmoid, tanh and hardswish count nothing"
        ),
        bugs={
            **dict.fromkeys(("relu", "prelu", "elu", "gelu", "upsample", "resize"), _TWICE),
            **dict.fromkeys(_POOLS, _INPUTS_TWICE),
        },
        bug="nn.ReLU, GELU, ELU, PReLU, pooling and Upsample modules are counted twice, as modules and as functions",
        lacks={"lrn": "it counts the values of its padding, too"},
        source="ptflops/pytorch_ops.py",
    ),
    "fvcore": Way(
        about="fvcore",
        called="flops",
        operations={
            "conv": _MAC, "linear": _MAC, "matmul": _MAC, "custom": _MAC, "attention": _PROJECTED, **_NORMS,
            "adaptive_avgpool": _INPUTS, "global_avgpool": _INPUTS,
            "upsample": {"outputs": 1, "adds": 1}, "resize": {"outputs": 1, "adds": 1},
        },
        leaves_out=(
            "one flop is a multiply-add; biases, activations, other pools, additions, and the scores and sums of "
            "attention count nothing; a batch norm counts 2 a value, other norms 5"
        ),
        activations={"conv": _ONE, "linear": _ONE, "matmul": _ONE, "attention": {"projected": 1}},
        source="fvcore/nn/jit_handles.py, flop_count.py, activation_count.py",
    ),
    "thop": Way(
        about="thop (PyPI)",
        called="MACs",
        operations={
            "conv": _MAC, "linear": _MAC, "softmax": {"outputs": 1, "adds": 1}, "prelu": _ONE, "avgpool": _ONE,
            **dict.fromkeys(("batchnorm", "instancenorm", "layernorm"), _TRAINED_4),
            "adaptive_avgpool": {"inputs": 1, "outputs": 1}, "global_avgpool": {"inputs": 1, "outputs": 1},
        },
        leaves_out="biases, relu, max pools, additions and attention count nothing; a batch norm counts 4 a value",
        bugs={"conv_transpose": {"macs on outputs": 1}},
        bug="transposed convolutions are counted on the output, stride² times too often",
        lacks=dict.fromkeys(("upsample", "resize"), "1 to 31 a value, which depends on the mode"),
        source="thop/vision/basic_hooks.py, calc_func.py",
    ),
    "calflops": Way(
        about="calflops, and DeepSpeed's flops profiler",
        called="FLOPs",
        operations={
            "conv": {"macs": 2, "bias additions": 1}, "linear": _TWO, "matmul": _TWO, "custom": _TWO,
            "attention": {"projections": 2}, **_NORMS,
            **dict.fromkeys(("relu", "leaky_relu", "prelu", "elu", "gelu", "silu", "softmax"), _ONE),
            **dict.fromkeys(_POOLS, _INPUTS), "upsample": _INPUTS, "resize": _INPUTS,
        },
        leaves_out=(
            "a flop is half a multiply-add; biases of linear layers, relu6, and the scores and sums of attention "
            "count nothing; a pool counts 1 for each input value"
        ),
        bugs={"conv_transpose": _TWO},
        bug="biases of transposed convolutions are counted as if they made maps smaller, so almost none are counted",
        lacks={"lrn": "it counts the values of its padding, too"},
        source="calflops/pytorch_ops.py; deepspeed/profiling/flops_profiler/profiler.py",
    ),
    "torch": Way(
        about="torch.utils.flop_counter",
        called="FLOPs",
        operations={"conv": _TWO, "linear": _TWO, "matmul": _TWO, "custom": _TWO, "attention": _TWO},
        leaves_out=(
            "a flop is half a multiply-add; only convolutions and matrix products are counted; the scores and "
            "sums of attention only on a GPU, and not at all in eval mode without gradients"
        ),
        source="torch/utils/flop_counter.py",
    ),
    "torchscan": Way(
        about="torchscan 0.2",
        called="MACs",
        operations={
            "conv": _MAC, "linear": _MAC, "batchnorm": _TRAINED_2,
            "maxpool": {"window width": 1, "outputs": -1}, "avgpool": {"window width": 1, "outputs": 1},
            "adaptive_maxpool": {"inputs": 1, "outputs": -1}, "global_maxpool": {"inputs": 1, "outputs": -1},
            "adaptive_avgpool": {"inputs": 1, "outputs": 1}, "global_avgpool": {"inputs": 1, "outputs": 1},
        },
        leaves_out="biases, activations and additions count nothing; a batch norm counts 2 a value, a max pool k − 1 for each output",
        bugs={"conv_transpose": {"macs on outputs": 1, "axes": 4}},
        bug="transposed convolutions are counted on the output, stride² times too often, plus 4 for each axis",
        lacks=dict.fromkeys(
            (
                "attention", "layernorm", "groupnorm", "instancenorm", "lrn", "softmax", "upsample", "gelu", "silu", "prelu",
                "hardswish", "hardsigmoid", "mish", "softplus", "matmul", "pixel_shuffle",
            ),
            "it has no rule for it, and warns",
        ),
        source="torchscan/modules/macs.py",
    ),
    "keras": Way(
        about="Keras summary()",
        called="",
        operations=None,
        leaves_out="no operations are counted; total params has the moving statistics of batch norms, which are not trained",
        params="with buffers",
        source="keras/src/utils/summary_utils.py",
    ),
    "onnx-tool": Way(
        about="onnx-tool 1.0",
        called="MACs",
        operations={
            "conv": _MAC_BIAS, "linear": _MAC_BIAS, "matmul": _MAC, "custom": _MAC, "batchnorm": _ONE,
            "attention": {"macs": 1, "bias additions": 1, "exponentials": 36, "outputs": 2},
            "layernorm": {"outputs": 7, "roots": 29},
            **{kind: {"outputs": times} for kind, times in _ONNX_TOOL.items()},
            "maxpool": {"window cells": 1}, "avgpool": {"window cells": 1}, "global_avgpool": {"inputs": 1, "outputs": 4},
            "global_maxpool": _INPUTS, "adaptive_avgpool": _INPUTS, "adaptive_maxpool": _INPUTS,
        },
        leaves_out=(
            "a bias counts as a multiply-add, a comparison or addition as one, a division as 4, an exponential as 32; "
            "a batch norm is folded into a convolution and leaves its bias, 1 a value"
        ),
        bugs={"conv_transpose": {"macs of outputs": 1, "bias additions": 1}},
        bug="transposed convolutions are counted on the output, with the output channels in place of the input channels",
        lacks=dict.fromkeys(
            ("groupnorm", "instancenorm", "lrn", "mish", "softplus", "upsample", "resize"),
            "it counts the exported operations, which differ",
        ),
        source="onnx_tool/node.py, data/Profile.md",
    ),
    "netscope": Way(
        about="Netscope",
        called="macc",
        operations={"conv": _MAC, "linear": _MAC},
        leaves_out="biases count nothing; comparisons, additions, divisions and exponentials are counted separately",
        lacks={"attention": _NO_LAYER},
        source="src/analyzer.coffee",
    ),
    "convnet-burden": Way(
        about="convnet-burden",
        called="flops",
        operations={
            "conv": _MAC_BIAS, "linear": _MAC_BIAS, "relu": {"outputs": 2}, "pool": {"stride cells": 2},
            "merge": {"outputs": 1}, "concat": {}, "matmul": {},
        },
        leaves_out="one flop is a multiply-add; a bias counts 1, relu 2 a value, a pool 2·s² for each output, whatever its kernel; batch norms nothing",
        memory=Memory(
            values={"relu": {}, "dropout": {}, "flatten": {}, "reshape": {}, "*": {"outputs": 1}},
            unit=_MIB, called="feature memory",
        ),
        lacks={"attention": _NO_LAYER},
        source="core/burden.m, computeFlops; README.md",
    ),
    "pycls": Way(
        about="pycls model complexity",
        called="flops",
        operations={"conv": _MAC_BIAS, "linear": _MAC_BIAS, "attention": _MAC_BIAS},
        leaves_out="one flop is a multiply-add, and a bias counts as one; only convolutions, linear layers and attention are counted",
        activations={
            "conv": _ONE, "linear": _ONE, "maxpool": _ONE, "attention": {"projected": 1, "exponentials": 1, "outputs": 1},
        },
        source="pycls/models/blocks.py, *_cx; Radosavovic et al. 2020, arXiv:2003.13678",
    ),
    "darknet": Way(
        about="Darknet",
        called="FLOPs",
        operations={"conv": _TWO, "linear": _TWO},
        leaves_out="a flop is half a multiply-add; it prints billions for each convolution, and nothing else is counted",
        lacks={"attention": _NO_LAYER},
        source="src/convolutional_layer.c",
    ),
    "tf-slim": Way(
        about="TF-Slim's tables (MobileNet)",
        called="MACs",
        operations=_PRODUCTS,
        leaves_out="parameters of batch norms are left out, and numbers are cut off, not rounded",
        params="without batch norm",
        rounding="cut off",
        classes=1001,
        source="tensorflow/models, research/slim/nets/mobilenet_v1.md",
    ),
    "thop-2019": Way(
        about="thop, as in the table of its README",
        called="MACs",
        operations={
            "conv": _MAC_BIAS, "linear": {"macs": 2, "outputs": -1}, "batchnorm": {"outputs": 4},
            "avgpool": {"window cells": 1, "outputs": 1},
            "adaptive_avgpool": {"inputs": 1, "outputs": 1}, "global_avgpool": {"inputs": 1, "outputs": 1},
        },
        leaves_out=(
            "a convolution counts multiply-adds and its bias, but a linear layer 2 for each multiply-add; a batch norm counts "
            "4 a value; relu and max pools nothing"
        ),
        lacks=dict.fromkeys(("attention", "layernorm", "groupnorm", "instancenorm", "upsample", "resize", "conv_transpose"), "it had no rule for it, or a wrong one"),
        source="pytorch-OpCounter, thop/count_hooks.py of 2019 and the table in README.md",
    ),
    "mmcv": Way(
        about="mmcv's flops counter, in the tables of MMClassification and MMPretrain",
        called="FLOPs",
        operations={
            "conv": _MAC_BIAS, "linear": _MAC_BIAS, "batchnorm": _TRAINED_2,
            **dict.fromkeys(("relu", "relu6", "leaky_relu", "prelu", "elu"), _ONE),
            **dict.fromkeys(_POOLS, _INPUTS), "upsample": _ONE, "resize": _ONE,
        },
        leaves_out=(
            "a flop is a multiply-add; a bias counts 1, a batch norm 2 a value, an activation 1, a pool 1 for each input value; "
            "the last linear layer is left out, since only what comes before it is run"
        ),
        head=False,
        lacks=dict.fromkeys(("attention", "layernorm", "groupnorm", "instancenorm"), "its rule changed from version to version"),
        source="mmcv/cnn/utils/flops_counter.py; mmpretrain, docs/en/model_zoo.md",
    ),
    "imgclsmob": Way(
        about="imgclsmob (pytorchcv)",
        called="FLOPs",
        operations={
            "conv": {"macs": 2, "taps without bias": -1}, "linear": _TWO, "batchnorm": {"outputs": 4}, "instancenorm": {"outputs": 4},
            **dict.fromkeys(("relu", "relu6", "hardsigmoid", "channel_shuffle", "pixel_shuffle"), _ONE),
            **dict.fromkeys(("leaky_relu", "hardswish"), _TWICE), "elu": {"outputs": 3}, "prelu": {"outputs": 3},
            "sigmoid": {"outputs": 4}, "silu": {"outputs": 5}, "maxpool": {"window cells": 1}, "avgpool": {"window cells": 1},
            **dict.fromkeys(("global_avgpool", "global_maxpool"), _INPUTS),
        },
        leaves_out=(
            "a flop is half a multiply-add, and its tables divide the sum by 2; a batch norm counts 4 a value, relu 1, a pool "
            "k·k for each output; biases, additions and global pools called as functions count nothing"
        ),
        lacks=dict.fromkeys(
            ("attention", "layernorm", "groupnorm", "lrn", "adaptive_avgpool", "adaptive_maxpool", "upsample", "resize"),
            "it has no rule for it, or a different rule for each use",
        ),
        bugs={"conv_transpose": {"inputs": 4}},
        bug="transposed convolutions count 4 for each input value, whatever their kernel",
        divisor=2,
        source="osmr/imgclsmob, pytorch/metrics; README.md",
    ),
    "papers": Way(
        about="the papers of ResNet, ResNeXt, MobileNet, EfficientNet",
        called="FLOPs",
        operations=_PRODUCTS,
        leaves_out="one FLOP is a multiply-add; only convolutions and matrix products are counted",
        source="He et al. 2016, arXiv:1512.03385; Howard et al. 2017, arXiv:1704.04861",
    ),
}  # fmt: skip
"""By name, as ``--like`` takes it."""
